//! The filters, tests and functions that chat templates use. Each pays for its result before it makes it.

use std::cell::RefCell;
use std::rc::Rc;

use super::arguments::Arguments;
use super::budget::Budget;
use super::text_methods::{join, text_method};
use super::value::Value;

/// The functions that are always there.
pub(super) const FUNCTIONS: [&str; 5] = ["raise_exception", "strftime_now", "namespace", "range", "dict"];

/// Calls one of [`FUNCTIONS`].
pub(super) fn call(name: &str, arguments: &Arguments, budget: &mut Budget) -> Result<Value, String> {
    match name {
        "raise_exception" => Err(arguments.needed_text(0, "message")?.to_owned()),
        "strftime_now" => {
            let format = arguments.needed_text(0, "format")?;
            budget.spend(format.len().saturating_mul(8))?;
            Ok(Value::text(&date(format)))
        }
        "namespace" | "dict" => {
            let mut entries: Vec<(Rc<str>, Value)> = Vec::new();
            if let Some(Value::Map(map)) = arguments.positional.first() {
                entries.extend(map.iter().cloned());
            }
            entries.extend(arguments.named.iter().map(|(key, value)| (key.as_str().into(), value.clone())));
            budget.items(entries.len())?;
            Ok(match name {
                "dict" => Value::Map(Rc::new(entries)),
                _ => {
                    let attributes = entries.into_iter().map(|(key, value)| (key.to_string(), value));
                    Value::Namespace(Rc::new(RefCell::new(attributes.collect())))
                }
            })
        }
        "range" => {
            let bounds = arguments.positional.iter().map(Value::as_integer).collect::<Result<Vec<_>, _>>()?;
            let (start, stop, step) = match bounds[..] {
                [stop] => (0, stop, 1),
                [start, stop] => (start, stop, 1),
                [start, stop, step] if step != 0 => (start, stop, step),
                _ => return Err("range() takes one to three numbers, the third not zero".into()),
            };
            let mut numbers = Vec::new();
            let mut next = Some(start);
            while let Some(number) = next.filter(|at| if step > 0 { *at < stop } else { *at > stop }) {
                budget.items(1)?;
                numbers.push(Value::Integer(number));
                next = number.checked_add(step);
            }
            Ok(Value::list(numbers))
        }
        _ => Err(format!("the function «{name}» is not supported")),
    }
}

/// `strftime` for a fixed day, the one that Llama 3's template falls back to, so that every import of a model gives the
/// same prompt.
fn date(format: &str) -> String {
    let mut text = String::new();
    let mut rest = format.chars();
    while let Some(character) = rest.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        text.push_str(match rest.next() {
            Some('d' | 'e') => "26",
            Some('b') => "Jul",
            Some('B') => "July",
            Some('m') => "07",
            Some('y') => "24",
            Some('Y') => "2024",
            Some('a') => "Fri",
            Some('A') => "Friday",
            Some('H' | 'M' | 'S') => "00",
            Some('F') => "2024-07-26",
            _ => "%",
        });
    }
    text
}

/// `value is name(arguments)`.
pub(super) fn test(
    name: &str,
    value: &Value,
    arguments: &Arguments,
    budget: &mut Budget,
) -> Result<bool, String> {
    let other = || arguments.positional.first().ok_or_else(|| format!("«is {name}» without a value"));
    Ok(match name {
        "defined" => !matches!(value, Value::Undefined),
        "undefined" => matches!(value, Value::Undefined),
        "none" => matches!(value, Value::None),
        "string" => matches!(value, Value::Text(_)),
        "number" | "integer" => matches!(value, Value::Integer(_)),
        "float" => false,
        "boolean" => matches!(value, Value::Bool(_)),
        "true" => matches!(value, Value::Bool(true)),
        "false" => matches!(value, Value::Bool(false)),
        "mapping" => matches!(value, Value::Map(_)),
        "sequence" | "iterable" => matches!(value, Value::List(_) | Value::Text(_) | Value::Map(_)),
        "callable" => matches!(value, Value::Macro(_) | Value::Function(_)),
        "eq" | "equalto" | "sameas" | "==" => value.equals(other()?, budget)?,
        "ne" | "!=" => !value.equals(other()?, budget)?,
        "in" => value.is_in(other()?, budget)?,
        "even" => value.as_integer()?.rem_euclid(2) == 0,
        "odd" => value.as_integer()?.rem_euclid(2) == 1,
        "divisibleby" => {
            let by = other()?.as_integer()?;
            value.as_integer()?.checked_rem(by).ok_or("a division by zero")? == 0
        }
        _ => return Err(format!("the test «{name}» is not supported")),
    })
}

