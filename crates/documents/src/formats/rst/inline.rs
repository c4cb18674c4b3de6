//! Inline markup of reStructuredText.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::roles::{PROSE, TITLED, role};
use crate::chars::{may_follow_markup, may_precede_markup, one_line};
use crate::inline::{Kind, Piece};

/// Starts of addresses, whose characters are no markup.
const ADDRESSES: [&str; 4] = ["https://", "http://", "ftp://", "mailto:"];

/// Quotation marks and brackets, each with those that end it.
const QUOTES: [(char, &str); 16] = [
    ('"', "\""),
    ('\'', "'"),
    ('<', ">"),
    ('(', ")"),
    ('[', "]"),
    ('{', "}"),
    ('“', "”"),
    ('‘', "’"),
    ('„', "“”"),
    ('‚', "‘’"),
    ('«', "»"),
    ('»', "«»"),
    ('‹', "›"),
    ('›', "‹›"),
    ('”', "”“"),
    ('’', "’‘"),
];

/// What the inline markup of a document depends on.
#[derive(Debug)]
pub(super) struct Context<'a> {
    /// The names that are referred to.
    pub names: HashSet<String>,
    /// The roles of text in backquotes that names none, in order, with the byte from which each holds.
    pub default_roles: Vec<(usize, &'a str)>,
}

impl Context<'_> {
    fn default_role(&self, at: usize) -> &str {
        let holds = self.default_roles.iter().rev().find(|(from, _)| *from <= at);
        holds.map_or("", |(_, role)| role)
    }
}

/// The pieces of the text in `range`.
pub(super) fn pieces<'a>(source: &'a str, range: Range<usize>, context: &Context) -> Vec<Piece<'a>> {
    let mut reader = Reader {
        source,
        end: range.end,
        at: range.start,
        from: range.start,
        start: range.start,
        context,
        pieces: Vec::new(),
        unclosed: Vec::new(),
        by_order: Order::None,
    };
    reader.read();
    reader.pieces
}

