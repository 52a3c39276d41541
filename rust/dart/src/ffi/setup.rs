//! Engines and what scripts find in them: the functions that run no script.

use std::str;
use std::time::Duration;

use runtime::commons::Commons;
use runtime::context::exchange::Step;
use runtime::engine_fork::Inherited;
use runtime::functions::host_functions::HostFunction;
use runtime::functions::parameters::Parameter;
use runtime::language::names;
use runtime::language::restrictions::NameList;
use runtime::limits::config::Config;
use runtime::limits::limit::{Limit, Limits};

use super::guard::{begin, enter, guarded, input_text, run, scope_of, with_engine, with_text};
use crate::host::DartEngine;
use crate::isolate::Isolate;
use crate::mailbox::{Frame, Mailbox};
use crate::wire::format::{Slot, Tag};
use crate::wire::protocol::status::{INVALID, OK};
use crate::wire::protocol::{engine_flag, engine_number, engine_stat, inherited, name_list};

/// Makes the native state of an isolate, of which each needs one. May be a leaf call.
#[no_mangle]
pub extern "C" fn rhai_isolate_new() -> *mut Isolate {
    guarded(std::ptr::null_mut(), || Box::into_raw(Box::default()))
}

/// Frees the state of an isolate, and the engines that its finalizers have found. It is
/// Dart's finalizer: it may run on any thread, before or after those of engines.
///
/// # Safety
///
/// `isolate` is null or comes from [`rhai_isolate_new`]; nobody uses it or an engine of it now
/// or ever again, but finalizers of engines.
#[no_mangle]
pub unsafe extern "C" fn rhai_isolate_free(isolate: *mut Isolate) {
    if !isolate.is_null() {
        // SAFETY: the caller's contract.
        guarded((), || drop(unsafe { Box::from_raw(isolate) }));
    }
}

/// Drops the engines of an isolate that its finalizers have found.
///
/// # Safety
///
/// `isolate` is null or comes from [`rhai_isolate_new`] and is not freed, and no other call
/// uses it or an engine of it at the same time.
#[no_mangle]
pub unsafe extern "C" fn rhai_drop_unreachable(isolate: *const Isolate) {
    // SAFETY: the caller's contract.
    if let Some(isolate) = unsafe { isolate.as_ref() } {
        guarded((), || isolate.graveyard().clear());
    }
}

/// Makes an engine of an isolate. `limits` are the values of the [`Limit`]s that are options, in
/// the order of their numbers; then the bytes of compiled scripts that are kept, the milliseconds
/// that a script may run, and the microseconds that it may take in all. Each may be 0, for "no
/// limit". May be a leaf call.
///
/// Returns null if it cannot.
///
/// # Safety
///
/// `limits` is null or points to `count` numbers. `isolate` is as for
/// [`rhai_drop_unreachable`].
#[no_mangle]
pub unsafe extern "C" fn rhai_engine_new(
    isolate: *const Isolate,
    limits: *const u64,
    count: u64,
    flags: u32,
) -> *mut DartEngine {
    // SAFETY: the caller's contract.
    let (isolate, config) = unsafe { (isolate.as_ref(), read_config(limits, count, flags)) };
    let Some((isolate, config)) = isolate.zip(config) else {
        return std::ptr::null_mut();
    };
    make(isolate, |commons, mailbox| {
        DartEngine::with(commons, config, mailbox)
    })
}

/// Makes an engine with the same functions, constants and variables as `engine`; see
/// [`ScriptEngine::fork`](runtime::engine::ScriptEngine::fork). The bits of `inherited` are of
/// [`inherited`]; the other parameters are those of [`rhai_engine_new`], and `isolate` is that
/// of the engine.
///
/// # Safety
///
/// As [`rhai_engine_new`] and [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_engine_fork(
    isolate: *const Isolate,
    engine: *const DartEngine,
    limits: *const u64,
    count: u64,
    flags: u32,
    inherited: u32,
) -> *mut DartEngine {
    // SAFETY: the caller's contract.
    let (isolate, config) = unsafe { (isolate.as_ref(), read_config(limits, count, flags)) };
    // SAFETY: the caller's contract.
    let engine = unsafe { engine.as_ref() };
    let Some(((isolate, config), engine)) = isolate.zip(config).zip(engine) else {
        return std::ptr::null_mut();
    };
    let inherited = Inherited {
        restrictions: inherited & inherited::RESTRICTIONS != 0,
        module_texts: inherited & inherited::MODULE_TEXTS != 0,
    };
    make(isolate, |commons, mailbox| {
        engine.fork(commons, config, mailbox, inherited)
    })
}

/// Makes an engine of an isolate; null if it cannot.
fn make(
    isolate: &Isolate,
    engine: impl FnOnce(&Commons<Mailbox>, Mailbox) -> DartEngine,
) -> *mut DartEngine {
    guarded(std::ptr::null_mut(), || {
        let Some(commons) = isolate.commons() else {
            return std::ptr::null_mut();
        };
        let mut mailbox = Mailbox::default();
        mailbox.graveyard = isolate.graveyard().clone();
        Box::into_raw(Box::new(engine(commons, mailbox)))
    })
}

