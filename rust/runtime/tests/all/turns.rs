//! Turns of the event loop, limits of time when a script goes on, and scripts that run
//! for others.

use std::thread::sleep;
use std::time::{Duration, Instant};

use runtime::context::exchange::{Reply, Step};
use runtime::context::execution_time::{Start, TURN};
use runtime::limits::config::Config;
use runtime::limits::limit::Limit;

use test_host::{patient, send, Answer, Calls, FakeHost, Outcome};

const LIMIT: Duration = Duration::from_millis(100);

/// Longer than a turn may be held.
const LONG: Duration = Duration::from_millis(5);

/// The median length of the turns of a script.
fn length_of_turns(script: &str) -> Duration {
    let (mut host, _) = host_and_calls(patient());
    let mut step = Some(host.engine.eval(script, Start::in_new_turn()));
    let mut lengths = Vec::new();
    for _ in 0..51 {
        assert_eq!(step, Some(Step::Yielded));
        let began = Instant::now();
        step = host.engine.resume(host.execution(), Reply::Continue);
        lengths.push(began.elapsed());
    }
    lengths.sort();
    lengths[lengths.len() / 2]
}

#[test]
fn turns_are_shorter_than_the_ticks_of_coarse_clocks() {
    let mut scripts = vec![
        "loop { }".to_owned(),
        "let x = 0; loop { x += 1; }".to_owned(),
    ];
    // Operations of a microsecond, and of many.
    scripts.extend(
        [10, 30, 100, 300, 1000, 2000]
            .map(|size| format!("let a = []; a.pad({size}, 1); loop {{ let b = a; }}")),
    );
    for script in &scripts {
        // The machine may be busy, and a turn is the time that passes in the world.
        let lengths = (0..5).map(|_| length_of_turns(script));
        let length = lengths.min().expect("there are some");
        assert!(
            length >= TURN / 2 && length < TURN * 4,
            "{script}: {length:?}"
        );
    }
}

/// A host whose scripts can wait, and note what they do.
fn host_and_calls(config: Config) -> (FakeHost, Calls) {
    let mut host = FakeHost::with_config(config.with(Limit::Operations, 0));
    host.register_later();
    let calls = Calls::default();
    host.register("note", 1, {
        let calls = calls.clone();
        move |arguments| {
            calls.add(arguments);
            Answer::value(())
        }
    });
    (host, calls)
}

fn with_total_limit() -> Config {
    Config {
        total_time_limit: Some(LIMIT),
        ..patient()
    }
}

fn execution_of(host: &FakeHost) -> u64 {
    host.execution()
}

#[test]
fn a_limit_is_looked_at_before_a_script_goes_on() {
    let (mut host, calls) = host_and_calls(with_total_limit());
    let waiting = host.eval("try { later() } catch { } note(1); 42").waiting();
    sleep(LIMIT * 2);
    let failure = host.complete(waiting, 0_i64).failed();
    assert_eq!((failure.kind, failure.value), (3, 100_000));
    assert!(failure.message.contains("100 ms in all"), "{failure:?}");
    assert_eq!(calls.count(), 0, "it has not gone on");
}

#[test]
fn a_limit_is_looked_at_after_a_turn() {
    let (mut host, _) = host_and_calls(with_total_limit());
    let step = host.engine.eval("loop { }", Start::in_new_turn());
    assert_eq!(step, Step::Yielded);
    sleep(LIMIT * 2);
    let execution = execution_of(&host);
    let step = host.engine.resume(execution, Reply::Continue);
    assert_eq!(step, Some(Step::Failed));
}

#[test]
fn a_script_does_not_go_on_in_a_turn_that_is_over() {
    let (mut host, calls) = host_and_calls(patient());
    let waiting = host.eval("note(later()); 1").waiting();
    assert!(send(waiting.future, false, &7_i64.into()));
    for _ in 0..3 {
        let step = host
            .engine
            .resume_in_turn(waiting.execution, Reply::Continue, LONG);
        assert_eq!(step, Some(Step::Yielded));
        for reply in [Reply::Value, Reply::Error, Reply::Pending] {
            assert!(host.engine.resume(waiting.execution, reply).is_none());
        }
    }
    assert_eq!(calls.count(), 0);
    // What it waited for is kept.
    assert_eq!(host.resume(waiting.execution).done().as_int(), Ok(1));
    assert_eq!(calls.only_argument().as_int(), Ok(7));
}

