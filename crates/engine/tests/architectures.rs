//! Models with random weights in the form of each family, against the reference in f64: their logits, however they are
//! decoded, their attention, and what they cost.

mod support {
    pub mod device;
    pub mod random_model;
    pub mod reference_llama;
}

use std::sync::Arc;

use engine::{
    Batch, BatchOptions, BeamOptions, Device, Event, Joint, JointOptions, Llama, Output, Probe, Request,
};
use model_files::{Activation, Architecture, Family, HeadNorm, Layout, Model, Window};
use support::device::device;
use support::random_model::random_model;
use support::reference_llama::{Columns, Frequencies, hidden, inverse_frequencies, off_by, run, times};

const TOKENS: usize = 150;

/// Nothing but a Llama: odd widths, grouped-query attention.
fn llama() -> Architecture {
    Architecture {
        vocab_size: 301,
        hidden_size: 72,
        layers: 3,
        heads: 6,
        kv_heads: 2,
        feed_forward: 104,
        max_positions: 256,
        norm_eps: 1e-5,
        ..Architecture::llama(20)
    }
}

fn mistral() -> Architecture {
    let window = Some(Window { size: 70, full_every: 0 });
    Architecture { family: Family::Mistral, window, ..llama() }
}

fn qwen2() -> Architecture {
    Architecture { family: Family::Qwen2, qkv_bias: true, tied_head: true, ..llama() }
}

fn qwen3() -> Architecture {
    let head_norm = Some(HeadNorm::BeforeRope);
    let attention_scale = Architecture::llama(28).attention_scale;
    Architecture { family: Family::Qwen3, head_dim: 28, attention_scale, head_norm, ..llama() }
}

/// Layers 0 and 1 with the window, layer 2 without.
fn gemma3() -> Architecture {
    Architecture {
        family: Family::Gemma3,
        head_dim: 36,
        tied_head: true,
        activation: Activation::GeluTanh,
        head_norm: Some(HeadNorm::BeforeRope),
        output_norms: true,
        embed_scale: 8.5,
        attention_scale: 0.3,
        window: Some(Window { size: 9, full_every: 3 }),
        window_rope: true,
        ..llama()
    }
}

fn hunyuan() -> Architecture {
    let attention_scale = Architecture::llama(32).attention_scale;
    let head_norm = Some(HeadNorm::AfterRope);
    Architecture { family: Family::Hunyuan, head_dim: 32, attention_scale, head_norm, ..llama() }
}

fn families() -> [Architecture; 6] {
    [llama(), mistral(), qwen2(), qwen3(), gemma3(), hunyuan()]
}

/// A model and what the reference needs to know besides its weights.
struct Case {
    model: Model,
    full: Vec<f64>,
    windowed: Vec<f64>,
}

impl Case {
    fn new(a: &Architecture) -> Self {
        let frequencies = |theta| inverse_frequencies(a.head_dim, theta, None);
        let full = frequencies(10_000.0);
        let windowed = if a.window_rope { frequencies(100.0) } else { full.clone() };
        Self { model: random_model(a, Layout::F16, 7, [&full, &windowed]), full, windowed }
    }

    fn frequencies(&self) -> Frequencies<'_> {
        Frequencies { full: &self.full, windowed: &self.windowed }
    }

    fn load(&self, device: &Device) -> Llama {
        Llama::load(device, &self.model, &mut |_, _| {}).expect("loads")
    }

    fn probe(&self, device: &Device) -> Probe {
        Probe::new(device, &[(Arc::new(self.load(device)), 1.0)], 160).expect("fits")
    }

    fn logits(&self, stream: &Columns) -> Columns {
        let tied = self.model.info().architecture.tied_head;
        times(&self.model.matrix(if tied { "embed" } else { "head" }).expect("a matrix"), stream)
    }
}

fn tokens(count: usize, seed: usize) -> Vec<u32> {
    (0..count).map(|i| ((i * i * 31 + i * 7 + seed * 57) % 301) as u32).collect()
}

fn wide(row: &[f32]) -> Vec<f64> {
    row.iter().map(|x| f64::from(*x)).collect()
}

