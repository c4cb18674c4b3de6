#!/usr/bin/env python3
"""hostile.py OUT: gives the program files that are made to harm, and measures what each costs.

Each must be refused, or found to hold nothing to translate, within a second and 300 MB; the second is beyond what the
program needs to start. OUT must be new. WASAN names the program. Needs GNU time.
"""

import os
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

WASAN = os.environ.get("WASAN", Path(__file__).parents[2] / "target/release/wasan")
MOST_SECONDS, MOST_MB = 1.0, 300
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "haha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi")
) + "]>"
PASSWORDS = '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]>'


def package(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)


def word(path, document):
    package(path, [("[Content_Types].xml", TYPES), ("word/document.xml", document)])


def body(content):
    return f'<w:document xmlns:w="{WORD}"><w:body>{content}</w:body></w:document>'


def patched(path, old, new):
    data = path.read_bytes()
    assert old in data and len(old) == len(new)
    path.write_bytes(data.replace(old, new))


def duplicate(path):
    package(path, [("[Content_Types].xml", TYPES), ("a.xml", "1"), ("b.xml", "2")])
    patched(path, b"b.xml", b"a.xml")


def encrypted(path):
    word(path, body("<w:p/>"))
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    path.write_bytes(data)


def half(path):
    word(path, body("<w:p><w:r><w:t>Hallo</w:t></w:r></w:p>" * 1000))
    path.write_bytes(path.read_bytes()[:-200])


def bomb(path, name="word/document.xml", size=1 << 30):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if name != "[Content_Types].xml":
            archive.writestr("[Content_Types].xml", TYPES)
        with archive.open(name, "w", force_zip64=True) as entry:
            for _ in range(size >> 20):
                entry.write(b" " * (1 << 20))


def paragraphs(path):
    """Four parts of two million short paragraphs each, with as much chance in them as the limit of inflation asks for."""
    types, names = TYPES, [f"word/header{number}.xml" for number in range(1, 5)]
    for name in names:
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
        types = types.replace("</Types>", f'<Override PartName="/{name}" ContentType="{kind}"/></Types>')
    short = "<w:p><w:r><w:t>ab</w:t></w:r></w:p>" * 150
    part = body("".join(f"{short}<!--{os.urandom(8).hex()}-->" for _ in range(12_000)))
    package(path, [("[Content_Types].xml", types), *((name, part) for name in names)])


def sparse(path, size, head=b""):
    with open(path, "wb") as file:
        file.write(head)
        file.truncate(size)


def book_outside(path):
    spine = '<container><rootfiles><rootfile full-path="../../../etc/passwd"/></rootfiles></container>'
    package(path, [("mimetype", "application/epub+zip"), ("META-INF/container.xml", spine)])


def pdf(path, objects):
    lines, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(lines))
        lines += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(lines)
    lines += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode()
    lines += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    lines += f"trailer << /Size {len(places) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    path.write_bytes(lines)


def pdf_bomb(path):
    content = zlib.compress(zlib.compress(b" " * (1 << 29), 9), 9)
    stream = f"<< /Length {len(content)} /Filter [/FlateDecode /FlateDecode] >>\nstream\n".encode() + content + b"\nendstream"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << >> >>"
    pdf(path, [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, stream])


