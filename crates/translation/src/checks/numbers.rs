//! Finds numbers of the source that are missing in a translation, and new numbers.

use super::number_words;
use crate::languages::LanguagePair;

// In languages without a list of number words and months, numbers up to this may be written in words.
const MAX_IN_WORDS: u64 = 12;

/// The numbers that only the source has, and those that only the translation has, each written with plain digits.
/// A number in digits on one side may be in words on the other.
pub(super) fn difference(source: &str, translation: &str, pair: &LanguagePair) -> (Vec<String>, Vec<String>) {
    let (mut missing, mut new) = (numbers(source), numbers(translation));
    let source_words = number_words::values_in(source, &digits_of(&missing), &pair.from);
    let target_words = number_words::values_in(translation, &digits_of(&new), &pair.to);
    remove_common(&mut missing, &mut new);
    let (mut missing, mut new) = (digits_of(&missing), digits_of(&new));
    if pair.from == "ja" {
        // Other languages omit it: １日中 is "all day".
        missing.retain(|number| number != "1");
    }
    remove_written_out(&mut missing, target_words);
    remove_written_out(&mut new, source_words);
    (missing, new)
}

/// The numbers of a text that are missing in a text that should be the same.
pub(super) fn lost(text: &str, same: &str) -> Vec<String> {
    let mut lost = numbers(text);
    remove_common(&mut lost, &mut numbers(same));
    digits_of(&lost)
}

/// A number as a text writes it, in plain digits.
struct Number {
    digits: String,
    /// If a point or comma joins it to a number before: its digits as decimals, without trailing zeros.
    decimals: Option<String>,
}

impl Number {
    fn is(&self, other: &Self) -> bool {
        self.digits == other.digits
    }

    /// 1,50 and 1.5.
    fn is_as_decimals(&self, other: &Self) -> bool {
        self.decimals.is_some() && self.decimals == other.decimals
    }
}

fn digits_of(numbers: &[Number]) -> Vec<String> {
    numbers.iter().map(|number| number.digits.clone()).collect()
}

fn remove_common(left: &mut Vec<Number>, right: &mut Vec<Number>) {
    for same in [Number::is, Number::is_as_decimals] {
        left.retain(|number| match right.iter().position(|other| same(number, other)) {
            Some(index) => {
                right.remove(index);
                false
            }
            None => true,
        });
    }
}

fn remove_written_out(numbers: &mut Vec<String>, words: Option<Vec<u64>>) {
    numbers.retain(|number| match (number.parse::<u64>(), &words) {
        (Ok(value), Some(words)) => !words.contains(&value),
        (Ok(value), None) => value > MAX_IN_WORDS,
        (Err(_), _) => true,
    });
}

/// The runs of digits of a text. Groups of thousands are joined, whatever separates them; decimals, dates and times are
/// several numbers, since separators and order depend on the language.
fn numbers(text: &str) -> Vec<Number> {
    let text: Vec<char> = text.chars().map(plain).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let run = digits(&text, at);
        if run == 0 {
            at += 1;
            continue;
        }
        let mut number: String = text[at..at + run].iter().collect();
        let before = at.checked_sub(2).and_then(|before| text.get(before..at));
        let decimals =
            matches!(before, Some(['0'..='9', '.' | ','])).then(|| number.trim_end_matches('0').to_owned());
        at += run;
        // 1.234.567 and 1 234 567: groups of three after one to three digits. A year before a number is not one of its groups.
        let grouped = run <= 3 && !number.starts_with('0');
        let follows =
            |at: usize| text.get(at).is_some_and(|c| THOUSANDS.contains(c)) && digits(&text, at + 1) == 3;
        while grouped && follows(at) {
            number.extend(&text[at + 1..at + 4]);
            at += 4;
        }
        let number = number.trim_start_matches('0');
        let zeros = text.get(at).and_then(|c| MYRIADS.iter().find(|(myriad, _)| myriad == c));
        let digits = zeros.map_or(number.to_owned(), |(_, zeros)| format!("{number}{zeros}"));
        found.push(Number { digits, decimals });
    }
    // "0" and "00" are empty now: 14:00 and 2 p.m., 1.0 and 1 are the same.
    found.retain(|number| !number.digits.is_empty());
    found
}

