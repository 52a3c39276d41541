//! Compiled scripts, and the cache that keeps those used last.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use lru::LruCache;
use rhai::{ASTNode, Engine, EvalAltResult, Expr, Identifier, Stmt, AST};

use crate::execution_context::ExecutionContext;
use crate::fiber_stack::StackPool;
use crate::memory;
use crate::on_fiber::OnFiber;
use crate::scripts::{compile, FaultyLine};

/// A compiled script.
#[derive(Debug)]
pub struct CompiledScript {
    /// Its syntax tree, which may hold constants of any depth.
    pub ast: OnFiber<AST>,
    names: Names,
}

/// The names by which a script may look for variables.
#[derive(Debug)]
enum Names {
    /// These.
    Written(HashSet<Identifier>),
    /// Any: it evaluates text, or asks which variables there are.
    Any,
}

impl CompiledScript {
    fn new(ast: AST, stacks: &Rc<StackPool>) -> Self {
        CompiledScript {
            names: names_in(&ast),
            ast: OnFiber::new(ast, stacks),
        }
    }

    /// Whether it may look for a variable of this name.
    pub fn may_use(&self, name: &str) -> bool {
        match &self.names {
            Names::Written(names) => names.contains(name),
            Names::Any => true,
        }
    }

    /// The names by which it may look for variables; `None` if that can be any.
    pub fn names(&self) -> Option<&HashSet<Identifier>> {
        match &self.names {
            Names::Written(names) => Some(names),
            Names::Any => None,
        }
    }
}

/// Functions that find variables by names that are not written as such.
const LOOKING: [&str; 2] = ["eval", "is_def_var"];

fn names_in(ast: &AST) -> Names {
    let mut names = HashSet::new();
    let is_written = ast.walk(&mut |path: &[ASTNode]| {
        match path.last() {
            Some(ASTNode::Expr(Expr::Variable(variable, ..))) => {
                names.insert(Identifier::from(variable.1.as_str()));
            }
            Some(ASTNode::Expr(Expr::FnCall(call, ..)))
            | Some(ASTNode::Stmt(Stmt::FnCall(call, ..))) => {
                return !LOOKING.contains(&call.name.as_str());
            }
            Some(ASTNode::Stmt(Stmt::Share(shared))) => {
                names.extend(shared.iter().map(|v| Identifier::from(v.0.as_str())));
            }
            Some(ASTNode::Stmt(Stmt::Export(export, ..))) => {
                names.insert(Identifier::from(export.0.as_str()));
            }
            _ => {}
        }
        true
    });
    match is_written {
        true => Names::Written(names),
        false => Names::Any,
    }
}

/// A script, compiled or not.
#[derive(Debug)]
pub enum Source {
    /// Compiled.
    Compiled(Rc<CompiledScript>),
    /// Its text.
    Text(Box<str>),
}

/// Compiled scripts by their text, of which those used last are kept.
#[derive(Debug)]
pub struct ScriptCache {
    scripts: RefCell<LruCache<Box<str>, Kept>>,
    /// Bytes that they take.
    size: Cell<usize>,
    max_size: usize,
    stacks: Rc<StackPool>,
}

#[derive(Debug)]
struct Kept {
    script: Rc<CompiledScript>,
    /// Bytes that it takes, with its text.
    size: usize,
}

impl ScriptCache {
    /// Makes an empty cache for scripts that take up to `max_size` bytes in all.
    pub fn new(max_size: usize, stacks: &Rc<StackPool>) -> Self {
        ScriptCache {
            scripts: RefCell::new(LruCache::unbounded()),
            size: Cell::new(0),
            max_size,
            stacks: stacks.clone(),
        }
    }

    /// Returns a script, compiled if it is kept.
    pub fn get(&self, script: &str) -> Source {
        match self.scripts.borrow_mut().get(script) {
            Some(kept) => Source::Compiled(kept.script.clone()),
            None => Source::Text(script.into()),
        }
    }

    /// Compiles a script and keeps it. See [`compile`].
    ///
    /// # Errors
    ///
    /// The script is not valid Rhai, or breaks a limit.
    #[cold]
    #[inline(never)]
    pub fn compile(
        &self,
        engine: &Engine,
        script: Box<str>,
        context: &ExecutionContext,
    ) -> Result<Rc<CompiledScript>, Box<EvalAltResult>> {
        let before = memory::used();
        let ast = compile(engine, &script, context);
        if let Some(termination) = context.parsing_stopped() {
            return Err(termination.into());
        }
        let ast = ast.inspect_err(|error| {
            if let Some(line) = FaultyLine::find(&script, error.position()) {
                context.note_faulty_line(line);
            }
        })?;
        let compiled = Rc::new(CompiledScript::new(ast, &self.stacks));
        let size = memory::used().saturating_sub(before) + script.len();
        if size <= self.max_size && !memory::is_exceeded() {
            // What the cache allocates and drops is not this script's.
            memory::uncounted(|| self.keep(script, compiled.clone(), size));
        }
        Ok(compiled)
    }

    fn keep(&self, text: Box<str>, script: Rc<CompiledScript>, size: usize) {
        let mut scripts = self.scripts.borrow_mut();
        while self.size.get() + size > self.max_size {
            match scripts.pop_lru() {
                Some((_, oldest)) => self.size.set(self.size.get() - oldest.size),
                None => break,
            }
        }
        self.size.set(self.size.get() + size);
        if let Some(same) = scripts.put(text, Kept { script, size }) {
            // Another execution has compiled it meanwhile.
            self.size.set(self.size.get() - same.size);
        }
    }

    /// The number of scripts that are kept.
    pub fn len(&self) -> usize {
        self.scripts.borrow().len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
