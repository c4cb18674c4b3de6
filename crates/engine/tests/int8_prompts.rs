//! Prompts multiplied in int8: their cache is less exact, and nothing else depends on it.

mod support {
    pub mod device;
    pub mod starter;
}

use engine::{Device, Output, Request};
use support::device::device;
use support::starter::{SENTENCES, Starter};

fn starter(int8: bool) -> Starter {
    let device: Device = device(true, true);
    device.set_int8_prompts(int8);
    Starter::on(device)
}

fn bits(output: &Output) -> Vec<(u32, u32)> {
    output.tokens.iter().map(|token| (token.id, token.log_probability.to_bits())).collect()
}

fn alone(starter: &Starter, request: &Request) -> Output {
    starter.batch(1).run(vec![request.clone()]).expect("decodes").swap_remove(0)
}

#[test]
fn an_output_has_the_same_bits_alone_and_among_others() {
    let starter = starter(true);
    let requests: Vec<Request> =
        SENTENCES.iter().take(4).map(|text| Request { limit: 16, ..starter.request(text) }).collect();
    let together = starter.batch(3).run(requests.clone()).expect("decodes");
    for (request, output) in requests.iter().zip(&together) {
        assert_eq!(bits(&alone(&starter, request)), bits(output));
        // A prompt that no other shares a prefix with, and an output that is given, not decoded.
        let own = Request { shared: Vec::new(), ..request.clone() };
        assert_eq!(bits(&alone(&starter, &own)), bits(output));
        let given = Request { forced: Some(output.tokens.iter().map(|token| token.id).collect()), ..own };
        for (read, decoded) in alone(&starter, &given).tokens.iter().zip(&output.tokens) {
            let difference = (read.log_probability - decoded.log_probability).abs();
            assert!(difference < 2e-3, "given outputs are read exactly: {difference}");
        }
    }
}

#[test]
fn the_first_token_of_a_prompt_in_int8_is_about_as_likely() {
    let (exact, int8) = (starter(false), starter(true));
    let mut largest = 0f32;
    for text in SENTENCES.iter().take(4) {
        let request = Request { limit: 1, ..exact.request(text) };
        let [a, b] = [&exact, &int8].map(|starter| alone(starter, &request).tokens[0].clone());
        largest = largest.max((a.log_probability - b.log_probability).abs());
    }
    assert!(largest > 0.0, "the cache of the prompt is another one");
    assert!(largest < 0.2, "{largest}");
}
