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

use crate::rhai_errors::is_limit;

type Context<'a> = rhai::NativeCallContext<'a>;
type Failure = Box<EvalAltResult>;
type Outcome<T> = Result<T, Failure>;

/// Registers the functions with `module`, which Rhai must search before its standard
/// package. The comparators of `sort`, `order` and `dedup` are not among them.
pub fn register(module: &mut Module) {
    register_searching(module);
    register_folding(module);

    // Those that change the array or the map cannot be called of a constant.
    changing("for_each").set_into_module(module, for_each);
    pure("map").set_into_module(module, map);
    changing("map").set_into_module(module, |c: Context, a: &mut Array, by: &str| {
        map(c, a, FnPtr::new(by)?)
    });
    pure("filter").set_into_module(module, filter);
    changing("filter").set_into_module(module, |c: Context, a: &mut Array, by: &str| {
        filter(c, a, FnPtr::new(by)?)
    });
    pure("zip").set_into_module(module, zip);
    for (name, taken) in [("drain", true), ("retain", false)] {
        changing(name).set_into_module(module, move |c: Context, a: &mut Array, by: FnPtr| {
            take_out(c, a, by, name, taken)
        });
        changing(name).set_into_module(module, move |c: Context, a: &mut Array, by: &str| {
            take_out(c, a, FnPtr::new(by)?, name, taken)
        });
        changing(name).set_into_module(module, move |c: Context, m: &mut Map, by: FnPtr| {
            take_entries_out(c, m, by, name, taken)
        });
    }
    pure("map").set_into_module(module, map_entries);
    pure("filter").set_into_module(module, filter_entries);
}

/// Registers what looks for an element, and asks whether there is one.
fn register_searching(module: &mut Module) {
    pure("index_of").set_into_module(module, |c: Context, a: &mut Array, by: FnPtr| {
        index_of(&c, a, &by, 0)
    });
    pure("index_of").set_into_module(module, |c: Context, a: &mut Array, by: FnPtr, from: INT| {
        index_of(&c, a, &by, from)
    });
    pure("index_of").set_into_module(module, |c: Context, a: &mut Array, by: Text| {
        index_of_named(&c, a, by, 0)
    });
    pure("index_of").set_into_module(module, |c: Context, a: &mut Array, by: Text, from: INT| {
        index_of_named(&c, a, by, from)
    });
    pure("find").set_into_module(module, |c: Context, a: &mut Array, by: FnPtr| {
        find(&c, a, &by, 0)
    });
    pure("find").set_into_module(module, |c: Context, a: &mut Array, by: FnPtr, from: INT| {
        find(&c, a, &by, from)
    });
    pure("find_map").set_into_module(module, |c: Context, a: &mut Array, by: FnPtr| {
        find_map(&c, a, &by, 0)
    });
    pure("find_map").set_into_module(module, |c: Context, a: &mut Array, by: FnPtr, from: INT| {
        find_map(&c, a, &by, from)
    });
    for (name, wanted) in [("some", true), ("all", false)] {
        pure(name).set_into_module(module, move |c: Context, a: &mut Array, by: FnPtr| {
            any_is(&c, a, &by, name, wanted)
        });
        pure(name).set_into_module(module, move |c: Context, a: &mut Array, by: &str| {
            // Nothing is called for an empty array, but the name must be one.
            any_is(&c, a, &FnPtr::new(by)?, name, wanted)
        });
    }
}

/// Registers what makes one value of an array.
fn register_folding(module: &mut Module) {
    type Fold = fn(Context, &mut Array, FnPtr, Dynamic) -> Outcome<Dynamic>;
    let folds: [(&str, Fold); 2] = [("reduce", reduce), ("reduce_rev", reduce_rev)];
    for (name, fold) in folds {
        pure(name).set_into_module(module, move |c: Context, a: &mut Array, by: FnPtr| {
            fold(c, a, by, Dynamic::UNIT)
        });
        pure(name).set_into_module(
            module,
            move |c: Context, a: &mut Array, by: FnPtr, initial: Dynamic| fold(c, a, by, initial),
        );
        pure(name).set_into_module(module, move |c: Context, a: &mut Array, by: &str| {
            fold(c, a, FnPtr::new(by)?, Dynamic::UNIT)
        });
        pure(name).set_into_module(
            module,
            move |c: Context, a: &mut Array, by: &str, initial: Dynamic| {
                fold(c, a, FnPtr::new(by)?, initial)
            },
        );
    }
}

/// A function that may be called of a constant.
fn pure(name: &str) -> FuncRegistration {
    let function = FuncRegistration::new(name).in_global_namespace();
    function.with_purity(true)
}

