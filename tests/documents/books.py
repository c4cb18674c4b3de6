"""OpenDocument files as odfpy writes them, and e-books as ebooklib does."""

from ebooklib import epub
from odf import dc, draw, office, presentation, style, table, text
from odf.opendocument import OpenDocumentPresentation, OpenDocumentSpreadsheet, OpenDocumentText

from office import PRODUCTS, picture
from phrases import DE, EN, JA, Phrases


def note(kind, number, content):
    whole = text.Note(noteclass=kind, id=f"n{number}")
    whole.addElement(text.NoteCitation(text=str(number)))
    body = text.NoteBody()
    body.addElement(text.P(text=content))
    whole.addElement(body)
    return whole


def comment(author, content):
    whole = office.Annotation()
    whole.addElement(dc.Creator(text=author))
    whole.addElement(text.P(text=content))
    return whole


def odt_letter(path):
    """A footnote, an endnote, a comment, a link, a tab, a page number, a list, a table."""
    say, document = Phrases(DE, 8), OpenDocumentText()
    bold = style.Style(name="Fett", family="text")
    bold.addElement(style.TextProperties(fontweight="bold"))
    document.automaticstyles.addElement(bold)
    document.meta.addElement(dc.Title(text="Ein Brief nach Hause"))
    document.text.addElement(text.H(outlinelevel=1, text="Ein Brief nach Hause"))
    for number, parts in enumerate(say.parts(3), 1):
        paragraph = text.P(text=parts[0])
        paragraph.addElement(text.Span(stylename=bold, text=parts[1]))
        paragraph.addText(parts[2])
        paragraph.addElement(note("endnote" if number == 3 else "footnote", number, say()))
        document.text.addElement(paragraph)
    paragraph = text.P(text=say() + " ")
    paragraph.addElement(text.A(href="https://example.org/?a=1&b=2", text="Hier steht mehr"))
    paragraph.addText(".")
    paragraph.addElement(comment("Anna", say()))
    document.text.addElement(paragraph)
    paragraph = text.P(text="Seite")
    paragraph.addElement(text.Tab())
    paragraph.addElement(text.PageNumber(selectpage="current", text="1"))
    document.text.addElement(paragraph)
    points = text.List()
    for _ in range(3):
        item = text.ListItem()
        item.addElement(text.P(text=say()))
        points.addElement(item)
    document.text.addElement(points)
    grid = table.Table(name="Tabelle")
    grid.addElement(table.TableColumn(numbercolumnsrepeated=2))
    for name, count, _ in PRODUCTS:
        row = table.TableRow()
        for content in (name, str(count)):
            cell = table.TableCell()
            cell.addElement(text.P(text=content))
            row.addElement(cell)
        grid.addElement(row)
    document.text.addElement(grid)
    document.save(path)


def ods_fruit(path):
    """Words, numbers, a formula, a comment, repeated cells."""
    say, document = Phrases(DE, 33), OpenDocumentSpreadsheet()
    sheet = table.Table(name="Obst")
    for place, (name, count, _) in enumerate(PRODUCTS, 1):
        row = table.TableRow()
        for content in (name, say()):
            cell = table.TableCell(valuetype="string")
            cell.addElement(text.P(text=content))
            row.addElement(cell)
        cell = table.TableCell(valuetype="float", value=count)
        cell.addElement(text.P(text=str(count)))
        row.addElement(cell)
        cell = table.TableCell(valuetype="float", value=2 * count, formula=f"of:=[.C{place}]*2")
        cell.addElement(text.P(text=str(2 * count)))
        if place == 1:
            cell.addElement(comment("Anna", say()))
        row.addElement(cell)
        row.addElement(table.TableCell(numbercolumnsrepeated=3))
        sheet.addElement(row)
    document.spreadsheet.addElement(sheet)
    document.save(path)


def odp_talk(path):
    """Slides with notes, a title and a described shape."""
    say, document = Phrases(DE, 45), OpenDocumentPresentation()
    layout = style.PageLayout(name="Seite")
    layout.addElement(style.PageLayoutProperties(pagewidth="28cm", pageheight="21cm", printorientation="landscape"))
    document.automaticstyles.addElement(layout)
    master = style.MasterPage(name="Standard", pagelayoutname=layout)
    document.masterstyles.addElement(master)
    for number in range(1, 4):
        page = draw.Page(name=f"Folie {number}", masterpagename=master)
        for top, content in ((1, say()), (6, say(2))):
            frame = draw.Frame(width="24cm", height="4cm", x="2cm", y=f"{top}cm")
            box = draw.TextBox()
            box.addElement(text.P(text=content))
            frame.addElement(box)
            page.addElement(frame)
        notes = presentation.Notes()
        frame = draw.Frame(width="15cm", height="10cm", x="2cm", y="14cm")
        box = draw.TextBox()
        box.addElement(text.P(text=say()))
        frame.addElement(box)
        notes.addElement(frame)
        page.addElement(notes)
        document.presentation.addElement(page)
    document.save(path)


def book(path, sentences=DE, language="de", title="Ein kleines Buch", word="Kapitel"):
    """Chapters, a table of contents of both kinds, a style sheet, a picture with alt text, a note, ruby in Japanese."""
    say, made = Phrases(sentences, 2), epub.EpubBook()
    made.set_identifier("wasan-test")
    made.set_title(title)
    made.set_language(language)
    made.add_author("Anna Autor")
    made.add_item(epub.EpubImage(uid="bild", file_name="bild.png", media_type="image/png", content=picture()))
    sheet = epub.EpubItem(uid="stil", file_name="stil.css", media_type="text/css", content=b"p { margin: 0 }")
    made.add_item(sheet)
    chapters = []
    for number in range(1, 4):
        before, middle, after = say.parts()[0]
        chapter = epub.EpubHtml(title=f"{word} {number}", file_name=f"teil {number}.xhtml", lang=language)
        chapter.content = (
            f"<h1>{word} {number}</h1><p>{before}<em>{middle}</em>{after}</p><p>{say()}<br/>{say()}</p>"
            f'<p><img src="bild.png" alt="{say()}"/></p><pre><code>x = 1</code></pre>'
            f'<p>{say()}<sup><a href="#n{number}">{number}</a></sup></p><aside id="n{number}"><p>{say()}</p></aside>'
        )
        chapter.add_item(sheet)
        made.add_item(chapter)
        chapters.append(chapter)
    made.toc = chapters
    made.add_item(epub.EpubNcx())
    made.add_item(epub.EpubNav())
    made.spine = ["nav", *chapters]
    epub.write_epub(path, made)


MAKERS = {
    "de/letter.odt": odt_letter,
    "de/fruit.ods": ods_fruit,
    "de/talk.odp": odp_talk,
    "de/book.epub": book,
    "en/book.epub": lambda path: book(path, EN, "en", "A small book", "Chapter"),
    "ja/book.epub": lambda path: book(path, JA, "ja", "小さな本", "章"),
}
