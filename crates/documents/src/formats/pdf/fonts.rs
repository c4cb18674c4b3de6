//! Fonts: from the codes of a string to text, widths and the look of letters.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use hayro_cmap::{BfString, CMap, CMapName, CidFamily};
use hayro_font::kurbo::Vec2;
use hayro_font::{
    CMapResolverFn, Font, FontCache, FontGlyph, FontQuery, FontResolverFn, OutlineGlyph, StandardFont,
};
use hayro_syntax::object::{Array, Dict, Name, Stream, String as PdfString};

use skrifa::{FontRef, MetadataProvider};

use super::decode::Decoder;
use super::encoding::{divided, named};
use super::glyphs::normalized;

/// All fonts of a document, each read once.
pub(super) struct Fonts<'a> {
    cache: FontCache<'a>,
    programs: FontResolverFn,
    cmaps: CMapResolverFn,
    /// By the address of the dictionary's bytes.
    loaded: HashMap<usize, Option<Rc<LoadedFont<'a>>>>,
    standard: Option<Rc<LoadedFont<'a>>>,
}

/// A font and what it is called.
pub(super) struct LoadedFont<'a> {
    /// `None` if its program is damaged; its text may be known all the same.
    font: Option<Font<'a>>,
    pub(super) name: String,
    pub(super) bold: bool,
    pub(super) italic: bool,
    /// Whether its codes are single bytes.
    simple: bool,
    /// The size of its letters where the size of the text is 1; differs from 1 in fonts drawn by operators (Type 3).
    pub(super) scale: f64,
    collection: Option<Collection>,
    to_unicode: Option<CMap>,
    /// Whether hayro cannot read that map.
    is_repaired: bool,
    /// Codes whose glyphs have names that are not the codes' numbers.
    named: HashSet<u32>,
    /// The characters of the glyphs of an embedded program, by number.
    program: OnceCell<HashMap<u32, char>>,
    texts: RefCell<HashMap<u32, Option<Text>>>,
    /// Codes that are taken for ASCII, in the order of their first use.
    guesses: RefCell<Vec<u32>>,
}

/// The text of a code.
#[derive(Clone)]
pub(super) struct Text {
    pub(super) text: Rc<str>,
    /// Whether the code is taken for ASCII since its font does not tell.
    pub(super) is_guess: bool,
}

/// The characters of a CJK font that names a collection of Adobe's.
struct Collection {
    /// From codes to numbers of the collection.
    encoding: CMap,
    /// From numbers of the collection to characters.
    characters: CMap,
}

impl<'a> Fonts<'a> {
    pub(super) fn new() -> Self {
        let programs: FontResolverFn = Arc::new(|query| {
            Some(match query {
                FontQuery::Standard(font) => font.get_font_data(),
                FontQuery::Fallback(query) => query.pick_standard_font().get_font_data(),
            })
        });
        let cmaps: CMapResolverFn = Arc::new(hayro_cmap::load_embedded);
        Self { cache: FontCache::new(), programs, cmaps, loaded: HashMap::new(), standard: None }
    }

