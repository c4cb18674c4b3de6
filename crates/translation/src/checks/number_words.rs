//! Values of numbers written in words: "drei", "twenty-first", "三十", "March".

/// Words with their values. `*` at the end of a word matches any ending.
type Words = &'static [(&'static str, u64)];

/// The values of all number words of `text`, alone and combined, and the 12- or 24-hour equivalents of the hours in
/// `digits`; `None` for a language without a list of number words.
pub(super) fn values_in(text: &str, digits: &[String], code: &str) -> Option<Vec<u64>> {
    let text = text.to_lowercase();
    let (mut found, clock) = match code {
        "en" => (english(&text), &ENGLISH_CLOCK),
        "de" => (german(&text), &GERMAN_CLOCK),
        "ja" => (japanese(&text), &JAPANESE_CLOCK),
        _ => return None,
    };
    let has = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    let (afternoon, hours) = (has(clock.afternoon), has(clock.hours));
    for hour in digits.iter().filter_map(|digits| digits.parse::<u64>().ok()) {
        match hour {
            1..=11 if afternoon => found.push(hour + 12),
            13..=23 if hours => found.push(hour - 12),
            _ => {}
        }
    }
    Some(found)
}

/// Texts that mark a number as an hour.
struct Clock {
    /// 12-hour clock, afternoon.
    afternoon: &'static [&'static str],
    /// 24-hour clock.
    hours: &'static [&'static str],
}

const ENGLISH_CLOCK: Clock =
    Clock { afternoon: &["p.m", "pm", "afternoon", "evening", "night"], hours: &[":", "hours"] };
const GERMAN_CLOCK: Clock = Clock { afternoon: &["mittag", "abend", "nacht"], hours: &["uhr", ":"] };
const JAPANESE_CLOCK: Clock = Clock { afternoon: &["午後", "夜", "夕"], hours: &["時", ":"] };

#[rustfmt::skip]
const ENGLISH: Words = &[
    ("one", 1), ("once", 1), ("a", 1), ("an", 1), ("single", 1), ("two", 2), ("twice", 2), ("both", 2), ("pair", 2),
    ("couple", 2), ("three", 3), ("four", 4), ("five", 5), ("six", 6), ("seven", 7), ("eight", 8), ("nine", 9), ("ten", 10),
    ("eleven", 11), ("twelve", 12), ("dozen", 12), ("noon", 12), ("midday", 12), ("midnight", 12), ("thirteen", 13),
    ("fourteen", 14), ("fifteen", 15), ("sixteen", 16), ("seventeen", 17), ("eighteen", 18), ("nineteen", 19),
    ("twenty", 20), ("thirty", 30), ("forty", 40), ("fifty", 50), ("sixty", 60), ("seventy", 70), ("eighty", 80),
    ("ninety", 90), ("hundred*", 100), ("thousand*", 1000), ("million*", 1_000_000),
    ("first", 1), ("second", 2), ("third", 3), ("fourth", 4), ("fifth", 5), ("sixth", 6), ("seventh", 7), ("eighth", 8),
    ("ninth", 9), ("tenth", 10), ("eleventh", 11), ("twelfth", 12), ("thirteenth", 13), ("fourteenth", 14),
    ("fifteenth", 15), ("sixteenth", 16), ("seventeenth", 17), ("eighteenth", 18), ("nineteenth", 19),
    ("twentieth", 20), ("thirtieth", 30), ("half", 2), ("half", 30), ("quarter*", 4), ("quarter*", 15), ("quarter*", 45),
    ("thirds", 3), ("fourths", 4), ("fifths", 5), ("january", 1), ("jan", 1), ("february", 2), ("feb", 2), ("march", 3), ("mar", 3),
    ("april", 4), ("apr", 4), ("may", 5), ("june", 6), ("jun", 6), ("july", 7), ("jul", 7), ("august", 8), ("aug", 8),
    ("september", 9), ("sep", 9), ("sept", 9), ("october", 10), ("oct", 10), ("november", 11), ("nov", 11),
    ("december", 12), ("dec", 12),
];

fn values<'a>(words: Words, word: &'a str) -> impl Iterator<Item = u64> + use<'a> {
    let is = move |known: &str| known.strip_suffix('*').map_or(known == word, |stem| word.starts_with(stem));
    words.iter().filter(move |(known, _)| is(known)).map(|&(_, value)| value)
}

/// Every word alone, and adjacent words combined: "two hundred and five" is 2, 100, 5 and 205.
fn english(text: &str) -> Vec<u64> {
    let mut found = Vec::new();
    let mut whole = Whole::default();
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        found.extend(values(ENGLISH, word));
        match values(ENGLISH, word).next() {
            Some(value) => found.extend(whole.add(value)),
            None if word == "and" => {}
            None => whole = Whole::default(),
        }
        found.push(whole.value());
    }
    found
}

