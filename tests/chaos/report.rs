//! What is said of a run: as JSON, and as Markdown for a document.

use std::{fmt::Write, fs, path::Path, time::Duration};

use serde_json::{Value, json};

use crate::{
    Options,
    check::{Recovery, Rule, Times, recoveries, waits},
    history::{Answer, Deed, End, Fate, Fault, History, Micros, Outcome as Became, Row},
    run::Run,
    world::Outcome,
};

/// Between these lines of a document stands the report.
const BEGIN: &str = "<!-- report -->";
const END: &str = "<!-- end of report -->";

/// A run in figures.
pub(crate) struct Report {
    figures: Value,
    markdown: String,
}

impl Report {
    pub(crate) fn new(options: &Options, run: &Run, took: Duration) -> Self {
        let history = &run.history;
        let recoveries = recoveries(history);
        let stored = run.stored.logs.iter().flat_map(|log| &log.rows);
        let messages = stored.clone().filter_map(Row::seq).count();
        let count = |fate| history.sends.iter().filter(|send| send.fate == fate).count();
        let refused = count(Fate::Refused) + count(Fate::RefusedLate);
        let streams = history.streams.iter();
        let told: usize = streams.clone().map(|stream| stream.items.len()).sum();
        let departures = streams.filter(|stream| stream.end == End::Left).count();
        let changes = |is_it: fn(Deed) -> bool| {
            let of = history.changes.iter().filter(|change| is_it(change.deed));
            of.filter(|change| matches!(change.outcome, Became::Done { .. })).count()
        };
        let became = |outcome| history.changes.iter().filter(|one| one.outcome == outcome).count();
        let refusals =
            history.intrusions.iter().filter(|one| one.answer == Answer::Refused).count();
        let faults = history.faults.iter().filter(|fault| fault.took.is_some()).count();
        let waits = waits(history);
        let rules: Vec<_> = Rule::ALL
            .iter()
            .map(|rule| {
                let broken = run.findings.0.get(rule);
                json!({
                    "rule": rule.name(),
                    "broken": run.findings.count(*rule),
                    "examples": broken.map(|broken| &broken.examples),
                })
            })
            .collect();
        let kinds: Vec<_> =
            recoveries.iter().map(|(kind, recovery)| of_kind(kind, recovery)).collect();
        let figures = json!({
            "passed": run.is_good(),
            "seed": options.seed,
            "instances": options.instances,
            "server": env!("CARGO_PKG_VERSION"),
            "database": run.database,
            "clock_jumps": run.has_clock,
            "revived": run.revived,
            "seconds": { "written": run.written.as_secs(), "settled": run.settled.as_secs(),
                "checked": run.checked.as_secs_f64(), "all": took.as_secs() },
            "peak_mib": peak_mib(),
            "attempted": history.sends.len(),
            "acknowledgements": history.acks.len(),
            "acknowledged": count(Fate::Acknowledged),
            "refused": refused,
            "unknown": count(Fate::Unknown),
            "stored": messages,
            "events": stored.count(),
            "edits": changes(|deed| matches!(deed, Deed::Edit { .. })),
            "deletions": changes(|deed| matches!(deed, Deed::Delete { .. })),
            "titles": changes(|deed| deed == Deed::Title),
            "changes_refused": became(Became::Refused),
            "changes_open": became(Became::Open),
            "moves": history.moves.len(),
            "streams": history.streams.len(),
            "told": told,
            "departures": departures,
            "pages": history.pages.len(),
            "intrusions": refusals,
            "faults": faults,
            "faults_missed": history.faults.len() - faults,
            "rules": rules,
            "recovery": kinds,
            "news": waits.len(),
            "news_after_seconds": quartiles(&waits),
            "schedule": schedule(history),
            "acknowledged_by_second": by_second(history),
        });
        let markdown = markdown(&figures);
        Self { figures, markdown }
    }

    pub(crate) fn markdown(&self) -> &str {
        &self.markdown
    }

    /// Writes the JSON, and the document's part if one is named.
    pub(crate) fn write(&self, options: &Options) -> Outcome<()> {
        if let Some(folder) = options.json.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&options.json, serde_json::to_string_pretty(&self.figures)? + "\n")?;
        match &options.document {
            Some(document) => replace(document, &self.markdown),
            None => Ok(()),
        }
    }
}

fn of_kind(kind: &str, recovery: &Recovery) -> Value {
    let seconds = |time: Option<Micros>| time.map(|time| Duration::from_micros(time).as_secs_f64());
    let times = |times: &Times| {
        json!({
            "cases": times.took.len() + times.never,
            "p50": seconds(times.percentile(50)),
            "p99": seconds(times.percentile(99)),
            "never": times.never,
        })
    };
    json!({
        "fault": kind,
        "count": recovery.faults,
        "missed": recovery.missed,
        "writers": times(&recovery.writers),
        "subscribers": times(&recovery.subscribers),
    })
}