    /// The font for text that has none.
    pub(super) fn standard(&mut self) -> Option<Rc<LoadedFont<'a>>> {
        if self.standard.is_none() {
            let font = self.cache.standard_font(StandardFont::Helvetica, &self.programs)?;
            self.standard = Some(Rc::new(LoadedFont {
                font: Some(font),
                name: String::new(),
                bold: false,
                italic: false,
                simple: true,
                scale: 1.0,
                collection: None,
                to_unicode: None,
                is_repaired: false,
                named: HashSet::new(),
                program: OnceCell::new(),
                texts: RefCell::default(),
                guesses: RefCell::default(),
            }));
        }
        self.standard.clone()
    }

    /// The font of a dictionary; `None` if it cannot be read, or its streams are too large.
    pub(super) fn font(&mut self, dict: &Dict<'a>, decoder: &mut Decoder) -> Option<Rc<LoadedFont<'a>>> {
        let key = dict.data().as_ptr() as usize;
        if let Some(known) = self.loaded.get(&key) {
            return known.clone();
        }
        let font = fits(dict, decoder).then(|| self.load(dict)).flatten().map(Rc::new);
        self.loaded.insert(key, font.clone());
        font
    }

    fn load(&self, dict: &Dict<'a>) -> Option<LoadedFont<'a>> {
        let font = self.cache.font(dict, &self.programs, &self.cmaps);
        let (to_unicode, is_repaired) = to_unicode(dict).unzip();
        if font.is_none() && to_unicode.is_none() {
            return None;
        }
        let descendant = descendant(dict);
        let of = descendant.as_ref().unwrap_or(dict);
        let descriptor = of.get::<Dict<'_>>(b"FontDescriptor").unwrap_or_default();
        let name = dict.get::<Name<'_>>(b"BaseFont").or_else(|| descriptor.get::<Name<'_>>(b"FontName"));
        let name = name.map(|name| without_prefix(name.as_str()).to_owned()).unwrap_or_default();
        let flags = descriptor.get::<u32>(b"Flags").unwrap_or(0);
        let weight = descriptor.get::<f32>(b"FontWeight").unwrap_or(0.0);
        let is = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let subtype = dict.get::<Name<'_>>(b"Subtype");
        Some(LoadedFont {
            bold: is(&["Bold", "bold", "Black", "Heavy"]) || flags & (1 << 18) != 0 || weight >= 600.0,
            italic: is(&["Italic", "italic", "Oblique"]) || flags & (1 << 6) != 0,
            simple: subtype.as_ref().is_none_or(|subtype| subtype.as_ref() != b"Type0"),
            scale: subtype.filter(|subtype| subtype.as_ref() == b"Type3").map_or(1.0, |_| drawn_scale(dict)),
            collection: descendant.and_then(|descendant| self.collection(dict, &descendant)),
            to_unicode,
            is_repaired: is_repaired.unwrap_or(false),
            named: named(dict),
            font,
            name,
            program: OnceCell::new(),
            texts: RefCell::default(),
            guesses: RefCell::default(),
        })
    }

    fn collection(&self, dict: &Dict<'a>, descendant: &Dict<'a>) -> Option<Collection> {
        let resolve = hayro_cmap::load_embedded;
        let encoding = match dict.get::<Name<'_>>(b"Encoding") {
            Some(name) => match CMapName::from_bytes(name.as_ref()) {
                CMapName::IdentityH => CMap::identity_h(),
                CMapName::IdentityV => CMap::identity_v(),
                known => CMap::parse((self.cmaps)(known)?, resolve)?,
            },
            None => CMap::parse(&dict.get::<Stream<'_>>(b"Encoding")?.decoded_data().ok()?, resolve)?,
        };
        let own = encoding.metadata().character_collection.as_ref().map(|own| own.family.clone());
        let family = own.filter(|own| *own != CidFamily::AdobeIdentity).or_else(|| {
            let info = descendant.get::<Dict<'_>>(b"CIDSystemInfo")?;
            let text = |key: &[u8]| info.get::<PdfString<'_>>(key).map(|text| text.as_bytes().to_vec());
            Some(CidFamily::from_registry_ordering(&text(b"Registry")?, &text(b"Ordering")?))
        })?;
        let characters = CMap::parse((self.cmaps)(family.ucs2_cmap()?)?, resolve)?;
        Some(Collection { encoding, characters })
    }
}

