//! Fibers by themselves.

use std::cell::Cell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;

use fibers::StackPool;
use fibers::{Fiber, Progress, Suspender};
use runtime::limits::config::Config;

fn pool() -> Rc<StackPool> {
    StackPool::new(Config::default().stack_layout())
}

/// Sets its cell when it is dropped.
struct NoteDrop(Rc<Cell<bool>>);

impl Drop for NoteDrop {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

/// A fiber that suspends itself once, with a value on its stack that notes when
/// it is dropped.
fn suspended(pool: &Rc<StackPool>) -> (Fiber<i32, i32, i32>, Rc<Cell<bool>>) {
    let dropped = Rc::new(Cell::new(false));
    let note = NoteDrop(dropped.clone());
    let mut fiber = Fiber::new(pool, move |suspender: &Suspender<i32, i32>, reply| {
        let note = note;
        let next = suspender.suspend(reply + 1);
        drop(note);
        next + 1
    })
    .expect("a stack");
    assert!(matches!(fiber.resume(1), Progress::Suspended(2)));
    assert!(!dropped.get());
    (fiber, dropped)
}

#[test]
fn a_fiber_goes_on_where_it_suspended_itself() {
    let (mut fiber, dropped) = suspended(&pool());
    assert!(matches!(fiber.resume(10), Progress::Ended(11)));
    assert!(dropped.get());
}

#[test]
fn fibers_run_in_any_order() {
    let pool = pool();
    let mut fibers: Vec<_> = (0..100).map(|_| suspended(&pool)).collect();
    for (i, (fiber, _)) in fibers.iter_mut().enumerate().rev() {
        let reply = i as i32;
        assert!(matches!(fiber.resume(reply), Progress::Ended(end) if end == reply + 1));
    }
}

#[test]
fn dropping_a_suspended_fiber_drops_what_is_on_its_stack() {
    let pool = pool();
    let (fiber, dropped) = suspended(&pool);
    drop(fiber);
    assert!(dropped.get());
    assert_eq!(pool.idle_count(), 1, "the stack is back");
}

#[test]
fn dropping_a_fiber_that_has_not_started_drops_what_it_would_run() {
    let dropped = Rc::new(Cell::new(false));
    let note = NoteDrop(dropped.clone());
    let fiber = Fiber::new(&pool(), move |_: &Suspender<(), ()>, ()| {
        let _note = note;
    });
    drop(fiber.expect("a stack"));
    assert!(dropped.get());
}

#[test]
fn a_panic_leaves_the_fiber_and_reaches_whoever_resumed_it() {
    let pool = pool();
    let dropped = Rc::new(Cell::new(false));
    let note = NoteDrop(dropped.clone());
    let mut fiber = Fiber::new(&pool, move |_: &Suspender<(), ()>, ()| {
        let _note = note;
        panic!("on the fiber");
    })
    .expect("a stack");
    let panic = catch_unwind(AssertUnwindSafe(|| fiber.resume(())));
    let panic = panic.expect_err("the panic");
    assert_eq!(panic.downcast_ref(), Some(&"on the fiber"));
    assert!(dropped.get());
    drop(fiber);
    assert_eq!(pool.idle_count(), 1, "the stack can be used again");
    assert!(matches!(suspended(&pool).0.resume(1), Progress::Ended(2)));
}

#[test]
fn a_fiber_may_continue_on_another_thread() {
    /// Moves a fiber to a thread that has exclusive access to it.
    struct Exclusive<T>(T);
    // SAFETY: the test waits for the thread, so that no two threads use the
    // fiber, its pool or its reference counts at once.
    unsafe impl<T> Send for Exclusive<T> {}
    impl<T> Exclusive<T> {
        fn into_inner(self) -> T {
            self.0
        }
    }

    let pool = pool();
    let moved = Exclusive(suspended(&pool));
    let thread = std::thread::spawn(move || {
        let (mut fiber, dropped) = moved.into_inner();
        assert!(matches!(fiber.resume(5), Progress::Ended(6)));
        assert!(dropped.get());
        drop(fiber);
    });
    thread.join().expect("no panic");
    assert_eq!(pool.idle_count(), 1);
}
