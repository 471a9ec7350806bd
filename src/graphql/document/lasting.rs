//! The variables of a subscription that say what it shows, without those that only say from
//! where: subscribers who differ in nothing else are shown the same.

use std::{
    collections::{BTreeMap, HashSet},
    convert::Infallible,
};

use async_graphql::{
    Positioned, Value, Variables,
    parser::types::{Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};

/// The arguments that say from where.
const CURSORS: [&str; 3] = ["afterSeq", "afterEventSeq", "epoch"];

/// The lasting variables as JSON, in one order.
pub(super) fn lasting(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> String {
    let mut used = Used::default();
    used.directives(&operation.directives);
    used.selections(&operation.selection_set.node, true);
    for fragment in document.fragments.values() {
        used.directives(&fragment.node.directives);
        used.selections(&fragment.node.selection_set.node, false);
    }
    let lasting: BTreeMap<_, _> =
        variables.iter().filter(|(name, _)| used.0.contains(name.as_str())).collect();
    // What cannot be written as JSON did not come as JSON either.
    serde_json::to_string(&lasting).unwrap_or_default()
}

/// Notes the variables in a value, whose type the library does not name.
macro_rules! note {
    ($used:expr, $value:expr) => {{
        let names = &mut $used.0;
        let _: Result<_, Infallible> = $value.node.clone().into_const_with(|name| {
            names.insert(name.to_string());
            Ok(Value::Null)
        });
    }};
}

/// The variables that are used for anything but a cursor.
#[derive(Default)]
struct Used(HashSet<String>);

impl Used {
    fn selections(&mut self, set: &SelectionSet, at_top: bool) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    for (name, value) in &field.node.arguments {
                        let is_cursor = at_top && CURSORS.contains(&name.node.as_str());
                        if !is_cursor {
                            note!(self, value);
                        }
                    }
                    self.directives(&field.node.directives);
                    self.selections(&field.node.selection_set.node, false);
                }
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.node.directives);
                    self.selections(&fragment.node.selection_set.node, at_top);
                }
                Selection::FragmentSpread(spread) => self.directives(&spread.node.directives),
            }
        }
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        let arguments = directives.iter().flat_map(|directive| &directive.node.arguments);
        for (_, value) in arguments {
            note!(self, value);
        }
    }
}
