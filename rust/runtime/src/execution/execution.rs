//! Running scripts: start, resume, cancel.
//!
//! When a script is resumed from the event loop, the limits and the turn are looked at before
//! its fiber is entered. It ends, or yields and keeps what its Future completed with, or goes
//! on. A limit of time that was broken is kept: every later operation fails with it.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use std::{io, mem};

use fibers::{Fiber, Progress, Suspender};
use slotmap::DefaultKey;

use crate::border::exporter::Exporter;
use crate::border::hosted::Hosted;
use crate::context::clock::Clock;
use crate::context::context::ExecutionContext;
use crate::context::exchange::{Reply, Request, Step};
use crate::context::execution_time::{Due, Start};
use crate::errors::script_error::{Detail, RuntimeKind, ScriptError};
use crate::errors::termination::Termination;
use crate::errors::translate::limit_of;
use crate::execution::child::Child;
use crate::execution::job::Job;
use crate::execution::kept_scope::ScopeUse;
use crate::execution::pending_futures::{Completion, PendingFuture};
use crate::host::Host;
use crate::library::callbacks::calls::Calls;
use crate::limits::config::Config;

/// The end of a fiber; the host has what it ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Value,
    Error,
}

/// Sends an error to the host. Apart, because the frame of the function that
/// runs a script is part of what each waiting script keeps.
#[cold]
#[inline(never)]
fn report<H: Host>(
    hosted: &Hosted<H>,
    exporter: Option<&Exporter>,
    error: impl FnOnce() -> ScriptError,
) -> Ending {
    hosted.host.send_error(error(), exporter);
    Ending::Error
}

/// A script between its start and its end.
pub struct Execution<H: Host> {
    fiber: Fiber<Reply, Request, Ending>,
    context: Rc<ExecutionContext>,
    hosted: Rc<Hosted<H>>,
    config: Rc<Config>,
    state: State<H::Completion>,
    is_abandoned: bool,
    /// Its use of a scope. It ends after the fiber, which puts the variables back.
    _scope: Option<ScopeUse>,
    /// If it is a call of `parallel`, what makes it one.
    child: Option<Box<Child>>,
    /// Calls that it makes at the same time.
    calls: Weak<Calls>,
    /// How many of them have started and not ended.
    children: usize,
}

/// The event that an execution waits for.
#[derive(Debug)]
enum State<C: 'static> {
    /// To be started.
    New,
    /// To be gone on with, by this reply.
    Ready(Reply),
    /// The answer to a call.
    Calling,
    /// The Future that a call returned.
    Waiting(PendingFuture<C>),
    /// To be gone on with: the Future has completed, or never can.
    Completed(Option<Completion<C>>),
}

impl<H: Host> Execution<H> {
    /// Prepares a script to run; the first [`resume`](Self::resume) starts it.
    ///
    /// # Errors
    ///
    /// There is no stack for it.
    #[inline]
    pub fn new(
        hosted: &Rc<Hosted<H>>,
        config: &Rc<Config>,
        job: Job,
        start: Start,
    ) -> io::Result<Self> {
        let scope = job.scope().map(ScopeUse::begin);
        let context = Rc::new(ExecutionContext::new(config, job.engine().clone(), start));
        let mut execution = Self::with_context(hosted, config, context, job, None)?;
        execution._scope = scope;
        Ok(execution)
    }

    /// Prepares a call that the script wants to make at the same time as others, with those
    /// that it has started so far. `None` if it wants none, or none any more.
    ///
    /// # Errors
    ///
    /// There is no stack for it.
    pub fn start_child(&mut self, key: DefaultKey) -> Option<io::Result<Self>> {
        let calls = self.calls.upgrade()?;
        let job = Job::Strand(calls.begin()?, calls);
        let child = Box::new(Child::new(&self.context, self.child.as_deref(), key));
        let context = self.context.clone();
        let child = Self::with_context(&self.hosted, &self.config, context, job, Some(child));
        Some(child.inspect(|_| self.children += 1))
    }

