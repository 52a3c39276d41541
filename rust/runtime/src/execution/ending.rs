//! Real ends of scripts, whatever Rhai says that they ended with.

use rhai::{Dynamic, EvalAltResult};

use crate::context::context::ExecutionContext;
use crate::errors::rhai_error::into_innermost;
use crate::errors::termination::Termination;

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

/// The end of a script after all: also where Rhai returned a value it can be an error.
///
/// # Errors
///
/// The script failed, or broke a limit.
#[inline(never)]
pub fn checked(result: RhaiResult, context: &ExecutionContext) -> RhaiResult {
    if let Some(limit) = context.budget().exceeded() {
        // The error that it ended with knows the place.
        return match result {
            Err(error) if is_limit(&error) => Err(error),
            _ => Err(Termination::Limit(limit.into()).into()),
        };
    }
    let result = result.or_else(exit_value).map(Dynamic::flatten);
    // An `eval` or an `import` in the script was parsing.
    if let (Err(_), Some(termination)) = (&result, context.parsing_stopped()) {
        return Err(termination.into());
    }
    let value = result?;
    match context.failed_at_end() {
        Some(termination) => Err(termination.into()),
        None => Ok(value),
    }
}

/// Whether an error is a limit that a script was ended with from outside. (A call of `parallel`
/// is cancelled when another one is abandoned, for a limit that it cannot tell.)
fn is_limit(error: &EvalAltResult) -> bool {
    let EvalAltResult::ErrorTerminated(token, _) = error.unwrap_inner() else {
        return false;
    };
    let termination = token.read_lock::<Termination>();
    termination.is_some_and(|termination| !matches!(*termination, Termination::Cancelled))
}

/// The value of Rhai's `exit`, if that is what ended a script. Rhai finds it only
/// where no native function is in between.
///
/// # Errors
///
/// The script failed.
pub fn exit_value(error: Box<EvalAltResult>) -> RhaiResult {
    if !matches!(error.unwrap_inner(), EvalAltResult::Exit(..)) {
        return Err(error);
    }
    match *into_innermost(error) {
        EvalAltResult::Exit(value, _) => Ok(value),
        other => Err(other.into()),
    }
}
