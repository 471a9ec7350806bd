//! Every connection against a naive model: any window of any list, cursors of other lists, and lists that grow while
//! somebody pages through them.

use std::{collections::BTreeSet, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use crate::support::{Answer, Id, List, Person, TestApp, Value, json};

const USERS: List<'_> = List {
    document: "users(PAGE, filter: { role: GUEST }) { CONNECTION }",
    path: "users",
    key: "username",
};
const NEWEST_USERS: List<'_> = List {
    document: "users(PAGE, filter: { role: GUEST }, orderBy: CREATED_DESC) { CONNECTION }",
    path: "users",
    key: "username",
};
const MESSAGES: List<'_> =
    List { document: "messages(PAGE) { CONNECTION }", path: "messages", key: "id" };
const INBOX: List<'_> =
    List { document: "conversations(PAGE) { CONNECTION }", path: "conversations", key: "id" };
const NEWEST: List<'_> = List {
    document: "conversations(PAGE, orderBy: CREATED_DESC) { CONNECTION }",
    path: "conversations",
    key: "id",
};
const OLDEST: List<'_> = List {
    document: "conversations(PAGE, orderBy: CREATED_ASC) { CONNECTION }",
    path: "conversations",
    key: "id",
};

fn messages_of(chat: Id) -> String {
    format!("conversation(id: \"{chat}\") {{ messages(PAGE) {{ CONNECTION }} }}")
}

fn members_of(chat: Id) -> String {
    format!("conversation(id: \"{chat}\") {{ members(PAGE) {{ CONNECTION }} }}")
}

fn messages_in(document: &str) -> List<'_> {
    List { document, path: "conversation.messages", key: "id" }
}

fn members_in(document: &str) -> List<'_> {
    List { document, path: "conversation.members", key: "user { id }" }
}

/// Asks for one page; `arguments` as in `first: 3, after: "…"`.
async fn asks(who: &Person, list: &List<'_>, arguments: &str) -> Answer {
    let connection = format!(
        "nodes {{ {} }} edges {{ cursor }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}",
        list.key
    );
    // A connection without arguments has no brackets.
    let document = match arguments {
        "" => list.document.replace("(PAGE)", "").replace("PAGE, ", ""),
        arguments => list.document.replace("PAGE", arguments),
    };
    who.asks_for(format!("{{ {} }}", document.replace("CONNECTION", &connection))).await
}

/// The value of the key, however deep it lies.
fn innermost(mut value: &Value) -> String {
    while let Some(inner) = value.as_object() {
        value = inner.values().next().unwrap();
    }
    value.as_str().unwrap().to_owned()
}

fn keys(answer: &Answer, list: &List<'_>) -> Vec<String> {
    answer.list(&format!("{}.nodes", list.path)).iter().map(innermost).collect()
}

/// Any window of the list is what a naive slice of `all` is. `is_from_end`: what a page without arguments shows.
async fn is_sliced(
    who: &Person,
    list: &List<'_>,
    all: &[String],
    is_from_end: bool,
    dice: &mut StdRng,
) {
    assert!(all.len() < 100, "the whole fits on a page");
    list.is(who, all).await;
    let cursors = list.cursors(who).await;
    assert_eq!(
        cursors.iter().collect::<BTreeSet<_>>().len(),
        all.len(),
        "each item has a cursor of its own"
    );
    for _ in 0..40 {
        let mut dart = |chance| dice.random_bool(chance).then(|| dice.random_range(0..all.len()));
        let (after, before) = (dart(0.6), dart(0.5));
        let size = dice.random_range(1..=all.len() + 2);
        let (front, back) =
            [(None, None), (Some(size), None), (None, Some(size))][dice.random_range(0..3)];
        let mut arguments = Vec::new();
        for (name, size) in [("first", front), ("last", back)] {
            arguments.extend(size.map(|size| format!("{name}: {size}")));
        }
        for (name, place) in [("after", after), ("before", before)] {
            arguments.extend(place.map(|place| format!("{name}: \"{}\"", cursors[place])));
        }
        let arguments = arguments.join(", ");

        let low = after.map_or(0, |place| place + 1);
        let window = all.get(low..before.unwrap_or(all.len())).unwrap_or_default();
        let size = front.or(back).unwrap_or(20);
        let from_end = back.is_some() || is_from_end && front.is_none() && after.is_none();
        let is_more = window.len() > size;
        let (expected, has_previous, has_next) = if from_end {
            (&window[window.len().saturating_sub(size)..], is_more, before.is_some())
        } else {
            (&window[..window.len().min(size)], after.is_some(), is_more)
        };
        let answer = asks(who, list, &arguments).await;
        let keys = keys(&answer, list);
        assert_eq!(keys, expected, "{} {arguments}", list.document);
        let info = answer.gives(&format!("{}.pageInfo", list.path));
        let cursor = |key: Option<&String>| {
            key.map(|key| &cursors[all.iter().position(|other| other == key).unwrap()])
        };
        let (start, end) = (cursor(keys.first()), cursor(keys.last()));
        let right = json!({ "hasNextPage": has_next, "hasPreviousPage": has_previous, "startCursor": start, "endCursor": end });
        assert_eq!(info, right, "{} {arguments}", list.document);
    }
}

