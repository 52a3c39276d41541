//! The scripts of an engine: compiled, and kept.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use rhai::{Engine, EvalAltResult};

use crate::context::context::ExecutionContext;
use fibers::StackPool;

use crate::execution::compiled_scripts::CompiledScripts;
use crate::execution::kept_script::KeptScript;
use crate::execution::module_texts::ModuleTexts;
use crate::language::code::code_of;
use crate::language::compile::compile;
use crate::language::compiled_script::CompiledScript;
use crate::language::parsing::ScriptParser;
use crate::language::place::FaultyLine;
use crate::limits::config::Config;
use crate::limits::likeness::LiteralSizes;
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

/// Compiles the scripts of an engine, and keeps them.
#[derive(Debug)]
pub struct ScriptCache {
    /// Those compiled for the functions of the host.
    scripts: RefCell<Rc<CompiledScripts>>,
    /// The names of the functions of the host, which scripts are compiled for.
    host_functions: RefCell<Rc<HashSet<String>>>,
    literals: LiteralSizes,
    stacks: Rc<StackPool>,
    /// The texts of modules that the host has loaded, which may take as much as the scripts.
    pub module_texts: ModuleTexts,
}

impl ScriptCache {
    /// Makes an empty cache for scripts under the limits of `config`.
    pub fn new(config: &Config, stacks: &Rc<StackPool>) -> Self {
        let max_size = config.script_cache_size;
        ScriptCache {
            scripts: RefCell::new(CompiledScripts::new(max_size).into()),
            host_functions: RefCell::default(),
            literals: LiteralSizes::of(config),
            stacks: stacks.clone(),
            module_texts: ModuleTexts::new(max_size),
        }
    }

    /// Makes the cache of an engine with the same functions of the host. If it compiles scripts
    /// `alike`, it shares those that are kept. If it has the same `texts` of modules, it gets
    /// those that there are.
    pub fn fork(&self, config: &Config, stacks: &Rc<StackPool>, alike: bool, texts: bool) -> Self {
        let mut fork = Self::new(config, stacks);
        let scripts = self.scripts.borrow();
        if alike && scripts.max_size() == config.script_cache_size {
            fork.scripts = RefCell::new(scripts.clone());
        }
        if texts {
            fork.module_texts = self.module_texts.fork(config.script_cache_size);
        }
        fork.host_functions = self.host_functions.clone();
        fork
    }

    /// Says that the host has a function of this name.
    pub fn add_host_function(&self, name: &str) {
        if self.host_functions.borrow().contains(name) {
            return;
        }
        Rc::make_mut(&mut self.host_functions.borrow_mut()).insert(name.into());
        self.forget();
    }

    /// Says that a name is none of a function of the host: that of a variable, which hides
    /// the function, or that of a function that was removed.
    pub fn hide_host_function(&self, name: &str) {
        if !self.host_functions.borrow().contains(name) {
            return;
        }
        Rc::make_mut(&mut self.host_functions.borrow_mut()).remove(name);
        self.forget();
    }

    /// Keeps the scripts no more, which other engines may do.
    pub fn forget(&self) {
        let max_size = self.scripts.borrow().max_size();
        let empty = Rc::new(CompiledScripts::new(max_size));
        drop(self.scripts.replace(empty));
    }

    /// How many scripts and modules are kept, and the bytes that they take.
    pub fn len_and_bytes(&self) -> (usize, usize) {
        self.scripts.borrow().len_and_bytes()
    }

    /// Returns a script, compiled if it is kept.
    pub fn get(&self, script: &str) -> Source {
        match self.scripts.borrow().get(script, &self.literals) {
            Some(script) => Source::Compiled(script),
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
        let (host_functions, scripts) = (self.host_functions(), self.scripts.borrow().clone());
        let (compiled, size) = self.compile_as(engine, &script, None, &host_functions, context)?;
        scripts.keep(script, &compiled, size, self.literals);
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
        // Compiling can be suspended.
        let (host_functions, scripts) = (self.host_functions(), self.scripts.borrow().clone());
        if let Some(kept) = scripts.get(&key, &self.literals) {
            return Ok(kept);
        }
        let (compiled, size) =
            self.compile_as(engine, text, Some(name), &host_functions, context)?;
        scripts.keep(key, &compiled, size, self.literals);
        Ok(compiled)
    }

    /// Returns a script that the host keeps, compiled.
    ///
    /// # Errors
    ///
    /// As of [`compile`](Self::compile).
    pub fn compile_kept(
        &self,
        engine: &Engine,
        script: &str,
        context: &ExecutionContext,
    ) -> Result<Rc<CompiledScript>, Box<EvalAltResult>> {
        let kept = self.scripts.borrow().get(script, &self.literals);
        match kept {
            Some(kept) => Ok(kept),
            None => self.compile(engine, script.into(), context),
        }
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
}
