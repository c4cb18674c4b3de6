//! The values of a template.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::budget::{Budget, STEP};

/// A value. Lists and objects never change; only a namespace does.
#[derive(Clone)]
pub(crate) enum Value {
    /// A name or attribute that does not exist.
    Undefined,
    /// `none`.
    None,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(Rc<str>),
    /// A list or tuple.
    List(Rc<Vec<Value>>),
    /// An object with its keys in order.
    Map(Rc<Vec<(Rc<str>, Value)>>),
    /// `namespace(…)`, whose attributes can be set.
    Namespace(Rc<RefCell<BTreeMap<String, Value>>>),
    /// A macro, by its index.
    Macro(usize),
    /// A built-in function.
    Function(&'static str),
}

impl Value {
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Rc::new(items))
    }

    pub fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        Self::Map(Rc::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }

    /// Its kind, for error messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Undefined => "an undefined value",
            Self::None => "none",
            Self::Bool(_) => "a truth value",
            Self::Integer(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
            Self::Namespace(_) => "a namespace",
            Self::Macro(_) | Self::Function(_) => "a function",
        }
    }

    pub fn is_true(&self) -> bool {
        match self {
            Self::Undefined | Self::None => false,
            Self::Bool(value) => *value,
            Self::Integer(number) => *number != 0,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(entries) => !entries.is_empty(),
            Self::Namespace(_) | Self::Macro(_) | Self::Function(_) => true,
        }
    }

    pub fn as_text(&self) -> Result<&str, String> {
        match self {
            Self::Text(text) => Ok(text),
            other => Err(format!("{} where a text is needed", other.kind())),
        }
    }

    pub fn as_integer(&self) -> Result<i64, String> {
        match self {
            Self::Integer(number) => Ok(*number),
            Self::Bool(value) => Ok((*value).into()),
            other => Err(format!("{} where a number is needed", other.kind())),
        }
    }

    /// The text that `{{ … }}` and `~` make of it. Lists and objects have none: chat templates write them with `tojson`.
    pub fn to_text(&self) -> Result<Rc<str>, String> {
        Ok(match self {
            Self::Undefined => "".into(),
            Self::None => "None".into(),
            Self::Bool(true) => "True".into(),
            Self::Bool(false) => "False".into(),
            Self::Integer(number) => number.to_string().into(),
            Self::Text(text) => Rc::clone(text),
            other => return Err(format!("{} where a text is needed", other.kind())),
        })
    }

    /// `value.name`; undefined if there is no such attribute.
    pub fn attribute(&self, name: &str) -> Result<Self, String> {
        match self {
            Self::Undefined => Err(format!("«{name}» of an undefined value")),
            Self::Map(entries) => {
                let found = entries.iter().find(|(key, _)| &**key == name);
                Ok(found.map_or(Self::Undefined, |(_, value)| value.clone()))
            }
            Self::Namespace(attributes) => {
                Ok(attributes.borrow().get(name).cloned().unwrap_or(Self::Undefined))
            }
            _ => Ok(Self::Undefined),
        }
    }

    /// `value[index]`; undefined if there is no such item.
    pub fn item(&self, index: &Self) -> Result<Self, String> {
        let position = |length: usize| {
            let index = index.as_integer().ok()?;
            let index = if index < 0 { index.checked_add(length as i64)? } else { index };
            usize::try_from(index).ok()
        };
        Ok(match (self, index) {
            (_, Self::Text(name)) => return self.attribute(name),
            (Self::Undefined, _) => return Err("an item of an undefined value".into()),
            (Self::List(items), _) => position(items.len()).and_then(|at| items.get(at).cloned()),
            (Self::Text(text), _) => position(text.chars().count())
                .and_then(|at| text.chars().nth(at))
                .map(|character| Self::text(character.encode_utf8(&mut [0; 4]))),
            _ => None,
        }
        .unwrap_or(Self::Undefined))
    }

    /// The items that a loop visits.
    pub(super) fn items(&self, budget: &mut Budget) -> Result<Rc<Vec<Self>>, String> {
        Ok(match self {
            Self::List(items) => Rc::clone(items),
            Self::Undefined => Rc::default(),
            Self::Map(entries) => {
                budget.items(entries.len())?;
                Rc::new(entries.iter().map(|(key, _)| Self::Text(Rc::clone(key))).collect())
            }
            Self::Text(text) => {
                budget.items(text.len())?;
                Rc::new(text.chars().map(|c| Self::text(c.encode_utf8(&mut [0; 4]))).collect())
            }
            other => return Err(format!("{} where a list is needed", other.kind())),
        })
    }

    /// Whether two values are equal. Namespaces and functions are equal only to themselves.
    pub(super) fn equals(&self, other: &Self, budget: &mut Budget) -> Result<bool, String> {
        budget.spend(STEP)?;
        Ok(match (self, other) {
            (Self::Undefined, Self::Undefined) | (Self::None, Self::None) => true,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Bool(_) | Self::Integer(_), Self::Bool(_) | Self::Integer(_)) => {
                self.as_integer()? == other.as_integer()?
            }
            (Self::List(a), Self::List(b)) => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (a, b) in a.iter().zip(b.iter()) {
                    if !a.equals(b, budget)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Self::Map(a), Self::Map(b)) => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (key, value) in a.iter() {
                    budget.items(b.len())?;
                    if !value.equals(&other.attribute(key)?, budget)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Self::Namespace(a), Self::Namespace(b)) => Rc::ptr_eq(a, b),
            (Self::Macro(a), Self::Macro(b)) => a == b,
            (Self::Function(a), Self::Function(b)) => a == b,
            _ => false,
        })
    }

    /// `self in container`.
    pub(super) fn is_in(&self, container: &Self, budget: &mut Budget) -> Result<bool, String> {
        match container {
            Self::Text(text) => {
                budget.spend(text.len())?;
                Ok(text.contains(self.as_text()?))
            }
            Self::List(items) => {
                for item in items.iter() {
                    if self.equals(item, budget)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Map(entries) => {
                budget.items(entries.len())?;
                Ok(matches!(self, Self::Text(name) if entries.iter().any(|(key, _)| key == name)))
            }
            Self::Undefined => Ok(false),
            other => Err(format!("«in» {}", other.kind())),
        }
    }

    /// `value[start:stop:step]` as in Python.
    pub(super) fn slice(&self, bounds: [Option<i64>; 3], budget: &mut Budget) -> Result<Self, String> {
        match self {
            Self::List(items) => {
                budget.items(items.len())?;
                let picked = positions(items.len(), bounds)?.filter_map(|at| items.get(at).cloned());
                Ok(Self::list(picked.collect()))
            }
            Self::Text(text) => {
                budget.items(text.len())?;
                let characters: Vec<char> = text.chars().collect();
                let picked = positions(characters.len(), bounds)?.filter_map(|at| characters.get(at));
                Ok(Self::text(&picked.collect::<String>()))
            }
            other => Err(format!("a part of {}", other.kind())),
        }
    }
}

/// The positions that a slice of a sequence picks.
fn positions(
    length: usize,
    [start, stop, step]: [Option<i64>; 3],
) -> Result<impl Iterator<Item = usize>, String> {
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err("a slice with a step of zero".into());
    }
    let length = length as i64;
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |bound: Option<i64>, otherwise: i64| match bound {
        None => otherwise,
        Some(bound) if bound < 0 => bound.saturating_add(length).clamp(lowest, highest),
        Some(bound) => bound.clamp(lowest, highest),
    };
    let (first, last) = if step > 0 { (lowest, highest) } else { (highest, lowest) };
    let (start, stop) = (bound(start, first), bound(stop, last));
    let mut at = Some(start);
    Ok(std::iter::from_fn(move || {
        let now = at.filter(|at| if step > 0 { *at < stop } else { *at > stop })?;
        at = now.checked_add(step);
        usize::try_from(now).ok()
    }))
}