/// Words in the order that `place` gives to what a document answers.
async fn sorted(
    who: &Person,
    document: &str,
    path: &str,
    key: &str,
    place: impl Fn(&Value) -> Vec<String>,
    is_descending: bool,
) -> Vec<String> {
    let mut found = who.asks_for(document).await.list(path);
    found.sort_by_key(|item| place(item));
    if is_descending {
        found.reverse();
    }
    found.iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

fn words(item: &Value, fields: &[&str]) -> Vec<String> {
    fields.iter().map(|field| item[*field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn any_window_of_the_messages_of_a_conversation_is_a_slice() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let document = messages_of(chat);
    let list = messages_in(&document);
    list.is(&ann, &[""; 0]).await;
    let mut sent = Vec::new();
    for n in 0..27 {
        sent.push(if n % 3 == 0 {
            bob.sends(chat, "from Bob").await
        } else {
            ann.sends(chat, "from Ann").await
        });
    }
    for deleted in [0, 5, 6, 26] {
        let who = if deleted % 3 == 0 { &bob } else { &ann };
        who.deletes(sent[deleted].id).await.succeeds();
    }
    let all = |keep: &dyn Fn(usize) -> bool| {
        sent.iter()
            .enumerate()
            .filter(|(n, _)| keep(*n))
            .map(|(_, sent)| sent.id.to_string())
            .collect::<Vec<_>>()
    };
    let dice = &mut StdRng::seed_from_u64(1);
    is_sliced(&ann, &list, &all(&|n| ![0, 5, 6, 26].contains(&n)), true, dice).await;
    let document = document.replace("PAGE", "PAGE, filter: { includeDeleted: true }");
    is_sliced(&bob, &messages_in(&document), &all(&|_| true), true, dice).await;
    let document = messages_of(chat).replace("PAGE", "PAGE, filter: { bodyContains: \"ann\" }");
    is_sliced(
        &bob,
        &messages_in(&document),
        &all(&|n| n % 3 != 0 && ![5, 26].contains(&n)),
        true,
        dice,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_window_of_the_messages_across_conversations_is_a_slice() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chats = [
        ann.starts_a_conversation_with(&bob).await,
        ann.starts_a_conversation_with(&eve).await,
        ann.starts_a_group_with(&[&bob, &eve]).await,
        ann.starts_a_group_with(&[&bob]).await,
    ];
    MESSAGES.is(&ann, &[""; 0]).await;
    let dice = &mut StdRng::seed_from_u64(2);
    for n in 0..40 {
        // Most are sent at the same moment as others, in other conversations and in the same one.
        if n % 8 == 0 {
            app.clock.runs();
            app.clock.forward(Duration::from_secs(1));
            app.clock.stops();
        }
        ann.sends(*chats.choose(dice).unwrap(), if n % 4 == 0 { "rare" } else { "often" }).await;
    }
    // All the viewer's messages with their places, from each conversation by itself.
    let mut all = Vec::new();
    for chat in chats {
        let found = ann
            .sees(chat, "messages(first: 100) { nodes { id sentAt seq body } }")
            .await
            .list("conversation.messages.nodes");
        all.extend(found.into_iter().map(|m| {
            (
                (m["sentAt"].to_string(), chat, m["seq"].as_i64().unwrap()),
                m["id"].as_str().unwrap().to_owned(),
                m["body"] == "rare",
            )
        }));
    }
    all.sort();
    all.reverse();
    let ids: Vec<String> = all.iter().map(|(_, id, _)| id.clone()).collect();
    is_sliced(&ann, &MESSAGES, &ids, false, dice).await;
    let rare: Vec<String> =
        all.iter().filter(|(.., is_rare)| *is_rare).map(|(_, id, _)| id.clone()).collect();
    let search = List {
        document: "messages(PAGE, filter: { bodyContains: \"RARE\" }) { CONNECTION }",
        ..MESSAGES
    };
    is_sliced(&ann, &search, &rare, false, dice).await;
    let document =
        format!("messages(PAGE, filter: {{ conversationId: \"{}\" }}) {{ CONNECTION }}", chats[2]);
    let of_one: Vec<String> = all
        .iter()
        .filter(|((_, chat, _), ..)| *chat == chats[2])
        .map(|(_, id, _)| id.clone())
        .collect();
    is_sliced(&ann, &List { document: &document, ..MESSAGES }, &of_one, false, dice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_window_of_the_conversations_is_a_slice_in_every_order() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let dice = &mut StdRng::seed_from_u64(3);
    let mut chats = vec![ann.starts_a_conversation_with(&bob).await];
    bob.starts_a_conversation_with(&eve).await;
    for n in 0..24 {
        if n % 6 == 0 {
            app.clock.runs();
            app.clock.forward(Duration::from_secs(1));
            app.clock.stops();
        }
        chats.push(ann.starts_a_group_with(&[&bob]).await);
        let chat = *chats.choose(dice).unwrap();
        bob.sends(chat, "hello").await;
    }
    let document = "{ conversations(first: 100) { nodes { id createdAt lastActivityAt } } }";
    let order = async |field: &'static str, is_descending| {
        sorted(
            &ann,
            document,
            "conversations.nodes",
            "id",
            |item| words(item, &[field, "id"]),
            is_descending,
        )
        .await
    };
    is_sliced(&ann, &INBOX, &order("lastActivityAt", true).await, false, dice).await;
    is_sliced(&ann, &NEWEST, &order("createdAt", true).await, false, dice).await;
    is_sliced(&ann, &OLDEST, &order("createdAt", false).await, false, dice).await;
    let document = "{ conversations(first: 100, filter: { unreadOnly: true }) { nodes { id lastActivityAt } } }";
    let unread = sorted(
        &ann,
        document,
        "conversations.nodes",
        "id",
        |item| words(item, &["lastActivityAt", "id"]),
        true,
    )
    .await;
    assert!(unread.len() > 3 && unread.len() < 25, "some are unread: {}", unread.len());
    let list = List {
        document: "conversations(PAGE, filter: { unreadOnly: true }) { CONNECTION }",
        ..INBOX
    };
    is_sliced(&ann, &list, &unread, false, dice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_window_of_the_people_is_a_slice_in_both_orders() {
    let app = TestApp::start().await;
    let (ann, ..) = app.people().await;
    for (n, name) in [
        "Zoe", "adam", "Bert", "ZACK", "carl", "d.x", "d-x", "d_x", "D@x", "d+x", "x-éva",
        "x-ünal", "X-Öz", "9lives", "ann2", "ANN.B",
    ]
    .into_iter()
    .enumerate()
    {
        // Some accounts are made at the same moment.
        if n % 3 == 0 {
            app.clock.runs();
            app.clock.forward(Duration::from_secs(1));
            app.clock.stops();
        }
        app.person(name).await;
    }
    let document = "{ users(first: 100) { nodes { id username createdAt } } }";
    let path = "users.nodes";
    let dice = &mut StdRng::seed_from_u64(4);
    // By the name without its capitals, character by character.
    let by_name = sorted(
        &ann,
        document,
        path,
        "username",
        |item| vec![item["username"].as_str().unwrap().to_lowercase()],
        false,
    )
    .await;
    is_sliced(&ann, &USERS, &by_name, false, dice).await;
    let by_age =
        sorted(&ann, document, path, "username", |item| words(item, &["createdAt", "id"]), true)
            .await;
    is_sliced(&ann, &NEWEST_USERS, &by_age, false, dice).await;
    let list = List { document: "users(PAGE, filter: { search: \"D\" }) { CONNECTION }", ..USERS };
    let with_d: Vec<String> =
        by_name.iter().filter(|name| name.to_lowercase().contains('d')).cloned().collect();
    is_sliced(&ann, &list, &with_d, false, dice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_window_of_the_members_is_a_slice() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let group = ann.starts_a_group_with(&[&bob, &eve]).await;
    let crowd = app.crowd(25).await;
    for people in crowd.chunks(4) {
        ann.does(
            "addParticipants",
            json!({ "conversationId": group, "userIds": people }),
            "eventSeq",
        )
        .await
        .succeeds();
    }
    // Who comes back joins at the end.
    bob.leaves(group).await.succeeds();
    ann.adds(group, &[&bob]).await.succeeds();
    eve.leaves(group).await.succeeds();
    let all: Vec<String> =
        [ann.id].iter().chain(&crowd).chain(&[bob.id]).map(Id::to_string).collect();
    let document = members_of(group);
    is_sliced(&bob, &members_in(&document), &all, false, &mut StdRng::seed_from_u64(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_20_items_unless_more_is_said_and_100_at_most() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    app.crowd(118).await;
    for _ in 0..22 {
        let group = ann.starts_a_group_with(&[&bob, &eve]).await;
        ann.sends(group, "hello").await;
    }
    for list in [&USERS, &NEWEST_USERS, &INBOX, &NEWEST, &OLDEST, &MESSAGES] {
        assert_eq!(keys(&asks(&ann, list, "").await, list).len(), 20, "{}", list.document);
        assert_eq!(
            keys(
                &asks(&ann, list, "first: null, last: null, after: null, before: null").await,
                list
            )
            .len(),
            20
        );
    }
    for list in [&USERS, &NEWEST_USERS] {
        for arguments in ["first: 100", "last: 100"] {
            assert_eq!(keys(&asks(&ann, list, arguments).await, list).len(), 100);
        }
    }
    assert_eq!(keys(&asks(&ann, &USERS, "first: 2").await, &USERS), ["ann", "bob"]);
}

/// What a cursor says, and the same with another key.
fn forged(cursor: &str, key: &str) -> String {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
    let mut parts: Vec<&str> = text.splitn(4, ':').collect();
    parts[3] = key;
    URL_SAFE_NO_PAD.encode(parts.join(":"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_is_good_in_its_own_list_only() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let groups = [ann.starts_a_group_with(&[&bob]).await, ann.starts_a_group_with(&[&bob]).await];
    for group in groups {
        ann.sends(group, "hello").await;
        bob.sends(group, "hello").await;
    }
    let documents: Vec<String> =
        groups.iter().flat_map(|group| [messages_of(*group), members_of(*group)]).collect();
    let lists = [
        (&ann, USERS),
        (&ann, NEWEST_USERS),
        (&ann, INBOX),
        (&ann, NEWEST),
        (&ann, OLDEST),
        (&ann, MESSAGES),
        (&bob, INBOX),
        (&bob, MESSAGES),
        (&ann, messages_in(&documents[0])),
        (&ann, messages_in(&documents[2])),
    ];
    let members = [members_in(&documents[1]), members_in(&documents[3])];
    let mut cursors = Vec::new();
    for (who, list) in &lists {
        cursors.push(list.cursors(who).await);
    }
    for (n, (who, list)) in lists.iter().enumerate() {
        let foreign: Vec<String> = cursors
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != n)
            .flat_map(|(_, cursors)| cursors.iter().take(2).cloned())
            .collect();
        list.refuses_bad_pages(who, &foreign).await;
    }
    for (n, list) in members.iter().enumerate() {
        let mut foreign: Vec<String> = cursors[..8].concat();
        foreign.extend(members[1 - n].cursors(&ann).await);
        list.refuses_bad_pages(&ann, &foreign).await;
    }
    // Another spelling of a good cursor is none.
    let good = &cursors[2][0];
    for cursor in [
        format!("{good}="),
        format!("{good}A"),
        good[..good.len() - 1].to_owned(),
        format!(" {good}"),
        good.to_lowercase(),
        format!("{good}\n"),
    ] {
        let answer = asks(&ann, &INBOX, &format!("after: {}", json!(cursor))).await;
        answer.fails_on(&["after"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_somebody_made_up_shows_nothing_and_breaks_nothing() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let group = ann.starts_a_group_with(&[&bob]).await;
    ann.sends(group, "hello").await;
    let hidden = bob.starts_a_conversation_with(&eve).await;
    bob.sends(hidden, "secret").await;
    let document = [messages_of(group), members_of(group)];
    let extremes = [
        "0",
        "-1",
        "1",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "+1",
        "01",
        "",
        "x",
        "\u{1F600}",
        "\0",
        "' OR 1=1 --",
    ];
    let moments = [
        "0",
        "-1",
        "-62135596800000001",
        "253402300800000000",
        "8210266876799999999",
        "-8334601228800000000",
        "9223372036854775807",
    ];
    let places = |tail: &[&str]| {
        moments
            .iter()
            .flat_map(|at| tail.iter().map(move |tail| format!("{at}-{tail}")))
            .collect::<Vec<_>>()
    };
    let nil = "00000000000000000000000000000000";
    let max = "ffffffffffffffffffffffffffffffff";
    let of_messages = [
        format!("{nil}-1"),
        format!("{max}-9223372036854775807"),
        format!("{nil}--1"),
        nil.to_owned(),
        format!("{nil}-1-1"),
    ];
    let of_messages = places(&of_messages.each_ref().map(String::as_str));
    let of_rows = places(&[nil, max, "x", ""]);
    let plain = extremes.map(str::to_owned).to_vec();
    for (list, keys) in [
        (messages_in(&document[0]), &plain),
        (members_in(&document[1]), &plain),
        (USERS, &plain),
        (NEWEST_USERS, &of_rows),
        (INBOX, &of_rows),
        (NEWEST, &of_rows),
        (OLDEST, &of_rows),
        (MESSAGES, &of_messages),
    ] {
        let cursors = list.cursors(&ann).await;
        for key in keys {
            let cursor = json!(forged(&cursors[0], key));
            for arguments in [
                format!("after: {cursor}"),
                format!("before: {cursor}"),
                format!("last: 5, after: {cursor}"),
                format!("last: 5, before: {cursor}"),
            ] {
                let answer = asks(&ann, &list, &arguments).await;
                let is_fine = matches!(answer.code(), None | Some("BAD_USER_INPUT"));
                assert!(is_fine, "{} {key:?} {arguments}: {}", list.document, answer.text);
                assert!(!answer.text.contains(&hidden.to_string()));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_total_is_counted_only_when_it_is_asked_for() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let group = ann.starts_a_group_with(&[&bob]).await;
    ann.sends(group, "hello").await;
    let documents = [messages_of(group), members_of(group)];
    for list in [
        messages_in(&documents[0]),
        members_in(&documents[1]),
        USERS,
        NEWEST_USERS,
        INBOX,
        NEWEST,
        OLDEST,
        MESSAGES,
    ] {
        let cost = async |fields: &str| {
            let document = list.document.replace("PAGE", "first: 1").replace("CONNECTION", fields);
            let before = app.store.statements();
            ann.asks_for(format!("{{ {document} }}")).await.succeeds();
            app.store.statements() - before
        };
        // What is kept of a page is kept for each.
        cost("nodes { __typename }").await;
        let without = cost("nodes { __typename } pageInfo { hasNextPage }").await;
        let with = cost("nodes { __typename } pageInfo { hasNextPage } totalCount").await;
        let skipped = cost("nodes { __typename } totalCount @skip(if: true)").await;
        assert!(
            (1..=2).contains(&(with - without)),
            "{}: {without} without, {with} with",
            list.document
        );
        assert_eq!(skipped, without, "{}", list.document);
    }
}

/// Pages through a list in every way while `grows` goes on, and minds that what was there from the beginning is seen once and
/// in its order, and nothing is seen twice.
async fn is_steady(
    who: &Person,
    list: &List<'_>,
    may_repeat: &[String],
    grows: impl Future<Output = ()> + Send + 'static,
) {
    let stable: Vec<String> = list
        .pages(who, 50, false)
        .await
        .into_iter()
        .filter(|key| !may_repeat.contains(key))
        .collect();
    assert!(stable.len() > 10, "{}", list.document);
    let growing = tokio::spawn(grows);
    let mut rounds = 0;
    loop {
        let is_over = growing.is_finished();
        for (size, is_backwards) in [(2, false), (3, true), (7, false), (5, true)] {
            let seen = list.pages(who, size, is_backwards).await;
            let kept: Vec<&String> = seen.iter().filter(|key| stable.contains(key)).collect();
            assert_eq!(
                kept,
                stable.iter().collect::<Vec<_>>(),
                "{} by {size}, backwards: {is_backwards}",
                list.document
            );
            let others: Vec<&String> =
                seen.iter().filter(|key| !may_repeat.contains(key)).collect();
            assert_eq!(
                others.iter().collect::<BTreeSet<_>>().len(),
                others.len(),
                "{}: something is seen twice",
                list.document
            );
        }
        rounds += 1;
        if is_over && rounds > 1 {
            break;
        }
    }
    growing.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_come_in_meanwhile_neither_hide_nor_repeat_any() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chats = [
        ann.starts_a_conversation_with(&bob).await,
        ann.starts_a_conversation_with(&eve).await,
        ann.starts_a_group_with(&[&bob, &eve]).await,
    ];
    // Everything is sent at one moment, so that only conversation and number tell messages apart.
    app.clock.stops();
    for n in 0..18 {
        ann.sends(chats[n % 3], "there before").await;
    }
    let send = |count: usize| {
        let ann = ann.clone();
        async move {
            for n in 0..count {
                ann.sends(chats[n % 3], "meanwhile").await;
            }
        }
    };
    let document = messages_of(chats[0]);
    // A message of another conversation at the same moment may find its place before those that were seen already.
    is_steady(&ann, &MESSAGES, &[], send(45)).await;
    for n in 0..12 {
        ann.sends(chats[0], &n.to_string()).await;
    }
    is_steady(&bob, &messages_in(&document), &[], send(45)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_that_begin_or_move_meanwhile_neither_hide_nor_repeat_others() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let mut chats = Vec::new();
    for n in 0..20 {
        if n == 10 {
            app.clock.stops();
        }
        chats.push(ann.starts_a_group_with(&[&bob]).await);
    }
    app.clock.runs();
    let moving: Vec<Id> = chats.iter().copied().step_by(4).collect();
    let (grow, moves) = ((ann.clone(), bob.clone()), moving.clone());
    let grows = move |(ann, bob): (Person, Person), moves: Vec<Id>| async move {
        for chat in moves.iter().cycle().take(15) {
            bob.sends(*chat, "up").await;
            ann.starts_a_group_with(&[&bob]).await;
        }
    };
    let moving: Vec<String> = moving.iter().map(Id::to_string).collect();
    is_steady(&ann, &INBOX, &moving, grows(grow.clone(), moves.clone())).await;
    is_steady(&ann, &NEWEST, &[], grows(grow.clone(), moves.clone())).await;
    is_steady(&ann, &OLDEST, &[], grows(grow, moves)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_come_meanwhile_neither_hide_nor_repeat_others() {
    let app = TestApp::start().await;
    let ann = app.person("mann").await;
    app.crowd(15).await;
    for (list, prefixes) in
        [(USERS, ["a", "cz", "crowd-1x", "z"]), (NEWEST_USERS, ["b", "cy", "crowd-1y", "y"])]
    {
        // Accounts through the front door cost a hashing each; here only their rows matter.
        let app = &app;
        let grows = async {
            for n in 0..5 {
                for prefix in prefixes {
                    app.person(&format!("{prefix}{n}")).await;
                }
            }
        };
        let stable = list.pages(&ann, 50, false).await;
        let pages = async {
            for (size, is_backwards) in
                [(1, false), (2, true), (3, false), (4, true), (2, false), (1, true)]
            {
                let seen = list.pages(&ann, size, is_backwards).await;
                let kept: Vec<&String> = seen.iter().filter(|key| stable.contains(key)).collect();
                assert_eq!(kept, stable.iter().collect::<Vec<_>>());
                assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
            }
        };
        tokio::join!(grows, pages);
        assert_eq!(list.pages(&ann, 50, false).await.len(), stable.len() + 20);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_who_come_and_go_meanwhile_neither_hide_nor_repeat_others() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let group = ann.starts_a_group_with(&[&bob, &eve]).await;
    let crowd = app.crowd(30).await;
    ann.does(
        "addParticipants",
        json!({ "conversationId": group, "userIds": crowd[..14] }),
        "eventSeq",
    )
    .await
    .succeeds();
    let document = members_of(group);
    let (owner, restless) = (ann.clone(), [bob.clone(), eve.clone()]);
    let come = crowd[14..].to_vec();
    let grows = async move {
        for (n, id) in come.iter().enumerate() {
            owner
                .does(
                    "addParticipants",
                    json!({ "conversationId": group, "userIds": [id] }),
                    "eventSeq",
                )
                .await
                .succeeds();
            restless[n % 2].leaves(group).await.succeeds();
            owner.adds(group, &[&restless[n % 2]]).await.succeeds();
        }
    };
    // Who leaves and comes back is another place in the list, and may be seen at both.
    is_steady(&ann, &members_in(&document), &[bob.id.to_string(), eve.id.to_string()], grows).await;
}
