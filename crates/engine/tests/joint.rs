//! Joint decoding of three models: their sum, its variants, and independence of the batch.

mod support {
    pub mod device;
    pub mod starter;
}

use engine::{
    Batch, BatchOptions, Event, GateSettings, Joint, JointOptions, Output, PRESETS, Probe, Recipe, Request,
    Status,
};
use support::device::device;
use support::starter::{END, SENTENCES, Starter};

fn starter() -> Starter {
    Starter::on(device(true, true))
}

fn ids(output: &Output) -> Vec<u32> {
    output.tokens.iter().map(|token| token.id).collect()
}

fn bits(output: &Output) -> Vec<(u32, u32)> {
    output.tokens.iter().map(|token| (token.id, token.log_probability.to_bits())).collect()
}

fn alone(starter: &Starter, requests: &[Request]) -> Vec<Output> {
    let mut batch = starter.batch(1);
    requests.iter().flat_map(|request| batch.run(vec![request.clone()]).expect("runs")).collect()
}

fn argmax(row: &[f32]) -> u32 {
    (0..row.len()).rev().max_by(|&a, &b| row[a].total_cmp(&row[b])).expect("a vocabulary") as u32
}

/// Σ weight · row, in f64.
fn sum_of(rows: &[Vec<f32>], weights: &[f32]) -> Vec<f32> {
    let one = |v: usize| -> f64 {
        rows.iter().zip(weights).map(|(row, weight)| f64::from(row[v]) * f64::from(*weight)).sum()
    };
    (0..rows[0].len()).map(|v| one(v) as f32).collect()
}

#[test]
fn fifty_runs_are_the_same_to_the_bit() {
    let starter = starter();
    let mut batch = starter.batch(2);
    let requests = || [SENTENCES[0], SENTENCES[4]].map(|text| starter.request(text)).to_vec();
    let first = batch.run(requests()).expect("runs");
    assert!(first.iter().all(|output| output.status == Status::Ended && output.tokens.len() > 2));
    for run in 1..50 {
        let again = batch.run(requests()).expect("runs");
        for (place, (first, again)) in first.iter().zip(&again).enumerate() {
            assert_eq!(bits(first), bits(again), "run {run}, sentence {place}");
        }
    }
}

/// Alone, eight at once, and sixteen that wait for four slots: each sentence gives the same tokens.
#[test]
fn a_batch_gives_what_each_gives_alone() {
    let starter = starter();
    let requests: Vec<_> = SENTENCES.iter().map(|text| starter.request(text)).collect();
    let expected: Vec<_> = alone(&starter, &requests).iter().map(ids).collect();
    assert_eq!(expected.len(), SENTENCES.len());
    let eight = starter.batch(8).run(requests[..8].to_vec()).expect("runs");
    assert_eq!(eight.iter().map(ids).collect::<Vec<_>>(), expected[..8]);
    let waiting = starter.batch(4).run(requests.clone()).expect("runs");
    assert_eq!(waiting.iter().map(ids).collect::<Vec<_>>(), expected);
    // More columns than `matvec` takes go through `matmul`, which adds in another order.
    for (wide, expected) in starter.batch(16).run(requests).expect("runs").iter().zip(&expected) {
        assert_same_where_sure(wide, expected);
    }
}

/// Equal tokens up to the first one whose margin over the second is at most 0.05.
fn assert_same_where_sure(output: &Output, expected: &[u32]) {
    for (step, token) in output.tokens.iter().enumerate() {
        let margin = token.alternatives[0].1 - token.alternatives[1].1;
        if expected.get(step) != Some(&token.id) {
            assert!(margin <= 0.05, "step {step}: {} for {:?}, margin {margin}", token.id, expected);
            return;
        }
    }
    assert_eq!(output.tokens.len(), expected.len());
}

