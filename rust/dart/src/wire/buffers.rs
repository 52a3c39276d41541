//! The buffers between Dart and an engine, and how long they are kept.

use std::cell::Cell;
use std::mem;
use std::ops::{Deref, DerefMut};

use crate::wire::protocol::bound;

/// Bytes that the input and output buffers always keep between calls.
pub const KEPT_BUFFER: usize = bound::KEPT_INPUT;

/// Bytes that they keep as long as they are used.
const MAX_KEPT_BUFFER: usize = 4 * 1024 * 1024;

/// Whether a buffer that is used for `len` bytes is too large to be kept.
pub fn is_too_large(capacity: usize, len: usize) -> bool {
    capacity > KEPT_BUFFER && (capacity > MAX_KEPT_BUFFER || capacity / 4 > len)
}

/// The output buffer, taken out of its home while it is written. A script that is abandoned
/// meanwhile takes it along, and there is another.
pub struct Output<'a> {
    bytes: Vec<u8>,
    home: &'a Cell<Vec<u8>>,
}

impl<'a> Output<'a> {
    /// Takes it, empty.
    pub fn take(home: &'a Cell<Vec<u8>>) -> Self {
        let mut bytes = home.take();
        let is_too_large = is_too_large(bytes.capacity(), bytes.len());
        bytes.clear();
        if is_too_large {
            memory::uncounted(|| bytes.shrink_to(KEPT_BUFFER));
        }
        Output { bytes, home }
    }
}

impl Deref for Output<'_> {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Output<'_> {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

impl Drop for Output<'_> {
    fn drop(&mut self) {
        // Its address stays the same.
        self.home.set(mem::take(&mut self.bytes));
    }
}

/// Bytes that a script may encode: as many as it may still allocate, but always enough
/// for the description of an error.
pub fn encoding_room() -> usize {
    const DESCRIPTION: usize = 1024 * 1024;
    memory::room().max(DESCRIPTION)
}
