//! Joined matrices (`qkv`, `gate_up`), and the parts that they are stored in where their tensors have different layouts.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::{Architecture, Layout, MatrixInfo};

/// A matrix of an architecture and the tensors that it joins, in the order of their rows; `gate_up` alternates its two.
pub(crate) struct Joined<'a> {
    name: &'a str,
    /// Parameter without its layer, and rows.
    tensors: Vec<(&'a str, usize)>,
}

/// Neighbouring tensors of a joined matrix that are stored together.
pub(crate) struct Part {
    pub name: String,
    pub rows: usize,
    /// Among those of the matrix.
    pub tensors: Range<usize>,
}

impl<'a> Joined<'a> {
    /// The matrix `name` of [`Architecture::matrices`].
    pub fn new(a: &Architecture, name: &'a str) -> Self {
        let (heads, kv) = (a.heads * a.head_dim, a.kv_heads * a.head_dim);
        let own = name.rsplit_once('.').map_or(name, |(_, own)| own);
        let tensors = match own {
            "qkv" => vec![("q", heads), ("k", kv), ("v", kv)],
            "gate_up" => vec![("gate", a.feed_forward), ("up", a.feed_forward)],
            "o" | "down" => vec![(own, a.hidden_size)],
            _ => vec![(own, a.vocab_size)],
        };
        Self { name, tensors }
    }

    /// The parameters of its tensors, such as `layers.0.q`.
    pub fn parameters(&self) -> Vec<String> {
        (0..self.tensors.len()).map(|tensor| self.part(tensor..tensor + 1).name).collect()
    }

    /// The parts that tensors of these layouts are stored in: neighbours of one layout together.
    pub fn split(&self, layouts: &[Layout]) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut start = 0;
        for run in layouts.chunk_by(|a, b| a == b) {
            parts.push(self.part(start..start + run.len()));
            start += run.len();
        }
        parts
    }

    /// The parts that a model with these matrices stores it in; `None` if any is missing.
    pub fn stored_parts(&self, stored: &BTreeMap<String, MatrixInfo>) -> Option<Vec<Part>> {
        let mut parts: Vec<Part> = Vec::new();
        let mut start = 0;
        while start < self.tensors.len() {
            let ends = (start + 1..=self.tensors.len()).rev();
            let part = ends.map(|end| self.part(start..end)).find(|part| stored.contains_key(&part.name))?;
            start = part.tensors.end;
            parts.push(part);
        }
        Some(parts)
    }

    /// `layers.0.qk` for the first two tensors of `layers.0.qkv`.
    fn part(&self, tensors: Range<usize>) -> Part {
        let chosen = self.tensors.get(tensors.clone()).unwrap_or_default();
        let own: Vec<_> = chosen.iter().map(|(parameter, _)| *parameter).collect();
        let own = own.join(if self.name.ends_with("gate_up") { "_" } else { "" });
        let name = match self.name.rsplit_once('.') {
            Some((layer, _)) => format!("{layer}.{own}"),
            None => own,
        };
        Part { name, rows: chosen.iter().map(|(_, rows)| rows).sum(), tensors }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Architecture {
        let sizes = Architecture { vocab_size: 100, hidden_size: 256, layers: 1, ..Architecture::llama(64) };
        Architecture { heads: 4, kv_heads: 2, feed_forward: 512, max_positions: 64, ..sizes }
    }

    fn names(name: &str, layouts: &[Layout]) -> Vec<(String, usize)> {
        let parts = Joined::new(&small(), name).split(layouts);
        parts.into_iter().map(|part| (part.name, part.rows)).collect()
    }

    #[test]
    fn neighbours_of_one_layout_stay_together() {
        let (a, b, c) = (Layout::Q4_K, Layout::Q6_K, Layout::Q8);
        let of = |name: &str, rows: usize| (format!("layers.0.{name}"), rows);
        assert_eq!(names("layers.0.qkv", &[a, a, a]), [of("qkv", 512)]);
        assert_eq!(names("layers.0.qkv", &[a, a, b]), [of("qk", 384), of("v", 128)]);
        assert_eq!(names("layers.0.qkv", &[a, b, b]), [of("q", 256), of("kv", 256)]);
        assert_eq!(names("layers.0.qkv", &[a, b, c]), [of("q", 256), of("k", 128), of("v", 128)]);
        assert_eq!(names("layers.0.gate_up", &[a, a]), [of("gate_up", 1024)]);
        assert_eq!(names("layers.0.gate_up", &[a, b]), [of("gate", 512), of("up", 512)]);
        assert_eq!(names("head", &[a]), [("head".to_owned(), 100)]);
        assert_eq!(Joined::new(&small(), "layers.0.gate_up").parameters(), ["layers.0.gate", "layers.0.up"]);
    }

    #[test]
    fn what_is_stored_is_found_whole_or_in_parts() {
        let info = |rows: usize| MatrixInfo { layout: Layout::Q8, rows, columns: 256 };
        let found = |stored: &[&str]| {
            let stored = stored.iter().map(|name| (format!("layers.0.{name}"), info(1))).collect();
            let parts = Joined::new(&small(), "layers.0.qkv").stored_parts(&stored)?;
            Some(parts.into_iter().map(|part| part.rows).collect::<Vec<_>>())
        };
        assert_eq!(found(&["qkv"]), Some(vec![512]));
        assert_eq!(found(&["qk", "v"]), Some(vec![384, 128]));
        assert_eq!(found(&["q", "k", "v"]), Some(vec![256, 128, 128]));
        assert_eq!(found(&["qk", "k"]), None);
    }
}
