//! Corrections: what happens to the file, the segments and the memory, whatever comes in between.

use std::fs;

use translation::{DecodeOptions, Filter, JobId, Reason, Segment, SentenceStatus, Term, TermCount, Warning};

use crate::ask::{pair, written};
use crate::queue::{Home, home};

fn segments(home: &Home, id: JobId, filter: Filter) -> Vec<Segment> {
    home.translator.segments(id, filter).expect("reads")
}

/// Imports every sentence into the memory, so that no model is needed.
fn fill_memory(home: &Home, sources: &[String]) {
    let unit = |source: &String| {
        format!(
            "<tu><tuv xml:lang='de'><seg>{source}</seg></tuv><tuv xml:lang='en'><seg>As {source}</seg></tuv></tu>"
        )
    };
    let units: String = sources.iter().map(unit).collect();
    let tmx =
        format!("<?xml version='1.0'?><tmx version='1.4'><header srclang='de'/><body>{units}</body></tmx>");
    let path = home.write("in.tmx", &tmx);
    home.translator.import_memory(&pair("de-en"), &path).expect("is read");
}

fn letters(count: u8) -> Vec<String> {
    (0..count)
        .map(|at| format!("Brief {}{}.", char::from(b'a' + at / 26), char::from(b'a' + at % 26)))
        .collect()
}

#[test]
fn a_correction_that_cannot_be_written_changes_nothing() {
    let home = home();
    let sources = letters(3);
    fill_memory(&home, &sources);
    let source = home.write("a.txt", &sources.join("\n\n"));
    let (id, result) = home.run(&source, DecodeOptions::default());
    let (before, file) = (segments(&home, id, Filter::All), written(&result));
    // What stands where the file would be written first.
    let obstacle = home.folder.path().join(".a.en.txt.wasan-part");
    fs::create_dir(&obstacle).expect("creates");
    let refused = home.translator.edit(id, 0, "A wrong letter.").expect_err("cannot be written");
    assert_eq!(refused.problem().code, "write");
    assert_eq!((segments(&home, id, Filter::All), written(&result)), (before, file));
    assert!(home.translator.search_memory(&pair("de-en"), "wrong", 9).expect("reads").is_empty());

    fs::remove_dir(&obstacle).expect("removes");
    let edited = home.translator.edit(id, 1, "A letter.").expect("is edited");
    assert_eq!((edited.changed, edited.to_review), (vec![edited.segment], 0));
    let text = String::from_utf8(written(&result)).expect("is text");
    assert_eq!(text, format!("As {}\n\nA letter.\n\nAs {}", sources[0], sources[2]));
}

#[test]
fn corrections_at_once_are_all_written() {
    let home = home();
    let sources = letters(200);
    fill_memory(&home, &sources);
    let source = home.write("a.txt", &sources.join("\n\n"));
    let (id, result) = home.run(&source, DecodeOptions::default());
    std::thread::scope(|scope| {
        for index in 0..12 {
            let translator = home.translator.clone();
            scope.spawn(move || translator.edit(id, index, &format!("Letter {index}")).expect("is edited"));
        }
    });
    let text = String::from_utf8(written(&result)).expect("is text");
    let lines: Vec<&str> = text.lines().step_by(2).collect();
    for (index, segment) in segments(&home, id, Filter::All).iter().enumerate().take(12) {
        let expected = format!("Letter {index}");
        assert_eq!((segment.target.as_str(), lines[index]), (expected.as_str(), expected.as_str()));
        assert_eq!(segment.status, SentenceStatus::Edited);
    }
}

/// A legacy encoding that lacks a character: its block gets a finding, which goes with the character.
#[test]
fn what_a_correction_changes_of_other_segments_is_kept() {
    let home = home();
    fill_memory(&home, &["Es grünt.".to_owned(), "Es blüht.".to_owned()]);
    let source = home.folder.path().join("a.txt");
    fs::write(&source, b"Es gr\xfcnt. Es bl\xfcht.").expect("writes");
    let (id, result) = home.run(&source, DecodeOptions::default());
    assert_eq!(result.to_review, 0, "{result:?}");
    let to_review = || {
        let shown = segments(&home, id, Filter::ToReview);
        assert_eq!(shown.len(), home.translator.job(id).expect("is there").to_review);
        shown.into_iter().map(|segment| (segment.index, segment.reasons)).collect::<Vec<_>>()
    };
    let edited = home.translator.edit(id, 1, "\u{82b1}\u{304c}\u{54b2}\u{304f}\u{3002}").expect("is edited");
    assert_eq!((edited.changed, edited.to_review), (segments(&home, id, Filter::All), 1));
    let found = to_review();
    assert!(matches!(found.as_slice(), [(0, reasons)] if reasons == &[Reason::Encoding]), "{found:?}");
    home.translator.edit(id, 1, "It blooms.").expect("is edited");
    assert_eq!(to_review(), []);
    assert_eq!(segments(&home, id, Filter::All)[0].status, SentenceStatus::Reused);
}

/// What is not in the file is not shown as if it were, nor handed on.
#[test]
fn what_the_document_refuses_is_shown_as_its_source() {
    let home = home();
    let sources = letters(2);
    fill_memory(&home, &sources);
    let source = home.write("a.txt", &sources.join("\n\n"));
    let (id, result) = home.run(&source, DecodeOptions::default());
    let emptied = home.translator.edit(id, 0, " ").expect("is edited").segment;
    assert_eq!((emptied.status, &emptied.target), (SentenceStatus::Kept, &sources[0]));
    assert_eq!(emptied.reasons, [Reason::Empty]);
    let text = String::from_utf8(written(&result)).expect("is text");
    assert_eq!(text, format!("{}\n\nAs {}", sources[0], sources[1]));
    assert_eq!(segments(&home, id, Filter::ToReview), [emptied]);
    let units = home.folder.path().join("out.tmx");
    assert_eq!(home.translator.export_units(&pair("de-en"), &[id], &units).expect("writes"), 1);
}

