//! An engine: its limits, functions, variables and cached scripts.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rhai::packages::{Package, StandardPackage};
use rhai::{Engine, Module, OptimizationLevel};
use slotmap::{DefaultKey, Key, KeyData, SlotMap};

use crate::analysis::Surroundings;
use crate::border::exporter::{self, SharedEngine};
use crate::border::host_call::{self, DartFunction, DEBUG_FUNCTION, PRINT_FUNCTION};
use crate::border::parameters::Parameter;
use crate::context::clock::Clock;
use crate::context::execution_time::Start;
use crate::context::shared::Host;
use crate::errors::script_error::ScriptError;
use crate::errors::translate::limit_of;
use crate::execution::execution::{Execution, Reply, Step};
use crate::execution::job::{Analysis, Job, Script};
use crate::execution::modules::FileModules;
use crate::execution::parsing;
use crate::execution::pending_futures::{self, Completion};
use crate::execution::script_cache::ScriptCache;
use crate::execution::variables::Variables;
use crate::language::names;
use crate::language::restrictions::List;
use crate::language::rewrite;
use crate::language::signatures;
use crate::library::builtins;
use crate::limits::config::Config;
use crate::limits::limit::Limit;
use crate::limits::sizes;
use crate::limits::time::BrokenTime;
use crate::objects::host_object;
use fibers::OnFiber;
use fibers::StackPool;
use memory::{self, Budget};

/// Strings that an engine keeps only once; Rhai's own default.
const MAX_INTERNED_STRINGS: usize = 256;

/// Budgets that scripts of an engine may leave behind for good before it runs no more.
const MAX_LEAKED_BUDGETS: usize = 4;

/// Bytes that an engine takes, about.
const SIZE: usize = 256 * 1024;

/// One engine of the Dart side.
pub struct ScriptEngine {
    /// What it shares with its running scripts.
    pub host: Rc<Host>,
    config: Rc<Config>,
    standard: rhai::Shared<Module>,
    /// The Rhai engine with the Dart functions so far, built when it is next needed. One
    /// that a script may hold is never changed.
    snapshot: OnceCell<SharedEngine>,
    scripts: Rc<ScriptCache>,
    variables: Rc<Variables>,
    executions: SlotMap<DefaultKey, Execution>,
    /// A Rhai engine without anything, which knows the words of the language.
    plain: OnceCell<Engine>,
}

impl ScriptEngine {
    /// Makes an engine without functions and variables.
    pub fn new(config: Config) -> Self {
        memory::keep_freed_memory();
        memory::keep_panics_quiet();
        // Made once for all: not by a script, which may be abandoned meanwhile.
        signatures::built_in_signatures();
        let stacks = StackPool::new(config.stack_layout());
        let cache_size = config.script_cache_size;
        ScriptEngine {
            scripts: Rc::new(ScriptCache::new(cache_size, &stacks)),
            host: Host::new(stacks),
            config: Rc::new(config),
            standard: StandardPackage::new().as_shared_module(),
            snapshot: OnceCell::new(),
            variables: Rc::default(),
            executions: SlotMap::new(),
            plain: OnceCell::new(),
        }
    }

    /// Switches off words of the language or functions of Rhai, for scripts that start
    /// from now on.
    ///
    /// # Errors
    ///
    /// The index of the first name that means nothing; then nothing changes.
    pub fn restrict(&mut self, list: List, names: &[&str]) -> Result<(), usize> {
        self.host.restrictions.borrow_mut().add(list, names)?;
        self.snapshot.take();
        Ok(())
    }

    /// Registers a Dart function that takes any arguments, in place of those of the same
    /// name. Scripts that are running keep what they started with.
    pub fn register_function(&mut self, function: DartFunction) {
        self.register_typed_function(function, Vec::new(), false);
    }

    /// Registers a Dart function with what its parameters accept, in place of those of
    /// the same name, or beside them if it is an `overload`.
    pub fn register_typed_function(
        &mut self,
        function: DartFunction,
        parameters: Vec<Parameter>,
        overload: bool,
    ) {
        let mut restrictions = self.host.restrictions.borrow_mut();
        restrictions.note_registered(&function.name);
        drop(restrictions);
        if !self.variables.names().any(|name| name == function.name) {
            self.scripts.add_dart_function(&function.name);
        }
        let mut functions = self.host.dart_functions.borrow_mut();
        functions.add(function, parameters, overload, &self.host.released);
        self.snapshot.take();
    }

    /// Sets a variable or constant for every later execution, to the value in
    /// slot 0 of the frame.
    ///
    /// # Errors
    ///
    /// Slot 0 holds no value or one that is too large, or there is no stack to
    /// read it on.
    pub fn set_variable(&mut self, name: &str, constant: bool) -> Result<(), ScriptError> {
        let host = self.host.clone();
        let value = if host.has_scalar_reply() {
            host.take_reply().map_err(ScriptError::conversion)?
        } else {
            // Values are handled on a stack that is large enough to drop them.
            let read = host.stacks.run(|| {
                let budget = Budget::new(usize::MAX, self.config.sizes(), 1);
                let _charged = memory::charge(&budget);
                host.take_reply().map_err(|error| match budget.exceeded() {
                    Some(limit) => limit_of(limit.into(), &self.config),
                    None => ScriptError::conversion(error),
                })
            });
            read.map_err(|error| ScriptError::no_stack(&error))??
        };
        self.scripts.hide_dart_function(name);
        Rc::make_mut(&mut self.variables).set(name, value, constant, &host.stacks);
        Ok(())
    }

