//! Functions that run no script: they set what scripts find in an engine, and its input.

use std::str;

use runtime::context::exchange::Step;
use runtime::functions::host_functions::HostFunction;
use runtime::functions::parameters::Parameter;
use runtime::language::names;
use runtime::language::restrictions::NameList;
use runtime::limits::limit::Limit;

use super::guard::{begin, enter, input_text, run, scope_of, with_engine, with_text};
use crate::host::DartEngine;
use crate::wire::protocol::name_list;
use crate::wire::protocol::status::{INVALID, OK};

/// Switches off what the names in the first `names_len` bytes of the input mean, which
/// are separated by line feeds; `list` is a [`NameList`]. Returns the index of the first
/// name that means nothing, -1 for none, or -2 if the call was invalid.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_restrict(engine: *mut DartEngine, list: i32, names_len: u64) -> i64 {
    // SAFETY: the caller's contract.
    unsafe {
        enter(engine, name_list::INVALID, |engine| {
            let list = match i64::from(list) {
                name_list::DISABLED_SYMBOLS => NameList::DisabledSymbols,
                name_list::ALLOWED_FUNCTIONS => NameList::AllowedFunctions,
                name_list::DENIED_FUNCTIONS => NameList::DeniedFunctions,
                _ => return name_list::INVALID,
            };
            let Some(names) = input_text(engine, names_len) else {
                return name_list::INVALID;
            };
            let names: Vec<&str> = names.split_terminator('\n').collect();
            match engine.restrict(list, &names) {
                Ok(()) => name_list::ALL_KNOWN,
                Err(index) => index as i64,
            }
        })
    }
}

/// Makes room for `len` bytes of input; the frame says where. May be a leaf call.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_reserve_input(engine: *mut DartEngine, len: u64) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, INVALID, |engine| match usize::try_from(len) {
            Ok(len) if len <= isize::MAX as usize => {
                engine.hosted.host.reserve_input(len);
                OK
            }
            _ => INVALID,
        })
    }
}

/// Adds the first `len` bytes of the input to a long string, see
/// [`Mailbox::append_text`](crate::mailbox::Mailbox::append_text); `len` 0 drops what there
/// is of it. May be a leaf call.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_append_text(engine: *mut DartEngine, len: u64, total: u64) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, INVALID, |engine| {
            let (Ok(len), Ok(total)) = (usize::try_from(len), usize::try_from(total)) else {
                return INVALID;
            };
            let host = &engine.hosted.host;
            if len == 0 {
                host.take_text(0);
                return OK;
            }
            host.with_input(|_, input| {
                let part = input.get(..len).and_then(|part| str::from_utf8(part).ok());
                part.map_or(INVALID, |part| {
                    host.append_text(part, total);
                    OK
                })
            })
        })
    }
}

/// Registers the Dart function `id` under the name in the first `name_len`
/// bytes of the input. Bit *n* of `arities`: it takes *n* arguments. What its first
/// parameters accept comes after the name, see [`Parameter::from_bits`], 4 bytes each.
/// Functions of the same name stay if it is an `overload`.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_register_function(
    engine: *mut DartEngine,
    name_len: u64,
    id: u64,
    arities: u32,
    parameter_count: u64,
    overload: bool,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        enter(engine, INVALID, |engine| {
            let Some(name) = input_text(engine, name_len) else {
                return INVALID;
            };
            let Some(parameters) = input_parameters(engine, name_len, parameter_count) else {
                return INVALID;
            };
            let function = HostFunction { name, id, arities };
            engine.register_typed_function(function, parameters, overload);
            OK
        })
    }
}

/// Removes the Dart functions whose name is the first `name_len` bytes of the input. Returns
/// whether there were some.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_unregister_function(engine: *mut DartEngine, name_len: u64) -> bool {
    // SAFETY: the caller's contract.
    unsafe {
        enter(engine, false, |engine| {
            input_text(engine, name_len).is_some_and(|name| engine.unregister_function(&name))
        })
    }
}

