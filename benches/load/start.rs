//! Rows about the server as a process, and those with the embedded database.

use std::{fs, path::Path, time::Duration};

use diesel::{
    prelude::*,
    sql_types::{BigInt, Text},
};
use serde_json::{Map, Value, json};

use super::{
    Run,
    drive::{Measure, Question, float, median, round},
    rates::{both, metered},
    report::{Row, Wanted},
    server::{Outcome, Server, program},
    world::{BODY, CONVERSATIONS, PAGE, SEND, World},
};

/// How often it is started.
const STARTS: usize = 5;

pub(crate) const SQLITE_ROWS: [&str; 2] = ["sqlite-send", "sqlite-page"];
pub(crate) const ROWS: [&str; 5] =
    ["start-mysql", "start-sqlite", "resident-mysql", "resident-sqlite", "binary"];

/// How long it takes until it is ready, with data that is there, in milliseconds; and its memory
/// then, in MiB.
async fn started(run: &Run<'_>, url: Option<&str>) -> Outcome<(f64, f64)> {
    let folder = run.folder.join("sqlite");
    let folder = if url.is_some() { &run.folder } else { &folder };
    let (mut ready, mut resident) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let server = Server::start(folder, url, run.options.pool_size).await?;
        ready.push(server.started_in.as_secs_f64() * 1_000.0);
        tokio::time::sleep(Duration::from_millis(300)).await;
        let kib = server.resident_kib().ok_or("its memory cannot be seen")?;
        resident.push(float(usize::try_from(kib)?) / 1_024.0);
    }
    Ok((median(ready), median(resident)))
}

pub(crate) async fn start(run: &mut Run<'_>) -> Outcome<()> {
    if !run.folder.join("sqlite").exists() {
        drop(sqlite_world(run).await?);
    }
    let (on_mysql, resident) = started(run, Some(&run.url)).await?;
    let (on_sqlite, sqlite_resident) = started(run, None).await?;
    let binary = fs::metadata(program())?.len();
    let rows = [
        ("ms", on_mysql, 300.0),
        ("ms", on_sqlite, 300.0),
        ("MiB", resident, 40.0),
        ("MiB", sqlite_resident, 40.0),
        ("MiB", float(usize::try_from(binary)?) / f64::from(1 << 20), 40.0),
    ];
    for (name, (unit, measured, most)) in ROWS.into_iter().zip(rows) {
        let (wanted, details) = (Wanted::Below(most), json!({}));
        run.report.row(Row { name, unit, measured, baseline: None, wanted, details });
    }
    Ok(())
}

/// A server with the embedded database and the same people and conversations as the other.
async fn sqlite_world(run: &Run<'_>) -> Outcome<(Server, World)> {
    let folder = run.folder.join("sqlite");
    fs::create_dir_all(&folder)?;
    let server = Server::start(&folder, None, run.options.pool_size).await?;
    let world = World::make(server.address, "load", CONVERSATIONS).await?;
    world.fill(server.address, super::FILLED).await?;
    Ok((server, world))
}

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// How many bytes each table and index of the embedded database has for a message.
fn sizes(file: &Path) -> Outcome<Value> {
    let mut conn = SqliteConnection::establish(file.to_str().ok_or("a folder is no path")?)?;
    let size = |query: &str, conn: &mut SqliteConnection| -> QueryResult<Vec<Size>> {
        diesel::sql_query(query).load(conn)
    };
    let count = "SELECT '' AS name, COUNT(*) AS bytes FROM messages";
    let count = size(count, &mut conn)?.pop().map_or(1, |all| all.bytes.max(1));
    let each = |bytes: i64| -> Outcome<f64> {
        Ok(round(float(usize::try_from(bytes)?) / float(usize::try_from(count)?)))
    };
    let all = "SELECT name, SUM(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY bytes DESC";
    // Not every SQLite can tell; the file is there in any case.
    let Ok(all) = size(all, &mut conn) else {
        let bytes = i64::try_from(fs::metadata(file)?.len())?;
        return Ok(json!({ "messages": count, "file": each(bytes)? }));
    };
    let mut sizes = Map::new();
    for Size { name, bytes } in all {
        sizes.insert(name, each(bytes)?.into());
    }
    Ok(json!({ "messages": count, "sqlite": sizes }))
}

/// Messages and pages, beside the same with MySQL.
pub(crate) async fn sqlite(run: &mut Run<'_>) -> Outcome<()> {
    let (server, world) = sqlite_world(run).await?;
    let rows = [(SEND, Some(BODY), 256), (PAGE, None, 32)];
    for (name, (query, body, connections)) in SQLITE_ROWS.into_iter().zip(rows) {
        if !run.options.wants(&[name]) {
            continue;
        }
        let here = Question { address: server.address, world: &world, query, body };
        let there = Question { address: run.server.address, world: &run.world, ..here };
        let (mut measured, mut baseline) = (Vec::new(), Vec::new());
        for _ in 0..run.pace.rounds {
            let work = there.closed(connections, run.pace.span);
            baseline.push(metered(Some(&run.server), run.database.process, work).await?);
            let work = here.closed(connections, run.pace.span);
            measured.push(metered(Some(&server), None, work).await?);
        }
        let (measured, baseline) = (Measure::of(measured), Measure::of(baseline));
        run.report.row(Row {
            name,
            unit: "/s",
            measured: measured.rate,
            baseline: Some(baseline.rate),
            wanted: Wanted::Least(1.0),
            details: both(&measured, &baseline),
        });
    }
    let sizes = sizes(&run.folder.join("sqlite/parlance.db"))?;
    run.report.note("bytes_per_message_sqlite", sizes);
    Ok(())
}
