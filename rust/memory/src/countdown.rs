//! Counts operations down to the next look at an execution's limits.

use std::cell::Cell;

/// Operations until the limits are looked at. Counting down is all that an operation
/// costs; whatever must not wait makes it [`expire`](Self::expire).
#[derive(Debug)]
pub struct Countdown {
    /// Operations until then.
    left: Cell<u64>,
    /// Value of `left` after the last look.
    granted: Cell<u64>,
}

impl Countdown {
    /// Counts down from `operations`.
    pub fn new(operations: u64) -> Self {
        Countdown {
            left: Cell::new(operations),
            granted: Cell::new(operations),
        }
    }

    /// Counts one operation; returns whether the limits must be looked at.
    #[inline(always)]
    pub fn count(&self) -> bool {
        match self.left.get() {
            0 => true,
            left => {
                self.left.set(left - 1);
                false
            }
        }
    }

    /// Makes the next operation look.
    pub fn expire(&self) {
        self.granted.set(self.granted.get() - self.left.replace(0));
    }

    /// The operations that were counted since the last look.
    pub fn counted(&self) -> u64 {
        self.granted.get() - self.left.get()
    }

    /// Takes the operations that were counted since the last look: they count no more.
    pub fn take(&self) -> u64 {
        let counted = self.counted();
        self.granted.set(self.left.get());
        counted
    }

    /// Counts down from `operations`, the first of which is the one that is being made.
    pub fn restart(&self, operations: u64) {
        self.granted.set(operations);
        self.left.set(operations - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::Countdown;

    #[test]
    fn looks_after_as_many_operations_as_it_was_given() {
        let countdown = Countdown::new(2);
        assert_eq!(
            [false, false, true, true],
            [(); 4].map(|()| countdown.count())
        );
        assert_eq!(countdown.take(), 2);
        countdown.restart(3);
        assert_eq!([false, false, true], [(); 3].map(|()| countdown.count()));
        assert_eq!(countdown.counted(), 3);
    }

    #[test]
    fn counts_only_what_was_done_when_it_expires() {
        let countdown = Countdown::new(10);
        countdown.count();
        countdown.expire();
        countdown.expire();
        assert!(countdown.count());
        assert_eq!(countdown.take(), 1);
        assert_eq!(countdown.take(), 0);
    }
}
