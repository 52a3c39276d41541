//! Counts the memory that a running script takes: a global allocator and the budgets
//! that it charges.
//!
//! What a thread allocates is charged to the [`Budget`] of the execution whose fiber
//! runs on it. A block that exceeds the budget is granted all the same, and the next
//! operation of the script ends it: the standard library does not allow a failed
//! allocation to unwind. Functions that could make much at once [`ask`] before.
//!
//! A script that passes twice its budget even so, or for which the system has no
//! memory, is *abandoned*: the allocator leaves the fiber for good, as if its thread
//! slept for ever. Nothing on it runs or is freed any more, which is sound just as
//! `mem::forget` is. So no lock, and no borrow that others need, may be held where a
//! fiber allocates, except in [`held`] and [`uncounted`].

#[cfg(feature = "allocator")]
mod allocator;
#[cfg(feature = "refusing")]
pub mod refusing;
mod trim;

use std::any::Any;
use std::cell::Cell;
use std::marker::PhantomData;
use std::panic;
use std::ptr;
use std::sync::Once;

use crate::countdown::Countdown;
use crate::limits::Limit;
use crate::sizes::Sizes;

pub use trim::{note_freed, note_freed_by_engine};

/// Bytes by which an execution may pass twice its budget before it is abandoned.
pub const SLACK: usize = 16 * 1024 * 1024;

/// Bytes of memory from which on an execution is large. Until then its peak is unknown.
pub const LARGE: usize = 8 * 1024 * 1024;

/// Requests of more bytes than this are tried with the system before they are granted.
const TRIED: usize = 1 << 30;

/// Says that a script would need more memory than it may have, or than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuchMemory;

/// The memory of one execution.
#[derive(Debug)]
pub struct Budget {
    /// Bytes allocated and not freed, while the execution does not run.
    used: Cell<isize>,
    /// The most that there were, within a factor of 2; 0 below [`LARGE`].
    peak: Cell<isize>,
    /// Bytes at which the peak is looked at again.
    watermark: Cell<isize>,
    limit: isize,
    hard_limit: isize,
    /// The limit that was broken first: the memory, or the size of a value.
    exceeded: Cell<Option<Limit>>,
    sizes: Sizes,
    countdown: Countdown,
    /// How to leave the fiber; null before it has started.
    abandon: Cell<Option<Abandon>>,
}

/// Leaves the running fiber for good.
#[derive(Debug, Clone, Copy)]
pub struct Abandon {
    leave: unsafe fn(*const ()),
    fiber: *const (),
}

impl Abandon {
    /// # Safety
    ///
    /// Whenever the budget that this is given to is charged, `leave(fiber)` must be
    /// allowed, and leave the fiber that runs.
    pub unsafe fn new(leave: unsafe fn(*const ()), fiber: *const ()) -> Self {
        Abandon { leave, fiber }
    }
}

impl Budget {
    /// Makes the budget of an execution that may use `limit` bytes at once, `usize::MAX`
    /// for no limit, and values of these sizes, and first looks at its limits after
    /// `operations`.
    pub fn new(limit: usize, sizes: Sizes, operations: u64) -> Self {
        let to_signed = |bytes: usize| isize::try_from(bytes).unwrap_or(isize::MAX);
        Budget {
            used: Cell::new(0),
            peak: Cell::new(0),
            watermark: Cell::new(LARGE as isize),
            limit: to_signed(limit),
            hard_limit: to_signed(limit.saturating_mul(2).saturating_add(SLACK)),
            exceeded: Cell::new(None),
            sizes,
            countdown: Countdown::new(operations),
            abandon: Cell::new(None),
        }
    }

    /// The operations until the execution looks at its limits: none are left when it
    /// exceeds its budget.
    #[inline(always)]
    pub fn countdown(&self) -> &Countdown {
        &self.countdown
    }

    /// Bytes that may be used at once, `usize::MAX` for no limit.
    pub fn limit(&self) -> usize {
        match self.limit {
            isize::MAX => usize::MAX,
            limit => limit as usize,
        }
    }

    /// What was exceeded at any time: the budget, or the size of a value.
    #[inline]
    pub fn exceeded(&self) -> Option<Limit> {
        self.exceeded.get()
    }

    /// Bytes in use, while the execution does not run.
    pub fn used(&self) -> usize {
        usize::try_from(self.used.get()).unwrap_or(0)
    }

