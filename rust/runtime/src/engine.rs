//! An engine: its limits and its scripts from start to end.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use fibers::OnFiber;
use rhai::Engine;
use slotmap::{DefaultKey, Key, KeyData, SlotMap};

use crate::analysis::surroundings::Surroundings;
use crate::border::hosted::Hosted;
use crate::commons::{Commons, Library};
use crate::context::clock::Clock;
use crate::context::exchange::{Reply, Step};
use crate::context::execution_time::Start;
use crate::context::shared::Shared;
use crate::engine_builder::build;
use crate::errors::script_error::ScriptError;
use crate::execution::execution::Execution;
use crate::execution::job::Job;
use crate::execution::kept::Kept;
use crate::execution::kept_scope::{KeptScope, ScopeId};
use crate::execution::script::Script;
use crate::execution::script_cache::{ScriptCache, Source};
use crate::execution::task::{Analysis, Task};
use crate::execution::variables::Variables;
use crate::functions::script_function::SharedEngine;
use crate::host::Host;
use crate::language::signatures;
use crate::limits::config::Config;
use crate::limits::limit::Limit;
use crate::limits::sizes;
use crate::snapshot::Snapshot;

/// Budgets that scripts of an engine may leave behind for good before it runs no more.
const MAX_LEAKED_BUDGETS: usize = 4;

/// Bytes that an engine takes, about.
const SIZE: usize = 256 * 1024;

/// Bytes that an engine takes, about, without a Rhai engine of its own.
const FORK_SIZE: usize = 8 * 1024;

/// One engine, for scripts of one host.
pub struct ScriptEngine<H: Host> {
    /// The host, and the state that it shares with its scripts.
    pub hosted: Rc<Hosted<H>>,
    pub(crate) config: Rc<Config>,
    library: Library,
    /// The Rhai engine with the functions of the host so far. One that a script may hold is
    /// never changed.
    pub(crate) snapshot: Rc<Snapshot>,
    /// Whether that looks at variables.
    is_watching: bool,
    pub(crate) variables: Rc<Variables>,
    /// The scripts and scopes that the host keeps.
    pub(crate) kept: Kept,
    pub(crate) executions: SlotMap<DefaultKey, Execution<H>>,
    /// The most bytes of memory that one execution has used which has ended.
    pub(crate) peak_memory: usize,
    /// The execution that last made a request.
    last_execution: u64,
    /// A Rhai engine without anything, which knows the words of the language.
    pub(crate) plain: Rc<OnceCell<Engine>>,
}

impl<H: Host> ScriptEngine<H> {
    /// Makes an engine without functions and variables, which shares nothing.
    pub fn new(config: Config, host: H) -> Self {
        Self::with(&Commons::new(), config, host)
    }

    /// Makes an engine without functions and variables, which shares the `commons` with others.
    pub fn with(commons: &Commons<H>, config: Config, host: H) -> Self {
        memory::keep_freed_memory();
        memory::keep_panics_quiet();
        // Made once for all: not by a script, which may be abandoned meanwhile.
        signatures::built_in_signatures();
        let stacks = commons.stacks(config.stack_layout());
        let scripts = ScriptCache::new(&config, &stacks);
        let shared = Shared::new(stacks, scripts, commons.pointers.clone());
        Self::assemble(commons, config, host, shared)
    }

    /// Puts an engine together, without variables.
    pub(crate) fn assemble(commons: &Commons<H>, config: Config, host: H, shared: Shared) -> Self {
        ScriptEngine {
            hosted: Hosted::new(host, shared, &commons.running),
            is_watching: sizes::are_watched(&config),
            config: Rc::new(config),
            library: commons.library.clone(),
            snapshot: Rc::default(),
            variables: Rc::default(),
            kept: Kept::default(),
            executions: SlotMap::new(),
            peak_memory: 0,
            last_execution: 0,
            plain: Rc::default(),
        }
    }

    /// The scripts that are kept, compiled.
    #[inline]
    pub(crate) fn scripts(&self) -> &Rc<ScriptCache> {
        &self.hosted.shared.scripts
    }

    /// Starts a script and runs it to its first request or its end.
    pub fn eval(&mut self, script: &str, start: Start) -> Step {
        let source = self.scripts().get(script);
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
            scripts: self.scripts().clone(),
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
        match self.snapshot() {
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
        self.peak_memory = self.peak_memory.max(ended.peak_memory);
        let large = match ended.peak_memory {
            peak if peak >= memory::LARGE => peak,
            _ => 0,
        };
        let freed = large + self.hosted.shared.stacks.take_freed();
        if freed > 0 {
            memory::note_freed(freed);
        }
        let parent = ended.parent.and_then(|key| self.executions.get_mut(key));
        if let Some(parent) = parent {
            parent.note_end_of_child();
        }
        if ended.is_abandoned {
            // It may have borrowed something of the Rhai engine's for ever.
            self.snapshot.discard();
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

    /// Analyses a script that would run in a scope, under the limits of an execution. It ends
    /// with what [`Host::describe`] makes of the report. `None` if there is no such scope, or it
    /// is used.
    pub fn analyze(&mut self, script: &str, scope: ScopeId, start: Start) -> Option<Step> {
        let mut surroundings = Surroundings {
            functions: self.hosted.shared.host_functions.borrow().names(),
            hidden: self.hosted.shared.restrictions.borrow().hidden().clone(),
            variables: HashMap::new(),
            config: self.config.clone(),
            constants: HashSet::new(),
            module_constants: {
                let constants = self.hosted.shared.host_constants.borrow();
                constants.names().map(String::from).collect()
            },
        };
        for name in self.variables.names() {
            surroundings.add_variable(name, false);
        }
        for name in self.variables.constants() {
            surroundings.add_variable(name, true);
        }
        if let Some(scope) = scope {
            self.free_scope(scope)?.add_names_to(&mut surroundings);
        }
        let analysis = Analysis {
            script: script.into(),
            surroundings,
        };
        Some(self.start_task(Task::Analysis(analysis.into()), start))
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
    #[inline]
    pub fn snapshot(&self) -> io::Result<SharedEngine> {
        self.snapshot.get(self.is_watching, || {
            let engine = build(&self.hosted, &self.config, &self.library)?;
            Ok(OnFiber::new(engine, &self.hosted.shared.stacks))
        })
    }

    /// Ends all scripts, and lets go of all that they could use: the host can then forget its
    /// objects. The engine is of no use any more.
    pub fn end(&mut self) {
        for (_, mut execution) in self.executions.drain() {
            execution.cancel();
        }
        self.kept.clear();
        let shared = &self.hosted.shared;
        shared.functions.clear();
        shared.host_functions.take();
        shared.host_constants.take();
        self.variables = Rc::default();
        // Dropping the engine ends it once more, when it has none.
        let has_own = self.snapshot.is_built() && Rc::strong_count(&self.snapshot) == 1;
        self.renew_snapshot();
        memory::note_freed_by_engine(if has_own { SIZE } else { FORK_SIZE });
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
        self.end();
        memory::note_freed_by_engine(self.hosted.shared.stacks.take_freed());
    }
}
