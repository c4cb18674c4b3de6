"""Makes the dictionary in this folder from MeCab's compiled IPADIC: python unpack.py DICDIR

DICDIR is the folder `ipadic.DICDIR` of the PyPI package ipadic 1.0.0, the one that SacreBLEU uses. Kept is what
decides where words begin and end: surfaces, connection ids and costs. Readings and parts of speech are dropped, and
words that then are equal are kept once.
"""

import csv
import gzip
import io
import struct
import sys
from pathlib import Path

HEADER = struct.Struct("<10I32s")  # magic, version, type, words, left ids, right ids, three sizes, unused, charset
TOKEN = struct.Struct("<HHHhII")  # left id, right id, part of speech, cost, two offsets
CATEGORY_BITS = 18


def words(path):
    """Surface, left id, right id and cost of every word, in the order of the surfaces' bytes."""
    data = path.read_bytes()
    *_, trie_bytes, token_bytes, _, _, charset = HEADER.unpack_from(data)
    assert charset.rstrip(b"\0").lower() in (b"utf8", b"utf-8"), charset
    units = list(struct.iter_unpack("<iI", data[HEADER.size : HEADER.size + trie_bytes]))
    start = HEADER.size + trie_bytes
    tokens = list(TOKEN.iter_unpack(data[start : start + token_bytes]))
    found, pending = [], [(units[0][0], b"")]
    while pending:  # a walk through the double array: the child by byte c of base b is at b + c + 1, its check is b
        base, surface = pending.pop()
        value, check = units[base]
        if check == base and value < 0:
            first, count = (-value - 1) >> 8, (-value - 1) & 0xFF
            found += [(surface, *token[:2], token[3]) for token in tokens[first : first + count]]
        for byte in range(256):
            child = base + byte + 1
            if child < len(units) and units[child][1] == base:
                pending.append((units[child][0], surface + bytes([byte])))
    in_order = sorted(dict.fromkeys(found), key=lambda word: word[0])  # equal surfaces stay as MeCab tries them
    return [(surface.decode(), *rest) for surface, *rest in in_order]


def characters(path):
    """char.def: what each category does with unknown words, and the categories of each range of characters."""
    data = path.read_bytes()
    (count,) = struct.unpack_from("<I", data)
    names = [data[4 + 32 * i : 36 + 32 * i].rstrip(b"\0").decode() for i in range(count)]
    infos = [info for (info,) in struct.iter_unpack("<I", data[4 + 32 * count :])]
    main = lambda info: info >> CATEGORY_BITS & 0xFF
    rules = {main(info): (info >> 31, info >> 30 & 1, info >> 26 & 15) for info in infos}
    lines = ["# category, whether known words are joined by unknown ones, whether runs are one word, longest of others"]
    lines += [f"{name} {' '.join(map(str, rules[i]))}" for i, name in enumerate(names)]
    lines += ["# first and last character, category, further categories that runs may go on with"]
    first = 0
    for i in range(1, len(infos) + 1):
        if i == len(infos) or infos[i] != infos[first]:
            info = infos[first]
            others = [name for k, name in enumerate(names) if info >> k & 1 and k != main(info)]
            if main(info) or others:
                lines.append(f"0x{first:04X}..0x{i - 1:04X} {' '.join([names[main(info)], *others])}")
            first = i
    return "\n".join(lines) + "\n"


def pack(name, data):
    with open(name, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(data)


dicdir, here = Path(sys.argv[1]), Path(__file__).parent
lexicon = io.StringIO()
csv.writer(lexicon, lineterminator="\n").writerows(words(dicdir / "sys.dic"))
pack(here / "lexicon.csv.gz", lexicon.getvalue().encode())
pack(here / "matrix.bin.gz", (dicdir / "matrix.bin").read_bytes())
(here / "char.def").write_text(characters(dicdir / "char.bin"))
unknown = "".join(f"{surface},{left},{right},{cost},\n" for surface, left, right, cost in words(dicdir / "unk.dic"))
(here / "unk.def").write_text(unknown)
