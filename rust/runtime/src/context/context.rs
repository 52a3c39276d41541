//! State that the running code of a script has of its execution.

use std::cell::{Cell, OnceCell, RefCell};

use fibers::Suspender;
use memory::Budget;
use rhai::Dynamic;

use crate::context::end_reason::EndReason;
use crate::context::error_details::ErrorDetails;
use crate::context::exchange::{Reply, Request};
use crate::context::execution_time::{Due, ExecutionTime, Start};
use crate::context::operations::{Operations, CHECK_INTERVAL};
use crate::context::output::Output;
use crate::context::strand::Strand;
use crate::context::suspension::Suspension;
use crate::context::tokens::Tokens;
use crate::errors::script_error::ScriptError;
use crate::errors::termination::Termination;
use crate::functions::script_function::{Environment, SharedEngine};
use crate::functions::table::FunctionTable;
use crate::language::imports::{Imports, RunningModules};
use crate::language::parsing::{Parsing, ScriptParser};
use crate::limits::config::Config;
use crate::limits::limit::Limit;
use crate::limits::time::BrokenTime;

/// The context of an execution: its limits, its clock, and the way off its fiber.
#[derive(Debug)]
pub struct ExecutionContext {
    /// Where the running code is.
    pub(crate) environment: RefCell<Environment>,
    suspension: Suspension,
    end_reason: EndReason,
    operations: Operations,
    time: ExecutionTime,
    budget: Budget,
    output: Output,
    tokens: Tokens,
    parsing: Parsing,
    /// Modules that it imports; most scripts import none.
    imports: OnceCell<Box<Imports>>,
    error_details: ErrorDetails,
    /// Whether it has run on more fibers than its own.
    has_strands: Cell<bool>,
    nesting: Cell<usize>,
}

impl ExecutionContext {
    /// Makes the context of an execution under the limits of `config`.
    pub(crate) fn new(config: &Config, engine: SharedEngine, start: Start) -> Self {
        let operations = Operations::new(config);
        let max_memory = config.max(Limit::Memory);
        ExecutionContext {
            environment: RefCell::new(Environment {
                engine,
                captured: None,
            }),
            suspension: Suspension::default(),
            end_reason: EndReason::default(),
            time: ExecutionTime::new(config, start),
            budget: Budget::new(max_memory, config.sizes(), operations.first_batch()),
            operations,
            output: Output::new(config.max(Limit::OutputLength)),
            tokens: Tokens::default(),
            parsing: Parsing::default(),
            imports: OnceCell::new(),
            error_details: ErrorDetails::default(),
            has_strands: Cell::new(false),
            nesting: Cell::new(0),
        }
    }

    /// Says that the fiber has started: with what it suspends itself, and down to
    /// where its script may use the stack.
    #[inline]
    pub(crate) fn enter(&self, suspender: *const Suspender<Reply, Request>, stack_limit: usize) {
        // SAFETY: until the fiber has ended, its suspender lives at the base of its stack;
        // and only where the fiber is resumed is the budget charged.
        unsafe { self.suspension.enter(suspender, stack_limit, &self.budget) };
    }

    /// Exchanges the state of the strand that is in place for that of another one.
    pub(super) fn exchange_strand(&self, other: &Strand) {
        // SAFETY: only the fiber of the strand in place is resumed, and only where it is
        // resumed is the budget charged.
        unsafe { self.suspension.exchange(&other.suspension, &self.budget) };
        self.end_reason.exchange_cancelled(&other.is_cancelled);
        self.environment.swap(&other.environment);
        if let Some(imports) = self.imports.get() {
            imports.exchange_running(&other.running_modules);
        }
        self.nesting.swap(&other.nesting);
        self.has_strands.set(true);
    }

    /// Where the strand in place is, the modules that it runs, and how deeply it is nested.
    pub(super) fn strand_in_place(&self) -> (Environment, RunningModules, usize) {
        let running = self.imports.get().map(|imports| imports.running());
        let environment = self.environment();
        (environment, running.unwrap_or_default(), self.nesting())
    }

