//! Line wrapping: words filled to a width, or balanced over a number of lines.

use unicode_width::UnicodeWidthStr;

use crate::chars::{is_space, is_unspaced, may_follow_markup, may_precede_markup};

/// How many lines a translation gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineLayout {
    Single,
    /// Lines of at most so many columns.
    Fill(usize),
    /// At most `lines` lines of about equal length; `most` if they would be longer than [`SUBTITLE_COLUMNS`].
    Balance {
        lines: usize,
        most: usize,
    },
    /// One line, filled with blanks to this many columns, with at least so many blanks at its end.
    Cell {
        width: usize,
        least: usize,
    },
}

/// Text without a possible line end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Word {
    pub text: String,
    /// Whether a space separates it from the word before.
    pub spaced: bool,
    /// Whether it starts with markup rather than with text.
    pub raw: bool,
}

/// A line, and whether it starts with markup rather than with text.
pub(crate) type WrappedLine = (String, bool);

/// A sequence of words, built from text and markup.
#[derive(Debug, Default)]
pub(crate) struct Words {
    words: Vec<Word>,
    gap: bool,
    /// Whether the next text must stay on the line of the markup before it.
    glued: bool,
    /// Whether a line may end between two Han or kana characters.
    anywhere: bool,
    /// Whether the markup before the next text or markup must be apart from it.
    apart: bool,
}

/// What reStructuredText reads as nothing; it separates markup from a word.
const ESCAPED_SPACE: &str = "\\ ";

/// The longest subtitle line that broadcasters' guides allow, in columns.
pub(crate) const SUBTITLE_COLUMNS: usize = 42;

/// Lines of a subtitle that the same guides allow.
pub(crate) const SUBTITLE_LINES: usize = 2;

/// Never first on a line in Japanese and Chinese: closing marks, small kana, the long-vowel mark.
pub(crate) const NOT_FIRST: &str =
    "、。，．・：；？！」』）］｝】〉》〕”’ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…‥,.!?:;)]}";
/// Never last on a line: opening marks.
pub(crate) const NOT_LAST: &str = "「『（［｛【〈《〔“‘([{";

impl Words {
    /// An empty sequence; `anywhere` allows a line to end between two Han or kana characters.
    pub fn new(anywhere: bool) -> Self {
        Self { anywhere, ..Self::default() }
    }

    /// Adds text, which may be divided at whitespace.
    pub fn text(&mut self, text: &str) {
        for c in text.chars() {
            if std::mem::take(&mut self.apart) && !self.gap && !may_follow_markup(c) {
                self.escaped_space();
            }
            let glued = std::mem::take(&mut self.glued);
            if is_space(c) {
                self.gap = true;
            } else if self.gap || self.words.is_empty() || (self.anywhere && !glued && self.may_end_before(c))
            {
                let spaced = std::mem::take(&mut self.gap);
                self.words.push(Word { text: c.into(), spaced, raw: false });
            } else if let Some(word) = self.words.last_mut() {
                word.text.push(c);
            }
        }
    }

    /// Adds markup that must stay in one piece, on the line of the text beside it.
    pub fn raw(&mut self, markup: &str) {
        if markup.is_empty() {
            return;
        }
        self.glued = true;
        match self.words.last_mut() {
            Some(word) if !self.gap => word.text.push_str(markup),
            _ => {
                let spaced = std::mem::take(&mut self.gap);
                self.words.push(Word { text: markup.to_owned(), spaced, raw: true });
            }
        }
    }

    /// Adds markup that must not touch a word before or after it, as reStructuredText requires.
    pub fn apart(&mut self, markup: &str, before: bool, after: bool) {
        let last = self.words.last().and_then(|word| word.text.chars().next_back());
        let touches = before && last.is_some_and(|last| !may_precede_markup(last));
        if (std::mem::take(&mut self.apart) || touches) && !self.gap {
            self.escaped_space();
        }
        self.raw(markup);
        self.apart = after;
    }