/// A name of a target as references are compared: in lower case, with single spaces.
pub(super) fn name(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Reader<'a, 'n> {
    source: &'a str,
    start: usize,
    end: usize,
    at: usize,
    /// The start of the text that is no piece yet.
    from: usize,
    context: &'n Context<'n>,
    pieces: Vec<Piece<'a>>,
    /// Marks that nothing after here closes.
    unclosed: Vec<&'static str>,
    by_order: Order,
}

/// The references so far whose targets are found by their order.
enum Order {
    None,
    /// One with a text, whose pieces start at this index.
    One(usize, Range<usize>),
    Several,
}

impl<'a> Reader<'a, '_> {
    fn read(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            let here = self.at;
            let next = match c {
                '\\' => self.escape(),
                '`' | '*' | '|' if self.may_start() => self.marked(),
                ':' if self.may_start() => self.role(),
                '[' if self.may_start() => self.note(),
                '_' => self.underscore(),
                'h' | 'f' | 'm' if self.may_start() => self.address(),
                _ => None,
            };
            self.at = next.unwrap_or(here + c.len_utf8());
        }
        self.flush(self.end);
    }

    fn rest(&self) -> &'a str {
        self.source.get(self.at..self.end).unwrap_or_default()
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.source.get(range).unwrap_or_default()
    }

    fn may_start(&self) -> bool {
        let before = self.slice(self.start..self.at).chars().next_back();
        before.is_none_or(may_precede_markup)
    }

    /// Whether a mark is quoted, as in `"*"`, so that it begins nothing.
    fn is_quoted(&self, mark: &str) -> bool {
        let before = self.slice(self.start..self.at).chars().next_back();
        let after = self.rest().get(mark.len()..).and_then(|rest| rest.chars().next());
        let closes = before.and_then(|before| QUOTES.iter().find(|(open, _)| *open == before));
        matches!((closes, after), (Some((_, close)), Some(after)) if close.contains(after))
    }

    /// Whether markup may end at a byte.
    fn may_end(&self, at: usize) -> bool {
        self.slice(at..self.end).chars().next().is_none_or(may_follow_markup)
    }

    /// Adds the text before a byte.
    fn flush(&mut self, to: usize) {
        if self.from < to {
            self.pieces.push(Piece::verbatim(self.source, self.from..to));
        }
        self.from = self.from.max(to);
    }

    fn push(&mut self, kind: Kind<'a>, range: Range<usize>) {
        self.flush(range.start);
        self.from = range.end;
        self.pieces.push(Piece::new(kind, range));
    }

    fn push_locked(&mut self, range: Range<usize>) {
        let text = one_line(self.slice(range.clone()));
        self.push(Kind::Locked { open: String::new(), text, close: String::new() }, range);
    }

    /// A backslash: with whitespace nothing, else the next character. This and what follows return the byte to go on
    /// at, or `None` if the character is text.
    fn escape(&mut self) -> Option<usize> {
        let next = self.rest().chars().nth(1)?;
        let end = self.at + 1 + next.len_utf8();
        let text = if next.is_whitespace() { String::new() } else { next.to_string() };
        self.push(Kind::Text(Cow::Owned(text)), self.at..end);
        Some(end)
    }

    /// The byte at which the text that starts at `from` ends with `mark`.
    fn close(&mut self, from: usize, mark: &'static str) -> Option<usize> {
        let text = self.slice(from..self.end);
        if self.unclosed.contains(&mark) || text.starts_with(char::is_whitespace) {
            return None;
        }
        // Text may end with a part of the mark: ``` ``:role:`x``` ```.
        let first = mark.get(..1).unwrap_or_default();
        let places = text.match_indices(first).map(|(at, _)| at);
        let found =
            places.filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(mark))).find(|&at| {
                let before = text.get(..at).unwrap_or_default();
                let slashes = before.len() - before.trim_end_matches('\\').len();
                at > 0
                    && !before.ends_with(char::is_whitespace)
                    && (mark == "``" || slashes % 2 == 0)
                    && (mark == "`" || mark == "|" || self.may_end(from + at + mark.len()))
            });
        if found.is_none() {
            self.unclosed.push(mark);
        }
        found.map(|at| from + at)
    }

    /// Text between marks.
    fn marked(&mut self) -> Option<usize> {
        let (at, rest) = (self.at, self.rest());
        let mark = ["``", "**", "`", "*", "|"].into_iter().find(|mark| rest.starts_with(mark))?;
        if self.is_quoted(mark) {
            return Some(at + mark.len());
        }
        let Some(close) = self.close(at + mark.len(), mark) else { return Some(at + mark.len()) };
        let end = close + mark.len();
        match mark {
            "``" => self.push_locked(at..end),
            "|" => {
                let end = end + self.underscores(end);
                self.may_end(end).then(|| self.push_locked(at..end))?;
                return Some(end);
            }
            "`" => return self.interpreted(at, at + 1..close),
            _ => self.pair(at..at + mark.len(), close..end),
        }
        Some(end)
    }

    /// The underscores of a reference at a byte: none, one or two.
    fn underscores(&self, at: usize) -> usize {
        self.slice(at..self.end).bytes().take(2).take_while(|b| *b == b'_').count()
    }

    /// Text in a pair of markup.
    fn pair(&mut self, open: Range<usize>, close: Range<usize>) {
        self.marks(Kind::Open("mark".into()), open, close);
    }

    fn marks(&mut self, start: Kind<'a>, open: Range<usize>, close: Range<usize>) {
        self.push(start, open.clone());
        self.inner(open.end..close.start);
        self.push(Kind::Close("mark".into()), close);
    }

    /// Text without markup, whose escapes are resolved.
    fn inner(&mut self, range: Range<usize>) {
        self.at = range.start;
        while let Some(slash) = self.slice(self.at..range.end).find('\\') {
            self.at += slash;
            self.at = self.escape().unwrap_or(self.at + 1);
        }
        self.flush(range.end);
    }

    /// `` `…` `` with what precedes and follows it; `at` is the start of its role or backquote.
    fn interpreted(&mut self, at: usize, text: Range<usize>) -> Option<usize> {
        let inner = self.slice(text.clone());
        let before = self.slice(at..text.start).trim_matches([':', '`']);
        let tail = self.slice(text.end + 1..self.end);
        let after = role(tail).filter(|_| before.is_empty());
        let underscores = if before.is_empty() { self.underscores(text.end + 1) } else { 0 };
        let end = text.end + 1 + underscores + after.map_or(0, |role| role.len() + 2);
        if !self.may_end(end) {
            return None;
        }
        // An address in a reference follows a space; before a target in a role there may be none.
        let is_target = |at: &usize| {
            let before = inner.get(..*at).unwrap_or_default();
            let apart = before.is_empty() || before.ends_with(char::is_whitespace);
            if underscores > 0 { apart } else { !before.ends_with('\\') }
        };
        let target = inner.rfind('<').filter(|at| inner.ends_with('>') && is_target(at));
        let title = target.and_then(|at| inner.get(..at)).map(str::trim_end);
        let role = match after.unwrap_or(before) {
            "" if underscores == 0 => self.context.default_role(at),
            role => role,
        };
        let title_end = title.filter(|title| !title.is_empty()).map(|title| text.start + title.len());
        if underscores > 0 {
            self.hyperlink(at..end, text, title, underscores == 2);
        } else if let Some(close) = title_end.filter(|_| TITLED.contains(&role)) {
            self.pair(at..text.start, close..end);
        } else if PROSE.contains(&role) || (role.is_empty() && inner.contains(char::is_whitespace)) {
            self.pair(at..text.start, text.end..end);
        } else {
            self.push_locked(at..end);
        }
        Some(end)
    }

    /// A reference `` `text`_ `` or `` `title <address>`_ ``, whose text is the name of its target too.
    fn hyperlink(&mut self, all: Range<usize>, text: Range<usize>, title: Option<&str>, anonymous: bool) {
        let inner = self.slice(text.clone());
        let (open, close) = (all.start..text.start, text.end..all.end);
        match title {
            Some(title) if title.is_empty() || (!anonymous && self.context.names.contains(&name(title))) => {
                self.push_locked(all);
            }
            Some(title) => self.pair(open, text.start + title.len()..all.end),
            None if anonymous => {
                if matches!(self.by_order, Order::None) {
                    self.flush(all.start);
                    self.by_order = Order::One(self.pieces.len(), all);
                    self.marks(Kind::OpenKept("mark".into()), open, close);
                } else {
                    self.push_by_order(all);
                }
            }
            None if inner.contains(['<', '>', '\\']) => self.push_locked(all),
            None => {
                let target = inner.split_whitespace().collect::<Vec<_>>().join(" ");
                self.renamed(open, close, &target);
            }
        }
    }

    /// A reference whose target is found by its order, which translations of several could change.
    fn push_by_order(&mut self, range: Range<usize>) {
        self.push(Kind::Void { word: true }, range);
        if let Order::One(at, first) = std::mem::replace(&mut self.by_order, Order::Several) {
            let end = self.pieces.iter().position(|piece| piece.source.start >= first.end);
            let end = end.unwrap_or(self.pieces.len());
            self.pieces.splice(at..end, [Piece::new(Kind::Void { word: true }, first)]);
        }
    }

    /// A reference by its target's name, which beside a translation is written with another text.
    fn renamed(&mut self, open: Range<usize>, close: Range<usize>, target: &str) {
        let name = || Cow::Borrowed("reference");
        let inner = open.end..close.start;
        self.push(Kind::OpenAs { name: name(), markup: "`".to_owned() }, open);
        self.inner(inner);
        self.push(Kind::CloseAs { name: name(), markup: format!(" <{target}_>`__") }, close);
    }

    /// ``:role:`text` ``.
    fn role(&mut self) -> Option<usize> {
        let size = role(self.rest())?.len() + 2;
        self.rest().get(size..).filter(|rest| rest.starts_with('`'))?;
        let (at, from) = (self.at, self.at + size + 1);
        let close = self.close(from, "`")?;
        self.interpreted(at, from..close)
    }

    /// `[1]_`, `[#]_`, `[*]_`, `[name]_`.
    fn note(&mut self) -> Option<usize> {
        let is_label = |b: &u8| b.is_ascii_alphanumeric() || b"#*-_.:+".contains(b);
        let label = self.rest().get(1..)?;
        let label = label.get(..label.bytes().take_while(is_label).count())?;
        let end = self.at + label.len() + 3;
        if label.is_empty() || !self.slice(self.at..end).ends_with("]_") || !self.may_end(end) {
            return None;
        }
        if label.starts_with(['#', '*']) || label.bytes().all(|b| b.is_ascii_digit()) {
            self.push(Kind::Void { word: false }, self.at..end);
        } else {
            self.push_locked(self.at..end);
        }
        Some(end)
    }

    /// A reference `word_` or `word__`, or a target `` _`text` ``.
    fn underscore(&mut self) -> Option<usize> {
        let at = self.at;
        if self.rest().starts_with("_`") && self.may_start() {
            let close = self.close(at + 2, "`").filter(|close| self.may_end(close + 1))?;
            if self.context.names.contains(&name(self.slice(at + 2..close))) {
                self.push_locked(at..close + 1);
            } else {
                self.pair(at..at + 2, close..close + 1);
            }
            return Some(close + 1);
        }
        let size = self.rest().bytes().take_while(|b| *b == b'_').count();
        let end = at + size;
        let before = self.slice(self.from..at);
        let is_part = |c: char| c.is_alphanumeric() || "-_.:+".contains(c);
        let word = before.get(before.trim_end_matches(is_part).len()..).unwrap_or_default();
        let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        let start = at - word.len();
        let touched = self.slice(self.start..start).chars().next_back();
        let is_word = word.ends_with(char::is_alphanumeric) && touched.is_none_or(may_precede_markup);
        if !is_word || size > 2 || !self.may_end(end) {
            return Some(end);
        }
        if size == 2 {
            self.push_by_order(start..end);
        } else {
            self.flush(start);
            self.renamed(start..start, at..end, word);
        }
        Some(end)
    }

    /// An address, whose characters are no markup.
    fn address(&mut self) -> Option<usize> {
        let rest = self.rest();
        ADDRESSES.iter().find(|start| rest.starts_with(**start))?;
        let end = rest.find(|c: char| c.is_whitespace() || "<>\"`\\".contains(c)).unwrap_or(rest.len());
        let address = rest.get(..end)?.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/');
        Some(self.at + address.len())
    }
}
