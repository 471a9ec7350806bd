//! How often things may be done: token buckets in memory, each instance its own. Attempts are
//! counted where they are made, so that a document with many aliases counts many times.
//!
//! The faces count each request ([`count_request`], then [`count_of`] once it is known who
//! asks); the rest is counted by the functions of the domain that do the thing.

mod buckets;

use std::{
    any::Any,
    fmt,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use self::buckets::Buckets;
use super::{App, Error, Result, Viewer};
use crate::{
    ids::{ConversationId, SessionId, UserId},
    time::Clock,
};

/// Where a request comes from, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
}

/// The connection that a request came on, kept: one that nobody keeps, and on which nothing is
/// asked, ends. Who goes on using it beyond the answer holds this as long as they do.
#[derive(Clone)]
pub struct Hold {
    _connection: Arc<dyn Any + Send + Sync>,
}

impl Hold {
    pub fn on(connection: Arc<dyn Any + Send + Sync>) -> Self {
        Self { _connection: connection }
    }
}

/// So many at once, and as many again in each span of this length, evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// None at all stands for no limit.
    pub quota: u32,
    pub window: Duration,
}

impl Rate {
    /// No limit.
    pub const OFF: Self = Self { quota: 0, window: Duration::from_secs(1) };

    const fn new(quota: u32, seconds: u64) -> Self {
        Self { quota, window: Duration::from_secs(seconds) }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quota {
            0 => f.write_str("off"),
            quota => write!(f, "{quota}/{}", humantime::format_duration(self.window)),
        }
    }
}

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// All requests from one address.
    Address,
    /// All requests of one person.
    User,
    /// What one person changes.
    Writes,
    /// Messages sent, edited and deleted in one conversation, by whomever.
    Conversation,
    /// Passwords tried from one address.
    SignIns,
    /// Passwords tried with one user name, or one e-mail.
    Account,
    /// People signed up from one address.
    Registrations,
    /// Access tokens fetched by one session.
    Refreshes,
}

impl Limit {
    const ALL: [Self; 8] = [
        Self::Address,
        Self::User,
        Self::Writes,
        Self::Conversation,
        Self::SignIns,
        Self::Account,
        Self::Registrations,
        Self::Refreshes,
    ];

    /// As clients read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::User => "user",
            Self::Writes => "writes",
            Self::Conversation => "conversation",
            Self::SignIns => "sign-ins",
            Self::Account => "account",
            Self::Registrations => "registrations",
            Self::Refreshes => "refreshes",
        }
    }
}

/// How fast each may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    pub address: Rate,
    pub user: Rate,
    pub writes: Rate,
    pub conversation: Rate,
    pub sign_ins: Rate,
    pub account: Rate,
    pub registrations: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            address: Rate::new(2_000, 10),
            user: Rate::new(500, 10),
            writes: Rate::new(200, 10),
            conversation: Rate::new(500, 10),
            sign_ins: Rate::new(30, 60),
            account: Rate::new(10, 300),
            registrations: Rate::new(20, 600),
        }
    }
}

impl Rates {
    fn of(&self, limit: Limit) -> Rate {
        match limit {
            Limit::Address => self.address,
            Limit::User => self.user,
            Limit::Writes => self.writes,
            Limit::Conversation => self.conversation,
            Limit::SignIns => self.sign_ins,
            Limit::Account => self.account,
            Limit::Registrations => self.registrations,
            // Who needs more has gone wrong, wherever the server stands.
            Limit::Refreshes => Rate::new(30, 60),
        }
    }
}

/// What is left of one limit to who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    pub limit: Limit,
    pub rate: Rate,
    pub left: u32,
    /// How long until all of it is there again.
    pub whole_in: Duration,
}

/// What is left to who asks of the limits that concern a request: one or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing(pub Left, pub Option<Left>);

impl Standing {
    /// Nothing, where that is why something was refused.
    pub fn after(error: &Error) -> Option<Self> {
        let Error::RateLimited { limit, rate, retry_after } = *error else { return None };
        let all_but_one = rate.window / rate.quota.max(1) * rate.quota.saturating_sub(1);
        let whole_in = retry_after + all_but_one;
        Some(Self(Left { limit, rate, left: 0, whole_in }, None))
    }
}

/// Counts a request that comes from somewhere, whoever asks.
pub fn count_request(app: &App, client: &Client) -> Result<()> {
    app.limits.by_address(Limit::Address, client)
}

/// Counts a request of who is signed in.
pub fn count_of(app: &App, viewer: Viewer) -> Result<()> {
    app.limits.take(Limit::User, &viewer.id())
}