impl LoadedFont<'_> {
    /// The code at an offset of a string, and its bytes, at least one. The offset is less than the string's length.
    pub(super) fn code(&self, bytes: &[u8], at: usize) -> (u32, usize) {
        if let Some(font) = &self.font {
            let (code, length) = font.read_code(bytes, at);
            return (code, length.max(1));
        }
        let length = if self.simple { 1 } else { 2 };
        let code = bytes.iter().skip(at).take(length).fold(0, |code, byte| code << 8 | u32::from(*byte));
        (code, length)
    }

    /// How far a code moves, in thousandths of the size: to the right, or up (so negative) where writing is vertical.
    pub(super) fn advance(&self, code: u32) -> Vec2 {
        let usual = Vec2::new(if self.simple { 500.0 } else { 1000.0 }, 0.0);
        self.font.as_ref().map_or(usual, |font| font.code_advance(code))
    }

    pub(super) fn is_vertical(&self) -> bool {
        self.font.as_ref().is_some_and(|font| !font.is_horizontal())
    }

    /// The text of a code; `None` if the font does not tell.
    pub(super) fn text(&self, code: u32) -> Option<Text> {
        if let Some(known) = self.texts.borrow().get(&code) {
            return known.clone();
        }
        let text = self.told(code).map(|text| (text, false)).or_else(|| self.likely(code));
        let text = text.map(|(text, is_guess)| Text { text: Rc::from(normalized(&text)), is_guess });
        self.texts.borrow_mut().insert(code, text.clone());
        text
    }

    /// What a code of single bytes most likely shows, and whether that is a guess.
    fn likely(&self, code: u32) -> Option<(String, bool)> {
        let c = char::from_u32(code).filter(|c| self.simple && c.is_ascii())?;
        // Ends of lines that a program put into its strings.
        if matches!(c, '\t' | '\n' | '\r') && self.shows_nothing(code) {
            return Some((" ".to_owned(), false));
        }
        // Fonts with an encoding of their own mostly keep ASCII's places.
        let is_guess = !c.is_control() && !self.named.contains(&code);
        is_guess.then(|| {
            self.guesses.borrow_mut().push(code);
            (c.to_string(), true)
        })
    }

    fn shows_nothing(&self, code: u32) -> bool {
        match self.font.as_ref().map(|font| font.glyph(font.map_code(code), code)) {
            Some(FontGlyph::Outline(glyph)) => glyph.glyph_id().to_u32() == 0,
            Some(FontGlyph::Type3(_)) => false,
            None => true,
        }
    }

    /// Whether the codes that are taken for ASCII are more likely numbers: in the order of their use, or mostly marks.
    pub(super) fn is_doubtful(&self) -> bool {
        let guesses = self.guesses.borrow();
        let letters =
            guesses.iter().filter(|code| u8::try_from(**code).is_ok_and(|code| code.is_ascii_alphanumeric()));
        let in_order = guesses.windows(2).filter(|pair| matches!(pair, [a, b] if a + 1 == *b)).count();
        guesses.len() >= 4 && letters.count() * 2 < guesses.len()
            || guesses.len() >= 8 && in_order * 5 >= guesses.len() * 4
    }

    fn told(&self, code: u32) -> Option<String> {
        let glyph = self.font.as_ref().map(|font| font.glyph(font.map_code(code), code));
        let repaired = || self.to_unicode.as_ref().filter(|_| self.is_repaired)?.lookup_bf_string(code);
        let of_glyph = match &glyph {
            Some(FontGlyph::Outline(glyph)) => glyph.as_unicode(),
            Some(FontGlyph::Type3(glyph)) => glyph.as_unicode(),
            None => self.to_unicode.as_ref().and_then(|map| map.lookup_bf_string(code)),
        };
        let of_program = || match &glyph {
            Some(FontGlyph::Outline(glyph)) => self.of_program(glyph, code),
            _ => None,
        };
        // A map to numbers in the place of one to characters names characters by their numbers.
        let by_number = || {
            let number = self.to_unicode.as_ref()?.lookup_cid_code(code, 2)?;
            char::from_u32(number).filter(|c| !c.is_control()).map(String::from)
        };
        let of_map = repaired().or(of_glyph).and_then(text_of);
        of_map.or_else(|| self.of_collection(code)).or_else(by_number).or_else(of_program)
    }

    /// The character of a glyph, as the embedded program has it in its table of characters.
    fn of_program(&self, glyph: &OutlineGlyph, code: u32) -> Option<String> {
        let number = glyph.glyph_id().to_u32();
        let characters = self.program.get_or_init(|| {
            let Some(program) = glyph.font_data() else { return HashMap::new() };
            let Ok(font) = FontRef::new((*program.data).as_ref()) else { return HashMap::new() };
            let mappings = font.charmap().mappings().take(usize::from(u16::MAX));
            // Letters come before their compatibility forms, so the first of several is kept.
            let mut characters = HashMap::new();
            for (character, glyph) in mappings {
                let character = char::from_u32(character).unwrap_or('\u{fffd}');
                characters.entry(glyph.to_u32()).or_insert(character);
            }
            characters
        });
        match *characters.get(&number).filter(|_| number != 0)? {
            // A table of symbols has the codes' numbers, not characters.
            '\u{f020}'..'\u{f07f}' if self.named.contains(&code) => None,
            c @ '\u{f020}'..'\u{f07f}' => char::from_u32(u32::from(c) - 0xf000).map(String::from),
            c => Some(c.to_string()),
        }
    }

    fn of_collection(&self, code: u32) -> Option<String> {
        let Collection { encoding, characters } = self.collection.as_ref()?;
        let number = (1..=4).find_map(|bytes| encoding.lookup_cid_code(code, bytes))?;
        characters.lookup_bf_string(number).and_then(text_of)
    }
}