/// Reads the configuration of a new engine from the parameters of [`rhai_engine_new`].
///
/// # Safety
///
/// That of [`rhai_engine_new`].
unsafe fn read_config(limits: *const u64, count: u64, flags: u32) -> Option<Config> {
    if limits.is_null() || count != LIMITS as u64 {
        return None;
    }
    // SAFETY: the caller's contract.
    let numbers: [u64; LIMITS] = unsafe { *limits.cast() };
    let options: [u64; Limit::OPTIONS] = std::array::from_fn(|limit| numbers[limit]);
    let running_time = numbers[engine_number::TIMEOUT];
    let total_time = numbers[engine_number::TOTAL_TIMEOUT];
    Some(Config {
        limits: Limits::from_options(options),
        script_cache_size: usize::try_from(numbers[engine_number::SCRIPT_CACHE_SIZE])
            .unwrap_or(usize::MAX),
        time_limit: (running_time > 0).then(|| Duration::from_micros(running_time)),
        total_time_limit: (total_time > 0).then(|| Duration::from_micros(total_time)),
        allow_file_io: flags & engine_flag::ALLOW_FILE_IO != 0,
        allow_eval: flags & engine_flag::ALLOW_EVAL != 0,
        allow_modules: flags & engine_flag::ALLOW_MODULES != 0,
        loads_modules: flags & engine_flag::LOADS_MODULES != 0,
    })
}

/// The count of the numbers that [`rhai_engine_new`] takes.
pub const LIMITS: usize = engine_number::COUNT;

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

/// Ends an engine: scripts that wait are cancelled, and its objects are let go of. It can only
/// be freed after that.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_engine_end(engine: *mut DartEngine) {
    // SAFETY: the caller's contract.
    unsafe { enter(engine, (), DartEngine::end) }
}

/// Frees an engine; scripts that wait are cancelled.
///
/// # Safety
///
/// `engine` is null or comes from [`rhai_engine_new`]; nobody uses it now or ever again. The
/// isolate calls this itself, so that it does nothing else with what its engines share.
#[no_mangle]
pub unsafe extern "C" fn rhai_engine_free(engine: *mut DartEngine) {
    if !engine.is_null() {
        // SAFETY: the caller's contract.
        guarded((), || drop(unsafe { Box::from_raw(engine) }));
    }
}

/// Puts an engine where its isolate finds it and frees it. It is Dart's finalizer: it may run
/// on any thread.
///
/// # Safety
///
/// `engine` is null or comes from [`rhai_engine_new`]; nobody uses it now or ever again. A
/// finalizer meets this because it runs only when no Dart object that could call with this
/// pointer is reachable.
#[no_mangle]
pub unsafe extern "C" fn rhai_engine_finalize(engine: *mut DartEngine) {
    // SAFETY: the caller's contract. This is an atomic count, unlike what engines share.
    let graveyard = unsafe { engine.as_ref() }.map(|engine| engine.hosted.host.graveyard.clone());
    if let Some(graveyard) = graveyard {
        // SAFETY: the caller's contract; each engine has the graveyard of its isolate.
        guarded((), || unsafe { graveyard.bury(engine) });
    }
}

/// The engine's frame, valid as long as the engine. Null for a null engine.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_engine_frame(engine: *mut DartEngine) -> *mut Frame {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, std::ptr::null_mut(), |engine| {
            engine.hosted.host.frame_pointer()
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
/// [`Mailbox::append_text`]; `len` 0 drops what there
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

/// The bytes that scripts which were taken off their fibers have left behind for good; 0
/// for a null engine. May be a leaf call.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_leaked_bytes(engine: *mut DartEngine) -> u64 {
    // SAFETY: the caller's contract.
    unsafe { with_engine(engine, 0, |engine| engine.hosted.shared.leaked() as u64) }
}

/// Writes the numbers of an engine into the first slots, as integers, as if they were arguments
/// of a call. They are in the order of [`engine_stat`]. No leaf call: it looks at every execution.
///
/// # Safety
///
/// As [`rhai_eval`](super::rhai_eval).
#[no_mangle]
pub unsafe extern "C" fn rhai_engine_stats(engine: *mut DartEngine) {
    // SAFETY: the caller's contract.
    unsafe {
        enter(engine, (), |engine| {
            let stats = engine.stats();
            let mut numbers = [0; engine_stat::COUNT];
            numbers[engine_stat::MEMORY] = stats.memory;
            numbers[engine_stat::PEAK_MEMORY] = stats.peak_memory;
            numbers[engine_stat::LEAKED_BYTES] = stats.leaked_bytes;
            numbers[engine_stat::CACHED_SCRIPTS] = stats.cached_scripts;
            numbers[engine_stat::CACHED_BYTES] = stats.cached_bytes;
            numbers[engine_stat::COMPILED_SCRIPTS] = stats.compiled_scripts;
            engine.hosted.host.with_frame(|frame| {
                frame.argument_count = numbers.len() as u64;
                for (slot, number) in frame.slots.iter_mut().zip(numbers) {
                    *slot = Slot::new(Tag::Int, 0, number as u64);
                }
            });
        });
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
