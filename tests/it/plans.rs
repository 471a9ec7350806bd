//! What is asked for often is found by an index, however much there is: the plan of every statement that each hot
//! operation sends, as the database makes it. With `PARLANCE_TEST_ROWS=1000000` among a million messages.

use std::{fmt::Write, time::Duration};

use parlance::{ids::ConversationId, store::events, time::Clock};

use crate::{
    messages::fills,
    support::{
        History, OF_ANN, Overheard, Person, Plan, Planner, Statement, TestApp, client_id, json,
        rows,
    },
};

const USER: &str = "id username firstName lastName role createdAt email phoneNumber";

/// The most rows that a statement may read.
const MOST: u64 = 5_000;

/// What the statements of one operation may do that others may not.
#[derive(Clone, Copy)]
struct Leave {
    /// Only those with these words.
    of: &'static str,
    /// They may put rows in order.
    may_sort: bool,
    /// They may read so many rows.
    most: u64,
}

/// The inbox puts a person's own conversations in order when it is asked for. An order that is kept would have to be
/// written for every member with every message.
const INBOX: Leave = Leave {
    of: "ORDER BY `conversations`.`last_activity_at` DESC",
    may_sort: true,
    // A membership, its conversation and its newest message, which may be set down and taken up again to be put in order.
    most: 7 * OF_ANN.unsigned_abs(),
};

/// Who follows all their conversations has each of them looked at: a membership and its conversation.
const ALL_OF_ONE: Leave =
    Leave { of: "`members`.`joined_event_seq`", may_sort: false, most: 3 * OF_ANN.unsigned_abs() };

/// One person's conversations with what came last in them: the same, and the newest change of each.
const MOVED: Leave = Leave { of: "EXISTS", may_sort: false, most: 4 * OF_ANN.unsigned_abs() };

/// Looks at what the server sends, and gathers what is wrong with it.
struct Proof {
    overheard: Overheard,
    planner: Planner,
    seen: Vec<Statement>,
    wrong: String,
}

impl Proof {
    async fn begin(app: &TestApp) -> Self {
        let overheard = Overheard::of(&app.store);
        let planner = Planner::new(app).await;
        overheard.takes();
        Self { overheard, planner, seen: Vec::new(), wrong: String::new() }
    }

    /// Everything that this sends is found by an index.
    async fn holds<T>(&mut self, what: &str, operation: impl Future<Output = T>) -> T {
        self.holds_with(what, &[], operation).await
    }

    async fn holds_with<T>(
        &mut self,
        what: &str,
        leave: &[Leave],
        operation: impl Future<Output = T>,
    ) -> T {
        self.overheard.takes();
        let done = operation.await;
        let sent = self.overheard.takes();
        if sent.is_empty() {
            writeln!(self.wrong, "\n{what}\n  sends no statement").unwrap();
        }
        for statement in sent {
            let plan = self.planner.plans(&statement).await;
            let leave = leave.iter().find(|leave| statement.text.contains(leave.of));
            let told = told(what, &statement, &plan);
            // Seen with --nocapture, or when the test fails.
            println!("{told}");
            if is_bad(&plan, leave) {
                self.wrong += &told;
            }
            self.seen.push(statement);
        }
        self.overheard.takes();
        done
    }

    /// A statement with these words was among what was looked at.
    fn saw(&self, words: &[&str]) {
        let is_it = |statement: &&Statement| words.iter().all(|word| statement.text.contains(word));
        assert!(self.seen.iter().find(is_it).is_some(), "nothing was sent with {words:?}");
    }
}

fn is_bad(plan: &Plan, leave: Option<&Leave>) -> bool {
    let most = leave.map_or(MOST, |leave| leave.most);
    let may_sort = leave.is_some_and(|leave| leave.may_sort);
    !plan.scans.is_empty()
        || !(plan.sorts.is_empty() || may_sort)
        || plan.read.is_some_and(|read| read > most)
}

