//! The ends of sentences inside one line.

use super::is_wide;
use super::rules::Rules;

const OPENING: &str = "\"'“”„‟‘’‚«»‹›([{「『（［【〈《｢";
const CLOSING: &str = "\"'”“’‘»«›‹)]}」』）］】〉》｣";
/// Brackets inside which a full-width mark does not end the sentence.
const PAIRS: [(char, char); 9] = [
    ('「', '」'),
    ('『', '』'),
    ('（', '）'),
    ('［', '］'),
    ('【', '】'),
    ('〈', '〉'),
    ('《', '》'),
    ('“', '”'),
    ('｢', '｣'),
];

/// Byte offsets in `line` where sentences end, without the end of the line.
pub(super) fn ends(line: &str, rules: &Rules) -> Vec<usize> {
    let chars: Vec<(usize, char)> = line.char_indices().collect();
    let straight = (0..chars.len()).filter(|&at| chars[at].1 == '"').collect();
    let line = ScannedLine { text: line, quotes: quotes(&chars), straight, chars, rules };
    let mut ends = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < line.chars.len() {
        let marks = line.run(at, is_mark);
        if marks == at {
            at += 1;
            continue;
        }
        let full_width = line.is_full_width(at, marks);
        let after = line.after_closing(marks, full_width);
        let ended = if full_width {
            line.ends_wide(at, marks, after)
        } else {
            line.ends_narrow(start, at, marks, after)
        };
        if ended && after < line.chars.len() {
            ends.push(line.offset(after));
            start = after;
        }
        at = after;
    }
    ends
}

fn is_mark(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '‥' | '‼' | '⁇' | '⁈' | '⁉' | '؟' | '۔') || is_full_width_mark(c)
}

fn is_full_width_mark(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡' | '．' | '।' | '॥')
}

/// A line with its quotations; positions count characters.
struct ScannedLine<'a> {
    text: &'a str,
    chars: Vec<(usize, char)>,
    /// Start and end of closed quotations and brackets.
    quotes: Vec<(usize, usize)>,
    /// Positions of straight `"`.
    straight: Vec<usize>,
    rules: &'a Rules,
}

/// Maximum nesting of matched brackets.
const MAX_DEPTH: usize = 16;
/// Number of characters searched for the next word.
const LOOK_AHEAD: usize = 64;

/// The outermost pairs of brackets that are closed within the line, in order.
fn quotes(chars: &[(usize, char)]) -> Vec<(usize, usize)> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, &(_, c)) in chars.iter().enumerate() {
        if let Some((_, close)) = PAIRS.iter().find(|(opening, _)| *opening == c) {
            open.push((at, *close));
        } else if let Some(depth) =
            (open.len().saturating_sub(MAX_DEPTH)..open.len()).rfind(|depth| open[*depth].1 == c)
        {
            let start = open[depth].0;
            open.truncate(depth);
            while found.last().is_some_and(|(inner, _)| *inner > start) {
                found.pop();
            }
            found.push((start, at));
        }
    }
    found
}

