//! Sums and strings that are made of others which nothing has looked at.
//!
//! A function that returns `a + f(n - 1)` makes a longer string at each level when the
//! calls return, and Rhai counts no operation meanwhile.

use std::collections::HashSet;

use rhai::{ASTNode, Dynamic, Expr, FnCallExpr, FuncRegistration, ImmutableString, Module, Token};

use crate::language::names::LOOK;

/// Registers [`LOOK`] with `module`.
pub fn register_look(module: &mut Module) {
    FuncRegistration::new(LOOK)
        .in_global_namespace()
        .with_purity(true)
        .set_into_module(module, |value: Dynamic| value);
}

/// What is known of how strings can grow in a script.
#[derive(Debug, Default)]
pub struct Growth {
    has_unseen: bool,
    has_strings: bool,
}

impl Growth {
    /// Looks at a part of a script that has functions of these names.
    pub fn look_at(&mut self, node: &ASTNode, own: &HashSet<ImmutableString>) {
        match node {
            ASTNode::Stmt(rhai::Stmt::FnCall(call, _)) => self.look_at_call(call, own),
            ASTNode::Expr(Expr::FnCall(call, _)) => self.look_at_call(call, own),
            ASTNode::Expr(Expr::InterpolatedString(parts, _)) => {
                self.has_strings = true;
                self.has_unseen |= ends_unseen(parts);
            }
            ASTNode::Expr(
                Expr::StringConstant(..)
                | Expr::CharConstant(..)
                | Expr::DynamicConstant(..)
                | Expr::MethodCall(..)
                | Expr::Custom(..),
            ) => self.has_strings = true,
            // A variable of the host, or the name of a function, which the host may call.
            ASTNode::Expr(Expr::Variable(variable, index, _)) => {
                self.has_strings |= variable.0.is_none() && index.is_none();
            }
            _ => {}
        }
    }

    fn look_at_call(&mut self, call: &FnCallExpr, own: &HashSet<ImmutableString>) {
        self.has_unseen |= is_sum(call);
        self.has_strings |= call.op_token.is_none() && !own.contains(&call.name);
    }

    /// Whether strings, which the script may have, can grow unseen.
    pub fn can_be_large(&self) -> bool {
        self.has_unseen && self.has_strings
    }
}

/// Whether a call is a sum with something unseen on the right. (After what is on the left,
/// what is on the right is looked at.)
pub fn is_sum(call: &FnCallExpr) -> bool {
    call.op_token == Some(Token::Plus) && call.args.len() == 2 && is_unseen(&call.args[1])
}

/// Whether a string ends with something unseen.
pub fn ends_unseen(parts: &[Expr]) -> bool {
    parts.last().is_some_and(is_unseen)
}

/// Whether the value of an expression can be a string that was just made, and that nothing
/// has looked at.
fn is_unseen(expr: &Expr) -> bool {
    match expr {
        Expr::FnCall(call, _) => match call.op_token {
            Some(Token::Plus | Token::Minus) | None => call.name != LOOK,
            Some(_) => false,
        },
        Expr::MethodCall(..) | Expr::InterpolatedString(..) | Expr::Stmt(..) | Expr::Custom(..) => {
            true
        }
        Expr::Coalesce(parts, _) => parts.iter().any(is_unseen),
        Expr::Dot(parts, ..) | Expr::Index(parts, ..) => {
            is_unseen(&parts.lhs) || is_unseen(&parts.rhs)
        }
        _ => false,
    }
}
