//! How large one string, array, blob or object map may be.
//!
//! Nothing walks through a value to find out: whatever lets one grow looks at its length,
//! which takes the same time however long it is. The functions that do are in
//! [`builtins`](crate::builtins); values are looked at where they come from Dart or go
//! there. Rhai's own operators (`+=`, `m.k = v` …) ask nobody. What they make is noticed
//! when the variable is used next, if a script has operations enough to break a limit so
//! ([`Sizes::can_be_broken_by_operators`]); a long string when it is twice as long as it may
//! be, by the allocator; and everything at the latest when a function adds to it or when it
//! leaves the script. What all values of a script take together is bounded by its memory.

use rhai::{Dynamic, Engine, EvalAltResult, EvalContext};

use crate::config::{or_none, Config};
use crate::limits::Limit;
use crate::memory::{self, SLACK};

/// Says that a value would be too large: the script that runs ends at its next operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge(
    /// The limit that was broken.
    pub Limit,
);

impl From<memory::TooMuchMemory> for TooLarge {
    fn from(_: memory::TooMuchMemory) -> Self {
        TooLarge(Limit::Memory)
    }
}

/// The limits of sizes of an engine; [`usize::MAX`] is none.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Bytes of a string.
    string: usize,
    /// Elements of an array, and bytes of a blob.
    array: usize,
    /// Entries of an object map.
    map: usize,
    /// Bytes of a string, and of a blob, that their operators can handle within the memory.
    string_by_memory: usize,
    blob_by_memory: usize,
}

impl Sizes {
    /// The limits of a configuration.
    ///
    /// Operators that Rhai has built in ask for no memory. `a + (b + (c + d))`, or the error
    /// of a call of a function with such a name, take several times the longest string that
    /// there may be before the next operation looks at the memory; `b + 'x'` takes twice
    /// the blob. So the memory limits these, too; unless no size is limited, so that a
    /// single value may have all the memory.
    pub fn of(config: &Config) -> Self {
        let limits_sizes =
            config.max_string_len > 0 || config.max_array_len > 0 || config.max_map_len > 0;
        let part_of_memory = |part| match config.max_memory {
            0 => usize::MAX,
            _ if !limits_sizes => usize::MAX,
            memory => memory.saturating_add(SLACK) / part,
        };
        Sizes {
            string: or_none(config.max_string_len),
            array: or_none(config.max_array_len),
            map: or_none(config.max_map_len),
            string_by_memory: part_of_memory(8),
            blob_by_memory: part_of_memory(3),
        }
    }

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
    pub(crate) fn limit_of_string_block(&self, size: usize) -> Limit {
        match size > self.string.saturating_mul(2) {
            true => Limit::StringLength,
            false => Limit::Memory,
        }
    }

    /// Whether a script can break one of these by adding to a value with operators, one by
    /// one, before another limit ends it. (The allocator notices long strings.)
    fn can_be_broken_by_operators(&self, config: &Config) -> bool {
        const LONG: usize = 64 << 10;
        let operations = usize::try_from(config.max_operations).unwrap_or(usize::MAX);
        let memory = or_none(config.max_memory);
        let is_reached = |elements: usize, size: usize| {
            elements < or_none(operations) && elements.saturating_mul(size) < memory
        };
        self.string < LONG
            || is_reached(self.array, size_of::<Dynamic>())
            || is_reached(self.map, 2 * size_of::<Dynamic>())
    }

    /// The limit that a value breaks by itself, not by what is in it.
    fn of_value(&self, value: &Dynamic) -> Option<Limit> {
        // What is being changed elsewhere is none of these, and is looked at there.
        if value.is_string() {
            self.of_string(value.as_immutable_string_ref().ok()?.len())
        } else if value.is_array() {
            self.of_array(value.as_array_ref().ok()?.len())
        } else if value.is_map() {
            self.of_map(value.as_map_ref().ok()?.len())
        } else if value.is_blob() {
            self.of_blob(value.as_blob_ref().ok()?.len())
        } else {
            None
        }
    }

    /// The limit that a string of `len` bytes breaks.
    pub fn of_string(&self, len: usize) -> Option<Limit> {
        broken(Limit::StringLength, len, self.string, self.string_by_memory)
    }

    /// The limit that an array of `len` elements breaks.
    pub fn of_array(&self, len: usize) -> Option<Limit> {
        broken(Limit::ArraySize, len, self.array, usize::MAX)
    }

    /// The limit that a blob of `len` bytes breaks.
    pub fn of_blob(&self, len: usize) -> Option<Limit> {
        broken(Limit::ArraySize, len, self.array, self.blob_by_memory)
    }

    /// The limit that an object map of `len` entries breaks.
    pub fn of_map(&self, len: usize) -> Option<Limit> {
        broken(Limit::MapSize, len, self.map, usize::MAX)
    }
}

/// Has variables looked at when they are used, if what operators add to them can break a
/// limit of `config`. That takes some time for each use, but none that grows with the value.
pub fn watch_variables(engine: &mut Engine, config: &Config) {
    if !Sizes::of(config).can_be_broken_by_operators(config) {
        return;
    }
    // Rhai marks it so because it may change; the version is fixed.
    #[allow(deprecated)]
    engine.on_var(|name, index, context| look_at_variable(name, index, &context));
}

fn look_at_variable(
    name: &str,
    index: usize,
    context: &EvalContext,
) -> Result<Option<Dynamic>, Box<EvalAltResult>> {
    let scope = context.scope();
    let value = match index.checked_sub(1) {
        // Counted from the last variable, as Rhai iterates over them.
        Some(index) => scope.iter_raw().nth(index).map(|(_, _, value)| value),
        None => scope.get(name),
    };
    if let Some(value) = value {
        check(|sizes| sizes.of_value(value))?;
    }
    Ok(None)
}

#[inline]
fn broken(limit: Limit, len: usize, max_len: usize, by_memory: usize) -> Option<Limit> {
    match len {
        len if len > max_len => Some(limit),
        len if len > by_memory => Some(Limit::Memory),
        _ => None,
    }
}

/// Checks that the running script may have a string of `len` bytes.
///
/// # Errors
///
/// It may not; it ends at its next operation.
#[inline]
pub fn check_string(len: usize) -> Result<(), TooLarge> {
    check(|sizes| sizes.of_string(len))
}

/// Checks that the running script may have an array of `len` elements.
///
/// # Errors
///
/// As [`check_string`].
#[inline]
pub fn check_array(len: usize) -> Result<(), TooLarge> {
    check(|sizes| sizes.of_array(len))
}

/// Checks that the running script may have a blob of `len` bytes.
///
/// # Errors
///
/// As [`check_string`].
#[inline]
pub fn check_blob(len: usize) -> Result<(), TooLarge> {
    check(|sizes| sizes.of_blob(len))
}

/// Checks that the running script may have an object map of `len` entries.
///
/// # Errors
///
/// As [`check_string`].
#[inline]
pub fn check_map(len: usize) -> Result<(), TooLarge> {
    check(|sizes| sizes.of_map(len))
}

#[inline]
fn check(broken: impl FnOnce(&Sizes) -> Option<Limit>) -> Result<(), TooLarge> {
    match broken(&memory::sizes()) {
        None => Ok(()),
        Some(limit) => {
            memory::exceed(limit);
            Err(TooLarge(limit))
        }
    }
}
