//! What every fuzz target runs on: replays the target's corpus, then tries inputs that are made from scratch or out of
//! the corpus, keeps what had a new outcome, and writes down what fails. See `README.md` beside this file.
//!
//! Not proptest's own runner, because that keeps the seeds of failures and nothing else: a seed says nothing to a
//! reader, and is worth nothing once a strategy changes. Its strategies make the inputs, and shorten them.

use std::{
    collections::HashSet,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any},
    sample::{Index, select},
    strategy::{BoxedStrategy, Union, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

/// How long each target runs; without it the corpus and a few inputs are tried, the same every time.
const SECONDS: &str = "PARLANCE_FUZZ_SECONDS";

/// Repeats a run: the number that it printed.
const SEED: &str = "PARLANCE_FUZZ_SEED";

/// Where set, inputs with a new outcome are written into the corpus.
const KEEP: &str = "PARLANCE_FUZZ_KEEP";

/// The longest input that is made out of others.
const LONGEST: usize = 16 << 10;

/// The most inputs that are held to make others of.
const MOST: usize = 1_000;

/// How often a failing input is tried to be shortened.
const SHORTENINGS: usize = 300;

/// An input, as a file of the corpus has it.
pub(crate) type Input = Vec<u8>;

/// Something that takes hostile input.
pub(crate) struct Target {
    /// Its folder in the corpus.
    pub(crate) name: &'static str,
    /// How many inputs a plain run makes.
    pub(crate) cases: usize,
    /// What its inputs often contain, for the making of others.
    pub(crate) words: &'static [&'static str],
    /// Inputs that cannot be kept, since they are other ones in each run.
    pub(crate) seeds: Vec<Input>,
}

impl Target {
    /// Tries inputs until time is up. `check` says what kind of outcome an input had, in a few words of which there are
    /// not many, or how it broke a promise.
    ///
    /// # Panics
    /// At the first input that breaks one, once it is shortened and written into the corpus.
    pub(crate) fn run(
        self,
        fresh: impl Strategy<Value = Input> + 'static,
        mut check: impl FnMut(&[u8]) -> Result<String, String>,
    ) {
        let mut check = move |input: &[u8]| {
            let outcome = catch_unwind(AssertUnwindSafe(|| check(input)));
            outcome.unwrap_or_else(|panic| Err(words_of(panic.as_ref())))
        };
        let kept = self.corpus();
        let mut outcomes = HashSet::new();
        for (file, input) in &kept {
            match check(input) {
                Ok(outcome) => outcomes.insert(outcome),
                Err(why) => panic!("fuzz {}: {} fails: {why}", self.name, file.display()),
            };
        }
        let (begun, seconds) = (Instant::now(), variable(SECONDS));
        let seed = match (variable(SEED), seconds) {
            (Some(seed), _) => seed,
            (None, None) => 0,
            (None, Some(_)) => rand::random(),
        };
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let fresh = fresh.boxed();
        let mut pool: Vec<Input> = kept.into_iter().map(|(_, input)| input).collect();
        let files = pool.len();
        pool.extend(self.seeds.iter().cloned());
        let mut inputs = self.inputs(&fresh, &pool);
        let (mut executions, mut new) = (0, 0);
        let goes_on = |executions| match seconds {
            Some(seconds) => begun.elapsed() < Duration::from_secs(seconds),
            None => executions < self.cases,
        };
        while goes_on(executions) {
            let mut tree = inputs.new_tree(&mut runner).unwrap();
            let input = tree.current();
            executions += 1;
            match check(&input) {
                Ok(outcome) => {
                    if !outcomes.insert(outcome) {
                        continue;
                    }
                    new += 1;
                    if flag(KEEP) {
                        self.write("", &input);
                    }
                    if pool.len() < MOST {
                        pool.push(input);
                        inputs = self.inputs(&fresh, &pool);
                    }
                }
                Err(why) => {
                    let (input, why) = shortened(tree.as_mut(), why, &mut check);
                    let file = self.write("failed-", &input);
                    panic!(
                        "fuzz {}: {why}\nthe input is now {}, and is tried by every run; seed {seed}",
                        self.name,
                        file.display()
                    );
                }
            }
        }
        println!(
            "fuzz {}: {files} kept inputs, then {executions} executions in {} s, {new} with a new outcome of {}; seed {seed}",
            self.name,
            begun.elapsed().as_secs(),
            outcomes.len()
        );
    }

    fn folder(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(self.name)
    }

    /// The files and what is in them, in one order.
    fn corpus(&self) -> Vec<(PathBuf, Input)> {
        let folder = self.folder();
        let files = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{} holds no corpus: {error}", folder.display()));
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect()
    }

