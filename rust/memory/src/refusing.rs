//! Refuses one allocation of a fiber: for tests that refuse each in turn.

use std::cell::Cell;

use crate::meter::Meter;

thread_local! {
    /// Allocations on fibers until one is refused; 0 if none is to be.
    static LEFT: Cell<u64> = const { Cell::new(0) };
}

/// Refuses the `index`th allocation from now on that a fiber of this thread makes, from
/// 1 on.
pub fn refuse(index: u64) {
    LEFT.set(index);
}

/// Stops refusing. Returns whether the allocation was refused.
pub fn stop() -> bool {
    LEFT.replace(0) == 0
}

/// Whether the allocation that is being made is the one to refuse.
pub(crate) fn is_refused(meter: &Meter) -> bool {
    if meter.budget.get().is_null() || meter.is_held.get() || std::thread::panicking() {
        return false;
    }
    let left = LEFT.get();
    LEFT.set(left.saturating_sub(1));
    left == 1
}
