//! What may happen while jobs run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use translation::{DecodeOptions, EngineState, Job, JobEvent, LoadingStage, Setup, Source, Translator};

use crate::ask::{PATIENCE, file, finished, last, pair, problem, setup, submit, text, written};
use crate::files::LETTER;

#[test]
fn a_cancelled_job_leaves_no_file_and_the_next_one_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("lang.txt");
    let lines: String = (0..200).map(|n| format!("Ich habe heute leider nur {n} Minuten Zeit.\n")).collect();
    fs::write(&source, lines).expect("writes");
    let translator = Translator::start(setup(), |_| {});
    let (id, events) = submit(&translator, "de-en", file(&source), DecodeOptions::default());
    assert!(matches!(events.recv_timeout(PATIENCE), Ok(JobEvent::Started { .. })));
    // Typed text does not wait for the document.
    let typed = text(&translator, "de-en", "Guten Tag.");
    assert_eq!(typed.segments, 1);
    translator.cancel(id);
    assert_eq!(last(&events), JobEvent::Cancelled);
    assert!(!text(&translator, "de-en", "Hallo.").text.expect("a text").is_empty());
    translator.stop();
    assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 1, "only the source is there");
}

/// Typing: every new text replaces the one before it. The last one comes out, and nothing comes of the others.
#[test]
fn the_latest_text_wins() {
    let translator = Translator::start(setup(), |_| {});
    let texts = ["Guten", "Guten Morgen", "Guten Morgen.", "Guten Morgen. Es regnet."];
    let mut jobs = Vec::new();
    for source in texts {
        if let Some((id, _)) = jobs.last() {
            translator.cancel(*id);
        }
        jobs.push(submit(&translator, "de-en", Source::Text(source.to_owned()), DecodeOptions::default()));
    }
    let (_, latest) = jobs.pop().expect("jobs");
    assert_eq!(finished(&latest).segments, 2);
    for (_, events) in jobs {
        assert_eq!(last(&events), JobEvent::Cancelled);
    }
    translator.stop();
}

/// Both jobs send to one channel, so the order of their events is known. The batch has one slot, and a long sentence of the
/// document has it: it makes room, and no sentence of the document is done before the text is.
#[test]
fn typed_text_goes_before_a_document() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("lang.txt");
    let sentence = |n: usize| {
        let days = "am Montag, am Dienstag, am Mittwoch, am Donnerstag, am Freitag und am Samstag";
        format!(
            "Ich habe {n} Briefe geschrieben, {days} zu Hause gearbeitet und meiner Mutter im Garten geholfen.\n\n"
        )
    };
    fs::write(&source, (20..40).map(sentence).collect::<String>()).expect("writes");
    let translator = Translator::start(Setup { sequences: 1, ..setup() }, |_| {});
    let (sender, events) = channel();
    let start = |name: &'static str, source: Source| {
        let sender = sender.clone();
        let job = Job { pair: pair("de-en"), source, options: DecodeOptions::default() };
        translator.submit(job, move |event| drop(sender.send((name, event))));
    };
    start("document", file(&source));
    let done = |event: &JobEvent| match event {
        JobEvent::Progress { done, .. } => Some(*done),
        _ => None,
    };
    // The next sentence has just begun then.
    let before = events.iter().find_map(|(_, event)| done(&event).filter(|done| *done > 0));
    start("text", Source::Text("Es regnet.".to_owned()));
    let until_text = events.iter().take_while(|(name, event)| {
        assert!(!matches!(event, JobEvent::Failed(_)), "{event:?}");
        *name == "document" || !matches!(event, JobEvent::Finished(_))
    });
    let later: Vec<usize> =
        until_text.filter(|(name, _)| *name == "document").filter_map(|(_, event)| done(&event)).collect();
    assert!(later.is_empty(), "{later:?}: sentences of the document after {before:?}, before the text");
    let end = events.iter().find(|(_, event)| matches!(event, JobEvent::Finished(_)));
    assert_eq!(end.map(|(name, _)| name), Some("document"));
    translator.stop();
}

