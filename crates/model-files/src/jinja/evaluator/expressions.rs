//! Expressions: operators, filters, tests and calls.

use std::rc::Rc;

use minijinja::machinery::ast::{BinOpKind, Call, CallArg, CompareOpKind, Expr, Filter, UnaryOpKind};
use minijinja::value::ValueKind;

use super::{Evaluator, Result};
use crate::jinja::arguments::Arguments;
use crate::jinja::builtins::{self, FUNCTIONS};
use crate::jinja::value::Value;

impl<'t> Evaluator<'t> {
    fn variable(&self, name: &str) -> Value {
        let found = self.scopes.iter().rev().find_map(|scope| scope.get(name));
        let function = || FUNCTIONS.into_iter().find(|function| *function == name).map(Value::Function);
        found.cloned().or_else(function).unwrap_or(Value::Undefined)
    }

    pub(super) fn expression(&mut self, expression: &'t Expr<'t>) -> Result<Value> {
        self.enter()?;
        let value = self.evaluate(expression);
        self.depth -= 1;
        value
    }

    fn evaluate(&mut self, expression: &'t Expr<'t>) -> Result<Value> {
        match expression {
            Expr::Var(name) => Ok(self.variable(name.id)),
            Expr::Const(constant) => self.constant(&constant.value),
            Expr::List(list) => self.list(&list.items),
            Expr::Tuple(tuple) => self.list(&tuple.items),
            Expr::Map(map) => {
                self.budget.items(map.keys.len())?;
                let mut entries = Vec::new();
                for (key, value) in map.keys.iter().zip(&map.values) {
                    entries.push((self.expression(key)?.to_text()?, self.expression(value)?));
                }
                Ok(Value::Map(Rc::new(entries)))
            }
            Expr::GetAttr(get) => self.expression(&get.expr)?.attribute(get.name),
            Expr::GetItem(get) => {
                let (value, index) = (self.expression(&get.expr)?, self.expression(&get.subscript_expr)?);
                value.item(&index)
            }
            Expr::Slice(slice) => {
                let value = self.expression(&slice.expr)?;
                let mut bounds = [None; 3];
                for (bound, part) in bounds.iter_mut().zip([&slice.start, &slice.stop, &slice.step]) {
                    *bound = match part.as_ref().map(|part| self.expression(part)).transpose()? {
                        None | Some(Value::None) => None,
                        Some(value) => Some(value.as_integer()?),
                    };
                }
                value.slice(bounds, &mut self.budget)
            }
            Expr::UnaryOp(unary) => {
                let value = self.expression(&unary.expr)?;
                Ok(match unary.op {
                    UnaryOpKind::Not => Value::Bool(!value.is_true()),
                    UnaryOpKind::Neg => Value::Integer(value.as_integer()?.checked_neg().ok_or(RANGE)?),
                })
            }
            Expr::BinOp(binary) => self.binary(binary.op, &binary.left, &binary.right),
            Expr::Compare(chain) => {
                let mut left = self.expression(&chain.expr)?;
                for part in &chain.ops {
                    let right = self.expression(&part.expr)?;
                    if !self.compare(part.op, &left, &right)? {
                        return Ok(Value::Bool(false));
                    }
                    left = right;
                }
                Ok(Value::Bool(true))
            }
            Expr::IfExpr(choice) => match (self.expression(&choice.test_expr)?.is_true(), &choice.false_expr)
            {
                (true, _) => self.expression(&choice.true_expr),
                (false, Some(otherwise)) => self.expression(otherwise),
                (false, None) => Ok(Value::Undefined),
            },
            Expr::Filter(filter) => self.filter(filter),
            Expr::Test(test) => {
                let value = self.expression(&test.expr)?;
                let arguments = self.arguments(&test.args)?;
                builtins::test(test.name, &value, &arguments, &mut self.budget).map(Value::Bool)
            }
            Expr::Call(call) => self.call(call),
        }
    }

    fn constant(&mut self, constant: &minijinja::Value) -> Result<Value> {
        if let Some(text) = constant.as_str() {
            self.budget.spend(text.len())?;
            return Ok(Value::text(text));
        }
        match constant.kind() {
            ValueKind::Bool => Ok(Value::Bool(constant.is_true())),
            ValueKind::None => Ok(Value::None),
            _ => constant.as_i64().map(Value::Integer).ok_or_else(|| format!("the constant «{constant}»")),
        }
    }

