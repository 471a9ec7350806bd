//! Lists by page number, asked of the domain: what is in them, in what order, and what they cost.

use std::{cmp::Ordering, time::Duration};

use parlance::{
    domain::{
        Error, Result, Viewer,
        accounts::{Role, User},
        conversations::ConversationView,
        messages::{self, Message},
        numbered::{
            self, ConversationKey, ConversationQuery, Inside, MessageKey, MessageQuery, Sender,
            Slice, Sorted, UserKey, UserQuery,
        },
        sessions,
    },
    ids::{ConversationId, MessageId, UserId},
    time::{Clock, Timestamp},
};
use rand::{
    Rng, SeedableRng,
    rngs::StdRng,
    seq::{IndexedRandom, SliceRandom},
};

use crate::support::{Id, PASSWORD, Person, TestApp, json, nobody};

const ALL: Slice = Slice { offset: 0, limit: 100 };

/// Lists as this person sees them.
struct Reading<'a> {
    app: &'a TestApp,
    viewer: Viewer,
}

impl<'a> Reading<'a> {
    async fn of(app: &'a TestApp, person: &Person) -> Self {
        let viewer =
            sessions::authenticate(&app.app, person.token().unwrap()).await.unwrap().viewer;
        Self { app, viewer }
    }

    async fn messages(
        &self,
        query: &MessageQuery,
        order: &[Sorted<MessageKey>],
        slice: Slice,
    ) -> Vec<Message> {
        numbered::list_messages(&self.app.app, self.viewer, query, order, slice).await.unwrap()
    }

    /// The bodies of the whole list, newest first; it is counted as well.
    async fn bodies(&self, query: &MessageQuery) -> Vec<String> {
        let found = self.messages(query, &[], ALL).await;
        let count = numbered::count_messages(&self.app.app, self.viewer, query).await.unwrap();
        assert_eq!(count, i64::try_from(found.len()).unwrap(), "{query:?}");
        found.into_iter().map(|message| message.body).collect()
    }

    async fn finds(&self, words: &[&str]) -> Vec<String> {
        self.bodies(&MessageQuery { words: owned(words), ..MessageQuery::default() }).await
    }

    async fn conversations(
        &self,
        query: &ConversationQuery,
        order: &[Sorted<ConversationKey>],
        slice: Slice,
    ) -> Vec<ConversationView> {
        numbered::list_conversations(&self.app.app, self.viewer, query, order, slice).await.unwrap()
    }

    /// The ids of the whole list, newest first; it is counted as well.
    async fn chats(&self, query: &ConversationQuery) -> Vec<Id> {
        let found = self.conversations(query, &[], ALL).await;
        let count = numbered::count_conversations(&self.app.app, self.viewer, query).await.unwrap();
        assert_eq!(count, i64::try_from(found.len()).unwrap(), "{query:?}");
        for view in &found {
            assert_eq!(view.member.as_ref().unwrap().user_id, self.viewer.id());
        }
        found.into_iter().map(|view| view.conversation.id.uuid()).collect()
    }

    async fn chats_with(&self, words: &[&str]) -> Vec<Id> {
        let words = owned(words);
        self.chats(&ConversationQuery { words, ..ConversationQuery::default() }).await
    }

    async fn users(&self, query: &UserQuery, order: &[Sorted<UserKey>], slice: Slice) -> Vec<User> {
        numbered::list_users(&self.app.app, self.viewer, query, order, slice).await.unwrap()
    }

    /// The names of the whole list in an order; it is counted as well.
    async fn names(&self, query: &UserQuery, order: &[Sorted<UserKey>]) -> Vec<String> {
        let found = self.users(query, order, ALL).await;
        let count = numbered::count_users(&self.app.app, self.viewer, query).await.unwrap();
        assert_eq!(count, i64::try_from(found.len()).unwrap(), "{query:?}");
        found.into_iter().map(|user| user.username).collect()
    }

    async fn inside(&self, chat: Id, newest: i64) -> Option<Inside> {
        let chat = ConversationId::from(chat);
        let inside = numbered::inside_of_each(&self.app.app, self.viewer, &[chat], newest).await;
        inside.unwrap().remove(&chat)
    }

