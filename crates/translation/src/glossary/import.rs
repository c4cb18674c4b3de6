//! Reads glossary files: TBX, CSV and TSV.

use std::path::Path;

use super::Term;
use crate::error::{Error, Result};
use crate::languages::{LanguagePair, language};
use crate::{files, limits};

/// Reads a glossary: TBX, or CSV and TSV whose first two columns are source and target.
///
/// # Errors
/// The file cannot be read, has another format, or has no term of this pair.
pub fn read_glossary(path: &Path, pair: &LanguagePair) -> Result<Vec<Term>> {
    let bytes = files::read_at_most(path, limits::GLOSSARY_BYTES)?;
    let terms = match documents::tmx_tbx::is_xml(&bytes) {
        true => documents::tmx_tbx::read_terms(&bytes, &pair.from, &pair.to)?
            .into_iter()
            .map(|(source, target)| Term { source, target })
            .collect(),
        false => table(&bytes, pair).map_err(|reason| Error::Glossary { reason, path: path.to_owned() })?,
    };
    let fits = |term: &Term| {
        let fits = |text: &str| !text.is_empty() && text.chars().count() <= limits::TERM_CHARS;
        fits(&term.source) && fits(&term.target)
    };
    let terms: Vec<Term> = terms.into_iter().filter(fits).collect();
    match terms.len() {
        0 => Err(Error::Glossary { reason: format!("it has no term for {pair}"), path: path.to_owned() }),
        count if count > limits::GLOSSARY_TERMS => {
            let reason = format!("it has {count} terms, more than {}", limits::GLOSSARY_TERMS);
            Err(Error::Glossary { reason, path: path.to_owned() })
        }
        _ => Ok(terms),
    }
}

fn table(bytes: &[u8], pair: &LanguagePair) -> std::result::Result<Vec<Term>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter =
        [b'\t', b';', b','].into_iter().find(|mark| first.contains(char::from(*mark))).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    let mut terms = Vec::new();
    for (row, record) in reader.records().enumerate() {
        let record = record.map_err(|error| error.to_string())?;
        let cell = |column| record.get(column).map(str::trim).unwrap_or_default();
        let (source, target) = (cell(0), cell(1));
        if row == 0 && is_header(source, target, pair) {
            continue;
        }
        terms.push(Term { source: source.to_owned(), target: target.to_owned() });
    }
    Ok(terms)
}

// Whether the first row holds column names: a language code, a language name, or "source" and "target".
fn is_header(source: &str, target: &str, pair: &LanguagePair) -> bool {
    let names = |cell: &str, code: &str, role: &str| {
        let cell = cell.to_lowercase();
        let name = language(code).map(|language| language.name.to_lowercase());
        cell == code || cell == role || Some(&cell) == name.as_ref()
    };
    names(source, &pair.from, "source") && names(target, &pair.to, "target")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(source: &str, target: &str) -> Term {
        Term { source: source.into(), target: target.into() }
    }

    #[test]
    fn tables_with_any_delimiter_and_header_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = |text: &str| {
            let path = folder.path().join("g.csv");
            std::fs::write(&path, text).expect("writes");
            read_glossary(&path, &"de-en".parse().expect("a pair"))
        };
        let expected = [term("Haus", "house"), term("Tür", "door, gate")];
        for text in [
            "Haus,house\nTür,\"door, gate\"\n",
            "\u{feff}de;en;note\r\nHaus;house;\r\nTür;door, gate;x\r\n",
            "Source\tTarget\nHaus\thouse\n# a note\nTür\tdoor, gate\n\t\nlonely\n",
        ] {
            assert_eq!(read(text).expect("reads"), expected, "{text}");
        }
        for text in ["", "Haus\n", "\u{0}\u{1}"] {
            assert!(matches!(read(text), Err(Error::Glossary { .. })), "{text:?}");
        }
        let long = "x".repeat(limits::TERM_CHARS + 1);
        assert!(read(&format!("{long},y")).is_err());
    }
}
