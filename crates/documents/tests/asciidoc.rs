//! AsciiDoc: what is translated, and that everything else keeps its bytes and its meaning.

mod pages;

use documents::{Document, Format, Place, Translation};
use pages::Pages;

const PAGE: &str = "\
= The big house
Jane Doe <jane@example.org>
:toc:
:description: About a house

image::a.png[A picture, 100]

The `code` is *here* and https://example.org[a link] with {version},
see <<part,the part>>.footnote:[A note.]

NOTE: Never open it.

.A title
[source,sh]
----
make all
----

[[part]]
== The part

* first item
goes on
** second item
. [x] not this

term:: Its meaning
other::
  A longer meaning.

[cols=\"1,2\"]
|===
|Left |Right text

|`code`
2+|Below
|===

====
An example.
====

[plantuml]
--
A -> B
--

// a comment
include::other.adoc[]
";

const PAGES: Pages = Pages(Format::AsciiDoc);

#[test]
fn texts_are_found_and_code_is_not() {
    assert_eq!(
        PAGES.texts(PAGE),
        [
            "The big house",
            "About a house",
            "A picture",
            "The `code` is here and a link with {version}, see the part.",
            "A note.",
            "Never open it.",
            "A title",
            "The part",
            "first item goes on",
            "second item",
            "not this",
            "term",
            "Its meaning",
            "other",
            "A longer meaning.",
            "Left",
            "Right text",
            "Below",
            "An example.",
        ]
    );
}

#[test]
fn the_own_texts_change_no_byte() {
    let document = PAGES.open(PAGE);
    let own: Vec<Translation> = document.blocks().iter().map(|block| block.text.as_str().into()).collect();
    assert_eq!(document.write(&own).expect("one for each").bytes, PAGE.as_bytes());
}

#[test]
fn lines_below_a_title_follow_it() {
    assert_eq!(
        PAGES.written("Title\n-----\n\nText\n", &["Überschrift", "Text"]),
        "Überschrift\n-----------\n\nText\n"
    );
    assert_eq!(PAGES.texts("Some text\n----\ncode\n----\n"), ["Some text"]);
}

#[test]
fn references_to_a_title_still_find_it() {
    assert_eq!(
        PAGES.written("== Big house\n\nSee <<_big_house,it>>.\n", &["Großes Haus", "Siehe it."]),
        "[[_big_house]]\n== Großes Haus\n\nSiehe <<_big_house,it>>.\n"
    );
    assert_eq!(
        PAGES.written("== Big house\n\nSee <<Big house>>.\n", &["Großes Haus", "Siehe <<Big house>>."]),
        "[[_big_house,Big house]]\n== Großes Haus\n\nSiehe <<Big house>>.\n"
    );
}

#[test]
fn marks_are_doubled_inside_of_words() {
    let source = "The word `make` and *all* here.\n";
    assert_eq!(PAGES.written(source, &["語`make`とall、ここ。"]), "語``make``と**all**、ここ。\n");
    assert_eq!(PAGES.written(source, &["Wort `make` und all."]), "Wort `make` und *all*.\n");
}

#[test]
fn what_would_be_markup_is_escaped() {
    assert_eq!(PAGES.written("Some text\n", &["1. *x* {a}"]), "1&#46; &#42;x&#42; &#123;a}\n");
    assert_eq!(PAGES.texts("1&#46; &#42;x&#42; &#123;a} \\*y* \\{b}\n"), ["1. *x* {a} *y* {b}"]);
    assert_eq!(PAGES.written("|===\n|a b\n|===\n", &["x | y"]), "|===\n|x &#124; y\n|===\n");
    assert_eq!(
        PAGES.written("See https://a.b[the text] now.\n", &["Siehe the text jetzt [x]."]),
        "Siehe https://a.b[the text] jetzt [x&#93;.\n"
    );
}

#[test]
fn many_marks_are_read_in_time() {
    for marks in
        ["*a ", "`a ", "<<a ", "((a ", "x:y[", "[[a", "{a", "+a ", "^a ", "a:", "* a\n", "|===\n", "a::b[\n"]
    {
        let source = marks.repeat(200_000);
        assert!(Document::parse(Format::AsciiDoc, source.as_bytes()).is_ok(), "{marks}");
    }
}

#[test]
fn quotation_marks_of_code_are_code() {
    assert_eq!(PAGES.texts("The `\"a\"` and \"`so called`\" text.\n"), ["The `\"a\"` and “so called” text."]);
    assert_eq!(
        PAGES.texts("[,sh]\nmake all\n\n[verse]\n'git' add\n\n{site}/a[The link] is it.\n"),
        ["The link is it."]
    );
}

#[test]
fn a_document_with_an_underlined_title_has_the_old_quotes() {
    let source = "The house\n=========\nJane Doe <jane@example.org>\nv1.0\n\nA \"`#`\" and 'big' ``red house'' with `a` in it.\n";
    assert_eq!(PAGES.texts(source), ["The house", "A \"`#`\" and big “red house” with `a` in it."]);
    let given = ["Das Haus", "Ein \"`#`\" und big, 'so' “rotes” mit dem`a`."];
    let expected = source.replace("The house\n=========", "Das Haus\n========").replace(
        "A \"`#`\" and 'big' ``red house'' with `a` in it.",
        "Ein \"`#`\" und 'big', &#39;so&#39; “rotes” mit dem{empty}`a`{empty}.",
    );
    assert_eq!(PAGES.written(source, &given), expected);
    let current = source.replace("The house\n=========", "= The house");
    assert_eq!(PAGES.texts(&current)[1], "A “#” and 'big' ``red house'' with `a` in it.");
}

#[test]
fn an_item_ends_the_paragraph_that_is_attached_to_another() {
    let source = "* One item\n+\nMore of it\nin two lines.\n* Next item\n+\nIts text.\nterm:: Its meaning.\n\nA text\n* that goes on.\n";
    let read = [
        "One item",
        "More of it in two lines.",
        "Next item",
        "Its text.",
        "term",
        "Its meaning.",
        "A text * that goes on.",
    ];
    assert_eq!(PAGES.texts(source), read);
}

#[test]
fn a_term_ends_the_description_below_another() {
    let source = "one::\n\tIts meaning.\ntwo::\n\tIts meaning\n\ttoo.\n";
    assert_eq!(PAGES.texts(source), ["one", "Its meaning.", "two", "Its meaning too."]);
}

#[test]
fn no_text_begins_another_element() {
    for text in [
        "> a",
        "# a",
        "= a",
        "- a",
        "• a",
        "* a",
        "******* a",
        ". a",
        "....... a",
        "1. a",
        "a. a",
        "iv) a",
        "<1> a",
        "<.> a",
        ".A",
        "..A",
        "NOTE: a",
        "a:: b",
        "a;; b",
        ":a: b",
        "a::b[c]",
        "image::a[]",
        "toc::[]",
        "// a",
        "////",
        "[a]",
        "[[a]]",
        "[.a]",
        "--",
        "---",
        "----",
        "====",
        "****",
        "____",
        "++++",
        "....",
        "```",
        "```a",
        "|===",
        "!===",
        ",===",
        ":===",
        "'''",
        "<<<",
        "* * *",
        "- - -",
        "_ _ _",
        "___",
        "+",
        "a +",
        "include::a[]",
        "ifdef::a[]",
        "endif::[]",
        "\\include::a[]",
        "((a))",
        "(((a)))",
        "{a}",
        "[x] a",
        "%",
        "|a",
        "a |b",
        "!a",
    ] {
        for (source, before, after) in [
            ("Some text\n\nMore\n", "", "More"),
            ("* Some text\n* More\n", "", "More"),
            ("|===\n|Some text |More\n|===\n", "", "More"),
            (".Some text\nMore\n", "", "More"),
            ("Before\n\n> Some text\n\nMore\n", "Before", "More"),
        ] {
            let texts = PAGES.texts(source);
            let given: Vec<String> =
                texts.iter().map(|old| old.replace("Some text", &format!("{text} ä"))).collect();
            let given: Vec<&str> = given.iter().map(String::as_str).collect();
            let written = PAGES.written(source, &given);
            assert_eq!(PAGES.texts(&written), given, "{text}: {written}");
            assert!(given.first().is_some_and(|first| before.is_empty() || *first == before), "{text}");
            assert_eq!(given.last(), Some(&after), "{text}");
            // It is not kept either.
            assert!(written.contains('ä'), "{text}: {written}");
        }
    }
    assert_eq!(PAGES.written("Some text\n", &["> Zitat"]), "&#62; Zitat\n");
}

#[test]
fn quotations_as_in_markdown_are_read() {
    let source = "> A long quotation of somebody that goes\n> on in *another\n> line*.\n>\n> * An item\n-- Jane Doe\n\nText.\n";
    let texts = ["A long quotation of somebody that goes on in another line.", "An item", "Text."];
    assert_eq!(PAGES.texts(source), texts);
    let given = ["Ein langes Zitat von jemand, das auch in der anderen Zeile steht.", "> Punkt", "Text."];
    let expected = source
        .replace(
            "A long quotation of somebody that goes\n> on in *another\n> line*.",
            "Ein langes Zitat von jemand, das auch in\n> der anderen Zeile steht.",
        )
        .replace("An item", "&#62; Punkt");
    assert_eq!(PAGES.written(source, &given), expected);
}

#[test]
fn hidden_terms_of_the_index_are_counted() {
    let document =
        PAGES.open("The house(((house, red))) indexterm:[big, house] and ((its door)).\n\n(((end)))\n");
    assert_eq!(document.left_alone().count(Place::IndexEntry), 3);
    assert!(document.blocks().iter().any(|block| block.text.contains("its door")));
}

#[test]
fn who_is_quoted_is_read() {
    let source = "[quote, Jane Doe, \"A book, in two parts\"]\nWords of hers.\n\n[quote.big,role=x]\nMore words.\n\n[source,quote,a]\ncode\n";
    assert_eq!(PAGES.texts(source), ["Jane Doe", "A book, in two parts", "Words of hers.", "More words."]);
    assert_eq!(
        PAGES.written(source, &["Jana, die Erste", "Ein \"Buch\"", "Worte von ihr.", "Mehr."]),
        source
            .replace("Jane Doe", "Jana&#44; die Erste")
            .replace("A book, in two parts", "Ein &#34;Buch&#34;")
            .replace("Words of hers.", "Worte von ihr.")
            .replace("More words.", "Mehr.")
    );
}

#[test]
fn texts_in_attributes_are_read_or_counted() {
    let source = "\
= The house
Jane Doe <jane@example.org>
v1.0, 2020-01-02: The first one
:revremark: A second draft
:toc: left
:product: The big house
:keywords: house, tree

ifdef::web[See the page.]

[caption=\"Picture A: \", title=\"The *tree*\"]
image::a.png[The \"tree\" there]

video::a.mp4[title=\"The film\"]

chart::a.csv[The size of houses]

toc::[]

++++
<b>Raw text</b>
++++

[stem]
++++
x if it is
++++

,===
A house,a tree
,===

> Words of hers.
> -- Jane Doe
";
    assert_eq!(
        PAGES.texts(source),
        [
            "The house",
            "A second draft",
            "Picture A:",
            "The *tree*",
            "The \"tree\" there",
            "The film",
            "Words of hers."
        ]
    );
    let document = PAGES.open(source);
    for (place, count) in
        [(Place::Name, 2), (Place::CodeValue, 3), (Place::Keyword, 1), (Place::UnknownMarkup, 3)]
    {
        assert_eq!(document.left_alone().count(place), count, "{place:?}");
    }
}

#[test]
fn code_after_a_character_that_is_a_reference_is_read() {
    let source = "See https://example.org[the page]: big=`a`; red=`b`.\n";
    let given = ["Siehe die Seite: groß=`a`; rot=`b`."];
    let written = PAGES.written(source, &given);
    assert_eq!(written, "Siehe die Seite: groß&#61;``a``; rot&#61;``b``.\n");
    assert_eq!(PAGES.texts(&written), given);
}
