//! How deeply data is nested that outlives its script.
//!
//! Rhai drops nested data recursively, and a fiber's stack is large enough for what
//! one execution can nest, as each level takes an operation. What the functions of
//! scripts keep can grow by as much in every call; so it is measured now and then.

use std::collections::HashMap;

use rhai::{Array, Dynamic, FnPtr, Map};

/// An array, a map or a function pointer whose parts are being looked at.
struct Open {
    node: *const Dynamic,
    /// Where its parts start in the list of all that are to be looked at.
    start: usize,
    /// The levels of the deepest part so far.
    deepest: u64,
}

/// Counts the levels of the deepest of these values, without recursion. What is
/// locked by somebody who changes it counts nothing, and neither does a cycle's way
/// back.
pub fn levels<'a>(roots: impl Iterator<Item = &'a Dynamic>) -> u64 {
    let mut parts: Vec<*const Dynamic> = Vec::new();
    // Of each value its levels; 0 while it is being looked at.
    let mut known: HashMap<*const Dynamic, u64> = HashMap::new();
    let mut open: Vec<Open> = Vec::new();
    let mut deepest = 0;
    for root in roots {
        parts.push(root);
        loop {
            let start = open.last().map_or(0, |inner| inner.start);
            let levels = if parts.len() > start {
                let Some(node) = parts.pop().and_then(held) else {
                    continue;
                };
                match known.get(&node) {
                    Some(levels) => *levels,
                    None => {
                        known.insert(node, 0);
                        let start = parts.len();
                        add_parts(node, &mut parts);
                        open.push(Open {
                            node,
                            start,
                            deepest: 0,
                        });
                        continue;
                    }
                }
            } else {
                let Some(done) = open.pop() else {
                    break;
                };
                known.insert(done.node, done.deepest + 1);
                done.deepest + 1
            };
            match open.last_mut() {
                Some(outer) => outer.deepest = outer.deepest.max(levels),
                None => deepest = deepest.max(levels),
            }
        }
    }
    deepest
}

/// What a value holds if it is shared, else the value itself.
fn held(value: *const Dynamic) -> Option<*const Dynamic> {
    // SAFETY: it points to a value that `levels` was given or to a part of one. They
    // are borrowed all the time, and nobody changes what is shared meanwhile.
    let value = unsafe { &*value };
    match value.is_shared() {
        true => value
            .read_lock::<Dynamic>()
            .map(|inner| &*inner as *const _),
        false => Some(value),
    }
}

/// Adds the parts of a value that can have parts themselves.
fn add_parts(value: *const Dynamic, parts: &mut Vec<*const Dynamic>) {
    // SAFETY: as in `held`.
    let value = unsafe { &*value };
    let mut add = |part: &Dynamic| {
        if part.is_shared() || part.is_array() || part.is_map() || part.is_fnptr() {
            parts.push(part);
        }
    };
    if let Some(items) = value.read_lock::<Array>() {
        items.iter().for_each(&mut add);
    } else if let Some(map) = value.read_lock::<Map>() {
        map.values().for_each(&mut add);
    } else if let Some(pointer) = value.read_lock::<FnPtr>() {
        pointer.iter_curry().for_each(&mut add);
    }
}
