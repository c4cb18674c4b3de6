//! Words and their forms: whether a word of a text is a word of the glossary, another form of it, or only looks like it.

/// A word as it is written, and in lower case.
pub(super) struct Word {
    written: String,
    pub lower: String,
    // Whether a sentence begins with it, so that its capital tells nothing.
    first: bool,
    // Whether its text has capitals alone, so that they tell nothing.
    shouted: bool,
}

/// How surely a text's word is a term's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// It may be another word with the same beginning.
    Perhaps,
    /// It is the term, or a form that only the term has.
    Sure,
}

/// An ending of the word that a glossary has, and what takes its place in another form.
type Ending = (&'static str, &'static str);

/// The endings of a language's words.
struct Endings {
    code: &'static str,
    /// What inflection puts there.
    sure: &'static [Ending],
    /// What may as well make another word.
    perhaps: &'static [Ending],
    /// As `perhaps`, for words that are short or have no capital: longer nouns make other nouns with them.
    short: &'static [Ending],
}

#[rustfmt::skip]
const ENDINGS: &[Endings] = &[
    Endings {
        code: "de",
        sure: &[("", "s"), ("", "es"), ("", "e"), ("", "n"), ("", "en"), ("nis", "nisse"), ("nis", "nisses"),
                ("nis", "nissen"), ("in", "innen")],
        // Of verbs.
        perhaps: &[("en", "t"), ("en", "et"), ("en", "te"), ("en", "ten"), ("en", "ete"), ("en", "eten"), ("en", "st"),
                   ("en", "end")],
        // Of children and adjectives; workers are no work.
        short: &[("", "er"), ("", "ern"), ("", "em")],
    },
    Endings {
        code: "en",
        sure: &[("", "s"), ("", "es"), ("y", "ies")],
        perhaps: &[("", "ed"), ("e", "ed"), ("", "ing"), ("e", "ing"), ("y", "ied")],
        short: &[],
    },
    Endings { code: "es", sure: &[("", "s"), ("", "es")], perhaps: &[("o", "a"), ("o", "os"), ("o", "as")], short: &[] },
    Endings { code: "fr", sure: &[("", "s"), ("", "x")], perhaps: &[("", "e"), ("", "es"), ("al", "aux")], short: &[] },
    Endings { code: "nl", sure: &[("", "s"), ("", "en")], perhaps: &[("", "n"), ("", "e")], short: &[] },
    Endings { code: "pt", sure: &[("", "s"), ("", "es")], perhaps: &[("o", "a"), ("o", "os"), ("o", "as")], short: &[] },
];

// Where nobody has listed the endings, so many letters may be one; a compound's second part has more.
const ENDING: usize = 2;

// With an ending, a word of so few letters is often another one: Reis and Reise, Post and Posten.
const SHORT: usize = 4;

/// What a German adjective before its noun ends with, the longer ones first.
const ADJECTIVE: [&str; 6] = ["er", "em", "en", "es", "e", ""];

/// Languages that write a compound as one word.
const COMPOUNDING: [&str; 9] = ["da", "de", "et", "fi", "hu", "is", "nb", "nl", "sv"];

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<Word> {
    let shouted = !text.chars().any(char::is_lowercase);
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let shouted = shouted && words.len() > 1;
    let word = |(place, word): (usize, &&str)| Word {
        written: (*word).to_owned(),
        lower: word.to_lowercase(),
        first: place == 0,
        shouted,
    };
    words.iter().enumerate().map(word).collect()
}

impl Word {
    fn begins_with_capital(&self) -> bool {
        self.written.starts_with(char::is_uppercase)
    }

    // An abbreviation: "IT" is not "it".
    fn is_capitals(&self) -> bool {
        self.begins_with_capital() && !self.written.chars().any(char::is_lowercase)
    }

    fn is_short(&self) -> bool {
        self.lower.chars().count() <= SHORT
    }
}

/// Whether a phrase's words stand in a text's, one after the other.
pub(super) fn stands_in(phrase: &str, text: &[Word], code: &str) -> Option<Likeness> {
    let phrase = words(phrase);
    let window = |window: &[Word]| {
        phrase.iter().zip(window).enumerate().try_fold(Likeness::Sure, |least, (place, (term, word))| {
            let mut like = form(term, &word.lower, code, place + 1 == phrase.len())?;
            let case = case(term, word, code)?;
            // The words of a longer phrase are told by each other.
            if phrase.len() == 1 {
                like = like.min(case);
            }
            Some(like.min(least))
        })
    };
    text.windows(phrase.len().max(1)).filter_map(window).max()
}

