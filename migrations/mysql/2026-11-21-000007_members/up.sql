CREATE TABLE members (
    conversation_id BINARY(16) NOT NULL,
    user_id BINARY(16) NOT NULL,
    role VARCHAR(16) NOT NULL,
    joined_at DATETIME(6) NOT NULL,
    joined_event_seq BIGINT NOT NULL,
    read_seq BIGINT NOT NULL,
    left_at DATETIME(6),
    left_event_seq BIGINT,
    PRIMARY KEY (conversation_id, user_id),
    INDEX members_user_id (user_id, conversation_id),
    INDEX members_joined (conversation_id, joined_event_seq),
    CONSTRAINT members_conversation FOREIGN KEY (conversation_id) REFERENCES conversations (id),
    CONSTRAINT members_user FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
