//! Arrays that are sorted, or become longer.

use std::cmp::Ordering;
use std::mem::size_of;
use std::ops::{Range, RangeInclusive};

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, Module, Position, INT};

use super::parts::{bounds, length, span, span_inclusive, take_others};
use crate::library::native_function::{changing, pure, Context, Failure};
use crate::limits::sizes::{self, TooLarge};
use memory::{block, TooMuchMemory};

/// Registers the functions with `module`.
pub fn register(module: &mut Module) {
    // Rhai's own versions swallow what the comparator throws and go on.
    type InPlace = fn(Context, &mut Array, FnPtr) -> Result<(), Failure>;
    let in_place: [(&str, InPlace); 3] =
        [("sort", sort_by), ("sort_by", sort_by), ("dedup", dedup_by)];
    for (name, function) in in_place {
        changing(name).set_into_module(module, move |c: Context, a: &mut Array, by: FnPtr| {
            function(c, a, by)
        });
    }
    for name in ["order", "order_by"] {
        pure(name).set_into_module(module, order_by);
    }
    changing("order").set_into_module(module, |array: &mut Array| order(array, false));
    changing("order_desc").set_into_module(module, |array: &mut Array| order(array, true));
    changing("pad").set_into_module(module, pad);
    changing("retain").set_into_module(module, retain);
    changing("retain").set_into_module(module, |array: &mut Array, range: Range<INT>| {
        let (start, len) = span(&range);
        retain(array, start, len)
    });
    changing("retain").set_into_module(module, |array: &mut Array, range: RangeInclusive<INT>| {
        let (start, len) = span_inclusive(&range);
        retain(array, start, len)
    });
}

/// Sorts an array in place; leaves it alone if the comparator fails. Elements that are
/// equal keep their order.
///
/// The comparator returns a number (negative: its first argument comes first),
/// or whether its first argument comes first.
fn sort_by(context: Context, array: &mut Array, by: FnPtr) -> Result<(), Failure> {
    let compare = |a: usize, b: usize| -> Result<Answer, Failure> {
        let answer = by.call_raw(&context, None, [array[a].clone(), array[b].clone()])?;
        sizes::ask(1)?;
        if let Ok(number) = answer.as_int() {
            return Ok(Answer::Number(number));
        }
        let answer = answer.as_bool();
        answer
            .map(Answer::IsFirst)
            .map_err(|actual| mismatch(&context, "int or bool", actual))
    };
    let order = merge_sort(array.len(), |left, right| {
        Ok(match compare(left, right)? {
            Answer::Number(number) => number <= 0,
            Answer::IsFirst(true) => true,
            // `<` says no of equal elements too, and `<=` does not.
            Answer::IsFirst(false) => match compare(right, left)? {
                Answer::Number(number) => number >= 0,
                Answer::IsFirst(is_first) => !is_first,
            },
        })
    })?;
    put_in_order(array, order);
    Ok(())
}

/// The error of a comparator that answered with something else.
fn mismatch(context: &Context, expected: &str, actual: &str) -> Failure {
    EvalAltResult::ErrorMismatchDataType(
        format!("{expected} from the comparator"),
        actual.into(),
        context.call_position(),
    )
    .into()
}

/// Answer of a comparator about two elements.
enum Answer {
    /// The first one comes first if it is negative, and the other one if it is positive.
    Number(INT),
    /// Whether the first one comes first.
    IsFirst(bool),
}

fn order_by(context: Context, array: &mut Array, by: FnPtr) -> Result<Array, Failure> {
    let mut sorted = array.clone();
    sort_by(context, &mut sorted, by)?;
    Ok(sorted)
}

/// A copy of an array in ascending or descending order.
fn order(array: &Array, is_descending: bool) -> Result<Array, Failure> {
    let compare = comparison(array)?;
    let mut sorted = array.clone();
    // The standard library sorts with a second array.
    sizes::ask(block(array.len() * size_of::<Dynamic>()))?;
    match is_descending {
        true => sorted.sort_by(|a, b| compare(b, a)),
        false => sorted.sort_by(compare),
    }
    Ok(sorted)
}

type Compare = fn(&Dynamic, &Dynamic) -> Ordering;

