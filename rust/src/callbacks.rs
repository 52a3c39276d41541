//! Rhai's functions that call back into the script: `map`, `filter`, `reduce` and
//! the like.
//!
//! Rhai's own wrap whatever the callback fails with into an error of the call, which
//! `try` catches even if it is a broken limit. These do not wrap a limit; beyond that
//! they do what Rhai's do.

use std::any::TypeId;

use rhai::{
    Array, Dynamic, EvalAltResult, FnPtr, FuncRegistration, ImmutableString as Text, Map, Module,
    INT,
};

use crate::memory;
use crate::rhai_errors::{into_innermost, is_limit};

type Context<'a> = rhai::NativeCallContext<'a>;
type Failure = Box<EvalAltResult>;
type Outcome<T> = Result<T, Failure>;

/// Registers the functions with `module`, which Rhai must search before its standard
/// package. The comparators of `sort`, `order` and `dedup` are not among them.
pub fn register(module: &mut Module) {
    type OfArray = fn(&Callback, &mut Array) -> Outcome<Dynamic>;
    let named: [(&str, OfArray); 6] = [
        ("map", map),
        ("filter", filter),
        ("some", |callback, array| any_is(callback, array, true)),
        ("all", |callback, array| any_is(callback, array, false)),
        ("drain", |callback, array| take_out(callback, array, true)),
        ("retain", |callback, array| take_out(callback, array, false)),
    ];
    for (name, call) in named.into_iter().chain([("for_each", for_each as OfArray)]) {
        let function = function(name, !["for_each", "drain", "retain"].contains(&name));
        function.set_into_module(module, move |c: Context, a: &mut Array, by: FnPtr| {
            call(&Callback::new(c, name, by), a)
        });
    }
    for (name, call) in named {
        let function = function(name, ["some", "all"].contains(&name));
        function.set_into_module(module, move |c: Context, a: &mut Array, by: &str| {
            call(&Callback::new(c, name, FnPtr::new(by)?), a)
        });
    }
    function("zip", true).set_into_module(module, |c: Context, a: &mut Array, b: Array, by| {
        zip(&Callback::new(c, "zip", by), a, b)
    });
    register_searching(module);
    register_folding(module);

    // In the calls of an error, Rhai names `map` so.
    type OfMap = fn(&Callback, &mut Map) -> Outcome<Map>;
    let of_map: [(&str, &str, OfMap); 4] = [
        ("map", "filter", map_entries),
        ("filter", "filter", filter_entries),
        ("drain", "drain", |callback, map| {
            take_entries_out(callback, map, true)
        }),
        ("retain", "retain", |callback, map| {
            take_entries_out(callback, map, false)
        }),
    ];
    for (name, called, call) in of_map {
        let function = function(name, ["map", "filter"].contains(&name));
        function.set_into_module(module, move |c: Context, m: &mut Map, by: FnPtr| {
            call(&Callback::new(c, called, by), m)
        });
    }
}

/// Registers what looks for an element, from the first one on or from another.
fn register_searching(module: &mut Module) {
    type Search = fn(&Callback, &mut Array, INT) -> Outcome<Dynamic>;
    let searches: [(&str, &str, Search); 3] = [
        ("index_of", INDEX_OF, |callback, array, from| {
            Ok(index_of(callback, array, from)?.into())
        }),
        ("find", INDEX_OF, find),
        ("find_map", "find_map", find_map),
    ];
    for (name, called, call) in searches {
        let search = move |c: Context, a: &mut Array, by: FnPtr, from: INT| {
            call(&Callback::new(c, called, by), a, from)
        };
        function(name, true).set_into_module(module, search);
        function(name, true)
            .set_into_module(module, move |c: Context, a: &mut Array, by: FnPtr| {
                search(c, a, by, 0)
            });
    }
    let by_name = |c: Context, a: &mut Array, by: Text| index_of_named(c, a, by, 0);
    function("index_of", true).set_into_module(module, by_name);
    function("index_of", true).set_into_module(module, index_of_named);
}

/// Registers what makes one value of an array, from `()` on or from another value.
fn register_folding(module: &mut Module) {
    for (name, is_reversed) in [("reduce", false), ("reduce_rev", true)] {
        let fold = move |c: Context, a: &mut Array, by: FnPtr, initial: Dynamic| {
            let callback = Callback::new(c, name, by);
            let mut items = a.iter_mut().enumerate();
            match is_reversed {
                false => callback.fold(items, initial),
                true => callback.fold(items.by_ref().rev(), initial),
            }
        };
        let pure = || function(name, true);
        pure().set_into_module(module, fold);
        pure().set_into_module(module, move |c: Context, a: &mut Array, by: FnPtr| {
            fold(c, a, by, Dynamic::UNIT)
        });
        pure().set_into_module(module, move |c: Context, a: &mut Array, by: &str| {
            fold(c, a, FnPtr::new(by)?, Dynamic::UNIT)
        });
        let named = move |c: Context, a: &mut Array, by: &str, initial: Dynamic| {
            fold(c, a, FnPtr::new(by)?, initial)
        };
        pure().set_into_module(module, named);
    }
}

/// A function in Rhai's namespace. It can be called of a constant if it is `pure`, as
/// Rhai has it.
fn function(name: &str, pure: bool) -> FuncRegistration {
    let function = FuncRegistration::new(name).in_global_namespace();
    function.with_purity(pure)
}

/// What `index_of` is in the calls of an error, and `find`, too.
const INDEX_OF: &str = "index_of";

/// A function of the script, called by a native function of this name in this context.
struct Callback<'a> {
    by: FnPtr,
    name: &'a str,
    context: Context<'a>,
}