    fn list(&mut self, items: &'t [Expr<'t>]) -> Result<Value> {
        self.budget.items(items.len())?;
        let items = items.iter().map(|item| self.expression(item)).collect::<Result<_>>()?;
        Ok(Value::list(items))
    }

    fn compare(&mut self, operator: CompareOpKind, left: &Value, right: &Value) -> Result<bool> {
        let order = || match (left, right) {
            (Value::Text(left), Value::Text(right)) => Ok(left.cmp(right)),
            _ => Ok::<_, String>(left.as_integer()?.cmp(&right.as_integer()?)),
        };
        Ok(match operator {
            CompareOpKind::Eq => left.equals(right, &mut self.budget)?,
            CompareOpKind::Ne => !left.equals(right, &mut self.budget)?,
            CompareOpKind::In => left.is_in(right, &mut self.budget)?,
            CompareOpKind::NotIn => !left.is_in(right, &mut self.budget)?,
            CompareOpKind::Lt => order()?.is_lt(),
            CompareOpKind::Lte => order()?.is_le(),
            CompareOpKind::Gt => order()?.is_gt(),
            CompareOpKind::Gte => order()?.is_ge(),
        })
    }

    fn binary(&mut self, operator: BinOpKind, left: &'t Expr<'t>, right: &'t Expr<'t>) -> Result<Value> {
        let left = self.expression(left)?;
        match operator {
            BinOpKind::ScAnd if !left.is_true() => return Ok(left),
            BinOpKind::ScOr if left.is_true() => return Ok(left),
            _ => (),
        }
        let right = self.expression(right)?;
        let comparison = match operator {
            BinOpKind::ScAnd | BinOpKind::ScOr => return Ok(right),
            BinOpKind::Eq => CompareOpKind::Eq,
            BinOpKind::Ne => CompareOpKind::Ne,
            BinOpKind::Lt => CompareOpKind::Lt,
            BinOpKind::Lte => CompareOpKind::Lte,
            BinOpKind::Gt => CompareOpKind::Gt,
            BinOpKind::Gte => CompareOpKind::Gte,
            BinOpKind::In => CompareOpKind::In,
            BinOpKind::Concat => return self.concatenation(&left.to_text()?, &right.to_text()?),
            BinOpKind::Add => match (&left, &right) {
                (Value::Text(left), Value::Text(right)) => return self.concatenation(left, right),
                (Value::List(left), Value::List(right)) => {
                    self.budget.items(left.len().saturating_add(right.len()))?;
                    return Ok(Value::list(left.iter().chain(right.iter()).cloned().collect()));
                }
                _ => return number(operator, &left, &right),
            },
            BinOpKind::Mul => match (&left, &right) {
                (Value::Text(text), count) | (count, Value::Text(text)) => {
                    let count = usize::try_from(count.as_integer()?).unwrap_or(0);
                    self.budget.spend(text.len().saturating_mul(count))?;
                    return Ok(Value::text(&text.repeat(count)));
                }
                _ => return number(operator, &left, &right),
            },
            _ => return number(operator, &left, &right),
        };
        self.compare(comparison, &left, &right).map(Value::Bool)
    }

    fn concatenation(&mut self, left: &str, right: &str) -> Result<Value> {
        self.budget.spend(left.len().saturating_add(right.len()))?;
        Ok(Value::text(&[left, right].concat()))
    }

    fn filter(&mut self, filter: &'t Filter<'t>) -> Result<Value> {
        let value = match &filter.expr {
            Some(value) => self.expression(value)?,
            None => self.block.clone().unwrap_or(Value::Undefined),
        };
        let arguments = self.arguments(&filter.args)?;
        builtins::filter(filter.name, &value, &arguments, &mut self.budget)
    }

    fn arguments(&mut self, arguments: &'t [CallArg<'t>]) -> Result<Arguments> {
        let mut evaluated = Arguments::default();
        self.budget.items(arguments.len())?;
        for argument in arguments {
            match argument {
                CallArg::Pos(value) => evaluated.positional.push(self.expression(value)?),
                CallArg::Kwarg(name, value) => {
                    evaluated.named.push(((*name).to_owned(), self.expression(value)?));
                }
                CallArg::PosSplat(_) | CallArg::KwargSplat(_) => {
                    return Err("arguments from a list are not supported".into());
                }
            }
        }
        Ok(evaluated)
    }

    pub(super) fn call(&mut self, call: &'t Call<'t>) -> Result<Value> {
        let arguments = self.arguments(&call.args)?;
        if let Expr::GetAttr(method) = &call.expr {
            let receiver = self.expression(&method.expr)?;
            return builtins::method(method.name, &receiver, &arguments, &mut self.budget);
        }
        match self.expression(&call.expr)? {
            Value::Function(name) => {
                let value = builtins::call(name, &arguments, &mut self.budget)?;
                if matches!(value, Value::Namespace(_)) {
                    self.namespaces.push(value.clone());
                }
                Ok(value)
            }
            Value::Macro(index) => {
                let declared = self.macros.get(index).copied().ok_or("a macro of another template")?;
                self.call_macro(declared, &arguments)
            }
            other => match &call.expr {
                Expr::Var(name) => Err(format!("the function «{}» does not exist", name.id)),
                _ => Err(format!("{} is called", other.kind())),
            },
        }
    }
}

const RANGE: &str = "a number out of range";

fn number(operator: BinOpKind, left: &Value, right: &Value) -> Result<Value> {
    let (left, right) = (left.as_integer()?, right.as_integer()?);
    let result = match operator {
        BinOpKind::Add => left.checked_add(right),
        BinOpKind::Sub => left.checked_sub(right),
        BinOpKind::Mul => left.checked_mul(right),
        BinOpKind::FloorDiv => left.checked_div_euclid(right),
        BinOpKind::Rem => left.checked_rem_euclid(right),
        _ => return Err("division and powers are not supported".into()),
    };
    result.map(Value::Integer).ok_or_else(|| RANGE.into())
}
