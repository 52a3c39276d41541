//! Sizes that one value of a script may have, as plain numbers.

/// A limit that the allocator, or a single value, can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// More memory than the budget.
    Memory,
    /// A string that is too long.
    StringLength,
    /// An array or a blob that is too long.
    ArraySize,
    /// An object map with too many entries.
    MapSize,
}

/// The limits of sizes of an engine; [`usize::MAX`] is none.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Bytes of a string.
    pub string: usize,
    /// Elements of an array, and bytes of a blob.
    pub array: usize,
    /// Entries of an object map.
    pub map: usize,
    /// Bytes of a string that its operators can handle within the memory.
    pub string_by_memory: usize,
    /// Bytes of a blob that its operators can handle within the memory.
    pub blob_by_memory: usize,
}

impl Sizes {
    /// No limits.
    pub const NONE: Sizes = Sizes {
        string: usize::MAX,
        array: usize::MAX,
        map: usize::MAX,
        string_by_memory: usize::MAX,
        blob_by_memory: usize::MAX,
    };

    /// Bytes that a string may have.
    pub fn longest_string(&self) -> usize {
        self.string.min(self.string_by_memory)
    }

    /// Bytes of a block that a string which is not too long never needs: its capacity is
    /// less than twice its length. Names in a script have such blocks too, but small ones.
    pub(crate) fn largest_string_block(&self) -> usize {
        const SMALL: usize = 4096;
        let largest = self.string.saturating_mul(2).max(SMALL);
        largest.min(self.string_by_memory)
    }

    /// The limit that a string breaks which has a larger block, of `size` bytes.
    pub(crate) fn limit_of_string_block(&self, size: usize) -> Excess {
        match size > self.string.saturating_mul(2) {
            true => Excess::StringLength,
            false => Excess::Memory,
        }
    }

    /// The limit that a string of `len` bytes breaks.
    pub fn of_string(&self, len: usize) -> Option<Excess> {
        broken(
            Excess::StringLength,
            len,
            self.string,
            self.string_by_memory,
        )
    }

    /// The limit that an array of `len` elements breaks.
    pub fn of_array(&self, len: usize) -> Option<Excess> {
        broken(Excess::ArraySize, len, self.array, usize::MAX)
    }

    /// The limit that a blob of `len` bytes breaks.
    pub fn of_blob(&self, len: usize) -> Option<Excess> {
        broken(Excess::ArraySize, len, self.array, self.blob_by_memory)
    }

    /// The limit that an object map of `len` entries breaks.
    pub fn of_map(&self, len: usize) -> Option<Excess> {
        broken(Excess::MapSize, len, self.map, usize::MAX)
    }
}

#[inline]
fn broken(limit: Excess, len: usize, max_len: usize, by_memory: usize) -> Option<Excess> {
    match len {
        len if len > max_len => Some(limit),
        len if len > by_memory => Some(Excess::Memory),
        _ => None,
    }
}
