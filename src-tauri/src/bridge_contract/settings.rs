//! Samples of the settings' types.

use crate::drafts::Draft;
use crate::page::{Adapter, Kept, MemoryPair, Place};
use crate::settings::{Preferences, Theme};
use crate::typed_text::TypedSentence;
use translation::{HistoryText, NameStyle, Quality, TranslationUnit, UnitOrigin};

pub fn themes() -> Vec<Theme> {
    every!(Theme: System, Light, Dark)
}

pub fn qualities() -> Vec<Quality> {
    every!(Quality: Fast, Best)
}

pub fn names() -> Vec<NameStyle> {
    every!(NameStyle: Dot, Underscore, Hyphen)
}

pub fn sentences() -> Vec<TypedSentence> {
    let sentence =
        |translated| TypedSentence { source: "Satz".into(), target: "Sentence".into(), translated };
    [true, false].map(sentence).into()
}

pub fn texts() -> Vec<HistoryText> {
    vec![HistoryText {
        id: 1,
        pair: crate::fake_translator::pair(),
        source: "Satz".into(),
        target: "Sentence".into(),
        translated_s: 1,
    }]
}

pub fn preferences() -> Vec<Preferences> {
    let preferences = |theme| Preferences {
        language: Some("de".into()),
        theme,
        adapter: Some("GPU".into()),
        ..Preferences::default()
    };
    themes().into_iter().map(preferences).collect()
}

pub fn adapters() -> Vec<Adapter> {
    let adapter = |kind| Adapter {
        name: "GPU".into(),
        kind,
        backend: "Vulkan".into(),
        driver: "Mesa".into(),
        half: true,
        lanes: Some((8, 32)),
        largest_buffer: 1,
        memory: Some(1),
        shares_memory: false,
        fault: Some("matmul".into()),
        test_s: 0.5,
    };
    ["discrete", "integrated", "virtual", "software", "other"].map(adapter).into()
}

pub fn drafts() -> Vec<Draft> {
    vec![Draft { index: 1, source: "Satz".into(), text: "Sentence".into() }]
}

pub fn places() -> Vec<Place> {
    let kinds = every!(Kept: Data, Models, Cache, Settings);
    kinds.into_iter().map(|kind| Place { kind, path: "/data".into(), bytes: 1 }).collect()
}

pub fn memory_pairs() -> Vec<MemoryPair> {
    vec![MemoryPair { pair: crate::fake_translator::pair(), units: 2 }]
}

pub fn units() -> Vec<TranslationUnit> {
    let origins = every!(UnitOrigin: Machine, Edited, Imported);
    let unit = |origin| TranslationUnit {
        source: "Satz".into(),
        target: "Sentence".into(),
        origin,
        uses: 1,
        used_s: 1,
    };
    origins.into_iter().map(unit).collect()
}
