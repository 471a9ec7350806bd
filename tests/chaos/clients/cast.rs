//! Who takes part, in which conversations.

use std::{net::SocketAddr, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};

use super::http::{Answer, Http};
use crate::{
    dice::Dice,
    history::{Chat, Person},
    world::Outcome,
};

/// People who stay where they are, who come and go, and who are never in.
const STEADY: u16 = 24;
const COMERS: u16 = 24;
const OUTSIDERS: u16 = 3;

/// Conversations where much is said, where people come and go, and where little is said.
const BUSY: u16 = 40;
const CHANGING: u16 = 8;
const QUIET: u16 = 24;

/// How many people are steadily in a conversation, and how many may come and go.
const MEMBERS: u16 = 4;
const COMERS_EACH: u16 = 12;

/// Everybody and everything.
pub(crate) struct Cast {
    pub(crate) people: Vec<Someone>,
    pub(crate) chats: Vec<Talk>,
    pub(crate) epoch: String,
}

pub(crate) struct Someone {
    pub(crate) id: String,
    pub(crate) token: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Busy,
    Changing,
    Quiet,
}

/// A conversation.
pub(crate) struct Talk {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    /// The first is its owner; none of them leaves.
    pub(crate) members: Vec<Person>,
    pub(crate) comers: Vec<Person>,
    /// Those of them who are in from the beginning.
    pub(crate) present: Vec<Person>,
}

impl Cast {
    pub(crate) async fn gather(address: SocketAddr, dice: &Dice) -> Outcome<Self> {
        let mut http = Http::connect(address).await?;
        let mut people = Vec::new();
        for n in 0..STEADY + COMERS + OUTSIDERS {
            people.push(register(&mut http, n).await?);
        }
        let answer: Answer<Value> =
            http.ask(None, &json!({ "query": "{ server { epoch } }" }).to_string()).await?;
        let epoch = answer.data.and_then(|data| Some(data["server"]["epoch"].as_str()?.to_owned()));
        let mut cast = Self { people, chats: Vec::new(), epoch: epoch.ok_or("there is no epoch")? };
        let mut dice = dice.fork(77);
        for n in 0..BUSY + CHANGING + QUIET {
            let kind = match n {
                _ if n < BUSY => Kind::Busy,
                _ if n < BUSY + CHANGING => Kind::Changing,
                _ => Kind::Quiet,
            };
            let talk = cast.create(&mut http, n, kind, &mut dice).await?;
            cast.chats.push(talk);
        }
        Ok(cast)
    }

    async fn create(&self, http: &mut Http, n: u16, kind: Kind, dice: &mut Dice) -> Outcome<Talk> {
        let members: Vec<Person> = (0..MEMBERS).map(|step| (n + step * 5) % STEADY).collect();
        let mut comers: Vec<Person> = Vec::new();
        if kind == Kind::Changing {
            comers.extend(STEADY..STEADY + COMERS);
            dice.shuffle(&mut comers);
            comers.truncate(COMERS_EACH.into());
        }
        let present = comers[..comers.len() / 2].to_vec();
        let others: Vec<_> =
            members[1..].iter().chain(&present).map(|person| &self.of(*person).id).collect();
        let query = "mutation ($people: [ID!]!) { createConversation(input: \
            {participantIds: $people}) { conversation { id } } }";
        let body = json!({ "query": query, "variables": { "people": others } }).to_string();
        let answer: Answer<Value> = http.ask(Some(&self.of(members[0]).token), &body).await?;
        let data = answer.data.ok_or_else(|| format!("{:?}", answer.errors))?;
        let id = data["createConversation"]["conversation"]["id"].as_str();
        let id = id.ok_or("no conversation was made")?.to_owned();
        Ok(Talk { id, kind, members, comers, present })
    }

    pub(crate) fn of(&self, person: Person) -> &Someone {
        &self.people[usize::from(person)]
    }

    /// Who has an id.
    pub(crate) fn person(&self, id: &str) -> Option<Person> {
        (0..).zip(&self.people).find(|(_, someone)| someone.id == id).map(|(person, _)| person)
    }

    pub(crate) fn talk(&self, chat: Chat) -> &Talk {
        &self.chats[usize::from(chat)]
    }

    /// The conversations of a kind.
    pub(crate) fn kind(&self, kind: Kind) -> Vec<Chat> {
        (0..).zip(&self.chats).filter(|(_, talk)| talk.kind == kind).map(|(n, _)| n).collect()
    }

    /// Who never is in anything.
    pub(crate) fn outsiders() -> std::ops::Range<Person> {
        STEADY + COMERS..STEADY + COMERS + OUTSIDERS
    }
}

async fn register(http: &mut Http, n: u16) -> Outcome<Someone> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Registered {
        access_token: String,
        user: super::live::Id,
    }
    #[derive(Deserialize)]
    struct Data {
        register: Registered,
    }
    let query = "mutation ($input: RegisterInput!) { register(input: $input) \
        { accessToken user { id } } }";
    let input = json!({
        "username": format!("person{n}"),
        "email": format!("person{n}@example.org"),
        "password": "a password for a while",
    });
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    let asked = tokio::time::timeout(Duration::from_secs(30), http.ask::<Data>(None, &body));
    let answer = asked.await??;
    let Some(Data { register }) = answer.data else {
        return Err(format!("nobody can register: {:?}", answer.errors).into());
    };
    Ok(Someone { id: register.user.id, token: register.access_token })
}