fn told(what: &str, statement: &Statement, plan: &Plan) -> String {
    let start: String = statement.text.chars().take(1_000).collect();
    let steps: Vec<_> = plan.steps.iter().take(10).map(String::as_str).collect();
    let steps = steps.join("\n    ");
    let read = plan.read.map_or(String::new(), |read| format!("\n    {read} rows were read"));
    format!("\n{what}\n  {start}\n    {steps}{read}\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_often_is_found_by_an_index() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let history = History::write(&app, [&ann, &bob, &eve], rows()).await;
    let mut proof = Proof::begin(&app).await;
    write(&mut proof, &ann, &bob, &history).await;
    read(&mut proof, &ann, &history).await;
    follow(&mut proof, &app, &ann, &history).await;
    proof.saw(&["INSERT INTO `messages`"]);
    proof.saw(&["UPDATE `conversations`"]);
    proof.saw(&["UPDATE `members`"]);
    proof.saw(&["FROM `conversations`", if app.store.is_sqlite() { "" } else { "SKIP LOCKED" }]);
    assert!(proof.wrong.is_empty(), "among {} messages:\n{}", rows(), proof.wrong);
}

async fn write(proof: &mut Proof, ann: &Person, bob: &Person, history: &History) {
    let (chat, key) = (history.long, client_id());
    let sent = proof.holds("send", ann.sends(chat, "a word")).await;
    let more = json!({ "clientMessageId": key, "replyToId": sent.id });
    let keyed = ann.sends_with(chat, "a word", more.clone());
    proof.holds("send with key and reply", keyed).await.succeeds();
    let again = ann.sends_with(chat, "a word", more);
    proof.holds("send again", again).await.succeeds();
    proof.holds("edit", ann.edits(sent.id, "another")).await.succeeds();
    proof.holds("delete", ann.deletes(sent.id)).await.succeeds();
    let mark = bob.reads_up_to(chat, history.length - 3);
    proof.holds("markRead", mark).await.succeeds();
    let document = format!("{{ messageByClientId(clientMessageId: \"{key}\") {{ id body }} }}");
    proof.holds("messageByClientId", ann.asks_for(document)).await.succeeds();
    let fields = format!("body sender {{ {USER} }} replyTo {{ body }} conversation {{ title }}");
    let one = ann.sees_message(sent.id, &fields);
    proof.holds("message", one).await.succeeds();
}

async fn read(proof: &mut Proof, ann: &Person, history: &History) {
    let chat = history.long;
    proof.holds("the session", ann.asks_for("{ viewer { id } }")).await.succeeds();
    let fields = format!(
        "nodes {{ id seq body sentAt sender {{ {USER} }} replyTo {{ body }} }} pageInfo {{ startCursor hasPreviousPage }}"
    );
    let page = |part: &str| format!("messages({part}) {{ {fields} }}");
    let mut cursor = String::new();
    for place in ["the last page", "the page before", "the page before that"] {
        let before =
            if cursor.is_empty() { String::new() } else { format!(", before: \"{cursor}\"") };
        let last = page(&format!("last: 50{before}"));
        let answer = proof.holds(place, ann.sees(chat, &last)).await;
        cursor = answer.word("conversation.messages.pageInfo.startCursor");
        assert_eq!(answer.list("conversation.messages.nodes").len(), 50);
    }
    let first = page("first: 50");
    proof.holds("the first page", ann.sees(chat, &first)).await.succeeds();
    let after = page(&format!("first: 50, after: \"{cursor}\""));
    proof.holds("a page after", ann.sees(chat, &after)).await.succeeds();
    let counts = "title unreadCount messageCount lastMessage { body }";
    proof.holds("one conversation", ann.sees(chat, counts)).await.succeeds();
    let inbox = format!(
        "{{ conversations(first: 40) {{ nodes {{ id title participants {{ id username }} unreadCount readSeq \
         lastMessage {{ body sentAt sender {{ {USER} }} }} }} pageInfo {{ endCursor }} }} }}"
    );
    let answer = proof.holds_with("inbox", &[INBOX], ann.asks_for(&inbox)).await;
    answer.succeeds();
    let cursor = answer.word("conversations.pageInfo.endCursor");
    let next = inbox.replace("first: 40", &format!("first: 40, after: \"{cursor}\""));
    let next = ann.asks_for(next);
    proof.holds_with("inbox, the next page", &[INBOX], next).await.succeeds();
    let unread = inbox.replace("first: 40", "first: 40, filter: { unreadOnly: true }");
    let unread = ann.asks_for(unread);
    proof.holds_with("inbox, unread only", &[INBOX], unread).await.succeeds();
    let members = "members(first: 50) { nodes { role readSeq user { username } } }";
    proof.holds("members", ann.sees(chat, members)).await.succeeds();
    for (place, query) in [
        ("REST, the newest messages", "page_size=100"),
        ("REST, the tenth page", "page_size=100&page=10"),
        ("REST, from the oldest on", "ordering=sent_at"),
    ] {
        let path = format!("/api/conversations/{chat}/messages/?{query}");
        proof.holds(place, ann.rests("GET", &path, None)).await.has_status(200);
    }
    let path = format!("/api/messages/?conversation={chat}");
    let list = ann.rests("GET", &path, None);
    proof.holds("REST, messages of a conversation", list).await.has_status(200);
}

async fn follow(proof: &mut Proof, app: &TestApp, ann: &Person, history: &History) {
    let chat = json!({ "chat": history.long });
    let events = "subscription ($chat: ID!) { conversationEvents(conversationId: $chat, afterEventSeq: 7) { \
         __typename ... on MessageAdded { eventSeq message { body sender { username } replyTo { body } } } } }";
    let resume = async {
        ann.follows(events, chat.clone()).await.takes(300, "/eventSeq").await;
    };
    proof.holds("conversationEvents from the past on", resume).await;
    let messages = "subscription ($chat: ID!) { messageAdded(conversationId: $chat, afterSeq: 7) { \
         id body sender { username } } }";
    let resume = async {
        ann.follows(messages, chat.clone()).await.takes(300, "/id").await;
    };
    proof.holds("messageAdded from the past on", resume).await;

    // Who follows is looked after; what is asked for then is also asked for as many as it may be asked for at once.
    let live =
        "subscription ($chat: ID!) { conversationEvents(conversationId: $chat) { __typename } }";
    let all = "subscription { inboxEvents(known: [], activeSince: \"2026-01-01T00:00:00Z\") { __typename } }";
    let look = async {
        let one = ann.follows(live, chat.clone()).await;
        let every = ann.follows(all, json!({})).await;
        tokio::time::sleep(Duration::from_secs(4)).await;
        drop((one, every));
    };
    proof.holds_with("looking after who follows", &[ALL_OF_ONE, MOVED], look).await;
    let ids: Vec<ConversationId> = history.some(500).into_iter().map(Into::into).collect();
    let heads = async { events::list_heads(&mut app.store.conn().await.unwrap(), &ids).await };
    assert_eq!(proof.holds("the heads of many", heads).await.unwrap().len(), 500);
}

/// Somebody who has said everything in a conversation and never marked anything as read, and somebody who has left it,
/// where for long nothing happened but edits.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_of_one_kind_is_not_looked_through() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_called("one", &[&bob, &eve]).await;
    let long = i64::try_from(2 * MOST).unwrap();
    bob.sends(chat, "the first").await;
    fills(&app, chat, ann.id, long, |n| n.to_string()).await;
    let id = ConversationId::from(chat).literal();
    let ann_id = parlance::ids::UserId::from(ann.id).literal();
    let at = app.clock.now().literal();
    let head = app.counts(&format!("SELECT event_seq FROM conversations WHERE id = {id}")).await;
    let edits = (1..=long).map(|n| format!("({id}, {}, 'EDITED', {n}, {ann_id}, {at})", head + n));
    for edits in edits.collect::<Vec<_>>().chunks(500) {
        app.writes(&format!(
            "INSERT INTO changes (conversation_id, event_seq, kind, message_seq, actor_id, at) VALUES {}",
            edits.join(", ")
        ))
        .await;
    }
    app.writes(&format!("UPDATE conversations SET event_seq = {} WHERE id = {id}", head + long))
        .await;
    eve.leaves(chat).await.succeeds();
    let mut proof = Proof::begin(&app).await;
    let counted = ann.sees(chat, "unreadCount");
    proof.holds("unread of who only sends", counted).await.succeeds();
    let inbox = "{ conversations(filter: { unreadOnly: true }) { nodes { id unreadCount } } }";
    let inbox = ann.asks_for(inbox);
    proof.holds_with("unread only, of who only sends", &[INBOX], inbox).await.succeeds();
    let follow = async {
        let document = "subscription ($chat: ID!) { conversationEvents(conversationId: $chat, afterEventSeq: 3) { \
             ... on MessageAdded { eventSeq message { conversation { title messageSeq } } } } }";
        let mut follow = eve.follows(document, json!({ "chat": chat })).await;
        assert_eq!(follow.next().await["message"]["conversation"]["title"], "one");
    };
    proof.holds("a title as it was for who has left", follow).await;
    proof.saw(&["FROM `changes`", "`kind` = ?", "ORDER BY"]);
    proof.saw(&["FROM `changes`", "`kind` = ?", "`event_seq` > ?"]);
    assert!(proof.wrong.is_empty(), "{}", proof.wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_plan_is_seen_to_be_bad() {
    let app = TestApp::start().await;
    app.people().await;
    let mut planner = Planner::new(&app).await;
    for (text, is_wrong) in [
        ("SELECT id FROM users WHERE id = ?", false),
        ("SELECT id FROM users WHERE first_name = ?", true),
        ("SELECT username FROM users WHERE id > ? ORDER BY first_name LIMIT 3", true),
        ("SELECT COUNT(*) FROM users WHERE id <> ?", true),
        ("SELECT role FROM members WHERE user_id = ? ORDER BY joined_at", true),
        ("UPDATE users SET first_name = 'x' WHERE last_name = ?", true),
        ("DELETE FROM users WHERE phone_number = ?", true),
    ] {
        let statement = Statement { text: text.to_owned(), values: vec!["x'00'".to_owned()] };
        let plan = planner.plans(&statement).await;
        assert_eq!(is_bad(&plan, None), is_wrong, "{text}: {plan:?}");
    }
}
