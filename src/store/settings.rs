//! What is kept of the data as a whole, by name.

use diesel::prelude::*;

use super::{
    Conn, StoreError,
    schema::settings::{self, name, value},
};

/// The value under a name.
pub async fn find(conn: &mut Conn, key: &str) -> Result<Option<String>, StoreError> {
    conn.fetch_optional(settings::table.filter(name.eq(key)).select(value)).await
}

/// Sets a value that is not there yet; [`StoreError::Duplicate`] if it is.
pub async fn insert(conn: &mut Conn, key: &str, text: &str) -> Result<(), StoreError> {
    let row = (name.eq(key), value.eq(text));
    conn.execute(diesel::insert_into(settings::table).values(row)).await?;
    Ok(())
}

/// Writes another value; answers whether there was one.
pub async fn update(conn: &mut Conn, key: &str, text: &str) -> Result<bool, StoreError> {
    let row = settings::table.filter(name.eq(key));
    let updated = conn.execute(diesel::update(row).set(value.eq(text))).await?;
    Ok(updated > 0)
}

/// Locks a value for the rest of the transaction.
pub async fn lock(conn: &mut Conn, key: &str) -> Result<(), StoreError> {
    let row = settings::table.filter(name.eq(key)).select(value);
    match conn {
        Conn::Mysql(c) => {
            diesel_async::RunQueryDsl::load::<String>(row.for_update(), c).await?;
        }
        // BEGIN IMMEDIATE holds the whole file.
        Conn::Sqlite(_) => {
            conn.fetch_optional::<String, _>(row).await?;
        }
    }
    Ok(())
}
