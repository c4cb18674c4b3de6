"""Makes tests/data/starter.tsv: python starter_goldens.py ORIGINALS TEXTS

Needs `pip install numpy tokenizers`. ORIGINALS holds the bf16 folders that `wasan train plan` made, TEXTS the folder
that the recipe's texts lie below. A Llama in plain float32 NumPy, greedy: what the quantized models and the shaders are
held against shares no code with either.
"""

import json
import lzma
import sys
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

SENTENCES = 40
# Every sentence by the method itself, each fourth by the other sums.
OTHERS_EVERY = 4
END = 1
LONGEST = 60
FILES = {"de": "valid/tatoeba-valid.de-en.tsv.xz", "ja": "valid/tatoeba-valid.ja-en.tsv.xz"}


class Llama:
    """One model with the keys and values of the sequence so far."""

    def __init__(self, folder):
        self.config = json.loads((folder / "config.json").read_text())
        data = (folder / "model.safetensors").read_bytes()
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        self.weights = {}
        for name, tensor in header.items():
            if name == "__metadata__":
                continue
            assert tensor["dtype"] == "BF16", tensor["dtype"]
            begin, end = tensor["data_offsets"]
            halves = np.frombuffer(data[8 + size + begin : 8 + size + end], np.uint16)
            values = (halves.astype(np.uint32) << 16).view(np.float32)
            self.weights[name] = values.reshape(tensor["shape"])
        self.embedding = self.weights["model.embed_tokens.weight"]
        self.begin()

    def begin(self):
        self.cache = [([], []) for _ in range(self.config["num_hidden_layers"])]
        self.position = 0

    def norm(self, x, name):
        return x / np.sqrt(np.mean(x * x) + np.float32(self.config["rms_norm_eps"])) * self.weights[name]

    def rotate(self, x):
        half = self.config["head_dim"] // 2
        frequency = self.config["rope_theta"] ** (-np.arange(half) / half)
        cos, sin = (f(self.position * frequency).astype(np.float32) for f in (np.cos, np.sin))
        a, b = x[:, :half], x[:, half:]
        return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=1)

    def step(self, token):
        """Reads a token; the logits of the next."""
        heads, shared = self.config["num_attention_heads"], self.config["num_key_value_heads"]
        width = self.config["head_dim"]
        x = self.embedding[token]
        for layer, (keys, values) in enumerate(self.cache):
            weight = lambda name: self.weights[f"model.layers.{layer}.{name}.weight"]
            h = self.norm(x, f"model.layers.{layer}.input_layernorm.weight")
            q = self.rotate((weight("self_attn.q_proj") @ h).reshape(heads, width))
            keys.append(self.rotate((weight("self_attn.k_proj") @ h).reshape(shared, width)))
            values.append((weight("self_attn.v_proj") @ h).reshape(shared, width))
            k, v = (np.repeat(np.stack(of, 1), heads // shared, 0) for of in (keys, values))
            scores = np.einsum("hd,htd->ht", q, k) / np.float32(width**0.5)
            weights = np.exp(scores - scores.max(1, keepdims=True))
            weights /= weights.sum(1, keepdims=True)
            mixed = np.einsum("ht,htd->hd", weights, v).reshape(-1)
            x = x + weight("self_attn.o_proj") @ mixed
            h = self.norm(x, f"model.layers.{layer}.post_attention_layernorm.weight")
            gate = weight("mlp.gate_proj") @ h
            x = x + weight("mlp.down_proj") @ (gate / (1 + np.exp(-gate)) * (weight("mlp.up_proj") @ h))
        self.position += 1
        return self.embedding @ self.norm(x, "model.norm.weight")


def answer(terms, prompt):
    """Tokens of the greedy answer, and by how much each led the second."""
    for model, _ in terms:
        model.begin()
    for token in prompt[:-1]:
        for model, _ in terms:
            model.step(token)
    ids, margins, last = [], [], prompt[-1]
    while len(ids) < LONGEST:
        logits = sum(weight * model.step(last) for model, weight in terms)
        second, first = np.argsort(logits)[-2:]
        margins.append(float(logits[first] - logits[second]))
        if first == END:
            return ids, margins
        last = int(first)
        ids.append(last)
    return None


def main():
    originals, texts = map(Path, sys.argv[1:])
    models = {name: Llama(originals / name) for name in ("large", "small-de", "small-en", "small-ja")}
    tokenizer = Tokenizer.from_file(str(originals / "large" / "tokenizer.json"))
    rows = ["direction\trecipe\tsource\ttranslation\ttoken ids\tmargin of the first two at each step (the last step is the end token)"]
    for other, file in FILES.items():
        pairs = [line.rstrip("\n").split("\t") for line in lzma.open(texts / file, "rt", encoding="utf-8")]
        chosen = pairs[:: len(pairs) // SENTENCES][:SENTENCES]
        for source, target in ((other, "en"), ("en", other)):
            large, from_model, to_model = (models[name] for name in ("large", f"small-{source}", f"small-{target}"))
            sums = {
                "collab": [(large, 1), (from_model, 1), (to_model, 1)],
                "collab-half": [(large, 1), (from_model, 0.5), (to_model, 0.5)],
                "large": [(large, 1)],
                f"small-{other}": [(models[f"small-{other}"], 1)],
                "small-en": [(models["small-en"], 1)],
            }
            for recipe, terms in sums.items():
                for pair in chosen[:: 1 if recipe == "collab" else OTHERS_EVERY]:
                    text = pair[0] if source == other else pair[1]
                    tag = lambda code: tokenizer.token_to_id(f"<|{code}|>")
                    ids = tokenizer.encode(text, add_special_tokens=False).ids
                    told = answer(terms, [0, tag(source), *ids, tag(target)])
                    if told is None:
                        continue
                    said = tokenizer.decode(told[0]).strip()
                    numbers = " ".join(map(str, told[0])), " ".join(f"{margin:.4f}" for margin in told[1])
                    rows.append("\t".join([f"{source}-{target}", recipe, text, said, *numbers]))
    out = Path(__file__).parent / "data" / "starter.tsv"
    out.write_text("\n".join(rows) + "\n", encoding="utf-8")


main()
