//! How often things may be tried: token buckets in memory, counted per attempt, so that
//! a document with many aliases counts many times.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
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
}

impl Limits {
    pub(super) fn new(on: bool) -> Self {
        Self(on.then(|| Buckets {
            accounts: bucket(SIGN_INS_OF_ACCOUNT),
            addresses: bucket(SIGN_INS_FROM_ADDRESS),
            users: bucket(WRITES_OF_USER),
            checks: AtomicU32::new(0),
        }))
    }

    /// One attempt to sign in or up from this address.
    pub(super) fn address(&self, client: &Client) -> Result<()> {
        match (&self.0, client.ip) {
            (Some(buckets), Some(ip)) => buckets.check(&buckets.addresses, &network(ip)),
            _ => Ok(()),
        }
    }

    /// One attempt to sign in to this account, wherever from.
    pub(super) fn account(&self, key: &str) -> Result<()> {
        match &self.0 {
            Some(buckets) => buckets.check(&buckets.accounts, &key.to_owned()),
            None => Ok(()),
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
    fn check<K: Clone + std::hash::Hash + Eq>(
        &self,
        limiter: &DefaultKeyedRateLimiter<K>,
        key: &K,
    ) -> Result<()> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.accounts.retain_recent();
            self.addresses.retain_recent();
            self.users.retain_recent();
        }
        limiter.check_key(key).map_err(|until| Error::RateLimited {
            retry_after: until.wait_time_from(DefaultClock::default().now()),
        })
    }
}

fn bucket<K: Clone + std::hash::Hash + Eq>(
    (burst, pause): (u32, Duration),
) -> DefaultKeyedRateLimiter<K> {
    let quota = Quota::with_period(pause).unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN));
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    DefaultKeyedRateLimiter::keyed(quota.allow_burst(burst))
}
