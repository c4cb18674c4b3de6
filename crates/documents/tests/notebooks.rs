//! Jupyter notebooks.

use documents::{Document, Error, Format, Translation};
use serde_json::Value;

const SOURCE: &str = r##"{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "a1",
   "metadata": {"title": "The house"},
   "source": [
    "# The *big* house\n",
    "\n",
    "Caf\u00e9 \"text\" with `code` and $x^2$.\n",
    "\n",
    "![A picture](attachment:a.png)"
   ],
   "attachments": {"a.png": {"image/png": "AAAA"}}
  },
  {
   "cell_type": "code",
   "execution_count": 1,
   "metadata": {},
   "outputs": [{"name": "stdout", "output_type": "stream", "text": ["The house is big\n"]}],
   "source": ["# Prints the house\n", "print('The house')"]
  },
  {
   "cell_type": "markdown",
   "metadata": {},
   "source": "One line\\n only.\n\n- An item"
  },
  {"cell_type": "raw", "metadata": {}, "source": ["Raw text"]},
  {"cell_type": "markdown", "metadata": {}, "source": []}
 ],
 "metadata": {"kernelspec": {"display_name": "Python 3", "name": "python3"}},
 "nbformat": 4,
 "nbformat_minor": 5
}
"##;

fn texts(source: &str) -> Vec<String> {
    let document = Document::parse(Format::Notebook, source.as_bytes()).expect("a notebook");
    document.blocks().iter().map(|block| block.text.clone()).collect()
}

fn changed(source: &str, change: impl Fn(&str) -> String) -> String {
    let document = Document::parse(Format::Notebook, source.as_bytes()).expect("a notebook");
    let own: Vec<Translation> = document.blocks().iter().map(|block| block.text.as_str().into()).collect();
    assert_eq!(document.write(&own).expect("one for each").bytes, source.as_bytes());
    let given: Vec<Translation> = document.blocks().iter().map(|block| change(&block.text).into()).collect();
    String::from_utf8(document.write(&given).expect("one for each").bytes).expect("UTF-8")
}

#[test]
fn markdown_cells_are_read_and_nothing_else() {
    let expected = [
        "The big house",
        "Café \"text\" with `code` and $x^2$.",
        "A picture",
        "One line\\n only.",
        "An item",
    ];
    assert_eq!(texts(SOURCE), expected);
    let written = changed(SOURCE, |text| format!("Neu: {text}"));
    let json: Value = serde_json::from_str(&written).expect("JSON");
    let before: Value = serde_json::from_str(SOURCE).expect("JSON");
    let lines: Vec<&str> =
        json["cells"][0]["source"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(lines[0], "# Neu: The *big* house\n");
    assert_eq!(lines[1], "\n");
    assert_eq!(lines[2], "Neu: Café \"text\" with `code` and $x^2$.\n");
    assert!(json["cells"][2]["source"].as_str().expect("a string").contains("\n\n- Neu: An item"));
    for cell in [1, 3, 4] {
        assert_eq!(json["cells"][cell], before["cells"][cell]);
    }
    assert_eq!(json["cells"][0]["metadata"], before["cells"][0]["metadata"]);
    assert_eq!(json["metadata"], before["metadata"]);
    // The layout of the list stays, and lines without a change keep their bytes.
    assert!(
        written
            .contains("   \"source\": [\n    \"# Neu: The *big* house\\n\",\n    \"\\n\",\n    \"Neu: Caf"),
        "{written}"
    );
    let one = changed(SOURCE, |text| text.replace("An item", "Ein Punkt"));
    assert_eq!(one, SOURCE.replace("- An item", "- Ein Punkt"));
}

#[test]
fn notebooks_are_recognised_and_older_ones_read() {
    for name in ["a.ipynb", "a.json", "a"] {
        assert_eq!(Format::detect(name, SOURCE.as_bytes()), Ok(Format::Notebook));
    }
    let old = r#"{"worksheets":[{"cells":[{"cell_type":"heading","level":1,"source":["The house"]},{"cell_type":"code","input":["x = 'A text'"]},{"cell_type":"markdown","source":"Some text"}]}],"nbformat":3,"nbformat_minor":0,"metadata":{"name":"a"}}"#;
    assert_eq!(texts(old), ["The house", "Some text"]);
    assert_eq!(
        changed(old, |text| format!("{text}.")),
        old.replace("The house", "The house.").replace("Some text", "Some text.")
    );
}

#[test]
fn broken_notebooks_are_refused() {
    for source in [
        &SOURCE[..SOURCE.len() / 2],
        "{}",
        "[]",
        "",
        "{\"cells\": [{\"cell_type\": \"markdown\", \"source\": \"\\ud83d x\"}]}",
        "{\"cells\": []} x",
        &format!("{{\"cells\": {}", "[".repeat(100_000)),
    ] {
        assert!(
            matches!(Document::parse(Format::Notebook, source.as_bytes()), Err(Error::Json { .. })),
            "{source:.100}"
        );
    }
    assert_eq!(texts("{\"nbformat\": 3}"), [""; 0]);
    assert_eq!(
        texts("{\"cells\": [1, {\"cell_type\": 2}, {\"cell_type\": \"markdown\", \"source\": [1]}]}"),
        [""; 0]
    );
}
