//! The functions of object maps that take a callback.

use rhai::{FnPtr, Map, Module};

use super::callback::{answers_size, Callback};
use super::ways::OF_ENTRIES;
use crate::library::native_function::{function, Context, Outcome};
use crate::limits::sizes;

/// Registers the functions with `module`.
pub fn register(module: &mut Module) {
    type OfMap = fn(&Callback, &mut Map) -> Outcome<Map>;
    // In the calls of an error, Rhai names `map` so.
    let of_map: [(&str, &str, OfMap); 4] = [
        ("map", "filter", map),
        ("filter", "filter", filter),
        ("drain", "drain", |callback, map| {
            take_out(callback, map, true)
        }),
        ("retain", "retain", |callback, map| {
            take_out(callback, map, false)
        }),
    ];
    for (name, called, call) in of_map {
        let function = function(name).with_purity(["map", "filter"].contains(&name));
        function.set_into_module(module, move |c: Context, m: &mut Map, by: FnPtr| {
            call(&Callback::new(c, called, by, &OF_ENTRIES), m)
        });
    }
}

fn map(callback: &Callback, map: &mut Map) -> Outcome<Map> {
    let mut mapped = Map::new();
    for (key, value) in map.iter_mut() {
        let answer = callback.call_with(Some(key.as_str().into()), value, None)?;
        mapped.insert(key.clone(), answer);
    }
    Ok(mapped)
}

fn filter(callback: &Callback, map: &mut Map) -> Outcome<Map> {
    let mut kept = Map::new();
    for (key, value) in map.iter_mut() {
        if callback.says_yes_of_entry(key, value)? {
            kept.insert(key.clone(), value.clone());
        }
    }
    Ok(kept)
}

/// Removes and returns the entries that the answer is `taken` for; none if the callback
/// fails.
fn take_out(callback: &Callback, map: &mut Map, taken: bool) -> Outcome<Map> {
    sizes::ask(answers_size(map.len()))?;
    let mut answers = Vec::with_capacity(map.len());
    for (key, value) in map.iter_mut() {
        answers.push(callback.says_yes_of_entry(key, value)?);
    }
    let (mut removed, mut kept) = (Map::new(), Map::new());
    for ((key, value), answer) in std::mem::take(map).into_iter().zip(answers) {
        match answer == taken {
            true => removed.insert(key, value),
            false => kept.insert(key, value),
        };
    }
    *map = kept;
    Ok(removed)
}
