//! Translates the lines of standard input, or a document on standard input.

use std::collections::VecDeque;
use std::io::{BufRead, IsTerminal, Read, stdin};

use translation::{DecodeOptions, JobEvent, JobId, JobResult, LanguagePair, Problem, Source};

use crate::failure::Failure;
use crate::job_output::print_summary;
use crate::job_runner::{JobRunner, Message};
use crate::results::print_document;
use crate::terminal::note;

/// Lines that are submitted before the oldest is translated.
const LINES_AHEAD: usize = 128;

/// The largest document on standard input, in MiB: the limit of the largest formats.
const MAX_DOCUMENT_MIB: u64 = 256;

/// Translates the lines of standard input.
pub fn translate_lines(
    runner: &mut JobRunner<'_>,
    pair: &LanguagePair,
    options: &DecodeOptions,
) -> Result<(), Failure> {
    runner.output.print_one_line_per_input();
    if stdin().is_terminal() {
        note!("Type a line to translate it; end with Ctrl-D (Ctrl-Z on Windows).");
    }
    let sender = runner.sender.clone();
    // Reading blocks, so it has a thread; it ends with the input or with the program.
    std::thread::spawn(move || {
        for line in stdin().lock().lines() {
            let broken = line.is_err();
            if sender.send(Message::Line(line)).is_err() || broken {
                return;
            }
        }
        drop(sender.send(Message::EndOfInput));
    });
    let mut waiting = VecDeque::new();
    let mut ended = false;
    while !(ended && waiting.is_empty() && runner.running() == 0) {
        match runner.receive()? {
            Message::Event(index, event) => runner.handle_event(index, event)?,
            Message::Line(Ok(line)) => waiting.push_back(line),
            Message::Line(Err(error)) => {
                ended = true;
                let number = runner.submitted() + waiting.len() + 1;
                runner.output.show_problem(&Problem {
                    code: "input".to_owned(),
                    message: format!("cannot read line {number} of standard input: {error}"),
                    hint: "Supply UTF-8 text; the lines before it are translated.".to_owned(),
                });
            }
            Message::EndOfInput => ended = true,
            Message::Document(_) | Message::QueueLocked(_) | Message::Interrupted => {}
        }
        while runner.running() < LINES_AHEAD {
            let Some(line) = waiting.pop_front() else { break };
            runner.submit(pair, Source::Text(line), options)?;
        }
    }
    Ok(())
}

/// Translates the document on standard input to standard output. Both are only in memory; the queue does not hold it.
pub fn translate_document(
    runner: &mut JobRunner<'_>,
    pair: &LanguagePair,
    options: &DecodeOptions,
    extension: &str,
) -> Result<(), Failure> {
    let bytes = read_document(runner)?;
    let problem = |message: String| {
        let hint = "Give the path of the document instead.".to_owned();
        Failure::from(Problem { code: "input".to_owned(), message, hint })
    };
    let bytes = bytes.map_err(|error| problem(format!("cannot read standard input: {error}")))?;
    if bytes.len() as u64 > MAX_DOCUMENT_MIB << 20 {
        return Err(problem(format!("standard input exceeds the limit of {MAX_DOCUMENT_MIB} MiB")));
    }
    let source = Source::Bytes { name: format!("standard input.{extension}"), bytes };
    let (index, id) = runner.start(pair, source, options);
    let result = wait_for(runner, index, id);
    runner.output.clear_progress();
    let result = result?;
    print_document(result.bytes.as_deref().unwrap_or_default())?;
    print_summary("standard input", &result);
    if result.to_review > 0 {
        note!("To list these sentences, translate the document by its path and run `wasan jobs show`.");
    }
    Ok(())
}

// Reading blocks, so it has a thread; it ends with the input or with the program.
fn read_document(runner: &JobRunner<'_>) -> Result<std::io::Result<Vec<u8>>, Failure> {
    let sender = runner.sender.clone();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stdin().lock().take((MAX_DOCUMENT_MIB << 20) + 1).read_to_end(&mut bytes);
        drop(sender.send(Message::Document(read.map(|_| bytes))));
    });
    loop {
        if let Message::Document(read) = runner.receive()? {
            return Ok(read);
        }
    }
}

// After Ctrl-C too, waits until the engine has stopped working on the job.
fn wait_for(runner: &JobRunner<'_>, index: usize, id: JobId) -> Result<JobResult, Failure> {
    loop {
        match runner.receive_any() {
            Message::Event(of, event) if of == index => match event {
                JobEvent::Finished(result) => return Ok(result),
                JobEvent::Failed(problem) => return Err(problem.into()),
                JobEvent::Cancelled => return Err(Failure::interrupted()),
                other => runner.output.show_progress(&other),
            },
            Message::Interrupted => runner.translator.cancel(id),
            _ => {}
        }
    }
}
