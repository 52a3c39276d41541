//! Calls of functions that change what they are called on, and call back meanwhile.
//!
//! Rhai locks a captured variable while `a.sort(f)` runs, so that a callback cannot use
//! it. Such a call works on a copy, which then becomes the value of the variable: it is
//! `{ a = settle(change(a, "sort", [f]), a, "a"); changed() }`. What else changed the
//! variable meanwhile would be lost, so that is an error.

use std::any::TypeId;
use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem;
use std::rc::Rc;

use rhai::{
    Array, BinaryExpr, Dynamic, EvalAltResult, Expr, FnCallExpr, FnPtr, FuncRegistration,
    ImmutableString, Map, Module, NativeCallContext, OpAssignment, Position, RhaiFunc, Shared,
    Stmt, StmtBlock,
};

use super::chain::Chain;
use crate::fiber_stack::StackPool;
use crate::host::Host;
use crate::on_fiber::OnFiber;
use crate::values::ConversionError;
use crate::walk::{walk, Visitor};

/// Calls a method on a copy of a value, and returns the copy.
pub const CHANGE: &str = "change ";
/// Returns its first argument, unless the second one, the value of a variable, is no longer
/// what was copied.
pub const SETTLE: &str = "settle ";
/// Returns what the method returned.
pub const CHANGED: &str = "changed ";

type Outcome = Result<Dynamic, Box<EvalAltResult>>;

/// The calls that a method call is replaced by, with other arguments than they are to have.
pub struct Calls {
    change: FnCallExpr,
    settle: FnCallExpr,
    changed: FnCallExpr,
}

impl Calls {
    /// Makes them with what parses a call.
    pub fn parse(parse: impl Fn(&str) -> Option<FnCallExpr>) -> Option<Self> {
        Some(Calls {
            change: parse("change(0,0,0)")?,
            settle: parse("settle(0,0,0)")?,
            changed: parse("changed()")?,
        })
    }

    /// Makes a chain that ends with a method call one that locks nothing. What it is
    /// called on must be the same whenever it is looked at.
    pub fn replace(&self, mut chain: Chain, variable: ImmutableString) -> Expr {
        let Some(Expr::MethodCall(method, position)) = chain.links.pop().map(|link| link.expr)
        else {
            return chain.into_expr();
        };
        let FnCallExpr { name, args, .. } = *method;
        let value = chain.clone().into_value();
        let target = chain.into_expr();
        let mut change = self.change.clone();
        change.args[0] = value.clone();
        change.args[1] = Expr::StringConstant(name, position);
        change.args[2] = Expr::Array(args.into_iter().collect::<Vec<_>>().into(), position);
        let mut settle = self.settle.clone();
        settle.args[0] = change.into_fn_call_expr(position);
        settle.args[1] = value;
        settle.args[2] = Expr::StringConstant(variable, position);
        let assignment = BinaryExpr {
            lhs: target,
            rhs: settle.into_fn_call_expr(position),
        };
        let operator = OpAssignment::new_assignment(position);
        let statements = [
            Stmt::Assignment((operator, assignment).into()),
            Stmt::Expr(self.changed.clone().into_fn_call_expr(position).into()),
        ];
        Expr::Stmt(StmtBlock::new(statements, position, position).into())
    }
}

/// What the last such call leaves for the two that follow it.
#[derive(Debug, Default)]
pub struct LastChange(RefCell<Option<OnFiber<Parts>>>);

#[derive(Debug)]
struct Parts {
    /// The [`fingerprint`] of what was copied.
    before: Option<u64>,
    /// What the method returned.
    result: Dynamic,
}

impl LastChange {
    fn replace(&self, parts: Option<Parts>, stacks: &Rc<StackPool>) -> Option<OnFiber<Parts>> {
        let parts = parts.map(|parts| OnFiber::new(parts, stacks));
        self.0.replace(parts)
    }
}

