//! The functions of arrays that take a callback.

use std::any::TypeId;

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, ImmutableString as Text, Module, INT};

use super::callback::{answers_size, is_yes, to_int, Callback};
use super::ways::{FOR_EACH, OF_ELEMENTS, OF_PAIRS, OF_RESULTS};
use crate::library::native_function::{function, pure, Context, Outcome};
use crate::limits::sizes;

/// Registers the functions with `module`.
pub fn register(module: &mut Module) {
    type OfArray = fn(&Callback, &mut Array) -> Outcome<Dynamic>;
    let of_array: [(&str, OfArray); 7] = [
        ("for_each", for_each),
        ("map", map),
        ("filter", filter),
        ("some", |callback, array| any_is(callback, array, true)),
        ("all", |callback, array| any_is(callback, array, false)),
        ("drain", |callback, array| take_out(callback, array, true)),
        ("retain", |callback, array| take_out(callback, array, false)),
    ];
    for (name, call) in of_array {
        let is_pure = !["for_each", "drain", "retain"].contains(&name);
        let ways = match name {
            "for_each" => &FOR_EACH,
            _ => &OF_ELEMENTS,
        };
        let function = function(name).with_purity(is_pure);
        function.set_into_module(module, move |c: Context, a: &mut Array, by: FnPtr| {
            call(&Callback::new(c, name, by, ways), a)
        });
    }
    pure("zip").set_into_module(module, |c: Context, a: &mut Array, b: Array, by| {
        zip(&Callback::new(c, "zip", by, &OF_PAIRS), a, b)
    });
    register_searching(module);
    register_folding(module);
}

/// Registers what looks for an element, from the first one on or from another.
fn register_searching(module: &mut Module) {
    type Search = fn(&Callback, &mut Array, INT) -> Outcome<Dynamic>;
    // In the calls of an error, Rhai names `find` so.
    let searches: [(&str, &str, Search); 3] = [
        ("index_of", "index_of", |callback, array, from| {
            Ok(index_of(callback, array, from)?.into())
        }),
        ("find", "index_of", find),
        ("find_map", "find_map", find_map),
    ];
    for (name, called, call) in searches {
        let search = move |c: Context, a: &mut Array, by: FnPtr, from: INT| {
            call(&Callback::new(c, called, by, &OF_ELEMENTS), a, from)
        };
        pure(name).set_into_module(module, search);
        pure(name).set_into_module(module, move |c: Context, a: &mut Array, by: FnPtr| {
            search(c, a, by, 0)
        });
    }
    // For Rhai, the text may be the name of a function.
    let of_text = |c: Context, a: &mut Array, text: Text| index_of_text(c, a, text, 0);
    pure("index_of").set_into_module(module, of_text);
    pure("index_of").set_into_module(module, index_of_text);
}

/// Registers what makes one value of an array, from `()` on or from another value.
fn register_folding(module: &mut Module) {
    for (name, is_reversed) in [("reduce", false), ("reduce_rev", true)] {
        let fold = move |c: Context, a: &mut Array, by: FnPtr, initial: Dynamic| {
            let callback = Callback::new(c, name, by, &OF_RESULTS);
            let items = a.iter_mut().enumerate();
            match is_reversed {
                false => fold(&callback, items, initial),
                true => fold(&callback, items.rev(), initial),
            }
        };
        pure(name).set_into_module(module, fold);
        pure(name).set_into_module(module, move |c: Context, a: &mut Array, by: FnPtr| {
            fold(c, a, by, Dynamic::UNIT)
        });
    }
}

/// The elements from an index on, which counts from the end if it is negative.
fn elements_from(array: &mut Array, from: INT) -> impl Iterator<Item = (usize, &mut Dynamic)> {
    let distance = usize::try_from(from.unsigned_abs()).unwrap_or(usize::MAX);
    let start = match from < 0 {
        true => array.len().saturating_sub(distance),
        false => distance,
    };
    array.iter_mut().enumerate().skip(start)
}

fn for_each(callback: &Callback, array: &mut Array) -> Outcome<Dynamic> {
    for (index, item) in array.iter_mut().enumerate() {
        let _ = callback.call(item, index)?;
    }
    Ok(Dynamic::UNIT)
}

