//! An engine: its limits, functions, variables and cached scripts.

use std::cell::OnceCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use fibers::{OnFiber, StackPool};
use memory::Budget;
use rhai::packages::{Package, StandardPackage};
use rhai::{Engine, Module};
use slotmap::{DefaultKey, Key, KeyData, SlotMap};

use crate::analysis::surroundings::Surroundings;
use crate::border::hosted::Hosted;
use crate::border::object_functions;
use crate::context::clock::Clock;
use crate::context::exchange::{Reply, Step};
use crate::context::execution_time::Start;
use crate::engine_builder::build;
use crate::errors::script_error::ScriptError;
use crate::errors::translate::limit_of;
use crate::execution::execution::Execution;
use crate::execution::job::Job;
use crate::execution::kept::Kept;
use crate::execution::kept_scope::KeptScope;
use crate::execution::script::Script;
use crate::execution::script_cache::{ScriptCache, Source};
use crate::execution::task::{Analysis, Task};
use crate::execution::variables::Variables;
use crate::functions::host_functions::HostFunction;
use crate::functions::parameters::Parameter;
use crate::functions::script_function::SharedEngine;
use crate::host::Host;
use crate::language::restrictions::NameList;
use crate::language::{names, signatures};
use crate::limits::config::Config;
use crate::limits::limit::Limit;
use crate::limits::time::BrokenTime;

/// Budgets that scripts of an engine may leave behind for good before it runs no more.
const MAX_LEAKED_BUDGETS: usize = 4;

/// Bytes that an engine takes, about.
const SIZE: usize = 256 * 1024;

/// One engine, for scripts of one host.
pub struct ScriptEngine<H: Host> {
    /// The host, and the state that it shares with its scripts.
    pub hosted: Rc<Hosted<H>>,
    pub(crate) config: Rc<Config>,
    standard: rhai::Shared<Module>,
    /// The Rhai engine with the functions of the host so far, built when it is next needed. One
    /// that a script may hold is never changed.
    snapshot: OnceCell<SharedEngine>,
    pub(crate) scripts: Rc<ScriptCache>,
    pub(crate) variables: Rc<Variables>,
    /// The scripts and scopes that the host keeps.
    pub(crate) kept: Kept,
    executions: SlotMap<DefaultKey, Execution<H>>,
    /// The execution that last made a request.
    last_execution: u64,
    /// A Rhai engine without anything, which knows the words of the language.
    plain: OnceCell<Engine>,
}

impl<H: Host> ScriptEngine<H> {
    /// Makes an engine without functions and variables.
    pub fn new(config: Config, host: H) -> Self {
        memory::keep_freed_memory();
        memory::keep_panics_quiet();
        // Made once for all: not by a script, which may be abandoned meanwhile.
        signatures::built_in_signatures();
        let stacks = StackPool::new(config.stack_layout());
        let cache_size = config.script_cache_size;
        ScriptEngine {
            scripts: Rc::new(ScriptCache::new(cache_size, &stacks)),
            hosted: Hosted::new(host, stacks, object_functions::closure_prototype),
            config: Rc::new(config),
            standard: StandardPackage::new().as_shared_module(),
            snapshot: OnceCell::new(),
            variables: Rc::default(),
            kept: Kept::default(),
            executions: SlotMap::new(),
            last_execution: 0,
            plain: OnceCell::new(),
        }
    }

    /// Switches off words of the language or functions of Rhai, for scripts that start
    /// from now on.
    ///
    /// # Errors
    ///
    /// The index of the first name that means nothing; then nothing changes.
    pub fn restrict(&mut self, list: NameList, names: &[&str]) -> Result<(), usize> {
        self.hosted
            .shared
            .restrictions
            .borrow_mut()
            .add(list, names)?;
        self.snapshot.take();
        Ok(())
    }

    /// Registers a host function that takes any arguments, in place of those of the same
    /// name. Scripts that are running keep what they started with.
    pub fn register_function(&mut self, function: HostFunction) {
        self.register_typed_function(function, Vec::new(), false);
    }

