//! Where a token is kept.
//!
//! macOS and Windows: the system's keychain. Linux has no keychain that every desktop runs and that can be reached
//! without a D-Bus library in C or over a hundred crates, and the kernel's own forgets at each restart; there it is the
//! file of the Hub's own tools, readable by its owner alone.

use super::Token;
use crate::limits;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

#[cfg(not(any(target_os = "macos", windows)))]
pub use file::{forget, keep};
#[cfg(any(target_os = "macos", windows))]
pub use keychain::{forget, keep};

/// The stored token and, in words, where it is. The file of the Hub's own tools counts everywhere.
pub fn stored(variable: Variable) -> Option<(Token, String)> {
    #[cfg(any(target_os = "macos", windows))]
    if let Some(token) = keychain::read() {
        return Some((token, keychain::NAME.to_owned()));
    }
    let path = file_path(variable)?;
    Some((read_file(&path)?, format!("the file {}", path.display())))
}

/// Gives the value of an environment variable.
type Variable<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The file in which the Hub's own tools keep their token.
fn file_path(variable: Variable) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = set("HF_TOKEN_PATH") {
        return Some(path);
    }
    let home = set("HF_HOME").or_else(|| {
        let cache = set("XDG_CACHE_HOME").or_else(|| Some(std::env::home_dir()?.join(".cache")));
        Some(cache?.join("huggingface"))
    });
    Some(home?.join("token"))
}

fn read_file(path: &Path) -> Option<Token> {
    let mut text = String::new();
    File::open(path).ok()?.take(limits::TOKEN_BYTES as u64 + 2).read_to_string(&mut text).ok()?;
    Token::parse(&text)
}

#[cfg(not(any(target_os = "macos", windows)))]
mod file {
    use super::{Token, Variable, file_path};
    use crate::error::{Error, Result};
    use std::fs::{self, File};
    use std::io::{self, Write};
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::{Path, PathBuf};

    /// Keeps `token`; returns, in words, where.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(token: &Token, variable: Variable) -> Result<String> {
        let path = place(variable)?;
        write(&path, token).map_err(|error| Error::writing(&path, error))?;
        Ok(format!("the file {}", path.display()))
    }

    /// Forgets the token that [`keep`] keeps; whether there was one.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn forget(variable: Variable) -> Result<bool> {
        let path = place(variable)?;
        remove(&path).map_err(|error| Error::writing(&path, error))
    }

    fn place(variable: Variable) -> Result<PathBuf> {
        let reason = "it is not set, so there is no place for a token".to_owned();
        file_path(variable).ok_or(Error::Environment { variable: "HOME", reason })
    }

    /// Replaces the file whole; nobody else may read it, not even for a moment.
    fn write(path: &Path, token: &Token) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let new = path.with_extension("new");
        remove(&new)?;
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&new)?;
        file.write_all(token.0.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    }

    fn remove(path: &Path) -> io::Result<bool> {
        match fs::remove_file(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

#[cfg(any(target_os = "macos", windows))]
mod keychain {
    use super::{Token, Variable};
    use crate::error::{Error, Result};
    use keyring::Entry;

    #[cfg(windows)]
    pub const NAME: &str = "the Windows credential manager";
    #[cfg(target_os = "macos")]
    pub const NAME: &str = "the keychain";

    pub fn read() -> Option<Token> {
        Token::parse(&entry().ok()?.get_password().ok()?)
    }

    /// Keeps `token`; returns, in words, where.
    ///
    /// # Errors
    /// The system refuses.
    pub fn keep(token: &Token, _: Variable) -> Result<String> {
        entry().and_then(|entry| entry.set_password(&token.0)).map_err(refused)?;
        Ok(NAME.to_owned())
    }

    /// Forgets the token that [`keep`] keeps; whether there was one.
    ///
    /// # Errors
    /// The system refuses.
    pub fn forget(_: Variable) -> Result<bool> {
        match entry().and_then(|entry| entry.delete_credential()) {
            Ok(()) => Ok(true),
            Err(keyring::Error::NoEntry) => Ok(false),
            Err(error) => Err(refused(error)),
        }
    }

    fn entry() -> keyring::Result<Entry> {
        Entry::new("wasan-fetch", "huggingface.co")
    }

    fn refused(error: keyring::Error) -> Error {
        Error::Keychain { name: NAME, reason: error.to_string() }
    }
}

#[cfg(all(test, not(any(target_os = "macos", windows))))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_token_is_kept_for_its_owner_alone_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub/token");
        let variable = |name: &str| (name == "HF_TOKEN_PATH").then(|| path.display().to_string());
        assert!(stored(&variable).is_none() && !forget(&variable).unwrap());
        for text in ["hf_first", "hf_second"] {
            keep(&Token::parse(text).unwrap(), &variable).unwrap();
            assert_eq!(stored(&variable).unwrap().0.0, text);
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(forget(&variable).unwrap() && stored(&variable).is_none());
    }

    #[test]
    fn the_file_lies_where_the_hubs_tools_look() {
        let path = |variables: &[(&str, &str)]| {
            file_path(&|name| {
                variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            })
            .unwrap()
        };
        assert_eq!(path(&[("HF_HOME", "/h"), ("XDG_CACHE_HOME", "/x")]), Path::new("/h/token"));
        assert_eq!(path(&[("XDG_CACHE_HOME", "/x")]), Path::new("/x/huggingface/token"));
        assert_eq!(path(&[("HF_TOKEN_PATH", "/t"), ("HF_HOME", "/h")]), Path::new("/t"));
        assert!(path(&[]).ends_with(".cache/huggingface/token"));
    }
}
