//! What the formulas of a spreadsheet compare cells with.
//!
//! `=COUNTIF(B:B,"offen")` counts the cells that say "offen". Were those translated and the formula not, it would count
//! none, without a word; and no program can tell which texts of a formula are compared and which are only shown. So
//! formulas keep their texts, and cells that say the same keep theirs.

/// The texts in quotes of a formula.
pub(crate) fn literals(formula: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut chars = formula.chars().peekable();
    while let Some(quote) = chars.find(|c| matches!(c, '"' | '\'')) {
        let mut text = String::new();
        while let Some(c) = chars.next() {
            // A quote inside is written twice.
            if c == quote && chars.next_if_eq(&quote).is_none() {
                break;
            }
            text.push(c);
        }
        // Single quotes are around the names of sheets.
        if quote == '"' {
            found.push(text);
        }
    }
    found
}

/// The form in which a cell's text and a formula's are compared: without regard to case, nor to the signs with which a
/// condition begins (`"<>offen"`) or leaves something out (`"*offen*"`).
pub(crate) fn key(text: &str) -> String {
    let text = text.trim_start_matches(['<', '>', '=']).trim_matches('*');
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_in_quotes_are_found() {
        assert_eq!(
            literals(r#"IF('It''s "x"'!A1="Ja","say ""hi""",{"a";"b"})"#),
            ["Ja", "say \"hi\"", "a", "b"]
        );
        assert_eq!(literals("SUM(A1:A2)&\"open"), ["open"]);
        assert_eq!(key("<>Offen "), key("offen"));
    }
}
