//! Memory that an allocated block takes.

/// The bytes that a block of `size` bytes takes: glibc's chunks have a header of 8 bytes,
/// and are multiples of 16 and at least 32.
#[inline(always)]
pub(crate) fn taken(size: usize) -> isize {
    // No layout has more than `isize::MAX` bytes.
    ((size + 8 + 15) & !15).max(32) as isize
}

/// The bytes that a large block of `size` bytes takes; the most that there may be if they
/// are too many to count.
pub fn block(size: usize) -> usize {
    size.saturating_add(8 + 15) & !15
}
