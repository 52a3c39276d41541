//! Fibers that share stacks.

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::io;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;

use fibers::{Fiber, OnFiber, Progress, StackLayout, StackPool, Suspender, SHARES_STACKS};

const LAYOUT: StackLayout = StackLayout {
    script: 512 << 10,
    reserve: 512 << 10,
};

type Numbers = Fiber<u64, u64, u64>;

/// A fiber of a function that lends nothing of its stack to anybody.
fn fiber(
    pool: &Rc<StackPool>,
    f: impl FnOnce(&Suspender<u64, u64>, u64) -> u64 + 'static,
) -> Numbers {
    // SAFETY: so do all functions here.
    unsafe { Fiber::new(pool, f) }.expect("a stack")
}

/// A fiber that suspends itself `times` times with what it was given, one more each time.
fn counting(pool: &Rc<StackPool>, times: u64) -> Numbers {
    fiber(pool, move |suspender, mut number| {
        for _ in 0..times {
            number = suspender.suspend(number + 1);
        }
        number + 1
    })
}

/// Resumes a fiber that suspends itself then.
fn suspended(fiber: &mut Numbers, reply: u64) -> u64 {
    match fiber.resume(reply).expect("its frames") {
        Progress::Suspended(request) => request,
        Progress::Ended(_) => panic!("it has ended"),
    }
}

/// Resumes a fiber that ends then.
fn ended(fiber: &mut Numbers, reply: u64) -> u64 {
    match fiber.resume(reply).expect("its frames") {
        Progress::Suspended(_) => panic!("it has not ended"),
        Progress::Ended(outcome) => outcome,
    }
}

/// Copies that fibers made, which poisoning adds to.
fn spills(pool: &StackPool) -> Option<u64> {
    (SHARES_STACKS && !cfg!(feature = "poison")).then(|| pool.spill_count())
}

#[test]
fn fibers_that_are_alone_alternate_or_do_not_wait_copy_nothing() {
    let pool = StackPool::with_stacks(LAYOUT, 3);
    for _ in 0..10 {
        assert_eq!(ended(&mut counting(&pool, 0), 1), 2);
    }
    let (mut one, mut other) = (counting(&pool, 10), counting(&pool, 10));
    for n in 0..10 {
        assert_eq!(suspended(&mut one, n), n + 1);
        assert_eq!(suspended(&mut other, n), n + 1);
        // Something nested.
        assert_eq!(ended(&mut counting(&pool, 0), n), n + 1);
        pool.run(|| ()).expect("a stack");
    }
    assert!(matches!(spills(&pool), None | Some(0)));
}

#[test]
fn thousands_wait_on_a_few_stacks() {
    let pool = StackPool::new(LAYOUT);
    let mut waiting: Vec<_> = (0..5000).map(|_| counting(&pool, 1)).collect();
    for (n, fiber) in (0..).zip(&mut waiting) {
        assert_eq!(suspended(fiber, n), n + 1);
    }
    if SHARES_STACKS {
        assert!(pool.stack_count() <= 4, "{}", pool.stack_count());
        assert!(pool.spill_count() >= 4990);
    }
    for fiber in waiting.iter_mut().rev() {
        assert_eq!(ended(fiber, 7), 8);
    }
}

#[test]
fn a_pool_says_once_how_much_is_freed_when_nearly_all_copies_are_gone() {
    let pool = StackPool::with_stacks(LAYOUT, 1);
    let mut waiting: Vec<_> = (0..100).map(|_| counting(&pool, 2)).collect();
    // While they take turns nothing is gone for good.
    for _ in 0..2 {
        for fiber in &mut waiting {
            suspended(fiber, 1);
            assert_eq!(pool.take_freed(), 0);
        }
    }
    // Some end, some are dropped, some are abandoned.
    let mut rest = waiting.split_off(90);
    for (n, mut fiber) in waiting.into_iter().enumerate() {
        match n % 3 {
            0 => assert_eq!(ended(&mut fiber, 1), 2),
            1 => fiber.abandon(),
            _ => {}
        }
    }
    let freed = pool.take_freed();
    assert!(!SHARES_STACKS || freed > 0);
    assert_eq!(pool.take_freed(), 0, "said before");
    rest.iter_mut().for_each(Fiber::abandon);
    let last = pool.take_freed();
    assert!(!SHARES_STACKS || (1..freed).contains(&last));
}

