//! Years of use, written straight into the database: as many messages as a test wants, numbered as the server does it.

use std::env;

use super::{Id, Person, TestApp};

/// How many people there are beside the three.
const CROWD: i64 = 500;

/// How many conversations there are beside the long one.
const SHORT: i64 = 5_000;

/// In how many of them Ann is.
pub(crate) const OF_ANN: i64 = 2_000;

/// What the numbers of each conversation begin with: three have joined.
const JOINED: i64 = 3;

/// A third of all messages is in one conversation of Ann, Bob and Eve; the others are spread over 5,000 conversations
/// of three, in 2,000 of which Ann is. Every tenth message was edited, every fiftieth is deleted.
pub(crate) struct History {
    /// The long conversation.
    pub(crate) long: Id,
    /// How many messages are in it.
    pub(crate) length: i64,
}

/// How many messages to try with: 20,000, or as many as `PARLANCE_TEST_ROWS` says.
#[expect(
    clippy::disallowed_methods,
    reason = "settings of the tests are not settings of the server"
)]
pub(crate) fn rows() -> i64 {
    let rows = env::var("PARLANCE_TEST_ROWS").ok().filter(|rows| !rows.is_empty());
    rows.map_or(20_000, |rows| rows.parse().expect("PARLANCE_TEST_ROWS is a number"))
}

/// Numbers of conversations: the short ones are 1 to [`SHORT`].
const LONG: i64 = SHORT + 1;

impl History {
    /// So many messages.
    pub(crate) async fn write(app: &TestApp, people: [&Person; 3], rows: i64) -> Self {
        let sql = Sql { is_sqlite: app.store.is_sqlite() };
        let length = rows / 3;
        let each = (rows - length) / SHORT;
        let three = people.map(|person| format!("x'{}'", person.id.simple()));
        app.writes("CREATE TABLE numbers (n INTEGER NOT NULL PRIMARY KEY)").await;
        app.writes("INSERT INTO numbers VALUES (1)").await;
        let most = length.max(SHORT);
        let mut filled = 1;
        while filled < most {
            let more = "INSERT INTO numbers SELECT n +";
            app.writes(&format!("{more} {filled} FROM numbers WHERE n + {filled} <= {most}")).await;
            filled = most.min(2 * filled);
        }
        app.writes(&sql.crowd()).await;
        let c = "c.n";
        let short = [
            format!("CASE WHEN {c} <= {OF_ANN} THEN {} ELSE {} END", three[0], sql.person(c, 125)),
            sql.person(c, 0),
            sql.person(c, 250),
        ];
        // The long one is read to its half, of the others a few messages are unread.
        for (of, length, read, members) in [
            (format!("c.n <= {SHORT}"), each, (each / 2).max(each - 20), &short),
            (format!("c.n = {LONG}"), length, length / 2, &three),
        ] {
            let from = format!("numbers AS c WHERE {of}");
            app.writes(&sql.conversations(&from, length, &members[0])).await;
            for (place, member) in (1..).zip(members) {
                app.writes(&sql.member(&from, place, member, read)).await;
                app.writes(&sql.joined(&from, place, member, &members[0])).await;
            }
            let from = format!("numbers AS c JOIN numbers AS n ON n.n <= {length} WHERE {of}");
            app.writes(&sql.messages(&from, members)).await;
            app.writes(&sql.changes(&from, &members[0])).await;
        }
        app.writes("DROP TABLE numbers").await;
        Self { long: conversation(LONG), length }
    }

    /// So many of the short ones.
    #[expect(clippy::unused_self, reason = "without a history there are none")]
    pub(crate) fn some(&self, count: i64) -> Vec<Id> {
        (1..=count).map(conversation).collect()
    }
}

fn conversation(n: i64) -> Id {
    Id::parse_str(&format!("{CONVERSATION}{n:012x}")).unwrap()
}

// The ids of the history: one of these, and a number.
const PERSON: &str = "016f5e66e80070008001";
const CONVERSATION: &str = "016f5e66e80070008002";
const MESSAGE: &str = "016f5e66e80070008003";
const CLIENT: &str = "016f5e66e80070008004";

/// How far the numbers of messages of two conversations are apart.
const APART: i64 = 100_000_000;

/// The words in which the two databases differ, and the statements made of them.
struct Sql {
    is_sqlite: bool,
}

impl Sql {
    fn id(&self, kind: &str, n: &str) -> String {
        if self.is_sqlite {
            format!("unhex(printf('{kind}%012x', {n}))")
        } else {
            format!("UNHEX(CONCAT('{kind}', LPAD(HEX({n}), 12, '0')))")
        }
    }

    /// So many seconds after the beginning of 2020.
    fn moment(&self, seconds: &str) -> String {
        if self.is_sqlite {
            format!("strftime('%Y-%m-%d %H:%M:%f', 1577836800 + {seconds}, 'unixepoch')")
        } else {
            format!("TIMESTAMPADD(SECOND, {seconds}, '2020-01-01 00:00:00')")
        }
    }

