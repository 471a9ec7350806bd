CREATE TABLE changes (
    conversation_id BLOB NOT NULL,
    event_seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    message_seq BIGINT,
    actor_id BLOB NOT NULL,
    subject_id BLOB,
    at TIMESTAMP NOT NULL,
    data TEXT,
    PRIMARY KEY (conversation_id, event_seq)
) WITHOUT ROWID;
