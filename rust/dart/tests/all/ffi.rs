//! The C interface: bad pointers, bad input, calls in any order.

use std::ptr::{null, null_mut};

use rhai_dart::ffi;
use rhai_dart::host::DartEngine;
use rhai_dart::mailbox::Mailbox;
use rhai_dart::wire::protocol::status::{INVALID, OK};
use rhai_dart::wire::protocol::step;
use runtime::execution::pending_futures::Completion;
use runtime::host::Host;

use test_host::TestHost;

use crate::dart_host::{new_engine, write_input, DartSide};

/// An engine behind its pointer, freed at the end of a test.
pub struct Handle(pub *mut DartEngine);

impl Handle {
    /// Makes an engine.
    pub fn new() -> Self {
        Handle(new_engine(1_000_000, 100))
    }

    /// The engine's mailbox.
    pub fn host(&self) -> &Mailbox {
        // SAFETY: the engine lives as long as `self`; no other call uses it now.
        unsafe { &(&*self.0).hosted.host }
    }

    /// Starts a script.
    pub fn eval(&self, script: &[u8]) -> i32 {
        write_input(self.host(), script);
        // SAFETY: as above.
        unsafe { ffi::rhai_eval(self.0, script.len() as u64, -1, null(), 0) }
    }

    /// Registers a function with the id 2.
    pub fn register(&self, name: &str, arities: u32) -> i32 {
        write_input(self.host(), name.as_bytes());
        // SAFETY: as above.
        unsafe { ffi::rhai_register_function(self.0, name.len() as u64, 2, arities, 0, false) }
    }

    /// Answers an execution.
    pub fn resume(&self, execution: u64, reply: i32) -> i32 {
        // SAFETY: as above.
        unsafe { ffi::rhai_resume(self.0, execution, reply, 0) }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the engine is not used again.
        unsafe { ffi::rhai_engine_free(self.0) };
    }
}

#[test]
fn a_null_engine_is_refused_by_every_function() {
    // SAFETY: null is allowed everywhere.
    unsafe {
        let isolate = ffi::rhai_isolate_new();
        let limits = [0; ffi::LIMITS];
        let count = ffi::LIMITS as u64;
        assert!(ffi::rhai_engine_new(null(), limits.as_ptr(), count, 0).is_null());
        assert!(ffi::rhai_engine_new(isolate, null(), count, 0).is_null());
        assert!(ffi::rhai_engine_new(isolate, limits.as_ptr(), 11, 0).is_null());
        let fork = |isolate, engine| {
            ffi::rhai_engine_fork(isolate, engine, limits.as_ptr(), count, 0, u32::MAX)
        };
        assert!(fork(isolate, null()).is_null());
        assert!(fork(null(), null()).is_null());
        ffi::rhai_engine_end(null_mut());
        ffi::rhai_isolate_free(isolate);
        ffi::rhai_isolate_free(null_mut());
        ffi::rhai_drop_unreachable(null());
        ffi::rhai_engine_finalize(null_mut());
        assert_eq!(ffi::rhai_restrict(null_mut(), 0, 0), -2);
        assert!(ffi::rhai_engine_frame(null_mut()).is_null());
        assert_eq!(ffi::rhai_reserve_input(null_mut(), 1), INVALID);
        assert_eq!(
            ffi::rhai_register_function(null_mut(), 0, 0, 1, 0, false),
            INVALID
        );
        assert!(!ffi::rhai_unregister_function(null_mut(), 0));
        assert_eq!(ffi::rhai_set_variable(null_mut(), 0, false), INVALID);
        ffi::rhai_clear_scope(null_mut());
        ffi::rhai_replace_module(null_mut(), 0);
        ffi::rhai_replace_module(null_mut(), 1);
        ffi::rhai_keep_module(null_mut(), 1, 2);
        ffi::rhai_invalidate_modules(null_mut(), 0);
        ffi::rhai_invalidate_modules(null_mut(), 1);
        assert_eq!(ffi::rhai_eval(null_mut(), 0, -1, null(), 0), INVALID);
        assert_eq!(ffi::rhai_resume(null_mut(), 0, 0, 0), INVALID);
        assert_eq!(ffi::rhai_start_child(null_mut(), 0, 0), INVALID);
        assert!(!ffi::rhai_complete_future(null_mut(), 1, false));
        assert!(!ffi::rhai_cancel(null_mut(), 1));
        ffi::rhai_engine_stats(null_mut());
        assert_eq!(ffi::rhai_analyze(null_mut(), 0, 0, -1, null(), 0), INVALID);
        assert!(!ffi::rhai_is_usable_name(null_mut(), 0, true));
        assert_eq!(ffi::rhai_value_error(null_mut(), 0), INVALID);
        assert_eq!(ffi::rhai_leaked_bytes(null_mut()), 0);
        ffi::rhai_engine_free(null_mut());
    }
}

