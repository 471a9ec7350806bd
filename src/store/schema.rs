// @generated automatically by Diesel CLI.

diesel::table! {
    audit_log (id) {
        id -> Binary,
        at -> Timestamp,
        action -> Text,
        actor_id -> Nullable<Binary>,
        subject_id -> Nullable<Binary>,
        ip -> Nullable<Text>,
        detail -> Nullable<Text>,
    }
}

diesel::table! {
    changes (conversation_id, event_seq) {
        conversation_id -> Binary,
        event_seq -> BigInt,
        kind -> Text,
        message_seq -> Nullable<BigInt>,
        actor_id -> Binary,
        subject_id -> Nullable<Binary>,
        at -> Timestamp,
        data -> Nullable<Text>,
    }
}

diesel::table! {
    conversations (id) {
        id -> Binary,
        kind -> Text,
        title -> Nullable<Text>,
        direct_key -> Nullable<Binary>,
        created_by -> Binary,
        client_conversation_id -> Nullable<Binary>,
        client_hash -> Nullable<Binary>,
        created_at -> Timestamp,
        message_seq -> BigInt,
        event_seq -> BigInt,
        live_count -> BigInt,
        last_activity_at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    members (conversation_id, user_id) {
        conversation_id -> Binary,
        user_id -> Binary,
        role -> Text,
        joined_at -> Timestamp,
        joined_event_seq -> BigInt,
        read_seq -> BigInt,
        left_at -> Nullable<Timestamp>,
        left_event_seq -> Nullable<BigInt>,
    }
}

diesel::table! {
    messages (conversation_id, seq) {
        conversation_id -> Binary,
        seq -> BigInt,
        event_seq -> BigInt,
        changed_event_seq -> Nullable<BigInt>,
        id -> Binary,
        sender_id -> Binary,
        client_message_id -> Nullable<Binary>,
        client_hash -> Nullable<Binary>,
        body -> Text,
        reply_to_seq -> Nullable<BigInt>,
        sent_at -> Timestamp,
        edited_at -> Nullable<Timestamp>,
        deleted_at -> Nullable<Timestamp>,
        revision -> BigInt,
    }
}

diesel::table! {
    refresh_tokens (token_hash) {
        token_hash -> Binary,
        session_id -> Binary,
        issued_at -> Timestamp,
        spent_at -> Nullable<Timestamp>,
        regranted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Binary,
        user_id -> Binary,
        kind -> Text,
        rotates -> Bool,
        created_at -> Timestamp,
        last_used_at -> Timestamp,
        expires_at -> Timestamp,
        absolute_expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        user_agent -> Nullable<Text>,
        ip -> Nullable<Text>,
    }
}

diesel::table! {
    settings (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    users (id) {
        id -> Binary,
        username -> Text,
        username_key -> Text,
        email -> Text,
        email_key -> Text,
        first_name -> Text,
        last_name -> Text,
        phone_number -> Nullable<Text>,
        role -> Text,
        password_hash -> Text,
        created_at -> Timestamp,
        disabled_at -> Nullable<Timestamp>,
        deleted_at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(members -> conversations (conversation_id));
diesel::joinable!(members -> users (user_id));
diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::joinable!(sessions -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    audit_log,
    changes,
    conversations,
    members,
    messages,
    refresh_tokens,
    sessions,
    settings,
    users,
);
