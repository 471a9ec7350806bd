CREATE TABLE audit_log (
    id BLOB NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    action TEXT NOT NULL,
    actor_id BLOB,
    subject_id BLOB,
    ip TEXT,
    detail TEXT
) WITHOUT ROWID;