    fn escaped_space(&mut self) {
        self.words.last_mut().into_iter().for_each(|word| word.text.push_str(ESCAPED_SPACE));
    }

    /// Adds a space before the next text or markup.
    pub fn gap(&mut self) {
        self.gap = true;
    }

    /// The words in lines; at least one line if there is a word.
    pub fn lines(self, layout: LineLayout) -> Vec<WrappedLine> {
        match layout {
            LineLayout::Single | LineLayout::Cell { .. } => fill(&self.words, usize::MAX),
            LineLayout::Fill(width) => fill(&self.words, width),
            LineLayout::Balance { lines, most } => {
                let balanced = balance(&self.words, lines);
                let too_long = |(line, _): &WrappedLine| visible_columns(line) > SUBTITLE_COLUMNS;
                if lines < most && balanced.iter().any(too_long) {
                    balance(&self.words, most)
                } else {
                    balanced
                }
            }
        }
    }

    fn may_end_before(&self, next: char) -> bool {
        let last = self.words.last().and_then(|word| word.text.chars().next_back());
        last.is_some_and(|last| {
            (is_unspaced(last) || is_unspaced(next)) && !NOT_FIRST.contains(next) && !NOT_LAST.contains(last)
        })
    }
}

/// Columns on a screen with a fixed-width font; Han and kana take two.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// A cell's text with the blanks after it.
pub(crate) fn filled(text: &str, width: usize, least: usize) -> String {
    let blanks = width.saturating_sub(columns(text)).max(least);
    format!("{text}{}", " ".repeat(blanks))
}

/// Columns of a subtitle line without its tags and codes.
pub(crate) fn visible_columns(line: &str) -> usize {
    let mut inside = false;
    let visible = line.chars().filter(|&c| {
        inside |= c == '<' || c == '{';
        let shown = !inside;
        inside &= c != '>' && c != '}';
        shown
    });
    columns(&visible.collect::<String>())
}

fn fill(words: &[Word], width: usize) -> Vec<WrappedLine> {
    let mut lines: Vec<WrappedLine> = Vec::new();
    let mut used = 0;
    for word in words {
        let size = columns(&word.text);
        let gap = usize::from(word.spaced);
        match lines.last_mut() {
            Some((line, _)) if used + gap + size <= width => {
                line.push_str(&" "[..gap]);
                line.push_str(&word.text);
                used += gap + size;
            }
            _ => {
                lines.push((word.text.clone(), word.raw));
                used = size;
            }
        }
    }
    lines
}

/// Fills lines to the smallest width at which there are at most `lines` of them.
fn balance(words: &[Word], lines: usize) -> Vec<WrappedLine> {
    let (mut low, mut high) = (0, words.iter().map(|word| columns(&word.text) + 1).sum::<usize>());
    while low < high {
        let middle = low.midpoint(high);
        if fill(words, middle).len() <= lines.max(1) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    fill(words, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: LineLayout = LineLayout::Balance { lines: 2, most: 2 };

    fn lines(text: &str, layout: LineLayout) -> Vec<String> {
        let mut words = Words::new(true);
        words.text(text);
        words.lines(layout).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn balanced_lines_are_about_equal() {
        assert_eq!(
            lines("I never thought I would see you here again", TWO),
            ["I never thought I would", "see you here again"]
        );
        assert_eq!(lines("one", TWO), ["one"]);
    }

    #[test]
    fn japanese_lines_never_start_with_closing_marks() {
        assert_eq!(lines("今日は、いい天気。", TWO), ["今日は、い", "い天気。"]);
        assert_eq!(lines("「はい」。", LineLayout::Fill(2)), ["「は", "い」。"]);
    }

    #[test]
    fn filled_lines_keep_to_the_width() {
        assert_eq!(lines("aa bb cc  dd", LineLayout::Fill(5)), ["aa bb", "cc dd"]);
        assert_eq!(lines("no\u{a0}break here", LineLayout::Fill(6)), ["no\u{a0}break", "here"]);
    }
}
