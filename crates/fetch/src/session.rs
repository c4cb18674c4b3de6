//! A request from its first event to its last: all files are resolved, then downloaded one after the other.

use crate::client::Client;
use crate::disk::Disk;
use crate::download::Download;
use crate::environment::Settings;
use crate::error::{Error, Result};
use crate::hub::{self, About, Source};
use crate::protocol::{Event, Events, FileRequest, Request};
use crate::retry::{Context, Retries};
use crate::stop::Stop;
use crate::{limits, names, part, protocol, token};
use std::collections::BTreeMap;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

const STOPPED_STATUS: u8 = 130;

/// What the threads tell the first one.
enum Message {
    /// The request has been read.
    Begin(Request),
    /// The parent or Ctrl-C wants an end.
    Stop,
    /// The download has ended.
    End(std::result::Result<(), Failure>),
    /// The thread of the download is gone; after an [`End`](Self::End) unless it panicked.
    Gone,
}

/// What went wrong, and with which file.
struct Failure {
    error: Error,
    file: Option<String>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, file: None }
    }
}

/// Serves the request on standard input. The first thread waits for what comes first, an end or a stop: a download that
/// hangs in the system cannot keep the program from stopping, and its files are sound at every moment.
pub fn run() -> ExitCode {
    let events = Arc::new(Events::new(std::io::stdout()));
    let stop = Stop::default();
    let (sender, messages) = mpsc::channel();
    let on_signal = sender.clone();
    // Without a handler, Ctrl-C ends the program just as safely, only without an event.
    drop(ctrlc::set_handler(move || drop(on_signal.send(Message::Stop))));
    let to_worker = sender.clone();
    thread::spawn(move || listen(&sender));
    let mut working = false;
    while let Ok(message) = messages.recv() {
        match message {
            Message::Begin(request) => {
                working = true;
                let (events, stop, sender) = (events.clone(), stop.clone(), to_worker.clone());
                thread::spawn(move || work(request, &events, &stop, sender));
            }
            Message::Stop => {
                stop.set();
                let rest = if working { messages.recv_timeout(limits::STOP_GRACE).ok() } else { None };
                return match rest {
                    Some(Message::End(result)) => conclude(&events, result),
                    _ => conclude(&events, Err(Error::Stopped.into())),
                };
            }
            Message::End(result) => return conclude(&events, result),
            Message::Gone => break,
        }
    }
    ExitCode::FAILURE
}

/// Reads standard input to the stop.
fn listen(sender: &Sender<Message>) {
    let mut input = BufReader::new(std::io::stdin());
    let request = protocol::read_request(&mut input).and_then(|mut request| {
        names::check(&mut request)?;
        Ok(request)
    });
    // If nobody listens any more, the program is ending.
    match request {
        Ok(request) => drop(sender.send(Message::Begin(request))),
        Err(error) => return drop(sender.send(Message::End(Err(error.into())))),
    }
    protocol::wait_for_stop(&mut input);
    drop(sender.send(Message::Stop));
}

fn work(request: Request, events: &Events, stop: &Stop, sender: Sender<Message>) {
    struct Goodbye(Sender<Message>);
    impl Drop for Goodbye {
        fn drop(&mut self) {
            drop(self.0.send(Message::Gone));
        }
    }
    let sender = Goodbye(sender);
    let result = serve(&request, events, stop);
    drop(sender.0.send(Message::End(result)));
}

/// Writes the last event.
fn conclude(events: &Events, result: std::result::Result<(), Failure>) -> ExitCode {
    let (event, status) = match &result {
        Ok(()) => (Event::Done {}, ExitCode::SUCCESS),
        Err(Failure { error: Error::Stopped, .. }) => (Event::Stopped {}, ExitCode::from(STOPPED_STATUS)),
        Err(Failure { error, file }) => {
            let (message, hint) = (error.to_string(), error.hint().to_owned());
            let event = Event::Failed {
                code: error.code(),
                message,
                hint,
                file: file.as_deref(),
                page: error.page(),
            };
            (event, ExitCode::FAILURE)
        }
    };
    // Where nobody reads, the status still tells.
    drop(events.write(&event));
    status
}

fn serve(request: &Request, events: &Events, stop: &Stop) -> std::result::Result<(), Failure> {
    let variable = |name: &str| std::env::var(name).ok();
    let settings = Settings::read(&variable)?;
    let token = token::find(&variable)?.map(|(token, _)| token);
    let client = Client::new(&settings, token.as_ref());
    let context = Context { settings: &settings, events, stop };
    let disk = Disk::system();
    let folder = &request.folder;
    fs::create_dir_all(folder).map_err(|error| Error::writing(folder, error))?;

    let hub = Hub { context: &context, client: &client };
    let sources = hub.resolve(&request.files)?;
    let places: Vec<_> = request.files.iter().map(|file| place(folder, &file.file)).collect();
    let missing = sources
        .iter()
        .zip(&places)
        .map(|((source, _), place)| source.bytes - part::bytes_kept(place, source));
    disk.check(folder, missing.fold(0, u64::saturating_add))?;

    let download = Download { context: &context, client: &client, disk: &disk };
    for ((file, (source, about)), place) in request.files.iter().zip(sources).zip(&places) {
        let again = || hub::source(&client, &settings.endpoint, file, &about);
        let (bytes, commit) = (source.bytes, source.commit.clone());
        let fetched = make_folder(place).and_then(|()| download.fetch(place, source, &again));
        let sha256 = fetched.map_err(|error| Failure { error, file: Some(file.file.clone()) })?;
        let path = place.to_string_lossy();
        events.write(&Event::FileDone {
            file: &file.file,
            path: &path,
            sha256: &sha256,
            commit: commit.as_deref(),
            bytes,
        })?;
    }
    Ok(())
}

/// What is asked of the server before the first download.
struct Hub<'a> {
    context: &'a Context<'a>,
    client: &'a Client<'a>,
}

impl Hub<'_> {
    /// Resolves all files, so that a gate or a missing file is known before hours of downloading.
    fn resolve(&self, files: &[FileRequest]) -> std::result::Result<Vec<(Source, About)>, Failure> {
        let mut abouts: BTreeMap<(&str, &str), About> = BTreeMap::new();
        let mut sources = Vec::new();
        for file in files {
            let failed = |error| Failure { error, file: Some(file.file.clone()) };
            let endpoint = &self.context.settings.endpoint;
            let mut retry = Retries::new(self.context, &file.file);
            let key = (file.repository.as_str(), file.revision.as_str());
            let about = match abouts.get(&key) {
                Some(about) => about.clone(),
                None => retry
                    .insist(|| hub::about(self.client, endpoint, &file.repository, &file.revision))
                    .map_err(failed)?,
            };
            let source = retry.insist(|| hub::source(self.client, endpoint, file, &about)).map_err(failed)?;
            let event = Event::Resolved {
                file: &file.file,
                bytes: source.bytes,
                sha256: source.sha256.as_deref(),
                commit: source.commit.as_deref(),
                licence: about.licence.as_deref(),
                gated: about.gated,
            };
            self.context.events.write(&event)?;
            abouts.insert(key, about.clone());
            sources.push((source, about));
        }
        Ok(sources)
    }
}

fn make_folder(place: &Path) -> Result<()> {
    let folder = place.parent().unwrap_or(place);
    fs::create_dir_all(folder).map_err(|error| Error::writing(folder, error))
}

/// Where the file `name`, whose parts [`names::check`] has accepted, lies in `folder`.
fn place(folder: &Path, name: &str) -> PathBuf {
    name.split('/').fold(folder.to_owned(), |path, part| path.join(part))
}
