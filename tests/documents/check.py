#!/usr/bin/env python3
"""check.py CORPUS OUT: translates the documents that make.py made, and has other programs read the results.

OUT must be new. Status 1 when anything is wrong. WASAN and IDENTITY name the two programs, which are otherwise those
of `cargo build --release -p cli` and `cargo build --release -p documents --example identity`.
"""

import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict
from pathlib import Path

import readers
from phrases import DE, EN, JA

BUILT = Path(__file__).parents[2] / "target" / "release"
WASAN = os.environ.get("WASAN", BUILT / "wasan")
IDENTITY = os.environ.get("IDENTITY", BUILT / "examples" / "identity")
TARGETS = {"de": "en", "en": "de", "ja": "en"}
SENTENCES = {"de": DE, "en": EN, "ja": JA}
OFFICE = {".docx", ".pptx", ".xlsx", ".odt", ".ods", ".odp"}
PACKAGES = OFFICE | {".epub"}
MAY_CHANGE = (".xml", ".xhtml", ".html", ".opf", ".ncx")
MOST_GROWTH = 0.1
# Numbers up to this one may be written as words, so that the program says nothing where they are missing.
SPELLED = 12


class Results:
    """What was found out about each document."""

    def __init__(self):
        self.rows = defaultdict(Counter)
        self.failures = []

    def count(self, path, **numbers):
        self.rows[path.suffix[1:]].update(numbers)

    def fail(self, path, what):
        self.failures.append(f"{path}: {what}")
        self.count(path, failures=1)

    def show(self):
        columns = ["documents", "identical", "translated", "opened", "sentences", "to_review", "kept", "spelled", "failures"]
        print("".join(f"{name:>12}" for name in ["format", *columns]))
        total = Counter()
        for kind, row in sorted(self.rows.items()):
            total.update(row)
            print("".join(f"{value:>12}" for value in [kind, *(row[name] for name in columns)]))
        for failure in self.failures:
            print("FAILED", failure)
        print(", ".join(f"{total[name]} {name.replace('_', ' ')}" for name in columns))


def documents(folder):
    return sorted(path for path in folder.rglob("*.*") if path.is_file() and path.suffix != ".png")


def check_identity(results, paths, language):
    """A document written with its own texts has the same bytes."""
    command = [IDENTITY, language, TARGETS[language], *paths]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    for path, line in zip(paths, ran.stdout.splitlines(), strict=True):
        found = json.loads(line)
        results.count(path, documents=1, identical=found["same"])
        if not found["same"]:
            results.fail(path, "is not the same after an identity translation")
        if found["blocks"] == 0:
            results.fail(path, "no text was found in it")


def translate(results, folder, out, language):
    """The program's reports, by source."""
    pair = ["--from", language, "--to", TARGETS[language]]
    command = [WASAN, "translate", *pair, "--json", "--out", out, "--data", out.parent / "data", folder]
    ran = subprocess.run(command, capture_output=True, text=True)
    (out.parent / f"{language}.log").write_text(ran.stderr)
    reports = {}
    for path, line in zip(documents(folder), ran.stdout.splitlines(), strict=True):
        report = json.loads(line)
        if "problem" in report:
            results.fail(path, report["problem"]["message"])
        else:
            reports[path] = report
    return reports


