//! Floats keep their values while a fiber waits, and while its host does.
//!
//! Calling conventions let a function keep floats in registers across a call. So the
//! switch of stacks must keep those registers, too: `d8` to `d15` on ARM.

use std::hint::black_box;
use std::rc::Rc;

use fibers::{Fiber, Progress, StackLayout, StackPool, Suspender};

fn pool() -> Rc<StackPool> {
    StackPool::new(StackLayout {
        script: 256 * 1024,
        reserve: 256 * 1024,
    })
}

/// Computes with sixteen floats that all live across a call of `pause`, more than any
/// calling convention has registers for; returns their sum.
#[inline(always)]
fn sum_across(first: f64, mut pause: impl FnMut()) -> f64 {
    let mut floats = [0.0; 16];
    for (index, float) in floats.iter_mut().enumerate() {
        *float = black_box(first + index as f64);
    }
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = floats;
    pause();
    let sum = a + b * 2.0 + c * 3.0 + d * 4.0 + e * 5.0 + f * 6.0 + g * 7.0 + h * 8.0;
    sum + i * 9.0 + j * 10.0 + k * 11.0 + l * 12.0 + m * 13.0 + n * 14.0 + o * 15.0 + p * 16.0
}

/// The sum if every float has kept its value.
fn expected(first: f64) -> f64 {
    (0..16)
        .map(|index| (first + f64::from(index)) * f64::from(index + 1))
        .sum()
}

/// A fiber that suspends itself while it keeps floats in registers, as often as it is told.
fn adder(pool: &Rc<StackPool>, first: f64, rounds: u32) -> Fiber<(), (), f64> {
    let add = move |suspender: &Suspender<(), ()>, ()| {
        (0..rounds)
            .map(|round| sum_across(first + f64::from(round), || suspender.suspend(())))
            .sum()
    };
    // SAFETY: the function lends nothing of its stack to anybody.
    unsafe { Fiber::new(pool, add) }.expect("a stack")
}

fn expected_of_adder(first: f64, rounds: u32) -> f64 {
    (0..rounds)
        .map(|round| expected(first + f64::from(round)))
        .sum()
}

#[test]
fn a_fiber_keeps_its_floats_while_the_host_uses_the_registers() {
    let mut fiber = adder(&pool(), 1.0, 10);
    for round in 0..10 {
        assert!(matches!(fiber.resume(()), Ok(Progress::Suspended(()))));
        let first = f64::from(round) * 1000.0;
        assert_eq!(sum_across(first, || black_box(())), expected(first));
    }
    let Ok(Progress::Ended(sum)) = fiber.resume(()) else {
        panic!("it waits once more than it was told");
    };
    assert_eq!(sum, expected_of_adder(1.0, 10));
}

#[test]
fn a_host_keeps_its_floats_while_the_fiber_uses_the_registers() {
    let mut fiber = adder(&pool(), 1.0, 10);
    for round in 0..11 {
        let first = f64::from(round) * 1000.0;
        let sum = sum_across(first, || {
            fiber.resume(()).expect("a stack");
        });
        assert_eq!(sum, expected(first));
    }
}

#[test]
fn a_host_keeps_its_floats_while_a_fiber_is_dropped() {
    for first in [1.0, 1000.0] {
        let mut fiber = Some(adder(&pool(), first * 2.0, 10));
        fiber
            .as_mut()
            .map(|fiber| fiber.resume(()).expect("a stack"));
        let sum = sum_across(first, || drop(fiber.take()));
        assert_eq!(sum, expected(first));
    }
}

#[test]
fn fibers_that_take_turns_keep_their_floats() {
    let pool = pool();
    let mut fibers: Vec<_> = (0..8)
        .map(|index| adder(&pool, f64::from(index) * 100.0, 10))
        .collect();
    for _ in 0..10 {
        for fiber in &mut fibers {
            assert!(matches!(fiber.resume(()), Ok(Progress::Suspended(()))));
        }
    }
    for (index, fiber) in (0..).zip(&mut fibers) {
        let Ok(Progress::Ended(sum)) = fiber.resume(()) else {
            panic!("it waits once more than it was told");
        };
        assert_eq!(sum, expected_of_adder(f64::from(index) * 100.0, 10));
    }
}
