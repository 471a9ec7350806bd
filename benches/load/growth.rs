//! Rows about how the database grows: the same questions with few messages and with many. Two
//! servers have a database each in the same MySQL, and take turns.
//!
//! Messages are put there by the database itself, as the server would have left them. Half of
//! those that are added make the conversations longer that are read; half are other people's.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use mysql_async::prelude::Queryable;
use serde_json::{Map, Value, json};

use super::{
    Run, cold,
    database::read_nearly_all,
    drive::{Measure, Question, float, round},
    plot::Line,
    rates::{both, metered},
    report::{Row, Wanted},
    returns::{Return, returns},
    server::{Outcome, Server},
    world::{BODY, CONVERSATIONS, INBOX, PAGE, World},
};

pub(crate) const ROWS: [&str; 3] = ["growth-page", "growth-inbox", "growth-resume"];

/// The few messages: so many conversations are so long, and all others so long. Together 50,040.
const LONG: (usize, usize) = (40, 450);
const SHORT: usize = 89;

/// How many read at once.
const READERS: usize = 32;

/// Seconds from one message of a conversation to the next, and days since the first.
const GAP: usize = 60;
const DAYS: usize = 60;

/// How many messages of each conversation one statement adds.
const STEP: usize = 50;

/// A server with a database of its own, and who is there.
pub(crate) struct Side {
    pub(crate) url: String,
    pub(crate) server: Server,
    pub(crate) world: World,
    /// What the messages are spread over that lie elsewhere.
    others: Option<World>,
    messages: usize,
}

fn chats(world: &World) -> Vec<String> {
    world.chats.iter().map(|(chat, _)| chat.clone()).collect()
}

impl Side {
    async fn new(run: &mut Run<'_>, name: &'static str, others: usize) -> Outcome<Self> {
        let url = run.database.create(name).await?;
        let server = Server::start(&run.folder, Some(&url), run.options.pool_size).await?;
        let world = World::make(server.address, "load", CONVERSATIONS).await?;
        let others = match others {
            0 => None,
            others => Some(World::make(server.address, "other", others).await?),
        };
        let mut side = Self { url, server, world, others, messages: 0 };
        let mut conn = run.database.connect(Some(&side.url)).await?;
        // What is there began so long ago that all that is said can have been said since.
        let ago = format!("- INTERVAL {DAYS} DAY");
        for statement in [
            format!(
                "UPDATE conversations SET created_at = created_at {ago}, \
                     last_activity_at = last_activity_at {ago}"
            ),
            format!("UPDATE members SET joined_at = joined_at {ago}"),
            format!("UPDATE changes SET at = at {ago}"),
        ] {
            conn.query_drop(statement).await?;
        }
        let chats = chats(&side.world);
        side.say(&mut conn, &chats[..LONG.0], LONG.1).await?;
        side.say(&mut conn, &chats[LONG.0..], SHORT).await?;
        side.settle(&mut conn).await?;
        Ok(side)
    }

    /// Adds messages until there are so many.
    async fn grow(&mut self, conn: &mut mysql_async::Conn, messages: usize) -> Outcome<()> {
        let half = messages.saturating_sub(self.messages) / 2;
        for chats in [Some(&self.world), self.others.as_ref()].map(|world| world.map(chats)) {
            let chats = chats.unwrap_or_default();
            self.say(conn, &chats, half / chats.len().max(1)).await?;
        }
        self.settle(conn).await
    }

