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

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, sync::Arc};

    use async_graphql::parser::{
        parse_schema,
        types::{BaseType, TypeKind, TypeSystemDefinition},
    };
    use futures_util::StreamExt;

    use super::*;
    use crate::graphql::{Documents, Limits, execute::Gate, params::Params};

    /// The fields that depend on who asks; what is below them is not looked at.
    const OWN: [&str; 9] = [
        "Subscription.inboxEvents",
        "User.email",
        "User.phoneNumber",
        "Conversation.participants",
        "Conversation.members",
        "Conversation.messages",
        "Conversation.lastMessage",
        "Conversation.readSeq",
        "Conversation.unreadCount",
    ];

    #[test]
    fn every_field_that_can_be_followed_is_said_to_be_alike_or_not() {
        let sdl = crate::graphql::sdl();
        let schema = parse_schema(&sdl).unwrap();
        let types: Vec<_> = schema
            .definitions
            .iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(definition) => Some(&definition.node),
                _ => None,
            })
            .collect();
        let (mut reached, mut next) = (BTreeSet::new(), vec!["Subscription".to_owned()]);
        let (mut unsaid, mut found) = (Vec::new(), BTreeSet::new());
        while let Some(name) = next.pop() {
            if !reached.insert(name.clone()) {
                continue;
            }
            let Some(definition) = types.iter().find(|other| other.name.node == name) else {
                continue;
            };
            let fields = match &definition.kind {
                TypeKind::Object(object) => &object.fields,
                TypeKind::Interface(interface) => &interface.fields,
                TypeKind::Union(union) => {
                    next.extend(union.members.iter().map(|member| member.node.to_string()));
                    continue;
                }
                _ => continue,
            };
            for field in fields {
                let place = format!("{name}.{}", field.node.name.node);
                let of = ALIKE.iter().find(|(of, _)| *of == name);
                let is_alike =
                    of.is_some_and(|(_, alike)| alike.contains(&field.node.name.node.as_str()));
                if OWN.contains(&place.as_str()) {
                    assert!(!is_alike, "{place} is said to be both");
                    found.insert(place);
                } else if is_alike {
                    let mut base = &field.node.ty.node.base;
                    while let BaseType::List(inner) = base {
                        base = &inner.base;
                    }
                    if let BaseType::Named(inner) = base {
                        next.push(inner.to_string());
                    }
                } else {
                    unsaid.push(place);
                }
            }
        }
        assert_eq!(unsaid, Vec::<String>::new(), "say of them in audience.rs which they are");
        assert_eq!(found.len(), OWN.len(), "an exception is no field any more");
    }

    #[tokio::test]
    async fn a_document_is_alike_if_all_of_it_is() {
        let schema = crate::graphql::schema(true);
        for (selection, expected) in [
            ("messageAdded(conversationId: 1) { id sender { username } __typename }", true),
            ("messageAdded(conversationId: 1) { sender { email } }", false),
            ("messageAdded(conversationId: 1) { ...M }", true),
            ("messageAdded(conversationId: 1) { ...M ...N }", false),
            ("messageAdded(conversationId: 1) { ... on Node { id } }", true),
            ("messageAdded(conversationId: 1) { replyTo { sender { phoneNumber } } }", false),
            (
                "conversationEvents(conversationId: 1) { ... on MemberJoined { member { readSeq } } }",
                true,
            ),
            (
                "conversationEvents(conversationId: 1) { ... on ConversationUpdated { conversation { title readSeq } } }",
                false,
            ),
            ("inboxEvents { __typename }", false),
            ("messageAdded(conversationId: 1) { nothing }", false),
        ] {
            let text = format!(
                "subscription {{ {selection} }} fragment M on Message {{ seq sender {{ ...U }} }} \
                 fragment U on User {{ id }} fragment N on Message {{ sender {{ ...E }} }} \
                 fragment E on User {{ email }}"
            );
            let documents = Documents::new(Limits::default());
            let params = Params { query: Some(text), ..Params::default() };
            let prepared = documents.prepare(params).unwrap();
            let gate = Gate::new(&prepared);
            let request = prepared.request().data(Arc::clone(&gate));
            schema.execute_stream(request).next().await;
            assert_eq!(gate.is_alike(), expected, "{selection}");
        }
    }
}
