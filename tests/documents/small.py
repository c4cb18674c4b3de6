"""A queue of small documents of thirteen formats, some 300 sentences in all, hardly two of them equal."""

import json
import subprocess
from itertools import product

import books
import office
import texts
from phrases import Phrases

WHO = "Tom,Maria,Anna,Mein Vater,Meine Mutter,Unser Lehrer,Der Arzt,Sein Bruder,Ihre Schwester,Das Kind,Der Mann,Die Frau,Mein Freund,Ihr Onkel,Niemand,Jeder".split(",")
WHAT = """wartet auf den Bus.
trinkt gern Kaffee.
spielt im Garten.
liest ein Buch.
kommt aus Deutschland.
ist heute zu Hause.
hat keine Zeit.
geht morgen ins Kino.
will jetzt schlafen.
schreibt einen Brief.
arbeitet in der Stadt.
spricht sehr gut Englisch.
hat ein neues Auto gekauft.
wohnt in Berlin.
hat den Schlüssel verloren.
ist sehr müde.
isst einen Apfel.
lernt seit zwei Jahren Deutsch.
macht das Fenster zu.
steht um sechs Uhr auf.""".splitlines()
ALL = [f"{who} {what}" for what, who in product(WHAT, WHO)]


def make(folder):
    """Writes the documents into a new folder; their paths, by name."""
    folder.mkdir(parents=True)

    def path(name):
        return str(folder / name)

    def say(start):
        return Phrases(ALL, start)

    texts.save(path("plain.txt"), texts.paragraphs(ALL, 0, 20))
    texts.save(path("readme.md"), texts.readme(say(40)))
    texts.save(path("page.html"), texts.page(say(57)))
    texts.save(path("film.srt"), texts.srt(say(75), 40))
    texts.save(path("film.vtt"), texts.vtt(say(120)))
    texts.save(path("app.xlf"), texts.xliff_1(say(125)))
    texts.save(path("goods.csv"), texts.csv(say(130)))
    texts.save(path("web.json"), texts.web_json(say(140)))
    texts.save(path("rails.yml"), texts.yaml(say(150)))
    texts.save(path("dumped.yaml"), texts.dumped(say(300)))
    texts.save(path("okapi.xlf"), texts.xliff_okapi(say(314)))
    office.letter(path("letter.docx"), ALL[160:])
    office.slides(path("slides.pptx"), ALL[185:])
    office.stock(path("stock.xlsx"))
    books.book(path("book.epub"), ALL[215:])
    texts.save(path("more.txt"), texts.paragraphs(ALL, 240, 40))
    return sorted(folder.iterdir())


def rows(wasan, data):
    """The queue, by source: its rows as `wasan jobs list` shows them."""
    command = [wasan, "jobs", "list", "--json", "--data", data]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    return {row["input"]: row for row in map(json.loads, ran.stdout.splitlines())}
