//! What the database promises of what it has committed.

use diesel::{QueryableByName, sql_types::Text};

use super::{Conn, StoreError};

#[derive(QueryableByName)]
struct Variable {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    value: String,
}

/// The settings under which an acknowledged message survives a crash of the database.
const MYSQL_SAFE: [(&str, &str); 3] =
    [("innodb_flush_log_at_trx_commit", "1"), ("log_bin", "1"), ("sync_binlog", "1")];

const SQLITE_SAFE: [(&str, &str); 2] = [("journal_mode", "wal"), ("synchronous", "2")];

/// One sentence for each setting under which a commit may be lost; empty when safe.
pub async fn unsafe_settings(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let (query, safe): (&str, &[_]) = match conn {
        Conn::Mysql(_) => (
            "SELECT 'innodb_flush_log_at_trx_commit' AS name, \
                    CAST(@@innodb_flush_log_at_trx_commit AS CHAR) AS value \
             UNION ALL SELECT 'log_bin', IF(@@log_bin, '1', '0') \
             UNION ALL SELECT 'sync_binlog', CAST(@@sync_binlog AS CHAR)",
            &MYSQL_SAFE,
        ),
        Conn::Sqlite(_) => (
            "SELECT 'journal_mode' AS name, journal_mode AS value FROM pragma_journal_mode \
             UNION ALL \
             SELECT 'synchronous', CAST(synchronous AS TEXT) FROM pragma_synchronous",
            &SQLITE_SAFE,
        ),
    };
    let found: Vec<Variable> = conn.fetch_all(diesel::sql_query(query)).await?;
    Ok(safe
        .iter()
        .filter_map(|(name, wanted)| {
            let is = found.iter().find(|found| found.name == *name);
            let is = is.map_or("unknown", |found| found.value.as_str());
            (is != *wanted).then(|| format!("{name} is {is}, and must be {wanted}"))
        })
        .collect())
}

/// What the server says it is, and how the connection to it is encrypted, if it is.
pub async fn version(conn: &mut Conn) -> Result<String, StoreError> {
    let query = match conn {
        Conn::Mysql(_) => "SELECT 'version' AS name, VERSION() AS value",
        Conn::Sqlite(_) => "SELECT 'SQLite' AS name, sqlite_version() AS value",
    };
    let Variable { name, value } = conn.fetch_one(diesel::sql_query(query)).await?;
    match conn {
        Conn::Sqlite(_) => Ok(format!("{name} {value}")),
        Conn::Mysql(_) => {
            let cipher = diesel::sql_query("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
            let Status { value: cipher } = conn.fetch_one(cipher).await?;
            let name = if value.contains("MariaDB") { "MariaDB" } else { "MySQL" };
            let cipher = if cipher.is_empty() { "not encrypted" } else { cipher.as_str() };
            Ok(format!("{name} {value} ({cipher})"))
        }
    }
}

#[derive(QueryableByName)]
struct Status {
    #[diesel(sql_type = Text, column_name = "Value")]
    value: String,
}