    /// The error for a value that Dart stopped reading: it breaks `limit`, or took longer to
    /// read than scripts may run.
    pub fn value_error(&self, limit: Option<Limit>) -> ScriptError {
        match (limit, self.config.time_limit) {
            (Some(limit), _) => limit_of(limit, &self.config),
            (None, time) => ScriptError::time(BrokenTime::Running(time.unwrap_or_default())),
        }
    }

    /// Whether a script can have a variable of this name.
    pub fn is_usable_variable_name(&self, name: &str) -> bool {
        names::is_usable_variable_name(self.plain.get_or_init(Engine::new_raw), name)
    }

    /// Removes all variables and constants.
    pub fn clear_scope(&mut self) {
        self.variables = Rc::default();
        for name in self.host.dart_functions.borrow().names() {
            self.scripts.add_dart_function(&name);
        }
    }

    /// Starts a script and runs it to its first request or its end.
    pub fn eval(&mut self, script: &str, start: Start) -> Step {
        let script = Script {
            source: self.scripts.get(script),
            scripts: self.scripts.clone(),
            variables: self.variables.clone(),
        };
        self.start(Job::Script(self.snapshot().clone(), script), start)
    }

    /// Starts a function that Dart has, with the arguments in slot 0, and runs it
    /// to its first request or its end. `None` if there is no such function.
    pub fn call(&mut self, function: u64, start: Start) -> Option<Step> {
        let exported = self.host.functions.get(function)?;
        Some(self.start(Job::Call(exported), start))
    }

    /// Starts a function like [`call`](Self::call), with the last argument as its `this`.
    /// It ends with an array of its result and of what its `this` is then.
    pub fn call_with(&mut self, function: u64, start: Start) -> Option<Step> {
        let exported = self.host.functions.get(function)?;
        Some(self.start(Job::CallWith(exported), start))
    }

    fn start(&mut self, job: Job, start: Start) -> Step {
        if self.has_leaked_too_much() {
            ScriptError::leaked(&self.config, self.host.leaked()).write(&self.host, None);
            return Step::Failed;
        }
        let held = start.held.unwrap_or_default();
        let mut execution = match Execution::new(&self.host, &self.config, job, start) {
            Ok(execution) => execution,
            Err(error) => {
                ScriptError::no_stack(&error).write(&self.host, None);
                return Step::Failed;
            }
        };
        let step = execution
            .resume(Reply::Continue, held)
            .expect("a new execution can be started");
        if step.is_end() {
            let ended = Ended::of(&execution);
            // Where it is: it is large.
            drop(execution);
            self.clean_up(ended);
        } else {
            let key = self.executions.insert(execution).data().as_ffi();
            self.host.with_frame(|frame| frame.execution = key);
        }
        step
    }

    /// Cleans up after an execution that was dropped.
    #[inline]
    fn clean_up(&mut self, ended: Ended) {
        if ended.peak_memory > 0 {
            memory::note_freed(ended.peak_memory);
        }
        if ended.is_abandoned {
            // It may have borrowed something of the Rhai engine's for ever.
            self.snapshot.take();
        }
    }

    /// Whether scripts of this engine have left so much memory behind for good that it
    /// runs no more.
    fn has_leaked_too_much(&self) -> bool {
        let budget = match self.config.max(Limit::Memory) {
            usize::MAX => Config::default().max(Limit::Memory),
            max => max,
        };
        let lost = budget.saturating_add(memory::SLACK);
        self.host.leaked() > MAX_LEAKED_BUDGETS.saturating_mul(lost)
    }

