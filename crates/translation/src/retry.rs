//! Retries a sentence whose translation fails a check: without its context if it had one, in shorter pieces, then with the large model alone. The best
//! candidate is kept with its faults as reasons, or the source if no candidate is a translation. If only a glossary
//! term that certainly occurs in the source is missing, the sentence is retried with an increasing bias for the term.

mod branches;
mod candidate;
mod locked_items;
mod with_terms;

use std::ops::Range;
use std::rc::Rc;

use engine::{GlossaryTerm, Token};

use crate::checks::Reason;
use crate::glossary::TermMatch;
use crate::languages::LanguagePair;
use crate::pull::Prefix;
use crate::quality::Estimator;
use crate::reranking::Rescoring;
use crate::sentence_report::{SentenceReport, SentenceStatus, UncertainWord};
use crate::sentences;
use crate::store::Hash;
use candidate::faults;
use with_terms::TermsToKeep;

/// How a sentence is translated; ordered from the first try to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strategy {
    /// In one piece.
    Whole,
    /// In shorter pieces.
    Pieces,
    /// In one piece, with L without the specialists.
    LargeAlone,
    /// In one piece, with a bonus for terms of the document; only after the rest of the document.
    WithTerms,
    /// In one piece, with a beam search for a candidate that fits the subtitle; only after the rest of the document.
    Shorter,
}

/// What follows a candidate translation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// Other pieces of the sentence are not finished.
    Wait,
    /// The sentence is finished.
    Done,
    /// Decode it again.
    Retry,
}

/// A part of a sentence that is decoded as one sequence; usually the whole sentence.
pub(crate) struct Piece {
    pub text: String,
    pub separator: String,
    /// Its output so far.
    pub tokens: Vec<Token>,
    pub candidate: Option<SentenceReport>,
    /// What its output has to begin with.
    pub prefix: Prefix,
    /// The sentences before it that are in its prompt.
    pub context: String,
}

impl Piece {
    /// Discards its output but for what it has to begin with.
    pub fn restart(&mut self) {
        self.tokens.clone_from(&self.prefix.tokens);
    }

    fn new(part: sentences::Sentence<'_>) -> Self {
        let (text, separator) = (part.text.to_owned(), part.separator.to_owned());
        Self {
            text,
            separator,
            tokens: Vec::new(),
            candidate: None,
            prefix: Prefix::default(),
            context: String::new(),
        }
    }
}

/// How often a sentence may be retried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryLimits<'a> {
    pub pair: &'a LanguagePair,
    /// The last strategy. Interactive jobs retry only for glossary terms, since the user waits.
    pub last_strategy: Strategy,
}

// Of interactive jobs.
const INTERACTIVE_BIAS_STEPS: usize = 3;

impl RetryLimits<'_> {
    fn max_bias_steps(&self) -> usize {
        if self.last_strategy > Strategy::Whole {
            GlossaryTerm::BONUSES.len()
        } else {
            INTERACTIVE_BIAS_STEPS
        }
    }
}

/// A sentence to translate, with its pieces and candidates.
pub(crate) struct SentenceTask {
    pub text: String,
    pub separator: String,
    /// Ranges of the text that its translation must contain unchanged, in order.
    pub locked: Vec<Range<usize>>,
    /// Whether it contains markup of the document, so that its words have to be aligned with the translation.
    pub marked: bool,
    /// Glossary terms that occur in it.
    pub terms: Vec<TermMatch>,
    /// Its key in the cache; none if it is not cached.
    pub key: Option<Hash>,
    pub pieces: Vec<Piece>,
    /// Whether the pieces were checked to fit the models' context.
    pub fits: bool,
    pub strategy: Strategy,
    /// Whether its prompt has no context, since a translation with it failed a check.
    pub without_context: bool,
    // Number of biases tried for its terms.
    bias_steps: usize,
    // The document's terms, for which it is decoded again.
    terms_to_keep: TermsToKeep,
    // Number of times a locked item was pulled into its output.
    pulls: usize,
    /// Tokens decoded for it in all tries.
    pub tokens: usize,
    /// Interactive jobs: those of the current best candidate, so that they are not searched again for every event.
    pub uncertain_words: Vec<UncertainWord>,
    pub done: Option<SentenceReport>,
    /// The best candidate so far.
    pub best: Option<SentenceReport>,
    /// The token that ended its output.
    pub end: Option<u32>,
    /// Branches of its output, if the models choose between several translations, with their uncertain words.
    pub branches: Vec<(SentenceReport, Vec<UncertainWord>)>,
    /// All its translations while they are scored.
    pub rescoring: Option<Rescoring>,
    /// Grades its candidates; none before the models are known.
    pub estimator: Option<Rc<Estimator>>,
}

