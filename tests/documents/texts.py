"""Formats that are text: written by hand as people and programs write them, in the encodings that are still met."""

import json

import polib
import yaml as pyyaml

from phrases import DE, EN, JA, Phrases

HEAD_XLIFF_1 = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">\n'
    '  <file original="app" source-language="de" target-language="en" datatype="plaintext"><body>\n'
)
HEAD_XLIFF_2 = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="de" trgLang="en">\n  <file id="f1">\n'
)


def save(path, text, encoding="utf-8"):
    with open(path, "wb") as file:
        file.write(text.encode(encoding))


def crlf(text):
    return text.replace("\n", "\r\n")


def paragraphs(sentences, start, count=4):
    say = Phrases(sentences, start)
    return "\n\n".join(say(2) for _ in range(count)) + "\n"


def wrapped():
    say = Phrases(DE, 18)
    return "Ein Brief\n=========\n\n" + "\n".join(say() for _ in range(4)) + "\n\n  * " + say() + "\n  * " + say() + "\n"


def readme(say):
    before, middle, after = say.parts()[0]
    return f"""---
title: {say()}
description: >-
  {say()}
tags: [eins, zwei]
---

# {say()}

<details>
<summary>{say()}</summary>

{say()}

</details>

<div align="center">
  {say()}
</div>

{before}**{middle}**{after} {say()} Siehe [diese Seite](https://example.org/a_b "Titel") und `wasan --help`.

- [x] {say()}
- [ ] {say()}
  1. {say()}

| Ware | Preis |
|:-----|------:|
| {say()} | 3,50 |

> {say()}

```sh
echo "Das bleibt so."
```

![{say()}](bild.png) {say()}[^1]

[^1]: {say()}
"""


def page(say, charset="utf-8"):
    before, middle, after = say.parts()[0]
    return f"""<!DOCTYPE html>
<html lang="de">
<head>
<meta charset="{charset}">
<title>{say()}</title>
<meta name="description" content="{say()}">
<style>p {{ color: red }}</style>
<script>const text = "Das bleibt so.";</script>
</head>
<body>
<!-- Das bleibt auch so. -->
<h1 class="kopf">{say()}</h1>
<p>{before}<b id="b1">{middle}</b>{after}<br>
{say()} &amp; <a href="https://example.org/?a=1&amp;b=2" title="{say()}">{say()}</a></p>
<p>Rufen Sie <code>wasan --version</code> auf. <img src="bild.png" alt="{say()}"></p>
<ul><li>{say()}<li>{say()}</ul>
<table><tr><th>Ware<th>Preis<tr><td>{say()}<td>3,50</table>
<form><input placeholder="{say()}" value="x1"><button>{say()}</button></form>
<p translate="no">Das bleibt so.</p>
<pre>  Das bleibt so.
</pre>
</body>
</html>
"""


def xhtml(say):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="de"><head><title>{say()}</title></head>
<body><p>{say()}<br/>{say()}</p><hr/><p>{say()}</p></body></html>
"""


def srt(say, count=6):
    cue = "{n}\n00:00:{a:02},500 --> 00:00:{b:02},000\n{text}\n"
    texts = [say() for _ in range(count)]
    texts[1] = "<i>" + texts[1] + "</i>"
    texts[2] = "- " + texts[2] + "\n- " + say()
    return "\n".join(cue.format(n=n + 1, a=3 * n, b=3 * n + 3, text=text) for n, text in enumerate(texts))


def vtt(say):
    return f"""WEBVTT - Ein Film

NOTE Das bleibt so.

STYLE
::cue {{ color: white }}

anfang
00:00.500 --> 00:03.000 align:start position:10%
<v Anna>{say()}</v>

00:03.000 --> 00:06.000
- {say()}
- <i>{say()}</i>

3
00:00:06.000 --> 00:00:09.000
{say()}
"""


def po(path):
    say, catalog = Phrases(DE, 10), polib.POFile()
    catalog.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Language": "en", "Plural-Forms": "nplurals=2; plural=(n != 1);"}
    for number in range(5):
        catalog.append(polib.POEntry(msgid=say(), msgctxt="Menü" if number == 2 else None, occurrences=[("a.c", str(number))]))
    catalog.append(polib.POEntry(msgid="Hallo %s, du hast %d Bücher.", flags=["c-format"], comment="Name, Zahl"))
    catalog.append(polib.POEntry(msgid="Ein Buch", msgid_plural="%d Bücher", msgstr_plural={0: "", 1: ""}, flags=["c-format"]))
    catalog.append(polib.POEntry(msgid="Ja", msgstr="Yes"))
    catalog.append(polib.POEntry(msgid="Das ist alt.", msgstr="That is old.", obsolete=True))
    catalog.save(path)


def po_by_hand(say):
    return f"""# Von Hand geschrieben
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

#: haupt.c:1
msgid ""
"{say()} "
"{say()}"
msgstr ""

#, python-format
msgid "%(name)s ist nicht da."
msgstr ""

