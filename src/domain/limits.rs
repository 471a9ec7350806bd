//! How often things may be tried: token buckets in memory, counted per attempt, so that
//! a document with many aliases counts many times.

use std::{
    borrow::Borrow,
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock, DefaultClock},
};

use super::{Error, Result};
use crate::ids::UserId;

/// Where a request comes from, as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
}

/// After so many checks, buckets that are full again are forgotten.
const TIDY_EVERY: u32 = 10_000;

/// So many at once, and one more after each pause.
const SIGN_INS_OF_ACCOUNT: (u32, Duration) = (10, Duration::from_secs(30));
const SIGN_INS_FROM_ADDRESS: (u32, Duration) = (30, Duration::from_secs(2));
const WRITES_OF_USER: (u32, Duration) = (200, Duration::from_millis(50));

/// The buckets; none at all where limits are off.
pub(super) struct Limits(Option<Buckets>);

struct Buckets {
    accounts: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    users: DefaultKeyedRateLimiter<UserId>,
    checks: AtomicU32,
    /// Attempts that were right, and are given back, by address and by account.
    forgiven_addresses: Forgiven<IpAddr>,
    forgiven_accounts: Forgiven<String>,
}

/// How many more attempts somebody has than their bucket holds.
type Forgiven<K> = Mutex<HashMap<K, u32>>;

impl Limits {
    pub(super) fn new(on: bool) -> Self {
        Self(on.then(|| Buckets {
            accounts: bucket(SIGN_INS_OF_ACCOUNT),
            addresses: bucket(SIGN_INS_FROM_ADDRESS),
            users: bucket(WRITES_OF_USER),
            checks: AtomicU32::new(0),
            forgiven_addresses: Mutex::default(),
            forgiven_accounts: Mutex::default(),
        }))
    }

    /// One attempt to sign in or up from this address.
    pub(super) fn address(&self, client: &Client) -> Result<()> {
        match (&self.0, client.ip) {
            (Some(buckets), Some(ip)) if !take(&buckets.forgiven_addresses, &network(ip)) => {
                buckets.check(&buckets.addresses, &network(ip))
            }
            _ => Ok(()),
        }
    }

    /// One attempt to sign in to this account, wherever from.
    pub(super) fn account(&self, key: &str) -> Result<()> {
        match &self.0 {
            Some(buckets) if !take(&buckets.forgiven_accounts, key) => {
                buckets.check(&buckets.accounts, &key.to_owned())
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Gives one attempt back that was right, to the address and to the account.
    pub(super) fn was_right(&self, client: &Client, key: &str) {
        let Some(buckets) = &self.0 else { return };
        give(&buckets.forgiven_accounts, key.to_owned(), SIGN_INS_OF_ACCOUNT.0);
        if let Some(ip) = client.ip {
            give(&buckets.forgiven_addresses, network(ip), SIGN_INS_FROM_ADDRESS.0);
        }
    }

    /// One write by this user.
    pub(super) fn write(&self, user: UserId) -> Result<()> {
        match &self.0 {
            Some(buckets) => buckets.check(&buckets.users, &user),
            None => Ok(()),
        }
    }
}

/// An address as one party has it: of IPv6 that is a network of 64 bits.
fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX))),
    }
}

impl Buckets {
    fn check<K: Clone + Hash + Eq>(
        &self,
        limiter: &DefaultKeyedRateLimiter<K>,
        key: &K,
    ) -> Result<()> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.accounts.retain_recent();
            self.addresses.retain_recent();
            self.users.retain_recent();
            self.forgiven_addresses.lock().unwrap_or_else(PoisonError::into_inner).clear();
            self.forgiven_accounts.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        limiter.check_key(key).map_err(|until| Error::RateLimited {
            retry_after: until.wait_time_from(DefaultClock::default().now()),
        })
    }
}

/// One more attempt for this key, up to a full bucket of them.
fn give<K: Hash + Eq>(forgiven: &Forgiven<K>, key: K, most: u32) {
    let mut forgiven = forgiven.lock().unwrap_or_else(PoisonError::into_inner);
    let count = forgiven.entry(key).or_default();
    *count = (*count + 1).min(most);
}

/// Takes one of what was given back, if there is any.
fn take<K: Hash + Eq + Borrow<Q>, Q: Hash + Eq + ?Sized>(forgiven: &Forgiven<K>, key: &Q) -> bool {
    let mut forgiven = forgiven.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(count) = forgiven.get_mut(key) else { return false };
    *count -= 1;
    if *count == 0 {
        forgiven.remove(key);
    }
    true
}

fn bucket<K: Clone + Hash + Eq>((burst, pause): (u32, Duration)) -> DefaultKeyedRateLimiter<K> {
    let quota = Quota::with_period(pause).unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN));
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    DefaultKeyedRateLimiter::keyed(quota.allow_burst(burst))
}
