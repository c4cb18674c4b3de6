//! Translation of typed text: a new input cancels the previous one.

use crate::backend::Translate;
use crate::page::{Event, PageChannel};
use parking_lot::Mutex;
use std::sync::Arc;
use translation::{Job, JobEvent, JobId};

/// The current interactive job, and the translator that runs it.
#[derive(Default)]
pub struct TypedText(Mutex<Option<(Arc<dyn Translate>, JobId)>>);

impl TypedText {
    /// Cancels the previous text and translates this one; its events carry `seq`.
    pub fn translate(&self, translator: Arc<dyn Translate>, page: Arc<PageChannel>, seq: u64, job: Job) {
        let mut current = self.0.lock();
        if let Some((translator, job)) = current.take() {
            translator.cancel(job);
        }
        let on_event = move |event| {
            if let Some(event) = page_event(seq, event) {
                page.send(event);
            }
        };
        let job = translator.submit(job, Box::new(on_event));
        *current = Some((translator, job));
    }

    /// Cancels the current text; the page keeps the translation so far.
    pub fn stop(&self) {
        if let Some((translator, job)) = self.0.lock().take() {
            translator.cancel(job);
        }
    }
}

fn page_event(seq: u64, event: JobEvent) -> Option<Event> {
    match event {
        JobEvent::Text { text, doubts } => Some(Event::Text { seq, text, doubts }),
        JobEvent::Finished(result) => {
            Some(Event::Finished { seq, tokens_per_second: result.tokens_per_second })
        }
        JobEvent::Failed(problem) => Some(Event::Failed { seq, problem }),
        JobEvent::Cancelled | JobEvent::Paused => Some(Event::Stopped { seq }),
        JobEvent::Started { .. } | JobEvent::Progress { .. } => None,
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
            typed_text.translate(translator.clone(), page.clone(), seq, job);
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
}
