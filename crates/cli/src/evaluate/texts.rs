//! Files of lines: references, the systems' translations, the source.

use std::path::{Path, PathBuf};

use corpus::read_lines;
use evaluation::System;

use super::unreadable;
use crate::failure::Failure;

/// What is scored without models.
pub struct Systems {
    /// In the order given.
    pub systems: Vec<System>,
    /// Whole documents.
    pub references: Vec<Vec<String>>,
}

/// Reads references, `NAME=FILE` of hypotheses, and the source as the last system.
///
/// # Errors
/// Files that cannot be read, or do not go line by line.
pub fn systems(
    hypotheses: &[String],
    references: &[PathBuf],
    source: Option<&Path>,
) -> Result<Systems, Failure> {
    let mut lines = Vec::new();
    for path in references {
        lines.push((path.clone(), read(path)?));
    }
    let Some((first, expected)) = lines.first().map(|(path, lines)| (path.clone(), lines.len())) else {
        return Err(evaluation::Error::NoReferences.into());
    };
    for (path, found) in &lines {
        check(&first, expected, path, found.len())?;
    }
    let mut systems = Vec::new();
    for name in hypotheses {
        systems.push(system(name, &first, expected)?);
    }
    if let Some(path) = source {
        let lines = read(path)?;
        check(&first, expected, path, lines.len())?;
        systems.push(System { name: "the source itself".to_owned(), lines });
    }
    Ok(Systems { systems, references: lines.into_iter().map(|(_, lines)| lines).collect() })
}

/// Reads `NAME=FILE`, which must have as many lines as `other`.
pub fn system(argument: &str, other: &Path, expected: usize) -> Result<System, Failure> {
    let (name, path) = named(argument);
    let path = PathBuf::from(path);
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let lines = read(&path)?;
    check(other, expected, &path, lines.len())?;
    Ok(System { name: name.map(str::to_owned).or(stem).unwrap_or_default(), lines })
}

/// `NAME=FILE` or a file alone; a name has no separator of folders in it.
pub fn named(argument: &str) -> (Option<&str>, &str) {
    match argument.split_once('=') {
        Some((name, path)) if !name.is_empty() && !name.contains(['/', '\\']) => (Some(name), path),
        _ => (None, argument),
    }
}

fn read(path: &Path) -> Result<Vec<String>, Failure> {
    let lines = read_lines(&[path], "und", None, &mut |_| {}).map_err(|error| unreadable(&error))?;
    Ok(lines.entries().iter().map(|line| line.text().to_owned()).collect())
}

fn check(first: &Path, expected: usize, path: &Path, found: usize) -> Result<(), Failure> {
    match found == expected {
        true => Ok(()),
        false => Err(Failure::usage(
            &format!("{} has {found} lines where {} has {expected}", path.display(), first.display()),
            "Each line must be the same sentence in all files; check that none was lost or split.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_paths() {
        assert_eq!(named("NLLB=out/a=b.txt"), (Some("NLLB"), "out/a=b.txt"));
        assert_eq!(named("out/a=b.txt"), (None, "out/a=b.txt"));
        assert_eq!(named("=a"), (None, "=a"));
        assert_eq!(named("a.txt"), (None, "a.txt"));
    }
}
