//! Scripts that Dart has compiled and keeps.

use runtime::objects::handles::Handle;

use super::guard::{begin, input_text, scope_of, with_engine, with_text};
use crate::host::DartEngine;

/// The text in the first `len` bytes of the input, and the `rest_len` bytes after it.
fn input_texts(engine: &DartEngine, len: u64, rest_len: u64) -> Option<(String, String)> {
    let mut text = input_text(engine, len.checked_add(rest_len)?)?;
    let len = usize::try_from(len).ok()?;
    let rest = text.is_char_boundary(len).then(|| text.split_off(len))?;
    Some((text, rest))
}

/// Starts the script in the first `script_len` bytes of the input like
/// [`rhai_eval`](super::rhai_eval), with a scope.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_eval_in(
    engine: *mut DartEngine,
    script_len: u64,
    scope: u64,
    held: i64,
    outer_engine: *const DartEngine,
    outer_execution: u64,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        begin(
            engine,
            held,
            outer_engine,
            outer_execution,
            |engine, start| {
                with_text(engine, script_len, |engine, script| {
                    engine.eval_in(script, scope_of(scope), start)
                })
            },
        )
    }
}

/// Compiles the script in the first `script_len` bytes of the input, which is called what the
/// `name_len` bytes after it say. It ends with an array of its id, and of its functions. The
/// other parameters are those of [`rhai_eval`](super::rhai_eval).
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_compile(
    engine: *mut DartEngine,
    script_len: u64,
    name_len: u64,
    held: i64,
    outer_engine: *const DartEngine,
    outer_execution: u64,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        begin(
            engine,
            held,
            outer_engine,
            outer_execution,
            |engine, start| {
                let (script, name) = input_texts(engine, script_len, name_len)?;
                Some(engine.compile(&script, &name, start))
            },
        )
    }
}

/// The handle of a script that was compiled; null if there is none. It must be asked for once.
/// May be a leaf call.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_script_handle(engine: *mut DartEngine, script: u64) -> *mut Handle {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, std::ptr::null_mut(), |engine| {
            pass(engine.script_handle(script))
        })
    }
}

/// Gives a handle to Dart.
pub(super) fn pass(handle: Option<Handle>) -> *mut Handle {
    handle.map_or(std::ptr::null_mut(), |handle| {
        Box::into_raw(Box::new(handle))
    })
}

/// The id of what Dart has a handle of; 0 for null. May be a leaf call.
///
/// # Safety
///
/// `handle` is null or was given to Dart and is not freed.
#[no_mangle]
pub unsafe extern "C" fn rhai_handle_id(handle: *const Handle) -> u64 {
    // SAFETY: the caller's contract.
    unsafe { handle.as_ref() }.map_or(0, Handle::id)
}

/// Starts a script that was compiled, with a scope, or none if that is 0. The other parameters
/// are those of [`rhai_eval`](super::rhai_eval).
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_eval_script(
    engine: *mut DartEngine,
    script: u64,
    scope: u64,
    held: i64,
    outer_engine: *const DartEngine,
    outer_execution: u64,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        begin(
            engine,
            held,
            outer_engine,
            outer_execution,
            |engine, start| engine.eval_kept(script, scope_of(scope), start),
        )
    }
}

/// Calls a function of a script that was compiled, by its index in what [`rhai_compile`] ended
/// with, with arguments like those of [`rhai_call`](super::rhai_call). If `with_this`, the last
/// one is its `this`, and the result is that of [`rhai_call_with`](super::rhai_call_with). The
/// function finds the constants of a scope, if that is not 0. The other parameters are those of
/// [`rhai_eval`](super::rhai_eval).
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_call_script(
    engine: *mut DartEngine,
    script: u64,
    function: u64,
    with_this: bool,
    scope: u64,
    held: i64,
    outer_engine: *const DartEngine,
    outer_execution: u64,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        begin(
            engine,
            held,
            outer_engine,
            outer_execution,
            |engine, start| {
                let function = usize::try_from(function).ok()?;
                engine.call_named(script, function, with_this, scope_of(scope), start)
            },
        )
    }
}
