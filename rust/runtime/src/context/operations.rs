//! Operations of an execution, counted in batches.

use std::cell::Cell;

use crate::limits::config::Config;
use crate::limits::stack;

/// Operations until a script's limits are first checked, and between two checks of one
/// whose time does not matter. Otherwise
/// [`ExecutionTime`](crate::context::execution_time::ExecutionTime) says how many.
const FIRST_CHECK: u64 = 8;
/// Operations between two checks at the most.
pub const CHECK_INTERVAL: u64 = 256;

/// Operations that an execution has run, and how many it may run.
///
/// One by one they are counted by the [`Countdown`](memory::Countdown) of its budget; they
/// get here when that has run down. No batch leads beyond the limit.
#[derive(Debug)]
pub struct Operations {
    count: Cell<u64>,
    max: u64,
    between_measures: u64,
}

impl Operations {
    /// No operations so far, under the limits of `config`.
    pub fn new(config: &Config) -> Self {
        Operations {
            count: Cell::new(0),
            max: config.max_operations(),
            between_measures: stack::between_measures(config.made_levels()),
        }
    }

    /// The size of the first batch.
    pub fn first_batch(&self) -> u64 {
        self.max.min(FIRST_CHECK)
    }

    /// Adds a batch that was run.
    pub fn add(&self, operations: u64) {
        self.count.set(self.count.get() + operations);
    }

    /// The operations that were added so far.
    pub fn count(&self) -> u64 {
        self.count.get()
    }

    /// Whether the next operation is one too many.
    pub fn are_used_up(&self) -> bool {
        self.count.get() >= self.max
    }

    /// The size of the next batch: `wanted`, or what is left of the limit.
    pub fn next_batch(&self, wanted: u64) -> u64 {
        wanted.min(self.max - self.count.get())
    }

    /// Operations after which what functions keep is measured.
    pub fn between_measures(&self) -> u64 {
        self.between_measures
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::limit::Limit;

    fn limited(max: u64) -> Operations {
        Operations::new(&Config::default().with(Limit::Operations, max))
    }

    #[test]
    fn batches_end_at_the_limit() {
        let operations = limited(300);
        operations.add(operations.first_batch());
        assert_eq!(operations.count(), FIRST_CHECK);
        operations.add(operations.next_batch(CHECK_INTERVAL));
        assert!(!operations.are_used_up());
        assert_eq!(operations.next_batch(CHECK_INTERVAL), 300 - 256 - 8);
        operations.add(operations.next_batch(CHECK_INTERVAL));
        assert!(operations.are_used_up());
    }

    #[test]
    fn a_limit_may_be_smaller_than_the_first_batch() {
        assert_eq!(limited(3).first_batch(), 3);
    }

    #[test]
    fn without_a_limit_they_are_never_used_up() {
        let operations = limited(0);
        operations.add(1 << 50);
        assert!(!operations.are_used_up());
        assert_eq!(operations.next_batch(CHECK_INTERVAL), CHECK_INTERVAL);
    }
}
