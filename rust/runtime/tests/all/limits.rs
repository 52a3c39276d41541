//! Operations and running time.

use std::time::Duration;

use runtime::context::exchange::{Reply, Step};
use runtime::context::execution_time::Start;
use runtime::limits::config::Config;
use runtime::limits::limit::Limit;

use test_host::{patient, Answer, FakeHost, Outcome};

const ENDLESS: [&str; 8] = [
    "loop { }",
    "while true { let x = 1; }",
    "for i in 0..9223372036854775807 { let x = i; }",
    "loop { try { loop { } } catch { } }",
    "fn f() { loop { } } f()",
    "[1].map(|x| loop { })",
    "let a = [2, 1]; a.sort(|x, y| loop { })",
    "[1].for_each(|| { try { loop { } } catch { } })",
];

#[test]
fn operations_are_limited_everywhere() {
    let config = patient().with(Limit::Operations, 10_000);
    let mut host = FakeHost::with_config(config);
    for script in ENDLESS {
        let failure = host.error(script);
        assert_eq!(
            failure.message, "too many operations: the limit is 10000 (RhaiConfig.maxOperations)",
            "{script}"
        );
        assert_eq!(
            (failure.kind, failure.number, failure.value),
            (7, 0, 10_000),
            "{script}"
        );
    }
}

#[test]
fn the_limit_of_operations_is_exact() {
    // The same script under each limit: once it passes, it passes with more.
    let mut passed_at = None;
    for max_operations in 1..400 {
        let config = patient().with(Limit::Operations, max_operations);
        let passes = FakeHost::with_config(config)
            .run_to_end("let x = 0; while x < 50 { x += 1; }")
            .is_ok();
        match (passes, passed_at) {
            (true, None) => passed_at = Some(max_operations),
            (false, Some(before)) => panic!("{before} are enough, {max_operations} are not"),
            _ => {}
        }
    }
    assert!(
        (100..400).contains(&passed_at.expect("it passes")),
        "{passed_at:?}"
    );
}

#[test]
fn a_limit_that_is_broken_in_the_midst_of_a_text_is_no_other_error() {
    // Rhai's parser panics at most errors that it finds in a text with expressions.
    let text = "`a${`b${1}c${2}`}d${3}e`; ".repeat(100);
    let mut broken = 0;
    for memory in (1..60_000).step_by(113) {
        let config = patient().with(Limit::Memory, memory);
        match FakeHost::with_config(config).eval(&text) {
            Outcome::Failed(failure) => {
                assert_eq!(failure.number, Limit::Memory as i64, "{failure:?}");
                broken += 1;
            }
            outcome => assert_eq!(outcome.done().into_string().as_deref(), Ok("ab1c2d3e")),
        }
    }
    assert!(broken > 10, "{broken}");
    // The clock is looked at after 64 tokens.
    let config = Config {
        time_limit: Some(Duration::from_nanos(1)),
        ..Config::default()
    };
    for before in 0..64 {
        let script = format!("{}{text}", "1;".repeat(before));
        let failure = FakeHost::with_config(config.clone()).error(&script);
        assert_eq!(failure.kind, 3, "{failure:?}");
    }
}

#[test]
fn running_time_is_limited_everywhere() {
    let config = Config {
        time_limit: Some(Duration::from_millis(20)),
        ..Config::default().with(Limit::Operations, 0)
    };
    let mut host = FakeHost::with_config(config);
    for script in ENDLESS {
        let failure = host.error(script);
        assert_eq!(failure.kind, 3, "{script}: {failure:?}");
        assert!(failure.message.contains("20 ms"), "{failure:?}");
    }
}

#[test]
fn time_spent_waiting_does_not_count() {
    let config = Config {
        time_limit: Some(Duration::from_millis(50)),
        ..Config::default()
    };
    let mut host = FakeHost::with_config(config);
    host.register_later();
    let waiting = host.eval("later(); for i in 0..1000 { } 1").waiting();
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(host.complete(waiting, 0_i64).done().as_int(), Ok(1));
}

#[test]
fn time_spent_in_host_functions_counts() {
    let config = Config {
        time_limit: Some(Duration::from_millis(20)),
        ..Config::default()
    };
    let mut host = FakeHost::with_config(config);
    host.register("work", 0, |_| {
        std::thread::sleep(Duration::from_millis(5));
        Answer::value(())
    });
    assert_eq!(host.error("loop { work(); }").kind, 3);
}

#[test]
fn a_script_lets_the_event_loop_run_only_if_it_may() {
    let mut host = FakeHost::with_config(Config {
        time_limit: None,
        ..Config::default().with(Limit::Operations, 0)
    });
    let long = "let s = 0; for i in 0..2000000 { s += 1; } s";
    assert_eq!(host.engine.eval(long, Start::default()), Step::Done);

    let mut turns = 0;
    let mut step = host.engine.eval(long, Start::in_new_turn());
    while step == Step::Yielded {
        turns += 1;
        let execution = host.execution();
        for reply in [Reply::Value, Reply::Error, Reply::Pending] {
            assert!(host.engine.resume(execution, reply).is_none());
        }
        step = host
            .engine
            .resume(execution, Reply::Continue)
            .expect("it goes on");
    }
    assert_eq!(step, Step::Done);
    assert!(turns > 0);

    // After a wait somebody has a Future of the result.
    host.register_later();
    let waiting = host.eval(&format!("later(); {long}")).waiting();
    assert!(test_host::send(waiting.future, false, &0_i64.into()));
    let step = host.engine.resume(waiting.execution, Reply::Continue);
    assert_eq!(step, Some(Step::Yielded));
    assert!(host.engine.cancel(waiting.execution));
}
