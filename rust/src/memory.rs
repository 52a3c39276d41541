//! What memory a running script takes: a global allocator that counts it.
//!
//! An allocation that passes the limit is granted, and ends the script at its next
//! operation. So native functions that can make more than a few times what they were
//! given ask first.
//!
//! What a thread allocates is counted for the execution whose fiber runs on it. The
//! counter is the thread's; it is carried over from one resumption to the next by
//! [`metered`], as a fiber may go on on another thread.

use std::alloc::{set_alloc_error_hook, GlobalAlloc, Layout, System};
use std::any::Any;
use std::cell::Cell;
use std::panic::{self, resume_unwind};
use std::sync::Once;

/// What is allocated on a thread.
struct Meter {
    /// Bytes allocated and not freed, since `metered` was entered.
    used: Cell<isize>,
    /// How many there may be.
    limit: Cell<isize>,
    /// Whether a failure can be unwound.
    is_metered: Cell<bool>,
    /// Allocations in all.
    allocations: Cell<u64>,
    /// The most that was in use beyond a limit.
    peak: Cell<isize>,
}

thread_local! {
    static METER: Meter = const {
        Meter {
            used: Cell::new(0),
            limit: Cell::new(isize::MAX),
            is_metered: Cell::new(false),
            allocations: Cell::new(0),
            peak: Cell::new(0),
        }
    };
}

/// The panic of an execution that needs more memory than it may have, or than there
/// is.
#[derive(Debug)]
pub struct OutOfMemory;

/// Whether a panic says that there is not enough memory. The standard library has its
/// own for a collection that would be larger than any address.
pub fn is_out_of_memory(panic: &(dyn Any + Send)) -> bool {
    panic.is::<OutOfMemory>()
        || panic.downcast_ref::<&str>() == Some(&"capacity overflow")
        || panic
            .downcast_ref::<String>()
            .is_some_and(|text| text == "capacity overflow")
}

/// Runs `f` with `used` as the bytes in use so far, of which there may be `limit`.
/// `used` is then what there is after it.
///
/// In `f` an allocation that the system refuses panics with [`OutOfMemory`]. `f` must
/// catch the panic.
#[inline]
pub fn metered<R>(used: &Cell<isize>, limit: usize, f: impl FnOnce() -> R) -> R {
    METER.with(|meter| {
        meter.used.set(used.get());
        meter
            .limit
            .set(isize::try_from(limit).unwrap_or(isize::MAX));
        meter.is_metered.set(true);
    });
    let result = f();
    METER.with(|meter| {
        used.set(meter.used.replace(0));
        meter.limit.set(isize::MAX);
        meter.is_metered.set(false);
    });
    result
}

/// Bytes that one operation may take beside as much as the limit: an execution has no
/// more than the limit at an operation, and twice the limit and this much before the
/// next.
pub const SLACK: usize = 16 << 20;

/// The script would need more memory than it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuchMemory;

/// The bytes that the running execution may still allocate; `usize::MAX` without a limit
/// or off a fiber.
#[inline]
pub fn room() -> usize {
    METER.with(|meter| match meter.limit.get() {
        isize::MAX => usize::MAX,
        limit => usize::try_from(limit.saturating_sub(meter.used.get())).unwrap_or(0),
    })
}

/// Asks whether `bytes` more may be allocated. Nothing is set aside.
///
/// # Errors
///
/// They may not; or there is no limit, and the system does not have them.
#[inline]
pub fn ask(bytes: usize) -> Result<(), TooMuchMemory> {
    match room() {
        usize::MAX => ask_system(bytes),
        room if bytes <= room => Ok(()),
        _ => Err(TooMuchMemory),
    }
}

/// Requests that are tried with the system, where there is no limit.
const LARGE: usize = 1 << 30;

/// Finds out that the system does not have so much, before an allocation aborts.
#[cold]
fn ask_system(bytes: usize) -> Result<(), TooMuchMemory> {
    match bytes > LARGE {
        true => Vec::<u8>::new()
            .try_reserve_exact(bytes)
            .map_err(|_| TooMuchMemory),
        false => Ok(()),
    }
}

/// The most that executions on this thread had in use while it was beyond their limit,
/// since [`forget_peak`]; 0 if it never was. For tests.
pub fn peak() -> usize {
    METER.with(|meter| usize::try_from(meter.peak.get()).unwrap_or(0))
}

