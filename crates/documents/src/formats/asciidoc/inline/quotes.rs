//! Quotes of AsciiDoc: text between marks, by the rules of Asciidoctor and by those of AsciiDoc.py.

use super::super::marks::{self, is_single, may_follow, may_precede};
use super::{Cursor, DOUBLE, Form, Found, Reader};

impl Reader<'_> {
    /// Text between marks, whose first is after `role` bytes.
    pub(super) fn marked(
        &self,
        cursor: &mut Cursor,
        rest: &str,
        before: Option<char>,
        role: usize,
    ) -> Option<Found> {
        let marked = rest.get(role..)?;
        let single = marks::CONSTRAINED.into_iter().find(|mark| marked.starts_with(mark))?;
        let double = match single {
            "*" => "**",
            "_" => "__",
            "`" => "``",
            _ => "##",
        };
        let open = cursor.at + role;
        let close = |close: usize, size: usize| {
            let inner = open + size..close;
            let form = if single == "`" && role == 0 {
                Form::Code(inner)
            } else {
                Form::Pair { inner, link: false }
            };
            Some(Found::new(close + size, form))
        };
        if marked.starts_with(double)
            && let Some(end) = self.close(cursor, open + 2, double, |inner, _| !inner.is_empty())
        {
            return close(end, 2);
        }
        let starts = before.is_none_or(|c| may_precede(single, c));
        let follows =
            marked.get(1..)?.chars().next().is_some_and(|c| !c.is_whitespace() && !single.starts_with(c));
        if !starts || !follows {
            return None;
        }
        let ends = |inner: &str, after: Option<char>| {
            !inner.ends_with(char::is_whitespace) && after.is_none_or(|c| may_follow(single, c))
        };
        let end = self.close(cursor, open + 1, single, ends)?;
        close(end, 1)
    }

    /// `` "`text`" ``, which is shown with curved quotation marks.
    pub(super) fn quoted(&self, cursor: &mut Cursor, before: Option<char>) -> Option<Found> {
        let ends = |inner: &str, after: Option<char>| is_single(inner) && !after.is_some_and(marks::is_word);
        if before.is_some_and(|c| !may_precede("\"", c)) {
            return None;
        }
        let close = self.close(cursor, cursor.at + 2, "`\"", ends)?;
        Some(Found::new(close + 2, Form::Quoted(cursor.at + 2..close, DOUBLE)))
    }

    /// Marks of AsciiDoc.py: `` `code` ``, ``` ``text'' ```, `` `text' ``, `'emphasis'`.
    pub(super) fn old_quoted(&self, cursor: &mut Cursor, rest: &str, before: Option<char>) -> Option<Found> {
        let at = cursor.at;
        let ends = |inner: &str, after: Option<char>| is_single(inner) && !after.is_some_and(marks::is_word);
        let starts = before.is_none_or(|c| may_precede("'", c));
        if rest.starts_with('\'') {
            let close = if starts { self.close(cursor, at + 1, "'", ends)? } else { return None };
            return Some(Found::new(close + 1, Form::Pair { inner: at + 1..close, link: false }));
        }
        if rest.starts_with("``") {
            let close = if starts { self.close(cursor, at + 2, "\'\'", ends)? } else { return None };
            return Some(Found::new(close + 2, Form::Quoted(at + 2..close, DOUBLE)));
        }
        let is_code = |inner: &str, after: Option<char>| {
            is_single(inner) && !after.is_some_and(marks::touches_old_code)
        };
        if !before.is_some_and(marks::touches_old_code)
            && let Some(close) = self.close(cursor, at + 1, "`", is_code)
        {
            return Some(Found::new(close + 1, Form::Code(at + 1..close)));
        }
        let close = if starts { self.close(cursor, at + 1, "'", ends)? } else { return None };
        Some(Found::new(close + 1, Form::Quoted(at + 1..close, ("‘", "’"))))
    }

    /// `+text+`, which is shown as it is.
    pub(super) fn passed(&self, cursor: &mut Cursor, rest: &str, before: Option<char>) -> Option<Found> {
        let mark = ["+++", "++", "+"].into_iter().find(|mark| rest.starts_with(mark))?;
        let from = cursor.at + mark.len();
        let single = mark == "+";
        if single
            && (before.is_some_and(|c| !may_precede(mark, c))
                || rest.get(1..)?.starts_with(char::is_whitespace))
        {
            return None;
        }
        let ends = |inner: &str, after: Option<char>| {
            !single || (is_single(inner) && after.is_none_or(|c| may_follow(mark, c)))
        };
        let close = self.close(cursor, from, mark, ends)?;
        Some(Found::new(close + mark.len(), Form::Locked))
    }

    /// `^text^`, `~text~`.
    pub(super) fn shifted(&self, cursor: &mut Cursor, rest: &str) -> Option<Found> {
        let mark = if rest.starts_with('^') { "^" } else { "~" };
        let inner = rest.get(1..)?;
        let size = inner.find(|c: char| c.is_whitespace() || mark.contains(c)).filter(|size| *size > 0)?;
        inner.get(size..)?.strip_prefix(mark)?;
        let inner = cursor.at + 1..cursor.at + 1 + size;
        Some(Found::new(inner.end + 1, Form::Pair { inner, link: false }))
    }
}
