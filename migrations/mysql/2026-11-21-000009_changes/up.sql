CREATE TABLE changes (
    conversation_id BINARY(16) NOT NULL,
    event_seq BIGINT NOT NULL,
    kind VARCHAR(16) NOT NULL,
    message_seq BIGINT,
    actor_id BINARY(16) NOT NULL,
    subject_id BINARY(16),
    at DATETIME(6) NOT NULL,
    data MEDIUMTEXT,
    PRIMARY KEY (conversation_id, event_seq)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