    /// Registers a host function with what its parameters accept, in place of those of
    /// the same name, or beside them if it is an `overload`.
    pub fn register_typed_function(
        &mut self,
        function: HostFunction,
        parameters: Vec<Parameter>,
        overload: bool,
    ) {
        let mut restrictions = self.hosted.shared.restrictions.borrow_mut();
        restrictions.note_registered(&function.name);
        drop(restrictions);
        if !self.variables.names().any(|name| name == function.name) {
            self.scripts.add_host_function(&function.name);
        }
        let mut functions = self.hosted.shared.host_functions.borrow_mut();
        functions.add(function, parameters, overload, &self.hosted.shared.released);
        self.snapshot.take();
    }

    /// Removes the host functions of this name, also those in a namespace. Returns whether
    /// there were some. Scripts that are running keep what they started with.
    pub fn unregister_function(&mut self, name: &str) -> bool {
        let was_there = self.hosted.shared.host_functions.borrow_mut().remove(name);
        if was_there {
            let mut restrictions = self.hosted.shared.restrictions.borrow_mut();
            restrictions.note_unregistered(name);
            drop(restrictions);
            self.scripts.hide_host_function(name);
            self.snapshot.take();
        }
        was_there
    }

    /// Sets a variable or constant for every later execution, to the value that the host
    /// has put where replies are. A name in a namespace is a constant of a module, and waits
    /// for [`replace_module`](Self::replace_module).
    ///
    /// # Errors
    ///
    /// There is no value or one that is too large, or there is no stack to read it on.
    pub fn set_variable(&mut self, name: &str, constant: bool) -> Result<(), ScriptError> {
        let hosted = &*self.hosted;
        let (host, shared) = (&hosted.host, &hosted.shared);
        let value = if host.has_scalar_reply() {
            host.take_reply(shared).map_err(ScriptError::conversion)?
        } else {
            // Values are handled on a stack that is large enough to drop them.
            let read = shared.stacks.run(|| {
                let budget = Budget::new(usize::MAX, self.config.sizes(), 1);
                let _charged = memory::charge(&budget);
                host.take_reply(shared)
                    .map_err(|error| match budget.exceeded() {
                        Some(limit) => limit_of(limit.into(), &self.config),
                        None => ScriptError::conversion(error),
                    })
            });
            read.map_err(|error| ScriptError::no_stack(&error))??
        };
        if name.contains(names::NAMESPACE_SEPARATOR) {
            let mut constants = shared.host_constants.borrow_mut();
            constants.stage(name, value, &shared.stacks);
            return Ok(());
        }
        self.scripts.hide_host_function(name);
        Rc::make_mut(&mut self.variables).set(name, value, constant, &shared.stacks);
        Ok(())
    }

    /// Puts the constants that were set in place of all that there is in a namespace, its
    /// functions included. Scripts that are running keep what they started with.
    pub fn replace_module(&mut self, namespace: &str) {
        let shared = &self.hosted.shared;
        shared.host_constants.borrow_mut().commit(namespace);
        let removed = shared
            .host_functions
            .borrow_mut()
            .remove_namespace(namespace);
        for name in removed {
            self.scripts.hide_host_function(&name);
        }
        self.snapshot.take();
    }

    /// Forgets the constants that were set for a module, which is not to be.
    pub fn discard_module(&self) {
        self.hosted.shared.host_constants.borrow_mut().discard();
    }

    /// The error for a value that the host stopped reading: it breaks `limit`, or took longer to
    /// read than scripts may run.
    pub fn value_error(&self, limit: Option<Limit>) -> ScriptError {
        match (limit, self.config.time_limit) {
            (Some(limit), _) => limit_of(limit, &self.config),
            (None, time) => ScriptError::time(BrokenTime::Running(time.unwrap_or_default())),
        }
    }

    /// Keeps the text of a module that the host has loaded, before the scripts that wait for it
    /// go on.
    pub fn keep_module(&self, name: &str, text: &str) {
        let texts = &self.scripts.module_texts;
        texts.keep(name, text, texts.generation());
    }

    /// Forgets the text of a module that the host has loaded, or of all: the next import
    /// asks for it again.
    pub fn invalidate_modules(&self, name: Option<&str>) {
        self.scripts.module_texts.forget(name);
    }

