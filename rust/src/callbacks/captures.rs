//! Closures that use names of Dart functions.
//!
//! Rhai's parser takes such a name for a variable that the closure captures, and making the
//! closure then fails, as it cannot be shared: there is no such variable. So it is taken
//! out of what is shared. It is captured all the same, as what the name stands for.

use rhai::{ASTNode, Expr, FlowControl, Stmt, StmtBlock, AST};

use crate::execution_context::ExecutionContext;

/// Whether a name is that of a Dart function.
type IsFunction<'a> = &'a dyn Fn(&str) -> bool;

/// Takes the names of Dart functions out of what closures at global level share, if there
/// are any. (Rhai gives nobody the body of a function to change.)
pub fn unshare(ast: AST, is_function: IsFunction, context: &ExecutionContext) -> AST {
    let mut found = false;
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::Share(names))) = path.last() {
            found = names
                .iter()
                .any(|(name, index)| index.is_none() && is_function(&name.name));
        }
        !found && !context.tick_token()
    });
    if !found {
        return ast;
    }
    let mut statements = ast.statements().to_vec();
    for statement in &mut statements {
        in_statement(statement, is_function);
    }
    AST::new(statements, ast.shared_lib().clone())
}

fn in_block(block: &mut StmtBlock, is_function: IsFunction) {
    for statement in block.statements_mut() {
        in_statement(statement, is_function);
    }
}

fn in_flow(flow: &mut FlowControl, is_function: IsFunction) {
    in_expr(&mut flow.expr, is_function);
    in_block(&mut flow.body, is_function);
    in_block(&mut flow.branch, is_function);
}

fn in_statement(statement: &mut Stmt, is_function: IsFunction) {
    let each = |expr: &mut Expr| in_expr(expr, is_function);
    match statement {
        Stmt::Share(names) => {
            let position = names[0].0.pos;
            names.retain(|(name, index)| index.is_some() || !is_function(&name.name));
            // Rhai expects one to have names.
            if names.is_empty() {
                *statement = Stmt::Noop(position);
            }
        }
        Stmt::If(flow, _) | Stmt::While(flow, _) | Stmt::Do(flow, ..) | Stmt::TryCatch(flow, _) => {
            in_flow(flow, is_function);
        }
        Stmt::For(parts, _) => in_flow(&mut parts.2, is_function),
        Stmt::Block(block) => in_block(block, is_function),
        Stmt::Switch(parts, _) => {
            each(&mut parts.0);
            for case in &mut parts.1.expressions {
                each(&mut case.lhs);
                each(&mut case.rhs);
            }
        }
        Stmt::Var(parts, ..) => each(&mut parts.1),
        Stmt::Assignment(parts) => {
            each(&mut parts.1.lhs);
            each(&mut parts.1.rhs);
        }
        Stmt::FnCall(call, _) => call.args.iter_mut().for_each(each),
        Stmt::Expr(expr) => each(expr),
        Stmt::BreakLoop(Some(expr), ..) | Stmt::Return(Some(expr), ..) => each(expr),
        Stmt::Import(parts, _) => each(&mut parts.0),
        _ => {}
    }
}

fn in_expr(expr: &mut Expr, is_function: IsFunction) {
    let each = |expr: &mut Expr| in_expr(expr, is_function);
    match expr {
        Expr::InterpolatedString(parts, _) | Expr::Array(parts, _) => {
            parts.iter_mut().for_each(each);
        }
        Expr::Map(parts, _) => parts.0.iter_mut().for_each(|(_, value)| each(value)),
        Expr::Stmt(block) => in_block(block, is_function),
        Expr::FnCall(call, _) | Expr::MethodCall(call, _) => call.args.iter_mut().for_each(each),
        Expr::Dot(parts, ..) | Expr::Index(parts, ..) => {
            each(&mut parts.lhs);
            each(&mut parts.rhs);
        }
        Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => {
            parts.iter_mut().for_each(each);
        }
        _ => {}
    }
}
