//! reStructuredText: what is translated, and that everything else keeps its bytes and its meaning.

mod pages;

use documents::{Document, FindingKind, Format, Place, SpanKind, Translation};
use pages::Pages;

const PAGE: &str = "\
.. _top:

=============
The big house
=============

:Author: Jane Doe

The ``code`` is *here* and `a link <http://example.org>`_ is red,
see [1]_ and |version|.

.. note:: Never open
   the green door.

.. code-block:: python
   :caption: The code of the house

   print(\"The house\")

A list::

    make all

* first item
  goes on
* second :ref:`item <top>`

term : class
    Its meaning.

.. figure:: a.png
   :alt: A picture
   :width: 10

   The caption.

.. image:: b.png

.. [1] A footnote.

.. unknown:: stays

   This stays.

.. comment stays
";

const PAGES: Pages = Pages(Format::Rst);

#[test]
fn texts_are_found_and_code_is_not() {
    assert_eq!(
        PAGES.texts(PAGE),
        [
            "The big house",
            "The ``code`` is here and a link is red, see and |version|.",
            "Never open the green door.",
            "The code of the house",
            "A list",
            "first item goes on",
            "second item",
            "term",
            "Its meaning.",
            "A picture",
            "The caption.",
            "A footnote.",
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
fn lines_around_a_title_follow_its_width() {
    assert_eq!(
        PAGES.written("Title\n=====\n\nText\n", &["Überschrift", "Text"]),
        "Überschrift\n===========\n\nText\n"
    );
    assert_eq!(PAGES.written("=====\nTitle\n=====\n", &["見出し"]), "======\n見出し\n======\n");
    assert_eq!(PAGES.written("=======\n Title\n=======\n", &["Kurz"]), "======\n Kurz\n======\n");
    assert_eq!(
        PAGES.written("==========\n Title\n==========\n", &["Überschriften"]),
        "==============\n Überschriften\n==============\n"
    );
    assert_eq!(PAGES.written("Title\n--------------------\n", &["Kurz"]), "Kurz\n--------------------\n");
    assert_eq!(
        PAGES.written("Title\r\n=====\r\n", &["Länger als zuvor"]),
        "Länger als zuvor\r\n================\r\n"
    );
}

#[test]
fn references_to_a_title_still_find_it() {
    assert_eq!(
        PAGES.written("Big house\n=========\n\nSee `big house`_.\n", &["Großes Haus", "Siehe großes Haus."]),
        ".. _`Big house`:\n\nGroßes Haus\n===========\n\nSiehe großes Haus.\n"
    );
    assert_eq!(
        PAGES.written("See house_ here.\n\n.. _house: http://a.b\n", &["Siehe das house hier."]),
        "Siehe das `house <house_>`__ hier.\n\n.. _house: http://a.b\n"
    );
}

#[test]
fn markup_never_touches_a_word() {
    assert_eq!(PAGES.written("This is **important** text.\n", &["これは**な"]), "これは\\*\\*な\n");
    let source = "The word `make` and **all** here.\n";
    assert_eq!(PAGES.written(source, &["語`make`とall、ここ。"]), "語\\ `make`\\ と\\ **all**、ここ。\n");
}

#[test]
fn what_would_be_markup_is_escaped() {
    assert_eq!(
        PAGES.written("Some text\n", &["A. Müller *x* `y` z_ |a| C:\\ b::"]),
        "\\A. Müller \\*x\\* \\`y\\` z\\_ \\|a\\| C:\\\\ b:\\:\n"
    );
    assert_eq!(PAGES.written("Some text\n", &["- a"]), "\\- a\n");
    assert_eq!(PAGES.texts("\\A. Müller \\*x\\* C:\\\\ b:\\:\n"), ["A. Müller *x* C:\\ b::"]);
}

#[test]
fn lines_keep_their_indentation_and_literal_blocks_their_mark() {
    let source = "* A long item of a list that goes on\n  in a second line::\n\n      code\n";
    assert_eq!(
        PAGES.written(
            source,
            &["Ein langer Punkt einer Liste, der auch in der zweiten Zeile noch weitergeht"]
        ),
        "* Ein langer Punkt einer Liste, der auch\n  in der zweiten Zeile noch weitergeht::\n\n      code\n"
    );
}

#[test]
fn roles_and_references_are_locked() {
    let document = PAGES.open("Call :func:`open` or :sup:`up` with `x`:sub: and http://a.b/c_d_ now.\n");
    let block = &document.blocks()[0];
    let locked = block.spans.iter().filter(|span| span.kind == SpanKind::Locked);
    let locked: Vec<&str> = locked.map(|span| &block.text[span.range.clone()]).collect();
    assert_eq!(locked, [":func:`open`", "http://a.b/c_d"]);
}

#[test]
fn unknown_directives_are_counted() {
    assert_eq!(
        PAGES.open(PAGE).left_alone().to_string(),
        "3 text places of kinds that Wasan leaves alone: 1 directive, block or command that is not known, \
             1 value that looks like code, 1 name that stays"
    );
}

#[test]
fn deep_nesting_is_left_alone_and_many_marks_are_read() {
    let deep: String = (0..200).map(|depth| format!("{}* a\n\n", " ".repeat(depth * 2))).collect();
    let document = Document::parse(Format::Rst, deep.as_bytes()).expect("readable");
    assert_eq!(document.left_alone().count(Place::CrowdedText), 1);
    for marks in ["*a ", "`a ", "|a ", "a_ ", "[1]_ ", ":a:`b ", "**", "``", "\\", "_`a "] {
        let source = marks.repeat(200_000);
        assert!(Document::parse(Format::Rst, source.as_bytes()).is_ok(), "{marks}");
    }
}

#[test]
fn fields_and_targets_over_several_lines_are_left() {
    let source = ".. contents:: :local:\n\n.. \u{c}Settings\n\n   Not this.\n\n__ http://a.b\n   #so-long\n\n---------\n In lines\n---------\n";
    assert_eq!(PAGES.texts(source), ["In lines"]);
    assert!(
        PAGES
            .written(source, &["Zwischen Linien"])
            .ends_with("\n----------------\n Zwischen Linien\n----------------\n")
    );
}

#[test]
fn marks_at_the_edges_of_references_and_code_are_theirs() {
    let source = "See `\\<name>`_ and ``:role:`x``` and `<other>`_ here.\n";
    assert_eq!(PAGES.texts(source), ["See `\\<name>`_ and ``:role:`x``` and `<other>`_ here."]);
    let given = ["Siehe `\\<name>`_ und ``:role:`x``` und `<other>`_ hier."];
    assert_eq!(PAGES.written(source, &given), format!("{}\n", given[0]));
}

#[test]
fn the_default_role_decides_what_backquotes_hold() {
    let source = "A `big house` here.\n\n.. default-role:: math\n\nA `a + b` here.\n\n.. default-role::\n\nA `red house` here.\n";
    assert_eq!(PAGES.texts(source), ["A big house here.", "A `a + b` here.", "A red house here."]);
}

#[test]
fn what_is_indented_below_a_target_is_a_quotation() {
    let source =
        "Text.\n\n .. _name:\n    https://example.org/\n\n  A quotation.\n\n  +---+\n  | a |\n  +---+\n";
    assert_eq!(PAGES.texts(source), ["Text.", "A quotation.", "a"]);
    let quoted = "Text.\n\n  Words of hers.\n\n  -- Jane Doe\n";
    assert_eq!(PAGES.texts(quoted), ["Text.", "Words of hers.", "Jane Doe"]);
    assert_eq!(
        PAGES.written(quoted, &["Text.", "— Ihre Worte.", "Jana Doe"]),
        "Text.\n\n  \\— Ihre Worte.\n\n  -- Jana Doe\n"
    );
}

#[test]
fn entries_of_the_index_are_counted() {
    let source = ".. index:: pair: house; red\n\n.. index::\n   single: tree\n\nText.\n";
    assert_eq!(PAGES.texts(source), ["Text."]);
    assert_eq!(PAGES.open(source).left_alone().count(Place::IndexEntry), 2);
}

#[test]
fn texts_in_options_are_read() {
    let source = "\
.. |logo| image:: a.png
   :alt: The *red* house
         is big: at night
   :align: left

.. toctree:: :caption: The *first* part
   :maxdepth: 2

.. module:: houses
   :synopsis: Finds houses.
   :platform: Unix, Windows

.. meta::
   :description lang=en: A page
      about houses
   :keywords: house, tree
   :property=og:title: Houses
   :robots: none

.. confval:: size
   :type: a number
   :default: the size of ``it``

.. sidebar:: A title
   :subtitle: More *of* it
   :class: left wide

.. unknown:: name
   :title: A title
   :colour: red and green
   :mode: fast
";
    assert_eq!(
        PAGES.texts(source),
        [
            "The *red* house is big: at night",
            "The *first* part",
            "Finds houses.",
            "A page about houses",
            "Houses",
            "a number",
            "the size of ``it``",
            "A title",
            "More of it",
            "A title",
        ]
    );
    let left = PAGES.open(source).left_alone().to_string();
    assert!(
        left.ends_with(": 1 list of keywords or category, 1 value that looks like code, 1 name that stays"),
        "{left}"
    );
    let given: Vec<String> = (0..10).map(|at| format!("*{at}* is: x")).collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let written = PAGES.written(source, &given);
    for line in [
        "   :alt: *0* is: x\n   :align: left\n",
        ":caption: *1* is: x\n",
        "   :synopsis: *2* is: x\n",
        "   :description lang=en: *3* is: x\n   :keywords: house, tree\n",
        "   :property=og:title: *4* is: x\n",
        "   :default: \\*6\\* is: x ``it``\n",
        "   :subtitle: \\*8\\* is: x\n   :class: left wide\n",
    ] {
        assert!(written.contains(line), "{line} in {written}");
    }
}

#[test]
fn what_a_directive_keeps_is_counted() {
    let source = "\
:Author: Jane Doe
:Copyright: All rights are kept.
:Status: a second draft

.. |mark| unicode:: The mark U+2122 .. of a trade

.. unknown:: Some words

.. parsed-literal::

   make *all*

.. glossary::

   house
      A big thing.

   .. A comment.
";
    assert_eq!(PAGES.texts(source), ["All rights are kept.", "A big thing."]);
    let document = PAGES.open(source);
    for (place, count) in
        [(Place::Name, 2), (Place::CodeValue, 2), (Place::UnknownMarkup, 1), (Place::Preformatted, 1)]
    {
        assert_eq!(document.left_alone().count(place), count, "{place:?}");
    }
}

#[test]
fn quoted_marks_begin_nothing() {
    let source = "A \"*\" label, (*) and “*” here, see [*]_ and *this*.\n";
    assert_eq!(PAGES.texts(source), ["A \"*\" label, (*) and “*” here, see and this."]);
}

#[test]
fn a_title_that_is_referred_to_stays() {
    let source =
        ".. contents:: Table of Contents\n\nSee `table of contents`_.\n\n__ http://a.b\n\n   A quotation.\n";
    assert_eq!(PAGES.texts(source), ["See table of contents.", "A quotation."]);
    assert_eq!(PAGES.open(source).left_alone().count(Place::Name), 1);
}

#[test]
fn a_reference_by_order_is_never_dropped() {
    let source = "See `the first`__ and the door.\n\nThen this__.\n\n__ /a\n__ /b\n";
    let written = PAGES.written(source, &["Sieh hier und dort.", "Dann ."]);
    assert_eq!(written, "Sieh hier und dort. `the first`__\n\nDann this__.\n\n__ /a\n__ /b\n");
    let source = "`The first`__ is red.\n\n__ /a\n";
    assert_eq!(PAGES.written(source, &["Dort ist es rot."]), "`The first`__ Dort ist es rot.\n\n__ /a\n");
    let source = "See *one* `word`__ only.\n\n__ /a\n";
    assert_eq!(PAGES.written(source, &["Nur."]), "Nur. `word`__\n\n__ /a\n");
    let document = PAGES.open(source);
    let findings = document.write(&["Nur.".into()]).expect("one for each").findings;
    let kinds: Vec<(FindingKind, &str)> = findings.iter().map(|one| (one.kind, one.text.as_str())).collect();
    assert_eq!(kinds, [(FindingKind::Dropped, "*one*"), (FindingKind::Moved, "`word`__")]);
}
