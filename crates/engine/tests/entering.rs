//! A sequence with a long prompt enters while others run: they do not wait for all of it, and nobody's output changes.

mod support {
    pub mod device;
    pub mod starter;
}

use std::time::Instant;

use engine::{Batch, BatchOptions, Drafts, Event, Output, Request, SequenceId};
use support::device::device;
use support::starter::{SENTENCES, Starter};

/// Positions of a sequence.
const CONTEXT: u32 = 256;
/// Prompt tokens of a pass.
const PASS: usize = 64;

fn batch(starter: &Starter, drafts: u32) -> Batch {
    Batch::new(
        starter.batch(3).into_joint(),
        BatchOptions { drafts: Drafts::Fixed(drafts), ..BatchOptions::default() },
    )
}

/// Sentences after one another: more than three passes of prompt.
fn long(starter: &Starter) -> Request {
    let text: String = (0..3).flat_map(|_| SENTENCES).collect::<Vec<_>>().join(" ");
    let mut request = Request { limit: 12, ..starter.request(&text) };
    request.prompts.iter_mut().for_each(|prompt| prompt.truncate(CONTEXT as usize - 20));
    assert!(request.prompts[0].len() > 3 * PASS, "{}", request.prompts[0].len());
    request
}

fn bits(output: &Output) -> Vec<(u32, u32)> {
    output.tokens.iter().map(|token| (token.id, token.log_probability.to_bits())).collect()
}

/// Runs the requests, the last of which comes when the first has decoded five tokens. Returns the outputs, and between two
/// tokens of the first, after the last came, the most dispatches and the longest time in seconds.
fn run(batch: &mut Batch, requests: &[Request]) -> (Vec<Output>, u64, f64) {
    let (last, first) = requests.split_last().expect("requests");
    let mut ids: Vec<SequenceId> = first.iter().map(|request| batch.add(request.clone())).collect();
    let mut outputs = vec![None; requests.len()];
    let (mut tokens, mut dispatches, mut seconds) = (0, 0, 0.0f64);
    let mut before = (batch.joint().device().counters().dispatches, Instant::now());
    while !batch.is_idle() || ids.len() < requests.len() {
        for event in batch.step().expect("steps") {
            match event {
                Event::Token(id, _) if id == ids[0] => {
                    let now = (batch.joint().device().counters().dispatches, Instant::now());
                    if ids.len() == requests.len() {
                        dispatches = dispatches.max(now.0 - before.0);
                        seconds = seconds.max((now.1 - before.1).as_secs_f64());
                    }
                    (tokens, before) = (tokens + 1, now);
                }
                Event::Token(..) => {}
                Event::Finished(id, mut found) => {
                    let place = ids.iter().position(|&other| other == id).expect("one of ours");
                    outputs[place] = Some(found.swap_remove(0));
                }
                Event::Refused(_, error) => panic!("refused: {error}"),
            }
        }
        if tokens >= 5 && ids.len() < requests.len() {
            ids.push(batch.add(last.clone()));
        }
    }
    (outputs.into_iter().flatten().collect(), dispatches, seconds)
}

#[test]
fn a_long_prompt_is_computed_between_the_steps_of_others() {
    let starter = Starter::on(device(true, true));
    let talking = Request { end_tokens: Vec::new(), source: vec![0; 64], ..starter.request(SENTENCES[5]) };
    for (drafts, first) in
        [(0, vec![talking.clone()]), (0, vec![talking.clone(), talking.clone()]), (3, vec![talking])]
    {
        let requests: Vec<Request> = first.into_iter().chain([long(&starter)]).collect();
        let alone: Vec<_> = requests
            .iter()
            .map(|request| batch(&starter, 0).run(vec![request.clone()]).expect("runs").swap_remove(0))
            .collect();
        let mut together = batch(&starter, drafts);
        let counters = starter.device.counters();
        let (outputs, most, seconds) = run(&mut together, &requests);
        for (output, alone) in outputs.iter().zip(&alone) {
            assert_eq!(bits(output), bits(alone), "{drafts} drafts");
        }
        // Two steps are in flight; a pass of each model may be before each of them.
        let layers: u64 = starter.llamas.iter().map(|llama| llama.architecture().layers as u64).sum();
        let pass = 9 * layers + 3;
        let step = pass * if drafts > 0 { u64::from(drafts) + 2 } else { 1 } + 20;
        let all = starter.device.counters().dispatches - counters.dispatches;
        println!(
            "{drafts} drafts: at most {most} dispatches, {:.1} ms between two tokens; {all} in all",
            1e3 * seconds
        );
        assert!(
            most <= 2 * (step + pass),
            "{most} dispatches between two tokens, {step} a step, {pass} a pass"
        );
    }
}

