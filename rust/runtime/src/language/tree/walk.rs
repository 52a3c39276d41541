//! Going through syntax trees.

use rhai::{ASTNode, Expr, Module, ScriptFuncDef, Shared, Stmt, AST};

use super::stubs::Body;
use super::unlocked::Unlocked;

/// Goes through the parts of a script, or of a function alone, until it must stop. Not
/// those of functions with other statements.
pub fn walk(ast: &AST, must_stop: impl Fn() -> bool, mut look: impl FnMut(&[ASTNode])) {
    ast.walk(&mut |path: &[ASTNode]| look_below(path, &must_stop, &mut look));
}

/// Rhai leaves out what a loop ends with, as in `break x`.
fn look_below(
    path: &[ASTNode],
    must_stop: &dyn Fn() -> bool,
    look: &mut dyn FnMut(&[ASTNode]),
) -> bool {
    look(path);
    if let Some(ASTNode::Stmt(Stmt::BreakLoop(Some(expr), ..))) = path.last() {
        expr.walk(&mut Vec::new(), &mut |path: &[ASTNode]| {
            look_below(path, must_stop, look)
        });
    }
    !must_stop()
}

/// Looks at all parts of a syntax tree, those of such functions too. Each is the last of
/// those that it is in.
pub fn walk_all(ast: &AST, look: &mut dyn FnMut(&[ASTNode])) {
    ast.walk(&mut |path: &[ASTNode]| {
        look_into(path, look);
        true
    });
}

fn look_into(path: &[ASTNode], look: &mut dyn FnMut(&[ASTNode])) {
    look(path);
    let Some(ASTNode::Expr(Expr::Custom(custom, _))) = path.last() else {
        return;
    };
    let expr = if let Some(body) = custom.state.read_lock::<Body>() {
        body.original()
    } else if let Some(unlocked) = custom.state.read_lock::<Unlocked>() {
        unlocked.original()
    } else {
        return;
    };
    expr.walk(&mut Vec::new(), &mut |path: &[ASTNode]| {
        look_into(path, look);
        true
    });
}

/// A script that has this function alone: Rhai shows the body of a function only to those
/// who walk through all bodies.
pub fn alone(function: &Shared<ScriptFuncDef>) -> AST {
    let mut module = Module::new();
    module.set_script_fn(function.clone());
    AST::new([], module)
}
