//! An engine: its limits, functions, variables and cached scripts.

use std::cell::OnceCell;
use std::hint::black_box;
use std::rc::Rc;
use std::sync::Once;

use rhai::module_resolvers::FileModuleResolver;
use rhai::packages::{Package, StandardPackage};
use rhai::{Engine, Module, OptimizationLevel};
use slotmap::{DefaultKey, Key, KeyData, SlotMap};

use crate::analysis::Surroundings;
use crate::builtins;
use crate::config::{self, Config};
use crate::dart_objects::{self, DartReference};
use crate::error::ScriptError;
use crate::execution::{Execution, Reply, Step};
use crate::execution_context::ExecutionContext;
use crate::fiber_stack::StackPool;
use crate::functions::{self, DartFunction, DEBUG_FUNCTION, PRINT_FUNCTION};
use crate::host::Host;
use crate::job::{Analysis, Job, Script, Variable};
use crate::memory;
use crate::pending_futures::{self, Completion};
use crate::restrictions::{List, Restrictions};
use crate::scripts::{self, ScriptCache};

/// Strings that an engine keeps only once; Rhai's own default.
const MAX_INTERNED_STRINGS: usize = 256;

/// One engine of the Dart side.
pub struct ScriptEngine {
    /// What it shares with its running scripts.
    pub host: Rc<Host>,
    config: Rc<Config>,
    restrictions: Restrictions,
    standard: rhai::Shared<Module>,
    functions: Vec<(DartFunction, Rc<DartReference>)>,
    /// The Rhai engine with these functions, built when it is next needed. One
    /// that a script may hold is never changed.
    snapshot: OnceCell<Rc<Engine>>,
    scripts: Rc<ScriptCache>,
    variables: Rc<Vec<Rc<Variable>>>,
    executions: SlotMap<DefaultKey, Execution>,
}

impl ScriptEngine {
    /// Makes an engine without functions and variables.
    pub fn new(config: Config) -> Self {
        keep_freed_memory();
        memory::install();
        let stacks = StackPool::new(config.stack_layout());
        ScriptEngine {
            host: Host::new(stacks),
            config: Rc::new(config),
            restrictions: Restrictions::default(),
            standard: StandardPackage::new().as_shared_module(),
            functions: Vec::new(),
            snapshot: OnceCell::new(),
            scripts: Rc::default(),
            variables: Rc::default(),
            executions: SlotMap::new(),
        }
    }

    /// Switches off words of the language or functions of Rhai, for scripts that start
    /// from now on.
    ///
    /// # Errors
    ///
    /// The index of the first name that means nothing; then nothing changes.
    pub fn restrict(&mut self, list: List, names: &[&str]) -> Result<(), usize> {
        self.restrictions.add(list, names)?;
        self.snapshot.take();
        Ok(())
    }

    /// Registers a Dart function, in place of an earlier one of the same name.
    /// Scripts that are running keep the one they started with.
    pub fn register_function(&mut self, function: DartFunction) {
        let reference = Rc::new(DartReference::new(function.id, &self.host.released));
        self.functions
            .retain(|(other, _)| other.name != function.name);
        self.functions.push((function, reference));
        self.snapshot.take();
    }

    /// Sets a variable or constant for every later execution, to the value in
    /// slot 0 of the frame.
    ///
    /// # Errors
    ///
    /// Slot 0 holds no value or one that is too large, or there is no stack to
    /// read it on.
    pub fn set_variable(&mut self, name: String, constant: bool) -> Result<(), ScriptError> {
        let host = self.host.clone();
        let engine = self.snapshot().clone();
        // Values are handled on a stack that is large enough to drop them.
        let read = host.stacks.run(|| {
            let value = host.take_reply().map_err(ScriptError::conversion)?;
            match engine.ensure_data_size_within_limits(&value) {
                Ok(()) => Ok(value),
                Err(error) => Err(ScriptError::from_rhai(*error, &self.config, None)),
            }
        });
        let value = read.map_err(|error| ScriptError::no_stack(&error))??;
        let variable = Variable {
            name,
            value,
            constant,
        };
        let mut list = Vec::clone(&self.variables);
        match list.iter_mut().find(|other| other.name == variable.name) {
            Some(slot) => *slot = Rc::new(variable),
            None => list.push(Rc::new(variable)),
        }
        self.replace_variables(list);
        Ok(())
    }

