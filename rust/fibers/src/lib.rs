//! Fibers: functions that can suspend themselves from any depth of calls, and the stacks
//! that they run on.
//!
//! All that depends on how a machine switches and maps stacks is in here.
//!
//! # Few stacks for many fibers
//!
//! A pool has a few stacks, and a fiber runs on one of them for its whole life. It stays
//! there when it is suspended. If another fiber needs the stack, and there is none that is
//! free, the used bytes of the one that is suspended for longest are *spilled*: copied to
//! the heap. They are copied back to the same addresses before it goes on. So pointers
//! within its stack stay valid, and a suspended fiber takes at most as many bytes as it
//! uses; those that are suspended in the same place share what is the same.
//!
//! A fiber that does not suspend itself while others need stacks is never copied. Where
//! stacks are not shared ([`SHARES_STACKS`]) each fiber has its own.
//!
//! # The rule
//!
//! **Nothing outside refers to the stack of a suspended fiber.** There may be the frames
//! of another one by then. These could, and must not:
//!
//! - What is given out with a request, or reached from there. It is `'static`, and whoever
//!   suspends the fiber sees to raw pointers.
//! - The [`Suspender`]: it is at the base of the stack. Whoever keeps a pointer to it uses
//!   that only while the fiber runs.
//! - Values on the heap, thread-locals and statics that code on the fiber lends a part of
//!   its stack to for a while, and takes back with a destructor or when a call returns:
//!   scoped threads, scoped thread-locals, pinned nodes of a list of waiters. Code between
//!   the base of the fiber and a suspension does nothing of that kind.
//!
//! A fiber that may be suspended anywhere, as by an allocator which never lets it go on,
//! must keep this anywhere. Borrows that are counted on the heap (`RefCell`) are no
//! references to the stack: they stay borrowed.
//!
//! With the feature `poison` every suspension spills the fiber and overwrites its stack, so
//! that whatever refers to it fails at once.

pub mod cheap_clock;
mod fiber;
mod on_fiber;
mod place;
mod pool;
mod spilled;
mod stack;
mod suspender;

pub use fiber::{script_stack_limit, Fiber, Prepared, Progress};
pub use on_fiber::OnFiber;
pub use pool::{StackGroup, StackLayout, StackPool, SHARES_STACKS};
pub use suspender::{stack_address, Suspender};
