//! Markdown in, Markdown out: what is translated, what is kept, and what no translation can break.

mod markdown_pages;

use documents::{Document, FindingKind, Format, SpanKind, Translation};
use markdown_pages::{parse, texts, write, written};

#[test]
fn every_kind_of_prose_is_a_block_and_nothing_else() {
    let source = "\
---
title: A page
draft: true
layout: two words
---

# The *first* heading {#id}

A paragraph
over two lines.

- [ ] a task
- an item

  with a second paragraph

1. numbered

| Name | Value |
|------|-------|
| left | `code` |

> A quote
> goes on.

![a picture](p.png)

<div>
raw <b>html</b> &amp; more
</div>

```rust
let code = 1;
```

    indented code

[ref]: https://example.org \"title\"

Setext heading
==============

Text[^1] with a note.

[^1]: The note.
";
    assert_eq!(
        texts(source),
        [
            "A page",
            "The first heading",
            "A paragraph over two lines.",
            "a task",
            "an item",
            "with a second paragraph",
            "numbered",
            "Name",
            "Value",
            "left",
            "A quote goes on.",
            "a picture",
            "raw html & more",
            "title",
            "Setext heading",
            "Text with a note.",
            "The note.",
        ]
    );
}

#[test]
fn blocks_of_html_are_read_as_html() {
    let source = "<details open>\n<summary>More <b>about</b> it</summary>\n\nA *word*.\n\n</details>\n\n<h1 align=\"center\">\n  <img src=a.png \
        alt=\"The logo\"><br>\n  A title\n</h1>\n\n<!-- not this -->\n\n<pre>\nnor this\n</pre>\n\n- item\n\n  <p title=\"a tip\">in a \
        list\n  goes on</p>\n\n> <table><tr><td>a cell</td>\n> <td>and another</td></tr></table>\n";
    let read = [
        "More about it",
        "A word.",
        "The logo",
        "A title",
        "item",
        "a tip",
        "in a list goes on",
        "a cell",
        "and another",
    ];
    assert_eq!(texts(source), read);
    let loud = |text: &str| match text {
        "More about it" => "Mehr about das".to_owned(),
        "A word." => "Ein word!".to_owned(),
        text => text.to_uppercase().replace("CELL", "<CELL>\n\n# X"),
    };
    let loud: Vec<String> = read.into_iter().map(loud).collect();
    let expected = source
        .replace("More <b>about</b> it", "Mehr <b>about</b> das")
        .replace("A *word*.", "Ein *word*!")
        .replace("The logo", "THE LOGO")
        .replace("A title", "A TITLE")
        .replace("- item", "- ITEM")
        .replace("a tip", "A TIP")
        .replace("in a list\n  goes on", "IN A LIST\n  GOES ON")
        .replace("a cell", "A &lt;CELL&gt; # X")
        .replace("and another", "AND ANOTHER");
    assert_eq!(written(source, &loud.iter().map(String::as_str).collect::<Vec<_>>()), expected);
}

#[test]
fn titles_of_links_images_and_references_are_translated() {
    let source = "See [the page](a.html \"The title\") and ![a house](b.png 'A house') or [it][r] <img src=\"c\" alt=\"A dog\">.\n\n\
        [r]: c.html (Its title)\n\nTable: The caption\n\n| a house | b |\n|--|--|\n";
    let mut read = texts(source);
    read.sort_unstable();
    let expected = [
        "A dog",
        "A house",
        "Its title",
        "See the page and or it .",
        "The caption",
        "The title",
        "a house",
        "a house",
        "b",
    ];
    assert_eq!(read, expected);
    let translate = |text: &str| {
        match text {
            "The title" => "Der \"Titel\"",
            "A house" => "Ein Haus's",
            "Its title" => "Sein (Titel)",
            "A dog" => "Ein Hund",
            "The caption" => "Die Legende",
            other => return other.to_owned(),
        }
        .to_owned()
    };
    let given: Vec<String> = texts(source).iter().map(|text| translate(text)).collect();
    let expected = source
        .replace("\"The title\"", "\"Der &quot;Titel&quot;\"")
        .replace("'A house'", "\"Ein Haus's\"")
        .replace("(Its title)", "\"Sein (Titel)\"")
        .replace("A dog", "Ein Hund")
        .replace("The caption", "Die Legende");
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    assert_eq!(written(source, &given), expected);
}

