//! Escapes plain text so that LaTeX prints exactly that text.

use super::accents;

/// What text may hold in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LatexText {
    /// Whether the document has only ASCII characters, so that accents are written as commands.
    pub ascii: bool,
    /// Whether `"` starts a command, as in German documents.
    pub shorthands: bool,
    /// Whether the text is in brackets, which another bracket would end.
    pub bracketed: bool,
}

/// Commands that print a character which is markup.
pub(super) const NAMED: [(&str, char); 8] = [
    ("textbackslash", '\\'),
    ("textasciitilde", '~'),
    ("textasciicircum", '^'),
    ("textasciigrave", '`'),
    ("textless", '<'),
    ("textgreater", '>'),
    ("textbar", '|'),
    ("ldots", '…'),
];

/// What characters are written as, the longer ones first.
pub(super) const LIGATURES: [(&str, char); 6] =
    [("---", '—'), ("--", '–'), ("``", '“'), ("''", '”'), (",,", '„'), ("`", '‘')];

/// Escapes a text.
pub(crate) fn text(rules: LatexText, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    for c in text.chars() {
        // Two of these would be read as one character.
        if before == Some(c) && "-',".contains(c) {
            out.push_str("{}");
        }
        match c {
            '{' | '}' | '$' | '&' | '#' | '_' | '%' => out.extend(['\\', c]),
            // An optional argument or a star after a command.
            '[' | '*' if before.is_none() => out.extend(['{', c, '}']),
            '[' | ']' if rules.bracketed => out.extend(['{', c, '}']),
            '"' if rules.shorthands => out.push_str("\\symbol{34}"),
            '\u{a0}' => out.push('~'),
            '\u{202f}' => out.push_str("\\,"),
            _ => match (named(c), ligature(c)) {
                (Some(name), _) => {
                    out.push('\\');
                    out.push_str(name);
                    out.push_str("{}");
                }
                (None, Some(ligature)) => out.push_str(ligature),
                (None, None) => {
                    match Some(c).filter(|c| rules.ascii && !c.is_ascii()).and_then(accents::command) {
                        Some(command) => out.push_str(&command),
                        None => out.push(c),
                    }
                }
            },
        }
        before = Some(c);
    }
    out
}

fn named(c: char) -> Option<&'static str> {
    NAMED.iter().find(|(_, named)| *named == c).map(|(name, _)| *name)
}

fn ligature(c: char) -> Option<&'static str> {
    LIGATURES.iter().find(|(_, read)| *read == c).map(|(ligature, _)| *ligature)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: LatexText = LatexText { ascii: true, shorthands: false, bracketed: false };

    #[test]
    fn characters_of_markup_are_escaped() {
        assert_eq!(text(RULES, "50 % of $5 & {a_b} #1"), r"50 \% of \$5 \& \{a\_b\} \#1");
        assert_eq!(
            text(RULES, r"C:\x ~ ^ <a|b>"),
            r"C:\textbackslash{}x \textasciitilde{} \textasciicircum{} \textless{}a\textbar{}b\textgreater{}"
        );
        assert_eq!(text(RULES, "„Straße“ – größer"), ",,Stra{\\ss}e`` -- gr{\\\"{o}}{\\ss}er");
        assert_eq!(text(RULES, "a -- b"), "a -{}- b");
        assert_eq!(
            text(LatexText { ascii: false, shorthands: true, bracketed: true }, "ä \"x\" [1]"),
            "ä \\symbol{34}x\\symbol{34} {[}1{]}"
        );
    }
}
