//! Connects Rhai's parser with the execution that is running.

use std::rc::Rc;

use rhai::Engine;

use crate::context::shared::Host;
use crate::language::parsing::ScriptParser;
use crate::language::tokens;
use crate::language::tree::stubs;

/// Lets the running execution read every token before the parser does. With `has_type_of`,
/// scripts can call `type_of`.
pub fn watch(engine: &mut Engine, has_type_of: bool, host: &Rc<Host>) {
    let running = host.clone();
    stubs::register(engine, move || {
        running.current()?.parsing().stubs.take_body()
    });
    let running = host.clone();
    // Rhai marks it so because it may change; the version is fixed.
    #[allow(deprecated)]
    engine.on_parse_token(move |token, position, _| match running.current() {
        Some(context) => tokens::read(context, token, position, has_type_of),
        None => token,
    });
}
