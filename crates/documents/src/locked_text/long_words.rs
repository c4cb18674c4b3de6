//! Words that no language has: encoded data, hashes, minified code, a key held down.

use std::ops::Range;

use crate::limits::LONG_WORD;

/// Hashes and keys have at least so many characters; identifiers of prose have fewer.
const LEAST: usize = 24;

/// A hash changes between digits, small and capital letters at least once in so many characters.
const CHARS_PER_CHANGE: usize = 6;

/// With one number only, at least once in so many.
const CHARS_PER_CHANGE_BESIDE_A_NUMBER: usize = 4;

/// A run of statements of a program has at least so many bytes.
const CODE_BYTES: usize = 80;

/// Words between two statements, such as `return` or `var i`.
const WORDS_BETWEEN: usize = 3;

/// Words that stand before the first statement of minified code.
const KEYWORDS: [&str; 12] =
    ["async", "class", "const", "export", "for", "function", "if", "import", "let", "return", "var", "while"];

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WordKind {
    Plain,
    Keyword,
    Data,
    Statement,
}

/// A few characters repeated over so many characters are no text in scripts without spaces, where a word has no end.
const REPEATED_CHARS: usize = 100;

/// The longest such repetition, in characters.
const PERIODS: usize = 4;

/// The parts of a text that are no words of a language, in order: data, runs of statements with the few words between
/// them, and repetitions. Scripts without spaces between words end a word.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = words(text);
    (1..=PERIODS).for_each(|period| found.extend(repetitions(text, period)));
    found.sort_by_key(|range| range.start);
    found.dedup_by(|next, last| {
        let meets = next.start <= last.end;
        last.end = if meets { last.end.max(next.end) } else { last.end };
        meets
    });
    found
}

/// Runs in scripts without spaces in which each character equals the one `period` characters before it.
fn repetitions(text: &str, period: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut run, mut count) = (0..0, 0);
    let pairs = text.char_indices().zip(text.char_indices().skip(period));
    for ((start, first), (at, second)) in pairs.chain([((0, ' '), (0, 'x'))]) {
        if first == second && is_written_without_spaces(first) {
            run = if count == 0 { start } else { run.start }..at + second.len_utf8();
            count += 1;
        } else {
            found.extend((count >= REPEATED_CHARS).then(|| run.clone()));
            count = 0;
        }
    }
    found
}

/// Data, and runs of statements with the few words between them.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut run = Run::default();
    let mut start = 0;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if !c.is_whitespace() && !is_written_without_spaces(c) {
            continue;
        }
        let word = start..at;
        start = at + c.len_utf8();
        match kind(text.get(word.clone()).unwrap_or_default()) {
            _ if word.is_empty() => {}
            kind @ (WordKind::Plain | WordKind::Keyword) => {
                run.between += 1;
                if run.range.is_empty() || run.between > WORDS_BETWEEN {
                    run.end(&mut found);
                    let keywords = run.keywords.unwrap_or(word.start);
                    run.keywords = (kind == WordKind::Keyword).then_some(keywords);
                }
            }
            WordKind::Data => {
                let gap = found.last().and_then(|last| text.get(last.end..word.start));
                match found.last_mut().filter(|_| gap.is_some_and(|gap| gap.trim().is_empty())) {
                    Some(last) => last.end = word.end,
                    None => found.push(word),
                }
            }
            WordKind::Statement => {
                if run.range.is_empty() {
                    run.range = run.keywords.take().unwrap_or(word.start)..word.end;
                }
                (run.range.end, run.between) = (word.end, 0);
            }
        }
    }
    run.end(&mut found);
    found.sort_by_key(|range| range.start);
    found
}

/// Statements of a program, beside each other or with a few words between.
#[derive(Debug, Default)]
struct Run {
    range: Range<usize>,
    /// The start of the keywords right before it.
    keywords: Option<usize>,
    /// Words since its last statement.
    between: usize,
}

