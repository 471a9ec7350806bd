//! Rows about requests over HTTP: messages, pages and inboxes.

use std::{future::Future, time::Duration};

use mysql_async::prelude::Queryable;
use serde_json::{Value, json};

use super::{
    Run,
    baseline::{self, places},
    database::read_nearly_all,
    drive::{Measure, Question, float, round},
    machine::processor,
    report::{Row, Wanted},
    server::{Outcome, Server},
    wire::{Shot, Wire},
    world::{BODY, INBOX, PAGE, SEND, World},
};

/// Connections that send, and that send one by one without a server between.
const SENDERS: usize = 256;
const ONE_BY_ONE: usize = 32;

/// Connections that read.
const READERS: [usize; 2] = [32, 64];

/// Messages a second at a fixed rate, and the connections that they have.
const STEADY: u32 = 500;
const STEADY_CONNECTIONS: usize = 64;

/// Over how many connections the cost of load is looked at.
const RAMP: [usize; 5] = [1, 4, 16, 64, 256];

/// What was used of the processors meanwhile, for each.
pub(crate) async fn metered(
    server: Option<&Server>,
    database: Option<u32>,
    work: impl Future<Output = Outcome<Measure>>,
) -> Outcome<Measure> {
    let used = || {
        let server = processor(server.map(|server| server.process.id()));
        (server, processor(database))
    };
    let before = used();
    let measure = work.await?;
    let after = used();
    let each = |before: Duration, after: Duration| {
        after.saturating_sub(before).as_secs_f64() * 1e6 / float(measure.count.max(1))
    };
    let (server_us, database_us) = (each(before.0, after.0), each(before.1, after.1));
    Ok(Measure { server_us, database_us, ..measure })
}

/// Messages into a world over many connections, and the same one by one.
async fn sends(run: &Run<'_>, world: &World) -> Outcome<(Measure, Measure)> {
    let places = places(world)?;
    let question = Question { address: run.server.address, world, query: SEND, body: Some(BODY) };
    let (mut sent, mut one_by_one) = (Vec::new(), Vec::new());
    for _ in 0..run.pace.rounds {
        let plain = baseline::send(&run.url, &places, ONE_BY_ONE, BODY, run.pace.span);
        one_by_one.push(metered(None, run.database.process, plain).await?);
        let asked = question.closed(SENDERS, run.pace.span);
        sent.push(metered(Some(&run.server), run.database.process, asked).await?);
    }
    Ok((Measure::of(sent), Measure::of(one_by_one)))
}

pub(crate) fn both(measured: &Measure, baseline: &Measure) -> Value {
    json!({ "measured": measured.to_json(), "baseline": baseline.to_json() })
}

pub(crate) async fn send(run: &mut Run<'_>) -> Outcome<()> {
    let (sent, one_by_one) = sends(run, &run.world).await?;
    run.cost("message", &sent);
    run.report.row(Row {
        name: "send",
        unit: "/s",
        measured: sent.rate,
        baseline: Some(one_by_one.rate),
        wanted: Wanted::Least(5.0),
        details: both(&sent, &one_by_one),
    });
    Ok(())
}

pub(crate) async fn send_hot(run: &mut Run<'_>) -> Outcome<()> {
    let (sent, one_by_one) = sends(run, &run.world.with_one(0)).await?;
    run.report.row(Row {
        name: "send-hot",
        unit: "/s",
        measured: sent.rate,
        baseline: Some(one_by_one.rate),
        wanted: Wanted::Least(10.0),
        details: both(&sent, &one_by_one),
    });
    Ok(())
}

pub(crate) async fn send_latency(run: &mut Run<'_>) -> Outcome<()> {
    let places = places(&run.world)?;
    let question =
        Question { address: run.server.address, world: &run.world, query: SEND, body: Some(BODY) };
    let (mut sent, mut commits) = (Vec::new(), Vec::new());
    for _ in 0..run.pace.rounds {
        commits.push(baseline::send(&run.url, &places, 1, BODY, run.pace.span / 2).await?);
        let asked = question.open(STEADY_CONNECTIONS, STEADY, 2 * run.pace.span);
        sent.push(metered(Some(&run.server), run.database.process, asked).await?);
    }
    let (sent, commits) = (Measure::of(sent), Measure::of(commits));
    println!(
        "    at {STEADY}/s: p50 {:.2} ms, p99 {:.2} ms; one commit: p50 {:.2} ms, p99 {:.2} ms",
        sent.at(500),
        sent.at(990),
        commits.at(500),
        commits.at(990)
    );
    run.report.row(Row {
        name: "send-latency",
        unit: "ms",
        measured: sent.at(990),
        baseline: Some(commits.at(500)),
        wanted: Wanted::Most(3.0),
        details: both(&sent, &commits),
    });
    Ok(())
}

