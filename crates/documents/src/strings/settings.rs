//! Tells the texts of message files from the names and values of settings, by their keys and by what stands around them.

use super::code;
use super::is_prose;

/// Keys whose values are often identifiers or addresses.
const TECHNICAL_KEYS: [&str; 16] = [
    "class", "color", "colour", "file", "href", "icon", "id", "image", "lang", "language", "locale", "path",
    "src", "type", "uri", "url",
];

/// Keys of settings; in message files they are keys of labels too, which begin with a capital letter.
const SETTING_KEYS: &str = "action apiversion arch args background branch channel charset cmd command component \
    container container_name default driver encoding engine entrypoint env environment event exec exclude extends \
    extension field files font fontfamily format function glob hook host hostname if image_name include kind layout level \
    license log_level loglevel main method mime mode module namespace network node_env operationid os parser pattern \
    pipeline platform plugin plugins policy port preset profile protocol provider pull_policy ref regex region registry \
    restart role root run runner runs-on runs_on runtime schema scope script scripts selector service shell source \
    stage strategy style table target theme timezone time_zone tool transport tz uses variant verb version volume \
    workdir working_dir zone";

/// Words of settings that are hardly ever labels.
const SETTING_WORDS: &str = "amd64 arm64 array bash boolean bridge cjs css debug dev development docker enum esm esnext \
    false float hex html http https info int integer json latest linux localhost mysql nginx node npm null number object \
    org postgres postgresql prod production redis rgb root sh sqlite staging strict string stderr stdout svg tcp true ubuntu \
    udp undefined unless-stopped uuid warn windows xml yaml yarn";

/// Words of buttons and menus, which message files have in lower case too.
const LABELS: &str = "about accept account active add all and any apply approve archive back by cancel category change \
    clear close comment comments confirm continue copy create created date day days decline delete deleted delivered \
    description details disabled done download draft edit email empty enabled error expand export failed file files filter \
    finish first folder forward from help hide home hour hours import inactive inbox invalid language last load loading \
    login logout menu message minute minutes month months more name new next no none of off ok on online offline open or \
    other paid password pause pending play preview previous print private profile public published read refresh register \
    remove rename reply required reset resolved restore retry save saved search second seconds select send sent \
    settings share shipped show size skip sort start status stop submit subscribe success time title to today tomorrow \
    total trash undo unread update upload user users view week weeks welcome year years yes yesterday you";

/// Whether each value is text, of pairs of key and value. A single lower-case word is a label in a message file, but a
/// name in settings: what it is follows from its key, from the word, and from how many values of the file are code.
pub(crate) fn are_prose(pairs: &[(&str, &str)]) -> Vec<bool> {
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_text = |(key, text): &(&str, &str)| is_prose(text) && !is_value(key, text);
    let texts: Vec<bool> = pairs.iter().map(is_text).collect();
    let count = |wanted: &dyn Fn(&str, bool) -> bool| {
        pairs.iter().zip(&texts).filter(|((_, text), is_text)| wanted(text, **is_text)).count()
    };
    let code = count(&|text, is_text| !is_text && text.contains(char::is_alphabetic));
    let words = count(&|text, is_text| is_text && is_word(text));
    let rest = count(&|text, is_text| is_text && !is_word(text));
    let are_settings = words > rest || code * 3 > rest;
    let mostly_settings = code > rest;
    let is_label = |(key, text): &(&str, &str)| {
        is_same_name(key, text)
            || (!has(SETTING_WORDS, text) && (!are_settings || (!mostly_settings && has(LABELS, text))))
    };
    let is_argument = |(key, text): &(&str, &str)| {
        let is_command = has(COMMAND_KEYS, key) && text.is_ascii() && !is_same_name(key, text);
        is_command
            && (are_settings || (*key == SCRIPTS && !text.starts_with(|c: char| c.is_ascii_uppercase())))
    };
    // `ASPNETCORE_ENVIRONMENT: Development`, `stop_signal: SIGINT`.
    let is_name = |(key, text): &(&str, &str)| {
        let is_key = key.contains('_') && code::is_variable(key) && are_settings;
        let is_constant = text.len() > 2 && code::is_variable(&text.replace('-', "_")) && mostly_settings;
        !text.contains(char::is_whitespace) && text.is_ascii() && (is_key || is_constant)
    };
    // Kubernetes.
    let is_manifest = pairs.iter().any(|(key, _)| *key == "apiVersion");
    let is_kind = |(key, text): &(&str, &str)| {
        is_manifest && *key == "kind" && text.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let decide = |(pair, is_text): (&(&str, &str), &bool)| {
        *is_text
            && !is_argument(pair)
            && !is_name(pair)
            && !is_kind(pair)
            && (!is_word(pair.1) || is_label(pair))
    };
    pairs.iter().zip(&texts).map(decide).collect()
}

/// The key of the commands of a package.
pub(crate) const SCRIPTS: &str = "scripts";

/// Keys of commands and their arguments, in settings.
const COMMAND_KEYS: &str =
    "args argv before_script after_script cmd command entrypoint exec run script scripts shell";

fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

/// Whether a value repeats its key, as labels of message files do: `"log_out": "log out"`.
fn is_same_name(key: &str, text: &str) -> bool {
    let letters = |name: &str| -> String {
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    !key.is_empty() && letters(key) == letters(text)
}

/// Whether a value is no text: an identifier or address that its key suggests, or a script.
fn is_value(key: &str, text: &str) -> bool {
    let has_lines = text.trim_end().contains(['\n', '\r']);
    if has_lines { is_script(key, text) } else { is_technical(key, text) }
}

/// Whether the value of a key is the identifier or address that the key suggests: one ASCII word, or several as in a
/// CSS class list. Anything else may be a message, since keys of message files have any name.
fn is_technical(key: &str, text: &str) -> bool {
    let text = text.trim();
    let name = key.rsplit('.').next().unwrap_or_default();
    if is_same_name(name, text) {
        return false;
    }
    let is_name = |word: &str| {
        word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_:/.#".contains(&b))
    };
    let mut words = text.split_whitespace();
    let names = match words.clone().count() {
        0 | 1 => text.is_ascii(),
        2 => words.all(is_name),
        _ => words.clone().all(is_name) && words.any(|word| !word.bytes().all(|b| b.is_ascii_lowercase())),
    };
    // A path of keys, as in properties, is one of messages at least as often.
    let is_path = key.contains('.');
    let is_capitalised = text.bytes().next().is_some_and(|b| b.is_ascii_uppercase())
        && text.bytes().any(|b| b.is_ascii_lowercase());
    let is_label = is_capitalised
        && text.bytes().all(|b| b.is_ascii_alphabetic())
        && !["class", "type"].contains(&&*key.to_ascii_lowercase());
    let is_setting = has(SETTING_KEYS, &name.to_ascii_lowercase())
        || (is_path && TECHNICAL_KEYS.iter().any(|known| known.eq_ignore_ascii_case(name)));
    let one_word = !text.contains(char::is_whitespace);
    names
        && !is_label
        && ((!is_path && TECHNICAL_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key)))
            || (is_setting && one_word && !is_capitalised && !has(LABELS, text)))
}

/// Whether lines are a script or the content of a file of settings.
fn is_script(key: &str, text: &str) -> bool {
    (has(COMMAND_KEYS, key) && text.lines().any(code::is_code)) || code::is_script(text.lines())
}