// A piece with fewer characters has too little context to be translated well.
const MIN_PIECE_CHARS: usize = 12;

impl SentenceTask {
    pub fn new(sentence: sentences::Sentence<'_>) -> Self {
        let mut new = Self {
            text: sentence.text.to_owned(),
            separator: sentence.separator.to_owned(),
            locked: Vec::new(),
            marked: false,
            terms: Vec::new(),
            key: None,
            pieces: Vec::new(),
            fits: false,
            strategy: Strategy::Whole,
            without_context: false,
            bias_steps: 0,
            terms_to_keep: TermsToKeep::default(),
            pulls: 0,
            tokens: 0,
            uncertain_words: Vec::new(),
            done: None,
            best: None,
            end: None,
            branches: Vec::new(),
            rescoring: None,
            estimator: None,
        };
        new.cut(usize::MAX);
        new
    }

    /// Splits it into pieces of at most `most` characters and discards their output.
    pub fn cut(&mut self, most: usize) {
        self.pieces = sentences::cut(&self.text, most).into_iter().map(Piece::new).collect();
        self.fits = false;
    }

    /// Halves its pieces until all fit; false if none can fit.
    pub fn cut_to_fit(&mut self, fits: impl Fn(&str) -> bool) -> bool {
        let mut most = self.text.chars().count();
        while !self.pieces.iter().all(|piece| fits(&piece.text)) {
            most /= 2;
            if most == 0 {
                return false;
            }
            self.cut(most);
        }
        self.fits = true;
        true
    }

    /// Whether it is decoded in one piece.
    pub fn is_whole(&self) -> bool {
        self.pieces.len() == 1
    }

    /// Whether it has no candidate yet.
    pub fn is_untried(&self) -> bool {
        self.best.is_none() && self.strategy == Strategy::Whole
    }

    /// Discards the output of the current try.
    pub fn discard_output(&mut self) {
        for piece in &mut self.pieces {
            piece.restart();
            piece.candidate = None;
        }
    }

    /// Records the candidate translation of a piece; returns what to do next. `pull` is a beginning that brings an item
    /// into the output that this one lacks.
    pub fn record_candidate(
        &mut self,
        piece: usize,
        candidate: SentenceReport,
        pull: Option<Prefix>,
        limits: RetryLimits<'_>,
    ) -> NextStep {
        if let Some(piece) = self.pieces.get_mut(piece) {
            self.tokens += piece.tokens.len().saturating_sub(piece.prefix.tokens.len());
            piece.tokens.clear();
            piece.candidate = Some(candidate);
        }
        let Some(attempt) = self.attempt(limits.pair) else { return NextStep::Wait };
        let again = attempt.reasons.iter().any(Reason::is_worth_a_retry);
        let is_missing = |hit: &&TermMatch| attempt.reasons.contains(&Reason::Term(hit.term.target.clone()));
        let lacks_a_term = self.terms.iter().filter(|hit| hit.certain).any(|hit| is_missing(&hit));
        // Of two equally good candidates the earlier one had more context.
        if self.best.as_ref().is_none_or(|best| faults(&attempt) < faults(best)) {
            self.best = Some(attempt);
        }
        if let Some((prefix, piece)) = pull.filter(|_| !again).zip(self.pieces.first_mut()) {
            self.pulls += 1;
            (piece.prefix, piece.candidate) = (prefix, None);
            piece.restart();
            return NextStep::Retry;
        }
        // A candidate with worse faults than a missing term ends the bias retries.
        if lacks_a_term && !again && self.bias_steps < limits.max_bias_steps() {
            self.bias_steps += 1;
            self.cut(usize::MAX);
            return NextStep::Retry;
        }
        if again && self.pieces.iter().any(|piece| !piece.context.is_empty()) {
            self.without_context = true;
            self.cut(usize::MAX);
            return NextStep::Retry;
        }
        if again && self.bias_steps == 0 && self.next_strategy(limits.last_strategy) {
            return NextStep::Retry;
        }
        self.accept_best();
        NextStep::Done
    }

