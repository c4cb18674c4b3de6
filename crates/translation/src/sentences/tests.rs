use super::*;

fn texts<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    split(text, language).into_iter().map(|sentence| sentence.text).collect()
}

/// Splits the sentences, joined by spaces, into themselves.
fn keeps(language: &str, sentences: &[&str]) {
    assert_eq!(texts(&sentences.join(" "), language), sentences);
}

#[test]
fn english() {
    keeps(
        "en",
        &[
            "Dr. Smith met J. R. Jones at 5 p.m. near Mt. Fuji.",
            "He was late, e.g. by an hour.",
            "\"Really?\" she asked.",
            "Yes!",
        ],
    );
    keeps(
        "en",
        &["It costs $3.50 at No. 5 in Fig. 2.", "See www.example.com for more.", "(It closes at 5 p.m.)"],
    );
    keeps(
        "en",
        &[
            "We left at 6 a.m.",
            "The train came.",
            "It was vitamin C.",
            "We had apples etc.",
            "They were good.",
        ],
    );
    keeps(
        "en",
        &[
            "He lives in the U.S. Army base of Acme Inc. Berlin.",
            "\"Stop!\" he said.",
            "“Go.”",
            "Wait… what?",
        ],
    );
    keeps("en", &["1. Introduction to things.", "Wait...", "It was 1999.", "She said no.", "5 people left."]);
    keeps("en", &["Yahoo! is a name.", "What?!", "So."]);
}

#[test]
fn german() {
    keeps(
        "de",
        &[
            "Am 5. Mai 2020 kam z. B. Prof. Dr. Müller.",
            "Er blieb bis zum 19. Jahrhundert.",
            "Das war die Nr. 5 bzw. Abb. 3.",
        ],
    );
    keeps(
        "de",
        &[
            "Es waren 12.",
            "Dann kamen 1986 noch mehr.",
            "Das war 1986.",
            "Er kam am 5. 10. 2020 an.",
            "„Ist er da?“",
            "„Ja.“",
        ],
    );
    keeps(
        "de",
        &[
            "„Ist er da?“, fragte sie.",
            "»Nein!«",
            "Äpfel, Birnen usw. und mehr.",
            "Die Abkürzung d. h. bedeutet etwas.",
            "Schluss.",
        ],
    );
    keeps(
        "de",
        &[
            "Die Zahl 3,5 bzw. 1.000.000 ist groß.",
            "Karl der 4. Herrscher kam.",
            "Es war 8 Uhr.",
            "Die Sonne schien.",
        ],
    );
}

#[test]
fn japanese() {
    let sentences = [
        "彼は「もう行くの？」と聞いた。",
        "彼女は『まだ。もう少し。』と答えた。",
        "すごい！！",
        "本当（たぶん。）ですか？",
        "Dr. Smithは3.5kmを走った。",
        "終わり",
    ];
    assert_eq!(texts(&sentences.concat(), "ja"), sentences);
    assert_eq!(texts("「はい。」「いいえ。」", "ja"), ["「はい。」", "「いいえ。」"]);
    assert_eq!(texts("何？と思った。すごい!次だ。", "ja"), ["何？と思った。", "すごい!", "次だ。"]);
    assert_eq!(texts("「閉じない。次の文。", "ja"), ["「閉じない。", "次の文。"]);
    assert_eq!(texts("値は３．５です。次。", "ja"), ["値は３．５です。", "次。"]);
}

#[test]
fn chinese() {
    let sentences = ["他说：“我去。”", "然后他走了？！", "“你好。”他笑了。"];
    assert_eq!(texts(&sentences.concat(), "zh"), sentences);
}

#[test]
fn other_languages() {
    keeps("fr", &["M. Dupont arriva.", "« Quoi ! »", "Il partit à 5 h. env. de Paris."]);
    keeps("ko", &["안녕하세요.", "정말요?", "네!", "3.5점입니다."]);
    assert_eq!(texts("यह पहला है। यह दूसरा है।तीसरा।", "hi"), ["यह पहला है।", "यह दूसरा है।", "तीसरा।"]);
    keeps("es", &["El Sr. López llegó.", "¿Quién es?", "¡Él!"]);
    keeps("ru", &["Он жил на ул. Ленина.", "А. С. Пушкин писал и т.д.", "Конец."]);
    keeps("pl", &["Było to 5. Marca, tj. Wczoraj.", "Koniec."]);
    keeps("ar", &["هل أنت بخير؟", "نعم."]);
    keeps("xx", &["Dr. Who came.", "It was late."]);
}

#[test]
fn line_ends_separate_and_whitespace_is_kept() {
    let sentence = |text, separator| Sentence { text, separator };
    assert_eq!(
        split(" \n No mark\n\n  Next.  Last. \n", "en"),
        [
            sentence("", " \n "),
            sentence("No mark", "\n\n  "),
            sentence("Next.", "  "),
            sentence("Last.", " \n")
        ]
    );
    assert_eq!(split("", "en"), []);
}

#[test]
fn long_odd_lines_are_split_without_delay() {
    for unit in ["「。」", "。\"", "「", "『」", ". ", "z. ", "Dr. J. ", "a。b\"", "!? "] {
        let text = unit.repeat(200_000);
        assert_eq!(put_together(&split(&text, "ja")), text);
    }
}

/// Characters that the rules look at, and some that break careless code.
const ALPHABET: &str =
    "aZ5äß日は 。。！？!?..….,;:、：“”「」『』（）()\"'«»\n\r\t\u{a0}\u{3000}\u{2028}é😀\u{301}\u{200d}🏽ا।0";

