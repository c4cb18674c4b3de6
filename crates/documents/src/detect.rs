//! Which format a document has: by its content, with the name as a hint. What is not known is refused.

mod kinds;
mod prose;

use kinds::Kind;

use crate::encoding::Encoding;
use crate::formats::{android, ass, epub, notebook, odf, ooxml, po, resx, string_catalog, subrip, vtt};
use crate::markup::{Dialect, TokenKind, Tokens};
use crate::package::Package;
use crate::{Error, Format, Result, ole};

/// Beginnings of names of texts that have any extension or none: `README`, `LICENSE-MIT`, `readme.first`.
const TEXT_NAMES: &str = "announce authors changelog changes contributing contributors copying copyright credits \
                          history install lies license licence liesmich news notice read readme thanks todo";

impl Format {
    /// The format of a document called `name` with these bytes.
    ///
    /// # Errors
    /// When the content is of a kind that is not read, or larger than
    /// [`limits::DOCUMENT_BYTES`](crate::limits::DOCUMENT_BYTES).
    pub fn detect(name: &str, bytes: &[u8]) -> Result<Self> {
        match Self::of_bytes(name, bytes)? {
            Some(format) => Ok(format),
            None => Self::of_text(name, text(name, bytes)?.trim_start()).map_err(|kind| refused(kind, name)),
        }
    }

    /// What a file is that is not read, if its name says so: `JavaScript`. None for the name of a document.
    pub fn foreign(name: &str) -> Option<&'static str> {
        let extension = extension(name);
        let by_extension = || match Self::of_extension(&extension) {
            Some(_) => None,
            None => Some(kinds::by_extension(&extension).unwrap_or(kinds::UNKNOWN)),
        };
        kinds::by_name(name).or_else(by_extension).map(|kind| kind.name)
    }

    /// The format of a document that its user wants to be read as this one: any text may be; what is no text is only
    /// what it is.
    ///
    /// # Errors
    /// As [`Format::detect`], and [`Error::NotText`] when a document that is no text is to be read as one.
    pub fn chosen(self, name: &str, bytes: &[u8]) -> Result<Self> {
        let found = Self::of_bytes(name, bytes)?;
        match found {
            Some(found) if self.is_text() => {
                Err(Error::NotText { found: found.name(), name: name.to_owned() })
            }
            Some(found) => Ok(found),
            None => text(name, bytes).map(|_| self),
        }
    }

    /// The format of bytes that are no text.
    fn of_bytes(name: &str, bytes: &[u8]) -> Result<Option<Self>> {
        if bytes.starts_with(b"%PDF-") {
            return Ok(Some(Self::Pdf));
        }
        if Package::is_package(bytes) {
            let kind = || refused(kinds::by_extension(&extension(name)).unwrap_or(kinds::ARCHIVE), name);
            return Self::packed(&mut Package::open(bytes)?)?.ok_or_else(kind).map(Some);
        }
        if bytes.starts_with(&ole::MAGIC) {
            return Err(match kinds::by_extension(&extension(name)) {
                _ if ole::is_encrypted(bytes) => Error::Protected,
                Some(kind) => refused(kind, name),
                None => Error::Old { name: name.to_owned() },
            });
        }
        kinds::by_bytes(bytes).map_or(Ok(None), |kind| Err(refused(kind, name)))
    }

    /// The format of a text, by its content, else by its name.
    fn of_text(name: &str, text: &str) -> std::result::Result<Self, Kind> {
        let extension = extension(name);
        let named = Self::of_extension(&extension);
        let foreign = kinds::by_name(name).or_else(|| match named {
            Some(_) => None,
            None => kinds::by_extension(&extension),
        });
        let is_xml = text.starts_with("<?xml") || (extension == "xml" && text.starts_with('<'));
        let root = root(text, if is_xml { Dialect::Xml } else { Dialect::Html });
        let is_page = text.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype html"));
        let markup = [Self::Rst, Self::AsciiDoc, Self::Latex];
        if let Some(named) = named.filter(|named| markup.contains(named) && foreign.is_none()) {
            // A signature has the extension of AsciiDoc too.
            return if text.starts_with("-----BEGIN ") { Err(kinds::UNKNOWN) } else { Ok(named) };
        }
        let is_xml_format = named.is_some_and(|named| {
            matches!(named, Self::Xliff | Self::Tmx | Self::Android | Self::Resx | Self::StringsDict)
        });
        let is_apple = matches!(named, Some(Self::Strings | Self::StringsDict));
        Ok(match root.as_deref() {
            Some("xliff") => Self::Xliff,
            Some("tmx") => Self::Tmx,
            Some("resources") if android::has_texts(text) => Self::Android,
            Some("root") if resx::is_resources(text) => Self::Resx,
            Some("plist") if is_apple || text.contains("NSStringLocalizedFormatKey") => Self::StringsDict,
            _ if foreign.is_some() => return Err(foreign.unwrap_or(kinds::CODE)),
            Some("html") => Self::Html,
            _ if named == Some(Self::Html) || is_page => Self::Html,
            _ if is_xml || is_xml_format => {
                return odf::detect_flat(text).ok_or(root.map_or(kinds::XML, |root| kinds::by_root(&root)));
            }
            _ if vtt::is_vtt(text) => Self::WebVtt,
            _ if po::is_po(text) || named == Some(Self::Po) => Self::Po,
            _ if subrip::starts_like_cues(text) || named == Some(Self::SubRip) => Self::SubRip,
            _ if ass::is_ass(text) => Self::Ass,
            _ => match named {
                Some(Self::Json) => json(text),
                None | Some(Self::Text) if is_json(text) && (named.is_some() || extension.is_empty()) => {
                    json(text)
                }
                Some(named) if named != Self::Text && named.is_text() => named,
                _ => return plain(name, &extension, text),
            },
        })
    }

    fn packed(package: &mut Package) -> Result<Option<Self>> {
        if package.has(ooxml::CONTENT_TYPES) {
            return ooxml::detect(package);
        }
        let media_type = odf::media_type(package)?;
        // Packages of InDesign have the same container.
        let is_book =
            media_type.trim() == epub::MIMETYPE || (media_type.is_empty() && package.has(epub::CONTAINER));
        Ok(if is_book { Some(Self::Epub) } else { odf::detect(&media_type) })
    }
}

