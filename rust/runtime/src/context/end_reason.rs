//! Reason why an execution is to end.

use std::cell::{Cell, RefCell};

use crate::errors::termination::Termination;

/// Why an execution ends at its next operation, if it does.
#[derive(Debug, Default)]
pub struct EndReason {
    cancelled: Cell<bool>,
    failure: RefCell<Option<Termination>>,
}

impl EndReason {
    /// Cancels the execution, for good.
    pub fn cancel(&self) {
        self.cancelled.set(true);
    }

    /// Exchanges whether it was cancelled.
    pub fn exchange_cancelled(&self, other: &Cell<bool>) {
        self.cancelled.swap(other);
    }

    /// Whether it was cancelled.
    #[inline]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.get()
    }

    /// Makes it end with a failure, in place of an earlier one.
    pub fn fail(&self, failure: Termination) {
        self.failure.replace(Some(failure));
    }

    /// The failure that it ends with. A script that was cancelled need not have one.
    #[inline]
    pub fn failure(&self) -> Option<Termination> {
        self.failure.borrow().clone()
    }

    /// The reason to end now: that it was cancelled goes before a failure.
    pub fn get(&self) -> Option<Termination> {
        match self.is_cancelled() {
            true => Some(Termination::Cancelled),
            false => self.failure(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::limit::Limit;

    #[test]
    fn the_last_failure_counts() {
        let reason = EndReason::default();
        assert!(reason.get().is_none());
        reason.fail(Termination::Limit(Limit::Memory));
        reason.fail(Termination::Limit(Limit::Modules));
        let failure = reason.get();
        assert!(matches!(failure, Some(Termination::Limit(Limit::Modules))));
    }

    #[test]
    fn what_was_cancelled_ends_so_whatever_failed() {
        let reason = EndReason::default();
        reason.cancel();
        assert!(reason.failure().is_none());
        reason.fail(Termination::Limit(Limit::Memory));
        assert!(matches!(reason.get(), Some(Termination::Cancelled)));
        assert!(reason.failure().is_some());
    }
}