/// What comes from the memory is looked at for terms too; what has them and what lacks them is said, also after a
/// correction.
#[test]
fn terms_are_counted_whatever_brought_the_translation() {
    let home = home();
    let sources = letters(3);
    fill_memory(&home, &sources);
    let source = home.write("a.txt", &sources.join("\n\n"));
    let term = Term { source: "Brief".to_owned(), target: "letter".to_owned() };
    let options = DecodeOptions { terms: vec![term.clone()], ..DecodeOptions::default() };
    let (id, result) = home.run(&source, options);
    assert_eq!((result.terms, result.to_review), (TermCount { met: 0, missed: 3 }, 3));
    assert_eq!(result.sentences[0].terms.missed, std::slice::from_ref(&term));
    let edited = home.translator.edit(id, 1, "Some letters.").expect("is edited").segment;
    assert_eq!((&edited.terms.met, &edited.terms.missed), (&vec![term], &vec![]));
    let shown = segments(&home, id, Filter::All);
    assert_eq!(shown[1], edited);
    assert_eq!(shown[0].reasons, [Reason::Term("letter".to_owned())]);
    assert_eq!(home.translator.job(id).expect("is there").terms, TermCount { met: 1, missed: 2 });
}

#[test]
fn a_document_without_text_is_copied_and_it_is_said() {
    let home = home();
    let source = home.write("a.txt", "12345\n");
    let (_, result) = home.run(&source, DecodeOptions::default());
    assert_eq!((result.segments, result.warning), (0, Some(Warning::NoText)));
    assert_eq!(written(&result), b"12345\n");
    fill_memory(&home, &letters(1));
    let (_, result) = home.run(&home.write("b.txt", &letters(1)[0]), DecodeOptions::default());
    assert_eq!((result.segments, result.warning), (1, None));
}

#[test]
fn a_job_that_leaves_the_memory_alone_teaches_it_no_correction() {
    let home = home();
    let source = home.write("a.txt", "Es regnet.");
    let (id, _) = home.run(&source, DecodeOptions { memory: false, ..DecodeOptions::default() });
    home.translator.edit(id, 0, "It pours.").expect("is edited");
    assert!(home.translator.search_memory(&pair("de-en"), "pours", 9).expect("reads").is_empty());
}

/// Formatting is shown where it is, and moved by hand with numbered tags; equal segments can be changed at once.
#[test]
fn formatting_is_moved_with_tags() {
    let home = home();
    let unit = "<tu><tuv xml:lang='de'><seg>Dort ist mehr.</seg></tuv><tuv xml:lang='en'><seg>There is more.</seg></tuv></tu>";
    let tmx =
        format!("<?xml version='1.0'?><tmx version='1.4'><header srclang='de'/><body>{unit}</body></tmx>");
    home.translator.import_memory(&pair("de-en"), &home.write("in.tmx", &tmx)).expect("is read");
    let html =
        "<p>Dort <a href=\"x\">ist</a> mehr.</p><p>Dort <a href=\"x\">ist</a> mehr.</p><p>Dort ist mehr.</p>";
    let (id, result) = home.run(&home.write("a.html", html), DecodeOptions::default());
    let file = || String::from_utf8(written(&result)).expect("is text");
    let shown = |index: usize| {
        let segment = segments(&home, id, Filter::All).swap_remove(index);
        segment.tagged.map(|tagged| (tagged.source, tagged.target))
    };
    let source = "Dort <1>ist</1> mehr.";
    assert_eq!(shown(2), None, "there is nothing to move");
    assert_eq!(shown(0).expect("has markup").0, source);

    let edited = home.translator.edit(id, 0, "There is <1>more</1> here.").expect("is edited");
    assert_eq!(edited.segment.target, "There is more here.");
    assert_eq!(edited.segment.reasons, [], "nothing is missing");
    assert!(file().starts_with("<p>There is <a href=\"x\">more</a> here.</p>"), "{}", file());
    assert_eq!(shown(0), Some((source.to_owned(), "There is <1>more</1> here.".to_owned())));
    let unit = &home.translator.search_memory(&pair("de-en"), "here", 9).expect("reads")[0];
    assert_eq!(unit.target, "There is more here.", "the memory has no tags");
    // An edit of another segment leaves it where it was put.
    home.translator.edit(id, 2, "More.").expect("is edited");
    assert_eq!(shown(0).expect("has markup").1, "There is <1>more</1> here.");

    let equal = home.translator.edit_equal(id, 1, "<1>There</1> it is.").expect("is edited");
    let indices: Vec<usize> = equal.changed.iter().map(|segment| segment.index).collect();
    assert_eq!(indices, [0, 1], "not the one without markup");
    let link = "<p><a href=\"x\">There</a> it is.</p>";
    assert_eq!(file(), format!("{link}{link}<p>More.</p>"));
    // Without tags it is placed as it can be.
    home.translator.edit(id, 0, "Plus.").expect("is edited");
    assert!(file().contains("Plus"), "{}", file());
    assert_eq!(shown(0).expect("has markup").1.replace("<1>", "").replace("</1>", ""), "Plus.");
}