/// The four quartiles, in seconds.
fn quartiles(sorted: &[Micros]) -> Vec<f64> {
    let at = |quarter: usize| sorted.get((sorted.len() * quarter).div_ceil(4).saturating_sub(1));
    let seconds = |time: &Micros| Duration::from_micros(*time).as_secs_f64();
    (1..=4).filter_map(at).map(seconds).collect()
}

/// What was broken when.
fn schedule(history: &History) -> Vec<Value> {
    let one = |fault: &Fault| {
        let seconds = |time: Micros| Duration::from_micros(time).as_secs_f64();
        let hit = format!("{:?}", fault.hit);
        json!([fault.kind, hit, seconds(fault.begun), seconds(fault.over), fault.took])
    };
    history.faults.iter().map(one).collect()
}

fn by_second(history: &History) -> Vec<u64> {
    let mut counts = Vec::new();
    for ack in &history.acks {
        let second = usize::try_from(ack.ret / 1_000_000).unwrap_or(0);
        counts.resize(counts.len().max(second + 1), 0);
        counts[second] += 1;
    }
    counts
}

fn markdown(figures: &Value) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_markdown(&mut text, figures);
    text
}

fn write_markdown(text: &mut String, figures: &Value) -> std::fmt::Result {
    let (get, plain) = (
        |name: &str| figures[name].to_string(),
        |name: &str| figures[name].as_str().unwrap_or_default().to_owned(),
    );
    let passed =
        if figures["passed"] == true { "Nothing is wrong." } else { "**Something is wrong.**" };
    writeln!(
        text,
        "Seed {}, {} instances of {}, {}; {} s of load, {} s to settle, checked in {:.1} s; the \
         program that drives and checks used {} MiB at most. {passed}\n",
        get("seed"),
        get("instances"),
        plain("server"),
        plain("database"),
        figures["seconds"]["written"],
        figures["seconds"]["settled"],
        figures["seconds"]["checked"].as_f64().unwrap_or_default(),
        get("peak_mib"),
    )?;
    writeln!(text, "| what | how many |\n|---|---|")?;
    for (name, words) in [
        ("acknowledged", "messages acknowledged"),
        ("attempted", "messages attempted"),
        ("refused", "refused, the sender being out"),
        ("unknown", "of unknown fate in the end"),
        ("stored", "messages stored"),
        ("events", "events stored"),
        ("edits", "edits acknowledged"),
        ("deletions", "deletions acknowledged"),
        ("titles", "titles acknowledged"),
        (
            "changes_refused",
            "edits and deletions refused, others having been first or the person out",
        ),
        ("changes_open", "changes of which no answer says what became of them"),
        ("moves", "attempts to let somebody in or take somebody out"),
        ("streams", "subscriptions"),
        ("told", "items told to subscribers"),
        ("departures", "subscriptions that ended with a departure"),
        ("pages", "pages read"),
        ("intrusions", "attempts of outsiders that were refused"),
        ("news", "items told while all was well, of which is looked how prompt they were"),
        ("faults", "faults that took hold"),
        ("faults_missed", "faults that did not take hold, and are counted nowhere else"),
        ("revived", "instances that found no database when they started, and were started again"),
    ] {
        writeln!(text, "| {words} | {} |", get(name))?;
    }
    writeln!(text, "\n| rule | broken |\n|---|---|")?;
    for rule in figures["rules"].as_array().into_iter().flatten() {
        writeln!(text, "| {} | {} |", rule["rule"].as_str().unwrap_or_default(), rule["broken"])?;
    }
    writeln!(
        text,
        "\n| fault | times | did not take hold | writers go on after, p50 | p99 | subscribers, p50 \
         | p99 |\n|---|---|---|---|---|---|---|"
    )?;
    for kind in figures["recovery"].as_array().into_iter().flatten() {
        let seconds = |who: &str, name: &str| match kind[who][name].as_f64() {
            Some(time) => format!("{time:.2} s"),
            None if kind[who]["cases"] == 0 => "–".to_owned(),
            None => "never".to_owned(),
        };
        let fault = kind["fault"].as_str().unwrap_or_default();
        writeln!(
            text,
            "| {fault} | {} | {} | {} | {} | {} | {} |",
            kind["count"],
            kind["missed"],
            seconds("writers", "p50"),
            seconds("writers", "p99"),
            seconds("subscribers", "p50"),
            seconds("subscribers", "p99"),
        )?;
    }
    for rule in figures["rules"].as_array().into_iter().flatten() {
        for example in rule["examples"].as_array().into_iter().flatten() {
            let (rule, example) = (&rule["rule"], example.as_str().unwrap_or_default());
            writeln!(text, "\n{}: `{example}`", rule.as_str().unwrap_or_default())?;
        }
    }
    Ok(())
}

fn replace(document: &Path, report: &str) -> Outcome<()> {
    let text = fs::read_to_string(document)?;
    let parts =
        text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or("the document has no place for a report")?;
    Ok(fs::write(document, format!("{before}{BEGIN}\n\n{report}\n{END}{after}"))?)
}

fn peak_mib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}
