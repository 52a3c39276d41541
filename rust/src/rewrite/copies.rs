//! Method calls that get a copy of the variable that they are called on.

use rhai::{Expr, FnCallExpr, FnPtr, Stmt};

use super::chain::{Chain, Link};
use super::may_be_function;
use super::script::Script;
use crate::functions::built_in_signatures;

/// Functions of Rhai that change nothing but, perhaps, elements as `this` of a callback.
pub const READING: [&str; 14] = [
    "all",
    "filter",
    "find",
    "find_map",
    "for_each",
    "get",
    "index_of",
    "map",
    "order",
    "order_by",
    "reduce",
    "reduce_rev",
    "some",
    "zip",
];

/// Functions of Rhai that change what they are called on, and call back meanwhile.
pub const CHANGING: [&str; 5] = ["dedup", "drain", "retain", "sort", "sort_by"];

/// Functions that may run any code.
const RUNNING: [&str; 4] = ["call", "debug", "eval", "print"];

impl Script<'_> {
    /// Makes the variable that a chain begins with free before its methods are called,
    /// except those that may change it.
    pub fn unlock(&mut self, mut chain: Chain) -> Expr {
        let is_captured = match &chain.root {
            Expr::Variable(variable, ..) => {
                variable.2.is_empty() && self.captured.contains(variable.1.as_str())
            }
            _ => false,
        };
        let first_call = chain.links.iter().position(Link::is_call);
        let Some(at) = first_call.filter(|_| is_captured) else {
            return chain.into_expr();
        };
        // What the first call returns is no part of the variable.
        let more = match chain.links[at + 1..].iter().any(Link::is_call) && chain.can_split(at + 1)
        {
            true => chain.links.split_off(at + 1),
            false => Vec::new(),
        };
        self.is_changed |= !more.is_empty();
        if self.gets_copy(&chain.links[at]) && chain.can_split(at) {
            self.is_changed = true;
            let call = chain.links.split_off(at);
            let root = chain.into_value();
            chain = Chain { root, links: call };
        }
        chain = self.change_copy(chain);
        match more.is_empty() {
            true => chain.into_expr(),
            false => {
                let root = chain.into_expr();
                Chain { root, links: more }.into_expr()
            }
        }
    }

    /// Makes the first call of a chain one that works on a copy of the variable, if it would
    /// lock that one while callbacks run that may use it.
    fn change_copy(&mut self, mut chain: Chain) -> Chain {
        let (Some(calls), Some(at)) = (&self.calls, chain.links.iter().position(Link::is_call))
        else {
            return chain;
        };
        let (Expr::Variable(variable, ..), Expr::MethodCall(call, _)) =
            (&chain.root, &chain.links[at].expr)
        else {
            return chain;
        };
        let (variable, name) = (variable.1.clone(), call.name.as_str());
        let calls_back = CHANGING.contains(&name) || READING.contains(&name);
        let runs_other = |a: &Expr| may_be_function(a) && !self.is_quiet(a, &variable);
        if !calls_back
            || !call.args.iter().any(runs_other)
            || self.entries.contains(name)
            || self.functions.contains_key(name)
            || chain.links[at].is_negated()
            || !chain.can_repeat(at)
            || !chain.can_split(at + 1)
        {
            return chain;
        }
        let links = chain.links.split_off(at + 1);
        let root = calls.replace(chain, variable);
        self.is_changed = true;
        Chain { root, links }
    }

    /// Whether a callback is a closure that neither uses this variable nor runs what may.
    fn is_quiet(&self, callback: &Expr, variable: &str) -> bool {
        let captures = match callback {
            Expr::Stmt(block) => block.statements().iter().any(|statement| match statement {
                Stmt::Share(names) => names.iter().any(|(name, _)| name.name == variable),
                _ => false,
            }),
            _ => false,
        };
        let pointer = closure(callback);
        !captures && pointer.is_some_and(|pointer| self.quiet.contains(pointer.fn_name()))
    }

    /// Whether a call may run code that the script does not show there.
    pub fn may_run_other_code(&self, call: &FnCallExpr) -> bool {
        let name = call.name.as_str();
        call.op_token.is_none()
            && (!is_built_in(name)
                || self.dart.contains(name)
                || self.functions.contains_key(name)
                || [&READING[..], &CHANGING, &RUNNING].concat().contains(&name))
    }

    /// Whether a call is of a function that does as well with a copy of its object.
    fn gets_copy(&self, link: &Link) -> bool {
        let Expr::MethodCall(call, _) = &link.expr else {
            return false;
        };
        let name = call.name.as_str();
        let is_reading = READING.contains(&name) && !call.args.iter().any(|a| self.has_this(a));
        let count = call.args.len();
        let is_own = |params: &Vec<usize>| params.contains(&count) || params.contains(&(count + 1));
        !self.entries.contains(name)
            && !self.functions.get(name).is_some_and(is_own)
            && (is_reading || self.dart.contains(name) && !is_built_in(name))
    }

    /// Whether a callback may use `this`, and so change elements. What is not written there
    /// may come from another script.
    fn has_this(&self, callback: &Expr) -> bool {
        if let Expr::Variable(variable, index, _) = callback {
            let name = variable.1.as_str();
            let is_function = variable.0.is_none() && index.is_none();
            if is_function && (self.dart.contains(name) || self.functions.contains_key(name)) {
                return self.with_this.contains(name);
            }
        }
        if self.with_this.is_empty() && !self.has_foreign {
            return false;
        }
        if callback
            .get_literal_value(None)
            .is_some_and(|value| !value.is_fnptr())
        {
            return false;
        }
        closure(callback).is_none_or(|pointer| self.with_this.contains(pointer.fn_name()))
    }
}

/// The function of a closure that is written there.
fn closure(callback: &Expr) -> Option<FnPtr> {
    let closure = match callback {
        // A closure that captures something.
        Expr::Stmt(block) => match block.statements() {
            [.., Stmt::Expr(expr)] => curried(expr),
            [.., Stmt::FnCall(call, _)] => call.args.first(),
            _ => None,
        },
        expr => Some(expr),
    };
    closure?.get_literal_value(None)?.try_cast::<FnPtr>()
}

/// What `curry` is called with first.
fn curried(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::FnCall(call, _) => call.args.first(),
        _ => None,
    }
}

/// Whether Rhai has a function of this name, which may change its object.
fn is_built_in(name: &str) -> bool {
    built_in_signatures().keys().any(|(other, _)| other == name)
}
