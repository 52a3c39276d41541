//! Scripts that are ended from outside, and engines that are dropped.

use runtime::context::exchange::{Reply, Step};
use runtime::context::execution_time::Start;

use test_host::{send, Answer, Calls, FakeHost};

fn host_and_calls() -> (FakeHost, Calls) {
    let mut host = FakeHost::new();
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

const SCRIPTS: [&str; 6] = [
    "later(); note(1)",
    "try { later() } catch { note(2) } note(3)",
    "loop { try { later() } catch { note(4) } }",
    "[1, 2].map(|x| { try { later() } catch { note(x) } }); note(5)",
    "let a = [2, 1]; a.sort(|x, y| later()); note(6)",
    "fn f(n) { if n > 0 { f(n - 1) } else { try { later() } catch { note(7) } } note(8) } f(30)",
];

#[test]
fn a_cancelled_script_runs_nothing_more() {
    let (mut host, calls) = host_and_calls();
    for script in SCRIPTS {
        let waiting = host.eval(script).waiting();
        assert!(host.engine.cancel(waiting.execution), "{script}");
        assert_eq!(host.engine.execution_count(), 0);
        assert!(!host.engine.cancel(waiting.execution));
        assert!(host
            .engine
            .resume(waiting.execution, Reply::Continue)
            .is_none());
        assert!(!send(waiting.future, false, &1_i64.into()), "nobody waits");
    }
    assert_eq!(calls.count(), 0);
    assert_eq!(host.int("note(0); 1 + 1"), 2);
}

#[test]
fn a_script_can_be_cancelled_in_a_call() {
    let (mut host, calls) = host_and_calls();
    let step = host.engine.eval(
        "try { note(1) } catch { note(2) } note(3)",
        Start::default(),
    );
    assert_eq!(step, Step::Call);
    let execution = host.execution();
    assert!(host.engine.cancel(execution));
    assert_eq!(calls.count(), 0, "the host has not run the function");
    assert_eq!(host.engine.execution_count(), 0);
}

#[test]
fn cancelling_one_script_leaves_the_others() {
    let (mut host, _) = host_and_calls();
    let waiting: Vec<_> = (0..100).map(|_| host.eval("later()").waiting()).collect();
    for even in waiting.iter().step_by(2) {
        assert!(host.engine.cancel(even.execution));
    }
    for odd in waiting.iter().skip(1).step_by(2) {
        assert_eq!(host.complete(*odd, 3_i64).done().as_int(), Ok(3));
    }
    assert_eq!(host.engine.execution_count(), 0);
}

#[test]
fn dropping_the_engine_ends_scripts_that_wait() {
    let (mut host, calls) = host_and_calls();
    let futures: Vec<u64> = SCRIPTS
        .iter()
        .map(|script| host.eval(script).waiting().future)
        .collect();
    let shared = host.shared();
    drop(host);
    assert_eq!(calls.count(), 0);
    for future in futures {
        assert!(!send(future, false, &1_i64.into()), "nobody waits");
    }
    // What the scripts held is gone: they were unwound, not forgotten.
    assert_eq!(std::rc::Rc::strong_count(&shared), 1);
}
