//! Limits of time, and which of them a script has broken.

use std::time::Duration;

/// The limits of time of an execution. `None` is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeLimits {
    /// The time it may run, without the time it waits.
    pub running: Option<Duration>,
    /// The time it may take in all, from its first wait on, or from its start if it may
    /// yield.
    pub total: Option<Duration>,
}

/// A limit of time that a script has broken: its own, or that of a script for which it
/// runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokenTime {
    /// It ran longer than this.
    Running(Duration),
    /// It took longer than this in all.
    Total(Duration),
}
