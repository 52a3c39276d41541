//! Callbacks that are given to functions of modules.

use rhai::{Expr, FnCallExpr};

use crate::language::names::GLOBAL;

/// Whether a function is one of a module.
pub fn is_of_module(call: &FnCallExpr) -> bool {
    call.is_qualified() && call.namespace.root() != GLOBAL
}

/// Whether an expression can be a function pointer, or have one among its elements.
pub fn may_have_functions(expr: &Expr) -> bool {
    match expr {
        Expr::Array(parts, _) => parts.iter().any(may_have_functions),
        Expr::Map(parts, _) => parts.0.iter().any(|(_, value)| may_have_functions(value)),
        expr => may_be_function(expr),
    }
}

/// Whether an expression can be a function pointer.
fn may_be_function(expr: &Expr) -> bool {
    match expr {
        Expr::Variable(..)
        | Expr::ThisPtr(_)
        | Expr::Stmt(_)
        | Expr::Dot(..)
        | Expr::Index(..)
        | Expr::Coalesce(..) => true,
        Expr::FnCall(call, _) => call.op_token.is_none(),
        Expr::DynamicConstant(value, _) => value.is_fnptr(),
        _ => false,
    }
}