def segments(job, data):
    """The segments of a translated document, with what was found out when it was written."""
    command = [WASAN, "jobs", "show", str(job), "--json", "--data", data]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def check_translation(results, source, report, language, data):
    """Another program reads both; all sentences are translated, and what is no text is kept or was reported."""
    output, lines = Path(report["output"]), segments(report["job"], data)
    reasons = Counter(reason["kind"] for line in lines for reason in line["reasons"])
    kept = [line["source"] for line in lines if line["status"] == "kept"]
    results.count(source, sentences=report["segments"], to_review=report["to_review"], kept=len(kept))
    if report["segments"] == 0 or len(kept) == report["segments"]:
        return results.fail(source, "came back untranslated")
    results.count(source, translated=1)
    try:
        (before, marks), (after, marks_after) = readers.read(source), readers.read(output)
    except Exception as error:  # Whatever a program raises at an output, it refuses to open it.
        return results.fail(source, f"{type(error).__name__} in {output}: {error}")
    results.count(source, opened=1)
    squeezed, squeezed_after = re.sub(r"\s+", " ", before), re.sub(r"\s+", " ", after)
    for sentence in SENTENCES[language]:
        if sentence in squeezed and sentence in squeezed_after and not any(sentence in text for text in kept):
            results.fail(source, f"not translated: {sentence}")
    # Of a PDF only the text is taken over.
    if source.suffix != ".pdf":
        numbers = Counter(re.findall(r"\d+", before)) - Counter(re.findall(r"\d+", after))
        large = {number: count for number, count in numbers.items() if int(number) > SPELLED}
        results.count(source, spelled=numbers.total() - sum(large.values()))
        if sum(large.values()) > reasons["number"] + reasons["placeholder"]:
            results.fail(source, f"numbers lost: {large}")
        lost = marks - marks_after
        if lost.total() > reasons["tag"] + reasons["placeholder"]:
            results.fail(source, f"marks lost: {dict(lost)}")
    if source.suffix in PACKAGES:
        check_package(results, source, output)


def check_package(results, source, output):
    """The same entries in the same order; what was not translated has the same bytes, compressed as they were."""
    before, after = source.stat().st_size, output.stat().st_size
    if abs(after - before) > MOST_GROWTH * before:
        results.fail(source, f"{before} bytes became {after}")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(output) as new:
        if old.namelist() != new.namelist() or old.comment != new.comment:
            return results.fail(source, "other entries, or another order")
        for was, became in zip(old.infolist(), new.infolist()):
            about = [(entry.compress_type, entry.date_time, entry.external_attr, entry.extra) for entry in (was, became)]
            if about[0] != about[1]:
                results.fail(source, f"{was.filename} is described in another way")
            if old.read(was) == new.read(became):
                if stored(source, was) != stored(output, became):
                    results.fail(source, f"{was.filename} was compressed anew")
            elif not was.filename.endswith(MAY_CHANGE):
                results.fail(source, f"{was.filename} was changed")


def stored(path, entry):
    """An entry's content as it lies in the package, compressed."""
    with open(path, "rb") as file:
        file.seek(entry.header_offset + 26)
        lengths = file.read(4)
        file.seek(int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little"), os.SEEK_CUR)
        return file.read(entry.compress_size)


def check_in_libreoffice(results, outputs):
    """LibreOffice reads every office document and prints it."""
    with tempfile.TemporaryDirectory() as place:
        flat, printed = Path(place, "flat"), Path(place, "pdf")
        flat.mkdir()
        names = {}
        for number, (source, output) in enumerate(outputs.items()):
            names[source] = shutil.copy(output, flat / f"{number}{output.suffix}")
        profile = f"-env:UserInstallation=file://{place}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", printed, *names.values()]
        subprocess.run(command, capture_output=True)
        for source, name in names.items():
            results.count(source, in_libreoffice=1)
            if not (printed / name.name).with_suffix(".pdf").is_file():
                results.fail(source, "LibreOffice does not open its translation")


def main():
    corpus, out = Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute()
    logging.disable(logging.WARNING)
    results, outputs = Results(), {}
    for language in TARGETS:
        paths = documents(corpus / language)
        check_identity(results, paths, language)
        target = out / language
        target.mkdir(parents=True)
        for source, report in translate(results, corpus / language, target, language).items():
            check_translation(results, source, report, language, out / "data")
            if source.suffix in OFFICE:
                outputs[source] = Path(report["output"])
    check_in_libreoffice(results, outputs)
    results.show()
    return 1 if results.failures else 0


if __name__ == "__main__":
    sys.exit(main())
