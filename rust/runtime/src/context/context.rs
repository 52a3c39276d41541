//! What the running code of a script knows of its execution: its limits, its
//! clock, and how to suspend itself.

use std::cell::{Cell, OnceCell, RefCell};
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rhai::{Dynamic, EvalAltResult, GlobalRuntimeState, Position, AST};

use crate::border::exporter::{Environment, SharedEngine};
use crate::context::clock::Clock;
use crate::context::execution_time::{Due, ExecutionTime, Start};
use crate::context::shared::Host;
use crate::errors::data_race::DataRace;
use crate::errors::script_error::ScriptError;
use crate::errors::termination::Termination;
use crate::execution::execution::{Reply, Request};
use crate::execution::pending_futures::Completion;
use crate::language::compiled_script::CompiledScript;
use crate::language::imports::Imports;
use crate::language::parsing::{Parsing, ScriptParser};
use crate::language::place::FaultyLine;
use crate::limits::config::Config;
use crate::limits::limit::Limit;
use crate::limits::stack;
use crate::limits::time::BrokenTime;
use fibers::{self, Suspender};
use memory::{Abandon, Budget};

/// Operations until a script's limits are first checked, and between two checks of one
/// whose time does not matter. Otherwise [`ExecutionTime`] says how many.
const FIRST_CHECK: u64 = 8;
const CHECK_INTERVAL: u64 = 256;

/// Tokens, or parts, between two checks while a script is parsed or analysed.
const TOKENS_BETWEEN_CHECKS: u64 = 64;

/// Leaves the running fiber for good; it is never resumed.
///
/// # Safety
///
/// `suspender` is that of the fiber that runs.
unsafe fn leave(suspender: *const ()) {
    // SAFETY: the caller's contract.
    let suspender = unsafe { &*suspender.cast::<Suspender<Reply, Request>>() };
    suspender.suspend(Request::Abandon);
}

/// What running code knows of its execution.
#[derive(Debug)]
pub struct ExecutionContext {
    /// Where the running code is.
    pub(crate) environment: RefCell<Environment>,
    suspender: Cell<*const Suspender<Reply, Request>>,
    stack_limit: Cell<usize>,
    cancelled: Cell<bool>,
    /// Why the script ends at its next operation.
    failure: RefCell<Option<Termination>>,
    /// Bytes printed, and how many may be.
    printed: Cell<usize>,
    max_output_len: usize,
    budget: Budget,
    /// The line of a script that does not parse, and where in it.
    faulty_line: RefCell<Option<FaultyLine>>,
    /// What the data race is about that it ends with.
    data_race: RefCell<Option<DataRace>>,
    /// How many arguments the Dart function takes that was last called with another number
    /// of them: bit *n* for *n*.
    last_arities: Cell<u32>,
    /// State of its parser.
    parsing: Parsing,
    /// The modules that it imports.
    imports: OnceCell<Box<Imports>>,
    completion: RefCell<Option<Completion>>,
    operations: Cell<u64>,
    /// Tokens parsed.
    tokens: Cell<u64>,
    parsing_stopped: Cell<bool>,
    max_operations: u64,
    /// Operations after which what functions keep is measured.
    between_measures: u64,
    time: ExecutionTime,
}

impl ExecutionContext {
    /// What an execution under these limits starts with.
    pub(crate) fn new(config: &Config, engine: SharedEngine, start: Start) -> Self {
        let first_check = config.max_operations().min(FIRST_CHECK);
        ExecutionContext {
            environment: RefCell::new(Environment {
                engine,
                captured: None,
            }),
            suspender: Cell::new(ptr::null()),
            stack_limit: Cell::new(0),
            cancelled: Cell::new(false),
            failure: RefCell::new(None),
            printed: Cell::new(0),
            max_output_len: config.max(Limit::OutputLength),
            budget: Budget::new(config.max(Limit::Memory), config.sizes(), first_check),
            faulty_line: RefCell::new(None),
            data_race: RefCell::new(None),
            last_arities: Cell::new(0),
            parsing: Parsing::default(),
            imports: OnceCell::new(),
            completion: RefCell::new(None),
            operations: Cell::new(0),
            tokens: Cell::new(0),
            parsing_stopped: Cell::new(false),
            max_operations: config.max_operations(),
            between_measures: stack::between_measures(config.made_levels()),
            time: ExecutionTime::new(config, start),
        }
    }

    /// Says that the fiber has started: with what it suspends itself, and down to
    /// where its script may use the stack.
    #[inline]
    pub(crate) fn enter(&self, suspender: *const Suspender<Reply, Request>, stack_limit: usize) {
        self.suspender.set(suspender);
        self.stack_limit.set(stack_limit);
        // SAFETY: the budget is charged only while this fiber runs, and until it has
        // ended the suspender lives at the base of its stack.
        self.budget
            .set_abandon(unsafe { Abandon::new(leave, suspender.cast()) });
    }

