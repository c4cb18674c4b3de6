//! Writes samples of every type that crosses the bridge as TypeScript, so that `npm run check` compares `page.rs` with
//! `ui/src/bridge.ts`. `UPDATE_GOLDEN=1` rewrites the file.

use crate::fake_translator::{pair, problem};
use crate::page::{
    Column, Dragged, Engine, Event, ExportKind, Language, Offer, Row, RowState, Snapshot, Suggestion,
};
use serde::Serialize;
use translation::quality::{Grade, QualityEstimate};
use translation::{
    DocumentTerm, DocumentTermEdit, LoadedModel, LoadingStage, MarkKind, Reason, Segment, SentenceStatus,
    SpanMark, TaggedTexts, Term, TermCount, Terms, UncertainWord, UnitOrigin,
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/generated/bridge-samples.ts");

/// A value of every variant; does not compile if one is missing.
macro_rules! every {
    ($type:ident: $($variant:ident $({ $($fields:tt)* })? $(($($argument:tt)*))?),* $(,)?) => {{
        let variants = vec![$($type::$variant $({ $($fields)* })? $(($($argument)*))?),*];
        for variant in &variants {
            let ($($type::$variant { .. })|*) = variant;
        }
        variants
    }};
}

// After the macro, which they use.
mod models;
mod settings;
mod words;

/// Samples of one TypeScript type. `tag`: path to the property that must have all its values in the samples.
fn samples<T: Serialize>(name: &str, tag: &str, values: &[T]) -> (String, String) {
    let lines = values.iter().map(|value| format!("    {},\n", serde_json::to_string(value).unwrap()));
    let entry = format!("  {name}: [\n{}  ] satisfies bridge.{name}[],\n", lines.collect::<String>());
    let unsent = format!("  | Exclude<bridge.{name}{tag}, (typeof samples.{name})[number]{tag}>\n");
    (entry, unsent)
}

fn rows() -> Vec<Row> {
    let states = every!(RowState: Held, Waiting, Translating, Paused, Interrupted, Done, Failed, Cancelled);
    let full = |state| Row {
        looks_like: Some("ja".into()),
        columns: vec![Column { title: "note".into(), sample: "Satz".into(), chosen: true }],
        state,
        done: 1,
        total: 2,
        tokens_per_second: 8.5,
        eta_s: Some(1.5),
        to_review: 1,
        terms: TermCount { met: 1, missed: 1 },
        output: Some("a.en.txt".into()),
        demonstration: true,
        left_alone: serde_json::from_str(r#"{"svg-text":1}"#).unwrap(),
        drafts: 1,
        problem: Some(problem("read")),
        ..Row::waiting(1, "a.txt".into(), pair())
    };
    let new = Row::waiting(2, "b.txt".into(), pair());
    states.into_iter().map(full).chain([new]).collect()
}

fn engines() -> Vec<Engine> {
    let model = LoadedModel { term: "L".into(), name: "Large".into(), bits: "q4".into() };
    let stages = every!(LoadingStage: Reading, Uploading, Pipelines, WarmingUp);
    let mut engines = every!(Engine:
        Loading { stage: LoadingStage::Reading, done: 0, total: 0 },
        Ready {
            adapter: "GPU".into(),
            software: false,
            recipe: "L".into(),
            models: vec![model],
            memory: 1,
            demonstration: true,
            aligns: true,
        },
        Failed { problem: problem("gpu") },
    );
    engines.extend(stages.into_iter().map(|stage| Engine::Loading { stage, done: 1, total: 2 }));
    engines
}

fn reasons() -> Vec<Reason> {
    let word = || String::from("300");
    every!(Reason:
        Repeated, CutOff, Short, Long, Copied, Empty, Number(word()), NewNumber(word()), Script(word()),
        Placeholder(word()), NewPlaceholder(word()), Inserted(word()), Placeholders, Term(word()), Tag(word()), Refused, LongLine, Encoding, TooLong,
    )
}

fn marks() -> Vec<SpanMark> {
    let kinds = every!(MarkKind: Paired, Void, Locked);
    kinds.into_iter().map(|kind| SpanMark { start: 0, end: 4, kind, label: "**".into() }).collect()
}

fn qualities() -> Vec<QualityEstimate> {
    let grades = every!(Grade: Poor, Doubtful, Good);
    grades.into_iter().map(|grade| QualityEstimate { score: 0.5, grade, calibrated: true }).collect()
}

fn segments() -> Vec<Segment> {
    let term = || vec![Term { source: "Vertrag".into(), target: "agreement".into() }];
    let segment = |status| Segment {
        index: 0,
        block: 0,
        source: "Satz".into(),
        target: "Sentence".into(),
        status,
        reasons: reasons().drain(..1).collect(),
        spans: marks().drain(..1).collect(),
        tagged: Some(TaggedTexts { source: "<1>Satz</1>".into(), target: "<1>Sentence</1>".into() }),
        terms: Terms { met: term(), missed: term() },
        quality: qualities().drain(..1).next(),
    };
    let statuses = every!(SentenceStatus: Done, Reused, Edited, Doubtful, Kept, Copied);
    statuses.into_iter().map(segment).collect()
}

fn document_term_edits() -> Vec<DocumentTermEdit> {
    let term = Term { source: "Vertrag".into(), target: "agreement".into() };
    vec![DocumentTermEdit {
        document_terms: vec![DocumentTerm { term, segments: 5, before: 2, agreeing: 4 }],
        changed: segments().drain(..1).collect(),
        lacking: 1,
        to_review: 1,
        terms: TermCount { met: 4, missed: 1 },
    }]
}

fn suggestions() -> Vec<Suggestion> {
    let origins = every!(UnitOrigin: Machine, Edited, Imported);
    let suggestion =
        |origin| Suggestion { source: "Satz".into(), target: "Sentence".into(), percent: 83, origin };
    origins.into_iter().map(suggestion).collect()
}

fn offer() -> Offer {
    Offer {
        pairs: vec![pair()],
        demonstrations: vec![pair()],
        languages: vec![Language { code: "de", name: "German", endonym: "Deutsch" }],
    }
}

fn snapshots() -> Vec<Snapshot> {
    let snapshot = |pair, notice| Snapshot {
        engine: engines().remove(0),
        offer: offer(),
        pair,
        recent: vec![crate::fake_translator::pair()],
        rows: rows().drain(..1).collect(),
        formats: vec!["Word"],
        preferences: settings::preferences().remove(0),
        output_folder: Some("/out".into()),
        notice,
    };
    vec![snapshot(None, None), snapshot(Some(pair()), Some(problem("store_damaged")))]
}

fn dragged() -> Vec<Dragged> {
    every!(Dragged: Documents, Models)
}

fn events() -> Vec<Event> {
    let doubt = UncertainWord { start: 0, end: 4, alternatives: vec!["plans".into()], probability: 0.5 };
    let drags = dragged().into_iter().map(|over| Event::Drag { over: Some(over) });
    let events = every!(Event:
        Engine { engine: engines().remove(0), offer: offer(), pair: None },
        Text { seq: 1, text: "Text".into(), doubts: vec![doubt] },
        Finished { seq: 1, tokens_per_second: 8.5, sentences: words::sentences() },
        Stopped { seq: 1 },
        Failed { seq: 1, problem: problem("gpu") },
        Row { row: rows().remove(0) },
        Gone { id: 1 },
        Drag { over: None },
        Refused { problem: problem("read") },
        Models { models: models::models().remove(0) },
        Work { work: models::works().remove(0) },
        WorkGone { id: "europe".into() },
        Progress { seq: 1, done: 1, total: 2, eta_s: Some(1.5) },
        Back { seq: 1, text: Some("Text".into()), done: false, problem: None },
        Closing { asking: true },
        Candidate { candidate: models::candidates().remove(0) },
    );
    let failed = Event::Back { seq: 1, text: None, done: true, problem: Some(problem("gpu")) };
    events.into_iter().chain(drags).chain([failed]).collect()
}

#[test]
fn the_page_expects_what_rust_sends() {
    let (segments, rows, engines) = (segments(), rows(), engines());
    let of = |one: &Engine| if let Engine::Loading { stage, .. } = one { Some(*stage) } else { None };
    let (entries, unsent): (String, String) = [
        samples("Stage", "", &engines.iter().filter_map(of).collect::<Vec<_>>()),
        samples("Engine", "['state']", &engines),
        samples("RowState", "", &rows.iter().map(|row| row.state).collect::<Vec<_>>()),
        samples("Row", "['state']", &rows),
        samples("ExportKind", "", &every!(ExportKind: Bilingual, Memory)),
        samples("SegmentStatus", "", &segments.iter().map(|one| one.status).collect::<Vec<_>>()),
        samples("Reason", "['kind']", &reasons()),
        samples("Mark", "['kind']", &marks()),
        samples("QualityEstimate", "['grade']", &qualities()),
        samples("Segment", "['status']", &segments),
        samples("DocumentTermEdit", "['lacking']", &document_term_edits()),
        samples("Suggestion", "['origin']", &suggestions()),
        samples("Verdict", "", &models::verdicts()),
        samples("PublishedSet", "['id']", &models::sets()),
        samples("FoundModel", "['program']", &models::found()),
        samples("DirectionReport", "['verdict']", &models::reports()),
        samples("WorkState", "['state']", &models::states()),
        samples("WaitReason", "", &models::reasons()),
        samples("Candidate", "['problem' | 'licence']", &models::candidates()),
        samples("Models", "['disk_free']", &models::models()),
        samples("Theme", "", &settings::themes()),
        samples("Quality", "", &settings::qualities()),
        samples("Preferences", "['theme']", &settings::preferences()),
        samples("NameStyle", "", &settings::names()),
        samples("Draft", "['index']", &settings::drafts()),
        samples("TypedSentence", "['translated']", &settings::sentences()),
        samples("HistoryText", "['id']", &settings::texts()),
        samples("Place", "['kind']", &settings::places()),
        samples("MemoryPair", "['units']", &settings::memory_pairs()),
        samples("MemoryUnit", "['origin']", &settings::units()),
        samples("Adapter", "['kind']", &settings::adapters()),
        samples("MarkedSentence", "['index']", &words::sentences()),
        samples("BegunSentence", "['text']", &words::begun()),
        samples("NextWords", "['words']", &words::next()),
        samples("Snapshot", "['pair' | 'notice']", &snapshots()),
        samples("Dragged", "", &dragged()),
        samples("Event", "['type']", &events()),
    ]
    .into_iter()
    .unzip();
    let text = format!(
        "// Generated by `UPDATE_GOLDEN=1 cargo test -p wasan-app bridge_contract`: what Rust sends.\n\
         import type * as bridge from '../bridge'\n\n\
         export const samples = {{\n{entries}}}\n\n\
         type Never<T extends never> = T\n\
         /** The variants of bridge.ts that Rust does not send: does not compile if there is one. */\n\
         export type Unsent = Never<\n{unsent}>\n"
    );
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(FILE, &text).unwrap();
    }
    let before = std::fs::read_to_string(FILE).unwrap_or_default();
    assert_eq!(before, text, "run again with UPDATE_GOLDEN=1, then `npm run check` in ui");
}
