//! What fibers do.

use std::cell::Cell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;

use fibers::{Fiber, Progress, StackLayout, StackPool, Suspender};

fn pool() -> Rc<StackPool> {
    StackPool::new(StackLayout {
        script: 256 << 10,
        reserve: 768 << 10,
    })
}

/// A fiber of a function that lends nothing of its stack to anybody.
fn fiber<Reply, Request, Outcome>(
    pool: &Rc<StackPool>,
    f: impl FnOnce(&Suspender<Reply, Request>, Reply) -> Outcome + 'static,
) -> Fiber<Reply, Request, Outcome> {
    // SAFETY: so do all functions here.
    unsafe { Fiber::new(pool, f) }.expect("a stack")
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
    let mut fiber = fiber(pool, move |suspender: &Suspender<i32, i32>, reply| {
        let note = note;
        let next = suspender.suspend(reply + 1);
        drop(note);
        next + 1
    });
    assert!(matches!(fiber.resume(1), Ok(Progress::Suspended(2))));
    assert!(!dropped.get());
    (fiber, dropped)
}

#[test]
fn a_fiber_goes_on_where_it_suspended_itself() {
    let (mut fiber, dropped) = suspended(&pool());
    assert!(matches!(fiber.resume(10), Ok(Progress::Ended(11))));
    assert!(dropped.get());
}

#[test]
fn fibers_run_in_any_order() {
    let pool = pool();
    let mut fibers: Vec<_> = (0..100).map(|_| suspended(&pool)).collect();
    for (i, (fiber, _)) in fibers.iter_mut().enumerate().rev() {
        let reply = i as i32;
        assert!(matches!(fiber.resume(reply), Ok(Progress::Ended(end)) if end == reply + 1));
    }
}

#[test]
fn dropping_a_suspended_fiber_drops_what_is_on_its_stack() {
    let pool = pool();
    let (fiber, dropped) = suspended(&pool);
    drop(fiber);
    assert!(dropped.get());
    drop(suspended(&pool));
    assert_eq!(pool.stack_count(), 1, "the stack is back");
}

#[test]
fn dropping_a_fiber_that_has_not_started_drops_what_it_would_run() {
    let dropped = Rc::new(Cell::new(false));
    let note = NoteDrop(dropped.clone());
    let fiber = fiber(&pool(), move |_: &Suspender<(), ()>, ()| {
        let _note = note;
    });
    drop(fiber);
    assert!(dropped.get());
}

#[test]
fn a_panic_leaves_the_fiber_and_reaches_whoever_resumed_it() {
    let pool = pool();
    let dropped = Rc::new(Cell::new(false));
    let note = NoteDrop(dropped.clone());
    let mut fiber = fiber(&pool, move |_: &Suspender<(), ()>, ()| {
        let _note = note;
        panic!("on the fiber");
    });
    let panic = catch_unwind(AssertUnwindSafe(|| fiber.resume(())));
    let panic = panic.expect_err("the panic");
    assert_eq!(panic.downcast_ref(), Some(&"on the fiber"));
    assert!(dropped.get());
    let mut next = suspended(&pool).0;
    assert!(matches!(next.resume(1), Ok(Progress::Ended(2))));
    assert_eq!(pool.stack_count(), 1, "the stack is used again");
    drop(fiber);
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
        assert!(matches!(fiber.resume(5), Ok(Progress::Ended(6))));
        assert!(dropped.get());
        drop(fiber);
    });
    thread.join().expect("no panic");
    assert_eq!(pool.stack_count(), 1);
}