/// A number composed of words, the large parts first.
#[derive(Default)]
struct Whole {
    thousands: u64,
    rest: u64,
}

impl Whole {
    fn value(&self) -> u64 {
        self.thousands.saturating_add(self.rest)
    }

    /// Adds a part; returns the number so far if the part starts another one.
    fn add(&mut self, part: u64) -> Option<u64> {
        match part {
            1000.. => {
                let of_thousands = self.rest.max(1).saturating_mul(part);
                *self = Self { thousands: self.thousands.saturating_add(of_thousands), rest: 0 };
            }
            100 if self.rest < 100 => self.rest = self.rest.max(1) * 100,
            // "twenty" can be followed by "one", "hundred" by "twelve", "twelve" by nothing.
            _ if self.rest.is_multiple_of(100) && part < 100
                || self.rest.is_multiple_of(10) && self.rest % 100 >= 20 && part < 10 =>
            {
                self.rest += part;
            }
            _ => {
                let before = self.value();
                *self = Self { thousands: 0, rest: part };
                return Some(before);
            }
        }
        None
    }
}

#[rustfmt::skip]
const GERMAN: Words = &[
    ("ein", 1), ("eins", 1), ("eine", 1), ("einen", 1), ("einem", 1), ("einer", 1), ("eines", 1), ("erste*", 1), ("erstens", 1),
    ("einmal", 1), ("einzige*", 1), ("beide*", 2), ("paar", 2), ("zwo", 2), ("zweite*", 2), ("doppelt*", 2), ("dritte*", 3),
    ("dreimal", 3), ("viermal", 4), ("siebte*", 7), ("achte*", 8), ("halb*", 2), ("halb*", 30), ("viertel*", 4),
    ("viertel*", 15), ("viertel*", 45), ("dreiviertel*", 3), ("dreiviertel*", 4), ("dreiviertel*", 45), ("mittag*", 12), ("mitternacht*", 12), ("dutzend", 12),
    ("januar*", 1), ("jänner", 1), ("februar*", 2), ("märz*", 3), ("april*", 4), ("mai", 5), ("juni", 6), ("juli", 7),
    ("august*", 8), ("september*", 9), ("oktober*", 10), ("november*", 11), ("dezember*", 12),
    ("million*", 1_000_000),
];

#[rustfmt::skip]
const GERMAN_ONES: Words = &[
    ("ein", 1), ("eins", 1), ("zwei", 2), ("drei", 3), ("vier", 4), ("fünf", 5), ("sechs", 6), ("sieben", 7), ("acht", 8),
    ("neun", 9), ("zehn", 10), ("elf", 11), ("zwölf", 12), ("dreizehn", 13), ("vierzehn", 14), ("fünfzehn", 15),
    ("sechzehn", 16), ("siebzehn", 17), ("achtzehn", 18), ("neunzehn", 19), ("zwanzig", 20), ("dreißig", 30),
    ("vierzig", 40), ("fünfzig", 50), ("sechzig", 60), ("siebzig", 70), ("achtzig", 80), ("neunzig", 90),
];

const GERMAN_ENDINGS: [&str; 15] =
    ["", "e", "te", "ten", "ter", "tes", "tem", "ste", "sten", "ster", "stes", "stem", "mal", "er", "tel"];

/// Every word is a whole number: "zweihundertfünfundzwanzigste". "Halb drei" and "Viertel vor drei" are after two o'clock.
fn german(text: &str) -> Vec<u64> {
    let number = |word| {
        GERMAN_ENDINGS.iter().find_map(|ending| str::strip_suffix(word, ending).and_then(german_number))
    };
    let words = text.split(|c: char| !c.is_alphabetic());
    let mut found: Vec<u64> = words.flat_map(|word| values(GERMAN, word).chain(number(word))).collect();
    if text.contains("halb ") || text.contains("viertel vor ") {
        let before: Vec<u64> = found
            .iter()
            .filter(|hour| (1..=12).contains(*hour))
            .map(|&hour| if hour == 1 { 12 } else { hour - 1 })
            .collect();
        found.extend(before);
    }
    found
}

fn german_number(word: &str) -> Option<u64> {
    let before = |text: &str| if text.is_empty() { Some(1) } else { german_number(text) };
    let after = |text: &str| {
        if text.is_empty() { Some(0) } else { german_number(text.strip_prefix("und").unwrap_or(text)) }
    };
    for (part, size) in [("tausend", 1000), ("hundert", 100)] {
        if let Some((large, small)) = word.split_once(part) {
            return before(large)?.checked_mul(size)?.checked_add(after(small)?);
        }
    }
    let plain = |word: &str| values(GERMAN_ONES, word).next();
    plain(word).or_else(|| {
        let (ones, tens) = word.split_once("und")?;
        Some(plain(ones).filter(|ones| *ones < 10)? + plain(tens).filter(|tens| *tens >= 20)?)
    })
}

