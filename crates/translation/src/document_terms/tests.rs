use super::*;

fn term(source: &str, target: &str) -> Term {
    Term { source: source.to_owned(), target: target.to_owned() }
}

fn pair() -> LanguagePair {
    "de-en".parse().expect("a pair")
}

const SENTENCES: [(&str, &str); 7] = [
    ("Der Lenkungsausschuss tagt am Montag.", "The steering committee meets on Monday."),
    ("Wir fragen den Lenkungsausschuss.", "We ask the steering committee."),
    ("Im Lenkungsausschuss sitzen acht Leute.", "There are eight people on the guiding board."),
    ("Die Leute des Lenkungsausschusses schweigen.", "The people of the board are silent."),
    ("Das Haus ist alt.", "The house is old."),
    ("Wir gehen am Montag.", "We leave on Monday."),
    ("Dienstag ist nicht Montag.", "Tuesday is another day."),
];

#[test]
fn a_term_is_counted_where_it_is_written_as_it_is() {
    let mut found = find(&pair(), &SENTENCES, &Glossary::default());
    let committee = term("Lenkungsausschuss", "steering committee");
    let montag = term("Montag", "Monday");
    assert_eq!(
        found,
        [
            DocumentTerm { term: committee, segments: 3, before: 2, agreeing: 2 },
            DocumentTerm { term: montag, segments: 3, before: 2, agreeing: 2 }
        ]
    );
    let mut later = SENTENCES;
    later[2].1 = "Eight people sit on the steering committee.";
    count(&pair(), &later, &mut found);
    assert_eq!((found[0].segments, found[0].before, found[0].agreeing), (3, 2, 3));
}

#[test]
fn without_a_majority_there_is_no_translation_to_keep() {
    let mut even = SENTENCES.to_vec();
    even.push(("Kein Lenkungsausschuss hilft.", "No board helps."));
    let found = find(&pair(), &even, &Glossary::default());
    assert_eq!(found.iter().map(|term| term.term.source.as_str()).collect::<Vec<_>>(), ["Montag"]);
}

#[test]
fn a_term_without_spaces_is_found_among_other_letters() {
    for (text, phrase, expected) in [
        ("Viele Menschen.", "Mensch", false),
        ("„Mensch“, sagt er.", "Mensch", true),
        ("このサーバーを再起動する。", "サーバー", true),
        ("The IT-Mann", "IT", true),
    ] {
        assert_eq!(holds(text, phrase), expected, "{phrase}: {text}");
    }
}

#[test]
fn terms_of_the_glossary_are_none_of_the_document() {
    let glossary = Glossary::new(&pair(), [term("Lenkungsausschuss", "board")]);
    let found = find(&pair(), &SENTENCES, &glossary);
    assert_eq!(found.iter().map(|term| term.term.source.as_str()).collect::<Vec<_>>(), ["Montag"]);
}

#[test]
fn a_sentence_has_the_longest_terms_and_none_beside_one_of_the_glossary() {
    let all = Glossary::new(&pair(), [term("Bahn", "train"), term("Deutsche Bahn", "German Railway")]);
    let sources = |sentence: &str, glossary: &[TermMatch]| {
        let found = in_sentence(&all, sentence, glossary);
        found.into_iter().map(|term| term.source).collect::<Vec<_>>()
    };
    assert_eq!(sources("Die Deutsche Bahn kommt.", &[]), ["Deutsche Bahn"]);
    assert_eq!(sources("Eine Bahn kommt.", &[]), ["Bahn"]);
    let hit = TermMatch { term: term("Deutsche Bahn AG", "DB"), certain: true };
    assert_eq!(sources("Die Deutsche Bahn AG kommt.", &[hit]), [""; 0]);
}
