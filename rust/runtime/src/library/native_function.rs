//! Native functions as Rhai registers and calls them.

use rhai::{EvalAltResult, FuncRegistration};

/// The call of a native function.
pub type Context<'a> = rhai::NativeCallContext<'a>;

/// An error of Rhai.
pub type Failure = Box<EvalAltResult>;

/// Result of a native function.
pub type Outcome<T> = Result<T, Failure>;

/// A function in Rhai's namespace.
pub fn function(name: &str) -> FuncRegistration {
    FuncRegistration::new(name).in_global_namespace()
}

/// A function that changes its first argument, which cannot be a constant.
pub fn changing(name: &str) -> FuncRegistration {
    function(name).with_purity(false)
}

/// A function that can be called of a constant.
pub fn pure(name: &str) -> FuncRegistration {
    function(name).with_purity(true)
}
