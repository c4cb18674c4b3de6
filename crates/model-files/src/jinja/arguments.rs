//! The arguments of a function, filter, test or method.

use super::value::Value;

/// The arguments of a call.
#[derive(Default)]
pub(super) struct Arguments {
    pub positional: Vec<Value>,
    pub named: Vec<(String, Value)>,
}

impl Arguments {
    /// The argument at this position or of this name.
    pub fn get(&self, position: usize, name: &str) -> Option<&Value> {
        let named = || self.named.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        self.positional.get(position).or_else(named)
    }

    /// A text at this position or of this name; `none` counts as left out.
    pub fn text(&self, position: usize, name: &str) -> Result<Option<&str>, String> {
        self.get(position, name).filter(|value| !matches!(value, Value::None)).map(Value::as_text).transpose()
    }

    /// The same for a text that must be there.
    pub fn needed_text(&self, position: usize, name: &str) -> Result<&str, String> {
        self.text(position, name)?.ok_or_else(|| format!("the argument «{name}» is missing"))
    }
}