#[test]
fn markup_around_the_whole_text_is_put_back() {
    assert_eq!(written("# **Read me**\n", &["Lies mich"]), "# **Lies mich**\n");
    assert_eq!(written("## *Read* {#r .c}\n", &["Lies"]), "## *Lies* {#r .c}\n");
    assert_eq!(written("- [Home](/index.html)\n", &["Start"]), "- [Start](/index.html)\n");
    assert_eq!(written("***[a b](u)***\n", &["c"]), "***[c](u)***\n");
    assert_eq!(written("| **a** | b |\n|---|---|\n", &["x", "y"]), "| **x** | y |\n|---|---|\n");
}

#[test]
fn surviving_words_keep_their_markup_and_other_emphasis_is_dropped() {
    assert_eq!(
        written("I like *Rust* and [Go](go.dev).", &["Ich mag Go und Rust."]),
        "Ich mag [Go](go.dev) und *Rust*."
    );
    assert_eq!(
        write("This is *very* good.", &["Das ist sehr gut."]),
        ("Das ist sehr gut.".to_owned(), vec![FindingKind::Dropped])
    );
}

#[test]
fn code_and_addresses_stay_verbatim() {
    let source = "Run `cargo build` or see <https://a.b/c_d> and https://e.f/g_h.";
    let document = parse(source);
    let block = &document.blocks()[0];
    assert_eq!(block.text, source);
    assert!(block.spans.iter().all(|span| span.kind == SpanKind::Locked));
    assert_eq!(
        written(source, &["Siehe https://e.f/g_h und <https://a.b/c_d> oder cargo build."]),
        "Siehe https://e.f/g_h und <https://a.b/c_d> oder `cargo build`."
    );
    let (written, problems) = write("Run `make` now.", &["Jetzt starten."]);
    assert_eq!((written.as_str(), problems), ("Jetzt starten `make`.", vec![FindingKind::Moved]));
}

#[test]
fn images_and_footnotes_are_never_dropped() {
    assert_eq!(texts("Press ![the gear](g.png) now"), ["Press now", "the gear"]);
    assert_eq!(
        write("Press ![the gear](g.png) now", &["Jetzt dort drücken", "das Zahnrad"]),
        ("Jetzt dort drücken ![das Zahnrad](g.png)".to_owned(), vec![FindingKind::Moved])
    );
    assert_eq!(
        written("It works.[^1] Really[^2].\n\n[^1]: A\n[^2]: B\n", &["Es geht. Wirklich.", "A", "B"]),
        "Es geht.[^1] Wirklich[^2].\n\n[^1]: A\n[^2]: B\n"
    );
    assert_eq!(
        written("[![build state](b.svg)](ci) Wasan", &["和算", "Stand"]),
        "[![Stand](b.svg)](ci) 和算"
    );
}

#[test]
fn html_in_a_line_is_a_span() {
    assert_eq!(
        written("Press <kbd>Ctrl</kbd> now", &["Jetzt Ctrl drücken"]),
        "Jetzt <kbd>Ctrl</kbd> drücken"
    );
    assert_eq!(written("<b>All of it</b>", &["Alles"]), "<b>Alles</b>");
    assert_eq!(written("one<br>two\\\nthree  \nfour", &["a\nb\nc\nd"]), "a<br>b\\\nc  \nd");
    assert_eq!(written("one\\\n![two](u)<br>\n", &["a", "b"]), "a\\\n![b](u)<br>\n");
}

