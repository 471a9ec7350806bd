//! Password hashing with argon2id, off the async threads and only so much of it at once.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use argon2::{
    Argon2, Params, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash as Phc,
};
use tokio::sync::Semaphore;

/// How many callers may wait for their turn; a further one is told to come back.
const QUEUE: usize = 64;

/// The most hashes at once, however many cores there are: each takes 19 MiB for its time.
const TURNS_MAX: usize = 8;

/// The most common passwords of five characters or more, the most common first, as Django
/// ships them (BSD licence).
static COMMON: &str = include_str!("common_passwords.txt");

/// A hash that nobody's password has: what an unknown user is checked against, so that
/// the answer costs the same work.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash("nobody's password").ok());

/// Why no answer was given.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many are waiting already.
    #[error("too many passwords are being checked at once")]
    Busy,
    /// The hashing itself failed.
    #[error("a password could not be hashed: {0}")]
    Broken(String),
}

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    work: Arc<AtomicU64>,
    /// How many may be at work, and how many inside at all.
    most: usize,
    room: usize,
}

impl Default for Passwords {
    fn default() -> Self {
        let turns = thread::available_parallelism().map_or(1, usize::from).min(TURNS_MAX);
        Self {
            turns: Arc::new(Semaphore::new(turns)),
            waiting: Arc::new(Semaphore::new(turns + QUEUE)),
            work: Arc::new(AtomicU64::new(0)),
            most: turns,
            room: turns + QUEUE,
        }
    }
}

impl Passwords {
    /// The argon2id hash of a password, with a salt of its own, in PHC form.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.work(move || hash(&password)).await
    }

    /// True if the password has this hash. `None` costs the same and is never true.
    pub async fn verify(
        &self,
        password: String,
        kept: Option<String>,
    ) -> Result<bool, PasswordError> {
        self.work(move || {
            let known = kept.is_some();
            let Some(kept) = kept.or_else(|| NOBODY.clone()) else { return Ok(false) };
            let kept = Phc::new(&kept).map_err(|error| PasswordError::Broken(error.to_string()))?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &kept).is_ok() && known)
        })
        .await
    }

    /// How many wait for their turn.
    pub fn waiting(&self) -> usize {
        let inside = self.room - self.waiting.available_permits();
        inside.saturating_sub(self.most - self.turns.available_permits())
    }

    /// How many hashes have been computed.
    pub fn work_done(&self) -> u64 {
        self.work.load(Ordering::Relaxed)
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let waiting = Arc::clone(&self.waiting);
        let place = waiting.try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let broken = |error: &dyn std::fmt::Display| PasswordError::Broken(error.to_string());
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|error| broken(&error))?;
        self.work.fetch_add(1, Ordering::Relaxed);
        // Whoever goes away does not stop the work, so it is the work that has the turn.
        let job = move || {
            let done = job();
            drop((place, turn));
            done
        };
        tokio::task::spawn_blocking(job).await.map_err(|error| broken(&error))?
    }
}

/// argon2id with the library's present parameters: m=19456 KiB, t=2, p=1.
fn hash(password: &str) -> Result<String, PasswordError> {
    let hashed = Argon2::default().hash_password(password.as_bytes());
    Ok(hashed.map_err(|error| PasswordError::Broken(error.to_string()))?.to_string())
}

/// True if a hash was made with less work than is done today.
pub fn is_outdated(kept: &str) -> bool {
    let (kept, today) = (Phc::new(kept).ok(), Params::default());
    let params = kept.as_ref().and_then(|kept| Params::try_from(kept).ok());
    params.is_none_or(|kept| {
        kept.m_cost() < today.m_cost()
            || kept.t_cost() < today.t_cost()
            || kept.p_cost() < today.p_cost()
    })
}

/// True if so many people use this password that it is tried first.
pub fn is_common(password: &str) -> bool {
    let password = password.to_lowercase();
    COMMON.lines().any(|common| common == password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_hash_is_argon2id_with_a_salt_of_its_own() {
        let passwords = Passwords::default();
        let one = passwords.hash("tr0ub4dor".to_owned()).await.unwrap();
        let two = passwords.hash("tr0ub4dor".to_owned()).await.unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two);
        assert!(passwords.verify("tr0ub4dor".to_owned(), Some(one.clone())).await.unwrap());
        assert!(!passwords.verify("tr0ub4dor ".to_owned(), Some(one)).await.unwrap());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_unknown_user_costs_the_same_work_and_is_never_let_in() {
        let passwords = Passwords::default();
        assert!(!passwords.verify("nobody's password".to_owned(), None).await.unwrap());
        assert_eq!(passwords.work_done(), 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_hangs_up_frees_no_turn_before_the_work_is_done() {
        let passwords = Passwords::default();
        let (turns, places) =
            (passwords.turns.available_permits(), passwords.waiting.available_permits());
        let (begun, has_begun) = std::sync::mpsc::channel();
        let (go, may_go) = std::sync::mpsc::channel::<()>();
        let worker = passwords.clone();
        let caller = tokio::spawn(async move {
            let job = move || {
                begun.send(()).unwrap();
                may_go.recv().ok();
                Ok(())
            };
            worker.work(job).await
        });
        has_begun.recv().unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        assert_eq!(passwords.turns.available_permits(), turns - 1);
        assert_eq!(passwords.waiting.available_permits(), places - 1);
        go.send(()).unwrap();
        let all = u32::try_from(turns).unwrap();
        drop(passwords.turns.acquire_many(all).await.unwrap());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_comes_when_the_queue_is_full_is_sent_away_at_once() {
        let passwords = Passwords::default();
        let all = u32::try_from(passwords.waiting.available_permits()).unwrap();
        let queue = passwords.waiting.acquire_many(all).await.unwrap();
        let refused = passwords.hash("tr0ub4dor".to_owned()).await;
        assert!(matches!(refused, Err(PasswordError::Busy)));
        assert_eq!(passwords.work_done(), 0);
        drop(queue);
        passwords.hash("tr0ub4dor".to_owned()).await.unwrap();
    }

    #[test]
    fn a_hash_of_less_work_is_outdated() {
        assert!(!is_outdated(&hash("tr0ub4dor").unwrap()));
        let weak = Argon2::new(
            argon2::Algorithm::Argon2id,
            argon2::Version::V0x13,
            Params::new(8_192, 1, 1, None).unwrap(),
        );
        assert!(is_outdated(&weak.hash_password(b"tr0ub4dor").unwrap().to_string()));
        assert!(is_outdated("no hash at all"));
    }

    #[test]
    fn common_passwords_are_known_in_any_case() {
        assert!(is_common("password") && is_common("QWERTY"));
        assert!(!is_common("correct horse battery"));
    }
}
