#!/usr/bin/env python3
"""Writes the random models of this folder and their logits.

Three models a family, each as a Hugging Face folder (`hf`) and as `model.gguf`, with the logits of one sequence at every
position (`expected.safetensors`), computed in float64 by transformers. `expected.json` says how far the logits move when
one feature of the family is left out: every feature must move them by far more than the tests allow.

  pip install torch transformers gguf safetensors numpy
  python make.py
"""

import copy
import hashlib
import json
import math
from pathlib import Path

import gguf
import numpy as np
import torch
import transformers
from safetensors.numpy import save_file

FOLDER = Path(__file__).parent
TOKENS = 40
# The tests allow 0.02; a feature that is left out must be seen clearly.
LEAST_CHANGE = 0.2

HUGGING_FACE = {
    'llama': (transformers.LlamaConfig, transformers.LlamaForCausalLM),
    'mistral': (transformers.MistralConfig, transformers.MistralForCausalLM),
    'qwen2': (transformers.Qwen2Config, transformers.Qwen2ForCausalLM),
    'qwen3': (transformers.Qwen3Config, transformers.Qwen3ForCausalLM),
    'gemma3_text': (transformers.Gemma3TextConfig, transformers.Gemma3ForCausalLM),
    'hunyuan_v1_dense': (transformers.HunYuanDenseV1Config, transformers.HunYuanDenseV1ForCausalLM),
}
GGUF = {
    'llama': 'llama', 'mistral': 'llama', 'qwen2': 'qwen2', 'qwen3': 'qwen3', 'gemma3_text': 'gemma3',
    'hunyuan_v1_dense': 'hunyuan-dense',
}
LAYER_NAMES = {
    'input_layernorm': 'attn_norm', 'self_attn.q_proj': 'attn_q', 'self_attn.k_proj': 'attn_k',
    'self_attn.v_proj': 'attn_v', 'self_attn.o_proj': 'attn_output', 'post_attention_layernorm': 'ffn_norm',
    'mlp.gate_proj': 'ffn_gate', 'mlp.up_proj': 'ffn_up', 'mlp.down_proj': 'ffn_down',
    'self_attn.q_norm': 'attn_q_norm', 'self_attn.k_norm': 'attn_k_norm',
    'self_attn.query_layernorm': 'attn_q_norm', 'self_attn.key_layernorm': 'attn_k_norm',
}
GEMMA_LAYER_NAMES = LAYER_NAMES | {
    'post_attention_layernorm': 'post_attention_norm', 'pre_feedforward_layernorm': 'ffn_norm',
    'post_feedforward_layernorm': 'post_ffw_norm',
}


def sizes(vocab, hidden, layers, heads, kv_heads, head_dim, ffn, tied, **more):
    return dict(
        vocab_size=vocab, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads,
        num_key_value_heads=kv_heads, head_dim=head_dim, intermediate_size=ffn, tie_word_embeddings=tied,
        max_position_embeddings=64, bos_token_id=0, eos_token_id=1, **more,
    )


