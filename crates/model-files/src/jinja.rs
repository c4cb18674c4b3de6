//! Renders a model's chat template, a Jinja program from an untrusted file.
//!
//! The syntax is read by `minijinja`. Its own evaluator is not used: it charges its fuel for a list only after the list
//! has been turned into text or compared, so that a short template could take all memory. Ours counts each step, byte
//! and list item before it is made, reads no file, includes no other template, and has neither clock nor randomness.

mod arguments;
mod budget;
mod builtins;
mod evaluator;
mod text_methods;
mod value;

use std::panic::{AssertUnwindSafe, catch_unwind};

use minijinja::machinery::{ast::Stmt, parse};
use minijinja::syntax::SyntaxConfig;

use crate::limits;
use budget::Budget;
use evaluator::Evaluator;
pub(crate) use value::Value;

/// Stack of the evaluator's thread, of which only what is used takes memory: a syntax tree may be as deep as half the
/// template's bytes, and a value as deep as the budget allows; both are freed level by level.
const STACK_BYTES: usize = 256 << 20;

/// What a template sees: names and values. Values are not shared between threads, so they are made in the evaluator's.
pub(crate) type Variables = Vec<(&'static str, Value)>;

/// Renders `template`. `variables` makes its variables.
///
/// # Errors
/// What the template raises, or why it cannot be evaluated, as text.
pub(crate) fn render(
    template: &str,
    variables: &(dyn Fn() -> Variables + Sync),
) -> std::result::Result<String, String> {
    if template.len() > limits::TEMPLATE_BYTES {
        return Err(format!("it has {} bytes; the limit is {}", template.len(), limits::TEMPLATE_BYTES));
    }
    let source = without_generation_tags(template);
    let work = || {
        catch_unwind(AssertUnwindSafe(|| evaluate(&source, variables())))
            .unwrap_or_else(|_| Err("the template library panicked".into()))
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("chat template".into()).stack_size(STACK_BYTES);
        let started = thread.spawn_scoped(scope, work).map_err(|error| error.to_string())?;
        started.join().unwrap_or_else(|_| Err("the template library panicked".into()))
    })
}

fn evaluate(source: &str, variables: Variables) -> std::result::Result<String, String> {
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    let syntax = syntax.map_err(|error| error.to_string())?;
    let Stmt::Template(template) =
        parse(source, "chat template", syntax).map_err(|error| error.to_string())?
    else {
        return Err("it is not a template".into());
    };
    let mut output = String::new();
    Evaluator::new(variables, Budget::default()).run(&template.children, &mut output)?;
    Ok(output)
}

/// Hugging Face's `{% generation %}` … `{% endgeneration %}` marks the answers in training data and renders its body.
fn without_generation_tags(template: &str) -> String {
    let mut source = template.to_owned();
    for (open, close) in [("{%-", "-%}"), ("{%-", "%}"), ("{%", "-%}"), ("{%", "%}")] {
        for (name, plain) in [("generation", "if true"), ("endgeneration", "endif")] {
            source = source.replace(&format!("{open} {name} {close}"), &format!("{open} {plain} {close}"));
        }
    }
    source
}

#[cfg(test)]
mod tests;
