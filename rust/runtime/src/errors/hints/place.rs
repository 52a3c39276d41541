//! Places that errors come from.

use rhai::{EvalAltResult, Position};

use crate::language::names::is_closure;

/// Place that an error comes from.
#[derive(Debug, Clone, Copy)]
pub struct Place<'e> {
    /// The function, if it was in one.
    pub function: Option<&'e str>,
    /// The module; empty for the script.
    pub module: &'e str,
    /// Where in the text.
    pub position: Position,
}

impl<'e> Place<'e> {
    /// Takes an error out of the calls and modules that it passed through.
    pub fn of(error: &'e EvalAltResult) -> (Self, &'e EvalAltResult) {
        use EvalAltResult as E;
        let (mut function, mut module) = (None, "");
        let mut error = error;
        loop {
            error = match error {
                E::ErrorInFunctionCall(name, source, inner, _) => {
                    (function, module) = (Some(name.as_str()), source.as_str());
                    inner
                }
                E::ErrorInModule(name, inner, _) => {
                    (function, module) = (None, name.as_str());
                    inner
                }
                innermost => {
                    let position = innermost.position();
                    let place = Place {
                        function,
                        module,
                        position,
                    };
                    return (place, innermost);
                }
            };
        }
    }

    /// Whether it was in a function that captures no variables.
    pub fn is_in_function(&self) -> bool {
        self.function.is_some_and(|name| !is_closure(name))
    }

    /// A place in the script of which nothing is known.
    pub fn unknown() -> Self {
        Place {
            function: None,
            module: "",
            position: Position::NONE,
        }
    }
}