/// The document is decoded by other models than the text: it does not wait for the sentences that are under way. Those
/// models stay loaded for the next text, and the document resumes after it.
#[test]
fn typed_text_waits_for_no_sentence_of_other_models() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("lang.txt");
    let sentence =
        |day: usize| format!("Tom hat seiner Mutter am {day}. Mai einen langen Brief geschrieben.");
    let lines: Vec<String> = (1..=3).map(sentence).collect();
    fs::write(&source, lines.join("\n\n")).expect("writes");
    let loads = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&loads);
    let on_state = move |state| {
        if let EngineState::Loading { stage: LoadingStage::Pipelines, .. } = state {
            *counted.lock().expect("no panic") += 1;
        }
    };
    let translator = Translator::start(Setup { sequences: 1, ..setup() }, on_state);
    let (sender, events) = channel();
    let start = |name: &'static str, source: Source, recipe: Option<&str>| {
        let sender = sender.clone();
        let options = DecodeOptions { recipe: recipe.map(str::to_owned), ..DecodeOptions::default() };
        let job = Job { pair: pair("de-en"), source, options };
        translator.submit(job, move |event| drop(sender.send((name, event))));
    };
    start("document", file(&source), Some("L"));
    let done = |event: &(&str, JobEvent)| match event {
        ("document", JobEvent::Progress { done, .. }) => *done,
        _ => 0,
    };
    assert!(events.iter().any(|event| done(&event) == 1));
    let mut before = 1;
    for text in ["Es regnet.", "Tom ist müde."] {
        start("text", Source::Text(text.to_owned()), None);
        for event in events.iter() {
            before = before.max(done(&event));
            if let ("text", JobEvent::Finished(_)) = event {
                break;
            }
        }
        assert!(before < lines.len(), "the text waited for the document");
        // A person reads what came before they type on.
        std::thread::sleep(Duration::from_millis(500));
    }
    assert_eq!(*loads.lock().expect("no panic"), 2, "the text's models stayed");
    assert!(events.iter().any(|event| matches!(event, ("document", JobEvent::Finished(_)))));
    assert_eq!(*loads.lock().expect("no panic"), 3);
    translator.stop();
}

#[test]
fn a_lost_gpu_costs_time_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("brief.txt");
    let text: String = (0..40).map(|n| format!("Ich habe heute leider nur {n} Minuten Zeit.\n")).collect();
    fs::write(&source, text).expect("writes");
    let calm = Translator::start(setup(), |_| {});
    let undisturbed = finished(&submit(&calm, "de-en", file(&source), DecodeOptions::default()).1);
    calm.stop();
    // With a store of its own, so that everything is decoded.
    let translator = Translator::start(setup(), |_| {});
    let (_, events) = submit(&translator, "de-en", file(&source), DecodeOptions::default());
    let mut lost = false;
    let disturbed = loop {
        match events.recv_timeout(PATIENCE).expect("the job ends") {
            JobEvent::Progress { done, .. } if done > 0 && !lost => {
                lost = true;
                translator.lose_device();
            }
            JobEvent::Finished(result) => break result,
            JobEvent::Failed(problem) => panic!("{problem:?}"),
            _ => {}
        }
    };
    assert!(lost && disturbed.reused == 0);
    assert_eq!(written(&undisturbed), written(&disturbed));
    translator.stop();
}

/// One job's models fail, and a person starts the engine again: the document that was on its way goes on, can still be
/// set aside, and nothing of it is lost.
#[test]
fn starting_again_keeps_what_is_under_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("brief.txt");
    let lines: Vec<String> = (0..80).map(|n| format!("Ich habe heute {n} Briefe geschrieben.")).collect();
    fs::write(&source, lines.join("\n\n")).expect("writes");
    let (sender, states) = channel();
    let translator = Translator::start(setup(), move |state| drop(sender.send(state)));
    let is_ready = || loop {
        if let EngineState::Ready(_) = states.recv_timeout(PATIENCE).expect("it gets ready") {
            return;
        }
    };
    let (id, events) = submit(&translator, "de-en", file(&source), DecodeOptions::default());
    is_ready();
    let some = |event: JobEvent| matches!(event, JobEvent::Progress { done, .. } if done > 0);
    while !some(events.recv_timeout(PATIENCE).expect("it goes on")) {}
    assert!(translator.restart(pair("de-en")));
    is_ready();
    translator.pause(id);
    assert_eq!(last(&events), JobEvent::Paused);
    // With nothing to do, the models of the pair are loaded.
    assert!(translator.restart(pair("en-de")));
    is_ready();
    let (sender, events) = channel();
    translator.resume(id, move |event| drop(sender.send(event))).expect("is free");
    let disturbed = finished(&events);
    assert!(disturbed.reused > 0, "what was finished before is kept");
    let options = DecodeOptions { memory: false, report: true, ..DecodeOptions::default() };
    let undisturbed = finished(&submit(&translator, "de-en", file(&source), options).1);
    assert_eq!(undisturbed.reused, 0);
    assert_eq!(written(&disturbed), written(&undisturbed));
    translator.stop();
}

/// A GPU that is lost whenever it is ready is given up, and the translator can be asked again.
#[test]
fn a_gpu_that_does_not_come_back_is_given_up() {
    let handle: Arc<Mutex<Option<Translator>>> = Arc::default();
    let held = Arc::clone(&handle);
    let on_state = move |state| {
        if let (EngineState::Ready(_), Some(translator)) = (state, &*held.lock().expect("no panic")) {
            translator.lose_device();
        }
    };
    let translator = Translator::start(setup(), on_state);
    *handle.lock().expect("no panic") = Some(translator.clone());
    let job = submit(&translator, "de-en", Source::Text("Es regnet.".to_owned()), DecodeOptions::default());
    assert_eq!(problem(&job.1), "gpu_lost");
    *handle.lock().expect("no panic") = None;
    assert!(!text(&translator, "de-en", "Es regnet.").text.expect("a text").is_empty());
    translator.stop();
}

