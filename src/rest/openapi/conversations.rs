//! What is told of conversations, and of what happens in them.

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
        conversations::{ConversationBody, ConversationInput},
        events::Events,
        page::Paging,
    },
    operation::Operation,
    shapes,
};

/// How the list of conversations is narrowed.
#[derive(IntoParams)]
#[expect(dead_code, reason = "only described; the handler takes them one by one")]
struct ConversationFilters {
    /// Only conversations in which one of these people takes part.
    participants: Option<Vec<Uuid>>,
    /// Only what was made then or later: `2026-11-21`, `2026-11-21 10:00` or ISO 8601.
    created_after: Option<String>,
    /// Only what was made then or earlier.
    created_before: Option<String>,
    /// Words that are all in the names and addresses of the participants or in the messages.
    search: Option<String>,
    /// `created_at`, or `-created_at` for the newest first, which is the default.
    ordering: Option<String>,
}

/// From where events are told, and how long the server waits for new ones.
#[derive(IntoParams)]
#[expect(dead_code, reason = "only described; the handler takes them one by one")]
struct EventQuery {
    /// The number after which to begin: `next` of the answer before. Without it, only what
    /// happens from now on.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// For how many seconds to wait for something new; 25 at most.
    #[param(minimum = 0, example = 20)]
    wait: Option<i64>,
    /// `epoch` of the answer before; 410 if the numbers are no longer of this life.
    epoch: Option<String>,
}

fn filters() -> Vec<Parameter> {
    ConversationFilters::into_params(|| Some(ParameterIn::Query))
}

fn events() -> Vec<Parameter> {
    EventQuery::into_params(|| Some(ParameterIn::Query))
}

const ONE: &str = "conversations/{conversation}/";

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "listConversations",
        summary: "List one's conversations",
        description: "Those in which the caller takes part, the newest first, each with its \
                      participants and its newest 20 messages.",
        parameters: &[filters, Paging::query],
        answer: (200, "A page of conversations.", Some(shapes::page::<ConversationBody>)),
        ..Operation::at("conversations/", HttpMethod::Get)
    },
    Operation {
        id: "createConversation",
        summary: "Begin a conversation",
        description: "With at least one other person, under `participant_ids` or `participants`; \
                      the caller takes part in any case. First messages may be sent with it.",
        body: Some(shapes::of::<ConversationInput>),
        answer: (201, "The new conversation.", Some(shapes::of::<ConversationBody>)),
        ..Operation::at("conversations/", HttpMethod::Post)
    },
    Operation {
        id: "getConversation",
        summary: "Get a conversation",
        description: "One in which the caller takes part: 403 for another, 404 for none.",
        answer: (200, "The conversation.", Some(shapes::of::<ConversationBody>)),
        ..Operation::at(ONE, HttpMethod::Get)
    },
    Operation {
        id: "replaceParticipants",
        summary: "Say who takes part",
        description: "Who is not named leaves, who is new joins, the caller stays. A direct \
                      conversation keeps its two.",
        body: Some(shapes::of::<ConversationInput>),
        answer: (200, "The conversation as it is now.", Some(shapes::of::<ConversationBody>)),
        ..Operation::at(ONE, HttpMethod::Put)
    },
    Operation {
        id: "updateParticipants",
        summary: "Say who takes part, or nothing",
        description: "The same as PUT; without participants nothing changes.",
        body: Some(shapes::part::<ConversationInput>),
        answer: (200, "The conversation as it is now.", Some(shapes::of::<ConversationBody>)),
        ..Operation::at(ONE, HttpMethod::Patch)
    },
    Operation {
        id: "deleteConversation",
        summary: "Delete a conversation",
        description: "For all who take part in it. A direct conversation cannot be deleted.",
        also: &[400],
        ..Operation::at(ONE, HttpMethod::Delete)
    },
    Operation {
        id: "pollEvents",
        summary: "Follow a conversation",
        description: "What has happened after a number, without gaps, as in \
                      `conversationEvents` of GraphQL. With `wait` the answer comes as soon as \
                      there is something new, or empty after that time: ask again with `next`.",
        parameters: &[events],
        answer: (200, "Some events, at most 100.", Some(shapes::of::<Events>)),
        also: &[410],
        ..Operation::at("conversations/{conversation}/events/", HttpMethod::Get)
    },
];
