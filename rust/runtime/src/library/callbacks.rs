//! Rhai's functions that call back into the script: `map`, `filter`, `reduce` and
//! the like.
//!
//! Rhai's own try one number of arguments after the other until there is such a function,
//! and give a native one the element as its first argument. These find out what the
//! callback takes, and give it that many of the documented arguments, in their order. They
//! do not wrap a broken limit, which `try` would catch; and one that fails has removed
//! nothing. Beyond that they do what Rhai's do.
//!
//! The number of arguments is found out before: the script says which functions it has, a closure
//! of the host carries its numbers, a registered name has them in its engine
//! ([`host_names`](crate::language::host_names)), and what Rhai has is known by types. For a
//! closure that is done once in each call of `map`, and for a name once for each type of element
//! in a row. It makes `map` of a closure over 100,000 elements four times as fast.

use rhai::Module;

mod arrays;
mod callback;
pub mod calls;
mod maps;
mod texts;
mod ways;

/// Registers the functions with `module`, which Rhai must search before its standard
/// package. The comparators of `sort`, `order` and `dedup` are not among them.
pub fn register(module: &mut Module) {
    arrays::register(module);
    maps::register(module);
    texts::register(module);
}
