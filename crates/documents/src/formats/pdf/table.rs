//! Checks a PDF's cross-reference tables. lopdf inflates them before its filter is called and trusts their sizes, so
//! they are checked first, in the same order.

use super::streams;
use crate::limits;

/// Whether a PDF is encrypted. Checks all of its cross-reference tables.
///
/// # Errors
/// Why the tables are not safe to load.
pub(super) fn is_encrypted(bytes: &[u8]) -> Result<bool, &'static str> {
    // Offsets are relative to the header.
    let begin = find(bytes, b"%PDF-").unwrap_or(0);
    let bytes = bytes.get(begin..).unwrap_or_default();
    let first = last_table_offset(bytes).ok_or("its cross-reference table is missing")?;
    let mut next = vec![first];
    let mut seen = Vec::new();
    let mut inflated = 0;
    let mut is_encrypted = false;
    while let Some(at) = next.pop() {
        if seen.contains(&at) {
            continue;
        }
        seen.push(at);
        let table = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).and_then(XrefTable::read);
        let table = table.ok_or("a cross-reference table is damaged")?;
        is_encrypted |= table.is_encrypted;
        inflated += table.bytes;
        if inflated > limits::PDF_TABLE_BYTES || seen.len() > limits::PDF_TABLES {
            return Err("its cross-reference tables are too large");
        }
        next.extend(table.others);
    }
    Ok(is_encrypted)
}

/// The offset after the last "startxref" before the last "%%EOF".
fn last_table_offset(bytes: &[u8]) -> Option<i64> {
    const MARK: &[u8] = b"startxref";
    let before = bytes.get(..find_last(bytes, b"%%EOF")?)?;
    let at = find_last(before, MARK)? + MARK.len();
    match (Tokens { bytes: before, at }).next()? {
        Token::Integer(offset) => Some(offset),
        _ => None,
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn find_last(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).rposition(|window| window == part)
}

struct XrefTable {
    is_encrypted: bool,
    /// Offsets of further tables.
    others: Vec<i64>,
    /// Its decompressed size, if it is a stream.
    bytes: usize,
}

/// A key of a dictionary and the tokens of its value.
type KeyValue<'a> = (&'a [u8], Vec<Token<'a>>);

impl XrefTable {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut tokens = Tokens { bytes, at: 0 };
        match [tokens.next()?, tokens.next()?, tokens.next()?] {
            [Token::Word(b"xref"), ..] => {
                const TRAILER: &[u8] = b"trailer";
                tokens.at = find(bytes, TRAILER)? + TRAILER.len();
                let entries = tokens.dictionary()?;
                Some(Self { is_encrypted: has_key(&entries), others: others(&entries), bytes: 0 })
            }
            [Token::Integer(_), Token::Integer(_), Token::Word(b"obj")] => {
                let entries = tokens.dictionary()?;
                (tokens.next()? == Token::Word(b"stream")).then_some(())?;
                let bytes = stream_size(&entries, tokens.content())?;
                Some(Self { is_encrypted: has_key(&entries), others: others(&entries), bytes })
            }
            _ => None,
        }
    }
}

