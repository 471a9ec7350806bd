//! The schema that clients see: as committed, as printed, and as designed.
//!
//! `UPDATE_SCHEMA=1 cargo test --test it schema` writes `schema.graphql`.

use std::{collections::HashMap, fs, path::Path};

use async_graphql::parser::{
    parse_schema,
    types::{
        FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
    },
};

/// What the schema must contain; see there.
const TARGET: &str = include_str!("target.graphql");

#[test]
fn the_committed_schema_is_what_the_server_prints() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let printed = parlance::graphql::sdl();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&file, &printed).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == printed,
        "schema.graphql is out of date: run this test with UPDATE_SCHEMA=1 and look at the difference"
    );
}

#[test]
fn the_schema_contains_all_that_was_designed() {
    let missing = differences(TARGET, &parlance::graphql::sdl());
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn everything_in_the_schema_is_described() {
    let types = types(&parlance::graphql::sdl());
    let mut bare = Vec::new();
    for (name, definition) in &types {
        let mut check = |place: String, is_described: bool| {
            if !is_described {
                bare.push(place);
            }
        };
        check(name.clone(), definition.description.is_some());
        match &definition.kind {
            TypeKind::Object(_) | TypeKind::Interface(_) => {
                for field in fields(definition).unwrap() {
                    check(format!("{name}.{}", field.name.node), field.description.is_some());
                    // What `input` is, its type says.
                    let told = field.arguments.iter().map(|argument| &argument.node);
                    for argument in told.filter(|argument| argument.name.node != "input") {
                        let place = format!("{name}.{}({})", field.name.node, argument.name.node);
                        check(place, argument.description.is_some());
                    }
                }
            }
            TypeKind::InputObject(input) => {
                for field in &input.fields {
                    check(
                        format!("{name}.{}", field.node.name.node),
                        field.node.description.is_some(),
                    );
                }
            }
            TypeKind::Enum(_) | TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
    bare.sort();
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}

fn types(sdl: &str) -> HashMap<String, TypeDefinition> {
    let document = parse_schema(sdl).expect("the schema can be read");
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => {
            Some((definition.node.name.node.to_string(), definition.node))
        }
        TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
    });
    types.collect()
}

fn fields(definition: &TypeDefinition) -> Option<Vec<&FieldDefinition>> {
    match &definition.kind {
        TypeKind::Object(object) => Some(object.fields.iter().map(|field| &field.node).collect()),
        TypeKind::Interface(interface) => {
            Some(interface.fields.iter().map(|field| &field.node).collect())
        }
        TypeKind::Scalar | TypeKind::Union(_) | TypeKind::Enum(_) | TypeKind::InputObject(_) => {
            None
        }
    }
}

/// What of the target is missing in the actual schema, or different there, or asked for in addition.
fn differences(target: &str, actual: &str) -> Vec<String> {
    let (target, actual) = (types(target), types(actual));
    assert!(target.len() > 40, "the target is read");
    let mut found = Vec::new();
    for (name, wanted) in &target {
        let Some(real) = actual.get(name) else {
            found.push(format!("type {name} is missing"));
            continue;
        };
        match (&wanted.kind, &real.kind) {
            (TypeKind::Scalar, TypeKind::Scalar) => {}
            (TypeKind::Enum(wanted), TypeKind::Enum(real)) => {
                for value in &wanted.values {
                    if !real
                        .values
                        .iter()
                        .any(|other| other.node.value.node == value.node.value.node)
                    {
                        found.push(format!("{name}.{} is missing", value.node.value.node));
                    }
                }
            }
            (TypeKind::Union(wanted), TypeKind::Union(real)) => {
                for member in &wanted.members {
                    if !real.members.iter().any(|other| other.node == member.node) {
                        found.push(format!("{name} does not hold {}", member.node));
                    }
                }
            }
            (TypeKind::InputObject(wanted), TypeKind::InputObject(real)) => {
                let wanted: Vec<_> = wanted.fields.iter().map(|field| &field.node).collect();
                let real: Vec<_> = real.fields.iter().map(|field| &field.node).collect();
                compare_inputs(name, &wanted, &real, &mut found);
            }
            (TypeKind::Object(_), TypeKind::Object(_))
            | (TypeKind::Interface(_), TypeKind::Interface(_)) => {
                if let (TypeKind::Object(wanted), TypeKind::Object(real)) =
                    (&wanted.kind, &real.kind)
                {
                    for interface in &wanted.implements {
                        if !real.implements.iter().any(|other| other.node == interface.node) {
                            found.push(format!("{name} does not implement {}", interface.node));
                        }
                    }
                }
                compare_fields(name, &fields(wanted).unwrap(), &fields(real).unwrap(), &mut found);
            }
            _ => found.push(format!("{name} is of another kind")),
        }
    }
    found.sort();
    found
}

fn compare_fields(
    name: &str,
    wanted: &[&FieldDefinition],
    real: &[&FieldDefinition],
    found: &mut Vec<String>,
) {
    for field in wanted {
        let place = format!("{name}.{}", field.name.node);
        let Some(other) = real.iter().find(|other| other.name.node == field.name.node) else {
            found.push(format!("{place} is missing"));
            continue;
        };
        if field.ty.node != other.ty.node {
            found.push(format!("{place} is {} and not {}", other.ty.node, field.ty.node));
        }
        let wanted: Vec<_> = field.arguments.iter().map(|argument| &argument.node).collect();
        let real: Vec<_> = other.arguments.iter().map(|argument| &argument.node).collect();
        compare_inputs(&place, &wanted, &real, found);
    }
}

fn compare_inputs(
    place: &str,
    wanted: &[&InputValueDefinition],
    real: &[&InputValueDefinition],
    found: &mut Vec<String>,
) {
    for input in wanted {
        let place = format!("{place}({})", input.name.node);
        let Some(other) = real.iter().find(|other| other.name.node == input.name.node) else {
            found.push(format!("{place} is missing"));
            continue;
        };
        if input.ty.node != other.ty.node {
            found.push(format!("{place} is {} and not {}", other.ty.node, input.ty.node));
        }
        let default = |input: &InputValueDefinition| {
            input.default_value.as_ref().map(|value| value.node.to_string())
        };
        if default(input) != default(other) {
            found.push(format!(
                "{place} is {:?} by default and not {:?}",
                default(other),
                default(input)
            ));
        }
    }
    for other in real {
        let is_known = wanted.iter().any(|input| input.name.node == other.name.node);
        if !is_known && !other.ty.node.nullable && other.default_value.is_none() {
            found.push(format!(
                "{place}({}) must be given, which was not designed",
                other.name.node
            ));
        }
    }
}

#[test]
fn a_schema_that_falls_short_is_told_from_the_target() {
    let designed = |text: &str| differences(TARGET, text);
    assert_eq!(designed(TARGET), Vec::<String>::new());
    let shorter = [
        ("  viewer: User!\n", "", "Query.viewer is missing"),
        ("email: String\n", "email: String!\n", "User.email is String! and not String"),
        (
            "orderBy: UserOrder = USERNAME_ASC",
            "orderBy: UserOrder",
            "Query.users(orderBy) is None by default and not Some(\"USERNAME_ASC\")",
        ),
        ("clientMessageId: UUID ", "", "SendMessageInput(clientMessageId) is missing"),
        ("GUEST HOST ADMIN", "GUEST ADMIN", "Role.HOST is missing"),
        ("| Typing ", "", "ConversationEvent does not hold Typing"),
        ("type Message implements Node", "type Message", "Message does not implement Node"),
        (
            "node(id: ID!)",
            "node(id: ID!, kind: String!)",
            "Query.node(kind) must be given, which was not designed",
        ),
    ];
    for (from, to, expected) in shorter {
        let changed = TARGET.replacen(from, to, 1);
        assert_ne!(changed, TARGET, "{from}");
        assert_eq!(designed(&changed), [expected]);
    }
}
