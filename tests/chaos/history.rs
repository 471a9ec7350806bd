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

/// All that was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) sends: Vec<Send>,
    pub(crate) acks: Vec<Ack>,
    pub(crate) moves: Vec<Move>,
    pub(crate) streams: Vec<Stream>,
    pub(crate) pages: Vec<Page>,
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
    /// Stands for everything that the number names.
    pub(crate) name: u64,
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
    /// In the order in which they came.
    pub(crate) items: Vec<(u32, u64)>,
}

/// Where a page was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    First,
    After(u32),
    Last,
    Before(u32),
}

/// What somebody tried who never was in, and whether it was let through.
#[derive(Clone, Debug)]
pub(crate) struct Intrusion {
    pub(crate) person: Person,
    pub(crate) chat: Chat,
    pub(crate) what: &'static str,
    pub(crate) answer: Option<String>,
}

/// Something that was broken on purpose.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: &'static str,
    pub(crate) begun: Micros,
    pub(crate) over: Micros,
    /// From when on recovery counts.
    pub(crate) counts_from: Micros,
    /// Whether only a try that began after that counts.
    pub(crate) is_fresh: bool,
    pub(crate) hit: Hit,
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

/// A conversation's log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    /// The counters in the conversation's row.
    pub(crate) message_seq: u32,
    pub(crate) event_seq: u32,
    /// Sorted by event number.
    pub(crate) rows: Vec<Row>,
    /// Who ever was in, and the number by which they are out.
    pub(crate) members: Vec<(Person, Option<u32>)>,
}

/// One numbered thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) event_seq: u32,
    pub(crate) name: u64,
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
        /// Whether it says what was to be said under that key.
        is_true: bool,
    },
    Joined(Person),
    Left(Person),
    Other,
}

impl Row {
    pub(crate) fn seq(&self) -> Option<u32> {
        match self.what {
            What::Message { seq, .. } => Some(seq),
            What::Joined(_) | What::Left(_) | What::Other => None,
        }
    }
}
