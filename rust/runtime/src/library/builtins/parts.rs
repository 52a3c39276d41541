//! Parts of strings, arrays and blobs: from where, and how many.

use std::ops::{Range, RangeInclusive};

use rhai::INT;

/// The first index in a range and how many there are, as Rhai counts them.
pub fn span(range: &Range<INT>) -> (INT, INT) {
    let start = range.start.max(0);
    (start, range.end.max(start) - start)
}

/// The same for a range with its end.
pub fn span_inclusive(range: &RangeInclusive<INT>) -> (INT, INT) {
    let start = (*range.start()).max(0);
    let end = (*range.end()).max(start).min(INT::MAX - 1);
    (start, end - start + 1)
}

/// The length that a script means: none if it is negative, and the longest that there may
/// be if it is too large for an address.
pub fn length(len: INT) -> usize {
    usize::try_from(len.max(0)).unwrap_or(usize::MAX)
}

/// The first index of a part and how many items it has, of so many as there are. `start`
/// counts from the end if it is negative.
pub fn bounds(count: usize, start: INT, len: INT) -> (usize, usize) {
    let distance = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
    let start = match start < 0 {
        true => count.saturating_sub(distance),
        false => distance.min(count),
    };
    (start, length(len).min(count - start))
}

/// Removes and returns all but the `len` items from `start` on.
pub fn take_others<T>(items: &mut Vec<T>, start: usize, len: usize) -> Vec<T> {
    let mut others = Vec::with_capacity(items.len() - len);
    others.extend(items.drain(..start));
    others.extend(items.drain(len..));
    others
}
