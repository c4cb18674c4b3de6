//! Evaluates a parsed template: its statements; `evaluator/expressions.rs` has the expressions.

mod expressions;

use std::collections::HashMap;
use std::rc::Rc;

use minijinja::machinery::ast::{Expr, ForLoop, Macro, Stmt};

use super::arguments::Arguments;
use super::budget::{Budget, STEP};
use super::value::Value;
use crate::limits;

type Result<T> = std::result::Result<T, String>;
type Scope = HashMap<String, Value>;

/// What a statement asks of the loop around it.
#[derive(PartialEq)]
enum Flow {
    Next,
    Continue,
    Break,
}

/// The state of one rendering.
pub(super) struct Evaluator<'t> {
    budget: Budget,
    /// The variables of the template, then those of the blocks around the current statement.
    scopes: Vec<Scope>,
    macros: Vec<&'t Macro<'t>>,
    /// Every namespace, emptied at the end: one may hold itself.
    namespaces: Vec<Value>,
    /// The text of a block to which a filter is applied.
    block: Option<Value>,
    depth: usize,
}

impl Drop for Evaluator<'_> {
    fn drop(&mut self) {
        for namespace in &self.namespaces {
            if let Value::Namespace(attributes) = namespace {
                attributes.take();
            }
        }
    }
}

impl<'t> Evaluator<'t> {
    pub fn new(variables: Vec<(&'static str, Value)>, budget: Budget) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self {
            budget,
            scopes: vec![variables],
            macros: Vec::new(),
            namespaces: Vec::new(),
            block: None,
            depth: 0,
        }
    }

