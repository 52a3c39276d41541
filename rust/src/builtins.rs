//! Rhai's own functions that this crate replaces.

use rhai::{
    Array, Dynamic, EvalAltResult, FnPtr, FuncRegistration, ImmutableString as Text, Map, Module,
    ParseErrorType, INT,
};

use crate::callbacks;
use crate::json;
use crate::rhai_errors::is_limit;

type Context<'a> = rhai::NativeCallContext<'a>;
type Failure = Box<EvalAltResult>;

/// Registers the replacements with `module`, which Rhai must search before its
/// standard package.
pub fn register(module: &mut Module) {
    callbacks::register(module);
    // Rhai's own versions swallow what the comparator throws and go on. A
    // comparator is a function pointer or a function's name.
    // What is pure, which is the default, can be called of a constant.
    let function = |name| FuncRegistration::new(name).in_global_namespace();
    let changing = |name| function(name).with_purity(false);
    let pure = |name| function(name).with_purity(true);
    type InPlace = fn(Context, &mut Array, FnPtr) -> Result<(), Failure>;
    let in_place: [(&str, InPlace); 3] =
        [("sort", sort_by), ("sort_by", sort_by), ("dedup", dedup_by)];
    for (name, function) in in_place {
        changing(name).set_into_module(module, move |c: Context, a: &mut Array, by: FnPtr| {
            function(c, a, by)
        });
        changing(name).set_into_module(module, move |c: Context, a: &mut Array, by: &str| {
            function(c, a, FnPtr::new(by)?)
        });
    }
    for name in ["order", "order_by"] {
        pure(name).set_into_module(module, order_by);
        pure(name).set_into_module(module, |c: Context, array: &mut Array, by: &str| {
            order_by(c, array, FnPtr::new(by)?)
        });
    }
    pure("to_json").set_into_module(module, to_json);
    changing("parse_json").set_into_module(module, parse_json);
    // Rhai's own measures the result when it is there.
    changing("replace").set_into_module(module, |c: Context, s: &mut Text, a: &str, b: &str| {
        replace(c, s, a, b)
    });
    changing("replace").set_into_module(module, |c: Context, s: &mut Text, a: char, b: &str| {
        replace(c, s, a.encode_utf8(&mut [0; 4]), b)
    });
    // Rhai's own never ends if there is nothing to pad with.
    changing("pad").set_into_module(module, pad);
}

/// Sorts an array in place; leaves it alone if the comparator fails.
///
/// The comparator returns a number (negative: its first argument comes first),
/// or whether its first argument comes first.
fn sort_by(context: Context, array: &mut Array, by: FnPtr) -> Result<(), Failure> {
    let order = merge_sort(array.len(), |a, b| {
        let order = by.call_raw(&context, None, [array[a].clone(), array[b].clone()])?;
        if let Ok(number) = order.as_int() {
            return Ok(number <= 0);
        }
        order
            .as_bool()
            .map_err(|actual| mismatch(&context, "int or bool", actual))
    })?;
    take_in_order(array, order);
    Ok(())
}

fn order_by(context: Context, array: &mut Array, by: FnPtr) -> Result<Array, Failure> {
    let mut sorted = array.clone();
    sort_by(context, &mut sorted, by)?;
    Ok(sorted)
}

/// Removes elements that equal the one before, as `by` sees it; leaves the array
/// alone if that fails.
fn dedup_by(context: Context, array: &mut Array, by: FnPtr) -> Result<(), Failure> {
    let mut kept: Vec<usize> = Vec::with_capacity(array.len());
    for index in 0..array.len() {
        let same = match kept.last() {
            Some(&last) => by
                .call_raw(&context, None, [array[last].clone(), array[index].clone()])?
                .as_bool()
                .map_err(|actual| mismatch(&context, "bool", actual))?,
            None => false,
        };
        if !same {
            kept.push(index);
        }
    }
    take_in_order(array, kept);
    Ok(())
}

