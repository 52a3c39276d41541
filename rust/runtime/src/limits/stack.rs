//! Sizes of fiber stacks.
//!
//! Calls of scripts are checked against the end of the script's part of the stack. What
//! Rhai does with nested data (clone, drop, print, compare) cannot be checked: the reserve
//! has room for the levels that a script can make with its operations and its memory, up to
//! a bound that follows from the width of addresses.
//!
//! Only touched pages of a stack take memory. With the default limits it has 490 MiB of
//! addresses. The operation check asks at every operation whether the script's part was left, so
//! no configuration can overflow that, a call depth without limit included. The reserve is for
//! the levels that operations or memory could make, whichever are fewer, and besides for those
//! that may cross from the host at no operation. `rust/runtime/tests/all/nested_data.rs` measures
//! what levels take.
//!
//! With higher limits on both operations and memory, or none, a script would have to build one
//! value of more than 600 MB to exceed the most levels that get stack; it would then end at the
//! guard page, and end the process.

use fibers::StackLayout;

const KIB: usize = 1024;

/// The most that may be nested, by what the address space has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds {
    /// Call levels that get stack. Beyond that a configuration is accepted, and the
    /// operation check ends a script that needs more stack than there is.
    call_levels: usize,
    /// Levels of data made by one execution that get stack, however many operations are
    /// allowed.
    made_levels: u64,
    /// Levels of a value that comes from outside or goes there.
    depth: usize,
    /// Levels of the data that functions of scripts keep.
    kept_levels: u64,
    /// Operations between two measures of what functions keep, at the fewest: there is
    /// stack for that many levels more in any case.
    between_measures: u64,
}

impl Bounds {
    /// The bounds for addresses of so many bits.
    const fn of(address_bits: u32) -> Self {
        if address_bits >= 64 {
            Bounds {
                call_levels: 4096,
                // To make more, a script must fill some 600 MB of memory in one value.
                made_levels: 2_700_000,
                depth: 100_000,
                kept_levels: 100_000,
                between_measures: 20_000,
            }
        } else {
            // A hundred stacks are to find room in 4 GiB.
            Bounds {
                call_levels: 128,
                // Nothing but the limits of operations and memory keeps a script from
                // making more, which ends the process at the guard page.
                made_levels: 30_000,
                depth: 6_000,
                kept_levels: 6_000,
                between_measures: 1_200,
            }
        }
    }
}

const BOUNDS: Bounds = Bounds::of(usize::BITS);

/// Levels of nesting that a value may have which comes from outside or goes there.
pub const MAX_DEPTH: usize = BOUNDS.depth;

/// Levels that the data may have which functions of scripts keep.
pub const MAX_KEPT_LEVELS: u64 = BOUNDS.kept_levels;

/// Levels that expressions may nest under any configuration: the parser recurses,
/// and takes 2 KiB for each.
pub const MAX_EXPR_DEPTH: usize = 256;

/// Bytes per nested call. A call through a closure in a native function takes
/// 8 KiB in a release build; the rest is for nested expressions inside it. The
/// unoptimised frames of a debug build are about six times as large.
const BYTES_PER_CALL: usize = if cfg!(debug_assertions) { 384 } else { 64 } * KIB;

/// Bytes that one level of nested data takes when Rhai clones, drops, prints or
/// measures it, if a script makes it with one operation: a map of few entries is
/// the worst. (Each level of large maps takes more, but also more operations.)
pub const BYTES_PER_MADE_LEVEL: usize = if cfg!(debug_assertions) { 2304 } else { 400 };

/// The same for values that come from outside, at no operation: maps of
/// hundreds of entries.
pub const BYTES_PER_RECEIVED_LEVEL: usize = if cfg!(debug_assertions) { 6144 } else { 1024 };

/// Room for the parser (some 500 KiB at the deepest expression in a release build)
/// and for native functions.
const BASE_RESERVE: usize = if cfg!(debug_assertions) { 4096 } else { 1024 } * KIB;

