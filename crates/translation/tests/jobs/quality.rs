//! The quality estimate of a document: where it shows, and what a new calibration changes.

use std::fs;

use translation::quality::{Calibration, Grade, Measure, QualityModel, Summary, save_calibration};
use translation::{Catalog, DecodeOptions, Filter, SentenceStatus, Setup, Translator};

use crate::ask::{pair, setup_in};
use crate::queue::{Home, home};

// The starter models know the first and the last sentence, and nothing of the others.
const TEXT: &str = "Ich bin müde.\n\nDie Kritik der Liberalen am Wiederaufbauprozess hat sich darauf konzentriert, \
    dass Aufträge für den Wiederaufbau an vermeintliche Insider vergeben wurden.\n\nDie Präzessionsbewegung der \
    Kreiselachse führt zu einer Nutation des Rotationsellipsoids.\n\nTom ist mein Freund.\n";

fn no_memory() -> DecodeOptions {
    DecodeOptions { memory: false, ..DecodeOptions::default() }
}

#[test]
fn what_the_models_do_not_know_is_marked_and_counted() {
    let home = home();
    let source = home.write("a.txt", TEXT);
    let (id, result) = home.run(&source, no_memory());
    let grades: Vec<Option<Grade>> =
        result.sentences.iter().map(|sentence| sentence.quality.map(|quality| quality.grade)).collect();
    assert_eq!((grades[0], grades[3]), (Some(Grade::Good), Some(Grade::Good)), "{:#?}", result.sentences);
    assert!(grades[1] < Some(Grade::Good) && grades[2] < Some(Grade::Good), "{:#?}", result.sentences);
    let poor = grades.iter().filter(|grade| **grade == Some(Grade::Poor)).count();
    assert_eq!((result.poor, result.to_review), (poor, 2));
    let row = home.translator.job(id).expect("is there");
    assert_eq!((row.poor, row.to_review), (poor, 2));

    let first = home.translator.segments(id, Filter::PoorFirst).expect("reads");
    let scores: Vec<f32> = first.iter().filter_map(|segment| Some(segment.quality?.score)).collect();
    assert!(scores.len() == 2 && scores[0] <= scores[1], "{first:#?}");
    assert!(first.iter().all(|segment| segment.status == SentenceStatus::Doubtful));

    let page = home.folder.path().join("a.html");
    home.translator.export_bilingual(id, &page).expect("is written");
    let page = fs::read_to_string(page).expect("reads");
    assert_eq!(page.matches("title=\"probably wrong\"").count(), poor, "{page}");

    for segment in &first {
        home.translator.edit(id, segment.index, "Corrected.").expect("is edited");
    }
    let row = home.translator.job(id).expect("is there");
    assert_eq!((row.poor, row.to_review), (0, 0));
    let all = home.translator.segments(id, Filter::All).expect("reads");
    assert!(first.iter().all(|segment| all[segment.index].quality.is_none()));
}

/// A calibration for which nothing is good enough.
fn strict(models: String) -> Calibration {
    let values = |value: f64| vec![value; translation::quality::FEATURES.len()];
    let weights = evaluation::Logistic {
        means: values(0.0),
        deviations: values(1.0),
        weights: values(0.0),
        intercept: 0.0,
    };
    let cheap = QualityModel { weights, doubtful: 1.0, poor: 1.0 };
    let measured = Measure { test: "none".to_owned(), good: 0, bad: 0, area: 0.5, full_area: None };
    Calibration { models, cheap, full: None, measured }
}

#[test]
fn a_new_calibration_grades_the_cached_sentences_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let models = folder.path().join("models");
    let setup = Setup { models: Some(models.clone()), ..setup_in(&folder.path().join("data")) };
    let home = Home { translator: Translator::start(setup, |_| {}), folder };
    let source = home.write("a.txt", "Ich bin müde.\n\nTom ist mein Freund.\n");
    let (_, first) = home.run(&source, no_memory());
    assert_eq!((first.reused, first.poor, first.to_review), (0, 0, 0), "{:#?}", first.sentences);

    let catalog = Catalog::of(Some(&models)).expect("reads");
    let own = catalog.recipe_in_use(&pair("de-en")).expect("a recipe");
    let digest = catalog.models_digest(&pair("de-en"), &own.recipe, &own.models).expect("models");
    save_calibration(Some(&models), &pair("de-en"), strict("of other models".to_owned())).expect("is kept");
    let (_, other) = home.run(&source, no_memory());
    assert_eq!((other.reused, other.poor), (2, 0), "those of other models do not count");

    save_calibration(Some(&models), &pair("de-en"), strict(digest)).expect("is kept");
    let (_, again) = home.run(&source, no_memory());
    assert_eq!((again.reused, again.poor, again.to_review), (2, 2, 2));
    let text = |result: &translation::JobResult| result.sentences[0].translation.clone();
    assert_eq!(text(&first), text(&again), "the translation stays");
}

/// L alone was never calibrated: the result, the review and the bilingual page say so.
#[test]
fn the_reader_is_told_of_an_estimate_for_other_models() {
    let home = home();
    let source = home.write(
        "a.txt",
        "Die Präzessionsbewegung der Kreiselachse führt zu einer Nutation.\n\nVorkasse entfällt bei \
         Ratenzahlung.\n\nGletscherspalten gefährden Seilschaften.\n\nDie Hydraulikpumpe darf nicht \
         trockenlaufen.\n",
    );
    let said = |options: DecodeOptions| {
        let (id, result) = home.run(&source, options);
        let segments = home.translator.segments(id, Filter::All).expect("reads");
        let summary: Summary = segments.iter().map(|segment| segment.quality).collect();
        assert_eq!(summary, result.summary());
        assert!(result.unknown_text && result.poor >= 3, "{result:#?}");
        let page = home.folder.path().join(format!("{id:?}.html"));
        home.translator.export_bilingual(id, &page).expect("is written");
        let page = fs::read_to_string(page).expect("reads");
        assert!(page.contains(&format!("<p>{summary}</p>")), "{page}");
        (result.uncalibrated, summary.to_string().contains("--calibrate"))
    };
    assert_eq!(said(no_memory()), (false, false));
    assert_eq!(said(DecodeOptions { recipe: Some("L".to_owned()), ..no_memory() }), (true, true));
}