fn has_key(entries: &[KeyValue<'_>]) -> bool {
    entries.iter().any(|(key, _)| *key == b"Encrypt")
}

fn others(entries: &[KeyValue<'_>]) -> Vec<i64> {
    let offset = |(key, value): &KeyValue<'_>| match (*key, value.as_slice()) {
        (b"Prev" | b"XRefStm", [Token::Integer(offset)]) => Some(*offset),
        _ => None,
    };
    entries.iter().filter_map(offset).collect()
}

/// Decompressed bytes of a table that is a stream; `None` if it is too large or not a valid table.
fn stream_size(entries: &[KeyValue<'_>], content: &[u8]) -> Option<usize> {
    let of = |wanted: &'static [u8]| {
        let values = entries.iter().filter(move |(key, _)| *key == wanted);
        values.flat_map(|(_, value)| value).filter(|token| !matches!(token, Token::List | Token::ListEnd))
    };
    let integer = |token: &Token<'_>| if let Token::Integer(value) = token { Some(*value) } else { None };
    // Entries of width zero would never end.
    let widths: Vec<i64> = of(b"W").filter_map(integer).collect();
    let is_wide = widths.iter().all(|width| (0..=8).contains(width)) && widths.iter().sum::<i64>() >= 2;
    // A row of a table is an entry.
    let is_short = of(b"DecodeParms").filter_map(integer).all(|value| value <= 64);
    if !is_wide || !is_short {
        return None;
    }
    match of(b"Filter").collect::<Vec<_>>().as_slice() {
        [] => of(b"Length").find_map(integer).and_then(|length| usize::try_from(length).ok()),
        [Token::Name(b"FlateDecode")] => {
            let inflated = streams::inflate(content, limits::PDF_TABLE_BYTES)?;
            Some(inflated.len()).filter(|length| *length > 0)
        }
        _ => None,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    /// `<<`
    Open,
    /// `>>`
    Close,
    List,
    ListEnd,
    Name(&'a [u8]),
    Integer(i64),
    Word(&'a [u8]),
    /// A string.
    Text,
}

struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The next token; `None` at the end and on unusual syntax.
    fn next(&mut self) -> Option<Token<'a>> {
        self.space();
        let first = self.peek()?;
        self.at += 1;
        Some(match first {
            b'[' => Token::List,
            b']' => Token::ListEnd,
            b'<' if self.peek() == Some(b'<') => {
                self.at += 1;
                Token::Open
            }
            b'>' if self.peek() == Some(b'>') => {
                self.at += 1;
                Token::Close
            }
            b'<' => {
                self.at += self.bytes.get(self.at..)?.iter().position(|&byte| byte == b'>')? + 1;
                Token::Text
            }
            b'(' => {
                self.text()?;
                Token::Text
            }
            // Escapes could hide a name, and no table needs them.
            b'/' => Some(self.word(self.at)).filter(|name| !name.contains(&b'#')).map(Token::Name)?,
            _ if is_delimiter(first) => return None,
            _ => {
                let word = self.word(self.at - 1);
                let number = std::str::from_utf8(word).ok().and_then(|word| word.parse().ok());
                number.map_or(Token::Word(word), Token::Integer)
            }
        })
    }

    fn space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'%' => {
                    let rest = self.bytes.get(self.at..).unwrap_or_default();
                    self.at += rest.iter().position(|byte| b"\r\n".contains(byte)).unwrap_or(rest.len());
                }
                _ if is_space(byte) => self.at += 1,
                _ => return,
            }
        }
    }

    /// All from an offset to the next space or delimiter.
    fn word(&mut self, from: usize) -> &'a [u8] {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let length = rest.iter().position(|&byte| is_space(byte) || is_delimiter(byte)).unwrap_or(rest.len());
        self.at = from + length;
        rest.get(..length).unwrap_or_default()
    }

    /// Skips a string whose first parenthesis is read.
    fn text(&mut self) -> Option<()> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.peek()? {
                b'\\' => self.at += 1,
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        Some(())
    }

    /// The entries of a dictionary; nested dictionaries are tokens of a value.
    fn dictionary(&mut self) -> Option<Vec<KeyValue<'a>>> {
        (self.next()? == Token::Open).then_some(())?;
        let mut entries = Vec::new();
        loop {
            match self.next()? {
                Token::Name(key) => entries.push((key, self.value()?)),
                Token::Close => return Some(entries),
                _ => return None,
            }
        }
    }

    fn value(&mut self) -> Option<Vec<Token<'a>>> {
        let mut value = Vec::new();
        let mut depth = 0_usize;
        loop {
            let token = self.next()?;
            match token {
                Token::Open | Token::List => depth += 1,
                Token::Close | Token::ListEnd => depth = depth.checked_sub(1)?,
                _ => {}
            }
            value.push(token);
            if depth == 0 {
                break;
            }
        }
        // "5 0 R" is one value.
        let after = self.at;
        let is_reference = matches!(value.as_slice(), [Token::Integer(_)])
            && matches!(self.next(), Some(Token::Integer(_)))
            && self.next() == Some(Token::Word(b"R"));
        if is_reference {
            return Some(vec![Token::Word(b"R")]);
        }
        self.at = after;
        Some(value)
    }

    /// The bytes after the line of "stream".
    fn content(&self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let blanks = rest.iter().take_while(|byte| b" \t".contains(byte)).count();
        let rest = rest.get(blanks..).unwrap_or_default();
        [&b"\r\n"[..], b"\n", b"\r"].iter().find_map(|end| rest.strip_prefix(*end)).unwrap_or(rest)
    }
}

fn is_space(byte: u8) -> bool {
    b" \t\n\r\0\x0c".contains(&byte)
}

fn is_delimiter(byte: u8) -> bool {
    b"()<>[]{}/%".contains(&byte)
}
