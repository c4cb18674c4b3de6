//! The terms that a document keeps the same.

use rusqlite::OptionalExtension;

use super::segments::{ReviewCounts, SegmentRecord, save_segment};
use super::{Store, now, to_json};
use crate::document_terms::DocumentTerm;
use crate::error::Result;
use crate::glossary::TermCount;
use crate::job_id::JobId;

impl Store {
    /// The terms of a document; none before they are found.
    pub fn document_terms(&self, job: JobId) -> Result<Option<Vec<DocumentTerm>>> {
        let terms: Option<Option<String>> = self.run(|db| {
            let select = "SELECT document_terms FROM jobs WHERE id = ?";
            db.query_row(select, [job.0 as i64], |row| row.get(0)).optional()
        })?;
        Ok(terms.flatten().and_then(|terms| serde_json::from_str(&terms).ok()))
    }

    /// Stores the terms of a document.
    pub fn set_document_terms(&self, job: JobId, terms: &[DocumentTerm]) -> Result<()> {
        self.run(|db| {
            let update = "UPDATE jobs SET document_terms = ?2 WHERE id = ?1";
            db.execute(update, (job.0 as i64, to_json(&terms))).map(drop)
        })
    }

    /// Stores the terms of a translated document after a change, with the segments that it changed.
    pub fn save_document_terms(
        &self,
        job: JobId,
        terms: &[DocumentTerm],
        changed: &[&SegmentRecord],
        (counts, required): (ReviewCounts, TermCount),
    ) -> Result<()> {
        self.change(|change| {
            for segment in changed {
                save_segment(change, job.0 as i64, segment)?;
            }
            change.execute(
                "UPDATE jobs SET document_terms = ?2, to_review = ?3, poor = ?4, terms = ?5, changed = ?6 WHERE id = ?1",
                (
                    job.0 as i64,
                    to_json(&terms),
                    counts.to_review as i64,
                    counts.poor as i64,
                    to_json(&required),
                    now(),
                ),
            )?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use documents::LeftAlone;

    use super::*;
    use crate::glossary::Term;
    use crate::job::{DecodeOptions, Job, Source};
    use crate::store::sha256;

    #[test]
    fn terms_stay_with_their_document_until_its_text_or_settings_change() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("is made");
        let options = DecodeOptions::default();
        let source = Source::File { input: "a.txt".into(), output: None };
        let job = Job { pair: "de-en".parse().expect("a pair"), source, options };
        let id = store.add_job(Path::new("a.txt"), None, &job).expect("adds");
        let start = |text: &[u8]| {
            store.start_job(id, &sha256(text), (1, 0), false, &LeftAlone::default(), &[]).expect("starts");
        };
        let term = Term { source: "Vertrag".to_owned(), target: "contract".to_owned() };
        let terms = [DocumentTerm { term, segments: 3, before: 2, agreeing: 3 }];
        start(b"one");
        assert_eq!(store.document_terms(id).expect("reads"), None);
        store.set_document_terms(id, &terms).expect("keeps");
        start(b"one");
        assert_eq!(store.document_terms(id).expect("reads").as_deref(), Some(&terms[..]));
        start(b"two");
        assert_eq!(store.document_terms(id).expect("reads"), None);
        store.set_document_terms(id, &[]).expect("keeps");
        assert_eq!(store.document_terms(id).expect("reads"), Some(Vec::new()));
        store.set_options(id, &job.options, None).expect("sets");
        assert_eq!(store.document_terms(id).expect("reads"), None);
    }
}