    /// Analyses a script, under the limits of an execution; slot 0 then holds what
    /// [`analysis::analyze`](crate::analysis::analyze) says.
    pub fn analyze(&mut self, script: &str, start: Start) -> Step {
        let surroundings = Surroundings {
            functions: self.host.dart_functions.borrow().names(),
            hidden: self.host.restrictions.borrow().hidden().clone(),
            variables: self.variables.names().map(String::from).collect(),
            config: self.config.clone(),
            constants: self.variables.constants().map(String::from).collect(),
        };
        let analysis = Analysis {
            script: script.into(),
            surroundings,
        };
        let job = Job::Analysis(self.snapshot().clone(), Box::new(analysis));
        self.start(job, start)
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
            drop(self.host.functions.take_released());
        }
    }

    /// Resumes a script that made a request. `None` if there is no such script,
    /// or `reply` does not answer its request. The turn of the event loop has just begun.
    pub fn resume(&mut self, execution: u64, reply: Reply) -> Option<Step> {
        self.resume_in_turn(execution, reply, Duration::ZERO)
    }

    /// Resumes a script like [`resume`](Self::resume), when the event loop has been
    /// `held` for some time by now.
    pub fn resume_in_turn(&mut self, execution: u64, reply: Reply, held: Duration) -> Option<Step> {
        let key = DefaultKey::from(KeyData::from_ffi(execution));
        let step = self.executions.get_mut(key)?.resume(reply, held)?;
        if step.is_end() {
            let ended = self
                .executions
                .remove(key)
                .map(|execution| Ended::of(&execution));
            if let Some(ended) = ended {
                self.clean_up(ended);
            }
        } else {
            self.host.with_frame(|frame| frame.execution = execution);
        }
        Some(step)
    }

    /// Ends a script that made a request. Returns whether there was one.
    pub fn cancel(&mut self, execution: u64) -> bool {
        let key = DefaultKey::from(KeyData::from_ffi(execution));
        let ended = self.executions.remove(key).map(|mut execution| {
            execution.cancel();
            Ended::of(&execution)
        });
        let was_there = ended.is_some();
        if let Some(ended) = ended {
            self.clean_up(ended);
        }
        was_there
    }

    /// The clock of a script that made a request, for those that run for it.
    pub fn clock_of(&self, execution: u64) -> Option<Arc<Clock>> {
        let key = DefaultKey::from(KeyData::from_ffi(execution));
        self.executions.get(key).map(Execution::clock)
    }

    /// The number of scripts that have started and not ended.
    pub fn execution_count(&self) -> usize {
        self.executions.len()
    }

    /// The Rhai engine with the functions registered so far.
    pub fn snapshot(&self) -> &SharedEngine {
        self.snapshot
            .get_or_init(|| Rc::new(OnFiber::new(self.build(), &self.host.stacks)))
    }

    /// The limits of this engine.
    pub fn config(&self) -> &Config {
        &self.config
    }

    fn build(&self) -> Engine {
        let mut engine = Engine::new_raw();
        let restrictions = self.host.restrictions.borrow();
        // The module registered last is searched first.
        engine.register_global_module(self.standard.clone());
        let mut module = Module::new();
        builtins::register(&mut module, &self.host);
        host_object::register(&mut module, &self.host);
        exporter::register(&mut module, &self.host);
        rewrite::register_look(&mut module);
        restrictions.hide(&mut module);
        engine.register_global_module(module.into());
        let dart_functions = self.host.dart_functions.borrow();
        dart_functions.register(&mut engine, &self.host);

        let config = &self.config;
        // `scripts` does, where that is safe.
        engine.set_optimization_level(OptimizationLevel::None);
        engine.set_max_strings_interned(MAX_INTERNED_STRINGS);
        let (global_depth, function_depth) = config.expr_depths();
        engine.set_max_expr_depths(global_depth, function_depth);
        // Rhai's own limits of sizes are off: it would walk through whole values after each
        // call.
        sizes::watch_variables(&mut engine, config);
        engine.set_max_call_levels(config.max(Limit::StackDepth));
        engine.set_max_variables(config.max(Limit::Variables));
        engine.set_max_functions(config.max(Limit::Functions));
        restrictions.disable_symbols(&mut engine);
        if !config.allow_eval {
            engine.disable_symbol("eval");
        }
        if !config.allow_modules {
            engine.disable_symbol("import").disable_symbol("export");
        }
        if config.allow_modules && config.allow_file_io {
            let max_modules = config.max(Limit::Modules);
            engine.set_module_resolver(FileModules::new(&self.host, &self.scripts, max_modules));
        }

        let host = self.host.clone();
        // Operations are counted here and not by Rhai: it does not count what a
        // closure does that a native function calls.
        engine.on_progress(move |_| host.current()?.tick(&host));
        let has_type_of = !restrictions.disables_type_of();
        parsing::watch(&mut engine, has_type_of, &self.host);
        // Rhai would print the result of a function that replaces `print`.
        let host = self.host.clone();
        if !dart_functions.has("print") {
            engine.on_print(move |text| host_call::forward_text(&host, PRINT_FUNCTION, text, None));
        }
        let host = self.host.clone();
        if !dart_functions.has("debug") {
            engine.on_debug(move |text, _, position| {
                host_call::forward_text(&host, DEBUG_FUNCTION, text, Some(position));
            });
        }
        engine
    }
}

/// What matters of an execution that has ended.
struct Ended {
    peak_memory: usize,
    is_abandoned: bool,
}

impl Ended {
    #[inline]
    fn of(execution: &Execution) -> Self {
        Ended {
            peak_memory: execution.peak_memory(),
            is_abandoned: execution.is_abandoned(),
        }
    }
}

impl Drop for ScriptEngine {
    fn drop(&mut self) {
        for (_, mut execution) in self.executions.drain() {
            execution.cancel();
        }
        self.host.functions.clear();
        memory::note_freed_by_engine(SIZE);
    }
}