/// What is left: to a person, also of what they may change if that is what they do; else to
/// their address. Nothing if neither is counted.
pub fn left(app: &App, client: &Client, viewer: Option<Viewer>, writes: bool) -> Option<Standing> {
    let limits = &app.limits;
    let Some(viewer) = viewer else {
        return Some(Standing(limits.left(Limit::Address, &network(client.ip?))?, None));
    };
    let user = limits.left(Limit::User, &viewer.id());
    let writes = if writes { limits.left(Limit::Writes, &viewer.id()) } else { None };
    Some(Standing(user.or(writes)?, user.and(writes)))
}

/// The buckets; none at all where limits are off.
#[derive(Clone)]
pub(super) struct Limits(Option<Arc<Counted>>);

struct Counted {
    clock: Arc<dyn Clock>,
    buckets: [Option<Buckets>; Limit::ALL.len()],
}

impl Limits {
    pub(super) fn new(rates: Option<Rates>, clock: &Arc<dyn Clock>) -> Self {
        Self(rates.map(|rates| {
            let buckets = Limit::ALL.map(|limit| Buckets::new(rates.of(limit)));
            Arc::new(Counted { clock: Arc::clone(clock), buckets })
        }))
    }

    /// One attempt to sign in from this address, or one that asks for a password once more.
    pub(super) fn sign_in(&self, client: &Client) -> Result<()> {
        self.by_address(Limit::SignIns, client)
    }

    /// One attempt at the password of this name or e-mail, or of who is signed in, wherever from.
    pub(super) fn account(&self, key: &(impl Hash + ?Sized)) -> Result<()> {
        self.take(Limit::Account, key)
    }

    /// Gives one attempt back that was right, to the address and to the name.
    pub(super) fn was_right(&self, client: &Client, key: &str) {
        if let Some((buckets, _)) = self.counted(Limit::Account) {
            buckets.put_back(&key);
        }
        if let (Some((buckets, _)), Some(ip)) = (self.counted(Limit::SignIns), client.ip) {
            buckets.put_back(&network(ip));
        }
    }

    /// One attempt to sign somebody up from this address.
    pub(super) fn register(&self, client: &Client) -> Result<()> {
        self.by_address(Limit::Registrations, client)
    }

    /// One attempt to go on with this session.
    pub(super) fn refresh(&self, session: SessionId) -> Result<()> {
        self.take(Limit::Refreshes, &session)
    }

    /// One write by this user.
    pub(super) fn write(&self, user: UserId) -> Result<()> {
        self.take(Limit::Writes, &user)
    }

    /// One message more or less in a conversation, or one that becomes another: it counts
    /// only if it is kept.
    pub(super) fn slot(&self, id: ConversationId) -> Result<Slot> {
        self.take(Limit::Conversation, &id)?;
        Ok(Slot { limits: self.clone(), conversation: id, is_kept: false })
    }

    fn by_address(&self, limit: Limit, client: &Client) -> Result<()> {
        client.ip.map_or(Ok(()), |ip| self.take(limit, &network(ip)))
    }

    fn take(&self, limit: Limit, key: &(impl Hash + ?Sized)) -> Result<()> {
        let Some((buckets, clock)) = self.counted(limit) else { return Ok(()) };
        buckets.take(&key, now(clock)).map_err(|retry_after| Error::RateLimited {
            limit,
            rate: buckets.rate(),
            retry_after,
        })
    }

    fn left(&self, limit: Limit, key: &impl Hash) -> Option<Left> {
        let (buckets, clock) = self.counted(limit)?;
        let (left, whole_in) = buckets.level(&key, now(clock));
        Some(Left { limit, rate: buckets.rate(), left, whole_in })
    }

    fn counted(&self, limit: Limit) -> Option<(&Buckets, &dyn Clock)> {
        let counted = self.0.as_ref()?;
        Some((counted.buckets[limit as usize].as_ref()?, &*counted.clock))
    }
}

fn now(clock: &dyn Clock) -> u64 {
    u64::try_from(clock.passed().as_nanos()).unwrap_or(u64::MAX)
}

/// An address as one party has it: of IPv6 that is a network of 64 bits.
pub fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX))),
    }
}

/// Room for one message or change in a conversation. It is given back unless it is kept, so
/// that who takes no part there, or may not do what they try, uses up nothing of it.
pub(super) struct Slot {
    limits: Limits,
    conversation: ConversationId,
    is_kept: bool,
}

impl Slot {
    /// The message or change is there.
    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.is_kept
            && let Some((buckets, _)) = self.limits.counted(Limit::Conversation)
        {
            buckets.put_back(&self.conversation);
        }
    }
}
