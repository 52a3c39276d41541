//! Arrays, blobs and object maps that get more elements, or say how many they have: they
//! look at how many there may be. Beyond that they do what Rhai's own do.

use std::ops::{Range, RangeInclusive};

use rhai::{Array, Blob, Dynamic, FuncRegistration, ImmutableString, Map, Module, INT};

use super::blobs::low_byte;
use super::parts::{bounds, span, span_inclusive};
use crate::library::native_function::{changing, pure, Failure};
use crate::limits::sizes::{self, TooLarge};

/// Checks how many elements there may be.
type Check = fn(usize) -> Result<(), TooLarge>;

/// Registers the functions with `module`.
pub fn register(module: &mut Module) {
    register_for_arrays(module);
    register_for_blobs(module);
    register_lengths(module);
    changing("set").set_into_module(module, set);
    pure("to_blob").set_into_module(module, |text: &str| -> Result<Blob, Failure> {
        sizes::check_blob(text.len())?;
        Ok(text.into())
    });
}

/// What operators have made larger is noticed here.
fn register_lengths(module: &mut Module) {
    let map = |map: &mut Map| length(map.len(), sizes::check_map);
    let array = |array: &mut Array| length(array.len(), sizes::check_array);
    let blob = |blob: &mut Blob| length(blob.len(), sizes::check_blob);
    pure("len").set_into_module(module, map);
    pure("len").set_into_module(module, array);
    pure("len").set_into_module(module, blob);
    let getter = || FuncRegistration::new_getter("len").in_global_namespace();
    getter().with_purity(true).set_into_module(module, array);
    getter().with_purity(true).set_into_module(module, blob);
}

fn length(len: usize, check: Check) -> Result<INT, Failure> {
    check(len)?;
    Ok(INT::try_from(len).unwrap_or(INT::MAX))
}

fn register_for_arrays(module: &mut Module) {
    let check: Check = sizes::check_array;
    changing("push").set_into_module(module, move |array: &mut Array, item: Dynamic| {
        push(array, item, check)
    });
    changing("insert").set_into_module(
        module,
        move |array: &mut Array, index: INT, item: Dynamic| insert(array, index, item, check),
    );
    changing("append").set_into_module(module, move |array: &mut Array, more: Array| {
        append(array, more, check)
    });
    pure("+").set_into_module(module, move |mut array: Array, more: Array| {
        append(&mut array, more, check).map(|()| array)
    });
    let splice = move |array: &mut Array, start, len, by: Array| {
        // Behind the last element nothing is replaced.
        let (start, len) = bounds(array.len(), start, len);
        splice(array, start, len, by, check)
    };
    register_splice(module, splice);
}

fn register_for_blobs(module: &mut Module) {
    let check: Check = sizes::check_blob;
    changing("push").set_into_module(module, move |blob: &mut Blob, value: INT| {
        push(blob, low_byte(value), check)
    });
    changing("insert").set_into_module(module, move |blob: &mut Blob, index: INT, value: INT| {
        insert(blob, index, low_byte(value), check)
    });
    changing("append").set_into_module(module, move |blob: &mut Blob, more: Blob| {
        append(blob, more, check)
    });
    changing("append").set_into_module(module, move |blob: &mut Blob, value: INT| {
        push(blob, low_byte(value), check)
    });
    changing("append").set_into_module(module, append_text);
    changing("append").set_into_module(module, |blob: &mut Blob, c: char| {
        append_text(blob, c.encode_utf8(&mut [0; 4]))
    });
    let splice = move |blob: &mut Blob, start, len, by: Blob| {
        // Rhai adds the other blob at the end if nothing is replaced.
        match bounds(blob.len(), start, len) {
            (_, 0) => splice(blob, blob.len(), 0, by, check),
            (start, len) => splice(blob, start, len, by, check),
        }
    };
    register_splice(module, splice);
}

/// Registers `splice` with the ways to name a part.
fn register_splice<T: Clone + 'static>(
    module: &mut Module,
    splice: impl Fn(&mut Vec<T>, INT, INT, Vec<T>) -> Result<(), Failure> + Copy + 'static,
) {
    changing("splice").set_into_module(
        module,
        move |items: &mut Vec<T>, start: INT, len: INT, by: Vec<T>| splice(items, start, len, by),
    );
    changing("splice").set_into_module(
        module,
        move |items: &mut Vec<T>, range: Range<INT>, by: Vec<T>| {
            let (start, len) = span(&range);
            splice(items, start, len, by)
        },
    );
    changing("splice").set_into_module(
        module,
        move |items: &mut Vec<T>, range: RangeInclusive<INT>, by: Vec<T>| {
            let (start, len) = span_inclusive(&range);
            splice(items, start, len, by)
        },
    );
}

fn push<T>(items: &mut Vec<T>, item: T, check: Check) -> Result<(), Failure> {
    check(items.len() + 1)?;
    items.push(item);
    Ok(())
}

/// Inserts before the item with this index, which counts from the end if it is negative.
fn insert<T>(items: &mut Vec<T>, index: INT, item: T, check: Check) -> Result<(), Failure> {
    check(items.len() + 1)?;
    let (index, _) = bounds(items.len(), index, 0);
    items.insert(index, item);
    Ok(())
}

fn append<T>(items: &mut Vec<T>, more: Vec<T>, check: Check) -> Result<(), Failure> {
    check(items.len() + more.len())?;
    match items.is_empty() {
        true => *items = more,
        false => items.extend(more),
    }
    Ok(())
}

fn append_text(blob: &mut Blob, text: &str) -> Result<(), Failure> {
    sizes::check_blob(blob.len() + text.len())?;
    blob.extend(text.as_bytes());
    Ok(())
}

/// Puts other items in the place of `len` from `start` on.
fn splice<T>(
    items: &mut Vec<T>,
    start: usize,
    len: usize,
    by: Vec<T>,
    check: Check,
) -> Result<(), Failure> {
    check(items.len() - len + by.len())?;
    match items.is_empty() {
        true => *items = by,
        false => drop(items.splice(start..start + len, by)),
    }
    Ok(())
}

fn set(map: &mut Map, key: ImmutableString, value: Dynamic) -> Result<(), Failure> {
    match map.get_mut(key.as_str()) {
        Some(old) => *old = value,
        None => {
            sizes::check_map(map.len() + 1)?;
            map.insert(key.as_str().into(), value);
        }
    }
    Ok(())
}
