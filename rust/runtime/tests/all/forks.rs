//! Forks: what engines share, and how they part.

use std::rc::Rc;

use runtime::limits::config::Config;
use runtime::limits::limit::Limit;
use test_host::{Answer, FakeHost};

/// The Rhai engine that new scripts run in.
fn snapshot(host: &FakeHost) -> usize {
    Rc::as_ptr(&host.engine.snapshot().expect("a stack")) as usize
}

fn host() -> FakeHost {
    let mut host = FakeHost::new();
    host.register("f", 1, |args| {
        Answer::Value((args[0].as_int().expect("an integer") + 1).into())
    });
    host.register_later();
    host
}

#[test]
fn forks_share_a_rhai_engine_until_one_of_them_changes() {
    let mut host = host();
    let mut fork = host.fork(Config::default());
    let of_fork = fork.fork(Config::default());
    // Whoever builds it builds it for all.
    assert_eq!(fork.int("f(1)"), 2);
    assert_eq!(snapshot(&host), snapshot(&fork));
    assert_eq!(snapshot(&host), snapshot(&of_fork));
    host.register("g", 0, |_| Answer::Value(7_i64.into()));
    assert_ne!(snapshot(&host), snapshot(&fork));
    assert_eq!(snapshot(&fork), snapshot(&of_fork));
    assert_eq!(host.int("g() + f(1)"), 9);
    assert!(fork.error("g()").message.contains("not found"));
    assert_eq!(snapshot(&host), snapshot(&host.fork(Config::default())));
}

#[test]
fn limits_that_rhai_has_built_in_need_another_rhai_engine() {
    let host = host();
    let with = |limit, value| snapshot(&host.fork(Config::default().with(limit, value)));
    let own = snapshot(&host);
    for limit in [
        Limit::Memory,
        Limit::OutputLength,
        Limit::StringLength,
        Limit::ArraySize,
        Limit::MapSize,
    ] {
        assert_eq!(with(limit, 20 << 20), own, "{limit:?}");
    }
    for limit in [
        Limit::StackDepth,
        Limit::ExpressionDepth,
        Limit::Variables,
        Limit::Functions,
        Limit::Modules,
    ] {
        assert_ne!(with(limit, 50), own, "{limit:?}");
    }
    // Those that have variables looked at share one.
    assert_ne!(with(Limit::Operations, 1 << 40), own);
    assert_eq!(
        with(Limit::Operations, 1 << 40),
        with(Limit::Operations, 1 << 41)
    );
}

#[test]
fn a_function_finds_the_engine_whose_script_calls_it() {
    let mut host = host();
    let mut fork = host.fork(Config::default());
    // It waits in one engine while another one runs, in turns.
    let script = "let a = f(1); let b = later(); print(a); [1, 2].map(f)[1] + b";
    let waiting = host.eval(script).waiting();
    let in_fork = fork.eval(script).waiting();
    assert_eq!(fork.int("f(2)"), 3);
    assert_eq!(host.complete(waiting, 10_i64).done().as_int(), Ok(13));
    assert_eq!((host.printed.len(), fork.printed.len()), (1, 0));
    drop(host);
    assert_eq!(fork.complete(in_fork, 20_i64).done().as_int(), Ok(23));
    assert_eq!(fork.printed, ["2"]);
}

#[test]
fn engines_end_in_any_order_while_scripts_wait() {
    for order in 0..6_usize {
        let original = host();
        let forks = [(); 2].map(|()| original.fork(Config::default()));
        let mut hosts: Vec<Option<FakeHost>> = Vec::from(forks).into_iter().map(Some).collect();
        hosts.push(Some(original));
        let waiting: Vec<_> = hosts
            .iter_mut()
            .flatten()
            .map(|host| host.eval("let a = [1]; let f = || { a }; later(); f(1 + a[0])"))
            .collect();
        assert_eq!(waiting.len(), 3);
        // The permutations of three.
        let first = order % 3;
        let second = (first + 1 + order / 3) % 3;
        for index in [first, second, 3 - first - second] {
            drop(hosts[index].take());
            for host in hosts.iter_mut().flatten() {
                assert_eq!(host.int("f(1)"), 2);
            }
        }
    }
}

#[test]
fn values_of_an_engine_with_small_stacks_are_dropped_on_large_ones() {
    let mut host = FakeHost::with_config(Config::default().with(Limit::Operations, 10_000));
    host.register_later();
    let deep = (0..50).fold(rhai::Dynamic::UNIT, |inner, _| vec![inner].into());
    host.put(&deep);
    host.engine.set_variable("x", false).expect("it is kept");
    let mut fork = host.fork(Config::default().with(Limit::StackDepth, 500));
    let waiting = fork.eval("later(); x.len()").waiting();
    // Now its script has the last of them.
    fork.engine.clear_scope();
    drop(host);
    assert_eq!(fork.complete(waiting, 1_i64).done().as_int(), Ok(1));
}

#[test]
fn a_script_that_was_compiled_for_larger_literals_is_compiled_again() {
    let mut host = host();
    let script = format!("\"{}\".len() + [1, 2, 3].len()", "x".repeat(200));
    assert_eq!(host.int(&script), 203);
    for (limit, value) in [(Limit::StringLength, 100), (Limit::ArraySize, 2)] {
        let mut fork = host.fork(Config::default().with(limit, value));
        for _ in 0..2 {
            assert!(fork.eval(&script).failed().message.contains("too large"));
            assert_eq!(host.int(&script), 203);
        }
    }
}
