//! How a database means to carry out a statement, and what is wrong with that.

use diesel::{QueryableByName, sql_types::Text};
use diesel_async::RunQueryDsl;
use mysql_async::{Row, prelude::Queryable};
use parlance::store::Conn;

use super::{TestApp, sent_sql::Statement};

/// Asks for plans.
pub(crate) enum Planner {
    Sqlite(Conn),
    Mysql(mysql_async::Conn),
}

/// A plan, with what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<String>,
    /// Steps that look at every row of a table.
    pub(crate) scans: Vec<String>,
    /// Steps that put rows in order, or aside.
    pub(crate) sorts: Vec<String>,
    /// How many rows were read in truth; on SQLite nobody counts them.
    pub(crate) read: Option<u64>,
}

impl Planner {
    /// Knows what is in the tables by now: on SQLite the planner never does, as nobody there runs ANALYZE.
    pub(crate) async fn new(app: &TestApp) -> Self {
        if app.store.is_sqlite() {
            return Self::Sqlite(app.store.conn().await.unwrap());
        }
        let opts = mysql_async::Opts::from_url(&app.database_url()).unwrap();
        let mut conn = mysql_async::Conn::new(opts).await.unwrap();
        let tables = "users, sessions, conversations, members, messages, changes";
        conn.query_drop(format!("ANALYZE TABLE {tables}")).await.unwrap();
        Self::Mysql(conn)
    }

    pub(crate) async fn plans(&mut self, statement: &Statement) -> Plan {
        match self {
            Self::Sqlite(Conn::Sqlite(conn)) => {
                #[derive(QueryableByName)]
                struct Step {
                    #[diesel(sql_type = Text)]
                    detail: String,
                }
                // SQLite plans before it has the values.
                let explain = format!("EXPLAIN QUERY PLAN {}", statement.text);
                let steps: Vec<Step> = diesel::sql_query(explain).load(conn).await.unwrap();
                of_sqlite(&statement.text, steps.into_iter().map(|step| step.detail).collect())
            }
            Self::Sqlite(Conn::Mysql(_)) => unreachable!("the store is on SQLite"),
            Self::Mysql(conn) => {
                let whole = statement.whole();
                let steps = conn.query(format!("EXPLAIN FORMAT=TRADITIONAL {whole}")).await;
                let mut plan = of_mysql(steps.unwrap_or_else(|error| panic!("{whole}: {error}")));
                // What it adds is there already.
                if !whole.to_uppercase().starts_with("INSERT") {
                    plan.read = Some(rows_read_by(conn, &whole).await);
                }
                plan
            }
        }
    }
}

/// A step that reads goes by SEARCH, with an index, or by SCAN, with or without.
fn of_sqlite(statement: &str, steps: Vec<String>) -> Plan {
    let mut plan = Plan::default();
    for step in &steps {
        if let Some(scanned) = step.strip_prefix("SCAN ") {
            let name = scanned.split_whitespace().next().unwrap_or_default();
            // A subquery has no more rows than were let into it; a list that came with the statement is no table.
            let is_subquery = name.starts_with('(') || statement.contains(&format!(") AS {name}"));
            let is_list = name == "CONSTANT" || scanned.contains("VIRTUAL TABLE");
            if !is_subquery && !is_list {
                plan.scans.push(step.clone());
            }
        }
        // With nothing but the conversation known, and no LIMIT, all of its history is read.
        let is_history = ["messages ", "m ", "changes ", "c ", "e "]
            .iter()
            .any(|table| step.starts_with(&format!("SEARCH {table}")));
        if is_history && step.ends_with("(conversation_id=?)") && !statement.contains(" LIMIT ") {
            plan.scans.push(step.clone());
        }
        if step.contains("TEMP B-TREE") {
            plan.sorts.push(step.clone());
        }
    }
    plan.steps = steps;
    plan
}

fn of_mysql(rows: Vec<Row>) -> Plan {
    let mut plan = Plan::default();
    for row in rows {
        let column = |name: &str| {
            let value = row.get_opt::<Option<String>, _>(name).expect("a plan has this column");
            value.unwrap().unwrap_or_default()
        };
        let [kind, table, way, key, estimate, extra] =
            ["select_type", "table", "type", "key", "rows", "Extra"].map(column);
        let step = format!("{table}: {way} by {key}, about {estimate} rows; {extra}");
        // A subquery's rows, kept aside, are no more than were let into it; neither is a list that came along a table.
        let is_kept = table.starts_with('<') || extra.contains("Table function");
        // Where rows are added, nothing is looked for.
        let is_added = kind == "INSERT";
        if ["ALL", "index"].contains(&way.as_str()) && !is_kept && !is_added {
            plan.scans.push(step.clone());
        }
        if extra.contains("Using filesort") || extra.contains("Using temporary") {
            plan.sorts.push(step.clone());
        }
        plan.steps.push(step);
    }
    plan
}

/// Carries the statement out, undoes it, and answers how many rows the tables gave. The planner's own numbers say
/// nothing here: they do not know of a LIMIT that ends a walk along an index.
async fn rows_read_by(conn: &mut mysql_async::Conn, statement: &str) -> u64 {
    // What an index drops by itself is not counted otherwise.
    let counted = "SET SESSION optimizer_switch = 'index_condition_pushdown=off'";
    conn.query_drop(counted).await.unwrap();
    conn.query_drop("BEGIN").await.unwrap();
    let (first, before) = (rows_read(conn).await, rows_read(conn).await);
    conn.query_drop(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    let after = rows_read(conn).await;
    conn.query_drop("ROLLBACK").await.unwrap();
    conn.query_drop("SET SESSION optimizer_switch = 'index_condition_pushdown=on'").await.unwrap();
    // Asking costs something too.
    (after - before).saturating_sub(before - first)
}

async fn rows_read(conn: &mut mysql_async::Conn) -> u64 {
    let counts: Vec<(String, u64)> =
        conn.query("SHOW SESSION STATUS LIKE 'Handler_read%'").await.unwrap();
    let is_row = |name: &str| !name.ends_with("_time") && !name.ends_with("deleted");
    counts.iter().filter(|(name, _)| is_row(name)).map(|(_, count)| count).sum()
}
