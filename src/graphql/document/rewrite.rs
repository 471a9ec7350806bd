//! Puts a parsed document into a form that the library treats as the
//! specification wants, and finds what is at the top of its operations.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, ServerError,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition,
        InlineFragment, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};

use super::Operation;
use crate::graphql::code::ErrorCode;

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Rewrites every operation and fragment. Fragments must not form a circle.
pub(super) fn rewrite(document: &mut ExecutableDocument) -> Result<Vec<Operation>, ServerError> {
    let ExecutableDocument { operations, fragments } = document;
    for fragment in fragments.values_mut() {
        wrap_directives(&mut fragment.node.selection_set.node)?;
    }
    match operations {
        DocumentOperations::Single(operation) => {
            Ok(vec![rewrite_operation(None, operation, fragments)?])
        }
        DocumentOperations::Multiple(operations) => operations
            .iter_mut()
            .map(|(name, operation)| rewrite_operation(Some(name.clone()), operation, fragments))
            .collect(),
    }
}

fn rewrite_operation(
    name: Option<Name>,
    operation: &mut Positioned<OperationDefinition>,
    fragments: &Fragments,
) -> Result<Operation, ServerError> {
    let pos = operation.pos;
    let OperationDefinition { ty: kind, selection_set, .. } = &mut operation.node;
    wrap_directives(&mut selection_set.node)?;
    let mut root = Root::default();
    root.collect(&selection_set.node, fragments);
    let root_fields = root.fields.iter().map(|field| field.node.name.node.clone()).collect();
    if *kind == OperationType::Subscription {
        let &[field] = root.fields.as_slice() else {
            let message = "A subscription must have exactly one field at its top.";
            return Err(ErrorCode::GraphqlValidationFailed.error(message, Some(pos)));
        };
        if root.is_conditional {
            let message = "The field of a subscription must not be under @skip or @include.";
            return Err(ErrorCode::GraphqlValidationFailed.error(message, Some(pos)));
        }
        // The library looks for it among the fields at the top only. A fragment
        // that has it stays, else it would be refused as unused.
        let field = Positioned::new(Selection::Field(field.clone()), field.pos);
        if !selection_set.node.items.iter().any(|s| matches!(s.node, Selection::Field(_))) {
            selection_set.node.items.push(field);
        }
    }
    Ok(Operation { name, kind: *kind, root_fields })
}

/// The library takes no notice of directives on `__typename`, and so calls a
/// variable unused that only they use. On a fragment around it they count.
fn wrap_directives(set: &mut SelectionSet) -> Result<(), ServerError> {
    for selection in &mut set.items {
        let wrapped = match &mut selection.node {
            Selection::FragmentSpread(_) => None,
            Selection::InlineFragment(fragment) => {
                wrap_directives(&mut fragment.node.selection_set.node)?;
                None
            }
            Selection::Field(field) if field.node.name.node == "__typename" => wrap(field)?,
            Selection::Field(field) => {
                wrap_directives(&mut field.node.selection_set.node)?;
                None
            }
        };
        if let Some(fragment) = wrapped {
            selection.node = Selection::InlineFragment(fragment);
        }
    }
    Ok(())
}

fn wrap(field: &mut Positioned<Field>) -> Result<Option<Positioned<InlineFragment>>, ServerError> {
    let pos = field.pos;
    // The library would not notice either of these.
    if !field.node.arguments.is_empty() || !field.node.selection_set.node.items.is_empty() {
        let message = "\"__typename\" takes no arguments and has no fields.";
        return Err(ErrorCode::GraphqlValidationFailed.error(message, Some(pos)));
    }
    if field.node.directives.is_empty() {
        return Ok(None);
    }
    let directives = std::mem::take(&mut field.node.directives);
    let items = vec![Positioned::new(Selection::Field(field.clone()), pos)];
    let selection_set = Positioned::new(SelectionSet { items }, pos);
    let fragment = InlineFragment { type_condition: None, directives, selection_set };
    Ok(Some(Positioned::new(fragment, pos)))
}

/// The fields at the top of an operation, and whether anything on the way to
/// them may leave them out.
#[derive(Default)]
struct Root<'a> {
    fields: Vec<&'a Positioned<Field>>,
    is_conditional: bool,
}

impl<'a> Root<'a> {
    fn collect(&mut self, set: &'a SelectionSet, fragments: &'a Fragments) {
        for selection in &set.items {
            self.is_conditional |= selection.node.directives().iter().any(is_condition);
            match &selection.node {
                Selection::Field(field) => self.fields.push(field),
                Selection::InlineFragment(inline) => {
                    self.collect(&inline.node.selection_set.node, fragments);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                        self.collect(&fragment.node.selection_set.node, fragments);
                    }
                }
            }
        }
    }
}

fn is_condition(directive: &Positioned<Directive>) -> bool {
    matches!(directive.node.name.node.as_str(), "skip" | "include")
}
