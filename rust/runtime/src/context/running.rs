//! The execution that runs now, of the engines that share functions.
//!
//! The functions in a Rhai engine are made once, and run for scripts of each engine that has it.
//! So they know none of these engines, and look here for the one that runs.

use std::cell::Cell;
use std::ptr;

use crate::context::context::ExecutionContext;
use crate::context::shared::Shared;
use crate::functions::table::FunctionTable;

/// The execution that runs now, and its engine.
pub struct Running {
    context: Cell<*const ExecutionContext>,
    shared: Cell<*const Shared>,
}

impl Default for Running {
    fn default() -> Self {
        Running {
            context: Cell::new(ptr::null()),
            shared: Cell::new(ptr::null()),
        }
    }
}

impl Running {
    /// The execution that is running.
    #[inline(always)]
    pub fn context(&self) -> Option<&ExecutionContext> {
        // SAFETY: the pointer is set while the fiber of that execution runs, see `enter`, and
        // the context outlives its fiber.
        unsafe { self.context.get().as_ref() }
    }

    /// The state that its engine shares with its scripts.
    #[inline]
    pub fn shared(&self) -> Option<&Shared> {
        // SAFETY: as in `context`; an execution holds what its engine shares with it.
        unsafe { self.shared.get().as_ref() }
    }

    /// The functions of its engine's scripts that the host has.
    pub fn functions(&self) -> Option<&FunctionTable> {
        Some(&self.shared()?.functions)
    }

    /// Says that an execution runs, until [`leave`](Self::leave) is called.
    #[inline]
    pub(crate) fn enter(&self, shared: &Shared, context: &ExecutionContext) {
        self.context.set(context);
        self.shared.set(shared);
        shared.set_current(context);
    }

    /// Says that no execution runs any more.
    #[inline]
    pub(crate) fn leave(&self, shared: &Shared) {
        self.context.set(ptr::null());
        self.shared.set(ptr::null());
        shared.set_current(ptr::null());
    }
}
