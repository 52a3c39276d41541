//! Counts the memory that a running script takes: a global allocator and the budgets
//! that it charges.
//!
//! What a thread allocates is charged to the [`Budget`] of the execution whose fiber
//! runs on it. A block that exceeds the budget is granted all the same, and the next
//! operation of the script ends it: the standard library does not allow a failed
//! allocation to unwind. Functions that could make much at once [`ask`] before.
//!
//! A script that passes twice its budget even so, or for which the system has no
//! memory, is *abandoned*: the allocator leaves the fiber for good, as if its thread
//! slept for ever. Nothing on it runs or is freed any more, which is sound just as
//! `mem::forget` is. So no lock, and no borrow that others need, may be held where a
//! fiber allocates, except in [`held`] and [`uncounted`].

mod allocator;
mod block;
mod budget;
mod countdown;
mod meter;
mod panics;
#[cfg(feature = "refusing")]
pub mod refusing;
mod sizes;
mod trim;

pub use allocator::CountingAllocator;
pub use block::block;
pub use budget::{Abandon, Budget, LARGE, SLACK};
pub use countdown::Countdown;
pub use meter::*;
pub use panics::{is_capacity_overflow, keep_panics_quiet};
pub use sizes::{Excess, Sizes};
pub use trim::{keep_freed_memory, note_freed, note_freed_by_engine};
