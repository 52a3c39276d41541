//! The C interface of scripts, scopes and modules: bad pointers, ids and lengths.

use std::ptr::{null, null_mut};

use rhai_dart::ffi;
use rhai_dart::wire::protocol::status::INVALID;
use rhai_dart::wire::protocol::{slot, step};
use runtime::objects::handles;

use crate::dart_host::write_input;
use crate::ffi::Handle as Engine;

/// Ids that an engine with one script and one scope does not have.
const NO_IDS: [u64; 4] = [0, 2, 1 << 40, u64::MAX];

/// The results of all functions that start something, for this script and scope.
fn start_all(engine: &Engine, script: u64, scope: u64) -> Vec<(&'static str, i32)> {
    let engine = engine.0;
    // SAFETY: the engine is alive or null, and only used here.
    unsafe {
        vec![
            ("call_script", {
                ffi::rhai_call_script(engine, script, 0, false, scope, -1, null(), 0)
            }),
            ("call_script, with this", {
                ffi::rhai_call_script(engine, script, 0, true, scope, -1, null(), 0)
            }),
            ("eval_script", {
                ffi::rhai_eval_script(engine, script, scope, -1, null(), 0)
            }),
        ]
    }
}

/// The results of all functions that do something with a scope.
fn use_scope(engine: &Engine, scope: u64, len: u64) -> Vec<(&'static str, i32)> {
    let engine = engine.0;
    // SAFETY: the engine is alive or null, and only used here.
    unsafe {
        ffi::rhai_scope_clear(engine, scope);
        vec![
            ("is_used", ffi::rhai_scope_is_used(engine, scope).into()),
            ("has", ffi::rhai_scope_has(engine, scope, len).into()),
            ("remove", ffi::rhai_scope_remove(engine, scope, len).into()),
            ("set", ffi::rhai_scope_set(engine, scope, len, true)),
            ("get", {
                ffi::rhai_scope_get(engine, scope, len, -1, null(), 0)
            }),
        ]
    }
}