    /// What a script that has a value fails with all the same: an error that Rhai
    /// could not pass on, or that it ran too long at the end.
    #[inline]
    pub fn failed_at_end(&self) -> Option<Termination> {
        if let Some(failure) = &*self.failure.borrow() {
            return Some(failure.clone());
        }
        self.time.broken_at_end().map(Termination::TimeLimit)
    }

    /// The operations so far.
    pub(crate) fn operations(&self) -> u64 {
        self.operations.get() + self.budget.countdown().counted()
    }

    /// Whether functions of the running code can be called by others.
    fn shares_functions(&self) -> bool {
        self.environment.borrow().captured.is_some()
    }

    /// Called before a function of a script runs: what functions keep may be nested
    /// too deeply by now.
    pub(crate) fn check_kept(&self, host: &Host) -> Option<Termination> {
        let is_too_deep = host.functions.add_operations(0, self.between_measures);
        is_too_deep.then_some(Termination::Limit(Limit::Nesting))
    }

    /// Counts one operation. Rhai calls this for every one; a value returned
    /// ends the script.
    #[inline(always)]
    pub fn tick(&self, host: &Host) -> Option<Dynamic> {
        if fibers::stack_address() < self.stack_limit.get() {
            return Some(Termination::Limit(Limit::NativeStack).into());
        }
        match self.budget.countdown().count() {
            true => self.check_limits(host),
            false => None,
        }
    }

    #[cold]
    fn check_limits(&self, host: &Host) -> Option<Dynamic> {
        let granted = self.budget.countdown().take();
        self.operations.set(self.operations.get() + granted);
        if let Some(limit) = self.budget.exceeded() {
            return Some(Termination::Limit(limit.into()).into());
        }
        if self.shares_functions()
            && host
                .functions
                .add_operations(granted, self.between_measures)
        {
            return Some(Termination::Limit(Limit::Nesting).into());
        }
        if self.cancelled.get() {
            return Some(Termination::Cancelled.into());
        }
        if self.failure.borrow().is_some() {
            return Some(self.failed().into());
        }
        if self.operations.get() >= self.max_operations {
            return Some(Termination::Limit(Limit::Operations).into());
        }
        let mut interval = CHECK_INTERVAL;
        if self.time.is_watched() {
            if let Some(termination) = self.check_time() {
                return Some(termination.into());
            }
            interval = self.time.interval();
        }
        interval = interval.min(self.max_operations - self.operations.get());
        self.budget.countdown().restart(interval);
        None
    }

    #[cold]
    fn check_parsing(&self) {
        if self.time.is_watched() && !self.parsing_stopped.get() {
            if let Some(termination) = self.check_time() {
                self.parsing_stopped.set(true);
                // A script that parses another must not catch it.
                self.fail(termination);
            }
        }
    }

    /// Why parsing was stopped, if it was.
    pub fn parsing_stopped(&self) -> Option<Termination> {
        self.parsing_stopped.get().then(|| self.failed())
    }

    /// Ends the script if it took too long; lets the event loop run if its turn is over.
    #[inline]
    fn check_time(&self) -> Option<Termination> {
        match self.time.look() {
            Due::Nothing => None,
            Due::End(broken) => Some(self.fail_in_time(broken)),
            Due::Turn => self.end_turn(),
        }
    }

    /// Keeps why the script ends: what evaluates a text or imports can be in a `try`, and
    /// the time is not looked at again before some has passed.
    #[cold]
    fn fail_in_time(&self, broken: BrokenTime) -> Termination {
        let termination = Termination::TimeLimit(broken);
        self.failure.replace(Some(termination.clone()));
        termination
    }

    /// Why the script ends because Dart stopped reading a value for it: the value broke
    /// `limit`, or took longer to read than the script may run.
    #[cold]
    pub fn end_for_value(&self, limit: Option<Limit>) -> Termination {
        let termination = match (limit, self.time.limit()) {
            (Some(limit), _) => Termination::Limit(limit),
            (None, Some(limit)) => Termination::TimeLimit(BrokenTime::Running(limit)),
            (None, None) => Termination::Cancelled,
        };
        self.failure.replace(Some(termination.clone()));
        termination
    }

    #[cold]
    fn end_turn(&self) -> Option<Termination> {
        self.time.pause();
        match self.suspend(Request::Yield) {
            Reply::Continue => None,
            _ => Some(self.failed()),
        }
    }

    /// Why the script ends.
    pub fn failed(&self) -> Termination {
        self.failure().unwrap_or(Termination::Cancelled)
    }

    /// Why the script ends at its next operation, if it does.
    pub fn failure(&self) -> Option<Termination> {
        if let Some(limit) = self.budget.exceeded() {
            return Some(Termination::Limit(limit.into()));
        }
        self.failure.borrow().clone()
    }

