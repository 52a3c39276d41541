//! Chains of method calls that do not lock the variable that they begin with.
//!
//! Rhai locks a captured variable until the whole chain is evaluated. Here it is locked
//! while a function runs that calls nobody. One of the host, or one that calls back, gets a
//! copy of what it is called on. If it may change that, the copy is put back. What else
//! changed it meanwhile would be lost, so that is an error.
//!
//! A chain evaluates its indexes and arguments, as Rhai does first; then the chain up to its first
//! call; and the rest on the result of that. A function that calls back gets a copy if a callback
//! may use the variable: if it has captured it, or calls what is not known to run nothing else. A
//! fingerprint of the data tells whether it was changed meanwhile. Where nothing is shared, nothing
//! is copied, and no more than the call is about. Methods of scripts lock the variable as in Rhai:
//! they can be called in a loop, where copies would take time that grows with the data. So does
//! what `eval` runs.
//!
//! An object of the host is a reference. Its properties and elements, read or assigned to, are
//! those of a copy of the reference, as reading and writing them may run any code.

use std::collections::HashSet;
use std::rc::Rc;

use rhai::{
    BinaryExpr, Dynamic, EvalAltResult, EvalContext, Expr, Expression, FnPtr, ImmutableString,
    OpAssignment, Stmt, StmtBlock,
};

use super::chain::{Chain, Link};
use super::fingerprint::{address, fingerprint};
use crate::language::host_names;
use crate::objects::host_object::{self, HostObject};

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
    /// Whether a call with these arguments may use a variable whose value is at this
    /// address.
    fn may_use(&self, arguments: &[Dynamic], variable: Option<usize>) -> bool {
        let mut runs_others = arguments.iter().filter_map(|argument| {
            let callback = argument.read_lock::<FnPtr>()?;
            Some(!self.quiet.contains(callback.fn_name()))
        });
        runs_others.any(|runs| runs) || arguments.iter().any(|a| holds(a, variable, MAX_LEVELS))
    }

    /// Whether a function that is called back may change what it is called for.
    fn may_change_element(&self, callback: &FnPtr, context: &EvalContext) -> bool {
        let name = callback.fn_name();
        if self.names.contains(name) {
            return self.with_this.contains(name);
        }
        !host_object::is_closure(callback) && host_names::arities(context.engine(), name) == 0
    }
}

/// Levels of an argument that are looked into.
const MAX_LEVELS: u32 = 64;

/// Whether a value, or a function in it, may have captured the variable whose value is at
/// this address: it may if it is nested more deeply than `levels`.
fn holds(value: &Dynamic, variable: Option<usize>, levels: u32) -> bool {
    let Some(levels) = levels.checked_sub(1) else {
        return true;
    };
    let any = |values: &[Dynamic]| values.iter().any(|value| holds(value, variable, levels));
    if value.is_shared() {
        address(value) == variable
    } else if let Some(pointer) = value.read_lock::<FnPtr>() {
        any(pointer.curry())
    } else if let Ok(items) = value.as_array_ref() {
        any(&items)
    } else if let Ok(map) = value.as_map_ref() {
        map.values().any(|value| holds(value, variable, levels))
    } else {
        false
    }
}

/// Effects that the first call of a chain may have on the variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstCall {
    /// It runs no code that may use it.
    Native,
    /// It is of no function of Rhai or of the script, and changes nothing.
    OfHost,
    /// It changes no more than elements that are `this` of the functions that it calls.
    Reading,
    /// It calls back and may change all.
    Changing,
    /// It calls the function that it is called on, or one that has that as `this`.
    Calling,
}

/// A chain of which a part of a syntax tree consists.
#[derive(Debug, Clone)]
pub struct Unlocked(Rc<Parts>);

#[derive(Debug)]
struct Parts {
    chain: Chain,
    variable: ImmutableString,
    /// Where its first call is, and what that is, if the variable is not to be locked for it.
    call: Option<(usize, FirstCall)>,
    /// Where it may go on with an object of the host, whose members may run any code.
    member: Option<usize>,
    functions: Rc<Functions>,
    /// The operator and the value, if the chain is assigned to.
    assigned: Option<(OpAssignment, Expr)>,
}

impl Unlocked {
    /// The chain that begins with this variable. Its first call, if that matters, and the first
    /// link that may be a member of an object of the host, are at the links of these numbers.
    pub fn new(
        chain: Chain,
        variable: ImmutableString,
        call: Option<(usize, FirstCall)>,
        member: Option<usize>,
        functions: Rc<Functions>,
    ) -> Self {
        Unlocked(Rc::new(Parts {
            chain,
            variable,
            call,
            member,
            functions,
            assigned: None,
        }))
    }