    /// How many statements this costs.
    async fn cost<T>(&self, asked: impl Future<Output = Result<T>>) -> u64 {
        let before = self.app.store.statements();
        asked.await.unwrap();
        self.app.store.statements() - before
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn of(chat: Id) -> MessageQuery {
    MessageQuery { conversation: Some(chat.into()), ..MessageQuery::default() }
}

fn with(people: &[&Person]) -> ConversationQuery {
    let participants = people.iter().map(|person| person.id.into()).collect();
    ConversationQuery { participants, ..ConversationQuery::default() }
}

fn up<K>(key: K) -> Sorted<K> {
    Sorted { key, descending: false }
}

fn down<K>(key: K) -> Sorted<K> {
    Sorted { key, descending: true }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_somebody_takes_part_in_now_is_listed_and_counted() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let group = ann.starts_a_group_with(&[&bob, &eve]).await;
    let over = ann.starts_a_group_with(&[&eve]).await;
    ann.sends(chat, "for Bob").await;
    ann.sends(group, "for all").await;
    ann.sends(over, "for Eve").await;

    let of_eve = Reading::of(&app, &eve).await;
    assert_eq!(of_eve.bodies(&MessageQuery::default()).await, ["for Eve", "for all"]);
    assert_eq!(of_eve.finds(&["for"]).await, ["for Eve", "for all"]);
    assert!(of_eve.bodies(&of(chat)).await.is_empty());
    assert!(of_eve.inside(chat, 20).await.is_none());
    assert_eq!(of_eve.chats(&ConversationQuery::default()).await, [over, group]);
    assert_eq!(of_eve.chats(&with(&[&ann, &bob, &eve])).await, [group]);
    assert!(of_eve.chats_with(&["for bob"]).await.is_empty());

    ann.ends(over).await.succeeds();
    eve.leaves(group).await.succeeds();
    assert!(of_eve.bodies(&MessageQuery::default()).await.is_empty());
    assert!(of_eve.finds(&["for"]).await.is_empty());
    assert!(of_eve.chats(&ConversationQuery::default()).await.is_empty());
    for gone in [over, group, nobody()] {
        assert!(of_eve.bodies(&of(gone)).await.is_empty());
        assert!(of_eve.inside(gone, 20).await.is_none());
    }

    // Who comes back sees all of it.
    ann.adds(group, &[&eve]).await.succeeds();
    assert_eq!(of_eve.bodies(&MessageQuery::default()).await, ["for all"]);
    // Who has left is in nobody's list of participants.
    eve.leaves(group).await.succeeds();
    let of_ann = Reading::of(&app, &ann).await;
    assert_eq!(of_ann.chats(&with(&[&bob])).await, [group, chat]);
    assert!(of_ann.chats(&with(&[&eve])).await.is_empty());
    assert!(of_ann.chats(&with(&[&bob, &eve])).await.is_empty());
    assert_eq!(of_ann.chats(&with(&[&ann, &bob, &bob])).await, [group, chat]);
    assert!(of_ann.chats_with(&["eve@"]).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_message_is_neither_listed_nor_counted() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let mut sent = Vec::new();
    for n in 0..10 {
        sent.push(ann.sends(chat, &format!("word {n}")).await.id);
    }
    // At both ends and in the middle.
    for n in [0, 1, 4, 7, 8, 9] {
        ann.deletes(sent[n]).await.succeeds();
    }
    let of_bob = Reading::of(&app, &bob).await;
    let left = ["word 6", "word 5", "word 3", "word 2"];
    for query in [MessageQuery::default(), of(chat)] {
        assert_eq!(of_bob.bodies(&query).await, left);
        for offset in 0..5 {
            let slice = Slice { offset, limit: 1 };
            let place = usize::try_from(offset).unwrap();
            let body = |found: Vec<Message>| found.into_iter().map(|message| message.body).next();
            let found = of_bob.messages(&query, &[], slice).await;
            assert_eq!(body(found).as_deref(), left.get(place).copied());
            let found = of_bob.messages(&query, &[up(MessageKey::SentAt)], slice).await;
            assert_eq!(body(found).as_deref(), left.iter().rev().nth(place).copied());
        }
    }
    assert!(of_bob.chats_with(&["word 9"]).await.is_empty());
    assert_eq!(of_bob.chats_with(&["word 6"]).await, [chat]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_filter_of_messages_lets_through_what_it_says() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let (chat, group) =
        (ann.starts_a_conversation_with(&bob).await, ann.starts_a_group_with(&[&bob, &eve]).await);
    let mut moments = Vec::new();
    for (who, chat, body) in
        [(&ann, chat, "one"), (&bob, group, "two"), (&eve, group, "three"), (&bob, chat, "four")]
    {
        app.clock.forward(Duration::from_mins(1));
        app.clock.stops();
        moments.push(app.clock.now());
        who.sends(chat, body).await;
        app.clock.runs();
    }
    let of_ann = Reading::of(&app, &ann).await;
    let sent_by = |sender| MessageQuery { sender: Some(sender), ..MessageQuery::default() };
    let named = |name: &str| sent_by(Sender::Name(name.to_owned()));
    assert_eq!(of_ann.bodies(&sent_by(Sender::Id(bob.id.into()))).await, ["four", "two"]);
    for name in ["bob", "BOB", " Bob ", "Bob@Example.ORG"] {
        assert_eq!(of_ann.bodies(&named(name)).await, ["four", "two"], "{name}");
    }
    for name in ["", "bo", "b%", "Bob@example", "nobody"] {
        assert!(of_ann.bodies(&named(name)).await.is_empty(), "{name}");
    }
    assert!(of_ann.bodies(&sent_by(Sender::Id(UserId::new()))).await.is_empty());
    assert_eq!(of_ann.bodies(&of(group)).await, ["three", "two"]);

    let between =
        |from, until| MessageQuery { from: Some(from), until: Some(until), ..Default::default() };
    // Both ends are in it.
    assert_eq!(of_ann.bodies(&between(moments[1], moments[2])).await, ["three", "two"]);
    assert_eq!(of_ann.bodies(&between(moments[3], Timestamp::latest())).await, ["four"]);
    assert_eq!(of_ann.bodies(&between(Timestamp::earliest(), moments[0])).await, ["one"]);
    let just_before = Timestamp::from_micros(moments[0].micros() - 1);
    assert!(of_ann.bodies(&between(Timestamp::earliest(), just_before)).await.is_empty());
    assert!(of_ann.bodies(&between(moments[2], moments[1])).await.is_empty());

    let all = MessageQuery {
        hides_emails: false,
        conversation: Some(group.into()),
        sender: Some(Sender::Name("eve".to_owned())),
        words: owned(&["THREE", "e"]),
        from: Some(moments[2]),
        until: Some(moments[2]),
    };
    assert_eq!(of_ann.bodies(&all).await, ["three"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_word_must_be_there_and_no_character_is_special() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for body in ["100% sure", "100 per cent, it's sure", "snake_case", "snake case", "ÄRGER Σας"]
    {
        ann.sends(chat, body).await;
    }
    let of_bob = Reading::of(&app, &bob).await;
    assert_eq!(of_bob.finds(&["sure"]).await, ["100 per cent, it's sure", "100% sure"]);
    assert_eq!(of_bob.finds(&["SURE", "100", "Cent"]).await, ["100 per cent, it's sure"]);
    assert!(of_bob.finds(&["sure", "snake"]).await.is_empty());
    assert_eq!(of_bob.finds(&["%"]).await, ["100% sure"]);
    assert_eq!(of_bob.finds(&["_"]).await, ["snake_case"]);
    assert_eq!(of_bob.finds(&["it's"]).await, ["100 per cent, it's sure"]);
    assert!(of_bob.finds(&["\\"]).await.is_empty());
    assert!(of_bob.finds(&["a\0b"]).await.is_empty());
    assert_eq!(of_bob.finds(&["ärger", "ΣΑ"]).await, ["ÄRGER Σας"]);
    assert_eq!(of_bob.finds(&["", " ", "snake "]).await, ["snake case", "snake_case"]);
    assert_eq!(of_bob.finds(&[]).await.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_bounded() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    let body = "ab cd ef gh ij kl mn op qr";
    ann.sends(chat, body).await;
    let of_ann = Reading::of(&app, &ann).await;
    let words: Vec<&str> = body.split(' ').collect();
    assert_eq!(of_ann.finds(&words[..8]).await, [body]);
    // The same word again costs nothing.
    assert_eq!(of_ann.finds(&[&words[..8], &words[..8]].concat()).await, [body]);
    assert_eq!(of_ann.chats_with(&words[..8]).await, [chat]);
    assert!(of_ann.finds(&["ä".repeat(200).as_str()]).await.is_empty());

    let (app, viewer) = (&app.app, of_ann.viewer);
    for words in [owned(&words), vec!["ä".repeat(201)]] {
        let query = MessageQuery { words: words.clone(), ..MessageQuery::default() };
        is_refused(&numbered::count_messages(app, viewer, &query).await);
        is_refused(&numbered::list_messages(app, viewer, &query, &[], ALL).await);
        let query = ConversationQuery { words: words.clone(), ..ConversationQuery::default() };
        is_refused(&numbered::count_conversations(app, viewer, &query).await);
        is_refused(&numbered::list_conversations(app, viewer, &query, &[], ALL).await);
        let query = UserQuery { words, ..UserQuery::default() };
        is_refused(&numbered::count_users(app, viewer, &query).await);
        is_refused(&numbered::list_users(app, viewer, &query, &[], ALL).await);
    }
}

#[track_caller]
fn is_refused<T>(answer: &Result<T>) {
    let Err(Error::Invalid(problems)) = answer else { panic!("it should be refused") };
    assert_eq!(problems.iter().map(|problem| problem.field).collect::<Vec<_>>(), ["search"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_are_found_by_their_people_their_words_and_their_age() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let mut moments = Vec::new();
    let mut chats = Vec::new();
    for others in [vec![&bob], vec![&eve], vec![&bob, &eve]] {
        app.clock.forward(Duration::from_mins(1));
        app.clock.stops();
        moments.push(app.clock.now());
        chats.push(ann.starts_a_group_called("no title counts", &others).await);
        app.clock.runs();
    }
    let [with_bob, with_eve, with_both] = chats[..] else { panic!("there are three") };
    bob.sends(with_bob, "the Word of Bob").await;
    eve.sends(with_both, "another word").await;
    let of_ann = Reading::of(&app, &ann).await;
    assert_eq!(of_ann.chats(&with(&[&eve])).await, [with_both, with_eve]);
    assert_eq!(of_ann.chats(&with(&[&bob, &eve])).await, [with_both]);
    assert!(of_ann.chats(&with(&[&bob, &app.person("ida").await])).await.is_empty());

    let made = |from, until| ConversationQuery {
        created_from: from,
        created_until: until,
        ..ConversationQuery::default()
    };
    assert_eq!(of_ann.chats(&made(Some(moments[1]), None)).await, [with_both, with_eve]);
    assert_eq!(of_ann.chats(&made(None, Some(moments[1]))).await, [with_eve, with_bob]);
    assert_eq!(of_ann.chats(&made(Some(moments[1]), Some(moments[1]))).await, [with_eve]);

    assert_eq!(of_ann.chats_with(&["WORD"]).await, [with_both, with_bob]);
    // Each word in a place of its own, and only in the viewer's own conversations.
    assert_eq!(of_ann.chats_with(&["eve@Example.org", "word"]).await, [with_both]);
    assert_eq!(of_ann.chats_with(&["bob", "another"]).await, [with_both]);
    assert!(of_ann.chats_with(&["%"]).await.is_empty());
    assert!(of_ann.chats_with(&["title"]).await.is_empty());
    app.writes("UPDATE users SET last_name = 'Öztürk' WHERE username = 'eve'").await;
    assert_eq!(of_ann.chats_with(&["öZTÜRK"]).await, [with_both, with_eve]);
    let of_bob = Reading::of(&app, &bob).await;
    assert_eq!(of_bob.chats_with(&["eve"]).await, [with_both]);
    // What stands in the place of a name that is gone is no name.
    let direct = bob.starts_a_conversation_with(&eve).await;
    assert_eq!(of_bob.chats_with(&["eve"]).await, [direct, with_both]);
    eve.does("deleteAccount", json!({ "password": PASSWORD }), "userId").await.succeeds();
    assert!(of_bob.chats_with(&["deleted"]).await.is_empty());
    assert_eq!(of_bob.chats(&with(&[&eve])).await, [direct]);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_their_role_and_names_and_not_once_they_are_gone() {
    let app = TestApp::start().await;
    let ann = app.person("ann").await;
    app.clock.forward(Duration::from_secs(1));
    let host = app.person_who_is("Bert", Role::Host).await;
    app.clock.forward(Duration::from_secs(1));
    let gone = app.person("zed").await;
    app.writes("UPDATE users SET email = 'z@x.org', email_key = 'z@x.org' WHERE username = 'ann'")
        .await;
    let of_ann = Reading::of(&app, &ann).await;
    let all = UserQuery::default();
    assert_eq!(of_ann.names(&all, &[]).await, ["zed", "Bert", "ann"]);
    gone.does("deleteAccount", json!({ "password": PASSWORD }), "userId").await.succeeds();
    assert_eq!(of_ann.names(&all, &[]).await, ["Bert", "ann"]);
    assert_eq!(of_ann.names(&all, &[up(UserKey::CreatedAt)]).await, ["ann", "Bert"]);
    assert_eq!(of_ann.names(&all, &[up(UserKey::Username)]).await, ["ann", "Bert"]);
    assert_eq!(of_ann.names(&all, &[up(UserKey::Email)]).await, ["Bert", "ann"]);
    let repeated = [down(UserKey::Email), up(UserKey::Email), up(UserKey::Username)];
    assert_eq!(of_ann.names(&all, &repeated.repeat(1_000)).await, ["ann", "Bert"]);

    let hosts = UserQuery { role: Some(Role::Host), ..UserQuery::default() };
    assert_eq!(of_ann.names(&hosts, &[]).await, ["Bert"]);
    app.writes("UPDATE users SET last_name = 'Müller_' WHERE username = 'Bert'").await;
    for (words, found) in [
        (&["MÜLLER_", "bert"][..], &["Bert"][..]),
        (&["z@X"], &["ann"]),
        (&["_"], &["Bert"]),
        (&["org"], &["Bert", "ann"]),
        (&["org", "%"], &[]),
        (&["deleted"], &[]),
    ] {
        let query = UserQuery { words: owned(words), ..UserQuery::default() };
        assert_eq!(of_ann.names(&query, &[]).await, found, "{words:?}");
    }
    assert_eq!(of_ann.users(&all, &[], ALL).await[0].id.uuid(), host.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_shows_its_people_and_its_newest_messages() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let (chat, group) =
        (ann.starts_a_conversation_with(&bob).await, eve.starts_a_group_with(&[&bob]).await);
    eve.adds(group, &[&ann]).await.succeeds();
    let mut sent = Vec::new();
    for n in 0..6 {
        sent.push(bob.sends(group, &format!("message {n}")).await.id);
    }
    bob.deletes(sent[4]).await.succeeds();
    bob.deletes(sent[5]).await.succeeds();
    let of_ann = Reading::of(&app, &ann).await;
    let names = |inside: &Inside| {
        inside.participants.iter().map(|user| user.username.clone()).collect::<Vec<_>>()
    };
    let bodies =
        |inside: Inside| inside.newest.into_iter().map(|message| message.body).collect::<Vec<_>>();
    let inside = of_ann.inside(group, 3).await.unwrap();
    assert_eq!(names(&inside), ["eve", "bob", "ann"]);
    assert_eq!(bodies(inside), ["message 3", "message 2", "message 1"]);
    let inside = of_ann.inside(chat, 3).await.unwrap();
    assert_eq!(names(&inside), ["ann", "bob"]);
    assert!(bodies(inside).is_empty());
    assert!(of_ann.inside(group, 0).await.unwrap().newest.is_empty());
    assert!(of_ann.inside(group, -1).await.unwrap().newest.is_empty());
    bob.leaves(group).await.succeeds();
    assert_eq!(names(&of_ann.inside(group, 3).await.unwrap()), ["eve", "ann"]);
    // Of many at once, some of them not hers.
    let others = bob.starts_a_conversation_with(&eve).await;
    let ids = [group, chat, others].map(ConversationId::from);
    let each = numbered::inside_of_each(&app.app, of_ann.viewer, &ids, 20).await.unwrap();
    assert_eq!(each.len(), 2);
    assert_eq!(each[&ids[0]].newest.len(), 4);
    let none = numbered::inside_of_each(&app.app, of_ann.viewer, &[], 20).await.unwrap();
    assert!(none.is_empty());
}

/// The pages of a list one after the other, of a size that changes from page to page.
async fn paged<T>(dice: &mut StdRng, page: impl AsyncFn(Slice) -> Vec<T>) -> Vec<T> {
    let mut all = Vec::new();
    loop {
        let (offset, limit) = (i64::try_from(all.len()).unwrap(), dice.random_range(1..=9));
        let found = page(Slice { offset, limit }).await;
        let is_last = found.len() < usize::try_from(limit).unwrap();
        all.extend(found);
        if is_last {
            return all;
        }
    }
}

/// Ann on a busy server, all that she can read with the key of each sender's name, and her
/// conversations: three with Zoe, and three with bÜlent as well.
async fn a_busy_server(dice: &mut StdRng) -> (TestApp, Person, Vec<(Message, String)>, Vec<Id>) {
    let app = TestApp::start().await;
    app.clock.stops();
    let people = [app.person("ann").await, app.person("Zoe").await, app.person("bÜlent").await];
    let [ann, zoe, bülent] = &people;
    let mut chats = Vec::new();
    for _ in 0..3 {
        chats.push((ann.starts_a_group_with(&[zoe]).await, vec![ann, zoe]));
        chats.push((ann.starts_a_group_with(&[zoe, bülent]).await, vec![ann, zoe, bülent]));
    }
    let elsewhere = zoe.starts_a_conversation_with(bülent).await;
    let mut sent = Vec::new();
    for n in 0..70 {
        // Few moments and many messages, so that most are tied.
        if dice.random_bool(0.15) {
            app.clock.forward(Duration::from_micros(dice.random_range(1..=200_000)));
        }
        let (chat, members) = chats.choose(dice).unwrap();
        let word = ["left", "right", "both"].choose(dice).unwrap();
        let who = members.choose(dice).unwrap();
        sent.push(who.sends(*chat, &format!("{word} {n}")).await.id);
        zoe.sends(elsewhere, "both, elsewhere").await;
    }
    sent.shuffle(dice);
    for gone in sent.split_off(55) {
        ann.deletes(gone).await.succeeds();
    }
    let viewer = Reading::of(&app, ann).await.viewer;
    let ids: Vec<_> = sent.into_iter().map(MessageId::from).collect();
    let mut found = Vec::new();
    for message in messages::find_many(&app.app, viewer, &ids).await.unwrap() {
        let sender = people.iter().find(|person| person.id == message.sender_id.uuid()).unwrap();
        found.push((message, sender.name.to_lowercase()));
    }
    assert_eq!(found.len(), ids.len());
    let chats = chats.into_iter().map(|(chat, _)| chat).collect();
    (app, ann.clone(), found, chats)
}

fn turned(order: Ordering, descending: bool) -> Ordering {
    if descending { order.reverse() } else { order }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_messages_put_together_are_the_whole_list_in_its_order() {
    let dice = &mut StdRng::seed_from_u64(7);
    let (app, ann, all, chats) = a_busy_server(dice).await;
    let of_ann = Reading::of(&app, &ann).await;
    let moments: Vec<_> = all.iter().map(|(message, _)| message.sent_at).collect();
    for _ in 0..80 {
        let mut order = Vec::new();
        for key in [MessageKey::SentAt, MessageKey::SenderUsername] {
            if dice.random_bool(0.5) {
                order.push(Sorted { key, descending: dice.random() });
            }
        }
        order.shuffle(dice);
        let query = MessageQuery {
            hides_emails: false,
            conversation: dice.random_bool(0.3).then(|| (*chats.choose(dice).unwrap()).into()),
            sender: dice.random_bool(0.2).then(|| Sender::Name("ZOE".to_owned())),
            words: if dice.random_bool(0.2) { owned(&["T", "Both"]) } else { Vec::new() },
            from: dice.random_bool(0.2).then(|| *moments.choose(dice).unwrap()),
            until: dice.random_bool(0.2).then(|| *moments.choose(dice).unwrap()),
        };
        let mut expected: Vec<_> = all
            .iter()
            .filter(|(message, key)| {
                query.conversation.is_none_or(|id| id == message.conversation_id)
                    && (query.sender.is_none() || key == "zoe")
                    && (query.words.is_empty() || message.body.starts_with("both"))
                    && query.from.is_none_or(|from| message.sent_at >= from)
                    && query.until.is_none_or(|until| message.sent_at <= until)
            })
            .collect();
        let keys = if order.is_empty() { vec![down(MessageKey::SentAt)] } else { order.clone() };
        let place = |message: &Message| (message.conversation_id, message.seq);
        expected.sort_by(|(a, a_name), (b, b_name)| {
            let by_keys = keys.iter().map(|sorted| {
                let order = match sorted.key {
                    MessageKey::SentAt => a.sent_at.cmp(&b.sent_at),
                    MessageKey::SenderUsername => a_name.cmp(b_name),
                };
                turned(order, sorted.descending)
            });
            let last = turned(place(a).cmp(&place(b)), keys[0].descending);
            by_keys.fold(Ordering::Equal, Ordering::then).then(last)
        });
        let expected: Vec<_> = expected.into_iter().map(|(message, _)| message.clone()).collect();
        let found = paged(dice, async |slice| of_ann.messages(&query, &order, slice).await).await;
        assert_eq!(found, expected, "{query:?} {order:?}");
        let count = numbered::count_messages(&app.app, of_ann.viewer, &query).await.unwrap();
        assert_eq!(count, i64::try_from(expected.len()).unwrap(), "{query:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_conversations_and_of_people_put_together_are_the_whole_lists() {
    let dice = &mut StdRng::seed_from_u64(8);
    let app = TestApp::start().await;
    app.clock.stops();
    let (ann, bob, _) = app.people().await;
    for n in 0..25 {
        if n % 7 == 0 {
            app.clock.forward(Duration::from_millis(100));
        }
        app.person(&format!("{}{n}", ["a", "B", "c"][n % 3])).await;
        ann.starts_a_group_with(&[&bob]).await;
    }
    let of_ann = Reading::of(&app, &ann).await;
    let all = ConversationQuery::default();
    let mut conversations = of_ann.conversations(&all, &[], ALL).await;
    assert_eq!(conversations.len(), 25);
    for descending in [true, false] {
        conversations.sort_by(|a, b| {
            let key =
                |view: &ConversationView| (view.conversation.created_at, view.conversation.id);
            turned(key(a).cmp(&key(b)), descending)
        });
        let order = [Sorted { key: ConversationKey::CreatedAt, descending }];
        for order in if descending { vec![&order[..], &[]] } else { vec![&order[..]] } {
            let found =
                paged(dice, async |slice| of_ann.conversations(&all, order, slice).await).await;
            let ids = |views: &[ConversationView]| {
                views.iter().map(|view| view.conversation.id).collect::<Vec<_>>()
            };
            assert_eq!(ids(&found), ids(&conversations), "{order:?}");
        }
    }

    let all = UserQuery::default();
    let mut people = of_ann.users(&all, &[], ALL).await;
    for _ in 0..20 {
        let mut keys = [UserKey::Username, UserKey::Email, UserKey::CreatedAt];
        keys.shuffle(dice);
        let size = dice.random_range(0..=3);
        let order: Vec<_> = keys[..size]
            .iter()
            .map(|key| Sorted { key: *key, descending: dice.random() })
            .collect();
        let keys = if order.is_empty() { vec![down(UserKey::CreatedAt)] } else { order.clone() };
        people.sort_by(|a, b| {
            let by_keys = keys.iter().map(|sorted| {
                let order = match sorted.key {
                    UserKey::Username => a.username.to_lowercase().cmp(&b.username.to_lowercase()),
                    UserKey::Email => a.email.to_lowercase().cmp(&b.email.to_lowercase()),
                    UserKey::CreatedAt => a.created_at.cmp(&b.created_at),
                };
                turned(order, sorted.descending)
            });
            let last = turned(a.id.cmp(&b.id), keys[0].descending);
            by_keys.fold(Ordering::Equal, Ordering::then).then(last)
        });
        let found = paged(dice, async |slice| of_ann.users(&all, &order, slice).await).await;
        assert_eq!(found, people, "{order:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_is_bounded_and_may_begin_anywhere() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for n in 0..103 {
        ann.sends(chat, &n.to_string()).await;
    }
    let of_ann = Reading::of(&app, &ann).await;
    for order in [&[][..], &[up(MessageKey::SentAt)], &[up(MessageKey::SenderUsername)]] {
        for query in [MessageQuery::default(), of(chat)] {
            let size = async |offset, limit| {
                of_ann.messages(&query, order, Slice { offset, limit }).await.len()
            };
            assert_eq!(size(0, 1_000).await, 100);
            assert_eq!(size(-5, 7).await, 7);
            assert_eq!(size(100, 100).await, 3);
            for (offset, limit) in
                [(0, 0), (0, -1), (103, 10), (1 << 40, 10), (i64::MAX, 100), (i64::MAX, i64::MAX)]
            {
                assert_eq!(size(offset, limit).await, 0, "{offset} {limit}");
            }
        }
    }
    let far = Slice { offset: i64::MAX, limit: i64::MAX };
    assert!(of_ann.conversations(&ConversationQuery::default(), &[], far).await.is_empty());
    assert!(of_ann.users(&UserQuery::default(), &[], far).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_list_costs_more_for_a_larger_page() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let mut chats = Vec::new();
    for other in app.crowd(40).await {
        let input = json!({ "participantIds": [bob.id, other] });
        let made = ann.does("createConversation", input, "conversation { id }").await;
        let chat = made.id("createConversation.conversation.id");
        bob.sends(chat, "a word").await;
        chats.push(ConversationId::from(chat));
    }
    let of_ann = Reading::of(&app, &ann).await;
    let (domain, viewer) = (&app.app, of_ann.viewer);
    let words = owned(&["word", "a"]);
    let sender = Some(Sender::Name("bob".to_owned()));
    let searched =
        MessageQuery { words: words.clone(), sender: sender.clone(), ..Default::default() };
    let people = ConversationQuery { words: owned(&["bob", "word"]), ..with(&[&bob]) };
    for limit in [2, 40, 2, 40] {
        let slice = Slice { offset: 0, limit };
        let ids = &chats[..usize::try_from(limit).unwrap()];
        for query in [MessageQuery::default(), of(chats[0].uuid())] {
            let list = numbered::list_messages(domain, viewer, &query, &[], slice);
            assert_eq!(of_ann.cost(list).await, 2);
            assert_eq!(of_ann.cost(numbered::count_messages(domain, viewer, &query)).await, 1);
        }
        let list = numbered::list_messages(domain, viewer, &searched, &[], slice);
        assert_eq!(of_ann.cost(list).await, 3);
        assert_eq!(of_ann.cost(numbered::count_messages(domain, viewer, &searched)).await, 2);
        let list = numbered::list_conversations(domain, viewer, &people, &[], slice);
        assert_eq!(of_ann.cost(list).await, 2);
        assert_eq!(of_ann.cost(numbered::count_conversations(domain, viewer, &people)).await, 1);
        let everybody = UserQuery::default();
        let list = numbered::list_users(domain, viewer, &everybody, &[], slice);
        assert_eq!(of_ann.cost(list).await, 2);
        assert_eq!(of_ann.cost(numbered::count_users(domain, viewer, &everybody)).await, 1);
        let inside = numbered::inside_of_each(domain, viewer, ids, 20);
        assert_eq!(of_ann.cost(inside).await, 2);
    }
}