    /// Whether a script can have a variable of this name.
    pub fn is_usable_variable_name(&self, name: &str) -> bool {
        names::is_usable_variable_name(self.plain.get_or_init(Engine::new_raw), name)
    }

    /// Removes all variables and constants.
    pub fn clear_scope(&mut self) {
        self.variables = Rc::default();
        for name in self.hosted.shared.host_functions.borrow().names() {
            self.scripts.add_host_function(&name);
        }
    }

    /// Starts a script and runs it to its first request or its end.
    pub fn eval(&mut self, script: &str, start: Start) -> Step {
        let source = self.scripts.get(script);
        self.run(source, None, start)
    }

    /// Starts a script, with a scope that nobody uses, or without one.
    pub(crate) fn run(
        &mut self,
        source: Source,
        scope: Option<Rc<KeptScope>>,
        start: Start,
    ) -> Step {
        let script = Script {
            source,
            scripts: self.scripts.clone(),
            variables: self.variables.clone(),
            scope,
        };
        self.start_in_snapshot(|engine| Job::Script(engine, script), start)
    }

    /// Starts a function that the host has, with the arguments that it has put where replies
    /// are, and runs it to its first request or its end. `None` if there is no such function.
    pub fn call(&mut self, function: u64, start: Start) -> Option<Step> {
        let exported = self.hosted.shared.functions.get(function)?;
        Some(self.start(Job::Call(exported), start))
    }

    /// Starts a function like [`call`](Self::call), with the last argument as its `this`.
    /// It ends with an array of its result and of what its `this` is then.
    pub fn call_with(&mut self, function: u64, start: Start) -> Option<Step> {
        let exported = self.hosted.shared.functions.get(function)?;
        Some(self.start(Job::CallWith(exported), start))
    }

    /// Starts work that is no script.
    pub(crate) fn start_task(&mut self, task: Task, start: Start) -> Step {
        self.start_in_snapshot(|engine| Job::Task(engine, Box::new(task)), start)
    }

    /// Runs a job in the Rhai engine with the functions registered so far.
    #[inline]
    pub(crate) fn start_in_snapshot(
        &mut self,
        job: impl FnOnce(SharedEngine) -> Job,
        start: Start,
    ) -> Step {
        match self.snapshot().cloned() {
            Ok(engine) => self.start(job(engine), start),
            Err(error) => self.fail(ScriptError::no_stack(&error)),
        }
    }

    /// Runs a job to its first request or its end.
    pub(crate) fn start(&mut self, job: Job, start: Start) -> Step {
        if self.has_leaked_too_much() {
            let error = ScriptError::leaked(&self.config, self.hosted.shared.leaked());
            return self.fail(error);
        }
        let held = start.held.unwrap_or_default();
        let execution = match Execution::new(&self.hosted, &self.config, job, start) {
            Ok(execution) => execution,
            Err(error) => return self.fail(ScriptError::no_stack(&error)),
        };
        self.begin(execution, held)
    }

    /// Starts the next of the calls that a script wants to make at the same time, when the
    /// event loop has been `held` for some time by now. It ends with whether it did not fail:
    /// what it returned is the script's. `None` if there is no such script, or it wants no more
    /// calls.
    pub fn start_child(&mut self, parent: u64, held: Duration) -> Option<Step> {
        let key = DefaultKey::from(KeyData::from_ffi(parent));
        Some(match self.executions.get_mut(key)?.start_child(key)? {
            Ok(child) => self.begin(child, held),
            Err(error) => self.fail(ScriptError::no_stack(&error)),
        })
    }

