//! Rhai's own functions that this crate replaces.
//!
//! Most are replaced because they can make more than a few times what they are given: an
//! allocation is never refused, so a function must ask before it makes so much. Those that
//! are left to Rhai cannot; `rust/dart/tests/all/asking.rs` lists them all.

use std::rc::Rc;

use rhai::{Dynamic, EvalAltResult, FuncRegistration, ImmutableString, Map, Module};

use crate::context::shared::Shared;
use crate::library::callbacks;
use crate::library::json;

mod arrays;
mod blobs;
mod display;
mod growing;
pub(crate) mod maps;
pub(crate) mod pieces;
mod script_functions;
mod strings;
pub mod text;

pub use pieces::CharsStream;

type Context<'a> = rhai::NativeCallContext<'a>;
type Failure = Box<EvalAltResult>;

/// Registers the replacements with `module`, which Rhai must search before its
/// standard package.
pub fn register(module: &mut Module, host: &Rc<Shared>) {
    callbacks::register(module);
    arrays::register(module);
    blobs::register(module);
    display::register(module, host);
    growing::register(module);
    maps::register(module);
    pieces::register(module);
    script_functions::register(module);
    strings::register(module);
    pure("to_json").set_into_module(module, to_json);
    let host = host.clone();
    pure("parse_json").set_into_module(module, move |text: ImmutableString| {
        json::parse(&text, &host)
    });
}

/// A function in Rhai's namespace.
fn function(name: &str) -> FuncRegistration {
    FuncRegistration::new(name).in_global_namespace()
}

/// A function that changes its first argument, which cannot be a constant.
fn changing(name: &str) -> FuncRegistration {
    function(name).with_purity(false)
}

/// A function that can be called of a constant.
fn pure(name: &str) -> FuncRegistration {
    function(name).with_purity(true)
}

/// Bytes that an allocated block of `size` bytes takes.
pub(crate) fn block(size: usize) -> usize {
    size.saturating_add(8 + 15) & !15
}

fn mismatch(context: &Context, expected: &str, actual: &str) -> Failure {
    EvalAltResult::ErrorMismatchDataType(
        format!("{expected} from the comparator"),
        actual.into(),
        context.call_position(),
    )
    .into()
}

fn to_json(map: &mut Map) -> Result<ImmutableString, Failure> {
    // Not cloned, which would recurse: put into a value and back.
    let value = Dynamic::from_map(std::mem::take(map));
    let json = json::to_json(&value);
    *map = value.cast();
    match json {
        Ok(json) => Ok(json?),
        Err(error) => Err(format!("to_json: {error}").into()),
    }
}
