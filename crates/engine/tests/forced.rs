//! Requests with weights of their own, and log-probabilities of outputs that are given.

mod support {
    pub mod device;
    pub mod starter;
}

use engine::{Error, Event, Output, Probe, Request, Status};
use support::device::device;
use support::starter::{END, SENTENCES, Starter};

fn starter() -> Starter {
    Starter::on(device(true, true))
}

fn ids(output: &Output) -> Vec<u32> {
    output.tokens.iter().map(|token| token.id).collect()
}

fn log_probabilities(output: &Output) -> Vec<f32> {
    output.tokens.iter().map(|token| token.log_probability).collect()
}

const SUMS: [[f32; 3]; 6] =
    [[1.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.5], [1.0, 1.0, -1.0]];

/// Six sums in one batch: each gives what a batch of that sum gives, to the bit, with the votes of its models.
#[test]
fn each_request_follows_its_own_sum() {
    let starter = starter();
    let text = SENTENCES[3];
    let with = |weights: [f32; 3]| Request { weights: weights.to_vec(), votes: 2, ..starter.request(text) };
    let together = starter.batch(6).run(SUMS.map(with).to_vec()).expect("runs");
    for (weights, output) in SUMS.iter().zip(&together) {
        let request = Request { votes: 2, ..starter.request(text) };
        let own = starter.batch_of(*weights, 1).run(vec![request]).expect("runs");
        assert_eq!(output, &own[0], "{weights:?}");
        for vote in output.tokens.iter().flat_map(|token| token.votes.iter().zip(weights)) {
            assert_eq!(vote.0.is_empty(), *vote.1 == 0.0);
        }
    }
    let different: std::collections::BTreeSet<_> = together.iter().map(ids).collect();
    assert!(different.len() > 2, "the sums of this test must not all agree");
}

/// Sentences of six sums enter and leave five slots, so that each model's columns are others all the time.
#[test]
fn the_columns_of_a_model_change_while_others_run() {
    let starter = starter();
    let all: Vec<_> = SENTENCES.iter().zip(SUMS.iter().cycle()).collect();
    let with =
        |(text, weights): (&str, &[f32; 3])| Request { weights: weights.to_vec(), ..starter.request(text) };
    let requests = all.iter().map(|(text, weights)| with((text, weights))).collect();
    for ((text, weights), output) in all.iter().zip(starter.batch(5).run(requests).expect("runs")) {
        let own = starter.batch_of(**weights, 1).run(vec![starter.request(text)]).expect("runs");
        assert_eq!(output, own[0], "{weights:?} {text}");
    }
}

/// A model with weight 0 computes nothing: neither the prompt nor steps.
#[test]
fn a_model_without_weight_is_not_run() {
    let starter = starter();
    let mut batch = starter.batch(1);
    let mut cost = |weights: [f32; 3]| {
        let plain = Request { limit: 6, end_tokens: Vec::new(), ..starter.request(SENTENCES[3]) };
        let before = starter.device.counters().dispatches;
        batch.run(vec![Request { weights: weights.to_vec(), ..plain }]).expect("runs");
        starter.device.counters().dispatches - before
    };
    let [all, without, pair, large] =
        [[1.0; 3], [1.0, 1.0, 0.0], [1.0, 0.0, 1.0], [1.0, 0.0, 0.0]].map(&mut cost);
    assert_eq!((all - without, all - pair), (pair - large, without - large));
    // An embedding, seven dispatches a layer and the head, a step; the prompt's pass has norms of their own.
    let (steps, layers) = (6, starter.llamas[2].architecture().layers as u64);
    assert!(all - without >= steps * (2 + 7 * layers), "{all} {without}");
}

/// What was decoded, given: the same log-probabilities, for every sum.
#[test]
fn a_decoded_output_given_has_the_same_log_probabilities() {
    let starter = starter();
    let mut batch = starter.batch(4);
    let mut requests = Vec::new();
    for (text, weights) in SENTENCES.iter().zip(SUMS.iter().cycle()) {
        requests.push(Request { weights: weights.to_vec(), ..starter.request(text) });
    }
    let decoded = batch.run(requests.clone()).expect("runs");
    let given =
        |(request, output): (&Request, &Output)| Request { forced: Some(ids(output)), ..request.clone() };
    let read = batch.run(requests.iter().zip(&decoded).map(given).collect()).expect("runs");
    for (read, decoded) in read.iter().zip(&decoded) {
        assert_eq!((ids(read), read.status), (ids(decoded), Status::Ended));
        for (read, decoded) in log_probabilities(read).iter().zip(log_probabilities(decoded)) {
            assert!((read - decoded).abs() < 2e-2, "{read} {decoded}");
        }
        let mean = log_probabilities(read).iter().sum::<f32>() / read.tokens.len() as f32;
        assert!((read.score - mean).abs() < 1e-5);
    }
}

