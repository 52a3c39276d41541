//! Engines and isolates: made, looked at, ended and freed.

use std::time::Duration;

use runtime::commons::Commons;
use runtime::engine_fork::Inherited;
use runtime::limits::config::Config;
use runtime::limits::limit::{Limit, Limits};

use super::guard::{enter, guarded, with_engine};
use crate::host::DartEngine;
use crate::isolate::Isolate;
use crate::mailbox::{Frame, Mailbox};
use crate::wire::format::{Slot, Tag};
use crate::wire::protocol::{engine_flag, engine_number, engine_stat, inherited};

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
