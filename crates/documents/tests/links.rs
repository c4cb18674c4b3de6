//! Markup restored by links between words: the cases of Bergamot's HTML tests, with the alignments given there, and
//! what must hold for any links.

use std::ops::Range;

use documents::{Document, FindingKind, Format, Link, Translation};

/// Each pair of a source word and a target word linked, words taken from left to right; `a+b` are two of one side.
fn links(source: &str, target: &str, pairs: &[(&str, &str)]) -> Vec<Link> {
    let find = |text: &str, word: &str, after: &mut Vec<Range<usize>>| {
        let free = |range: &Range<usize>| !after.contains(range);
        let found = text.match_indices(word).map(|(at, word)| at..at + word.len()).find(free);
        let range = found.unwrap_or_else(|| panic!("«{word}» is not in «{text}»"));
        after.push(range.clone());
        range
    };
    let (mut sources, mut targets) = (Vec::new(), Vec::new());
    pairs
        .iter()
        .map(|(from, to)| Link {
            source: find(source, from, &mut sources),
            target: find(target, to, &mut targets),
        })
        .collect()
}

/// The page with its one block translated, and the findings.
fn page(html: &str, target: &str, pairs: &[(&str, &str)]) -> (String, Vec<(FindingKind, String)>) {
    let document = Document::parse(Format::Html, html.as_bytes()).expect("valid");
    let [block] = document.blocks() else { panic!("one block: {:?}", document.blocks()) };
    let links = links(&block.text, target, pairs);
    let written = document.write(&[Translation { links, ..target.into() }]).expect("one translation");
    let findings = written.findings.into_iter().map(|found| (found.kind, found.text)).collect();
    (String::from_utf8(written.bytes).expect("UTF-8"), findings)
}

fn assert_page(html: &str, target: &str, pairs: &[(&str, &str)], expected: &str) {
    assert_eq!(page(html, target, pairs), (expected.to_owned(), Vec::new()), "{html}");
}

#[test]
fn bergamot_tags_follow_their_words() {
    assert_page(
        "<p>hello <b>world</b></p>\n",
        "hallo Welt",
        &[("hell", "hall"), ("world", "Welt")],
        "<p>hallo <b>Welt</b></p>\n",
    );
    assert_page(
        "<p>hello <b>world &amp; friends!</b></p>",
        "hallo Welt & Freunde!",
        &[("hello", "hallo"), ("world", "Welt"), ("friends", "Freunde")],
        "<p>hallo <b>Welt &amp; Freunde!</b></p>",
    );
    assert_page(
        "<p>I <b>like</b> to <u>drive</u> this car.</p>",
        "Ich fahre gerne dieses Auto.",
        &[("I", "Ich"), ("drive", "fahre"), ("like", "gerne"), ("this", "dieses"), ("car", "Auto")],
        "<p>Ich <u>fahre</u> <b>gerne</b> dieses Auto.</p>",
    );
}

#[test]
fn bergamot_several_sentences_with_an_image_and_nested_tags() {
    assert_page(
        "<p>hello <b>world!</b> How does this <img> <b>deal <u>with multiple sentences?</u></b> Will it work?</p>",
        "hallo Welt! Wie geht das mit mehreren Sätzen um? Wird es funktionieren?",
        &[
            ("hello", "hallo"),
            ("world", "Welt"),
            ("How", "Wie"),
            ("does", "geht"),
            ("this", "das"),
            ("with", "mit"),
            ("multiple", "mehreren"),
            ("sentences", "Sätzen"),
            ("Will", "Wird"),
            (" it", " es"),
            ("work", "funktionieren"),
        ],
        "<p>hallo <b>Welt!</b> Wie geht das <img> <b><u>mit mehreren Sätzen</u></b> um? Wird es funktionieren?</p>",
    );
}

#[test]
fn bergamot_words_without_links_lose_their_tags_with_a_finding() {
    let (html, findings) = page(
        "<p>I <b>like</b> to <u>drive</u> this car.</p>",
        "Rád řídím to auto.",
        &[("I", "Rád"), ("to", "řídím"), ("this", "to"), ("car", "auto")],
    );
    assert_eq!(html, "<p>Rád řídím to auto.</p>");
    assert_eq!(
        findings.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(),
        ["<b>like</b>", "<u>drive</u>"]
    );
    assert!(findings.iter().all(|(problem, _)| *problem == FindingKind::Dropped));
    // No links at all: the same.
    let (html, findings) = page("<p>hello <b>world</b></p>", "hallo Welt", &[]);
    assert_eq!((html.as_str(), findings.len()), ("<p>hallo Welt</p>", 1));
}

