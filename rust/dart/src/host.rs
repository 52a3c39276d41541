//! Dart as the host of scripts.

use std::sync::LazyLock;

use rhai::{Array, Dynamic};
use runtime::analysis::report::Report;
use runtime::border::exporter::Exporter;
use runtime::context::shared::Shared;
use runtime::data::conversion_error::ConversionError;
use runtime::engine::ScriptEngine;
use runtime::errors::script_error::ScriptError;
use runtime::execution::pending_futures::PendingFutures;
use runtime::host::Host;

use crate::mailbox::Mailbox;
use crate::parcel::Parcel;
use crate::records;
use crate::wire::arguments::read_arguments;
use crate::wire::decode::decode_slot;
use crate::wire::write::{write_call, write_result};

/// An engine of the Dart side.
pub type DartEngine = ScriptEngine<Mailbox>;

/// Every Future that some script of the process waits for, by its id.
static PENDING_FUTURES: LazyLock<PendingFutures<Parcel>> = LazyLock::new(PendingFutures::default);

impl Host for Mailbox {
    type Completion = Parcel;

    fn pending_futures() -> &'static PendingFutures<Parcel> {
        &PENDING_FUTURES
    }

    #[inline]
    fn send_call(
        &self,
        function: u64,
        arguments: &[&mut Dynamic],
        exporter: Option<&Exporter>,
    ) -> Result<(), ConversionError> {
        write_call(self, function, arguments, exporter)
    }

    #[inline]
    fn send_value(&self, value: Dynamic, exporter: &Exporter) -> Result<(), ConversionError> {
        write_result(self, value, Some(exporter))
    }

    fn send_error(&self, error: ScriptError, exporter: Option<&Exporter>) {
        records::error::write(self, error, exporter);
    }

    fn describe(report: Report) -> Dynamic {
        records::analysis::describe(report)
    }

    fn has_scalar_reply(&self) -> bool {
        self.with_input(|slot, _| !slot.has_bytes())
    }

    #[inline]
    fn take_reply(&self, shared: &Shared) -> Result<Dynamic, ConversionError> {
        self.with_input(|slot, input| decode_slot(slot, input, self, shared))
    }

    #[inline]
    fn take_arguments(&self, shared: &Shared) -> Result<Array, ConversionError> {
        read_arguments(self, shared)
    }

    fn open(&self, shared: &Shared, parcel: Parcel) -> Result<Dynamic, ConversionError> {
        parcel.open(self, shared)
    }
}
