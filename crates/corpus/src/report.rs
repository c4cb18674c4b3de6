//! What cleaning found, as data and as a short table.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Why a sentence or pair was dropped. Each is counted under the first cause that holds, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A side without text.
    Empty,
    /// A side with more characters than allowed.
    TooLong,
    /// A translation that is its source.
    SameSides,
    /// A side whose letters are of scripts in which its language is not written.
    WrongScript,
    /// One side far longer than the other, compared with what is usual in this corpus.
    LengthRatio,
    /// The same as an earlier one.
    Duplicate,
    /// A side that is in a held-out set.
    Leaked,
}

impl Cause {
    fn label(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too long",
            Self::SameSides => "source equals target",
            Self::WrongScript => "wrong script",
            Self::LengthRatio => "odd length ratio",
            Self::Duplicate => "duplicate",
            Self::Leaked => "in a test set",
        }
    }
}

/// Sentences dropped for one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// How many.
    pub count: u64,
    /// The first of them, normal, each side cut after some 30 characters.
    pub example: Vec<String>,
}

/// Sentences found in one held-out set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leak {
    /// The set.
    pub held_out: String,
    /// How many training sentences are in it.
    pub count: u64,
}

/// What [`clean`](crate::clean) found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Sentences or pairs that were read.
    pub read: u64,
    /// Those that are left.
    pub kept: u64,
    /// Lines and units that had no pair in them, see [`TextSource::skipped`](crate::TextSource::skipped).
    pub skipped: u64,
    /// By cause.
    pub dropped: BTreeMap<Cause, Dropped>,
    /// By held-out set.
    pub leaks: Vec<Leak>,
    /// Characters of the target for each one of the source in the usual pair.
    pub typical_ratio: Option<f32>,
}

impl Report {
    /// How many were dropped for `cause`.
    pub fn dropped(&self, cause: Cause) -> u64 {
        self.dropped.get(&cause).map_or(0, |dropped| dropped.count)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} read, {} kept", grouped(self.read), grouped(self.kept))?;
        if self.skipped > 0 {
            write!(f, "\n  {:<22}{:>11}", "no pair on the line", grouped(self.skipped))?;
        }
        for (cause, Dropped { count, example }) in &self.dropped {
            write!(f, "\n  {:<22}{:>11}", cause.label(), grouped(*count))?;
            if example.iter().any(|side| !side.is_empty()) {
                write!(f, "   {}", example.join(" | "))?;
            }
        }
        for Leak { held_out, count } in &self.leaks {
            match count {
                0 => write!(f, "\n  none in {held_out}")?,
                _ => write!(f, "\n  {} in {held_out}, dropped", grouped(*count))?,
            }
        }
        Ok(())
    }
}

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
