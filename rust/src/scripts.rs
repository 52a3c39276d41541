//! Compiled scripts: how they are compiled, and the cache that keeps them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use rhai::{ASTNode, Engine, OptimizationLevel, ParseError, Scope, AST};

/// Passes of the optimizer over single nodes that are worth it. A megabyte of
/// plain statements takes a quarter of that, and all of it some tenths of a
/// second.
const MAX_OPTIMIZER_VISITS: u64 = 1 << 22;

/// Compiles a script. Run it on a fiber's stack: the parser recurses.
///
/// The engine must not optimise by itself: Rhai's optimizer goes over a block
/// until nothing changes, and in each of these passes over the blocks in it.
/// Nothing limits the time of that, so a script with blocks nested some thirty
/// levels would take hours. Such a script is left as it was written.
///
/// # Errors
///
/// The script is not valid Rhai.
pub fn compile(engine: &Engine, script: &str) -> Result<AST, ParseError> {
    let ast = engine.compile(script)?;
    Ok(match optimizer_visits(&ast) <= MAX_OPTIMIZER_VISITS {
        true => engine.optimize_ast(&Scope::new(), ast, OptimizationLevel::Simple),
        false => ast,
    })
}

/// How often the optimizer may look at a node of a script: two passes over each
/// statement that another is in. Stops counting beyond the maximum.
fn optimizer_visits(ast: &AST) -> u64 {
    let mut visits: u64 = 0;
    ast.walk(&mut |path: &[ASTNode]| {
        let statements = path.iter().filter(|node| matches!(node, ASTNode::Stmt(..)));
        visits += 1 << statements.count().min(32);
        visits <= MAX_OPTIMIZER_VISITS
    });
    visits
}

/// A script, compiled or not.
#[derive(Debug)]
pub enum Source {
    /// Compiled.
    Compiled(Rc<AST>),
    /// Its text.
    Text(Box<str>),
}

/// Compiled scripts by their text.
#[derive(Debug, Default)]
pub struct ScriptCache {
    asts: RefCell<HashMap<Box<str>, Rc<AST>>>,
}

impl ScriptCache {
    /// Scripts that are kept, and the longest that is, in bytes. When one more
    /// comes, all are forgotten: the usual program has a few, used often.
    const MAX_SCRIPTS: usize = 256;
    const MAX_SCRIPT_LEN: usize = 64 * 1024;

    /// A script, compiled if it is kept.
    pub fn get(&self, script: &str) -> Source {
        match self.asts.borrow().get(script) {
            Some(ast) => Source::Compiled(ast.clone()),
            None => Source::Text(script.into()),
        }
    }

    /// Compiles a script and keeps it. See [`compile`].
    ///
    /// # Errors
    ///
    /// The script is not valid Rhai.
    #[cold]
    #[inline(never)]
    pub fn compile(&self, engine: &Engine, script: Box<str>) -> Result<Rc<AST>, ParseError> {
        let ast = Rc::new(compile(engine, &script)?);
        if script.len() <= Self::MAX_SCRIPT_LEN {
            let mut asts = self.asts.borrow_mut();
            if asts.len() >= Self::MAX_SCRIPTS {
                asts.clear();
            }
            asts.insert(script, ast.clone());
        }
        Ok(ast)
    }
}