fn map(callback: &Callback, array: &mut Array) -> Outcome<Dynamic> {
    let mut mapped = Array::with_capacity(array.len());
    for (index, item) in array.iter_mut().enumerate() {
        mapped.push(callback.call(item, index)?);
    }
    Ok(mapped.into())
}

fn filter(callback: &Callback, array: &mut Array) -> Outcome<Dynamic> {
    let mut kept = Array::new();
    for (index, item) in array.iter_mut().enumerate() {
        if callback.says_yes(item, index)? {
            kept.push(item.clone());
        }
    }
    Ok(kept.into())
}

fn index_of(callback: &Callback, array: &mut Array, from: INT) -> Outcome<INT> {
    for (index, item) in elements_from(array, from) {
        if callback.says_yes(item, index)? {
            return Ok(to_int(index));
        }
    }
    Ok(-1)
}

fn find(callback: &Callback, array: &mut Array, from: INT) -> Outcome<Dynamic> {
    let index = index_of(callback, array, from)?;
    let found = usize::try_from(index)
        .ok()
        .map(|index| array[index].clone());
    Ok(found.unwrap_or(Dynamic::UNIT))
}

fn find_map(callback: &Callback, array: &mut Array, from: INT) -> Outcome<Dynamic> {
    for (index, item) in elements_from(array, from) {
        let value = callback.call(item, index)?;
        if !value.is_unit() {
            return Ok(value);
        }
    }
    Ok(Dynamic::UNIT)
}

/// Where a text is, from an index on.
fn index_of_text(context: Context, array: &mut Array, text: Text, from: INT) -> Outcome<INT> {
    for (index, item) in elements_from(array, from) {
        if equals_text(&context, item, &text)? {
            return Ok(to_int(index));
        }
    }
    Ok(-1)
}

/// Whether an element equals a text as `==` has it, which may be a function of the
/// host. Values that cannot be compared differ.
fn equals_text(context: &Context, item: &mut Dynamic, text: &Text) -> Outcome<bool> {
    const EQUALS: &str = "==";
    let is_text = item.type_id() == TypeId::of::<Text>();
    let mut text = Dynamic::from(text.clone());
    match context.call_native_fn_raw(EQUALS, true, &mut [item, &mut text]) {
        Ok(answer) => Ok(is_yes(&answer)),
        Err(error) => match &*error {
            EvalAltResult::ErrorFunctionNotFound(signature, _)
                if signature.starts_with(EQUALS) && !is_text =>
            {
                Ok(false)
            }
            _ => Err(error),
        },
    }
}

/// Looks for an element that the answer is `wanted` for; returns `wanted` if there is
/// one: that is `some`, and `all` with its contrary.
fn any_is(callback: &Callback, array: &mut Array, wanted: bool) -> Outcome<Dynamic> {
    for (index, item) in array.iter_mut().enumerate() {
        if callback.says_yes(item, index)? == wanted {
            return Ok(wanted.into());
        }
    }
    Ok((!wanted).into())
}

fn zip(callback: &Callback, array: &mut Array, other: Array) -> Outcome<Array> {
    let pairs = array.iter().zip(other).enumerate();
    pairs
        .map(|(index, (a, mut b))| callback.call_with(Some(a.clone()), &mut b, Some(index)))
        .collect()
}

/// Calls back for each element with what the call before returned.
fn fold<'a>(
    callback: &Callback,
    mut items: impl Iterator<Item = (usize, &'a mut Dynamic)>,
    initial: Dynamic,
) -> Outcome<Dynamic> {
    items.try_fold(initial, |result, (index, item)| {
        callback.call_with(Some(result), item, Some(index))
    })
}

/// Removes and returns the elements that the answer is `taken` for; none if the callback
/// fails.
fn take_out(callback: &Callback, array: &mut Array, taken: bool) -> Outcome<Dynamic> {
    sizes::ask(answers_size(array.len()))?;
    let mut answers = Vec::with_capacity(array.len());
    for (index, item) in array.iter_mut().enumerate() {
        answers.push(callback.says_yes(item, index)?);
    }
    let mut removed = Array::new();
    let mut answers = answers.into_iter();
    array.retain_mut(|item| {
        let is_taken = answers.next() == Some(taken);
        if is_taken {
            removed.push(std::mem::take(item));
        }
        !is_taken
    });
    Ok(removed.into())
}