/// How the elements of an array compare: they must all be numbers, all texts …
fn comparison(array: &Array) -> Result<Compare, Failure> {
    let not_found = |text: String| EvalAltResult::ErrorFunctionNotFound(text, Position::NONE);
    let [first, .., _] = &array[..] else {
        return Ok(|_, _| Ordering::Equal);
    };
    if array.iter().any(|item| item.type_id() != first.type_id()) {
        let text = "elements of different types cannot be sorted";
        return Err(not_found(text.into()).into());
    }
    if first.is_int() {
        return Ok(|a, b| a.as_int().ok().cmp(&b.as_int().ok()));
    }
    if first.is_float() {
        return Ok(|a, b| {
            let (a, b) = (a.as_float().unwrap_or(0.0), b.as_float().unwrap_or(0.0));
            // What is no number comes last: there must be one order.
            a.partial_cmp(&b)
                .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
        });
    }
    if first.is_char() {
        return Ok(|a, b| a.as_char().ok().cmp(&b.as_char().ok()));
    }
    if first.is_bool() {
        return Ok(|a, b| a.as_bool().ok().cmp(&b.as_bool().ok()));
    }
    if first.is_string() {
        return Ok(
            |a, b| match (a.as_immutable_string_ref(), b.as_immutable_string_ref()) {
                (Ok(a), Ok(b)) => a.as_str().cmp(b.as_str()),
                _ => Ordering::Equal,
            },
        );
    }
    if first.is_unit() {
        return Ok(|_, _| Ordering::Equal);
    }
    let text = format!("elements of {} cannot be sorted", first.type_name());
    Err(not_found(text).into())
}

/// Removes elements that equal the one before, as `by` sees it; leaves the array
/// alone if that fails.
fn dedup_by(context: Context, array: &mut Array, by: FnPtr) -> Result<(), Failure> {
    let mut kept: Vec<usize> = Vec::with_capacity(array.len());
    for index in 0..array.len() {
        let same = match kept.last() {
            Some(&last) => {
                let pair = [array[last].clone(), array[index].clone()];
                let answer = by.call_raw(&context, None, pair)?;
                sizes::ask(1)?;
                answer
                    .as_bool()
                    .map_err(|actual| mismatch(&context, "bool", actual))?
            }
            None => false,
        };
        if !same {
            kept.push(index);
        }
    }
    // They are in ascending order.
    for (to, from) in kept.iter().enumerate() {
        array.swap(to, *from);
    }
    array.truncate(kept.len());
    Ok(())
}

/// Puts the elements of an array into the order of these indices, which are all that it
/// has.
fn put_in_order(array: &mut Array, mut indices: Vec<usize>) {
    for start in 0..indices.len() {
        // One cycle after the other, each element from where it is; an index that is its
        // own place is done.
        let mut at = start;
        loop {
            let from = std::mem::replace(&mut indices[at], at);
            if from == start {
                break;
            }
            array.swap(at, from);
            at = from;
        }
    }
}

/// Adds copies of `item` until an array has `len` elements.
fn pad(array: &mut Array, len: INT, item: Dynamic) -> Result<(), Failure> {
    let missing = length(len).saturating_sub(array.len());
    if missing == 0 {
        return Ok(());
    }
    sizes::check_array(array.len().saturating_add(missing))?;
    let spare = array.capacity() - array.len();
    sizes::ask(
        missing
            .saturating_sub(spare)
            .saturating_mul(size_of::<Dynamic>()),
    )?;
    array
        .try_reserve_exact(missing)
        .map_err(|_| TooLarge::from(TooMuchMemory))?;
    let has_parts = item.is_array() || item.is_map() || item.is_blob() || item.is_variant();
    for _ in 0..missing {
        // What a copy takes is known when it is there; it is no more than the original.
        sizes::ask(usize::from(has_parts))?;
        array.push(item.clone());
    }
    Ok(())
}

/// Removes and returns the elements outside of a part of an array.
fn retain(array: &mut Array, start: INT, len: INT) -> Array {
    match bounds(array.len(), start, len) {
        (_, 0) => Array::new(),
        (start, len) => take_others(array, start, len),
    }
}

/// Returns the indices `0..len` in stable order. Unlike the standard library's
/// sorts it can stop at an error, and takes any comparator, however inconsistent.
fn merge_sort(
    len: usize,
    mut in_order: impl FnMut(usize, usize) -> Result<bool, Failure>,
) -> Result<Vec<usize>, Failure> {
    sizes::ask(2 * block(len * size_of::<usize>()))?;
    let mut sorted: Vec<usize> = (0..len).collect();
    let mut merged = Vec::with_capacity(len);
    let mut width = 1;
    while width < len {
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
        std::mem::swap(&mut sorted, &mut merged);
        merged.clear();
        width *= 2;
    }
    Ok(sorted)
}
