//! Properties on random documents: writing the source's own text changes nothing, and a Markdown document is read
//! back as the translations that were written into it.

use documents::{Document, Format, Problem, Translation};
use fastrand::Rng;

const DOCUMENTS: usize = 4000;

const MARKDOWN: &[&str] = &[
    "word",
    "two words",
    "Ein Satz. Noch einer!",
    "日本語の文。",
    "*em*",
    "**strong**",
    "_a_",
    "~~del~~",
    "`code`",
    "``a ` b``",
    "[link](url)",
    "[link *em*](<u v> \"t\")",
    "[ref]",
    "[ref][]",
    "[x][ref]",
    "![alt](i.png)",
    "[![b](c)](d)",
    "<https://x.y>",
    "https://a.b/c_d",
    "<b>bold</b>",
    "<br>",
    "<!-- c -->",
    "</i>",
    "<kbd>K</kbd>",
    "&amp;",
    "\\*",
    "\\",
    "$x_1$",
    "$",
    "[^1]",
    "***",
    "**",
    "*",
    "_",
    "`",
    "~",
    "[",
    "]",
    "(",
    ")",
    "!",
    "|",
    "<",
    ">",
    "#",
    "-",
    "+",
    "1.",
    ":",
    "=",
    "{#a}",
    "\u{a0}",
    "\u{3000}",
    "é😀",
    " ",
    " ",
    " ",
    " ",
    "  ",
    "\t",
    "\n",
    "\n",
    "\n",
    "\n\n",
    "\n\n",
    "\r\n",
    "  \n",
    "\\\n",
    "\n> ",
    "\n>\n> ",
    "\n- ",
    "\n  - ",
    "\n1. ",
    "\n# ",
    "\n## ",
    "\n===\n",
    "\n---\n",
    "\n\n    ",
    "\n```\n",
    "\n| a | b |\n|---|:-:|\n| c | ",
    " |\n",
    "\n<div>\n",
    "\n[ref]: u\n",
    "\n[^1]: note\n",
    "\n- [ ] ",
    "\n> [!NOTE]\n> ",
    "---\nt: v\n---\n",
    "+++\n",
    "$$\nx\n$$",
];

const TRANSLATIONS: &[&str] = &[
    "Wort",
    "zwei Wörter",
    "翻訳された文。",
    "Ein Satz.",
    "code",
    "`code`",
    "link",
    "em",
    "strong",
    "bold",
    "https://a.b/c_d",
    "K",
    "*",
    "_",
    "**x**",
    "`",
    "~",
    "[",
    "](",
    "!",
    "|",
    "<",
    "<b>",
    "&amp;",
    "#",
    "-",
    "+",
    "1.",
    ">",
    "=",
    "$",
    "\\",
    "{",
    ":",
    "\n",
    " ",
    " ",
    " ",
    " ",
    "「",
    "」",
    "é😀",
    "\t",
    "\0",
    "***",
    "---",
];

const PLAIN: &[&str] = &[
    "word ",
    "A longer run of words that fills most of a line of text, ",
    "日本語の文が続く。",
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "  ",
    "\t",
    "- ",
    "• ",
    "1. ",
    "https://a.b/c",
    "://",
    "http://",
    "12",
    "---",
    "é😀",
    "\u{a0}",
    "\u{3000}",
    "<i>",
    "</i>",
    "<b>",
    "{\\an8}",
    "<",
    "{\\",
    ">",
    "1\n00:00:01,000 --> 00:00:02,000\n",
    "2\n",
    "00:00:01,000 --> 00:00:02,000\n",
    "-->",
    "\u{0}",
    "<font color=\"x\">",
    "</font>",
];

fn random(rng: &mut Rng, parts: &[&str], most: usize) -> String {
    (0..rng.usize(0..=most)).map(|_| parts[rng.usize(0..parts.len())]).collect()
}

fn own_texts(document: &Document) -> Vec<Translation> {
    document.blocks().iter().map(|block| block.text.as_str().into()).collect()
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect()
}

#[test]
fn writing_the_own_text_changes_no_byte() {
    let mut rng = Rng::with_seed(1);
    for _ in 0..DOCUMENTS {
        let (format, source) = match rng.u8(0..3) {
            0 => (Format::Text, random(&mut rng, PLAIN, 30)),
            1 => {
                (Format::SubRip, format!("1\n00:00:01,000 --> 00:00:02,000\n{}", random(&mut rng, PLAIN, 30)))
            }
            _ => (Format::Markdown, random(&mut rng, MARKDOWN, 40)),
        };
        let document = Document::parse(format, source.as_bytes()).expect("small and valid");
        let written = document.write(&own_texts(&document)).expect("one for each");
        assert_eq!(String::from_utf8(written.bytes).expect("UTF-8"), source);
        assert_eq!(written.findings, []);
        for block in document.blocks() {
            assert!(
                block.spans.iter().all(|span| block.text.get(span.range.clone()).is_some()),
                "{source:?}"
            );
        }
    }
}

#[test]
fn no_translation_removes_times() {
    let mut rng = Rng::with_seed(2);
    for _ in 0..DOCUMENTS {
        let source = format!("1\n00:00:01,000 --> 00:00:02,000\n{}", random(&mut rng, PLAIN, 30));
        let document = Document::parse(Format::SubRip, source.as_bytes()).expect("small and valid");
        let translations: Vec<Translation> =
            document.blocks().iter().map(|_| random(&mut rng, PLAIN, 8).into()).collect();
        let written = document.write(&translations).expect("one for each");
        let text = String::from_utf8(written.bytes).expect("UTF-8");
        let lines =
            |text: &str| text.lines().filter(|line| line.trim() == "00:00:01,000 --> 00:00:02,000").count();
        assert!(lines(&text) >= lines(&source), "{source:?}\n{text:?}");
    }
}

#[test]
fn markdown_is_read_back_as_it_was_translated() {
    let mut rng = Rng::with_seed(3);
    let (mut blocks, mut refused) = (0, 0);
    for _ in 0..DOCUMENTS {
        let source = random(&mut rng, MARKDOWN, 40);
        let document = Document::parse(Format::Markdown, source.as_bytes()).expect("small and valid");
        let translations: Vec<Translation> = document
            .blocks()
            .iter()
            .map(|_| format!("x{} y", random(&mut rng, TRANSLATIONS, 12)).into())
            .collect();
        let written = document.write(&translations).expect("one for each");
        let text = String::from_utf8(written.bytes).expect("UTF-8");
        let read = Document::parse(Format::Markdown, text.as_bytes()).expect("still valid");
        assert_eq!(read.blocks().len(), translations.len(), "{source:?}\n{text:?}");
        for (index, (block, translation)) in read.blocks().iter().zip(&translations).enumerate() {
            blocks += 1;
            let kept = |problem| written.findings.iter().any(|f| f.block == index && f.problem == problem);
            if kept(Problem::Refused) {
                refused += 1;
                continue;
            }
            // Code found without its marks gets them back, so marks may be more than were given.
            let marks: &[char] = &['`', '$', '<', '>'];
            let bare = |text: &str| letters(text).replace(marks, "");
            assert_eq!(bare(&block.text), bare(&translation.text), "{source:?}\n{text:?}");
        }
    }
    assert!(blocks > DOCUMENTS, "{blocks} blocks");
    assert!(refused * 100 < blocks, "{refused} of {blocks} refused");
}