/// What somebody typed does not wait for a document's long prompts, and both have the outputs that they have alone.
#[test]
fn an_urgent_sequence_enters_before_a_long_one() {
    let starter = Starter::on(device(true, true));
    let shared = |request: Request| Request { shared: vec![10; 3], ..request };
    let talking = Request { end_tokens: Vec::new(), source: vec![0; 64], ..starter.request(SENTENCES[5]) };
    let typed = Request { urgent: true, limit: 6, ..starter.request(SENTENCES[3]) };
    let requests = [talking, long(&starter), typed].map(shared);
    let alone =
        |request: &Request| batch(&starter, 0).run(vec![request.clone()]).expect("runs").swap_remove(0);
    let expected = requests.each_ref().map(alone);
    let mut batch = batch(&starter, 0);
    let mut ids = vec![batch.add(requests[0].clone())];
    batch.step().expect("steps");
    ids.push(batch.add(requests[1].clone()));
    batch.step().expect("steps");
    ids.push(batch.add(requests[2].clone()));
    let (mut began, mut found) = (Vec::new(), [None, None, None]);
    while !batch.is_idle() {
        for event in batch.step().expect("steps") {
            let place = |id: SequenceId| ids.iter().position(|&other| other == id).expect("one of ours");
            match event {
                Event::Token(id, _) if !began.contains(&place(id)) => began.push(place(id)),
                Event::Finished(id, mut outputs) => found[place(id)] = Some(outputs.swap_remove(0)),
                _ => {}
            }
        }
    }
    assert_eq!(began, [0, 2, 1]);
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found.as_ref().map(bits), Some(bits(expected)));
    }
}

/// One that leaves before its prompt is computed takes nothing with it: its prefix is for all.
#[test]
fn a_sequence_that_is_cancelled_while_it_enters_leaves_its_slot() {
    let starter = Starter::on(device(true, true));
    let shared = |request: Request| Request { shared: vec![10; 3], ..request };
    let (first, long) = (shared(starter.request(SENTENCES[5])), shared(long(&starter)));
    let same_prefix = Request { limit: 8, ..long.clone() };
    let alone =
        |request: &Request| batch(&starter, 0).run(vec![request.clone()]).expect("runs").swap_remove(0);
    let expected = [alone(&first), alone(&same_prefix)];

    let mut batch = batch(&starter, 0);
    let id = batch.add(first);
    let mut found = [None, None];
    let mut ids = vec![id];
    let mut collect = |events: Vec<Event>, ids: &[SequenceId]| {
        for event in events {
            if let Event::Finished(id, mut outputs) = event {
                let place = ids.iter().position(|&other| other == id).expect("not the cancelled one");
                found[place] = Some(outputs.swap_remove(0));
            }
        }
    };
    for _ in 0..3 {
        collect(batch.step().expect("steps"), &ids);
    }
    let cancelled = [batch.add(long.clone()), batch.add(long)];
    collect(batch.step().expect("steps"), &ids);
    assert_eq!(batch.len(), 3);
    cancelled.into_iter().for_each(|id| batch.cancel(id));
    assert_eq!(batch.len(), 1);
    ids.push(batch.add(same_prefix));
    while !batch.is_idle() {
        collect(batch.step().expect("steps"), &ids);
    }
    for (found, expected) in found.iter().flatten().zip(&expected) {
        assert_eq!(bits(found), bits(expected));
    }
    assert!(found.iter().all(Option::is_some));
}

/// A pass over prompts is as wide as is fastest on an adapter, which must not decide what is translated.
#[test]
fn the_width_of_prompt_passes_changes_no_bit() {
    let starter = Starter::on(device(true, true));
    let request = Request { limit: 4, ..long(&starter) };
    let decoded = [64, 128, 256].map(|columns| {
        starter.device.set_prefill_columns(columns);
        assert_eq!(starter.device.prefill_columns(), columns);
        let before = starter.device.counters().dispatches;
        let output = batch(&starter, 0).run(vec![request.clone()]).expect("runs").swap_remove(0);
        (bits(&output), starter.device.counters().dispatches - before)
    });
    assert!(decoded.iter().all(|(bits, _)| *bits == decoded[0].0));
    assert!(decoded[2].1 < decoded[1].1 && decoded[1].1 < decoded[0].1, "wider passes are fewer");
    starter.device.set_prefill_columns(100);
    assert_eq!(starter.device.prefill_columns(), 256, "buffers have room for known widths only");
}
