//! Beam search and sampling.

mod support {
    pub mod device;
    pub mod starter;
}

use std::collections::HashSet;

use engine::{BeamOptions, Choice, Error, Event, Output, Request, Status};
use support::device::device;
use support::starter::{SENTENCES, Starter};

fn starter() -> Starter {
    Starter::on(device(true, true))
}

fn ids(output: &Output) -> Vec<u32> {
    output.tokens.iter().map(|token| token.id).collect()
}

fn beam(beams: u32, n_best: u32) -> Option<BeamOptions> {
    Some(BeamOptions { beams, length_penalty: 1.0, n_best })
}

/// All outputs of one request.
fn outputs(batch: &mut engine::Batch, request: Request) -> Vec<Output> {
    let id = batch.add(request);
    while !batch.is_idle() {
        for event in batch.step().expect("steps") {
            match event {
                Event::Finished(finished, outputs) if finished == id => return outputs,
                Event::Refused(_, error) => panic!("refused: {error}"),
                _ => {}
            }
        }
    }
    panic!("no output")
}

#[test]
fn one_beam_is_greedy() {
    let starter = starter();
    let mut batch = starter.batch(4);
    for text in &SENTENCES[..6] {
        let greedy = outputs(&mut batch, starter.request(text));
        let beamed = outputs(&mut batch, Request { beam: beam(1, 1), ..starter.request(text) });
        assert_eq!((ids(&beamed[0]), beamed[0].status), (ids(&greedy[0]), greedy[0].status), "{text}");
        assert!((beamed[0].score - greedy[0].score).abs() < 1e-5, "{text}");
    }
}

/// More beams find outputs with better scores: not for every sentence, but on average. Small weights make the sum less
/// certain, so that there are better outputs to find.
#[test]
fn more_beams_find_better_outputs() {
    let starter = starter();
    let mut batch = starter.batch_of([0.15; 3], 4);
    let (mut better, mut greedy_total, mut beam_total) = (0, 0.0, 0.0);
    for text in &SENTENCES[..6] {
        let greedy = outputs(&mut batch, starter.request(text)).swap_remove(0).score;
        let found = outputs(&mut batch, Request { beam: beam(4, 4), ..starter.request(text) });
        better += usize::from(found[0].score > greedy + 1e-4);
        greedy_total += greedy;
        beam_total += found[0].score;
        assert_eq!(found.len(), 4, "{text}");
        assert!(found.windows(2).all(|two| two[0].score >= two[1].score), "{text}: best first");
        assert_eq!(found.iter().map(ids).collect::<HashSet<_>>().len(), 4, "{text}: all different");
        for output in &found {
            assert_eq!(output.status, Status::Ended, "{text}");
            let sum: f32 = output.tokens.iter().map(|token| token.log_probability).sum();
            assert!((output.score - sum / output.tokens.len() as f32).abs() < 1e-5, "{text}");
        }
    }
    println!("mean score: greedy {}, 4 beams {}", greedy_total / 6.0, beam_total / 6.0);
    assert!(beam_total > greedy_total && better >= 2, "better in {better} of 6");
}

/// The reported scores are those of the tokens: each output is fed through the models again.
#[test]
fn the_probabilities_of_an_output_are_those_of_the_models() {
    let starter = starter();
    let mut batch = starter.batch(4);
    let request = starter.request(SENTENCES[5]);
    for output in outputs(&mut batch, Request { beam: beam(4, 4), ..request.clone() }) {
        for (step, token) in output.tokens.iter().enumerate() {
            let mut forced = Request { limit: 1, alternatives: 16, ..request.clone() };
            let so_far = ids(&output)[..step].to_vec();
            forced.prompts.iter_mut().for_each(|prompt| prompt.extend(&so_far));
            let again = outputs(&mut batch, forced).swap_remove(0);
            let found = again.tokens[0].alternatives.iter().find(|(id, _)| *id == token.id);
            let (_, expected) = found.expect("a beam takes likely tokens");
            assert!((token.log_probability - expected).abs() < 0.01, "step {step}: {token:?} for {expected}");
        }
    }
}

