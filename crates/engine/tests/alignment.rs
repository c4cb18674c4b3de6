//! Attention of an output to its source, read after decoding: the mean of the alignment heads, however the output was
//! decoded.

mod support {
    pub mod device;
    pub mod starter;
}

use std::sync::Arc;

use engine::{BeamOptions, Error, Event, Llama, Output, Probe, Request, map_file};
use model_files::Model;
use support::device::device;
use support::starter::{SENTENCES, Starter};

const HEADS: [[usize; 2]; 3] = [[3, 1], [1, 0], [3, 2]];

/// The starter models, of which L and S_tgt have alignment heads.
fn starter() -> Starter {
    let mut starter = Starter::on(device(true, true));
    for (model, heads) in [(0, &HEADS[..]), (1, &[]), (2, &HEADS[1..2])] {
        Arc::get_mut(&mut starter.llamas[model]).expect("nobody else has it").set_alignment_heads(heads);
    }
    starter
}

/// Requests attention to the source tokens, between the language tags, from all three models.
fn aligned(starter: &Starter, text: &str) -> Request {
    let request = starter.request(text);
    let range = 2..request.prompts[0].len() - 1;
    Request { align: vec![range; 3], ..request }
}

fn ids(output: &Output) -> Vec<u32> {
    output.tokens.iter().map(|token| token.id).collect()
}

fn assert_near(got: &[Vec<f32>], expected: &[Vec<f32>], what: &str) {
    assert_eq!(got.len(), expected.len(), "{what}");
    for (token, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert_eq!(got.len(), expected.len(), "{what}, token {token}");
        for (a, b) in got.iter().zip(expected) {
            assert!((a - b).abs() < 1e-4, "{what}, token {token}: {got:?} for {expected:?}");
        }
    }
}

/// The mean of the heads' rows as a probe of each model reads them.
fn probed(starter: &Starter, request: &Request, output: &[u32]) -> Vec<Vec<f32>> {
    let range = request.align[0].clone();
    let mut sums = vec![vec![0.0; range.len()]; output.len()];
    for llama in [&starter.llamas[0], &starter.llamas[2]] {
        let mut probe = Probe::new(&starter.device, &[(llama.clone(), 1.0)], 128).expect("fits");
        let read = probe.attention(&request.prompts[0], output, &range).expect("reads").swap_remove(0);
        assert_eq!((read.tokens(), read.heads()), (output.len(), llama.alignment_heads().len()));
        for (token, sum) in sums.iter_mut().enumerate() {
            for head in 0..read.heads() {
                sum.iter_mut().zip(read.row(token, head)).for_each(|(sum, share)| *sum += share / 4.0);
            }
        }
    }
    sums
}

#[test]
fn an_output_has_the_mean_attention_of_the_alignment_heads() {
    let starter = starter();
    let mut batch = starter.batch(4);
    let plain = batch.run(SENTENCES[..6].iter().map(|text| starter.request(text)).collect()).expect("runs");
    let requests: Vec<_> = SENTENCES[..6].iter().map(|text| aligned(&starter, text)).collect();
    let outputs = batch.run(requests.clone()).expect("runs");
    for (place, (output, request)) in outputs.iter().zip(&requests).enumerate() {
        assert_eq!(ids(output), ids(&plain[place]), "asking changes nothing");
        assert!(plain[place].attention.is_empty());
        assert_near(&output.attention, &probed(&starter, request, &ids(output)), SENTENCES[place]);
        for row in &output.attention {
            let total: f32 = row.iter().sum();
            assert!(row.iter().all(|share| *share >= 0.0) && total > 0.0 && total < 1.0 + 1e-5, "{row:?}");
        }
    }
}

