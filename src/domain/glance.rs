//! What a list shows of each conversation beside its row: who is in, what was said last, how
//! much is unread. One statement for all of a list.
//!
//! Who is in and what was said changes only with a number of the conversation's log, and how
//! much is unread with the read position as well: so what was found at these numbers is found
//! again for a moment, without the database, by who was just shown the row that has them. What
//! people are called is always read.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use moka::sync::Cache;

use super::{
    App, Result, Viewer,
    conversations::{Conversation, ConversationView},
    history::KEPT_FOR,
    members::{self, Member},
    messages::Message,
    reads,
};
use crate::{
    ids::{ConversationId, UserId},
    store::{
        accounts::User,
        glance::{self, Asked, Place, Seen},
    },
};

/// How many conversations of people are kept.
const KEPT: u64 = 20_000;

/// The most members of all conversations of a list that are read at a glance.
const MEMBERS_MAX: i64 = 2_000;

/// What a list is to show of each conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shown {
    /// Those who joined first.
    pub members: bool,
    /// How much is unread.
    pub unread: bool,
    /// The newest message.
    pub last: bool,
}

/// What there is to show of one, as far as it was asked for and found at once: the rest is to
/// be asked for of each.
#[derive(Clone, Debug, Default)]
pub struct Glance {
    /// The first of them, in the order they joined.
    pub members: Option<Vec<Arc<User>>>,
    pub unread: Option<i64>,
    /// With who sent it.
    pub last: Option<(Arc<Message>, Arc<User>)>,
}

/// Of which conversation, at which number of its log, for whom, who has read how far.
type Key = (ConversationId, i64, UserId, i64, Shown);

/// The same without what people are called.
#[derive(Clone, Debug, Default)]
struct Kept {
    members: Option<Vec<UserId>>,
    unread: Option<i64>,
    last: Option<Arc<Message>>,
}

/// What was found a moment ago.
pub(super) struct Glances(Cache<Key, Arc<Kept>>);

impl Default for Glances {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(KEPT).time_to_live(KEPT_FOR).build())
    }
}

/// Looks at conversations that the viewer has just been shown.
pub async fn look(
    app: &App,
    viewer: Viewer,
    views: &[ConversationView],
    shown: Shown,
) -> Result<HashMap<ConversationId, Glance>> {
    let (mut found, mut missing): (HashMap<_, Arc<Kept>>, Vec<_>) = Default::default();
    for view in views {
        let Some(key) = key(viewer, view, shown) else { continue };
        match app.glances.0.get(&key) {
            Some(kept) => drop(found.insert(view.conversation.id, kept)),
            None => missing.push((key, place(view))),
        }
    }
    let named = found.values().flat_map(|kept| {
        let members = kept.members.iter().flatten().copied();
        members.chain(kept.last.iter().map(|message| message.sender_id))
    });
    let named: Vec<_> = named.collect::<HashSet<_>>().into_iter().collect();
    let mut people: HashMap<UserId, Arc<User>>;
    if missing.is_empty() {
        let read = app.reads.people.find(named).await?;
        people = read.into_iter().map(|(id, user)| (id, Arc::new(user))).collect();
    } else {
        people = HashMap::new();
        for (key, kept, is_exact) in read(app, viewer, &missing, shown, &named, &mut people).await?
        {
            let kept = Arc::new(kept);
            if is_exact {
                app.glances.0.insert(key, Arc::clone(&kept));
            }
            found.insert(key.0, kept);
        }
    }
    let named = |id: &UserId| people.get(id).cloned();
    let glance = |kept: &Kept| Glance {
        members: kept.members.as_ref().map(|ids| ids.iter().filter_map(named).collect()),
        unread: kept.unread,
        last: kept.last.as_ref().and_then(|last| Some((Arc::clone(last), named(&last.sender_id)?))),
    };
    Ok(found.into_iter().map(|(id, kept)| (id, glance(&kept))).collect())
}

fn key(viewer: Viewer, view: &ConversationView, shown: Shown) -> Option<Key> {
    let read_seq = view.member.as_ref()?.read_seq;
    Some((view.conversation.id, view.conversation.event_seq, viewer.id(), read_seq, shown))
}

fn place(view: &ConversationView) -> Place {
    let Conversation { id, message_seq, .. } = view.conversation;
    let read_seq = view.member.as_ref().map_or(message_seq, |member| member.read_seq);
    // More than are counted are not looked for here.
    let is_counted = message_seq - read_seq <= reads::UNREAD_MAX;
    Place {
        conversation: id,
        read_seq: if is_counted { read_seq } else { message_seq },
        message_seq,
    }
}

/// Reads what is not kept; adds who is named to `people`. Answers of each whether it is of
/// just the number in its key.
async fn read(
    app: &App,
    viewer: Viewer,
    missing: &[(Key, Place)],
    shown: Shown,
    named: &[UserId],
    people: &mut HashMap<UserId, Arc<User>>,
) -> Result<Vec<(Key, Kept, bool)>> {
    let places: Vec<_> = missing.iter().map(|(_, place)| *place).collect();
    let Shown { members, unread, last } = shown;
    let asked = Asked { members: members.then_some(MEMBERS_MAX), unread, last };
    let mut conn = app.store.conn().await?;
    let (seen, others) = glance::look(&mut conn, viewer.id(), &places, asked, named).await?;
    drop(conn);
    people.extend(others.into_iter().map(|user| (user.id, Arc::new(user))));
    let mut theirs: HashMap<ConversationId, Vec<Member>> = HashMap::new();
    let (mut heads, mut counts, mut lasts) = (HashMap::new(), HashMap::new(), HashMap::new());
    let mut count = 0;
    for (id, seen) in seen {
        match seen {
            Seen::Member(member, user) => {
                count += 1;
                people.insert(user.id, Arc::new(user));
                theirs.entry(id).or_default().push(member);
            }
            Seen::Unread(count) => drop(counts.insert(id, count)),
            Seen::Last(message, user) => {
                people.insert(user.id, Arc::new(user));
                lasts.insert(id, Arc::new(message));
            }
            Seen::Head(head) => drop(heads.insert(id, head)),
        }
    }
    // As many as were asked for may not be all.
    let is_all = count < MEMBERS_MAX;
    let most = usize::try_from(members::SHOWN.limit).unwrap_or(usize::MAX);
    let of_each = missing.iter().map(|(key, place)| {
        let (id, head, _, read_seq, _) = *key;
        let members = theirs.remove(&id).filter(|_| is_all).map(|mut members| {
            members.sort_unstable_by_key(|member| member.joined_event_seq);
            members.iter().take(most).map(|member| member.user_id).collect()
        });
        let is_counted = unread && place.read_seq == read_seq;
        let unread = is_counted.then(|| counts.get(&id).copied().unwrap_or(0));
        let kept = Kept { members, unread, last: lasts.remove(&id) };
        (*key, kept, heads.get(&id) == Some(&head))
    });
    Ok(of_each.collect())
}
