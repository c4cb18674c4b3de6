//! What earlier translations, corrections, memories and glossaries bring to a document.

use std::fs;

use translation::{DecodeOptions, Filter, JobId, JobResult, Reason, SentenceStatus, Term, UnitOrigin};

use crate::ask::{pair, written};
use crate::queue::home;

#[test]
fn a_correction_is_written_learnt_and_reused() {
    let home = home();
    let source = home.write("a.md", "# Es regnet.\n\nTom ist **müde**. Es regnet.\n");
    let (id, result) = home.run(&source, DecodeOptions::default());
    let output = result.output.expect("a file");
    let segments = home.translator.segments(id, Filter::All).expect("reads");
    let sources: Vec<&str> = segments.iter().map(|segment| segment.source.as_str()).collect();
    assert_eq!(sources, ["Es regnet.", "Tom ist müde.", "Es regnet."]);
    assert_eq!((segments[1].spans[0].start, segments[1].spans[0].end), (8, 12));

    let edited = home.translator.edit(id, 1, "Tom is weary.\nVery.").expect("is edited").segment;
    assert_eq!((edited.target.as_str(), edited.status), ("Tom is weary. Very.", SentenceStatus::Edited));
    let text = fs::read_to_string(&output).expect("reads");
    assert!(text.replace('*', "").contains("Tom is weary. Very. It's raining."), "{text}");
    assert!(text.starts_with("# It's raining.\n\n"), "{text}");
    assert_eq!(home.translator.segments(id, Filter::All).expect("reads")[1].status, SentenceStatus::Edited);
    // Once more, as its file is still known.
    home.translator.edit(id, 1, "Tom is weary.").expect("is edited");

    let found = home.translator.suggest(&pair("de-en"), "Tom ist müde", 3).expect("reads");
    assert_eq!((found[0].unit.target.as_str(), found[0].unit.origin), ("Tom is weary.", UnitOrigin::Edited));
    let other = home.write("b.txt", "Tom ist müde.");
    let (_, reused) = home.run(&other, DecodeOptions::default());
    assert_eq!(written(&reused), b"Tom is weary.");
    let (_, fresh) = home.run(&other, DecodeOptions { memory: false, ..DecodeOptions::default() });
    assert_eq!(written(&fresh), b"Tom is tired.");

    let code =
        |edited: translation::Result<translation::EditResult>| edited.expect_err("fails").problem().code;
    assert_eq!(code(home.translator.edit(id, 9, "x")), "no_such_segment");
    assert_eq!(code(home.translator.edit(JobId(99), 0, "x")), "no_such_job");
    fs::write(&output, "mine").expect("writes");
    assert_eq!(code(home.translator.edit(id, 0, "x")), "output_changed");
    assert_eq!(fs::read(&output).expect("reads"), b"mine");
    home.write("a.md", "# Neu");
    assert_eq!(code(home.translator.edit(id, 0, "x")), "source_changed");
}

#[test]
fn a_memory_from_elsewhere_is_reused_sentence_by_sentence_and_block_by_block() {
    let home = home();
    let tmx = |units: &[(&str, &str)]| {
        let unit = |(de, en): &(&str, &str)| {
            format!(
                "<tu><tuv xml:lang='de'><seg>{de}</seg></tuv><tuv xml:lang='en'><seg>{en}</seg></tuv></tu>"
            )
        };
        let units: String = units.iter().map(unit).collect();
        format!("<?xml version='1.0'?><tmx version='1.4'><header srclang='de'/><body>{units}</body></tmx>")
    };
    let units = [("Es regnet.", "It pours."), ("Tom ist müde. Er schläft.", "Tom, tired, sleeps.")];
    let path = home.write("in.tmx", &tmx(&units));
    let pair = pair("de-en");
    assert_eq!(home.translator.import_memory(&pair, &path).expect("is read"), 2);
    let source = home.write("a.txt", "Es regnet.\n\nTom ist müde. Er schläft.\n");
    let (id, result) = home.run(&source, DecodeOptions::default());
    assert_eq!(written(&result), b"It pours.\n\nTom, tired, sleeps.\n");
    assert_eq!((result.reused, result.tokens), (2, 0));

    let out = home.folder.path().join("out.tmx");
    assert_eq!(home.translator.export_memory(&pair, &out).expect("writes"), 2);
    assert!(home.translator.export_memory(&pair, &out).is_err(), "nothing is overwritten");
    assert_eq!(
        home.translator.export_units(&pair, &[id], &home.folder.path().join("job.tmx")).expect("writes"),
        2
    );
    assert_eq!(home.translator.clear_memory(&pair).expect("clears"), 2);
    assert_eq!(home.translator.import_memory(&pair, &out).expect("is read"), 2);
    assert_eq!(home.translator.search_memory(&pair, "TIRED", 9).expect("reads").len(), 1);
}

