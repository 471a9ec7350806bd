//! What an operation may cost: each field is 1, times the rows of the lists it is in. The
//! library can count so too, but only from arguments whose variables are all given.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{
        ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
    },
};

/// The lists that can grow, by the names of their fields.
const LISTS: [&str; 7] =
    ["users", "conversations", "messages", "members", "participants", "nodes", "sessions"];

/// The rows of a list that is not told how many.
const USUAL: usize = 20;

/// The rows of a list at the most, whatever it is told.
const LARGEST: usize = 100;

/// The cost of an operation of a document whose fragments form no circle. Each fragment is
/// walked once.
pub(super) fn cost(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> usize {
    let (fragments, known) = (&document.fragments, HashMap::new());
    Walk { fragments, variables, known }.selections(&operation.selection_set.node)
}

struct Walk<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
    known: HashMap<&'a Name, usize>,
}

impl<'a> Walk<'a> {
    fn selections(&mut self, set: &'a SelectionSet) -> usize {
        let each = set.items.iter().map(|item| match &item.node {
            Selection::Field(field) => self.field(&field.node),
            Selection::InlineFragment(fragment) => {
                self.selections(&fragment.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
        });
        each.fold(0, usize::saturating_add)
    }

    fn fragment(&mut self, name: &'a Name) -> usize {
        if let Some(cost) = self.known.get(name) {
            return *cost;
        }
        let Some(fragment) = self.fragments.get(name) else { return 0 };
        let cost = self.selections(&fragment.node.selection_set.node);
        self.known.insert(name, cost);
        cost
    }

    fn field(&mut self, field: &'a Field) -> usize {
        let inner = self.selections(&field.selection_set.node);
        let rows = if LISTS.contains(&field.name.node.as_str()) { self.rows(field) } else { 1 };
        inner.saturating_mul(rows).saturating_add(1)
    }

    fn rows(&self, field: &Field) -> usize {
        // `nodes` of a connection has no arguments: its rows are the connection's.
        if field.name.node == "nodes" && field.arguments.is_empty() {
            return 1;
        }
        // It has no arguments and shows a hundred.
        if field.name.node == "participants" {
            return LARGEST;
        }
        let size = |name: &str| {
            let value = field.get_argument(name)?.node.clone();
            let variable = |name| self.variables.get(&name).cloned().ok_or(());
            given(&value.into_const_with(variable).ok()?)
        };
        let rows = size("first").or_else(|| size("last")).or_else(|| size("ids"));
        rows.unwrap_or(USUAL).min(LARGEST)
    }
}

/// A number, or how many a list has.
fn given(value: &Value) -> Option<usize> {
    match value {
        Value::Number(number) => usize::try_from(number.as_u64()?).ok(),
        Value::List(items) => Some(items.len()),
        _ => None,
    }
}
