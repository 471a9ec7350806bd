//! A few people with something to say, so that a new server has something to show.

use crate::{
    domain::{
        App, Client, Result, Viewer,
        accounts::{self, Registration, Role},
        conversations, members,
        members::MemberRole,
        messages::{self, Outgoing},
        reads, sessions,
    },
    ids::{ConversationId, MessageId},
};

/// Everybody's password.
pub const PASSWORD: &str = "parlance-demo";

/// Who there is.
const PEOPLE: [(&str, &str, &str, Role); 5] = [
    ("ann", "Ann", "Okafor", Role::Host),
    ("bob", "Bob", "Lindqvist", Role::Guest),
    ("carol", "Carol", "Mehta", Role::Guest),
    ("dave", "Dave", "Moreau", Role::Guest),
    ("eve", "Eve", "Tanaka", Role::Guest),
];

/// What they say, over and over.
const LINES: [&str; 12] = [
    "Good morning! Is anybody up yet?",
    "Barely. Coffee first.",
    "The harbour was beautiful last night.",
    "Did you see the lights? I took far too many photographs.",
    "Send them!",
    "Later, I am on the train now.",
    "Shall we meet at six?",
    "Six is good. The usual place?",
    "The usual place. Bring a jacket, it gets windy.",
    "I will be ten minutes late, start without me.",
    "No hurry, we keep a chair for you.",
    "Thank you! See you there.",
];

/// How much is said in the longest conversation.
const LONG: usize = 240;

/// What was made.
pub struct Seeded {
    pub people: Vec<String>,
    pub conversations: usize,
    pub messages: usize,
}

/// Fills the database through the same doors that clients use.
///
/// # Errors
/// What the domain answers, as when a name is taken.
pub async fn seed(app: &App) -> Result<Seeded> {
    let mut people = Vec::new();
    for (username, first_name, last_name, role) in PEOPLE {
        people.push(sign_up(app, username, first_name, last_name, role).await?);
    }
    let [ann, bob, carol, dave, eve] = people[..] else {
        return Ok(Seeded { people: Vec::new(), conversations: 0, messages: 0 });
    };
    let direct = conversations::start_direct(app, ann, bob.id()).await?.view.conversation.id;
    let others = vec![bob.id(), carol.id(), dave.id(), eve.id()];
    let harbour = group(app, ann, others, "Harbour walk").await?;
    let plans = group(app, carol, vec![ann.id(), dave.id()], "Weekend plans").await?;
    members::set_role(app, ann, harbour, bob.id(), MemberRole::Admin).await?;

    let mut count = 0;
    count += talk(app, direct, &[ann, bob], LINES.len()).await?;
    count += talk(app, harbour, &[ann, bob, carol, dave, eve], LONG).await?;
    count += talk(app, plans, &[carol, dave, ann], 30).await?;

    let question = say(app, dave, plans, "Who brings the tent?", None).await?;
    say(app, carol, plans, "I do. It is the *big* one, so two of you carry it.", Some(question))
        .await?;
    let typo = say(app, ann, direct, "See you tomorow!", None).await?;
    messages::edit(app, ann, typo, "See you tomorrow!".to_owned(), None).await?;
    let regretted = say(app, bob, direct, "Wrong window, sorry.", None).await?;
    messages::delete(app, bob, regretted, None).await?;
    count += 4;
    let seen = conversations::find(app, ann, harbour).await?.conversation.message_seq;
    reads::mark(app, ann, harbour, seen - 7).await?;

    let people = PEOPLE.iter().map(|(username, ..)| (*username).to_owned()).collect();
    Ok(Seeded { people, conversations: 3, messages: count })
}

async fn sign_up(
    app: &App,
    username: &str,
    first_name: &str,
    last_name: &str,
    role: Role,
) -> Result<Viewer> {
    let wanted = Registration {
        username: username.to_owned(),
        email: format!("{username}@example.org"),
        password: PASSWORD.to_owned(),
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        phone_number: None,
        role,
    };
    let granted = accounts::register(app, &Client::default(), wanted).await?;
    Ok(sessions::authenticate(app, &granted.access_token).await?.viewer)
}

async fn group(
    app: &App,
    owner: Viewer,
    others: Vec<crate::ids::UserId>,
    title: &str,
) -> Result<ConversationId> {
    let made = conversations::create(app, owner, others, Some(title.to_owned()), None).await?;
    Ok(made.view.conversation.id)
}

async fn talk(
    app: &App,
    conversation: ConversationId,
    people: &[Viewer],
    count: usize,
) -> Result<usize> {
    for (who, line) in people.iter().cycle().zip(LINES.iter().cycle()).take(count) {
        say(app, *who, conversation, line, None).await?;
    }
    Ok(count)
}

async fn say(
    app: &App,
    who: Viewer,
    conversation: ConversationId,
    body: &str,
    reply_to: Option<MessageId>,
) -> Result<MessageId> {
    let body = body.to_owned();
    let outgoing = Outgoing { conversation, body, client_message_id: None, reply_to };
    Ok(messages::send(app, who, outgoing).await?.message.id)
}
