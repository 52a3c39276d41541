//! Counts what each thread allocates, and charges the budget of the execution that runs
//! on it.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr;

use crate::block::taken;
use crate::budget::Budget;
use crate::sizes::{Excess, Sizes};

/// Requests of more bytes than this are tried with the system before they are granted.
const TRIED: usize = 1 << 30;

/// Says that a script would need more memory than it may have, or than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuchMemory;

/// Counts the bytes that are allocated on a thread.
pub(crate) struct Meter {
    /// Bytes allocated and not freed, since [`charge`] was called.
    pub(crate) used: Cell<i64>,
    /// How many there may be before the budget is looked at.
    pub(crate) threshold: Cell<i64>,
    /// Bytes of the largest block that a string may have.
    pub(crate) largest_string: Cell<usize>,
    /// Whose memory it is; null if it is nobody's.
    pub(crate) budget: Cell<*const Budget>,
    /// Whether the fiber must not be left.
    pub(crate) is_held: Cell<bool>,
    /// Whether values may have any size.
    pub(crate) is_of_any_size: Cell<bool>,
    /// Allocations in all.
    pub(crate) allocations: Cell<u64>,
    /// The most bytes that were in use when a threshold was passed.
    pub(crate) peak: Cell<i64>,
}

impl Meter {
    /// Counts nothing yet, for nobody.
    const fn new() -> Self {
        Meter {
            used: Cell::new(0),
            threshold: Cell::new(i64::MAX),
            largest_string: Cell::new(usize::MAX),
            budget: Cell::new(ptr::null()),
            is_held: Cell::new(false),
            is_of_any_size: Cell::new(false),
            allocations: Cell::new(0),
            peak: Cell::new(0),
        }
    }
}

#[cfg(not(target_os = "android"))]
thread_local! {
    pub(crate) static METER: Meter = const { Meter::new() };
}

#[cfg(target_os = "android")]
pub(crate) static METER: crate::per_thread::PerThread<Meter> =
    crate::per_thread::PerThread::new(Meter::new);

/// Charges a budget for what the thread allocates, until it is dropped.
#[must_use]
pub struct Charged<'a> {
    budget: &'a Budget,
    /// It belongs to the thread.
    _thread: PhantomData<*const ()>,
}

/// Charges `budget` for what this thread allocates from now on.
#[inline]
pub fn charge(budget: &Budget) -> Charged<'_> {
    METER.with(|meter| {
        meter.used.set(budget.balance());
        meter.threshold.set(budget.threshold());
        meter
            .largest_string
            .set(budget.sizes().largest_string_block());
        meter.budget.set(budget);
    });
    Charged {
        budget,
        _thread: PhantomData,
    }
}

impl Drop for Charged<'_> {
    #[inline]
    fn drop(&mut self) {
        METER.with(|meter| {
            self.budget.set_balance(meter.used.replace(0));
            meter.threshold.set(i64::MAX);
            meter.largest_string.set(usize::MAX);
            meter.budget.set(ptr::null());
            // An abandoned fiber cannot set these back.
            meter.is_held.set(false);
            meter.is_of_any_size.set(false);
        });
    }
}

/// Runs `f` when it is dropped: also when what is in between panics.
struct Finally<F: FnMut()>(F);

impl<F: FnMut()> Drop for Finally<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Runs `f`, whose memory is the host's: it is not counted, and the fiber is not left.
pub fn uncounted<R>(f: impl FnOnce() -> R) -> R {
    let (used, threshold, budget) = METER.with(|meter| {
        let threshold = meter.threshold.replace(i64::MAX);
        let budget = meter.budget.replace(ptr::null());
        (meter.used.get(), threshold, budget)
    });
    let _finally = Finally(|| {
        METER.with(|meter| {
            meter.used.set(used);
            meter.threshold.set(threshold);
            meter.budget.set(budget);
        });
    });
    f()
}

/// Runs `f`, which borrows what others need, or must not be left half-way: its memory is
/// counted, but the fiber is not left.
pub fn held<R>(f: impl FnOnce() -> R) -> R {
    let before = METER.with(|meter| meter.is_held.replace(true));
    let _finally = Finally(|| METER.with(|meter| meter.is_held.set(before)));
    f()
}

