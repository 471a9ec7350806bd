CREATE INDEX changes_kind ON changes (conversation_id, kind, event_seq);
