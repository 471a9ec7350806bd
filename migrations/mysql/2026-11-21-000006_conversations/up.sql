CREATE TABLE conversations (
    id BINARY(16) NOT NULL PRIMARY KEY,
    kind VARCHAR(16) NOT NULL,
    title VARCHAR(200),
    direct_key BINARY(32),
    created_by BINARY(16) NOT NULL,
    client_conversation_id BINARY(16),
    client_hash BINARY(32),
    created_at DATETIME(6) NOT NULL,
    message_seq BIGINT NOT NULL,
    event_seq BIGINT NOT NULL,
    live_count BIGINT NOT NULL,
    last_activity_at DATETIME(6) NOT NULL,
    deleted_at DATETIME(6),
    CONSTRAINT conversations_direct_key UNIQUE (direct_key),
    CONSTRAINT conversations_client_id UNIQUE (created_by, client_conversation_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
