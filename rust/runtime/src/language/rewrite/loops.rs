//! Loops that do nothing with the values that they go through.
//!
//! In such a loop, Rhai drops the errors of the iterator. Those of the host's objects have some:
//! their values may fail, or be waited for. So its body gets a statement that does nothing.

use rhai::{Expr, Stmt, StmtBlock};

/// Whether a loop does nothing with the values of what may be an object of the host.
pub fn is_empty_loop(iterable: &Expr, body: &StmtBlock) -> bool {
    let is_data = match iterable {
        // A range.
        Expr::FnCall(call, _) => call.op_token.is_some(),
        Expr::Array(..) => true,
        other => other.is_constant(),
    };
    body.is_empty() && !is_data
}

/// Adds a statement that does nothing to the body of a loop.
pub fn fill(body: &mut StmtBlock) {
    let position = body.position();
    body.statements_mut().push(Stmt::Noop(position));
}
