//! Where blocks of AsciiDoc that are copied end, so that the text after them is read.

mod pages;

use documents::{Format, Place};
use pages::Pages;

const PAGES: Pages = Pages(Format::AsciiDoc);

#[track_caller]
fn check(source: &str, texts: &[&str]) {
    let own = PAGES.texts(source);
    assert_eq!(own, texts, "{source}");
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    assert_eq!(PAGES.written(source, &own), source);
}

#[test]
fn an_indented_paragraph_ends_with_the_block_around_it() {
    for fence in ["--", "====", "****", "____"] {
        let source = format!(
            "More are:\n{fence}\n\ta <b@example.org>\n{fence}\nwhich maps the name, and:\n{fence}\n\tc\n{fence}\nThe end.\n"
        );
        check(&source, &["More are:", "which maps the name, and:", "The end."]);
    }
    check("====\n--\n code\n====\nAfter it.\n", &["After it."]);
}

#[test]
fn an_indented_paragraph_ends_before_a_block() {
    check(" code\n----\nmore code\n----\nAfter it.\n", &["After it."]);
    check(" code\n====\nAn example.\n====\nAfter it.\n", &["An example.", "After it."]);
    check(" code\n|===\n|A cell\n|===\n\nAfter it.\n", &["A cell", "After it."]);
    check(" code\n[quote]\nA saying.\n", &["A saying."]);
    check("* item\n\n code\n+\nMore of it.\n", &["item", "More of it."]);
    check("[source]\ncode\n+\n--\nMore.\n--\n", &["More."]);
}

#[test]
fn a_block_that_is_not_closed_ends_with_the_block_around_it() {
    check("====\n----\ncode\n====\nAfter it.\n", &["After it."]);
    let source = "====\n[unknown]\n****\nWords of it.\n====\nAfter it.\n";
    check(source, &["After it."]);
    assert_eq!(PAGES.open(source).left_alone().count(Place::UnknownMarkup), 1);
    check("====\n[source]\ncode\n====\nAfter it.\n", &["After it."]);
    // A line of code that looks like the start of a block.
    check("[source]\ncode\n----\nmore\n\nAfter it.\n", &["After it."]);
}

#[test]
fn a_cell_has_blocks_of_its_own() {
    check(
        "====\n|===\na|\n--\n code\n--\nIn the cell.\n|===\n\nIn the example.\n====\nAfter it.\n",
        &["In the cell.", "In the example.", "After it."],
    );
}
