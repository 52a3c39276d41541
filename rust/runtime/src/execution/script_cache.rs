//! Compiled scripts, and the cache that keeps those used last.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use lru::LruCache;
use rhai::{Engine, EvalAltResult};

use crate::context::context::ExecutionContext;
use fibers::StackPool;

use crate::execution::kept_script::KeptScript;
use crate::execution::module_texts::ModuleTexts;
use crate::language::code::code_of;
use crate::language::compile::compile;
use crate::language::compiled_script::CompiledScript;
use crate::language::parsing::ScriptParser;
use crate::language::place::FaultyLine;
use fibers::OnFiber;

/// A script, compiled or not.
#[derive(Debug)]
pub enum Source {
    /// Compiled.
    Compiled(Rc<CompiledScript>),
    /// Its text.
    Text(Box<str>),
    /// Kept by the host.
    Kept(Rc<KeptScript>),
}

/// Compiled scripts by their text, of which those used last are kept.
#[derive(Debug)]
pub struct ScriptCache {
    scripts: RefCell<LruCache<Box<str>, Kept>>,
    /// The names of the functions of the host, which scripts are compiled for.
    host_functions: RefCell<Rc<HashSet<String>>>,
    /// Bytes that they take.
    size: Cell<usize>,
    max_size: usize,
    stacks: Rc<StackPool>,
    /// The texts of modules that the host has loaded, which may take as much again.
    pub module_texts: Rc<ModuleTexts>,
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
            host_functions: RefCell::default(),
            size: Cell::new(0),
            max_size,
            stacks: stacks.clone(),
            module_texts: Rc::new(ModuleTexts::new(max_size)),
        }
    }

    /// Says that the host has a function of this name.
    pub fn add_host_function(&self, name: &str) {
        let is_new = Rc::make_mut(&mut self.host_functions.borrow_mut()).insert(name.into());
        if is_new {
            self.scripts.borrow_mut().clear();
            self.size.set(0);
        }
    }

    /// Says that a name is none of a function of the host: that of a variable, which hides
    /// the function, or that of a function that was removed.
    pub fn hide_host_function(&self, name: &str) {
        let was_there = Rc::make_mut(&mut self.host_functions.borrow_mut()).remove(name);
        if was_there {
            self.scripts.borrow_mut().clear();
            self.size.set(0);
        }
    }

    /// How many scripts and modules are kept, and the bytes that they take.
    pub fn len_and_bytes(&self) -> (usize, usize) {
        (self.scripts.borrow().len(), self.size.get())
    }

    /// Returns a script, compiled if it is kept.
    pub fn get(&self, script: &str) -> Source {
        match self.scripts.borrow_mut().get(script) {
            Some(kept) => Source::Compiled(kept.script.clone()),
            None => Source::Text(script.into()),
        }
    }

    /// Compiles a script and keeps it. See `compile`.
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
        // Compiling can be suspended.
        let host_functions = self.host_functions();
        let (compiled, size) = self.compile_as(engine, &script, None, &host_functions, context)?;
        self.keep_if_small(script, &compiled, size);
        Ok(compiled)
    }

    /// Returns the module `name` with this text, compiled, and keeps it.
    ///
    /// # Errors
    ///
    /// As of [`compile`](Self::compile).
    #[cold]
    pub fn get_module(
        &self,
        engine: &Engine,
        name: &str,
        text: &str,
        context: &ExecutionContext,
    ) -> Result<Rc<CompiledScript>, Box<EvalAltResult>> {
        // The same text is another script where it is no module, or another one. None
        // has a zero in it.
        let key = format!("{name}\0{text}").into_boxed_str();
        if let Some(kept) = self.scripts.borrow_mut().get(&key) {
            return Ok(kept.script.clone());
        }
        // Compiling can be suspended.
        let host_functions = self.host_functions();
        let (compiled, size) =
            self.compile_as(engine, text, Some(name), &host_functions, context)?;
        self.keep_if_small(key, &compiled, size);
        Ok(compiled)
    }

    /// Compiles a script for these functions of the host.
    ///
    /// # Errors
    ///
    /// As of [`compile`](Self::compile).
    pub fn compile_for(
        &self,
        engine: &Engine,
        script: &str,
        host_functions: &HashSet<String>,
        context: &ExecutionContext,
    ) -> Result<Rc<CompiledScript>, Box<EvalAltResult>> {
        let (compiled, _) = self.compile_as(engine, script, None, host_functions, context)?;
        Ok(compiled)
    }

    /// The names of the functions of the host.
    pub fn host_functions(&self) -> Rc<HashSet<String>> {
        self.host_functions.borrow().clone()
    }

    /// Whether the host has just these functions; they were returned by
    /// [`host_functions`](Self::host_functions), and are still kept.
    #[inline]
    pub fn is_for(&self, host_functions: &Rc<HashSet<String>>) -> bool {
        Rc::ptr_eq(&self.host_functions.borrow(), host_functions)
    }

    /// The stacks on which scripts are dropped.
    pub fn stacks(&self) -> &Rc<StackPool> {
        &self.stacks
    }

    /// Compiles a script, or the module `name`. Also returns how many bytes that takes.
    fn compile_as(
        &self,
        engine: &Engine,
        script: &str,
        name: Option<&str>,
        host_functions: &HashSet<String>,
        context: &ExecutionContext,
    ) -> Result<(Rc<CompiledScript>, usize), Box<EvalAltResult>> {
        let script = code_of(script);
        let before = memory::used();
        context.parsing().words.take();
        let ast = compile(engine, script, host_functions, context);
        if let Some(termination) = context.parsing_stopped() {
            return Err(termination.into());
        }
        let mut ast = ast.inspect_err(|error| {
            // A script can catch that a module does not parse.
            if name.is_none() {
                if let Some(line) = FaultyLine::find(script, error.position()) {
                    context.error_details().note_faulty_line(line);
                }
            }
        })?;
        if let Some(name) = name {
            ast.set_source(name);
        }
        let compiled = Rc::new(CompiledScript::new(
            OnFiber::new(ast, &self.stacks),
            context.parsing().words.take(),
        ));
        Ok((compiled, memory::used().saturating_sub(before)))
    }

    fn keep_if_small(&self, key: Box<str>, script: &Rc<CompiledScript>, size: usize) {
        let size = size + key.len();
        if size <= self.max_size && !memory::is_exceeded() {
            // What the cache allocates and drops is not this script's.
            memory::uncounted(|| self.keep(key, script.clone(), size));
        }
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
}
