//! Outputs that branch off the first one where the models were least certain.

mod support {
    pub mod device;
    pub mod starter;
}

use engine::{Batch, BatchOptions, Branching, Drafts, Event, Output, Request, Status};
use support::device::device;
use support::starter::{END, SENTENCES, Starter};

fn starter() -> Starter {
    Starter::on(device(true, true))
}

const THREE: Branching = Branching { count: 3, certain: 0.0 };

fn branching(starter: &Starter, text: &str) -> Request {
    Request { branching: Some(THREE), ..starter.request(text) }
}

/// All outputs of each request.
fn run(batch: &mut Batch, requests: Vec<Request>) -> Vec<Vec<Output>> {
    let ids: Vec<_> = requests.into_iter().map(|request| batch.add(request)).collect();
    let mut found = vec![Vec::new(); ids.len()];
    while !batch.is_idle() {
        for event in batch.step().expect("steps") {
            if let Event::Finished(id, outputs) = event {
                found[ids.iter().position(|&known| known == id).expect("is known")] = outputs;
            }
        }
    }
    found
}

fn ids(output: &Output) -> Vec<u32> {
    output.tokens.iter().map(|token| token.id).collect()
}

/// The first output is that of a request without branches; each branch has the second token at one place, the nearest ones
/// first, and its log-probabilities are those of a pass over it as a given output.
#[test]
fn branches_take_the_second_token_where_the_first_was_least_certain() {
    let starter = starter();
    let mut batch = starter.batch(1);
    let mut longer = 0;
    for text in &SENTENCES[1..4] {
        let plain = batch.run(vec![starter.request(text)]).expect("runs").swap_remove(0);
        let outputs = run(&mut batch, vec![branching(&starter, text)]).swap_remove(0);
        assert_eq!(ids(&outputs[0]), ids(&plain));
        assert_eq!(outputs.len(), 4.min(plain.tokens.len() + 1), "{text}");
        let gap = |at: usize| {
            let token = &outputs[0].tokens[at];
            let other = token.alternatives.iter().find(|(id, _)| *id != token.id).expect("has another");
            (token.log_probability - other.1, other.0)
        };
        let mut last = 0.0;
        for branch in &outputs[1..] {
            let at = ids(branch).iter().zip(&ids(&plain)).take_while(|(a, b)| a == b).count();
            let (distance, other) = gap(at);
            assert_eq!(branch.tokens[at].id, other, "{text}");
            assert!(distance >= last, "{distance} follows {last}");
            last = distance;
            if branch.status != Status::Ended {
                continue;
            }
            let given = Request { forced: Some(ids(branch)), ..starter.request(text) };
            let read = batch.run(vec![given]).expect("runs").swap_remove(0);
            for (decoded, read) in branch.tokens.iter().zip(&read.tokens) {
                assert!(
                    (decoded.log_probability - read.log_probability).abs() < 0.02,
                    "{decoded:?}, {read:?}"
                );
            }
            assert!((branch.score - read.score).abs() < 0.01);
            longer += usize::from(branch.tokens.len() > at + 1);
        }
    }
    assert!(longer > 4, "branches go on after their token: {longer}");
}

/// In the slot of the first output, in free slots, among other requests, after drafts: the same to the bit.
#[test]
fn where_a_branch_is_decoded_does_not_matter() {
    let starter = starter();
    let requests = || -> Vec<Request> {
        let mut all: Vec<_> = [0, 2, 7].iter().map(|&at| branching(&starter, SENTENCES[at])).collect();
        all.insert(2, starter.request(SENTENCES[8]));
        all
    };
    let alone: Vec<_> = requests()
        .into_iter()
        .map(|request| run(&mut starter.batch(1), vec![request]).swap_remove(0))
        .collect();
    for sequences in [2, 8] {
        assert_eq!(run(&mut starter.batch(sequences), requests()), alone, "{sequences} sequences");
    }
    let drafts = BatchOptions { drafts: Drafts::Fixed(3), ..BatchOptions::default() };
    for sequences in [1, 3] {
        let mut batch = Batch::new(starter.batch(sequences).into_joint(), drafts);
        for (request, alone) in requests().into_iter().zip(&alone) {
            assert_eq!(
                &run(&mut batch, vec![request]).swap_remove(0),
                alone,
                "drafts, {sequences} sequences"
            );
        }
    }
}

/// A certain output has none, a cancelled one leaves its slots, and tokens of branches are not reported.
#[test]
fn branches_end_with_their_request() {
    let starter = starter();
    let mut batch = starter.batch(2);
    let certain =
        Request { branching: Some(Branching { certain: -50.0, ..THREE }), ..starter.request(SENTENCES[1]) };
    assert_eq!(run(&mut batch, vec![certain])[0].len(), 1);

    let plain = batch.run(vec![starter.request(SENTENCES[2])]).expect("runs").swap_remove(0);
    let id = batch.add(branching(&starter, SENTENCES[2]));
    let mut reported = 0;
    let mut steps = 0;
    while reported < plain.tokens.len() || steps < plain.tokens.len() + 4 {
        steps += 1;
        for event in batch.step().expect("steps") {
            assert!(matches!(event, Event::Token(..)), "{event:?}");
            reported += 1;
        }
    }
    assert_eq!((reported, batch.is_idle()), (plain.tokens.len(), false), "branches are decoded");
    batch.cancel(id);
    assert!(batch.is_idle());
    assert_eq!(run(&mut batch, vec![branching(&starter, SENTENCES[0]); 2]).len(), 2, "both slots are free");
}

/// Tokens that end a line end an output, but not before another token.
#[test]
fn a_line_end_ends_an_output() {
    let starter = starter();
    let mut batch = starter.batch(1);
    let plain = batch.run(vec![starter.request(SENTENCES[3])]).expect("runs").swap_remove(0);
    let all = ids(&plain);
    assert!(all.len() > 4 && all.last() == Some(&END));
    let mut ends = vec![all[0], all[3]];
    ends.sort_unstable();
    let request = Request { line_ends: ends.into(), ..starter.request(SENTENCES[3]) };
    let cut = batch.run(vec![request]).expect("runs").swap_remove(0);
    assert_eq!((ids(&cut), cut.status), (all[..4].to_vec(), Status::Ended));
}
