use super::super::tests::{both, french, state};
use super::*;
use crate::fake_translator::{pair, problem, record_events};
use crate::page::Offer;

#[test]
fn pairs_of_a_model_that_another_program_imported_are_offered() {
    let folder = tempfile::tempdir().unwrap();
    let (state, backend) = state(&folder);
    state.start();
    let events = record_events(&state.page);
    state.refresh_offer();
    assert!(events().is_empty(), "nothing has changed");
    let more = Offer { pairs: vec![french(), pair()], demonstrations: vec![pair()], languages: vec![] };
    backend.lock().offers = vec![Ok(both()), Err(problem("unreadable")), Ok(more)];
    state.send_models().unwrap();
    assert_eq!(events()[0]["offer"]["pairs"].as_array().unwrap().len(), 2);
    assert_eq!(events()[0]["pair"]["from"], "de", "the pair in use stays");
    assert_eq!(events()[0]["offer"]["demonstrations"][0]["from"], "de");
    state.refresh_offer();
    assert_eq!(events().len(), 2, "models that cannot be read change nothing");
}

/// Without any models the engine has failed; it is started when there are some.
#[test]
fn an_engine_without_models_starts_once_there_are_some() {
    let folder = tempfile::tempdir().unwrap();
    let (state, backend) = state(&folder);
    backend.lock().offers = vec![Ok(Offer::default())];
    state.start();
    assert!(matches!(state.snapshot().engine, Engine::Failed { .. }));
    state.remove_model("broken").unwrap();
    assert!(matches!(state.snapshot().engine, Engine::Loading { .. }));
    assert!(state.set_recipe(&french(), "L").is_err(), "no pair of these models");
    state.set_recipe(&pair(), "L").unwrap();
}
