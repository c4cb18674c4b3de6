//! Failures end in an error that names the cause.

mod support {
    pub mod device;
    pub mod imported;
    pub mod starter;
}

use std::path::Path;
use std::sync::Arc;

use engine::{
    Batch, BatchOptions, Device, DeviceOptions, Error, Event, Joint, JointOptions, Llama, Probe, Request,
    Status, map_file,
};
use model_files::{Model, Quantization};
use support::device::device;
use support::imported::imported;
use support::starter::{SENTENCES, Starter};

fn starter() -> Starter {
    Starter::on(device(true, true))
}

#[test]
fn a_device_lost_while_decoding_is_reported() {
    for steps in [0, 1, 5] {
        let starter = starter();
        let mut batch = starter.batch(2);
        SENTENCES[..4].iter().for_each(|text| {
            batch.add(starter.request(text));
        });
        for _ in 0..steps {
            batch.step().expect("steps");
        }
        starter.device.lose();
        for _ in 0..3 {
            assert!(batch.step().is_err_and(|error| error.is_lost()));
        }
        let late = batch.add(starter.request(SENTENCES[0]));
        batch.cancel(late);
        assert!(batch.joint().summed_logits(0).is_err_and(|error| error.is_lost()));
        let options = JointOptions { sequences: 1, context: 32 };
        let again = Joint::new(&starter.device, &starter.terms([1.0; 3]), &options);
        assert!(again.is_err_and(|error| error.is_lost()));
    }
}

/// The same work with increasing memory, until it fits: before that every attempt reports too little memory.
#[test]
fn too_little_memory_is_reported_at_every_stage() {
    let mut failed_at = Vec::new();
    let mut most = 4096;
    loop {
        let options = DeviceOptions { max_memory_bytes: Some(most), ..DeviceOptions::default() };
        let device = Device::open(&options).expect("opens");
        match translate_on(&device) {
            Ok(()) => break,
            Err((stage, Error::Gpu(kernels::Error::OutOfMemory { .. }))) => failed_at.push(stage),
            Err((stage, error)) => panic!("{stage} with {most} bytes: {error}"),
        }
        assert!(device.memory_bytes() <= most);
        most += most / 4;
    }
    println!("with room for {most} bytes it runs; before: {failed_at:?}");
    assert!(failed_at.contains(&"load") && failed_at.contains(&"room"));
}

fn translate_on(device: &Device) -> Result<(), (&'static str, Error)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter/small-en");
    let model = Model::open(&folder, &map_file).expect("opens");
    let llama = Llama::load(device, &model, &mut |_, _| {}).map_err(|error| ("load", error))?;
    let options = JointOptions { sequences: 4, context: 256 };
    let joint = Joint::new(device, &[(Arc::new(llama), 1.0)], &options).map_err(|error| ("room", error))?;
    let request =
        Request { prompts: vec![vec![0, 3, 502, 4]], limit: 2, alternatives: 1, ..Request::default() };
    let mut batch = Batch::new(joint, BatchOptions::default());
    batch.run(vec![request]).map(|_| ()).map_err(|error| ("run", error))
}

#[test]
fn models_of_two_vocabularies_are_refused() {
    let starter = starter();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tiny-llama3.2");
    let (_folder, model) = imported(&source, Quantization::F16);
    let other = Arc::new(Llama::load(&starter.device, &model, &mut |_, _| {}).expect("loads"));
    let terms = [(starter.llamas[0].clone(), 1.0), (other, 1.0)];
    let joint = Joint::new(&starter.device, &terms, &JointOptions { sequences: 1, context: 32 });
    assert!(matches!(joint, Err(Error::Vocabularies { .. })));
    let none = Joint::new(&starter.device, &[], &JointOptions { sequences: 1, context: 32 });
    assert!(matches!(none, Err(Error::TooManyTerms(0))));
}

