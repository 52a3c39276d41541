//! Nothing below what a suspended fiber is said to use is needed, and little above it is
//! not.

#![cfg(unix)]

use std::hint::black_box;
use std::rc::Rc;

use fibers::{stack_address, Fiber, Progress, StackLayout, StackPool, Suspender};

const LAYOUT: StackLayout = StackLayout {
    script: 512 << 10,
    reserve: 512 << 10,
};

/// Byte that the stack below is painted with.
const PAINT: u8 = 0xa7;

/// Bytes that are.
const PAINTED: usize = 768 << 10;

/// The highest address of the stack of this pool, which has one.
fn base(pool: &StackPool) -> usize {
    let inside = pool.run(stack_address).expect("a stack");
    inside.next_multiple_of(page())
}

/// Bytes of a page.
fn page() -> usize {
    // SAFETY: `sysconf` has no preconditions.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) as usize }
}

/// Calls itself so often, with a frame of this size each, and suspends itself.
#[inline(never)]
fn descend<Value: Copy + 'static, const BYTES: usize>(
    suspender: &Suspender<Value, Value>,
    depth: usize,
    value: Value,
) -> Value {
    if depth == 0 {
        // Nothing was called here before.
        return suspender.suspend(value);
    }
    let bytes = black_box([depth as u8; BYTES]);
    let value = descend::<Value, BYTES>(suspender, depth - 1, value);
    assert_eq!(bytes, [depth as u8; BYTES]);
    value
}

/// Paints all that is below what a fiber uses, and lets it go on.
fn check<Value: Copy + PartialEq + 'static, const BYTES: usize>(depth: usize, value: Value) {
    let pool = StackPool::with_stacks(LAYOUT, 1);
    let base = base(&pool);
    // Nothing is left there of what ran before.
    // SAFETY: the part of the stack next to its base; nobody is on it.
    unsafe { std::ptr::write_bytes((base - PAINTED) as *mut u8, PAINT, PAINTED) };
    let walk = move |suspender: &Suspender<Value, Value>, value| {
        descend::<Value, BYTES>(suspender, depth, value)
    };
    // SAFETY: nothing refers to the stack of the function.
    let mut fiber = unsafe { Fiber::new(&pool, walk) }.expect("a stack");
    let progress = fiber.resume(value).expect("its frames");
    assert!(matches!(progress, Progress::Suspended(request) if request == value));
    if cfg!(feature = "poison") {
        // It was overwritten at once.
        assert!(matches!(fiber.resume(value), Ok(Progress::Ended(end)) if end == value));
        return;
    }

    let used = fiber.used_stack();
    let below = (base - used - (64 << 10)) as *mut u8;
    // SAFETY: a part of the stack that nobody uses.
    let written = unsafe { std::slice::from_raw_parts_mut(below, 64 << 10) };
    written.fill(!PAINT);
    // SAFETY: as above, and `MARGIN` is below what is needed.
    let margin = unsafe { std::slice::from_raw_parts((base - used) as *const u8, used) };
    let unwritten = margin.iter().take_while(|byte| **byte == PAINT).count();
    let most = match cfg!(debug_assertions) {
        true => 1024 + 8 * size_of::<Value>(),
        // The margin, and the frame whose address it is counted from.
        false => 256 + 64 + 4 * size_of::<Value>(),
    };
    assert!(depth > 0 || unwritten <= most, "{unwritten} of {used}");
    assert!(matches!(fiber.resume(value), Ok(Progress::Ended(end)) if end == value));
}

fn check_depths<Value: Copy + PartialEq + 'static>(value: Value) {
    for depth in 0..20 {
        check::<Value, 1>(depth, value);
        check::<Value, 100>(depth, value);
        check::<Value, 1000>(depth, value);
        check::<Value, 5000>(depth, value);
    }
}

#[test]
fn what_is_below_a_suspended_fiber_is_not_needed() {
    check_depths(());
    check_depths(1_u8);
    check_depths(2_u64);
    check_depths([3_u64; 4]);
    check_depths([4_u64; 32]);
}

/// Recurses until it has used so many bytes of the stack.
fn use_stack(bytes: usize) {
    recurse_to(stack_address() - bytes);
}

#[inline(never)]
fn recurse_to(end: usize) -> u8 {
    let local = black_box([1_u8; 256]);
    match stack_address() > end {
        true => recurse_to(end).wrapping_add(black_box(&local)[0]),
        false => 0,
    }
}

/// Bytes of the stack of this pool that take memory.
#[cfg(target_os = "linux")]
fn resident(pool: &StackPool) -> usize {
    let (page, size) = (page(), LAYOUT.script + LAYOUT.reserve);
    let mut pages = vec![0_u8; size / page];
    let low = base(pool) - size;
    // SAFETY: the pages are those of a mapped stack, and there is a byte for each.
    let result = unsafe { libc::mincore(low as *mut _, size, pages.as_mut_ptr().cast()) };
    assert_eq!(result, 0);
    pages.iter().filter(|page| **page & 1 != 0).count() * page
}

#[test]
#[cfg(target_os = "linux")]
fn what_was_used_deeply_goes_back_to_the_system() {
    let pool = StackPool::with_stacks(LAYOUT, 1);
    let deep = 512 << 10;
    for _ in 0..3 {
        pool.run(|| use_stack(deep)).expect("a stack");
        assert!(resident(&pool) < 128 << 10, "{}", resident(&pool));
    }

    // Also when a fiber that used it makes room for another.
    let start = |deep| {
        let walk = move |suspender: &Suspender<u8, u8>, _| {
            let local = black_box([deep as u8; 1000]);
            use_stack(deep);
            suspender.suspend(local[0])
        };
        // SAFETY: nothing refers to the stack of the function.
        let mut fiber = unsafe { Fiber::new(&pool, walk) }.expect("a stack");
        assert!(fiber.resume(0).is_ok());
        fiber
    };
    let waiting = [start(deep), start(0)];
    if !cfg!(feature = "poison") {
        assert!(resident_under(&pool, &waiting[1]) < 128 << 10);
    }
    drop(waiting);
}

/// As [`resident`], while a fiber has the stack.
#[cfg(target_os = "linux")]
fn resident_under(pool: &Rc<StackPool>, fiber: &Fiber<u8, u8, u8>) -> usize {
    assert!(fiber.used_stack() > 0);
    resident(pool)
}
