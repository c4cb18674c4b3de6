#!/usr/bin/env python3
"""make.py OUT: documents of every format in OUT/de, OUT/en and OUT/ja, by the language that they are in."""

import subprocess
import sys
import tempfile
from pathlib import Path

import books
import office
import texts

# What LibreOffice writes from what other programs wrote: source → formats. An extension with a name before it,
# such as "html:HTML (StarWriter)", chooses the filter.
CONVERSIONS = {
    "de/report.docx": ["docx", "odt", "epub", "pdf", "html:HTML (StarWriter)"],
    "de/boxes.docx": ["docx", "odt"],
    "de/tracked.docx": ["odt"],
    "de/letter.odt": ["docx", "odt", "pdf"],
    "de/slides.pptx": ["pptx", "odp", "pdf"],
    "de/talk.odp": ["pptx"],
    "de/budget.xlsx": ["xlsx", "ods"],
    "de/stock.xlsx": ["xlsx", "ods"],
    "de/fruit.ods": ["xlsx"],
    "ja/report.docx": ["odt"],
    "en/slides.pptx": ["odp"],
}


def convert(out, profile):
    """Has LibreOffice write what it reads in the sources."""
    for source, kinds in CONVERSIONS.items():
        for kind in kinds:
            path, folder = out / source, out / source.split("/")[0] / "libreoffice" / Path(source).suffix[1:]
            command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", kind]
            subprocess.run([*command, "--outdir", folder, path], check=True, capture_output=True)
            if not (folder / path.with_suffix("." + kind.split(":")[0]).name).is_file():
                sys.exit(f"LibreOffice did not write {kind} from {source}")


def main():
    out = Path(sys.argv[1])
    for module in (office, books, texts):
        for name, make in module.MAKERS.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            make(str(path))
    with tempfile.TemporaryDirectory() as profile:
        convert(out, profile)
    documents = [path for path in out.rglob("*.*") if path.is_file() and path.suffix != ".png"]
    print(len(documents), "documents in", out)


if __name__ == "__main__":
    main()
