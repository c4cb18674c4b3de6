//! Word forms: whether a word of a text is a glossary word, an inflection of it, or possibly another word.

/// A word of a text.
pub(super) struct Word {
    written: String,
    pub lower: String,
    // Whether it is the first word of the text, where a capital carries no information.
    first: bool,
    // Whether the whole text is in capitals, which then carry no information.
    all_caps: bool,
}

/// How certain it is that a word of a text is the term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Certainty {
    /// It may be another word with the same prefix.
    Possible,
    /// It is the term, or a form that only the term has.
    Certain,
}

/// An ending of the base form, and the ending that replaces it in another form.
type Ending = (&'static str, &'static str);

/// The endings of a language.
struct Endings {
    code: &'static str,
    /// Inflections.
    certain: &'static [Ending],
    /// Endings that may also derive another word.
    possible: &'static [Ending],
    /// As `possible`, but only for words that are short or start in lower case: longer nouns derive other nouns with them.
    possible_if_short: &'static [Ending],
}

#[rustfmt::skip]
const ENDINGS: &[Endings] = &[
    Endings {
        code: "de",
        certain: &[("", "s"), ("", "es"), ("", "e"), ("", "n"), ("", "en"), ("nis", "nisse"), ("nis", "nisses"),
                ("nis", "nissen"), ("in", "innen")],
        // Verb endings.
        possible: &[("en", "t"), ("en", "et"), ("en", "te"), ("en", "ten"), ("en", "ete"), ("en", "eten"), ("en", "st"),
                   ("en", "end")],
        // Kind → Kinder, and adjectives; but Arbeiter is not a form of Arbeit.
        possible_if_short: &[("", "er"), ("", "ern"), ("", "em")],
    },
    Endings {
        code: "en",
        certain: &[("", "s"), ("", "es"), ("y", "ies")],
        possible: &[("", "ed"), ("e", "ed"), ("", "ing"), ("e", "ing"), ("y", "ied")],
        possible_if_short: &[],
    },
    Endings { code: "es", certain: &[("", "s"), ("", "es")], possible: &[("o", "a"), ("o", "os"), ("o", "as")], possible_if_short: &[] },
    Endings { code: "fr", certain: &[("", "s"), ("", "x")], possible: &[("", "e"), ("", "es"), ("al", "aux")], possible_if_short: &[] },
    Endings { code: "nl", certain: &[("", "s"), ("", "en")], possible: &[("", "n"), ("", "e")], possible_if_short: &[] },
    Endings { code: "pt", certain: &[("", "s"), ("", "es")], possible: &[("o", "a"), ("o", "os"), ("o", "as")], possible_if_short: &[] },
];

// Longest ending in languages without a list of endings; the second part of a compound is longer.
const MAX_ENDING_CHARS: usize = 2;

// A word of at most so many letters plus an ending is often another word: Reis and Reise, Post and Posten.
const SHORT_WORD_CHARS: usize = 4;

/// Endings of a German adjective before its noun, the longer ones first.
const ADJECTIVE_ENDINGS: [&str; 6] = ["er", "em", "en", "es", "e", ""];

/// Languages that write a compound as one word.
const COMPOUNDING: [&str; 9] = ["da", "de", "et", "fi", "hu", "is", "nb", "nl", "sv"];

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<Word> {
    let all_caps = !text.chars().any(char::is_lowercase);
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let all_caps = all_caps && words.len() > 1;
    let word = |(index, word): (usize, &&str)| Word {
        written: (*word).to_owned(),
        lower: word.to_lowercase(),
        first: index == 0,
        all_caps,
    };
    words.iter().enumerate().map(word).collect()
}

impl Word {
    fn begins_with_capital(&self) -> bool {
        self.written.starts_with(char::is_uppercase)
    }

    // "IT" is not "it".
    fn is_abbreviation(&self) -> bool {
        self.begins_with_capital() && !self.written.chars().any(char::is_lowercase)
    }

    fn is_short(&self) -> bool {
        self.lower.chars().count() <= SHORT_WORD_CHARS
    }
}

/// Finds a phrase among the words of a text; the words must follow each other.
pub(super) fn match_words(phrase: &str, text: &[Word], code: &str) -> Option<Certainty> {
    let phrase = words(phrase);
    let window = |window: &[Word]| {
        phrase.iter().zip(window).enumerate().try_fold(Certainty::Certain, |least, (index, (term, word))| {
            let mut certainty = form_certainty(term, &word.lower, code, index + 1 == phrase.len())?;
            let case = case_certainty(term, word, code)?;
            // In a longer phrase the other words are evidence enough.
            if phrase.len() == 1 {
                certainty = certainty.min(case);
            }
            Some(certainty.min(least))
        })
    };
    text.windows(phrase.len().max(1)).filter_map(window).max()
}

