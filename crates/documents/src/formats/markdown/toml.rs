//! TOML front matter between `+++`, as in Hugo.

use std::ops::Range;

use crate::escaping::Escaping;
use crate::formats::text::lines;
use crate::formats::{json, yaml};
use crate::quoting::Quoting;
use crate::slot::ParsedBlock;

/// The blocks of double-quoted, single-line values that are shown on the page. Their escapes are a subset of YAML's.
pub(crate) fn front_matter(source: &str, range: Range<usize>) -> Vec<ParsedBlock> {
    let text = source.get(range.clone()).unwrap_or_default();
    let value = |line: Range<usize>| {
        let line = line.start + range.start..line.end + range.start;
        let (key, value) = source.get(line.clone())?.split_once('=')?;
        let value = value.trim_start();
        let size =
            json::string_size(value).filter(|_| value.starts_with('"') && !value.starts_with("\"\"\""))?;
        let start = line.end - value.len() + 1;
        let text = yaml::escapes::double_quoted(source, start..start + size - 2)?;
        yaml::is_shown(key.trim()).then(|| text.blocks(Escaping::Quoted(Quoting::Json { ascii: false })))
    };
    lines(text).filter_map(value).flatten().collect()
}
