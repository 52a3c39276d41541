//! Engines and what scripts find in them: the functions that run no script.

use std::str;
use std::time::Duration;

use super::{enter, guarded, input_text, step, with_engine, INVALID, OK};
use crate::benchmark;
use crate::config::{Config, MAX_ARRAY_LEN, MAX_MAP_LEN};
use crate::engine::{self, ScriptEngine};
use crate::execution::Step;
use crate::functions::{self, DartFunction};
use crate::host::Frame;

/// Bits of `flags` in [`rhai_engine_new`].
pub mod flags {
    /// Scripts may import files.
    pub const ALLOW_FILE_IO: u32 = 1;
    /// Scripts may use `eval`.
    pub const ALLOW_EVAL: u32 = 2;
    /// Scripts may use modules.
    pub const ALLOW_MODULES: u32 = 4;
}

/// Makes an engine. In every number, 0 means "no limit"; `max_string_len` 0 also
/// lifts the limit of collections.
///
/// Returns null if it cannot.
#[no_mangle]
pub extern "C" fn rhai_engine_new(
    max_operations: u64,
    max_call_levels: u64,
    max_string_len: u64,
    time_limit_ms: u64,
    flags: u32,
) -> *mut ScriptEngine {
    guarded(std::ptr::null_mut(), || {
        let config = Config {
            max_operations,
            max_call_levels: usize::try_from(max_call_levels).unwrap_or(usize::MAX),
            max_string_len: usize::try_from(max_string_len).unwrap_or(usize::MAX),
            max_array_len: if max_string_len > 0 { MAX_ARRAY_LEN } else { 0 },
            max_map_len: if max_string_len > 0 { MAX_MAP_LEN } else { 0 },
            time_limit: (time_limit_ms > 0).then(|| Duration::from_millis(time_limit_ms)),
            allow_file_io: flags & flags::ALLOW_FILE_IO != 0,
            allow_eval: flags & flags::ALLOW_EVAL != 0,
            allow_modules: flags & flags::ALLOW_MODULES != 0,
        };
        Box::into_raw(Box::new(ScriptEngine::new(config)))
    })
}

/// Frees an engine; scripts that wait are cancelled. Also Dart's finalizer: it
/// may run on any thread.
///
/// # Safety
///
/// `engine` is null or comes from [`rhai_engine_new`]; nobody uses it now or
/// ever again. A finalizer meets this because it runs only when no Dart object
/// that could call with this pointer is reachable, which gives it exclusive
/// access, on whichever thread; nothing in an engine is bound to a thread.
#[no_mangle]
pub unsafe extern "C" fn rhai_engine_free(engine: *mut ScriptEngine) {
    if !engine.is_null() {
        // SAFETY: the caller's contract.
        guarded((), || drop(unsafe { Box::from_raw(engine) }));
    }
}

/// The engine's frame, valid as long as the engine. Null for a null engine.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_engine_frame(engine: *mut ScriptEngine) -> *mut Frame {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, std::ptr::null_mut(), |engine| {
            engine.host.frame_pointer()
        })
    }
}

/// Makes room for `len` bytes of input; the frame says where. May be a leaf call.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_reserve_input(engine: *mut ScriptEngine, len: u64) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, INVALID, |engine| match usize::try_from(len) {
            Ok(len) if len <= isize::MAX as usize => {
                engine.host.reserve_input(len);
                OK
            }
            _ => INVALID,
        })
    }
}

/// Adds the first `len` bytes of the input to a long string, see
/// [`Host::append_text`](crate::host::Host::append_text); `len` 0 drops what there
/// is of it. May be a leaf call.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_append_text(engine: *mut ScriptEngine, len: u64, total: u64) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, INVALID, |engine| {
            let (Ok(len), Ok(total)) = (usize::try_from(len), usize::try_from(total)) else {
                return INVALID;
            };
            let host = &engine.host;
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
/// bytes of the input. Bit *n* of `arities`: it takes *n* arguments.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_register_function(
    engine: *mut ScriptEngine,
    name_len: u64,
    id: u64,
    arities: u32,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        enter(engine, INVALID, |engine| {
            let Some(name) = input_text(engine, name_len) else {
                return INVALID;
            };
            engine.register_function(DartFunction { name, id, arities });
            OK
        })
    }
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
    engine: *mut ScriptEngine,
    name_len: u64,
    constant: bool,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        step(engine, |engine| {
            let name = input_text(engine, name_len)?;
            Some(match engine.set_variable(name, constant) {
                Ok(()) => Step::Done,
                Err(error) => {
                    error.write(&engine.host, None);
                    Step::Failed
                }
            })
        })
    }
}

/// Removes the variables and constants of later executions.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_clear_scope(engine: *mut ScriptEngine) {
    // SAFETY: the caller's contract.
    unsafe { enter(engine, (), ScriptEngine::clear_scope) }
}

/// Analyses the script in the first `script_len` bytes of the input, without
/// running it; slot 0 then holds what [`analyze`](crate::analysis::analyze) says.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_analyze(engine: *mut ScriptEngine, script_len: u64) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        step(engine, |engine| {
            let script = input_text(engine, script_len)?;
            Some(engine.analyze(&script))
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
    engine: *mut ScriptEngine,
    name_len: u64,
    function: bool,
) -> bool {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, false, |engine| {
            input_text(engine, name_len).is_some_and(|name| match function {
                true => functions::is_usable_name(&name),
                false => engine::is_usable_variable_name(&name),
            })
        })
    }
}

/// Runs a baseline of the benchmarks `iterations` times; see
/// [`benchmark::Baseline`]. Returns nanoseconds in all, or a negative number.
#[no_mangle]
pub extern "C" fn rhai_benchmark(baseline: i32, iterations: u64) -> i64 {
    guarded(-1, || benchmark::run(baseline, iterations).unwrap_or(-1))
}
