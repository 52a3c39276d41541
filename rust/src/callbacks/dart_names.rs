//! The names of the functions that Dart registered: how many arguments these take.

use std::collections::HashMap;

use rhai::{FuncRegistration, Module, NativeCallContext, INT};

/// The function that says how many arguments a Dart function takes. No script can write
/// this name. (A function of another script may have been registered in another engine:
/// so it is the engine that must be asked.)
const ARITIES: &str = "arities of";

/// Registers what [`arities`] asks for, of functions of these names and numbers of
/// arguments.
pub fn register<'a>(module: &mut Module, functions: impl Iterator<Item = (&'a str, u32)>) {
    let mut arities = HashMap::<String, u32>::new();
    for (name, numbers) in functions {
        *arities.entry(name.into()).or_default() |= numbers;
    }
    let look_up = move |name: &str| INT::from(arities.get(name).copied().unwrap_or(0));
    FuncRegistration::new(ARITIES)
        .with_volatility(true)
        .set_into_module(module, look_up);
}

/// How many arguments the Dart functions of a name take; bit *n* is for *n* of them.
pub fn arities(context: &NativeCallContext, name: &str) -> u32 {
    let answer = context.call_native_fn_raw(ARITIES, false, &mut [&mut name.into()]);
    let arities = answer.ok().and_then(|arities| arities.as_int().ok());
    arities
        .and_then(|arities| u32::try_from(arities).ok())
        .unwrap_or(0)
}
