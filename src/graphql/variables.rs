//! Whether the variables of a request are what its operation declares. The
//! library finds a missing one, or an object that is none, only in the middle of
//! the execution, and blames the argument; here the variable gets the blame.

use std::convert::Infallible;

use async_graphql::{
    Positioned, ServerError, Value, Variables,
    parser::types::{
        BaseType, ExecutableDocument, OperationDefinition, Selection, Type, VariableDefinition,
    },
    registry::{MetaType, MetaTypeName, Registry},
};

use super::{code::ErrorCode, scalars};

/// Fails for the first variable that is missing or does not fit its type. Types
/// that are not in the schema are left to validation.
pub(super) fn check(
    registry: &Registry,
    definitions: &[Positioned<VariableDefinition>],
    variables: &Variables,
    operation: &OperationDefinition,
) -> Result<(), ServerError> {
    let epoch = epoch(operation);
    for Positioned { pos, node: definition } in definitions {
        let name = definition.name.node.as_str();
        let declared = &definition.var_type.node;
        let is_epoch = epoch.as_deref() == Some(name);
        if is_epoch || !registry.types.contains_key(base_name(declared)) {
            continue;
        }
        let declared = declared.to_string();
        let refuse = |problem: String| {
            let mut error = ErrorCode::bad_input(name, problem);
            error.locations.push(*pos);
            Err(error)
        };
        match variables.get(name) {
            Some(value) => {
                let mut path = name.to_owned();
                if let Err(problem) = coerce(registry, &declared, value, &mut path) {
                    return refuse(format!("The variable \"{path}\" {problem}."));
                }
            }
            None if definition.default_value.is_none() && declared.ends_with('!') => {
                return refuse(format!(
                    "The variable \"{name}\" is missing; its type is {declared}."
                ));
            }
            None => {}
        }
    }
    Ok(())
}

/// Fails for the first variable with a default whose type is not in the schema: validation would
/// panic over a list of it.
pub(super) fn check_defaults(
    registry: &Registry,
    document: &ExecutableDocument,
) -> Result<(), ServerError> {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node);
    for Positioned { pos, node: variable } in operations.flat_map(|one| &one.variable_definitions) {
        let name = base_name(&variable.var_type.node);
        if variable.default_value.is_some() && !registry.types.contains_key(name) {
            let message = format!("Unknown type \"{name}\"");
            return Err(ErrorCode::GraphqlValidationFailed.error(message, Some(*pos)));
        }
    }
    Ok(())
}

/// The variable that says of which life of the data a subscriber's cursor is. Whatever it
/// says, another life must be told from what cannot be meant.
fn epoch(operation: &OperationDefinition) -> Option<String> {
    let top = &operation.selection_set.node.items;
    let given = top.iter().find_map(|item| match &item.node {
        Selection::Field(field) => field.node.get_argument("epoch"),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => None,
    })?;
    let mut name = None;
    let _: Result<_, Infallible> = given.node.clone().into_const_with(|variable| {
        name = Some(variable.to_string());
        Ok(Value::Null)
    });
    name
}

fn base_name(declared: &Type) -> &str {
    match &declared.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => base_name(inner),
    }
}

/// What is wrong with `value`, if anything; `path` then says where.
fn coerce(
    registry: &Registry,
    declared: &str,
    value: &Value,
    path: &mut String,
) -> Result<(), String> {
    match (MetaTypeName::create(declared), value) {
        (MetaTypeName::NonNull(_), Value::Null) => {
            Err(format!("must not be null; its type is {declared}"))
        }
        (_, Value::Null) => Ok(()),
        (MetaTypeName::List(inner), Value::List(items)) => {
            items.iter().enumerate().try_for_each(|(index, item)| {
                within(path, &index.to_string(), |path| coerce(registry, inner, item, path))
            })
        }
        // One value is as good as a list of it.
        (MetaTypeName::NonNull(inner) | MetaTypeName::List(inner), value) => {
            coerce(registry, inner, value, path)
        }
        (MetaTypeName::Named(name), value) => coerce_named(registry, name, value, path),
    }
}

fn coerce_named(
    registry: &Registry,
    name: &str,
    value: &Value,
    path: &mut String,
) -> Result<(), String> {
    let fits = match (registry.types.get(name), value) {
        // The library lets any 64-bit number through.
        (Some(MetaType::Scalar { name, .. }), Value::Number(number)) if name == "Int" => {
            number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
        }
        (Some(MetaType::Scalar { name, .. }), Value::String(text)) if scalars::is_own(name) => {
            return scalars::read(name, text).map_err(|problem| format!("is {problem}"));
        }
        (Some(MetaType::Scalar { is_valid, .. }), value) => {
            is_valid.as_ref().is_none_or(|is_valid| is_valid(value))
        }
        (Some(MetaType::Enum { enum_values, .. }), Value::String(value)) => {
            enum_values.contains_key(value.as_str())
        }
        (Some(MetaType::InputObject { input_fields, oneof, .. }), Value::Object(object)) => {
            if let Some(unknown) =
                object.keys().find(|key| !input_fields.contains_key(key.as_str()))
            {
                return within(path, unknown, |_| Err(format!("is no field of {name}")));
            }
            if *oneof && (object.len() != 1 || object.values().any(|value| *value == Value::Null)) {
                return Err(format!("must have exactly one field of {name}, not null"));
            }
            return input_fields.values().try_for_each(|field| {
                within(path, &field.name, |path| match object.get(field.name.as_str()) {
                    Some(value) => coerce(registry, &field.ty, value, path),
                    None if field.default_value.is_none() && field.ty.ends_with('!') => {
                        Err(format!("is missing; its type is {}", field.ty))
                    }
                    None => Ok(()),
                })
            });
        }
        (Some(MetaType::Enum { .. } | MetaType::InputObject { .. }), _) => false,
        // No input type: validation refuses the declaration.
        _ => true,
    };
    if fits { Ok(()) } else { Err(format!("must be of type {name}")) }
}

/// Lengthens `path` for `inner`, and leaves it so if that fails.
fn within(
    path: &mut String,
    step: &str,
    inner: impl FnOnce(&mut String) -> Result<(), String>,
) -> Result<(), String> {
    let length = path.len();
    path.push('.');
    path.push_str(step);
    inner(path)?;
    path.truncate(length);
    Ok(())
}