#[test]
fn a_fiber_that_makes_room_is_the_one_that_is_suspended_for_longest() {
    let pool = StackPool::with_stacks(LAYOUT, 2);
    let mut first = counting(&pool, 3);
    suspended(&mut first, 0);
    let mut second = counting(&pool, 3);
    suspended(&mut second, 0);
    suspended(&mut first, 0);
    if spills(&pool).is_some() {
        let mut third = counting(&pool, 3);
        suspended(&mut third, 0);
        assert!(first.used_stack() > 0 && third.used_stack() > 0);
        assert_eq!(second.used_stack(), 0, "it is copied");
    }
}

#[test]
fn a_fiber_uses_about_as_much_as_its_frames() {
    let pool = StackPool::new(LAYOUT);
    let mut small = counting(&pool, 1);
    let mut large = fiber(&pool, |suspender, number| {
        let array = black_box([1_u8; 10_000]);
        suspender.suspend(number) + u64::from(black_box(&array)[9999])
    });
    suspended(&mut small, 0);
    suspended(&mut large, 0);
    if !cfg!(feature = "poison") {
        let (small, large) = (small.used_stack(), large.used_stack());
        println!("{small} and {large} bytes");
        let margin = if cfg!(debug_assertions) { 6144 } else { 1024 };
        assert!(small < margin, "{small}");
        assert!((10_000..10_000 + 2 * margin).contains(&large), "{large}");
    }
}

#[test]
fn a_fiber_that_has_not_started_keeps_its_function_while_others_run() {
    for stacks in 1..4 {
        let pool = StackPool::with_stacks(LAYOUT, stacks);
        let mut fresh: Vec<_> = (0..50)
            .map(|n| {
                let captured = [n; 100];
                fiber(&pool, move |_, reply| captured.iter().sum::<u64>() + reply)
            })
            .collect();
        let kept = Rc::new(());
        for _ in 0..50 {
            let kept = kept.clone();
            drop(fiber(&pool, move |_, _| Rc::strong_count(&kept) as u64));
        }
        assert_eq!(Rc::strong_count(&kept), 1, "dropped with its fiber");
        for (n, fiber) in (0..).zip(&mut fresh) {
            assert_eq!(ended(fiber, 7), n * 100 + 7);
        }
    }
}

#[test]
fn a_spilled_fiber_that_is_dropped_drops_what_is_on_its_stack() {
    let pool = StackPool::with_stacks(LAYOUT, 1);
    let kept = Rc::new(());
    let mut waiting: Vec<_> = (0..20)
        .map(|_| {
            let kept = kept.clone();
            let mut fiber = fiber(&pool, move |suspender, number| {
                let on_stack = kept;
                suspender.suspend(number) + Rc::strong_count(&on_stack) as u64
            });
            suspended(&mut fiber, 1);
            fiber
        })
        .collect();
    assert_eq!(Rc::strong_count(&kept), 21);
    drop(waiting.swap_remove(3));
    drop(waiting.split_off(10));
    assert_eq!(Rc::strong_count(&kept), 11);
    assert_eq!(ended(&mut waiting[0], 1), 1 + 11);
    drop(waiting);
    assert_eq!(Rc::strong_count(&kept), 1);
}

#[test]
fn an_abandoned_fiber_leaves_its_stack_to_others() {
    for is_spilled in [false, true] {
        let pool = StackPool::with_stacks(LAYOUT, 1);
        let mut waiting = counting(&pool, 1);
        suspended(&mut waiting, 1);
        let kept = Rc::new(());
        let mut abandoned = {
            let kept = kept.clone();
            fiber(&pool, move |suspender, number| {
                let on_stack = kept;
                suspender.suspend(number) + Rc::strong_count(&on_stack) as u64
            })
        };
        suspended(&mut abandoned, 1);
        let mut last = counting(&pool, 1);
        if is_spilled {
            suspended(&mut last, 1);
        }
        abandoned.abandon();
        abandoned.abandon();
        assert_eq!(Rc::strong_count(&kept), 2, "nothing of it is dropped");
        drop(abandoned);
        assert_eq!(Rc::strong_count(&kept), 2);
        assert_eq!(ended(&mut waiting, 5), 6);
        if !is_spilled {
            suspended(&mut last, 1);
        }
        assert_eq!(ended(&mut last, 6), 7);
        assert!(!SHARES_STACKS || pool.stack_count() == 1);
    }
}

