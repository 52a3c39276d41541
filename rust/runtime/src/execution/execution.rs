//! One running script: start, resume, cancel.

use std::io;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::context::clock::Clock;
use crate::context::context::ExecutionContext;
use crate::context::execution_time::{Due, Start};
use crate::context::shared::Host;
use crate::errors::script_error::ScriptError;
use crate::errors::termination::Termination;
use crate::execution::job::Job;
use crate::limits::config::Config;
use fibers::{Fiber, Progress, Suspender};

use crate::border::exporter::Exporter;
use crate::errors::translate::limit_of;
use crate::execution::pending_futures::PendingFuture;

/// What a suspended execution is resumed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Begin, go on, or look again whether the awaited Future has completed.
    Continue,
    /// The called function returned the value in the frame.
    Value,
    /// The called function failed; the value in the frame describes the error.
    Error,
    /// The called function returned a Future.
    Pending,
    /// The Future has completed, or can never; see
    /// [`ExecutionContext::take_completion`]. Not from outside.
    Completed,
    /// End with the failure that the context has. Not from outside.
    Fail,
    /// End now, running destructors but no more script.
    Cancel,
}

/// Why a fiber suspended itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// It calls the Dart function that the frame names.
    Call,
    /// It has run for a while, and lets the event loop run.
    Yield,
    /// It needs memory that it cannot have, in the midst of whatever it does: it must
    /// not be resumed.
    Abandon,
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
    /// It has run for a while: continue it after the event loop had its turn.
    Yielded = 4,
}

impl Step {
    /// Whether the execution has ended.
    pub fn is_end(self) -> bool {
        matches!(self, Step::Done | Step::Failed)
    }
}

/// How a fiber ended; what it ended with is in the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Value,
    Error,
}

/// Writes an error into the frame. Apart, because the frame of the function that
/// runs a script is part of what each waiting script keeps.
#[cold]
#[inline(never)]
fn report(host: &Host, exporter: Option<&Exporter>, error: impl FnOnce() -> ScriptError) -> Ending {
    error().write(host, exporter);
    Ending::Error
}

/// A script between its start and its end.
pub struct Execution {
    fiber: Fiber<Reply, Request, Ending>,
    context: Rc<ExecutionContext>,
    host: Rc<Host>,
    config: Rc<Config>,
    state: State,
    is_abandoned: bool,
}

/// What an execution waits for.
#[derive(Debug)]
enum State {
    /// To be started.
    New,
    /// To be gone on with, by this reply.
    Ready(Reply),
    /// The answer to a call.
    Calling,
    /// The Future that a call returned.
    Waiting(PendingFuture),
}

