//! What the running code of a script knows of its execution: its limits, its
//! clock, and how to suspend itself.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rhai::{Dynamic, Engine, EvalAltResult, Position};

use crate::config::{or_none, Config};
use crate::execution::{Reply, Request};
use crate::fiber::{self, Suspender};
use crate::host::Host;
use crate::memory::{self, TooMuchMemory};
use crate::pending_futures::Completion;
use crate::script_functions::Environment;
use crate::scripts::FaultyLine;

/// Why a script was ended from outside. It travels in Rhai's uncatchable
/// `ErrorTerminated`.
#[derive(Debug, Clone)]
pub enum Termination {
    /// [`Reply::Cancel`].
    Cancelled,
    /// More operations than [`Config::max_operations`].
    TooManyOperations,
    /// Longer than [`Config::time_limit`].
    TimeLimit,
    /// The script's part of the fiber's stack is used up.
    StackOverflow,
    /// What functions keep is nested more than [`MAX_KEPT_LEVELS`](crate::nesting::MAX_KEPT_LEVELS) levels.
    KeptTooDeeply,
    /// What the function that is called keeps is more than [`Config::max_memory`].
    KeptTooMuch,
    /// `print` or `debug` failed in Dart with this error.
    HostError(Dynamic),
    /// More text than [`Config::max_output_len`] was printed.
    TooMuchOutput,
    /// More memory than [`Config::max_memory`] is used, or would be.
    OutOfMemory,
    /// A native function would make a text that is longer than
    /// [`Config::max_string_len`].
    TextTooLong,
}

impl From<Termination> for Dynamic {
    fn from(termination: Termination) -> Self {
        Dynamic::from(termination)
    }
}

impl From<Termination> for Box<EvalAltResult> {
    fn from(termination: Termination) -> Self {
        EvalAltResult::ErrorTerminated(termination.into(), Position::NONE).into()
    }
}

impl From<TooMuchMemory> for Box<EvalAltResult> {
    fn from(_: TooMuchMemory) -> Self {
        Termination::OutOfMemory.into()
    }
}

/// Operations until a script's limits are first checked, and the most between
/// two checks. In between the interval adapts to how long operations take.
const FIRST_CHECK: u64 = 8;
const MAX_CHECK_INTERVAL: u64 = 256;

/// Operations of a script that cannot have used much stack.
const SHALLOW_OPERATIONS: u64 = 64;

/// The fewest operations between two measures of what functions keep: there is stack
/// for that many levels more in any case.
const MIN_BETWEEN_MEASURES: u64 = 20_000;

/// Tokens between two checks while a script is parsed.
const TOKENS_BETWEEN_CHECKS: u64 = 64;

/// How far apart checks should be in time, about.
const CHECK_PERIOD: Duration = Duration::from_millis(1);

/// How long a script computes before it lets the event loop run. A display
/// that is redrawn every 16 ms stays smooth, and the turns of the event loop
/// cost little beside it.
const SLICE: Duration = Duration::from_millis(4);

/// How long a script may wait without the event loop having run.
const LONGEST_MICROTASKS: Duration = Duration::from_millis(1);

/// Milliseconds from some start, as cheap as can be: it is asked at every call.
fn coarse_time() -> u64 {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: the call writes to `time` and has no other effect.
        unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, &mut time) };
        time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
        START.elapsed().as_millis() as u64
    }
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
    max_memory: usize,
    /// The line of a script that does not parse, and where in it.
    faulty_line: RefCell<Option<FaultyLine>>,
    used_deeply: Cell<bool>,
    completion: RefCell<Option<Completion>>,
    /// Operations until the next check; counted down at each.
    fuel: Cell<u64>,
    /// What `fuel` was set to at the last check.
    granted: Cell<u64>,
    operations: Cell<u64>,
    /// Tokens parsed.
    tokens: Cell<u64>,
    parsing_stopped: Cell<bool>,
    max_operations: u64,
    /// Operations after which what functions keep is measured.
    between_measures: u64,
    time_limit: Option<Duration>,
    /// Since when it runs, if that was looked at since it last waited.
    running_since: Cell<Option<Instant>>,
    /// How long it ran before that.
    ran: Cell<Duration>,
    last_check: Cell<Option<Instant>>,
    /// When the script or its clock started, or the last call returned: see
    /// [`coarse_time`].
    last_call: Cell<u64>,
    /// Whether somebody waits for a Future of the result: the script then may
    /// end its turn at any time.
    may_yield: Cell<bool>,
    /// When its turn was first looked at. A turn goes on through calls and short
    /// waits: a Future may complete without the event loop having run.
    turn_since: Cell<Option<Instant>>,
    /// When it began to wait.
    waiting_since: Cell<Option<Instant>>,
}

