//! Chains of method calls that do not lock the variable that they begin with.
//!
//! Rhai locks a captured variable until the whole chain is evaluated. Here it is locked
//! while a function runs that calls nobody. One of Dart, or one that calls back, gets a
//! copy. If that may be changed it is one of the whole variable, whose value it becomes.
//! What else changed the variable meanwhile would be lost, so that is an error.

use std::collections::HashSet;
use std::rc::Rc;

use rhai::{Dynamic, EvalAltResult, EvalContext, Expr, Expression, FnPtr, ImmutableString};

use super::chain::{Chain, Link};
use super::fingerprint::{address, fingerprint};
use crate::callbacks::dart_names;
use crate::dart_objects;

type Failure = Box<EvalAltResult>;
type Outcome = Result<Dynamic, Failure>;

/// The variable that holds a copy. No script can write this name.
const COPY: &str = "copy ";

/// Functions of a script.
#[derive(Debug, Default)]
pub struct Functions {
    /// The names of all.
    pub names: HashSet<String>,
    /// Of those that use `this`.
    pub with_this: HashSet<String>,
    /// Of those that run no code but the script's own.
    pub quiet: HashSet<String>,
}

impl Functions {
    /// Whether a function that is called back may use a variable whose value is at this
    /// address.
    fn may_use(&self, callback: &FnPtr, variable: Option<usize>) -> bool {
        let has_it = |value: &Dynamic| value.is_shared() && address(value) == variable;
        !self.quiet.contains(callback.fn_name()) || callback.curry().iter().any(has_it)
    }

    /// Whether a function that is called back may change what it is called for.
    fn may_change_element(&self, callback: &FnPtr, context: &EvalContext) -> bool {
        let name = callback.fn_name();
        if self.names.contains(name) {
            return self.with_this.contains(name);
        }
        !dart_objects::is_closure(callback) && dart_names::arities(context.engine(), name) == 0
    }
}

/// What the first call of a chain may do to the variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstCall {
    /// It runs no code that may use it.
    Native,
    /// It changes nothing.
    OfDart,
    /// It may be one of Dart, or of a function in the value.
    OfEntry,
    /// It changes no more than elements that are `this` of the functions that it calls.
    Reading,
    /// It calls back and may change all.
    Changing,
}

/// A chain of which a part of a syntax tree consists.
#[derive(Debug, Clone)]
pub struct Unlocked(Rc<Parts>);

#[derive(Debug)]
struct Parts {
    chain: Chain,
    variable: ImmutableString,
    /// Where its first call is.
    at: usize,
    call: FirstCall,
    functions: Rc<Functions>,
}

impl Unlocked {
    /// The chain that begins with this variable, and has its first call at link `at`.
    pub fn new(
        chain: Chain,
        variable: ImmutableString,
        at: usize,
        call: FirstCall,
        functions: Rc<Functions>,
    ) -> Self {
        Unlocked(Rc::new(Parts {
            chain,
            variable,
            at,
            call,
            functions,
        }))
    }

    /// The chain that it was.
    pub fn original(&self) -> Expr {
        self.0.chain.clone().into_expr()
    }

    /// Evaluates it.
    ///
    /// # Errors
    ///
    /// As the chain itself; also [`EvalAltResult::ErrorDataRace`] with the name of the
    /// variable if a change would be lost.
    pub fn evaluate(&self, context: &mut EvalContext) -> Outcome {
        let parts = &*self.0;
        let mut links = Vec::with_capacity(parts.chain.links.len());
        for link in &parts.chain.links {
            links.push(link.evaluated(|expr| evaluate(context, expr))?);
        }
        if parts.is_left_out(context, &links)? {
            return Ok(Dynamic::UNIT);
        }
        let rest = links.split_off(parts.at + 1);
        let result = parts.evaluate_first(context, links)?;
        match rest.is_empty() {
            true => Ok(result),
            false => on_value(context, result, rest),
        }
    }
}