    /// So many messages in each of these conversations: its members take turns, and the
    /// conversations do.
    async fn say(
        &mut self,
        conn: &mut mysql_async::Conn,
        chats: &[String],
        each: usize,
    ) -> Outcome<()> {
        let literals: Vec<_> =
            chats.iter().map(|chat| format!("x'{}'", chat.replace('-', ""))).collect();
        let of_these = format!("c.id IN ({})", literals.join(", "));
        let mut left = each;
        while left > 0 {
            let step = left.min(STEP);
            left -= step;
            let numbers: Vec<_> = (1..=step).map(|n| format!("SELECT {n} AS i")).collect();
            let numbers = numbers.join(" UNION ALL ");
            // A UUIDv7 of that moment, and what a client's id and its hash may be.
            let at = format!("c.last_activity_at + INTERVAL n.i * {GAP} SECOND");
            let hash = "SHA2(CONCAT(HEX(c.id), ':', c.message_seq + n.i), 256)";
            let id = format!(
                "UNHEX(CONCAT(LPAD(HEX(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', {at}) DIV 1000), \
                 12, '0'), '7', LEFT({hash}, 3), '8', SUBSTR({hash}, 4, 15)))"
            );
            let insert = format!(
                "INSERT INTO messages (conversation_id, seq, event_seq, id, sender_id, \
                 client_message_id, client_hash, body, sent_at, revision) \
                 SELECT c.id, c.message_seq + n.i, c.event_seq + n.i, {id}, m.user_id, \
                 UNHEX(CONCAT(SUBSTR({hash}, 20, 12), '4', SUBSTR({hash}, 32, 3), '8', \
                 SUBSTR({hash}, 35, 15))), UNHEX({hash}), '{BODY}', {at}, 1 \
                 FROM conversations AS c CROSS JOIN ({numbers}) AS n \
                 INNER JOIN members AS m ON m.conversation_id = c.id \
                 AND m.joined_event_seq = 1 + (c.message_seq + n.i) % 4 \
                 WHERE {of_these} ORDER BY n.i, c.id"
            );
            let count = format!(
                "UPDATE conversations AS c SET message_seq = message_seq + {step}, \
                 event_seq = event_seq + {step}, live_count = live_count + {step}, \
                 last_activity_at = last_activity_at + INTERVAL {step} * {GAP} SECOND \
                 WHERE {of_these}"
            );
            conn.query_drop("START TRANSACTION").await?;
            conn.query_drop(insert).await?;
            if conn.affected_rows() != u64::try_from(step * chats.len())? {
                return Err("the database added another number of messages".into());
            }
            conn.query_drop(count).await?;
            conn.query_drop("COMMIT").await?;
        }
        self.messages += each * chats.len();
        Ok(())
    }

    /// Everybody has read all but the last few, and the database knows what it has and has put
    /// it where it stays: so much at once is not what a server has to live with.
    async fn settle(&self, conn: &mut mysql_async::Conn) -> Outcome<()> {
        read_nearly_all(conn).await?;
        let tables: Vec<String> = conn.query("SHOW TABLES").await?;
        conn.query_drop(format!("ANALYZE TABLE {}", tables.join(", "))).await?;
        let tables = "FLUSH TABLES messages, conversations, members, changes FOR EXPORT";
        conn.query_drop(tables).await?;
        conn.query_drop("UNLOCK TABLES").await?;
        Ok(())
    }

    /// Looks at a page, an inbox and a return by the server itself.
    async fn check(&self) -> Outcome<()> {
        let mut client = super::server::Client::connect(self.server.address, None).await?;
        let (chat, owner) = &self.world.chats[0];
        client.token = Some(self.world.tokens[*owner].clone());
        let page = client.ask(PAGE, json!({ "chat": chat })).await?;
        let page = &page["conversation"]["messages"];
        let nodes = page["nodes"].as_array().ok_or("no page")?;
        let seqs: Vec<_> = nodes.iter().filter_map(|node| node["seq"].as_u64()).collect();
        let is_dense = seqs.len() == 50 && seqs.windows(2).all(|two| two[0] + 1 == two[1]);
        let senders: std::collections::HashSet<_> =
            nodes.iter().filter_map(|node| node["sender"]["username"].as_str()).collect();
        let has_more = page["pageInfo"]["hasPreviousPage"] == true;
        if !is_dense || senders.len() != 4 || !has_more {
            return Err(format!("a page that was put there looks wrong: {page}").into());
        }
        let inbox = client.ask(INBOX, json!({})).await?;
        let first = &inbox["conversations"]["nodes"][0];
        if first["unreadCount"] != 6 || first["lastMessage"]["body"] != BODY {
            return Err(format!("an inbox that was put there looks wrong: {first}").into());
        }
        Ok(())
    }

