//! Requests and results, written where Dart reads them.

use rhai::Dynamic;
use runtime::border::exporter::Exporter;
use runtime::data::conversion_error::ConversionError;

use crate::mailbox::{KeptBytes, Mailbox};
use crate::wire::buffers::{encoding_room, Output};
use crate::wire::encode::{encode, export, within, Functions};
use crate::wire::format::{encode_scalar, Slot, Tag};

/// Writes the request to call `function` into the frame. Dart must read it before
/// `arguments` change.
///
/// # Errors
///
/// An argument cannot cross; the error's path starts at `args[n]`.
#[inline]
pub fn write_call(
    mailbox: &Mailbox,
    function: u64,
    arguments: &[&mut Dynamic],
    exporter: Option<&Exporter>,
) -> Result<(), ConversionError> {
    let mut output = None;
    let mut functions = Functions::new();
    let room = encoding_room();
    // Bit n: argument n is in the output, whose address is not yet known: the
    // buffer moves while it grows.
    let mut in_output = 0_u32;
    for (index, argument) in arguments.iter().enumerate() {
        let below = |error: ConversionError| error.below(&format!("args[{index}]"));
        let slot = match encode_scalar(argument) {
            Some(slot) => Some(slot),
            None => refer(argument).map_err(below)?,
        };
        let slot = match slot {
            Some(slot) => slot,
            None => {
                let output = output.get_or_insert_with(|| Output::take(&mailbox.output));
                in_output |= 1 << index;
                encode_into(argument, output, room, exporter.map(|_| &mut functions))
                    .map_err(below)?
            }
        };
        mailbox.with_frame(|frame| frame.slots[index] = slot);
    }
    if let (Some(output), Some(exporter)) = (&mut output, exporter) {
        export(functions, output, exporter);
    }
    mailbox.with_frame(|frame| {
        frame.function = function;
        frame.argument_count = arguments.len() as u64;
        if let Some(output) = output {
            for (index, slot) in frame.slots[..arguments.len()].iter_mut().enumerate() {
                if in_output & (1 << index) != 0 {
                    slot.payload += output.as_ptr() as u64;
                }
            }
        }
    });
    Ok(())
}

/// Writes a script's result into slot 0. Strings and blobs are not copied.
///
/// # Errors
///
/// The result cannot cross; the error's path starts at `result`.
#[inline]
pub fn write_result(
    mailbox: &Mailbox,
    value: Dynamic,
    exporter: Option<&Exporter>,
) -> Result<(), ConversionError> {
    let slot = match encode_scalar(&value) {
        Some(slot) => slot,
        None => hold(mailbox, value, exporter).map_err(|error| error.below("result"))?,
    };
    mailbox.with_frame(|frame| frame.slots[0] = slot);
    Ok(())
}

fn hold(
    mailbox: &Mailbox,
    value: Dynamic,
    exporter: Option<&Exporter>,
) -> Result<Slot, ConversionError> {
    let value = value.flatten();
    let (slot, kept) = if value.is_string() {
        let string = value.into_immutable_string().unwrap_or_default();
        within(memory::sizes().of_string(string.len()))?;
        (
            refer_to(Tag::String, string.as_bytes()),
            KeptBytes::String(string),
        )
    } else if value.is_blob() {
        let blob = value.into_blob().unwrap_or_default();
        within(memory::sizes().of_blob(blob.len()))?;
        (refer_to(Tag::Blob, &blob), KeptBytes::Blob(blob))
    } else {
        let mut output = Output::take(&mailbox.output);
        let mut functions = Functions::new();
        let room = encoding_room();
        let slot = encode_into(&value, &mut output, room, exporter.map(|_| &mut functions))?;
        if let Some(exporter) = exporter {
            export(functions, &mut output, exporter);
        }
        let payload = output.as_ptr() as u64;
        (Slot { payload, ..slot }, KeptBytes::Nothing)
    };
    mailbox.keep(kept);
    Ok(slot)
}

/// A slot for a string or a blob that stays where it is until Dart has read it.
fn refer(value: &Dynamic) -> Result<Option<Slot>, ConversionError> {
    if let Ok(string) = value.as_immutable_string_ref() {
        within(memory::sizes().of_string(string.len()))?;
        Ok(Some(refer_to(Tag::String, string.as_bytes())))
    } else if let Ok(blob) = value.as_blob_ref() {
        within(memory::sizes().of_blob(blob.len()))?;
        Ok(Some(refer_to(Tag::Blob, &blob)))
    } else {
        Ok(None)
    }
}

fn refer_to(tag: Tag, bytes: &[u8]) -> Slot {
    Slot::new(tag, bytes.len(), bytes.as_ptr() as u64)
}

/// Appends a value to `output`; the slot's payload is its offset there.
fn encode_into(
    value: &Dynamic,
    output: &mut Vec<u8>,
    room: usize,
    functions: Option<&mut Functions>,
) -> Result<Slot, ConversionError> {
    let start = output.len();
    encode(value, output, room, functions)?;
    Ok(Slot::new(Tag::Array, output.len() - start, start as u64))
}
