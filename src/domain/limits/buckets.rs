//! Token buckets of one kind, by whatever they are counted for. Of a bucket nothing is kept
//! but the moment at which it will be full again, and what is full is not kept at all: so
//! there may be very many, and never more than fit into a bounded room.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::Rate;

/// Parts that are locked apart from each other.
const SHARDS: usize = 32;

/// The most buckets that one part keeps.
const SHARD_MAX: usize = 2_048;

/// When each bucket is full again, in nanoseconds of the clock.
type Shard = HashMap<u64, u64, BuildHasherDefault<AsItIs>>;

/// Buckets that hold so much and are filled so fast.
pub(super) struct Buckets {
    rate: Rate,
    /// In nanoseconds: until there is one more, and until an empty bucket is full.
    pause: u64,
    whole: u64,
    /// Secret, so that nobody can choose keys that meet.
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

impl Buckets {
    /// None for a rate that is no limit.
    pub(super) fn new(rate: Rate) -> Option<Self> {
        let window = u64::try_from(rate.window.as_nanos()).unwrap_or(u64::MAX);
        let pause = window.checked_div(u64::from(rate.quota))?.max(1);
        Some(Self {
            rate,
            pause,
            whole: pause.saturating_mul(u64::from(rate.quota)),
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| Mutex::default()),
        })
    }

    pub(super) fn rate(&self) -> Rate {
        self.rate
    }

    /// Takes one out of the bucket of this key.
    ///
    /// # Errors
    /// If it is empty: with how long until there is one.
    pub(super) fn take(&self, key: &impl Hash, now: u64) -> Result<(), Duration> {
        let (mut shard, key) = self.shard(key);
        let full_at = shard.get(&key).map_or(now, |full_at| *full_at.max(&now));
        let after = full_at.saturating_add(self.pause);
        let empty_at = now.saturating_add(self.whole);
        if after > empty_at {
            return Err(Duration::from_nanos(after - empty_at));
        }
        if shard.len() >= SHARD_MAX && !shard.contains_key(&key) {
            forget(&mut shard, now);
        }
        shard.insert(key, after);
        Ok(())
    }

    /// Puts one back.
    pub(super) fn put_back(&self, key: &impl Hash) {
        let (mut shard, key) = self.shard(key);
        if let Some(full_at) = shard.get_mut(&key) {
            *full_at = full_at.saturating_sub(self.pause);
        }
    }

    /// How many are left, and how long until the bucket is full.
    pub(super) fn level(&self, key: &impl Hash, now: u64) -> (u32, Duration) {
        let (shard, key) = self.shard(key);
        let missing = shard.get(&key).map_or(0, |full_at| full_at.saturating_sub(now));
        let left = self.whole.saturating_sub(missing) / self.pause;
        (u32::try_from(left).unwrap_or(u32::MAX), Duration::from_nanos(missing))
    }

    fn shard(&self, key: &impl Hash) -> (MutexGuard<'_, Shard>, u64) {
        let key = self.hasher.hash_one(key);
        // The map itself goes by the other end of the key.
        let place = usize::try_from(key >> 32).unwrap_or_default() % SHARDS;
        (self.shards[place].lock().unwrap_or_else(PoisonError::into_inner), key)
    }
}

/// Makes room. What is full again is not missed; if that is too little, those go who have
/// taken the least, so that nobody who is held back gets free by a crowd of new keys.
fn forget(shard: &mut Shard, now: u64) {
    shard.retain(|_, full_at| *full_at > now);
    if shard.len() <= SHARD_MAX / 4 * 3 {
        return;
    }
    let mut moments: Vec<u64> = shard.values().copied().collect();
    let (_, bound, _) = moments.select_nth_unstable(SHARD_MAX / 4);
    let bound = *bound;
    shard.retain(|_, full_at| *full_at > bound);
}

/// The keys are hashes already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// Ten at once, and one more each second.
    fn buckets() -> Buckets {
        Buckets::new(Rate { quota: 10, window: Duration::from_secs(10) }).unwrap()
    }

    fn kept(buckets: &Buckets) -> usize {
        buckets.shards.iter().map(|shard| shard.lock().unwrap().len()).sum()
    }

    #[test]
    fn a_bucket_gives_what_it_holds_and_then_as_fast_as_it_is_filled() {
        let buckets = buckets();
        let mut now = 7 * SECOND;
        for left in (0..10).rev() {
            buckets.take(&"a", now).unwrap();
            assert_eq!(buckets.level(&"a", now).0, left);
        }
        assert_eq!(buckets.take(&"a", now), Err(Duration::from_secs(1)));
        assert_eq!(buckets.level(&"a", now), (0, Duration::from_secs(10)));
        buckets.take(&"b", now).unwrap();
        now += SECOND - 1;
        assert_eq!(buckets.take(&"a", now), Err(Duration::from_nanos(1)));
        now += 1;
        buckets.take(&"a", now).unwrap();
        buckets.take(&"a", now).unwrap_err();
        buckets.put_back(&"a");
        buckets.take(&"a", now).unwrap();
        buckets.take(&"a", now).unwrap_err();
        now += 60 * SECOND;
        assert_eq!(buckets.level(&"a", now), (10, Duration::ZERO), "full is full");
        for _ in 0..10 {
            buckets.take(&"a", now).unwrap();
        }
        buckets.take(&"a", now).unwrap_err();
    }

    #[test]
    fn a_crowd_of_new_keys_takes_a_bounded_room_and_frees_nobody_who_is_held_back() {
        let buckets = buckets();
        for _ in 0..10 {
            buckets.take(&"held back", 0).unwrap();
        }
        for key in 0..500_000_u64 {
            buckets.take(&key, key).unwrap();
            buckets.take(&key, key).unwrap();
        }
        assert!(kept(&buckets) <= SHARDS * SHARD_MAX, "{}", kept(&buckets));
        buckets.take(&"held back", 500_000).unwrap_err();
    }

    #[test]
    fn what_is_full_again_is_forgotten_first() {
        let buckets = buckets();
        for key in 0..60_000_u64 {
            buckets.take(&key, 0).unwrap();
        }
        let later = 2 * SECOND;
        for key in 60_000..90_000_u64 {
            buckets.take(&key, later).unwrap();
        }
        for key in 60_000..90_000_u64 {
            assert_eq!(buckets.level(&key, later).0, 9, "{key} is remembered");
        }
    }

    #[test]
    fn no_quota_is_no_limit() {
        assert!(Buckets::new(Rate::OFF).is_none());
    }
}