    /// The numbers of the newest messages and events of a world's conversations.
    pub(crate) async fn numbers(&self, run: &Run<'_>, world: &World) -> Outcome<Vec<(i64, u64)>> {
        let mut conn = run.database.connect(Some(&self.url)).await?;
        let query = "SELECT message_seq, event_seq FROM conversations WHERE id = ?";
        let query = conn.prep(query).await?;
        let mut numbers = Vec::new();
        for (chat, _) in &world.chats {
            let id = uuid::Uuid::parse_str(chat)?.as_bytes().to_vec();
            let found: Option<(i64, u64)> = conn.exec_first(&query, (id,)).await?;
            numbers.push(found.ok_or("a conversation is gone")?);
        }
        Ok(numbers)
    }

    async fn returns_to(&self, run: &Run<'_>, world: &World) -> Outcome<Vec<Return>> {
        let numbers = self.numbers(run, world).await?;
        let returns = world.chats.iter().zip(numbers).map(|((chat, owner), (_, head))| {
            let token = world.tokens[*owner].clone();
            Return { chat: chat.clone(), token, head }
        });
        Ok(returns.collect())
    }

    /// Returns to the long conversations.
    pub(crate) async fn heads(&self, run: &Run<'_>) -> Outcome<Arc<Vec<Return>>> {
        let mut heads = self.returns_to(run, &self.world).await?;
        heads.truncate(LONG.0);
        Ok(Arc::new(heads))
    }

    /// Returns to all conversations that are long enough.
    pub(crate) async fn all_heads(&self, run: &Run<'_>) -> Outcome<Arc<Vec<Return>>> {
        let mut heads = self.returns_to(run, &self.world).await?;
        if let Some(others) = &self.others {
            heads.extend(self.returns_to(run, others).await?);
        }
        heads.retain(Return::is_long);
        Ok(Arc::new(heads))
    }
}

/// The rates of one side in each round.
#[derive(Default)]
struct Rates([Vec<Measure>; 3]);

impl Rates {
    async fn round(
        &mut self,
        side: &Side,
        heads: &Arc<Vec<Return>>,
        span: Duration,
        database: Option<u32>,
    ) -> Outcome<()> {
        let address = side.server.address;
        let page = Question { address, world: &side.world, query: PAGE, body: None };
        let inbox = Question { query: INBOX, ..page };
        let server = Some(&side.server);
        self.0[0].push(metered(server, database, page.closed(READERS, span)).await?);
        self.0[1].push(metered(server, database, inbox.closed(READERS, span)).await?);
        self.0[2].push(metered(server, database, returns(address, heads, 0, span)).await?);
        Ok(())
    }

    fn middle(self) -> [Measure; 3] {
        self.0.map(Measure::of)
    }
}

pub(crate) async fn growth(run: &mut Run<'_>) -> Outcome<()> {
    let sizes: &[usize] =
        if run.options.quick { &[200_000] } else { &[200_000, 600_000, 2_000_000] };
    let elsewhere = if run.options.quick { 80 } else { 1_000 };
    let mut many = Side::new(run, "many", elsewhere).await?;
    if run.options.wants(&ROWS) {
        grow(run, &mut many, sizes).await?;
    } else {
        let mut conn = run.database.connect(Some(&many.url)).await?;
        many.grow(&mut conn, sizes.last().copied().unwrap_or_default()).await?;
    }
    if run.options.wants(&cold::ROWS) {
        cold::cold(run, &many).await?;
    }
    Ok(())
}

