//! The forms of bodies, each kept once under its name.

use std::collections::BTreeMap;

use utoipa::{
    ToSchema,
    openapi::{Ref, RefOr, Schema},
};

use super::super::page::Listing;

/// A form: notes itself with all that it is made of, and answers where it is.
pub(super) type Shape = fn(&mut Shapes) -> RefOr<Schema>;

/// The forms that were met.
#[derive(Default)]
pub(super) struct Shapes(BTreeMap<String, RefOr<Schema>>);

impl Shapes {
    pub(super) fn into_all(self) -> impl Iterator<Item = (String, RefOr<Schema>)> {
        self.0.into_iter()
    }

    fn note(&mut self, name: String, shape: RefOr<Schema>) -> RefOr<Schema> {
        let place = Ref::from_schema_name(&name);
        self.0.insert(name, shape);
        place.into()
    }

    fn note_parts<T: ToSchema>(&mut self) {
        let mut parts = Vec::new();
        T::schemas(&mut parts);
        self.0.extend(parts);
    }
}

/// A form as its type says it.
pub(super) fn of<T: ToSchema>(shapes: &mut Shapes) -> RefOr<Schema> {
    shapes.note_parts::<T>();
    shapes.note(T::name().into_owned(), T::schema())
}

/// A page of a list.
pub(super) fn page<T: ToSchema>(shapes: &mut Shapes) -> RefOr<Schema> {
    of::<T>(shapes);
    shapes.note(format!("{}Page", T::name()), <Listing<T> as utoipa::PartialSchema>::schema())
}

/// A form of which a part may be sent: nothing in it is required.
pub(super) fn part<T: ToSchema>(shapes: &mut Shapes) -> RefOr<Schema> {
    shapes.note_parts::<T>();
    let mut shape = T::schema();
    if let RefOr::T(Schema::Object(object)) = &mut shape {
        object.required.clear();
    }
    shapes.note(format!("Patched{}", T::name()), shape)
}
