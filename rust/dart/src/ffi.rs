//! The only `extern "C"` functions. Every one checks its pointers and catches
//! panics.
//!
//! None that runs script code may be a leaf call in Dart: a leaf call keeps the
//! garbage collector of every isolate in the group waiting.

use std::time::Duration;

use runtime::context::exchange::Reply;
use runtime::execution::pending_futures::Completion;
use runtime::host::Host;
use runtime::objects::handles::Handle;

use crate::host::DartEngine;
use crate::mailbox::Mailbox;
use crate::parcel::Parcel;
use crate::wire::protocol::reply;

mod engines;
mod guard;
mod scopes;
mod scripts;
mod setup;

use guard::{begin, enter, guarded, run, with_engine, with_text};

pub use engines::*;
pub use scopes::*;
pub use scripts::*;
pub use setup::*;

/// Starts the script in the first `script_len` bytes of the input, and runs it
/// to its first request or its end. Returns a [`step`](crate::wire::protocol::step),
/// or [`INVALID`](crate::wire::protocol::status::INVALID).
///
/// `held` is for how many microseconds the event loop has been held by now, if the
/// script may let it run. If it is negative, the script does so only after it has waited
/// for a Future. If the script runs for another one, which waits for it, that is
/// `outer_execution` of `outer_engine`.
///
/// # Safety
///
/// `engine` is null or comes from [`rhai_engine_new`] and is not freed, and no
/// other call uses it at the same time. The same holds for `outer_engine`.
#[no_mangle]
pub unsafe extern "C" fn rhai_eval(
    engine: *mut DartEngine,
    script_len: u64,
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
                    Some(engine.eval(script, start))
                })
            },
        )
    }
}

/// Calls a function of a script that Dart has, with as many arguments as the frame says, in as
/// many slots, or all in slot 0 (as an array), and runs it to its first request or its end. Returns a
/// [`step`](crate::wire::protocol::step), or
/// [`INVALID`](crate::wire::protocol::status::INVALID) if there is no such function. The
/// other parameters are those of [`rhai_eval`].
///
/// # Safety
///
/// As [`rhai_eval`].
#[no_mangle]
pub unsafe extern "C" fn rhai_call(
    engine: *mut DartEngine,
    function: u64,
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
            |engine, start| engine.call(function, start),
        )
    }
}

/// Calls a function like [`rhai_call`], with the last argument as its `this`. The result
/// is an array of the function's result, and of what its `this` was before and is then.
///
/// # Safety
///
/// As [`rhai_eval`].
#[no_mangle]
pub unsafe extern "C" fn rhai_call_with(
    engine: *mut DartEngine,
    function: u64,
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
            |engine, start| engine.call_with(function, start),
        )
    }
}

/// Lets go of a function of a script. Also Dart's finalizer: it may run on any
/// thread, at any time, also when its engine was freed.
///
/// # Safety
///
/// `handle` is null or came with a function that was given to Dart, and was not
/// passed here before.
#[no_mangle]
pub unsafe extern "C" fn rhai_function_free(handle: *mut Handle) {
    if !handle.is_null() {
        // SAFETY: the caller's contract. Dropping a handle adds to a list behind
        // a lock, and touches nothing of the engine.
        guarded((), || drop(unsafe { Box::from_raw(handle) }));
    }
}

/// Drops at once what functions that were let go of captured.
///
/// # Safety
///
/// As [`rhai_eval`].
#[no_mangle]
pub unsafe extern "C" fn rhai_drop_released(engine: *mut DartEngine) {
    // SAFETY: the caller's contract.
    unsafe { enter(engine, (), |_| ()) }
}

/// Answers the request of an execution and runs it to its next request or its
/// end. `reply` is 0 to continue from the event loop, 1 for a value in slot 0, 2 for an
/// error in slot 0, 3 for "it returned a Future". For 0, `held` says for how many
/// microseconds the event loop has been held by now.
///
/// # Safety
///
/// As [`rhai_eval`].
#[no_mangle]
pub unsafe extern "C" fn rhai_resume(
    engine: *mut DartEngine,
    execution: u64,
    reply: i32,
    held: i64,
) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        run(engine, |engine| {
            let answer = match reply {
                reply::GO_ON => Reply::Continue,
                reply::VALUE => Reply::Value,
                reply::ERROR => Reply::Error,
                reply::PENDING => Reply::Pending,
                _ => return None,
            };
            engine.resume_in_turn(
                execution,
                answer,
                Duration::from_micros(u64::try_from(held).unwrap_or(0)),
            )
        })
    }
}

/// Starts the next of the calls that an execution makes at the same time, and runs it to its
/// first request or its end. It ends with whether it did not fail. `held` is as in
/// [`rhai_resume`].
///
/// # Safety
///
/// As [`rhai_eval`].
#[no_mangle]
pub unsafe extern "C" fn rhai_start_child(engine: *mut DartEngine, parent: u64, held: i64) -> i32 {
    // SAFETY: the caller's contract.
    unsafe {
        run(engine, |engine| {
            let held = Duration::from_micros(u64::try_from(held).unwrap_or(0));
            engine.start_child(parent, held)
        })
    }
}

/// Completes a Future with the value in slot 0, or with the error it describes.
/// The execution that waits for it must then be resumed. Returns whether one
/// waited: a late or second completion does nothing. May be a leaf call.
///
/// # Safety
///
/// As [`rhai_eval`].
#[no_mangle]
pub unsafe extern "C" fn rhai_complete_future(
    engine: *mut DartEngine,
    future_id: u64,
    failed: bool,
) -> bool {
    // SAFETY: the caller's contract.
    unsafe {
        with_engine(engine, false, |engine| {
            let hosted = &engine.hosted;
            let content = Parcel::new(&hosted.host, &hosted.shared.released);
            content.is_ok_and(|content| {
                let completion = Completion { failed, content };
                Mailbox::pending_futures().complete(future_id, completion)
            })
        })
    }
}

/// Ends an execution that made a request: its destructors run, no more of its
/// script does. Returns whether there was one.
///
/// # Safety
///
/// As [`rhai_eval`].
#[no_mangle]
pub unsafe extern "C" fn rhai_cancel(engine: *mut DartEngine, execution: u64) -> bool {
    // SAFETY: the caller's contract.
    unsafe { enter(engine, false, |engine| engine.cancel(execution)) }
}
