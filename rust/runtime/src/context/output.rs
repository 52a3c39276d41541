//! Text that an execution prints.

use std::cell::Cell;

/// Bytes that an execution has printed, and how many it may print.
#[derive(Debug)]
pub struct Output {
    printed: Cell<usize>,
    max: usize,
}

impl Output {
    /// Nothing printed so far, of `max` bytes.
    pub fn new(max: usize) -> Self {
        Output {
            printed: Cell::new(0),
            max,
        }
    }

    /// Counts bytes that are to be printed; returns whether they may be. What was refused
    /// counts too: nothing is printed after it.
    pub fn may_print(&self, bytes: usize) -> bool {
        self.printed.set(self.printed.get().saturating_add(bytes));
        self.printed.get() <= self.max
    }
}

#[cfg(test)]
mod tests {
    use super::Output;

    #[test]
    fn exactly_as_much_as_the_limit_may_be_printed() {
        let output = Output::new(10);
        assert!(output.may_print(4));
        assert!(output.may_print(6));
        assert!(!output.may_print(1));
    }

    #[test]
    fn nothing_is_printed_after_what_was_too_much() {
        let output = Output::new(10);
        assert!(!output.may_print(usize::MAX));
        assert!(!output.may_print(1));
    }
}
