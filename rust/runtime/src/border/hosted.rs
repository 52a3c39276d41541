//! A host together with the shared state of its engine.

use std::cell::Cell;
use std::ptr;
use std::rc::{Rc, Weak};

use fibers::StackPool;
use rhai::FnPtr;

use crate::border::exporter::bound_prototype;
use crate::context::context::ExecutionContext;
use crate::context::running::Running;
use crate::context::shared::{Pointers, Shared};
use crate::execution::pending_futures::Completion;
use crate::execution::script_cache::ScriptCache;
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

/// The host whose script runs now, of the engines that share Rhai engines.
pub struct RunningHost<H: Host> {
    hosted: Cell<*const Hosted<H>>,
    /// The execution that runs.
    pub running: Rc<Running>,
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
    /// Makes the shared state of an engine; `closure` makes the pointer to functions of the
    /// host that others are made from.
    pub fn new(
        host: H,
        stacks: Rc<StackPool>,
        scripts: ScriptCache,
        closure: impl FnOnce(Rc<RunningHost<H>>) -> FnPtr,
    ) -> Rc<Self> {
        let running = Rc::new(RunningHost {
            hosted: Cell::new(ptr::null()),
            running: Rc::default(),
        });
        let pointers = Pointers {
            host_closure: closure(running.clone()),
            bound: bound_prototype(running.running.clone()),
        };
        Self::with(host, Shared::new(stacks, scripts, pointers), running)
    }

    /// Makes the shared state of an engine that has the same functions and constants of the
    /// host, and can share Rhai engines with this one.
    pub fn fork(&self, host: H, stacks: Rc<StackPool>, scripts: ScriptCache) -> Rc<Self> {
        let shared = self.shared.fork(stacks, scripts);
        Self::with(host, shared, self.running.clone())
    }

    fn with(host: H, shared: Shared, running: Rc<RunningHost<H>>) -> Rc<Self> {
        Rc::new(Hosted {
            host,
            shared: Rc::new(shared),
            running,
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
