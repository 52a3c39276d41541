//! Connects Rhai's parser with the execution that is running.
//!
//! Parsing counts as running, and can yield. So the state of a parser is the execution's and
//! not the engine's. The same holds for an analysis.

use std::rc::Rc;

use rhai::Engine;

use crate::context::running::Running;
use crate::language::parsing::ScriptParser;
use crate::language::tokens;
use crate::language::tree::stubs;

/// Lets the running execution read every token before the parser does. With `has_type_of`,
/// scripts can call `type_of`.
pub fn watch(engine: &mut Engine, has_type_of: bool, running: &Rc<Running>) {
    let of_stubs = running.clone();
    stubs::register(engine, move || {
        of_stubs.context()?.parsing().stubs.take_body()
    });
    let running = running.clone();
    // Rhai marks it so because it may change; the version is fixed.
    #[allow(deprecated)]
    engine.on_parse_token(move |token, position, _| match running.context() {
        Some(context) => tokens::read(context, token, position, has_type_of),
        None => token,
    });
}