# Odd sizes, the older form of the settings (`rope_theta`, `rope_scaling`), as most published models have it.
MODELS = {
    'llama-a': ('llama', sizes(
        90, 42, 2, 6, 2, 8, 52, False, rms_norm_eps=1e-5, rope_theta=500000.0,
        rope_scaling=dict(rope_type='llama3', factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
                          original_max_position_embeddings=16))),
    # Sarashina 2.2 3B: heads of 160.
    'llama-b': ('llama', sizes(87, 16, 2, 2, 1, 160, 28, False, rms_norm_eps=1e-5, rope_theta=500000.0)),
    # Sarashina 2.2 1B: heads of 112.
    'llama-c': ('llama', sizes(91, 21, 1, 3, 3, 112, 44, True, rms_norm_eps=1e-6, rope_theta=10000.0,
                               rope_scaling=dict(type='linear', factor=4.0))),
    'mistral-a': ('mistral', sizes(79, 36, 3, 4, 2, 12, 40, False, rms_norm_eps=1e-5, rope_theta=10000.0,
                                   sliding_window=7)),
    'mistral-b': ('mistral', sizes(94, 40, 2, 5, 1, 8, 84, True, rms_norm_eps=1e-5, rope_theta=1000000.0,
                                   sliding_window=16)),
    # A window as long as the longest sequence.
    'mistral-c': ('mistral', sizes(83, 34, 2, 3, 3, 12, 44, False, rms_norm_eps=1e-5, rope_theta=10000.0,
                                   sliding_window=64)),
    'qwen2-a': ('qwen2', sizes(95, 44, 2, 6, 2, 8, 68, True, rms_norm_eps=1e-6, rope_theta=1000000.0,
                               use_sliding_window=False, sliding_window=8, max_window_layers=1)),
    'qwen2-b': ('qwen2', sizes(77, 34, 3, 3, 1, 12, 52, False, rms_norm_eps=1e-6, rope_theta=10000.0)),
    'qwen2-c': ('qwen2', sizes(81, 38, 2, 2, 2, 20, 60, False, rms_norm_eps=1e-6, rope_theta=1000000.0)),
    'qwen3-a': ('qwen3', sizes(93, 36, 2, 4, 2, 20, 52, True, rms_norm_eps=1e-6, rope_theta=1000000.0)),
    'qwen3-b': ('qwen3', sizes(78, 34, 3, 3, 1, 16, 36, False, rms_norm_eps=1e-6, rope_theta=1000000.0)),
    'qwen3-c': ('qwen3', sizes(72, 28, 2, 3, 3, 36, 40, False, rms_norm_eps=1e-6, rope_theta=10000.0)),
    # The pattern of the published models: every sixth layer attends to all positions.
    'gemma3-a': ('gemma3_text', sizes(93, 28, 7, 2, 1, 12, 36, True, rms_norm_eps=1e-6, rope_theta=1000000.0,
                                      rope_local_base_freq=10000.0, query_pre_attn_scalar=12, sliding_window=5)),
    'gemma3-b': ('gemma3_text', sizes(86, 27, 4, 3, 3, 12, 36, True, rms_norm_eps=1e-6, rope_theta=1000000.0,
                                      rope_local_base_freq=500.0, query_pre_attn_scalar=9, sliding_window=11,
                                      sliding_window_pattern=2, rope_scaling=dict(rope_type='linear', factor=8.0))),
    # The text part of a model that also reads images.
    'gemma3-c': ('gemma3_text', sizes(89, 32, 3, 4, 2, 12, 44, True, rms_norm_eps=1e-6, rope_theta=1000000.0,
                                      rope_local_base_freq=10000.0, query_pre_attn_scalar=24, sliding_window=4,
                                      sliding_window_pattern=3, rope_scaling=dict(rope_type='linear', factor=8.0))),
    'hunyuan-a': ('hunyuan_v1_dense', sizes(98, 38, 2, 4, 2, 16, 60, True, rms_norm_eps=1e-5, rope_theta=10000.0,
                                            rope_scaling=dict(type='dynamic', alpha=1000.0, factor=1.0))),
    'hunyuan-b': ('hunyuan_v1_dense', sizes(75, 34, 3, 3, 1, 16, 36, False, rms_norm_eps=1e-5, rope_theta=10000.0)),
    'hunyuan-c': ('hunyuan_v1_dense', sizes(92, 36, 2, 3, 3, 12, 60, True, rms_norm_eps=1e-5, rope_theta=10000.0,
                                            rope_scaling=dict(type='dynamic', alpha=50.0, factor=1.0))),
}


def random(name):
    key = hashlib.blake2b(name.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(key, 'little')))


