//! The pool of fiber stacks.

use fibers::{StackLayout, StackPool, MAX_IDLE_STACKS};
use runtime::limits::config::Config;

use crate::fake_host::FakeHost;

#[test]
fn ten_thousand_scripts_leave_a_small_pool() {
    let mut host = FakeHost::new();
    host.register_later();
    let stacks = host.host().stacks.clone();
    for round in 0..10_000 {
        let waiting = host.eval("let x = later(); x").waiting();
        if round % 2 == 0 {
            assert!(host.engine.cancel(waiting.execution));
        } else {
            assert_eq!(host.complete(waiting, 1_i64).done().as_int(), Ok(1));
        }
    }
    assert_eq!(
        stacks.idle_count(),
        1,
        "one script at a time needs one stack"
    );

    let waiting: Vec<_> = (0..10_000)
        .map(|_| host.eval("later()").waiting())
        .collect();
    assert_eq!(stacks.idle_count(), 0);
    assert_eq!(host.engine.execution_count(), 10_000);
    for script in waiting {
        assert!(host.engine.cancel(script.execution));
    }
    assert_eq!(stacks.idle_count(), MAX_IDLE_STACKS);
    assert_eq!(host.int("1 + 1"), 2);
}

#[test]
fn a_script_that_ends_with_an_error_gives_its_stack_back() {
    let mut host = FakeHost::new();
    for script in [
        "nope()",
        "let",
        "throw 1",
        "fn f() { f() } f()",
        "timestamp()",
    ] {
        for _ in 0..10 {
            host.error(script);
        }
    }
    assert_eq!(host.host().stacks.idle_count(), 1);
}

#[test]
fn a_stack_that_cannot_be_mapped_is_an_error() {
    let pool = StackPool::new(StackLayout {
        script: usize::MAX / 8,
        reserve: usize::MAX / 8 * 3,
    });
    assert!(pool.take().is_err());
    assert!(pool.run(|| ()).is_err());
    let overflow = StackPool::new(StackLayout {
        script: usize::MAX / 2,
        reserve: usize::MAX / 2,
    });
    assert!(overflow.take().is_err());
}

#[test]
fn stacks_are_as_large_as_their_layout_says() {
    let layout = Config::default().stack_layout();
    let pool = StackPool::new(layout);
    let mut stacks: Vec<_> = (0..3).map(|_| pool.take().expect("a stack")).collect();
    for stack in &mut stacks {
        use corosensei::stack::Stack;
        let (base, limit) = (stack.base().get(), stack.limit().get());
        assert!(base - limit >= layout.script + layout.reserve);
    }
    for stack in stacks {
        pool.give_back(stack);
    }
    assert_eq!(pool.idle_count(), 3);
}