/// Makes an array consist of its elements at these indices, none of which is
/// there twice.
fn take_in_order(array: &mut Array, indices: Vec<usize>) {
    *array = indices
        .into_iter()
        .map(|index| std::mem::take(&mut array[index]))
        .collect();
}

fn mismatch(context: &Context, expected: &str, actual: &str) -> Failure {
    EvalAltResult::ErrorMismatchDataType(
        format!("{expected} from the comparator"),
        actual.into(),
        context.call_position(),
    )
    .into()
}

fn to_json(context: Context, map: &mut Map) -> Result<String, Failure> {
    // Not cloned, which would recurse: put into a value and back.
    let value = Dynamic::from_map(std::mem::take(map));
    let json = json::to_json(&value, context.engine().max_string_size());
    *map = value.cast();
    match json {
        Ok(Some(json)) => Ok(json),
        Ok(None) => Err(too_long(&context)),
        Err(error) => Err(format!("to_json: {error}").into()),
    }
}

/// Reads an object map. Rhai's own throws a syntax error of the script, which
/// cannot be caught.
fn parse_json(context: Context, json: &str) -> Result<Map, Failure> {
    let map = context.engine().parse_json(json, true);
    map.map_err(|error| match *error {
        // What the text holds is data: that it is nested too deeply is no limit.
        EvalAltResult::ErrorParsing(ParseErrorType::ExprTooDeep, _) => {
            "parse_json: nested too deeply".into()
        }
        error if is_limit(&error) => error.into(),
        error => format!("parse_json: {error}").into(),
    })
}

fn replace(context: Context, text: &mut Text, find: &str, by: &str) -> Result<(), Failure> {
    let count = text.matches(find).count();
    let kept = text.len() - count * find.len();
    let len = kept.saturating_add(count.saturating_mul(by.len()));
    let max_len = context.engine().max_string_size();
    if max_len > 0 && len > max_len {
        return Err(too_long(&context));
    }
    *text = text.replace(find, by).into();
    Ok(())
}

fn pad(context: Context, text: &mut Text, len: INT, by: &str) -> Result<(), Failure> {
    let wanted = usize::try_from(len).unwrap_or(0);
    let missing = wanted.saturating_sub(text.chars().count());
    let count = by.chars().count();
    if missing == 0 || count == 0 {
        return Ok(());
    }
    let times = missing / count;
    let rest: String = by.chars().take(missing % count).collect();
    let len = times
        .saturating_mul(by.len())
        .saturating_add(text.len() + rest.len());
    let max_len = context.engine().max_string_size();
    if max_len > 0 && len > max_len {
        return Err(too_long(&context));
    }
    let mut padded = String::with_capacity(len);
    padded.push_str(text);
    for _ in 0..times {
        padded.push_str(by);
    }
    padded.push_str(&rest);
    *text = padded.into();
    Ok(())
}

fn too_long(context: &Context) -> Failure {
    let what = "Length of string".to_string();
    EvalAltResult::ErrorDataTooLarge(what, context.call_position()).into()
}

/// Returns the indices `0..len` in stable order. Unlike the standard library's
/// sorts it can stop at an error, and takes any comparator, however inconsistent.
fn merge_sort(
    len: usize,
    mut in_order: impl FnMut(usize, usize) -> Result<bool, Failure>,
) -> Result<Vec<usize>, Failure> {
    let mut sorted: Vec<usize> = (0..len).collect();
    let mut width = 1;
    while width < len {
        let mut merged = Vec::with_capacity(len);
        for pair in sorted.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let (Some((&a, rest_left)), Some((&b, rest_right))) =
                (left.split_first(), right.split_first())
            {
                if in_order(a, b)? {
                    merged.push(a);
                    left = rest_left;
                } else {
                    merged.push(b);
                    right = rest_right;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        sorted = merged;
        width *= 2;
    }
    Ok(sorted)
}
