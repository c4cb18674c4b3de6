//! The model card in a Hugging Face folder: the front matter of `README.md` names languages and licence.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::{languages, limits};

/// What a card says; empty without one.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct ModelCard {
    pub languages: Vec<String>,
    pub licence: Option<String>,
}

/// Reads the card in `folder`. A card is no part of the model: one that cannot be read says nothing.
pub(crate) fn read(folder: &Path) -> ModelCard {
    let path = folder.join("README.md");
    let mut bytes = Vec::new();
    // A pipe or device could block.
    if path.is_file() {
        let start = File::open(&path).map(|file| file.take(limits::CARD_BYTES));
        let read = start.and_then(|mut start| start.read_to_end(&mut bytes));
        if read.is_err() {
            return ModelCard::default();
        }
    }
    parse(&String::from_utf8_lossy(&bytes))
}

/// Reads the two keys from the YAML between the first two lines `---`. A value is a scalar, a list in brackets, or a
/// list of lines that begin with a hyphen.
fn parse(text: &str) -> ModelCard {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    if lines.next().map(str::trim_end) != Some("---") {
        return ModelCard::default();
    }
    let (mut key, mut codes, mut licence, mut licence_name) = ("", Vec::new(), None, None);
    for line in lines.take_while(|line| line.trim_end() != "---") {
        let content = line.split(" #").next().unwrap_or_default();
        let value = match content.trim_start().strip_prefix("- ") {
            Some(item) => item,
            None if content.starts_with([' ', '#']) => continue,
            None => match content.split_once(':') {
                Some((name, value)) => {
                    key = name.trim_end();
                    value
                }
                None => continue,
            },
        };
        let values = value.trim().trim_start_matches('[').trim_end_matches(']').split(',');
        let mut values = values.map(|value| value.trim().trim_matches(['"', '\''])).filter(|v| !v.is_empty());
        match key {
            "language" => codes.extend(values),
            "license" => licence = licence.or(values.next()),
            "license_name" => licence_name = licence_name.or(values.next()),
            _ => (),
        }
    }
    let licence = licence.filter(|licence| *licence != "other" || licence_name.is_none()).or(licence_name);
    ModelCard { languages: languages::codes(codes), licence: licence.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(languages: &[&str], licence: Option<&str>) -> ModelCard {
        let languages = languages.iter().map(|code| (*code).to_owned()).collect();
        ModelCard { languages, licence: licence.map(str::to_owned) }
    }

    #[test]
    fn languages_and_licence_are_read_in_each_form_of_yaml() {
        let list = "---\nlicense: apache-2.0 # free\nlanguage:\n- en\n  - de\n- multilingual\ntags:\n- fr\n---\nlanguage: it\n";
        assert_eq!(parse(list), card(&["en", "de"], Some("apache-2.0")));
        assert_eq!(parse("---\r\nlanguage: [ja, 'eng', \"no\"]\r\n---\r\n"), card(&["ja", "en", "nb"], None));
        assert_eq!(parse("---\nlanguage: ja\nlicense: mit\n"), card(&["ja"], Some("mit")));
        let own = "---\nlicense: other\nlicense_name: a-licence\nlicense_link: LICENSE\n---\n";
        assert_eq!(parse(own), card(&[], Some("a-licence")));
        assert_eq!(parse("---\nlicense: other\n---\n"), card(&[], Some("other")));
        assert_eq!(parse("# Title\nlanguage: de\n"), card(&[], None));
        assert_eq!(parse(""), card(&[], None));
        let nested = "---\nmodel-index:\n- name: x\n  language: fr\nlanguage:\n- de\n---\n";
        assert_eq!(parse(nested), card(&["de"], None));
    }
}
