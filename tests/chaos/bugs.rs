//! That the proof can fail: servers that are wrong on purpose, each of which it must catch.

use std::{path::Path, time::Duration};

use crate::{
    Options,
    check::{Rule, waits},
    clients::Crowd,
    run::{self, Plan},
    schedule::{Kind, Side},
    world::Outcome,
};

/// A server that is wrong, how it is caught, and by which rules.
struct Bug {
    /// As `PARLANCE_SEEDED_BUG` names it.
    name: &'static str,
    /// None of a server that is right.
    rules: &'static [Rule],
    seconds: u64,
    kinds: &'static [Kind],
    crowd: Crowd,
    before: Option<&'static str>,
}

const CROWD: Crowd =
    Crowd { writers: 16, comers: 4, readers: 2, editors: 1, follows: true, doubles: 0 };

const BUGS: [Bug; 6] = [
    // The same build without a bug, or being caught would say nothing.
    Bug { name: "none", rules: &[], seconds: 20, kinds: &[], crowd: CROWD, before: None },
    // Messages of one batch have one time, and who comes back from between them misses the rest.
    Bug {
        name: "cursor-by-time",
        rules: &[Rule::Stream],
        seconds: 16,
        kinds: &[],
        crowd: Crowd { writers: 64, ..CROWD },
        before: None,
    },
    // The hints of the last messages are lost, as in every run.
    Bug {
        name: "no-reconciler",
        rules: &[Rule::End],
        seconds: 6,
        kinds: &[Kind::DisturbBus],
        crowd: CROWD,
        before: None,
    },
    // Who looks too early sees the message only when everything is looked at again.
    Bug {
        name: "hint-before-commit",
        rules: &[Rule::Prompt],
        seconds: 20,
        kinds: &[],
        crowd: Crowd { writers: 2, comers: 0, readers: 0, editors: 0, follows: true, doubles: 0 },
        before: None,
    },
    // Who waits for the lock meanwhile may be removed.
    Bug {
        name: "membership-before-lock",
        rules: &[Rule::Sender],
        seconds: 15,
        kinds: &[Kind::HoldRow],
        crowd: Crowd { writers: 2, comers: 48, readers: 0, editors: 0, follows: false, doubles: 0 },
        before: None,
    },
    // The unique index, which is the second line, is taken away, or the first would not be missed.
    Bug {
        name: "no-recheck",
        rules: &[Rule::OneRow],
        seconds: 8,
        kinds: &[Kind::Cut(Side::Clients)],
        crowd: Crowd { writers: 16, comers: 0, readers: 0, editors: 0, follows: false, doubles: 4 },
        before: Some("ALTER TABLE messages DROP INDEX messages_client_id"),
    },
];

/// Answers whether each of them is caught, by one of its rules.
pub(crate) async fn catch(options: &Options, named: &[String], folder: &Path) -> Outcome<bool> {
    if !cfg!(feature = "seeded-bugs") {
        return Err("this build has no seeded bugs: give cargo --features seeded-bugs".into());
    }
    if let Some(unknown) = named.iter().find(|name| BUGS.iter().all(|bug| bug.name != **name)) {
        return Err(format!("there is no seeded bug {unknown}").into());
    }
    let mut is_good = true;
    for bug in &BUGS {
        if !named.is_empty() && !named.iter().any(|name| name == bug.name) {
            continue;
        }
        println!("======== {}", bug.name);
        let plan = Plan {
            seconds: bug.seconds,
            messages: 0,
            faults: 0,
            limit: 120,
            kinds: bug.kinds.to_vec(),
            crowd: bug.crowd,
            patience: Duration::from_secs(12),
            bug: Some(bug.name),
            before: bug.before,
            is_whole: false,
        };
        let run = run::run(options, &plan, &folder.join(bug.name)).await?;
        let waits = waits(&run.history);
        let late = waits.iter().filter(|wait| **wait > 1_000_000).count();
        println!("{late} of {} items took more than a second while all was well", waits.len());
        for (rule, broken) in &run.findings.0 {
            println!("{rule}: {} times, like {}", broken.count, broken.examples[0]);
        }
        let is_caught = bug.rules.iter().any(|rule| run.findings.count(*rule) > 0);
        let is_right = if bug.rules.is_empty() { run.is_good() } else { is_caught };
        let verdict = match (bug.rules, is_right) {
            ([], true) => "nothing is wrong",
            ([], false) => "SOMETHING IS WRONG",
            (_, true) => "caught",
            (_, false) => "NOT CAUGHT",
        };
        println!("-------- {}: {verdict}", bug.name);
        is_good &= is_right;
    }
    Ok(is_good)
}
