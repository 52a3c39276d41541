//! One running script: start, resume, cancel.

use std::cell::{Cell, RefCell};
use std::io;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use rhai::Dynamic;

use crate::config::Config;
use crate::engine::Job;
use crate::error::ScriptError;
use crate::fiber::{self, Fiber, Progress, Suspender};
use crate::host::Host;
use crate::pending_futures::{Completion, PendingFuture};

/// What a suspended execution is resumed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Begin, or look again whether the awaited Future has completed.
    Continue,
    /// The called function returned the value in the frame.
    Value,
    /// The called function failed; the value in the frame describes the error.
    Error,
    /// The called function returned a Future.
    Pending,
    /// End now, running destructors but no more script.
    Cancel,
}

/// Why an execution suspended itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// It calls the Dart function that the frame names.
    Call,
    /// It waits for the Future that the frame names.
    Pending,
}

/// What an execution did when it was resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Step {
    /// It ended; its value is in slot 0 of the frame.
    Done = 0,
    /// It wants a function called; see the frame.
    Call = 1,
    /// It waits for a Future; see the frame.
    Pending = 2,
    /// It ended with an error, which slot 0 of the frame describes.
    Failed = 3,
}

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
    /// `print` or `debug` failed in Dart with this error.
    HostError(Dynamic),
}

impl From<Termination> for Dynamic {
    fn from(termination: Termination) -> Self {
        Dynamic::from(termination)
    }
}

/// Operations until a script's limits are first checked, and the most between
/// two checks. In between the interval adapts to how long operations take.
const FIRST_CHECK: u64 = 64;
const MAX_CHECK_INTERVAL: u64 = 8192;

/// How far apart checks should be in time, about.
const CHECK_PERIOD: Duration = Duration::from_millis(1);

/// What running code knows of its execution.
#[derive(Debug)]
pub struct ExecutionContext {
    suspender: Cell<*const Suspender<Reply, Request>>,
    stack_limit: Cell<usize>,
    cancelled: Cell<bool>,
    host_error: RefCell<Option<Dynamic>>,
    used_deeply: Cell<bool>,
    /// Operations until the next check; counted down at each.
    fuel: Cell<u64>,
    /// What `fuel` was set to at the last check.
    granted: Cell<u64>,
    operations: Cell<u64>,
    max_operations: u64,
    time_limit: Option<Duration>,
    /// Since when it runs, if that was looked at since it last waited.
    running_since: Cell<Option<Instant>>,
    /// How long it ran before that.
    ran: Cell<Duration>,
    last_check: Cell<Option<Instant>>,
}

impl ExecutionContext {
    fn new(config: &Config) -> Self {
        let first_check = match config.max_operations {
            0 => FIRST_CHECK,
            max => max.min(FIRST_CHECK),
        };
        ExecutionContext {
            suspender: Cell::new(ptr::null()),
            stack_limit: Cell::new(0),
            cancelled: Cell::new(false),
            host_error: RefCell::new(None),
            used_deeply: Cell::new(false),
            fuel: Cell::new(first_check),
            granted: Cell::new(first_check),
            operations: Cell::new(0),
            max_operations: config.max_operations,
            time_limit: config.time_limit,
            running_since: Cell::new(None),
            ran: Cell::new(Duration::ZERO),
            last_check: Cell::new(None),
        }
    }

    /// Counts one operation. Rhai calls this for every one; a value returned
    /// ends the script.
    #[inline(always)]
    pub fn tick(&self) -> Option<Dynamic> {
        if fiber::stack_address() < self.stack_limit.get() {
            return Some(Termination::StackOverflow.into());
        }
        match self.fuel.get() {
            0 => self.check_limits(),
            fuel => {
                self.fuel.set(fuel - 1);
                None
            }
        }
    }

    #[cold]
    fn check_limits(&self) -> Option<Dynamic> {
        let granted = self.granted.replace(0);
        self.operations.set(self.operations.get() + granted);
        self.used_deeply
            .set(self.operations.get() > FIRST_CHECK || self.used_deeply.get());
        if self.cancelled.get() {
            return Some(Termination::Cancelled.into());
        }
        if let Some(error) = self.host_error.borrow().clone() {
            return Some(Termination::HostError(error).into());
        }
        if self.max_operations > 0 && self.operations.get() >= self.max_operations {
            return Some(Termination::TooManyOperations.into());
        }
        let mut interval = granted.max(1);
        if let Some(limit) = self.time_limit {
            let now = Instant::now();
            let since = self.running_since.get().unwrap_or(now);
            self.running_since.set(Some(since));
            if self.ran.get() + (now - since) > limit {
                return Some(Termination::TimeLimit.into());
            }
            if let Some(last) = self.last_check.replace(Some(now)) {
                interval = match now - last {
                    took if took < CHECK_PERIOD / 2 => (interval * 2).min(MAX_CHECK_INTERVAL),
                    took if took > CHECK_PERIOD * 2 => (interval / 4).max(1),
                    _ => interval,
                };
            }
        }
        if self.max_operations > 0 {
            interval = interval.min(self.max_operations - self.operations.get());
        }
        self.granted.set(interval);
        self.fuel.set(interval - 1);
        None
    }

