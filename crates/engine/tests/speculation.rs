//! Speculative decoding gives the tokens of plain greedy decoding.

mod support {
    pub mod device;
    pub mod starter;
}

use engine::{
    Batch, BatchOptions, Choice, DraftCounts, Drafts, GateSettings, GlossaryTerm, Joint, JointOptions,
    Output, Request,
};
use support::device::device;
use support::starter::{SENTENCES, Starter};

fn drafting(batch: Batch, drafts: Drafts) -> Batch {
    Batch::new(batch.into_joint(), BatchOptions { drafts, ..BatchOptions::default() })
}

// One after the other.
fn decode(batch: &mut Batch, requests: &[Request]) -> Vec<Output> {
    requests.iter().map(|request| batch.run(vec![request.clone()]).expect("runs").remove(0)).collect()
}

fn ids(output: &Output) -> Vec<u32> {
    output.tokens.iter().map(|token| token.id).collect()
}

fn assert_equal(plain: &[Output], drafted: &[Output], what: &str) {
    for (plain, drafted) in plain.iter().zip(drafted) {
        assert_eq!((ids(drafted), drafted.status), (ids(plain), plain.status), "{what}");
        for (plain, drafted) in plain.tokens.iter().zip(&drafted.tokens) {
            assert_eq!(drafted.log_probability.to_bits(), plain.log_probability.to_bits(), "{what}");
            assert_eq!(drafted.alternatives, plain.alternatives, "{what}");
            assert_eq!(drafted.votes, plain.votes, "{what}");
        }
    }
}

fn requests(starter: &Starter) -> Vec<Request> {
    SENTENCES.iter().map(|text| Request { votes: 2, ..starter.request(text) }).collect()
}

#[test]
fn every_number_of_drafts_gives_the_tokens_of_plain_decoding() {
    let sums: [&[[f32; 3]]; 2] = [&[[1.0; 3], [1.0, 0.0, 1.0], [1.0, 0.5, -0.5]], &[[1.0; 3]]];
    for ((half, subgroup), sums) in [(true, true), (false, false)].into_iter().zip(sums) {
        let starter = Starter::on(device(half, subgroup));
        let requests = requests(&starter)[if half { 0..8 } else { 8..12 }].to_vec();
        for &weights in sums {
            let plain = decode(&mut starter.batch_of(weights, 1), &requests);
            let tokens: usize = plain.iter().map(|output| output.tokens.len()).sum();
            let most = if weights == [1.0; 3] && half { 100 } else { 3 };
            for drafts in [1, 3, 100].into_iter().filter(|&drafts| drafts <= most) {
                let mut batch = drafting(starter.batch_of(weights, 1), Drafts::Fixed(drafts));
                let drafted = decode(&mut batch, &requests);
                let what = format!("{weights:?}, {drafts} drafts, half {half}, subgroup {subgroup}");
                assert_equal(&plain, &drafted, &what);
                let DraftCounts { rounds, drafted, accepted } = batch.draft_counts();
                assert_eq!(drafted, rounds * u64::from(drafts.min(7)), "{what}");
                assert!(
                    accepted > drafted / 10 && (rounds as usize) < tokens,
                    "{what}: {accepted} of {drafted}"
                );
            }
        }
    }
}

#[test]
fn the_fastest_number_gives_the_tokens_of_plain_decoding() {
    let starter = Starter::on(device(true, true));
    let requests = requests(&starter);
    let plain = decode(&mut starter.batch(1), &requests);
    let mut fastest = drafting(starter.batch(1), Drafts::Fastest);
    assert_equal(&plain, &decode(&mut fastest, &requests), "fastest");
    assert!(fastest.draft_counts().rounds > 0, "it tries them");
}

#[test]
fn a_gate_opens_at_the_same_tokens() {
    let starter = Starter::on(device(true, true));
    let gate = Some((GateSettings { certain: 0.8, share: 0.05 }, 0));
    let options = JointOptions { sequences: 1, context: 256 };
    let joint = Joint::gated(&starter.device, &starter.terms([1.0; 3]), &options, gate).expect("fits");
    let mut batch = Batch::new(joint, BatchOptions::default());
    let requests = requests(&starter)[..6].to_vec();
    let plain = decode(&mut batch, &requests);
    let mut batch = drafting(batch, Drafts::Fixed(3));
    assert_equal(&plain, &decode(&mut batch, &requests), "gated");
    assert!(batch.draft_counts().accepted > 0);
}

#[test]
fn drafts_end_with_the_context() {
    let starter = Starter::on(device(true, true));
    for text in SENTENCES {
        let request =
            Request { end_tokens: Vec::new(), limit: 200, source: vec![0; 64], ..starter.request(text) };
        let context = request.prompts[0].len() as u32 + 9;
        let request = [request];
        let options = JointOptions { sequences: 1, context };
        let joint = Joint::new(&starter.device, &starter.terms([1.0; 3]), &options).expect("fits");
        let mut batch = Batch::new(joint, BatchOptions::default());
        let plain = decode(&mut batch, &request);
        let drafted = decode(&mut drafting(batch, Drafts::Fixed(3)), &request);
        assert_equal(&plain, &drafted, text);
    }
}

#[test]
fn what_cannot_be_drafted_is_decoded_plainly() {
    let starter = Starter::on(device(true, true));
    let plain = starter.request(SENTENCES[5]);
    let sampled =
        Request { choice: Choice { temperature: 0.8, top_p: 0.9, top_k: 8, seed: 7 }, ..plain.clone() };
    let alone = Request { weights: vec![1.0, 0.0, 0.0], ..plain.clone() };
    let term = GlossaryTerm { forms: vec![vec![300]], bonus: 0.01 };
    let with_term = Request { glossary: vec![term], limit: 3, ..plain.clone() };
    let drafted_and_plain = |requests: Vec<Request>| {
        let mut batch = drafting(starter.batch(2), Drafts::Fixed(3));
        batch.run(requests).expect("runs");
        batch.draft_counts().rounds
    };
    assert_eq!(drafted_and_plain(vec![sampled]), 0, "sampling");
    assert_eq!(drafted_and_plain(vec![alone]), 0, "one model");
    assert_eq!(drafted_and_plain(vec![with_term]), 0, "a term that is missing");
    let two = vec![Request { limit: 5, ..plain.clone() }, Request { limit: 5, ..plain.clone() }];
    assert_eq!(drafted_and_plain(two), 0, "two sequences");
    assert!(drafted_and_plain(vec![plain]) > 0);
}