    /// How many strands are around the one in place, each of which waits for the next.
    pub fn nesting(&self) -> usize {
        self.nesting.get()
    }

    /// The operations so far.
    pub(crate) fn operations(&self) -> u64 {
        self.operations.count() + self.budget.countdown().counted()
    }

    /// Called before a function of a script runs: what functions keep may be nested
    /// too deeply by now.
    pub(crate) fn check_kept(&self, functions: &FunctionTable) -> Option<Termination> {
        self.count_for_kept(functions, 0)
    }

    /// Counts operations that may have nested what functions keep.
    fn count_for_kept(&self, functions: &FunctionTable, operations: u64) -> Option<Termination> {
        let between = self.operations.between_measures();
        let is_too_deep = functions.add_operations(operations, between);
        is_too_deep.then_some(Termination::Limit(Limit::Nesting))
    }

    /// Counts one operation. Rhai calls this for every one; a value returned ends the script.
    /// `functions` finds those of the engine that the host has.
    #[inline(always)]
    pub fn tick<'a>(
        &self,
        functions: impl FnOnce() -> Option<&'a FunctionTable>,
    ) -> Option<Dynamic> {
        if self.suspension.has_left_stack() {
            return Some(Termination::Limit(Limit::NativeStack).into());
        }
        match self.budget.countdown().count() {
            true => self.check_limits(functions()),
            false => None,
        }
    }

    #[cold]
    fn check_limits(&self, functions: Option<&FunctionTable>) -> Option<Dynamic> {
        self.broken_limit(functions).map(Dynamic::from)
    }

    /// Counts the operations of a batch, and begins another one unless the script ends.
    fn broken_limit(&self, functions: Option<&FunctionTable>) -> Option<Termination> {
        let batch = self.budget.countdown().take();
        self.operations.add(batch);
        if let Some(limit) = self.budget.exceeded() {
            return Some(Termination::Limit(limit.into()));
        }
        // Whether others can call functions of the running code.
        let functions = functions.filter(|_| self.environment.borrow().captured.is_some());
        if let Some(functions) = functions {
            if let Some(termination) = self.count_for_kept(functions, batch) {
                return Some(termination);
            }
        }
        if let Some(reason) = self.end_reason.get() {
            return Some(reason);
        }
        if self.operations.are_used_up() {
            return Some(Termination::Limit(Limit::Operations));
        }
        let mut interval = CHECK_INTERVAL;
        if self.time.is_watched() {
            if let Some(termination) = self.check_time() {
                return Some(termination);
            }
            interval = self.time.interval();
        }
        let batch = self.operations.next_batch(interval);
        self.budget.countdown().restart(batch);
        None
    }

    fn check_at_next_operation(&self) {
        self.budget.countdown().expire();
    }

    /// Ends the script if it took too long; lets the event loop run if its turn is over.
    #[inline]
    fn check_time(&self) -> Option<Termination> {
        match self.time.look() {
            Due::Nothing => None,
            Due::End(broken) => Some(self.keep_failure(Termination::TimeLimit(broken))),
            Due::Turn => self.end_turn(),
        }
    }

    #[cold]
    fn end_turn(&self) -> Option<Termination> {
        self.time.pause();
        match self.suspend(Request::Yield) {
            Reply::Continue => None,
            _ => Some(self.failed()),
        }
    }

    #[cold]
    fn check_parsing(&self) {
        if self.time.is_watched() && !self.tokens.are_stopped() {
            let checked = match self.has_strands.get() {
                // No turn: another strand might parse meanwhile.
                true => self.time.broken_at_end().map(Termination::TimeLimit),
                false => self.check_time(),
            };
            if let Some(termination) = checked {
                self.tokens.stop();
                // A script that parses another must not catch it.
                self.fail(termination);
            }
        }
    }

    /// Why parsing was stopped, if it was.
    pub fn parsing_stopped(&self) -> Option<Termination> {
        self.tokens.are_stopped().then(|| self.failed())
    }

    /// Keeps why the script ends: what evaluates a text or imports can be in a `try`, and
    /// the time is not looked at again before some has passed.
    #[cold]
    fn keep_failure(&self, failure: Termination) -> Termination {
        self.end_reason.fail(failure.clone());
        failure
    }

    /// Why the script ends because the host stopped reading a value for it: the value broke
    /// `limit`, or took longer to read than the script may run.
    #[cold]
    pub fn end_for_value(&self, limit: Option<Limit>) -> Termination {
        self.keep_failure(match (limit, self.time.limit()) {
            (Some(limit), _) => Termination::Limit(limit),
            (None, Some(limit)) => Termination::TimeLimit(BrokenTime::Running(limit)),
            (None, None) => Termination::Cancelled,
        })
    }

    /// Why a script fails although it returned a value: an error that Rhai could not pass
    /// on, or that it ran too long at the end.
    #[inline]
    pub fn failed_at_end(&self) -> Option<Termination> {
        self.end_reason
            .failure()
            .or_else(|| self.time.broken_at_end().map(Termination::TimeLimit))
    }

    /// Why the script ends.
    pub fn failed(&self) -> Termination {
        self.failure().unwrap_or(Termination::Cancelled)
    }

    /// Why the script ends at its next operation, if it does.
    pub fn failure(&self) -> Option<Termination> {
        match self.budget.exceeded() {
            Some(limit) => Some(Termination::Limit(limit.into())),
            None => self.end_reason.failure(),
        }
    }

    /// Makes the next operation end the script: for callbacks of Rhai that cannot
    /// return an error.
    pub fn fail(&self, failure: Termination) {
        self.end_reason.fail(failure);
        self.check_at_next_operation();
    }

    /// The memory that the script may use.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// The time that the script takes.
    pub fn time(&self) -> &ExecutionTime {
        &self.time
    }

    /// The text that the script prints.
    pub fn output(&self) -> &Output {
        &self.output
    }

    /// Details about the error that the script ends with.
    pub fn error_details(&self) -> &ErrorDetails {
        &self.error_details
    }

    /// Says in the error that a script ended with what is known of it here.
    pub fn explain(&self, error: &mut ScriptError) {
        if let Some(race) = self.error_details.take_data_race() {
            error.tell_data_race(race);
        }
        let imports = self.imported();
        // Limits do not pass through modules as other errors do.
        let ended = || imports.and_then(Imports::ended).unwrap_or_default();
        let module = match error.module() {
            "" => ended(),
            module => module.to_string(),
        };
        if !module.is_empty() {
            let importers = imports.map(|imports| imports.importers_of(&module));
            error.tell_module(&module, &importers.unwrap_or_default());
        }
        // After that: calls without a source are the script's.
        if let Some(name) = self.error_details.take_script_name() {
            error.tell_script(&name);
        }
    }

    /// The modules that it has imported, if it has.
    pub fn imported(&self) -> Option<&Imports> {
        self.imports.get().map(|imports| &**imports)
    }

    /// The modules that it imports.
    pub fn imports(&self) -> &Imports {
        self.imports.get_or_init(Box::default)
    }

    /// Suspends the execution, which must be the current one.
    #[inline]
    pub fn suspend(&self, request: Request) -> Reply {
        if self.end_reason.is_cancelled() {
            return Reply::Cancel;
        }
        // SAFETY: only code on this context's fiber gets here, because `Shared::current`
        // names this context only while the fiber runs.
        let reply = unsafe { self.suspension.suspend(request) };
        if reply == Reply::Cancel {
            self.end_reason.cancel();
            self.check_at_next_operation();
        }
        reply
    }

    /// Called when a call has returned: the time may be over.
    #[inline]
    pub(crate) fn note_return(&self) {
        if self.has_strands.get() {
            self.time.go_on();
        }
        if self.time.is_due_to_look() {
            self.check_at_next_operation();
        }
    }
}

impl ScriptParser for ExecutionContext {
    #[inline]
    fn tick_token(&self) -> bool {
        let is_check_due = self.tokens.count();
        if self.budget.exceeded().is_some() {
            self.tokens.stop();
        } else if is_check_due {
            self.check_parsing();
        }
        self.tokens.are_stopped()
    }

    fn parsing(&self) -> &Parsing {
        &self.parsing
    }
}
