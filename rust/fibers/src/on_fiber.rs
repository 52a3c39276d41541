//! Values that must be dropped on a fiber's stack.

use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use crate::pool::StackPool;

/// Owns something that holds values of scripts, which may be nested so deeply that only
/// a fiber's stack is large enough to drop them.
///
/// Dropped elsewhere, it switches to such a stack. All that owns such values and can be
/// dropped by the host, at whatever time, owns them in one of these.
pub struct OnFiber<T> {
    value: ManuallyDrop<T>,
    stacks: Rc<StackPool>,
}

impl<T> OnFiber<T> {
    /// Owns `value`, to be dropped on one of `stacks`.
    pub fn new(value: T, stacks: &Rc<StackPool>) -> Self {
        OnFiber {
            value: ManuallyDrop::new(value),
            stacks: stacks.clone(),
        }
    }
}

impl<T> Deref for OnFiber<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for OnFiber<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> Drop for OnFiber<T> {
    #[inline]
    fn drop(&mut self) {
        let value = &mut self.value;
        // SAFETY: `value` is not used again: this is `drop`, and of the two places that
        // may drop it one runs.
        let mut drop = || unsafe { ManuallyDrop::drop(value) };
        if self.stacks.is_running() {
            drop();
        } else {
            // Where no stack can be had it leaks: dropping it here might overflow the
            // thread's own.
            let _ = self.stacks.run(drop);
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for OnFiber<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
