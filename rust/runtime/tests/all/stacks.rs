//! The pool of fiber stacks.

use fibers::SHARES_STACKS;

use test_host::FakeHost;

#[test]
fn ten_thousand_scripts_share_a_few_stacks() {
    let mut host = FakeHost::new();
    host.register_later();
    let stacks = host.shared().stacks.clone();
    for round in 0..10_000 {
        let waiting = host.eval("let x = later(); x").waiting();
        if round % 2 == 0 {
            assert!(host.engine.cancel(waiting.execution));
        } else {
            assert_eq!(host.complete(waiting, 1_i64).done().as_int(), Ok(1));
        }
    }
    assert_eq!(
        stacks.stack_count(),
        1,
        "one script at a time needs one stack"
    );

    let waiting: Vec<_> = (0..10_000)
        .map(|_| host.eval("later()").waiting())
        .collect();
    assert_eq!(host.engine.execution_count(), 10_000);
    assert!(!SHARES_STACKS || stacks.stack_count() < 5);
    let mut number = 0;
    for script in waiting {
        number += 1;
        if number % 2 == 0 {
            assert!(host.engine.cancel(script.execution));
        } else {
            assert_eq!(host.complete(script, number).done().as_int(), Ok(number));
        }
    }
    assert!(stacks.stack_count() < 5);
    assert_eq!(host.int("1 + 1"), 2);
}

#[test]
fn scripts_that_alternate_copy_nothing() {
    let mut host = FakeHost::new();
    host.register_later();
    let stacks = host.shared().stacks.clone();
    let script = "let s = 0; for i in 0..100 { s += later(); } s";
    let mut one = host.eval(script).waiting();
    let mut other = host.eval(script).waiting();
    for _ in 0..99 {
        one = host.complete(one, 1_i64).waiting();
        assert_eq!(host.int("1 + 1"), 2);
        other = host.complete(other, 1_i64).waiting();
    }
    assert_eq!(host.complete(one, 1_i64).done().as_int(), Ok(100));
    assert_eq!(host.complete(other, 1_i64).done().as_int(), Ok(100));
    // With 32 bits there is only one stack.
    if !cfg!(any(feature = "poison", target_pointer_width = "32")) {
        assert_eq!(stacks.spill_count(), 0);
    }
}

#[test]
fn a_script_that_ends_with_an_error_gives_its_stack_back() {
    let mut host = FakeHost::new();
    for script in ["nope()", "let", "throw 1", "fn f() { f() } f()"] {
        for _ in 0..10 {
            host.error(script);
        }
    }
    assert_eq!(host.shared().stacks.stack_count(), 1);
}