/// Invalid requests among valid ones: each is refused by its id, and the valid ones give the same outputs as alone.
#[test]
fn invalid_requests_are_refused_and_others_continue() {
    let starter = starter();
    let good: Vec<_> = SENTENCES[..3].iter().map(|text| starter.request(text)).collect();
    let expected = starter.batch(2).run(good.clone()).expect("runs");
    let with = |prompts: Vec<Vec<u32>>| Request { prompts, ..starter.request(SENTENCES[0]) };
    let bad = [
        with(vec![vec![0; 256]; 3]),
        with(vec![vec![0; 8], vec![0; 8], vec![0; 300]]),
        with(vec![vec![0, 8192]; 3]),
        with(vec![vec![0; 8], Vec::new(), vec![0; 8]]),
        with(vec![vec![0; 8]; 2]),
        with(vec![vec![0; 8]; 4]),
    ];
    let mut batch = starter.batch(2);
    let mut good_ids = Vec::new();
    let mut bad_ids = Vec::new();
    for (place, request) in bad.iter().enumerate() {
        good_ids.extend(good.get(place).map(|request| batch.add(request.clone())));
        bad_ids.push(batch.add(request.clone()));
    }
    let mut outputs = vec![None; good.len()];
    let mut errors: Vec<Option<Error>> = bad.iter().map(|_| None).collect();
    while !batch.is_idle() {
        for event in batch.step().expect("steps") {
            match event {
                Event::Finished(id, mut found) => {
                    let place = good_ids.iter().position(|&good| good == id).expect("a good one");
                    outputs[place] = Some(found.swap_remove(0));
                }
                Event::Refused(id, error) => {
                    let place = bad_ids.iter().position(|&bad| bad == id).expect("a bad one");
                    errors[place] = Some(error);
                }
                Event::Token(..) => {}
            }
        }
    }
    assert_eq!(outputs, expected.into_iter().map(Some).collect::<Vec<_>>());
    assert!(matches!(errors[0], Some(Error::TooLong { tokens: 256, context: 256 })));
    assert!(matches!(errors[1], Some(Error::TooLong { tokens: 300, context: 256 })));
    assert!(matches!(errors[2], Some(Error::UnknownToken { token: 8192, vocab: 8192 })));
    assert!(matches!(errors[3], Some(Error::EmptyPrompt)));
    assert!(matches!(errors[4], Some(Error::Prompts { prompts: 2, models: 3 })));
    assert!(matches!(errors[5], Some(Error::Prompts { prompts: 4, models: 3 })));
}

/// One sequence reaches the end of its context, with steps submitted beyond it, beside another that must not change.
#[test]
fn the_end_of_the_context_ends_a_sequence_alone() {
    let starter = starter();
    let batch = |ahead| {
        let options = JointOptions { sequences: 2, context: 64 };
        let joint = Joint::new(&starter.device, &starter.terms([1.0; 3]), &options).expect("fits");
        Batch::new(joint, BatchOptions { ahead, ..BatchOptions::default() })
    };
    let endless = Request {
        limit: u32::MAX,
        end_tokens: Vec::new(),
        // If the source repeats itself, the output may, too.
        source: vec![7; 12],
        ..starter.request(SENTENCES[5])
    };
    let prompt = endless.prompts[0].len();
    let beside = Request { limit: 1 + (64 - 20), ..endless.clone() };
    let beside = Request { prompts: vec![starter.prompt(SENTENCES[4]); 3], ..beside };
    let alone = batch(1).run(vec![beside.clone()]).expect("runs").swap_remove(0);
    for ahead in [0, 1, 2, 8] {
        let outputs = batch(ahead).run(vec![endless.clone(), beside.clone()]).expect("runs");
        assert_eq!(
            (outputs[0].status, outputs[0].tokens.len()),
            (Status::Limit, 64 - prompt),
            "{ahead} ahead"
        );
        assert_eq!(outputs[1], alone, "{ahead} ahead");
    }
}

#[test]
fn a_probe_ends_with_its_context() {
    let starter = starter();
    let mut probe = Probe::new(&starter.device, &starter.terms([1.0; 3]), 6).expect("fits");
    assert!(matches!(probe.start(&[]), Err(Error::EmptyPrompt)));
    assert!(matches!(probe.start(&[0; 6]), Err(Error::TooLong { tokens: 6, context: 6 })));
    let started = probe.start(&[0, 3, 502]).expect("runs").0;
    assert!(matches!(probe.feed(8192), Err(Error::UnknownToken { .. })));
    for _ in 0..3 {
        probe.feed(4).expect("runs");
    }
    assert!(matches!(probe.feed(4), Err(Error::TooLong { tokens: 7, context: 6 })));
    // Without a start the first token is the prompt.
    let mut fresh = Probe::new(&starter.device, &starter.terms([1.0; 3]), 6).expect("fits");
    fresh.feed(0).expect("runs");
    fresh.feed(3).expect("runs");
    let fed = fresh.feed(502).expect("runs").0;
    let worst = fed.iter().zip(&started).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 0.01, "off by {worst}");
}

/// Dropping models and batches frees their memory, except for a few shared constants.
#[test]
fn dropping_frees_memory() {
    let device = device(true, true);
    let mut kept = Vec::new();
    for _ in 0..3 {
        let starter = Starter::on(device.clone());
        let mut batch = starter.batch(2);
        batch.run(vec![Request { votes: 2, ..starter.request(SENTENCES[0]) }]).expect("runs");
        assert!(device.memory_bytes() > 10 << 20);
        drop((batch, starter));
        kept.push(device.memory_bytes());
    }
    assert!(kept[0] < 64 << 10 && kept[1] == kept[0] && kept[2] == kept[0], "{kept:?} bytes are left");
}
