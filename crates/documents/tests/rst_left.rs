//! reStructuredText: what is neither translated nor code is counted.

mod pages;

use documents::{Format, Place};
use pages::Pages;

const PAGES: Pages = Pages(Format::Rst);

#[track_caller]
fn left(source: &str, texts: &[&str], place: Place, count: usize) {
    assert_eq!(PAGES.texts(source), texts, "{source}");
    assert_eq!(PAGES.written(source, texts), source);
    assert_eq!(PAGES.open(source).left_alone().count(place), count, "{source}");
}

#[test]
fn arguments_of_options_and_classifiers_are_counted() {
    left(
        "-o FILE, --output=FILE  Writes it.\n-v  Says more.\n",
        &["Writes it.", "Says more."],
        Place::CodeValue,
        1,
    );
    left("size : a number\n   How big it is.\n", &["size", "How big it is."], Place::CodeValue, 1);
    left("size : *x1*\n   How big it is.\n", &["size", "How big it is."], Place::CodeValue, 0);
}

#[test]
fn references_by_order_or_by_their_words_are_counted() {
    let source = "See `the first`__ and `the second`__ and this__.\n\n__ /a\n__ /b\n__ /c\n";
    left(source, &["See and and ."], Place::Name, 3);
    let source = "See `the first`__ here.\n\n__ /a\n";
    left(source, &["See the first here."], Place::Name, 0);
    let source = "See `the house <https://example.org>`_ and `the house`_.\n";
    left(source, &["See `the house <https://example.org>`_ and the house."], Place::Name, 1);
    left(
        "See `the house`_ and :ref:`a`.\n\n.. _the house: /a\n",
        &["See the house and :ref:`a`."],
        Place::Name,
        0,
    );
}
