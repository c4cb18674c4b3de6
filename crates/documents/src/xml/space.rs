//! The known namespaces, each under the prefix that its standard uses.

/// The usual prefix of a namespace, whatever its prefix in a document; empty for an unknown one.
pub(crate) fn canonical(uri: &str) -> &'static str {
    if let Some(name) = uri.strip_prefix("urn:oasis:names:tc:opendocument:xmlns:") {
        return open_document(name);
    }
    // ECMA-376 transitional and strict.
    let office = uri
        .strip_prefix("http://schemas.openxmlformats.org/")
        .or_else(|| uri.strip_prefix("http://purl.oclc.org/ooxml/"));
    match office {
        Some(name) => open_xml(name),
        None => match uri {
            "http://purl.org/dc/elements/1.1/" => "dc",
            "http://www.idpf.org/2007/opf" => "opf",
            "http://www.daisy.org/z3986/2005/ncx/" => "ncx",
            "urn:schemas-microsoft-com:vml" => "v",
            "http://schemas.microsoft.com/office/drawing/2014/chartex" => "cx",
            "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments" => "threads",
            _ => "",
        },
    }
}

fn open_xml(name: &str) -> &'static str {
    match name {
        "wordprocessingml/2006/main" | "wordprocessingml/main" => "w",
        "spreadsheetml/2006/main" | "spreadsheetml/main" => "x",
        "presentationml/2006/main" | "presentationml/main" => "p",
        "drawingml/2006/main" | "drawingml/main" => "a",
        "drawingml/2006/chart" | "drawingml/chart" => "c",
        "drawingml/2006/chartDrawing" | "drawingml/chartDrawing" => "cdr",
        "drawingml/2006/wordprocessingDrawing" | "drawingml/wordprocessingDrawing" => "wp",
        "drawingml/2006/spreadsheetDrawing" | "drawingml/spreadsheetDrawing" => "xdr",
        "drawingml/2006/picture" | "drawingml/picture" => "pic",
        "officeDocument/2006/math" | "officeDocument/math" => "m",
        "markup-compatibility/2006" => "mc",
        _ => "",
    }
}

fn open_document(name: &str) -> &'static str {
    match name {
        "office:1.0" => "office",
        "text:1.0" => "text",
        "table:1.0" => "table",
        "form:1.0" => "form",
        "style:1.0" => "style",
        "drawing:1.0" => "draw",
        "presentation:1.0" => "presentation",
        "svg-compatible:1.0" => "svg",
        "datastyle:1.0" => "number",
        _ => "",
    }
}