/// The least memory that one level of nested data takes: an array of one element, with
/// what the allocator adds.
const MIN_MEMORY_PER_LEVEL: usize = size_of::<[usize; 8]>();

/// Levels that an execution of so many operations and bytes of memory can nest data, as
/// far as there is stack for them.
pub fn made_levels(operations: u64, memory: usize) -> u64 {
    made_within(&BOUNDS, operations, memory)
}

fn made_within(bounds: &Bounds, operations: u64, memory: usize) -> u64 {
    // Evaluating what holds the other value is one operation at least.
    let by_memory = (memory / MIN_MEMORY_PER_LEVEL) as u64;
    operations.min(by_memory).min(bounds.made_levels)
}

/// Operations between two measures of what functions keep, where an execution can nest
/// data that many levels.
pub fn between_measures(made_levels: u64) -> u64 {
    (made_levels / 10).max(BOUNDS.between_measures)
}

/// The layout of stacks for so many nested calls and levels of data that a script makes.
pub fn layout(call_levels: usize, made_levels: u64) -> StackLayout {
    if cfg!(feature = "sanitizer") {
        // It keeps a record of all that a stack might be: these are too small for
        // deep data, but can be many.
        return StackLayout {
            script: 4096 * KIB,
            reserve: 8192 * KIB,
        };
    }
    layout_within(&BOUNDS, call_levels, made_levels)
}

fn layout_within(bounds: &Bounds, call_levels: usize, made_levels: u64) -> StackLayout {
    StackLayout {
        // One level more: the statements at global level.
        script: (call_levels.min(bounds.call_levels) + 1) * BYTES_PER_CALL,
        reserve: BASE_RESERVE
            + bounds.depth * BYTES_PER_RECEIVED_LEVEL
            + made_levels.min(bounds.made_levels) as usize * BYTES_PER_MADE_LEVEL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTHS: [Bounds; 2] = [Bounds::of(64), Bounds::of(32)];

    fn largest(bounds: &Bounds) -> StackLayout {
        let levels = made_within(bounds, u64::MAX, usize::MAX);
        layout_within(bounds, usize::MAX, levels)
    }

    #[test]
    fn a_hundred_stacks_fit_into_32_bits() {
        let StackLayout { script, reserve } = largest(&Bounds::of(32));
        // The frames of a debug build are about six times as large.
        let factor = if cfg!(debug_assertions) { 6 } else { 1 };
        assert!(script + reserve <= factor * 32 * 1024 * KIB);
    }

    #[test]
    fn there_is_room_for_what_functions_keep() {
        for bounds in WIDTHS {
            // An execution of one operation: it makes nothing itself.
            let reserve = layout_within(&bounds, 1, 1).reserve - BASE_RESERVE;
            let levels = bounds.kept_levels + bounds.between_measures;
            assert!(
                levels as usize * BYTES_PER_MADE_LEVEL <= reserve,
                "{bounds:?}"
            );
        }
    }

    #[test]
    fn what_is_received_and_made_at_once_has_room() {
        for bounds in WIDTHS {
            let levels = made_within(&bounds, 1000, usize::MAX);
            assert_eq!(levels, 1000);
            let reserve = layout_within(&bounds, 1, levels).reserve - BASE_RESERVE;
            let received = bounds.depth * BYTES_PER_RECEIVED_LEVEL;
            assert!(received + 1000 * BYTES_PER_MADE_LEVEL <= reserve);
        }
    }

    #[test]
    fn little_memory_bounds_the_levels_as_few_operations_do() {
        for bounds in WIDTHS {
            assert_eq!(made_within(&bounds, 50, usize::MAX), 50);
            assert_eq!(made_within(&bounds, u64::MAX, 6400), 100);
            assert_eq!(
                made_within(&bounds, u64::MAX, usize::MAX),
                bounds.made_levels
            );
        }
    }
}