#[test]
fn a_search_waits_for_the_others_and_goes_before_those_behind_it() {
    let starter = starter();
    let mut batch = starter.batch(3);
    let greedy = |text: &str| starter.request(text);
    let expected: Vec<_> = [3, 5, 6].map(|place| outputs(&mut batch, greedy(SENTENCES[place]))).into();
    let searched = outputs(&mut batch, Request { beam: beam(3, 1), ..greedy(SENTENCES[1]) });
    let order = [
        batch.add(greedy(SENTENCES[3])),
        batch.add(Request { beam: beam(3, 1), ..greedy(SENTENCES[1]) }),
        batch.add(greedy(SENTENCES[5])),
        batch.add(greedy(SENTENCES[6])),
    ];
    let mut ended = Vec::new();
    while !batch.is_idle() {
        for event in batch.step().expect("steps") {
            if let Event::Finished(id, outputs) = event {
                ended.push((id, ids(&outputs[0])));
            }
        }
    }
    assert_eq!(ended[0], (order[0], ids(&expected[0][0])));
    assert_eq!(ended[1], (order[1], ids(&searched[0])));
    let mut last = ended.split_off(2);
    last.sort();
    assert_eq!(last, [(order[2], ids(&expected[1][0])), (order[3], ids(&expected[2][0]))]);
}

#[test]
fn more_beams_than_slots_are_refused_and_others_continue() {
    let starter = starter();
    let mut batch = starter.batch(2);
    let good = batch.add(starter.request(SENTENCES[0]));
    let wide = batch.add(Request { beam: beam(3, 1), ..starter.request(SENTENCES[1]) });
    let mut refused = false;
    let mut finished = false;
    while !batch.is_idle() {
        for event in batch.step().expect("steps") {
            match event {
                Event::Refused(id, error) => {
                    refused = id == wide && matches!(error, Error::TooManySequences { wanted: 3, slots: 2 });
                }
                Event::Finished(id, _) => finished = id == good,
                Event::Token(..) => {}
            }
        }
    }
    assert!(refused && finished);
}

/// A search without end tokens stops at its limit or at repetition.
#[test]
fn a_search_stops() {
    let starter = starter();
    let mut batch = starter.batch(2);
    let endless = Request { beam: beam(2, 2), end_tokens: Vec::new(), ..starter.request(SENTENCES[0]) };
    let short = outputs(&mut batch, Request { limit: 5, ..endless.clone() });
    assert!(short.iter().all(|output| output.status == Status::Limit && output.tokens.len() == 5));
    let long = outputs(&mut batch, Request { limit: u32::MAX, ..endless });
    assert!(!long.is_empty() && long.iter().all(|output| output.tokens.len() < 256));
}

fn sampled(temperature: f32, seed: u32) -> Choice {
    Choice { temperature, top_p: 0.95, top_k: 20, seed }
}

#[test]
fn a_seed_repeats_and_another_differs() {
    let starter = starter();
    let run = |sequences: u32, seeds: &[u32]| -> Vec<Vec<u32>> {
        let request = |&seed| Request { choice: sampled(2.5, seed), ..starter.request(SENTENCES[5]) };
        let requests = seeds.iter().map(request).collect();
        starter.batch(sequences).run(requests).expect("runs").iter().map(ids).collect()
    };
    let seeds = [1, 2, 3, 4, 5, 6, 7, 8];
    let together = run(8, &seeds);
    assert_eq!(together, run(1, &seeds), "a draw depends on the seed and the step alone");
    let different: HashSet<_> = together.iter().collect();
    assert!(different.len() >= 7, "{} different outputs of 8 seeds", different.len());
}

#[test]
fn sampling_without_freedom_is_greedy() {
    let starter = starter();
    let mut batch = starter.batch(4);
    let free = [
        Choice { temperature: 1e-4, top_p: 1.0, top_k: 31, seed: 3 },
        Choice { temperature: 1.5, top_p: 1.0, top_k: 1, seed: 4 },
        Choice { temperature: 1.5, top_p: 1e-6, top_k: 31, seed: 5 },
        // Invalid parameters must not break anything.
        Choice { temperature: f32::NAN, top_p: f32::NAN, top_k: 0, seed: 6 },
    ];
    for text in &SENTENCES[..4] {
        let greedy = ids(&outputs(&mut batch, starter.request(text))[0]);
        for choice in free {
            let got = outputs(&mut batch, Request { choice, ..starter.request(text) });
            assert_eq!(ids(&got[0]), greedy, "{text} {choice:?}");
        }
    }
}
