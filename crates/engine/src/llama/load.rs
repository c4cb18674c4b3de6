//! Copies a model to the GPU and compiles the pipelines that it needs.

use std::collections::HashSet;

use kernels::matvec::{Epilogue, Variant};
use kernels::rms_norm::Target;
use kernels::rope::MAX_NORMED_HEAD;
use kernels::{
    Buffer, BufferUse, Device, Heads, Layout, Weights, attention, interleaved, matmul, matvec, rms_norm,
    rope, top_list,
};
use model_files::{Architecture, HeadNorm, Matrix, Model};

use super::adapter::{AdapterSize, Tensors};
use super::linear::{gate, times_gate};
use super::{GateUp, Layer, Llama, ModelMatrix};
use crate::error::{Error, Result};

impl Llama {
    /// Uploads a model, with its adapter if it has one, and meanwhile compiles the pipelines of single-sequence decoding and
    /// prefill. `uploaded` receives the bytes done and the total of the matrices.
    pub fn load(device: &Device, model: &Model, uploaded: &mut dyn FnMut(u64, u64)) -> Result<Self> {
        refuse_unsupported(&model.info().architecture)?;
        std::thread::scope(|scope| {
            let compiled = scope.spawn(|| compile(device, model));
            let uploaded = Self::upload(device, model, uploaded);
            match compiled.join() {
                Ok(compiled) => uploaded.and_then(|llama| compiled.and_then(|()| llama.adapted(model))),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    /// The model `model`, which has the base of this one, or is it: shares all weights but the adapter's.
    pub fn adapted(&self, model: &Model) -> Result<Self> {
        let (info, device) = (model.info(), &self.device);
        let mut adapted = Self { name: info.name.clone(), ..self.clone() };
        adapted.alignment_heads.clone_from(&info.alignment_heads);
        adapted.adapter = info.adapter.as_ref().map_or(AdapterSize::default(), |adapter| {
            AdapterSize::new(&info.architecture, &info.matrices, &adapter.ranks)
        });
        for (index, layer) in adapted.layers.iter_mut().enumerate() {
            let joined = matches!(layer.gate_up, GateUp::Joined(_));
            let gate_up: &mut dyn Iterator<Item = &mut ModelMatrix> = match &mut layer.gate_up {
                GateUp::Joined(both) => &mut [both].into_iter(),
                GateUp::Apart(gate, up) => &mut [gate, up].into_iter(),
            };
            let matrices = [&mut layer.qkv, &mut layer.o].into_iter().chain(gate_up).chain([&mut layer.down]);
            for (matrix, tensors) in matrices.zip(Tensors::of_layer(&info.architecture, joined)) {
                matrix.adapter = tensors.upload(device, model, index)?;
            }
        }
        device.flush()?;
        Ok(adapted)
    }

    fn upload(device: &Device, model: &Model, uploaded: &mut dyn FnMut(u64, u64)) -> Result<Self> {
        let info = model.info();
        let architecture = info.architecture;
        let total: u64 =
            info.matrices.keys().map(|name| model.matrix(name).map_or(0, |m| stored_bytes(&m))).sum();
        let mut done = 0;
        let mut part = |name: &str| -> Result<Weights> {
            let matrix = model.matrix(name)?;
            let shape = (matrix.rows as u32, matrix.padded_columns() as u32);
            let mut advance = |bytes: u64| {
                done += bytes;
                uploaded(done, total);
            };
            let weights = Weights::upload(
                device,
                name,
                layout_of(matrix.layout),
                shape,
                (matrix.quants, matrix.scales),
                &mut advance,
            )?;
            // Frees the staging memory; otherwise a model of small matrices is held twice.
            device.flush()?;
            Ok(weights)
        };
        let mut parts = |name: &str| -> Result<(Weights, Option<Weights>)> {
            let mut parts = model.parts(name).into_iter();
            let first = part(&parts.next().unwrap_or_else(|| name.to_owned()))?;
            let others = parts.map(|name| part(&name)).collect::<Result<Vec<_>>>()?;
            Ok((first, others.into_iter().reduce(Weights::followed_by)))
        };
        let joined = |(first, others): (Weights, Option<Weights>)| match others {
            Some(others) => first.followed_by(others),
            None => first,
        };
        let buffer = |name: &str, mut values: Vec<f32>| -> Result<Buffer> {
            values.resize(values.len().next_multiple_of(32), 0.0);
            Ok(device.buffer_with(name, bytemuck::cast_slice(&values), BufferUse::Storage)?)
        };
        let gain = |name: &str| buffer(name, interleaved(&model.vector(name)?));
        let gain_if = |has: bool, name: String| has.then(|| gain(&name)).transpose();
        let qkv_bias = |layer: usize| {
            let name = format!("layers.{layer}.qkv_bias");
            architecture.qkv_bias.then(|| buffer(&name, model.vector(&name)?)).transpose()
        };
        let head_gains = |layer: usize| -> Result<Option<Buffer>> {
            if architecture.head_norm.is_none() {
                return Ok(None);
            }
            let mut gains = model.vector(&format!("layers.{layer}.q_norm"))?;
            gains.extend(model.vector(&format!("layers.{layer}.k_norm"))?);
            buffer("gains of heads", gains).map(Some)
        };
        let (embedding, _) = parts("embed")?;
        let head = if architecture.tied_head { None } else { Some(parts("head")?.0.into()) };
        let mut layers = Vec::with_capacity(architecture.layers);
        for i in 0..architecture.layers {
            let outputs = architecture.output_norms;
            layers.push(Layer {
                attention_norm: gain(&format!("layers.{i}.attn_norm"))?,
                qkv: joined(parts(&format!("layers.{i}.qkv"))?).into(),
                qkv_bias: qkv_bias(i)?,
                head_gains: head_gains(i)?,
                o: parts(&format!("layers.{i}.o"))?.0.into(),
                attention_output_norm: gain_if(outputs, format!("layers.{i}.attn_output_norm"))?,
                ffn_norm: gain(&format!("layers.{i}.ffn_norm"))?,
                gate_up: match parts(&format!("layers.{i}.gate_up"))? {
                    (both, None) => GateUp::Joined(both.into()),
                    (gate, Some(up)) => GateUp::Apart(gate.into(), up.into()),
                },
                down: parts(&format!("layers.{i}.down"))?.0.into(),
                ffn_output_norm: gain_if(outputs, format!("layers.{i}.ffn_output_norm"))?,
            });
        }
        device.flush()?;
        let inverse_frequencies = model.vector("rope_inv_freq")?;
        Ok(Self {
            device: device.clone(),
            name: info.name.clone(),
            architecture,
            embedding: embedding.into(),
            head,
            layers,
            final_norm: gain("final_norm")?,
            window_inverse_frequencies: match architecture.window_rope {
                true => model.vector("rope_inv_freq_window")?,
                false => inverse_frequencies.clone(),
            },
            inverse_frequencies,
            alignment_heads: info.alignment_heads.clone(),
            adapter: AdapterSize::default(),
        })
    }
}

fn compile(device: &Device, model: &Model) -> Result<()> {
    device.compile_common()?;
    let a = &model.info().architecture;
    rope::compile(device, a.qkv_bias, a.head_norm.map(|norm| norm == HeadNorm::AfterRope))?;
    // Neither slots nor context matter here.
    let heads = crate::session::heads(a, 1, 1);
    attention::compile(device, &heads)?;
    if a.window.is_some() {
        attention::compile(device, &Heads { window: Some(1), ..heads })?;
    }
    if a.output_norms {
        rms_norm::compile(device, Target::Add)?;
    }
    let mut made = HashSet::new();
    for (name, matrix) in &model.info().matrices {
        let (norm, epilogue, interleaved) = match name.rsplit('.').next() {
            Some("o" | "down") if a.output_norms => (false, Epilogue::Store, true),
            Some("o" | "down") => (false, Epilogue::Add, true),
            Some("gate_up") => (true, gate(a.activation), true),
            Some("gate") => (true, Epilogue::Store, true),
            Some("up") => (true, times_gate(a.activation), true),
            _ => (true, Epilogue::Store, false),
        };
        let layout = layout_of(matrix.layout);
        if made.insert((layout, norm, epilogue, interleaved)) {
            matvec::compile(
                device,
                layout,
                &Variant { columns: 1, fused_norm: norm, epilogue, interleaved, plus: false },
            )?;
            matmul::compile(device, (layout, device.int8_prompts()), epilogue, (interleaved, norm, false))?;
        }
    }
    Ok(())
}

fn layout_of(layout: model_files::Layout) -> Layout {
    Layout { bits: layout.bits, group: layout.group, min: layout.min, nested: layout.nested }
}

fn stored_bytes(matrix: &Matrix<'_>) -> u64 {
    (matrix.quants.len() + matrix.scales.len()) as u64
}

fn refuse_unsupported(architecture: &Architecture) -> Result<()> {
    let refuse = |what, found: String| Err(Error::Unsupported { what, found });
    let width = architecture.head_dim as u32;
    if !width.is_multiple_of(4) {
        return refuse("attention head width (must be a multiple of 4)", width.to_string());
    }
    if architecture.head_norm.is_some() && width > MAX_NORMED_HEAD {
        return refuse("width of normed attention heads (at most 256)", width.to_string());
    }
    if architecture.vocab_size as u32 > top_list::MAX_VOCAB {
        return refuse("vocabulary (at most 327,680 tokens)", architecture.vocab_size.to_string());
    }
    Ok(())
}