def weight(model, family, name, shape):
    """A tensor, exact in f16. Queries and keys are large enough for attention to choose between positions."""
    values = random(f'{model}/{name}').standard_normal(shape)
    if name.endswith('.bias'):
        values *= 0.7
    elif 'norm' in name:
        centre = 0.0 if family == 'gemma3_text' else 1.0
        values = centre + 0.4 * values
    elif 'embed_tokens' in name or 'lm_head' in name:
        values *= 2.0 / math.sqrt(shape[1])
    else:
        gain = 1.4 if 'q_proj' in name or 'k_proj' in name else 1.0
        values *= gain / math.sqrt(shape[1])
    return values.astype(np.float16)


def config_of(family, settings):
    return HUGGING_FACE[family][0](**copy.deepcopy(settings), attn_implementation='eager')


def load(family, config, tensors):
    """The model in float64. `tensors` may hold more than it needs."""
    model = HUGGING_FACE[family][1](config).double().eval()
    state = {name: torch.from_numpy(value.astype(np.float64)) for name, value in tensors.items()}
    missing, _ = model.load_state_dict(state, strict=False)
    assert [name for name in missing if name != 'lm_head.weight'] == [], missing
    model.tie_weights()
    return model


def logits(model, ids):
    """Norms, RoPE and softmax cast to float32 in transformers; here that name means float64."""
    single, cast = torch.float32, torch.Tensor.float
    torch.float32, torch.Tensor.float = torch.float64, torch.Tensor.double
    try:
        with torch.no_grad():
            return model(torch.tensor([ids]), use_cache=False).logits[0].numpy()
    finally:
        torch.float32, torch.Tensor.float = single, cast


def without(family, settings, tensors):
    """The models that lack one feature each: what is missing, the model."""
    def changed(**changes):
        return load(family, config_of(family, settings | changes), tensors)

    def replaced(part, value):
        replacements = {name: np.full_like(t, value) for name, t in tensors.items() if part(name)}
        return load(family, config_of(family, settings), tensors | replacements)

    def other_family(family, renamed):
        config = config_of(family, dict(settings, sliding_window=None))
        names = {name.replace(a, b): t for a, b in renamed for name, t in tensors.items() if a in name}
        return load(family, config, tensors | names)

    if 'rope_scaling' in settings:
        yield 'rope scaling', changed(rope_scaling=None)
    window = settings.get('sliding_window')
    if family in ('mistral', 'gemma3_text') and window < settings['max_position_embeddings']:
        yield 'sliding window', changed(sliding_window=64)
        yield 'the last position of the window', changed(sliding_window=window - 1)
    if family == 'qwen2':
        yield 'biases', replaced(lambda name: name.endswith('.bias'), 0.0)
    head_norms = lambda name: 'q_norm' in name or 'k_norm' in name or 'query_l' in name or 'key_l' in name
    if family in ('qwen3', 'hunyuan_v1_dense', 'gemma3_text'):
        yield 'gains of q and k', replaced(head_norms, 0.0 if family == 'gemma3_text' else 1.0)
    if family == 'qwen3':
        renamed = [('q_norm', 'query_layernorm'), ('k_norm', 'key_layernorm')]
        yield 'norms before RoPE', other_family('hunyuan_v1_dense', renamed)
        yield 'norms of q and k', other_family('mistral', renamed)
    if family == 'hunyuan_v1_dense':
        renamed = [('query_layernorm', 'q_norm'), ('key_layernorm', 'k_norm')]
        settings = {key: value for key, value in settings.items()}
        if 'rope_scaling' in settings:
            dim = settings['head_dim']
            theta = settings['rope_theta'] * settings.pop('rope_scaling')['alpha'] ** (dim / (dim - 2))
            settings['rope_theta'] = theta
        yield 'norms after RoPE', other_family('qwen3', renamed)
        yield 'norms of q and k', other_family('mistral', renamed)
    if family == 'gemma3_text':
        yield 'the embedding scale', without_embedding_scale(load(family, config_of(family, settings), tensors))
        yield 'the local RoPE', changed(rope_local_base_freq=settings['rope_theta'])
        yield 'GELU', changed(hidden_activation='silu')
        yield '1 + gain', replaced(lambda name: 'norm' in name, 0.0)
        yield 'norms of outputs', without_output_norms(load(family, config_of(family, settings), tensors))
        if settings['query_pre_attn_scalar'] != settings['head_dim']:
            yield 'query_pre_attn_scalar', changed(query_pre_attn_scalar=settings['head_dim'])
    if family == 'llama' and 'rope_scaling' not in settings:
        yield 'the RoPE base', changed(rope_theta=10000.0)