impl Run {
    /// Ends it; a long one is kept, with the data inside it.
    fn end(&mut self, found: &mut Vec<Range<usize>>) {
        let range = std::mem::take(&mut self.range);
        if range.len() >= CODE_BYTES {
            while found.last().is_some_and(|last| last.end > range.start && last.start < range.end) {
                found.pop();
            }
            found.push(range);
        }
        self.between = 0;
    }
}

fn kind(word: &str) -> WordKind {
    match word {
        _ if is_statement(word) => WordKind::Statement,
        _ if word.len() >= LONG_WORD || is_data(word) => WordKind::Data,
        _ if KEYWORDS.contains(&word) => WordKind::Keyword,
        _ => WordKind::Plain,
    }
}

/// Han, kana, and the scripts of Thailand, Laos, Myanmar, Cambodia, Tibet and Java, in which a sentence has no spaces.
fn is_written_without_spaces(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{1950}'..='\u{1a5f}'
        | '\u{a980}'..='\u{a9df}' | '\u{aa60}'..='\u{aadf}')
        || crate::chars::is_unspaced(c)
}

/// Whether a word is a hash, a key or encoded data: letters and digits without the order of a word.
fn is_data(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
    if word.len() < LEAST || !word.bytes().all(is_part) {
        return false;
    }
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    let letters: Vec<u8> = word.bytes().map(kind).filter(|kind| *kind < 3).collect();
    let changes = letters.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let numbers = letters.chunk_by(|a, b| a == b).filter(|run| run.first() == Some(&0)).count();
    // A compound with hyphens may have one number.
    match numbers {
        0 => false,
        1 => changes * CHARS_PER_CHANGE_BESIDE_A_NUMBER >= letters.len(),
        _ => changes * CHARS_PER_CHANGE >= letters.len(),
    }
}

/// Whether a word is a part of a program, such as `i<n;i++){f(i)`: it has several marks of code.
fn is_statement(word: &str) -> bool {
    let marks = word.bytes().filter(|byte| b"{}()[];=<>&|+*\\!".contains(byte)).count();
    marks >= 3 && word.bytes().any(|byte| b"{};=<>&|\\".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        find(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn hashes_and_encoded_data_are_found() {
        for word in [
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "123e4567-e89b-12d3-a456-426614174000",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ",
            &"x".repeat(LONG_WORD),
            &"if(a){b()}".repeat(30),
        ] {
            assert_eq!(found(&format!("Take {word} now")), [word]);
            assert_eq!(found(&format!("鍵は{word}です")), [word]);
        }
    }

    #[test]
    fn statements_are_kept_with_the_words_between() {
        let script =
            "var a=function(e,t){return e+t};for(var i=0;i<10;i++){if(a(i,2)>5){console.log(a(i,2))}}";
        assert_eq!(found(script), [script]);
        let ends = [script, ";!function(e){return e*2})}});"].concat();
        assert_eq!(found(&format!("Der Code ist gut. {ends} Er läuft schnell.")), [ends.as_str()]);
        assert_eq!(found(&format!("Der Code ist gut. {script} Er läuft schnell, und zwar immer.")), [script]);
        let lines = "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcms1MjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4 ".repeat(1000);
        assert_eq!(found(&format!("Die Daten: {lines}")), [lines.trim()]);
        let prose =
            "Der Befehl f(a)=b;c ist in (diesem) Text, der sonst aus ganz gewöhnlichen Wörtern besteht.";
        assert_eq!(found(prose), [""; 0]);
    }

    #[test]
    fn long_words_of_languages_are_not() {
        let unspaced = [
            "これは長い文ですが空白がありません",
            "ภาษาไทยไม่มีช่องว่างระหว่างคำ",
            "这是一个没有空格的很长的句子",
        ];
        for text in unspaced {
            assert_eq!(found(&text.repeat(50)), [""; 0], "{text}");
        }
        for text in [
            "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
            "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
            "muvaffakiyetsizleştiricileştiriveremeyebileceklerimizdenmişsinizcesine",
            "Ausfuhr-Einfuhr-Genehmigungs-Verordnung-2024",
            "internationalization-and-localization",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