/// Beside requests without alignment, after a shared prefix, from beam search, ended by the caller, and given.
#[test]
fn attention_does_not_depend_on_how_the_output_was_decoded() {
    let starter = starter();
    let mut batch = starter.batch(3);
    let request = aligned(&starter, SENTENCES[3]);
    let alone = batch.run(vec![request.clone()]).expect("runs").swap_remove(0);

    let others = SENTENCES[..2].iter().map(|text| starter.request(text));
    let beside = batch.run(others.chain([request.clone()]).collect()).expect("runs");
    assert!(beside[0].attention.is_empty() && beside[1].attention.is_empty());
    assert_near(&beside[2].attention, &alone.attention, "beside others");

    let prefix = starter.prompt(SENTENCES[9]);
    let mut shared = request.clone();
    shared.prompts.iter_mut().for_each(|prompt| *prompt = [prefix.clone(), prompt.clone()].concat());
    shared.align.iter_mut().for_each(|range| *range = range.start + prefix.len()..range.end + prefix.len());
    let recomputed = batch.run(vec![shared.clone()]).expect("runs").swap_remove(0);
    let copied = batch.run(vec![Request { shared: vec![prefix.len(); 3], ..shared }]).expect("runs");
    assert_near(&copied[0].attention, &recomputed.attention, "after a shared prefix");

    let given = batch.attention(&request, &ids(&alone)).expect("reads");
    assert_near(&given, &alone.attention, "given");

    let beam = Some(BeamOptions { beams: 3, length_penalty: 1.0, n_best: 2 });
    let id = batch.add(Request { beam, ..request.clone() });
    let mut found = Vec::new();
    while !batch.is_idle() {
        for event in batch.step().expect("steps") {
            if let Event::Finished(finished, outputs) = event {
                assert_eq!(finished, id);
                found = outputs;
            }
        }
    }
    let expected = batch.attention(&request, &ids(&found[0])).expect("reads");
    assert_near(&found[0].attention, &expected, "from beam search");
    assert!(found[1].attention.is_empty());

    let id = batch.add(request.clone());
    let mut events = 0;
    while events < 4 {
        events += batch.step().expect("steps").len();
    }
    let ended = batch.end(id).expect("reads").expect("was running");
    assert_eq!(ids(&ended), ids(&alone)[..4]);
    assert_near(&ended.attention, &alone.attention[..4], "ended from outside");
    assert!(batch.end(id).expect("nothing to read").is_none() && batch.is_idle());
}

/// Costs nothing unless requested; otherwise one pass per output and model with heads, and one read of all numbers.
#[test]
fn the_cost_is_one_pass_if_requested() {
    let starter = starter();
    let mut batch = starter.batch(1);
    let plain = Request { limit: 4, end_tokens: Vec::new(), ..starter.request(SENTENCES[3]) };
    let asked = Request { align: aligned(&starter, SENTENCES[3]).align, ..plain.clone() };
    let mut cost = |request: &Request| {
        let before = starter.device.counters();
        batch.run(vec![request.clone()]).expect("runs");
        let after = starter.device.counters();
        (after.dispatches - before.dispatches, after.bytes_read_back - before.bytes_read_back)
    };
    // The first of each creates the buffers and pipelines.
    let (first, _) = (cost(&plain), cost(&asked));
    let (again, with) = (cost(&plain), cost(&asked));
    assert_eq!(first, again);
    // Four tokens; four heads in all.
    let source = asked.align[0].len() as u64;
    assert_eq!(with.1 - again.1, 4 * 4 * source * 4);
    // Up to layer 3 of L and layer 1 of S_tgt: an embedding, nine dispatches a layer, a row per head.
    assert_eq!(with.0 - again.0, (1 + 4 * 9 + 3) + (1 + 2 * 9 + 1));
    let nobody = Request { align: vec![0..0; 3], ..plain };
    assert_eq!(cost(&nobody), again);
}

#[test]
fn an_invalid_source_range_is_refused() {
    let starter = starter();
    let mut batch = starter.batch(1);
    let good = aligned(&starter, SENTENCES[0]);
    let length = good.prompts[0].len();
    for align in [vec![1..2; 2], vec![1..2, 1..3, 1..2], vec![1..length + 1, 0..0, 0..0]] {
        let error = batch.run(vec![Request { align: align.clone(), ..good.clone() }]).expect_err("refused");
        assert!(matches!(error, Error::Alignment(ranges) if ranges == align));
    }
    let one = vec![0..0, 0..0, 1..3];
    let output = batch.run(vec![Request { align: one, ..good }]).expect("runs").swap_remove(0);
    assert!(output.attention.iter().all(|row| row.len() == 2) && !output.attention.is_empty());
}

#[test]
fn heads_that_a_model_does_not_have_are_ignored() {
    let device = device(true, true);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/starter/small-de");
    let model = Model::open(folder.as_ref(), &map_file).expect("a starter model");
    let mut llama = Llama::load(&device, &model, &mut |_, _| {}).expect("loads");
    llama.set_alignment_heads(&[[4, 0], [3, 3], [3, 2]]);
    assert_eq!(llama.alignment_heads(), [[3, 2]]);
}
