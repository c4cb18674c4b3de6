//! Translation memories (TMX) and glossaries (TBX) as pairs of texts.

use crate::bilingual::is_same_language;
use crate::encoding::Encoding;
use crate::xml::tree::{self, DocType, Element, Node};
use crate::{Result, xml};

/// Whether the bytes seem to be XML.
pub fn is_xml(bytes: &[u8]) -> bool {
    Encoding::read(bytes).is_ok_and(|(_, text)| text.trim_start().starts_with('<'))
}

/// The units of a TMX file that have a text in both languages, given by code, as (source, target) without markup.
/// `en` also matches `en-GB`.
///
/// ```
/// use documents::tmx_tbx::{read_units, write_units};
///
/// let memory = write_units(&[("Guten Tag", "Good day")], "de", "en");
/// assert_eq!(read_units(&memory, "en", "de")?, [("Good day".to_owned(), "Guten Tag".to_owned())]);
/// # Ok::<(), documents::Error>(())
/// ```
///
/// # Errors
/// When the bytes are in no known encoding, larger or more nested than [`limits`](crate::limits) allow, or no XML.
pub fn read_units(bytes: &[u8], from: &str, to: &str) -> Result<Vec<(String, String)>> {
    pairs(bytes, &["tu"], &["tuv"], &["seg"], from, to)
}

/// The terms of a TBX file (any dialect) in both languages: of several synonyms, each source term is paired with the
/// first target term.
///
/// # Errors
/// As [`read_units`].
pub fn read_terms(bytes: &[u8], from: &str, to: &str) -> Result<Vec<(String, String)>> {
    pairs(bytes, &["termEntry", "conceptEntry"], &["langSet", "langSec"], &["term"], from, to)
}

/// A TMX 1.4 file of units (source, target).
pub fn write_units(units: &[(&str, &str)], from: &str, to: &str) -> Vec<u8> {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tmx version=\"1.4\">\n<header creationtool=\"Wasan\" \
         creationtoolversion=\"{}\" segtype=\"sentence\" o-tmf=\"Wasan\" adminlang=\"en\" srclang=\"{}\" \
         datatype=\"plaintext\"/>\n<body>\n",
        env!("CARGO_PKG_VERSION"),
        xml::escape_value(from),
    );
    for (source, target) in units {
        text.push_str("<tu>");
        for (language, segment) in [(from, source), (to, target)] {
            let language = xml::escape_value(language);
            text.push_str(&format!("<tuv xml:lang=\"{language}\"><seg>{}</seg></tuv>", xml::escape(segment)));
        }
        text.push_str("</tu>\n");
    }
    text.push_str("</body>\n</tmx>\n");
    text.into_bytes()
}

/// A TBX (ISO 30042:2019) file of terms (source, target), one concept each.
pub fn write_terms(terms: &[(&str, &str)], from: &str, to: &str) -> Vec<u8> {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tbx type=\"TBX-Core\" style=\"dca\" xml:lang=\"{}\" \
         xmlns=\"urn:iso:std:iso:30042:ed-2\">\n<tbxHeader><fileDesc><sourceDesc><p>Wasan</p></sourceDesc></fileDesc>\
         </tbxHeader>\n<text><body>\n",
        xml::escape_value(from),
    );
    for (source, target) in terms {
        text.push_str("<conceptEntry>");
        for (language, term) in [(from, source), (to, target)] {
            let (language, term) = (xml::escape_value(language), xml::escape(term));
            text.push_str(&format!(
                "<langSec xml:lang=\"{language}\"><termSec><term>{term}</term></termSec></langSec>"
            ));
        }
        text.push_str("</conceptEntry>\n");
    }
    text.push_str("</body></text>\n</tbx>\n");
    text.into_bytes()
}

fn pairs(
    bytes: &[u8],
    entries: &[&str],
    languages: &[&str],
    texts: &[&str],
    from: &str,
    to: &str,
) -> Result<Vec<(String, String)>> {
    let (_, source) = Encoding::read(bytes)?;
    let source = source.as_str();
    let mut found = Vec::new();
    let is = |element: &Element<'_>, names: &[&str]| names.contains(&element.name.1);
    tree::each(
        source,
        DocType::Named,
        |name| entries.contains(&name.1),
        |entry| {
            let side = |code: &str| -> Vec<String> {
                let sets =
                    entry.elements().filter(|child| is(child, languages) && is_in(child, source, code));
                let mut side = Vec::new();
                sets.for_each(|set| collect(set, source, texts, &mut side));
                side
            };
            let targets = side(to);
            if let Some(target) = targets.first() {
                found.extend(side(from).into_iter().map(|text| (text, target.clone())));
            }
            Ok(())
        },
    )?;
    Ok(found)
}

/// Whether an element is marked as being in a language, whatever the region.
fn is_in<'a>(element: &Element<'a>, source: &'a str, code: &str) -> bool {
    is_same_language(&element.value(source, "lang").unwrap_or_default(), code)
}

