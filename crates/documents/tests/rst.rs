//! reStructuredText: what is translated, and that everything else keeps its bytes and its meaning.

mod pages;

use documents::{Document, Format, Place, SpanKind, Translation};
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
fn tables_of_lists_and_commas_are_read() {
    let source = "\
.. list-table:: A title
   :header-rows: 1

   * - Left
     - ``code``
   * - Upper
     - Lower

.. csv-table::
   :header: x

   \"One, two\", 3, bare text
";
    assert_eq!(PAGES.texts(source), ["A title", "Left", "Upper", "Lower", "One, two", "bare text"]);
    let written = PAGES.written(source, &["T", "L", "O", "U", "Eins \"zwei\"", "bloßer, Text"]);
    assert!(written.ends_with("   \"Eins \"\"zwei\"\"\", 3, \"bloßer, Text\"\n"), "{written}");
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
        "1 text place of kinds that Wasan leaves alone: 1 directive, block or command that is not known"
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
fn the_last_column_of_a_simple_table_is_read() {
    let source = "\
=======  ====  ==============
Name     Size  Meaning
=======  ====  ==============
``one``  two   The house is
               big.

               More of it.
three    four  - An item
five     six
seven
longer than    it is wide
-------------  --------------
a        b     The end
c        d     Left as
         e     it is.
=======  ====  ==============

After.
";
    let read = ["Meaning", "The house is big.", "More of it.", "An item", "it is wide", "The end", "After."];
    assert_eq!(PAGES.texts(source), read);
    assert_eq!(PAGES.open(source).left_alone().count(documents::Place::DrawnTable), 1);
    let expected = source
        .replace("The house is\n               big.", "Das Haus, das ist groß.")
        .replace("The end", "Das Ende");
    let given =
        ["Meaning", "Das Haus, das ist groß.", "More of it.", "An item", "it is wide", "Das Ende", "After."];
    assert_eq!(PAGES.written(source, &given), expected);
}

#[test]
fn what_is_indented_below_a_target_is_a_quotation() {
    let source =
        "Text.\n\n .. _name:\n    https://example.org/\n\n  A quotation.\n\n  +---+\n  | a |\n  +---+\n";
    assert_eq!(PAGES.texts(source), ["Text.", "A quotation."]);
    assert_eq!(PAGES.open(source).left_alone().count(Place::DrawnTable), 1);
}

#[test]
fn entries_of_the_index_are_counted() {
    let source = ".. index:: pair: house; red\n\n.. index::\n   single: tree\n\nText.\n";
    assert_eq!(PAGES.texts(source), ["Text."]);
    assert_eq!(PAGES.open(source).left_alone().count(Place::IndexEntry), 2);
}
