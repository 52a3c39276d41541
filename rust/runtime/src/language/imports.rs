//! Modules that an execution has imported so far.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::rc::Rc;

use fibers::OnFiber;
use rhai::{Module, Position, Shared};

use crate::language::compiled_script::CompiledScript;

type SharedModule = Shared<Module>;

/// The most modules that a message lists.
const MAX_LISTED: usize = 10;

/// Modules that run, outermost first: the key, and the module's name.
pub type RunningModules = Vec<(OsString, String)>;

/// Modules that an execution imports. The calls of `parallel` share them: nothing is borrowed
/// where one of those may be abandoned.
#[derive(Debug, Default)]
pub struct Imports {
    count: Cell<usize>,
    /// Those that have run, by the keys of their places.
    loaded: RefCell<HashMap<OsString, OnFiber<SharedModule>>>,
    /// Those that run.
    running: RefCell<RunningModules>,
    /// For the name of each that has begun, which imported it last; none is the script.
    importers: RefCell<HashMap<String, Option<String>>>,
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
        memory::held(|| self.running.borrow().clone())
    }

    /// The compiled script of the module of this name, if there is one.
    pub fn script(&self, name: &str) -> Option<Rc<CompiledScript>> {
        self.scripts.borrow().get(name).cloned()
    }

    /// The module that has broken a limit while it ran, if one has.
    pub fn ended(&self) -> Option<String> {
        memory::held(|| self.ended.borrow().clone())
    }

    /// Begins to run a module for `importer`, until what this returns is dropped.
    ///
    /// # Errors
    ///
    /// It runs already: it imports itself, perhaps through others.
    pub fn begin(
        &self,
        key: &OsStr,
        name: &str,
        importer: Option<&str>,
        position: Position,
    ) -> Result<Running<'_>, ImportCycle> {
        memory::held(|| {
            let mut running = self.running.borrow_mut();
            if let Some(first) = running.iter().position(|(other, _)| other == key) {
                let cycle = running[first..].iter().map(|(_, name)| name.clone());
                return Err(ImportCycle {
                    modules: cycle.chain([name.into()]).collect(),
                    position,
                });
            }
            running.push((key.into(), name.into()));
            let importer = importer.map(String::from);
            self.importers.borrow_mut().insert(name.into(), importer);
            Ok(Running(self))
        })
    }

    /// Begins an import; returns whether that is within the limit.
    pub fn count(&self, max_modules: usize) -> bool {
        self.count.set(self.count.get() + 1);
        self.count.get() <= max_modules
    }

    /// The module with this key, if it has run.
    pub fn loaded(&self, key: &OsStr) -> Option<SharedModule> {
        let loaded = self.loaded.borrow();
        loaded.get(key).map(|module| SharedModule::clone(module))
    }

    /// Keeps the module with this key, which has run.
    pub fn keep(&self, key: OsString, module: OnFiber<SharedModule>) {
        memory::held(|| self.loaded.borrow_mut().insert(key, module));
    }

    /// Keeps the compiled script of the module of this name.
    pub fn keep_script(&self, name: &str, script: Rc<CompiledScript>) {
        memory::held(|| self.scripts.borrow_mut().insert(name.into(), script));
    }

    /// Says for a message by which others a module was imported: in parentheses, with a space
    /// before. Nothing if that was the script alone.
    pub fn importers_of(&self, name: &str) -> String {
        memory::held(|| {
            let importers = self.importers.borrow();
            let mut chain: Vec<&str> = Vec::new();
            let mut name = name;
            while let Some(Some(importer)) = importers.get(name) {
                // A module that failed may have been imported again by one of these.
                if chain.len() == MAX_LISTED || chain.contains(&importer.as_str()) {
                    break;
                }
                chain.push(importer);
                name = importer;
            }
            if chain.is_empty() {
                return String::new();
            }
            let by: Vec<String> = chain
                .iter()
                .map(|name| format!("imported by {name}"))
                .collect();
            match importers.get(name) {
                Some(None) => format!(" ({}, imported by the script)", by.join(", ")),
                _ => format!(" ({})", by.join(", ")),
            }
        })
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