/// Registers the functions with `module`.
pub fn register(module: &mut Module, host: &Rc<Host>) {
    let dynamic = TypeId::of::<Dynamic>();
    let functions: [(&str, &[TypeId], Native); 3] = [
        (CHANGE, &[dynamic; 3], change),
        (SETTLE, &[dynamic; 3], settle),
        (CHANGED, &[], changed),
    ];
    for (name, parameters, call) in functions {
        let host = host.clone();
        let call = move |context: Option<NativeCallContext>, args: &mut [&mut Dynamic]| {
            let context = context.ok_or("no context")?;
            call(&host, &context, args)
        };
        let function = RhaiFunc::Pure {
            func: Shared::new(call),
            has_context: true,
            is_pure: true,
            is_volatile: true,
        };
        FuncRegistration::new(name)
            .in_global_namespace()
            .set_into_module_raw(module, parameters, function);
    }
}

type Native = fn(&Host, &NativeCallContext, &mut [&mut Dynamic]) -> Outcome;

fn change(host: &Host, context: &NativeCallContext, args: &mut [&mut Dynamic]) -> Outcome {
    let mut value = mem::take(args[0]);
    let before = fingerprint(&value);
    let method = args[1].clone().into_immutable_string()?;
    let mut arguments = mem::take(args[2]).into_array()?;
    let mut all = vec![&mut value];
    all.extend(&mut arguments);
    let result = context.call_native_fn_raw(&method, true, &mut all)?;
    let parts = Parts { before, result };
    if let Some(current) = host.current() {
        current.last_change.replace(Some(parts), &host.stacks);
    }
    Ok(value)
}

fn settle(host: &Host, _: &NativeCallContext, args: &mut [&mut Dynamic]) -> Outcome {
    let current = host.current().ok_or("no script runs")?;
    let last = current.last_change.0.borrow();
    let last = last.as_ref().ok_or("nothing was changed")?;
    if last.before != fingerprint(args[1]) {
        let variable = args[2].clone().into_string()?;
        let text = format!("{SETTLE}{variable}");
        return Err(EvalAltResult::ErrorDataRace(text, Position::NONE).into());
    }
    Ok(mem::take(args[0]))
}

fn changed(host: &Host, _: &NativeCallContext, _: &mut [&mut Dynamic]) -> Outcome {
    let current = host.current().ok_or("no script runs")?;
    let last = current.last_change.replace(None, &host.stacks);
    let mut last = last.ok_or("nothing was changed")?;
    Ok(mem::take(&mut last.result))
}

/// A number that differs if the data of a value does. `None` for what is no data alone.
fn fingerprint(value: &Dynamic) -> Option<u64> {
    let mut data = Fingerprint::default();
    walk(value, &mut data).ok()?;
    Some(data.0.finish())
}

#[derive(Default)]
struct Fingerprint(DefaultHasher);

impl Visitor for Fingerprint {
    fn leaf(&mut self, value: &Dynamic) -> Result<(), ConversionError> {
        let hasher = &mut self.0;
        value.type_id().hash(hasher);
        if let Ok(int) = value.as_int() {
            int.hash(hasher);
        } else if let Ok(float) = value.as_float() {
            float.to_bits().hash(hasher);
        } else if let Ok(bool) = value.as_bool() {
            bool.hash(hasher);
        } else if let Ok(char) = value.as_char() {
            char.hash(hasher);
        } else if let Ok(text) = value.as_immutable_string_ref() {
            text.hash(hasher);
        } else if let Ok(blob) = value.as_blob_ref() {
            blob.hash(hasher);
        } else if let Some(pointer) = value.read_lock::<FnPtr>() {
            pointer.fn_name().hash(hasher);
        }
        Ok(())
    }

    fn array(&mut self, items: &Array) -> Result<bool, ConversionError> {
        items.len().hash(&mut self.0);
        Ok(true)
    }

    fn map(&mut self, map: &Map) -> Result<(), ConversionError> {
        map.len().hash(&mut self.0);
        Ok(())
    }

    fn key(&mut self, key: &str) -> Result<(), ConversionError> {
        key.hash(&mut self.0);
        Ok(())
    }

    fn end(&mut self, is_map: bool) {
        is_map.hash(&mut self.0);
    }
}