#[test]
fn bergamot_no_tag_is_moved_inside_a_word() {
    let (html, _) =
        page("<p>un<u>der</u>line it</p>", "lo subrayar", &[("underline", "subrayar"), ("it", "lo")]);
    assert_eq!(html, "<p>lo <u>subrayar</u></p>");
    // Links between parts of words mark whole words.
    assert_page(
        "<p>a <b>sentence</b> here</p>",
        "hier ein Satzteil",
        &[("sent", "teil"), ("here", "hier")],
        "<p>hier ein <b>Satzteil</b></p>",
    );
}

#[test]
fn bergamot_empty_elements_keep_their_order_and_their_parent() {
    assert_page(
        "<p id=\"1\">hello <img id=\"1.1\"><span id=\"1.2\"><u id=\"1.2.1\"></u><b id=\"1.2.2\"></b><img id=\"1.2.3\">world</span></p>",
        "hallo Welt",
        &[("hello", "hallo"), ("world", "Welt")],
        "<p id=\"1\">hallo <img id=\"1.1\"><span id=\"1.2\"><u id=\"1.2.1\"></u><b id=\"1.2.2\"></b><img id=\"1.2.3\">Welt</span></p>",
    );
    assert_page("<p>hello <u></u></p>", "hallo", &[("hello", "hallo")], "<p>hallo <u></u></p>");
    assert_page(
        "<p>foo <!-- <ignore> me -->bar</p>",
        "fuu Bahre",
        &[("foo", "fuu"), ("bar", "Bahre")],
        "<p>fuu <!-- <ignore> me -->Bahre</p>",
    );
    // Two marks whose words change places do not.
    assert_page(
        "<p>one<img id=\"1\"> then two<img id=\"2\"> more</p>",
        "zwei nach eins mehr",
        &[("one", "eins"), ("two", "zwei"), ("then", "nach"), ("more", "mehr")],
        "<p>zwei nach eins<img id=\"1\"> <img id=\"2\"> mehr</p>",
    );
}

#[test]
fn bergamot_code_is_not_translated() {
    assert_page(
        "<p>foo <var>x &amp; y</var> bar</p>",
        "x & y Bahre fuu",
        &[("foo", "fuu"), ("bar", "Bahre")],
        "<p><var>x &amp; y</var> Bahre fuu</p>",
    );
}

#[test]
fn a_far_word_that_is_linked_by_mistake_does_not_stretch_a_span() {
    assert_page(
        "<p>She <b>bought a red dress</b> in town yesterday.</p>",
        "Sie hat gestern in der Stadt ein rotes Kleid gekauft.",
        &[
            ("She", "Sie"),
            ("bought", "gekauft"),
            ("a", "hat"),
            ("red", "rotes"),
            ("dress", "Kleid"),
            ("in", "in"),
            ("town", "Stadt"),
            ("yesterday", "gestern"),
        ],
        "<p>Sie hat gestern in der Stadt ein <b>rotes Kleid gekauft</b>.</p>",
    );
}

#[test]
fn links_in_a_script_without_spaces() {
    assert_page(
        "<p>I met <b>Mr. Tanaka</b> in <i>Kyoto</i> yesterday.</p>",
        "昨日、京都で田中さんに会いました。",
        &[
            ("yesterday", "昨日"),
            ("Kyoto", "京都"),
            ("Tanaka", "田中"),
            ("Mr", "さん"),
            ("met", "会いました"),
        ],
        "<p>昨日、<i>京都</i>で<b>田中さん</b>に会いました。</p>",
    );
}

