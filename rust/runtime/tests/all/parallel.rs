//! `parallel`: calls of a script that wait at the same time, each on a fiber of its own.

use std::time::Duration;

use rhai::Dynamic;
use runtime::context::exchange::Reply;
use runtime::limits::limit::Limit;

use test_host::{patient, send, Answer, Calls, FakeHost, Outcome, Waiting};

fn host() -> FakeHost {
    let mut host = FakeHost::with_config(patient());
    host.register_later();
    host
}

fn ints(value: Dynamic) -> Vec<i64> {
    let items = value.into_array().expect("an array");
    let items = items.into_iter().map(|item| item.as_int());
    items.collect::<Result<_, _>>().expect("integers")
}

/// Completes the calls that wait in this order, and then the script.
fn complete(host: &mut FakeHost, script: Waiting, order: &[usize]) -> Outcome {
    let children = std::mem::take(&mut host.children);
    for &index in order {
        let outcome = host.complete(children[index], 10 * (index as i64 + 1));
        assert_eq!(outcome.done().as_bool(), Ok(true), "{index}");
    }
    host.complete(script, ())
}

#[test]
fn calls_that_do_not_wait_end_at_once() {
    let mut host = host();
    assert_eq!(ints(host.value("parallel([|| 1, || 2])")), [1, 2]);
    assert_eq!(ints(host.value("parallel([5, 6], |x, i| x + i)")), [5, 7]);
    assert_eq!(ints(host.value("parallel([])")), [] as [i64; 0]);
    assert_eq!(host.engine.execution_count(), 0);
}

#[test]
fn calls_complete_in_any_order() {
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let mut host = host();
        let script = host.eval("parallel([1, 2, 3], |x| x + later(x))").waiting();
        assert_eq!(host.engine.execution_count(), 4);
        let outcome = complete(&mut host, script, &order);
        assert_eq!(ints(outcome.done()), [11, 22, 33]);
        assert_eq!(host.engine.execution_count(), 0);
    }
}

#[test]
fn nested_calls_wait_on_their_own_stacks() {
    let mut host = host();
    let script = "let seen = 0; \
        let r = parallel([1, 2], |x| { \
            let inner = parallel([1, 2], |y| { let z = later(); seen += 1; x * y + z }); \
            inner[0] + inner[1] }); \
        r.push(seen); r";
    let outer = host.eval(script).waiting();
    // Of each inner `parallel`: its calls, and then the call that makes them.
    let all = std::mem::take(&mut host.children);
    assert_eq!(all.len(), 6);
    for group in all.chunks(3) {
        for waiting in &group[..2] {
            assert_eq!(host.complete(*waiting, 100).done().as_bool(), Ok(true));
        }
        assert_eq!(host.complete(group[2], ()).done().as_bool(), Ok(true));
    }
    assert_eq!(ints(host.complete(outer, ()).done()), [203, 206, 4]);
}

#[test]
fn the_first_error_is_thrown_in_the_caller() {
    let mut host = host();
    let script = "let seen = []; \
        try { parallel([|| later(), || throw 7, || later()]) } catch (e) { seen.push(e) } seen";
    assert_eq!(ints(host.value(script)), [7]);
    assert_eq!(host.engine.execution_count(), 0);
    assert_eq!(host.error("parallel([|| throw 7])").thrown.as_int(), Ok(7));
}

#[test]
fn cancelling_a_script_ends_its_calls_before() {
    let mut host = host();
    let calls = Calls::default();
    host.register("note", 1, {
        let calls = calls.clone();
        move |arguments| {
            calls.add(arguments);
            Answer::value(())
        }
    });
    let body = "|x| parallel([1, 2], |y| { try { later() } catch { note(1) } note(2) })";
    let script = format!("let a = [1, 2]; parallel(a, {body}); note(3)");
    let waiting = host.eval(&script).waiting();
    assert_eq!(host.engine.execution_count(), 7);
    assert!(host.engine.cancel(waiting.execution));
    assert_eq!(host.engine.execution_count(), 0);
    for child in std::mem::take(&mut host.children) {
        assert!(!send(child.future, false, &1_i64.into()), "nobody waits");
        assert!(!host.engine.cancel(child.execution));
    }
    // One that is cancelled leaves its siblings and the script.
    let waiting = host.eval(&script).waiting();
    let inner = host.children[0];
    assert!(host.engine.cancel(inner.execution));
    assert_eq!(host.engine.execution_count(), 6);
    let sibling = host.children[1];
    assert_eq!(host.complete(sibling, 1_i64).done().as_bool(), Ok(true));
    assert!(host.engine.cancel(waiting.execution));
    assert_eq!(host.engine.execution_count(), 0);
    // Only the sibling has gone on.
    assert_eq!(calls.count(), 1);
}