    /// Runs a new execution to its first request or its end.
    #[inline]
    fn begin(&mut self, mut execution: Execution<H>, held: Duration) -> Step {
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
            self.last_execution = key;
        }
        step
    }

    /// Ends with an error what has not become a script.
    pub fn fail(&self, error: ScriptError) -> Step {
        self.hosted.host.send_error(error, None);
        Step::Failed
    }

    /// The execution that last made a request, of those that have not ended.
    pub fn last_execution(&self) -> u64 {
        self.last_execution
    }

    /// Cleans up after an execution that was dropped.
    #[inline]
    fn clean_up(&mut self, ended: Ended) {
        let freed = ended.peak_memory + self.hosted.shared.stacks.take_freed();
        if freed > 0 {
            memory::note_freed(freed);
        }
        let parent = ended.parent.and_then(|key| self.executions.get_mut(key));
        if let Some(parent) = parent {
            parent.note_end_of_child();
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
        self.hosted.shared.leaked() > MAX_LEAKED_BUDGETS.saturating_mul(lost)
    }

    /// Analyses a script, under the limits of an execution. It ends with what
    /// [`Host::describe`] makes of the report.
    pub fn analyze(&mut self, script: &str, start: Start) -> Step {
        let surroundings = Surroundings {
            functions: self.hosted.shared.host_functions.borrow().names(),
            hidden: self.hosted.shared.restrictions.borrow().hidden().clone(),
            variables: self.variables.names().map(String::from).collect(),
            config: self.config.clone(),
            constants: self.variables.constants().map(String::from).collect(),
            module_constants: {
                let constants = self.hosted.shared.host_constants.borrow();
                constants.names().map(String::from).collect()
            },
        };
        let analysis = Analysis {
            script: script.into(),
            surroundings,
        };
        self.start_task(Task::Analysis(analysis.into()), start)
    }

    /// Drops the functions that the host has let go of.
    #[inline]
    pub fn drop_released(&mut self) {
        if self.hosted.shared.functions.has_released() {
            drop(self.hosted.shared.functions.take_released());
        }
        self.kept.drop_released();
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
            self.remove(key, |_| ());
        } else {
            self.last_execution = execution;
        }
        Some(step)
    }

    /// Ends a script that made a request. Returns whether there was one.
    pub fn cancel(&mut self, execution: u64) -> bool {
        let key = DefaultKey::from(KeyData::from_ffi(execution));
        self.remove(key, Execution::cancel)
    }

    /// Removes an execution, after the calls that it makes at the same time, and after `end`.
    /// Returns whether there was one.
    fn remove(&mut self, key: DefaultKey, end: impl FnOnce(&mut Execution<H>)) -> bool {
        let Some(execution) = self.executions.get(key) else {
            return false;
        };
        if execution.children() > 0 {
            self.cancel_children(key);
        }
        let ended = self.executions.remove(key).map(|mut execution| {
            end(&mut execution);
            Ended::of(&execution)
        });
        if let Some(ended) = ended {
            self.clean_up(ended);
        }
        true
    }

    #[cold]
    fn cancel_children(&mut self, parent: DefaultKey) {
        let all = self.executions.iter();
        let children = all.filter(|(_, other)| other.parent() == Some(parent));
        let children: Vec<u64> = children.map(|(key, _)| key.data().as_ffi()).collect();
        for child in children {
            self.cancel(child);
        }
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
    ///
    /// # Errors
    ///
    /// There is no stack to copy the constants of modules on.
    pub fn snapshot(&self) -> io::Result<&SharedEngine> {
        if let Some(snapshot) = self.snapshot.get() {
            return Ok(snapshot);
        }
        let engine = OnFiber::new(self.build()?, &self.hosted.shared.stacks);
        Ok(self.snapshot.get_or_init(|| Rc::new(engine)))
    }

    fn build(&self) -> io::Result<Engine> {
        build(
            &self.hosted,
            &self.config,
            self.standard.clone(),
            &self.scripts,
        )
    }

    /// The limits of this engine.
    pub fn config(&self) -> &Config {
        &self.config
    }
}

/// The facts that matter of an execution that has ended.
struct Ended {
    peak_memory: usize,
    is_abandoned: bool,
    parent: Option<DefaultKey>,
}

impl Ended {
    #[inline]
    fn of<H: Host>(execution: &Execution<H>) -> Self {
        Ended {
            peak_memory: execution.peak_memory(),
            is_abandoned: execution.is_abandoned(),
            parent: execution.parent(),
        }
    }
}

impl<H: Host> Drop for ScriptEngine<H> {
    fn drop(&mut self) {
        for (_, mut execution) in self.executions.drain() {
            execution.cancel();
        }
        self.kept.clear();
        self.hosted.shared.functions.clear();
        memory::note_freed_by_engine(SIZE + self.hosted.shared.stacks.take_freed());
    }
}