/// For any links, the written tags are balanced and the text is the one given.
#[test]
fn any_links_give_well_formed_markup() {
    let html = "<p>a <b>bb <i>cc dd</i> ee</b> <u>ff <img> gg</u> hh <a href=\"x\">ii <b>jj</b></a> kk</p>";
    let target = "eins zwei drei vier fünf sechs sieben acht neun zehn elf";
    let document = Document::parse(Format::Html, html.as_bytes()).expect("valid");
    let source = &document.blocks()[0].text;
    let words = |text: &str| -> Vec<Range<usize>> {
        let starts = text.split(' ').scan(0, |at, word| {
            let start = *at;
            *at += word.len() + 1;
            Some(start..start + word.len())
        });
        starts.filter(|word| !word.is_empty()).collect()
    };
    let (from, to) = (words(source), words(target));
    let mut random = 1u64;
    let mut below = |end: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % end
    };
    for round in 0..300 {
        let mut links: Vec<Link> = (0..below(20))
            .map(|_| Link { source: from[below(from.len())].clone(), target: to[below(to.len())].clone() })
            .collect();
        // Ranges that are no words, or not in the text at all.
        links.push(Link { source: below(9)..below(90), target: below(20)..below(90) });
        let given = Translation { links, ..target.into() };
        let written = document.write(std::slice::from_ref(&given)).expect("one translation");
        let out = String::from_utf8(written.bytes).expect("UTF-8");
        let (mut open, mut text) = (Vec::new(), String::new());
        for piece in out.split('<').skip(1) {
            let (tag, after) = piece.split_once('>').expect("a whole tag");
            text.push_str(after);
            match tag.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name.to_owned()), "round {round}: {out}"),
                None if tag == "img" => {}
                None => open.push(tag.split(' ').next().unwrap_or_default().to_owned()),
            }
        }
        assert!(open.is_empty(), "round {round}: {out}");
        assert_eq!(
            text.split_whitespace().collect::<Vec<_>>(),
            target.split(' ').collect::<Vec<_>>(),
            "{out}"
        );
        assert_eq!(out.matches("<img>").count(), 1);
    }
}

/// Positions that a person has chosen come before links and words, are nested as in the source, and break nothing.
#[test]
fn chosen_positions_are_kept() {
    let written = |format, source: &str, target: &str, spans: &[(usize, Range<usize>)]| {
        let document = Document::parse(format, source.as_bytes()).expect("valid");
        let [block] = document.blocks() else { panic!("one block: {:?}", document.blocks()) };
        let given = Translation { spans: spans.to_vec(), ..target.into() };
        let placed = documents::span_positions(block, &given);
        let written = document.write(&[given]).expect("one translation");
        (String::from_utf8(written.bytes).expect("UTF-8"), placed, written.findings.len())
    };
    let link = "<p>Dort <a href=\"x\">ist</a> mehr hier</p>";
    let (text, placed, findings) = written(Format::Html, link, "There is more here", &[(0, 6..8)]);
    assert_eq!(text, "<p>There <a href=\"x\">is</a> more here</p>");
    assert_eq!((placed, findings), (vec![(0, 6..8)], 0));
    // A word that is there unchanged would be taken otherwise.
    let (text, ..) = written(Format::Markdown, "**Go** ist gut", "Go is good, go", &[(0, 12..14)]);
    assert_eq!(text, "Go is good, **go**");
    // Nested, equal and void spans.
    let nested = "<p><b>sehr <i>gut</i></b> <img src=\"a\"> so</p>";
    let (text, _, findings) =
        written(Format::Html, nested, "so very well", &[(0, 3..12), (1, 8..12), (2, 3..3)]);
    assert_eq!((text.as_str(), findings), ("<p>so <img src=\"a\"> <b>very <i>well</i></b></p>", 0));
    // What is not nested as in the source, of a wrong kind or outside of the text is placed as if nothing had been chosen.
    let plain = written(Format::Html, nested, "so very wéll", &[]);
    for bad in [
        &[(0, 0..2), (1, 3..7)][1..],
        &[(0, 5..5)],
        &[(2, 0..2)],
        &[(0, 0..99)],
        &[(0, 9..10)],
        &[(9, 0..2)],
        &[(0, usize::MAX..usize::MAX)],
    ] {
        let (text, ..) = written(Format::Html, nested, "so very wéll", bad);
        let again = Document::parse(Format::Html, text.as_bytes()).expect("valid");
        assert_eq!(
            again.blocks()[0].text.replace('\n', " ").split_whitespace().count(),
            3,
            "{bad:?}: {text}"
        );
        if bad[0].0 != 1 {
            assert_eq!(text, plain.0, "{bad:?}");
        }
    }
}
