//! Modules that an execution has imported so far.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use fibers::OnFiber;
use rhai::{Module, Position, Shared};

use crate::language::compiled_script::CompiledScript;

type SharedModule = Shared<Module>;

/// Modules that run, outermost first: the file, and the module's name.
pub type RunningModules = Vec<(PathBuf, String)>;

/// Modules that an execution imports.
#[derive(Debug, Default)]
pub struct Imports {
    count: Cell<usize>,
    /// Those that have run, by the file.
    loaded: RefCell<HashMap<PathBuf, OnFiber<SharedModule>>>,
    /// Those that run.
    running: RefCell<RunningModules>,
    /// Their compiled scripts, by their names.
    scripts: RefCell<HashMap<String, Rc<CompiledScript>>>,
    /// The module that has broken a limit while it ran.
    ended: RefCell<Option<String>>,
}

impl Imports {
    /// Exchanges the modules that are being run: other code of the execution goes on.
    pub fn exchange_running(&self, other: &RefCell<RunningModules>) {
        self.running.swap(other);
    }

    /// The modules that are being run.
    pub fn running(&self) -> RunningModules {
        self.running.borrow().clone()
    }

    /// The compiled script of the module of this name, if there is one.
    pub fn script(&self, name: &str) -> Option<Rc<CompiledScript>> {
        self.scripts.borrow().get(name).cloned()
    }

    /// The module that has broken a limit while it ran, if one has.
    pub fn ended(&self) -> Option<String> {
        self.ended.borrow().clone()
    }

    /// Begins to run the module in a file, until what this returns is dropped.
    ///
    /// # Errors
    ///
    /// It runs already: it imports itself, perhaps through others.
    pub fn begin(
        &self,
        file: &Path,
        name: &str,
        position: Position,
    ) -> Result<Running<'_>, ImportCycle> {
        let mut running = self.running.borrow_mut();
        if let Some(first) = running.iter().position(|(other, _)| other == file) {
            let cycle = running[first..].iter().map(|(_, name)| name.clone());
            return Err(ImportCycle {
                modules: cycle.chain([name.into()]).collect(),
                position,
            });
        }
        running.push((file.into(), name.into()));
        Ok(Running(self))
    }

    /// Begins an import; returns whether that is within the limit.
    pub fn count(&self, max_modules: usize) -> bool {
        self.count.set(self.count.get() + 1);
        self.count.get() <= max_modules
    }

    /// The module in a file, if it has run.
    pub fn loaded(&self, file: &Path) -> Option<SharedModule> {
        let loaded = self.loaded.borrow();
        loaded.get(file).map(|module| SharedModule::clone(module))
    }

    /// Keeps the module in a file, which has run.
    pub fn keep(&self, file: PathBuf, module: OnFiber<SharedModule>) {
        self.loaded.borrow_mut().insert(file, module);
    }

    /// Keeps the compiled script of the module of this name.
    pub fn keep_script(&self, name: &str, script: Rc<CompiledScript>) {
        self.scripts.borrow_mut().insert(name.into(), script);
    }

    /// Notes the module that has broken a limit while it ran; the innermost one stays.
    pub fn note_ended(&self, name: String) {
        self.ended.borrow_mut().get_or_insert(name);
    }
}

/// A module that runs, until this is dropped.
pub struct Running<'a>(&'a Imports);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.borrow_mut().pop();
    }
}

/// A module imports itself, perhaps through others.
#[derive(Debug)]
pub struct ImportCycle {
    /// The names of the modules, in their order.
    modules: Vec<String>,
    /// Where the last one imports the first.
    pub position: Position,
}

impl std::fmt::Display for ImportCycle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "import cycle: {}", self.modules.join(" -> "))
    }
}

impl Error for ImportCycle {}