pub(crate) async fn page(run: &mut Run<'_>) -> Outcome<()> {
    let statements = statements(run, "page", PAGE).await?;
    let places = places(&run.world)?;
    for connections in READERS {
        let question =
            Question { address: run.server.address, world: &run.world, query: PAGE, body: None };
        let (mut read, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..run.pace.rounds {
            let work = baseline::page(&run.url, &places, None, connections, run.pace.span);
            plain.push(metered(None, run.database.process, work).await?);
            let work = question.closed(connections, run.pace.span);
            read.push(metered(Some(&run.server), run.database.process, work).await?);
        }
        let (read, plain) = (Measure::of(read), Measure::of(plain));
        let (name, wanted) = if connections == READERS[0] {
            run.cost("page", &read);
            ("page", Wanted::Least(1.0))
        } else {
            ("page-64", Wanted::Known)
        };
        let mut details = both(&read, &plain);
        details["statements"] = statements.clone();
        run.report.row(Row {
            name,
            unit: "/s",
            measured: read.rate,
            baseline: Some(plain.rate),
            wanted,
            details,
        });
    }
    Ok(())
}

pub(crate) async fn inbox(run: &mut Run<'_>) -> Outcome<()> {
    let mut conn = run.database.connect(Some(&run.url)).await?;
    read_nearly_all(&mut conn).await?;
    let statements = statements(run, "inbox", INBOX).await?;
    let inbox =
        Question { address: run.server.address, world: &run.world, query: INBOX, body: None };
    let page = Question { query: PAGE, ..inbox };
    let (mut inboxes, mut pages) = (Vec::new(), Vec::new());
    for _ in 0..run.pace.rounds {
        let work = page.closed(READERS[0], run.pace.span);
        pages.push(metered(Some(&run.server), run.database.process, work).await?);
        let work = inbox.closed(READERS[0], run.pace.span);
        inboxes.push(metered(Some(&run.server), run.database.process, work).await?);
    }
    let (inboxes, pages) = (Measure::of(inboxes), Measure::of(pages));
    run.cost("inbox", &inboxes);
    let mut details = both(&inboxes, &pages);
    details["statements"] = statements;
    run.report.row(Row {
        name: "inbox",
        unit: "/s",
        measured: inboxes.rate,
        baseline: Some(pages.rate),
        wanted: Wanted::Least(0.5),
        details,
    });
    Ok(())
}

/// What one lone request adds to the database's own counters: the least of a few tries, since
/// others may be counted too.
async fn statements(run: &Run<'_>, name: &str, query: &str) -> Outcome<Value> {
    let names = ["Com_select", "Com_stmt_execute", "Com_stmt_prepare", "Questions"];
    let mut least = [u64::MAX; 4];
    let mut conn = run.database.connect(None).await?;
    let mut count = async || {
        let mut counts = [0; 4];
        for (count, name) in counts.iter_mut().zip(names) {
            let row: Option<(String, u64)> =
                conn.query_first(format!("SHOW GLOBAL STATUS LIKE '{name}'")).await?;
            *count = row.map_or(0, |(_, count)| count);
        }
        Outcome::Ok(counts)
    };
    let mut shot = Shot::graphql(run.world.token(0), query, None);
    shot.aim(run.world.chat(0, 0));
    let mut wire = Wire::connect(run.server.address).await?;
    for _ in 0..10 {
        wire.exchange(&shot).await?;
        let before = count().await?;
        wire.exchange(&shot).await?;
        let after = count().await?;
        for (least, (after, before)) in least.iter_mut().zip(after.iter().zip(before)) {
            *least = (*least).min(after - before);
        }
    }
    // Of which four are the questions for the counters themselves.
    least[3] = least[3].saturating_sub(4);
    let counts: Value = names.into_iter().map(str::to_owned).zip(least.map(Value::from)).collect();
    println!("    one {name}, as the database counts: {counts}");
    Ok(counts)
}

/// How many messages there are in a second by how many send at once.
pub(crate) async fn ramp(run: &mut Run<'_>) -> Outcome<()> {
    let question =
        Question { address: run.server.address, world: &run.world, query: SEND, body: Some(BODY) };
    let mut all = Vec::new();
    for connections in RAMP {
        let work = question.closed(connections, run.pace.span);
        let sent = metered(Some(&run.server), run.database.process, work).await?;
        println!(
            "    {connections:>3} connections: {:>7.0} messages/s, p50 {:.2} ms, p99 {:.2} ms, \
             {:.0} us of processor each ({:.0} of them the database's)",
            sent.rate,
            sent.at(500),
            sent.at(990),
            sent.server_us + sent.database_us,
            sent.database_us
        );
        let mut figures = sent.to_json();
        figures["connections"] = connections.into();
        all.push(figures);
        run.ramp.push((float(connections), sent.rate));
    }
    run.report.note("ramp", all.into());
    Ok(())
}

impl Run<'_> {
    /// What one of a kind costs.
    pub(crate) fn cost(&mut self, name: &'static str, measure: &Measure) {
        let us = measure.server_us + measure.database_us;
        println!(
            "    one {name} costs {:.0} us of processor of the server and {:.0} us of the database: \
             {:.0} per core-second",
            measure.server_us,
            measure.database_us,
            1e6 / us
        );
        self.costs.insert(
            name.to_owned(),
            json!({
                "server_us": round(measure.server_us),
                "database_us": round(measure.database_us),
                "per_core_second": round(1e6 / us),
            }),
        );
    }
}