msgid "{say()}\\n"
msgstr ""
"""


def xliff_1(say):
    before, middle, after = say.parts()[0]
    return HEAD_XLIFF_1 + f"""    <trans-unit id="1"><source>{say()}</source></trans-unit>
    <trans-unit id="2"><source>{before}<g id="1">{middle}</g>{after}</source><target state="new"></target><note>Das bleibt so.</note></trans-unit>
    <trans-unit id="3"><source>Du hast <x id="2"/> neue Bücher.</source></trans-unit>
    <trans-unit id="4"><source>Ja</source><target state="translated">Yes</target></trans-unit>
    <group id="g"><trans-unit id="5" xml:space="preserve"><source>{say()} <ph id="3">%s</ph></source></trans-unit></group>
  </body></file>
</xliff>
"""


def xliff_2(say):
    before, middle, after = say.parts()[0]
    return HEAD_XLIFF_2 + f"""    <unit id="u1"><notes><note>Das bleibt so.</note></notes>
      <segment id="s1"><source>{say()}</source></segment>
      <ignorable><source> </source></ignorable>
      <segment id="s2"><source>{before}<pc id="1">{middle}</pc>{after}</source></segment>
    </unit>
    <unit id="u2"><segment><source>Du hast <ph id="2" disp="%d"/> neue Bücher.</source></segment></unit>
    <unit id="u3"><segment state="final"><source>Ja</source><target>Yes</target></segment></unit>
  </file>
</xliff>
"""


def divided(say, unit):
    """A text of two segments, as the programs of translators divide it, and what stands around them."""
    texts = [say(), say()]
    marks = "".join(f'<mrk mtype="seg" mid="{mid}">{text}</mrk> ' for mid, text in enumerate(texts)).strip()
    return f'<trans-unit id="{unit}"><source>{" ".join(texts)}</source><seg-source>{marks}</seg-source>', marks


def xliff_okapi(say):
    """With copies of the sources as targets, as Okapi's tools write it."""
    units = "\n".join("    {}<target>{}</target></trans-unit>".format(*divided(say, unit)) for unit in range(3))
    return f"{HEAD_XLIFF_1}{units}\n  </body></file>\n</xliff>\n"


def xliff_trados(say):
    """With empty targets or none, as Trados writes it."""
    empty = '<target><mrk mtype="seg" mid="0"/><mrk mtype="seg" mid="1"/></target>'
    confirmed = '<sdl:seg-defs><sdl:seg id="0" conf="Draft"/><sdl:seg id="1"/></sdl:seg-defs>'
    units = "\n".join(
        f"    {divided(say, unit)[0]}{target}{confirmed}</trans-unit>" for unit, target in enumerate([empty, "", empty])
    )
    head = HEAD_XLIFF_1.replace("<xliff ", '<xliff xmlns:sdl="http://sdl.com/FileTypes/SdlXliff/1.0" ')
    return f"{head}{units}\n  </body></file>\n</xliff>\n"


