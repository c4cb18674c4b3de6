//! Titles of links, images and reference definitions: `[text](address "Title")`, `[label]: address "Title"`.

use std::ops::Range;

use super::MarkdownParser;
use crate::block::{Affixes, Block};
use crate::escaping::Escaping;
use crate::slot::{ParsedBlock, Slot};

impl MarkdownParser<'_> {
    /// Adds the title that ends the markup in `range`; `read` is its text.
    pub(super) fn link_title(&mut self, range: Range<usize>, read: &str) {
        let Some(title) = title(self.slice(&range)) else { return };
        let text = read.split_whitespace().collect::<Vec<_>>().join(" ");
        let title = range.start + title.start..range.start + title.end;
        let mut slot = Slot::new(title, Escaping::MarkdownTitle);
        slot.frame = Affixes { before: "\"".to_owned(), after: "\"".to_owned() };
        let parsed = ParsedBlock { block: Block { text, ..Block::default() }, slot };
        self.found.extend(parsed.into_translatable());
    }
}

/// The bytes of the title at the end of a link or a definition, with its delimiters.
fn title(markup: &str) -> Option<Range<usize>> {
    let inner = markup.trim_end();
    let closes = |text: &str| text.ends_with(['"', '\'', ')']);
    // The parenthesis that closes a link follows its title.
    let inner = inner.strip_suffix(')').map(str::trim_end).filter(|inner| closes(inner)).unwrap_or(inner);
    let close = inner.chars().next_back().filter(|_| closes(inner))?;
    let open = if close == ')' { '(' } else { close };
    let before = inner.get(..inner.len() - 1)?;
    let starts = |at: &usize| before.get(..*at).is_some_and(|text| text.ends_with(char::is_whitespace));
    let start = before.rmatch_indices(open).map(|(at, _)| at).find(starts)?;
    Some(start..inner.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_end_of_its_markup() {
        for (markup, expected) in [
            ("[a](b \"A title\")", "\"A title\""),
            ("[a](<b c> 'It is' )", "'It is'"),
            ("[a](b (A title))", "(A title)"),
            ("[a](b \"A \\\"big\\\" title\")", "\"A \\\"big\\\" title\""),
            ("[a]: b 'A title'\n", "'A title'"),
            ("[a]:\n b\n (A title)", "(A title)"),
        ] {
            assert_eq!(title(markup).map(|range| &markup[range]), Some(expected));
        }
        assert_eq!(title("[a](b)"), None);
    }
}