impl ScannedLine<'_> {
    fn char(&self, at: usize) -> Option<char> {
        self.chars.get(at).map(|&(_, c)| c)
    }

    fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|at| self.char(at))
    }

    fn offset(&self, at: usize) -> usize {
        self.chars.get(at).map_or(self.text.len(), |&(offset, _)| offset)
    }

    fn slice(&self, from: usize, to: usize) -> &str {
        self.text.get(self.offset(from)..self.offset(to)).unwrap_or_default()
    }

    /// The first position from `at` on that is not of this kind.
    fn run(&self, at: usize, kind: impl Fn(char) -> bool) -> usize {
        (at..self.chars.len()).find(|&at| !self.char(at).is_some_and(&kind)).unwrap_or(self.chars.len())
    }

    /// Whether marks count as full-width, which need no space after them; `!` and `?` after Han or kana do.
    fn is_full_width(&self, at: usize, marks: usize) -> bool {
        let run = self.slice(at, marks);
        let after_wide = self.before(at).is_some_and(is_wide);
        let digits =
            self.before(at).is_some_and(char::is_numeric) && self.char(marks).is_some_and(char::is_numeric);
        (run.contains(is_full_width_mark) && !(run == "．" && digits))
            || (after_wide && run.contains(['!', '?']))
    }

    /// The position after the quotation marks and brackets that close at `at`.
    fn after_closing(&self, at: usize, full_width: bool) -> usize {
        let opens = |position: usize, c: char| {
            let paired = matches!(c, '“' | '‘' | '«' | '‹');
            let odd = c == '"' && self.straight.partition_point(|&before| before < position) % 2 == 0;
            full_width && (paired || odd)
        };
        let mut after = at;
        while self.char(after).is_some_and(|c| CLOSING.contains(c) && !opens(after, c)) {
            after += 1;
        }
        let spaced = self.char(after).is_some_and(char::is_whitespace) && self.char(after + 1) == Some('»');
        if self.rules.spaced_guillemets && spaced { after + 2 } else { after }
    }

    /// Whether full-width marks at `at..marks`, with brackets closed up to `after`, end a sentence.
    fn ends_wide(&self, at: usize, marks: usize, after: usize) -> bool {
        let quote = |before: usize| {
            let following = self.quotes.partition_point(|&(start, _)| start < before);
            following.checked_sub(1).and_then(|last| self.quotes.get(last))
        };
        if quote(at).is_some_and(|&(_, end)| after <= end) {
            return false;
        }
        let Some(next) = self.char(after) else { return true };
        if after == marks {
            // 「…！と」: the sentence goes on with a particle.
            let exclaimed = !self.slice(at, marks).contains(['。', '｡', '．', '।', '॥']);
            return !(exclaimed && matches!(next, 'と' | 'っ' | '、' | '，'));
        }
        let next_starts = next.is_whitespace() || PAIRS.iter().any(|(open, _)| *open == next) || next == '"';
        let closed = quote(after).filter(|&&(_, end)| end + 1 == after);
        let announced =
            closed.is_some_and(|&(start, _)| matches!(self.before(start), Some('：' | ':' | '，')));
        next_starts || announced
    }

    /// Whether marks that need a space after them end the sentence that began at `start`.
    fn ends_narrow(&self, start: usize, at: usize, marks: usize, after: usize) -> bool {
        if !self.char(after).is_some_and(char::is_whitespace) {
            return false;
        }
        let ahead = after..after.saturating_add(LOOK_AHEAD);
        let word = |at: &usize| self.char(*at).is_some_and(char::is_alphanumeric);
        let Some(next) = ahead.into_iter().find(word) else { return false };
        let Some(first) = self.char(next) else { return false };
        if first.is_lowercase() {
            return false;
        }
        if self.slice(at, marks) != "." || after > marks {
            return true;
        }
        let next_word = self.slice(next, self.run(next, char::is_alphanumeric));
        self.full_stop_ends(start, at, next_word)
    }

    /// Whether one full stop after the word before `at` ends a sentence, when `next` follows.
    fn full_stop_ends(&self, start: usize, at: usize, next: &str) -> bool {
        let begin = (start..at)
            .rev()
            .find(|&at| self.char(at).is_some_and(char::is_whitespace))
            .map_or(start, |at| at + 1);
        let begin = self.run(begin, |c| OPENING.contains(c)).min(at);
        let word = self.slice(begin, at);
        let first_word = self.slice(start, begin).trim().is_empty();
        let number_next = next.starts_with(|c: char| c.is_numeric());
        let starter_next = self.rules.starters.contains(&next);
        let short = word.chars().nth(1).is_none();

        if word.chars().all(char::is_numeric) && !word.is_empty() {
            // The number of a list, or an ordinal: 1. Introduction, 5. Mai.
            let listed = first_word && word.len() <= 3;
            let ordinal = self.rules.ordinals && word.len() <= 2;
            return !listed && (!ordinal || (starter_next && !number_next));
        }
        if is_listed(self.rules.leading, word) {
            return false;
        }
        if is_listed(self.rules.numbering, word) && (number_next || self.rules.ordinals && short) {
            return !number_next;
        }
        if is_listed(self.rules.trailing, word) || is_dotted(word) {
            return starter_next || (self.rules.starters.is_empty() && !number_next);
        }
        if short && word.chars().all(char::is_alphabetic) {
            // An initial, the letter of a list, a part of an abbreviation: J. Smith, a) or z. B.
            let lowercase = word.chars().all(char::is_lowercase);
            let after_initial = self.slice(start, begin).trim_end().ends_with('.');
            return !first_word && !lowercase && !after_initial && starter_next;
        }
        true
    }
}

/// Whether a list contains the word, unchanged or with a lower-case first letter.
fn is_listed(list: &[&str], word: &str) -> bool {
    let mut chars = word.chars();
    let small: String = chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect();
    list.contains(&word) || list.contains(&small.as_str())
}

/// Letters with full stops between them: `p.m`, `U.S`.
fn is_dotted(word: &str) -> bool {
    let letters =
        |part: &str| !part.is_empty() && part.chars().count() <= 2 && part.chars().all(char::is_alphabetic);
    word.contains('.') && word.split('.').all(letters)
}