fn random(rng: &mut fastrand::Rng) -> String {
    let alphabet: Vec<char> = ALPHABET.chars().collect();
    (0..rng.usize(0..60))
        .map(|_| if rng.u8(0..20) == 0 { rng.char(..) } else { alphabet[rng.usize(0..alphabet.len())] })
        .collect()
}

fn put_together(sentences: &[Sentence]) -> String {
    sentences.iter().flat_map(|sentence| [sentence.text, sentence.separator]).collect()
}

#[test]
fn every_byte_is_kept() {
    let mut rng = fastrand::Rng::with_seed(5);
    for _ in 0..20_000 {
        let text = random(&mut rng);
        for language in ["en", "de", "fr", "ja", "ko", "xx"] {
            let sentences = split(&text, language);
            assert_eq!(put_together(&sentences), text);
            for (number, sentence) in sentences.iter().enumerate() {
                assert!(sentence.separator.trim().is_empty());
                assert_eq!(sentence.text.trim(), sentence.text);
                assert!(number == 0 || !sentence.text.is_empty(), "{text:?}");
                assert!(!sentence.text.contains(is_line_end));
            }
        }
    }
}

#[test]
fn cuts_keep_every_byte_and_the_limit() {
    let mut rng = fastrand::Rng::with_seed(6);
    for _ in 0..20_000 {
        let (text, most) = (random(&mut rng), rng.usize(0..12));
        let pieces = cut(&text, most);
        assert_eq!(put_together(&pieces), text);
        assert!(pieces.iter().all(|piece| piece.text.chars().count() <= most.max(1)), "{text:?} {most}");
    }
}

#[test]
fn cuts_are_made_where_they_hurt_least() {
    let pieces = |text, most| cut(text, most).into_iter().map(|piece| piece.text).collect::<Vec<_>>();
    assert_eq!(pieces("one two, three four five", 16), ["one two,", "three four five"]);
    assert_eq!(pieces("一二三、四五六七。八九十", 10), ["一二三、四五六七。", "八九十"]);
    assert_eq!(pieces("一二三、四五六七八九十", 6), ["一二三、", "四五六七八九", "十"]);
    assert_eq!(pieces("abcdefgh", 3), ["abc", "def", "gh"]);
    assert_eq!(pieces("e\u{301}e\u{301}", 3), ["e\u{301}", "e\u{301}"]);
    assert_eq!(pieces("short", 5), ["short"]);
}

#[test]
fn separators_follow_the_target() {
    assert_eq!(join([("It rains.", ""), ("I stay.", "")], "en"), "It rains. I stay.");
    assert_eq!(join([("雨だ。", " "), ("いる。", "")], "ja"), "雨だ。いる。");
    assert_eq!(join([("雨だ。", "\n\n"), ("いる。", "\n")], "ja"), "雨だ。\n\nいる。\n");
    assert_eq!(join([("A.", "\u{3000}"), ("B.", "  "), ("C.", "")], "en"), "A. B.  C.");
    assert_eq!(join([("OK.", " "), ("Go.", " "), ("行け。", "")], "ja"), "OK. Go.行け。");
    assert_eq!(join([("", "  "), ("A.", " "), ("", "\n"), ("B.", " ")], "de"), "  A. \nB. ");
    assert_eq!(join([], "de"), "");
}

#[test]
fn joining_what_was_split_gives_the_text() {
    for (text, language) in
        [(" One. Two.\n\nThree. ", "en"), ("一つ。二つ。\n三つ。", "ja"), ("Ja.  Nein.\tDoch.", "de")]
    {
        let sentences = split(text, language);
        assert_eq!(join(sentences.iter().map(|s| (s.text, s.separator)), language), text);
    }
}

#[test]
fn no_sentence_ends_inside_a_locked_item_or_holds_a_long_one() {
    let parts = |text: &str, locked: Option<std::ops::Range<usize>>| -> Vec<(String, String)> {
        let parts = split_around(text, locked.as_slice(), "en");
        let whole: String = parts.iter().map(|part| format!("{}{}", part.text, part.separator)).collect();
        assert_eq!(whole, text);
        parts.into_iter().map(|part| (part.text.to_owned(), part.separator.to_owned())).collect()
    };
    let pair = |text: &str, separator: &str| (text.to_owned(), separator.to_owned());
    assert_eq!(
        parts("Run a. B now. It is late.", Some(4..8)),
        [pair("Run a. B now.", " "), pair("It is late.", "")]
    );
    let long = "x".repeat(LONG_WORD);
    let text = format!("The dog runs. {long} Then it stops.");
    let (start, end) = (14, 14 + long.len());
    assert_eq!(
        parts(&text, Some(start..end)),
        [pair("The dog runs.", &format!(" {long} ")), pair("Then it stops.", "")]
    );
    assert_eq!(parts(&long, Some(0..long.len())), [pair("", &long)]);
    assert_eq!(parts("", None), []);
    assert_eq!(parts(" Yes. No.", None), [pair("", " "), pair("Yes.", " "), pair("No.", "")]);
    let joined = join([("鍵は", long.as_str()), ("です。", "")], "ja");
    assert_eq!(joined, format!("鍵は{long}です。"));
    assert_eq!(join([("The key", long.as_str()), ("it is.", "")], "en"), format!("The key {long} it is."));
}
