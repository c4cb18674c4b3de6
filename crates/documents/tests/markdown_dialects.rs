//! What Markdown's dialects add: front matter, boxes, admonitions, wiki links.

mod markdown_pages;
mod work;

use documents::{Document, Format, Translation};
use markdown_pages::{parse, texts, write, written};

#[test]
fn what_readers_see_of_front_matter_is_translated() {
    let source = "---\ntitle: \"A \\\"page\\\"\"\ndescription: >-\n  Words that are\n  folded\ntags: [one, two]\nslug: a-page\nSummary: 'It''s short'\n\
        image:\n  url: a.png\n  title: A picture\n---\n\nText\n";
    let read = ["A \"page\"", "Words that are folded", "It's short", "A picture", "Text"];
    assert_eq!(texts(source), read);
    assert_eq!(
        written(source, &["Eine \"Seite\"", "Worte, gefaltet", "Kurz, so 'ne", "Bild: eins", "Text"]),
        source
            .replace("A \\\"page\\\"", "Eine \\\"Seite\\\"")
            .replace("Words that are\n  folded", "Worte,\n  gefaltet")
            .replace("It''s short", "Kurz, so ''ne")
            .replace("A picture", "\"Bild: eins\"")
    );
    let toml = "+++\ntitle = \"A page\\twith \\u00e4\"\ndate = 2024-01-02\nslug = \"a page\"\n[params]\n  description = \"Words\" # why\n+++\n\nText\n";
    assert_eq!(texts(toml), ["A page with ä", "Words", "Text"]);
    assert_eq!(
        written(toml, &["Eine \"Seite\"", "Worte", "Text"]),
        toml.replace("A page\\twith \\u00e4", "Eine \\\"Seite\\\"").replace("\"Words\"", "\"Worte\"")
    );
}

#[test]
fn edges_of_boxes_are_copied_and_their_text_is_not() {
    let source = "Before\n\n:::note My *title*\nSome words\nhere.\n:::\n\n::: warning\n\nMore.\n\n:::\n\n!!! note \"A title\"\n    Indented\n    words.\n";
    let read = ["Before", "My title", "Some words here.", "More.", "A title", "Indented words."];
    assert_eq!(texts(source), read);
    let expected = source
        .replace("Before", "\\:::davor")
        .replace("Some words\nhere.", "Hier Worte.")
        .replace("More.", "Mehr.")
        .replace("Indented\n    words.", "Eingerückt, und das so lang, dass es auf\n    zwei Zeilen steht.");
    let long = "Eingerückt, und das so lang, dass es auf zwei Zeilen steht.";
    let given = [":::davor", "My title", "Hier Worte.", "Mehr.", "A title", long];
    assert_eq!(written(source, &given), expected);
    let given = ["Before", "Mein Titel", "Some words here.", "More.", "Ein \"Titel\"", "Indented words."];
    let expected =
        source.replace("My *title*", "Mein *Titel*").replace("\"A title\"", "\"Ein &quot;Titel&quot;\"");
    assert_eq!(write(source, &given).0, expected.replace("*Titel*", "Titel"));
}

#[test]
fn indented_text_of_admonitions_tabs_and_definitions_is_no_code() {
    let source = "!!! note \"A title\"\n\n    First words.\n\n    * An item\n\n            code here\n\n??? tip\n    More words.\n\n\
        === \"One tab\"\n\n    In the tab.\n\nTerm\n:   Its meaning.\n\n    More about it.\n\nBeside it.\n\n    code here\n";
    let read = [
        "A title",
        "First words.",
        "An item",
        "More words.",
        "One tab",
        "In the tab.",
        "Term",
        "Its meaning.",
        "More about it.",
        "Beside it.",
    ];
    assert_eq!(texts(source), read);
    let loud: Vec<String> = read.iter().map(|text| text.to_uppercase()).collect();
    let expected = read.iter().zip(&loud).fold(source.to_owned(), |all, (one, loud)| all.replace(one, loud));
    assert_eq!(written(source, &loud.iter().map(String::as_str).collect::<Vec<_>>()), expected);
}