    /// Renders the statements of a template.
    pub fn run(&mut self, statements: &'t [Stmt<'t>], output: &mut String) -> Result<()> {
        self.statements(statements, output).map(|_| ())
    }

    fn statements(&mut self, statements: &'t [Stmt<'t>], output: &mut String) -> Result<Flow> {
        for statement in statements {
            let flow = self.statement(statement, output)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, statement: &'t Stmt<'t>, output: &mut String) -> Result<Flow> {
        self.enter()?;
        let flow = self.execute(statement, output);
        self.depth -= 1;
        flow
    }

    /// Counts a statement or expression, and how deep it stands in others and in macros.
    fn enter(&mut self) -> Result<()> {
        self.budget.spend(STEP)?;
        self.depth += 1;
        match self.depth > limits::TEMPLATE_DEPTH {
            true => Err("its parts or macros are nested too deeply".into()),
            false => Ok(()),
        }
    }

    fn execute(&mut self, statement: &'t Stmt<'t>, output: &mut String) -> Result<Flow> {
        match statement {
            Stmt::Template(template) => return self.statements(&template.children, output),
            Stmt::EmitRaw(raw) => self.emit(raw.raw, output)?,
            Stmt::EmitExpr(emit) => {
                let text = self.expression(&emit.expr)?.to_text()?;
                self.emit(&text, output)?;
            }
            Stmt::IfCond(condition) => {
                let branch = match self.expression(&condition.expr)?.is_true() {
                    true => &condition.true_body,
                    false => &condition.false_body,
                };
                return self.statements(branch, output);
            }
            Stmt::ForLoop(for_loop) => self.for_loop(for_loop, output)?,
            Stmt::Set(set) => {
                let value = self.expression(&set.expr)?;
                self.assign(&set.target, value)?;
            }
            Stmt::SetBlock(block) => {
                let text = self.captured(&block.body)?;
                let value = match &block.filter {
                    Some(filter) => self.filtered_block(filter, text)?,
                    None => text,
                };
                self.assign(&block.target, value)?;
            }
            Stmt::FilterBlock(block) => {
                let text = self.captured(&block.body)?;
                let text = self.filtered_block(&block.filter, text)?.to_text()?;
                self.emit(&text, output)?;
            }
            Stmt::WithBlock(with) => {
                self.scopes.push(Scope::new());
                for (target, value) in &with.assignments {
                    let value = self.expression(value)?;
                    self.assign(target, value)?;
                }
                let flow = self.statements(&with.body, output)?;
                self.scopes.pop();
                return Ok(flow);
            }
            Stmt::Macro(declared) => {
                self.macros.push(declared);
                self.set(declared.name, Value::Macro(self.macros.len() - 1));
            }
            Stmt::Do(call) => {
                self.call(&call.call)?;
            }
            Stmt::Continue(_) => return Ok(Flow::Continue),
            Stmt::Break(_) => return Ok(Flow::Break),
            // Nothing is escaped in a prompt.
            Stmt::AutoEscape(block) => return self.statements(&block.body, output),
            Stmt::CallBlock(_) => return Err("«call» is not supported".into()),
        }
        Ok(Flow::Next)
    }

    fn emit(&mut self, text: &str, output: &mut String) -> Result<()> {
        self.budget.spend(text.len())?;
        output.push_str(text);
        match output.len() > limits::PROMPT_BYTES {
            true => Err(format!("its text is longer than {} bytes", limits::PROMPT_BYTES)),
            false => Ok(()),
        }
    }

    fn captured(&mut self, body: &'t [Stmt<'t>]) -> Result<Value> {
        let mut text = String::new();
        self.scopes.push(Scope::new());
        self.statements(body, &mut text)?;
        self.scopes.pop();
        Ok(Value::text(&text))
    }

    fn filtered_block(&mut self, filter: &'t Expr<'t>, text: Value) -> Result<Value> {
        let outer = self.block.replace(text);
        let filtered = self.expression(filter);
        self.block = outer;
        filtered
    }

    fn for_loop(&mut self, for_loop: &'t ForLoop<'t>, output: &mut String) -> Result<()> {
        if for_loop.recursive {
            return Err("a recursive loop is not supported".into());
        }
        let all = self.expression(&for_loop.iter)?.items(&mut self.budget)?;
        self.scopes.push(Scope::new());
        let items = match &for_loop.filter_expr {
            None => all,
            Some(filter) => {
                let mut kept = Vec::new();
                for item in all.iter() {
                    self.budget.items(1)?;
                    self.assign(&for_loop.target, item.clone())?;
                    if self.expression(filter)?.is_true() {
                        kept.push(item.clone());
                    }
                }
                Rc::new(kept)
            }
        };
        for index in 0..items.len() {
            // Each pass has its own variables, `loop` among them.
            let state = self.loop_state(&items, index)?;
            if let Some(scope) = self.scopes.last_mut() {
                scope.clear();
                scope.insert("loop".into(), state);
            }
            self.assign(&for_loop.target, items.get(index).cloned().unwrap_or(Value::Undefined))?;
            if self.statements(&for_loop.body, output)? == Flow::Break {
                break;
            }
        }
        self.scopes.pop();
        if items.is_empty() {
            self.statements(&for_loop.else_body, output)?;
        }
        Ok(())
    }

    fn loop_state(&mut self, items: &[Value], index: usize) -> Result<Value> {
        self.budget.items(9)?;
        let number = |number: usize| Value::Integer(number as i64);
        let neighbour =
            |at: Option<usize>| at.and_then(|at| items.get(at).cloned()).unwrap_or(Value::Undefined);
        Ok(Value::map([
            ("index", number(index + 1)),
            ("index0", number(index)),
            ("revindex", number(items.len() - index)),
            ("revindex0", number(items.len() - index - 1)),
            ("first", Value::Bool(index == 0)),
            ("last", Value::Bool(index + 1 == items.len())),
            ("length", number(items.len())),
            ("previtem", neighbour(index.checked_sub(1))),
            ("nextitem", neighbour(Some(index + 1))),
        ]))
    }

    fn set(&mut self, name: &str, value: Value) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), value);
        }
    }

    fn assign(&mut self, target: &'t Expr<'t>, value: Value) -> Result<()> {
        self.budget.spend(STEP)?;
        let targets = match target {
            Expr::Var(name) => {
                self.set(name.id, value);
                return Ok(());
            }
            Expr::GetAttr(attribute) => {
                let Value::Namespace(attributes) = self.expression(&attribute.expr)? else {
                    return Err("only attributes of a namespace can be set".into());
                };
                attributes.borrow_mut().insert(attribute.name.to_owned(), value);
                return Ok(());
            }
            Expr::List(list) => &list.items,
            Expr::Tuple(tuple) => &tuple.items,
            other => return Err(format!("an assignment to a {}", other.description())),
        };
        let values = value.items(&mut self.budget)?;
        if values.len() != targets.len() {
            return Err(format!("{} values for {} names", values.len(), targets.len()));
        }
        targets.iter().zip(values.iter()).try_for_each(|(target, value)| self.assign(target, value.clone()))
    }

    /// A macro sees its arguments and the template's own variables.
    fn call_macro(&mut self, declared: &'t Macro<'t>, arguments: &Arguments) -> Result<Value> {
        let mut scope = Scope::new();
        let first_default = declared.args.len().saturating_sub(declared.defaults.len());
        for (index, argument) in declared.args.iter().enumerate() {
            let Expr::Var(name) = argument else { continue };
            let default = index.checked_sub(first_default).and_then(|at| declared.defaults.get(at));
            let value = match (arguments.get(index, name.id), default) {
                (Some(value), _) => value.clone(),
                (None, Some(default)) => self.expression(default)?,
                (None, None) => Value::Undefined,
            };
            scope.insert(name.id.to_owned(), value);
        }
        let callers = self.scopes.split_off(1);
        self.scopes.push(scope);
        let mut text = String::new();
        self.statements(&declared.body, &mut text)?;
        self.scopes.truncate(1);
        self.scopes.extend(callers);
        Ok(Value::text(&text))
    }
}
