//! `identity FROM TO FILE…`: reads documents and writes them with their own texts. Prints one line of JSON for each:
//! whether that gave the same bytes.

use std::error::Error;
use std::path::Path;

use documents::{Document, Format, ReadOptions, Translation};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let options = ReadOptions { from: arguments.next(), to: arguments.next(), columns: None };
    for path in arguments {
        let bytes = std::fs::read(&path)?;
        let name = Path::new(&path).file_name().unwrap_or_default().to_string_lossy();
        let format = Format::detect(&name, &bytes)?;
        let document = Document::parse_with(format, &bytes, &options)?;
        let own: Vec<Translation> =
            document.blocks().iter().map(|block| block.text.as_str().into()).collect();
        let written = document.write(&own)?;
        // Of a PDF only the text is read, and Markdown is written.
        let same = match format {
            Format::Pdf => Document::parse(Format::Markdown, &written.bytes)?.blocks() == document.blocks(),
            _ => written.bytes == bytes,
        };
        let line = serde_json::json!({ "path": path, "format": format, "blocks": own.len(), "same": same });
        println!("{line}");
    }
    Ok(())
}
