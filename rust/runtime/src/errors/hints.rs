//! Advice about errors of scripts: names that exist, numbers of arguments, and options of
//! the configuration that switch something off, and habits from Dart.
//!
//! How the call was written that failed, by what name and with how many arguments, is found in the
//! syntax tree, by the place of the error. A function of the host that is a value is called what
//! the script calls it, and an object that is an argument by its type, if it is a variable at
//! global level. All of that is looked for once, when an error has ended a script and goes to the
//! host, from what the engine and the script have by then; what a script catches is Rhai's own.

mod functions;
mod namespaces;
mod options;
pub mod phrases;
mod place;
pub mod syntax;
mod values;
mod variables;
mod visible;
mod written;

use phrases::{is_unit, UNIT};
use place::Place;
use rhai::{EvalAltResult, Scope};
use syntax::about_syntax;
use written::MAX_REPEATED;

use crate::errors::hint::Hint;
use crate::language::compiled_script::CompiledScript;
use crate::language::place::FaultyLine;
use crate::objects::host_object::{HostObject, CLOSURE_NAME, OBJECT_TYPE};

pub use visible::{HostCall, Visible};

/// Arguments that are objects of the host, of the call that an error of a script is about, as
/// far as they are variables at global level.
pub fn host_objects_in(
    error: &EvalAltResult,
    script: &CompiledScript,
    scope: &Scope,
) -> Vec<Option<HostObject>> {
    let (place, error) = Place::of(error);
    match error {
        EvalAltResult::ErrorFunctionNotFound(signature, _)
            if place.function.is_none()
                && place.module.is_empty()
                && signature.contains(OBJECT_TYPE) =>
        {
            written::host_objects(&script.ast, place.position, scope)
        }
        _ => Vec::new(),
    }
}

impl Visible<'_> {
    /// Facts about an error; `line` is the line of the script that does not parse,
    /// if one does not.
    pub fn hint(&self, error: &EvalAltResult, line: Option<&FaultyLine>) -> Hint {
        let (place, error) = Place::of(error);
        let called = self.called(error, &place);
        let advice = self.advice(error, &place, called.as_deref(), line);
        let remark = match error {
            EvalAltResult::ErrorFunctionNotFound(signature, _) if advice.is_none() => {
                self.remark_about_unit(signature)
            }
            _ => None,
        };
        Hint {
            advice,
            remark,
            called,
            types: Vec::new(),
        }
    }

    fn advice(
        &self,
        error: &EvalAltResult,
        place: &Place,
        called: Option<&str>,
        line: Option<&FaultyLine>,
    ) -> Option<String> {
        use EvalAltResult as E;
        match error {
            E::ErrorFunctionNotFound(signature, _) => self.about_function(signature, place, called),
            E::ErrorVariableNotFound(name, _) => self.about_variable(name, place),
            E::ErrorModuleNotFound(name, _) => self.about_module(name),
            E::ErrorNonPureMethodCallOnConstant(method, _) => {
                Some(self.about_constant(method, place))
            }
            E::ErrorDotExpr(what, _) => self.about_property(what),
            E::ErrorMismatchDataType(_, actual, _) if actual == UNIT => Some(is_unit(1)),
            E::ErrorParsing(kind, _) => about_syntax(self.engine, self.config, kind, line),
            _ => None,
        }
    }

    /// How the script calls the host's function that an error is about, if that is a value.
    fn called(&self, error: &EvalAltResult, place: &Place) -> Option<String> {
        let is_about_value = match error {
            EvalAltResult::ErrorFunctionNotFound(signature, _) => {
                signature.split(' ').next() == Some(CLOSURE_NAME)
            }
            // The host knows what its functions are called, if they have a name.
            EvalAltResult::ErrorRuntime(thrown, _) => thrown.tag() > 0,
            _ => false,
        };
        let written = is_about_value.then(|| self.written(place)).flatten()?;
        // If it is a method of Rhai, that has called the function.
        let name = written.pointer().filter(|_| !self.calls_back(&written))?;
        (name.len() <= MAX_REPEATED && rhai::is_valid_identifier(name)).then(|| name.into())
    }
}
