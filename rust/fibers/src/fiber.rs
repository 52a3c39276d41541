//! Fibers: the only code that switches stacks.

use std::io;
use std::mem;
use std::rc::Rc;

use corosensei::{Coroutine, CoroutineResult, Yielder};

use crate::pool::{self, FiberStack, StackPool};

/// What a fiber did when it was resumed.
#[derive(Debug)]
pub enum Progress<Request, Outcome> {
    /// It suspended itself with a request.
    Suspended(Request),
    /// It ended.
    Ended(Outcome),
}

/// A function that can suspend itself from any depth of calls, and be resumed.
///
/// # Dropping
///
/// Dropping a suspended fiber unwinds its stack so that destructors run. Code on
/// the fiber that catches panics can get in the way of that; resume it with a
/// reply that makes it end, and drop it after.
pub struct Fiber<Reply: 'static, Request: 'static, Outcome: 'static> {
    /// Taken when it is dropped or abandoned.
    coroutine: Option<Coroutine<Reply, Request, Outcome, FiberStack>>,
    pool: Rc<StackPool>,
}

impl<Reply, Request, Outcome> Fiber<Reply, Request, Outcome> {
    /// Makes a fiber that will run `f` when it is first resumed. `f` is given
    /// what it suspends itself with, and the first reply.
    ///
    /// # Errors
    ///
    /// The pool has no stack and cannot map one.
    #[inline]
    pub fn new(
        pool: &Rc<StackPool>,
        f: impl FnOnce(&Suspender<Reply, Request>, Reply) -> Outcome + 'static,
    ) -> io::Result<Self> {
        let stack = pool.take()?;
        Ok(Fiber {
            coroutine: Some(Coroutine::with_stack(stack, |yielder, reply| {
                // SAFETY: `Suspender` is `repr(transparent)` over `Yielder`.
                let suspender = unsafe { &*(yielder as *const Yielder<_, _>).cast() };
                f(suspender, reply)
            })),
            pool: pool.clone(),
        })
    }

    /// Runs the fiber until it suspends itself or ends.
    ///
    /// # Panics
    ///
    /// The fiber has ended or was abandoned. A panic on the fiber is propagated.
    #[inline]
    pub fn resume(&mut self, reply: Reply) -> Progress<Request, Outcome> {
        let _running = self.pool.enter();
        let coroutine = self.coroutine.as_mut().expect("it was not abandoned");
        match coroutine.resume(reply) {
            CoroutineResult::Yield(request) => Progress::Suspended(request),
            CoroutineResult::Return(outcome) => Progress::Ended(outcome),
        }
    }

    /// Leaves the fiber suspended for good: nothing on it runs or is dropped any more,
    /// and its stack is never used again. Returns the bytes of stack that are lost.
    ///
    /// Sound, like [`std::mem::forget`]: to the rest of the program it is a thread that
    /// sleeps for ever.
    pub fn abandon(&mut self) -> usize {
        let Some(mut coroutine) = self.coroutine.take() else {
            return 0;
        };
        if !coroutine.done() {
            // SAFETY: what is on the stack stays there, untouched, as the stack is
            // forgotten: whatever points into it stays valid.
            unsafe { coroutine.force_reset() };
        }
        let stack = coroutine.into_stack();
        let touched = pool::touched(&stack);
        mem::forget(stack);
        touched
    }
}

impl<Reply, Request, Outcome> Drop for Fiber<Reply, Request, Outcome> {
    #[inline]
    fn drop(&mut self) {
        let Some(mut coroutine) = self.coroutine.take() else {
            return;
        };
        if !coroutine.done() {
            let _running = self.pool.enter();
            coroutine.force_unwind();
        }
        self.pool.give_back(coroutine.into_stack());
    }
}

/// Lets the code on a fiber suspend it.
#[repr(transparent)]
pub struct Suspender<Reply, Request>(Yielder<Reply, Request>);

impl<Reply, Request> Suspender<Reply, Request> {
    /// Suspends the fiber with `request`; returns the reply it is resumed with.
    ///
    /// Never inlined: the fiber may continue on another thread, and a caller
    /// must not keep the address of a thread-local across the switch.
    #[inline(never)]
    pub fn suspend(&self, request: Request) -> Reply {
        self.0.suspend(request)
    }
}

/// The address below which the current fiber's script must not let its stack
/// grow. Call it first on a new fiber, near the base of its stack.
#[inline]
pub fn script_stack_limit(pool: &StackPool) -> usize {
    stack_address() - pool.layout().script
}

/// An address in the current stack frame.
#[inline(always)]
pub fn stack_address() -> usize {
    let here = 0u8;
    std::hint::black_box(&raw const here) as usize
}
