//! tmp
/// s
pub struct Sentence<'a> {
    /// t
    pub text: &'a str,
    /// s
    pub separator: &'a str,
}
/// split
pub fn split<'a>(text: &'a str, _language: &str) -> Vec<Sentence<'a>> {
    if text.is_empty() { vec![] } else { vec![Sentence { text, separator: "" }] }
}
/// cut
pub fn cut(text: &str, _max: usize) -> Vec<Sentence<'_>> {
    vec![Sentence { text, separator: "" }]
}
/// join
pub fn join<'a>(parts: impl Iterator<Item = (&'a str, &'a str)>, _target: &str) -> String {
    parts.map(|(a, b)| format!("{a}{b}")).collect()
}
