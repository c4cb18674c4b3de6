//! Samples of the types of the Models page.

use crate::fake_translator::{pair, problem};
use crate::page::{
    Candidate, DirectionReport, FileProgress, Fit, FoundModel, InstalledModel, Language, LicenceName,
    LoraAdapter, LoraBase, Models, PairRecipes, RecipeChoice, SetCard, SetMember, TestedSentence, Work,
    WorkState,
};
use translation::{ModelProgram, TestVerdict, Verdict, WaitReason};

pub fn verdicts() -> Vec<Verdict> {
    every!(Verdict: Fits, Tight, DoesNotFit, Unknown)
}

pub fn reasons() -> Vec<WaitReason> {
    every!(WaitReason: RateLimit, Network, Stalled)
}

pub fn sets() -> Vec<SetCard> {
    let fit = |verdict| Fit {
        verdict,
        weights: 5,
        cache: 1,
        buffers: 1,
        available: Some(8),
        shared: true,
        tokens_per_second: Some(8.5),
        instead: Some("Small".into()),
    };
    let unknown = Fit { available: None, tokens_per_second: None, instead: None, ..fit(Verdict::Unknown) };
    let member = |installed| SetMember {
        term: "L".into(),
        repository: "org/name".into(),
        file: "a.gguf".into(),
        bytes: 5,
        licence: "MIT".into(),
        gated: true,
        notes: "Notes".into(),
        installed,
    };
    let card = |fit| SetCard {
        id: "europe".into(),
        title: "Europe".into(),
        single: false,
        languages: vec!["de".into(), "en".into()],
        notes: "Notes".into(),
        members: vec![member(None), member(Some("a".into()))],
        licences: vec![LicenceName { id: "MIT", title: "MIT License", limits_use: false }],
        download_bytes: 5,
        peak_bytes: 10,
        disk_bytes: 5,
        fit,
        installed: false,
    };
    let fits = verdicts().into_iter().map(fit).chain([unknown]);
    fits.map(Some).chain([None]).map(card).collect()
}

pub fn found() -> Vec<FoundModel> {
    let found = |program| FoundModel {
        id: "0f".into(),
        name: "a.gguf".into(),
        program,
        bytes: 5,
        set: Some("Europe".into()),
        problem: Some("unsupported".into()),
    };
    let plain = FoundModel { set: None, problem: None, ..found(ModelProgram::Hub) };
    every!(ModelProgram: Hub, LmStudio, Ollama).into_iter().map(found).chain([plain]).collect()
}

pub fn reports() -> Vec<DirectionReport> {
    let sentence = || TestedSentence {
        source: "Satz".into(),
        translation: "Sentence".into(),
        reference: "Sentence".into(),
    };
    let report = |verdict| DirectionReport {
        pair: pair(),
        chrf: 60.5,
        tokens_per_second: 8.5,
        verdict,
        remarks: vec!["Remark.".into()],
        sentences: vec![sentence()],
    };
    every!(TestVerdict: Works, Weak, Broken).into_iter().map(report).collect()
}

pub fn states() -> Vec<WorkState> {
    let files = || vec![FileProgress { name: "a.gguf".into(), done: 1, total: 2 }];
    let wait = |reason| WorkState::Waiting { reason, seconds: 55, done: 1, total: 2 };
    let states = every!(WorkState:
        Queued,
        Downloading { done: 1, total: 2, bytes_per_second: 3, eta_s: Some(1.5), files: files() },
        Waiting { reason: WaitReason::RateLimit, seconds: 55, done: 1, total: 2 },
        Verifying { file: "a.gguf".into(), done: 1, total: 2 },
        Paused { done: 1, total: 2 },
        Importing { model: "a".into(), done: 1, total: 2 },
        Testing { done: 10, total: 20 },
        Ready { directions: reports() },
        Failed { problem: problem("gated"), page: true, done: 1, total: 2 },
    );
    let begun =
        WorkState::Downloading { done: 0, total: 0, bytes_per_second: 0, eta_s: None, files: files() };
    states.into_iter().chain(reasons().into_iter().map(wait)).chain([begun]).collect()
}

pub fn works() -> Vec<Work> {
    let work = |state| Work { id: "europe".into(), title: "Europe".into(), state };
    states().into_iter().map(work).collect()
}

pub fn candidates() -> Vec<Candidate> {
    let base = LoraBase { name: "base".into(), languages: vec!["de".into()] };
    let full = Candidate {
        id: 1,
        name: "a".into(),
        file: "a.gguf".into(),
        source_bytes: 5,
        import_bytes: 5,
        languages: vec!["de".into()],
        role: "large".into(),
        licence: Some("MIT".into()),
        adapter: Some(LoraAdapter { bases: vec![base], base_name: Some("org/base".into()) }),
        problem: Some(problem("model")),
    };
    let nameless = LoraAdapter { bases: Vec::new(), base_name: None };
    vec![
        full.clone(),
        Candidate { licence: None, problem: None, adapter: Some(nameless), ..full.clone() },
        Candidate { licence: None, problem: None, adapter: None, ..full },
    ]
}

fn installed() -> Vec<InstalledModel> {
    let full = InstalledModel {
        name: "a".into(),
        role: "large".into(),
        languages: vec!["de".into()],
        licence: Some("MIT".into()),
        repository: Some("org/name".into()),
        commit: Some("0f".into()),
        base: Some("base".into()),
        bits: "q4".into(),
        bytes: 5,
        built_in: false,
        broken: Some("damaged".into()),
    };
    vec![
        full.clone(),
        InstalledModel { licence: None, repository: None, commit: None, base: None, broken: None, ..full },
    ]
}

pub fn models() -> Vec<Models> {
    let choice =
        RecipeChoice { id: "L".into(), label: "Europe".into(), sum: "L".into(), demonstration: false };
    let full = Models {
        sets: sets().drain(..1).collect(),
        installed: installed(),
        found: found().drain(..1).collect(),
        recipes: vec![PairRecipes { pair: pair(), current: "L".into(), choices: vec![choice] }],
        works: works().drain(..1).collect(),
        candidate: candidates().pop(),
        disk_used: 5,
        disk_free: Some(9),
        languages: vec![Language { code: "de", name: "German", endonym: "Deutsch" }],
    };
    vec![full, Models::default()]
}
