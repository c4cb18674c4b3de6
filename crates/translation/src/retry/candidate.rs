//! A candidate translation of a sentence: its pieces joined, checked and graded. Reused translations are checked in the same way.

use super::SentenceTask;
use crate::checks::{self, Candidate, Reason};
use crate::languages::LanguagePair;
use crate::quality::{Evidence, Grade};
use crate::sentence_report::{SentenceReport, SentenceStatus};
use crate::{alignment, sentences};

impl SentenceTask {
    /// Joins the pieces' candidates and checks the result; none while one is missing.
    pub(super) fn attempt(&self, pair: &LanguagePair) -> Option<SentenceReport> {
        let candidates: Option<Vec<&SentenceReport>> =
            self.pieces.iter().map(|piece| piece.candidate.as_ref()).collect();
        let candidates = candidates?;
        let report = match candidates.as_slice() {
            [whole] => SentenceReport::clone(whole),
            pieces => {
                let parts = pieces.iter().zip(&self.pieces);
                let parts = parts.map(|(a, piece)| (a.translation.as_str(), piece.separator.as_str()));
                let (translation, starts) = sentences::join_at(parts, &pair.to);
                let mut links = Vec::new();
                let mut from = 0;
                for ((candidate, piece), to) in pieces.iter().zip(&self.pieces).zip(starts) {
                    links.extend(alignment::moved(&candidate.links, (from, to)));
                    from += piece.text.len() + piece.separator.len();
                }
                SentenceReport {
                    translation,
                    reasons: pieces.iter().flat_map(|candidate| candidate.reasons.clone()).collect(),
                    score: pieces.iter().map(|candidate| candidate.score).sum::<f32>()
                        / pieces.len().max(1) as f32,
                    evidence: joined_evidence(pieces),
                    links,
                    tokens: pieces.iter().flat_map(|candidate| candidate.tokens.clone()).collect(),
                    ..SentenceReport::kept(&self.text, SentenceStatus::Done)
                }
            }
        };
        Some(self.checked(report, pair))
    }

    /// A candidate for the whole sentence with its locked items put in and the reasons that the checks find.
    pub fn checked(&self, mut report: SentenceReport, pair: &LanguagePair) -> SentenceReport {
        report.source.clone_from(&self.text);
        self.put_in_items(&mut report);
        self.apply_checks(&mut report, pair);
        report
    }

    /// Adds the reasons that the checks find to those of the decoding, grades the translation, and sets the status.
    pub(super) fn apply_checks(&self, report: &mut SentenceReport, pair: &LanguagePair) {
        report.reasons.extend(self.check(&report.translation, pair));
        let mut seen: Vec<Reason> = Vec::new();
        report.reasons.retain(|reason| {
            !seen.contains(reason) && {
                seen.push(reason.clone());
                true
            }
        });
        self.grade(report);
    }

    /// Grades a checked translation and sets its status.
    pub fn grade(&self, report: &mut SentenceReport) {
        let estimated = self.estimator.as_ref().zip(report.evidence.as_ref());
        report.quality = estimated.and_then(|(estimator, evidence)| estimator.quality(evidence));
        report.status = match report.reasons.is_empty() && is_trusted(report) {
            true => SentenceStatus::Done,
            false => SentenceStatus::Doubtful,
        };
    }

    fn check(&self, translation: &str, pair: &LanguagePair) -> Vec<Reason> {
        let Self { text: source, locked, terms, .. } = self;
        checks::check(&Candidate { source, translation, pair, locked, terms })
    }

    /// A cached report, checked again with the current checks.
    pub fn cached_report(&self, mut report: SentenceReport, pair: &LanguagePair) -> SentenceReport {
        if report.status != SentenceStatus::Kept {
            report
                .reasons
                .retain(|reason| matches!(reason, Reason::CutOff | Reason::Repeated | Reason::Inserted(_)));
            self.apply_checks(&mut report, pair);
        }
        if report.status == SentenceStatus::Done {
            report.status = SentenceStatus::Reused;
        }
        report
    }

    /// The report of a translation from the memory: used unchanged, but doubtful if something that this document
    /// requires is missing.
    pub fn memory_report(&self, translation: String, pair: &LanguagePair) -> SentenceReport {
        let mut reasons = self.check(&translation, pair);
        reasons.retain(Reason::is_something_missing);
        let status = if reasons.is_empty() { SentenceStatus::Reused } else { SentenceStatus::Doubtful };
        SentenceReport { translation, reasons, ..SentenceReport::kept(&self.text, status) }
    }
}

/// Numbers of faults, the most serious first; smaller is better: broken, worth a retry, all.
pub(super) fn faults(report: &SentenceReport) -> (usize, usize, usize) {
    let count = |is: fn(&Reason) -> bool| report.reasons.iter().filter(|reason| is(reason)).count();
    let all = report.reasons.len() + usize::from(!is_trusted(report));
    (count(Reason::is_broken), count(Reason::is_worth_a_retry), all)
}

fn is_trusted(report: &SentenceReport) -> bool {
    report.quality.is_none_or(|quality| quality.grade == Grade::Good)
}

// None unless every piece has evidence: the other pieces' would say nothing of the sentence.
fn joined_evidence(pieces: &[&SentenceReport]) -> Option<Evidence> {
    let all: Option<Vec<&Evidence>> = pieces.iter().map(|piece| piece.evidence.as_ref()).collect();
    Evidence::join(all?)
}
