//! Words that an execution and its fiber exchange when one goes on and the other stops.

/// The answer that a suspended execution is resumed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Begin, go on, or look again whether the awaited Future has completed.
    Continue,
    /// The called function returned a value, which the host has.
    Value,
    /// The called function failed; the value that the host has describes the error.
    Error,
    /// The called function returned a Future.
    Pending,
    /// The Future has completed, or can never. Not from outside.
    Completed,
    /// End with the failure that the context has. Not from outside.
    Fail,
    /// End now, running destructors but no more script.
    Cancel,
}

/// The reason for which a fiber suspended itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// It calls a function, which the host knows by now.
    Call,
    /// It calls the function of the host that runs calls at the same time.
    CallAll,
    /// It has run for a while, and lets the event loop run.
    Yield,
    /// It needs memory that it cannot have, in the midst of whatever it does: it must
    /// not be resumed.
    Abandon,
}

/// The end of a run of an execution: it has ended, or wants something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It ended with a value, which the host has.
    Done,
    /// It wants a function called, which the host knows.
    Call,
    /// It waits for the Future with this id.
    Pending(u64),
    /// It ended with an error, which the host has.
    Failed,
    /// It has run for a while: continue it after the event loop had its turn.
    Yielded,
}

impl Step {
    /// Whether the execution has ended.
    pub fn is_end(self) -> bool {
        matches!(self, Step::Done | Step::Failed)
    }
}
