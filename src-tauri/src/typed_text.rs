//! Translation of typed text, and back: a new input cancels the previous one.

use crate::backend::Translate;
use crate::page::{Event, PageChannel, marked_sentences};
use parking_lot::Mutex;
use serde::Serialize;
use std::sync::Arc;
use translation::{Job, JobEvent, JobId, JobResult, SentenceStatus, Source};

/// A sentence of a finished text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TypedSentence {
    pub source: String,
    pub target: String,
    /// Whether it has something to translate.
    pub translated: bool,
}

/// The current interactive jobs, and the translator that runs them.
#[derive(Default)]
pub struct TypedText {
    forward: Slot,
    back: Slot,
    /// Of the last finished text.
    sentences: Arc<Mutex<Vec<TypedSentence>>>,
}

/// At most one job.
#[derive(Default)]
struct Slot(Mutex<Option<(Arc<dyn Translate>, JobId)>>);

impl Slot {
    /// Cancels the previous job.
    fn stop(&self) {
        if let Some((translator, job)) = self.0.lock().take() {
            translator.cancel(job);
        }
    }

    fn replace(
        &self,
        translator: Arc<dyn Translate>,
        job: Job,
        on_event: impl FnMut(JobEvent) + Send + 'static,
    ) {
        let mut current = self.0.lock();
        if let Some((translator, job)) = current.take() {
            translator.cancel(job);
        }
        let job = translator.submit(job, Box::new(on_event));
        *current = Some((translator, job));
    }
}

impl TypedText {
    /// Cancels the previous text and its back-translation, and translates this one; its events carry `seq`. `remember`:
    /// whether the history keeps it.
    pub fn translate(
        &self,
        translator: Arc<dyn Translate>,
        page: Arc<PageChannel>,
        seq: u64,
        job: Job,
        remember: bool,
    ) {
        self.back.stop();
        let text = match (&job.source, remember) {
            (Source::Text(text), true) => Some((job.pair.clone(), text.clone())),
            _ => None,
        };
        // The engine's thread must not keep the engine alive.
        let (sentences, history) = (Arc::clone(&self.sentences), Arc::downgrade(&translator));
        self.forward.replace(translator, job, move |event| {
            if let JobEvent::Finished(result) = &event {
                *sentences.lock() = sentences_of(result);
                if let (Some((pair, text)), Some(translated)) = (&text, &result.text)
                    && let Some(translator) = history.upgrade()
                    && let Err(problem) = translator.remember_text(pair, text, translated)
                {
                    page.send(Event::Refused { problem });
                }
            }
            if let Some(event) = page_event(seq, event) {
                page.send(event);
            }
        });
    }

    /// Cancels the previous back-translation and makes this one; its events carry `seq`.
    pub fn translate_back(&self, translator: Arc<dyn Translate>, page: Arc<PageChannel>, seq: u64, job: Job) {
        self.back.replace(translator, job, move |event| {
            let (text, done, problem) = match event {
                JobEvent::Text { text, .. } => (Some(text), false, None),
                JobEvent::Finished(result) => (result.text, true, None),
                JobEvent::Failed(problem) => (None, true, Some(problem)),
                _ => return,
            };
            page.send(Event::Back { seq, text, done, problem });
        });
    }

    /// Cancels the current text; the page keeps the translation so far.
    pub fn stop(&self) {
        self.forward.stop();
        self.back.stop();
    }

    /// The sentences of the last finished text.
    pub fn sentences(&self) -> Vec<TypedSentence> {
        self.sentences.lock().clone()
    }
}

fn sentences_of(result: &JobResult) -> Vec<TypedSentence> {
    let sentence = |one: &translation::SentenceReport| TypedSentence {
        source: one.source.clone(),
        target: one.translation.clone(),
        translated: one.status != SentenceStatus::Copied,
    };
    result.sentences.iter().map(sentence).collect()
}