/// Whether a text contains a phrase in any case and form, or a single word as part of a compound.
pub(super) fn contains_phrase(phrase: &[Word], text: &[Word], code: &str) -> bool {
    let is = |term: &Word, word: &Word, last: bool| {
        (!term.is_abbreviation() || word.written.starts_with(&term.written))
            && form_certainty(term, &word.lower, code, last).is_some()
    };
    let window = |window: &[Word]| {
        phrase.iter().zip(window).enumerate().all(|(at, (term, word))| is(term, word, at + 1 == phrase.len()))
    };
    let part =
        |term: &Word| COMPOUNDING.contains(&code) && text.iter().any(|word| is_part_of(term, word, code));
    text.windows(phrase.len().max(1)).any(window) || matches!(phrase, [term] if part(term))
}

// Whether a compound begins with a term, or ends with a form of it.
fn is_part_of(term: &Word, compound: &Word, code: &str) -> bool {
    let text = &compound.lower;
    let second = text.strip_prefix(&term.lower).map_or(0, |second| second.chars().count());
    let begins = !term.is_short() && second > MAX_ENDING_CHARS;
    let ends = || {
        let positions = text.char_indices().skip(SHORT_WORD_CHARS - 1);
        let mut suffixes = positions.filter_map(|(at, _)| text.get(at..));
        suffixes.any(|suffix| {
            suffix == term.lower || !term.is_short() && form_certainty(term, suffix, code, true).is_some()
        })
    };
    !term.is_abbreviation() && (begins || ends())
}

/// Finds a phrase as a substring, for text without spaces. The match is only possible, not certain, where an adjacent
/// character may belong to the same word.
pub(super) fn match_substring(phrase: &str, text: &str) -> Option<Certainty> {
    let by_case = phrase.chars().any(char::is_uppercase) && !phrase.chars().any(char::is_lowercase);
    let (phrase, text) = match by_case {
        true => (phrase.to_owned(), text.to_owned()),
        false => (phrase.to_lowercase(), text.to_lowercase()),
    };
    let single = phrase.chars().count() == 1;
    let same_word = |inside: Option<char>, outside: Option<char>| match inside.zip(outside) {
        Some((inside, outside)) => match script(inside) {
            // Two Han characters are a word, also before further ones.
            Some(Script::Han) if !single => false,
            script_inside => script_inside.is_some() && script_inside == script(outside),
        },
        None => false,
    };
    let certainty = |(at, found): (usize, &str)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|text| text.chars().next());
        let adjoins =
            same_word(phrase.chars().next(), before) || same_word(phrase.chars().next_back(), after);
        if adjoins { Certainty::Possible } else { Certainty::Certain }
    };
    text.match_indices(&phrase).map(certainty).max()
}

/// Scripts whose adjacent characters form a word. Hiragana has none: it writes endings and particles.
#[derive(PartialEq, Eq)]
enum Script {
    Han,
    Katakana,
    Other,
}

fn script(c: char) -> Option<Script> {
    match c {
        '\u{3040}'..='\u{309f}' => None,
        '\u{30a0}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}' => Some(Script::Katakana),
        '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => Some(Script::Han),
        c => c.is_alphanumeric().then_some(Script::Other),
    }
}

/// Compares the capitals of two words; none if they rule the term out.
fn case_certainty(term: &Word, word: &Word, code: &str) -> Option<Certainty> {
    let certain_if = |certain| Some(if certain { Certainty::Certain } else { Certainty::Possible });
    if term.is_abbreviation() {
        // A single letter may also be an article or a list mark.
        let alone = term.written.chars().count() == 1;
        return if word.written.starts_with(&term.written) {
            certain_if(!word.all_caps && !alone)
        } else {
            None
        };
    }
    match (term.begins_with_capital(), word.begins_with_capital()) {
        // German nouns are capitalised, verbs are not.
        (true, false) if code == "de" => None,
        (true, false) => certain_if(false),
        (false, true) => certain_if(word.first),
        _ => certain_if(true),
    }
}

/// Whether a word, in lower case, is a form of a term's word; `last` if that is the last word of the phrase.
fn form_certainty(term: &Word, word: &str, code: &str, last: bool) -> Option<Certainty> {
    let short = term.is_short();
    let certain_if = |certain| Some(if certain { Certainty::Certain } else { Certainty::Possible });
    if term.lower == word {
        return Some(Certainty::Certain);
    }
    if code == "de" && !last {
        let stem = |word: &str| {
            ADJECTIVE_ENDINGS.iter().find_map(|ending| word.strip_suffix(ending).map(str::to_owned))
        };
        return if stem(&term.lower) == stem(word) { certain_if(true) } else { None };
    }
    let Some(endings) = ENDINGS.iter().find(|endings| endings.code == code) else {
        let more = word.strip_prefix(&term.lower).map(|more| more.chars().count());
        // Two Korean syllables are a word, and particles are written with it.
        let long = !short || code == "ko";
        return more.filter(|more| long && *more <= MAX_ENDING_CHARS).map(|_| Certainty::Possible);
    };
    let ends = |(old, new): &Ending| {
        term.lower.strip_suffix(old).is_some_and(|stem| word.strip_prefix(stem) == Some(*new))
    };
    if endings.certain.iter().any(ends) {
        // In an abbreviation the case separates the ending.
        return certain_if(!short || term.is_abbreviation());
    }
    let few = short || !term.begins_with_capital();
    (endings.possible.iter().any(ends) || few && endings.possible_if_short.iter().any(ends))
        .then_some(Certainty::Possible)
}
