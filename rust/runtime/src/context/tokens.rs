//! Progress of parsers, and that they were stopped.

use std::cell::Cell;

/// Tokens, or parts, between two checks while a script is parsed or analysed.
const BETWEEN_CHECKS: u64 = 64;

/// Tokens that an execution has parsed, and whether it must parse no more.
///
/// Once stopped, parsing stays so: the script that parses another must not go on.
#[derive(Debug, Default)]
pub struct Tokens {
    count: Cell<u64>,
    stopped: Cell<bool>,
}

impl Tokens {
    /// Counts one; returns whether it is time for a check.
    #[inline]
    pub fn count(&self) -> bool {
        let count = self.count.get() + 1;
        self.count.set(count);
        count % BETWEEN_CHECKS == 0
    }

    /// Stops parsing.
    pub fn stop(&self) {
        self.stopped.set(true);
    }

    /// Whether parsing was stopped.
    #[inline]
    pub fn are_stopped(&self) -> bool {
        self.stopped.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_due_now_and_then() {
        let tokens = Tokens::default();
        let checks = (0..3 * BETWEEN_CHECKS).filter(|_| tokens.count()).count();
        assert_eq!(checks, 3);
    }

    #[test]
    fn parsing_stays_stopped() {
        let tokens = Tokens::default();
        assert!(!tokens.are_stopped());
        tokens.stop();
        tokens.count();
        assert!(tokens.are_stopped());
    }
}