/// A function that may not.
fn changing(name: &str) -> FuncRegistration {
    let function = FuncRegistration::new(name).in_global_namespace();
    // The default is the opposite.
    function.with_purity(false)
}

/// Who calls back: a function of this name, called in this context.
struct Caller<'a> {
    name: &'a str,
    context: &'a Context<'a>,
}

impl Caller<'_> {
    /// Calls `by` for an element of an array: it is `this`, or the first argument if
    /// there is no such function; its index may follow.
    fn call(&self, by: &FnPtr, item: &mut Dynamic, index: usize) -> Outcome<Dynamic> {
        self.call_with(by, Some(item), [], [position(index)], Some(0))
    }

    /// Calls `by` for an entry of an object map: the value is `this`, or the second
    /// argument if there is no such function.
    fn call_for_entry(&self, by: &FnPtr, key: &str, value: &mut Dynamic) -> Outcome<Dynamic> {
        self.call_with(by, Some(value), [key.into()], [], Some(1))
    }

    fn call_with<const N: usize, const E: usize>(
        &self,
        by: &FnPtr,
        this: Option<&mut Dynamic>,
        arguments: [Dynamic; N],
        extras: [Dynamic; E],
        this_argument: Option<usize>,
    ) -> Outcome<Dynamic> {
        let context = self.context;
        by.call_raw_with_extra_args(self.name, context, this, arguments, extras, this_argument)
            .map_err(unwrap_limit)
    }
}

/// Takes a broken limit out of the calls that it is wrapped in: `try` catches these.
/// Leaves other errors as they are.
fn unwrap_limit(mut error: Failure) -> Failure {
    if !is_limit(error.unwrap_inner()) {
        return error;
    }
    loop {
        match *error {
            EvalAltResult::ErrorInFunctionCall(_, _, inner, _)
            | EvalAltResult::ErrorInModule(_, inner, _) => error = inner,
            limit => return limit.into(),
        }
    }
}

/// An index as scripts see it.
fn position(index: usize) -> Dynamic {
    to_int(index).into()
}

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

fn for_each(context: Context, array: &mut Array, by: FnPtr) -> Outcome<()> {
    let (name, context) = ("for_each", &context);
    let caller = Caller { name, context };
    for (index, item) in array.iter_mut().enumerate() {
        // An element is never passed as an argument here.
        caller.call_with(&by, Some(item), [], [position(index)], None)?;
    }
    Ok(())
}

fn map(context: Context, array: &mut Array, by: FnPtr) -> Outcome<Array> {
    let (name, context) = ("map", &context);
    let caller = Caller { name, context };
    let mut mapped = Array::with_capacity(array.len());
    for (index, item) in array.iter_mut().enumerate() {
        mapped.push(caller.call(&by, item, index)?);
    }
    Ok(mapped)
}

fn filter(context: Context, array: &mut Array, by: FnPtr) -> Outcome<Array> {
    let (name, context) = ("filter", &context);
    let caller = Caller { name, context };
    let mut kept = Array::new();
    for (index, item) in array.iter_mut().enumerate() {
        if is_yes(&caller.call(&by, item, index)?) {
            kept.push(item.clone());
        }
    }
    Ok(kept)
}

fn index_of(context: &Context, array: &mut Array, by: &FnPtr, from: INT) -> Outcome<INT> {
    let found = find_index(context, array, by, from)?;
    Ok(found.map_or(-1, to_int))
}

