//! ICU plural and select arguments: `{n, plural, one {# file} other {# files}}`. Each branch is a text of its own.

use std::ops::Range;

/// An argument with branches.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Argument {
    pub range: Range<usize>,
    /// The texts between the braces of its branches.
    pub branches: Vec<Range<usize>>,
}

/// The outermost arguments with branches. The search ends at the first unterminated argument, so that its time is
/// linear.
pub(crate) fn arguments(text: &str) -> Vec<Argument> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('{')).map(|open| at + open) {
        at = open + 1;
        let Some(selectors) = selectors(text, open) else { continue };
        let Some(argument) = argument(text, open, selectors) else { break };
        at = argument.range.end;
        found.push(argument);
    }
    found
}

/// Where the branches of the argument at `open` start; `None` if it has none.
fn selectors(text: &str, open: usize) -> Option<usize> {
    let rest = text.get(open + 1..)?;
    let name = rest.trim_start();
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let kind = name.get(end..)?.trim_start().strip_prefix(',')?.trim_start();
    let rest = ["plural", "selectordinal", "select"].into_iter().find_map(|word| kind.strip_prefix(word))?;
    let rest = rest.trim_start().strip_prefix(',')?;
    (end > 0).then_some(text.len() - rest.len())
}

fn argument(text: &str, open: usize, selectors: usize) -> Option<Argument> {
    let mut branches = Vec::new();
    let mut start = None;
    let mut depth = 0_usize;
    let mut quoted = false;
    let bytes = text.as_bytes();
    for (at, &byte) in bytes.iter().enumerate().skip(selectors) {
        match byte {
            // An apostrophe starts a quotation only before a brace; the next one ends it.
            b'\'' if quoted || matches!(bytes.get(at + 1), Some(b'{' | b'}')) => quoted = !quoted,
            _ if quoted => {}
            b'{' => {
                if depth == 0 {
                    start = Some(at + 1);
                }
                depth += 1;
            }
            b'}' if depth == 0 => return Some(Argument { range: open..at + 1, branches }),
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    branches.extend(start.take().map(|start| start..at));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branches(text: &str) -> Vec<&str> {
        arguments(text)
            .into_iter()
            .flat_map(|argument| argument.branches)
            .filter_map(|range| text.get(range))
            .collect()
    }

    #[test]
    fn branches_are_found() {
        assert_eq!(
            branches(
                "You have {n, plural, offset:1 =0 {no files} one{# file '{'x'}'} other {# of {total} files}} left"
            ),
            ["no files", "# file '{'x'}'", "# of {total} files"]
        );
        assert_eq!(
            branches("{a} {b, number} {g,select,other{x {n, plural, other {y}}}}"),
            ["x {n, plural, other {y}}"]
        );
    }

    #[test]
    fn unterminated_arguments_are_ignored() {
        assert_eq!(branches("{n, plural, one {a"), [""; 0]);
        assert_eq!(branches(&"{n, plural, ".repeat(100_000)), [""; 0]);
    }
}
