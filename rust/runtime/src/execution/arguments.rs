//! Arguments of functions that the host calls.

use std::mem;

use rhai::{Array, Dynamic, EvalAltResult};

use crate::border::hosted::Hosted;
use crate::errors::exception::conversion_error;
use crate::execution::ending::exit_value;
use crate::host::Host;

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

/// Takes the arguments that the host has put where replies are.
///
/// # Errors
///
/// They are no values, or too large ones.
#[inline]
pub fn take<H: Host>(hosted: &Hosted<H>) -> Result<Array, Box<EvalAltResult>> {
    let args = hosted.host.take_arguments(&hosted.shared);
    args.map_err(conversion_error)
}

/// Passes arguments to `call`, of which the last one is the `this` of the function if it is
/// called `with_this`. Such a call results in an array of its result, and of what `this` was
/// before and is then.
///
/// # Errors
///
/// Those of `call`.
#[inline]
pub fn pass(
    args: &mut [Dynamic],
    with_this: bool,
    call: impl FnOnce(Option<&mut Dynamic>, &mut [Dynamic]) -> RhaiResult,
) -> RhaiResult {
    match args.split_last_mut() {
        Some((this, args)) if with_this => {
            let before = this.clone();
            let result = call(Some(this), args).or_else(exit_value)?;
            Ok(vec![result, before, mem::take(this)].into())
        }
        _ => call(None, args),
    }
}