#[test]
fn texts_in_markup_of_dialects_are_counted() {
    let left = |source: &str| parse(source).left_alone().count(documents::Place::UnknownMarkup);
    assert_eq!(left("{{< figure src=\"a\" title=\"Two words\" >}}\n"), 1);
    assert_eq!(left("``` py title=\"Two words\"\nx\n```\n"), 1);
    assert_eq!(left("```{note} Title\nSome words.\n```\n"), 1);
    assert_eq!(left("```{python}\nx = 1\n```\n\n``` js title=\"a.js\"\nx\n```\n"), 0);
}

#[test]
fn constructs_of_dialects_are_copied_and_lines_never_merged() {
    let source = "\
See [[Other Page]] and ![[picture.png]] here.

Water is H~2~O, x^2^ ==very big== here :smile:

Term
Other term
: The meaning of the term

A note^[The *inline* note is here] there.

The HTML page is here.

*[HTML]: Hyper Text
*[CSS]: Style Sheets

{{% notice warning %}}
The notice is here.
{{% /notice %}}

{{< figure src=\"a_b_c.png\" title=\"*x*\" >}}

[toc]

> [!NOTE]
> A remark.

> [!faq]- A title
> An answer.

A paragraph.
{: .class}

[Link](u){target=_blank} text.

import X from './x'

<Tabs items={['a', 'b']}>

In tabs with {props.name}.

</Tabs>

$$
E = m c^2
$$

If \\(a + b\\) holds.

| A line of verse
| and one more
";
    let read = [
        "See [[Other Page]] and here.",
        "Water is H~2~O, x^2^ very big here :smile:",
        "Term",
        "Other term",
        "The meaning of the term",
        "A note there.",
        "The inline note is here",
        "The HTML page is here.",
        "Hyper Text",
        "Style Sheets",
        "The notice is here.",
        "A remark.",
        "A title",
        "An answer.",
        "A paragraph.",
        "Link text.",
        "In tabs with {props.name}.",
        "If \\(a + b\\) holds.",
        "A line of verse",
        "and one more",
    ];
    assert_eq!(texts(source), read);
    let loud: Vec<String> =
        read.iter().map(|text| text.replace(" is ", " IST ").replace("The", "Die")).collect();
    let (text, _) = write(source, &loud.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(text, source.replace(" is ", " IST ").replace("The", "Die"));
}

#[test]
fn ruby_and_formulas_in_a_line_of_markdown_are_those_of_html() {
    let source = "私は<ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>に住む。\n";
    assert_eq!(texts(source), ["私は東京に住む。"]);
    assert_eq!(written(source, &["I live in Tokyo."]), "I live in Tokyo.\n");
    let formula = format!("<math>{}</math>", "<mi>a</mi><mo>=</mo>".repeat(50));
    let source = format!("The sum {formula} is big.\n");
    assert_eq!(texts(&source), ["The sum is big."]);
    assert!(write(&source, &["Die Summe ist groß."]).0.contains(&formula));
    let source = format!("The sum $${}$$ is big.\n", "a + ".repeat(60));
    assert_eq!(texts(&source), ["The sum is big."]);
}

#[test]
fn front_matter_in_json_is_copied() {
    assert_eq!(
        texts("{\n  \"title\": \"A page\",\n  \"tags\": [\"a b\"]\n}\n\nText here.\n"),
        ["Text here."]
    );
}

#[test]
fn hostile_dialects_are_read_in_linear_time() {
    for part in
        ["{% :aa: ", "[[", "{{", "a~", "^[", "==a", "<A b={", "<rt>", "<math>", "\\\\(", ":a", "| ", "{:"]
    {
        let copy = |source: &str| {
            let Ok(document) = Document::parse(Format::Markdown, source.as_bytes()) else { return };
            let own: Vec<Translation> =
                document.blocks().iter().map(|block| block.text.as_str().into()).collect();
            assert_eq!(document.write(&own).expect("one for each").bytes, source.as_bytes());
        };
        work::assert_linear(300_000 / part.len(), |times| part.repeat(times), copy);
    }
}
