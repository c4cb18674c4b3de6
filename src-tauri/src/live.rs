//! The text that is being typed: the latest input wins.

use crate::engine::{JobEvent, JobId, LanguagePair, Source, Translate};
use crate::page::{Event, Page};
use crate::state::lock;
use std::sync::{Arc, Mutex};

/// The one live job, and who has it.
#[derive(Default)]
pub struct Live(Mutex<Option<(Arc<dyn Translate>, JobId)>>);

impl Live {
    /// Gives up the text before and translates this one. The page hears of it as `seq`.
    pub fn translate(
        &self,
        translator: Arc<dyn Translate>,
        page: Arc<Page>,
        pair: LanguagePair,
        seq: u64,
        text: String,
    ) {
        let mut live = lock(&self.0);
        if let Some((translator, job)) = live.take() {
            translator.cancel(job);
        }
        let on_event = move |event| {
            if let Some(event) = told(seq, event) {
                page.say(event);
            }
        };
        let job = translator.submit(pair, Source::Text(text), Box::new(on_event));
        *live = Some((translator, job));
    }

    /// Gives up the text; what the page has of it stays.
    pub fn stop(&self) {
        if let Some((translator, job)) = lock(&self.0).take() {
            translator.cancel(job);
        }
    }
}

fn told(seq: u64, event: JobEvent) -> Option<Event> {
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
    use crate::scripted::{Scripted, listen, pair, result};

    #[test]
    fn the_latest_input_gives_up_the_one_before() {
        let (translator, page, live) =
            (Arc::new(Scripted::default()), Arc::new(Page::default()), Live::default());
        let heard = listen(&page);
        live.translate(translator.clone(), page.clone(), pair(), 1, "eins".into());
        live.translate(translator.clone(), page.clone(), pair(), 2, "zwei".into());
        assert_eq!(translator.asked(), ["submit eins de-en as 0", "cancel 0", "submit zwei de-en as 1"]);
        translator.tell(0, JobEvent::Cancelled);
        translator.tell(1, JobEvent::Started { segments: 1 });
        translator.tell(1, JobEvent::Text { text: "two".into(), doubts: vec![] });
        translator.tell(1, JobEvent::Finished(result(None)));
        let said: Vec<_> =
            heard().iter().map(|event| (event["type"].clone(), event["seq"].clone())).collect();
        let expected = [("stopped", 1), ("text", 2), ("finished", 2)];
        assert_eq!(said, expected.map(|(kind, seq)| (kind.into(), seq.into())));
        live.stop();
        live.stop();
        assert_eq!(translator.asked(), ["cancel 1"], "once");
    }
}