/// Prefilled in one pass and fed one token at a time, on the plain and the fullest variant. Only the KV cache rounds.
#[test]
fn every_family_equals_the_reference() {
    let ids = tokens(TOKENS, 0);
    for a in families() {
        let case = Case::new(&a);
        let expected = case.logits(&hidden(&case.model, &ids, case.frequencies()));
        for (half, subgroup) in [(false, false), (true, true)] {
            let mut probe = case.probe(&device(half, subgroup));
            let mut got = Vec::new();
            let prefilled = [0, 1, 8, 9, 63, 64, 69, 70, 71, TOKENS - 1];
            for position in prefilled {
                got.push((position, wide(&probe.start(&ids[..=position]).expect("runs").0)));
            }
            probe.start(&ids[..50]).expect("runs");
            for (position, &id) in ids.iter().enumerate().take(85).skip(50) {
                got.push((position, wide(&probe.feed(id).expect("runs").0)));
            }
            let (positions, got): (Vec<_>, Columns) = got.into_iter().unzip();
            let expected: Columns = positions.iter().map(|&position| expected[position].clone()).collect();
            let off = off_by(&got, &expected);
            let worst = off.iter().copied().fold(0.0, f64::max);
            println!("{:10} half={half} subgroup={subgroup}: off by {worst:.1e}", a.family.name());
            assert!(off.iter().all(|off| *off < 0.01), "{a:?}: {positions:?} off by {off:?}");
        }
    }
}

/// The comparison sees each of a family's differences: without it the reference differs by more than is allowed.
#[test]
fn each_difference_shows() {
    let plain_scale = |a: Architecture| Architecture::llama(a.head_dim).attention_scale;
    let (bias, norm, other, gemma) = (qwen2(), qwen3(), hunyuan(), gemma3());
    let cases = [
        ("window", mistral(), Architecture { window: None, ..mistral() }),
        ("bias", bias, Architecture { qkv_bias: false, ..bias }),
        ("norm of heads", norm, Architecture { head_norm: None, ..norm }),
        ("norm before RoPE", norm, Architecture { head_norm: Some(HeadNorm::AfterRope), ..norm }),
        ("norm after RoPE", other, Architecture { head_norm: Some(HeadNorm::BeforeRope), ..other }),
        ("activation", gemma, Architecture { activation: Activation::Silu, ..gemma }),
        ("output norms", gemma, Architecture { output_norms: false, ..gemma }),
        ("embedding scale", gemma, Architecture { embed_scale: 1.0, ..gemma }),
        ("attention scale", gemma, Architecture { attention_scale: plain_scale(gemma), ..gemma }),
        ("windowed layers", gemma, Architecture { window: Some(Window { size: 9, full_every: 0 }), ..gemma }),
    ];
    let ids = tokens(TOKENS, 0);
    let mut smallest = f64::MAX;
    for (what, a, without) in cases {
        let case = Case::new(&a);
        let of = |a: &Architecture, frequencies| {
            case.logits(&run(&case.model, a, &ids, frequencies, &mut |_, _| {}))
        };
        let expected = of(&a, case.frequencies());
        let off = off_by(&of(&without, case.frequencies()), &expected);
        let mut worst = off.iter().copied().fold(0.0, f64::max);
        println!("without {what}: off by {worst:.2}");
        assert!(worst > 0.1, "{what} does not show: {worst}");
        if a.window_rope {
            let off = off_by(&of(&a, Frequencies::same(&case.full)), &expected);
            worst = worst.min(off.iter().copied().fold(0.0, f64::max));
            assert!(worst > 0.1, "RoPE of windowed layers does not show: {worst}");
        }
        smallest = smallest.min(worst);
    }
    println!("smallest difference: {smallest:.2}");
}

/// Dispatches a layer: in a decode step (a Llama's seven), and in a pass over prompt tokens.
#[test]
fn dispatches_a_layer() {
    let device = device(true, true);
    let ids = tokens(20, 0);
    let counted = |a: Architecture| {
        let costs = [2, 3].map(|layers| {
            let mut probe = Case::new(&Architecture { layers, ..a }).probe(&device);
            let mut cost = |run: &mut dyn FnMut(&mut Probe)| {
                let before = device.counters().dispatches;
                run(&mut probe);
                device.counters().dispatches - before
            };
            let prefill_and_step = cost(&mut |probe| drop(probe.start(&ids).expect("runs")));
            let step = cost(&mut |probe| drop(probe.feed(ids[0]).expect("runs")));
            [step, prefill_and_step - step]
        });
        [0, 1].map(|kind| costs[1][kind] - costs[0][kind])
    };
    for (a, expected) in families().into_iter().zip([[7, 9], [7, 9], [7, 9], [7, 9], [9, 11], [7, 9]]) {
        assert_eq!(counted(a), expected, "{}", a.family.name());
    }
}

