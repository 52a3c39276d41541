//! What a data race is about.
//!
//! Rhai knows the argument of a function, or nothing at all; a closure has a number for
//! a name. The variable is found in the syntax tree.

use rhai::{ASTNode, EvalAltResult, Expr, GlobalRuntimeState, Position, Stmt, AST};

use crate::errors::translate::innermost;
use crate::language::names::is_closure;
use crate::language::tree::chain::Chain;
use crate::language::tree::walk::{alone, walk_all};

/// A variable that is used while a function changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataRace {
    /// The variable. If it may be one of several, all of them.
    pub variable: String,
    /// Where it is used, or where the function is called.
    pub position: Position,
}

impl DataRace {
    /// Finds out what an error of a script, or of a function of one, is about, if it is a
    /// data race.
    pub fn find(
        error: &EvalAltResult,
        statements: Option<&AST>,
        global: &GlobalRuntimeState,
    ) -> Option<Self> {
        let EvalAltResult::ErrorDataRace(what, _) = innermost(error) else {
            return None;
        };
        // Rhai says no variable, but a function in quotes, or nothing.
        if !what.is_empty() && !what.contains('\'') {
            return Some(DataRace {
                variable: what.clone(),
                position: error.position(),
            });
        }
        let functions = global.lib.first().map(|lib| AST::new([], lib.clone()));
        let trees = || statements.into_iter().chain(&functions);
        // That is all that Rhai says.
        let function = what.split('\'').nth(1);
        let closure = function
            .or_else(|| innermost_function(error))
            .filter(|name| is_closure(name));
        match (closure, function) {
            (Some(closure), _) => trees().find_map(|ast| in_closure(ast, closure)),
            (None, Some(method)) => trees().find_map(|ast| in_call(ast, method)),
            (None, None) => None,
        }
    }

    /// What is wrong, and what to do.
    pub fn message(&self) -> String {
        format!(
            "data race: {} is used while a function that it was called on changes it; \
             use a copy of it, or call the function on one",
            self.variable
        )
    }
}

/// The function in which something failed.
fn innermost_function(error: &EvalAltResult) -> Option<&str> {
    match error {
        EvalAltResult::ErrorInFunctionCall(name, _, inner, _) => {
            innermost_function(inner).or(Some(name))
        }
        EvalAltResult::ErrorInModule(_, inner, _) => innermost_function(inner),
        _ => None,
    }
}

/// Looks for what a closure has captured: its first parameters.
fn in_closure(ast: &AST, name: &str) -> Option<DataRace> {
    let captured = captured(ast);
    let closure = ast.iter_fn_def().find(|function| function.name == name)?;
    let mut variables: Vec<&str> = closure.params.iter().map(|name| name.as_str()).collect();
    let is_captured = |name: &&str| captured.iter().any(|c| c == name);
    // Where the closure was made may be unknown.
    if variables.iter().any(&is_captured) {
        variables.retain(is_captured);
    }
    let first = *variables.first()?;
    let mut position = Position::NONE;
    walk_all(&alone(closure), &mut |path| {
        if let Some(ASTNode::Expr(Expr::Variable(variable, _, place))) = path.last() {
            if position.is_none() && variable.1 == first {
                position = *place;
            }
        }
    });
    Some(DataRace {
        variable: variables.join(" or "),
        position,
    })
}

fn captured(ast: &AST) -> Vec<String> {
    let mut captured = Vec::new();
    walk_all(ast, &mut |path| {
        if let Some(ASTNode::Stmt(Stmt::Share(names))) = path.last() {
            captured.extend(names.iter().map(|(name, _)| name.name.to_string()));
        }
    });
    captured
}

/// Looks for a variable that `method` is called on with a closure which has captured it.
fn in_call(ast: &AST, method: &str) -> Option<DataRace> {
    let mut found = None;
    walk_all(ast, &mut |path| {
        let Some(ASTNode::Expr(expr @ (Expr::Dot(..) | Expr::Index(..)))) = path.last() else {
            return;
        };
        let chain = Chain::take(&mut Expr::clone(expr));
        let Expr::Variable(variable, ..) = &chain.root else {
            return;
        };
        for link in &chain.links {
            if let Expr::MethodCall(call, position) = &link.expr {
                let captures =
                    call.name == method && call.args.iter().any(|a| captures(a, &variable.1));
                if captures && found.is_none() {
                    found = Some(DataRace {
                        variable: variable.1.to_string(),
                        position: *position,
                    });
                }
            }
        }
    });
    found
}

/// Whether a closure captures a variable.
fn captures(closure: &Expr, variable: &str) -> bool {
    match closure {
        Expr::Stmt(block) => block.statements().iter().any(|statement| match statement {
            Stmt::Share(names) => names.iter().any(|(name, _)| name.name == variable),
            _ => false,
        }),
        // It may be one.
        Expr::Variable(..) => true,
        _ => false,
    }
}
