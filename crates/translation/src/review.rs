//! Review: the segments of translated documents and edits of them.

mod terms;

use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::checks::Reason;
use crate::error::{Error, Result};
use crate::glossary::TermCount;
use crate::job_id::JobId;
use crate::segment::Segment;
use crate::sentence_report::SentenceStatus;
use crate::store::jobs::JobState;
use crate::store::segments::{ReviewCounts, SegmentEdit, SegmentRecord};
use crate::store::sha256;
use crate::translator::Translator;
use crate::{delivery, files, source, tags};

pub use terms::DocumentTermEdit;

/// Selects segments for review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// All segments.
    #[default]
    All,
    /// Segments to review.
    ToReview,
    /// Segments to review, those first whose translation is the most probably wrong.
    PoorFirst,
    /// Segments with missing or new numbers.
    Numbers,
    /// Segments with lost or moved markup, code or placeholders, and those that the document refused for their markup.
    Tags,
    /// Segments with missing glossary terms.
    Glossary,
}

impl Filter {
    fn matches(self, segment: &Segment) -> bool {
        let any = |is: fn(&Reason) -> bool| segment.reasons.iter().any(is);
        match self {
            Self::All => true,
            Self::ToReview | Self::PoorFirst => segment.status.is_to_review(),
            Self::Numbers => any(|reason| matches!(reason, Reason::Number(_) | Reason::NewNumber(_))),
            Self::Tags => any(|reason| {
                matches!(
                    reason,
                    Reason::Tag(_)
                        | Reason::Placeholder(_)
                        | Reason::NewPlaceholder(_)
                        | Reason::Inserted(_)
                        | Reason::Placeholders
                        | Reason::Refused
                )
            }),
            Self::Glossary => any(|reason| matches!(reason, Reason::Term(_))),
        }
    }
}

/// The result of [`Translator::edit`].
#[derive(Debug, Clone, PartialEq)]
pub struct EditResult {
    /// The edited segment.
    pub segment: Segment,
    /// All segments that changed, the edited one among them, in document order.
    pub changed: Vec<Segment>,
    /// The number of segments left to review in the document.
    pub to_review: usize,
    /// The glossary terms of the document.
    pub terms: TermCount,
}

impl Translator {
    /// The segments of a translated document, in document order but for [`Filter::PoorFirst`]; empty before it is
    /// translated.
    ///
    /// # Errors
    /// [`Error::NoSuchJob`]; a store that cannot be read.
    pub fn segments(&self, job: JobId, filter: Filter) -> Result<Vec<Segment>> {
        let store = self.store()?;
        store.job(job)?;
        let mut segments: Vec<Segment> = store.segments(job)?.into_iter().map(Segment::from).collect();
        segments.retain(|segment| filter.matches(segment));
        if filter == Filter::PoorFirst {
            // Those without a score are found by other checks and keep their order, behind.
            let score = |segment: &Segment| segment.quality.map_or(f32::INFINITY, |quality| quality.score);
            segments.sort_by(|a, b| score(a).total_cmp(&score(b)));
        }
        Ok(segments)
    }

    /// How many corrections of a document are lost when it is translated again: those that the memory does not have as they
    /// are, and those whose formatting a person placed, of which the memory knows nothing.
    ///
    /// # Errors
    /// [`Error::NoSuchJob`]; a store that cannot be read.
    pub fn corrections_at_risk(&self, job: JobId) -> Result<usize> {
        let store = self.store()?;
        let row = store.job(job)?;
        let mut edited = store.segments(job)?;
        edited.retain(|segment| segment.status == SentenceStatus::Edited);
        let mut lost = 0;
        for SegmentRecord { source, target, chosen, .. } in &edited {
            let is_kept = row.options.memory
                && chosen.is_empty()
                && store.exact_match(&row.pair, source)?.as_ref() == Some(target);
            lost += usize::from(!is_kept);
        }
        Ok(lost)
    }