#[test]
fn wrapped_paragraphs_are_wrapped_again_in_their_container() {
    let source = "> some words that go on and on for a while\n> over two lines\n\nnext\n";
    assert_eq!(
        written(source, &["einige Wörter, die eine Weile weitergehen - und dann über zwei Zeilen", "x"]),
        "> einige Wörter, die eine Weile\n> weitergehen - und dann über zwei Zeilen\n\nx\n"
    );
    let translation = "1. Wörter, die vierzig Spalten befüllen - und mehr";
    assert_eq!(
        written("- ab\r\n  cd\r\n", &[translation]),
        "- 1\\. Wörter, die vierzig Spalten befüllen\r\n  \\- und mehr\r\n"
    );
}

#[test]
fn short_references_keep_their_label() {
    let definition = "\n\n[Rust]: https://rust-lang.org\n";
    for source in ["[Rust]", "[Rust][]", "[Rust][Rust]"] {
        assert_eq!(
            written(&format!("{source}{definition}"), &["ラスト"]),
            format!("[ラスト][Rust]{definition}")
        );
    }
    assert_eq!(written(&format!("![Rust][] a{definition}"), &["b"]), format!("![Rust][] b{definition}"));
}

#[test]
fn translations_cannot_become_markup() {
    for hostile in [
        "# no heading",
        "- no item",
        "+ no item",
        "* no item",
        "1. no item",
        "2) no item",
        "> no quote",
        "a | b",
        "*no* _emphasis_",
        "**no** __strong__",
        "~~no~~ ~strike~",
        "`no code`",
        "[no](link)",
        "![no](image)",
        "x[^1]",
        "<b>no html</b>",
        "&amp; no entity",
        "--- no rule",
        "=== x",
        "a\n\nb",
        "```\ncode",
        "    code",
        "a  \nb",
        "$a$ b",
        "no <https://link>",
        "back\\slash\\",
        "x \\*",
        "tab\there",
        "nul\0",
        "{#id} x {.c}",
        "x #",
        "<!-- x",
        "[x]: y",
        "[!NOTE] x",
        "- [ ] x",
        "|a|\n|-|",
        ": x",
        "+++ x",
        "x\u{2028}y",
        "x 😀 *",
        "a*",
        "_a",
        "snake_case_",
        "!x!",
        ":::note x",
        "!!! note x",
    ] {
        for frame in [
            "%\n",
            "# %\n",
            "- %\n- next\n",
            "> %\n",
            "| h | % |\n|--|--|\n| % | x |\n",
            "![%](x)\n",
            "%\n===\n",
            "a *b*\n%\n",
            "[%](u)\n",
        ] {
            let source = frame.replace('%', "words");
            let document = parse(&source);
            let translations = vec![Translation::from(hostile); document.blocks().len()];
            let written = document.write(&translations).expect("as many translations as blocks");
            let text = String::from_utf8(written.bytes).expect("UTF-8");
            let refused = written.findings.iter().any(|finding| finding.kind == FindingKind::Refused);
            assert!(!refused, "{frame:?} {hostile:?} was refused");
            let letters =
                |s: &str| s.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>();
            let read = texts(&text);
            assert_eq!(read.len(), translations.len(), "{text:?}");
            for block in read {
                assert_eq!(letters(&block), letters(hostile), "{text:?}");
            }
        }
    }
}

#[test]
fn empty_translations_keep_the_source() {
    assert_eq!(write("a\n\nb\n", &[" \n", "c"]), ("a\n\nc\n".to_owned(), vec![FindingKind::Empty]));
}

#[test]
fn input_that_broke_the_reader_is_read() {
    assert_eq!(texts("a\n\n- [ ] \\\n  - \n"), ["a"]);
}

#[test]
fn deep_nesting_is_left_alone() {
    let deep = format!("{}x{}\n\nAfter it.\n", "![".repeat(200), "](u)".repeat(200));
    let document = Document::parse(Format::Markdown, deep.as_bytes()).expect("readable");
    assert!(document.left_alone().count(documents::Place::CrowdedText) > 0);
    assert_eq!(texts(&deep), ["After it."]);
}
