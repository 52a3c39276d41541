//! Rhai's own functions that this crate replaces.
//!
//! Most are replaced because they can make more than a few times what they are given: an
//! allocation is never refused, so a function must ask before it makes so much. Those that
//! are left to Rhai cannot; `rust/tests/all/asking.rs` lists them all.

use std::rc::Rc;

use rhai::{
    Dynamic, EvalAltResult, FuncRegistration, ImmutableString, Map, Module, ParseErrorType,
};

use crate::callbacks;
use crate::config::MAX_EXPR_DEPTH;
use crate::host::Host;
use crate::json;
use crate::memory;
use crate::rhai_errors::is_limit;

mod arrays;
mod blobs;
mod display;
mod growing;
mod maps;
mod pieces;
mod script_functions;
mod strings;
pub mod text;

pub use pieces::CharsStream;

type Context<'a> = rhai::NativeCallContext<'a>;
type Failure = Box<EvalAltResult>;

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
    pure("to_json").set_into_module(module, to_json);
    changing("parse_json").set_into_module(module, parse_json);
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
fn block(size: usize) -> usize {
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

/// What Rhai's parser and the object map take together, at most, for what is in a text: its
/// syntax tree is there until all has been evaluated. What is nested too deeply is not
/// parsed to its end.
fn parsed_size(json: &str) -> usize {
    let mut depth = 0_usize;
    let mut size = 0_usize;
    let mut is_quoted = false;
    // Rhai's parser also knows comments and other quotes: then it is not clear what a
    // bracket is.
    let is_plain = !json.contains(['\'', '`', '/']);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\\' if is_quoted => {
                bytes.next();
            }
            _ if is_quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if is_plain && depth > MAX_EXPR_DEPTH {
            break;
        }
        size = size.saturating_add(match byte {
            b'{' => 1600,
            b'[' => 320,
            b',' => 160,
            b'"' => 64,
            _ => 2,
        });
    }
    size
}

/// Reads an object map. Rhai's own throws a syntax error of the script, which
/// cannot be caught.
fn parse_json(context: Context, json: &str) -> Result<Map, Failure> {
    memory::ask(parsed_size(json))?;
    let map = context.engine().parse_json(json, true);
    map.map_err(|error| match *error {
        // What the text holds is data: that it is nested too deeply is no limit.
        EvalAltResult::ErrorParsing(ParseErrorType::ExprTooDeep, _) => {
            "parse_json: nested too deeply".into()
        }
        error if is_limit(&error) => error.into(),
        error => format!("parse_json: {error}").into(),
    })
}
