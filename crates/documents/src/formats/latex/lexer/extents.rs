//! Where definitions, environments and groups of LaTeX end.

use super::command_name;

/// Bytes of an environment's name.
const NAME_BYTES: usize = 64;

/// Places of an environment's name that are looked at for its end.
const ENVIRONMENTS: usize = 200;

/// Bytes of the definition of a command at the start of a text, whose name has `size` bytes; its parts may be unbalanced
/// environments.
pub(super) fn definition_size(rest: &str, size: usize) -> Option<usize> {
    let is_def = command_name(rest).ends_with("def");
    let mut at = size;
    let mut groups = 0;
    loop {
        let tail = rest.get(at..)?;
        let blank = tail.len() - tail.trim_start_matches([' ', '\t', '\r', '\n']).len();
        if tail.get(..blank)?.matches('\n').nth(1).is_some() && groups > 0 {
            return Some(at);
        }
        let next = tail.get(blank..)?;
        match next.chars().next() {
            Some('{') => {
                at += blank + braces(next)?;
                groups += 1;
            }
            Some('[') => at += blank + next.find(']')? + 1,
            Some('\\') if groups == 0 && at == size => {
                // Internal names have other characters too, as after `\makeatletter`.
                let name = next.get(1..)?;
                let is_part = |c: char| c.is_ascii_alphabetic() || "@_:".contains(c);
                let internal = name.len() - name.trim_start_matches(is_part).len();
                at += blank + 1 + internal.max(command_name(next).len());
            }
            Some('#') if groups == 0 => at += blank + 2,
            // What stands between the parameters of `\def`.
            Some(c) if groups == 0 && is_def && c != '\n' => at += blank + c.len_utf8(),
            _ if groups > 0 => return Some(at),
            // The rest of the line of `\let\a=\b`.
            _ => {
                let line = next.split('\n').next()?;
                return Some(at + if line.contains(['{', '}']) { 0 } else { blank + line.len() });
            }
        }
    }
}

/// The name in the braces after `\begin` or `\end`.
pub(in crate::formats::latex) fn environment(tail: &str) -> &str {
    let tail = tail.trim_start_matches([' ', '\t']);
    let name = tail.get(1..tail.floor_char_boundary(NAME_BYTES)).unwrap_or_default();
    name.split_once('}').map_or("", |(name, _)| name)
}

/// Bytes of the environment at the start of a text, whose content may be unbalanced; `None` if it does not end.
pub(super) fn environment_size(text: &str, name: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let argument = format!("{{{name}}}");
    for (at, _) in text.match_indices(&argument).take(ENVIRONMENTS) {
        let before = text.get(..at)?.trim_end_matches([' ', '\t']);
        if before.ends_with("\\begin") {
            depth += 1;
        } else if before.ends_with("\\end") {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at + argument.len());
            }
        }
    }
    None
}

/// Bytes of the balanced group at the start of a text.
pub(super) fn braces(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => {}
            b'{' => depth += 1,
            b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
    }
    None
}
