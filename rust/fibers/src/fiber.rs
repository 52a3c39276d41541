//! Fibers: the only code that switches stacks.

use std::io;
use std::rc::Rc;

use corosensei::{Coroutine, CoroutineResult};

use crate::place::{Frames, OnPlace, Place};
use crate::pool::StackPool;
#[cfg(feature = "poison")]
use crate::pool::SHARES_STACKS;
use crate::suspender::{stack_address, Suspender, ALIGNMENT};

/// The end of a run of a fiber: it has suspended itself, or ended.
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
/// reply that makes it end, and drop it after. Where there is no memory to bring its
/// frames back, or another fiber runs on its stack, it is [abandoned](Self::abandon).
pub struct Fiber<Reply: 'static, Request: 'static, Outcome: 'static> {
    /// `None` once it has ended.
    coroutine: Option<Coroutine<Reply, Request, Outcome, OnPlace>>,
    frames: Rc<Frames>,
    place: Rc<Place>,
    pool: Rc<StackPool>,
}

impl<Reply, Request, Outcome> Fiber<Reply, Request, Outcome> {
    /// Makes a fiber that will run `f` when it is first resumed. `f` is given
    /// what it suspends itself with, and the first reply.
    ///
    /// # Errors
    ///
    /// The pool has no stack and cannot map one, or there is no memory to make room on one.
    ///
    /// # Safety
    ///
    /// Whenever `f` suspends itself, nothing outside its stack may refer to its stack: see
    /// [the rule](crate#the-rule).
    #[inline]
    pub unsafe fn new(
        pool: &Rc<StackPool>,
        f: impl FnOnce(&Suspender<Reply, Request>, Reply) -> Outcome + 'static,
    ) -> io::Result<Self> {
        let place = pool.take()?;
        let on_place: *const Place = &*place;
        let f = move |yielder: &_, reply| {
            // SAFETY: the fiber runs at this place, which it keeps.
            let suspender = unsafe { Suspender::new(yielder, on_place) };
            f(&suspender, reply)
        };
        let frames = place.admit(used_before_start(&f));
        pool.note_suspension(&place);
        // SAFETY: the fiber keeps its place until after the coroutine.
        let stack = unsafe { OnPlace::new(&place) };
        Ok(Fiber {
            coroutine: Some(Coroutine::with_stack(stack, f)),
            frames,
            place,
            pool: pool.clone(),
        })
    }

    /// Runs the fiber until it suspends itself or ends.
    ///
    /// # Errors
    ///
    /// Those of [`prepare`](Self::prepare).
    ///
    /// # Panics
    ///
    /// Those of [`Prepared::resume`].
    pub fn resume(&mut self, reply: Reply) -> io::Result<Progress<Request, Outcome>> {
        Ok(self.prepare()?.resume(reply))
    }

    /// Brings the frames of the fiber back on its stack, and keeps them there until the
    /// result is dropped.
    ///
    /// Memory is allocated and freed here and when the result is dropped, not while the
    /// fiber is resumed.
    ///
    /// # Errors
    ///
    /// There is no memory to make room on its stack, or something runs there: `resume` was
    /// called by another fiber. The fiber stays as it was.
    #[inline]
    pub fn prepare(&mut self) -> io::Result<Prepared<'_, Reply, Request, Outcome>> {
        if self.coroutine.is_some() {
            self.pool.bring_back(&self.frames, &self.place)?;
            self.place.set_in_use(true);
        }
        Ok(Prepared(self))
    }

    /// Gives the fiber up: nothing on it runs or is dropped any more. Its stack is used
    /// again.
    ///
    /// For what is on the heap this is like [`std::mem::forget`]. Nothing outside refers to
    /// its stack, as it is suspended.
    pub fn abandon(&mut self) {
        let Some(mut coroutine) = self.coroutine.take() else {
            return;
        };
        let is_here = self.place.holds(&self.frames);
        // SAFETY: by the contract of `new` nothing outside refers to what is on the stack,
        // so that nobody misses it. On Windows it is there.
        unsafe { coroutine.force_reset() };
        drop(coroutine);
        match is_here {
            true => self.pool.leave(&self.place),
            false => self.pool.note_freed(self.frames.forget()),
        }
    }

    /// Whether it has ended, or was abandoned.
    pub fn has_ended(&self) -> bool {
        self.coroutine.is_none()
    }

    /// Bytes of its stack that the fiber uses, while it is suspended and no other one has
    /// the stack.
    pub fn used_stack(&self) -> usize {
        match self.place.holds(&self.frames) {
            true => self.place.used(),
            false => 0,
        }
    }
}

/// Bytes of the stack that a coroutine uses before it is started: the function that it
/// will run, as it is aligned, and some words.
fn used_before_start<F>(_: &F) -> usize {
    /// On x86-64 it is three words and padding; on Windows, nine.
    const WORDS: usize = 128;
    let used = size_of::<F>() + align_of::<F>() + WORDS;
    used.next_multiple_of(ALIGNMENT)
}

impl<Reply, Request, Outcome> Drop for Fiber<Reply, Request, Outcome> {
    #[inline]
    fn drop(&mut self) {
        if self.coroutine.is_some() {
            let unwound = self.prepare().map(|mut prepared| prepared.unwind());
            if unwound.is_err() {
                self.abandon();
            }
        }
    }
}

/// A fiber whose frames are on its stack.
pub struct Prepared<'a, Reply: 'static, Request: 'static, Outcome: 'static>(
    &'a mut Fiber<Reply, Request, Outcome>,
);

impl<Reply, Request, Outcome> Prepared<'_, Reply, Request, Outcome> {
    /// Runs the fiber until it suspends itself or ends.
    ///
    /// # Panics
    ///
    /// The fiber has ended or was abandoned. A panic on the fiber is propagated.
    #[inline]
    pub fn resume(&mut self, reply: Reply) -> Progress<Request, Outcome> {
        let coroutine = self.0.coroutine.as_mut();
        let coroutine = coroutine.expect("it has not ended and was not abandoned");
        let _running = self.0.pool.enter();
        match coroutine.resume(reply) {
            CoroutineResult::Yield(request) => Progress::Suspended(request),
            CoroutineResult::Return(outcome) => Progress::Ended(outcome),
        }
    }

    /// Unwinds the stack of the fiber, if it is suspended.
    fn unwind(&mut self) {
        if let Some(coroutine) = &mut self.0.coroutine {
            let _running = self.0.pool.enter();
            coroutine.force_unwind();
        }
    }
}

impl<Reply, Request, Outcome> Drop for Prepared<'_, Reply, Request, Outcome> {
    #[inline]
    fn drop(&mut self) {
        let Fiber {
            coroutine,
            place,
            pool,
            ..
        } = &mut *self.0;
        let Some(suspended) = coroutine else {
            return;
        };
        place.set_in_use(false);
        if suspended.done() {
            // While what it leaves is there: on Windows it is looked at.
            *coroutine = None;
            pool.leave(place);
        } else {
            pool.note_suspension(place);
            #[cfg(feature = "poison")]
            if SHARES_STACKS && pool.spill(place).is_ok() {
                place.poison();
            }
        }
    }
}

/// The address below which the current fiber's script must not let its stack
/// grow. Call it first on a new fiber, near the base of its stack.
#[inline]
pub fn script_stack_limit(pool: &StackPool) -> usize {
    stack_address() - pool.layout().script
}
