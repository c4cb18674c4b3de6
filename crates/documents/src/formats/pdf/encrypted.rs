//! Encrypted PDFs that an empty password opens: those that only forbid printing or copying by hand. The reader would
//! inflate packed objects as it decrypts them, before anybody could measure them. So it is not told of the encryption
//! until all else is loaded, and finds no packed objects until they are decrypted and measured.

use pdf_extract::{Document, Error, LoadOptions, Object, ObjectId, ObjectStream};

use super::streams;

const KEY: &[u8] = b"/Encrypt";
/// Stands for the key while the reader is not to know it: as long, so that nothing changes its place.
const HIDDEN_KEY: &[u8] = b"/Wasanpt";

const PACKED: &[u8] = b"ObjStm";
/// Stands for the type of packed objects.
const HIDDEN_PACKED: &[u8] = b"WasanStm";

/// The document, decrypted; none when it needs a password.
pub(super) fn open(bytes: &[u8]) -> Result<Option<Document>, Error> {
    let mut hidden = bytes.to_vec();
    for at in 0..hidden.len() {
        // Not the beginning of a longer name.
        let ends = |next: Option<&u8>| next.is_some_and(|byte| !byte.is_ascii_alphanumeric());
        if hidden[at..].starts_with(KEY) && ends(hidden.get(at + KEY.len())) {
            hidden[at..at + KEY.len()].copy_from_slice(HIDDEN_KEY);
        }
    }
    let mut document = Document::load_mem_with_options(&hidden, LoadOptions::with_filter(hide_packed))?;
    let Some(key) = document.trailer.remove(&HIDDEN_KEY[1..]) else { return Ok(None) };
    document.trailer.set(&KEY[1..], key);
    if document.decrypt("").is_err() {
        return Ok(None);
    }
    let mut unpacked = Vec::new();
    for object in document.objects.values_mut() {
        retype(object, HIDDEN_PACKED, PACKED);
        streams::measure(object);
        if let Ok(stream) = object.as_stream_mut()
            && stream.dict.has_type(PACKED)
            && let Ok(packed) = ObjectStream::new(stream)
        {
            unpacked.extend(packed.objects);
        }
    }
    for (id, mut object) in unpacked {
        streams::measure(&mut object);
        document.objects.entry(id).or_insert(object);
    }
    Ok(Some(document))
}

fn hide_packed(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    retype(object, PACKED, HIDDEN_PACKED);
    Some((id, object.clone()))
}

fn retype(object: &mut Object, from: &[u8], to: &[u8]) {
    if let Ok(stream) = object.as_stream_mut()
        && stream.dict.has_type(from)
    {
        stream.dict.set("Type", Object::Name(to.to_vec()));
    }
}
