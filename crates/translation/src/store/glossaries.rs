//! The terms of glossary files that were given for documents: each list is stored once, by its hash.

use rusqlite::{Connection, OptionalExtension};

use super::{Hash, Store, json, sha256, to_json};
use crate::error::Result;
use crate::glossary::Term;
use crate::job_id::JobId;

/// Stores terms that are not stored yet; returns their hash, none for no terms.
pub(super) fn add(db: &Connection, terms: &[Term]) -> rusqlite::Result<Option<Hash>> {
    if terms.is_empty() {
        return Ok(None);
    }
    let terms = to_json(&terms);
    let hash = sha256(terms.as_bytes());
    db.execute("INSERT INTO glossaries VALUES (?1, ?2) ON CONFLICT DO NOTHING", (hash, terms))?;
    Ok(Some(hash))
}

/// Deletes the terms that no document has.
pub(super) fn remove_unused(db: &Connection) -> rusqlite::Result<()> {
    let used = "SELECT glossary FROM jobs WHERE glossary IS NOT NULL";
    db.execute(&format!("DELETE FROM glossaries WHERE hash NOT IN ({used})"), []).map(drop)
}

impl Store {
    /// The terms of a document's own glossary file.
    pub fn job_terms(&self, id: JobId) -> Result<Vec<Term>> {
        let terms: Option<String> = self.run(|db| {
            let select = "SELECT g.terms FROM jobs JOIN glossaries AS g ON hash = glossary WHERE id = ?";
            db.query_row(select, [id.0 as i64], |row| row.get(0)).optional()
        })?;
        Ok(terms.map_or_else(Vec::new, |terms| json(&terms)))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::job::{DecodeOptions, Job, Source};
    use crate::store::jobs::JobState;

    fn terms(of: &str, count: usize) -> Vec<Term> {
        (0..count).map(|n| Term { source: format!("{of}{n}"), target: "x".repeat(40) }).collect()
    }

    #[test]
    fn equal_glossaries_are_stored_once_and_leave_with_the_last_document() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("is made");
        let count =
            |sql: &str| store.run(|db| db.query_row(sql, [], |row| row.get::<_, i64>(0))).expect("reads");
        let add = |terms: Vec<Term>| {
            let options = DecodeOptions { terms, ..DecodeOptions::default() };
            let source = Source::File { input: "a.txt".into(), output: None };
            let job = Job { pair: "de-en".parse().expect("a pair"), source, options };
            let id = store.add_job(Path::new("a.txt"), None, &job).expect("adds");
            store.set_state(id, JobState::Done, None).expect("sets");
            id
        };
        let large = terms("Wort", 10_000);
        let jobs: Vec<JobId> = (0..60).map(|_| add(large.clone())).collect();
        let other = add(terms("Begriff", 1));
        let none = add(Vec::new());
        assert_eq!(count("SELECT count(*) FROM glossaries"), 2);
        assert!(count("SELECT max(length(options)) FROM jobs") < 1_000);
        assert!(count("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size") < 2_000_000);
        assert_eq!(store.job_terms(jobs[59]).expect("reads"), large);
        assert!(store.job_terms(none).expect("reads").is_empty());
        // Without terms the glossary stays, with others it is replaced.
        store.set_options(other, &DecodeOptions::default(), None).expect("sets");
        assert_eq!(store.job_terms(other).expect("reads"), terms("Begriff", 1));
        let options = DecodeOptions { terms: terms("Wort", 10_000), ..DecodeOptions::default() };
        store.set_options(other, &options, None).expect("sets");
        assert_eq!(count("SELECT count(*) FROM glossaries"), 1);
        jobs.into_iter().for_each(|id| store.forget(id).expect("removes"));
        assert_eq!(count("SELECT count(*) FROM glossaries"), 1);
        store.forget(other).expect("removes");
        assert_eq!(count("SELECT count(*) FROM glossaries"), 0);
    }
}
