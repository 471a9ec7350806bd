CREATE TABLE audit_log (
    id BINARY(16) NOT NULL PRIMARY KEY,
    at DATETIME(6) NOT NULL,
    action VARCHAR(64) NOT NULL,
    actor_id BINARY(16),
    subject_id BINARY(16),
    ip VARCHAR(45),
    detail MEDIUMTEXT
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
