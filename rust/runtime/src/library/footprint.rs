//! Bytes that parts of values take in memory.

use std::mem::size_of;

use memory::block;

/// Bytes that one more entry of an object map may take: a full node is split into two.
pub const MAP_ENTRY: usize = 640;

/// Bytes of a string that are kept without a block of their own.
const MAX_INLINE: usize = 23;

/// Bytes that a string of scripts takes.
pub fn string_size(len: usize) -> usize {
    let shared = block(size_of::<usize>() * 2 + size_of::<rhai::Identifier>());
    match len <= MAX_INLINE {
        true => shared,
        false => shared + block(len.max(2 * MAX_INLINE)),
    }
}