impl ExecutionContext {
    /// What an execution under these limits starts with.
    pub(crate) fn new(config: &Config, engine: Rc<Engine>, may_yield: bool) -> Self {
        let first_check = match config.max_operations {
            0 => FIRST_CHECK,
            max => max.min(FIRST_CHECK),
        };
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
            max_output_len: or_none(config.max_output_len),
            max_memory: or_none(config.max_memory),
            faulty_line: RefCell::new(None),
            used_deeply: Cell::new(false),
            completion: RefCell::new(None),
            fuel: Cell::new(first_check),
            granted: Cell::new(first_check),
            operations: Cell::new(0),
            tokens: Cell::new(0),
            parsing_stopped: Cell::new(false),
            max_operations: config.max_operations,
            between_measures: (config.sized_data_levels() / 10).max(MIN_BETWEEN_MEASURES),
            time_limit: config.time_limit,
            running_since: Cell::new(None),
            ran: Cell::new(Duration::ZERO),
            last_check: Cell::new(None),
            last_call: Cell::new(0),
            may_yield: Cell::new(may_yield),
            turn_since: Cell::new(None),
            waiting_since: Cell::new(None),
        }
    }

    /// Says that the fiber has started: with what it suspends itself, and down to
    /// where its script may use the stack.
    #[inline]
    pub(crate) fn enter(&self, suspender: *const Suspender<Reply, Request>, stack_limit: usize) {
        self.suspender.set(suspender);
        self.stack_limit.set(stack_limit);
        if self.time_limit.is_some() {
            self.last_call.set(coarse_time());
        }
    }

    /// What a script that has a value fails with all the same: an error that Rhai
    /// could not pass on, or that it ran too long at the end.
    #[inline]
    pub fn failed_at_end(&self) -> Option<Termination> {
        if let Some(failure) = self.failure.take() {
            return Some(failure);
        }
        if memory::room() == 0 {
            return Some(Termination::OutOfMemory);
        }
        let limit = self.time_limit?;
        let is_over = match self.running_since.get() {
            Some(since) => self.ran.get() + since.elapsed() > limit,
            // It has neither looked at the clock nor called anything so far.
            None => u128::from(coarse_time() - self.last_call.get()) > limit.as_millis(),
        };
        is_over.then_some(Termination::TimeLimit)
    }

    /// The operations so far.
    pub(crate) fn operations(&self) -> u64 {
        self.operations.get() + self.granted.get() - self.fuel.get()
    }

    /// Whether functions of the running code can be called by others.
    fn shares_functions(&self) -> bool {
        self.environment.borrow().captured.is_some()
    }

    /// Called before a function of a script runs: what functions keep may be nested
    /// too deeply by now.
    pub(crate) fn check_kept(&self, host: &Host) -> Option<Termination> {
        let is_too_deep = host.functions.add_operations(0, self.between_measures);
        is_too_deep.then_some(Termination::KeptTooDeeply)
    }

    /// Whether much stack may have been used.
    #[inline]
    pub(crate) fn used_deeply(&self) -> bool {
        self.used_deeply.get()
    }

    /// Counts one operation. Rhai calls this for every one; a value returned
    /// ends the script.
    #[inline(always)]
    pub fn tick(&self, host: &Host) -> Option<Dynamic> {
        if fiber::stack_address() < self.stack_limit.get() {
            return Some(Termination::StackOverflow.into());
        }
        if memory::room() == 0 {
            return Some(Termination::OutOfMemory.into());
        }
        match self.fuel.get() {
            0 => self.check_limits(host),
            fuel => {
                self.fuel.set(fuel - 1);
                None
            }
        }
    }

    #[cold]
    fn check_limits(&self, host: &Host) -> Option<Dynamic> {
        let granted = self.granted.replace(0);
        self.operations.set(self.operations.get() + granted);
        if self.shares_functions()
            && host
                .functions
                .add_operations(granted, self.between_measures)
        {
            return Some(Termination::KeptTooDeeply.into());
        }
        self.used_deeply
            .set(self.operations.get() > SHALLOW_OPERATIONS || self.used_deeply.get());
        if self.cancelled.get() {
            return Some(Termination::Cancelled.into());
        }
        if let Some(failure) = self.failure.borrow().clone() {
            return Some(failure.into());
        }
        if self.max_operations > 0 && self.operations.get() >= self.max_operations {
            return Some(Termination::TooManyOperations.into());
        }
        let mut interval = granted.max(1);
        if self.watches_time() {
            let now = Instant::now();
            if let Some(last) = self.last_check.replace(Some(now)) {
                interval = match now - last {
                    took if took < CHECK_PERIOD / 2 => (interval * 2).min(MAX_CHECK_INTERVAL),
                    took if took > CHECK_PERIOD * 2 => (interval / 4).max(1),
                    _ => interval,
                };
            }
            if let Some(termination) = self.check_time(now) {
                return Some(termination.into());
            }
        }
        if self.max_operations > 0 {
            interval = interval.min(self.max_operations - self.operations.get());
        }
        self.granted.set(interval);
        self.fuel.set(interval - 1);
        None
    }

    /// Called for every token while a script is parsed: parsing can take time
    /// that grows with the square of the script's length. Returns whether the
    /// parser must stop; see [`parsing_stopped`](Self::parsing_stopped).
    #[inline]
    pub fn tick_token(&self) -> bool {
        let tokens = self.tokens.get() + 1;
        self.tokens.set(tokens);
        if tokens % TOKENS_BETWEEN_CHECKS == 0 && self.watches_time() {
            let must_stop = self.check_time(Instant::now()).is_some();
            self.parsing_stopped.set(must_stop);
        }
        self.parsing_stopped.get()
    }

    /// Why parsing was stopped, if it was.
    pub fn parsing_stopped(&self) -> Option<Termination> {
        self.parsing_stopped
            .get()
            .then(|| match self.cancelled.get() {
                true => Termination::Cancelled,
                false => Termination::TimeLimit,
            })
    }

    /// Ends the script if it has run too long; lets the event loop run if its turn
    /// is over.
    fn check_time(&self, now: Instant) -> Option<Termination> {
        if self.is_over_time(now) {
            return Some(Termination::TimeLimit);
        }
        if self.may_yield.get() && self.is_turn_over(now) {
            self.stop_clock(now);
            let reply = self.suspend(Request::Yield);
            self.start_clock(Instant::now());
            self.turn_since.set(None);
            if reply == Reply::Cancel {
                return Some(Termination::Cancelled);
            }
        }
        None
    }

    fn is_over_time(&self, now: Instant) -> bool {
        let Some(limit) = self.time_limit else {
            return false;
        };
        let since = self.running_since.get().unwrap_or(now);
        self.running_since.set(Some(since));
        self.ran.get() + (now - since) > limit
    }

    fn is_turn_over(&self, now: Instant) -> bool {
        let since = self.turn_since.get().unwrap_or(now);
        self.turn_since.set(Some(since));
        now - since > SLICE
    }

    /// Makes the next operation end the script: for callbacks of Rhai that cannot
    /// return an error.
    pub fn fail(&self, failure: Termination) {
        *self.failure.borrow_mut() = Some(failure);
        self.check_at_next_operation();
    }

    /// Why the script ends at its next operation, if it does.
    pub fn failure(&self) -> Option<Termination> {
        self.failure.borrow().clone()
    }

    /// Bytes of memory that the script may use.
    pub fn max_memory(&self) -> usize {
        self.max_memory
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

    /// The line of the script that does not parse, if that is why it ended.
    pub fn take_faulty_line(&self) -> Option<FaultyLine> {
        self.faulty_line.take()
    }

    fn check_at_next_operation(&self) {
        self.granted.set(self.granted.get() - self.fuel.get());
        self.fuel.set(0);
    }

    /// Says that much stack may be used: by the parser, or by large values.
    pub fn mark_used_deeply(&self) {
        self.used_deeply.set(true);
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

    /// Called when the script calls a function: the clock runs from the first
    /// call on at the latest.
    #[inline]
    pub(crate) fn note_call(&self) {
        if self.running_since.get().is_none() && self.watches_time() {
            self.start_clock(Instant::now());
        }
    }

    /// Called when a call has returned: if it took long, the limits are checked
    /// at the next operation.
    #[inline]
    pub(crate) fn note_return(&self) {
        if !self.watches_time() {
            return;
        }
        let now = coarse_time();
        if now - self.last_call.replace(now) > CHECK_PERIOD.as_millis() as u64 {
            self.check_at_next_operation();
        }
    }

    /// Takes what the awaited Future completed with; `None` if its sender is
    /// gone, so that it can never complete.
    pub fn take_completion(&self) -> Option<Completion> {
        self.completion.take()
    }

    /// Called when the script begins to wait for a Future. Whoever evaluates it
    /// has a Future by now.
    pub(crate) fn note_wait(&self) {
        let now = Instant::now();
        self.may_yield.set(true);
        self.stop_clock(now);
        self.waiting_since.set(Some(now));
    }

    /// Called with what the awaited Future completed with.
    pub(crate) fn note_completion(&self, completion: Option<Completion>) {
        let now = Instant::now();
        *self.completion.borrow_mut() = completion;
        self.start_clock(now);
        // The event loop has had its turn, unless only microtasks ran.
        let since = self.waiting_since.take();
        if since.is_some_and(|since| now - since > LONGEST_MICROTASKS) {
            self.turn_since.set(None);
        }
    }

    /// Called when the script goes on.
    fn start_clock(&self, now: Instant) {
        self.running_since.set(Some(now));
        self.last_call.set(coarse_time());
    }

    /// Adds the time since the script last waited to what it ran.
    fn stop_clock(&self, now: Instant) {
        if let Some(since) = self.running_since.take() {
            self.ran.set(self.ran.get() + (now - since));
        }
        self.last_check.set(None);
    }

    /// Whether it matters how long the script runs.
    #[inline]
    fn watches_time(&self) -> bool {
        self.time_limit.is_some() || self.may_yield.get()
    }
}