    fn with_context(
        hosted: &Rc<Hosted<H>>,
        config: &Rc<Config>,
        context: Rc<ExecutionContext>,
        job: Job,
        child: Option<Box<Child>>,
    ) -> io::Result<Self> {
        let run =
            {
                let (hosted, config, context) = (hosted.clone(), config.clone(), context.clone());
                move |suspender: &Suspender<Reply, Request>, reply| {
                    context.enter(suspender, fibers::script_stack_limit(&hosted.shared.stacks));
                    if reply == Reply::Cancel {
                        return Ending::Error;
                    }
                    // Everything that handles the script's values stays on the
                    // fiber, whose stack is large enough to drop what is nested.
                    let run =
                        || {
                            job.run(&hosted, &context, &config, |result, hint, exporter| {
                                match result {
                                    Ok(value) => match hosted.host.send_value(value, exporter) {
                                        Ok(()) => Ending::Value,
                                        Err(error) => report(&hosted, Some(exporter), || {
                                            match context.budget().exceeded() {
                                                Some(limit) => limit_of(limit.into(), &config),
                                                None => ScriptError::conversion(error),
                                            }
                                        }),
                                    },
                                    Err(error) => report(&hosted, Some(exporter), || {
                                        let line = context.error_details().take_faulty_line();
                                        let hint = hint.unwrap_or_default();
                                        let mut error =
                                            ScriptError::from_rhai(*error, &config, line, &hint);
                                        context.explain(&mut error);
                                        if hint.advice.is_none() {
                                            add_candidates(&hosted, &mut error);
                                        }
                                        error.with_advice(hint.advice.or(hint.remark))
                                    }),
                                }
                            })
                        };
                    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
                        report(&hosted, None, || {
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
        let fiber = unsafe { Fiber::new(&hosted.shared.stacks, run) }?;
        // The clock runs if this is within a call of the script that it is a child of.
        let state = match child.is_some() && !context.time().is_running() {
            true => State::Ready(Reply::Continue),
            false => State::New,
        };
        Ok(Execution {
            fiber,
            context,
            hosted: hosted.clone(),
            config: config.clone(),
            state,
            is_abandoned: false,
            _scope: None,
            child,
            calls: Weak::new(),
            children: 0,
        })
    }

    /// Runs the script until it wants something or ends. `None` if `reply` is no
    /// answer to what it wants.
    ///
    /// To continue, it is said for how long the event loop has been `held` by now.
    #[inline]
    pub fn resume(&mut self, reply: Reply, held: Duration) -> Option<Step> {
        if let (State::Waiting(future), Reply::Continue) = (&mut self.state, reply) {
            match future.poll() {
                Poll::Pending => return Some(Step::Pending(future.id())),
                Poll::Ready(completion) => self.state = State::Completed(completion),
            }
        }
        let reply = match (&self.state, reply) {
            (_, Reply::Cancel) => reply,
            (State::New, Reply::Continue) => {
                // A child that is started within a call of its script is in the turn of that.
                let has_turn = held.is_zero() || self.child.is_some();
                if !has_turn && self.context.time().is_turn_over(held) {
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
            (State::Ready(_) | State::Completed(_), Reply::Continue) => match self.wake(held) {
                Some(reply) => reply,
                None => return Some(Step::Yielded),
            },
            _ => return None,
        };
        self.end_call();
        let progress = self.fiber.prepare().map(|mut fiber| {
            let _strand = self
                .child
                .as_deref()
                .map(|child| child.enter(&self.context));
            let _current = self.hosted.enter(&self.context);
            let _charged = memory::charge(self.context.budget());
            fiber.resume(reply)
        });
        if let Some(child) = &self.child {
            child.leave(&self.context, &self.fiber);
        }
        let progress = match progress {
            Ok(progress) => progress,
            Err(error) => return Some(self.abandon(ScriptError::no_stack(&error))),
        };
        Some(match progress {
            Progress::Suspended(Request::Call) => {
                self.begin_call();
                Step::Call
            }
            Progress::Suspended(Request::CallAll) => {
                self.calls = self.hosted.calls.take();
                self.begin_call();
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

    /// Notes that the script is within a call of the host.
    #[inline]
    fn begin_call(&mut self) {
        self.state = State::Calling;
        self.context.time().note_call();
        if let Some(child) = &self.child {
            child.begin_call(&self.context);
        }
    }

    /// Notes that it is not, or not any more.
    #[inline]
    fn end_call(&self) {
        if let Some(child) = &self.child {
            child.end_call(&self.context);
        }
    }

    /// Ends a script that cannot go on: the allocator has taken it off its fiber, or there
    /// is no memory to bring it back on its stack.
    #[cold]
    fn abandon(&mut self, error: ScriptError) -> Step {
        self.is_abandoned = true;
        self.fiber.abandon();
        if let Some(child) = &self.child {
            child.leave(&self.context, &self.fiber);
        }
        // It may not have come to take it.
        self.hosted.completed.take();
        let used = self.context.budget().used();
        self.hosted.shared.add_leaked(used);
        self.hosted.host.send_error(error, None);
        Step::Failed
    }

    /// Whether it was taken off its fiber for good.
    pub fn is_abandoned(&self) -> bool {
        self.is_abandoned
    }

    /// The most bytes of memory that it used; see [`Budget::peak`](memory::Budget::peak).
    #[inline]
    pub fn peak_memory(&self) -> usize {
        match self.child {
            Some(_) => 0,
            None => self.context.budget().peak(),
        }
    }

    /// The bytes of memory that it uses, while it does not run. Those of a child are its parent's.
    pub fn used_memory(&self) -> usize {
        match self.child {
            Some(_) => 0,
            None => self.context.budget().used(),
        }
    }

    /// The execution that it is a child of.
    pub fn parent(&self) -> Option<DefaultKey> {
        self.child.as_ref().map(|child| child.parent)
    }

    /// How many of the calls that it makes at the same time have started and not ended.
    pub fn children(&self) -> usize {
        self.children
    }

    /// Notes that one of these has ended.
    pub fn note_end_of_child(&mut self) {
        self.children -= 1;
    }

    /// Looks at the time before the script goes on from the event loop: the reply to
    /// go on with, or `None` if the event loop is to have its turn before.
    fn wake(&mut self, held: Duration) -> Option<Reply> {
        match self.context.time().wake(held) {
            Due::Nothing => {}
            Due::Turn => return None,
            Due::End(broken) => {
                self.context.fail(Termination::TimeLimit(broken));
                return Some(Reply::Fail);
            }
        }
        Some(match mem::replace(&mut self.state, State::Calling) {
            State::Completed(completion) => {
                self.hosted.completed.set(completion);
                Reply::Completed
            }
            State::Ready(reply) => reply,
            State::New | State::Calling | State::Waiting(_) => Reply::Continue,
        })
    }

    /// The clock of the script.
    pub fn clock(&self) -> Arc<Clock> {
        self.context.time().clock().clone()
    }

    /// Registers the Future that the called function returned. The fiber stays
    /// suspended in the call; this runs here to keep its stack small.
    fn wait(&mut self) -> Step {
        let future = H::pending_futures().register();
        let id = future.id();
        self.state = State::Waiting(future);
        self.end_call();
        self.context.time().pause();
        Step::Pending(id)
    }

    /// Ends a suspended script: its destructors run, no more of the script does.
    pub fn cancel(&mut self) {
        while !self
            .resume(Reply::Cancel, Duration::ZERO)
            .is_none_or(Step::is_end)
        {}
    }
}

/// If an error says that there is no such function for some arguments, adds the functions of
/// the host of this name.
fn add_candidates<H: Host>(hosted: &Hosted<H>, error: &mut ScriptError) {
    if let Detail::Runtime(RuntimeKind::FunctionNotFound, name) = &error.detail {
        // Who is abandoned would never give back what is borrowed.
        memory::held(|| {
            let functions = hosted.shared.host_functions.borrow();
            if let Some(candidates) = functions.candidates(name) {
                error.message.push_str(&candidates);
            }
        });
    }
}