    fn write(&self, kind: &str, input: &[u8]) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        input.hash(&mut hasher);
        let file = self.folder().join(format!("{kind}{:016x}", hasher.finish()));
        fs::write(&file, input).unwrap();
        file
    }

    /// From scratch, or out of what there is.
    fn inputs(&self, fresh: &BoxedStrategy<Input>, pool: &[Input]) -> BoxedStrategy<Input> {
        if pool.is_empty() {
            return fresh.clone();
        }
        let (pool, words): (Arc<[Input]>, _) = (pool.into(), self.words);
        let steps = vec((0..9_u8, any::<Index>(), any::<Index>(), any::<Index>()), 1..6);
        let changed = (any::<Index>(), steps).prop_map(move |(which, steps)| {
            let mut input = which.get(&pool).clone();
            for (kind, from, to, other) in steps {
                change(&mut input, kind, (from, to), other, (&pool, words));
            }
            input.truncate(LONGEST);
            input
        });
        Union::new_weighted(vec![(1, fresh.clone()), (2, changed.boxed())]).boxed()
    }
}

/// One small change.
fn change(
    input: &mut Input,
    kind: u8,
    (from, to): (Index, Index),
    other: Index,
    (pool, words): (&[Input], &[&str]),
) {
    let (a, b) = (from.index(input.len() + 1), to.index(input.len() + 1));
    let range = a.min(b)..a.max(b);
    match kind {
        0 if a < input.len() => input[a] ^= 1 << other.index(8),
        1 if a < input.len() => input[a] = u8::try_from(other.index(256)).unwrap(),
        2 => input.insert(a, u8::try_from(other.index(256)).unwrap()),
        3 => drop(input.drain(range)),
        4 => {
            let copied = input[range].to_vec();
            input.splice(b..b, copied);
        }
        5 if !words.is_empty() => drop(input.splice(a..a, other.get(words).bytes())),
        6 if !words.is_empty() => {
            let end = range.end.min(range.start + 12);
            drop(input.splice(range.start..end, other.get(words).bytes()));
        }
        // A few bytes fewer, which oftener makes sense than many.
        7 => drop(input.drain(range.start..range.end.min(range.start + 4))),
        _ => {
            let other = other.get(pool);
            let start = to.index(other.len() + 1);
            input.truncate(a);
            input.extend_from_slice(&other[start..]);
        }
    }
}

/// The shortest found that fails too, and how.
fn shortened(
    tree: &mut dyn ValueTree<Value = Input>,
    mut why: String,
    check: &mut impl FnMut(&[u8]) -> Result<String, String>,
) -> (Input, String) {
    let mut shortest = tree.current();
    let mut is_simpler = tree.simplify();
    for _ in 0..SHORTENINGS {
        if !is_simpler {
            break;
        }
        let input = tree.current();
        is_simpler = match check(&input) {
            Err(other) => {
                (shortest, why) = (input, other);
                tree.simplify()
            }
            Ok(_) => tree.complicate(),
        };
    }
    // What was cut out of a kept input is not simple to the strategy: drop pieces of it, ever smaller ones.
    let mut piece = shortest.len() / 2;
    for _ in 0..SHORTENINGS {
        if piece == 0 {
            break;
        }
        let cut = (0..shortest.len()).step_by(piece).find_map(|start| {
            let mut input = shortest.clone();
            input.drain(start..(start + piece).min(input.len()));
            check(&input).err().map(|why| (input, why))
        });
        match cut {
            Some(found) => (shortest, why) = found,
            None => piece /= 2,
        }
    }
    (shortest, why)
}

/// Some of these words in any order, with nothing between them.
pub(crate) fn soup(words: &'static [&'static str], most: usize) -> impl Strategy<Value = Input> {
    let piece = Union::new_weighted(vec![
        (8, select(words).prop_map(|word| word.as_bytes().to_vec()).boxed()),
        (1, vec(any::<u8>(), 0..4).boxed()),
        (1, any::<char>().prop_map(|c| c.to_string().into_bytes()).boxed()),
        (1, Just(vec![b' ']).boxed()),
    ]);
    vec(piece, 0..most).prop_map(|pieces| pieces.concat())
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("a panic: {}", text.unwrap_or("without words"))
}

#[expect(clippy::disallowed_methods, reason = "not a setting of the server")]
fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a number and is {text:?}")))
}

#[expect(clippy::disallowed_methods, reason = "not a setting of the server")]
fn flag(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| !value.is_empty())
}