/// A sentence that three models fail to translate is decoded by the large one alone, in the batch of the three.
#[test]
fn a_second_opinion_loads_no_models() {
    let states: Arc<Mutex<Vec<EngineState>>> = Arc::default();
    let reported = Arc::clone(&states);
    let translator = Translator::start(setup(), move |state| reported.lock().expect("no panic").push(state));
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("unsinn.txt");
    fs::write(&source, "Zxqv brkl %s 98765 {wrgl} fnord.").expect("writes");
    let answer = finished(&submit(&translator, "de-en", file(&source), DecodeOptions::default()).1);
    assert_eq!(answer.to_review, 1, "{answer:?}");
    translator.stop();
    let states = states.lock().expect("no panic");
    let ready: Vec<usize> = states
        .iter()
        .filter_map(|state| match state {
            EngineState::Ready(info) => Some(info.models.len()),
            _ => None,
        })
        .collect();
    assert_eq!(ready, [3], "{states:?}");
}

/// Without its handle the thread ends what it has begun, and then itself.
#[test]
fn a_dropped_translator_ends_its_work_and_its_thread() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("brief.txt");
    fs::write(&source, LETTER).expect("writes");
    let (alive, ended) = channel::<()>();
    let translator = Translator::start(setup(), move |_| {
        let _held_by_the_thread = &alive;
    });
    let (_, events) = submit(&translator, "de-en", file(&source), DecodeOptions::default());
    assert!(matches!(events.recv_timeout(PATIENCE), Ok(JobEvent::Started { .. })));
    drop(translator);
    assert!(!written(&finished(&events)).is_empty());
    assert_eq!(ended.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
}

/// However the engine thread ends, every job gets a last event.
#[test]
fn a_broken_engine_leaves_nobody_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("brief.txt");
    fs::write(&source, LETTER.repeat(9)).expect("writes");
    let (sender, states) = channel();
    let translator = Translator::start(setup(), move |state| drop(sender.send(state)));
    let (_, document) = submit(&translator, "de-en", file(&source), DecodeOptions::default());
    assert!(matches!(document.recv_timeout(PATIENCE), Ok(JobEvent::Started { .. })));
    let text = Source::Text("Es regnet.".to_owned());
    let job = Job { pair: pair("de-en"), source: text, options: DecodeOptions::default() };
    translator.submit(job, |event| assert!(matches!(event, JobEvent::Failed(_)), "on purpose"));
    assert_eq!(problem(&document), "stopped");
    let failed = |state| matches!(state, EngineState::Failed(problem) if problem.code == "stopped");
    assert!(states.iter().any(failed));
    assert!(!translator.restart(pair("de-en")), "another one is needed");
    let late = submit(&translator, "de-en", file(&source), DecodeOptions::default());
    assert_eq!(problem(&late.1), "stopped");
    translator.stop();
}

/// A model whose prompt its own tokenizer cannot make fails the text that asks for it, not the document beside it.
#[test]
fn a_broken_prompt_fails_its_own_job_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken");
    fs::create_dir(&broken).expect("creates");
    let starter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter/large");
    for name in ["model.safetensors", "tokenizer.json"] {
        fs::copy(starter.join(name), broken.join(name)).expect("copies");
    }
    let info = fs::read_to_string(starter.join("model.json")).expect("reads");
    let other = info.replace("<|begin_of_text|>", "<|no_such_token|>");
    assert_ne!(info, other);
    fs::write(broken.join("model.json"), other).expect("writes");
    let source = folder.path().join("brief.txt");
    fs::write(&source, LETTER.repeat(3)).expect("writes");

    let chosen = BTreeMap::from([("mt".to_owned(), broken.to_string_lossy().into_owned())]);
    let recipe = Some("L".to_owned());
    let translator = Translator::start(Setup { chosen, recipe, ..setup() }, |_| {});
    let (_, document) = submit(&translator, "de-en", file(&source), DecodeOptions::default());
    assert!(matches!(document.recv_timeout(PATIENCE), Ok(JobEvent::Started { .. })));
    let options = DecodeOptions { recipe: Some("mt".to_owned()), ..DecodeOptions::default() };
    let typed = submit(&translator, "de-en", Source::Text("Es regnet.".to_owned()), options);
    assert_eq!(problem(&typed.1), "prompt");
    assert!(!written(&finished(&document)).is_empty());
    translator.stop();
}