    /// The most bytes that were in use: exact if that exceeded the budget, else within a
    /// factor of 2, and 0 below [`LARGE`].
    pub fn peak(&self) -> usize {
        usize::try_from(self.peak.get()).unwrap_or(0)
    }

    /// Says how the fiber is left, now that it runs.
    #[inline]
    pub fn set_abandon(&self, abandon: Abandon) {
        self.abandon.set(Some(abandon));
    }

    /// Bytes in use at which [`passed`](Self::passed) is to be called.
    fn threshold(&self) -> isize {
        self.limit.min(self.watermark.get())
    }

    /// Called when there are more bytes in use than the threshold. Returns whether they
    /// are far too many.
    #[cfg(feature = "allocator")]
    fn passed(&self, used: isize) -> bool {
        self.peak.set(self.peak.get().max(used));
        if used > self.limit {
            self.exceed(Limit::Memory);
        } else {
            self.watermark.set(used.saturating_mul(2));
        }
        used > self.hard_limit
    }

    /// Ends the script at its next operation.
    fn exceed(&self, limit: Limit) {
        if self.exceeded.get().is_none() {
            self.exceeded.set(Some(limit));
        }
        self.countdown.expire();
    }
}

/// What is allocated on a thread.
struct Meter {
    /// Bytes allocated and not freed, since [`charge`] was called.
    used: Cell<isize>,
    /// How many there may be before the budget is looked at.
    threshold: Cell<isize>,
    /// Bytes of the largest block that a string may have.
    largest_string: Cell<usize>,
    /// Whose memory it is; null if it is nobody's.
    budget: Cell<*const Budget>,
    /// Whether the fiber must not be left.
    is_held: Cell<bool>,
    /// Whether values may have any size.
    is_of_any_size: Cell<bool>,
    /// Allocations in all.
    allocations: Cell<u64>,
    /// The most bytes that were in use when a threshold was passed.
    peak: Cell<isize>,
}

thread_local! {
    static METER: Meter = const {
        Meter {
            used: Cell::new(0),
            threshold: Cell::new(isize::MAX),
            largest_string: Cell::new(usize::MAX),
            budget: Cell::new(ptr::null()),
            is_held: Cell::new(false),
            is_of_any_size: Cell::new(false),
            allocations: Cell::new(0),
            peak: Cell::new(0),
        }
    };
}

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
        meter.used.set(budget.used.get());
        meter.threshold.set(budget.threshold());
        meter
            .largest_string
            .set(budget.sizes.largest_string_block());
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
            self.budget.used.set(meter.used.replace(0));
            meter.threshold.set(isize::MAX);
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
        let threshold = meter.threshold.replace(isize::MAX);
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
    with_budget(|budget| match budget.limit {
        isize::MAX => usize::MAX,
        limit => usize::try_from(limit.saturating_sub(used)).unwrap_or(0),
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
    exceed(Limit::Memory);
    TooMuchMemory
}

/// Says that the running execution breaks `limit`: its next operation ends it.
#[cold]
pub fn exceed(limit: Limit) {
    with_budget(|budget| budget.exceed(limit));
}

/// The sizes that values of the running execution may have.
#[inline]
pub fn sizes() -> Sizes {
    match METER.with(|meter| meter.is_of_any_size.get()) {
        true => Sizes::NONE,
        false => with_budget(|budget| budget.sizes).unwrap_or(Sizes::NONE),
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

/// Keeps panics in a charged scope from being printed: their text becomes that of an
/// error, and scripts must not flood the log.
pub fn keep_panics_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if METER.with(|meter| meter.budget.get().is_null()) {
                print(info);
            }
        }));
    });
}

/// Whether a panic says that a collection would be larger than any address: the standard
/// library's own words for it.
pub fn is_capacity_overflow(panic: &(dyn Any + Send)) -> bool {
    const TEXT: &str = "capacity overflow";
    panic.downcast_ref::<&str>() == Some(&TEXT)
        || panic
            .downcast_ref::<String>()
            .is_some_and(|text| text == TEXT)
}

/// The bytes that a block of `size` bytes takes: glibc's chunks have a header of 8 bytes,
/// and are multiples of 16 and at least 32.
#[inline(always)]
fn taken(size: usize) -> isize {
    // No layout has more than `isize::MAX` bytes.
    ((size + 8 + 15) & !15).max(32) as isize
}