/// Whether a phrase's words are said in a text, in whatever case and form, or one word as a part of a compound.
pub(super) fn is_said(phrase: &[Word], text: &[Word], code: &str) -> bool {
    let is = |term: &Word, word: &Word, last: bool| {
        (!term.is_capitals() || word.written.starts_with(&term.written))
            && form(term, &word.lower, code, last).is_some()
    };
    let window = |window: &[Word]| {
        phrase.iter().zip(window).enumerate().all(|(at, (term, word))| is(term, word, at + 1 == phrase.len()))
    };
    let part = |term: &Word| COMPOUNDING.contains(&code) && text.iter().any(|word| is_part(term, word, code));
    text.windows(phrase.len().max(1)).any(window) || matches!(phrase, [term] if part(term))
}

// Whether a compound begins with a term, or ends with a form of it.
fn is_part(term: &Word, compound: &Word, code: &str) -> bool {
    let text = &compound.lower;
    let second = text.strip_prefix(&term.lower).map_or(0, |second| second.chars().count());
    let begins = !term.is_short() && second > ENDING;
    let ends = || {
        let places = text.char_indices().skip(SHORT - 1);
        let mut rests = places.filter_map(|(at, _)| text.get(at..));
        rests.any(|rest| rest == term.lower || !term.is_short() && form(term, rest, code, true).is_some())
    };
    !term.is_capitals() && (begins || ends())
}

/// Whether letters stand in a text, in one without spaces; not surely where what touches them may belong to their word.
pub(super) fn stands_amid(phrase: &str, text: &str) -> Option<Likeness> {
    let by_case = phrase.chars().any(char::is_uppercase) && !phrase.chars().any(char::is_lowercase);
    let (phrase, text) = match by_case {
        true => (phrase.to_owned(), text.to_owned()),
        false => (phrase.to_lowercase(), text.to_lowercase()),
    };
    let single = phrase.chars().count() == 1;
    let touches = |inside: Option<char>, outside: Option<char>| match inside.zip(outside) {
        Some((inside, outside)) => match script(inside) {
            // Two characters are a word, also in front of others.
            Some(Script::Han) if !single => false,
            script_inside => script_inside.is_some() && script_inside == script(outside),
        },
        None => false,
    };
    let place = |(at, found): (usize, &str)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|text| text.chars().next());
        let glued = touches(phrase.chars().next(), before) || touches(phrase.chars().next_back(), after);
        if glued { Likeness::Perhaps } else { Likeness::Sure }
    };
    text.match_indices(&phrase).map(place).max()
}

/// What letters stand together in a word. Hiragana are no help: they are endings and particles.
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

/// What the capitals of a word say.
fn case(term: &Word, word: &Word, code: &str) -> Option<Likeness> {
    let sure = |sure| Some(if sure { Likeness::Sure } else { Likeness::Perhaps });
    if term.is_capitals() {
        // A single letter is an article or a list's too.
        let alone = term.written.chars().count() == 1;
        return if word.written.starts_with(&term.written) { sure(!word.shouted && !alone) } else { None };
    }
    match (term.begins_with_capital(), word.begins_with_capital()) {
        // German nouns have capitals, verbs have none.
        (true, false) if code == "de" => None,
        (true, false) => sure(false),
        (false, true) => sure(word.first),
        _ => sure(true),
    }
}

/// Whether a word, in lower case, is a form of a term's word; `last` if that is the phrase's last.
fn form(term: &Word, word: &str, code: &str, last: bool) -> Option<Likeness> {
    let short = term.is_short();
    let sure = |sure| Some(if sure { Likeness::Sure } else { Likeness::Perhaps });
    if term.lower == word {
        return Some(Likeness::Sure);
    }
    if code == "de" && !last {
        let stem =
            |word: &str| ADJECTIVE.iter().find_map(|ending| word.strip_suffix(ending).map(str::to_owned));
        return if stem(&term.lower) == stem(word) { sure(true) } else { None };
    }
    let Some(endings) = ENDINGS.iter().find(|endings| endings.code == code) else {
        let more = word.strip_prefix(&term.lower).map(|more| more.chars().count());
        // Two syllables of Korean are a word, and its particles are written with it.
        let long = !short || code == "ko";
        return more.filter(|more| long && *more <= ENDING).map(|_| Likeness::Perhaps);
    };
    let ends = |(old, new): &Ending| {
        term.lower.strip_suffix(old).is_some_and(|stem| word.strip_prefix(stem) == Some(*new))
    };
    if endings.sure.iter().any(ends) {
        // An abbreviation's ending is told by its case.
        return sure(!short || term.is_capitals());
    }
    let few = short || !term.begins_with_capital();
    (endings.perhaps.iter().any(ends) || few && endings.short.iter().any(ends)).then_some(Likeness::Perhaps)
}
