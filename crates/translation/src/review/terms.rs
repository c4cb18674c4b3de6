//! The terms of a translated document: which it repeats, which it keeps the same, and changes of these.

use serde::Serialize;

use crate::checks::Reason;
use crate::document_terms::{DocumentTerm, count, in_sentence};
use crate::error::Result;
use crate::glossary::{Glossary, Term, TermCount, Terms};
use crate::job_id::JobId;
use crate::languages::LanguagePair;
use crate::quality::Grade;
use crate::recurring::{RecurringTerm, key, recurring_terms};
use crate::review::Filter;
use crate::segment::Segment;
use crate::sentence_report::SentenceStatus;
use crate::store::segments::{ReviewCounts, SegmentRecord};
use crate::translator::Translator;

/// What [`Translator::set_document_term`] changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DocumentTermEdit {
    /// The terms that the document keeps the same.
    pub document_terms: Vec<DocumentTerm>,
    /// The segments with the term.
    pub changed: Vec<Segment>,
    /// Of these, segments that lack the new translation.
    pub lacking: usize,
    /// The number of segments left to review in the document.
    pub to_review: usize,
    /// The terms that are required in the document.
    pub terms: TermCount,
}

impl Translator {
    /// The terms that a translated document repeats and translates, the most frequent first. Terms of the glossary are left
    /// out, and names that stay as they are.
    ///
    /// # Errors
    /// [`Error::NoSuchJob`](crate::Error::NoSuchJob); a store that cannot be read.
    pub fn recurring_terms(&self, job: JobId) -> Result<Vec<RecurringTerm>> {
        let pair = self.job(job)?.pair;
        let segments = self.segments(job, Filter::All)?;
        let translated = segments.iter().filter(|segment| segment.status.is_translated());
        let texts: Vec<(&str, &str)> =
            translated.map(|segment| (segment.source.as_str(), segment.target.as_str())).collect();
        let glossary = Glossary::new(&pair, self.terms(&pair)?);
        let mut found = recurring_terms(&pair, &texts);
        found.retain(|RecurringTerm { term, .. }| {
            key(&term.source) != key(&term.target) && glossary.matches(&term.source).is_empty()
        });
        Ok(found)
    }

    /// The terms that a translated document keeps the same, the most frequent first; empty before it is translated.
    ///
    /// # Errors
    /// [`Error::NoSuchJob`](crate::Error::NoSuchJob); a store that cannot be read.
    pub fn document_terms(&self, job: JobId) -> Result<Vec<DocumentTerm>> {
        let store = self.store()?;
        store.job(job)?;
        Ok(store.document_terms(job)?.unwrap_or_default())
    }

    /// Changes the translation of a document's term, or adds a term. Segments that lack the new translation are marked for
    /// review like those that lack a glossary term; none is translated again, so that no correction is lost.
    ///
    /// # Errors
    /// [`Error::NoSuchJob`](crate::Error::NoSuchJob); a store that cannot be read or written.
    pub fn set_document_term(&self, job: JobId, term: &Term) -> Result<DocumentTermEdit> {
        let _alone = self.locks.lock_edits()?;
        let store = self.store()?;
        let pair = store.job(job)?.pair;
        let mut terms = store.document_terms(job)?.unwrap_or_default();
        let old = terms.iter().find(|old| old.term.source == term.source).map(|old| old.term.clone());
        let mut segments = store.segments(job)?;
        let only = Glossary::new(&pair, [term.clone()]);
        let mut changed = Vec::new();
        for (index, segment) in segments.iter_mut().enumerate() {
            if !in_sentence(&only, &segment.source, &[]).is_empty() && segment.status.is_translated() {
                require(segment, term, old.as_ref(), &pair);
                changed.push(index);
            }
        }
        match terms.iter_mut().find(|old| old.term.source == term.source) {
            Some(old) => old.term = term.clone(),
            None => terms.push(DocumentTerm { term: term.clone(), segments: 0, before: 0, agreeing: 0 }),
        }
        let texts: Vec<(&str, &str)> =
            segments.iter().map(|segment| (segment.source.as_str(), segment.target.as_str())).collect();
        count(&pair, &texts, &mut terms);
        let changed: Vec<&SegmentRecord> =
            changed.into_iter().filter_map(|index| segments.get(index)).collect();
        let (counts, required) =
            (ReviewCounts::of(&segments), segments.iter().map(|segment| &segment.terms).collect());
        store.save_document_terms(job, &terms, &changed, (counts, required))?;
        Ok(DocumentTermEdit {
            lacking: changed.iter().filter(|segment| segment.terms.missed.contains(term)).count(),
            changed: changed.into_iter().cloned().map(Segment::from).collect(),
            document_terms: terms,
            to_review: counts.to_review,
            terms: required,
        })
    }
}

/// Requires a term of a segment, instead of the same term with its old translation.
fn require(segment: &mut SegmentRecord, term: &Term, old: Option<&Term>, pair: &LanguagePair) {
    let Terms { met, missed } = &segment.terms;
    let others = met.iter().chain(missed).filter(|other| other.source != term.source).cloned();
    segment.terms = Terms::of(others.chain([term.clone()]), &segment.target, &pair.to);
    segment.reasons.retain(|reason| old.is_none_or(|old| *reason != Reason::Term(old.target.clone())));
    let reason = Reason::Term(term.target.clone());
    if segment.terms.missed.contains(term) && !segment.reasons.contains(&reason) {
        segment.reasons.push(reason);
    }
    let is_good = segment.quality.is_none_or(|quality| quality.grade == Grade::Good);
    segment.status = match segment.status {
        SentenceStatus::Done | SentenceStatus::Reused if !segment.reasons.is_empty() => {
            SentenceStatus::Doubtful
        }
        SentenceStatus::Doubtful if segment.reasons.is_empty() && is_good => SentenceStatus::Done,
        status => status,
    };
}