    /// Makes the next operation end the script: for callbacks of Rhai that cannot
    /// return an error.
    pub fn fail(&self, failure: Termination) {
        *self.failure.borrow_mut() = Some(failure);
        self.check_at_next_operation();
    }

    /// The memory that the script may use.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Counts bytes that the script prints; returns whether it may.
    pub fn may_print(&self, bytes: usize) -> bool {
        self.printed.set(self.printed.get().saturating_add(bytes));
        self.printed.get() <= self.max_output_len
    }

    /// Says which line of the script does not parse.
    pub fn note_faulty_line(&self, line: FaultyLine) {
        self.faulty_line.replace(Some(line));
    }

    /// Passes the line of the script that does not parse, if that is why it ended, to `f`.
    pub(crate) fn with_faulty_line<R>(&self, f: impl FnOnce(Option<&FaultyLine>) -> R) -> R {
        f(self.faulty_line.borrow().as_ref())
    }

    /// The line of the script that does not parse, if that is why it ended.
    pub fn take_faulty_line(&self) -> Option<FaultyLine> {
        self.faulty_line.take()
    }

    /// Notes what a data race is about, if an error is one.
    pub fn note_data_race(
        &self,
        error: &EvalAltResult,
        statements: Option<&AST>,
        global: &GlobalRuntimeState,
    ) {
        if let Some(race) = DataRace::find(error, statements, global) {
            self.data_race.replace(Some(race));
        }
    }

    /// Says in the error that a script ended with what is known of it here.
    pub fn explain(&self, error: &mut ScriptError) {
        if let Some(race) = self.data_race.take() {
            error.tell_data_race(race);
        }
        // Limits do not pass through modules as other errors do.
        if let Some(module) = self.imports.get().and_then(|imports| imports.ended()) {
            error.tell_module(&module);
        }
    }

    /// Notes how many arguments a Dart function takes that was called with another number.
    pub fn note_arities(&self, arities: u32) {
        self.last_arities.set(arities);
    }

    /// How many arguments the Dart function takes that was last called with another number.
    pub fn last_arities(&self) -> u32 {
        self.last_arities.get()
    }

    /// What a module that was imported is compiled to.
    pub fn module_script(&self, name: &str) -> Option<Rc<CompiledScript>> {
        self.imports.get()?.script(name)
    }

    /// The modules that it imports.
    pub fn imports(&self) -> &Imports {
        self.imports.get_or_init(Box::default)
    }

    fn check_at_next_operation(&self) {
        self.budget.countdown().expire();
    }

    /// Suspends the execution, which must be the current one.
    #[inline]
    pub fn suspend(&self, request: Request) -> Reply {
        if self.cancelled.get() {
            return Reply::Cancel;
        }
        // SAFETY: set when the fiber starts, to what lives on its stack as long
        // as it runs; only code on that fiber gets here, because
        // `Host::current` names this context only while the fiber runs.
        let suspender = unsafe { &*self.suspender.get() };
        let reply = suspender.suspend(request);
        if reply == Reply::Cancel {
            self.cancelled.set(true);
            self.check_at_next_operation();
        }
        reply
    }

    /// Called when the script calls a function.
    #[inline]
    pub(crate) fn note_call(&self) {
        self.time.note_call();
    }

    /// Called when a call has returned: the time may be over.
    #[inline]
    pub(crate) fn note_return(&self) {
        if self.time.is_due_to_look() {
            self.check_at_next_operation();
        }
    }

    /// The clock, also for scripts that run for this one.
    pub(crate) fn clock(&self) -> Arc<Clock> {
        self.time.clock().clone()
    }

    /// Whether a turn is over that has been `held` so far.
    pub(crate) fn is_turn_over(&self, held: Duration) -> bool {
        self.time.is_turn_over(held)
    }

    /// Called before the script goes on, when the event loop has been held for `held`.
    pub(crate) fn wake(&self, held: Duration) -> Due {
        self.time.wake(held)
    }

    /// Takes what the awaited Future completed with; `None` if its sender is
    /// gone, so that it can never complete.
    pub fn take_completion(&self) -> Option<Completion> {
        self.completion.take()
    }

    /// Called when the script begins to wait for a Future.
    pub(crate) fn note_wait(&self) {
        self.time.pause();
    }

    /// Called with what the awaited Future completed with.
    pub(crate) fn note_completion(&self, completion: Option<Completion>) {
        *self.completion.borrow_mut() = completion;
    }
}

impl ScriptParser for ExecutionContext {
    #[inline]
    fn tick_token(&self) -> bool {
        let tokens = self.tokens.get() + 1;
        self.tokens.set(tokens);
        if self.budget.exceeded().is_some() {
            self.parsing_stopped.set(true);
        } else if tokens % TOKENS_BETWEEN_CHECKS == 0 {
            self.check_parsing();
        }
        self.parsing_stopped.get()
    }

    fn parsing(&self) -> &Parsing {
        &self.parsing
    }
}
