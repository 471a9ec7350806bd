CREATE TABLE conversations (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT,
    direct_key BLOB,
    created_by BLOB NOT NULL,
    client_conversation_id BLOB,
    client_hash BLOB,
    created_at TIMESTAMP NOT NULL,
    message_seq BIGINT NOT NULL,
    event_seq BIGINT NOT NULL,
    live_count BIGINT NOT NULL,
    last_activity_at TIMESTAMP NOT NULL,
    deleted_at TIMESTAMP,
    CONSTRAINT conversations_direct_key UNIQUE (direct_key),
    CONSTRAINT conversations_client_id UNIQUE (created_by, client_conversation_id)
) WITHOUT ROWID;
