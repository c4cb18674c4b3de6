//! The content types of a package's entries: of its name, else of all with its extension, as the Open XML SDK writes that
//! of a main part. Names and types are compared without case.

use std::collections::HashMap;

use crate::Result;
use crate::package::{Package, clean};
use crate::xml::tree::{DocType, each};

/// Content types, in lower case.
#[derive(Debug, Default)]
pub(crate) struct ContentTypes {
    of_names: HashMap<String, String>,
    of_extensions: HashMap<String, String>,
}

impl ContentTypes {
    /// Reads the entry that lists them.
    ///
    /// # Errors
    /// When there is none, or it is not well-formed.
    pub fn read(package: &mut Package) -> Result<Self> {
        let source = package.text(super::CONTENT_TYPES)?;
        let mut types = Self::default();
        let wanted = |(_, local): (&str, &str)| matches!(local, "Default" | "Override");
        each(&source, DocType::Refused, wanted, |element| {
            let value = |name| element.value(&source, name).map(|value| value.to_ascii_lowercase());
            let (key, of) = match element.name.1 {
                "Override" => (value("PartName"), &mut types.of_names),
                _ => (value("Extension"), &mut types.of_extensions),
            };
            if let (Some(key), Some(content)) = (key, value("ContentType")) {
                of.insert(clean(&key), content);
            }
            Ok(())
        })?;
        Ok(types)
    }

    /// The content type of an entry.
    pub fn of(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        self.of_names.get(&name).or_else(|| self.of_extensions.get(extension)).map(String::as_str)
    }

    /// All content types.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.of_names.values().chain(self.of_extensions.values()).map(String::as_str)
    }
}
