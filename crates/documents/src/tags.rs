//! HTML tags in lines of Markdown and of subtitles.

/// A piece of inline HTML; names are in lower case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Open(String),
    Close(String),
    /// `<name/>`.
    Empty(String),
    /// A comment, a declaration.
    Other,
}

impl Tag {
    /// Reads a piece that starts with `<` and ends with `>`.
    pub fn read(markup: &str) -> Self {
        let inner = markup.trim_start_matches('<').trim_end_matches('>');
        let (closing, inner) = inner.strip_prefix('/').map_or((false, inner), |rest| (true, rest));
        let name: String = inner.chars().take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        if name.is_empty() {
            Self::Other
        } else if closing {
            Self::Close(name)
        } else if inner.ends_with('/') {
            Self::Empty(name)
        } else {
            Self::Open(name)
        }
    }
}