    /// Replaces the translation of a segment: rewrites the translated file and adds the pair to the memory, unless the job
    /// does not use the memory. Numbered tags in the text move the markup, as in [`Segment::tagged`]; markup without a tag is
    /// placed automatically. Other segments can change too, because markup and encoding depend on the whole document.
    ///
    /// # Errors
    /// The document is not done, another program changed its source or translation meanwhile, or a file or the store
    /// cannot be written. Nothing is changed then.
    pub fn edit(&self, job: JobId, index: usize, text: &str) -> Result<EditResult> {
        self.edit_segments(job, index, text, false)
    }

    /// As [`Translator::edit`], for all segments with the same source and markup.
    ///
    /// # Errors
    /// As [`Translator::edit`].
    pub fn edit_equal(&self, job: JobId, index: usize, text: &str) -> Result<EditResult> {
        self.edit_segments(job, index, text, true)
    }

    fn edit_segments(&self, job: JobId, index: usize, text: &str, all_equal: bool) -> Result<EditResult> {
        // Concurrent edits would each write a file without the other's change.
        let _alone = self.locks.lock_edits()?;
        let store = self.store()?;
        let row = store.job(job)?;
        let (JobState::Done, Some(path)) = (row.state, &row.output) else { return Err(Error::NotDone(job)) };
        let source = files::read(&row.input)?;
        if row.hashes.input != Some(sha256(&source)) {
            return Err(Error::SourceChanged(row.input));
        }
        files::not_the_source(&row.input, path)?;
        let old = files::read(path)?;
        let before = sha256(&old);
        if !row.hashes.is_own_output(&before) {
            return Err(Error::OutputChanged(path.clone()));
        }
        let options = source::read_options(&row.pair, &row.options);
        let (format, document) = source::open(&row.input, &source, row.options.format, &options)?;
        let kept = store.segments(job)?;
        let mut segments = kept.clone();
        let edited = kept.get(index).ok_or(Error::NoSuchSegment { job, index })?;
        let is_equal =
            |segment: &SegmentRecord| segment.source == edited.source && segment.spans == edited.spans;
        for segment in &mut segments {
            if segment.index == index || (all_equal && is_equal(segment)) {
                change(segment, text, &row.pair.to);
            }
        }
        let bytes = delivery::write(&document, format, &row.pair, &options, &mut segments)?;
        // Both hashes are stored before the file changes, so that it is recognised as ours after a crash.
        store.record_output_target(job, path, &sha256(&bytes), Some(&before))?;
        let access = Access::of(&[&row.input, path]);
        files::replace(path, &bytes, &access)?;
        let changed: Vec<&SegmentRecord> = segments
            .iter()
            .zip(&kept)
            .filter(|(new, old)| new.index == index || new != old)
            .map(|(new, _)| new)
            .collect();
        let edit = SegmentEdit {
            job,
            pair: &row.pair,
            segment: &segments[index],
            changed: &changed,
            counts: ReviewCounts::of(&segments),
            terms: segments.iter().map(|segment| &segment.terms).collect(),
            memory: row.options.memory,
        };
        if let Err(error) = store.save_edit(&edit) {
            // Restore the file that the store describes. If that fails, the next edit accepts either file.
            drop(files::replace(path, &old, &access));
            return Err(error);
        }
        Ok(EditResult {
            segment: edit.segment.clone().into(),
            changed: edit.changed.iter().map(|segment| Segment::from((*segment).clone())).collect(),
            to_review: edit.counts.to_review,
            terms: edit.terms,
        })
    }
}

// Puts a person's text in place of a segment's translation.
fn change(segment: &mut SegmentRecord, text: &str, to: &str) {
    // The translation of a single line is a single line.
    let single = !segment.source.contains('\n');
    let text = if single { text.replace(['\n', '\r'], " ") } else { text.to_owned() };
    (segment.target, segment.chosen) = tags::untagged(&text, &segment.source, &segment.spans);
    segment.status = SentenceStatus::Edited;
    segment.reasons.clear();
    segment.links.clear();
    segment.quality = None;
    segment.terms = segment.terms.check_again(&segment.target, to);
}
