//! Whether fields of one name in an answer are one field: the specification's "overlapping fields
//! can be merged". The library compares what stands under one and the same type condition, and
//! not what is inside of two fields that it merges; of those the later one would win.
//!
//! Of fields of different objects the specification also wants the same shape of answer. That is
//! not asked here: `eventSeq` of two kinds of events may be null in one and not in the other, and
//! no answer holds both.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ptr,
};

use async_graphql::{
    Name, Positioned, ServerError,
    parser::types::{
        ExecutableDocument, Field, FragmentDefinition, OperationType, Selection, SelectionSet,
    },
    registry::{MetaType, MetaTypeName, Registry},
};

use crate::graphql::code::ErrorCode;

/// The fields of one object that an answer shows under one name, by the type that each is of.
type Alike<'a> = BTreeMap<&'a str, Vec<&'a Positioned<Field>>>;

/// Fails for two fields that cannot be merged, of a document that passed validation. Looks at
/// each selection once, fragments counted as often as they are spread, of which there is a limit.
pub(super) fn check(registry: &Registry, document: &ExecutableDocument) -> Result<(), ServerError> {
    let walk = Walk { registry, fragments: &document.fragments };
    document.operations.iter().try_for_each(|(_, operation)| {
        let top = match operation.node.ty {
            OperationType::Query => Some(&registry.query_type),
            OperationType::Mutation => registry.mutation_type.as_ref(),
            OperationType::Subscription => registry.subscription_type.as_ref(),
        };
        let set = &operation.node.selection_set.node;
        top.map_or(Ok(()), |top| walk.object(top, &[set]))
    })
}

#[derive(Clone, Copy)]
struct Walk<'a> {
    registry: &'a Registry,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
}

impl<'a> Walk<'a> {
    /// What is selected of one object, in as many places as there are sets.
    fn object(self, of: &'a str, sets: &[&'a SelectionSet]) -> Result<(), ServerError> {
        let (mut names, mut spread) = (BTreeMap::new(), HashSet::new());
        for set in sets {
            self.collect(of, set, &mut names, &mut spread);
        }
        names.into_values().try_for_each(|alike| self.merge(&alike))
    }

    fn collect(
        self,
        of: &'a str,
        set: &'a SelectionSet,
        names: &mut BTreeMap<&'a str, Alike<'a>>,
        spread: &mut HashSet<&'a Name>,
    ) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let name = field.node.response_key().node.as_str();
                    names.entry(name).or_default().entry(of).or_default().push(field);
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let of = condition.map_or(of, |condition| condition.node.on.node.as_str());
                    self.collect(of, &inline.node.selection_set.node, names, spread);
                }
                Selection::FragmentSpread(found) => {
                    let name = &found.node.fragment_name.node;
                    let Some(fragment) = self.fragments.get(name) else { continue };
                    if spread.insert(name) {
                        let of = fragment.node.type_condition.node.on.node.as_str();
                        self.collect(of, &fragment.node.selection_set.node, names, spread);
                    }
                }
            }
        }
    }

    fn merge(self, alike: &Alike<'a>) -> Result<(), ServerError> {
        let is_abstract =
            |of: &&str| self.registry.types.get(*of).is_some_and(MetaType::is_abstract);
        // What is of an interface is of any of its objects too.
        let is_one_object = alike.keys().any(is_abstract);
        let mut first = None;
        for (of, fields) in alike {
            let [own, rest @ ..] = fields.as_slice() else { continue };
            rest.iter().try_for_each(|field| same(own, field))?;
            if is_one_object {
                same(first.get_or_insert(*own), own)?;
            }
            let sets: Vec<_> = fields.iter().map(|field| &field.node.selection_set.node).collect();
            if sets.iter().any(|set| !set.items.is_empty())
                && let Some(inner) = self.answer(of, own.node.name.node.as_str())
            {
                self.object(inner, &sets)?;
            }
        }
        Ok(())
    }

    /// The type that a field answers.
    fn answer(self, of: &str, field: &str) -> Option<&'a str> {
        match field {
            "__schema" => Some("__Schema"),
            "__type" => Some("__Type"),
            _ => {
                let field = self.registry.types.get(of)?.field_by_name(field)?;
                Some(MetaTypeName::concrete_typename(&field.ty))
            }
        }
    }
}

fn same(one: &Positioned<Field>, other: &Positioned<Field>) -> Result<(), ServerError> {
    let (Field { name, arguments, .. }, at) = (&one.node, vec![one.pos, other.pos]);
    let is_given = |(name, value): &(Positioned<Name>, _)| {
        other.node.get_argument(&name.node).is_some_and(|found| found == value)
    };
    let difference = if ptr::eq(one, other) {
        return Ok(());
    } else if name != &other.node.name {
        format!("\"{}\" and \"{}\" are different fields", name.node, other.node.name.node)
    } else if arguments.len() != other.node.arguments.len() || !arguments.iter().all(is_given) {
        "they have different arguments".to_owned()
    } else {
        return Ok(());
    };
    let message = format!(
        "Fields \"{}\" conflict because {difference}: give one of them an alias.",
        one.node.response_key().node
    );
    let mut error = ErrorCode::GraphqlValidationFailed.error(message, None);
    error.locations = at;
    Err(error)
}
