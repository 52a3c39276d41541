//! Which chains are evaluated without locking the variable that they begin with.

use rhai::{Dynamic, Expr, FnCallExpr, FnPtr, OpAssignment};

use super::script::Script;
use crate::language::signatures::has_built_in;
use crate::language::tree::chain::Chain;
use crate::language::tree::unlocked::{FirstCall, Unlocked};

/// Functions of Rhai that call back and change nothing but elements that are `this` there.
const READING: [&str; 12] = [
    "all",
    "filter",
    "find",
    "find_map",
    "for_each",
    "index_of",
    "map",
    "order_by",
    "reduce",
    "reduce_rev",
    "some",
    "zip",
];

/// Functions of Rhai that change what they are called on, and call back meanwhile.
const CHANGING: [&str; 5] = ["dedup", "drain", "retain", "sort", "sort_by"];

/// Functions that may run any code.
const RUNNING: [&str; 4] = ["call", "debug", "eval", "print"];

impl Script<'_> {
    /// Makes a chain that begins with a captured variable, and calls what may use it, one
    /// that does not lock it.
    pub fn unlock(&mut self, chain: Chain) -> Expr {
        let (Some(unlocked), Some(custom)) = (self.find_unlocked(&chain), &self.unlocked) else {
            return chain.into_expr();
        };
        let mut custom = custom.clone();
        custom.state = Dynamic::from(unlocked);
        self.is_changed = true;
        Expr::Custom(custom.into(), chain.into_expr().position())
    }

    fn find_unlocked(&self, chain: &Chain) -> Option<Unlocked> {
        let Expr::Variable(variable, ..) = &chain.root else {
            return None;
        };
        if !variable.2.is_empty() || !self.captured.contains(variable.1.as_str()) {
            return None;
        }
        let member = self.first_member(chain);
        let name = variable.1.clone();
        let call = self.find_call(chain);
        if member.is_none() && call.is_none() {
            return None;
        }
        let functions = self.own.clone();
        Some(Unlocked::new(chain.clone(), name, call, member, functions))
    }

    /// Where the first call of a chain is, if the chain must not lock its variable for it.
    fn find_call(&self, chain: &Chain) -> Option<(usize, FirstCall)> {
        let at = chain.links.iter().position(|link| link.call().is_some())?;
        let (first, rest) = chain.links[at..].split_first()?;
        let call = self.first_call(first.call()?);
        let mut later = rest.iter().filter_map(|link| link.call());
        if call == FirstCall::Native && !later.any(|call| self.may_run_other_code(call)) {
            return None;
        }
        Some((at, call))
    }

    /// Makes an assignment to a property of what a captured variable holds one that does not
    /// lock the variable; `None` if it is not such.
    pub fn unlock_assignment(
        &mut self,
        operator: &OpAssignment,
        target: &Chain,
        value: &Expr,
    ) -> Option<Expr> {
        let Expr::Variable(variable, ..) = &target.root else {
            return None;
        };
        if !variable.2.is_empty() || !self.captured.contains(variable.1.as_str()) {
            return None;
        }
        let member = self.first_member(target)?;
        let mut custom = self.unlocked.clone()?;
        custom.state = Dynamic::from(Unlocked::assignment(
            target.clone(),
            variable.1.clone(),
            member,
            (operator.clone(), value.clone()),
        ));
        self.is_changed = true;
        Some(Expr::Custom(custom.into(), target.root.position()))
    }

    fn first_call(&self, call: &FnCallExpr) -> FirstCall {
        let name = call.name.as_str();
        let count = call.args.len();
        let is_own = |params: &Vec<usize>| params.contains(&count) || params.contains(&(count + 1));
        let is_own = self.arities.get(name).is_some_and(is_own);
        match name {
            _ if is_own => FirstCall::Native,
            "call" => FirstCall::Calling,
            // It is about the variable itself.
            "is_shared" => FirstCall::Native,
            // Of the host, of an object map, or of nobody: Rhai is to say so.
            _ if !has_built_in(name) && name != "eval" => FirstCall::OfHost,
            _ if call.args.iter().all(|argument| self.is_quiet(argument)) => FirstCall::Native,
            _ if CHANGING.contains(&name) => FirstCall::Changing,
            _ if READING.contains(&name) => FirstCall::Reading,
            _ => FirstCall::Native,
        }
    }

    /// Whether an argument is written there, and no function that runs code which may use a
    /// variable.
    fn is_quiet(&self, argument: &Expr) -> bool {
        let value = argument.get_literal_value(None);
        value.is_some_and(|value| match value.try_cast::<FnPtr>() {
            Some(pointer) => self.own.quiet.contains(pointer.fn_name()),
            None => true,
        })
    }

    /// Whether a call may run code that is not written there.
    pub fn may_run_other_code(&self, call: &FnCallExpr) -> bool {
        let name = call.name.as_str();
        call.op_token.is_none()
            && (!has_built_in(name)
                || self.host_functions.contains(name)
                || self.arities.contains_key(name)
                || READING.contains(&name)
                || CHANGING.contains(&name)
                || RUNNING.contains(&name))
    }
}
