//! Scopes that Dart has.

use runtime::context::exchange::Step;
use runtime::objects::handles::Handle;

use super::guard::{begin, enter, input_text, run, with_engine, with_text};
use super::scripts::pass;
use crate::host::DartEngine;

/// Makes an empty scope. Returns its handle, or null.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_scope_new(engine: *mut DartEngine) -> *mut Handle {
    // SAFETY: the caller's contract.
    unsafe {
        enter(engine, std::ptr::null_mut(), |engine| {
            pass(engine.new_scope())
        })
    }
}

/// Whether a script uses a scope, which has not ended. May be a leaf call.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_scope_is_used(engine: *mut DartEngine, scope: u64) -> bool {
    // SAFETY: the caller's contract.
    unsafe { with_engine(engine, false, |engine| engine.is_scope_used(scope)) }
}

/// Sets a variable (or constant) of a scope like
/// [`rhai_set_variable`](super::rhai_set_variable).
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_scope_set(
    engine: *mut DartEngine,
    scope: u64,
    name_len: u64,
    constant: bool,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        run(engine, |engine| {
            let name = input_text(engine, name_len)?;
            Some(match engine.set_in_scope(scope, &name, constant)? {
                Ok(()) => Step::Done,
                Err(error) => engine.fail(error),
            })
        })
    }
}

/// Reads the variable of a scope whose name is the first `name_len` bytes of the input, like a
/// script that ends with its value; unit if there is none. The other parameters are those of
/// [`rhai_eval`](super::rhai_eval).
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_scope_get(
    engine: *mut DartEngine,
    scope: u64,
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
                with_text(engine, name_len, |engine, name| {
                    engine.read_scope(scope, name, start)
                })
            },
        )
    }
}

/// Lists the names of a scope's variables, like a script that ends with an array of them. The
/// other parameters are those of [`rhai_eval`](super::rhai_eval).
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_scope_names(
    engine: *mut DartEngine,
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
            |engine, start| engine.list_scope(scope, start),
        )
    }
}

/// Copies the variables of a scope into another one, like a script. The other parameters are
/// those of [`rhai_eval`](super::rhai_eval).
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_scope_copy(
    engine: *mut DartEngine,
    from: u64,
    to: u64,
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
            |engine, start| engine.copy_scope(from, to, start),
        )
    }
}

/// Whether a scope has the variable whose name is the first `name_len` bytes of the input. May
/// be a leaf call.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_scope_has(
    engine: *mut DartEngine,
    scope: u64,
    name_len: u64,
) -> bool {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, false, |engine| {
            input_text(engine, name_len).is_some_and(|name| engine.scope_has(scope, &name))
        })
    }
}

/// Removes the variable of a scope whose name is the first `name_len` bytes of the input.
/// Returns whether there was one.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_scope_remove(
    engine: *mut DartEngine,
    scope: u64,
    name_len: u64,
) -> bool {
    // SAFETY: the caller's contract.
    unsafe {
        enter(engine, false, |engine| {
            input_text(engine, name_len).is_some_and(|name| engine.remove_from_scope(scope, &name))
        })
    }
}

/// Removes all variables of a scope.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_scope_clear(engine: *mut DartEngine, scope: u64) {
    // SAFETY: the caller's contract.
    unsafe { enter(engine, (), |engine| engine.empty_scope(scope)) }
}
