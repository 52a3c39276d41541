//! Rhai's own functions that this crate replaces.
//!
//! Most are replaced because they can make more than a few times what they are given: an
//! allocation is never refused, so a function must ask before it makes so much. Those that
//! are left to Rhai cannot; `rust/dart/tests/all/asking.rs` lists them all.

use std::rc::Rc;

use rhai::Module;

use crate::context::shared::Host;
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
pub fn register(module: &mut Module, host: &Rc<Host>) {
    callbacks::register(module);
    arrays::register(module);
    blobs::register(module);
    display::register(module, host);
    growing::register(module);
    maps::register(module);
    pieces::register(module);
    script_functions::register(module);
    strings::register(module);
    json::register(module, host);
}