def pdf_table(path):
    lines = bytearray(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n")
    start = len(lines)
    content = zlib.compress(bytes(1 << 31), 9)
    lines += f"3 0 obj\n<< /Type /XRef /Size 4 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode /Length {len(content)} >>\nstream\n".encode()
    lines += content + f"\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n".encode()
    path.write_bytes(lines)


def pdf_circle(path):
    pdf(path, [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 2 0 R] /Count 9 >>"])


def writer(text):
    return lambda path: path.write_text(text, encoding="utf-8")


FILES = {
    "bomb.docx": bomb,
    "bomb-types.docx": lambda path: bomb(path, "[Content_Types].xml"),
    "many-entries.docx": lambda path: package(path, [("[Content_Types].xml", TYPES), *((f"word/{n}", "") for n in range(60_000))]),
    "duplicate.docx": duplicate,
    "encrypted.docx": encrypted,
    "half.docx": half,
    "laughs.docx": lambda path: word(path, LAUGHS + body("<w:p><w:r><w:t>&i;</w:t></w:r></w:p>")),
    "passwords.docx": lambda path: word(path, PASSWORDS + body("<w:p><w:r><w:t>&i;</w:t></w:r></w:p>")),
    "deep.docx": lambda path: word(path, body("<w:p>" * 200_000 + "</w:p>" * 200_000)),
    "endless-paragraph.docx": lambda path: word(path, body("<w:p>" + "".join(f'<w:r w:n="{n}"/>' for n in range(600_000)) + "</w:p>")),
    "endless-paragraphs.docx": paragraphs,
    "many-attributes.docx": lambda path: word(path, body("<w:p" + "".join(f' a{n}="x"' for n in range(200_000)) + "/>")),
    "outside.epub": book_outside,
    "old.doc.docx": lambda path: path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1016) + "WordDocument".encode("utf-16-le") + bytes(999)),
    "laughs.xlf": writer('<?xml version="1.0"?>' + LAUGHS + '<xliff version="1.2"><file><body><trans-unit id="1"><source>&i;</source></trans-unit></body></file></xliff>'),
    "passwords.tmx": writer('<?xml version="1.0"?>' + PASSWORDS + '<tmx version="1.4"><body><tu><tuv xml:lang="de"><seg>&i;</seg></tuv></tu></body></tmx>'),
    "deep.xlf": writer('<?xml version="1.0"?><xliff version="1.2">' + "<group>" * 300_000 + "</group>" * 300_000 + "</xliff>"),
    "deep.json": writer("[" * 5_000_000 + "]" * 5_000_000),
    "deep.yaml": writer("\n".join(" " * n + "a:" for n in range(4000))),
    "deep.html": writer("<div>" * 1_000_000),
    "deep.md": writer("> " * 500_000 + "\n" + "[" * 500_000 + "*" * 500_000),
    "tags.md": writer("<" * 1_000_000),
    "marks.txt": writer("\u202e\u200b" * 1_000_000),
    "numbers.srt": writer("".join(f"{n}\n99:99:99,999 --> 00:00:00,000\n{n}\n\n" for n in range(100_000))),
    "quotes.csv": writer('1,"' + '"",' * 1_000_000),
    "quotes.po": writer('msgid "" ' + '"\\n"' * 1_000_000),
    "escapes.properties": writer("a=" + "\\" * 5_000_001),
    "escapes.strings": writer('"a" = "' + "\\" * 5_000_001),
    "cues.vtt": writer("WEBVTT\n\n" + "00:00.000 --> \n" * 500_000),
    "endless.txt": lambda path: sparse(path, 10 << 30, b"Hallo"),
    "huge.txt": lambda path: path.write_bytes(b"Hallo. " * (43 << 20)),
    "huge.json": lambda path: path.write_bytes(b"[" + b'"Hallo, du.",' * (25 << 20) + b'""]'),
    "huge.docx": lambda path: sparse(path, 300 << 20, b"PK\x03\x04"),
    "bomb.pdf": pdf_bomb,
    "table.pdf": pdf_table,
    "circle.pdf": pdf_circle,
    "huge.pdf": lambda path: sparse(path, 300 << 20, b"%PDF-1.7\n"),
}


def cost(path, data):
    """What became of a file: status, seconds of CPU time (others may be at work), peak memory in MB, what was said."""
    command = [WASAN, "translate", "--from", "de", "--to", "en", "--data", data, path]
    # The child of a process that is as large as this one would begin with its peak.
    ran = subprocess.run(["/usr/bin/time", "-q", "-f", "%U %S %M", *command], capture_output=True, text=True)
    *said, measured = ran.stderr.strip().splitlines()
    user_s, system_s, peak_kb = map(float, measured.split())
    return ran.returncode, user_s + system_s, peak_kb / 1024, said


def main():
    out = Path(sys.argv[1]).absolute()
    out.mkdir(parents=True)
    empty = out / "picture.txt"
    empty.write_bytes(b"\x89PNG\r\n\x1a\n")
    _, start_s, start_mb, _ = cost(empty, out / "data")
    print(f"start-up: {start_s:.2f} s, {start_mb:.0f} MB")
    failures = 0
    for name, make in FILES.items():
        path = out / name
        make(path)
        status, seconds, peak, said = cost(path, out / "data")
        more_s = seconds - start_s
        is_bad = status not in (0, 1) or more_s > MOST_SECONDS or peak > MOST_MB
        failures += is_bad
        line = said[0] if said else ""
        print(f"{name:24} status {status} {more_s:6.2f} s {peak:5.0f} MB  {line[:90]}{'  FAILED' if is_bad else ''}", flush=True)
        path.unlink()
    print(f"{len(FILES)} files, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