    /// Whole tenths and so on.
    fn part(&self, n: &str, of: i64) -> String {
        format!("(({n}) {} {of})", if self.is_sqlite { "/" } else { "DIV" })
    }

    /// Somebody of the crowd.
    fn person(&self, n: &str, further: i64) -> String {
        self.id(PERSON, &format!("1 + ({n} + {further}) % {CROWD}"))
    }

    fn crowd(&self) -> String {
        let (id, at) = (self.id(PERSON, "n"), self.moment("n"));
        let name = "CONCAT('person-', n)";
        let email = "CONCAT('person-', n, '@example.org')";
        format!(
            "INSERT INTO users (id, username, username_key, email, email_key, first_name, last_name, role, \
             password_hash, created_at) \
             SELECT {id}, {name}, {name}, {email}, {email}, '', '', 'GUEST', '', {at} FROM numbers WHERE n <= {CROWD}"
        )
    }

    /// A minute lies between two messages.
    fn sent(&self, n: &str) -> String {
        self.moment(&format!("c.n + 60 * {n}"))
    }

    fn conversations(&self, from: &str, length: i64, founder: &str) -> String {
        let id = self.id(CONVERSATION, "c.n");
        let (made, active) = (self.sent("0"), self.sent(&length.to_string()));
        let (events, live) = (JOINED + length + length / 10, length - length / 50);
        format!(
            "INSERT INTO conversations (id, kind, title, created_by, created_at, message_seq, event_seq, live_count, \
             last_activity_at) \
             SELECT {id}, 'GROUP', CONCAT('group ', c.n), {founder}, {made}, {length}, {events}, {live}, {active} \
             FROM {from}"
        )
    }

    fn member(&self, from: &str, place: i64, member: &str, read: i64) -> String {
        let (id, at) = (self.id(CONVERSATION, "c.n"), self.sent("0"));
        let role = if place == 1 { "OWNER" } else { "MEMBER" };
        format!(
            "INSERT INTO members (conversation_id, user_id, role, joined_at, joined_event_seq, read_seq) \
             SELECT {id}, {member}, '{role}', {at}, {place}, {read} FROM {from}"
        )
    }

    fn joined(&self, from: &str, place: i64, member: &str, founder: &str) -> String {
        let (id, at) = (self.id(CONVERSATION, "c.n"), self.sent("0"));
        let role = if place == 1 { "OWNER" } else { "MEMBER" };
        format!(
            "INSERT INTO changes (conversation_id, event_seq, kind, actor_id, subject_id, at, data) \
             SELECT {id}, {place}, 'JOINED', {founder}, {member}, {at}, '{role}' FROM {from}"
        )
    }

    fn messages(&self, from: &str, members: &[String; 3]) -> String {
        let (conversation, sent) = (self.id(CONVERSATION, "c.n"), self.sent("n.n"));
        let number = format!("c.n * {APART} + n.n");
        let (id, client) = (self.id(MESSAGE, &number), self.id(CLIENT, &number));
        let [a, b, c] = members;
        let (event, change) = (self.event("n.n"), self.change("n.n"));
        format!(
            "INSERT INTO messages (conversation_id, seq, event_seq, changed_event_seq, id, sender_id, \
             client_message_id, body, reply_to_seq, sent_at, edited_at, deleted_at, revision) \
             SELECT {conversation}, n.n, {event}, CASE WHEN n.n % 10 = 0 THEN {change} END, {id}, \
             CASE n.n % 3 WHEN 0 THEN {a} WHEN 1 THEN {b} ELSE {c} END, \
             {client}, CASE WHEN n.n % 50 = 0 THEN '' ELSE CONCAT('What is said as number ', n.n) END, \
             CASE WHEN n.n % 4 = 0 THEN n.n - 1 END, {sent}, \
             CASE WHEN n.n % 10 = 0 AND n.n % 50 <> 0 THEN {sent} END, CASE WHEN n.n % 50 = 0 THEN {sent} END, \
             CASE WHEN n.n % 10 = 0 THEN 2 ELSE 1 END FROM {from}"
        )
    }

    fn changes(&self, from: &str, actor: &str) -> String {
        let (conversation, sent) = (self.id(CONVERSATION, "c.n"), self.sent("n.n"));
        format!(
            "INSERT INTO changes (conversation_id, event_seq, kind, message_seq, actor_id, at) \
             SELECT {conversation}, {}, CASE WHEN n.n % 50 = 0 THEN 'DELETED' ELSE 'EDITED' END, n.n, {actor}, {sent} \
             FROM {from} AND n.n % 10 = 0",
            self.change("n.n")
        )
    }

    /// The number of the event by which a message was sent.
    fn event(&self, n: &str) -> String {
        format!("{JOINED} + {n} + {}", self.part(&format!("{n} - 1"), 10))
    }

    /// The number of the event that changed a tenth message.
    fn change(&self, n: &str) -> String {
        format!("{JOINED} + {n} + {}", self.part(n, 10))
    }
}
