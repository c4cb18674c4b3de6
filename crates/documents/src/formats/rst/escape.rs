//! Escapes plain text so that reStructuredText reads exactly that text, and draws the lines of titles.

use super::lines::{is_mark, is_rule, starts_block};
use crate::wrap::columns;

/// Where text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RstText {
    /// A paragraph, whose start could begin another element.
    Paragraph,
    /// A title with the lines around it.
    Title(Adornment),
    /// A cell of a CSV table, written in quotes.
    CsvCell(CsvQuotes),
    /// A paragraph in a cell that is in quotes.
    CsvText(CsvQuotes),
}

/// The marks around the cells of a CSV table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CsvQuotes {
    pub quote: char,
    /// The character before a quote that is text; without it, the quote is doubled.
    pub escape: Option<char>,
}

impl CsvQuotes {
    /// Bytes of a cell before the quote that ends it on this line.
    pub fn close(self, text: &str) -> Option<usize> {
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let is_double =
                self.escape.is_none() && chars.peek().is_some_and(|(_, next)| *next == self.quote);
            if Some(c) == self.escape || (c == self.quote && is_double) {
                chars.next();
            } else if c == self.quote {
                return Some(at);
            }
        }
        None
    }

    /// How a quote that is text is written.
    pub fn written_quote(self) -> String {
        [self.escape.unwrap_or(self.quote), self.quote].iter().collect()
    }

    /// The text of a cell.
    pub fn read(self, text: &str) -> String {
        text.replace(&self.written_quote(), &self.quote.to_string())
    }

    /// Whether a text is escaped that is no quote, which may be read as markup after that.
    pub fn has_other_escapes(self, text: &str) -> bool {
        let rest = text.replace(&self.written_quote(), "");
        self.escape.is_some_and(|escape| rest.contains(escape))
    }

    /// A text as it is written between quotes.
    fn write(self, text: &str) -> String {
        let escape = self.escape.map(String::from).unwrap_or_default();
        let text = if escape.is_empty() { text.to_owned() } else { text.replace(&escape, &escape.repeat(2)) };
        text.replace(self.quote, &self.written_quote())
    }
}

/// The lines of punctuation around a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Adornment {
    pub mark: char,
    /// Whether there is a line above the title.
    pub above: bool,
    /// Columns that the lines are wider than the title, if they follow its width.
    pub wider: usize,
    /// Columns of the lines, if they do not follow the title's width.
    pub least: usize,
    /// Spaces before the title.
    pub inset: usize,
    pub crlf: bool,
}

/// Escapes text that would be inline markup, or begin a literal block. With `bare`, all ASCII punctuation is escaped.
pub(crate) fn text(text: &str, bare: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if is_mark(c) {
            continue;
        }
        let after = chars.peek().copied();
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let marked = match c {
            _ if bare => c.is_ascii_punctuation(),
            '\\' => true,
            '*' | '`' | '|' => !(before == Some(' ') && after == Some(' ')),
            '_' => !(is_word(before) && is_word(after)),
            ':' => before == Some(':'),
            _ => false,
        };
        if marked {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

/// Escapes the start of a line if it would begin another element.
pub(crate) fn line_start(line: String, first: bool) -> String {
    if is_rule(&line) || (first && starts_block(&line)) { format!("\\{line}") } else { line }
}

/// The whole written text, with what belongs around it.
pub(crate) fn finish(place: RstText, written: String) -> String {
    match place {
        RstText::Paragraph => written,
        RstText::Title(lines) => lines.draw(&written),
        RstText::CsvCell(quotes) => {
            let quote = quotes.quote;
            format!("{quote}{}{quote}", quotes.write(&written))
        }
        RstText::CsvText(quotes) => quotes.write(&written),
    }
}

impl Adornment {
    /// The title, which is the last line of `written`, between its lines.
    fn draw(self, written: &str) -> String {
        let (before, title) = written.rfind('\n').map_or(("", written), |end| written.split_at(end + 1));
        // Programs disagree about the width of some sequences; a longer line is always valid.
        let width = columns(title).max(title.chars().map(|c| columns(c.encode_utf8(&mut [0; 4]))).sum());
        let least = self.least.max(width + self.inset);
        let line = self.mark.to_string().repeat((width + self.wider).max(least));
        let newline = if self.crlf { "\r\n" } else { "\n" };
        let inset = " ".repeat(self.inset);
        let above = if self.above { format!("{line}{newline}") } else { String::new() };
        format!("{before}{above}{inset}{title}{newline}{line}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_be_markup_is_escaped() {
        let escaped = |line: &str| text(line, false);
        assert_eq!(
            escaped("2 * 3 = 6, snake_case, a < b, [1], (c) 5: x"),
            "2 * 3 = 6, snake_case, a < b, [1], (c) 5: x"
        );
        assert_eq!(escaped(r"*a* `b` |c| d_ e__ [1]_ \ f::"), r"\*a\* \`b\` \|c\| d\_ e\_\_ [1]\_ \\ f:\:");
    }

    #[test]
    fn line_starts_are_escaped() {
        for (line, escaped) in [
            ("A. Müller kam.", r"\A. Müller kam."),
            ("- a", r"\- a"),
            ("1986. Ein Jahr", r"\1986. Ein Jahr"),
            (":Feld: x", r"\:Feld: x"),
            ("-v  laut", r"\-v  laut"),
            ("-- Jane", r"\-- Jane"),
            ("— Ja.", r"\— Ja."),
            (".. x", r"\.. x"),
            ("-5 °C, 3.5, :x:y, Herr. B", "-5 °C, 3.5, :x:y, Herr. B"),
        ] {
            assert_eq!(line_start(line.to_owned(), true), escaped);
        }
        assert_eq!(line_start("1986. Ein Jahr".to_owned(), false), "1986. Ein Jahr");
        assert_eq!(line_start("----".to_owned(), false), r"\----");
    }
}
