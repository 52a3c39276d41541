//! Reasons to end a script from outside.

use std::rc::Rc;

use fibers::OnFiber;
use rhai::{Dynamic, EvalAltResult, Position};

use crate::limits::limit::Limit;
use crate::limits::sizes::TooLarge;
use crate::limits::time::BrokenTime;

/// Why a script was ended from outside. It travels in Rhai's uncatchable
/// `ErrorTerminated`.
#[derive(Debug, Clone)]
pub enum Termination {
    /// It was cancelled.
    Cancelled,
    /// It broke a limit.
    Limit(Limit),
    /// It took too long, or a script for which it runs did.
    TimeLimit(BrokenTime),
    /// The function that it calls keeps more than [`Limit::Memory`].
    KeptTooMuch,
    /// The scope that it uses keeps more than [`Limit::Memory`].
    ScopeTooLarge,
    /// The values in the scope that it uses nest more levels than [`Limit::Nesting`].
    ScopeTooDeep,
    /// `print` or `debug` failed in the host with this error.
    HostError(Rc<OnFiber<Dynamic>>),
}

impl From<Termination> for Dynamic {
    fn from(termination: Termination) -> Self {
        Dynamic::from(termination)
    }
}

impl From<Termination> for Box<EvalAltResult> {
    fn from(termination: Termination) -> Self {
        EvalAltResult::ErrorTerminated(termination.into(), Position::NONE).into()
    }
}

impl From<TooLarge> for Box<EvalAltResult> {
    fn from(TooLarge(limit): TooLarge) -> Self {
        Termination::Limit(limit).into()
    }
}