#[test]
fn a_script_that_has_got_its_value_can_be_cancelled() {
    let (mut host, calls) = host_and_calls(patient());
    let waiting = host.eval("try { later() } catch { } note(1)").waiting();
    assert!(send(waiting.future, false, &7_i64.into()));
    let step = host
        .engine
        .resume_in_turn(waiting.execution, Reply::Continue, LONG);
    assert_eq!(step, Some(Step::Yielded));
    assert!(host.engine.cancel(waiting.execution));
    assert_eq!(calls.count(), 0);
    assert_eq!(host.engine.execution_count(), 0);
}

#[test]
fn a_script_does_not_start_in_a_turn_that_is_over() {
    let (mut host, calls) = host_and_calls(patient());
    let start = Start {
        held: Some(LONG),
        outer: None,
    };
    let step = host.engine.eval("note(1); 2", start);
    assert_eq!(step, Step::Yielded);
    assert_eq!(calls.count(), 0);
    let execution = execution_of(&host);
    assert_eq!(host.resume(execution).done().as_int(), Ok(2));
    assert_eq!(calls.count(), 1);
}

#[test]
fn a_script_that_never_started_can_be_cancelled_or_time_out() {
    let (mut host, calls) = host_and_calls(with_total_limit());
    for cancels in [true, false] {
        let start = Start {
            held: Some(LONG),
            outer: None,
        };
        assert_eq!(host.engine.eval("note(1)", start), Step::Yielded);
        let execution = execution_of(&host);
        if cancels {
            assert!(host.engine.cancel(execution));
        } else {
            sleep(LIMIT * 2);
            assert_eq!(host.resume(execution).failed().kind, 3);
        }
    }
    assert_eq!(calls.count(), 0);
}

#[test]
fn calls_that_are_each_short_are_noticed_together() {
    let (mut host, _) = host_and_calls(Config {
        time_limit: Some(LIMIT),
        ..patient()
    });
    host.register("short", 0, |_| {
        sleep(Duration::from_micros(500));
        Answer::value(())
    });
    assert_eq!(host.error("loop { short() }").kind, 3);
}

#[test]
fn a_limit_that_is_broken_in_eval_cannot_be_caught() {
    let (mut host, _) = host_and_calls(Config {
        time_limit: Some(Duration::from_millis(40)),
        allow_eval: true,
        ..Config::default()
    });
    let failure = host.error(r#"loop { try { eval("loop { }") } catch { } }"#);
    assert_eq!((failure.kind, failure.value), (3, 40_000));
}

#[test]
fn the_limit_of_a_script_bounds_what_runs_for_it() {
    let (mut outer, _) = host_and_calls(Config {
        time_limit: Some(LIMIT),
        ..patient()
    });
    let (mut inner, _) = host_and_calls(patient());
    // In a call of the outer one, and while it waits.
    for script in ["note(1)", "later()"] {
        let step = outer.engine.eval(script, Start::default());
        assert_eq!(step, Step::Call);
        let execution = execution_of(&outer);
        if script == "later()" {
            let step = outer.engine.resume(execution, Reply::Pending);
            assert!(matches!(step, Some(Step::Pending(_))), "{step:?}");
        }
        let start = Start {
            held: None,
            outer: outer.engine.clock_of(execution),
        };
        let step = inner.engine.eval("loop { }", start);
        let failure = inner.drive(step).failed();
        assert_eq!((failure.kind, failure.value), (3, 100_000));
        assert!(outer.engine.cancel(execution));
        assert!(outer.engine.clock_of(execution).is_none());
    }
}

#[test]
fn a_script_that_has_ended_bounds_nothing() {
    let (mut outer, _) = host_and_calls(Config {
        time_limit: Some(LIMIT),
        ..patient()
    });
    let (mut inner, _) = host_and_calls(patient());
    assert_eq!(outer.engine.eval("note(1)", Start::default()), Step::Call);
    let execution = execution_of(&outer);
    let start = Start {
        held: None,
        outer: outer.engine.clock_of(execution),
    };
    let step = inner.engine.eval("later(); for i in 0..1000 { } 42", start);
    let Outcome::Waiting(waiting) = inner.drive(step) else {
        panic!("it waits");
    };
    sleep(LIMIT * 2);
    drop(outer);
    assert_eq!(inner.complete(waiting, 0_i64).done().as_int(), Ok(42));
}
