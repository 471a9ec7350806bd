//! Whether a subscription answers everybody alike, so that one execution serves all who
//! follow. A field that is not in the list depends on who asks.

use std::collections::HashSet;

use async_graphql::{
    Name,
    parser::types::{
        ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
    },
    registry::{MetaTypeName, Registry},
};

/// The fields that are the same for all who take part in a conversation. A test walks the
/// schema and wants every field that can be reached here or among the exceptions.
pub(super) const ALIKE: [(&str, &[&str]); 18] = [
    ("Subscription", &["messageAdded", "conversationEvents"]),
    ("MessageAdded", &["eventSeq", "message"]),
    ("MessageEdited", &["eventSeq", "message", "actor"]),
    ("MessageDeleted", &["eventSeq", "message", "actor"]),
    ("MemberJoined", &["eventSeq", "at", "member", "actor"]),
    ("MemberLeft", &["eventSeq", "at", "user", "actor"]),
    ("MemberRoleChanged", &["eventSeq", "at", "member", "actor"]),
    ("ConversationUpdated", &["eventSeq", "at", "conversation", "actor"]),
    ("ConversationDeleted", &["eventSeq", "at", "conversationId", "actor"]),
    ("ReadPositionMoved", &["conversationId", "user", "readSeq"]),
    ("Typing", &["conversationId", "user", "typing", "expiresAt"]),
    ("CaughtUp", &["eventSeq"]),
    ("Heartbeat", &["at"]),
    ("Node", &["id"]),
    (
        "Message",
        &[
            "id",
            "seq",
            "conversation",
            "sender",
            "body",
            "sentAt",
            "editedAt",
            "deletedAt",
            "revision",
            "replyTo",
        ],
    ),
    ("User", &["id", "username", "firstName", "lastName", "role", "createdAt"]),
    (
        "Conversation",
        &[
            "id",
            "kind",
            "title",
            "createdBy",
            "createdAt",
            "lastActivityAt",
            "messageCount",
            "messageSeq",
            "eventSeq",
        ],
    ),
    ("Member", &["user", "role", "joinedAt", "readSeq"]),
];

/// Whether all that the operation selects is in the list.
pub(super) fn is_alike(
    registry: &Registry,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) -> bool {
    operation.ty == OperationType::Subscription
        && Walk { registry, document, known: HashSet::new() }
            .is_alike("Subscription", &operation.selection_set.node)
}

struct Walk<'a> {
    registry: &'a Registry,
    document: &'a ExecutableDocument,
    /// Fragments that were found alike, so that each is walked once.
    known: HashSet<&'a Name>,
}

impl<'a> Walk<'a> {
    fn is_alike(&mut self, parent: &str, set: &'a SelectionSet) -> bool {
        set.items.iter().all(|item| match &item.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                name == "__typename"
                    || self
                        .field(parent, name)
                        .is_some_and(|inner| self.is_alike(&inner, &field.node.selection_set.node))
            }
            Selection::InlineFragment(fragment) => {
                let on = fragment.node.type_condition.as_ref();
                let on = on.map_or(parent, |on| on.node.on.node.as_str());
                self.is_alike(on, &fragment.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                let Some(fragment) = self.document.fragments.get(name) else { return false };
                if !self.known.insert(name) {
                    return true;
                }
                let on = fragment.node.type_condition.node.on.node.as_str();
                self.is_alike(on, &fragment.node.selection_set.node)
            }
        })
    }

    /// The type of a field, if it is in the list.
    fn field(&self, parent: &str, name: &str) -> Option<String> {
        let (_, fields) = ALIKE.iter().find(|(known, _)| *known == parent)?;
        if !fields.contains(&name) {
            return None;
        }
        let field = self.registry.types.get(parent)?.field_by_name(name)?;
        Some(MetaTypeName::concrete_typename(&field.ty).to_owned())
    }
}
