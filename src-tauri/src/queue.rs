//! The documents: what the page sees of them, and where they are.

use crate::engine::{Cancel, JobEvent, Pair, Source, Translate};
use crate::error::Error;
use crate::page::{Event, Page, Row, RowState};
use crate::state::lock;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// All documents that were added, oldest first. In which order they are translated is the engine's affair.
pub struct Queue {
    shared: Arc<Shared>,
}

struct Shared {
    page: Arc<Page>,
    documents: Mutex<Vec<Document>>,
}

struct Document {
    row: Row,
    input: PathBuf,
    output: Option<PathBuf>,
    /// Present while a job is on its way.
    cancel: Option<Cancel>,
    /// Events of an earlier try are not for this one.
    attempt: u64,
}

impl Document {
    fn is_active(&self) -> bool {
        matches!(self.row.state, RowState::Waiting | RowState::Translating)
    }
}

impl Queue {
    /// An empty queue, whose rows are told to `page`.
    pub fn new(page: Arc<Page>) -> Self {
        Self { shared: Arc::new(Shared { page, documents: Mutex::default() }) }
    }

    /// As the page shows them.
    pub fn rows(&self) -> Vec<Row> {
        lock(&self.shared.documents).iter().map(|document| document.row.clone()).collect()
    }

    /// Adds documents to be translated. One that is already on its way in this pair is not added again: some
    /// desktops report a drop twice.
    pub fn add(&self, translator: &dyn Translate, pair: &Pair, paths: Vec<PathBuf>) {
        for input in paths {
            let mut documents = lock(&self.shared.documents);
            if documents.iter().any(|one| one.is_active() && one.input == input && one.row.pair == *pair) {
                continue;
            }
            let id = documents.last().map_or(1, |last| last.row.id + 1);
            let row = waiting(id, file_name(&input), pair.clone());
            documents.push(Document { row, input, output: None, cancel: None, attempt: 0 });
            drop(documents);
            self.submit(translator, id);
        }
    }

    /// Gives up a document that is on its way; its row says so once the engine has let go of it.
    pub fn cancel(&self, id: u64) -> Result<(), Error> {
        let cancel = self.find(id, |document| document.cancel.take())?;
        if let Some(cancel) = cancel {
            cancel();
        }
        Ok(())
    }

    /// Starts a document again that failed or was given up.
    pub fn retry(&self, translator: &dyn Translate, id: u64) -> Result<(), Error> {
        let again = self.find(id, |document| {
            let ended = !document.is_active();
            if ended {
                document.row = waiting(id, document.row.name.clone(), document.row.pair.clone());
                document.output = None;
                document.attempt += 1;
            }
            ended
        })?;
        if again {
            self.submit(translator, id);
        }
        Ok(())
    }

    /// Takes a document off the list, giving it up if it is on its way. Files stay.
    pub fn remove(&self, id: u64) -> Result<(), Error> {
        self.cancel(id)?;
        lock(&self.shared.documents).retain(|document| document.row.id != id);
        self.shared.page.say(Event::Gone { id });
        Ok(())
    }

    /// Where the translation was written.
    pub fn output(&self, id: u64) -> Result<PathBuf, Error> {
        self.find(id, |document| {
            document.output.clone().ok_or(Error::NotFinished(document.row.name.clone()))
        })?
    }

    fn submit(&self, translator: &dyn Translate, id: u64) {
        let Ok((input, pair, attempt)) = self.find(id, |document| {
            self.shared.page.say(Event::Row { row: document.row.clone() });
            (document.input.clone(), document.row.pair.clone(), document.attempt)
        }) else {
            return;
        };
        let shared = Arc::clone(&self.shared);
        let on_event = Box::new(move |event| shared.hear(id, attempt, event));
        // Not under the lock: the engine may answer before `submit` returns.
        let cancel = translator.submit(pair, Source::File { input, output: None }, on_event);
        let mut documents = lock(&self.shared.documents);
        match documents.iter_mut().find(|document| document.row.id == id) {
            Some(document) if document.is_active() => document.cancel = Some(cancel),
            Some(_) => {}
            None => cancel(),
        }
    }

    fn find<T>(&self, id: u64, with: impl FnOnce(&mut Document) -> T) -> Result<T, Error> {
        let mut documents = lock(&self.shared.documents);
        documents.iter_mut().find(|document| document.row.id == id).map(with).ok_or(Error::NoSuchDocument)
    }
}