/// Plain text, if the name and the content of a text say so.
fn plain(name: &str, extension: &str, text: &str) -> std::result::Result<Format, Kind> {
    let stem = name.split(['.', '-', '_', ' ']).next().unwrap_or_default().to_lowercase();
    let is_named =
        Format::Text.extensions().contains(&extension) || TEXT_NAMES.split(' ').any(|known| known == stem);
    // A translation into a language of a text without extension is called `notes.en`.
    let is_language = extension.len() == 2;
    match text.starts_with("#!") || text.starts_with("<?") {
        false if !is_named && !is_language && !extension.is_empty() => Err(kinds::UNKNOWN),
        false if prose::is_prose(text, !is_named) => Ok(Format::Text),
        _ => Err(kinds::by_text(text)),
    }
}

/// The text of a document that is one.
fn text(name: &str, bytes: &[u8]) -> Result<String> {
    let (_, text) = Encoding::read(bytes)?;
    if text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty() {
        return Err(Error::Empty { name: name.to_owned() });
    }
    if text.contains('\0') {
        return Err(refused(kinds::by_extension(&extension(name)).unwrap_or(kinds::BINARY), name));
    }
    Ok(text)
}

fn refused(kind: Kind, name: &str) -> Error {
    Error::Unsupported { found: kind.name, way_out: kind.way_out, name: name.to_owned() }
}

/// What follows the last dot of a name, in lower case; empty where that is a part of a sentence or a number.
fn extension(name: &str) -> String {
    let last = name.rsplit_once('.').map_or("", |(_, last)| last);
    let is_extension = last.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '+')
        && last.contains(|c: char| c.is_ascii_alphabetic());
    if is_extension { last.to_ascii_lowercase() } else { String::new() }
}

/// The name of the first element of a text that begins with markup.
fn root(text: &str, dialect: Dialect) -> Option<String> {
    let mut tokens = Tokens::new(text, dialect).take_while(|_| text.starts_with('<'));
    tokens.find_map(|token| match token.kind {
        TokenKind::Open { name, .. } => Some(name),
        _ => None,
    })
}

/// The kind of a JSON text.
fn json(text: &str) -> Format {
    match () {
        () if notebook::is_notebook(text) => Format::Notebook,
        () if string_catalog::is_catalog(text) => Format::StringCatalog,
        () => Format::Json,
    }
}

fn is_json(text: &str) -> bool {
    text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
