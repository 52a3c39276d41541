//! The part of a host that tests drive.

use rhai::Dynamic;
use runtime::context::shared::Shared;
use runtime::host::Host;

use crate::outcome::Failure;

/// A host whose side of each exchange a test can take.
pub trait TestHost: Host + Default {
    /// Takes the call that a script has sent: the function, and its arguments.
    fn take_call(&self, shared: &Shared) -> (u64, Vec<Dynamic>);

    /// Takes the value that a script has ended with.
    fn take_value(&self, shared: &Shared) -> Dynamic;

    /// Takes the error that a script has ended with.
    fn take_failure(&self, shared: &Shared) -> Failure;

    /// Puts a value where the engine takes replies, arguments and variables from.
    fn put_reply(&self, shared: &Shared, value: &Dynamic);

    /// Makes the content of a completed Future.
    fn completion(value: &Dynamic) -> Self::Completion;
}
