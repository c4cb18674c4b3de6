//! Declarations, values, fonts and selectors of CSS among the values of settings.

/// Words that values of styles consist of, besides numbers, colours and calls.
const STYLE_WORDS: &str = "!important all auto baseline black block bold both bottom center collapse color contain \
    cover dashed dotted double ease ease-in ease-in-out ease-out fixed flex forwards grey gray grid hidden infinite \
    inherit initial inline inset italic left linear medium middle no-repeat none normal nowrap opacity pointer relative \
    repeat right scroll small solid space-between static thick thin top transform transparent unset visible white";

/// Properties of styles, as they are written in values.
const PROPERTIES: &str = "align-items background background-color border border-radius bottom color cursor display flex \
    float font font-family font-size font-weight height justify-content left line-height margin margin-bottom margin-left \
    margin-right margin-top max-height max-width min-height min-width opacity overflow padding padding-bottom \
    padding-left padding-right padding-top position right text-align text-decoration top transform transition \
    vertical-align visibility white-space width z-index";

/// Elements that selectors name.
const ELEMENTS: &str = "a article body button div form h1 h2 h3 h4 h5 h6 html img input label li main nav ol p section \
    select span table tbody td th tr ul";

pub(super) fn is_word_of(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

/// Declarations, values, lists of fonts and selectors of CSS.
pub(super) fn is_style(text: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let declarations = || {
        text.trim_end_matches(';').split(';').all(|part| {
            part.split_once(':').is_some_and(|(name, value)| {
                is_name(name.trim())
                    && !value.trim().is_empty()
                    && (text.ends_with(';') || is_word_of(PROPERTIES, name.trim()))
            })
        })
    };
    let families = ["serif", "sans-serif", "monospace", "cursive", "system-ui"];
    let fonts = || {
        text.rsplit_once(',')
            .is_some_and(|(names, last)| families.contains(&last.trim()) && !names.contains(['.', '!', '?']))
    };
    let selector = || {
        let is_named = |part: &str| {
            part.strip_prefix(['.', '#', '['])
                .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
        };
        let is_part = |part: &str| {
            let element = part.split(['.', '#', ':', '[', ',']).next().unwrap_or_default();
            [">", "+", "~", "*"].contains(&part) || is_named(part) || is_word_of(ELEMENTS, element)
        };
        let has_sign = |part: &str| is_named(part) || part == ">" || part.contains([':', '[']);
        text.split_whitespace().all(is_part)
            && text.split_whitespace().any(has_sign)
            && !text.ends_with([':', '.'])
    };
    declarations() || fonts() || selector() || is_style_value(text)
}

/// `0 auto`, `1px solid #ccc`, `rgba(0, 0, 0, 0.5)`: at least one part with a unit.
fn is_style_value(text: &str) -> bool {
    let units = ["px", "em", "rem", "vh", "vw", "pt", "fr", "ms", "deg", "s", "%"];
    let is_number =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || b"-.".contains(&b));
    let is_sized = |part: &str| {
        units.iter().any(|unit| part.strip_suffix(unit).is_some_and(is_number))
            || part
                .strip_prefix('#')
                .is_some_and(|hex| hex.len() > 2 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    // The arguments of calls are not looked at.
    let (mut depth, mut calls, mut plain) = (0_usize, 0, String::new());
    for c in text.chars() {
        match c {
            '(' => {
                (depth, calls) = (depth + 1, calls + usize::from(!plain.ends_with(' ') && !plain.is_empty()))
            }
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let is_call = |part: &str| {
        let names = [
            "calc",
            "clamp",
            "cubic-bezier",
            "gradient",
            "hsl",
            "hsla",
            "matrix",
            "rgb",
            "rgba",
            "rotate",
            "scale",
            "translate",
            "url",
            "var",
        ];
        names.iter().any(|name| part.ends_with(name) || part.starts_with(name) && part.len() < name.len() + 3)
    };
    let parts: Vec<&str> = plain.split([' ', ',', '/']).filter(|part| !part.is_empty()).collect();
    let is_part = |part: &&str| {
        is_sized(part) || is_number(part) || is_word_of(STYLE_WORDS, part) || (calls > 0 && is_call(part))
    };
    let sized = parts.iter().filter(|part| is_sized(part)).count();
    let centred = parts.contains(&"0") && parts.iter().all(|part| is_number(part) || *part == "auto");
    parts.iter().all(is_part) && (sized > 0 && parts.len() > 1 || calls > 0 || centred)
}
