//! The access token for gated models: from `HF_TOKEN`, from the system's keychain, or from the file of the Hub's tools.

pub mod command;
mod store;

use crate::error::{Error, Result};
use crate::limits;
use std::fmt;

/// A token that may stand in a header.
pub struct Token(String);

impl Token {
    /// The token in `text`, if it looks like one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let plain = !text.is_empty()
            && text.len() <= limits::TOKEN_BYTES
            && text.bytes().all(|b| b.is_ascii_graphic());
        plain.then(|| Self(text.to_owned()))
    }

    /// The value of the header `Authorization`.
    pub fn authorization(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("Token")
    }
}

/// The token to use and, in words, where it comes from.
///
/// # Errors
/// [`Error::Environment`] if `HF_TOKEN` holds something that no token is.
pub fn find(variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<(Token, String)>> {
    if let Some(text) = variable("HF_TOKEN").filter(|text| !text.trim().is_empty()) {
        let reason = "it has characters that no token has".to_owned();
        let token = Token::parse(&text).ok_or(Error::Environment { variable: "HF_TOKEN", reason })?;
        return Ok(Some((token, "the variable HF_TOKEN".to_owned())));
    }
    Ok(store::stored(variable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_printable_word() {
        assert_eq!(Token::parse(" hf_abc\n").unwrap().authorization(), "Bearer hf_abc");
        for wrong in ["", " ", "two words", "hf_\r\nHost: evil", "hf_ä", &"x".repeat(1025)] {
            assert!(Token::parse(wrong).is_none(), "{wrong:.20}");
        }
        assert_eq!(format!("{:?}", Token::parse("secret")), "Some(Token)");
    }

    #[test]
    fn the_variable_goes_first_and_must_be_a_token() {
        let read = |value: &str| {
            let value = value.to_owned();
            find(&move |name| (name == "HF_TOKEN").then(|| value.clone()))
        };
        assert_eq!(read("hf_x").unwrap().unwrap().1, "the variable HF_TOKEN");
        assert!(matches!(read("two words"), Err(Error::Environment { variable: "HF_TOKEN", .. })));
    }
}
