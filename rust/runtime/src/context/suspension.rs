//! Suspending the fiber of an execution, and the end of its script's stack.

use std::cell::Cell;
use std::ptr;

use fibers::Suspender;
use memory::{Abandon, Budget};

use crate::context::exchange::{Reply, Request};

/// The way off the fiber of an execution, once that runs.
#[derive(Debug)]
pub struct Suspension {
    /// Null until the fiber has started.
    suspender: Cell<*const Suspender<Reply, Request>>,
    /// The lowest address to which the script may let the stack grow.
    stack_limit: Cell<usize>,
}

impl Default for Suspension {
    /// The suspension of a fiber that has not started.
    fn default() -> Self {
        Suspension {
            suspender: Cell::new(ptr::null()),
            stack_limit: Cell::new(0),
        }
    }
}

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

impl Suspension {
    /// Stores the suspender of the fiber, which has started, and the lowest stack address
    /// that its script may reach; `budget` learns how to leave it.
    ///
    /// # Safety
    ///
    /// `suspender` lives until the fiber has ended, and `budget` is charged only while the
    /// fiber runs.
    #[inline]
    pub unsafe fn enter(
        &self,
        suspender: *const Suspender<Reply, Request>,
        stack_limit: usize,
        budget: &Budget,
    ) {
        self.suspender.set(suspender);
        self.stack_limit.set(stack_limit);
        // SAFETY: where the budget is charged, the fiber of this suspender runs.
        budget.set_abandon(unsafe { Abandon::new(leave, suspender.cast()) });
    }

    /// Exchanges the fiber for that of `other`, one of the same execution; `budget` learns how
    /// to leave that one.
    ///
    /// # Safety
    ///
    /// While `budget` is charged from now on, the fiber of `other` runs.
    pub unsafe fn exchange(&self, other: &Suspension, budget: &Budget) {
        self.suspender.swap(&other.suspender);
        self.stack_limit.swap(&other.stack_limit);
        match self.suspender.get() {
            // It has not started.
            suspender if suspender.is_null() => budget.forget_abandon(),
            // SAFETY: the caller's contract.
            suspender => budget.set_abandon(unsafe { Abandon::new(leave, suspender.cast()) }),
        }
    }

    /// Whether the script has left its part of the stack.
    #[inline(always)]
    pub fn has_left_stack(&self) -> bool {
        fibers::stack_address() < self.stack_limit.get()
    }

    /// Suspends the fiber.
    ///
    /// # Safety
    ///
    /// It is the fiber that runs.
    #[inline]
    pub unsafe fn suspend(&self, request: Request) -> Reply {
        // SAFETY: set when the fiber started, and it lives as long as the fiber runs, by the
        // contracts of `enter` and of this function.
        let suspender = unsafe { &*self.suspender.get() };
        suspender.suspend(request)
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use fibers::{Fiber, Progress, StackPool};
    use memory::Sizes;

    use super::*;
    use crate::limits::config::Config;

    #[test]
    fn a_fiber_suspends_itself_and_gets_a_reply() {
        let stacks = StackPool::new(Config::default().stack_layout());
        let suspension = Rc::new(Suspension::default());
        let budget = Budget::new(usize::MAX, Sizes::NONE, 1);
        let on_fiber = suspension.clone();
        let run = move |suspender: &Suspender<Reply, Request>, _| {
            // SAFETY: the suspender lives as long as the fiber; the budget is never charged.
            unsafe { on_fiber.enter(suspender, 0, &budget) };
            // SAFETY: this runs on that fiber.
            unsafe { on_fiber.suspend(Request::Yield) }
        };
        // SAFETY: only code on the fiber uses the suspender and the budget.
        let mut fiber = unsafe { Fiber::new(&stacks, run) }.expect("a stack");
        let progress = fiber.resume(Reply::Continue);
        assert!(matches!(progress, Ok(Progress::Suspended(Request::Yield))));
        let progress = fiber.resume(Reply::Cancel);
        assert!(matches!(progress, Ok(Progress::Ended(Reply::Cancel))));
    }

    #[test]
    fn a_script_leaves_its_stack_below_the_limit() {
        let suspension = Suspension::default();
        assert!(!suspension.has_left_stack());
        let budget = Budget::new(usize::MAX, Sizes::NONE, 1);
        // SAFETY: nothing suspends by it, and the budget is never charged.
        unsafe { suspension.enter(ptr::null(), usize::MAX, &budget) };
        assert!(suspension.has_left_stack());
    }
}
