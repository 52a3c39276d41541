//! Guards around the bodies of `extern "C"` functions: valid pointers, no panics.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::str;
use std::time::Duration;

use runtime::context::exchange::Step;
use runtime::context::execution_time::Start;
use runtime::errors::script_error::ScriptError;
use runtime::execution::kept_scope::ScopeId;

use crate::host::DartEngine;
use crate::wire::protocol::status::INVALID;
use crate::wire::protocol::step;

/// Runs the body of an `extern "C"` function; a panic becomes `failure`.
pub fn guarded<R>(failure: R, body: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(failure)
}

/// Runs `body` with the engine behind `engine`; null or a panic is `failure`.
///
/// # Safety
///
/// `engine` is null or comes from [`rhai_engine_new`](super::rhai_engine_new) and is not freed, and no
/// other call uses it at the same time.
pub unsafe fn with_engine<R>(
    engine: *mut DartEngine,
    failure: R,
    body: impl FnOnce(&mut DartEngine) -> R,
) -> R {
    // SAFETY: the caller's contract. Exclusive: a call never comes back to
    // this side, because suspending a script returns to Dart first.
    match unsafe { engine.as_mut() } {
        Some(engine) => guarded(failure, || body(engine)),
        None => failure,
    }
}

/// Runs `body` like [`with_engine`] where it may drop values: ids that one side dropped are
/// passed on to the other before and after.
///
/// # Safety
///
/// As [`with_engine`].
pub unsafe fn enter<R>(
    engine: *mut DartEngine,
    failure: R,
    body: impl FnOnce(&mut DartEngine) -> R,
) -> R {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, failure, |engine| {
            engine.drop_released();
            let result = body(engine);
            let hosted = &engine.hosted;
            hosted.host.publish_released(&hosted.shared.released);
            result
        })
    }
}

/// Runs `body` like [`enter`] where it runs a script: a panic becomes an error that Dart
/// can read.
///
/// # Safety
///
/// As [`with_engine`].
pub unsafe fn run(
    engine: *mut DartEngine,
    body: impl FnOnce(&mut DartEngine) -> Option<Step>,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        enter(engine, INVALID, |engine| {
            match catch_unwind(AssertUnwindSafe(|| body(engine))) {
                Ok(Some(made)) => publish(engine, made),
                Ok(None) => INVALID,
                Err(panic) => {
                    let made = engine.fail(ScriptError::panic(&*panic));
                    publish(engine, made)
                }
            }
        })
    }
}

/// Says in the frame which execution has made a request, and for which Future it waits;
/// returns the number of the step.
#[inline]
fn publish(engine: &DartEngine, made: Step) -> i32 {
    let (number, future) = match made {
        Step::Done => return step::DONE,
        Step::Failed => return step::FAILED,
        Step::Call => (step::CALL, None),
        Step::Pending(future) => (step::PENDING, Some(future)),
        Step::Yielded => (step::YIELDED, None),
    };
    engine.hosted.host.with_frame(|frame| {
        frame.execution = engine.last_execution();
        frame.future = future.unwrap_or(frame.future);
    });
    number
}

/// The first `len` bytes of the input, if they are UTF-8.
fn text_in(input: &[u8], len: u64) -> Option<&str> {
    let bytes = input.get(..usize::try_from(len).ok()?)?;
    str::from_utf8(bytes).ok()
}

/// The scope with an id, or none for 0.
pub fn scope_of(id: u64) -> ScopeId {
    (id != 0).then_some(id)
}

/// A copy of the first `len` bytes of the input, if they are UTF-8.
pub fn input_text(engine: &DartEngine, len: u64) -> Option<String> {
    let host = &engine.hosted.host;
    host.with_input(|_, input| text_in(input, len).map(str::to_string))
}

/// Runs `body`, which makes no room for input, with the first `len` bytes of the input, if
/// they are UTF-8.
pub fn with_text(
    engine: &mut DartEngine,
    len: u64,
    body: impl FnOnce(&mut DartEngine, &str) -> Option<Step>,
) -> Option<Step> {
    let hosted = engine.hosted.clone();
    let host = &hosted.host;
    host.with_input(|_, input| body(engine, text_in(input, len)?))
}

/// Starts an execution by `body`, like [`run`]. The parameters before it are those of
/// [`rhai_eval`](super::rhai_eval).
///
/// # Safety
///
/// That of [`rhai_eval`](super::rhai_eval).
pub unsafe fn begin(
    engine: *mut DartEngine,
    held: i64,
    outer_engine: *const DartEngine,
    outer_execution: u64,
    body: impl FnOnce(&mut DartEngine, Start) -> Option<Step>,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        let start = start(held, outer_engine, outer_execution);
        run(engine, |engine| {
            // None of the isolate's engines runs now.
            engine.hosted.host.graveyard.clear();
            body(engine, start)
        })
    }
}

/// Reads how an execution starts.
///
/// # Safety
///
/// That of [`rhai_eval`](super::rhai_eval).
unsafe fn start(held: i64, outer_engine: *const DartEngine, outer_execution: u64) -> Start {
    // SAFETY: the caller's contract. Shared only until this returns, before anything
    // else uses the engine, which may be the same.
    let outer = unsafe { outer_engine.as_ref() };
    Start {
        held: u64::try_from(held).ok().map(Duration::from_micros),
        outer: outer.and_then(|outer| guarded(None, || outer.clock_of(outer_execution))),
    }
}
