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
//!
//! # Why the allocator counts
//!
//! Counting operations cannot bound memory: one operation can double a value, and one call of a
//! native function can ask for any amount. Nor can measuring values: it takes as long as they
//! are large, and what a native function makes on the way is no value yet. A refused allocation
//! must not unwind: an allocator may not, and collections of the standard library (`BTreeMap`
//! among them) are left broken or abort. Limits of the operating system are a process's, and end
//! it. A heap for each script would need Rhai to take an allocator.
//!
//! # How it counts
//!
//! - The count is in a `thread_local!` only while a fiber runs. Each resumption sets it to what
//!   the execution had, and takes it back after.
//! - The operations countdown lies beside the count ([`Budget`]). A block that exceeds the budget
//!   sets it to zero. That costs nothing at operations, and one comparison at allocations.
//! - Nothing is unwound: destructors free what the script had as at any error. While a panic is
//!   under way everything is granted, without consequences.
//! - A script is abandoned at twice its budget and [`SLACK`]. What it has on the heap is leaked and
//!   counted as such; its stack is used again. An engine that has leaked four budgets runs no more. Its Rhai engine is made anew,
//!   as the script may have borrowed something of it.
//! - The host's own memory is not counted: tables, the cache of scripts, and the buffer in which
//!   values go to the host. That one may have as many bytes as the script could still allocate.
//! - What the host writes arrives before the fiber runs, for nobody. A long string, and what a
//!   Future completes with, is taken over as it is; [`adopt`] then counts it for the script that
//!   will free it. Reading a value asks for each part of it. A script's result is read, and its
//!   error described, on the fiber too, under the same count.
//! - What an execution leaves behind is in the count of none. Compiled scripts have a cache of
//!   their own size. What functions keep that the host has is measured when calls have left a
//!   quarter of the budget behind; a function that keeps more than the budget is refused.

mod allocator;
mod block;
mod budget;
mod countdown;
mod meter;
mod panics;
#[cfg(any(target_os = "android", all(test, unix)))]
mod per_thread;
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
