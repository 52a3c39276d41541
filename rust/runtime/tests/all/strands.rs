//! Calls of `parallel` that go on while others of the same script are within a call of the host.

use std::thread::sleep;
use std::time::Duration;

use rhai::Dynamic;
use runtime::context::exchange::{Reply, Step};
use runtime::context::execution_time::Start;
use runtime::limits::config::Config;

use test_host::{patient, send, Answer, FakeHost};

const LIMIT: Duration = Duration::from_millis(250);

/// Longer than a turn may be held.
const LONG: Duration = Duration::from_millis(5);

/// A host with a function `step(x)`, whose calls the test answers itself.
fn host(config: Config) -> FakeHost {
    let mut host = FakeHost::with_config(config);
    host.register("step", 1, |_| Answer::Pending);
    host
}

/// Gives an execution all the turns of the event loop that it wants.
fn in_turns(host: &mut FakeHost, step: Option<Step>) -> Option<Step> {
    let mut step = step;
    while step == Some(Step::Yielded) {
        let execution = host.execution();
        step = host.engine.resume(execution, Reply::Continue);
    }
    step
}

/// Starts a call of `script`, which comes to `step`.
fn start_child(host: &mut FakeHost, script: u64) -> u64 {
    let step = host.engine.start_child(script, Duration::ZERO);
    assert_eq!(in_turns(host, step), Some(Step::Call));
    host.execution()
}

/// Answers a call with a Future, which it waits for.
fn wait(host: &mut FakeHost, execution: u64) -> u64 {
    match host.engine.resume(execution, Reply::Pending) {
        Some(Step::Pending(future)) => future,
        other => panic!("it waits, and does not {other:?}"),
    }
}

/// Answers a call with a value.
fn answer(host: &mut FakeHost, execution: u64, value: impl Into<Dynamic>) -> Option<Step> {
    host.put(&value.into());
    host.engine.resume(execution, Reply::Value)
}

/// Completes a Future with 1 and resumes the execution that waits for it.
fn complete(host: &mut FakeHost, execution: u64, future: u64) -> Option<Step> {
    assert!(send(future, false, &1_i64.into()), "nobody waits");
    let step = host.engine.resume(execution, Reply::Continue);
    in_turns(host, step)
}

/// Whether a call that has ended did not fail.
fn has_succeeded(host: &mut FakeHost, step: Option<Step>) -> bool {
    let step = in_turns(host, step).expect("the call has not ended before");
    host.drive(step).done().as_bool().expect("a boolean")
}

/// Starts a script with two calls: the first waits for a Future, the second is in `step`.
fn start_two(host: &mut FakeHost, script: &str) -> (u64, (u64, u64), u64) {
    let step = host.engine.eval(script, Start::in_new_turn());
    assert_eq!(in_turns(host, Some(step)), Some(Step::Call));
    let script = host.execution();
    let first = start_child(host, script);
    let future = wait(host, first);
    let second = start_child(host, script);
    (script, (first, future), second)
}

const TWO: &str = "parallel([|| step(1), || { step(2); for i in 0..100 { } 7 }])";

#[test]
fn a_call_that_ends_within_another_leaves_the_clock_to_that() {
    let mut host = host(Config {
        time_limit: Some(LIMIT),
        ..patient()
    });
    let (script, (first, future), second) = start_two(&mut host, TWO);
    let step = complete(&mut host, first, future);
    assert!(has_succeeded(&mut host, step));
    // The host's function is still running.
    sleep(LIMIT * 2);
    let step = answer(&mut host, second, 2_i64);
    assert!(!has_succeeded(&mut host, step));
    let step = answer(&mut host, script, ()).expect("the script waits for its calls");
    let failure = host.drive(step).failed();
    assert_eq!((failure.kind, failure.value), (3, 250_000));
    assert_eq!(host.engine.execution_count(), 0);
}

#[test]
fn a_call_that_waits_again_within_another_leaves_the_clock_to_that() {
    let mut host = host(Config {
        time_limit: Some(LIMIT),
        ..patient()
    });
    let script = "parallel([|| { step(1); step(1) }, || { step(2); for i in 0..100 { } 7 }])";
    let (script, (first, future), second) = start_two(&mut host, script);
    assert_eq!(complete(&mut host, first, future), Some(Step::Call));
    wait(&mut host, first);
    sleep(LIMIT * 2);
    let step = answer(&mut host, second, 2_i64);
    assert!(!has_succeeded(&mut host, step));
    assert!(host.engine.cancel(script));
    assert_eq!(host.engine.execution_count(), 0);
}

#[test]
fn a_call_whose_turn_is_over_when_another_has_ended_within_it_goes_on() {
    let mut host = host(patient());
    let (script, (first, future), second) = start_two(&mut host, TWO);
    let step = complete(&mut host, first, future);
    assert!(has_succeeded(&mut host, step));
    sleep(LONG * 2);
    assert_eq!(answer(&mut host, second, 2_i64), Some(Step::Yielded));
    let step = host.engine.resume(second, Reply::Continue);
    assert!(has_succeeded(&mut host, step));
    let step = answer(&mut host, script, ()).expect("the script waits for its calls");
    let results = host.drive(step).done().into_array().expect("an array");
    let results: Vec<_> = results.iter().map(Dynamic::as_int).collect();
    assert_eq!(results, [Ok(1), Ok(7)]);
}
