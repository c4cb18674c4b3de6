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
fn cells_of_a_csv_table_are_valid_and_begin_nothing() {
    let source = ".. csv-table::\n\n   Name   , Meaning  ,x\n   \"one\",two  , 3\n";
    assert_eq!(PAGES.texts(source), ["Name", "Meaning", "x", "one", "two"]);
    assert_eq!(
        PAGES.written(source, &["Der Name", "- Sinn", "x", "A. eins", "zwei"]),
        ".. csv-table::\n\n   \"Der Name\", \"\\- Sinn\",x\n   \"\\A. eins\",\"zwei\", 3\n"
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

const SIMPLE: &str = "\
=======  ====  ==============
Name     Size  Meaning
=======  ====  ==============
``one``  two   The house is
               big.

               More of it.
three    four  - An item

               - Another
longer than    it is wide
-------------  --------------
a        b     The end
c        d     More
         e     text that is longer than the column
=======  ====  ==============

After.
";

/// The blocks of a page, each with another text where `changes` has one.
fn changed(source: &str, changes: &[(&str, &str)]) -> String {
    let texts = PAGES.texts(source);
    let change = |text: &String| changes.iter().find(|(old, _)| old == text).map(|(_, new)| *new);
    let given: Vec<&str> = texts.iter().map(|text| change(text).unwrap_or(text)).collect();
    PAGES.written(source, &given)
}

#[test]
fn the_cells_of_simple_tables_are_read() {
    let read = [
        "Name",
        "Size",
        "Meaning",
        "two",
        "The house is big.",
        "More of it.",
        "three",
        "four",
        "An item",
        "Another",
        "longer than",
        "it is wide",
        "a",
        "b",
        "The end",
        "c",
        "d e",
        "More text that is longer than the column",
        "After.",
    ];
    assert_eq!(PAGES.texts(SIMPLE), read);
    assert!(PAGES.open(SIMPLE).left_alone().is_empty());
    let document = PAGES.open(SIMPLE);
    let own: Vec<Translation> = document.blocks().iter().map(|block| block.text.as_str().into()).collect();
    assert_eq!(document.write(&own).expect("one for each").bytes, SIMPLE.as_bytes());
    let expected = SIMPLE
        .replace("The house is\n               big.", "Das Haus ist\n               groß.")
        .replace("The end", "Das Ende");
    assert_eq!(
        changed(SIMPLE, &[("The house is big.", "Das Haus ist groß."), ("The end", "Das Ende")]),
        expected
    );
}

#[test]
fn simple_tables_grow_with_their_cells() {
    let source = "=====  ====  =\nName   Size\n=====  ====  =\nhouse  big   x\n\n       wide\n------------  -\nend    of it\n=====  ====  =\n";
    assert_eq!(PAGES.open(source).left_alone().count(Place::DrawnTable), 1, "a line that ends at no column");
    let source =
        "=====  ====\nName   Size\n=====  ====\nhouse  big\n\n       wide\nred    blue\n=====  ====\n";
    assert_eq!(PAGES.texts(source), ["Name", "Size", "house", "big", "wide", "red", "blue"]);
    assert_eq!(
        changed(source, &[("house", "Häuser der Stadt"), ("wide", "breit und lang"), ("red", "赤い家")]),
        "================  ====\nName              Size\n================  ====\nHäuser der Stadt  big\n\n                  breit und lang\n赤い家            blue\n================  ====\n"
    );
}

const GRID: &str = "\
* An item

  +------+-------------+
  | Name | Meaning     |
  +======+=============+
  | one  | The house   |
  |      | is red.     |
  |      |             |
  |      | * An item   |
  +------+------+------+
  | wide text   | two  |
  +-------------+ rows |
  | ``code``    |      |
  +-------------+------+

After.
";

#[test]
fn the_cells_of_grid_tables_are_read_and_drawn_as_wide_as_they_need() {
    let read = [
        "An item",
        "Name",
        "Meaning",
        "one",
        "The house is red.",
        "An item",
        "wide text",
        "two rows",
        "After.",
    ];
    assert_eq!(PAGES.texts(GRID), read);
    assert!(PAGES.open(GRID).left_alone().is_empty());
    assert_eq!(changed(GRID, &[("After.", "Danach.")]), GRID.replace("After.", "Danach."));
    assert_eq!(
        changed(
            GRID,
            &[
                ("Name", "Der Name"),
                ("The house is red.", "Das Haus ist immer ganz rot."),
                ("two rows", "家")
            ]
        ),
        "\
* An item

  +----------+-------------+
  | Der Name | Meaning     |
  +==========+=============+
  | one      | Das Haus    |
  |          | ist immer   |
  |          | ganz rot.   |
  |          |             |
  |          | * An item   |
  +----------+------+------+
  | wide text       | 家   |
  +-----------------+      |
  | ``code``        |      |
  +-----------------+------+

After.
"
    );
    let crlf = GRID.replace('\n', "\r\n");
    let written = changed(&crlf, &[("Name", "Der Name")]);
    assert!(written.contains("  | Der Name | Meaning     |\r\n"), "{written}");
    assert_eq!(written.matches('\n').count(), written.matches("\r\n").count());
}

#[test]
fn a_text_that_would_be_a_line_of_its_table_is_never_lost() {
    let source = "+-----+-----+\n| one | two |\n+-----+-----+\n| wide text |\n+-----------+\n";
    for given in ["+---+", "| x |", "|  |  |  |", "---", "a | b", "====", "\u{fdd0} x", "\u{fdd1}"] {
        for text in ["one", "two", "wide text"] {
            let written = changed(source, &[(text, given)]);
            let read = PAGES.texts(&written);
            assert!(read.len() >= 2, "{given}: {written}");
            assert!(PAGES.open(&written).left_alone().is_empty(), "{given}: {written}");
        }
    }
}

#[test]
fn damaged_and_huge_tables_are_left_alone_in_time() {
    let many = format!("{}\n", "+-".repeat(3000)) + &format!("{}+\n", "+ ".repeat(3000)).repeat(3000);
    let crossed = format!("{}+\n", "+-".repeat(300)).repeat(600);
    let open = "+---+---+\n| a | b |\n+---+---+\n| a\n+---+---+\n";
    for source in [many.as_str(), &crossed, open, "=== ===\na b\n=== ===\n", "\u{fdd0}\n\u{fdd1}\nText\n"] {
        assert!(Document::parse(Format::Rst, source.as_bytes()).is_ok());
    }
    assert_eq!(PAGES.open(open).left_alone().count(Place::DrawnTable), 1);
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
