//! Properties on random documents: writing the source's own text changes nothing, and a Markdown document is read
//! back as the translations that were written into it.

mod markup_parts;
mod message_parts;
mod parts;

use documents::{Document, FindingKind, Format, SpanKind, Translation};
use fastrand::Rng;

use markup_parts::MARKUP;
use message_parts::{MESSAGES, WELL_FORMED};
use parts::{MARKDOWN, PLAIN, TRANSLATIONS};

const DOCUMENTS: usize = 4000;

fn random_of(rng: &mut Rng) -> (Format, String) {
    let plain: Vec<_> = MESSAGES.iter().chain(MARKUP).collect();
    let at = rng.usize(0..plain.len() + WELL_FORMED.len());
    if let Some((format, start, parts)) = plain.get(at) {
        return (*format, format!("{start}{}", random(rng, parts, 30)));
    }
    let (format, start, end, parts) = WELL_FORMED[at - plain.len()];
    (format, format!("{start}{}{end}", random(rng, parts, 8)))
}

#[test]
fn other_formats_change_no_byte_and_show_every_translation() {
    let mut rng = Rng::with_seed(4);
    let mut blocks = 0;
    for _ in 0..DOCUMENTS {
        let (format, source) = random_of(&mut rng);
        // Broken JSON is refused.
        let Ok(document) = Document::parse(format, source.as_bytes()) else { continue };
        let written = document.write(&own_texts(&document)).expect("one for each");
        assert_eq!(String::from_utf8(written.bytes).expect("UTF-8"), source, "{format:?}");
        assert_eq!(written.findings, []);
        let marked: Vec<Translation> =
            (0..document.blocks().len()).map(|index| format!("Neu{index}x. Wort").into()).collect();
        let written = document.write(&marked).expect("one for each");
        let text = String::from_utf8(written.bytes).expect("UTF-8");
        for index in 0..marked.len() {
            blocks += 1;
            let shown = text.contains(&format!("Neu{index}x."));
            let reported = written
                .findings
                .iter()
                .any(|finding| finding.block == index || finding.kind == FindingKind::Dropped);
            assert!(shown || reported, "{format:?} {source:?}\n{text:?}");
        }
        let again = Document::parse(format, text.as_bytes())
            .unwrap_or_else(|error| panic!("{error}: {format:?} {source:?}\n{text:?}"));
        let filled = matches!(format, Format::Po | Format::Xliff);
        let is_kept = |kind| matches!(kind, FindingKind::Dropped | FindingKind::Placeholders);
        let kept = written.findings.iter().any(|finding| is_kept(finding.kind));
        let (found, expected) = (again.blocks().len(), if filled { 0 } else { marked.len() });
        // Names are taken for labels where most values are texts.
        let more = matches!(format, Format::Json | Format::Properties | Format::Yaml) && found > expected;
        assert!(
            kept || found == expected || more || format == Format::Csv,
            "{format:?} {source:?}\n{text:?}"
        );
    }
    assert!(blocks > DOCUMENTS, "{blocks} blocks");
}

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
            let kept = |kind| written.findings.iter().any(|f| f.block == index && f.kind == kind);
            if kept(FindingKind::Refused) {
                refused += 1;
                continue;
            }
            // Code found without its delimiters gets them back, so there may be more of them than given.
            let marks: &[char] = &['`', '$', '<', '>'];
            let bare = |text: &str| letters(text).replace(marks, "");
            // A locked text that the translation lacks is put in, or takes the place of what looks like it.
            let source_block = &document.blocks()[index];
            let mut locked =
                source_block.spans.iter().filter(|span| span.kind == SpanKind::Locked).peekable();
            if kept(FindingKind::Moved) && locked.peek().is_some() {
                for span in locked {
                    let item = bare(&source_block.text[span.range.clone()]);
                    assert!(bare(&block.text).contains(&item), "{item:?}: {source:?}\n{text:?}");
                }
                continue;
            }
            assert_eq!(bare(&block.text), bare(&translation.text), "{source:?}\n{text:?}");
        }
    }
    assert!(blocks > DOCUMENTS, "{blocks} blocks");
    assert!(refused * 100 < blocks, "{refused} of {blocks} refused");
}
