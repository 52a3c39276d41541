//! The host of scripts: whoever evaluates them, and has functions for them.

use rhai::{Array, Dynamic};

use crate::analysis::report::Report;
use crate::border::exporter::Exporter;
use crate::context::shared::Shared;
use crate::data::conversion_error::ConversionError;
use crate::errors::script_error::ScriptError;
use crate::execution::pending_futures::PendingFutures;

/// A host, and where values wait on their way to it and back.
///
/// A script suspends itself when it has sent a call or ended. The host then reads what was
/// sent, and writes its reply before it resumes the script. So one place for each, in the
/// host, serves any number of scripts.
pub trait Host: Sized + 'static {
    /// The content of a completed Future. It may come from another thread, and is opened by
    /// the script that waited.
    type Completion: Send + 'static;

    /// The Futures that scripts of the process wait for.
    fn pending_futures() -> &'static PendingFutures<Self::Completion>;

    /// Sends a call of the host's `function`. Functions of scripts among the arguments are
    /// given away by `exporter`.
    ///
    /// # Errors
    ///
    /// An argument cannot cross; the error's path starts at `args[n]`.
    fn send_call(
        &self,
        function: u64,
        arguments: &[&mut Dynamic],
        exporter: Option<&Exporter>,
    ) -> Result<(), ConversionError>;

    /// Sends the value that a script has ended with.
    ///
    /// # Errors
    ///
    /// The value cannot cross; the error's path starts at `result`.
    fn send_value(&self, value: Dynamic, exporter: &Exporter) -> Result<(), ConversionError>;

    /// Sends the error that a script has ended with.
    fn send_error(&self, error: ScriptError, exporter: Option<&Exporter>);

    /// Describes what an analysis has found, as a value that can be sent.
    fn describe(report: Report) -> Dynamic;

    /// Whether the reply is a value that holds no others and has no bytes elsewhere.
    fn has_scalar_reply(&self) -> bool;

    /// Takes the reply to a call.
    ///
    /// # Errors
    ///
    /// The reply is no value, or one that is too large.
    fn take_reply(&self, shared: &Shared) -> Result<Dynamic, ConversionError>;

    /// Takes the arguments of a function that the host calls. They are where replies are: an
    /// array, unless the host knows better.
    ///
    /// # Errors
    ///
    /// As [`take_reply`](Self::take_reply).
    fn take_arguments(&self, shared: &Shared) -> Result<Array, ConversionError> {
        let array = self.take_reply(shared)?.into_array();
        Ok(array.unwrap_or_default())
    }

    /// Takes the value of a Future that has completed.
    ///
    /// # Errors
    ///
    /// As [`take_reply`](Self::take_reply).
    fn open(
        &self,
        shared: &Shared,
        completion: Self::Completion,
    ) -> Result<Dynamic, ConversionError>;
}
