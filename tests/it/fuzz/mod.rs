//! Fuzz targets that need the whole server, or nothing but what the crate shows. The others stand beside what they
//! try: `src/graphql/document/fuzz.rs`, `src/graphql/page_fuzz.rs` and `src/graphql/ws/message.rs`. All of them are
//! told of in `tests/fuzz/README.md`.

mod answers;
#[path = "../../fuzz/engine.rs"]
mod engine;
mod frames;
mod requests;
mod sockets;
mod tokens;
mod world;

use std::{cell::Cell, panic::catch_unwind};

use engine::Target;

#[test]
fn what_fails_is_shortened_and_named() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus/itself");
    let executions = Cell::new(0);
    let check = |input: &[u8]| {
        executions.set(executions.get() + 1);
        let is_bad = input.windows(3).any(|bytes| bytes == b"bad");
        if is_bad { Err("it is bad".to_owned()) } else { Ok(input.len().min(4).to_string()) }
    };
    let words = &["b", "a", "d", "good "];
    let run = std::panic::AssertUnwindSafe(|| {
        let target =
            Target { name: "itself", cases: 100_000, words, seeds: vec![b"ba d".to_vec()] };
        target.run(engine::soup(words, 5), check);
    });
    let panic = catch_unwind(run).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.starts_with("fuzz itself: it is bad"), "{message}");
    let written: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|file| file.to_str().unwrap().contains("/failed-"))
        .collect();
    let [file] = &written[..] else { panic!("{written:?}") };
    let input = std::fs::read(file);
    std::fs::remove_file(file).unwrap();
    assert_eq!(input.unwrap(), b"bad");
    assert!(message.contains(file.to_str().unwrap()), "{message}");
    assert!(executions.get() > 2, "the corpus and a new input were tried");
}