/// The texts of all elements of these names in another, at any depth.
fn collect<'a>(element: &Element<'a>, source: &'a str, names: &[&str], found: &mut Vec<String>) {
    for child in element.elements() {
        if names.contains(&child.name.1) {
            let mut text = String::new();
            read_text(child, source, &mut text);
            let text = text.trim();
            if !text.is_empty() {
                found.push(text.to_owned());
            }
        } else {
            collect(child, source, names, found);
        }
    }
}

/// The text of an element without the content of its inline codes, which is markup of another format.
fn read_text<'a>(element: &Element<'a>, source: &'a str, text: &mut String) {
    for child in &element.children {
        match child {
            Node::Text(range) => {
                text.push_str(&tree::unescaped(source.get(range.clone()).unwrap_or_default()))
            }
            Node::Verbatim(range) => {
                text.push_str(tree::verbatim(source.get(range.clone()).unwrap_or_default()))
            }
            Node::Element(inner) if inner.name.1 == "hi" => read_text(inner, source, text),
            Node::Element(_) | Node::Other(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn units_are_read_as_they_are_written() {
        let units =
            [("Fisch & <Chips>", "\"fish\" & chips"), ("Zeile\nzwei", "line\ntwo"), ("日本", "Japan")];
        let bytes = write_units(&units, "de", "en");
        assert_eq!(read_units(&bytes, "de", "en").expect("reads"), owned(&units));
        let swapped: Vec<(&str, &str)> = units.iter().map(|(a, b)| (*b, *a)).collect();
        assert_eq!(read_units(&bytes, "en", "de").expect("reads"), owned(&swapped));
        assert!(read_units(&bytes, "de", "fr").expect("reads").is_empty());
    }

    #[test]
    fn terms_are_read_as_they_are_written() {
        let terms = [("Fisch & <Chips>", "\"fish\" & chips"), ("日本", "Japan")];
        let bytes = write_terms(&terms, "de", "en");
        assert_eq!(read_terms(&bytes, "de", "en").expect("reads"), owned(&terms));
        assert!(read_terms(&bytes, "de", "fr").expect("reads").is_empty());
    }

    #[test]
    fn units_of_other_tools_are_read() {
        let text = "<?xml version='1.0'?><!DOCTYPE tmx SYSTEM 'tmx14.dtd'><tmx version='1.4'><header srclang='de'/>\
            <body><tu><prop>x</prop><tuv xml:lang='DE-at'><seg>Ein <bpt i='1'>&lt;b&gt;</bpt>Haus<ept i='1'>\
            &lt;/b&gt;</ept> &amp; <hi>Hof</hi></seg></tuv><tuv lang='EN_us'><seg><![CDATA[A house & yard]]></seg></tuv>\
            </tu><tu><tuv xml:lang='de'><seg> </seg></tuv><tuv xml:lang='en'><seg>x</seg></tuv></tu></body></tmx>";
        assert_eq!(
            read_units(text.as_bytes(), "de", "en").expect("reads"),
            owned(&[("Ein Haus & Hof", "A house & yard")])
        );
        let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [&[0xff, 0xfe], &utf_16[..]].concat();
        assert_eq!(read_units(&marked, "de", "en").expect("reads").len(), 1);
    }

    #[test]
    fn terms_of_both_dialects_are_read() {
        let old = "<martif><text><body><termEntry><langSet xml:lang='de'><tig><term>Haus</term></tig><ntig><termGrp>\
            <term>Gebäude</term></termGrp></ntig></langSet><langSet xml:lang='en'><tig><term>house</term></tig>\
            </langSet></termEntry></body></text></martif>";
        let new = "<tbx xmlns='urn:iso:std:iso:30042:ed-2'><text><body><conceptEntry><langSec xml:lang='de'><termSec>\
            <term>Haus</term></termSec></langSec><langSec xml:lang='en'><termSec><term>house</term></termSec></langSec>\
            </conceptEntry></body></text></tbx>";
        assert_eq!(
            read_terms(old.as_bytes(), "de", "en").expect("reads"),
            owned(&[("Haus", "house"), ("Gebäude", "house")])
        );
        assert_eq!(read_terms(new.as_bytes(), "de", "en").expect("reads"), owned(&[("Haus", "house")]));
    }

    #[test]
    fn invalid_or_hostile_xml_is_refused() {
        let deep = format!("<tmx><body><tu>{}", "<a>".repeat(100_000));
        let bomb = "<!DOCTYPE tmx [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><tmx><tu>&b;</tu></tmx>";
        for text in ["<tmx><tu>", "<tmx></tu></tmx>", deep.as_str(), bomb] {
            assert!(read_units(text.as_bytes(), "de", "en").is_err(), "{}", &text[..20.min(text.len())]);
        }
        assert!(!is_xml(b"Haus,house"));
    }
}