    /// Removes all variables and constants.
    pub fn clear_scope(&mut self) {
        self.replace_variables(Vec::new());
    }

    fn replace_variables(&mut self, list: Vec<Rc<Variable>>) {
        let old = std::mem::replace(&mut self.variables, Rc::new(list));
        self.host.stacks.drop_nested(old);
    }

    /// Starts a script and runs it to its first request or its end.
    ///
    /// With `may_yield`, it also stops to let the event loop run.
    pub fn eval(&mut self, script: &str, may_yield: bool) -> Step {
        let script = Script {
            source: self.scripts.get(script),
            scripts: self.scripts.clone(),
            variables: self.variables.clone(),
        };
        self.start(Job::Script(self.snapshot().clone(), script), may_yield)
    }

    /// Starts a function that Dart has, with the arguments in slot 0, and runs it
    /// to its first request or its end. `None` if there is no such function.
    pub fn call(&mut self, function: u64) -> Option<Step> {
        let exported = self.host.functions.get(function)?;
        Some(self.start(Job::Call(exported), false))
    }

    fn start(&mut self, job: Job, may_yield: bool) -> Step {
        let mut execution = match Execution::new(&self.host, &self.config, job, may_yield) {
            Ok(execution) => execution,
            Err(error) => {
                ScriptError::no_stack(&error).write(&self.host, None);
                return Step::Failed;
            }
        };
        let step = execution
            .resume(Reply::Continue)
            .expect("a new execution can be started");
        if !step.is_end() {
            let key = self.executions.insert(execution).data().as_ffi();
            self.host.with_frame(|frame| frame.execution = key);
        }
        step
    }

    /// Analyses a script, under the limits of an execution; slot 0 then holds what
    /// [`analysis::analyze`](crate::analysis::analyze) says.
    pub fn analyze(&mut self, script: &str) -> Step {
        let surroundings = Surroundings {
            functions: self.functions.iter().map(|f| f.0.name.clone()).collect(),
            hidden: self.restrictions.hidden().clone(),
            variables: self.variables.iter().map(|v| v.name.clone()).collect(),
        };
        let analysis = Analysis {
            script: script.into(),
            surroundings,
        };
        let job = Job::Analysis(self.snapshot().clone(), Box::new(analysis));
        self.start(job, false)
    }

    /// Completes a Future with the value in slot 0, or with the error it describes.
    /// Returns whether a script waited for it.
    pub fn complete_future(&self, future_id: u64, failed: bool) -> bool {
        let completion = Completion::new(failed, &self.host);
        completion.is_ok_and(|completion| pending_futures::complete(future_id, completion))
    }

    /// Drops the functions that Dart has let go of.
    #[inline]
    pub fn drop_released(&mut self) {
        if self.host.functions.has_released() {
            self.host
                .stacks
                .drop_nested(self.host.functions.take_released());
        }
    }

    /// Resumes a script that made a request. `None` if there is no such script,
    /// or `reply` does not answer its request.
    pub fn resume(&mut self, execution: u64, reply: Reply) -> Option<Step> {
        let key = DefaultKey::from(KeyData::from_ffi(execution));
        let step = self.executions.get_mut(key)?.resume(reply)?;
        if step.is_end() {
            self.executions.remove(key);
        } else {
            self.host.with_frame(|frame| frame.execution = execution);
        }
        Some(step)
    }

    /// Ends a script that made a request. Returns whether there was one.
    pub fn cancel(&mut self, execution: u64) -> bool {
        let key = DefaultKey::from(KeyData::from_ffi(execution));
        self.executions.remove(key).map(Execution::cancel).is_some()
    }

    /// The number of scripts that have started and not ended.
    pub fn execution_count(&self) -> usize {
        self.executions.len()
    }