impl Parts {
    fn evaluate_first(&self, context: &mut EvalContext, links: Vec<Link>) -> Outcome {
        let variable = context.scope().get(&self.variable);
        let Some(variable) = variable.filter(|v| v.is_shared() && !v.is_locked()) else {
            return self.on_variable(context, links);
        };
        let address = address(variable);
        let arguments = links[self.at].arguments();
        let callbacks: Vec<FnPtr> = arguments.filter_map(Dynamic::try_cast).collect();
        let may_use = |f: &FnPtr| self.functions.may_use(f, address);
        let may_change = match self.call {
            FirstCall::Native => return self.on_variable(context, links),
            FirstCall::OfDart => false,
            FirstCall::OfEntry => true,
            FirstCall::Reading | FirstCall::Changing if !callbacks.iter().any(may_use) => {
                return self.on_variable(context, links);
            }
            FirstCall::Changing => true,
            FirstCall::Reading => {
                let functions = &self.functions;
                callbacks
                    .iter()
                    .any(|f| functions.may_change_element(f, context))
            }
        };
        match (may_change, context.scope().is_constant(&self.variable)) {
            (false, _) => self.on_part(context, links),
            (true, Some(false)) => self.on_copy(context, links),
            (true, _) => self.on_variable(context, links),
        }
    }

    fn on_variable(&self, context: &mut EvalContext, links: Vec<Link>) -> Outcome {
        let root = self.chain.root.clone();
        evaluate(context, &Chain { root, links }.into_expr())
    }

    /// Calls the function on a copy of what it is called on.
    fn on_part(&self, context: &mut EvalContext, mut links: Vec<Link>) -> Outcome {
        let call = links.split_off(self.at);
        let part = self.on_variable(context, links)?;
        on_value(context, part.flatten(), call)
    }

    /// Whether it ends with a `?.` or `?[` before its first call is done.
    fn is_left_out(&self, context: &mut EvalContext, links: &[Link]) -> Result<bool, Failure> {
        for at in (0..=self.at).filter(|at| links[*at].is_negated()) {
            if self.on_variable(context, links[..at].to_vec())?.is_unit() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Evaluates the chain on a copy of the variable, which then becomes its value.
    fn on_copy(&self, context: &mut EvalContext, links: Vec<Link>) -> Outcome {
        let variable = context.scope().get(&self.variable);
        let copy = variable.map_or(Dynamic::UNIT, Dynamic::flatten_clone);
        let before = fingerprint(&copy);
        let position = links[self.at].expr.position();
        let (result, copy) = with_copy(context, copy, links);
        let variable = context.scope_mut().get_mut(&self.variable);
        let now = variable.as_ref().and_then(|variable| {
            let value = variable.read_lock::<Dynamic>()?;
            fingerprint(&value)
        });
        let value = variable.and_then(|variable| variable.write_lock::<Dynamic>());
        match value {
            Some(mut value) if now.is_some() && now == before => {
                *value = copy;
                result
            }
            // Nothing would be lost.
            _ if before.is_some() && fingerprint(&copy) == before => result,
            _ => result.and_then(|_| {
                let variable = self.variable.to_string();
                Err(EvalAltResult::ErrorDataRace(variable, position).into())
            }),
        }
    }
}

fn evaluate(context: &mut EvalContext, expr: &Expr) -> Outcome {
    context.eval_expression_tree(&Expression::from(expr))
}

/// Evaluates a chain that begins with a value.
fn on_value(context: &mut EvalContext, value: Dynamic, links: Vec<Link>) -> Outcome {
    with_copy(context, value, links).0
}

/// The same; also returns what became of the value.
fn with_copy(context: &mut EvalContext, value: Dynamic, links: Vec<Link>) -> (Outcome, Dynamic) {
    let len = context.scope().len();
    context.scope_mut().push_dynamic(COPY, value);
    let position = links[0].expr.position();
    let root = Chain::variable(COPY, position);
    let result = evaluate(context, &Chain { root, links }.into_expr());
    let scope = context.scope_mut();
    let value = scope.get_mut(COPY).map(std::mem::take).unwrap_or_default();
    scope.rewind(len);
    (result, value)
}
