//! Small PDFs for tests.
#![allow(dead_code, reason = "not every test file uses every function")]

use documents::{Document, Error, Format, Place};

/// A PDF of these objects, numbered from 1; the first is the catalog.
pub fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = String::new();
    for (index, object) in objects.iter().enumerate() {
        places += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{} 0 obj\n", index + 1).bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let (start, size) = (file.len(), objects.len() + 1);
    file.extend(format!("xref\n0 {size}\n0000000000 65535 f \n{places}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").bytes());
    file
}

/// A stream object with these entries of its dictionary.
pub fn stream(about: &str, content: &[u8]) -> Vec<u8> {
    let mut object = format!("<< /Length {} {about} >>\nstream\n", content.len()).into_bytes();
    object.extend(content);
    object.extend(b"\nendstream");
    object
}

/// A PDF of one page with this content.
pub fn page(content: &str) -> Vec<u8> {
    pages(&[content.to_owned()])
}

/// A PDF with a page for each content. F1 is Helvetica, with an ffi ligature as code 1, F2 its bold face, F3 a vertical
/// Japanese font, F4 a font that tells no characters.
pub fn pages(contents: &[String]) -> Vec<u8> {
    let kids: String = (0..contents.len()).map(|index| format!("{} 0 R ", 10 + 2 * index)).collect();
    let font = |more: &str| format!("<< /Type /Font {more} >>").into_bytes();
    let composite = |encoding: &str, ordering: &str| {
        font(&format!(
            "/Subtype /Type0 /BaseFont /Mincho /Encoding /{encoding} /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Mincho /CIDSystemInfo << /Registry (Adobe) /Ordering ({ordering}) /Supplement 0 >> /DW 1000 /FontDescriptor 7 0 R >>]"
        ))
    };
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", contents.len()).into_bytes(),
        font("/Subtype /Type1 /BaseFont /Helvetica /Encoding << /BaseEncoding /WinAnsiEncoding /Differences [1 /ffi] >>"),
        font("/Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding"),
        composite("UniJIS-UTF16-V", "Japan1"),
        composite("Identity-H", "Identity"),
        b"<< /Type /FontDescriptor /FontName /Mincho /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 880 /Descent -120 /StemV 80 >>".to_vec(),
        b"<< /Font << /F1 3 0 R /F2 4 0 R /F3 5 0 R /F4 6 0 R >> >>".to_vec(),
        b"null".to_vec(),
    ];
    for (index, content) in contents.iter().enumerate() {
        let content_id = 11 + 2 * index;
        objects.push(format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {content_id} 0 R /Resources 8 0 R >>").into_bytes());
        objects.push(stream("", content.as_bytes()));
    }
    file(&objects)
}

/// The Markdown that a PDF becomes when nothing is translated.
pub fn written(bytes: &[u8]) -> Result<String, Error> {
    let document = Document::parse(Format::Pdf, bytes)?;
    let own: Vec<_> = document.blocks().iter().map(|block| block.text.clone().into()).collect();
    Ok(String::from_utf8(document.write(&own)?.bytes).expect("UTF-8"))
}

/// How many places of a kind are left alone.
pub fn left_alone(bytes: &[u8], place: Place) -> usize {
    Document::parse(Format::Pdf, bytes).expect("a PDF").left_alone().count(place)
}
