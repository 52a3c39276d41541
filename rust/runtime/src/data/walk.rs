//! Going through a value and all below it, without recursion.

use std::fmt::Write as _;
use std::ops::Deref;

use rhai::{Array, Dynamic, FnPtr, Identifier, Map};

use crate::data::conversion_error::ConversionError;
use crate::limits::stack::MAX_DEPTH;

/// Sees the parts of a value, one after the other, as [`walk`] shows them.
pub trait Visitor {
    /// A value that is neither an array nor an object map.
    ///
    /// # Errors
    ///
    /// The walk is to end with this error, to which it adds the path.
    fn leaf(&mut self, value: &Dynamic) -> Result<(), ConversionError>;

    /// An array begins; returns whether its elements are to be shown. If not,
    /// [`end`](Self::end) is not called either.
    ///
    /// # Errors
    ///
    /// As [`leaf`](Self::leaf).
    fn array(&mut self, items: &Array) -> Result<bool, ConversionError>;

    /// An object map begins.
    ///
    /// # Errors
    ///
    /// As [`leaf`](Self::leaf).
    fn map(&mut self, map: &Map) -> Result<(), ConversionError>;

    /// The key of the value that comes next.
    ///
    /// # Errors
    ///
    /// As [`leaf`](Self::leaf).
    fn key(&mut self, key: &str) -> Result<(), ConversionError>;

    /// The array (or object map, if `is_map`) that began last has ended.
    fn end(&mut self, is_map: bool);
}

/// A container whose parts are being shown, and which of them is.
struct Open<'a> {
    parts: Parts<'a>,
    step: Step<'a>,
}

enum Step<'a> {
    Inside,
    Index(usize),
    Key(&'a str),
}

enum Parts<'a> {
    Array(std::iter::Enumerate<std::slice::Iter<'a, Dynamic>>),
    Map(std::collections::btree_map::Iter<'a, Identifier, Dynamic>),
}

/// Shows `value` and all below it to `visitor`.
///
/// # Errors
///
/// An error of the visitor, with the path to the value it was shown; also an
/// error for what is nested more than [`MAX_DEPTH`] levels, or is shared or
/// locked by somebody who changes it.
pub fn walk(value: &Dynamic, visitor: &mut impl Visitor) -> Result<(), ConversionError> {
    // A variable that a closure captured is shared; what it holds never is.
    if value.is_shared() {
        return match value.read_lock::<Dynamic>() {
            Some(inner) => walk_plain(&inner, visitor),
            None => Err(ConversionError::new(
                "the value is being changed",
                "copy it into another variable first",
            )),
        };
    }
    walk_plain(value, visitor)
}

fn walk_plain(value: &Dynamic, visitor: &mut impl Visitor) -> Result<(), ConversionError> {
    let mut open: Vec<Open> = Vec::new();
    let fail = |open: &[Open], error: ConversionError| error.below(&display_path(open));
    let mut next = value;
    loop {
        match enter(next, visitor) {
            Ok(None) => {}
            Ok(Some(container)) if open.len() < MAX_DEPTH => {
                open.push(container);
            }
            Ok(Some(_)) => return Err(fail(&open, too_deep())),
            Err(error) => return Err(fail(&open, error)),
        }
        // Continue with the next value of the innermost container that has one.
        next = loop {
            let Some(container) = open.last_mut() else {
                return Ok(());
            };
            let value = match &mut container.parts {
                Parts::Array(items) => items.next().map(|(index, value)| {
                    container.step = Step::Index(index);
                    value
                }),
                Parts::Map(entries) => match entries.next() {
                    Some((key, value)) => {
                        container.step = Step::Key(key);
                        if let Err(error) = visitor.key(key) {
                            return Err(fail(&open, error));
                        }
                        Some(value)
                    }
                    None => None,
                },
            };
            match value {
                Some(value) => break value,
                None => {
                    visitor.end(matches!(container.parts, Parts::Map(_)));
                    open.pop();
                }
            }
        };
    }
}

/// Shows one value; returns it if it is a container whose parts are to be shown.
fn enter<'a>(
    value: &'a Dynamic,
    visitor: &mut impl Visitor,
) -> Result<Option<Open<'a>>, ConversionError> {
    if value.is_shared() {
        return Err(ConversionError::new(
            "a shared value cannot cross to Dart inside another value",
            "copy it into another variable first",
        ));
    }
    if let Ok(items) = value.as_array_ref() {
        // SAFETY: `value` is not shared, see above.
        let items: &'a Array = unsafe { unguarded(items) };
        return Ok(match visitor.array(items)? {
            true => Some(Open {
                parts: Parts::Array(items.iter().enumerate()),
                step: Step::Inside,
            }),
            false => None,
        });
    }
    if let Ok(map) = value.as_map_ref() {
        // SAFETY: `value` is not shared, see above.
        let map: &'a Map = unsafe { unguarded(map) };
        visitor.map(map)?;
        return Ok(Some(Open {
            parts: Parts::Map(map.iter()),
            step: Step::Inside,
        }));
    }
    visitor.leaf(value)?;
    Ok(None)
}

