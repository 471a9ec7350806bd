//! One batch while its messages are given their numbers, in the order in which they came.

use std::collections::{HashMap, HashSet};

use super::Draft;
use crate::{
    domain::{
        Error, Result,
        conversations::Conversation,
        log,
        messages::{Message, Sent},
    },
    ids::{ClientId, ConversationId, MessageId, UserId},
    store::{Conn, messages, sends},
    time::Timestamp,
};

/// What is decided of one message.
#[expect(clippy::large_enum_variant, reason = "nearly all are the large one")]
pub(super) enum Fate {
    Known(Result<Sent>),
    /// Somebody else holds its conversation: not yet.
    Skipped,
}

/// What was there before, as far as the drafts ask for it.
struct Known {
    by_client: HashMap<(UserId, ClientId), Message>,
    by_id: HashMap<MessageId, Message>,
}

impl Known {
    /// Reads the messages that were sent under the clients' ids, those that are answered and,
    /// if this batch may be stored already, its own. Mostly there are none.
    async fn read(
        tx: &mut Conn,
        drafts: &[Draft],
        sent: Vec<MessageId>,
        looks_for_own: bool,
    ) -> Result<Self> {
        let mut ids = sent;
        ids.extend(drafts.iter().filter_map(|draft| draft.reply_to));
        if looks_for_own {
            ids.extend(drafts.iter().map(|draft| draft.id));
        }
        let mut known = Self { by_client: HashMap::new(), by_id: HashMap::new() };
        if ids.is_empty() {
            return Ok(known);
        }
        for message in messages::find_many(tx, &ids).await? {
            if let Some(client_id) = message.client_message_id {
                known.by_client.insert((message.sender_id, client_id), message.clone());
            }
            known.by_id.insert(message.id, message);
        }
        Ok(known)
    }
}

/// Who wants to send where.
fn who(drafts: &[Draft]) -> Vec<(ConversationId, UserId)> {
    let mut who: Vec<_> = drafts.iter().map(|draft| (draft.conversation, draft.sender)).collect();
    who.sort_unstable();
    who.dedup();
    who
}

/// What a transaction knows under its locks, and what it is about to write.
pub(super) struct Batch {
    pub(super) present: HashSet<(ConversationId, UserId)>,
    conversations: HashMap<ConversationId, Conversation>,
    /// Held by somebody else.
    skipped: Vec<ConversationId>,
    /// Those that got messages, and how many.
    advanced: HashMap<ConversationId, i64>,
    known: Known,
    new: Vec<Message>,
}

impl Batch {
    /// Reads, under the locks, what the decisions depend on.
    pub(super) async fn read(
        tx: &mut Conn,
        drafts: &[Draft],
        locked: Vec<Conversation>,
        skipped: Vec<ConversationId>,
        looks_for_own: bool,
    ) -> Result<Self> {
        let key = |draft: &Draft| draft.client.as_ref().map(|(id, _)| (draft.sender, *id));
        let keys: Vec<_> = drafts.iter().filter_map(key).collect();
        let before = sends::find_before(tx, &who(drafts), &keys).await?;
        Ok(Self {
            present: before.present.into_iter().collect(),
            conversations: locked.into_iter().map(|c| (c.id, c)).collect(),
            skipped,
            advanced: HashMap::new(),
            known: Known::read(tx, drafts, before.sent, looks_for_own).await?,
            new: Vec::new(),
        })
    }

    /// Those of the senders who are in.
    #[cfg(feature = "seeded-bugs")]
    pub(super) async fn present(
        tx: &mut Conn,
        drafts: &[Draft],
    ) -> Result<HashSet<(ConversationId, UserId)>> {
        Ok(sends::find_before(tx, &who(drafts), &[]).await?.present.into_iter().collect())
    }

    /// What is to be written: the new messages, and the conversations that got any, with how
    /// many.
    pub(super) fn written(mut self) -> (Vec<Message>, Vec<(Conversation, i64)>) {
        let advanced = self.advanced.iter();
        let advanced =
            advanced.filter_map(|(id, count)| Some((self.conversations.remove(id)?, *count)));
        (self.new, advanced.collect())
    }

    pub(super) fn decide(&mut self, draft: &Draft, now: Timestamp) -> Fate {
        if self.skipped.contains(&draft.conversation) {
            return Fate::Skipped;
        }
        Fate::Known(self.number(draft, now))
    }

    fn number(&mut self, draft: &Draft, now: Timestamp) -> Result<Sent> {
        let missing = || Error::NotFound("conversation");
        // Committed by an earlier attempt whose answer was lost: stored is stored, whatever
        // has become of the sender since.
        if let Some(message) = self.known.by_id.get(&draft.id) {
            return Ok(Sent { message: message.clone(), deduplicated: false });
        }
        // A deleted conversation is not among those that were locked.
        let is_in = self.present.contains(&(draft.conversation, draft.sender));
        if !is_in || !self.conversations.contains_key(&draft.conversation) {
            return Err(missing());
        }
        #[cfg(feature = "seeded-bugs")]
        if crate::seeded_bugs::has("no-recheck") {
            self.known.by_client.clear();
        }
        if let Some((client_id, hash)) = &draft.client
            && let Some(first) = self.known.by_client.get(&(draft.sender, *client_id))
        {
            if first.client_hash.as_ref() != Some(hash) {
                return Err(Error::ClientMessageIdReused);
            }
            return Ok(Sent { message: first.clone(), deduplicated: true });
        }
        let reply_to_seq = match draft.reply_to {
            None => None,
            Some(id) => {
                let replied = self.known.by_id.get(&id);
                let replied = replied.filter(|m| m.conversation_id == draft.conversation);
                let problem = "is no message of this conversation";
                Some(replied.ok_or_else(|| Error::invalid("replyToId", problem))?.seq)
            }
        };
        let conversation = self.conversations.get_mut(&draft.conversation).ok_or_else(missing)?;
        let message = log::number(conversation, draft, reply_to_seq, now);
        if let Some(client_id) = message.client_message_id {
            self.known.by_client.insert((draft.sender, client_id), message.clone());
        }
        *self.advanced.entry(draft.conversation).or_default() += 1;
        self.new.push(message.clone());
        Ok(Sent { message, deduplicated: false })
    }
}