/// Runs `f`, which reads or writes what is no value of the script: an error, or a list of
/// arguments. It may have any size.
pub fn of_any_size<R>(f: impl FnOnce() -> R) -> R {
    let before = METER.with(|meter| meter.is_of_any_size.replace(true));
    let _finally = Finally(|| METER.with(|meter| meter.is_of_any_size.set(before)));
    f()
}

/// Bytes that the running execution may still allocate; `usize::MAX` if nothing limits
/// them.
#[inline]
pub fn room() -> usize {
    let used = METER.with(|meter| meter.used.get());
    with_budget(|budget| match budget.limit() {
        usize::MAX => usize::MAX,
        limit => usize::try_from((limit as i64).saturating_sub(used)).unwrap_or(0),
    })
    .unwrap_or(usize::MAX)
}

/// Asks for `bytes` more for the running execution. If it may not have them, it is ended
/// at its next operation.
///
/// # Errors
///
/// It may not, or the system has no block of that size.
#[inline]
pub fn ask(bytes: usize) -> Result<(), TooMuchMemory> {
    match fits(bytes) {
        true => Ok(()),
        false => Err(refusal()),
    }
}

/// Whether the running execution may allocate `bytes` more: if not, and it can do with
/// less, nothing comes of it.
#[inline]
pub fn fits(bytes: usize) -> bool {
    bytes <= room() && (bytes < TRIED || is_there(bytes))
}

/// Says that the running execution needs more memory than it may have: its next operation
/// ends it, whatever is done with the error.
#[cold]
pub fn refusal() -> TooMuchMemory {
    exceed(Excess::Memory);
    TooMuchMemory
}

/// Says that the running execution passes a limit: its next operation ends it.
#[cold]
pub fn exceed(excess: Excess) {
    with_budget(|budget| budget.exceed(excess));
}

/// The sizes that values of the running execution may have.
#[inline]
pub fn sizes() -> Sizes {
    match METER.with(|meter| meter.is_of_any_size.get()) {
        true => Sizes::NONE,
        false => with_budget(Budget::sizes).unwrap_or(Sizes::NONE),
    }
}

/// Runs `f` with the budget of the execution that runs on this thread, if one does.
fn with_budget<R>(f: impl FnOnce(&Budget) -> R) -> Option<R> {
    let budget = METER.with(|meter| meter.budget.get());
    // SAFETY: null, or what `charge` was given, which outlives its guard.
    unsafe { budget.as_ref() }.map(f)
}

/// Whether the system has a block of this size.
#[cold]
fn is_there(bytes: usize) -> bool {
    uncounted(|| Vec::<u8>::new().try_reserve_exact(bytes).is_ok())
}

/// Counts a block of `size` bytes that was allocated elsewhere, and that the execution
/// which runs on this thread will free. Where none does, it does nothing.
///
/// # Errors
///
/// It is more than the execution may have; it is counted all the same.
pub fn adopt(size: usize) -> Result<(), TooMuchMemory> {
    let is_allowed = ask(size).is_ok();
    METER.with(|meter| {
        if !meter.budget.get().is_null() {
            meter.used.set(meter.used.get().saturating_add(taken(size)));
        }
    });
    match is_allowed {
        true => Ok(()),
        false => Err(TooMuchMemory),
    }
}

/// The bytes in use by the execution that runs on this thread.
pub fn used() -> usize {
    METER.with(|meter| usize::try_from(meter.used.get()).unwrap_or(0))
}

/// Whether the execution that runs on this thread has exceeded its budget.
pub fn is_exceeded() -> bool {
    with_budget(Budget::exceeded).flatten().is_some()
}

/// The most bytes that an execution of this thread has used since [`forget_peak`]: see
/// [`Budget::peak`]. For tests.
pub fn peak() -> usize {
    METER.with(|meter| usize::try_from(meter.peak.get()).unwrap_or(0))
}

/// Starts [`peak`] anew.
pub fn forget_peak() {
    METER.with(|meter| meter.peak.set(0));
}

/// How many allocations this thread has made; for tests and measurements.
pub fn allocations() -> u64 {
    METER.with(|meter| meter.allocations.get())
}

/// Whether an execution runs on this thread whose budget is charged.
pub(crate) fn is_charged() -> bool {
    METER.with(|meter| !meter.budget.get().is_null())
}
