//! Errors of Rhai: what is inside of them, and whether they are limits.

use rhai::{EvalAltResult, LexError, ParseErrorType};

use crate::limits::limit::Limit;

type E = EvalAltResult;

/// The error inside of the calls and modules that it passed through.
pub fn innermost(error: &E) -> &E {
    match error {
        E::ErrorInFunctionCall(_, _, inner, _) | E::ErrorInModule(_, inner, _) => innermost(inner),
        innermost => innermost,
    }
}

/// Takes an error out of the calls and modules that it passed through.
pub fn into_innermost(error: Box<E>) -> Box<E> {
    let mut error = error;
    loop {
        match *error {
            E::ErrorInFunctionCall(_, _, inner, _) | E::ErrorInModule(_, inner, _) => error = inner,
            innermost => return innermost.into(),
        }
    }
}

/// Whether an error is a limit that was broken, which no script may catch.
pub fn is_limit(error: &E) -> bool {
    matches!(error, E::ErrorTerminated(..)) || broken_limit(error).is_some()
}

/// The limit of the configuration that was broken, if that is what an error of Rhai is.
pub fn broken_limit(error: &E) -> Option<Limit> {
    use ParseErrorType as P;
    Some(match error {
        E::ErrorTooManyOperations(_) => Limit::Operations,
        E::ErrorTooManyVariables(_) => Limit::Variables,
        E::ErrorTooManyModules(_) => Limit::Modules,
        E::ErrorStackOverflow(_) => Limit::StackDepth,
        E::ErrorParsing(kind, _) => match kind {
            P::ExprTooDeep => Limit::ExpressionDepth,
            P::TooManyFunctions => Limit::Functions,
            // Literals of other kinds are looked at in `compile`.
            P::BadInput(LexError::StringTooLong(_)) | P::LiteralTooLarge(..) => Limit::StringLength,
            _ => return None,
        },
        _ => return None,
    })
}