#[test]
fn parameters_that_are_not_there_are_refused() {
    let engine = Handle::new();
    write_input(engine.host(), b"f");
    for count in [1 << 20, u64::MAX, u64::MAX / 4] {
        // SAFETY: the engine is alive, and only used here.
        let result = unsafe { ffi::rhai_register_function(engine.0, 1, 2, 1, count, false) };
        assert_eq!(result, INVALID);
    }
}

#[test]
fn text_that_is_no_text_is_refused() {
    let engine = Handle::new();
    assert_eq!(engine.eval(b"1 + \xff"), INVALID);
    let too_long = engine.host().with_frame(|frame| frame.input_capacity) + 1;
    for len in [too_long, u64::MAX] {
        // SAFETY: the engine is alive, and only used here.
        unsafe {
            assert_eq!(ffi::rhai_eval(engine.0, len, -1, null(), 0), INVALID);
            assert_eq!(ffi::rhai_analyze(engine.0, len, 0, -1, null(), 0), INVALID);
            assert_eq!(
                ffi::rhai_register_function(engine.0, len, 2, 1, 0, false),
                INVALID
            );
            assert!(!ffi::rhai_unregister_function(engine.0, len));
            assert_eq!(ffi::rhai_set_variable(engine.0, len, true), INVALID);
            assert!(!ffi::rhai_is_usable_name(engine.0, len, true));
        }
    }
    // SAFETY: as above.
    let reserved = unsafe { ffi::rhai_reserve_input(engine.0, u64::MAX) };
    assert_eq!(reserved, INVALID);
    assert_eq!(engine.eval(b"1 + 1"), step::DONE);
}

#[test]
fn a_call_is_answered_through_the_frame() {
    let engine = Handle::new();
    assert_eq!(engine.register("f", 0b10), OK);
    assert_eq!(engine.eval(b"f(20) + 1"), step::CALL);
    let host = engine.host();
    let (execution, function, count, argument) = host.with_frame(|frame| {
        (
            frame.execution,
            frame.function,
            frame.argument_count,
            frame.slots[0].payload,
        )
    });
    assert_eq!((function, count, argument), (2, 1, 20));
    assert_eq!(engine.resume(execution, 4), INVALID, "no such reply");
    assert_eq!(engine.resume(execution, -1), INVALID, "no such reply");
    assert_eq!(
        engine.resume(execution + 1, 1),
        INVALID,
        "no such execution"
    );
    assert_eq!(engine.resume(execution, 0), INVALID, "it waits for a value");
    host.with_frame(|frame| frame.slots[0].payload = 41);
    assert_eq!(engine.resume(execution, 1), step::DONE);
    assert_eq!(host.with_frame(|frame| frame.slots[0].payload), 42);
    assert_eq!(engine.resume(execution, 1), INVALID, "it has ended");
}