// ５万 is 50,000.
const MYRIADS: [(char, &str); 4] =
    [('千', "000"), ('万', "0000"), ('億', "00000000"), ('兆', "000000000000")];

const THOUSANDS: [char; 7] = ['.', ',', '\'', '’', '\u{a0}', '\u{202f}', ' '];

fn digits(text: &[char], from: usize) -> usize {
    text.get(from..).map_or(0, |rest| rest.iter().take_while(|c| c.is_ascii_digit()).count())
}

/// A digit of another script as an ASCII digit.
fn plain(c: char) -> char {
    // The zeros of fullwidth, Arabic, Persian, Devanagari, Bengali and Thai digits; nine follow each.
    const ZEROS: [u32; 6] = [0xff10, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50];
    let code = u32::from(c);
    let value = ZEROS.iter().find_map(|zero| code.checked_sub(*zero).filter(|value| *value < 10));
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    fn difference(source: &str, translation: &str) -> (Vec<String>, Vec<String>) {
        super::difference(source, translation, &"de-en".parse().expect("a pair"))
    }

    #[test]
    fn differently_formatted_numbers_are_equal() {
        for (source, translation) in [
            ("1.234.567,89 €", "€1,234,567.89"),
            ("10 000 Leute", "10,000 people"),
            ("2000 Euro", "2,000 euros"),
            ("5.3.2024", "March 5, 2024"),
            ("14:00 Uhr", "14:00"),
            ("drei Häuser", "3 houses"),
            ("21 Leute", "twenty-one people"),
            ("２０２４年", "2024"),
            ("٢٠٢٤", "2024"),
            ("５万円", "50,000 yen"),
            ("1,50 m", "1.5 m"),
            ("Tel. 030 123 456", "Tel. 030 123 456"),
            (
                "2023 erzielte die Firma 1.250.000 Euro Umsatz.",
                "The company made 1,250,000 euros in revenue in 2023.",
            ),
            ("Von 12 auf 1 234 567 890", "1,234,567,890, from 12"),
            ("Im Jahr 2023 500 neue Stellen", "500 new jobs in 2023"),
        ] {
            let (missing, new) = difference(source, translation);
            assert!(missing.is_empty() && new.is_empty(), "{source}: {missing:?} {new:?}");
        }
    }

    #[test]
    fn what_changed_is_named() {
        let text = |text: &str| vec![text.to_owned()];
        assert_eq!(difference("300 Euro", "30 euros"), (text("300"), text("30")));
        assert_eq!(difference("3 Häuser", "five houses"), (text("3"), vec![]));
        assert_eq!(difference("drei Häuser", "5 houses"), (vec![], text("5")));
        assert_eq!(difference("45 von 45", "45"), (text("45"), vec![]));
        assert_eq!(difference("keine", "2024"), (vec![], text("2024")));
        assert_eq!(difference("1.234 und 99", "1234"), (text("99"), vec![]));
        assert_eq!(difference("2023 waren es 1.250.000.", "1,250 in 2023"), (text("1250000"), text("1250")));
        assert_eq!(difference("1,50 m", "1.05 m"), (text("50"), text("5")));
        assert_eq!(difference("50 m", "5 m"), (text("50"), text("5")));
        let other = |source| super::difference(source, "huizen", &"de-nl".parse().expect("a pair")).0;
        assert_eq!((other("3 Häuser"), other("13 Häuser")), (vec![], text("13")));
        let long = "9".repeat(40);
        assert_eq!(difference(&long, "").0, text(&long));
    }
}
