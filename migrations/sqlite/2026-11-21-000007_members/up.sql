CREATE TABLE members (
    conversation_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    role TEXT NOT NULL,
    joined_at TIMESTAMP NOT NULL,
    joined_event_seq BIGINT NOT NULL,
    read_seq BIGINT NOT NULL,
    left_at TIMESTAMP,
    left_event_seq BIGINT,
    PRIMARY KEY (conversation_id, user_id),
    CONSTRAINT members_conversation FOREIGN KEY (conversation_id) REFERENCES conversations (id),
    CONSTRAINT members_user FOREIGN KEY (user_id) REFERENCES users (id)
) WITHOUT ROWID;
CREATE INDEX members_user_id ON members (user_id, conversation_id);
CREATE INDEX members_joined ON members (conversation_id, joined_event_seq);
