//! The memory that one execution may use.

use std::cell::Cell;

use crate::countdown::Countdown;
use crate::sizes::{Excess, Sizes};

/// Bytes by which an execution may pass twice its budget before it is abandoned.
pub const SLACK: usize = 16 * 1024 * 1024;

/// Bytes of memory from which on an execution is large.
pub const LARGE: usize = 8 * 1024 * 1024;

/// Bytes by which memory may grow before the peak is looked at, unless a part of the peak is
/// more.
const STEP: i64 = 4096;

/// The part of the peak.
const PART: i64 = 8;

/// The memory of one execution.
///
/// Its bytes are numbers of 64 bits everywhere: one more block than there may be must not
/// make a sum of 32 bits negative.
#[derive(Debug)]
pub struct Budget {
    /// Bytes allocated and not freed, while the execution does not run.
    used: Cell<i64>,
    /// The most that there were, within an eighth or 4 KiB.
    peak: Cell<i64>,
    /// Bytes at which the peak is looked at again.
    watermark: Cell<i64>,
    limit: i64,
    hard_limit: i64,
    /// The limit that was broken first: the memory, or the size of a value.
    exceeded: Cell<Option<Excess>>,
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

    /// Leaves the running fiber, which is never resumed.
    ///
    /// # Safety
    ///
    /// The budget that this was given to is charged.
    pub(crate) unsafe fn leave(self) {
        // SAFETY: the contract of `new`.
        unsafe { (self.leave)(self.fiber) };
    }
}

impl Budget {
    /// Makes the budget of an execution that may use `limit` bytes at once, `usize::MAX`
    /// for no limit, and values of these sizes, and first looks at its limits after
    /// `operations`.
    pub fn new(limit: usize, sizes: Sizes, operations: u64) -> Self {
        let limit = match limit {
            usize::MAX => i64::MAX,
            limit => i64::try_from(limit).unwrap_or(i64::MAX),
        };
        Budget {
            used: Cell::new(0),
            peak: Cell::new(0),
            watermark: Cell::new(STEP),
            limit,
            hard_limit: limit.saturating_mul(2).saturating_add(SLACK as i64),
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
            i64::MAX => usize::MAX,
            limit => limit as usize,
        }
    }

    /// The limit that was exceeded at any time: the budget, or the size of a value.
    #[inline]
    pub fn exceeded(&self) -> Option<Excess> {
        self.exceeded.get()
    }

    /// Bytes in use, while the execution does not run.
    pub fn used(&self) -> usize {
        usize::try_from(self.used.get()).unwrap_or(0)
    }

    /// Bytes allocated less those freed: some may be freed that others allocated.
    pub(crate) fn balance(&self) -> i64 {
        self.used.get()
    }

    pub(crate) fn set_balance(&self, bytes: i64) {
        self.used.set(bytes);
    }

    /// The sizes that values may have.
    pub(crate) fn sizes(&self) -> Sizes {
        self.sizes
    }

    /// How to leave the fiber, once it has started.
    pub(crate) fn abandon(&self) -> Option<Abandon> {
        self.abandon.get()
    }

    /// The most bytes that were in use: exact if that exceeded the budget, else less by up to an
    /// eighth or 4 KiB.
    pub fn peak(&self) -> usize {
        usize::try_from(self.peak.get()).unwrap_or(0)
    }

    /// Says how the fiber is left, now that it runs.
    #[inline]
    pub fn set_abandon(&self, abandon: Abandon) {
        self.abandon.set(Some(abandon));
    }

    /// Forgets how the fiber is left: another one, which has not started, runs next.
    pub fn forget_abandon(&self) {
        self.abandon.set(None);
    }

    /// Counts bytes that the execution takes outside of its own allocations, while it does
    /// not run. If they are too many, it ends at its next operation.
    pub fn hold(&self, bytes: usize) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let used = self.used.get().saturating_add(bytes);
        self.used.set(used);
        if used > self.threshold() {
            self.passed(used);
        }
    }

    /// Counts bytes no more that were [held](Self::hold).
    pub fn release(&self, bytes: usize) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.used.set(self.used.get().saturating_sub(bytes));
    }

    /// Bytes in use at which [`passed`](Self::passed) is to be called.
    pub(crate) fn threshold(&self) -> i64 {
        self.limit.min(self.watermark.get())
    }

    /// Called when there are more bytes in use than the threshold. Returns whether they
    /// are far too many.
    pub(crate) fn passed(&self, used: i64) -> bool {
        self.peak.set(self.peak.get().max(used));
        if used > self.limit {
            self.exceed(Excess::Memory);
        } else {
            self.watermark
                .set(used.saturating_add(STEP.max(used / PART)));
        }
        used > self.hard_limit
    }

    /// Ends the script at its next operation.
    pub(crate) fn exceed(&self, excess: Excess) {
        if self.exceeded.get().is_none() {
            self.exceeded.set(Some(excess));
        }
        self.countdown.expire();
    }
}
