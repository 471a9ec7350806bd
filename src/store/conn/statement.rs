//! A statement whose text is put together here, with its values beside it. Unlike diesel's
//! `sql_query` it is prepared once for each text, and its rows are read by place, not by name.

use std::marker::PhantomData;

use diesel::{
    QueryResult,
    backend::Backend,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{BigInt, Binary, HasSqlType, Text, Timestamp as Moment},
};
use uuid::Uuid;

use super::many::{filled, room};
use crate::time::Timestamp;

/// A statement that answers rows of these SQL types; each `?` in its text is a value.
#[derive(Clone, Debug)]
pub(in crate::store) struct Statement<ST> {
    text: String,
    values: Vec<Value>,
    rows: PhantomData<ST>,
}

/// A value of a [`Statement`].
#[derive(Clone, Debug)]
pub(in crate::store) enum Value {
    Id(Vec<u8>),
    Number(i64),
    Moment(Timestamp),
    Text(String),
}

impl Value {
    pub(in crate::store) fn id(id: Uuid) -> Self {
        Self::Id(id.as_bytes().to_vec())
    }
}

impl<ST> Statement<ST> {
    pub(in crate::store) fn new() -> Self {
        Self { text: String::new(), values: Vec::new(), rows: PhantomData }
    }

    /// One statement for all of these: what is written for each, one after the other. What is
    /// written for `none`, of which there are no rows, fills it up to a number for which there
    /// is a text already.
    pub(in crate::store) fn of_each<T>(
        all: &[T],
        none: &T,
        mut write: impl FnMut(&mut Self, &T),
    ) -> Self {
        let mut statement = Self::new();
        let filling = std::iter::repeat_n(none, room(all.len()) - all.len());
        for one in all.iter().chain(filling) {
            if !statement.text.is_empty() {
                statement.add(" UNION ALL ", []);
            }
            write(&mut statement, one);
        }
        statement
    }

    /// Adds text, and the values of its `?`s.
    pub(in crate::store) fn add(&mut self, text: &str, values: impl IntoIterator<Item = Value>) {
        self.text.push_str(text);
        self.values.extend(values);
    }

    /// Adds a list of values in parentheses, of which the last fills it up to a number for
    /// which there is a text already.
    pub(in crate::store) fn add_list(&mut self, before: &str, values: &[Value]) {
        self.text.push_str(before);
        let mut between = "(";
        for value in filled(values) {
            self.text.push_str(between);
            self.add("?", [value]);
            between = ", ";
        }
        self.text.push(')');
    }
}

impl<ST, DB> QueryFragment<DB> for Statement<ST>
where
    DB: Backend + HasSqlType<Binary> + HasSqlType<BigInt> + HasSqlType<Moment> + HasSqlType<Text>,
    Vec<u8>: ToSql<Binary, DB>,
    i64: ToSql<BigInt, DB>,
    Timestamp: ToSql<Moment, DB>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut values = self.values.iter();
        let mut pieces = self.text.split('?');
        out.push_sql(pieces.next().unwrap_or_default());
        for piece in pieces {
            match values.next() {
                Some(Value::Id(id)) => out.push_bind_param::<Binary, _>(id)?,
                Some(Value::Number(number)) => out.push_bind_param::<BigInt, _>(number)?,
                Some(Value::Moment(moment)) => out.push_bind_param::<Moment, _>(moment)?,
                Some(Value::Text(text)) => out.push_bind_param::<Text, _>(text)?,
                None => {
                    let problem = "a statement has more places than values";
                    return Err(diesel::result::Error::QueryBuilderError(problem.into()));
                }
            }
            out.push_sql(piece);
        }
        Ok(())
    }
}

impl<ST> Query for Statement<ST> {
    type SqlType = ST;
}

impl<ST> QueryId for Statement<ST> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}
