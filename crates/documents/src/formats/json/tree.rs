//! JSON as a tree of byte ranges, for formats whose values depend on their place.

use std::ops::Range;

use super::{string_size, unescaped};
use crate::{Error, Result, limits};

/// A value and its bytes.
#[derive(Debug)]
pub(crate) struct Value {
    pub range: Range<usize>,
    pub node: Node,
}

/// What a value is.
#[derive(Debug)]
pub(crate) enum Node {
    /// The bytes of each key between its quotes, and the value.
    Object(Vec<(Range<usize>, Value)>),
    Array(Vec<Value>),
    String,
    /// A number, `true`, `false` or `null`.
    Other,
}

impl Value {
    /// The members of an object.
    pub fn members(&self) -> &[(Range<usize>, Self)] {
        if let Node::Object(members) = &self.node { members } else { &[] }
    }

    /// The items of an array.
    pub fn items(&self) -> &[Self] {
        if let Node::Array(items) = &self.node { items } else { &[] }
    }

    /// The value of a key.
    pub fn get(&self, source: &str, key: &str) -> Option<&Self> {
        self.members().iter().find(|(name, _)| source.get(name.clone()) == Some(key)).map(|(_, value)| value)
    }

    /// The bytes of a string between its quotes.
    pub fn inner(&self) -> Option<Range<usize>> {
        matches!(self.node, Node::String).then(|| self.range.start + 1..self.range.end - 1)
    }

    /// The text of a string.
    pub fn text(&self, source: &str) -> Option<String> {
        Some(unescaped(source, self.inner()?)?.text().to_owned())
    }
}

/// The only value of a JSON text.
///
/// # Errors
/// [`Error::Json`] when it is not well-formed or nested deeper than [`limits::JSON_TREE_DEPTH`].
pub(crate) fn parse(source: &str) -> Result<Value> {
    let mut reader = Reader { source, at: 0 };
    reader.skip_blanks();
    let value = reader.value(0)?;
    reader.skip_blanks();
    if reader.at == source.len() { Ok(value) } else { Err(reader.error()) }
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn error(&self) -> Error {
        Error::json(self.source, self.at)
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}']).len();
    }

    /// Whether a mark comes next; if so, it is read.
    fn takes(&mut self, mark: char) -> bool {
        self.skip_blanks();
        let found = self.rest().starts_with(mark);
        self.at += if found { mark.len_utf8() } else { 0 };
        found
    }

    fn string(&mut self) -> Result<Range<usize>> {
        let size = string_size(self.rest()).filter(|_| self.rest().starts_with('"'));
        let start = self.at;
        self.at += size.ok_or_else(|| self.error())?;
        Ok(start..self.at)
    }

    fn value(&mut self, depth: usize) -> Result<Value> {
        if depth > limits::JSON_TREE_DEPTH {
            return Err(self.error());
        }
        let start = self.at;
        let node = match self.rest().as_bytes().first().copied() {
            Some(b'"') => self.string().map(|_| Node::String)?,
            Some(b'{') => Node::Object(self.list('}', |reader| {
                let key = reader.string()?;
                if !reader.takes(':') {
                    return Err(reader.error());
                }
                reader.skip_blanks();
                Ok((key.start + 1..key.end - 1, reader.value(depth + 1)?))
            })?),
            Some(b'[') => Node::Array(self.list(']', |reader| reader.value(depth + 1))?),
            _ => {
                let rest = self.rest();
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
                self.at += end.unwrap_or(rest.len());
                if self.at == start {
                    return Err(self.error());
                }
                Node::Other
            }
        };
        Ok(Value { range: start..self.at, node })
    }

    /// The items between the mark that comes next and `end`, separated by commas.
    fn list<T>(&mut self, end: char, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        self.at += 1;
        let mut items = Vec::new();
        if self.takes(end) {
            return Ok(items);
        }
        loop {
            self.skip_blanks();
            items.push(item(self)?);
            if self.takes(end) {
                return Ok(items);
            }
            if !self.takes(',') {
                return Err(self.error());
            }
        }
    }
}