/// The characters, unless they stand for none: zeros, replacement characters.
fn text_of(characters: BfString) -> Option<String> {
    let text = match characters {
        BfString::Char(c) => c.to_string(),
        BfString::String(text) => text,
    };
    (!text.chars().all(|c| matches!(c, '\0' | '\u{fffd}' | '\u{ffff}'))).then_some(text)
}

/// The size of a drawn font's letters: the height of its box, or the mean of its widths, in the text's units.
fn drawn_scale(dict: &Dict<'_>) -> f64 {
    let [a, _, _, d, ..] = dict.get::<[f64; 6]>(b"FontMatrix").unwrap_or([0.001, 0.0, 0.0, 0.001, 0.0, 0.0]);
    let [_, bottom, _, top] = dict.get::<[f64; 4]>(b"FontBBox").unwrap_or_default();
    let height = ((top - bottom) * d).abs();
    if height > 0.0 {
        return height;
    }
    let widths: Vec<f64> =
        dict.get::<Array<'_>>(b"Widths").map_or(Vec::new(), |all| all.iter::<f64>().collect());
    let (sum, count) = widths
        .iter()
        .filter(|width| **width > 0.0)
        .fold((0.0, 0.0), |(sum, count), width| (sum + width, count + 1.0));
    // Letters are about half as wide as high.
    if count > 0.0 { (sum / count * a).abs() * 2.0 } else { 1.0 }
}

/// The map of a font's codes to characters, and whether it was repaired before.
fn to_unicode(dict: &Dict<'_>) -> Option<(CMap, bool)> {
    if dict.get::<Name<'_>>(b"ToUnicode").is_some_and(|name| name.starts_with(b"Identity")) {
        return Some((CMap::identity_h(), false));
    }
    let content = dict.get::<Stream<'_>>(b"ToUnicode")?.decoded_data().ok()?;
    let repaired = divided(&content);
    let map = CMap::parse(repaired.as_deref().unwrap_or(&content), hayro_cmap::load_embedded)?;
    Some((map, repaired.is_some()))
}

fn descendant<'a>(dict: &Dict<'a>) -> Option<Dict<'a>> {
    dict.get::<Array<'a>>(b"DescendantFonts")?.iter::<Dict<'a>>().next()
}

/// Whether the streams that make up a font are within the limits.
fn fits(dict: &Dict<'_>, decoder: &mut Decoder) -> bool {
    let descendant = descendant(dict);
    let mut streams = Vec::new();
    for dict in [Some(dict), descendant.as_ref()].into_iter().flatten() {
        streams
            .extend([&b"ToUnicode"[..], b"Encoding", b"CIDToGIDMap"].map(|key| dict.get::<Stream<'_>>(key)));
        let descriptor = dict.get::<Dict<'_>>(b"FontDescriptor").unwrap_or_default();
        streams.extend(
            [&b"FontFile"[..], b"FontFile2", b"FontFile3"].map(|key| descriptor.get::<Stream<'_>>(key)),
        );
    }
    streams.into_iter().flatten().all(|stream| decoder.fits(&stream))
}

/// A font's name without the six letters and the plus sign that mark a subset.
fn without_prefix(name: &str) -> &str {
    match name.split_once('+') {
        Some((prefix, rest)) if prefix.len() == 6 => rest,
        _ => name,
    }
}