#[test]
fn sequences_enter_and_leave_while_others_run() {
    let starter = starter();
    let requests: Vec<_> = SENTENCES[3..9].iter().map(|text| starter.request(text)).collect();
    let expected: Vec<_> = alone(&starter, &requests).iter().map(ids).collect();
    let mut batch = starter.batch(3);
    let mut running = Vec::new();
    let mut streamed: Vec<Vec<u32>> = vec![Vec::new(); requests.len()];
    let mut finished = vec![false; requests.len()];
    let cancelled = 1;
    for step in 0..1000 {
        // Adds one every other step, so that some join while others are running.
        if step % 2 == 0 && running.len() < requests.len() {
            running.push(batch.add(requests[running.len()].clone()));
        }
        if step == 7 {
            batch.cancel(running[cancelled]);
            finished[cancelled] = true;
        }
        for event in batch.step().expect("steps") {
            let (Event::Token(id, _) | Event::Finished(id, _) | Event::Refused(id, _)) = &event;
            let place = running.iter().position(|running| running == id).expect("one of ours");
            assert!(!finished[place], "nothing comes after the end or a cancellation");
            match event {
                Event::Token(_, token) => streamed[place].push(token.id),
                Event::Finished(_, outputs) => {
                    assert_eq!(ids(&outputs[0]), streamed[place]);
                    finished[place] = true;
                }
                Event::Refused(_, error) => panic!("refused: {error}"),
            }
        }
        if running.len() == requests.len() && batch.is_idle() {
            break;
        }
    }
    assert!(finished.iter().all(|finished| *finished) && batch.is_empty());
    for place in (0..requests.len()).filter(|place| *place != cancelled) {
        assert_eq!(streamed[place], expected[place], "{}", SENTENCES[3 + place]);
    }
    assert!(expected[cancelled].starts_with(&streamed[cancelled]) && streamed[cancelled].len() < 8);
}

#[test]
fn urgent_requests_go_before_waiting_ones() {
    let starter = starter();
    let mut batch = starter.batch(1);
    let order: Vec<_> = [false, false, true, true]
        .iter()
        .zip(SENTENCES)
        .map(|(&urgent, text)| batch.add(Request { urgent, limit: 3, ..starter.request(text) }))
        .collect();
    let mut ended = Vec::new();
    while !batch.is_idle() {
        ended.extend(batch.step().expect("steps").into_iter().filter_map(|event| match event {
            Event::Finished(id, _) => Some(id),
            _ => None,
        }));
    }
    assert_eq!(ended, [order[2], order[3], order[0], order[1]]);
}

/// Compares every preset and a sum with other factors with the models' own logits, added here.
#[test]
fn a_sum_is_the_sum_of_its_models() {
    let starter = starter();
    let prompt = starter.prompt(SENTENCES[3]);
    let mut probes: Vec<_> = starter
        .llamas
        .iter()
        .map(|llama| Probe::new(&starter.device, &[(llama.clone(), 1.0)], 64).expect("fits"))
        .collect();
    let rows: Vec<_> = probes.iter_mut().map(|probe| probe.start(&prompt).expect("runs").0).collect();
    let recipes = PRESETS.iter().map(|(name, _)| *name).chain(["0.25*L - 1.5*src + 3*tgt"]);
    for recipe in recipes {
        let recipe = Recipe::parse(recipe).expect("parses");
        // The two specialists stand for the paper's other models.
        let model = |name: &str| match name {
            "L" => 0,
            "src" | "mt" => 1,
            _ => 2,
        };
        let places: Vec<_> = recipe.terms.iter().map(|term| model(&term.model)).collect();
        let weights: Vec<_> = recipe.terms.iter().map(|term| term.weight).collect();
        let terms: Vec<_> =
            places.iter().zip(&weights).map(|(&place, &w)| (starter.llamas[place].clone(), w)).collect();
        let chosen: Vec<_> = places.iter().map(|&place| rows[place].clone()).collect();
        let expected = sum_of(&chosen, &weights);
        let (got, picked) =
            Probe::new(&starter.device, &terms, 64).expect("fits").start(&prompt).expect("runs");
        let worst = got.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        // f32 sums of numbers up to about 30.
        assert!(worst < 1e-5 * 30.0, "{recipe}: off by {worst}");
        assert_eq!(picked.token, argmax(&expected), "{recipe}");
    }
}

