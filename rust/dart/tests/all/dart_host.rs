//! Dart's side of the boundary, played by tests.

use std::slice;
use std::sync::Arc;

use rhai::{Array, Dynamic};
use rhai_dart::ffi;
use rhai_dart::host::DartEngine;
use rhai_dart::mailbox::Mailbox;
use rhai_dart::parcel::Parcel;
use rhai_dart::wire::decode::decode_slot;
use rhai_dart::wire::format::{self, Slot, Tag};
use rhai_dart::wire::protocol::header;
use runtime::analysis::report::Report;
use runtime::border::exporter::{into_pointer, Exporter};
use runtime::context::shared::Shared;
use runtime::data::conversion_error::ConversionError;
use runtime::errors::script_error::ScriptError;
use runtime::execution::pending_futures::PendingFutures;
use runtime::host::Host;
use runtime::objects::host_object::{HostObject, HostReference};
use test_host::{Driver, Failure, TestHost};

/// A mailbox with Dart's side of it.
/// A fake host that exchanges values as Dart does.
pub type DartHost = Driver<DartSide>;

/// A mailbox with Dart's side of it.
#[derive(Default)]
pub struct DartSide(pub Mailbox);

impl Host for DartSide {
    type Completion = Parcel;

    fn pending_futures() -> &'static PendingFutures<Parcel> {
        Mailbox::pending_futures()
    }

    fn send_call(
        &self,
        function: u64,
        arguments: &[&mut Dynamic],
        exporter: Option<&Exporter>,
    ) -> Result<(), ConversionError> {
        self.0.send_call(function, arguments, exporter)
    }

    fn send_value(&self, value: Dynamic, exporter: &Exporter) -> Result<(), ConversionError> {
        self.0.send_value(value, exporter)
    }

    fn send_error(&self, error: ScriptError, exporter: Option<&Exporter>) {
        self.0.send_error(error, exporter);
    }

    fn describe(report: Report) -> Dynamic {
        Mailbox::describe(report)
    }

    fn has_scalar_reply(&self) -> bool {
        self.0.has_scalar_reply()
    }

    fn take_reply(&self, shared: &Shared) -> Result<Dynamic, ConversionError> {
        self.0.take_reply(shared)
    }

    fn open(&self, shared: &Shared, parcel: Parcel) -> Result<Dynamic, ConversionError> {
        self.0.open(shared, parcel)
    }
}

impl TestHost for DartSide {
    fn take_call(&self, shared: &Shared) -> (u64, Vec<Dynamic>) {
        let (function, count, slots) = self.0.with_frame(|frame| {
            let count = frame.argument_count as usize;
            (frame.function, count, frame.slots)
        });
        let arguments = slots[..count].iter();
        let arguments = arguments.map(|slot| read(*slot, &self.0, shared));
        (function, arguments.collect())
    }

    fn take_value(&self, shared: &Shared) -> Dynamic {
        read(self.0.with_frame(|frame| frame.slots[0]), &self.0, shared)
    }

    fn take_failure(&self, shared: &Shared) -> Failure {
        read_failure(&self.0, shared)
    }

    fn put_reply(&self, _: &Shared, value: &Dynamic) {
        write_value(&self.0, value);
    }

    fn completion(value: &Dynamic) -> Parcel {
        let mailbox = Mailbox::default();
        write_value(&mailbox, value);
        Parcel::new(&mailbox, &Arc::default()).expect("an encoded value")
    }
}

fn describe_call(call: Array) -> String {
    let texts: Vec<String> = call.iter().map(Dynamic::to_string).collect();
    format!("{} {}:{}", texts[0], texts[2], texts[3])
}

