"""Documents of Word, PowerPoint and Excel, as python-docx, python-pptx, openpyxl and XlsxWriter write them."""

import struct
import zipfile
import zlib
from io import BytesIO

import openpyxl
import xlsxwriter
from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import RGBColor
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from phrases import DE, EN, JA, Phrases

PRODUCTS = [("Apfel", 3, 1.25), ("Brot", 2, 2.8), ("Milch", 6, 0.99), ("Käse", 1, 4.5)]


def picture():
    """A red square as PNG."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([200, 80, 40]) * 8 for _ in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def field(paragraph, instruction, result):
    """A field as Word writes it: its instruction, and what it showed last."""
    for kind in ("begin", instruction, "separate", None, "end"):
        run = paragraph.add_run()
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif kind is None:
            run.text = result
        else:
            text = OxmlElement("w:instrText")
            text.text = kind
            run._r.append(text)


def link(paragraph, text, address):
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    anchor = OxmlElement("w:hyperlink")
    anchor.set(qn("r:id"), paragraph.part.relate_to(address, kind, is_external=True))
    run, content = OxmlElement("w:r"), OxmlElement("w:t")
    content.text = text
    run.append(content)
    anchor.append(run)
    paragraph._p.append(anchor)


def marked(paragraph, parts, **properties):
    """A sentence with the middle piece in another font."""
    before, middle, after = parts
    paragraph.add_run(before)
    run = paragraph.add_run(middle)
    for name, value in properties.items():
        setattr(run.font, name, value)
    paragraph.add_run(after)


def report(path):
    """Headings, header, footer, fields, a link, lists, a nested table, a picture with alt text, a comment."""
    say, document = Phrases(DE), Document()
    document.core_properties.title, document.core_properties.subject = "Ein neues Jahr", "Arbeit und Zeit"
    document.add_heading("Ein neues Jahr", 0)
    section = document.sections[0]
    section.header.paragraphs[0].text = "Nur für unsere Freunde"
    section.footer.paragraphs[0].add_run("Seite ")
    field(section.footer.paragraphs[0], "PAGE", "1")
    for parts in say.parts(3):
        marked(document.add_paragraph(), parts, bold=True)
    paragraph = document.add_paragraph(say() + " ")
    link(paragraph, "Lies mehr auf dieser Seite", "https://example.org/seite?a=1&b=2")
    paragraph.add_run(". " + say() + " Siehe Seite ")
    field(paragraph, "PAGEREF x", "7")
    paragraph.add_run(".")
    document.add_heading("Was wir gekauft haben", 1)
    for style in ("List Bullet", "List Number"):
        for _ in range(2):
            document.add_paragraph(say(), style=style)
    table = document.add_table(rows=1, cols=2)
    table.style = "Table Grid"
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Ware", "Preis in Euro"
    for name, count, price in PRODUCTS:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, f"{count * price:.2f}".replace(".", ",")
    table.cell(1, 0).add_table(rows=1, cols=1).cell(0, 0).text = say()
    document.add_picture(BytesIO(picture()))
    document.inline_shapes[0]._inline.docPr.set("descr", "Ein rotes Bild")
    document.add_comment(document.add_paragraph(say()).runs, text=say(), author="Anna")
    document.save(path)


def divided(path):
    """Paragraphs whose words an editor has cut into runs."""
    say, document = Phrases(DE, 12), Document()
    for number in range(12):
        paragraph = document.add_paragraph()
        for place, word in enumerate(say().split()):
            run = paragraph.add_run(word[:2])
            run._r.set(qn("w:rsidR"), f"00{number:02}{place:02}00")
            paragraph.add_run(word[2:] + " ")
            if place % 5 == 4:
                run.font.color.rgb = RGBColor(200, 0, 0)
    document.save(path)


def boxes(path):
    """A text box (both of its spellings), a content control, ruby, a page break."""
    say, document = Phrases(DE, 24), Document()
    text = f"<w:txbxContent><w:p><w:r><w:t>{say()}</w:t></w:r></w:p></w:txbxContent>"
    names = (
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:v="urn:schemas-microsoft-com:vml" ' + nsdecls("w", "wp", "a")
    )
    place = (
        '<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="2000000" cy="900000"/>'
        '<wp:docPr id="7" name="Textfeld 7" descr="Ein Kasten mit Text"/><a:graphic>'
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>'
        '<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2000000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr>'
        f"<wps:txbx>{text}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline>"
    )
    old = f'<w:pict><v:rect style="width:150pt;height:70pt"><v:textbox>{text}</v:textbox></v:rect></w:pict>'
    both = (
        f'<mc:AlternateContent {names}><mc:Choice Requires="wps"><w:drawing>{place}</w:drawing></mc:Choice>'
        f"<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent>"
    )
    document.add_paragraph(say()).add_run()._r.append(parse_xml(both))
    control = (
        f'<w:sdt {nsdecls("w")}><w:sdtPr><w:alias w:val="Name"/></w:sdtPr><w:sdtContent>'
        f"<w:p><w:r><w:t>{say()}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    document.element.body.insert(1, parse_xml(control))
    document.add_page_break()
    paragraph = document.add_paragraph()
    paragraph.add_run("Name:\tAnna")
    paragraph.add_run().add_break()
    paragraph.add_run("Stadt:\tBerlin")
    document.add_paragraph(say())
    document.save(path)


def tracked(path):
    """Insertions and deletions that nobody has accepted yet, bookmarks, spelling marks, a formula."""
    say, document = Phrases(DE, 30), Document()
    by = f'{nsdecls("w")} w:author="Anna" w:date="2024-03-05T10:00:00Z"'
    paragraph = document.add_paragraph(say() + " ")
    paragraph._p.append(parse_xml(f'<w:ins {by} w:id="1"><w:r><w:t>{say()}</w:t></w:r></w:ins>'))
    paragraph._p.append(parse_xml(f'<w:del {by} w:id="2"><w:r><w:delText> Das ist alt.</w:delText></w:r></w:del>'))
    paragraph = document.add_paragraph()
    for mark in (f'<w:bookmarkStart {nsdecls("w")} w:id="3" w:name="hier"/>', f'<w:proofErr {nsdecls("w")} w:type="spellStart"/>'):
        paragraph._p.append(parse_xml(mark))
    marked(paragraph, say.parts()[0], italic=True)
    paragraph._p.append(parse_xml(f'<w:proofErr {nsdecls("w")} w:type="spellEnd"/>'))
    paragraph._p.append(parse_xml(f'<w:bookmarkEnd {nsdecls("w")} w:id="3"/>'))
    formula = document.add_paragraph(say() + " ")
    formula._p.append(parse_xml(f'<m:oMath {nsdecls("m")}><m:r><m:t>x=2y+1</m:t></m:r></m:oMath>'))
    document.add_paragraph(say(3))
    document.save(path)


def letter(path, sentences=DE, greeting="Liebe Maria,", farewell="Bis bald, Tom"):
    """Paragraphs of several sentences, each with something emphasised."""
    say, document = Phrases(sentences, 5), Document()
    document.add_paragraph(greeting)
    for parts in say.parts(4):
        paragraph = document.add_paragraph(say() + " ")
        marked(paragraph, parts, underline=True)
        paragraph.add_run(" " + say())
    document.add_paragraph(farewell)
    document.save(path)


def rewritten(path, edits):
    """The package with some entries edited, and what is not there yet added: a text, or what makes it of the one there."""
    with zipfile.ZipFile(path) as package:
        entries = {name: package.read(name) for name in package.namelist()}
    for name, edit in edits.items():
        entries[name] = edit(entries[name].decode()).encode() if callable(edit) else edit.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in entries.items():
            package.writestr(name, content)


def references(path):
    """Footnotes, a reference to a caption, a form's field, the tags of old documents, a field after words at an edge."""
    say, document = Phrases(DE, 30), Document()

    def add(content):
        document.element.body.insert(0, parse_xml(f'<w:p {nsdecls("w")}>{content}</w:p>'))

    def run(text, look=""):
        return f'<w:r>{look}<w:t xml:space="preserve">{text}</w:t></w:r>'

    note = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="2"/></w:r>'
    tag = '<w:smartTag w:uri="urn:schemas-microsoft-com:office:smarttags" w:element="place">{}</w:smartTag>'
    add(run(say()) + note + run(" " + say()))
    add(run(f"{say()} Das sehen wir in ") + f'<w:fldSimple w:instr=" REF _Ref1 \\h ">{run("Bild 3")}</w:fldSimple>' + run("."))
    add(tag.format(run("Berlin")) + run(" ist sehr groß."))
    add(run("Meine Schwester wohnt in ") + tag.format(run("Ber") + run("lin.")))
    add(run("Heute ist der ") + f'<w:fldSimple w:instr=" DATE ">{run("5. Mai")}</w:fldSimple>')
    document.save(path)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    mark = "<w:r><w:footnoteRef/></w:r>"
    rewritten(path, {
        "word/footnotes.xml": f'<w:footnotes {nsdecls("w")}><w:footnote w:id="2"><w:p>{mark}{run(" " + say())}</w:p></w:footnote></w:footnotes>',
        "[Content_Types].xml": lambda text: text.replace("</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'),
        "word/_rels/document.xml.rels": lambda text: text.replace(
            "</Relationships>", f'<Relationship Id="rIdNotes" Type="{relation}" Target="footnotes.xml"/></Relationships>'
        ),
    })


def japanese_word(path):
    say, document = Phrases(JA), Document()
    document.add_heading("年次報告書", 1)
    document.add_paragraph(say() + say())
    paragraph = document.add_paragraph("東京は")
    paragraph.add_run("日本").bold = True
    paragraph.add_run("の首都です。")
    document.save(path)


def slides(path, sentences=DE):
    """Title, subtitle, list, link, table, chart, picture with alt text, notes, a group of shapes."""
    say, show = Phrases(sentences, 3), Presentation()
    show.core_properties.title = say()
    slide = show.slides.add_slide(show.slide_layouts[0])
    slide.shapes.title.text, slide.placeholders[1].text = say(), say() + "\n" + say()
    slide.notes_slide.notes_text_frame.text = say(2)
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = say()
    frame = slide.placeholders[1].text_frame
    frame.text = say()
    for before, middle, after in say.parts(2):
        paragraph = frame.add_paragraph()
        paragraph.add_run().text = before
        run = paragraph.add_run()
        run.text, run.font.bold = middle, True
        paragraph.add_run().text = after
    run = frame.add_paragraph().add_run()
    run.text, run.hyperlink.address = say(), "https://example.org"
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = say()
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for place, text in enumerate((say(), say(), say(), "42")):
        table.cell(place // 2, place % 2).text = text
    data = CategoryChartData()
    data.categories = [say(), say()]
    data.add_series(say(), (1, 2))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(4), Inches(4), Inches(2), data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = say()
    image = slide.shapes.add_picture(BytesIO(picture()), Inches(6), Inches(4))
    image._element.nvPicPr.cNvPr.set("descr", say())
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(6), Inches(1), Inches(3), Inches(1)).text_frame.text = say()
    show.save(path)


def master(path):
    """A text that every slide shows, from the master and from a layout; columns divided by tabs."""
    say, show = Phrases(DE, 50), Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = say()
    for place in (show.slide_master, show.slide_layouts[5]):
        box = slide.shapes.add_textbox(Inches(1), Inches(6), Inches(5), Inches(1))
        box.text_frame.text = say()
        place.shapes._spTree.append(box._element)
    columns = slide.shapes.add_textbox(Inches(1), Inches(3), Inches(5), Inches(1)).text_frame.paragraphs[0].add_run()
    columns._r.t.text = f"{say()}\t{say()}"
    show.save(path)


def orders(path):
    """Cells that formulas, a list and a filter compare with, beside sentences."""
    say, book = Phrases(DE, 10), openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Liste"
    sheet.append(["Text", "Stand", "Bezahlt"])
    for row in range(6):
        sheet.append([say(), "offen" if row % 2 else "fertig", "Ja" if row % 3 else "Nein"])
    sheet["E1"], sheet["E2"] = '=COUNTIF(B:B,"offen")', '=IF(C2="Ja",1,0)'
    choices = DataValidation(type="list", formula1='"Ja,Nein"')
    sheet.add_data_validation(choices)
    choices.add("C2:C7")
    sheet.auto_filter.ref = "A1:C7"
    sheet.auto_filter.add_filter_column(1, ["offen", "fertig"])
    book.save(path)


def budget(path):
    """A table with formulas, a comment, rich text, a chart, merged cells, choices, names of sheets in formulas."""
    say, book = Phrases(DE, 20), openpyxl.Workbook()
    book.properties.title = "Unser Geld"
    sheet = book.active
    sheet.title = "Kosten"
    for row in (("Ware", "Menge", "Preis"), *PRODUCTS):
        sheet.append(row)
    sheet.add_table(Table(displayName="Waren", ref="A1:C5"))
    sheet["E1"] = "=SUM(Waren[Preis])"
    sheet["E2"] = say()
    sheet["E2"].comment = Comment(say(), "Anna")
    before, middle, after = say.parts()[0]
    sheet["E3"] = CellRichText(before, TextBlock(InlineFont(b=True), middle), after)
    sheet["E4"] = say() + "\n" + say()
    sheet.merge_cells("A8:C8")
    sheet["A8"] = say()
    choices = DataValidation(type="list", formula1='"Ja,Nein"')
    sheet.add_data_validation(choices)
    choices.add("D2")
    other = book.create_sheet("Mehr Text")
    other["A1"], other["A2"], other["A3"] = say(), "=Kosten!E2", '="Summe: "&Kosten!E1'
    chart = BarChart()
    chart.title = say()
    chart.add_data(Reference(sheet, min_col=3, min_row=1, max_row=5), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=5))
    other.add_chart(chart, "D4")
    book.save(path)