/// An output that no sum would choose and that is longer than one pass, against the models' own logits, added and normalized here in f64.
#[test]
fn an_unlikely_output_has_the_log_probabilities_of_the_logits() {
    let starter = starter();
    let prompt = starter.prompt(SENTENCES[2]);
    let output: Vec<u32> = (0..40).map(|i| (7 + 131 * i) % 5000).chain([55, 55, END]).collect();
    for weights in SUMS {
        let request = Request {
            weights: weights.to_vec(),
            forced: Some(output.clone()),
            ..starter.request(SENTENCES[2])
        };
        let read = starter.batch(2).run(vec![request]).expect("runs");
        let mut probe = Probe::new(&starter.device, &starter.terms(weights), 64).expect("fits");
        let mut row = probe.start(&prompt).expect("starts").0;
        for (token, read) in output.iter().zip(log_probabilities(&read[0])) {
            let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let total: f64 = row.iter().map(|logit| f64::from(logit - most).exp()).sum();
            let expected = f64::from(row[*token as usize] - most) - total.ln();
            assert!((f64::from(read) - expected).abs() < 3e-2, "{weights:?} {token}: {read} {expected}");
            row = probe.feed(*token).expect("feeds").0;
        }
    }
}

/// Given outputs of two directions come between sequences that decode: nothing changes for those, whatever prefix is kept.
#[test]
fn given_outputs_do_not_change_what_decodes_beside_them() {
    let starter = starter();
    let prefixed = |direction: [u32; 10], text: &str| {
        let prompt = [&direction[..], &starter.tokenizer.encode(text).expect("encodes"), &[4]].concat();
        let shared = vec![direction.len(); 3];
        Request { prompts: vec![prompt; 3], shared, ..starter.request(text) }
    };
    let (forward, reverse) = ([0, 3, 9, 9, 9, 9, 9, 9, 9, 9], [0, 4, 8, 8, 8, 8, 8, 8, 8, 8]);
    let decoding: Vec<_> = SENTENCES[..6].iter().map(|text| prefixed(forward, text)).collect();
    let giving: Vec<_> = SENTENCES[6..12]
        .iter()
        .map(|text| Request { forced: Some(vec![5, 6, 7, END]), ..prefixed(reverse, text) })
        .collect();
    let alone = starter.batch(3).run(decoding.clone()).expect("runs");
    let read_alone = starter.batch(1).run(giving.clone()).expect("runs");
    let mut batch = starter.batch(3);
    let mut order = Vec::new();
    for (decode, give) in decoding.iter().zip(&giving) {
        order.push(batch.add(decode.clone()));
        order.push(batch.add(give.clone()));
    }
    let mut found = vec![None; order.len()];
    while !batch.is_idle() {
        for event in batch.step().expect("steps") {
            match event {
                Event::Finished(id, mut outputs) => {
                    let at = order.iter().position(|one| *one == id).expect("one of ours");
                    assert!(found[at].replace(outputs.remove(0)).is_none(), "finishes once");
                }
                Event::Token(id, _) => {
                    let at = order.iter().position(|one| *one == id).expect("one of ours");
                    assert!(at % 2 == 0, "what is given is not streamed");
                }
                Event::Refused(_, error) => panic!("refused: {error}"),
            }
        }
    }
    let found: Vec<Output> = found.into_iter().map(|output| output.expect("finished")).collect();
    for (index, (alone, read)) in alone.iter().zip(&read_alone).enumerate() {
        assert_eq!(ids(&found[2 * index]), ids(alone));
        for (together, read) in log_probabilities(&found[2 * index + 1]).iter().zip(log_probabilities(read)) {
            assert!((together - read).abs() < 1e-3, "{together} {read}");
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let starter = starter();
    let mut batch = starter.batch(2);
    let request = || starter.request(SENTENCES[0]);
    let refused = |error: Result<Vec<Output>, Error>| error.expect_err("is refused");
    let two = Request { weights: vec![1.0, 1.0], ..request() };
    assert!(matches!(refused(batch.run(vec![two])), Error::Weights { weights: 2, models: 3 }));
    let unknown = Request { forced: Some(vec![5, u32::MAX]), ..request() };
    assert!(matches!(refused(batch.run(vec![unknown])), Error::UnknownToken { token: u32::MAX, .. }));
    let long = Request { forced: Some(vec![5; 256]), ..request() };
    assert!(matches!(refused(batch.run(vec![long])), Error::TooLong { context: 256, .. }));
    let room = 256 - starter.prompt(SENTENCES[0]).len();
    let fits = Request { forced: Some(vec![5; room]), ..request() };
    let empty = Request { forced: Some(Vec::new()), ..request() };
    let read = batch.run(vec![fits, empty]).expect("runs");
    assert_eq!((read[0].tokens.len(), read[1].tokens.len(), read[1].score), (room, 0, 0.0));
    assert!(log_probabilities(&read[0]).iter().all(|value| value.is_finite()));
}