/// Measures again and again while the many become more.
async fn grow(run: &mut Run<'_>, many: &mut Side, sizes: &[usize]) -> Outcome<()> {
    let few = Side::new(run, "few", 0).await?;
    few.check().await?;
    let few_heads = few.heads(run).await?;
    let database = run.database.process;
    let mut conn = run.database.connect(Some(&many.url)).await?;
    let mut lines: [Vec<(f64, f64)>; 3] = Default::default();
    let mut stages = Vec::new();
    for (stage, size) in sizes.iter().enumerate() {
        let begun = Instant::now();
        many.grow(&mut conn, *size).await?;
        println!(
            "    {} messages are there after {:.0} s",
            many.messages,
            begun.elapsed().as_secs_f64()
        );
        many.check().await?;
        let heads = many.heads(run).await?;
        let (mut before, mut after) = (Rates::default(), Rates::default());
        // What has just been written is not yet where it stays: once for nothing.
        Rates::default().round(many, &heads, run.pace.span / 2, database).await?;
        for _ in 0..run.pace.rounds {
            before.round(&few, &few_heads, run.pace.span, database).await?;
            after.round(many, &heads, run.pace.span, database).await?;
        }
        let (before, after) = (before.middle(), after.middle());
        let mut figures = Map::new();
        for (index, name) in ROWS.into_iter().enumerate() {
            let (measured, baseline) = (&after[index], &before[index]);
            if stage == 0 {
                lines[index].push((float(few.messages), baseline.rate));
            }
            // Where the machine was slower or quicker meanwhile, the few say by how much.
            let first = lines[index][0].1;
            lines[index].push((float(many.messages), first * measured.rate / baseline.rate));
            figures.insert(name.to_owned(), both(measured, baseline));
            if stage + 1 == sizes.len() {
                run.report.row(Row {
                    name,
                    unit: "/s",
                    measured: measured.rate,
                    baseline: Some(baseline.rate),
                    wanted: Wanted::Least(1.0 / 1.3),
                    details: both(measured, baseline),
                });
            }
        }
        stages.push(json!({ "messages": many.messages, "of": few.messages, "rates": figures }));
    }
    run.report.note("growth", stages.into());
    let sizes = sizes_of(&mut conn, many.messages).await?;
    run.report.note("bytes_per_message", sizes);
    run.growth = ["page", "inbox", "resume"]
        .into_iter()
        .zip(lines)
        .map(|(name, points)| Line { name, points })
        .collect();
    Ok(())
}

/// How many bytes each table has for a message, and each index of it: `PRIMARY` is the table
/// itself.
async fn sizes_of(conn: &mut mysql_async::Conn, messages: usize) -> Outcome<Value> {
    let query = "SELECT table_name, index_name, stat_value * @@innodb_page_size \
        FROM mysql.innodb_index_stats WHERE database_name = DATABASE() AND stat_name = 'size' \
        ORDER BY table_name = 'messages' DESC, table_name, index_name = 'PRIMARY' DESC, index_name";
    let rows: Vec<(String, String, u64)> = conn.query(query).await?;
    let (mut sizes, mut tables) = (Map::new(), Map::new());
    let mut all: Vec<(String, u64)> = Vec::new();
    let each = |bytes: u64| -> Outcome<f64> {
        Ok(round(float(usize::try_from(bytes)?) / float(messages)))
    };
    for (table, index, bytes) in rows {
        sizes.insert(format!("{table}.{index}"), json!(each(bytes)?));
        match all.last_mut().filter(|(last, _)| *last == table) {
            Some((_, all)) => *all += bytes,
            None => all.push((table, bytes)),
        }
    }
    for (table, bytes) in all {
        println!("    bytes for a message in {table} and its indexes: {}", each(bytes)?);
        tables.insert(table, json!({ "each": each(bytes)?, "all": bytes }));
    }
    Ok(json!({ "messages": messages, "mysql_tables": tables, "mysql": sizes }))
}