/// Starts [`peak`] anew.
pub fn forget_peak() {
    METER.with(|meter| meter.peak.set(0));
}

/// Counts a block of `size` bytes that was allocated elsewhere, and that the execution
/// which runs on this thread will free. Where none does, it does nothing.
pub fn adopt(size: usize) {
    let is_metered = METER.with(|meter| meter.is_metered.get());
    if is_metered {
        take(taken(size));
    }
}

/// Runs `f`, which frees what the execution did not allocate: it is not counted.
pub fn uncounted<R>(f: impl FnOnce() -> R) -> R {
    let used = METER.with(|meter| meter.used.get());
    let result = unlimited(f);
    METER.with(|meter| meter.used.set(used));
    result
}

/// Runs `f`, which lets go of something, with no limit: it must not fail half-way.
pub fn unlimited<R>(f: impl FnOnce() -> R) -> R {
    let limit = METER.with(|meter| meter.limit.replace(isize::MAX));
    let result = f();
    METER.with(|meter| meter.limit.set(limit));
    result
}

/// The bytes in use by the execution that runs on this thread.
pub fn used() -> usize {
    METER.with(|meter| usize::try_from(meter.used.get()).unwrap_or(0))
}

/// How many allocations this thread has made; for tests and measurements.
pub fn allocations() -> u64 {
    METER.with(|meter| meter.allocations.get())
}

/// Makes failed allocations in [`metered`] panic, and keeps all panics there from being
/// printed: their text becomes that of an error, and scripts must not flood the log. To
/// be called before it.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_alloc_error_hook(fail);
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !METER.with(|meter| meter.is_metered.get()) {
                print(info);
            }
        }));
    });
}

/// Called when memory was refused. Where it returns, the process is aborted.
fn fail(layout: Layout) {
    let is_metered = METER.with(|meter| {
        meter.limit.set(isize::MAX);
        meter.is_metered.get()
    });
    if is_metered && !std::thread::panicking() {
        // Not `panic!`, which would print it.
        resume_unwind(Box::new(OutOfMemory));
    }
    eprintln!("rhai_dart: no memory for {} bytes", layout.size());
}

/// What an allocation of `size` bytes takes: glibc's chunks have a header of 8 bytes,
/// and are multiples of 16 and at least 32.
#[inline(always)]
fn taken(size: usize) -> isize {
    // No layout has more than `isize::MAX` bytes.
    ((size + 8 + 15) & !15).max(32) as isize
}

/// Counts bytes that are about to be allocated.
#[inline(always)]
fn take(bytes: isize) {
    METER.with(|meter| {
        let used = meter.used.get().wrapping_add(bytes);
        meter.used.set(used);
        meter.allocations.set(meter.allocations.get() + 1);
        if used > meter.limit.get() {
            note_peak(meter);
        }
    })
}

#[cold]
fn note_peak(meter: &Meter) {
    meter.peak.set(meter.peak.get().max(meter.used.get()));
}

#[inline(always)]
fn give_back(bytes: isize) {
    METER.with(|meter| meter.used.set(meter.used.get().wrapping_sub(bytes)));
}

/// Allocates what takes `bytes`, or that much more; null if the system has no memory.
#[inline(always)]
fn counted(bytes: isize, allocate: impl FnOnce() -> *mut u8) -> *mut u8 {
    take(bytes);
    let pointer = allocate();
    if pointer.is_null() {
        give_back(bytes);
    }
    pointer
}

/// The system's allocator, metered.
struct Metered;

#[global_allocator]
static ALLOCATOR: Metered = Metered;

// Not inlined: it would make the stack frames of all that allocates larger.
//
// SAFETY: everything is passed on to the system's allocator as it came. Nothing in here
// allocates or panics: a meter has no destructor and no lazy initialisation.
unsafe impl GlobalAlloc for Metered {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract.
        counted(taken(layout.size()), || unsafe { System.alloc(layout) })
    }

    #[inline(never)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract.
        counted(taken(layout.size()), || unsafe {
            System.alloc_zeroed(layout)
        })
    }

    #[inline(never)]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        give_back(taken(layout.size()));
        // SAFETY: the caller's contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    #[inline(never)]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let more = taken(size) - taken(layout.size());
        // SAFETY: the caller's contract.
        counted(more, || unsafe { System.realloc(pointer, layout, size) })
    }
}