/// `value | name(arguments)`.
pub(super) fn filter(
    name: &str,
    value: &Value,
    arguments: &Arguments,
    budget: &mut Budget,
) -> Result<Value, String> {
    Ok(match name {
        "length" | "count" => Value::Integer(match value {
            Value::Text(text) => text.chars().count() as i64,
            Value::Undefined => 0,
            Value::Map(entries) => entries.len() as i64,
            other => other.items(budget)?.len() as i64,
        }),
        "string" | "safe" | "escape" | "e" => Value::Text(value.to_text()?),
        "int" => match value {
            Value::Text(text) => Value::Integer(text.trim().parse().unwrap_or(0)),
            other => Value::Integer(other.as_integer()?),
        },
        "default" | "d" => {
            let even_if_false = arguments.get(1, "boolean").is_some_and(Value::is_true);
            match matches!(value, Value::Undefined) || even_if_false && !value.is_true() {
                true => arguments.get(0, "default_value").cloned().unwrap_or_else(|| Value::text("")),
                false => value.clone(),
            }
        }
        "first" => value.items(budget)?.first().cloned().unwrap_or(Value::Undefined),
        "last" => value.items(budget)?.last().cloned().unwrap_or(Value::Undefined),
        "list" => Value::List(value.items(budget)?),
        "reverse" => value.slice([None, None, Some(-1)], budget)?,
        "items" => pairs(value, budget)?,
        "join" => {
            let separator = arguments.text(0, "d")?.unwrap_or_default();
            let items = value.items(budget)?;
            let items = match arguments.get(1, "attribute") {
                Some(attribute) => attributes(&items, attribute)?,
                None => items,
            };
            join(&items, separator, budget)?
        }
        "map" => {
            let items = value.items(budget)?;
            budget.items(items.len())?;
            match (arguments.get(usize::MAX, "attribute"), arguments.positional.first()) {
                (Some(attribute), _) => Value::List(attributes(&items, attribute)?),
                (None, Some(name)) => {
                    let (name, rest) = (name.as_text()?, tail(arguments, 1));
                    let mapped = items.iter().map(|item| filter(name, item, &rest, budget));
                    Value::list(mapped.collect::<Result<_, _>>()?)
                }
                (None, None) => return Err("«map» without a filter".into()),
            }
        }
        "select" | "reject" | "selectattr" | "rejectattr" => {
            let by_attribute = name.ends_with("attr");
            let attribute = arguments.positional.first().filter(|_| by_attribute);
            let name_at = usize::from(by_attribute);
            let condition = arguments.positional.get(name_at).map(Value::as_text).transpose()?;
            let rest = tail(arguments, name_at + 1);
            let mut kept = Vec::new();
            for item in value.items(budget)?.iter() {
                budget.items(1)?;
                let tested = match attribute {
                    Some(attribute) => item.attribute(attribute.as_text()?)?,
                    None => item.clone(),
                };
                let holds = match condition {
                    Some(condition) => test(condition, &tested, &rest, budget)?,
                    None => tested.is_true(),
                };
                if holds == name.starts_with("select") {
                    kept.push(item.clone());
                }
            }
            Value::list(kept)
        }
        "tojson" => {
            if arguments.get(1, "indent").is_some_and(|indent| !matches!(indent, Value::None)) {
                return Err("«tojson» with an indentation is not supported".into());
            }
            let mut json = String::new();
            write_json(value, &mut json, budget)?;
            Value::text(&json)
        }
        "trim" => method("strip", &Value::Text(value.to_text()?), arguments, budget)?,
        "upper" | "lower" | "title" | "capitalize" | "replace" => {
            method(name, &Value::Text(value.to_text()?), arguments, budget)?
        }
        _ => return Err(format!("the filter «{name}» is not supported")),
    })
}

fn tail(arguments: &Arguments, from: usize) -> Arguments {
    let positional = arguments.positional.iter().skip(from).cloned().collect();
    Arguments { positional, named: Vec::new() }
}

fn attributes(items: &[Value], name: &Value) -> Result<Rc<Vec<Value>>, String> {
    let name = name.as_text()?;
    items.iter().map(|item| item.attribute(name)).collect::<Result<_, _>>().map(Rc::new)
}

fn pairs(value: &Value, budget: &mut Budget) -> Result<Value, String> {
    let Value::Map(entries) = value else { return Err(format!("the items of {}", value.kind())) };
    budget.items(entries.len().saturating_mul(3))?;
    let pair =
        |(key, value): &(Rc<str>, Value)| Value::list(vec![Value::Text(Rc::clone(key)), value.clone()]);
    Ok(Value::list(entries.iter().map(pair).collect()))
}

/// Writes JSON as Python does: a space after commas and colons, other scripts as they are.
fn write_json(value: &Value, json: &mut String, budget: &mut Budget) -> Result<(), String> {
    budget.items(1)?;
    match value {
        Value::None => json.push_str("null"),
        Value::Bool(value) => json.push_str(if *value { "true" } else { "false" }),
        Value::Integer(number) => json.push_str(&number.to_string()),
        Value::Text(text) => {
            budget.spend(text.len().saturating_mul(6))?;
            json.push_str(&serde_json::Value::from(&**text).to_string());
        }
        Value::List(items) => {
            json.push('[');
            for (index, item) in items.iter().enumerate() {
                json.push_str(if index > 0 { ", " } else { "" });
                write_json(item, json, budget)?;
            }
            json.push(']');
        }
        Value::Map(entries) => {
            json.push('{');
            for (index, (key, item)) in entries.iter().enumerate() {
                json.push_str(if index > 0 { ", " } else { "" });
                write_json(&Value::Text(Rc::clone(key)), json, budget)?;
                json.push_str(": ");
                write_json(item, json, budget)?;
            }
            json.push('}');
        }
        other => return Err(format!("{} as JSON", other.kind())),
    }
    Ok(())
}

/// `value.name(arguments)`: methods of Python's texts and dictionaries.
pub(super) fn method(
    name: &str,
    receiver: &Value,
    arguments: &Arguments,
    budget: &mut Budget,
) -> Result<Value, String> {
    match receiver {
        Value::Text(text) => text_method(name, text, arguments, budget),
        Value::Map(entries) => match name {
            "items" => pairs(receiver, budget),
            "keys" => Ok(Value::List(receiver.items(budget)?)),
            "values" => {
                budget.items(entries.len())?;
                Ok(Value::list(entries.iter().map(|(_, value)| value.clone()).collect()))
            }
            "get" => match receiver.attribute(arguments.needed_text(0, "key")?)? {
                Value::Undefined => Ok(arguments.get(1, "default").cloned().unwrap_or(Value::None)),
                value => Ok(value),
            },
            _ => Err(format!("the method «{name}» of an object is not supported")),
        },
        other => Err(format!("the method «{name}» of {} is not supported", other.kind())),
    }
}