/// The parameters that the input describes from byte `start` on, if it has so many.
fn input_parameters(engine: &DartEngine, start: u64, count: u64) -> Option<Vec<Parameter>> {
    engine.hosted.host.with_input(|_, input| {
        let start = usize::try_from(start).ok()?;
        let length = usize::try_from(count).ok()?.checked_mul(4)?;
        let bytes = input.get(start..start.checked_add(length)?)?;
        let words = bytes.chunks_exact(4);
        let words = words.map(|word| u32::from_ne_bytes(word.try_into().unwrap_or_default()));
        Some(words.map(Parameter::from_bits).collect())
    })
}

/// Sets the variable (or constant) whose name is the first `name_len` bytes of
/// the input to the value in slot 0. Returns [`Step::Done`], [`Step::Failed`] or
/// [`INVALID`].
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_set_variable(
    engine: *mut DartEngine,
    name_len: u64,
    constant: bool,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        run(engine, |engine| {
            let name = input_text(engine, name_len)?;
            Some(match engine.set_variable(&name, constant) {
                Ok(()) => Step::Done,
                Err(error) => engine.fail(error),
            })
        })
    }
}

/// Describes the error of a value that breaks the limit with this number, or -1 for one that
/// took longer to read than scripts may run; returns [`Step::Failed`] or [`INVALID`].
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_value_error(engine: *mut DartEngine, limit: i64) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        run(engine, |engine| {
            let error = engine.value_error(Limit::of_value(limit));
            Some(engine.fail(error))
        })
    }
}

/// Removes the variables and constants of later executions.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_clear_scope(engine: *mut DartEngine) {
    // SAFETY: the caller's contract.
    unsafe { enter(engine, (), DartEngine::clear_scope) }
}

/// Analyses the script in the first `script_len` bytes of the input, without
/// running it, for the scope with an id, or for none if that is 0; slot 0 then holds its report, see [`describe`](crate::records::analysis::describe). The
/// other parameters are those of [`rhai_eval`](super::rhai_eval).
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_analyze(
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
                    engine.analyze(script, scope_of(scope), start)
                })
            },
        )
    }
}

/// Completes the module whose name is the first `name_len` bytes of the input: the constants
/// set by [`rhai_set_variable`] with names in a namespace take the place of all that there is in
/// it. If `name_len` is 0, they are forgotten.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_replace_module(engine: *mut DartEngine, name_len: u64) {
    // SAFETY: the caller's contract.
    unsafe {
        enter(engine, (), |engine| match name_len {
            0 => engine.discard_module(),
            _ => {
                if let Some(name) = input_text(engine, name_len) {
                    engine.replace_module(&name);
                }
            }
        })
    }
}

/// Keeps the text of a module for later imports. Its name is the first `name_len` bytes of the
/// input, and its text what comes then, up to `len` bytes of both.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_keep_module(engine: *mut DartEngine, name_len: u64, len: u64) {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, (), |engine| {
            let Some(input) = input_text(engine, len) else {
                return;
            };
            let name_len = usize::try_from(name_len).unwrap_or(usize::MAX);
            if let Some((name, text)) = input.split_at_checked(name_len) {
                engine.keep_module(name, text);
            }
        })
    }
}

/// Forgets the text of the module whose name is the first `name_len` bytes of the input, or
/// of all modules if that is 0: the next import asks Dart for it again.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_invalidate_modules(engine: *mut DartEngine, name_len: u64) {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, (), |engine| match name_len {
            0 => engine.invalidate_modules(None),
            _ => {
                if let Some(name) = input_text(engine, name_len) {
                    engine.invalidate_modules(Some(&name));
                }
            }
        })
    }
}

/// Whether the first `name_len` bytes of the input are a name that a script can
/// use for a function (or, if not `function`, for a variable).
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_is_usable_name(
    engine: *mut DartEngine,
    name_len: u64,
    function: bool,
) -> bool {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, false, |engine| {
            input_text(engine, name_len).is_some_and(|name| match function {
                true => names::is_usable_name(&name),
                false => engine.is_usable_variable_name(&name),
            })
        })
    }
}
