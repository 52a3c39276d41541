//! JSON text (RFC 8259) as values of scripts, and values as JSON text.

mod parse;
mod write;

use std::rc::Rc;

use rhai::{Dynamic, ImmutableString, Map, Module};

use crate::context::running::Running;
use crate::library::native_function::{pure, Failure};

pub use parse::parse;
pub use write::to_json;

/// Registers `to_json` and `parse_json` with `module`.
pub fn register(module: &mut Module, running: &Rc<Running>) {
    pure("to_json").set_into_module(module, map_to_json);
    let running = running.clone();
    pure("parse_json").set_into_module(module, move |text: ImmutableString| parse(&text, &running));
}

fn map_to_json(map: &mut Map) -> Result<ImmutableString, Failure> {
    // Not cloned, which would recurse: put into a value and back.
    let value = Dynamic::from_map(std::mem::take(map));
    let json = to_json(&value);
    *map = value.cast();
    match json {
        Ok(json) => Ok(json?),
        Err(error) => Err(format!("to_json: {error}").into()),
    }
}