#[test]
fn a_panic_is_propagated_from_a_fiber_that_was_spilled() {
    let pool = StackPool::with_stacks(LAYOUT, 1);
    let mut panicking = fiber(&pool, |suspender, number| {
        let next = suspender.suspend(number);
        panic!("number {next}");
    });
    suspended(&mut panicking, 1);
    let mut other = counting(&pool, 2);
    suspended(&mut other, 1);
    let panic = catch_unwind(AssertUnwindSafe(|| panicking.resume(3)));
    let panic = panic.expect_err("the panic");
    assert_eq!(
        panic.downcast_ref::<String>().map(String::as_str),
        Some("number 3")
    );
    assert_eq!(suspended(&mut other, 3), 4);
    assert_eq!(ended(&mut other, 4), 5);
}

#[test]
fn fibers_may_run_fibers_of_their_pool_on_other_stacks() {
    let pool = StackPool::with_stacks(LAYOUT, 1);
    let inner_pool = pool.clone();
    let mut outer = fiber(&pool, move |suspender, number| {
        let mut inner = counting(&inner_pool, 1);
        let first = suspended(&mut inner, number);
        let second = suspender.suspend(first);
        ended(&mut inner, second)
    });
    assert_eq!(suspended(&mut outer, 1), 2);
    assert_eq!(ended(&mut outer, 10), 11);
    assert!(!SHARES_STACKS || pool.stack_count() == 2, "one more");
}

#[test]
fn a_fiber_cannot_be_resumed_from_one_that_runs_on_its_stack() {
    if !SHARES_STACKS {
        return;
    }
    let pool = StackPool::with_stacks(LAYOUT, 1);
    let mut waiting = counting(&pool, 1);
    suspended(&mut waiting, 1);
    let waiting = Rc::new(RefCell::new(Some(waiting)));
    let inside = waiting.clone();
    let mut running = fiber(&pool, move |_, _| {
        let mut waiting = inside.borrow_mut();
        let error = waiting.as_mut().map(|fiber| fiber.resume(1)).expect("one");
        assert_eq!(error.expect_err("busy").kind(), io::ErrorKind::ResourceBusy);
        7
    });
    assert_eq!(ended(&mut running, 1), 7);
    let mut waiting = waiting.take().expect("the fiber");
    assert_eq!(ended(&mut waiting, 1), 2, "it stayed as it was");
}

#[test]
fn values_are_dropped_on_a_stack_while_all_have_an_occupant() {
    /// Notes where it is dropped.
    struct Noted(Rc<StackPool>, Rc<Cell<bool>>);
    impl Drop for Noted {
        fn drop(&mut self) {
            self.1.set(self.0.is_running());
        }
    }

    let pool = StackPool::with_stacks(LAYOUT, 2);
    let mut waiting: Vec<_> = (0..5).map(|_| counting(&pool, 1)).collect();
    for fiber in &mut waiting {
        suspended(fiber, 1);
    }
    let is_on_fiber = Rc::new(Cell::new(false));
    drop(OnFiber::new(
        Noted(pool.clone(), is_on_fiber.clone()),
        &pool,
    ));
    assert!(is_on_fiber.get());
    assert!(!pool.is_running());
    for fiber in &mut waiting {
        assert_eq!(ended(fiber, 1), 2);
    }
}

#[test]
fn a_panic_in_a_run_gives_the_stack_back() {
    let pool = StackPool::with_stacks(LAYOUT, 1);
    let panic = catch_unwind(AssertUnwindSafe(|| pool.run(|| panic!("on the stack"))));
    assert!(panic.is_err());
    assert!(!pool.is_running());
    assert_eq!(ended(&mut counting(&pool, 0), 1), 2);
    assert_eq!(pool.stack_count(), 1);
}

#[test]
fn a_stack_that_cannot_be_mapped_is_an_error() {
    let none = StackPool::new(StackLayout {
        script: usize::MAX / 8 * 3,
        reserve: usize::MAX / 8 * 4,
    });
    assert!(none.run(|| ()).is_err());
    // SAFETY: it suspends itself never.
    assert!(unsafe { Fiber::new(&none, |_: &Suspender<(), ()>, ()| ()) }.is_err());
    let overflow = StackPool::new(StackLayout {
        script: usize::MAX / 2 + 1,
        reserve: usize::MAX / 2 + 1,
    });
    assert!(overflow.run(|| ()).is_err());
}