fn find_index(
    context: &Context,
    array: &mut Array,
    by: &FnPtr,
    from: INT,
) -> Outcome<Option<usize>> {
    // `find` is `index_of` in the calls of an error, too.
    let name = "index_of";
    let caller = Caller { name, context };
    for (index, item) in elements_from(array, from) {
        if is_yes(&caller.call(by, item, index)?) {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Where the function of this name says yes; if there is none, where the text itself
/// is.
fn index_of_named(context: &Context, array: &mut Array, name: Text, from: INT) -> Outcome<INT> {
    if array.is_empty() {
        return Ok(-1);
    }
    if let Ok(by) = FnPtr::new(name.clone()) {
        match index_of(context, array, &by, from) {
            Err(error) if lacks_function(&error, &name) => {}
            result => return result,
        }
    }
    for (index, item) in elements_from(array, from) {
        if equals_text(context, item, &name)? {
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

fn find(context: &Context, array: &mut Array, by: &FnPtr, from: INT) -> Outcome<Dynamic> {
    let found = find_index(context, array, by, from)?;
    Ok(found.map_or(Dynamic::UNIT, |index| array[index].clone()))
}

fn find_map(context: &Context, array: &mut Array, by: &FnPtr, from: INT) -> Outcome<Dynamic> {
    let name = "find_map";
    let caller = Caller { name, context };
    for (index, item) in elements_from(array, from) {
        let value = caller.call(by, item, index)?;
        if !value.is_unit() {
            return Ok(value);
        }
    }
    Ok(Dynamic::UNIT)
}

/// Looks for an element for which the answer of `by` is `wanted`; returns `wanted` if
/// there is one: that is `some`, and `all` with its contrary.
fn any_is(
    context: &Context,
    array: &mut Array,
    by: &FnPtr,
    name: &str,
    wanted: bool,
) -> Outcome<bool> {
    let caller = Caller { name, context };
    for (index, item) in array.iter_mut().enumerate() {
        if is_yes(&caller.call(by, item, index)?) == wanted {
            return Ok(wanted);
        }
    }
    Ok(!wanted)
}

fn reduce(context: Context, array: &mut Array, by: FnPtr, initial: Dynamic) -> Outcome<Dynamic> {
    let items = array.iter_mut().enumerate();
    fold(&context, "reduce", items, &by, initial)
}

fn reduce_rev(
    context: Context,
    array: &mut Array,
    by: FnPtr,
    initial: Dynamic,
) -> Outcome<Dynamic> {
    let items = array.iter_mut().enumerate().rev();
    fold(&context, "reduce_rev", items, &by, initial)
}

fn fold<'a>(
    context: &Context,
    name: &str,
    items: impl Iterator<Item = (usize, &'a mut Dynamic)>,
    by: &FnPtr,
    initial: Dynamic,
) -> Outcome<Dynamic> {
    let caller = Caller { name, context };
    let mut result = initial;
    for (index, item) in items {
        result = caller.call_with(by, Some(item), [result], [position(index)], Some(1))?;
    }
    Ok(result)
}

fn zip(context: Context, array: &mut Array, other: Array, by: FnPtr) -> Outcome<Array> {
    let (name, context) = ("zip", &context);
    let caller = Caller { name, context };
    let pairs = array.iter().zip(other).enumerate();
    pairs
        .map(|(index, (a, b))| caller.call_with(&by, None, [a.clone(), b], [position(index)], None))
        .collect()
}

/// Removes and returns the elements for which the answer of `by` is `taken`. If it
/// fails, those that it was asked about before are gone.
fn take_out(
    context: Context,
    array: &mut Array,
    by: FnPtr,
    name: &str,
    taken: bool,
) -> Outcome<Array> {
    let context = &context;
    let caller = Caller { name, context };
    let mut removed = Array::new();
    let mut at = 0;
    for index in 0..array.len() {
        // The callback cannot reach the array, so that it keeps its length.
        if is_yes(&caller.call(&by, &mut array[at], index)?) == taken {
            removed.push(array.remove(at));
        } else {
            at += 1;
        }
    }
    Ok(removed)
}

fn map_entries(context: Context, map: &mut Map, by: FnPtr) -> Outcome<Map> {
    // Rhai's own name for it in the calls of an error.
    let (name, context) = ("filter", &context);
    let caller = Caller { name, context };
    let mut mapped = Map::new();
    for (key, value) in map.iter_mut() {
        mapped.insert(key.clone(), caller.call_for_entry(&by, key, value)?);
    }
    Ok(mapped)
}

fn filter_entries(context: Context, map: &mut Map, by: FnPtr) -> Outcome<Map> {
    let (name, context) = ("filter", &context);
    let caller = Caller { name, context };
    let mut kept = Map::new();
    for (key, value) in map.iter_mut() {
        if is_yes(&caller.call_for_entry(&by, key, value)?) {
            kept.insert(key.clone(), value.clone());
        }
    }
    Ok(kept)
}

/// Removes and returns the entries for which the answer of `by` is `taken`. If it
/// fails, those that it was asked about before are gone, as is the one it failed for.
fn take_entries_out(
    context: Context,
    map: &mut Map,
    by: FnPtr,
    name: &str,
    taken: bool,
) -> Outcome<Map> {
    let context = &context;
    let caller = Caller { name, context };
    let mut removed = Map::new();
    let mut kept = Map::new();
    let mut result = Ok(());
    for (key, mut value) in std::mem::take(map) {
        let is_removed = match result {
            Ok(()) => caller
                .call_for_entry(&by, &key, &mut value)
                .map(|answer| is_yes(&answer) == taken),
            Err(_) => Ok(false),
        };
        match is_removed {
            Ok(true) => removed.insert(key, value),
            Ok(false) => kept.insert(key, value),
            Err(error) => {
                result = Err(error);
                None
            }
        };
    }
    *map = kept;
    result.map(|()| removed)
}
