//! The tables of reStructuredText: lists, CSV, and those that are drawn with characters.

mod pages;

use documents::{Document, Format, Place, Translation};
use pages::Pages;

const PAGES: Pages = Pages(Format::Rst);

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
    assert_eq!(PAGES.texts(source), ["A title", "Left", "Upper", "Lower", "x", "One, two", "bare text"]);
    let written = PAGES.written(source, &["T", "L", "O", "U", "X", "Eins \"zwei\"", "bloßer, Text"]);
    assert!(written.contains("   :header: \"X\"\n"), "{written}");
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
fn the_header_of_a_csv_table_is_read() {
    let source = "\
.. csv-table:: A table
   :header: \"The name\", Size,
            \"More, of it\", \"\"
   :widths: 10, 20, 30

   1, 2, \"three ``\"\"x\"\"`` and \"\"four\"\"\"
";
    assert_eq!(
        PAGES.texts(source),
        ["A table", "The name", "Size", "More, of it", "three ``\"x\"`` and \"four\""]
    );
    let given = ["T", "Der \"Name\"", "Größe", "Mehr", "drei ``\"x\"`` und \"vier\""];
    assert_eq!(
        PAGES.written(source, &given),
        "\
.. csv-table:: T
   :header: \"Der \"\"Name\"\"\", \"Größe\",
            \"Mehr\", \"\"
   :widths: 10, 20, 30

   1, 2, \"drei ``\"\"x\"\"`` und \"\"vier\"\"\"
"
    );
}

#[test]
fn cells_of_several_lines_are_read() {
    let source = "\
.. csv-table::

   one, \"The house
   is big.

   * An *item*
   * More \"\"of\"\" it\", two

   three
";
    assert_eq!(
        PAGES.texts(source),
        ["one", "The house is big.", "An item", "More \"of\" it", "two", "three"]
    );
    let given = ["eins", "Das Haus ist groß.", "Ein Punkt", "Mehr \"davon\"", "zwei", "drei"];
    assert_eq!(
        PAGES.written(source, &given),
        "\
.. csv-table::

   \"eins\", \"Das Haus ist groß.

   * Ein Punkt
   * Mehr \"\"davon\"\"\", \"zwei\"

   \"drei\"
"
    );
}

#[test]
fn marks_of_a_csv_table_are_those_of_its_options() {
    let source = "\
.. csv-table::
   :header: the|'red house'
   :delim: |
   :quote: '

   a, b | 'It''s | here'
";
    assert_eq!(PAGES.texts(source), ["the", "red house", "a, b", "It's | here"]);
    assert_eq!(
        PAGES.written(source, &["das", "rote Haus's", "a \"b\"", "Es ist 'hier'"]),
        "\
.. csv-table::
   :header: 'das'|'rote Haus''s'
   :delim: |
   :quote: '

   'a \"b\"'| 'Es ist ''hier'''
"
    );
    let source = ".. csv-table::\n   :escape: \\\n   :delim: 0x3B\n\n   \"the house\"; \"a \\\"tree\\\"\"\n";
    assert_eq!(PAGES.texts(source), ["the house", "a \"tree\""]);
    assert_eq!(
        PAGES.written(source, &["\"das\" Haus", "a \"tree\""]),
        source.replace("the house", "\\\"das\\\" Haus")
    );
    let escaped = source.replace("\\\"tree", "\\*tree");
    assert_eq!(PAGES.texts(&escaped), ["the house"]);
    assert_eq!(PAGES.open(&escaped).left_alone().count(Place::DamagedPart), 1);
    let titled = ".. csv-table::\n   A table\n   :header: the house\n\n   a tree\n";
    assert_eq!(PAGES.texts(titled), ["A table", "the house", "a tree"]);
    let spaced = ".. csv-table::\n   :keepspace:\n\n   the house, a tree\n";
    assert_eq!(
        PAGES.written(spaced, &["das Haus", "ein Baum"]),
        ".. csv-table::\n   :keepspace:\n\n   \"das Haus\",\" ein Baum\"\n"
    );
}

#[test]
fn damaged_rows_are_counted() {
    for rows in ["\"the house", "\"the house\" big, x", "the, \"red"] {
        let source = format!(".. csv-table::\n\n   a house\n   {rows}\n");
        assert_eq!(PAGES.texts(&source), [""; 0], "{rows}");
        assert_eq!(PAGES.open(&source).left_alone().count(Place::DamagedPart), 1, "{rows}");
    }
    let delimiter = ".. csv-table::\n   :delim: none\n\n   the house\n";
    assert_eq!(PAGES.open(delimiter).left_alone().count(Place::DamagedPart), 1);
}

/// The blocks of a page, each with another text where `changes` has one.
fn changed(source: &str, changes: &[(&str, &str)]) -> String {
    let texts = PAGES.texts(source);
    let change = |text: &String| changes.iter().find(|(old, _)| old == text).map(|(_, new)| *new);
    let given: Vec<&str> = texts.iter().map(|text| change(text).unwrap_or(text)).collect();
    PAGES.written(source, &given)
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
    let many = format!("{}\n", "+-".repeat(1500)) + &format!("{}+\n", "+ ".repeat(1500)).repeat(1500);
    let crossed = format!("{}+\n", "+-".repeat(300)).repeat(600);
    let open = "+---+---+\n| a | b |\n+---+---+\n| a\n+---+---+\n";
    for source in [many.as_str(), &crossed, open, "=== ===\na b\n=== ===\n", "\u{fdd0}\n\u{fdd1}\nText\n"] {
        assert!(Document::parse(Format::Rst, source.as_bytes()).is_ok());
    }
    assert_eq!(PAGES.open(open).left_alone().count(Place::DrawnTable), 1);
}
