//! A statement whose text is put together here, with its values beside it. Unlike diesel's
//! `sql_query` it can be prepared once for each text, and its rows are read by place, not by name.

use std::marker::PhantomData;

use diesel::{
    QueryResult,
    backend::Backend,
    mysql::Mysql,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{BigInt, Binary, HasSqlType, Text, Timestamp as Moment},
    sqlite::Sqlite,
};
use uuid::Uuid;

use super::many::{filled, room};
use crate::time::Timestamp;

/// A statement that answers rows of these SQL types.
#[derive(Clone, Debug)]
pub(in crate::store) struct Statement<ST> {
    parts: Vec<Part>,
    is_kept: bool,
    rows: PhantomData<ST>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Value(Value),
    /// The beginning and the end of a query within another.
    Begin,
    End,
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
        Self { parts: Vec::new(), is_kept: false, rows: PhantomData }
    }

    /// Keeps the prepared statement on its connection, for good: only where there are few
    /// texts, whatever is asked for.
    pub(in crate::store) fn kept(mut self) -> Self {
        self.is_kept = true;
        self
    }

    /// One statement of a query for each of these, which may have an order and a limit of its
    /// own. A query for `none`, of which there are no rows, fills it up to a number for which
    /// there is a text already.
    pub(in crate::store) fn of_each<T>(
        all: &[T],
        none: &T,
        mut write: impl FnMut(&mut Self, &T),
    ) -> Self {
        let mut statement = Self::new();
        for one in with_filling(all, none) {
            statement.union(|statement| write(statement, one));
        }
        statement
    }

    pub(in crate::store) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Adds a query whose rows are answered too.
    pub(in crate::store) fn union(&mut self, write: impl FnOnce(&mut Self)) {
        if !self.parts.is_empty() {
            self.add(" UNION ALL ", []);
        }
        self.parts.push(Part::Begin);
        write(self);
        self.parts.push(Part::End);
    }

    /// Adds text, and the values of its `?`s.
    pub(in crate::store) fn add(&mut self, text: &str, values: impl IntoIterator<Item = Value>) {
        let mut values = values.into_iter();
        for (n, piece) in text.split('?').enumerate() {
            if n > 0 {
                let value = values.next();
                debug_assert!(value.is_some(), "more places than values in {text}");
                self.parts.extend(value.map(Part::Value));
            }
            match self.parts.last_mut() {
                Some(Part::Text(text)) => text.push_str(piece),
                _ => self.parts.push(Part::Text(piece.to_owned())),
            }
        }
        debug_assert!(values.next().is_none(), "more values than places in {text}");
    }

    /// Adds a list of values in parentheses, of which the last fills it up to a number for
    /// which there is a text already.
    pub(in crate::store) fn add_list(&mut self, before: &str, values: &[Value]) {
        self.add(before, []);
        let mut between = "(?";
        for value in filled(values) {
            self.add(between, [value]);
            between = ", ?";
        }
        self.add(")", []);
    }
}

/// How a database has a query with an order and a limit of its own within a UNION.
trait Within: Backend {
    const BEGIN: &str;
    const END: &str;
}

impl Within for Mysql {
    const BEGIN: &str = "(";
    const END: &str = ")";
}

impl Within for Sqlite {
    const BEGIN: &str = "SELECT * FROM (";
    const END: &str = ")";
}

/// These, and `none` up to a number for which there is a text already.
pub(in crate::store) fn with_filling<'t, T>(
    all: &'t [T],
    none: &'t T,
) -> impl Iterator<Item = &'t T> {
    all.iter().chain(std::iter::repeat_n(none, room(all.len()) - all.len()))
}

impl<ST, DB> QueryFragment<DB> for Statement<ST>
where
    DB: Within + HasSqlType<Binary> + HasSqlType<BigInt> + HasSqlType<Moment> + HasSqlType<Text>,
    Vec<u8>: ToSql<Binary, DB>,
    i64: ToSql<BigInt, DB>,
    Timestamp: ToSql<Moment, DB>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.is_kept {
            out.unsafe_to_cache_prepared();
        }
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_sql(text),
                Part::Begin => out.push_sql(DB::BEGIN),
                Part::End => out.push_sql(DB::END),
                Part::Value(Value::Id(id)) => out.push_bind_param::<Binary, _>(id)?,
                Part::Value(Value::Number(number)) => out.push_bind_param::<BigInt, _>(number)?,
                Part::Value(Value::Moment(moment)) => out.push_bind_param::<Moment, _>(moment)?,
                Part::Value(Value::Text(text)) => out.push_bind_param::<Text, _>(text)?,
            }
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
