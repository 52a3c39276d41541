//! Resolver of `import`.
//!
//! Rhai has a resolver of its own. It does not count the modules that a module imports,
//! follows a cycle until the stack ends, keeps a file as it was first read, and lets a
//! script catch a limit that is broken in a module.

use std::ffi::OsString;
use std::rc::Rc;

use fibers::OnFiber;
use rhai::{Engine, EvalAltResult, GlobalRuntimeState, Module, ModuleResolver, Position, Scope};

use crate::context::context::ExecutionContext;
use crate::context::running::Running;
use crate::context::shared::Shared;
use crate::errors::rhai_error::{innermost, is_limit};
use crate::language::compiled_script::CompiledScript;
use crate::language::imports::Imports;

/// An error of Rhai's, while a module is found or runs.
pub type Failure = Box<EvalAltResult>;

type SharedModule = rhai::Shared<Module>;

/// Where the texts of modules come from.
pub trait ModuleSource {
    /// The module that `path` stands for in the module `importer`, or in the script, if there
    /// may be one.
    fn locate(&self, path: &str, importer: Option<&str>) -> Option<Place>;

    /// Runs `f` with the text of a module.
    ///
    /// # Errors
    ///
    /// There is no text.
    fn with_text(
        &self,
        place: &Place,
        import: &Import,
        f: &mut dyn FnMut(&str),
    ) -> Result<(), Failure>;
}

/// A module, as a [`ModuleSource`] knows it.
pub struct Place {
    /// The same for all paths that lead to it.
    pub key: OsString,
    /// Its name in errors, and for what it imports.
    pub name: String,
}

/// An import that runs.
pub struct Import<'a> {
    /// The path as it is written.
    pub path: &'a str,
    /// The name of the module that imports, or of the script if it has one.
    pub importer: Option<&'a str>,
    /// The imports of the execution.
    pub imports: &'a Imports,
}

/// A failed import.
enum Fault {
    /// Its text could not be had.
    Loading(Failure),
    /// It does not parse, or failed while it ran.
    Inside(Failure),
}

/// Runs the modules that scripts import.
///
/// Within an execution, a module is read and runs once. What is kept of it between executions
/// is only its syntax tree, by its text: a text that has changed is another module.
pub struct Modules<S> {
    running: Rc<Running>,
    max_modules: usize,
    source: S,
}

impl<S: ModuleSource> Modules<S> {
    /// Makes a resolver that lets an execution import up to `max_modules` times.
    pub fn new(running: &Rc<Running>, max_modules: usize, source: S) -> Self {
        Modules {
            running: running.clone(),
            max_modules,
            source,
        }
    }

    /// Reads and compiles a module. Not in the frame of `resolve_raw`: a module that waits
    /// keeps it.
    #[inline(never)]
    fn compile(
        &self,
        engine: &Engine,
        (shared, context): (&Shared, &ExecutionContext),
        place: &Place,
        import: &Import,
    ) -> Result<Rc<CompiledScript>, Fault> {
        let scripts = &shared.scripts;
        let mut compiled = None;
        let mut compile = |text: &str| {
            compiled = Some(scripts.get_module(engine, &place.name, text, context));
        };
        let loaded = self.source.with_text(place, import, &mut compile);
        loaded.map_err(Fault::Loading)?;
        let missing = || EvalAltResult::ErrorModuleNotFound(import.path.into(), Position::NONE);
        let script = compiled.ok_or_else(|| Fault::Loading(missing().into()))?;
        let script = script.map_err(Fault::Inside)?;
        import.imports.keep_script(&place.name, script.clone());
        Ok(script)
    }

    /// Runs a module. Not in the frame of `resolve_raw` either.
    #[inline(never)]
    fn run(
        &self,
        engine: &Engine,
        global: &mut GlobalRuntimeState,
        scope: &mut Scope,
        running: (&Shared, &ExecutionContext),
        place: &Place,
        import: &Import,
    ) -> Result<Module, Fault> {
        let script = self.compile(engine, running, place, import)?;
        Module::eval_ast_as_new_raw(engine, scope, global, &script.ast).map_err(Fault::Inside)
    }
}

impl<S: ModuleSource> ModuleResolver for Modules<S> {
    fn resolve(
        &self,
        engine: &Engine,
        source: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<SharedModule, Failure> {
        let mut global = engine.new_global_runtime_state();
        global.source = source.map(Into::into);
        self.resolve_raw(engine, &mut global, &mut Scope::new(), path, position)
    }

    fn resolve_raw(
        &self,
        engine: &Engine,
        global: &mut GlobalRuntimeState,
        scope: &mut Scope,
        path: &str,
        position: Position,
    ) -> Result<SharedModule, Failure> {
        let not_found = || Failure::from(EvalAltResult::ErrorModuleNotFound(path.into(), position));
        let running = self.running.shared().zip(self.running.context());
        let (shared, context) = running.ok_or_else(not_found)?;
        let imports = context.imports();
        if !imports.count(self.max_modules) {
            return Err(EvalAltResult::ErrorTooManyModules(position).into());
        }
        let importer = global.source().map(String::from);
        let import = Import {
            path,
            importer: importer.as_deref(),
            imports,
        };
        let place = self.source.locate(path, import.importer);
        let place = place.ok_or_else(not_found)?;
        if let Some(module) = imports.loaded(&place.key) {
            return Ok(module);
        }
        let begun = imports
            .begin(&place.key, &place.name, import.importer, position)
            .map_err(|cycle| EvalAltResult::ErrorSystem(String::new(), cycle.into()))?;
        let result = self.run(engine, global, scope, (shared, context), &place, &import);
        drop(begun);
        let module = result.map_err(|fault| failure(imports, place.name, fault, position))?;
        let module = SharedModule::from(module);
        let kept = OnFiber::new(module.clone(), &shared.stacks);
        imports.keep(place.key, kept);
        Ok(module)
    }
}

/// The error of a module, as the script that imports it gets it. It can catch it, unless it
/// is a limit; then the place is the import's.
fn failure(imports: &Imports, name: String, fault: Fault, position: Position) -> Failure {
    match fault {
        Fault::Inside(error) if !is_limit(innermost(&error)) => {
            EvalAltResult::ErrorInModule(name, error, position).into()
        }
        Fault::Inside(mut error) | Fault::Loading(mut error) => {
            if is_limit(innermost(&error)) {
                imports.note_ended(name);
            }
            error.set_position(position);
            error
        }
    }
}
