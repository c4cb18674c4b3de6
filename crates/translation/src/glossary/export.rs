//! Writes glossary files: TBX, CSV and TSV, as `import` reads them.

use std::path::Path;

use super::Term;
use crate::access::Access;
use crate::error::{Error, Result};
use crate::files;
use crate::languages::LanguagePair;

/// Writes terms to a new file that only the user may read: TBX or CSV by its extension, else TSV.
///
/// # Errors
/// A file that exists or cannot be written.
pub fn write_glossary(path: &Path, terms: &[Term], pair: &LanguagePair) -> Result<()> {
    let is = |wanted: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted));
    let pairs: Vec<(&str, &str)> =
        terms.iter().map(|term| (term.source.as_str(), term.target.as_str())).collect();
    let bytes = match is("tbx") {
        true => documents::tmx_tbx::write_terms(&pairs, &pair.from, &pair.to),
        false => table(&pairs, if is("csv") { b',' } else { b'\t' }, pair)
            .map_err(|reason| Error::Glossary { reason, path: path.to_owned() })?,
    };
    files::write(path, &bytes, &Access::private())
}

/// The header says the languages, and which character separates: a term may contain others.
fn table(pairs: &[(&str, &str)], delimiter: u8, pair: &LanguagePair) -> std::result::Result<Vec<u8>, String> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        // An unquoted line that begins with # is a comment.
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    let header = [(pair.from.as_str(), pair.to.as_str())];
    for (source, target) in header.iter().chain(pairs) {
        writer.write_record([source, target]).map_err(|error| error.to_string())?;
    }
    writer.into_inner().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glossary::import::read_glossary;

    #[test]
    fn every_format_is_read_as_it_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let pair: LanguagePair = "de-en".parse().expect("a pair");
        let term = |source: &str, target: &str| Term { source: source.to_owned(), target: target.to_owned() };
        let terms = [
            term("#1; Vertrag, \"neu\"", "agreement"),
            term("de", "en"),
            term("Straße\tNord", "street, north; <b>"),
        ];
        for name in ["a.csv", "a.TSV", "a.tbx", "a"] {
            let path = folder.path().join(name);
            write_glossary(&path, &terms, &pair).expect(name);
            assert_eq!(read_glossary(&path, &pair).expect(name), terms, "{name}");
            assert!(matches!(write_glossary(&path, &terms, &pair), Err(Error::Exists(_))), "{name}");
        }
    }
}