impl<'a> Callback<'a> {
    fn new(context: Context<'a>, name: &'a str, by: FnPtr) -> Self {
        Callback { by, name, context }
    }

    /// Calls it for an element of an array, which is `this`, or the first argument if
    /// there is no such function; its index may follow.
    fn call(&self, item: &mut Dynamic, index: usize) -> Outcome<Dynamic> {
        self.call_with(Some(item), [], [to_int(index).into()], Some(0))
    }

    /// The same, for a question.
    fn says_yes(&self, item: &mut Dynamic, index: usize) -> Outcome<bool> {
        self.call(item, index).map(|answer| is_yes(&answer))
    }

    /// Calls it for an entry of an object map: the value is `this`, or the second
    /// argument if there is no such function.
    fn call_for_entry(&self, key: &str, value: &mut Dynamic) -> Outcome<Dynamic> {
        self.call_with(Some(value), [key.into()], [], Some(1))
    }

    /// Calls it for each element with what the call before returned.
    fn fold<'b>(
        &self,
        mut items: impl Iterator<Item = (usize, &'b mut Dynamic)>,
        initial: Dynamic,
    ) -> Outcome<Dynamic> {
        items.try_fold(initial, |result, (index, item)| {
            self.call_with(Some(item), [result], [to_int(index).into()], Some(1))
        })
    }

    fn call_with<const N: usize, const E: usize>(
        &self,
        this: Option<&mut Dynamic>,
        arguments: [Dynamic; N],
        extras: [Dynamic; E],
        this_argument: Option<usize>,
    ) -> Outcome<Dynamic> {
        let (by, context) = (&self.by, &self.context);
        let answer = by
            .call_raw_with_extra_args(self.name, context, this, arguments, extras, this_argument)
            .map_err(unwrap_limit)?;
        // A function of Dart is called without an operation that would find out.
        memory::ask(1)?;
        Ok(answer)
    }
}

/// Takes a broken limit out of the calls that it is wrapped in: `try` catches these.
/// Leaves other errors as they are.
fn unwrap_limit(error: Failure) -> Failure {
    match is_limit(error.unwrap_inner()) {
        true => into_innermost(error),
        false => error,
    }
}

/// An index as scripts see it.
fn to_int(index: usize) -> INT {
    INT::try_from(index).unwrap_or(INT::MAX)
}

/// Whether a callback said yes. What is no boolean is a no.
fn is_yes(answer: &Dynamic) -> bool {
    answer.as_bool().unwrap_or(false)
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
        // The element is never an argument here.
        let _ = callback.call_with(Some(item), [], [to_int(index).into()], None)?;
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

/// Where the function of this name says yes; if there is none, where the text itself
/// is.
fn index_of_named(context: Context, array: &mut Array, name: Text, from: INT) -> Outcome<INT> {
    if array.is_empty() {
        return Ok(-1);
    }
    let context = match FnPtr::new(name.clone()) {
        Ok(by) => {
            let callback = Callback::new(context, INDEX_OF, by);
            match index_of(&callback, array, from) {
                Err(error) if lacks_function(&error, &name) => callback.context,
                result => return result,
            }
        }
        Err(_) => context,
    };
    for (index, item) in elements_from(array, from) {
        if equals_text(&context, item, &name)? {
            return Ok(to_int(index));
        }
    }
    Ok(-1)
}

/// Whether a callback failed because there is none.
fn lacks_function(error: &EvalAltResult, name: &str) -> bool {
    let EvalAltResult::ErrorInFunctionCall(_, _, inner, _) = error else {
        return false;
    };
    matches!(&**inner, EvalAltResult::ErrorFunctionNotFound(signature, _)
        if signature.starts_with(name))
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
        .map(|(index, (a, b))| {
            callback.call_with(None, [a.clone(), b], [to_int(index).into()], None)
        })
        .collect()
}

/// Removes and returns the elements that the answer is `taken` for. If the callback
/// fails, those that it has taken are gone.
fn take_out(callback: &Callback, array: &mut Array, taken: bool) -> Outcome<Dynamic> {
    let mut removed = Array::new();
    let mut at = 0;
    for index in 0..array.len() {
        // The callback cannot reach the array, so that nothing else shortens it.
        if callback.says_yes(&mut array[at], index)? == taken {
            removed.push(array.remove(at));
        } else {
            at += 1;
        }
    }
    Ok(removed.into())
}

fn map_entries(callback: &Callback, map: &mut Map) -> Outcome<Map> {
    let mut mapped = Map::new();
    for (key, value) in map.iter_mut() {
        mapped.insert(key.clone(), callback.call_for_entry(key, value)?);
    }
    Ok(mapped)
}

fn filter_entries(callback: &Callback, map: &mut Map) -> Outcome<Map> {
    let mut kept = Map::new();
    for (key, value) in map.iter_mut() {
        if is_yes(&callback.call_for_entry(key, value)?) {
            kept.insert(key.clone(), value.clone());
        }
    }
    Ok(kept)
}

/// Removes and returns the entries that the answer is `taken` for. If the callback
/// fails, those that it has taken are gone, as is the one that it failed for.
fn take_entries_out(callback: &Callback, map: &mut Map, taken: bool) -> Outcome<Map> {
    let (mut removed, mut kept) = (Map::new(), Map::new());
    let mut entries = std::mem::take(map).into_iter();
    let result = entries.try_for_each(|(key, mut value)| {
        let answer = callback.call_for_entry(&key, &mut value)?;
        match is_yes(&answer) == taken {
            true => removed.insert(key, value),
            false => kept.insert(key, value),
        };
        Ok(())
    });
    kept.extend(entries);
    *map = kept;
    result.map(|()| removed)
}
