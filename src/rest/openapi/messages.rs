//! What is told of messages: those of one conversation, and those of all of one's own.

use utoipa::{
    IntoParams,
    openapi::{
        HttpMethod,
        path::{Parameter, ParameterIn},
    },
};
use uuid::Uuid;

use super::{
    super::{
        messages::{MessageBody, MessageEdit, MessageInput, NestedMessageInput},
        page::Paging,
    },
    operation::Operation,
    shapes,
};

/// How a list of messages is narrowed.
#[derive(IntoParams)]
#[expect(dead_code, reason = "only described; the handler takes them one by one")]
struct MessageFilters {
    /// Only messages of this conversation.
    conversation: Option<Uuid>,
    /// Only messages of this person: an id, a user name or an e-mail address.
    sender: Option<String>,
    /// Only messages that hold this text, without regard to case.
    message_body: Option<String>,
    /// Only what was sent then or later: `2026-11-21`, `2026-11-21 10:00` or ISO 8601.
    start_date: Option<String>,
    /// The same under its other name.
    sent_at_after: Option<String>,
    /// Only what was sent then or earlier.
    end_date: Option<String>,
    /// The same under its other name.
    sent_at_before: Option<String>,
    /// Words that are all in the message.
    search: Option<String>,
    /// `sent_at` or `sender__username`, each with `-` for the other way; several with commas
    /// between them. What is unknown is left out.
    #[param(example = "-sent_at")]
    ordering: Option<String>,
}

/// What makes a second try harmless.
#[derive(IntoParams)]
#[expect(dead_code, reason = "only described; the handler takes it from the headers")]
struct Idempotency {
    /// A text of the client's choice. The same message again under the same text is answered
    /// with the first one; another message under it is 409.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}

fn filters() -> Vec<Parameter> {
    MessageFilters::into_params(|| Some(ParameterIn::Query))
}

fn key() -> Vec<Parameter> {
    Idempotency::into_params(|| Some(ParameterIn::Header))
}

const OF_CONVERSATION: &str = "conversations/{conversation}/messages/";
const ONE_OF_CONVERSATION: &str = "conversations/{conversation}/messages/{message}/";
const ONE: &str = "messages/{message}/";

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "listMessagesOfConversation",
        summary: "List the messages of a conversation",
        description: "The newest first. Deleted messages are not listed.",
        ..list(OF_CONVERSATION)
    },
    Operation {
        id: "sendMessageToConversation",
        summary: "Send a message to a conversation",
        description: "If the body names a conversation too, it must be the one of the path.",
        body: Some(shapes::of::<NestedMessageInput>),
        ..send(OF_CONVERSATION)
    },
    Operation {
        id: "getMessageOfConversation",
        summary: "Get a message of a conversation",
        description: "404 if it is in another conversation.",
        ..get(ONE_OF_CONVERSATION)
    },
    Operation { id: "replaceMessageOfConversation", ..edit(ONE_OF_CONVERSATION) },
    Operation { id: "updateMessageOfConversation", ..amend(ONE_OF_CONVERSATION) },
    Operation { id: "deleteMessageOfConversation", ..delete(ONE_OF_CONVERSATION) },
    Operation {
        id: "listMessages",
        summary: "List the messages of all one's conversations",
        description: "The newest first. Deleted messages are not listed.",
        ..list("messages/")
    },
    Operation {
        id: "sendMessage",
        summary: "Send a message",
        description: "To the conversation that the body names.",
        body: Some(shapes::of::<MessageInput>),
        ..send("messages/")
    },
    Operation {
        id: "getMessage",
        summary: "Get a message",
        description: "403 if the caller takes no part in its conversation.",
        ..get(ONE)
    },
    Operation { id: "replaceMessage", ..edit(ONE) },
    Operation { id: "updateMessage", ..amend(ONE) },
    Operation { id: "deleteMessage", ..delete(ONE) },
];

const fn list(path: &'static str) -> Operation {
    Operation {
        parameters: &[filters, Paging::query],
        answer: (200, "A page of messages.", Some(shapes::page::<MessageBody>)),
        ..Operation::at(path, HttpMethod::Get)
    }
}

const fn send(path: &'static str) -> Operation {
    Operation {
        parameters: &[key],
        answer: (201, "The message as it was sent.", Some(shapes::of::<MessageBody>)),
        also: &[409],
        ..Operation::at(path, HttpMethod::Post)
    }
}

const fn get(path: &'static str) -> Operation {
    Operation {
        answer: (200, "The message.", Some(shapes::of::<MessageBody>)),
        ..Operation::at(path, HttpMethod::Get)
    }
}

const fn edit(path: &'static str) -> Operation {
    Operation {
        summary: "Put other words into a message",
        description: "Its sender may; anybody else is 403.",
        body: Some(shapes::of::<MessageEdit>),
        answer: (200, "The message as it is now.", Some(shapes::of::<MessageBody>)),
        ..Operation::at(path, HttpMethod::Put)
    }
}

const fn amend(path: &'static str) -> Operation {
    Operation {
        summary: "Put other words into a message, or none",
        description: "The same as PUT; without words nothing changes.",
        body: Some(shapes::part::<MessageEdit>),
        answer: (200, "The message as it is now.", Some(shapes::of::<MessageBody>)),
        ..Operation::at(path, HttpMethod::Patch)
    }
}

const fn delete(path: &'static str) -> Operation {
    Operation {
        summary: "Delete a message",
        description: "Its sender may. It is gone from all lists and counts.",
        ..Operation::at(path, HttpMethod::Delete)
    }
}
