//! What happened, as the clients saw it, and what the database holds in the end. Plain data: the
//! checker works on this alone, and its tests make it up.

/// Microseconds since the run began, by the monotonic clock of the program that drives it.
pub(crate) type Micros = u64;

/// Numbers of people and conversations in a run.
pub(crate) type Person = u16;
pub(crate) type Chat = u16;

/// The sender of a message and the client's id of it in one: which writer, and its how manieth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) writer: u16,
    pub(crate) n: u32,
}

/// What a number names, and what is said by it: of a message or change its hash, and that of its
/// words. No words are [`Name::BLANK`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) of: u32,
    pub(crate) says: u32,
}

impl Name {
    /// What a tombstone says.
    pub(crate) const BLANK: u32 = 0;
}

/// All that was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) sends: Vec<Send>,
    pub(crate) acks: Vec<Ack>,
    pub(crate) changes: Vec<Change>,
    pub(crate) moves: Vec<Move>,
    /// Everybody who was to follow, whether or not they ever got anything.
    pub(crate) followers: Vec<Follower>,
    pub(crate) streams: Vec<Stream>,
    pub(crate) pages: Vec<Page>,
    pub(crate) denials: Vec<Denial>,
    pub(crate) intrusions: Vec<Intrusion>,
    pub(crate) faults: Vec<Fault>,
}

/// A message that somebody tried to send, however often.
#[derive(Clone, Debug)]
pub(crate) struct Send {
    pub(crate) key: Key,
    pub(crate) person: Person,
    pub(crate) chat: Chat,
    /// When the first try began.
    pub(crate) call: Micros,
    pub(crate) fate: Fate,
}

/// What its sender knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Acknowledged,
    /// Refused by the answer to the only try.
    Refused,
    /// Refused after tries without an answer, any of which may have stored it.
    RefusedLate,
    /// The run ended before anything was known.
    Unknown,
}

/// One acknowledgement; a message may have several.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ack {
    pub(crate) key: Key,
    pub(crate) chat: Chat,
    /// The instance that answered.
    pub(crate) instance: u8,
    /// When the try began that was answered, and when the answer came.
    pub(crate) call: Micros,
    pub(crate) ret: Micros,
    pub(crate) id: u128,
    pub(crate) seq: u32,
    pub(crate) event_seq: u32,
}

/// An edit, a deletion or another title that somebody asked for, however often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) chat: Chat,
    pub(crate) person: Person,
    pub(crate) deed: Deed,
    /// What is said from then on.
    pub(crate) says: u32,
    /// When the first try began.
    pub(crate) call: Micros,
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Deed {
    /// New words for a message, if it is at this revision.
    Edit {
        seq: u32,
        expected: u32,
    },
    /// The end of a message's words, at whatever revision.
    Delete {
        seq: u32,
    },
    Title,
}

/// What is known of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Acknowledged: when, the number, and the revision of the message (0 of a title).
    Done { ret: Micros, event_seq: u32, revision: u32 },
    /// Refused by the answer to the only try.
    Refused,
    /// There was a try without an answer, and no later answer says what became of it.
    Open,
    /// The run ended before an answer came.
    Unknown,
}

/// One try to let somebody in or to take somebody out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub(crate) chat: Chat,
    pub(crate) person: Person,
    pub(crate) way: Way,
    pub(crate) call: Micros,
    /// None if no answer came: it may happen at any time after.
    pub(crate) ret: Option<Micros>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    In,
    Out,
}

/// Somebody who was to follow a conversation all the time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Follower {
    pub(crate) number: u16,
    pub(crate) person: Person,
    pub(crate) chat: Chat,
    pub(crate) by: By,
    /// Whether they read at once whatever comes, where much is said: by these it is told when
    /// news comes again after a fault.
    pub(crate) is_prompt: bool,
}

/// One subscription from its beginning to its end.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) follower: u16,
    pub(crate) person: Person,
    pub(crate) chat: Chat,
    pub(crate) by: By,
    /// The number after which it was to begin.
    pub(crate) after: u32,
    pub(crate) opened: Micros,
    pub(crate) items: Vec<Item>,
    pub(crate) end: End,
}

/// By which numbers a stream counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Events,
    Messages,
}

/// What a stream gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) number: u32,
    /// Milliseconds since the run began.
    pub(crate) at: u32,
    pub(crate) name: Name,
    /// Of the message that it is about; 0 if it is about none.
    pub(crate) revision: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The connection broke, or one of the two gave it up.
    Broke,
    /// The person is out, and has got everything.
    Left,
    /// There is no such conversation for this person.
    NotFound,
    /// The server does not go on from this number.
    Resync,
}

/// A page of history.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) person: Person,
    pub(crate) chat: Chat,
    pub(crate) call: Micros,
    pub(crate) ret: Micros,
    pub(crate) place: Place,
    /// Whether tombstones were asked for too.
    pub(crate) is_all: bool,
    /// In the order in which they came.
    pub(crate) items: Vec<Shown>,
}

/// A message on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) seq: u32,
    pub(crate) name: Name,
    pub(crate) revision: u32,
}

/// Who asked for a conversation and was told that there is none for them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Denial {
    pub(crate) person: Person,
    pub(crate) chat: Chat,
}

/// Where a page was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    First,
    After(u32),
    Last,
    Before(u32),
}

/// What somebody tried who never was in, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Intrusion {
    pub(crate) person: Person,
    pub(crate) chat: Chat,
    pub(crate) what: &'static str,
    pub(crate) answer: Answer,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The connection broke, or the server was busy.
    None,
    Refused,
    /// It was let through, and this came of it.
    Through(String),
}

/// Something that was broken on purpose.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: &'static str,
    pub(crate) begun: Micros,
    pub(crate) over: Micros,
    /// From when on recovery counts.
    pub(crate) counts_from: Micros,
    pub(crate) hit: Hit,
    /// How it was seen that it took hold; none if that was not seen.
    pub(crate) took: Option<String>,
}

/// What a fault afflicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hit {
    Instance(u8),
    Chat(Chat),
    Everything,
}

/// What the database holds in the end, by conversation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    pub(crate) logs: Vec<Log>,
    /// Messages and changes in conversations that nobody here made.
    pub(crate) strays: u64,
}

/// What there must be in a history, or nothing was proved by it; each with those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wanted {
    Acknowledgements,
    Followers,
    /// Faults and changes, and everybody who can take part.
    Everything,
}

/// A conversation's log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    /// The counters in the conversation's row.
    pub(crate) message_seq: u32,
    pub(crate) event_seq: u32,
    /// What the title says, as in [`Name`].
    pub(crate) title: u32,
    /// Sorted by event number.
    pub(crate) rows: Vec<Row>,
    /// Who ever was in, and the number by which they are out.
    pub(crate) members: Vec<(Person, Option<u32>)>,
}

/// One numbered thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) event_seq: u32,
    /// Of a message with its words as they are now.
    pub(crate) name: Name,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Message {
        seq: u32,
        id: u128,
        sender: Option<Person>,
        /// None if no client's id is with it, or one that was never made here.
        key: Option<Key>,
        /// What was to be said under that key.
        said: u32,
        revision: u32,
        /// The number of what changed it last.
        changed: Option<u32>,
    },
    Joined(Person),
    Left(Person),
    /// Of which message, by whom.
    Edited(u32, Option<Person>),
    Deleted(u32, Option<Person>),
    Titled(Option<Person>),
    Other,
}

impl Row {
    pub(crate) fn seq(&self) -> Option<u32> {
        match self.what {
            What::Message { seq, .. } => Some(seq),
            _ => None,
        }
    }
}
