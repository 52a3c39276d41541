//! The names of the functions that Dart registered: pointers to these, and how many
//! arguments they take.

use std::collections::{HashMap, HashSet};

use rhai::{ASTNode, Engine, Expr, FnPtr, Module, AST};

use crate::execution_context::ExecutionContext;

/// What the names come after where they are names of types: an engine keeps nothing else
/// that it can be asked for at no cost. (A function of another script may have been
/// registered with another engine.) No type of Rust has such a name.
const PREFIX: &str = "Dart function ";

/// Registers functions of these names and numbers of arguments with `module`, so that
/// [`arities`] finds them; and a variable for each, as the name of a script's function
/// stands for a pointer to it, too.
pub fn register<'a>(module: &mut Module, functions: impl Iterator<Item = (&'a str, u32)>) {
    let mut all = HashMap::<&str, u32>::new();
    for (name, arities) in functions {
        *all.entry(name).or_default() |= arities;
    }
    for (name, arities) in all {
        module.set_custom_type_raw(format!("{PREFIX}{name}"), arities.to_string());
        if let Ok(pointer) = FnPtr::new(name) {
            module.set_var(name, pointer);
        }
    }
}

/// How many arguments the Dart functions of a name take; bit *n* is for *n* of them.
pub fn arities(engine: &Engine, name: &str) -> u32 {
    let key = format!("{PREFIX}{name}");
    engine.map_type_name(&key).parse().unwrap_or(0)
}

/// Whether a script has variables with names of Dart functions. Rhai's optimizer takes
/// these for the functions, even if they are parameters.
pub fn are_variables(engine: &Engine, ast: &AST, context: &ExecutionContext) -> bool {
    let mut found = false;
    let mut others = HashSet::new();
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Expr(Expr::Variable(variable, ..))) = path.last() {
            let name = &variable.1;
            if !others.contains(name) {
                found = arities(engine, name) != 0;
                others.insert(name.clone());
            }
        }
        !found && !context.tick_token()
    });
    found
}
