//! Object maps that grow, and their keys.

use std::mem::size_of;

use rhai::{Array, Dynamic, Map, Module};

use crate::library::footprint::{string_size, MAP_ENTRY};
use crate::library::native_function::{changing, pure, Failure};
use crate::limits::sizes;
use memory::block;

/// Registers the functions with `module`.
pub fn register(module: &mut Module) {
    for name in ["mixin", "+="] {
        changing(name).set_into_module(module, |map: &mut Map, other: Map| merge(map, other));
    }
    pure("+").set_into_module(module, |mut map: Map, other: Map| -> Result<Map, Failure> {
        merge(&mut map, other)?;
        Ok(map)
    });
    changing("fill_with").set_into_module(module, |map: &mut Map, other: Map| {
        for (key, value) in other {
            ask_for_entry()?;
            if !map.contains_key(&key) {
                sizes::check_map(map.len() + 1)?;
                map.insert(key, value);
            }
        }
        Ok::<_, Failure>(())
    });
    pure("keys").set_into_module(module, |map: &mut Map| -> Result<Array, Failure> {
        sizes::check_array(map.len())?;
        sizes::ask(block(map.len() * size_of::<Dynamic>()))?;
        let mut keys = Array::with_capacity(map.len());
        for key in map.keys() {
            sizes::ask(string_size(key.capacity()))?;
            keys.push(key.clone().into());
        }
        Ok(keys)
    });
    pure("values").set_into_module(module, |map: &mut Map| -> Result<Array, Failure> {
        sizes::check_array(map.len())?;
        sizes::ask(block(map.len() * size_of::<Dynamic>()))?;
        Ok(map.values().cloned().collect())
    });
}

/// Adds the entries of one map to another.
fn merge(map: &mut Map, other: Map) -> Result<(), Failure> {
    if map.is_empty() {
        *map = other;
        return Ok(());
    }
    for (key, value) in other {
        ask_for_entry()?;
        map.insert(key, value);
        sizes::check_map(map.len())?;
    }
    Ok(())
}

fn ask_for_entry() -> Result<(), Failure> {
    Ok(sizes::ask(MAP_ENTRY)?)
}