fn page_event(seq: u64, event: JobEvent) -> Option<Event> {
    match event {
        JobEvent::Text { text, doubts } => Some(Event::Text { seq, text, doubts }),
        JobEvent::Progress { done, total, eta_s, .. } => Some(Event::Progress { seq, done, total, eta_s }),
        JobEvent::Finished(result) => {
            let (tokens_per_second, sentences) =
                (result.tokens_per_second, marked_sentences(result.sentences));
            Some(Event::Finished { seq, tokens_per_second, sentences })
        }
        JobEvent::Failed(problem) => Some(Event::Failed { seq, problem }),
        JobEvent::Cancelled | JobEvent::Paused => Some(Event::Stopped { seq }),
        JobEvent::Started { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake_translator::{FakeTranslator, pair, record_events, result};
    use translation::Source;

    #[test]
    fn the_latest_input_cancels_the_previous_one() {
        let (translator, page, typed_text) =
            (Arc::new(FakeTranslator::default()), Arc::new(PageChannel::default()), TypedText::default());
        let events = record_events(&page);
        for (seq, text) in [(1, "eins"), (2, "zwei")] {
            let job = Job { pair: pair(), source: Source::Text(text.into()), options: Default::default() };
            typed_text.translate(translator.clone(), page.clone(), seq, job, false);
        }
        assert_eq!(translator.take_calls(), ["submit eins de-en as 0", "cancel 0", "submit zwei de-en as 1"]);
        translator.emit(0, JobEvent::Cancelled);
        translator.emit(1, JobEvent::Started { segments: 1 });
        translator.emit(1, JobEvent::Text { text: "two".into(), doubts: vec![] });
        translator.emit(1, JobEvent::Finished(result(None)));
        let received: Vec<_> =
            events().iter().map(|event| (event["type"].clone(), event["seq"].clone())).collect();
        let expected = [("stopped", 1), ("text", 2), ("finished", 2)];
        assert_eq!(received, expected.map(|(kind, seq)| (kind.into(), seq.into())));
        typed_text.stop();
        typed_text.stop();
        assert_eq!(translator.take_calls(), ["cancel 1"], "once");
    }

    #[test]
    fn a_finished_text_is_remembered_with_its_sentences_only_if_that_is_wanted() {
        let (translator, page, typed_text) =
            (Arc::new(FakeTranslator::default()), Arc::new(PageChannel::default()), TypedText::default());
        for (job, remember) in [(0, true), (1, false)] {
            let source = Source::Text(format!("Text {job}"));
            let new = Job { pair: pair(), source, options: Default::default() };
            typed_text.translate(translator.clone(), page.clone(), 1, new, remember);
            let finished = JobResult { text: Some("Done".into()), ..result(None) };
            translator.emit(job, JobEvent::Finished(finished));
        }
        let calls = translator.take_calls();
        let kept: Vec<_> = calls.iter().filter(|call| call.starts_with("remember")).collect();
        assert_eq!(kept, ["remember de-en Text 0 = Done"]);
        assert_eq!(typed_text.sentences(), []);
    }

    #[test]
    fn a_back_translation_has_its_own_events_and_ends_with_the_text() {
        let (translator, page, typed_text) =
            (Arc::new(FakeTranslator::default()), Arc::new(PageChannel::default()), TypedText::default());
        let events = record_events(&page);
        let job =
            |text: &str| Job { pair: pair(), source: Source::Text(text.into()), options: Default::default() };
        typed_text.translate_back(translator.clone(), page.clone(), 7, job("one"));
        translator.emit(0, JobEvent::Text { text: "ei".into(), doubts: vec![] });
        translator.emit(0, JobEvent::Finished(JobResult { text: Some("eins".into()), ..result(None) }));
        let received: Vec<_> =
            events().iter().map(|event| (event["text"].clone(), event["done"].clone())).collect();
        assert_eq!(received, [("ei".into(), false.into()), ("eins".into(), true.into())]);
        typed_text.translate(translator.clone(), page.clone(), 8, job("two"), false);
        let expected = ["submit one de-en as 0", "cancel 0", "submit two de-en as 1"];
        assert_eq!(translator.take_calls(), expected);
    }
}