/// At each step the weights are those of the sum or fall to L alone, as the reference says of the models' own logits.
#[test]
fn a_gate_sets_the_weights_of_each_step() {
    let starter = starter();
    let requests: Vec<_> = SENTENCES[..5].iter().map(|text| starter.request(text)).collect();
    let gated = |certain, share| {
        let options = JointOptions { sequences: 3, context: 256 };
        let gate = Some((GateSettings { certain, share }, 0));
        let joint = Joint::gated(&starter.device, &starter.terms([1.0; 3]), &options, gate).expect("fits");
        Batch::new(joint, BatchOptions::default())
    };
    let run = |mut batch: Batch| batch.run(requests.clone()).expect("runs");
    let (sum, large) = (run(starter.batch(3)), run(starter.batch_of([1.0, 0.0, 0.0], 3)));
    assert_eq!(run(gated(2.0, 0.0)), sum, "never");
    assert_eq!(
        run(gated(0.0, 0.0)).iter().map(ids).collect::<Vec<_>>(),
        large.iter().map(ids).collect::<Vec<_>>()
    );
    let settings = GateSettings { certain: 0.8, share: 0.05 };
    let mut batch = gated(settings.certain, settings.share);
    let outputs = batch.run(requests.clone()).expect("runs");
    let mut steps = [0, 0];
    for (request, output) in requests.iter().zip(&outputs) {
        let mut alone: Vec<Probe> = (0..3)
            .map(|model| {
                Probe::new(&starter.device, &starter.terms([1.0; 3])[model..=model], 256).expect("fits")
            })
            .collect();
        let mut rows: Vec<Vec<f32>> =
            alone.iter_mut().map(|probe| probe.start(&request.prompts[0]).expect("starts").0).collect();
        for token in &output.tokens {
            let wide: Vec<Vec<f64>> =
                rows.iter().map(|row| row.iter().map(|logit| f64::from(*logit)).collect()).collect();
            let (falls, margin) = kernels::gate::gate(&[1.0; 3], &wide, (settings, 0));
            let weights = if falls { [3.0, 0.0, 0.0] } else { [1.0; 3] };
            if margin > 0.05 {
                let expected = sum_of(&rows, &weights);
                let best = argmax(&expected);
                let close = expected[best as usize] - expected[token.id as usize] < 0.1;
                assert!(close, "{} for {best} where L alone is {falls}", token.id);
                steps[usize::from(falls)] += 1;
            }
            rows = alone.iter_mut().map(|probe| probe.feed(token.id).expect("feeds").0).collect();
        }
    }
    assert!(steps.iter().all(|count| *count > 2), "both must occur: {steps:?}");
    // What was decoded, given: the gate sets the weights there too.
    let given =
        |(request, output): (&Request, &Output)| Request { forced: Some(ids(output)), ..request.clone() };
    let read = batch.run(requests.iter().zip(&outputs).map(given).collect()).expect("runs");
    for (read, decoded) in read.iter().zip(&outputs) {
        for (read, decoded) in read.tokens.iter().zip(&decoded.tokens) {
            assert!((read.log_probability - decoded.log_probability).abs() < 3e-2, "{read:?} {decoded:?}");
        }
    }
}

/// Prompts of different lengths with different last tokens, compared with each model alone; and each model's votes.
#[test]
fn every_model_has_its_own_prompt_and_its_own_vote() {
    let starter = starter();
    let mut request = starter.request(SENTENCES[6]);
    request.prompts = vec![
        starter.prompt(SENTENCES[6]),
        [vec![0, 0, 0], starter.prompt(SENTENCES[6])].concat(),
        vec![0, 3, 502, 2460, 317, 4, 275],
    ];
    request.votes = 3;
    request.limit = 12;
    request.end_tokens = Vec::new();
    let mut probes: Vec<_> = starter
        .llamas
        .iter()
        .map(|llama| Probe::new(&starter.device, &[(llama.clone(), 1.0)], 128).expect("fits"))
        .collect();
    let outputs = starter.batch(4).run(vec![starter.request(SENTENCES[0]), request.clone()]).expect("runs");
    let mut rows: Vec<Vec<f32>> = Vec::new();
    for (step, token) in outputs[1].tokens.iter().enumerate() {
        rows = probes
            .iter_mut()
            .zip(&request.prompts)
            .map(|(probe, prompt)| match step {
                0 => probe.start(prompt).expect("runs").0,
                _ => probe.feed(outputs[1].tokens[step - 1].id).expect("runs").0,
            })
            .collect();
        assert_eq!(token.id, argmax(&sum_of(&rows, &[1.0; 3])), "step {step}");
        assert_eq!(token.votes.len(), 3);
        for (row, votes) in rows.iter().zip(&token.votes) {
            let normalizer = row.iter().map(|x| f64::from(*x).exp()).sum::<f64>().ln();
            let mut order: Vec<u32> = (0..row.len() as u32).collect();
            order.sort_by(|&a, &b| row[b as usize].total_cmp(&row[a as usize]));
            assert_eq!(votes.len(), 3);
            for (vote, best) in votes.iter().zip(order) {
                let expected = (f64::from(row[best as usize]) - normalizer) as f32;
                assert!(
                    vote.0 == best && (vote.1 - expected).abs() < 1e-3,
                    "step {step}: {vote:?} for {best}, {expected}"
                );
            }
        }
    }
    assert_eq!((rows.len(), outputs[1].tokens.len()), (3, 12));
    assert!(outputs[0].tokens.iter().all(|token| token.votes.is_empty()), "who did not ask gets none");
}