/// Turns Rhai's read guard into the reference it holds.
///
/// # Safety
///
/// The value that the guard was taken from must not be shared: only then is the
/// guard a plain reference that nobody can invalidate for `'a`. (A shared
/// value's guard holds a `RefCell` borrow, which ends with the guard.)
unsafe fn unguarded<'a, T: 'a>(guard: impl Deref<Target = T> + 'a) -> &'a T {
    let pointer: *const T = &*guard;
    // SAFETY: the guard of an unshared value is a `&'a T`; dropping it does nothing.
    unsafe { &*pointer }
}

/// The error for values that nest too deeply, in either direction.
pub fn too_deep() -> ConversionError {
    ConversionError::new(
        format!("nested more than {MAX_DEPTH} levels"),
        "flatten the data",
    )
}

/// Steps at either end of a path that are shown; what is between is left out.
const SHOWN_STEPS: usize = 16;

fn display_path(path: &[Open]) -> String {
    let mut text = String::new();
    for (index, container) in path.iter().enumerate() {
        if index >= SHOWN_STEPS && index + SHOWN_STEPS < path.len() {
            if index == SHOWN_STEPS {
                text.push('…');
            }
            continue;
        }
        let _ = match container.step {
            Step::Inside => Ok(()),
            Step::Index(index) => write!(text, "[{index}]"),
            Step::Key(key) => write!(text, ".{key}"),
        };
    }
    text
}

/// Runs `f` with every function pointer in `value`, which it may change, and then
/// with those among its curried arguments.
pub fn for_each_function(value: &mut Dynamic, mut f: impl FnMut(&mut FnPtr)) {
    let mut todo: Vec<*mut Dynamic> = vec![value];
    while let Some(next) = todo.pop() {
        // SAFETY: it points into `value`, which is borrowed mutably, to a part of
        // which there is no other reference: each part is added once, after `f`
        // may have changed it and before its own parts are.
        let value = unsafe { &mut *next };
        if value.is_shared() {
            continue;
        }
        if value.is_fnptr() {
            if let Some(mut pointer) = value.write_lock::<FnPtr>() {
                f(&mut pointer);
                let curried = pointer.iter_curry_mut();
                todo.extend(curried.map(|argument| argument as *mut Dynamic));
            }
        } else if value.is_array() {
            if let Some(mut items) = value.write_lock::<Array>() {
                todo.extend(items.iter_mut().map(|item| item as *mut Dynamic));
            }
        } else if let Some(mut map) = value.write_lock::<Map>() {
            todo.extend(map.values_mut().map(|item| item as *mut Dynamic));
        }
    }
}

/// Whether `test` holds for a function pointer in `value`, or may do so, as `value` is changed
/// by somebody. It is not asked about the curried arguments of others.
pub fn may_have_function(value: &Dynamic, test: impl Fn(&FnPtr) -> bool) -> bool {
    let is_flat = !(value.is_shared() || value.is_array() || value.is_map() || value.is_fnptr());
    !is_flat && walk(value, &mut Functions(test)).is_err()
}

/// Fails at a function pointer for which a test holds.
struct Functions<F>(F);

impl<F: Fn(&FnPtr) -> bool> Visitor for Functions<F> {
    fn leaf(&mut self, value: &Dynamic) -> Result<(), ConversionError> {
        let pointer = value.read_lock::<FnPtr>();
        match pointer.is_some_and(|pointer| (self.0)(&pointer)) {
            true => Err(ConversionError::new("", "")),
            false => Ok(()),
        }
    }

    fn array(&mut self, _: &Array) -> Result<bool, ConversionError> {
        Ok(true)
    }

    fn map(&mut self, _: &Map) -> Result<(), ConversionError> {
        Ok(())
    }

    fn key(&mut self, _: &str) -> Result<(), ConversionError> {
        Ok(())
    }

    fn end(&mut self, _: bool) {}
}
