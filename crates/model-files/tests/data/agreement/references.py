"""Writes NAME.hashes for every tokenizer: the 32-bit FNV-1a hash of the token ids of each text, little-endian, in the order
of lines.de.txt, lines.en.txt, lines.ja.txt and odd.json.

    pip install tokenizers==0.23.3 sentencepiece==0.2.3
    python references.py FOLDER     FOLDER holds NAME.json of the families

The ids are those of the `tokenizers` package, which transformers' AutoTokenizer runs. NAME.sentencepiece.hashes has those of
SentencePiece itself where its model lies beside this script.
"""

import json
import sys
from pathlib import Path

from sentencepiece import SentencePieceProcessor
from tokenizers import Tokenizer

HERE = Path(__file__).parent
NAMES = ["llama3", "qwen3", "gemma3", "mistral-nemo", "llama2", "deepseek-v3", "unigram-nfkc", "unigram-plain"]


def texts():
    for language in ("de", "en", "ja"):
        yield from (HERE / f"lines.{language}.txt").read_bytes().decode().split("\n")[:-1]
    yield from json.loads((HERE / "odd.json").read_text())


def fnv1a(ids):
    value = 0x811C9DC5
    for token in ids:
        for byte in token.to_bytes(4, "little"):
            value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def main():
    folder = Path(sys.argv[1])
    for name in NAMES:
        own = HERE / f"{name}.json"
        tokenizer = Tokenizer.from_file(str(own if own.exists() else folder / f"{name}.json"))
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts()]
        write(name, ids)
        model = HERE / f"{name}.model"
        if model.exists():
            pieces = SentencePieceProcessor(model_file=str(model))
            write(f"{name}.sentencepiece", [pieces.encode(text) for text in texts()])


def write(name, ids):
    (HERE / f"{name}.hashes").write_bytes(b"".join(fnv1a(of_text).to_bytes(4, "little") for of_text in ids))
    print(f"{name}: {len(ids)} texts, {sum(map(len, ids))} tokens")


main()
