//! Pages, newest messages, members and unread counts that were read a moment ago are kept. Whatever changes them is seen at once all the same, whoever changed it, and costs no more statements.

use parlance::domain::{
    Window,
    history::{self, Age},
    messages::MessageFilter,
    sessions,
};

use crate::support::{Id, Person, TestApp, json};

const FIELDS: &str = "participants { username firstName } unreadCount readSeq \
    lastMessage { body revision sender { username firstName } }";

/// What a person sees of a conversation: in a list, by itself, and its messages with who sent them.
async fn sees(who: &Person, chat: Id) -> [String; 3] {
    let page = "messages(last: 3) { nodes { body revision sender { username firstName } } pageInfo { hasPreviousPage } }";
    let list = who.asks_for(format!("{{ conversations {{ nodes {{ id {FIELDS} }} }} }}")).await;
    let mut nodes = list.list("conversations.nodes");
    for node in &mut nodes {
        node.as_object_mut().unwrap().remove("id");
    }
    let one = who.asks_for(format!("{{ conversation(id: \"{chat}\") {{ {FIELDS} }} }}")).await;
    let page = who.asks_for(format!("{{ conversation(id: \"{chat}\") {{ {page} }} }}")).await;
    [
        nodes.first().unwrap_or(&json!(null)).to_string(),
        one.gives("conversation").to_string(),
        page.gives("conversation").to_string(),
    ]
}

/// The same twice: the second time out of what is kept, and the list as what is asked for alone.
async fn sees_twice(who: &Person, chat: Id) -> [String; 3] {
    let first = sees(who, chat).await;
    assert_eq!(sees(who, chat).await, first);
    assert_eq!(first[0], first[1]);
    first
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_never_shown_when_it_is_no_longer_so() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let chat = ann.starts_a_group_with(&[&bob]).await;
    let mut sent = Vec::new();
    for n in 0..5 {
        sent.push(bob.sends(chat, &format!("word {n}")).await);
    }
    ann.sends(chat, "mine").await;
    let mut seen = sees_twice(&ann, chat).await;
    assert!(seen[1].contains(r#""unreadCount":5"#) && seen[1].contains("mine"), "{}", seen[1]);
    let mut changes = 0;
    let mut check = async |shows: [&str; 2], hides: &str, is_page_new: bool| {
        let now = sees_twice(&ann, chat).await;
        assert!(now[1].contains(shows[0]), "{changes}: {} lacks {}", now[1], shows[0]);
        assert!(now[2].contains(shows[1]), "{changes}: {} lacks {}", now[2], shows[1]);
        if !hides.is_empty() {
            assert!(!now.concat().contains(hides), "{changes}: {now:?} shows {hides}");
        }
        assert_ne!(now[1], seen[1], "{changes}");
        assert_eq!(now[2] != seen[2], is_page_new, "{changes}");
        seen = now;
        changes += 1;
    };

    let last = bob.sends(chat, "the latest").await;
    check(["the latest", "the latest"], "", true).await;
    bob.edits(last.id, "in other words").await.succeeds();
    check(["in other words", "in other words"], "the latest", true).await;
    bob.deletes(last.id).await.succeeds();
    check([r#""body":"mine""#, "mine"], "in other words", true).await;
    bob.deletes(sent[4].id).await.succeeds();
    check([r#""unreadCount":4"#, "mine"], "word 4", true).await;
    ann.reads_up_to(chat, 3).await.succeeds();
    check([r#""unreadCount":1"#, "mine"], "", false).await;
    ann.adds(chat, &[&eve]).await.succeeds();
    check([r#""username":"eve""#, "mine"], "", false).await;
    bob.does("updateProfile", json!({ "firstName": "Robert" }), "user { id }").await.succeeds();
    check(["Robert", "Robert"], "", true).await;
    ann.removes(chat, &eve).await.succeeds();
    check([r#""unreadCount":1"#, "mine"], r#""username":"eve""#, false).await;

    // Who has left sees nothing of what they saw a moment ago.
    sees_twice(&bob, chat).await;
    ann.removes(chat, &bob).await.succeeds();
    assert_eq!(sees(&bob, chat).await, ["null", "null", "null"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_changed_costs_no_more_to_list_than_what_has_not() {
    let app = TestApp::start().await;
    let (ann, bob, eve) = app.people().await;
    let mut chats = Vec::new();
    for _ in 0..5 {
        chats.push(ann.starts_a_group_with(&[&bob, &eve]).await);
        bob.sends(*chats.last().unwrap(), "a word").await;
    }
    let inbox = format!("{{ conversations {{ nodes {{ id {FIELDS} }} }} }}");
    let cost = async || {
        let before = app.store.statements();
        ann.asks_for(&inbox).await.succeeds();
        app.store.statements() - before
    };
    let mut costs = vec![cost().await, cost().await];
    bob.sends(chats[1], "another").await;
    costs.push(cost().await);
    eve.sends(chats[3], "a third").await;
    ann.reads_up_to(chats[0], 1).await.succeeds();
    costs.extend([cost().await, cost().await]);
    assert_eq!(costs, [3, 3, 3, 3, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_was_shown_at_two_numbers_has_one_page_without_doubles() {
    let app = TestApp::start().await;
    let (ann, bob, _) = app.people().await;
    let chat = ann.starts_a_conversation_with(&bob).await;
    for n in 0..3 {
        bob.sends(chat, &n.to_string()).await;
    }
    let viewer = sessions::authenticate(&app.app, ann.token().unwrap()).await.unwrap().viewer;
    let window = Window { after: None, before: None, limit: 10, from_end: true };
    let id = chat.to_string().parse().unwrap();
    // The head is 5: two who joined, and three messages.
    for shown in [[(id, 4), (id, 5)], [(id, 5), (id, 4)], [(id, 5), (id, 6)]] {
        for age in [Age::JustShown, Age::Unknown] {
            let filter = MessageFilter::default();
            let found = history::list_of_each(&app.app, viewer, &shown, filter, window, age).await;
            let found = found.unwrap();
            let bodies: Vec<_> = found[&id].items.iter().map(|message| &*message.body).collect();
            assert_eq!(bodies, ["0", "1", "2"], "{shown:?} {age:?}");
        }
    }
}
