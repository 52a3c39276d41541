//! Functions of scripts that hide others.

use std::any::TypeId;
use std::ops::{Range, RangeInclusive};
use std::time::Instant;

use rhai::{FnPtr, INT};

use super::known_functions::KnownFunctions;
use super::report::{Declaration, Warning, WarningKind};
use crate::language::signatures::built_in_signatures;

/// The warning of a function that is called instead of one of the engine's.
pub fn shadowing(function: &Declaration, known: &KnownFunctions) -> Option<Warning> {
    let arity = function.parameters.len();
    if function.is_typed
        || !known.is_native(&function.name, arity)
        || (arity == 1 && !known.is_of_host(&function.name) && is_mere_getter(&function.name))
    {
        return None;
    }
    let hidden = match known.is_of_host(&function.name) {
        true => "the one that Dart registered",
        false => "a built-in one",
    };
    let parameters = function.parameters.join(", ");
    Some(Warning {
        kind: WarningKind::ShadowedFunction,
        message: format!(
            "shadowed function: {}({parameters}) hides {hidden}",
            function.name
        ),
        name: function.name.clone(),
        position: function.position,
    })
}

/// Whether the built-in functions of a name, with one parameter, are the properties of
/// ranges, functions or timestamps, which nobody calls as functions.
fn is_mere_getter(name: &str) -> bool {
    let types = [
        TypeId::of::<Range<INT>>(),
        TypeId::of::<RangeInclusive<INT>>(),
        TypeId::of::<FnPtr>(),
        TypeId::of::<Instant>(),
    ];
    let signatures = built_in_signatures();
    let is_getter = signatures.contains_key(&(format!("get${name}"), 1));
    let same = signatures.get(&(name.to_string(), 1)).into_iter().flatten();
    is_getter && same.flatten().all(|parameter| types.contains(parameter))
}