    /// The assignment of a value, with an operator, to such a chain.
    pub fn assignment(
        chain: Chain,
        variable: ImmutableString,
        member: usize,
        assigned: (OpAssignment, Expr),
    ) -> Self {
        Unlocked(Rc::new(Parts {
            chain,
            variable,
            call: None,
            member: Some(member),
            functions: Rc::default(),
            assigned: Some(assigned),
        }))
    }

    /// The chain, or the assignment, that it was.
    pub fn original(&self) -> Expr {
        let chain = self.0.chain.clone().into_expr();
        match self.0.assigned.clone() {
            None => chain,
            Some((operator, value)) => assign(chain, operator, value),
        }
    }

    /// Evaluates it.
    ///
    /// # Errors
    ///
    /// As the chain itself; also [`EvalAltResult::ErrorDataRace`] with the name of the
    /// variable if a change would be lost.
    pub fn evaluate(&self, context: &mut EvalContext) -> Outcome {
        let parts = &*self.0;
        // Rhai, too, evaluates it first.
        let assigned = match &parts.assigned {
            None => None,
            Some((operator, value)) => {
                let position = value.start_position();
                let value = evaluate(context, value)?.flatten();
                let value = Expr::DynamicConstant(value.into(), position);
                Some((operator.clone(), value))
            }
        };
        let mut links = Vec::with_capacity(parts.chain.links.len());
        for link in &parts.chain.links {
            links.push(link.evaluated(|expr| evaluate(context, expr))?);
        }
        if let Some((object, at)) = parts.find_object(context, &links)? {
            let rest = links.split_off(at);
            return on_copy(context, object, rest, false, assigned).0;
        }
        if assigned.is_some() {
            let root = parts.chain.root.clone();
            return evaluate(context, &finish(Chain { root, links }, assigned));
        }
        let Some((at, call)) = parts.call else {
            return parts.on_variable(context, &links);
        };
        let rest = links.split_off(at + 1);
        let result = parts.evaluate_first(context, &links, at, call)?;
        if rest.is_empty() || result.is_unit() && parts.is_left_out(context, &links)? {
            return Ok(result);
        }
        with_copy(context, result, rest, false).0
    }
}

impl Parts {
    /// Finds the object of the host that the chain goes on with, and at which link, if it does.
    fn find_object(
        &self,
        context: &mut EvalContext,
        links: &[Link],
    ) -> Result<Option<(Dynamic, usize)>, Failure> {
        let Some(at) = self.member else {
            return Ok(None);
        };
        let variable = context.scope().get(&self.variable);
        let Some(variable) = variable.filter(|v| v.is_shared() && !v.is_locked()) else {
            return Ok(None);
        };
        let object = match at {
            // Nothing else is copied.
            0 => match variable.read_lock::<HostObject>() {
                Some(object) => Dynamic::from(object.clone()),
                None => return Ok(None),
            },
            _ => self.on_variable(context, &links[..at])?.flatten(),
        };
        Ok(object.is::<HostObject>().then_some((object, at)))
    }

    fn evaluate_first(
        &self,
        context: &mut EvalContext,
        links: &[Link],
        at: usize,
        call: FirstCall,
    ) -> Outcome {
        let scope = context.scope();
        let variable = scope.get(&self.variable);
        let Some(variable) = variable.filter(|v| v.is_shared() && !v.is_locked()) else {
            return self.on_variable(context, links);
        };
        let is_constant = scope.is_constant(&self.variable) == Some(true);
        let arguments: Vec<Dynamic> = links[at].arguments().collect();
        let may_use = self.functions.may_use(&arguments, address(variable));
        let call = match call {
            FirstCall::Calling => match self.on_variable(context, &links[..at])?.is_fnptr() {
                true => FirstCall::OfHost,
                false => FirstCall::Changing,
            },
            call => call,
        };
        let may_change = match call {
            FirstCall::Native => return self.on_variable(context, links),
            FirstCall::Reading | FirstCall::Changing if !may_use => {
                return self.on_variable(context, links);
            }
            FirstCall::OfHost => false,
            FirstCall::Changing | FirstCall::Calling => true,
            FirstCall::Reading => arguments.iter().any(|argument| {
                let callback = argument.read_lock::<FnPtr>();
                callback.is_some_and(|f| self.functions.may_change_element(&f, context))
            }),
        };
        if may_change && is_constant {
            return self.on_variable(context, links);
        }
        let part = self.on_variable(context, &links[..at])?.flatten();
        if part.is_unit() && self.is_left_out(context, links)? {
            return Ok(Dynamic::UNIT);
        }
        let name = links[at].call().map_or("", |call| &call.name);
        match (may_change || has_function(&part, name)) && !is_constant {
            true => self.change(context, part, links, at),
            false => with_copy(context, part, links[at..].to_vec(), is_constant).0,
        }
    }

