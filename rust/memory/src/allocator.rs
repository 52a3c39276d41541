//! The global allocator: the system's, with every block counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;

use crate::block::taken;
use crate::budget::Budget;
use crate::meter::{Meter, METER};
#[cfg(feature = "refusing")]
use crate::refusing;
use crate::sizes::Excess;

/// The system's allocator, with every block counted. Memory is limited only in programs
/// that install it as their global allocator.
#[derive(Debug, Clone, Copy, Default)]
pub struct CountingAllocator;

/// Counts a block that is about to be allocated.
#[inline(always)]
fn take(bytes: i64) {
    METER.with(|meter| {
        let used = meter.used.get().wrapping_add(bytes);
        meter.used.set(used);
        meter.allocations.set(meter.allocations.get() + 1);
        if used > meter.threshold.get() {
            pass(meter, bytes);
        }
    });
}

#[inline(always)]
fn give_back(bytes: i64) {
    METER.with(|meter| meter.used.set(meter.used.get().wrapping_sub(bytes)));
}

/// Called when the threshold is passed by `bytes` that were just counted: if that is too
/// much, ends the script at its next operation, or here if it is far too much.
#[cold]
#[inline(never)]
fn pass(meter: &Meter, bytes: i64) {
    // SAFETY: what `charge` was given, which outlives its guard.
    let Some(budget) = (unsafe { meter.budget.get().as_ref() }) else {
        return;
    };
    // A panic needs some memory to end in order.
    if std::thread::panicking() {
        return;
    }
    let used = meter.used.get();
    meter.peak.set(meter.peak.get().max(used));
    let is_far_too_much = budget.passed(used);
    meter.threshold.set(budget.threshold());
    if is_far_too_much && may_leave(meter) {
        give_back(bytes);
        abandon(budget);
    }
}

/// Called when the system has no block of `bytes`. Where it returns, the allocation
/// fails, which ends the process.
#[cold]
#[inline(never)]
fn refuse(bytes: i64) -> *mut u8 {
    METER.with(|meter| {
        meter.used.set(meter.used.get().wrapping_sub(bytes));
        // SAFETY: what `charge` was given, which outlives its guard.
        let budget = unsafe { meter.budget.get().as_ref() };
        if let (Some(budget), true) = (budget, may_leave(meter)) {
            budget.exceed(Excess::Memory);
            abandon(budget);
        }
    });
    ptr::null_mut()
}

/// Whether the running fiber may be left.
fn may_leave(meter: &Meter) -> bool {
    !meter.is_held.get() && !std::thread::panicking()
}

/// Leaves the running fiber for good.
fn abandon(budget: &Budget) {
    if let Some(abandon) = budget.abandon() {
        // SAFETY: the budget is charged: that of the fiber that runs.
        unsafe { abandon.leave() };
        // It does not come back: whoever asked for the block would go on.
        std::process::abort();
    }
}

/// The alignment of the blocks that strings of scripts have, and nothing else: `smartstring`
/// keeps the lowest bit of their addresses for itself.
const STRING_ALIGNMENT: usize = 2;

/// Ends the script at its next operation if a block is that of a string which is too long.
/// Rhai's operators make strings without asking anybody.
#[inline(always)]
fn look_at_string(layout: Layout, size: usize) {
    if layout.align() == STRING_ALIGNMENT {
        METER.with(|meter| {
            if size > meter.largest_string.get() {
                end_of_string(meter, size);
            }
        });
    }
}

#[cold]
#[inline(never)]
fn end_of_string(meter: &Meter, size: usize) {
    // SAFETY: what `charge` was given, which outlives its guard.
    if let Some(budget) = unsafe { meter.budget.get().as_ref() } {
        budget.exceed(budget.sizes().limit_of_string_block(size));
    }
}

#[inline(always)]
fn counted(bytes: i64, allocate: impl FnOnce() -> *mut u8) -> *mut u8 {
    take(bytes);
    #[cfg(feature = "refusing")]
    if METER.with(refusing::is_refused) {
        return refuse(bytes);
    }
    let pointer = allocate();
    match pointer.is_null() {
        true => refuse(bytes),
        false => pointer,
    }
}

// Not inlined: it would make the stack frames of all that allocates larger, and keep the
// address of a thread-local across a switch of fibers.
//
// SAFETY: what is asked for is passed on to the system's allocator as it came, and its
// failure is passed back. Where a fiber is abandoned the call does not return, as if its
// thread slept for ever. Nothing in here allocates or unwinds: a meter has no destructor
// and no lazy initialisation, or is made with a block of the C library (`per_thread.rs`).
unsafe impl GlobalAlloc for CountingAllocator {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        look_at_string(layout, layout.size());
        // SAFETY: the caller's contract.
        counted(taken(layout.size()), || unsafe { System.alloc(layout) })
    }

    #[inline(never)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract.
        counted(taken(layout.size()), || unsafe {
            System.alloc_zeroed(layout)
        })
    }

    #[inline(never)]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        give_back(taken(layout.size()));
        // SAFETY: the caller's contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    #[inline(never)]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        look_at_string(layout, size);
        let more = taken(size) - taken(layout.size());
        // SAFETY: the caller's contract.
        counted(more, || unsafe { System.realloc(pointer, layout, size) })
    }
}
