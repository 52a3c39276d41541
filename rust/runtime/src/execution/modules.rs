//! Resolver of `import`: modules in files.
//!
//! Rhai has a resolver of its own. It does not count the modules that a module imports,
//! follows a cycle until the stack ends, keeps a file as it was first read, and lets a
//! script catch a limit that is broken in a module.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use fibers::OnFiber;
use rhai::{Engine, EvalAltResult, GlobalRuntimeState, Module, ModuleResolver, Position, Scope};

use crate::context::context::ExecutionContext;
use crate::context::shared::Shared;
use crate::errors::rhai_error::{innermost, is_limit};
use crate::execution::script_cache::ScriptCache;
use crate::language::imports::Imports;
use crate::limits::sizes;

type Failure = Box<EvalAltResult>;
type SharedModule = rhai::Shared<Module>;

/// Finds modules in files, whose names end in `.rhai`.
///
/// Within an execution, a file is read and runs once. What is kept between executions is
/// only its syntax tree, by its text: a file that has changed is another module.
pub struct FileModules {
    shared: Rc<Shared>,
    scripts: Rc<ScriptCache>,
    max_modules: usize,
}

impl FileModules {
    /// Makes a resolver that lets an execution import up to `max_modules` times.
    pub fn new(shared: &Rc<Shared>, scripts: &Rc<ScriptCache>, max_modules: usize) -> Self {
        FileModules {
            shared: shared.clone(),
            scripts: scripts.clone(),
            max_modules,
        }
    }

    /// Runs the module in a file. Not in the frame of `resolve_raw`: a module that waits
    /// keeps it.
    fn run(
        &self,
        engine: &Engine,
        global: &mut GlobalRuntimeState,
        scope: &mut Scope,
        context: &ExecutionContext,
        file: &Path,
        name: &str,
    ) -> Result<Module, Failure> {
        let text = read(file, name)?;
        let script = self.scripts.get_module(engine, name, text, context)?;
        context.imports().keep_script(name, script.clone());
        Module::eval_ast_as_new_raw(engine, scope, global, &script.ast)
    }
}

impl ModuleResolver for FileModules {
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
        let context = self.shared.current().ok_or_else(not_found)?;
        let imports = context.imports();
        if !imports.count(self.max_modules) {
            return Err(EvalAltResult::ErrorTooManyModules(position).into());
        }
        let path = file_of(path, global.source());
        // One file can have several names.
        let file = fs::canonicalize(&path).map_err(|_| not_found())?;
        if let Some(module) = imports.loaded(&file) {
            return Ok(module);
        }
        let name = path.with_extension("").to_string_lossy().into_owned();
        let running = imports
            .begin(&file, &name, position)
            .map_err(|cycle| EvalAltResult::ErrorSystem(String::new(), cycle.into()))?;
        let result = self.run(engine, global, scope, context, &file, &name);
        drop(running);
        let module = result.map_err(|error| failure(imports, name, error, position))?;
        let module = SharedModule::from(module);
        let kept = OnFiber::new(module.clone(), &self.shared.stacks);
        imports.keep(file, kept);
        Ok(module)
    }
}

/// An error in a module, as the script that imports it gets it. It can catch it, unless it
/// is a limit; then the place is the import's.
fn failure(imports: &Imports, name: String, mut error: Failure, position: Position) -> Failure {
    if is_limit(innermost(&error)) {
        error.set_position(position);
        imports.note_ended(name);
        return error;
    }
    EvalAltResult::ErrorInModule(name, error, position).into()
}

/// The file that a path stands for in the module `source`, or in the script.
fn file_of(path: &str, source: Option<&str>) -> PathBuf {
    let folder = source.and_then(|source| Path::new(source).parent());
    let file = folder.unwrap_or(Path::new("")).join(path);
    file.with_extension("rhai")
}

fn read(file: &Path, name: &str) -> Result<Box<str>, Failure> {
    let unreadable = |_| EvalAltResult::ErrorModuleNotFound(name.into(), Position::NONE);
    let len = fs::metadata(file).map_err(unreadable)?.len();
    sizes::ask(usize::try_from(len).unwrap_or(usize::MAX))?;
    let text = fs::read_to_string(file).map_err(unreadable)?;
    Ok(text.into())
}