impl Execution {
    /// Prepares a script to run; the first [`resume`](Self::resume) starts it.
    ///
    /// # Errors
    ///
    /// There is no stack for it.
    #[inline]
    pub fn new(host: &Rc<Host>, config: &Rc<Config>, job: Job, start: Start) -> io::Result<Self> {
        let context = Rc::new(ExecutionContext::new(config, job.engine().clone(), start));
        let run = {
            let (host, config, context) = (host.clone(), config.clone(), context.clone());
            move |suspender: &Suspender<Reply, Request>, reply| {
                context.enter(suspender, fibers::script_stack_limit(&host.stacks));
                if reply == Reply::Cancel {
                    return Ending::Error;
                }
                // Everything that handles the script's values stays on the
                // fiber, whose stack is large enough to drop what is nested.
                let run = || {
                    job.run(&host, &context, &config, |result, hint, exporter| {
                        let exporter = Some(exporter);
                        match result {
                            Ok(value) => match host.write_result(value, exporter) {
                                Ok(()) => Ending::Value,
                                Err(error) => {
                                    report(&host, exporter, || match context.budget().exceeded() {
                                        Some(limit) => limit_of(limit.into(), &config),
                                        None => ScriptError::conversion(error),
                                    })
                                }
                            },
                            Err(error) => report(&host, exporter, || {
                                let line = context.error_details().take_faulty_line();
                                let hint = hint.unwrap_or_default();
                                let mut error =
                                    ScriptError::from_rhai(*error, &config, line, &hint);
                                context.explain(&mut error);
                                if hint.advice.is_none() {
                                    host.dart_functions.borrow().add_candidates(&mut error);
                                }
                                error.with_advice(hint.advice)
                            }),
                        }
                    })
                };
                catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
                    report(&host, None, || {
                        match memory::is_capacity_overflow(&*panic) {
                            true => ScriptError::out_of_memory(&config),
                            false => ScriptError::panic(&*panic),
                        }
                    })
                })
            }
        };
        // SAFETY: a script suspends itself in a call of the host's, between operations, or
        // for good in an allocation. Up to there run Rhai, the collections of the standard
        // library, and this crate: none lends a part of the stack to the heap, to a
        // thread-local or to another thread. The context and its budget point to the
        // suspender at the base of the stack, and use it only while the fiber runs. A
        // request points to nothing; what the host is given with it is on the heap.
        let fiber = unsafe { Fiber::new(&host.stacks, run) }?;
        Ok(Execution {
            fiber,
            context,
            host: host.clone(),
            config: config.clone(),
            state: State::New,
            is_abandoned: false,
        })
    }

    /// Runs the script until it wants something or ends. `None` if `reply` is no
    /// answer to what it wants.
    ///
    /// To continue, it is said for how long the event loop has been `held` by now.
    #[inline]
    pub fn resume(&mut self, reply: Reply, held: Duration) -> Option<Step> {
        let reply = match (&mut self.state, reply) {
            (_, Reply::Cancel) => reply,
            (State::New, Reply::Continue) => {
                if !held.is_zero() && self.context.time().is_turn_over(held) {
                    self.context.time().pause();
                    self.state = State::Ready(reply);
                    return Some(Step::Yielded);
                }
                reply
            }
            (State::Calling, Reply::Value | Reply::Error) => {
                self.context.note_return();
                reply
            }
            (State::Calling, Reply::Pending) => return Some(self.wait()),
            (State::Waiting(future), Reply::Continue) => match future.poll() {
                Poll::Pending => return Some(Step::Pending),
                Poll::Ready(completion) => {
                    self.context.note_completion(completion);
                    self.state = State::Ready(Reply::Completed);
                    match self.wake(Reply::Completed, held) {
                        Some(reply) => reply,
                        None => return Some(Step::Yielded),
                    }
                }
            },
            (&mut State::Ready(then), Reply::Continue) => match self.wake(then, held) {
                Some(reply) => reply,
                None => return Some(Step::Yielded),
            },
            _ => return None,
        };
        let progress = self.fiber.prepare().map(|mut fiber| {
            let _current = self.host.enter(&self.context);
            let _charged = memory::charge(self.context.budget());
            fiber.resume(reply)
        });
        let progress = match progress {
            Ok(progress) => progress,
            Err(error) => return Some(self.abandon(ScriptError::no_stack(&error))),
        };
        Some(match progress {
            Progress::Suspended(Request::Call) => {
                self.state = State::Calling;
                self.context.time().note_call();
                Step::Call
            }
            Progress::Suspended(Request::Yield) => {
                self.state = State::Ready(Reply::Continue);
                Step::Yielded
            }
            Progress::Suspended(Request::Abandon) => {
                self.abandon(ScriptError::out_of_memory(&self.config))
            }
            Progress::Ended(Ending::Value) => Step::Done,
            Progress::Ended(Ending::Error) => Step::Failed,
        })
    }

    /// Ends a script that cannot go on: the allocator has taken it off its fiber, or there
    /// is no memory to bring it back on its stack.
    #[cold]
    fn abandon(&mut self, error: ScriptError) -> Step {
        self.is_abandoned = true;
        self.fiber.abandon();
        self.host.add_leaked(self.context.budget().used());
        error.write(&self.host, None);
        Step::Failed
    }

    /// Whether it was taken off its fiber for good.
    pub fn is_abandoned(&self) -> bool {
        self.is_abandoned
    }

    /// The most bytes of memory that it used; see [`Budget::peak`](memory::Budget::peak).
    #[inline]
    pub fn peak_memory(&self) -> usize {
        self.context.budget().peak()
    }

    /// Looks at the time before the script goes on from the event loop: the reply to
    /// go on with, or `None` if the event loop is to have its turn before.
    fn wake(&self, then: Reply, held: Duration) -> Option<Reply> {
        match self.context.time().wake(held) {
            Due::Nothing => Some(then),
            Due::Turn => None,
            Due::End(broken) => {
                self.context.fail(Termination::TimeLimit(broken));
                Some(Reply::Fail)
            }
        }
    }

    /// The clock of the script.
    pub fn clock(&self) -> Arc<Clock> {
        self.context.time().clock().clone()
    }

    /// Registers the Future that the called function returned. The fiber stays
    /// suspended in the call; this runs here to keep its stack small.
    fn wait(&mut self) -> Step {
        let future = PendingFuture::register();
        self.host.with_frame(|frame| frame.future = future.id());
        self.state = State::Waiting(future);
        self.context.time().pause();
        Step::Pending
    }

    /// Ends a suspended script: its destructors run, no more of the script does.
    pub fn cancel(&mut self) {
        while !self
            .resume(Reply::Cancel, Duration::ZERO)
            .is_none_or(Step::is_end)
        {}
    }
}
