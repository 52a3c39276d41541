//! Thousands of fibers with stacks of all shapes, resumed and dropped in random order.

use std::hint::black_box;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;

use fibers::{Fiber, Progress, StackLayout, StackPool, Suspender};

/// A pseudo-random sequence (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

type Walk = Fiber<u64, u64, u64>;

/// What the fiber is suspended with where it goes on by panicking.
const PANICS: u64 = u64::MAX;

/// What a vector register needs.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Wide([f64; 8]);

/// Goes down some levels, suspends itself on the way down and up, and looks whether all
/// its locals are as it left them.
struct Walker {
    random: Random,
    /// Lives on the heap, counted on the stack.
    alive: Rc<()>,
}

impl Walker {
    fn level<const BYTES: usize>(
        &mut self,
        suspender: &Suspender<u64, u64>,
        depth: usize,
        reply: u64,
    ) -> u64 {
        let alive = self.alive.clone();
        let seed = self.random.next();
        let mut bytes = [0_u8; BYTES];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = (seed >> (i % 8 * 8)) as u8;
        }
        let pointer: *const u8 = black_box(&raw const bytes).cast();
        // In registers, if possible.
        let float = seed as f64;
        let halves = (float / 2.0, float / 4.0, float / 8.0, float / 16.0);
        let wide = black_box(Wide([float; 8]));

        let mut reply = suspender.suspend(reply + 1);
        if depth > 0 {
            reply = self.descend(suspender, depth - 1, reply);
            reply = suspender.suspend(reply + 1);
        } else if self.random.below(8) == 0 {
            reply = suspender.suspend(PANICS);
            panic!("with {reply}");
        }

        let whole = (
            halves.0 * 2.0,
            halves.1 * 4.0,
            halves.2 * 8.0,
            halves.3 * 16.0,
        );
        assert_eq!(whole, (float, float, float, float));
        assert_eq!(wide.0, [float; 8]);
        assert_eq!(&raw const wide as usize % 64, 0);
        assert_eq!(
            pointer,
            black_box(&raw const bytes).cast(),
            "its addresses stay"
        );
        for (i, byte) in bytes.iter().enumerate() {
            assert_eq!(*byte, (seed >> (i % 8 * 8)) as u8);
        }
        assert!(Rc::strong_count(&alive) > 2);
        reply
    }

    #[inline(never)]
    fn descend(&mut self, suspender: &Suspender<u64, u64>, depth: usize, reply: u64) -> u64 {
        match self.random.below(6) {
            0 => self.level::<0>(suspender, depth, reply),
            1 => self.level::<17>(suspender, depth, reply),
            2 => self.level::<128>(suspender, depth, reply),
            3 => self.level::<1000>(suspender, depth, reply),
            4 => self.level::<4100>(suspender, depth, reply),
            _ => self.level::<20_000>(suspender, depth, reply),
        }
    }
}

/// A fiber that was started.
fn start(pool: &Rc<StackPool>, random: &mut Random, alive: &Rc<()>) -> (Walk, u64) {
    let mut walker = Walker {
        random: Random(random.next()),
        alive: alive.clone(),
    };
    let depth = random.below(10);
    let walk = move |suspender: &Suspender<u64, u64>, reply| {
        let wide = black_box(Wide([reply as f64; 8]));
        let end = walker.descend(suspender, depth, reply);
        assert_eq!(wide.0[7], reply as f64);
        end
    };
    // SAFETY: what is on the stack of a walker refers to that alone, or to the heap.
    let mut fiber = unsafe { Fiber::new(pool, walk) }.expect("a stack");
    let number = random.next() >> 8;
    match fiber.resume(number).expect("its frames") {
        Progress::Suspended(request) => assert_eq!(request, number + 1),
        Progress::Ended(_) => panic!("it suspends itself first"),
    }
    (fiber, number + 1)
}

/// Resumes a fiber; whether it is still suspended.
fn go_on(fiber: &mut Walk, request: &mut u64, random: &mut Random) -> bool {
    let panics = *request == PANICS;
    let number = random.next() >> 8;
    let progress = catch_unwind(AssertUnwindSafe(|| fiber.resume(number)));
    let Ok(progress) = progress else {
        let panic = progress.expect_err("a panic");
        let text = panic.downcast_ref::<String>().expect("its message");
        assert!(panics, "{text}");
        assert_eq!(*text, format!("with {number}"));
        return false;
    };
    assert!(!panics, "it has panicked");
    match progress.expect("its frames") {
        Progress::Suspended(PANICS) => *request = PANICS,
        Progress::Suspended(next) => {
            assert_eq!(next, number + 1);
            *request = next;
        }
        Progress::Ended(outcome) => {
            assert_eq!(outcome, number);
            return false;
        }
    }
    true
}

/// Has `count` fibers at once on so many stacks, and runs them in random order.
fn run(stacks: usize, count: usize) {
    let random = &mut Random((stacks as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let pool = StackPool::with_stacks(
        StackLayout {
            script: 1 << 20,
            reserve: 1 << 20,
        },
        stacks,
    );
    let alive = Rc::new(());
    let mut waiting: Vec<_> = (0..count).map(|_| start(&pool, random, &alive)).collect();
    let mut started = count;
    while !waiting.is_empty() {
        let index = random.below(waiting.len());
        match random.below(50) {
            0 => drop(waiting.swap_remove(index)),
            1 => pool
                .run(|| black_box([0xff_u8; 30_000]))
                .map(drop)
                .expect("a stack"),
            2 if started < 2 * count => {
                waiting.push(start(&pool, random, &alive));
                started += 1;
            }
            _ => {
                let (fiber, request) = &mut waiting[index];
                if !go_on(fiber, request, random) {
                    drop(waiting.swap_remove(index));
                }
            }
        }
    }
    assert_eq!(Rc::strong_count(&alive), 1, "all destructors have run");
}

#[test]
fn fibers_of_all_shapes_go_on_where_they_were() {
    // The panics are expected.
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    let result = catch_unwind(|| (1..=4).for_each(|stacks| run(stacks, 2000)));
    drop(std::panic::take_hook());
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
}