#[test]
fn malformed_arguments_are_an_error_of_the_call() {
    let engine = Handle::new();
    let script = b"|a, b| a + b";
    assert_eq!(engine.eval(script), step::DONE);
    let host = engine.host();
    let bytes = host.with_frame(|frame| frame.slots[0].payload) as *const u8;
    // SAFETY: the result, a tag and the id of a function, is there until the next call.
    let id = unsafe { std::slice::from_raw_parts(bytes.add(1), 8) };
    let id = u64::from_ne_bytes(id.try_into().expect("8 bytes"));
    let call = |count: u64, second: (u64, u64)| {
        host.with_frame(|frame| {
            frame.argument_count = count;
            (frame.slots[0].tag_and_len, frame.slots[0].payload) = (3, 40);
            (frame.slots[1].tag_and_len, frame.slots[1].payload) = second;
        });
        // SAFETY: the engine is alive, and only used here.
        unsafe { ffi::rhai_call(engine.0, id, -1, null(), 0) }
    };
    assert_eq!(call(2, (3, 2)), step::DONE);
    assert_eq!(host.with_frame(|frame| frame.slots[0].payload), 42);
    for count in [0, 1, 3, 16, 17, 1 << 20, 1 << 63, u64::MAX - 1, u64::MAX] {
        assert_eq!(call(count, (3, 2)), step::FAILED, "{count}");
    }
    for second in [
        (9, 0),
        (255, 0),
        (5 | 100_000 << 8, 0),
        (5 | 4 << 8, u64::MAX),
    ] {
        assert_eq!(call(2, second), step::FAILED, "{second:?}");
    }
    assert_eq!(call(2, (3, 3)), step::DONE);
}

#[test]
fn a_malformed_reply_is_an_error_of_the_script() {
    let engine = Handle::new();
    engine.register("f", 1);
    for (tag_and_len, payload) in [
        (9, 0),
        (255, 0),
        (5 | 100_000 << 8, 0),
        (7 | 4 << 8, u64::MAX),
    ] {
        assert_eq!(engine.eval(b"f()"), step::CALL);
        let host = engine.host();
        let execution = host.with_frame(|frame| {
            frame.slots[0].tag_and_len = tag_and_len;
            frame.slots[0].payload = payload;
            frame.execution
        });
        assert_eq!(engine.resume(execution, 1), step::FAILED);
    }
}

#[test]
fn a_completion_that_refers_to_no_bytes_completes_nothing() {
    let engine = Handle::new();
    engine.register("f", 1);
    assert_eq!(engine.eval(b"f()"), step::CALL);
    let host = engine.host();
    let execution = host.with_frame(|frame| frame.execution);
    assert_eq!(engine.resume(execution, 3), step::PENDING);
    let future = host.with_frame(|frame| {
        frame.slots[0].tag_and_len = 5 | u64::MAX << 8;
        frame.slots[0].payload = u64::MAX;
        frame.future
    });
    // SAFETY: the engine is alive, and only used here.
    assert!(!unsafe { ffi::rhai_complete_future(engine.0, future, false) });
    host.with_frame(|frame| frame.slots[0].tag_and_len = 0);
    // SAFETY: as above.
    assert!(unsafe { ffi::rhai_complete_future(engine.0, future, false) });
    assert_eq!(engine.resume(execution, 0), step::DONE);
}

#[test]
fn every_limit_may_be_as_large_as_it_gets() {
    let limits = [u64::MAX; ffi::LIMITS];
    let isolate = ffi::rhai_isolate_new();
    // SAFETY: they are passed with their length, and the isolate is new.
    let engine = unsafe {
        let count = ffi::LIMITS as u64;
        let engine = ffi::rhai_engine_new(isolate, limits.as_ptr(), count, u32::MAX);
        ffi::rhai_isolate_free(isolate);
        engine
    };
    let engine = Handle(engine);
    assert!(!engine.0.is_null());
    assert_eq!(
        engine.eval(b"let s = 0; for i in 0..1000 { s += i; } s"),
        step::DONE
    );
}

#[test]
fn names_that_are_switched_off_must_mean_something() {
    let engine = Handle::new();
    let restrict = |list, names: &str| {
        write_input(engine.host(), names.as_bytes());
        // SAFETY: the engine is alive, and only used here.
        unsafe { ffi::rhai_restrict(engine.0, list, names.len() as u64) }
    };
    assert_eq!(restrict(0, "while\n+=\ntype_of\n"), -1);
    assert_eq!(restrict(2, "len\nnonsense\n"), 1);
    assert_eq!(restrict(1, "\n"), 0);
    assert_eq!(restrict(0, "len"), 0);
    assert_eq!(restrict(3, ""), -2);
    write_input(engine.host(), b"\xff");
    // SAFETY: as above.
    assert_eq!(unsafe { ffi::rhai_restrict(engine.0, 0, 1) }, -2);
    assert_eq!(engine.eval(b"\"abc\".len + 1"), step::DONE);
    assert_eq!(engine.eval(b"while true { }"), step::FAILED);
}