/// A prefix computed once and copied gives the same bits as computing it again, also when two prefixes alternate.
#[test]
fn a_shared_prefix_changes_nothing() {
    let starter = starter();
    let mut batch = starter.batch(2);
    let requests = |shares: bool| -> Vec<Request> {
        let prefixes = [starter.prompt(SENTENCES[9]), starter.prompt(SENTENCES[13])];
        let made = SENTENCES[..6].iter().zip([0, 0, 1, 0, 1, 1]).map(|(text, which)| {
            let prefix = &prefixes[which];
            assert!(prefix.len() >= 8);
            let mut request = starter.request(text);
            request.prompts.iter_mut().for_each(|prompt| *prompt = [prefix.clone(), prompt.clone()].concat());
            request.shared = vec![if shares { prefix.len() } else { 0 }; 3];
            request
        });
        made.collect()
    };
    let expected: Vec<_> = batch.run(requests(false)).expect("runs").iter().map(bits).collect();
    let got: Vec<_> = batch.run(requests(true)).expect("runs").iter().map(bits).collect();
    assert_eq!(got, expected);
    // Even if the whole prompt is shared, decoding feeds its last token first.
    let whole = requests(true).into_iter().map(|request| Request { shared: vec![usize::MAX; 3], ..request });
    let got: Vec<_> = batch.run(whole.collect()).expect("runs").iter().map(bits).collect();
    assert_eq!(got, expected);
}

#[test]
fn all_four_variants_choose_the_same_tokens() {
    let mut expected: Vec<Vec<u32>> = Vec::new();
    for (half, subgroup) in [(false, false), (false, true), (true, false), (true, true)] {
        let starter = Starter::on(device(half, subgroup));
        let requests = SENTENCES[..4].iter().map(|text| starter.request(text)).collect();
        let outputs = starter.batch(2).run(requests).expect("runs");
        if expected.is_empty() {
            expected = outputs.iter().map(ids).collect();
        }
        outputs.iter().zip(&expected).for_each(|(output, expected)| assert_same_where_sure(output, expected));
    }
}

fn run_one(batch: &mut Batch, request: Request) -> Output {
    batch.run(vec![request]).expect("runs").swap_remove(0)
}

#[test]
fn a_sequence_stops_at_its_end_its_limit_or_its_repetition() {
    let starter = starter();
    let mut batch = starter.batch(2);
    let whole = run_one(&mut batch, starter.request(SENTENCES[3]));
    assert_eq!((whole.status, ids(&whole).last()), (Status::Ended, Some(&END)));
    let cut = run_one(&mut batch, Request { limit: 3, ..starter.request(SENTENCES[3]) });
    assert_eq!((cut.status, ids(&cut)), (Status::Limit, ids(&whole)[..3].to_vec()));
    let mean =
        whole.tokens.iter().map(|token| token.log_probability).sum::<f32>() / whole.tokens.len() as f32;
    assert!((whole.score - mean).abs() < 1e-6);

    // Without end tokens a small model repeats itself.
    let endless = Request { limit: 200, end_tokens: Vec::new(), ..starter.request(SENTENCES[4]) };
    let repeated = run_one(&mut batch, endless.clone());
    assert_eq!(repeated.status, Status::Repeated);
    assert!(!repeated.tokens.is_empty() && engine::repeated_tail(&ids(&repeated)).is_none());
    // If the source repeats itself, the output may, too.
    let source = [vec![7], vec![8; 12], vec![9]].concat();
    let allowed = run_one(&mut batch, Request { source, ..endless });
    assert_eq!((allowed.status, allowed.tokens.len()), (Status::Limit, 200));
    assert!(ids(&allowed).starts_with(&ids(&repeated)));
}

/// A pass in many submissions gives the same tokens to the bit; a limit above its dispatches leaves one submission.
#[test]
fn the_length_of_submissions_changes_nothing() {
    let starter = starter();
    let device = starter.device.clone();
    let mut batch = starter.batch(2);
    let mut decode = |limit| {
        device.set_submission_limit(limit);
        let before = device.counters();
        let outputs = batch.run(vec![starter.request(SENTENCES[5])]).expect("runs");
        let after = device.counters();
        let submissions = after.submissions - before.submissions;
        (bits(&outputs[0]), submissions, after.dispatches - before.dispatches)
    };
    // The first run may compute a prefix.
    decode(1);
    let (each, one_by_one, dispatches) = decode(1);
    let (few, by_ten, _) = decode(10);
    let (whole, together, _) = decode(100_000);
    assert_eq!((&each, &few), (&whole, &whole));
    assert!(one_by_one >= dispatches && by_ten < one_by_one / 5, "{one_by_one} {by_ten} of {dispatches}");
    assert!(together < by_ten / 3, "{together} {by_ten}");
}
