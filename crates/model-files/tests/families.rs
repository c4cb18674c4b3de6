//! The random models of each family, imported from a folder and from a GGUF file: the same model, with what
//! distinguishes its family.

mod common;

use std::path::{Path, PathBuf};

use common::{import_quietly, open};
use model_files::{Activation, Architecture, Family, HeadNorm, Model, Quantization, Window};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/tests/data/families").join(name)
}

/// The model imported from its folder and from its GGUF file.
fn both(name: &str) -> [Model; 2] {
    let folder = tempfile::tempdir().unwrap();
    ["hf", "model.gguf"].map(|form| {
        let target = folder.path().join(form);
        import_quietly(&data(name).join(form), &target, Quantization::F16).unwrap();
        open(&target).unwrap()
    })
}

#[test]
fn both_forms_of_a_model_are_the_same() {
    for family in ["llama", "mistral", "qwen2", "qwen3", "gemma3", "hunyuan"] {
        for name in ["a", "b", "c"].map(|model| format!("{family}-{model}")) {
            let [hf, gguf] = both(&name);
            let architecture = gguf.info().architecture;
            // GGUF files do not distinguish Mistral from Llama.
            let same_family = Architecture { family: hf.info().architecture.family, ..architecture };
            assert_eq!(hf.info().architecture, same_family, "{name}");
            for matrix in hf.info().matrices.keys() {
                let (a, b) = (hf.matrix(matrix).unwrap(), gguf.matrix(matrix).unwrap());
                assert!(a.quants == b.quants && a.scales == b.scales, "{name}: {matrix}");
            }
            for vector in vectors(&architecture) {
                let (a, b) = (hf.vector(&vector).unwrap(), gguf.vector(&vector).unwrap());
                let close = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-6 * a.abs();
                assert!(!a.is_empty() && a.len() == b.len(), "{name}: {vector}");
                match vector.starts_with("rope") {
                    // GGUF holds its base, or divisors of the frequencies, in f32.
                    true => assert!(a.iter().zip(&b).all(close), "{name}: {vector}: {a:?} {b:?}"),
                    false => assert_eq!(a, b, "{name}: {vector}"),
                }
            }
        }
    }
}

fn vectors(a: &Architecture) -> Vec<String> {
    let mut all = vec!["final_norm".to_owned(), "rope_inv_freq".to_owned()];
    all.extend(a.window_rope.then(|| "rope_inv_freq_window".to_owned()));
    let mut of_layer = vec!["attn_norm", "ffn_norm"];
    of_layer.extend(a.qkv_bias.then_some("qkv_bias"));
    of_layer.extend(a.head_norm.iter().flat_map(|_| ["q_norm", "k_norm"]));
    of_layer.extend(a.output_norms.then_some(["attn_output_norm", "ffn_output_norm"]).into_iter().flatten());
    all.extend(
        (0..a.layers).flat_map(|layer| of_layer.iter().map(move |name| format!("layers.{layer}.{name}"))),
    );
    all
}

fn architecture(name: &str) -> Architecture {
    let [hf, _] = both(name);
    hf.info().architecture
}

#[test]
fn what_distinguishes_the_families() {
    let llama = architecture("llama-b");
    assert!(llama.is_llama() && !llama.tied_head);
    assert_eq!((llama.family, llama.heads, llama.kv_heads, llama.head_dim), (Family::Llama, 2, 1, 160));

    let mistral = architecture("mistral-a");
    assert_eq!(mistral.family, Family::Mistral);
    assert_eq!(mistral.window, Some(Window { size: 7, full_every: 0 }));
    assert!(!mistral.window_rope);
    // As long as the longest sequence.
    assert_eq!(architecture("mistral-c").window, None);

    let qwen2 = architecture("qwen2-a");
    assert_eq!((qwen2.family, qwen2.qkv_bias, qwen2.head_norm), (Family::Qwen2, true, None));
    // Its settings have one of 8 positions that they switch off.
    assert_eq!(qwen2.window, None);

    let qwen3 = architecture("qwen3-a");
    assert_eq!(qwen3.head_norm, Some(HeadNorm::BeforeRope));
    assert!(!qwen3.qkv_bias && qwen3.activation == Activation::Silu);

    let gemma = architecture("gemma3-a");
    assert_eq!((gemma.family, gemma.activation), (Family::Gemma3, Activation::GeluTanh));
    assert_eq!(gemma.head_norm, Some(HeadNorm::BeforeRope));
    assert!(gemma.output_norms && gemma.window_rope && gemma.tied_head);
    assert_eq!(gemma.window, Some(Window { size: 5, full_every: 6 }));
    assert_eq!((gemma.embed_scale, gemma.attention_scale), (28f32.sqrt(), 12f32.sqrt().recip()));
    let other = architecture("gemma3-b");
    assert_eq!(other.window, Some(Window { size: 11, full_every: 2 }));
    assert_eq!(other.attention_scale, 1.0 / 3.0);

    let hunyuan = architecture("hunyuan-a");
    assert_eq!((hunyuan.family, hunyuan.head_norm), (Family::Hunyuan, Some(HeadNorm::AfterRope)));
}

#[test]
fn gemmas_gains_are_stored_as_factors() {
    let [hf, _] = both("gemma3-c");
    for name in ["final_norm", "layers.0.attn_output_norm", "layers.2.q_norm"] {
        let gains = hf.vector(name).unwrap();
        let mean = gains.iter().sum::<f32>() / gains.len() as f32;
        assert!((0.6..1.4).contains(&mean), "{name}: {mean}");
    }
}

#[test]
fn windowed_layers_of_gemma_have_their_own_rope() {
    let [hf, _] = both("gemma3-b");
    let (full, windowed) = (hf.vector("rope_inv_freq").unwrap(), hf.vector("rope_inv_freq_window").unwrap());
    // Only the full layers are scaled.
    assert_eq!((full[0], windowed[0]), (1.0 / 8.0, 1.0));
    let expected = 500f32.powf(-2.0 / 12.0);
    assert!((windowed[1] - expected).abs() < 1e-6, "{windowed:?}");
}