/// Words that the models would not choose come out where the glossary asks for them; what they cannot be brought to say
/// is named. Which of the words come depends on the models.
#[test]
fn a_term_of_the_glossary_is_used_or_its_lack_is_said() {
    let home = home();
    let terms = [
        ("Bahnhof", "terminal"),
        ("Tisch", "desk"),
        ("Haus", "building"),
        ("Zeit", "hours"),
        ("Buch", "volume"),
    ];
    let terms = terms.map(|(source, target)| Term { source: source.to_owned(), target: target.to_owned() });
    let text = "Wo ist der Bahnhof?\n\nDas Buch liegt auf dem Tisch.\n\nDas Haus ist alt.\n\nIch habe heute keine Zeit.\n";
    let source = home.write("a.txt", text);
    let said = |result: &JobResult, term: &Term| {
        let sentence = result.sentences.iter().find(|sentence| sentence.source.contains(&term.source));
        let sentence = sentence.expect("it is there");
        let missed = sentence.reasons.contains(&Reason::Term(term.target.clone()));
        assert_eq!(missed, sentence.status == SentenceStatus::Doubtful, "{sentence:?}");
        (sentence.translation.to_lowercase().contains(&term.target), missed)
    };
    let (_, plain) = home.run(&source, DecodeOptions { memory: false, ..DecodeOptions::default() });
    let before: Vec<&Term> = terms.iter().filter(|term| said(&plain, term).0).collect();
    let mut biased = 0;
    for term in &terms {
        let options = DecodeOptions { terms: vec![term.clone()], memory: false, ..DecodeOptions::default() };
        let (id, result) = home.run(&source, options);
        assert_eq!(result.reused, 3, "the term is another key for its sentence alone");
        let (there, missed) = said(&result, term);
        assert_ne!(there, missed, "{term:?}: {result:?}");
        assert_eq!(home.translator.segments(id, Filter::Glossary).expect("reads").len(), usize::from(missed));
        biased += usize::from(there && !before.contains(&term));
    }
    assert!(biased >= 2, "no term was added by its bias: {plain:?}");
    // A word that only begins like the term is none.
    let terms = vec![Term { source: "Leber".to_owned(), target: "liver".to_owned() }];
    let life = home.write("b.txt", "Das Leben ist schön.");
    let (_, plain) = home.run(&life, DecodeOptions::default());
    let (_, with) = home.run(&life, DecodeOptions { terms, ..DecodeOptions::default() });
    assert_eq!((with.reused, written(&plain)), (1, written(&with)));
}

/// Bold words stay bold, also those of other sentences after a correction, and after a second run from the store.
#[test]
fn markup_finds_its_words_again_whatever_brought_the_translation() {
    let home = home();
    let source = home.write("a.md", "Tom ist **müde**. Wo ist der **Bahnhof**?\n\nDas *Haus* ist alt.\n");
    let (id, result) = home.run(&source, DecodeOptions::default());
    let expected = "Tom is **tired**. Where is the **station**?\n\nThe *house* is old.\n";
    assert_eq!(String::from_utf8(written(&result)).expect("is text"), expected);
    assert_eq!(result.to_review, 0);
    let (_, again) = home.run(&source, DecodeOptions::default());
    assert_eq!((again.reused, written(&again)), (3, written(&result)));
    home.translator.edit(id, 2, "The house is ancient.").expect("is edited");
    let text = String::from_utf8(written(&result)).expect("is text");
    assert!(text.starts_with("Tom is **tired**. Where is the **station**?\n\n"), "{text}");
}