impl Shared {
    fn hear(&self, id: u64, attempt: u64, event: JobEvent) {
        let mut documents = lock(&self.documents);
        let Some(document) =
            documents.iter_mut().find(|document| document.row.id == id && document.attempt == attempt)
        else {
            return;
        };
        let row = &mut document.row;
        match event {
            JobEvent::Text { .. } => return,
            JobEvent::Started { segments } => row.total = segments,
            JobEvent::Progress { done, total, tokens_per_second, eta_s } => {
                row.state = RowState::Translating;
                (row.done, row.total) = (done, total);
                (row.tokens_per_second, row.eta_s) = (tokens_per_second, eta_s);
            }
            JobEvent::Finished(result) => {
                row.state = RowState::Done;
                (row.done, row.total) = (result.segments, result.segments);
                row.tokens_per_second = result.tokens_per_second;
                row.to_review = result.to_review;
                row.output = result.output.as_deref().map(file_name);
                document.output = result.output;
            }
            JobEvent::Failed(problem) => {
                row.state = RowState::Failed;
                row.problem = Some(problem);
            }
            JobEvent::Cancelled | JobEvent::Paused => row.state = RowState::Cancelled,
        }
        if !document.is_active() {
            document.cancel = None;
        }
        self.page.say(Event::Row { row: document.row.clone() });
    }
}

fn waiting(id: u64, name: String, pair: Pair) -> Row {
    Row {
        id,
        name,
        pair,
        state: RowState::Waiting,
        done: 0,
        total: 0,
        tokens_per_second: 0.0,
        eta_s: None,
        to_review: 0,
        output: None,
        problem: None,
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::scripted::{Scripted, listen, pair, result};

    const FOLDER: &str = "/home/reader/letters";

    struct Scene {
        translator: Scripted,
        page: Arc<Page>,
        queue: Queue,
    }

    fn scene() -> Scene {
        let page = Arc::new(Page::default());
        Scene { translator: Scripted::default(), queue: Queue::new(page.clone()), page }
    }

    fn progress(done: usize) -> JobEvent {
        JobEvent::Progress { done, total: 4, tokens_per_second: 9.0, eta_s: Some(3.0) }
    }

    impl Scene {
        fn add(&self, names: &[&str]) {
            let paths = names.iter().map(|name| Path::new(FOLDER).join(name)).collect();
            self.queue.add(&self.translator, &pair(), paths);
        }

        fn states(&self) -> Vec<RowState> {
            self.queue.rows().iter().map(|row| row.state).collect()
        }
    }

    #[test]
    fn a_document_goes_from_waiting_to_done_and_the_page_sees_no_path() {
        let scene = scene();
        let heard = listen(&scene.page);
        scene.add(&["a.txt"]);
        assert!(matches!(scene.queue.output(1), Err(Error::NotFinished(_))));
        scene.translator.tell(0, JobEvent::Started { segments: 4 });
        scene.translator.tell(0, progress(2));
        let output = Path::new(FOLDER).join("a.en.txt");
        scene.translator.tell(0, JobEvent::Finished(result(Some(output.clone()))));
        let seen = heard();
        let states: Vec<_> = seen.iter().map(|event| event["row"]["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["waiting", "waiting", "translating", "done"]);
        assert_eq!(seen[1]["row"]["total"], 4);
        assert_eq!(seen[2]["row"]["done"], 2);
        assert_eq!(seen[3]["row"]["output"], "a.en.txt");
        assert!(!format!("{seen:?}").contains(FOLDER));
        assert_eq!(scene.queue.output(1).unwrap(), output);
    }

    #[test]
    fn a_drop_reported_twice_is_added_once_until_it_ends() {
        let scene = scene();
        scene.add(&["a.txt", "b.md"]);
        scene.add(&["a.txt", "b.md"]);
        assert_eq!(scene.states(), [RowState::Waiting; 2]);
        scene.translator.tell(0, JobEvent::Cancelled);
        scene.add(&["a.txt"]);
        assert_eq!(scene.states(), [RowState::Cancelled, RowState::Waiting, RowState::Waiting]);
    }

    #[test]
    fn a_retry_hears_nothing_of_the_try_before() {
        let scene = scene();
        scene.add(&["a.txt"]);
        scene.queue.retry(&scene.translator, 1).unwrap();
        assert_eq!(scene.translator.jobs(), 1, "it is still on its way");
        scene.queue.cancel(1).unwrap();
        assert_eq!(scene.translator.cancelled(), [0]);
        assert_eq!(scene.states(), [RowState::Waiting], "until the engine says so");
        scene.translator.tell(0, JobEvent::Cancelled);
        scene.queue.retry(&scene.translator, 1).unwrap();
        scene.translator.tell(0, progress(1));
        assert_eq!(scene.states(), [RowState::Waiting]);
        scene.translator.tell(1, progress(1));
        assert_eq!(scene.states(), [RowState::Translating]);
    }

    #[test]
    fn a_removed_document_is_given_up_and_forgotten() {
        let scene = scene();
        scene.add(&["a.txt"]);
        let heard = listen(&scene.page);
        scene.queue.remove(1).unwrap();
        assert_eq!(scene.translator.cancelled(), [0]);
        scene.translator.tell(0, JobEvent::Cancelled);
        assert_eq!(heard().len(), 1);
        assert_eq!(heard()[0]["type"], "gone");
        assert!(matches!(scene.queue.remove(1), Err(Error::NoSuchDocument)));
    }
}
