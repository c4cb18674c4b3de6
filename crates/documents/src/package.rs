//! Zip packages: texts are read within limits, and entries that are not translated are copied as they are stored.
//!
//! Nothing is unpacked to disk: names are only keys. Declared sizes are never trusted; bytes are counted as they are
//! decompressed. An entry that is a package itself can be opened; `outer!/inner` is the name of an entry in it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{Cursor, Read, Write};
use std::sync::Arc;

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::encoding::Encoding;
use crate::{Error, Result, limits};

/// Between the name of an opened inner package and that of an entry in it.
pub(crate) const INSIDE: &str = "!/";

/// A zip archive in memory.
#[derive(Debug)]
pub(crate) struct Package {
    bytes: Arc<[u8]>,
    archive: ZipArchive<Cursor<Arc<[u8]>>>,
    /// The names as programs look entries up: with `/` between folders and none before the first.
    names: Vec<String>,
    /// Decompressed bytes of each entry read so far.
    decompressed: HashMap<usize, usize>,
    /// The opened packages in this one, by the index of their entry.
    inner: BTreeMap<usize, Package>,
}

impl Package {
    /// Reads the list of entries.
    ///
    /// # Errors
    /// When the archive is damaged, too large, protected by a password, or its entries are ambiguous or too many.
    pub fn open(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > limits::PACKAGE_BYTES {
            return Err(Error::TooLarge { bytes: bytes.len(), limit: limits::PACKAGE_BYTES });
        }
        let bytes: Arc<[u8]> = Arc::from(bytes);
        let mut archive = ZipArchive::new(Cursor::new(Arc::clone(&bytes))).map_err(broken)?;
        if archive.len() > limits::PACKAGE_ENTRIES {
            return Err(Error::TooManyEntries { limit: limits::PACKAGE_ENTRIES, entries: archive.len() });
        }
        if archive.has_duplicate_names() {
            return Err(damaged("two entries have the same name"));
        }
        if archive.has_overlapping_files().map_err(broken)? {
            return Err(damaged("two entries share their bytes"));
        }
        let mut names = Vec::with_capacity(archive.len());
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(broken)?;
            if entry.encrypted() {
                return Err(Error::Protected);
            }
            names.push(clean(&entry.name().map_err(broken)?));
        }
        let mut seen = HashSet::new();
        if !names.iter().all(|name| seen.insert(name)) {
            return Err(damaged("two entries have the same name"));
        }
        Ok(Self { bytes, archive, names, decompressed: HashMap::new(), inner: BTreeMap::new() })
    }

    /// Whether bytes start as those of a zip archive do.
    pub fn is_package(bytes: &[u8]) -> bool {
        bytes.starts_with(b"PK\x03\x04")
    }

    /// The names of the entries, in their order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether there is an entry of this name.
    pub fn has(&self, name: &str) -> bool {
        self.index(name).is_some()
    }

    /// The entry of this name, else one whose name differs only in the case of its letters, as office programs find it.
    fn index(&self, name: &str) -> Option<usize> {
        let exact = self.names.iter().position(|known| known == name);
        exact.or_else(|| self.names.iter().position(|known| known.eq_ignore_ascii_case(name)))
    }

    /// The text of an entry.
    ///
    /// # Errors
    /// As [`Package::read`].
    pub fn text(&mut self, name: &str) -> Result<String> {
        self.read(name).map(|(_, text)| text)
    }

    /// The encoding and the text of an entry.
    ///
    /// # Errors
    /// When there is no such entry, it is damaged, not in the encoding it declares, or its decompressed size exceeds the
    /// limits.
    pub fn read(&mut self, name: &str) -> Result<(Encoding, String)> {
        if let Some((outer, inner)) = name.split_once(INSIDE)
            && let Some(package) = self.index(outer).and_then(|index| self.inner.get_mut(&index))
        {
            return package.read(inner);
        }
        let bytes = self.bytes_of(name)?;
        Encoding::read_xml(&bytes).map_err(|_| Error::PartEncoding { name: name.to_owned() })
    }

    /// Opens the package that an entry is; its entries are then found under `name` + [`INSIDE`] + their own name.
    ///
    /// # Errors
    /// As [`Package::open`]; when there are more than [`limits::INNER_PACKAGES`].
    pub fn open_inner(&mut self, name: &str) -> Result<&mut Self> {
        if self.inner.len() >= limits::INNER_PACKAGES {
            return Err(damaged("it holds too many documents"));
        }
        let package = Self::open(&self.bytes_of(name)?)?;
        let index = self.index(name).unwrap_or_default();
        Ok(self.inner.entry(index).or_insert(package))
    }

    fn bytes_of(&mut self, name: &str) -> Result<Vec<u8>> {
        let missing = || damaged(&format!("there is no {name}"));
        let index = self.index(name).ok_or_else(missing)?;
        let entry = self.archive.by_index(index).map_err(broken)?;
        let stored = usize::try_from(entry.compressed_size()).unwrap_or(usize::MAX);
        let by_ratio = stored.saturating_mul(limits::INFLATION).max(limits::INFLATION_FREE_BYTES);
        let others = self.decompressed.iter().filter(|(other, _)| **other != index);
        let by_package = self.bytes.len().saturating_mul(limits::PACKAGE_INFLATION).max(limits::PART_BYTES);
        let left = limits::PARSED_BYTES.min(by_package).saturating_sub(others.map(|(_, bytes)| bytes).sum());
        let most = limits::PART_BYTES.min(by_ratio).min(left);
        let mut bytes = Vec::new();
        let take = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        entry.take(take).read_to_end(&mut bytes).map_err(|e| broken(ZipError::Io(e)))?;
        if bytes.len() > most {
            return Err(Error::Inflates { limit: most, name: name.to_owned() });
        }
        self.decompressed.insert(index, bytes.len());
        Ok(bytes)
    }

    /// The archive with some entries replaced, in the same order and compression; all others are copied byte for byte.
    ///
    /// # Errors
    /// When the archive cannot be written, for example an entry of unknown compression.
    pub fn write(&self, replaced: &[(&str, Vec<u8>)]) -> Result<Vec<u8>> {
        if replaced.is_empty() {
            return Ok(self.bytes.to_vec());
        }
        let mut new: HashMap<usize, Cow<[u8]>> = HashMap::new();
        let mut inner: BTreeMap<usize, Vec<(&str, Vec<u8>)>> = BTreeMap::new();
        for (name, bytes) in replaced {
            if let Some((outer, name)) = name.split_once(INSIDE) {
                let outer = self.index(outer);
                outer.into_iter().for_each(|at| inner.entry(at).or_default().push((name, bytes.clone())));
            } else if let Some(index) = self.index(name) {
                new.insert(index, Cow::Borrowed(bytes.as_slice()));
            }
        }
        for (index, replaced) in inner {
            if let Some(package) = self.inner.get(&index) {
                new.insert(index, Cow::Owned(package.write(&replaced)?));
            }
        }
        let mut archive = self.archive.clone();
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.set_raw_comment(archive.comment().to_vec().into_boxed_slice()).map_err(broken)?;
        for index in 0..self.names.len() {
            let entry = archive.by_index_raw(index).map_err(broken)?;
            let Some(bytes) = new.get(&index) else {
                writer.raw_copy_file(entry).map_err(broken)?;
                continue;
            };
            let method = match entry.compression() {
                CompressionMethod::Stored => CompressionMethod::Stored,
                _ => CompressionMethod::Deflated,
            };
            let options: SimpleFileOptions = entry.options().compression_method(method);
            let name = entry.name().map_err(broken)?.into_owned();
            drop(entry);
            writer.start_file(name, options).map_err(broken)?;
            writer.write_all(bytes).map_err(|e| broken(ZipError::Io(e)))?;
        }
        Ok(writer.finish().map_err(broken)?.into_inner())
    }
}

/// An entry's name without what some programs write before it, and with `/` instead of the backslashes of others.
pub(crate) fn clean(name: &str) -> String {
    let name = name.replace('\\', "/");
    name.trim_start_matches("./").trim_start_matches('/').to_owned()
}

/// The bytes of a reference in a package, with its percent-encoding (`%20`) decoded.
pub(crate) fn percent_decoded(reference: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(reference.len());
    let mut rest = reference.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.filter(|_| first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    bytes
}

/// The entry that a reference from `folder` points to; `..` cannot leave the package.
pub(crate) fn resolve(folder: &str, reference: &str) -> String {
    let reference = reference.split('#').next().unwrap_or_default();
    let reference = String::from_utf8(percent_decoded(reference)).unwrap_or_else(|_| reference.to_owned());
    let folder = if reference.starts_with('/') { "" } else { folder };
    let path = format!("{folder}{reference}");
    let mut names: Vec<&str> = Vec::new();
    for name in path.split(['/', '\\']) {
        match name {
            "." | "" => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    names.join("/")
}

fn broken(error: ZipError) -> Error {
    damaged(&error.to_string())
}

fn damaged(cause: &str) -> Error {
    Error::Damaged { cause: cause.to_owned() }
}
