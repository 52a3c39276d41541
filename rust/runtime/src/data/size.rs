//! How much memory data takes that outlives its script.
//!
//! An execution's own memory is counted while it runs (see `memory`). What functions
//! of scripts keep can grow in every call; so it is measured when it may have grown.

use std::collections::HashSet;
use std::mem::{size_of, size_of_val};

use rhai::{Array, Blob, Dynamic, FnPtr, ImmutableString, Map};

/// Bytes that a block of memory takes beside what is in it.
const BLOCK: usize = 16;

/// Bytes for an entry of a map, in nodes that are two thirds full.
const ENTRY: usize = (size_of::<Dynamic>() + size_of::<String>()) * 3 / 2;

/// Strings that are at least this long are counted once, however often they are used.
const LONG_STRING: usize = 256;

/// Estimates the bytes that these values take, without recursion. What is shared
/// counts once; what is locked by somebody who changes it counts nothing.
pub fn bytes<'a>(roots: impl Iterator<Item = &'a Dynamic>) -> usize {
    let mut total = 0;
    let mut parts: Vec<*const Dynamic> = roots.map(std::ptr::from_ref).collect();
    let mut seen = HashSet::new();
    while let Some(value) = parts.pop() {
        // SAFETY: it points to a value that this function was given or to a part of
        // one. They are borrowed all the time, and nobody changes what is shared
        // meanwhile.
        let value = unsafe { &*value };
        if value.is_shared() {
            if let Some(inner) = value.read_lock::<Dynamic>() {
                let inner: *const Dynamic = &*inner;
                if seen.insert(inner.cast::<()>()) {
                    total += BLOCK + 2 * size_of::<Dynamic>();
                    parts.push(inner);
                }
            }
        } else if let Some(items) = value.read_lock::<Array>() {
            total += 2 * BLOCK + size_of::<Array>() + items.capacity() * size_of::<Dynamic>();
            parts.extend(
                items
                    .iter()
                    .filter(|item| has_memory(item))
                    .map(std::ptr::from_ref),
            );
        } else if let Some(map) = value.read_lock::<Map>() {
            total += 2 * BLOCK + size_of::<Map>() + map.len().max(8) * ENTRY;
            parts.extend(
                map.values()
                    .filter(|item| has_memory(item))
                    .map(std::ptr::from_ref),
            );
        } else if let Some(pointer) = value.read_lock::<FnPtr>() {
            total += 2 * BLOCK + size_of::<FnPtr>() + size_of_val(pointer.curry());
            parts.extend(pointer.iter_curry().map(std::ptr::from_ref));
        } else if let Some(blob) = value.read_lock::<Blob>() {
            total += 2 * BLOCK + size_of::<Blob>() + blob.capacity();
        } else if let Some(text) = value.read_lock::<ImmutableString>() {
            if text.len() < LONG_STRING || seen.insert(text.as_ptr().cast()) {
                total += 2 * BLOCK + size_of::<String>() + text.len();
            }
        }
    }
    total
}

/// Whether a value has memory of its own.
fn has_memory(value: &Dynamic) -> bool {
    !(value.is_int() || value.is_float() || value.is_bool() || value.is_unit() || value.is_char())
}
