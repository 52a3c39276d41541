//! A host that drives scripts in tests as Dart does, without Dart.

mod closure_host;
mod configs;
mod driver;
mod outcome;
mod test_host;
mod values;

pub use closure_host::{ClosureHost, Sent};
pub use configs::{patient, unlimited};
pub use driver::{describe_error, send, Driver, FakeHost};
pub use outcome::{Answer, Failure, Outcome, Waiting};
pub use test_host::TestHost;
pub use values::{map, Calls, XorShift};
