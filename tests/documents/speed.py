#!/usr/bin/env python3
"""speed.py OUT: words a second on a Word document of 200 sentences, one, eight and sixteen of them at once.

OUT must be new. WASAN names the program.
"""

import json
import subprocess
import sys
from pathlib import Path

from docx import Document

import kill
import small

SENTENCES = 200


def main():
    out = Path(sys.argv[1]).absolute()
    out.mkdir(parents=True)
    document, source = Document(), out / "sentences.docx"
    for sentence in small.ALL[:SENTENCES]:
        document.add_paragraph(sentence)
    document.save(str(source))
    for sequences in ("1", "8", "16"):
        folder = out / sequences
        (folder / "out").mkdir(parents=True)
        command = kill.translate([source], folder, ["--sequences", sequences])
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
        report = json.loads(ran.stdout)
        print(
            f"{sequences:>2} at once: {report['words_per_second']:6.1f} words/s, {report['tokens_per_second']:6.1f} tokens/s"
            f" ({report['segments']} sentences, {report['words']} words, {report['seconds']:.1f} s)",
            flush=True,
        )


if __name__ == "__main__":
    main()