fn assert_refused(results: Vec<(&'static str, i32)>) {
    for (function, result) in results {
        let refused = match function {
            "is_used" | "has" | "remove" => 0,
            _ => INVALID,
        };
        assert_eq!(result, refused, "{function}");
    }
}

fn new_scope(engine: &Engine) -> *mut handles::Handle {
    // SAFETY: the engine is alive, and only used here.
    let scope = unsafe { ffi::rhai_scope_new(engine.0) };
    assert!(!scope.is_null());
    scope
}

/// Compiles a text with a name.
fn compile(engine: &Engine, text: &[u8], len: u64, name_len: u64) -> i32 {
    write_input(engine.host(), text);
    // SAFETY: the engine is alive, and only used here.
    unsafe { ffi::rhai_compile(engine.0, len, name_len, -1, null(), 0) }
}

/// Frees a handle.
fn free(handle: *mut handles::Handle) {
    // SAFETY: it was given away, and is freed once.
    unsafe { ffi::rhai_function_free(handle) };
}

/// An engine with one script, which has the function `f`, and one scope.
fn engine() -> (Engine, *mut handles::Handle, *mut handles::Handle) {
    let engine = Engine::new();
    let text = b"fn f() { 42 } f()";
    assert_eq!(compile(&engine, text, text.len() as u64, 0), step::DONE);
    // SAFETY: the engine is alive, and only used here.
    let script = unsafe { ffi::rhai_script_handle(engine.0, 1) };
    assert!(!script.is_null());
    let scope = new_scope(&engine);
    (engine, script, scope)
}

#[test]
fn a_null_engine_has_no_scripts_and_scopes() {
    let none = std::mem::ManuallyDrop::new(Engine(null_mut()));
    assert_refused(start_all(&none, 1, 0));
    assert_refused(use_scope(&none, 1, 0));
    // SAFETY: null is allowed everywhere.
    unsafe {
        let engine = null_mut();
        assert!(ffi::rhai_scope_new(engine).is_null());
        assert!(ffi::rhai_script_handle(engine, 1).is_null());
        assert_eq!(ffi::rhai_handle_id(null()), 0);
        ffi::rhai_function_free(null_mut());
        assert_eq!(ffi::rhai_eval_in(engine, 0, 0, -1, null(), 0), INVALID);
        assert_eq!(ffi::rhai_compile(engine, 0, 0, -1, null(), 0), INVALID);
        assert_eq!(ffi::rhai_scope_names(engine, 1, -1, null(), 0), INVALID);
        assert_eq!(ffi::rhai_scope_copy(engine, 1, 2, -1, null(), 0), INVALID);
        ffi::rhai_drop_released(engine);
    }
}

#[test]
fn ids_that_there_are_not_are_refused() {
    let (engine, script, scope) = engine();
    write_input(engine.host(), b"f");
    // SAFETY: they are alive, and used by these calls alone.
    unsafe {
        assert_eq!(
            (ffi::rhai_handle_id(script), ffi::rhai_handle_id(scope)),
            (1, 1)
        );
        for id in NO_IDS {
            assert_refused(start_all(&engine, id, 0));
            assert_refused(use_scope(&engine, id, 1));
            assert!(ffi::rhai_script_handle(engine.0, id).is_null());
            assert_eq!(ffi::rhai_scope_names(engine.0, id, -1, null(), 0), INVALID);
            for (from, to) in [(id, 1), (1, id), (id, id)] {
                let copied = ffi::rhai_scope_copy(engine.0, from, to, -1, null(), 0);
                assert_eq!(copied, INVALID, "{from} to {to}");
            }
            if id != 0 {
                assert_refused(start_all(&engine, 1, id));
                assert_eq!(ffi::rhai_eval_in(engine.0, 1, id, -1, null(), 0), INVALID);
            }
        }
    }
    // A scope is copied to itself as it is.
    // SAFETY: as above.
    let copied = unsafe { ffi::rhai_scope_copy(engine.0, 1, 1, -1, null(), 0) };
    assert_eq!(copied, step::DONE);
    free(script);
    free(scope);
}

#[test]
fn lengths_beyond_the_input_are_refused() {
    let (engine, script, scope) = engine();
    let too_long = engine.host().with_frame(|frame| frame.input_capacity) + 1;
    for len in [too_long, 1 << 40, u64::MAX] {
        let uses = use_scope(&engine, 1, len);
        assert_refused(uses);
        for (text, name) in [(len, 0), (0, len), (1, len), (len, len), (len, u64::MAX)] {
            assert_eq!(compile(&engine, b"1", text, name), INVALID, "{text} {name}");
        }
        // SAFETY: the engine is alive, and only used here.
        unsafe {
            assert_eq!(ffi::rhai_eval_in(engine.0, len, 1, -1, null(), 0), INVALID);
            ffi::rhai_keep_module(engine.0, len, 1);
            ffi::rhai_keep_module(engine.0, 1, len);
            ffi::rhai_replace_module(engine.0, len);
            ffi::rhai_invalidate_modules(engine.0, len);
        }
    }
    assert_eq!(engine.eval(b"1 + 1"), step::DONE);
    free(script);
    free(scope);
}

#[test]
fn functions_that_a_script_does_not_have_are_errors() {
    let (engine, script, scope) = engine();
    engine
        .host()
        .with_frame(|frame| frame.slots[0].tag_and_len = 0);
    for function in [1, 2, 1 << 40, u64::MAX] {
        for with_this in [false, true] {
            // SAFETY: the engine is alive, and only used here.
            let step = unsafe {
                ffi::rhai_call_script(engine.0, 1, function, with_this, 0, -1, null(), 0)
            };
            assert_eq!(step, step::FAILED, "{function}");
        }
    }
    free(script);
    free(scope);
}

#[test]
fn texts_that_are_no_texts_are_refused() {
    let (engine, script, scope) = engine();
    for text in [&b"\xff"[..], b"f\xff", b"\xc3", "é".as_bytes()] {
        // Of the last one, the first byte alone.
        let len = text.len().min(2) as u64 - u64::from(text == "é".as_bytes());
        write_input(engine.host(), text);
        assert_refused(use_scope(&engine, 1, len));
        assert_eq!(compile(&engine, text, len, 0), INVALID);
        // SAFETY: the engine is alive, and only used here.
        let step = unsafe { ffi::rhai_eval_in(engine.0, len, 1, -1, null(), 0) };
        assert_eq!(step, INVALID);
    }
    // The name begins in the midst of a character.
    assert_eq!(compile(&engine, "é".as_bytes(), 1, 1), INVALID);
    // SAFETY: as above.
    unsafe {
        write_input(engine.host(), "é".as_bytes());
        ffi::rhai_keep_module(engine.0, 1, 2);
        ffi::rhai_replace_module(engine.0, 1);
    }
    assert_eq!(engine.eval(b"1 + 1"), step::DONE);
    free(script);
    free(scope);
}

#[test]
fn arguments_that_are_malformed_are_errors_of_the_call() {
    let (engine, script, scope) = engine();
    for (tag_and_len, payload) in [
        (9, 0),
        (255, 0),
        (5 | 100_000 << 8, 0),
        (7 | 4 << 8, u64::MAX),
    ] {
        // In slots, in an array, or more than there are slots.
        for count in [1, slot::IN_ARRAY as u64, 1000] {
            for with_this in [false, true] {
                write_input(engine.host(), b"f");
                engine.host().with_frame(|frame| {
                    frame.argument_count = count;
                    frame.slots[0].tag_and_len = tag_and_len;
                    frame.slots[0].payload = payload;
                });
                // SAFETY: the engine is alive, and only used here.
                let step =
                    unsafe { ffi::rhai_call_script(engine.0, 1, 0, with_this, 0, -1, null(), 0) };
                assert_eq!(step, step::FAILED, "{count}: {tag_and_len} {payload}");
            }
        }
    }
    free(script);
    free(scope);
}

#[test]
fn what_is_in_use_is_refused_to_others() {
    let (engine, script, scope) = engine();
    engine.register("later", 1);
    write_input(engine.host(), b"later()");
    // SAFETY: the engine is alive, and only used here.
    let step = unsafe { ffi::rhai_eval_in(engine.0, 7, 1, -1, null(), 0) };
    assert_eq!(step, step::CALL);
    let execution = engine.host().with_frame(|frame| frame.execution);
    write_input(engine.host(), b"f");
    let started = start_all(&engine, 1, 1);
    assert_refused(started);
    // SAFETY: as above.
    unsafe {
        ffi::rhai_scope_clear(engine.0, 1);
        assert!(ffi::rhai_scope_is_used(engine.0, 1));
        assert!(!ffi::rhai_scope_has(engine.0, 1, 1));
        assert_eq!(ffi::rhai_scope_set(engine.0, 1, 1, true), INVALID);
        assert_eq!(ffi::rhai_scope_get(engine.0, 1, 1, -1, null(), 0), INVALID);
    }
    // Letting go of both in the midst of that is no harm.
    free(script);
    free(scope);
    // SAFETY: as above.
    unsafe { ffi::rhai_drop_released(engine.0) };
    engine
        .host()
        .with_frame(|frame| frame.slots[0].tag_and_len = 0);
    assert_eq!(engine.resume(execution, 1), step::DONE);
    let started = start_all(&engine, 1, 0);
    assert_refused(started);
}

#[test]
fn handles_may_be_freed_after_their_engine_and_elsewhere() {
    let (engine, script, scope) = engine();
    let (other, other_script, other_scope) = self::engine();
    drop(engine);
    free(script);
    let address = scope as usize;
    let freeing = std::thread::spawn(move || free(address as *mut _));
    freeing.join().expect("no panic");
    // Those of the other engine have the same ids, and stay.
    // SAFETY: the engine is alive, and only used here.
    unsafe { ffi::rhai_drop_released(other.0) };
    // SAFETY: as above.
    let step = unsafe { ffi::rhai_eval_script(other.0, 1, 1, -1, null(), 0) };
    assert_eq!(step, step::DONE);
    free(other_script);
    free(other_scope);
}
