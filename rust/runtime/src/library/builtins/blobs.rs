//! Functions that make blobs longer, or something else of them.

use std::mem::size_of;
use std::ops::{Range, RangeInclusive};

use rhai::{Array, Blob, Dynamic, ImmutableString, Module, INT};

use super::parts::{bounds, length, span, span_inclusive, take_others};
use crate::library::native_function::{changing, pure, Failure};
use crate::library::text::{SizedText, Text};
use crate::limits::sizes::{self, TooLarge};
use memory::block;

/// Registers the functions with `module`.
pub fn register(module: &mut Module) {
    pure("blob").set_into_module(module, |len: INT| filled(len, 0));
    pure("blob").set_into_module(module, |len: INT, value: INT| filled(len, value));
    changing("pad").set_into_module(module, pad);
    pure("to_array").set_into_module(module, |blob: &mut Blob| -> Result<Array, Failure> {
        sizes::check_array(blob.len())?;
        sizes::ask(block(blob.len().saturating_mul(size_of::<Dynamic>())))?;
        Ok(blob.iter().map(|byte| INT::from(*byte).into()).collect())
    });
    pure("as_string").set_into_module(module, |blob: Blob| -> Result<ImmutableString, Failure> {
        Ok(decoded(&blob)?)
    });
    changing("retain").set_into_module(module, retain);
    changing("retain").set_into_module(module, |blob: &mut Blob, range: Range<INT>| {
        let (start, len) = span(&range);
        retain(blob, start, len)
    });
    changing("retain").set_into_module(module, |blob: &mut Blob, range: RangeInclusive<INT>| {
        let (start, len) = span_inclusive(&range);
        retain(blob, start, len)
    });
}

/// The text that a blob holds in UTF-8, with a sign for what is no UTF-8.
pub fn decoded(utf8: &[u8]) -> Result<ImmutableString, TooLarge> {
    if let Ok(valid) = std::str::from_utf8(utf8) {
        let mut text = SizedText::new(valid.len())?;
        text.push_str(valid);
        return Ok(text.finish());
    }
    let mut text = Text::default();
    for chunk in utf8.utf8_chunks() {
        text.push_str(chunk.valid())?;
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER)?;
        }
    }
    text.finish()
}

/// The low byte of a number.
pub fn low_byte(value: INT) -> u8 {
    value.to_le_bytes()[0]
}

fn filled(len: INT, value: INT) -> Result<Blob, Failure> {
    let len = length(len);
    sizes::check_blob(len)?;
    sizes::ask(len)?;
    Ok(vec![low_byte(value); len])
}

fn pad(blob: &mut Blob, len: INT, value: INT) -> Result<(), Failure> {
    let len = length(len);
    sizes::check_blob(len)?;
    if len > blob.len() {
        sizes::ask(len.saturating_sub(blob.capacity()))?;
        blob.reserve_exact(len - blob.len());
        blob.resize(len, low_byte(value));
    }
    Ok(())
}

/// Removes and returns the bytes outside of a part of a blob.
fn retain(blob: &mut Blob, start: INT, len: INT) -> Blob {
    if blob.is_empty() || len <= 0 {
        return Blob::new();
    }
    let (start, len) = bounds(blob.len(), start, len);
    match len {
        0 => std::mem::take(blob),
        _ => take_others(blob, start, len),
    }
}
