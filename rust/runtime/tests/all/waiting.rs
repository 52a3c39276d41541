//! Scripts that wait, and what wakes them.

use std::collections::HashSet;

use rhai::Dynamic;
use runtime::context::exchange::Reply;

use test_host::{send, Answer, FakeHost, Outcome, Waiting, XorShift};

fn host() -> FakeHost {
    let mut host = FakeHost::new();
    host.register_later();
    host
}

#[test]
fn a_script_gets_what_its_future_completes_with() {
    let mut host = host();
    let waiting = host.eval("let x = later(); x + 1").waiting();
    assert_eq!(host.engine.execution_count(), 1);
    assert_eq!(host.complete(waiting, 41_i64).done().as_int(), Ok(42));
    assert_eq!(host.engine.execution_count(), 0);
}

#[test]
fn a_value_of_any_size_is_delivered_whole() {
    let mut host = host();
    let waiting = host.eval("later()").waiting();
    let long = "long".repeat(100_000);
    let array = Dynamic::from_array(vec![long.clone().into(), 1_i64.into()]);
    let result = host.complete(waiting, array).done().into_array();
    let result = result.expect("an array");
    assert_eq!(result[0].clone().into_string(), Ok(long));
}

#[test]
fn a_script_waits_for_one_future_after_the_other() {
    let mut host = host();
    let script = "let a = later(); let b = [1, 2].map(|x| x * later()); [a, b]";
    let first = host.eval(script).waiting();
    let second = host.complete(first, "a").waiting();
    let third = host.complete(second, 10_i64).waiting();
    assert_eq!(first.execution, third.execution);
    let futures = HashSet::from([first.future, second.future, third.future]);
    assert_eq!(futures.len(), 3, "no id is used twice");
    let result = host.complete(third, 20_i64).done();
    assert_eq!(format!("{result:?}"), r#"["a", [10, 40]]"#);
}

#[test]
fn a_thousand_scripts_complete_in_any_order() {
    let mut host = host();
    let mut random = XorShift(7);
    let mut waiting: Vec<(i64, Waiting)> = (0..1000)
        .map(|i| (i, host.eval(&format!("{i} * later() + later()")).waiting()))
        .collect();
    random.shuffle(&mut waiting);
    let mut waiting: Vec<(i64, Waiting)> = waiting
        .into_iter()
        .map(|(i, first)| (i, host.complete(first, 2_i64).waiting()))
        .collect();
    random.shuffle(&mut waiting);
    for (i, second) in waiting {
        assert_eq!(host.complete(second, 1_i64).done().as_int(), Ok(i * 2 + 1));
    }
    assert_eq!(host.engine.execution_count(), 0);
}

#[test]
fn all_may_complete_before_the_first_is_resumed() {
    let mut host = host();
    let waiting: Vec<Waiting> = (0..100).map(|_| host.eval("later()").waiting()).collect();
    for (i, waiting) in waiting.iter().enumerate() {
        assert!(send(waiting.future, false, &(i as i64).into()));
    }
    for (i, waiting) in waiting.iter().enumerate().rev() {
        let result = host.resume(waiting.execution).done();
        assert_eq!(result.as_int(), Ok(i as i64));
    }
}

#[test]
fn a_failed_future_is_an_exception() {
    let mut host = host();
    let script = "try { later() } catch (e) { return [e.type, e.message, e.stack_trace]; }";
    let waiting = host.eval(script).waiting();
    let result = host.complete_error(waiting, "StateError", "bad").done();
    assert_eq!(
        format!("{result:?}"),
        r##"["StateError", "bad", "#0 main"]"##
    );

    let waiting = host.eval("let x = 1;\n  later()").waiting();
    let failure = host.complete_error(waiting, "StateError", "bad").failed();
    assert_eq!(failure.message, "bad");
    assert_eq!((failure.line, failure.column), (2, 3));
    assert_eq!(failure.host_error, 7);
}

#[test]
fn a_future_completes_only_once() {
    let mut host = host();
    let waiting = host.eval("later()").waiting();
    assert!(send(waiting.future, false, &1_i64.into()));
    assert!(!send(waiting.future, false, &2_i64.into()));
    assert!(!send(waiting.future, true, &3_i64.into()));
    assert_eq!(host.resume(waiting.execution).done().as_int(), Ok(1));
    assert!(!send(waiting.future, false, &4_i64.into()));
}

#[test]
fn an_unknown_future_completes_nothing() {
    for id in [0, u64::MAX] {
        assert!(!send(id, false, &1_i64.into()));
    }
}

#[test]
fn a_script_resumed_too_early_goes_on_waiting() {
    let mut host = host();
    let waiting = host.eval("later()").waiting();
    for _ in 0..3 {
        assert!(matches!(
            host.resume(waiting.execution),
            Outcome::Waiting(_)
        ));
    }
    assert_eq!(host.complete(waiting, 1_i64).done().as_int(), Ok(1));
}

#[test]
fn only_the_answer_to_its_request_resumes_a_script() {
    let mut host = host();
    let waiting = host.eval("later()").waiting();
    for reply in [Reply::Value, Reply::Error, Reply::Pending, Reply::Completed] {
        assert!(host.engine.resume(waiting.execution, reply).is_none());
    }
    for execution in [
        0,
        u64::MAX,
        waiting.execution ^ 1,
        waiting.execution + (1 << 32),
    ] {
        assert!(host.engine.resume(execution, Reply::Continue).is_none());
    }
    assert_eq!(host.complete(waiting, 1_i64).done().as_int(), Ok(1));
    assert!(host
        .engine
        .resume(waiting.execution, Reply::Continue)
        .is_none());
}

#[test]
fn a_function_may_wait_in_one_call_and_not_in_the_next() {
    let mut host = host();
    let mut calls = 0;
    host.register("sometimes", 0, move |_| {
        calls += 1;
        match calls % 2 {
            0 => Answer::Pending,
            _ => Answer::value(calls),
        }
    });
    let script = "sometimes() + sometimes() + sometimes() + sometimes()";
    let second = host.eval(script).waiting();
    let fourth = host.complete(second, 10_i64).waiting();
    assert_eq!(
        host.complete(fourth, 100_i64).done().as_int(),
        Ok(1 + 10 + 3 + 100)
    );
}

#[test]
fn a_script_waits_below_native_functions_and_script_functions() {
    let mut host = host();
    for (script, expected) in [
        (
            "let a = [3, 1, 2]; a.sort(|x, y| later() + x - y); a",
            "[1, 2, 3]",
        ),
        ("[1, 2].filter(|x| later() == 0 && x > 1)", "[2]"),
        ("[1, 2].reduce(|sum, x| sum + x + later(), 0)", "3"),
        (
            "fn f(n) { if n == 0 { later() } else { f(n - 1) + 1 } } f(20)",
            "20",
        ),
        ("`<${later()}>`", r#""<0>""#),
        ("let m = #{a: 1}; m.a += later() + 1; m.a", "2"),
        (
            "try { throw later() } catch (e) { return e + later(); }",
            "0",
        ),
    ] {
        let mut outcome = host.eval(script);
        while let Outcome::Waiting(waiting) = outcome {
            outcome = host.complete(waiting, 0_i64);
        }
        assert_eq!(format!("{:?}", outcome.done()), expected, "{script}");
    }
}

#[test]
fn scripts_of_several_engines_do_not_disturb_each_other() {
    // Each has a stack, and 32 bits have addresses for a few.
    let engines = if usize::BITS < 64 { 4 } else { 10 };
    let mut hosts: Vec<FakeHost> = (0..engines).map(|_| host()).collect();
    let waiting: Vec<Waiting> = hosts
        .iter_mut()
        .enumerate()
        .map(|(i, host)| host.eval(&format!("later() + {i}")).waiting())
        .collect();
    for (i, host) in hosts.iter_mut().enumerate().rev() {
        let result = host.complete(waiting[i], 100_i64).done();
        assert_eq!(result.as_int(), Ok(100 + i as i64));
    }
}

#[test]
fn another_thread_may_complete_a_future() {
    let mut host = host();
    let waiting = host.eval("later().len").waiting();
    let sent = std::thread::spawn(move || send(waiting.future, false, &"four".into()));
    assert!(sent.join().expect("no panic"));
    assert_eq!(host.resume(waiting.execution).done().as_int(), Ok(4));
}