def stock(path):
    """Shared and rich strings, a text box, a header, a link, dates and numbers, as XlsxWriter writes them."""
    say, book = Phrases(DE, 40), xlsxwriter.Workbook(path)
    sheet, bold = book.add_worksheet("Lager"), book.add_format({"bold": True})
    date = book.add_format({"num_format": "dd.mm.yyyy"})
    for row, (name, count, price) in enumerate(PRODUCTS):
        sheet.write(row, 0, name)
        sheet.write(row, 1, count)
        sheet.write(row, 2, price)
        sheet.write(row, 3, 45000 + row, date)
        sheet.write_formula(row, 4, f"=B{row + 1}*C{row + 1}", None, count * price)
    for row in (6, 7, 8):
        sheet.write(row, 0, DE[0])
    before, middle, after = say.parts()[0]
    sheet.write_rich_string(9, 0, before, bold, middle, after)
    sheet.write_url(10, 0, "https://example.org/lager", string=say())
    sheet.insert_textbox(11, 0, say(), {"description": say()})
    sheet.write_comment(12, 0, say())
    sheet.set_header("&L" + say())
    book.close()


def numbers(path):
    """Hardly any text: codes, dates and sums that must stay, beside one sentence."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "2024"
    for row in range(1, 40):
        sheet.append([f"A-{row:04}", row * 1.5, f"=B{row}*2", f"2024-03-{row % 28 + 1:02}"])
    sheet["F1"] = DE[1]
    book.save(path)


def english_book(path):
    say, book = Phrases(EN, 4), openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Shopping"
    for row in range(6):
        sheet.append([say(), row + 1, f"=B{row + 1}+1"])
    book.save(path)


MAKERS = {
    "de/report.docx": report,
    "de/divided.docx": divided,
    "de/boxes.docx": boxes,
    "de/tracked.docx": tracked,
    "de/letter.docx": letter,
    "de/references.docx": references,
    "en/letter.docx": lambda path: letter(path, EN, "Dear Mary,", "See you soon, Tom"),
    "ja/report.docx": japanese_word,
    "de/slides.pptx": slides,
    "de/master.pptx": master,
    "en/slides.pptx": lambda path: slides(path, EN),
    "de/budget.xlsx": budget,
    "de/stock.xlsx": stock,
    "de/orders.xlsx": orders,
    "de/numbers.xlsx": numbers,
    "en/shopping.xlsx": english_book,
}
