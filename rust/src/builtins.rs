//! Rhai's own functions that this crate replaces.

use rhai::{Array, EvalAltResult, FnPtr, FuncRegistration, Module, NativeCallContext};

type Failure = Box<EvalAltResult>;

/// Registers the replacements with `module`, which Rhai must search before its
/// standard package.
pub fn register(module: &mut Module) {
    // Rhai's own versions swallow what the comparator throws and sort on.
    for name in ["sort", "sort_by"] {
        FuncRegistration::new(name)
            .in_global_namespace()
            .with_volatility(true)
            .set_into_module(module, sort_by);
    }
    for name in ["order", "order_by"] {
        FuncRegistration::new(name)
            .in_global_namespace()
            .with_volatility(true)
            .with_purity(true)
            .set_into_module(module, order_by);
    }
}

/// Sorts an array in place; leaves it alone if the comparator fails.
///
/// The comparator returns a number (negative: its first argument comes first),
/// or whether its first argument comes first.
fn sort_by(context: NativeCallContext, array: &mut Array, by: FnPtr) -> Result<(), Failure> {
    let order = merge_sort(array.len(), |a, b| {
        let order = by.call_raw(&context, None, [array[a].clone(), array[b].clone()])?;
        if let Ok(number) = order.as_int() {
            return Ok(number <= 0);
        }
        order.as_bool().map_err(|actual| {
            let expected = "int or bool from the comparator".to_string();
            let position = context.call_position();
            EvalAltResult::ErrorMismatchDataType(expected, actual.into(), position).into()
        })
    })?;
    *array = order
        .into_iter()
        .map(|index| std::mem::take(&mut array[index]))
        .collect();
    Ok(())
}

fn order_by(context: NativeCallContext, array: &mut Array, by: FnPtr) -> Result<Array, Failure> {
    let mut sorted = array.clone();
    sort_by(context, &mut sorted, by)?;
    Ok(sorted)
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