    /// Makes the next operation end the script with this error: for callbacks
    /// of Rhai that cannot return one.
    pub fn fail(&self, error: Dynamic) {
        *self.host_error.borrow_mut() = Some(error);
        self.check_at_next_operation();
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

    /// Waits for the Future that the called function returned. `Ok(None)` says
    /// that it can never complete, `Err` that the execution is cancelled.
    pub fn wait(&self, host: &Host) -> Result<Option<Completion>, Termination> {
        let mut future = PendingFuture::register();
        self.stop_clock();
        let result = loop {
            host.with_frame(|frame| frame.future = future.id());
            if self.suspend(Request::Pending) == Reply::Cancel {
                break Err(Termination::Cancelled);
            }
            if let Poll::Ready(completion) = future.poll() {
                break Ok(completion);
            }
        };
        if self.time_limit.is_some() {
            self.running_since.set(Some(Instant::now()));
        }
        result
    }

    /// Adds the time since the script last waited to what it ran.
    fn stop_clock(&self) {
        if let Some(since) = self.running_since.take() {
            self.ran.set(self.ran.get() + since.elapsed());
        }
        self.last_check.set(None);
    }
}

/// How a fiber ended; what it ended with is in the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Value,
    Error,
}

/// A script between its start and its end.
pub struct Execution {
    fiber: Fiber<Reply, Request, Ending>,
    context: Rc<ExecutionContext>,
    host: Rc<Host>,
}

impl Execution {
    /// Prepares a script to run; the first [`resume`](Self::resume) starts it.
    ///
    /// # Errors
    ///
    /// There is no stack for it.
    #[inline]
    pub fn new(host: &Rc<Host>, config: &Rc<Config>, job: Job) -> io::Result<Self> {
        let context = Rc::new(ExecutionContext::new(config));
        let fiber = Fiber::new(&host.stacks, {
            let (host, config, context) = (host.clone(), config.clone(), context.clone());
            move |suspender: &Suspender<Reply, Request>, reply| {
                context.suspender.set(suspender);
                context
                    .stack_limit
                    .set(fiber::script_stack_limit(&host.stacks));
                if reply == Reply::Cancel {
                    return Ending::Error;
                }
                // Everything that handles the script's values stays on the
                // fiber, whose stack is large enough to drop what is nested.
                match catch_unwind(AssertUnwindSafe(|| job.run(&context))) {
                    Ok(Ok(value)) => match host.write_result(value) {
                        Ok(()) => return Ending::Value,
                        Err(error) => ScriptError::conversion(&error),
                    },
                    Ok(Err(error)) => ScriptError::from_rhai(*error, &config),
                    Err(panic) => ScriptError::panic(&*panic),
                }
                .write(&host);
                Ending::Error
            }
        })?;
        Ok(Execution {
            fiber,
            context,
            host: host.clone(),
        })
    }

    /// Runs the script until it wants something or ends.
    ///
    /// # Panics
    ///
    /// The script has ended.
    #[inline]
    pub fn resume(&mut self, reply: Reply) -> Step {
        self.host.set_current(&*self.context);
        let progress = self.fiber.resume(reply);
        self.host.set_current(ptr::null());
        match progress {
            Progress::Suspended(Request::Call) => return Step::Call,
            Progress::Suspended(Request::Pending) => return Step::Pending,
            Progress::Ended(_) if self.context.used_deeply.get() => self.fiber.mark_used_deeply(),
            Progress::Ended(_) => {}
        }
        match progress {
            Progress::Ended(Ending::Value) => Step::Done,
            _ => Step::Failed,
        }
    }

    /// Ends a suspended script: its destructors run, no more of the script does.
    pub fn cancel(mut self) {
        while matches!(self.resume(Reply::Cancel), Step::Call | Step::Pending) {}
    }
}