const HEADS: [[usize; 2]; 2] = [[0, 1], [2, 5]];

fn request(length: usize, seed: usize) -> Request {
    let prompt = tokens(length, seed);
    let source = 2..prompt.len() - 1;
    Request {
        align: vec![source],
        prompts: vec![prompt],
        limit: 8,
        end_tokens: vec![300],
        alternatives: 2,
        ..Request::default()
    }
}

/// Checks the probability of each token and the attention where it was chosen.
fn verify(case: &Case, request: &Request, output: &Output, what: &str) {
    assert!(!output.tokens.is_empty(), "{what}");
    let prompt = &request.prompts[0];
    let mut ids = prompt.clone();
    ids.extend(output.tokens.iter().map(|token| token.id));
    let mut attention = vec![vec![0.0; request.align[0].len()]; output.tokens.len()];
    let a = case.model.info().architecture;
    let stream = run(&case.model, &a, &ids, case.frequencies(), &mut |layer, shares: &[Columns]| {
        for [_, head] in HEADS.iter().filter(|[of, _]| *of == layer) {
            for (row, shares) in attention.iter_mut().zip(&shares[prompt.len() - 1..]) {
                let source = &shares[*head][request.align[0].clone()];
                row.iter_mut().zip(source).for_each(|(sum, share)| *sum += share / HEADS.len() as f64);
            }
        }
    });
    let chosen: Columns = stream[prompt.len() - 1..ids.len() - 1].to_vec();
    for (step, (token, logits)) in output.tokens.iter().zip(case.logits(&chosen)).enumerate() {
        let normalizer = logits.iter().map(|logit| logit.exp()).sum::<f64>().ln();
        let expected = logits[token.id as usize] - normalizer;
        let found = f64::from(token.log_probability);
        assert!((found - expected).abs() < 0.05, "{what}, step {step}: {found} for {expected}");
    }
    for (got, expected) in output.attention.iter().flatten().zip(attention.iter().flatten()) {
        assert!((f64::from(*got) - expected).abs() < 2e-3, "{what}: {got} for {expected}");
    }
}

/// A few at once (`matvec`), many at once (`matmul`), after a shared prefix, and by beam search.
#[test]
fn batches_prefixes_and_beams_equal_the_reference() {
    let device = device(true, true);
    for a in [qwen2(), gemma3(), hunyuan()] {
        let name = a.family.name();
        let case = Case::new(&a);
        let mut llama = case.load(&device);
        llama.set_alignment_heads(&HEADS);
        let options = JointOptions { sequences: 10, context: 160 };
        let joint = Joint::new(&device, &[(Arc::new(llama), 1.0)], &options).expect("fits");
        let mut batch = Batch::new(joint, BatchOptions::default());
        for count in [1, 5, 10] {
            let requests: Vec<_> = (0..count).map(|i| request(5 + 13 * i % 97, i)).collect();
            let outputs = batch.run(requests.clone()).expect("runs");
            for (request, output) in requests.iter().zip(&outputs) {
                assert_eq!(output.attention.len(), output.tokens.len(), "{name}");
                verify(&case, request, output, &format!("{name}, {count} at once"));
            }
        }
        let prefix = tokens(77, 40);
        let behind = |i: usize| {
            let mut request = request(6 + i, 50 + i);
            request.prompts[0] = [prefix.clone(), request.prompts[0].clone()].concat();
            let source = 70..request.prompts[0].len() - 1;
            request.align = vec![source];
            Request { shared: vec![prefix.len()], ..request }
        };
        let requests: Vec<_> = (0..3).map(behind).collect();
        for (request, output) in requests.iter().zip(&batch.run(requests.clone()).expect("runs")) {
            verify(&case, request, output, &format!("{name}, after a shared prefix"));
        }
        let beam = Some(BeamOptions { beams: 4, length_penalty: 1.0, n_best: 2 });
        let searched = Request { beam, ..request(80, 60) };
        let id = batch.add(searched.clone());
        let mut found = Vec::new();
        while !batch.is_idle() {
            for event in batch.step().expect("steps") {
                if let Event::Finished(finished, outputs) = event {
                    assert_eq!(finished, id);
                    found = outputs;
                }
            }
        }
        assert_eq!(found[0].attention.len(), found[0].tokens.len(), "{name}");
        for output in &found {
            verify(&case, &searched, output, &format!("{name}, by beam search"));
        }
    }
}
