//! The tokenizers of NIST's mteval scripts.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::text::single_spaced;

type Rules = [(Regex, &'static str)];

/// mteval-v13a, the part for Western languages. ASCII only: `„` and `…` are not separated.
static V13A: LazyLock<[(Regex, &str); 4]> = LazyLock::new(|| {
    [
        // ASCII punctuation except ' - , . (the ranges are v13a's)
        (rule(r"([\{-~\[-` -&\(-\+:-@/])"), " $1 "),
        // period and comma unless preceded by a digit, then unless followed by one
        (rule(r"([^0-9])([\.,])"), "$1 $2 "),
        (rule(r"([\.,])([^0-9])"), " $1 $2"),
        // a dash after a digit
        (rule(r"([0-9])(-)"), "$1 $2 "),
    ]
});

/// mteval-v14 with Unicode's classes: punctuation next to anything but a digit, and every symbol.
static INTL: LazyLock<[(Regex, &str); 3]> = LazyLock::new(|| {
    [(rule(r"(\P{N})(\p{P})"), "$1 $2 "), (rule(r"(\p{P})(\P{N})"), " $1 $2"), (rule(r"(\p{S})"), " $1 ")]
});

fn rule(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

fn apply(rules: &Rules, line: &str) -> String {
    let mut line = Cow::Borrowed(line);
    for (pattern, replacement) in rules {
        if let Cow::Owned(changed) = pattern.replace_all(&line, *replacement) {
            line = Cow::Owned(changed);
        }
    }
    single_spaced(&line)
}

/// 13a: unescapes SGML entities, then applies its rules.
pub fn v13a(line: &str) -> String {
    let mut line = line.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    if line.contains('&') {
        // In this order, as mteval does: `&amp;lt;` becomes `<`.
        line = line.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    }
    apply_v13a(&format!(" {line} "))
}

/// The rules of 13a alone, as `zh` uses them.
pub fn apply_v13a(line: &str) -> String {
    apply(&*V13A, line)
}

/// Applies the rules of intl.
pub fn intl(line: &str) -> String {
    apply(&*INTL, line)
}