#[test]
fn dropping_the_engine_ends_calls_in_any_order() {
    let mut host = host();
    for _ in 0..3 {
        let _ = host.eval("let a = [1, 2]; parallel(a, |x| parallel(a, |y| later()))");
    }
    let shared = host.shared();
    drop(host);
    assert_eq!(std::rc::Rc::strong_count(&shared), 1);
}

#[test]
fn a_script_without_calls_starts_none() {
    let mut host = host();
    let waiting = host.eval("later()").waiting();
    let start = |host: &mut FakeHost, id| host.engine.start_child(id, Duration::ZERO);
    assert_eq!(start(&mut host, waiting.execution), None);
    assert_eq!(start(&mut host, 0), None);
    // All have begun.
    let waiting = host.eval("parallel([1], |x| later())").waiting();
    assert_eq!(start(&mut host, waiting.execution), None);
    let child = host.children[0];
    assert_eq!(start(&mut host, child.execution), None);
    assert!(host.engine.resume(child.execution, Reply::Value).is_none());
}

#[test]
fn operations_count_together() {
    for max in 1..400 {
        let mut host = FakeHost::with_config(patient().with(Limit::Operations, max));
        host.register_later();
        let script = "try { parallel([1, 2, 3], |x| { for i in 0..20 { } later(); x }) } \
                      catch { } for i in 0..10 { } 1";
        match host.eval(script) {
            Outcome::Failed(failure) => {
                assert_eq!(
                    failure.number,
                    Limit::Operations as i64,
                    "{}",
                    failure.message
                );
                host.children.clear();
            }
            Outcome::Waiting(waiting) => {
                let children = std::mem::take(&mut host.children);
                let mut failed = false;
                for child in &children {
                    if failed {
                        host.engine.cancel(child.execution);
                    } else {
                        failed = host.complete(*child, ()).done().as_bool() == Ok(false);
                    }
                }
                match host.complete(waiting, ()) {
                    Outcome::Done(_) => assert!(!failed, "no script catches a limit"),
                    Outcome::Failed(failure) => {
                        assert_eq!(failure.number, Limit::Operations as i64);
                    }
                    Outcome::Waiting(_) => panic!("it waits for nothing"),
                }
            }
            Outcome::Done(_) => panic!("it waits"),
        }
        assert_eq!(host.engine.execution_count(), 0, "{max}");
    }
}

#[test]
fn memory_counts_together_and_is_freed() {
    for max in (100_000..2_000_000).step_by(50_000) {
        let mut host = FakeHost::with_config(patient().with(Limit::Memory, max));
        host.register_later();
        let script =
            "try { parallel([1, 2, 3], |x| { let b = blob(200_000); later(); b.len() }) } \
                      catch { } 1";
        match host.eval(script) {
            Outcome::Waiting(waiting) => {
                for child in std::mem::take(&mut host.children) {
                    let _ = host.complete(child, ());
                }
                match host.complete(waiting, ()) {
                    Outcome::Done(value) => assert_eq!(value.as_int(), Ok(1)),
                    // The calls that wait were too much.
                    Outcome::Failed(failure) => {
                        assert_eq!(failure.number, Limit::Memory as i64);
                        assert!(max < 1_000_000, "{max}");
                    }
                    Outcome::Waiting(_) => panic!("it waits for nothing"),
                }
                assert!(max > 3 * 200_000, "{max}");
            }
            Outcome::Failed(failure) => {
                assert_eq!(failure.number, Limit::Memory as i64);
                assert!(max < 1_000_000, "{max}");
            }
            Outcome::Done(_) => panic!("it waits"),
        }
        assert_eq!(host.engine.execution_count(), 0);
        assert_eq!(host.shared().leaked(), 0);
    }
}

#[test]
fn nesting_is_bounded_without_a_limit_of_calls() {
    let mut host = FakeHost::with_config(patient().with(Limit::StackDepth, 0));
    let failure = host.error("fn f() { parallel([|| f()]) } try { f() } catch { } 1");
    assert_eq!(
        failure.number,
        Limit::NativeStack as i64,
        "{}",
        failure.message
    );
    assert_eq!(host.engine.execution_count(), 0);
}
