//! Names of translated files, and how they are recognised.

use std::path::{Path, PathBuf};

use crate::languages::{LANGUAGES, LanguagePair};
use crate::name_style::NameStyle;
use crate::store::sha256;

/// Bytes of the longest file name on the usual disks; NTFS counts UTF-16 units, of which a name has fewer.
const NAME_BYTES: usize = 255;

/// What surrounds a file's name while it is written.
const PARTIAL: (&str, &str) = (".", ".wasan-part");

/// Bytes of the longest name whose temporary name fits too.
const FINAL_BYTES: usize = NAME_BYTES - PARTIAL.0.len() - PARTIAL.1.len();

/// A longer extension is a part of the name.
const EXTENSION_BYTES: usize = 32;

/// The temporary name of a file that is being written. It is always the same, so that the leftover of a crash is found
/// and removed.
pub(crate) fn partial_path(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut name = name.into_owned();
    if name.len() > FINAL_BYTES {
        let hash: String = sha256(name.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        name.truncate(name.floor_char_boundary(FINAL_BYTES - hash.len()));
        name.push_str(&hash);
    }
    path.with_file_name(format!("{}{name}{}", PARTIAL.0, PARTIAL.1))
}

/// `report.md` → `report.en.md`, or with another separator by the style; `report.de.md` → `report.en.md`; or the next free
/// `report.en-2.md`. `extension` replaces the source's if the translation has another format. A name that would be too
/// long is cut.
pub(crate) fn free_name(
    source: &Path,
    pair: &LanguagePair,
    style: NameStyle,
    extension: Option<&str>,
) -> PathBuf {
    let (stem, own) = split(source);
    let extension = extension.map(str::to_owned).or(own).map_or_else(String::new, |e| format!(".{e}"));
    let (before, to) = match language_at(&stem, &pair.from) {
        Some(at) => (stem[..at].to_owned(), in_case_of(&pair.to, &stem[at..])),
        None => (format!("{stem}{}", style.separator()), pair.to.clone()),
    };
    let name = |number: &str| {
        let end = format!("{to}{number}{extension}");
        let cut = before.floor_char_boundary(FINAL_BYTES.saturating_sub(end.len()));
        match cut < before.len() {
            true => {
                let cut = before.floor_char_boundary(cut.saturating_sub(1));
                source.with_file_name(format!("{}{}{end}", &before[..cut], style.separator()))
            }
            false => source.with_file_name(format!("{before}{end}")),
        }
    };
    let mut free = name("");
    for number in 2.. {
        if free.symlink_metadata().is_err() {
            break;
        }
        free = name(&format!("-{number}"));
    }
    free
}

/// A bilingual page beside a translation. Its name contains the translation's extension, so that documents that differ
/// only in it have different pages.
pub(crate) fn bilingual_path(output: &Path, pair: &LanguagePair, number: &str) -> PathBuf {
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    let end = format!(".{pair}{number}.html");
    let name = &name[..name.floor_char_boundary(FINAL_BYTES.saturating_sub(end.len()))];
    output.with_file_name(format!("{name}{end}"))
}

/// Whether a file is named like a translation into `language`: `report.en.docx`, `report.en-2.docx`, a bilingual page such
/// as `report.en.docx.de-en.html`; or `messages_en.json`, `en.json` beside the same name in another language.
pub(crate) fn is_translation(path: &Path, language: &str) -> bool {
    let (stem, _) = split(path);
    // Without the number that avoids an existing name.
    let stem = match stem.rsplit_once('-') {
        Some((name, number)) if number.parse::<u32>().is_ok() => name,
        _ => &stem,
    };
    let last = stem.rsplit_once('.').map(|(_, last)| last);
    if last.is_some_and(|last| last.parse::<LanguagePair>().is_ok_and(|pair| pair.to == language)) {
        return true;
    }
    let Some(at) = language_at(stem, language) else { return false };
    stem[..at].ends_with('.') || has_source(path, &stem[..at], &stem[at..])
}

// Whether the same name in another language is there: `messages_de.json` or `messages.json` for `messages_en.json`.
fn has_source(path: &Path, before: &str, code: &str) -> bool {
    let extension = split(path).1.map_or_else(String::new, |extension| format!(".{extension}"));
    let exists = |name: String| path.with_file_name(name).symlink_metadata().is_ok();
    let others = LANGUAGES.iter().filter(|language| !code.eq_ignore_ascii_case(language.code));
    let plain = before.trim_end_matches(['_', '-']);
    others
        .map(|language| in_case_of(language.code, code))
        .any(|other| exists(format!("{before}{other}{extension}")))
        || (!plain.is_empty() && exists(format!("{plain}{extension}")))
}

fn split(path: &Path) -> (String, Option<String>) {
    let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    match path.extension().filter(|extension| extension.len() <= EXTENSION_BYTES) {
        Some(extension) => (text(path.file_stem()), Some(extension.to_string_lossy().into_owned())),
        None => (text(path.file_name()), None),
    }
}

// Where the language's code begins at the end of a stem: as all of it, or after `.`, `_` or `-`; with or without a script
// and a region (`de`, `DE`, `de_AT`, `zh-Hant-TW`).
fn language_at(stem: &str, language: &str) -> Option<usize> {
    let after = |(at, c): (usize, char)| matches!(c, '.' | '_' | '-').then_some(at + 1);
    let starts = std::iter::once(0).chain(stem.char_indices().filter_map(after));
    starts.into_iter().find(|at| {
        let mut parts = stem[*at..].split(['_', '-']);
        parts.next().is_some_and(|code| code.eq_ignore_ascii_case(language)) && parts.all(is_script_or_region)
    })
}

fn is_script_or_region(part: &str) -> bool {
    let all = |is: fn(&u8) -> bool| part.bytes().all(|byte| is(&byte));
    match part.len() {
        2 => all(u8::is_ascii_uppercase),
        3 => all(u8::is_ascii_digit),
        4 => {
            part.starts_with(|c: char| c.is_ascii_uppercase())
                && part[1..].bytes().all(|b| b.is_ascii_lowercase())
        }
        _ => false,
    }
}

// `EN` where the name has `DE`.
fn in_case_of(code: &str, like: &str) -> String {
    match like.get(..2).is_some_and(|like| like.bytes().all(|byte| byte.is_ascii_uppercase())) {
        true => code.to_ascii_uppercase(),
        false => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(text: &str) -> LanguagePair {
        text.parse().expect("a pair")
    }

    #[test]
    fn names_are_free_and_beside_the_source() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("brief.txt");
        assert_eq!(
            free_name(&source, &pair("de-en"), NameStyle::Dot, None),
            folder.path().join("brief.en.txt")
        );
        std::fs::write(folder.path().join("brief.en.txt"), "").expect("writes");
        assert_eq!(
            free_name(&source, &pair("de-en"), NameStyle::Dot, None),
            folder.path().join("brief.en-2.txt")
        );
        assert_eq!(
            free_name(&source, &pair("de-en"), NameStyle::Dot, Some("md")),
            folder.path().join("brief.en.md")
        );
    }

    #[test]
    fn the_source_languages_code_is_replaced() {
        for (source, translation) in [
            ("x.de.xlf", "x.en.xlf"),
            ("x.DE.xlf", "x.EN.xlf"),
            ("x.de-DE.xlf", "x.en.xlf"),
            ("x.de_AT.xlf", "x.en.xlf"),
            ("messages_de.properties", "messages_en.properties"),
            ("messages_de_CH.properties", "messages_en.properties"),
            ("Handbuch-DE.docx", "Handbuch-EN.docx"),
            ("de.yml", "en.yml"),
            ("de-DE.json", "en.json"),
            ("de", "en"),
            ("x.de", "x.en.de"),
            ("x.fr.xlf", "x.fr.en.xlf"),
            ("made.txt", "made.en.txt"),
            ("x_de_la.txt", "x_de_la.en.txt"),
            (".de.txt", ".en.txt"),
            ("x", "x.en"),
        ] {
            let found = free_name(
                Path::new("/no/such/folder").join(source).as_path(),
                &pair("de-en"),
                NameStyle::Dot,
                None,
            );
            assert_eq!(found, Path::new("/no/such/folder").join(translation), "{source}");
        }
        let chinese = free_name(Path::new("/no/a.zh-Hant-TW.po"), &pair("zh-en"), NameStyle::Dot, None);
        assert_eq!(chinese, Path::new("/no/a.en.po"));
    }

    #[test]
    fn the_separator_is_the_users_but_a_name_with_a_language_keeps_its_own() {
        for (style, name) in [
            (NameStyle::Dot, "brief.en.txt"),
            (NameStyle::Underscore, "brief_en.txt"),
            (NameStyle::Hyphen, "brief-en.txt"),
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            let source = folder.path().join("brief.txt");
            std::fs::write(&source, "x").expect("writes");
            let translation = folder.path().join(name);
            assert_eq!(free_name(&source, &pair("de-en"), style, None), translation);
            assert!(is_translation(&translation, "en"), "{name} is no source for the next run");
            let own = folder.path().join("x_de.txt");
            assert_eq!(free_name(&own, &pair("de-en"), style, None), folder.path().join("x_en.txt"));
            let long = folder.path().join(format!("{}.txt", "a".repeat(247)));
            let cut = free_name(&long, &pair("de-en"), style, None);
            let end = format!("a{}en.txt", style.separator());
            assert!(cut.to_string_lossy().ends_with(&end), "{}", cut.display());
        }
    }

    #[test]
    fn long_names_are_cut_on_a_character() {
        let folder = tempfile::tempdir().expect("a folder");
        let longest = |name: &Path| {
            let length = |path: &Path| path.file_name().expect("has one").len();
            assert!(length(&partial_path(name)) <= NAME_BYTES, "{}", name.display());
            length(name)
        };
        for stem in [
            "a".repeat(247),
            "ä".repeat(123),
            "契".repeat(82),
            "👩".repeat(62),
            format!("{}.de", "b".repeat(240)),
        ] {
            let source = folder.path().join(format!("{stem}.txt"));
            let first = free_name(&source, &pair("de-en"), NameStyle::Dot, None);
            assert!(longest(&first) <= FINAL_BYTES && longest(&first) > FINAL_BYTES - 8);
            let name = first.file_name().expect("has one").to_string_lossy().into_owned();
            assert!(name.ends_with(".en.txt") && stem.starts_with(&name[..name.len() - 7]), "{name}");
            std::fs::write(&first, "x").expect("can be made");
            let second = free_name(&source, &pair("de-en"), NameStyle::Dot, None);
            assert!(second.to_string_lossy().ends_with(".en-2.txt"));
            std::fs::write(partial_path(&second), "x").expect("can be made");
            std::fs::write(bilingual_path(&first, &pair("de-en"), "-12"), "x").expect("can be made");
            assert!(is_translation(&first, "en") && is_translation(&second, "en"));
        }
        let (one, other) = ("a".repeat(250), format!("{}b", "a".repeat(249)));
        let [one, other] = [one, other].map(|name| partial_path(&folder.path().join(name)));
        assert_ne!(one, other);
        let odd = folder.path().join(format!("x.{}", "y".repeat(250)));
        assert!(longest(&free_name(&odd, &pair("de-en"), NameStyle::Dot, None)) <= FINAL_BYTES);
    }

    #[test]
    fn translations_are_recognised_by_their_names() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["messages_de.json", "de.yml", "app.properties"] {
            std::fs::write(folder.path().join(name), "x").expect("writes");
        }
        for (name, is) in [
            ("a.en.txt", true),
            ("a.en-2.txt", true),
            ("a.en-GB.txt", true),
            ("a.en.txt.de-en.html", true),
            ("a.en.txt.de-en-3.html", true),
            ("a.de.txt.en-de.html", false),
            ("a.de.txt", false),
            ("messages_en.json", true),
            ("messages_en-2.json", true),
            ("en.yml", true),
            ("app_en.properties", true),
            ("chicken_en.txt", false),
            ("fr.yml", false),
        ] {
            assert_eq!(is_translation(&folder.path().join(name), "en"), is, "{name}");
        }
    }
}