def without_embedding_scale(model):
    model.model.embed_tokens.embed_scale.fill_(1.0)
    return model


def without_output_norms(model):
    for layer in model.model.layers:
        layer.post_attention_layernorm = torch.nn.Identity()
        layer.post_feedforward_layernorm = torch.nn.Identity()
    return model


def interleaved(rows, heads):
    """llama.cpp turns adjacent rows of a Llama's q and k together; Hugging Face rows that are half a head apart."""
    return rows.reshape(heads, 2, -1, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def write_gguf(path, name, family, settings, tensors):
    arch = GGUF[family]
    writer = gguf.GGUFWriter(path, arch)
    writer.add_name(name)
    writer.add_block_count(settings['num_hidden_layers'])
    writer.add_context_length(settings['max_position_embeddings'])
    writer.add_embedding_length(settings['hidden_size'])
    writer.add_feed_forward_length(settings['intermediate_size'])
    writer.add_head_count(settings['num_attention_heads'])
    writer.add_head_count_kv(settings['num_key_value_heads'])
    writer.add_layer_norm_rms_eps(settings['rms_norm_eps'])
    head_dim = settings['head_dim']
    writer.add_key_length(head_dim)
    writer.add_value_length(head_dim)
    if arch == 'llama':
        writer.add_rope_dimension_count(head_dim)
        writer.add_vocab_size(settings['vocab_size'])
    theta = settings['rope_theta']
    scaling = settings.get('rope_scaling') or {}
    kind = scaling.get('rope_type', scaling.get('type'))
    if kind == 'linear':
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(scaling['factor'])
    if kind == 'dynamic':
        writer.add_rope_scaling_type(gguf.RopeScalingType.NONE)
        writer.add_rope_scaling_factor(1.0)
        if name == 'hunyuan-c':
            writer.add_float32(f'{arch}.rope.scaling.alpha', scaling['alpha'])
        else:
            theta *= scaling['alpha'] ** (head_dim / (head_dim - 2))
    writer.add_rope_freq_base(theta)
    if kind == 'llama3':
        writer.add_tensor('rope_freqs.weight', llama3_divisors(settings['rope_theta'], head_dim, scaling))
    if family in ('mistral', 'gemma3_text'):
        writer.add_sliding_window(settings['sliding_window'])
    if family == 'gemma3_text':
        if settings['rope_local_base_freq'] != 10000.0:
            writer.add_rope_freq_base_swa(settings['rope_local_base_freq'])
        if settings['query_pre_attn_scalar'] != head_dim:
            writer.add_attention_scale(settings['query_pre_attn_scalar'] ** -0.5)
    pattern = settings.get('sliding_window_pattern')
    if pattern and name == 'gemma3-b':
        writer.add_sliding_window_pattern(pattern)
    elif pattern:
        layers = settings['num_hidden_layers']
        writer.add_sliding_window_pattern([(layer + 1) % pattern != 0 for layer in range(layers)])
    writer.add_tokenizer_model('no_vocab')
    writer.add_bos_token_id(settings['bos_token_id'])
    writer.add_eos_token_id(settings['eos_token_id'])

    top = {'model.embed_tokens': 'token_embd', 'model.norm': 'output_norm', 'lm_head': 'output'}
    layer_names = GEMMA_LAYER_NAMES if family == 'gemma3_text' else LAYER_NAMES
    for theirs, values in tensors.items():
        stem, kind = theirs.rsplit('.', 1)
        if stem in top:
            ours = top[stem]
        else:
            layer, part = stem.removeprefix('model.layers.').split('.', 1)
            ours = f'blk.{layer}.{layer_names[part]}'
        if arch == 'llama' and ours.endswith(('attn_q', 'attn_k')):
            heads = settings['num_attention_heads' if ours.endswith('q') else 'num_key_value_heads']
            values = interleaved(values, heads)
        if values.ndim == 1:
            values = values.astype(np.float32)
        if family == 'gemma3_text' and 'norm' in stem:
            values = values + np.float32(1.0)
        writer.add_tensor(f'{ours}.{kind}', np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def llama3_divisors(theta, head_dim, scaling):
    """1 for short waves, the factor for long ones, between them what blends the frequencies."""
    frequencies = theta ** (-np.arange(0, head_dim, 2) / head_dim)
    turns = scaling['original_max_position_embeddings'] * frequencies / (2 * math.pi)
    low, high = scaling['low_freq_factor'], scaling['high_freq_factor']
    smooth = np.clip((turns - low) / (high - low), 0.0, 1.0)
    return (1.0 / ((1 - smooth) / scaling['factor'] + smooth)).astype(np.float32)


def write_folder(folder, name, family, settings, config, tensors):
    folder.mkdir(parents=True, exist_ok=True)
    written = dict(settings, model_type=family, architectures=[HUGGING_FACE[family][1].__name__])
    if name.endswith('-a'):
        # The newer form, as transformers saves it.
        written = json.loads(config.to_json_string(use_diff=False))
        written = {key: value for key, value in written.items() if value is not None and not key.startswith('_')}
    if name == 'gemma3-c':
        outer = {key: written.pop(key) for key in ('bos_token_id', 'eos_token_id')}
        written = dict(outer, model_type='gemma3', architectures=['Gemma3ForConditionalGeneration'],
                       text_config=written, vision_config=dict(model_type='siglip_vision_model', hidden_size=8))
        tensors = {f'language_model.{name}': values for name, values in tensors.items()}
        tensors['vision_tower.vision_model.post_layernorm.weight'] = np.ones(8, np.float16)
        tensors['multi_modal_projector.mm_soft_emb_norm.weight'] = np.ones(8, np.float16)
    written['dtype' if name.endswith('-a') else 'torch_dtype'] = 'float32'
    (folder / 'config.json').write_text(json.dumps(written, indent=1, sort_keys=True) + '\n')
    save_file(tensors, folder / 'model.safetensors', metadata={'format': 'pt'})


def make(name, family, settings):
    config = config_of(family, settings)
    shapes = HUGGING_FACE[family][1](config).state_dict()
    tensors = {
        key: weight(name, family, key, tuple(value.shape))
        for key, value in shapes.items() if not (key == 'lm_head.weight' and settings['tie_word_embeddings'])
    }
    ids = random(f'{name}/ids').integers(0, settings['vocab_size'], TOKENS).tolist()
    expected = logits(load(family, config_of(family, settings), tensors), ids)
    changes = {
        what: round(float(np.abs(logits(model, ids) - expected).max()), 3)
        for what, model in without(family, settings, tensors)
    }
    print(f'{name}: standard deviation {expected.std():.2f}; without {changes}')
    assert all(change >= LEAST_CHANGE for change in changes.values()), (name, changes)

    folder = FOLDER / name
    write_folder(folder / 'hf', name, family, settings, config, tensors)
    write_gguf(folder / 'model.gguf', name, family, settings, tensors)
    save_file({'ids': np.array(ids, np.int32), 'logits': expected.astype(np.float32)},
              folder / 'expected.safetensors')
    facts = {
        'computed_in': f'float64 from f16 weights, Hugging Face transformers {transformers.__version__}',
        'standard_deviation': round(float(expected.std()), 3),
        'largest_change_without': changes,
    }
    (folder / 'expected.json').write_text(json.dumps(facts, indent=1) + '\n')


if __name__ == '__main__':
    for name, (family, settings) in MODELS.items():
        make(name, family, settings)