    /// The Rhai engine with the functions registered so far.
    pub fn snapshot(&self) -> &Rc<Engine> {
        self.snapshot.get_or_init(|| Rc::new(self.build()))
    }

    /// The limits of this engine.
    pub fn config(&self) -> &Config {
        &self.config
    }

    fn build(&self) -> Engine {
        let mut engine = Engine::new_raw();
        // The module registered last is searched first.
        engine.register_global_module(self.standard.clone());
        let mut module = Module::new();
        builtins::register(&mut module, &self.host);
        dart_objects::register(&mut module, &self.host);
        self.restrictions.hide(&mut module);
        engine.register_global_module(module.into());
        let mut module = Module::new();
        for (function, reference) in &self.functions {
            functions::register_function_overloads(&mut module, function, reference, &self.host);
        }
        engine.register_global_module(module.into());

        let config = &self.config;
        // `scripts` optimises what it compiles, if that is safe.
        engine.set_optimization_level(OptimizationLevel::None);
        engine.set_max_strings_interned(MAX_INTERNED_STRINGS);
        let (global_depth, function_depth) = config.expr_depths();
        engine.set_max_expr_depths(global_depth, function_depth);
        engine.set_max_string_size(config.max_string_size());
        engine.set_max_array_size(config.max_array_len);
        engine.set_max_map_size(config.max_map_len);
        engine.set_max_call_levels(config::or_none(config.max_call_levels));
        engine.set_max_variables(config::or_none(config.max_variables));
        engine.set_max_functions(config::or_none(config.max_functions));
        engine.set_max_modules(config::or_none(config.max_modules));
        self.restrictions.disable_symbols(&mut engine);
        if !config.allow_eval {
            engine.disable_symbol("eval");
        }
        if !config.allow_modules {
            engine.disable_symbol("import").disable_symbol("export");
        }
        if config.allow_modules && config.allow_file_io {
            engine.set_module_resolver(FileModuleResolver::new());
        }

        let host = self.host.clone();
        // Operations are counted here and not by Rhai: it does not count what a
        // closure does that a native function calls.
        engine.on_progress(move |_| host.current()?.tick(&host));
        let host = self.host.clone();
        let has_type_of = !self.restrictions.disables_type_of();
        scripts::watch_parsing(&mut engine, has_type_of, move || {
            host.current().is_some_and(ExecutionContext::tick_token)
        });
        // Rhai would print the result of a function that replaces `print`.
        let replaced = |name| {
            self.functions
                .iter()
                .any(|(function, _)| function.name == name)
        };
        let host = self.host.clone();
        if !replaced("print") {
            engine.on_print(move |text| functions::forward_text(&host, PRINT_FUNCTION, text, None));
        }
        let host = self.host.clone();
        if !replaced("debug") {
            engine.on_debug(move |text, _, position| {
                functions::forward_text(&host, DEBUG_FUNCTION, text, Some(position));
            });
        }
        engine
    }
}

impl Drop for ScriptEngine {
    fn drop(&mut self) {
        for (_, execution) in self.executions.drain() {
            execution.cancel();
        }
        self.clear_scope();
        let host = self.host.clone();
        // Without a stack they leak: dropping them here could overflow this one.
        let _ = host.stacks.run(|| host.functions.clear());
    }
}

/// Lets the C library keep some freed memory instead of giving it back at once.
///
/// A value of some megabytes that a script drops is otherwise returned to the
/// system, and the pages of the next one are faulted in and cleared again, which
/// takes longer than all else. glibc keeps twice the size of the largest block
/// that it mapped and that was freed (see `M_MMAP_THRESHOLD` in mallopt(3)); this
/// block is never touched. Other C libraries do as they always do.
fn keep_freed_memory() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| drop(black_box(Vec::<u8>::with_capacity(16 << 20))));
}

/// Whether a script can have a variable of this name.
pub fn is_usable_variable_name(name: &str) -> bool {
    // Words that Rhai reserves do not parse.
    rhai::is_valid_identifier(name) && Engine::new_raw().compile(format!("let {name};")).is_ok()
}
