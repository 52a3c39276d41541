//! Fibers for which there is no memory to make room.

#![cfg(all(
    target_os = "linux",
    not(any(feature = "poison", feature = "sanitizer"))
))]

use std::hint::black_box;
use std::io;
use std::rc::Rc;

use fibers::{stack_address, Fiber, Progress, StackLayout, StackPool, Suspender};

/// Bytes of stack that a deep fiber uses.
const DEEP: usize = 128 << 20;

type Deep = Fiber<u8, u8, usize>;

/// Recurses until it has used so much of the stack, and suspends itself there.
#[inline(never)]
fn descend(suspender: &Suspender<u8, u8>, end: usize) -> u8 {
    let local = black_box([1_u8; 4096]);
    let reply = match stack_address() > end {
        true => descend(suspender, end),
        false => suspender.suspend(1),
    };
    reply + black_box(&local)[0] - 1
}

/// A fiber that is suspended after it has used so much of its stack.
fn suspended(pool: &Rc<StackPool>, depth: usize, kept: &Rc<()>) -> io::Result<Deep> {
    let kept = kept.clone();
    let walk = move |suspender: &Suspender<u8, u8>, _| {
        let kept = kept;
        let reply = descend(suspender, stack_address() - depth);
        usize::from(reply) + Rc::strong_count(&kept)
    };
    // SAFETY: nothing refers to the stack of the function.
    let mut fiber = unsafe { Fiber::new(pool, walk) }?;
    assert!(matches!(fiber.resume(0)?, Progress::Suspended(1)));
    Ok(fiber)
}

/// Lets the process have so many bytes of address space.
fn limit_address_space(bytes: libc::rlim_t) {
    let limit = libc::rlimit {
        rlim_cur: bytes,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: it reads a limit that is there.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) }, 0);
}

/// No more address space than the process has, and a little.
fn limit_to_present() {
    let sizes = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: libc::rlim_t = sizes
        .split(' ')
        .next()
        .expect("pages")
        .parse()
        .expect("a number");
    limit_address_space(pages * 4096 + (16 << 20));
}

fn kind<T>(result: io::Result<T>) -> Option<io::ErrorKind> {
    result.err().map(|error| error.kind())
}

#[test]
fn without_memory_to_make_room_a_fiber_fails_and_the_others_stay() {
    let layout = StackLayout {
        script: 2 * DEEP,
        reserve: 0,
    };
    let pool = StackPool::with_stacks(layout, 1);
    let kept = Rc::new(());
    let mut spilled = suspended(&pool, 0, &kept).expect("a stack");
    let dropped = suspended(&pool, 0, &kept).expect("a stack");
    let mut deep = suspended(&pool, DEEP, &kept).expect("a stack");

    limit_to_present();
    let no_memory = Some(io::ErrorKind::OutOfMemory);
    assert_eq!(kind(suspended(&pool, 0, &kept)), no_memory, "a new one");
    assert_eq!(kind(pool.run(|| ())), no_memory);
    assert_eq!(kind(spilled.resume(5)), no_memory);
    drop(dropped);
    assert_eq!(Rc::strong_count(&kept), 4, "it was not unwound");
    let end = deep.resume(7).expect("its frames are there");
    assert!(matches!(end, Progress::Ended(11)));
    let end = spilled.resume(5).expect("there is room now");
    assert!(matches!(end, Progress::Ended(8)));
    limit_address_space(libc::RLIM_INFINITY);
}