    fn on_variable(&self, context: &mut EvalContext, links: &[Link]) -> Outcome {
        let root = self.chain.root.clone();
        let links = links.to_vec();
        evaluate(context, &Chain { root, links }.into_expr())
    }

    /// Whether a chain that gave `()` ended with a `?.` or `?[`.
    fn is_left_out(&self, context: &mut EvalContext, links: &[Link]) -> Result<bool, Failure> {
        for at in (0..links.len()).filter(|at| links[*at].is_negated()) {
            if self.on_variable(context, &links[..at])?.is_unit() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Calls the function on a copy of a part of the variable, which then takes the place
    /// of that part.
    fn change(
        &self,
        context: &mut EvalContext,
        part: Dynamic,
        links: &[Link],
        at: usize,
    ) -> Outcome {
        let (path, call) = links.split_at(at);
        let before = fingerprint(&part);
        let (result, copy) = with_copy(context, part, call.to_vec(), false);
        if before.is_some() && fingerprint(&copy) == before {
            return result;
        }
        // It may be gone.
        let now = self.on_variable(context, path);
        let is_unchanged = now.is_ok_and(|now| before.is_some() && fingerprint(&now) == before);
        if is_unchanged {
            self.put_back(context, path, copy)?;
            return result;
        }
        result.and_then(|_| {
            let variable = self.variable.to_string();
            let position = call[0].expr.position();
            Err(EvalAltResult::ErrorDataRace(variable, position).into())
        })
    }

    fn put_back(
        &self,
        context: &mut EvalContext,
        path: &[Link],
        value: Dynamic,
    ) -> Result<(), Failure> {
        let position = self.chain.root.position();
        let root = Chain::variable(&self.variable, position);
        let links = path.to_vec();
        let assignment = assign(
            Chain { root, links }.into_expr(),
            OpAssignment::new_assignment(position),
            Chain::variable(COPY, position),
        );
        let len = context.scope().len();
        context.scope_mut().push_dynamic(COPY, value);
        let result = evaluate(context, &assignment);
        context.scope_mut().rewind(len);
        result.map(|_| ())
    }
}

/// Whether a value is an object map that has a function of this name.
fn has_function(value: &Dynamic, name: &str) -> bool {
    let map = value.as_map_ref();
    map.is_ok_and(|map| map.get(name).is_some_and(Dynamic::is_fnptr))
}

fn evaluate(context: &mut EvalContext, expr: &Expr) -> Outcome {
    context.eval_expression_tree(&Expression::from(expr))
}

/// An expression that assigns a value.
fn assign(lhs: Expr, operator: OpAssignment, rhs: Expr) -> Expr {
    let position = lhs.position();
    let statement = Stmt::Assignment((operator, BinaryExpr { lhs, rhs }).into());
    Expr::Stmt(StmtBlock::new([statement], position, position).into())
}

/// A chain, or the assignment to it of what is `assigned`.
fn finish(chain: Chain, assigned: Option<(OpAssignment, Expr)>) -> Expr {
    match assigned {
        None => chain.into_expr(),
        Some((operator, value)) => assign(chain.into_expr(), operator, value),
    }
}

/// Evaluates a chain that begins with a value; also returns what became of that.
fn with_copy(
    context: &mut EvalContext,
    value: Dynamic,
    links: Vec<Link>,
    is_constant: bool,
) -> (Outcome, Dynamic) {
    on_copy(context, value, links, is_constant, None)
}

/// Evaluates a chain like [`with_copy`], or the assignment to it.
fn on_copy(
    context: &mut EvalContext,
    value: Dynamic,
    links: Vec<Link>,
    is_constant: bool,
    assigned: Option<(OpAssignment, Expr)>,
) -> (Outcome, Dynamic) {
    let scope = context.scope_mut();
    let len = scope.len();
    match is_constant {
        true => scope.push_constant_dynamic(COPY, value),
        false => scope.push_dynamic(COPY, value),
    };
    let root = Chain::variable(COPY, links[0].expr.position());
    let result = evaluate(context, &finish(Chain { root, links }, assigned));
    let scope = context.scope_mut();
    let value = scope.get_mut(COPY).map(std::mem::take).unwrap_or_default();
    scope.rewind(len);
    (result, value)
}