/// Reads a value that was just written to the frame.
fn read(slot: Slot, mailbox: &Mailbox, shared: &Shared) -> Dynamic {
    if !slot.has_bytes() {
        return decode_slot(slot, &[], mailbox, shared).expect("a scalar");
    }
    // SAFETY: every caller reads right after a call into the engine, which keeps
    // the bytes until the next one.
    let bytes = unsafe { slice::from_raw_parts(slot.payload as *const u8, slot.byte_len()) };
    if slot.tag() != Some(Tag::Array) {
        return decode_slot(Slot { payload: 0, ..slot }, bytes, mailbox, shared).expect("a value");
    }
    let id = || u64::from_ne_bytes(bytes[1..9].try_into().expect("8 bytes"));
    if bytes[0] == Tag::Object as u8 {
        return Dynamic::from(HostObject::new(HostReference::new(id(), &Arc::default())));
    }
    if bytes[0] == Tag::Function as u8 {
        // A function by itself, which the host keeps as long as the engine lives.
        let function = shared
            .functions
            .get(id())
            .expect("a function of the host's");
        return into_pointer(function, shared);
    }
    // On the way from the host, a header comes first.
    let bytes = [&[0; header::LENGTH], bytes].concat();
    decode_slot(
        Slot::new(Tag::Array, bytes.len(), 0),
        &bytes,
        mailbox,
        shared,
    )
    .expect("an encoded value")
}

/// The slot for a value, and the bytes it refers to.
pub fn encode(value: &Dynamic) -> (Slot, Vec<u8>) {
    if let Some(slot) = format::encode_scalar(value) {
        return (slot, Vec::new());
    }
    let (tag, bytes) = if let Ok(text) = value.as_immutable_string_ref() {
        (Tag::String, text.as_bytes().to_vec())
    } else if let Ok(blob) = value.as_blob_ref() {
        (Tag::Blob, blob.to_vec())
    } else if let Some(object) = value.read_lock::<HostObject>() {
        // To a script, each is a new one.
        let header = [object.id().to_ne_bytes(), 1_u64.to_ne_bytes()];
        (
            Tag::Array,
            [&header.concat()[..], &[Tag::Object as u8]].concat(),
        )
    } else {
        let mut bytes = vec![0; header::LENGTH];
        rhai_dart::wire::encode::encode(value, &mut bytes, usize::MAX, None)
            .expect("a value that can cross");
        (Tag::Array, bytes)
    };
    (Slot::new(tag, bytes.len(), 0), bytes)
}

/// Writes a value where a host writes its replies.
pub fn write_value(mailbox: &Mailbox, value: &Dynamic) {
    let (slot, bytes) = encode(value);
    write_input(mailbox, &bytes);
    mailbox.with_frame(|frame| frame.slots[0] = slot);
}

/// Writes bytes to the start of the input.
pub fn write_input(mailbox: &Mailbox, bytes: &[u8]) {
    mailbox.reserve_input(bytes.len());
    let (address, capacity) = mailbox.with_frame(|frame| (frame.input, frame.input_capacity));
    assert!(capacity >= bytes.len() as u64);
    // SAFETY: the frame names a buffer of `capacity` bytes, and nothing runs
    // that uses it.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), address as *mut u8, bytes.len()) };
}

/// Reads the error that was just written to the frame.
fn read_failure(mailbox: &Mailbox, shared: &Shared) -> Failure {
    let fields = read(mailbox.with_frame(|frame| frame.slots[0]), mailbox, shared)
        .into_array()
        .expect("an array");
    let [kind, message, line, column, calls, host_error, thrown, number, value, text] =
        <[Dynamic; 10]>::try_from(fields).expect("ten fields");
    Failure {
        kind: kind.as_int().expect("a number"),
        message: message.into_string().expect("a text"),
        line: line.as_int().expect("a number"),
        column: column.as_int().expect("a number"),
        calls: calls
            .into_typed_array::<Array>()
            .expect("arrays")
            .into_iter()
            .map(describe_call)
            .collect(),
        host_error: host_error.as_int().expect("a number"),
        thrown,
        number: number.as_int().expect("a number"),
        value: value.as_int().expect("a number"),
        text: text.into_string().expect("a text"),
    }
}
/// Makes an engine through the C interface, with the first of its limits.
pub fn new_engine(operations: u64, stack_depth: u64) -> *mut DartEngine {
    let mut limits = [0; ffi::LIMITS];
    limits[..2].copy_from_slice(&[operations, stack_depth]);
    // SAFETY: it is passed with its length.
    unsafe { ffi::rhai_engine_new(limits.as_ptr(), limits.len() as u64, 0) }
}
