//! Values of completed Futures, on their way to the script that waits.

use std::sync::Arc;

use rhai::{Dynamic, Identifier, ImmutableString};
use runtime::context::shared::Shared;
use runtime::data::conversion_error::ConversionError;
use runtime::objects::released_ids::ReleasedIds;

use crate::mailbox::Mailbox;
use crate::wire::decode::{decode_taken, outside, take_objects, too_large};
use crate::wire::encode::within;
use crate::wire::format::Slot;
use crate::wire::new_objects::NewObjects;

/// The value of a completed Future, still encoded: it may come from another thread than the
/// one that opens it.
#[derive(Debug)]
pub struct Parcel(Content);

#[derive(Debug)]
enum Content {
    /// A long text, which came in parts.
    Text(Identifier),
    /// Any other value.
    Encoded {
        /// The value; its payload is an offset into `bytes`.
        slot: Slot,
        /// The bytes that the slot refers to.
        bytes: Vec<u8>,
        /// Its new Dart objects, released if nobody opens it.
        objects: NewObjects,
    },
}

impl Parcel {
    /// Takes the value that Dart wrote.
    ///
    /// # Errors
    ///
    /// Its slot refers to bytes outside of the input.
    pub fn new(mailbox: &Mailbox, released: &Arc<ReleasedIds>) -> Result<Self, ConversionError> {
        let content = mailbox.with_input(|mut slot, input| {
            if slot.is_appended() {
                let text = mailbox.take_text(slot.byte_len()).ok_or_else(outside)?;
                return Ok(Content::Text(text));
            }
            let objects = take_objects(slot, input, released)?;
            let mut bytes = Vec::new();
            if slot.has_bytes() {
                bytes = slot.bytes(input).ok_or_else(outside)?.to_vec();
                slot.payload = 0;
            }
            Ok(Content::Encoded {
                slot,
                bytes,
                objects,
            })
        })?;
        Ok(Parcel(content))
    }

    /// Reads the value.
    ///
    /// # Errors
    ///
    /// The bytes that Dart wrote are not the encoding of a value.
    pub fn open(self, mailbox: &Mailbox, shared: &Shared) -> Result<Dynamic, ConversionError> {
        match self.0 {
            Content::Text(text) => {
                memory::adopt(text.capacity()).map_err(too_large)?;
                within(memory::sizes().of_string(text.len()))?;
                Ok(ImmutableString::from(text).into())
            }
            Content::Encoded {
                slot,
                bytes,
                objects,
            } => {
                memory::adopt(bytes.capacity()).map_err(too_large)?;
                decode_taken(slot, &bytes, mailbox, shared, objects)
            }
        }
    }
}
