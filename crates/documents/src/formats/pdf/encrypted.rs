//! Encrypted PDFs with an empty user password, which only forbid printing or copying. lopdf would inflate object
//! streams while it decrypts them, before their size is checked. So the encryption is hidden from it until all else is
//! loaded, and object streams are hidden until they are decrypted and measured.

use pdf_extract::{Document, Error, LoadOptions, Object, ObjectId, ObjectStream};

use super::streams;

const KEY: &[u8] = b"/Encrypt";
/// Replaces the key while it is hidden; of the same length, so that no offset changes.
const HIDDEN_KEY: &[u8] = b"/Wasanpt";

const OBJECT_STREAM: &[u8] = b"ObjStm";
/// Replaces the type of object streams while they are hidden.
const HIDDEN_OBJECT_STREAM: &[u8] = b"WasanStm";

/// The decrypted document; `None` when it needs a password.
pub(super) fn open(bytes: &[u8]) -> Result<Option<Document>, Error> {
    let mut hidden = bytes.to_vec();
    for at in 0..hidden.len() {
        // Not the start of a longer name.
        let ends = |next: Option<&u8>| next.is_some_and(|byte| !byte.is_ascii_alphanumeric());
        if hidden[at..].starts_with(KEY) && ends(hidden.get(at + KEY.len())) {
            hidden[at..at + KEY.len()].copy_from_slice(HIDDEN_KEY);
        }
    }
    let mut document =
        Document::load_mem_with_options(&hidden, LoadOptions::with_filter(hide_object_stream))?;
    let Some(key) = document.trailer.remove(&HIDDEN_KEY[1..]) else { return Ok(None) };
    document.trailer.set(&KEY[1..], key);
    if document.decrypt("").is_err() {
        return Ok(None);
    }
    let mut unpacked = Vec::new();
    for object in document.objects.values_mut() {
        retype(object, HIDDEN_OBJECT_STREAM, OBJECT_STREAM);
        streams::measure(object);
        if let Ok(stream) = object.as_stream_mut()
            && stream.dict.has_type(OBJECT_STREAM)
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

fn hide_object_stream(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    retype(object, OBJECT_STREAM, HIDDEN_OBJECT_STREAM);
    Some((id, object.clone()))
}

fn retype(object: &mut Object, from: &[u8], to: &[u8]) {
    if let Ok(stream) = object.as_stream_mut()
        && stream.dict.has_type(from)
    {
        stream.dict.set("Type", Object::Name(to.to_vec()));
    }
}
