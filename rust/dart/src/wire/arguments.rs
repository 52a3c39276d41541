//! Arguments of functions of scripts, on their way from Dart.

use rhai::Array;
use runtime::context::shared::Shared;
use runtime::data::conversion_error::ConversionError;

use crate::mailbox::Mailbox;
use crate::wire::decode::decode_slot;
use crate::wire::protocol::slot;

/// The number of arguments that says that they are an array in slot 0.
const IN_ARRAY: u64 = slot::IN_ARRAY as u64;

/// Reads arguments: each is in a slot of its own, or all are an array in slot 0.
///
/// # Errors
///
/// As of [`decode_slot`].
// Apart, because what this needs of the stack is not needed while the function runs.
#[inline(never)]
pub fn read_arguments(mailbox: &Mailbox, shared: &Shared) -> Result<Array, ConversionError> {
    let read = |index: usize| {
        let slot = mailbox.with_frame(|frame| frame.slots.get(index).copied());
        let slot = slot.ok_or_else(|| ConversionError::malformed("too many arguments"))?;
        mailbox.with_input(|_, input| decode_slot(slot, input, mailbox, shared))
    };
    match mailbox.with_frame(|frame| frame.argument_count) {
        IN_ARRAY => Ok(read(0)?.into_array().unwrap_or_default()),
        count => {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            (0..count).map(read).collect()
        }
    }
}
