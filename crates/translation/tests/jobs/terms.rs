//! Terms that a document keeps the same.

use translation::{DecodeOptions, DocumentTerm, Filter, JobId, Reason, SentenceStatus, Term};

use crate::ask::{pair, written};
use crate::queue::{Home, home};

/// Three sentences that the starters translate with "children", and one that they translate without.
const TEXT: &str = "Alle meine Kinder kamen in Boston zur Welt.\n\nAlle meine Kinder wollen nach Australien.\n\n\
                    Als Kinder hatten Tom und ich viel Spaß miteinander.\n\n\
                    An Kinder dürfen keine Zigaretten abgegeben werden.\n";

fn term(source: &str, target: &str) -> Term {
    Term { source: source.to_owned(), target: target.to_owned() }
}

fn options(document_terms: bool) -> DecodeOptions {
    DecodeOptions { memory: false, document_terms, ..DecodeOptions::default() }
}

fn lacking(home: &Home, id: JobId) -> Vec<usize> {
    let found = home.translator.segments(id, Filter::Glossary).expect("reads");
    found.into_iter().map(|segment| segment.index).collect()
}

#[test]
fn a_sentence_without_the_usual_translation_gets_it_and_keeps_it() {
    let home = home();
    let source = home.write("a.txt", TEXT);
    let (id, without) = home.run(&source, options(false));
    let has = |result: &translation::JobResult| -> Vec<bool> {
        result.sentences.iter().map(|sentence| sentence.translation.contains("children")).collect()
    };
    assert_eq!(has(&without), [true, true, true, false]);
    assert_eq!(
        (&without.document_terms[..], home.translator.document_terms(id).expect("reads").len()),
        (&[][..], 0)
    );

    let (id, with) = home.run(&source, options(true));
    assert_eq!((has(&with), with.reused), (vec![true; 4], 3));
    let children = DocumentTerm { term: term("Kinder", "children"), segments: 4, before: 3, agreeing: 4 };
    assert_eq!(with.document_terms, std::slice::from_ref(&children));
    assert_eq!(home.translator.document_terms(id).expect("reads"), [children]);
    let [first, _, _, last] = &with.sentences[..] else { panic!("four sentences") };
    assert_eq!(first.translation, without.sentences[0].translation);
    assert!(last.score < without.sentences[3].score, "it is scored without the bonus");
    assert_eq!(last.hypotheses, []);

    let (_, again) = home.run(&source, options(true));
    assert_eq!((again.reused, again.tokens, written(&again)), (4, 0, written(&with)));
    let (_, off) = home.run(&source, options(false));
    assert_eq!((off.reused, written(&off)), (4, written(&without)));

    let glossary = DecodeOptions { terms: vec![term("Kind", "kid")], ..options(true) };
    let (_, own) = home.run(&source, glossary);
    assert_eq!(own.document_terms, [], "the glossary wins");
    home.translator.stop();
}

#[test]
fn a_changed_term_marks_the_sentences_that_lack_it() {
    let home = home();
    let units = [
        "Der Vertrag endet.\tThe contract ends.",
        "Ein Vertrag gilt.\tA contract applies.",
        "Kein Vertrag bleibt.\tNo contract remains.",
        "Es regnet.\tIt is raining.",
    ];
    let unit = |unit: &&str| {
        let (de, en) = unit.split_once('\t').expect("two columns");
        format!("<tu><tuv xml:lang='de'><seg>{de}</seg></tuv><tuv xml:lang='en'><seg>{en}</seg></tuv></tu>")
    };
    let units_of_tmx: String = units.iter().map(unit).collect();
    let tmx = format!(
        "<?xml version='1.0'?><tmx version='1.4'><header srclang='de'/><body>{units_of_tmx}</body></tmx>"
    );
    home.translator.import_memory(&pair("de-en"), &home.write("in.tmx", &tmx)).expect("is read");
    let sources: Vec<&str> = units.iter().filter_map(|unit| unit.split('\t').next()).collect();
    let (id, result) = home.run(&home.write("a.txt", &sources.join("\n\n")), DecodeOptions::default());
    assert_eq!(result.document_terms.len(), 1, "{:?}", result.document_terms);
    home.translator.edit(id, 1, "An agreement applies.").expect("is edited");

    let edit = home.translator.set_document_term(id, &term("Vertrag", "agreement")).expect("is set");
    let agreement = DocumentTerm { term: term("Vertrag", "agreement"), segments: 3, before: 3, agreeing: 1 };
    assert_eq!((edit.lacking, edit.to_review, edit.changed.len()), (2, 2, 3));
    assert_eq!((edit.terms.met, edit.terms.missed), (1, 2));
    assert_eq!(edit.document_terms, std::slice::from_ref(&agreement));
    assert_eq!(home.translator.document_terms(id).expect("reads"), [agreement]);
    assert_eq!(lacking(&home, id), [0, 2]);
    let segments = home.translator.segments(id, Filter::All).expect("reads");
    assert_eq!(segments[0].reasons, [Reason::Term("agreement".to_owned())]);
    assert_eq!(
        segments.iter().map(|segment| segment.status).collect::<Vec<_>>(),
        [SentenceStatus::Doubtful, SentenceStatus::Edited, SentenceStatus::Doubtful, SentenceStatus::Reused]
    );
    assert_eq!(home.translator.job(id).expect("reads").to_review, 2);

    let back = home.translator.set_document_term(id, &term("Vertrag", "contract")).expect("is set");
    assert_eq!((back.lacking, lacking(&home, id)), (1, vec![1]), "the corrected one lacks this");
    assert_eq!(back.to_review, 0);
    let other = home.translator.set_document_term(id, &term("Regen", "rain")).expect("is added");
    assert_eq!((other.document_terms.len(), other.lacking), (2, 0));
    assert!(matches!(
        home.translator.set_document_term(JobId(99), &term("a", "b")),
        Err(translation::Error::NoSuchJob(JobId(99)))
    ));
    home.translator.stop();
}
