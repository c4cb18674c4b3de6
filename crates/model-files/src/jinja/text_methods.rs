//! Methods of Python's texts.

use super::arguments::Arguments;
use super::budget::Budget;
use super::value::Value;

/// The texts of `items` with `separator` between them.
pub(super) fn join(items: &[Value], separator: &str, budget: &mut Budget) -> Result<Value, String> {
    budget.items(items.len())?;
    let texts = items.iter().map(Value::to_text).collect::<Result<Vec<_>, _>>()?;
    let between = separator.len().saturating_mul(texts.len());
    budget.spend(texts.iter().fold(between, |sum, text| sum.saturating_add(text.len())))?;
    Ok(Value::text(&texts.join(separator)))
}

/// `text.name(arguments)`.
pub(super) fn text_method(
    name: &str,
    text: &str,
    arguments: &Arguments,
    budget: &mut Budget,
) -> Result<Value, String> {
    // Upper case may need three times as many bytes.
    budget.spend(text.len().saturating_mul(3))?;
    let characters =
        || Ok::<_, String>(arguments.text(0, "chars")?.map(|set| set.chars().collect::<Vec<_>>()));
    let any_of = |choices: Option<&Value>, holds: &dyn Fn(&str) -> bool| match choices {
        Some(Value::List(items)) => {
            items.iter().try_fold(false, |any, item| Ok(any || item.as_text().map(holds)?))
        }
        Some(choice) => choice.as_text().map(holds),
        None => Err(format!("«{name}» without an argument")),
    };
    Ok(match name {
        "strip" => Value::text(match characters()? {
            Some(set) => text.trim_matches(&set[..]),
            None => text.trim(),
        }),
        "lstrip" => Value::text(match characters()? {
            Some(set) => text.trim_start_matches(&set[..]),
            None => text.trim_start(),
        }),
        "rstrip" => Value::text(match characters()? {
            Some(set) => text.trim_end_matches(&set[..]),
            None => text.trim_end(),
        }),
        "upper" => Value::text(&text.to_uppercase()),
        "lower" => Value::text(&text.to_lowercase()),
        "capitalize" => Value::text(&capitalized(text)),
        "title" => Value::text(&text.split_inclusive(' ').map(capitalized).collect::<String>()),
        "startswith" => Value::Bool(any_of(arguments.positional.first(), &|start| text.starts_with(start))?),
        "endswith" => Value::Bool(any_of(arguments.positional.first(), &|end| text.ends_with(end))?),
        "isdigit" => Value::Bool(!text.is_empty() && text.chars().all(|c| c.is_ascii_digit())),
        "count" => Value::Integer(text.matches(arguments.needed_text(0, "sub")?).count() as i64),
        "find" => {
            let at = text.find(arguments.needed_text(0, "sub")?);
            Value::Integer(
                at.map_or(-1, |at| text.char_indices().take_while(|(i, _)| *i < at).count() as i64),
            )
        }
        "replace" => {
            let (old, new) = (arguments.needed_text(0, "old")?, arguments.needed_text(1, "new")?);
            budget.spend(text.matches(old).count().saturating_mul(new.len()))?;
            match arguments.get(2, "count").map(Value::as_integer).transpose()? {
                Some(count) => {
                    Value::text(&text.replacen(old, new, usize::try_from(count).unwrap_or(usize::MAX)))
                }
                None => Value::text(&text.replace(old, new)),
            }
        }
        "split" | "rsplit" => {
            let separator = arguments.text(0, "sep")?;
            let most = arguments.get(1, "maxsplit").map(Value::as_integer).transpose()?;
            let most =
                most.and_then(|most| usize::try_from(most).ok()).map_or(usize::MAX, |n| n.saturating_add(1));
            budget.items(text.len().saturating_add(1))?;
            let parts: Vec<&str> = match (separator, name) {
                (Some(""), _) => return Err("a split at an empty text".into()),
                (Some(separator), "rsplit") => {
                    let mut parts: Vec<_> = text.rsplitn(most, separator).collect();
                    parts.reverse();
                    parts
                }
                (Some(separator), _) => text.splitn(most, separator).collect(),
                (None, _) if most == usize::MAX => text.split_whitespace().collect(),
                (None, _) => return Err("a split at spaces with a limit is not supported".into()),
            };
            Value::list(parts.into_iter().map(Value::text).collect())
        }
        "splitlines" => {
            budget.items(text.len())?;
            Value::list(text.lines().map(Value::text).collect())
        }
        "join" => match arguments.positional.first() {
            Some(items) => join(&items.items(budget)?, text, budget)?,
            None => return Err("«join» without a list".into()),
        },
        _ => return Err(format!("the method «{name}» of a text is not supported")),
    })
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters.flat_map(char::to_lowercase)).collect()
    })
}
