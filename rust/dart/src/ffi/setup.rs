//! Engines and what scripts find in them: the functions that run no script.

use std::str;
use std::time::Duration;

use super::{enter, guarded, input_text, start, step, with_engine, INVALID, OK};
use crate::benchmark;
use runtime::border::host_call::DartFunction;
use runtime::border::parameters::Parameter;
use runtime::context::shared::Frame;
use runtime::engine::ScriptEngine;
use runtime::execution::execution::Step;
use runtime::language::names;
use runtime::language::restrictions::List;
use runtime::limits::config::Config;
use runtime::limits::limit::{Limit, Limits};

/// Bits of `flags` in [`rhai_engine_new`].
pub mod flags {
    /// Scripts may import files.
    pub const ALLOW_FILE_IO: u32 = 1;
    /// Scripts may use `eval`.
    pub const ALLOW_EVAL: u32 = 2;
    /// Scripts may use modules.
    pub const ALLOW_MODULES: u32 = 4;
}

/// Makes an engine. `limits` are the values of the [`Limit`]s that are options, in the order
/// of their numbers; then the bytes of compiled scripts that are kept, the milliseconds that
/// a script may run, and the microseconds that it may take in all. Each may be 0, for "no
/// limit". May be a leaf call.
///
/// Returns null if it cannot.
///
/// # Safety
///
/// `limits` is null or points to `count` numbers.
#[no_mangle]
pub unsafe extern "C" fn rhai_engine_new(
    limits: *const u64,
    count: u64,
    flags: u32,
) -> *mut ScriptEngine {
    guarded(std::ptr::null_mut(), || {
        if limits.is_null() || count != LIMITS as u64 {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's contract.
        let numbers: [u64; LIMITS] = unsafe { *limits.cast() };
        let (options, rest) = numbers.split_at(Limit::OPTIONS);
        let (Ok(options), &[cache_size, running_time, total_time]) = (options.try_into(), rest)
        else {
            return std::ptr::null_mut();
        };
        let config = Config {
            limits: Limits::from_options(options),
            script_cache_size: usize::try_from(cache_size).unwrap_or(usize::MAX),
            time_limit: (running_time > 0).then(|| Duration::from_millis(running_time)),
            total_time_limit: (total_time > 0).then(|| Duration::from_micros(total_time)),
            allow_file_io: flags & flags::ALLOW_FILE_IO != 0,
            allow_eval: flags & flags::ALLOW_EVAL != 0,
            allow_modules: flags & flags::ALLOW_MODULES != 0,
        };
        Box::into_raw(Box::new(ScriptEngine::new(config)))
    })
}

/// The numbers that [`rhai_engine_new`] takes.
pub const LIMITS: usize = Limit::OPTIONS + 3;

/// Switches off what the names in the first `names_len` bytes of the input mean, which
/// are separated by line feeds; `list` is a [`List`]. Returns the index of the first
/// name that means nothing, -1 for none, or -2 if the call was invalid.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_restrict(
    engine: *mut ScriptEngine,
    list: i32,
    names_len: u64,
) -> i64 {
    // SAFETY: the caller's contract.
    unsafe {
        enter(engine, -2, |engine| {
            let list = match list {
                0 => List::DisabledSymbols,
                1 => List::AllowedFunctions,
                2 => List::DeniedFunctions,
                _ => return -2,
            };
            let Some(names) = input_text(engine, names_len) else {
                return -2;
            };
            let names: Vec<&str> = names.split_terminator('\n').collect();
            match engine.restrict(list, &names) {
                Ok(()) => -1,
                Err(index) => index as i64,
            }
        })
    }
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
/// [`Host::append_text`](runtime::context::shared::Host::append_text); `len` 0 drops what there
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
/// bytes of the input. Bit *n* of `arities`: it takes *n* arguments. What its first
/// parameters accept comes after the name, see [`Parameter::from_bits`], 4 bytes each.
/// Functions of the same name stay if it is an `overload`.
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
            let function = DartFunction { name, id, arities };
            engine.register_typed_function(function, parameters, overload);
            OK
        })
    }
}

/// The parameters that the input describes from byte `start` on, if it has so many.
fn input_parameters(engine: &ScriptEngine, start: u64, count: u64) -> Option<Vec<Parameter>> {
    engine.host.with_input(|_, input| {
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
    engine: *mut ScriptEngine,
    name_len: u64,
    constant: bool,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        step(engine, |engine| {
            let name = input_text(engine, name_len)?;
            Some(match engine.set_variable(&name, constant) {
                Ok(()) => Step::Done,
                Err(error) => {
                    error.write(&engine.host, None);
                    Step::Failed
                }
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
pub unsafe extern "C" fn rhai_value_error(engine: *mut ScriptEngine, limit: i64) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        step(engine, |engine| {
            let error = engine.value_error(Limit::of_value(limit));
            error.write(&engine.host, None);
            Some(Step::Failed)
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
/// running it; slot 0 then holds what [`analyze`](runtime::analysis::analyze) says. The
/// other parameters are those of [`rhai_eval`](super::rhai_eval).
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_analyze(
    engine: *mut ScriptEngine,
    script_len: u64,
    held: i64,
    outer_engine: *const ScriptEngine,
    outer_execution: u64,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        let start = start(held, outer_engine, outer_execution);
        step(engine, |engine| {
            let script = input_text(engine, script_len)?;
            Some(engine.analyze(&script, start))
        })
    }
}

/// The bytes that scripts which were taken off their fibers have left behind for good; 0
/// for a null engine. May be a leaf call.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_leaked_bytes(engine: *mut ScriptEngine) -> u64 {
    // SAFETY: the caller's contract.
    unsafe { with_engine(engine, 0, |engine| engine.host.leaked() as u64) }
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
                true => names::is_usable_name(&name),
                false => engine.is_usable_variable_name(&name),
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

/// Runs the script in the `len` bytes at `script` in Rhai alone; see
/// [`benchmark::run_script`]. Returns nanoseconds, or a negative number if it fails. May be
/// a leaf call.
///
/// # Safety
///
/// `script` points to `len` bytes.
#[no_mangle]
pub unsafe extern "C" fn rhai_benchmark_script(script: *const u8, len: u64) -> i64 {
    guarded(-1, || {
        let Ok(len) = usize::try_from(len) else {
            return -1;
        };
        // SAFETY: the caller's contract.
        let script = unsafe { std::slice::from_raw_parts(script, len) };
        let script = str::from_utf8(script).ok();
        script.and_then(benchmark::run_script).unwrap_or(-1)
    })
}
