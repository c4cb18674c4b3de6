use super::*;

/// The terms as `source = target N/M`.
fn found(pair: &str, segments: &[(&str, &str)]) -> Vec<String> {
    let terms = recurring_terms(&pair.parse().expect("a pair"), segments);
    let line = |found: &RecurringTerm| {
        format!("{} = {} {}/{}", found.term.source, found.term.target, found.agreeing, found.segments)
    };
    terms.iter().map(line).collect()
}

#[test]
fn a_repeated_noun_has_the_translation_of_most_of_its_segments() {
    let segments = [
        ("Der Lenkungsausschuss tagt am Montag.", "The steering committee meets on Monday."),
        ("Wir fragen den Lenkungsausschuss.", "We ask the steering committee."),
        ("Das entscheidet der Lenkungsausschuss allein.", "The steering committee decides that alone."),
        ("Im Lenkungsausschuss sitzen acht Leute.", "There are eight people on the guiding board."),
        ("Das Haus ist alt.", "The house is old."),
        ("Wir gehen am Montag.", "We leave on Monday."),
    ];
    assert_eq!(found("de-en", &segments), ["Lenkungsausschuss = steering committee 3/4"]);
}

#[test]
fn names_of_several_words_are_one_term() {
    let segments = [
        ("Gestern kam die Deutsche Bahn zu spät.", "Yesterday the German Railway was late."),
        ("Niemand mag die Deutsche Bahn.", "Nobody likes the German Railway."),
        ("Dann fuhr die Deutsche Bahn ab.", "Then the German Railway left."),
    ];
    assert_eq!(found("de-en", &segments), ["Deutsche Bahn = German Railway 3/3"]);
}

#[test]
fn japanese_terms_are_runs_of_one_script() {
    let segments = [
        ("このサーバーを再起動する。", "Restart this server."),
        ("サーバーは遠い。", "The server is far away."),
        ("新しいサーバーを買った。", "I bought a new server."),
        ("設定を変える。", "Change the settings."),
        ("設定は難しい。", "The settings are difficult."),
        ("設定を保存する。", "Save the settings."),
    ];
    assert_eq!(found("ja-en", &segments), ["サーバー = server 3/3", "設定 = settings 3/3"]);
    let back: Vec<(&str, &str)> = segments[..3].iter().map(|(ja, en)| (*en, *ja)).collect();
    assert_eq!(found("en-ja", &back), [""; 0], "a word in lower case is no name");
}

#[test]
fn rare_words_first_words_and_translations_that_disagree_are_no_terms() {
    let segments = [
        ("Der Behälter ist voll.", "The tank is full."),
        ("Wir leeren den Behälter.", "We empty the container."),
        ("Wo ist der Behälter?", "Where is the vessel?"),
        ("Der Deckel fehlt.", "The lid is missing."),
        ("Morgen kommt er.", "He comes tomorrow."),
        ("Morgen geht er.", "He leaves tomorrow."),
        ("Morgen bleibt er.", "He stays tomorrow."),
    ];
    assert_eq!(found("de-en", &segments), [""; 0]);
}

#[test]
fn untrusted_texts_are_read_in_one_pass() {
    let long = "Wortwort Xyzxyz - ".repeat(50_000);
    let odd = "–-ß ŉ \u{301}A\u{301} ーー々 İstanbul";
    assert_eq!(found("de-en", &[(&long, &long), (odd, odd), ("", "")]), [""; 0]);
    assert_eq!(found("ja-en", &[(odd, long.as_str()); 2]), [""; 0]);
}

#[test]
fn a_translation_that_comes_twice_is_enough_unless_another_word_explains_it() {
    let segments = [
        ("Der Behälter ist voll.", "The tank is full."),
        ("Wir leeren den Behälter.", "We empty the container."),
        ("Wo ist der Behälter?", "Where is the vessel?"),
        ("Das ist der Behälter.", "This is the container."),
        ("Der Tisch fehlt.", "The table is missing."),
    ];
    assert_eq!(found("de-en", &segments), ["Behälter = container 2/4"]);
    // The physician comes with the hospital, but is the translation of another word.
    let segments = [
        ("Ein Arzt kam ins Krankenhaus.", "A physician came to the clinic."),
        ("Der Arzt verlässt das Krankenhaus.", "The physician leaves the hospital."),
        ("Das alte Krankenhaus brennt.", "The old sanatorium is on fire."),
        ("Kein Arzt half.", "No physician helped."),
    ];
    assert_eq!(found("de-en", &segments), [""; 0]);
}

#[test]
fn a_name_that_stays_is_its_own_translation() {
    let segments = [
        ("Ich wohne in Hannover.", "I live in Hannover."),
        ("Sie kommt aus Hannover.", "She comes from Hannover."),
        ("Wir waren in Hannover.", "We were in Hanover."),
    ];
    assert_eq!(found("de-en", &segments), ["Hannover = Hannover 2/3"]);
}
