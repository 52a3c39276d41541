//! A host together with the shared state of its engine.

use std::cell::Cell;
use std::ptr;
use std::rc::{Rc, Weak};

use crate::context::context::ExecutionContext;
use crate::context::running::Running;
use crate::context::shared::Shared;
use crate::execution::pending_futures::Completion;
use crate::host::Host;
use crate::library::callbacks::calls::Calls;

/// A host together with the shared state of its engine.
pub struct Hosted<H: Host> {
    /// The host.
    pub host: H,
    /// State that concerns no host.
    pub shared: Rc<Shared>,
    /// Where functions in the Rhai engine find this while a script runs.
    pub running: Rc<RunningHost<H>>,
    /// The completion of the Future that the script waited for which is resumed.
    pub(crate) completed: Cell<Option<Completion<H::Completion>>>,
    /// The calls that the script which suspends itself now wants to make at the same time.
    pub(crate) calls: Cell<Weak<Calls>>,
}

/// The host whose script runs now, of the engines that share functions.
pub struct RunningHost<H: Host> {
    hosted: Cell<*const Hosted<H>>,
    /// The execution that runs.
    pub running: Rc<Running>,
}

impl<H: Host> Default for RunningHost<H> {
    fn default() -> Self {
        RunningHost {
            hosted: Cell::new(ptr::null()),
            running: Rc::default(),
        }
    }
}

impl<H: Host> RunningHost<H> {
    /// The host whose script runs, and the state that its engine shares with it.
    #[inline(always)]
    pub fn hosted(&self) -> Option<&Hosted<H>> {
        // SAFETY: the pointer is set while the fiber of an execution runs, see `Hosted::enter`,
        // and the execution holds this as long as its fiber.
        unsafe { self.hosted.get().as_ref() }
    }
}

impl<H: Host> Hosted<H> {
    /// Makes the shared state of an engine whose functions find it in `running`.
    pub fn new(host: H, shared: Shared, running: &Rc<RunningHost<H>>) -> Rc<Self> {
        Rc::new(Hosted {
            host,
            shared: shared.into(),
            running: running.clone(),
            completed: Cell::new(None),
            calls: Cell::default(),
        })
    }

    /// Says that an execution of this engine runs, until the result is dropped. Only for
    /// [`Execution::resume`](crate::execution::execution::Execution::resume).
    #[inline]
    pub(crate) fn enter<'a>(&'a self, context: &'a ExecutionContext) -> Entered<'a, H> {
        self.running.hosted.set(self);
        self.running.running.enter(&self.shared, context);
        Entered(self)
    }
}

/// Says that an execution runs. It ends also when that panics.
pub(crate) struct Entered<'a, H: Host>(&'a Hosted<H>);

impl<H: Host> Drop for Entered<'_, H> {
    #[inline]
    fn drop(&mut self) {
        let Hosted {
            running, shared, ..
        } = self.0;
        running.hosted.set(ptr::null());
        running.running.leave(shared);
    }
}