def tmx(say):
    units = "\n".join(
        f'    <tu tuid="{n}"><tuv xml:lang="de"><seg>{say()}</seg></tuv></tu>' for n in range(4)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4">
  <header creationtool="hand" creationtoolversion="1" segtype="sentence" o-tmf="x" adminlang="en" srclang="de" datatype="plaintext"/>
  <body>
{units}
    <tu><tuv xml:lang="de"><seg>Hallo</seg></tuv><tuv xml:lang="en"><seg>Hello</seg></tuv></tu>
  </body>
</tmx>
"""


def csv(say, separator=",", quote='"'):
    rows = [["Nummer", "Text", "Preis"]]
    rows += [[f"A-{n}", quote + say() + quote, f"{n}.50"] for n in range(1, 6)]
    rows.append(["A-6", f'{quote}{say()}\nEr sagte: ""{say()}""{quote}' if quote else say(), "7.50"])
    return "\n".join(separator.join(row) for row in rows) + "\n"


def web_json(say):
    content = {
        "@meta": {"version": 2, "id": "a1-b2"},
        "menu": {"title": say(), "items": [say(), say()], "link": "https://example.org/a?b=c"},
        "file": {"open": say(), "language": {"title": say()}},
        "color": say(),
        "count": "Du hast {count} neue Bücher.",
        "book_one": "{{count}} Buch liegt da.",
        "book_other": "{{count}} Bücher liegen da.",
        "flag": True,
        "text": say(2),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def arb(say):
    return f"""{{"@@locale": "de",
 "hallo": "{say()}",  "@hallo": {{"description": "Das bleibt so."}},
 "buch": "{{n, plural, one{{Du hast ein Buch.}} other{{Du hast {{n}} Bücher.}}}}",
 "ende": "{say()}\\n\\u00dcber uns: {{name}}"}}
"""


def properties(say):
    return f"""# Das bleibt so.
menu.datei = {say()}
menu.hilfe: {say()}
lang = Wir gehen morgen \\
       ins Kino.
gruss = Hallo {{0}}, du hast {{1}} B\\u00fccher.
pfad = C:\\\\temp\\\\neu
"""


def strings(say):
    return f"""/* Das bleibt so. */
"title" = "{say()}";
// Auch das.
"count" = "Du hast %d neue Bücher.";
"quote" = "Er sagte: \\"{say()}\\"";
"""


def yaml(say):
    return f"""# Das bleibt so.
de:
  menu:
    title: {say()}
    help: "{say()}"
    'other': '{say()}'
  count: Du hast %{{count}} neue Bücher.
  list:
    - {say()}
    - {say()}
  version: 2
  link: https://example.org
"""


def yaml_front(say):
    return f"---\nname: test\nmessages:\n  - id: a1\n    text: {say()}\n  - id: a2\n    text: \"{say()}\\n\"\n"


def dumped(say):
    """With escapes, and long texts folded."""
    texts = {"kurz": say(), "lang": say(4), "liste": [say(3), say()], "zeilen": f"{say()}\n{say(3)}", "emoji": f"{say()} \U0001f600"}
    return pyyaml.dump({"file": texts, "type": "text"})


def maker(text, encoding="utf-8"):
    return lambda path: save(path, text, encoding)


MAKERS = {
    "de/plain.txt": maker(paragraphs(DE, 0)),
    "de/wrapped.txt": maker(wrapped()),
    "de/bom-crlf.txt": maker(crlf(paragraphs(DE, 8)), "utf-8-sig"),
    "de/utf-16.txt": maker("\ufeff" + crlf(paragraphs(DE, 16)), "utf-16-le"),
    "de/utf-16-be.txt": maker("\ufeff" + paragraphs(DE, 24), "utf-16-be"),
    "de/windows-1252.txt": maker(crlf("Das Büro schließt um 18 Uhr – „bitte“ nicht später.\n\n" + paragraphs(DE, 32)), "cp1252"),
    "en/plain.txt": maker(paragraphs(EN, 0)),
    "ja/shift-jis.txt": maker(crlf(paragraphs(JA, 0)), "shift_jis"),
    "ja/utf-8.txt": maker(paragraphs(JA, 3)),
    "de/readme.md": maker(readme(Phrases(DE, 4))),
    "de/notes.md": maker(crlf(f"Notizen\n-------\n\n{Phrases(DE, 50)(2)}\n\n* {DE[3]}\n* _{DE[9]}_\n\n<!-- Das bleibt so. -->\n\nDie Formel ist $x_1 = 2$.\n")),
    "en/readme.md": maker("# " + EN[0] + "\n\n" + paragraphs(EN, 3)),
    "de/page.html": maker(page(Phrases(DE, 7))),
    "de/page-1252.html": maker(crlf(page(Phrases(DE, 27), "windows-1252")), "cp1252"),
    "de/page.xhtml": maker(xhtml(Phrases(DE, 37))),
    "en/fragment.html": maker(f"<p>{EN[0]} <i>{EN[1]}</i></p>\n<p>{EN[2]}</p>\n"),
    "de/film.srt": maker(srt(Phrases(DE, 14))),
    "de/film-1252.srt": maker(crlf(srt(Phrases(DE, 21))), "cp1252"),
    "de/film.vtt": maker(vtt(Phrases(DE, 29))),
    "en/film.vtt": maker("\ufeff" + crlf(vtt(Phrases(EN, 5)))),
    "de/app.po": po,
    "de/hand.po": maker(po_by_hand(Phrases(DE, 34))),
    "de/app-1.2.xlf": maker(xliff_1(Phrases(DE, 38))),
    "de/app-2.0.xlf": maker(xliff_2(Phrases(DE, 42))),
    "de/okapi.xlf": maker(xliff_okapi(Phrases(DE, 20))),
    "de/trados.xlf": maker(xliff_trados(Phrases(DE, 28))),
    "de/memory.tmx": maker(tmx(Phrases(DE, 46))),
    "de/memory-16.tmx": maker("\ufeff" + tmx(Phrases(DE, 3)).replace("UTF-8", "UTF-16"), "utf-16-le"),
    "de/goods.csv": maker(csv(Phrases(DE, 6))),
    "de/goods-1252.csv": maker(crlf(csv(Phrases(DE, 13), ";")), "cp1252"),
    "de/goods.tsv": maker(csv(Phrases(DE, 26), "\t", "")),
    "de/web.json": maker(web_json(Phrases(DE, 52))),
    "de/app.arb": maker(arb(Phrases(DE, 31))),
    "de/app.properties": maker(properties(Phrases(DE, 17)), "latin-1"),
    "de/app.strings": maker(strings(Phrases(DE, 47))),
    "de/app-16.strings": maker("\ufeff" + strings(Phrases(DE, 11)), "utf-16-le"),
    "de/rails.yml": maker(yaml(Phrases(DE, 23))),
    "de/dumped.yaml": maker(dumped(Phrases(DE, 33))),
    "de/front.yaml": maker(yaml_front(Phrases(DE, 39))),
}
