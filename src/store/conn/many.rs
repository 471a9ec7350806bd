//! Conditions on many values that are prepared once. diesel's own `eq_any` is sent to the
//! database to be prepared each time, as its text changes with the number of values: here
//! that number is rounded up, so that there are few texts.

use diesel::{
    QueryResult,
    backend::Backend,
    expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate},
    query_builder::{AstPass, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{Bool, HasSqlType, SingleValue},
};

/// For how many values there are texts. Each is prepared on each connection that meets it, and
/// a server has a bound on all that are prepared; a page of 20 fits one.
const ROOMS: [usize; 10] = [1, 2, 4, 8, 12, 20, 32, 64, 128, 256];

/// How many values there is room for where there are so many.
pub(in crate::store) fn room(count: usize) -> usize {
    let fits = ROOMS.into_iter().find(|room| *room >= count);
    if count == 0 { 0 } else { fits.unwrap_or_else(|| count.next_multiple_of(256)) }
}

/// Repeats the last value until there is no room.
pub(super) fn filled<T: Clone>(values: &[T]) -> Vec<T> {
    let mut filled = values.to_vec();
    if let Some(last) = values.last() {
        filled.resize(room(values.len()), last.clone());
    }
    filled
}

/// True of the rows whose column has one of these values.
pub(in crate::store) fn any_of<C, T: Clone>(column: C, values: &[T]) -> AnyOf<C, T> {
    AnyOf { column, values: filled(values) }
}

/// True of the rows whose two columns have one of these pairs of values.
pub(in crate::store) fn any_pair<A, B, T: Clone, U: Clone>(
    columns: (A, B),
    pairs: &[(T, U)],
) -> AnyPair<A, B, T, U> {
    AnyPair { columns, pairs: filled(pairs) }
}

/// See [`any_of`].
#[derive(Clone, Debug)]
pub(in crate::store) struct AnyOf<C, T> {
    column: C,
    values: Vec<T>,
}

/// See [`any_pair`].
#[derive(Clone, Debug)]
pub(in crate::store) struct AnyPair<A, B, T, U> {
    columns: (A, B),
    pairs: Vec<(T, U)>,
}

impl<DB, C, T> QueryFragment<DB> for AnyOf<C, T>
where
    DB: Backend + HasSqlType<C::SqlType>,
    C: Expression<SqlType: SingleValue> + QueryFragment<DB>,
    T: ToSql<C::SqlType, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut before = " IN (";
        if self.values.is_empty() {
            out.push_sql("1 = 0");
            return Ok(());
        }
        self.column.walk_ast(out.reborrow())?;
        for value in &self.values {
            out.push_sql(before);
            out.push_bind_param::<C::SqlType, T>(value)?;
            before = ", ";
        }
        out.push_sql(")");
        Ok(())
    }
}

// As a chain of ORs: both databases, MariaDB too, then look up each pair by an index on both.
impl<DB, A, B, T, U> QueryFragment<DB> for AnyPair<A, B, T, U>
where
    DB: Backend + HasSqlType<A::SqlType> + HasSqlType<B::SqlType>,
    A: Expression<SqlType: SingleValue> + QueryFragment<DB>,
    B: Expression<SqlType: SingleValue> + QueryFragment<DB>,
    T: ToSql<A::SqlType, DB>,
    U: ToSql<B::SqlType, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.pairs.is_empty() {
            out.push_sql("1 = 0");
            return Ok(());
        }
        let mut before = "((";
        for (first, second) in &self.pairs {
            out.push_sql(before);
            self.columns.0.walk_ast(out.reborrow())?;
            out.push_sql(" = ");
            out.push_bind_param::<A::SqlType, T>(first)?;
            out.push_sql(" AND ");
            self.columns.1.walk_ast(out.reborrow())?;
            out.push_sql(" = ");
            out.push_bind_param::<B::SqlType, U>(second)?;
            before = ") OR (";
        }
        out.push_sql("))");
        Ok(())
    }
}

/// What diesel asks of a condition that is no aggregate, and whose text is its identity.
macro_rules! condition {
    ($name:ident<$($column:ident),+; $($value:ident),+>) => {
        impl<$($column,)+ $($value),+> Expression for $name<$($column,)+ $($value),+> {
            type SqlType = Bool;
        }

        impl<$($column,)+ $($value,)+ T0> AppearsOnTable<T0> for $name<$($column,)+ $($value),+>
        where
            $($column: AppearsOnTable<T0>,)+
        {
        }

        impl<$($column,)+ $($value,)+ T0> SelectableExpression<T0>
            for $name<$($column,)+ $($value),+>
        where
            $($column: SelectableExpression<T0>,)+
        {
        }

        impl<$($column,)+ $($value),+> ValidGrouping<()> for $name<$($column,)+ $($value),+> {
            type IsAggregate = is_aggregate::No;
        }

        impl<$($column,)+ $($value),+> QueryId for $name<$($column,)+ $($value),+> {
            type QueryId = ();

            const HAS_STATIC_QUERY_ID: bool = false;
        }
    };
}

condition!(AnyOf<C; T>);
condition!(AnyPair<A, B; T, U>);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_is_room_for_all_in_few_sizes() {
        let rooms: BTreeSet<_> = (0..=1_024).map(room).collect();
        assert!(rooms.len() < 16, "{rooms:?}");
        assert!((0..=1_024).all(|count| room(count) >= count));
        assert_eq!([0, 1, 3, 20, 21, 50, 100, 300].map(room), [0, 1, 4, 20, 32, 64, 128, 512]);
    }
}
