//! Rhai's own functions that this crate replaces.
//!
//! Most are replaced because they can make more than a few times what they are given: an
//! allocation is never refused, so a function must ask before it makes so much. Those that
//! are left to Rhai cannot; the test `asking` lists them all.
//!
//! # How much one operation may take
//!
//! An allocation that passes the budget is granted, and the script ends at its next operation.
//! So what one operation takes is bounded: it begins with no more than the budget in use, and a
//! native function may take as much again, and [`memory::SLACK`], with its result and all that
//! it makes on the way. A copy of an argument takes no more than the argument, and a list that
//! grows doubles at most. Whatever can make more asks for it ([`memory::ask`]) before it makes
//! it, or looks at the memory as it goes on, and fails with an error that no script can catch.
//! The functions here also make less on the way: no list of all characters to take a part of
//! a string, or to loop over one. The test `peaks` calls all functions with arguments that fill
//! the memory: none has more than twice the limit in use.
//!
//! The operators that Rhai has built in (`+`, `-` and interpolation of strings, `+` of blobs)
//! cannot be replaced without giving up Rhai's fast path for all operators: a loop of additions
//! takes 1.8 times as long without. They look at no clock or memory. With capacities that double,
//! `a + b` takes up to three times the longer one, and so does the error of a call of a function
//! with such a name; `blob + 'x'` takes twice the blob. So a string may have at most an eighth of
//! the budget and 16 MiB, and a blob a third; where that is what a script broke, the error names
//! the memory. With no limit of sizes at all a value may have all the memory, and a script that
//! adds such strings to each other may be abandoned.

use std::rc::Rc;

use rhai::Module;

use crate::context::running::Running;
use crate::library::callbacks;
use crate::library::json;

mod arrays;
mod blobs;
mod display;
mod growing;
mod maps;
mod parts;
mod pieces;
mod script_functions;
mod strings;

pub use pieces::CharsStream;

/// Registers the replacements with `module`, which Rhai must search before its
/// standard package.
pub fn register(module: &mut Module, running: &Rc<Running>) {
    callbacks::register(module);
    arrays::register(module);
    blobs::register(module);
    display::register(module, running);
    growing::register(module);
    maps::register(module);
    pieces::register(module);
    script_functions::register(module);
    strings::register(module);
    json::register(module, running);
}
