//! Names of the functions that the host registered: pointers to these, and how many
//! arguments they take.

use std::collections::HashMap;

use rhai::{Engine, FnPtr, Module};

/// Prefix with which the names are registered as names of types: an engine keeps nothing
/// else that it can be asked for at no cost. (A function of another script may have been
/// registered with another engine.) No type of Rust has such a name.
const PREFIX: &str = "host function ";

/// Registers functions of these names and numbers of arguments with `module`, so that
/// [`arities`] finds them; and a variable for each, as the name of a script's function
/// stands for a pointer to it, too.
pub fn register<'a>(module: &mut Module, functions: impl Iterator<Item = (&'a str, u32)>) {
    let mut all = HashMap::<&str, u32>::new();
    for (name, arities) in functions {
        *all.entry(name).or_default() |= arities;
    }
    for (name, arities) in all {
        module.set_custom_type_raw(format!("{PREFIX}{name}"), arities.to_string());
        if let Ok(pointer) = FnPtr::new(name) {
            module.set_var(name, pointer);
        }
    }
}

/// How many arguments the host's functions of a name take; bit *n* is for *n* of them.
pub fn arities(engine: &Engine, name: &str) -> u32 {
    let key = format!("{PREFIX}{name}");
    engine.map_type_name(&key).parse().unwrap_or(0)
}