    /// Reopens a finished sentence to find a shorter translation; keeps its own unless a shorter one is as good.
    pub fn reopen_to_shorten(&mut self) {
        self.strategy = Strategy::Shorter;
        self.best = self.done.take();
        let mut reasons = self.best.iter().flat_map(|best| &best.reasons);
        // A bias that did not produce its term can only do harm.
        if reasons.any(|reason| matches!(reason, Reason::Term(_))) {
            self.bias_steps = 0;
        }
        self.cut(usize::MAX);
    }

    /// The candidates in which the checks find no more faults than in the current best.
    pub fn not_worse(&self, mut candidates: Vec<SentenceReport>, pair: &LanguagePair) -> Vec<SentenceReport> {
        let most = self.current_best().map(faults);
        candidates.iter_mut().for_each(|candidate| self.apply_checks(candidate, pair));
        candidates.retain(|candidate| most.is_none_or(|most| faults(candidate) <= most));
        candidates
    }

    /// The logit bonus of its terms.
    pub fn bonus(&self) -> Option<f32> {
        self.bias_steps.checked_sub(1).and_then(|step| GlossaryTerm::BONUSES.get(step).copied())
    }

    /// The finished report, or the best candidate so far.
    pub fn current_best(&self) -> Option<&SentenceReport> {
        self.done.as_ref().or(self.best.as_ref())
    }

    /// Finishes it with the best candidate, or with the source if there is none.
    pub fn accept_best(&mut self) {
        // A sentence without a candidate did not fit the context.
        let mut report = self.best.take().unwrap_or_else(|| SentenceReport {
            reasons: vec![Reason::TooLong],
            ..SentenceReport::kept(&self.text, SentenceStatus::Kept)
        });
        if report.reasons.iter().any(Reason::is_broken) && self.source_is_better(&report) {
            report.translation.clone_from(&self.text);
            report.links.clear();
            report.status = SentenceStatus::Kept;
            (report.quality, report.evidence) = (None, None);
        }
        self.pieces.clear();
        self.done = Some(report);
    }

    // The source is more useful than a loop; interactive jobs, which try once, show the candidate unless it is empty.
    fn source_is_better(&self, report: &SentenceReport) -> bool {
        self.strategy > Strategy::Whole || report.translation.is_empty()
    }

    fn next_strategy(&mut self, last: Strategy) -> bool {
        if self.strategy < Strategy::Pieces && last >= Strategy::Pieces {
            self.strategy = Strategy::Pieces;
            let half = self.text.chars().count().div_ceil(2).max(MIN_PIECE_CHARS);
            self.cut(half);
            if self.pieces.len() > 1 {
                return true;
            }
        }
        if self.strategy < Strategy::LargeAlone && last >= Strategy::LargeAlone {
            self.strategy = Strategy::LargeAlone;
            self.cut(usize::MAX);
            return true;
        }
        // All strategies are used up.
        self.strategy = self.strategy.max(last);
        false
    }
}

#[cfg(test)]
mod tests;