#[test]
fn the_finalizer_may_run_on_another_thread() {
    let engine = new_engine(1000, 10);
    // SAFETY: the engine was just made, and nobody else has it.
    let hosted = unsafe { (*engine).hosted.clone() };
    let host = &hosted.host;
    let script = "later() + 1";
    let name = "later";
    write_input(host, name.as_bytes());
    // SAFETY: as above; the name is in the input.
    unsafe { ffi::rhai_register_function(engine, name.len() as u64, 2, 1, 0, false) };
    write_input(host, script.as_bytes());
    // SAFETY: as above; the script is in the input.
    let step = unsafe { ffi::rhai_eval(engine, script.len() as u64, -1, null(), 0) };
    assert_eq!(step, step::CALL);
    let execution = host.with_frame(|frame| frame.execution);
    // SAFETY: as above; it answers the call.
    let step = unsafe { ffi::rhai_resume(engine, execution, 3, 0) };
    assert_eq!(step, step::PENDING);
    let future = host.with_frame(|frame| frame.future);
    drop(hosted);

    let address = engine as usize;
    let freeing = std::thread::spawn(move || {
        // SAFETY: nobody uses the engine any more: that is the contract.
        unsafe { ffi::rhai_engine_finalize(address as *mut _) };
    });
    freeing.join().expect("no panic");
    assert!(!complete(future), "nobody waits");
}

/// Completes a Future. Returns whether somebody waited for it.
fn complete(future: u64) -> bool {
    let content = DartSide::completion(&1_i64.into());
    let failed = false;
    Mailbox::pending_futures().complete(future, Completion { failed, content })
}

#[test]
fn engines_are_freed_in_any_order_of_finalizers() {
    const ENGINES: usize = 6;
    for before in 0..=ENGINES {
        let isolate = ffi::rhai_isolate_new();
        let limits = [0; ffi::LIMITS];
        let mut first = null();
        let engines: Vec<usize> = (0..ENGINES)
            .map(|index| {
                let (limits, count) = (limits.as_ptr(), ffi::LIMITS as u64);
                // SAFETY: the limits are passed with their length; the isolate and the first
                // engine are alive.
                let engine = unsafe {
                    match index % 2 {
                        // They share nearly all with the first.
                        1 => ffi::rhai_engine_fork(isolate, first, limits, count, 0, 3),
                        _ => ffi::rhai_engine_new(isolate, limits, count, 0),
                    }
                };
                if index == 0 {
                    first = engine;
                }
                let handle = std::mem::ManuallyDrop::new(Handle(engine));
                assert_eq!(handle.eval(b"[1, 2].map(|x| x + 1)"), step::DONE);
                engine as usize
            })
            .collect();
        let finalize = |engine: usize| {
            // SAFETY: nobody uses the engine any more.
            std::thread::spawn(move || unsafe { ffi::rhai_engine_finalize(engine as *mut _) })
        };
        let (first, last) = engines.split_at(before);
        let first: Vec<_> = first.iter().copied().map(finalize).collect();
        // The isolate goes on meanwhile, with an engine that shares the same.
        // SAFETY: as above.
        let other = Handle(unsafe {
            ffi::rhai_engine_new(isolate, limits.as_ptr(), ffi::LIMITS as u64, 0)
        });
        for _ in 0..50 {
            assert_eq!(other.eval(b"\"ab\".len + 1"), step::DONE);
            // SAFETY: no other call uses the isolate.
            unsafe { ffi::rhai_drop_unreachable(isolate) };
        }
        drop(other);
        let address = isolate as usize;
        // Now it ends: its finalizer and those of the other engines run at the same time.
        let last: Vec<_> = last.iter().copied().map(finalize).collect();
        // SAFETY: nobody uses the isolate or its engines any more.
        let end = std::thread::spawn(move || unsafe { ffi::rhai_isolate_free(address as *mut _) });
        for thread in first.into_iter().chain(last).chain([end]) {
            thread.join().expect("no panic");
        }
    }
}
