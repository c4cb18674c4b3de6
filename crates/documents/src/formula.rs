//! The texts that the formulas of a spreadsheet compare cells with.
//!
//! `=COUNTIF(B:B,"offen")` counts the cells with the text "offen". If those were translated and the formula not, it
//! would silently count none; and it cannot be known which texts of a formula are compared and which are only shown. So
//! formulas, and cells with the same texts, are left unchanged.

/// The quoted texts of a formula.
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

/// Functions that compute a number from the letters of a text.
const TEXT_FUNCTIONS: [&str; 9] =
    ["LEN(", "LENB(", "FIND(", "FINDB(", "SEARCH(", "SEARCHB(", "CODE(", "UNICODE(", "EXACT("];

/// Whether a formula may compute a number from the letters of a text.
pub(crate) fn reads_letters(formula: &str) -> bool {
    let formula = formula.to_ascii_uppercase();
    TEXT_FUNCTIONS.iter().any(|name| formula.contains(name))
}

/// The normalised form in which texts of cells and formulas are compared: without case, the operator of a condition
/// (`"<>offen"`) and wildcards (`"*offen*"`).
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