const KANJI: [(char, u64); 10] = [
    ('〇', 0),
    ('一', 1),
    ('二', 2),
    ('三', 3),
    ('四', 4),
    ('五', 5),
    ('六', 6),
    ('七', 7),
    ('八', 8),
    ('九', 9),
];
const KANJI_UNITS: [(char, u64); 4] = [('十', 10), ('百', 100), ('千', 1000), ('万', 10_000)];

#[rustfmt::skip]
const KANA: Words = &[
    ("ひとつ", 1), ("ひとり", 1), ("ふたつ", 2), ("ふたり", 2), ("両", 2), ("みっつ", 3), ("よっつ", 4), ("いつつ", 5),
    ("むっつ", 6), ("ななつ", 7), ("やっつ", 8), ("ここのつ", 9), ("正午", 12),
];

/// Runs of number characters: "二十五" is 25, "二〇二四" 2024.
fn japanese(text: &str) -> Vec<u64> {
    let mut found: Vec<u64> =
        KANA.iter().filter(|(word, _)| text.contains(word)).map(|&(_, value)| value).collect();
    let of =
        |table: &[(char, u64)], c: char| table.iter().find(|(known, _)| *known == c).map(|&(_, value)| value);
    let is_number = |c: char| of(&KANJI, c).is_some() || of(&KANJI_UNITS, c).is_some();
    for run in text.split(|c: char| !is_number(c)).filter(|run| !run.is_empty()) {
        let (mut large, mut small, mut digits) = (0_u64, 0_u64, None::<u64>);
        for c in run.chars() {
            match (of(&KANJI, c), of(&KANJI_UNITS, c)) {
                (Some(digit), _) => {
                    digits = Some(digits.unwrap_or(0).saturating_mul(10).saturating_add(digit))
                }
                (_, Some(10_000)) => {
                    let before = small.saturating_add(digits.take().unwrap_or(0)).max(1);
                    large = large.saturating_add(before.saturating_mul(10_000));
                    small = 0;
                }
                (_, Some(unit)) => {
                    small = small.saturating_add(digits.take().unwrap_or(1).saturating_mul(unit))
                }
                _ => {}
            }
        }
        found.push(large.saturating_add(small).saturating_add(digits.unwrap_or(0)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_values() {
        for (code, text, expected) in [
            ("en", "Twenty-one houses", 21),
            ("en", "two hundred and five", 205),
            ("en", "three thousand four hundred", 3400),
            ("en", "On March 5", 3),
            ("en", "between ten and twenty", 20),
            ("en", "the twelfth", 12),
            ("de", "drei Häuser", 3),
            ("de", "einundzwanzig", 21),
            ("de", "zweihundertfünfundzwanzig", 225),
            ("de", "am zwölften Mai", 12),
            ("de", "am fünften Mai", 5),
            ("de", "tausendundeine", 1001),
            ("de", "eine Million", 1_000_000),
            ("ja", "三十分", 30),
            ("ja", "百二十五円", 125),
            ("ja", "二〇二四年", 2024),
            ("ja", "一万二千", 12_000),
            ("ja", "子供がふたりいる", 2),
        ] {
            let found = values_in(text, &[], code).expect("known");
            assert!(found.contains(&expected), "{text}: {found:?}");
        }
    }

    #[test]
    fn clocks_differ() {
        for (code, text, digits, expected) in [
            ("en", "At 6:30 p.m.", "6", 18),
            ("de", "um 18.30 Uhr", "18", 6),
            ("ja", "午後３時", "3", 15),
            ("de", "um halb drei", "", 2),
            ("de", "um viertel vor eins", "", 12),
            ("en", "half past two", "", 30),
        ] {
            let found = values_in(text, &[digits.to_owned()], code).expect("known");
            assert!(found.contains(&expected), "{text}: {found:?}");
        }
        assert!(!values_in("It cost 6 dollars", &["6".to_owned()], "en").expect("known").contains(&18));
    }

    #[test]
    fn other_words_have_none() {
        for (code, text) in
            [("de", "Zweifel ist einfach undenkbar."), ("en", "He runs often."), ("ja", "雨です。")]
        {
            let found: Vec<u64> =
                values_in(text, &[], code).expect("known").into_iter().filter(|value| *value > 0).collect();
            assert!(found.is_empty(), "{text}: {found:?}");
        }
        assert_eq!(values_in("drie huizen", &[], "nl"), None);
        // Absurd numbers do not overflow.
        for (code, text) in
            [("en", "million ".repeat(40)), ("ja", "九".repeat(60)), ("de", "tausend".repeat(60))]
        {
            assert!(values_in(&text, &[], code).is_some());
        }
    }
}
