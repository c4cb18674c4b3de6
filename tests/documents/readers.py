"""Documents as programs other than Wasan read them. A reader raises where its program refuses to open the file.

`read` gives a document's translated text and its marks: what a translation has to leave as it is (elements, times,
keys, addresses), counted.
"""

import codecs
import csv
import json
import re
import subprocess
import zipfile
from collections import Counter
from io import StringIO
from pathlib import Path

import docx
import html5lib
import odf.opendocument
import openpyxl
import polib
import pptx
import pypdf
import srt
import webvtt
import yaml
from ebooklib import epub
from lxml import etree
from markdown_it import MarkdownIt
from translate.storage import factory, properties, xliff2

OPEN = {
    "docx": docx.Document,
    "pptx": pptx.Presentation,
    "xlsx": openpyxl.load_workbook,
    "odt": odf.opendocument.load,
    "ods": odf.opendocument.load,
    "odp": odf.opendocument.load,
    "epub": epub.read_epub,
}

# Runs are merged and divided as the words ask for, and spelling marks go with the words that they were about.
RUNS = {"r", "t", "rPr", "span", "proofErr", "smartTag", "s", "endParaRPr"}
# What is in them says how a run looks.
RUN_PROPERTIES = {"rPr", "endParaRPr"}
# What stands inside a sentence; any other element ends it.
INLINE = RUNS | {"hyperlink", "ins", "a", "b", "em", "font", "i", "sup", "u"}
# Attributes that people see or hear.
SHOWN = {"alt", "descr", "title", "placeholder"}

BOMS = [(codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")]


def read(path):
    """The text of a document, and its marks."""
    path = Path(path)
    kind = path.suffix[1:]
    if kind in OPEN:
        OPEN[kind](str(path))
        return package(path)
    return TEXTS[kind](path)


def decoded(path):
    """A text in its encoding: by its byte order mark, else UTF-8, else as the corpus names it."""
    data = Path(path).read_bytes()
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return data.decode(encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("shift_jis" if "shift-jis" in Path(path).name else "cp1252")


def addresses(text):
    return Counter(re.findall(r"https?://[^\s\"'<>)\]]+", text))


def package(path):
    """All XML of a package: its text with attributes that people see, and its elements."""
    text, marks = [], Counter()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.endswith((".xml", ".xhtml", ".html", ".opf", ".ncx")):
                continue
            for event, element in etree.iterwalk(etree.fromstring(archive.read(name)), ["start", "end"], "{*}*"):
                place = etree.QName(element).localname
                is_look = any(etree.QName(above).localname in RUN_PROPERTIES for above in element.iterancestors())
                gap = "" if is_look or place in INLINE else "\n"
                if event == "end":
                    text += [gap, element.tail or ""]
                    continue
                shown = [value for key, value in element.attrib.items() if etree.QName(key).localname in SHOWN]
                text += ["\n".join(["", *shown, ""]) if shown else gap, element.text or ""]
                if place not in RUNS and not is_look:
                    marks[name, place] += 1
                marks.update(addresses(" ".join(element.attrib.values())))
    return "".join(text), marks


def plain(path):
    text = decoded(path)
    return text, addresses(text) + Counter(line_ends=text.count("\n"), carriage_returns=text.count("\r"))


def markdown(path):
    text = decoded(path)
    tokens = MarkdownIt().enable("table").parse(text)
    return text, Counter(token.type for token in tokens if token.type != "inline") + addresses(text)


def html(path):
    text = decoded(path)
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    shown = [value for element in elements for key, value in element.attrib.items() if key in SHOWN]
    return "\n".join([spoken(tree), *shown]), Counter(element.tag for element in elements) + addresses(text)


def spoken(element):
    """The text of an element of a page, without comments."""
    if not isinstance(element.tag, str):
        return ""
    gap = "" if element.tag in INLINE else "\n"
    inner = "".join(spoken(child) + (child.tail or "") for child in element)
    return gap + (element.text or "") + inner + gap


def subrip(path):
    cues = list(srt.parse(decoded(path), ignore_errors=False))
    return "\n".join(cue.content for cue in cues), Counter((str(cue.start), str(cue.end)) for cue in cues)


def web_vtt(path):
    cues = webvtt.from_string(decoded(path))
    return "\n".join(cue.raw_text for cue in cues), Counter((cue.start, cue.end, cue.identifier) for cue in cues)


def gettext(path):
    subprocess.run(["msgfmt", "--check-format", "-o", "/dev/null", path], check=True, capture_output=True)
    entries = polib.pofile(str(path), encoding="utf-8")
    text = "\n".join(entry.msgstr or "\n".join(entry.msgstr_plural.values()) or entry.msgid for entry in entries)
    return text, Counter((entry.msgctxt, entry.msgid) for entry in entries)


def exchange(path):
    """XLIFF and TMX: the target where there is one, and the sources."""
    data = path.read_bytes()
    etree.fromstring(data)
    store = xliff2.Xliff2File.parsefile(str(path)) if b'version="2.0"' in data else factory.getobject(str(path))
    text = "\n".join(str(unit.target or unit.source) for unit in store.units)
    return text, Counter(str(unit.source) for unit in store.units)


def table(path):
    text = decoded(path)
    separator = "\t" if path.suffix == ".tsv" else max(",;", key=text.count)
    rows = list(csv.reader(StringIO(text, newline=""), delimiter=separator))
    return "\n".join(" ".join(row) for row in rows), Counter((n, len(row)) for n, row in enumerate(rows))


def leaves(value, place=()):
    """The scalars of nested maps and lists, each with its place."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*place, key))]
    if isinstance(value, list):
        return [leaf for key, inner in enumerate(value) for leaf in leaves(inner, (*place, key))]
    return [(place, value)]


def tree(load):
    def reader(path):
        found = leaves(load(decoded(path)))
        kept = Counter((place, type(value).__name__) for place, value in found)
        return "\n".join(str(value) for _, value in found), kept

    return reader


def java_properties(path):
    return keyed(properties.javafile.parsefile(str(path)))


def apple_strings(path):
    has_bom = path.read_bytes().startswith(codecs.BOM_UTF16_LE)
    return keyed((properties.stringsfile if has_bom else properties.stringsutf8file).parsefile(str(path)))


def keyed(store):
    units = [unit for unit in store.units if not unit.isblank()]
    return "\n".join(str(unit.source) for unit in units), Counter(unit.name for unit in units)


def pdf(path):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages), Counter()


TEXTS = {
    "txt": plain,
    "md": markdown,
    "html": html,
    "xhtml": html,
    "srt": subrip,
    "vtt": web_vtt,
    "po": gettext,
    "xlf": exchange,
    "tmx": exchange,
    "csv": table,
    "tsv": table,
    "json": tree(json.loads),
    "arb": tree(json.loads),
    "yml": tree(yaml.safe_load),
    "yaml": tree(yaml.safe_load),
    "properties": java_properties,
    "strings": apple_strings,
    "pdf": pdf,
}
