//! Fibers: functions that can suspend themselves from any depth of calls, and the stacks
//! that they run on.
//!
//! All that depends on how a machine switches and maps stacks is in here.

pub mod cheap_clock;
mod fiber;
mod on_fiber;
mod pool;
#[cfg(unix)]
mod slab;

pub use fiber::{script_stack_limit, stack_address, Fiber, Progress, Suspender};
pub use on_fiber::OnFiber;
pub use pool::{FiberStack, StackLayout, StackPool, MAX_IDLE_STACKS};
