//! How large one string, array, blob or object map may be.
//!
//! Nothing walks through a value to find out: whatever lets one grow looks at its length,
//! which takes the same time however long it is. The functions that do are in
//! [`builtins`](crate::library::builtins); values are looked at where they come from the host or
//! go there. Rhai's own operators (`+=`, `m.k = v` …) ask nobody. What they make is noticed
//! when the variable is used next, if a script has operations enough to break a limit so
//! ([`are_watched`]); a long string when it is twice as long as it may
//! be, by the allocator; and everything at the latest when a function adds to it or when it
//! leaves the script. What all values of a script take together is bounded by its memory.
//!
//! Rhai's own limits of sizes are off. With any of them it walks through whole values after each
//! call and each assignment: 80,000 calls of `push` took 2.3 seconds with them, and 22
//! milliseconds without. Literals are looked at when they are compiled. The allocator knows
//! blocks of strings, as only these have an alignment of 2, and their capacity is less than twice
//! their length; small ones are names. To look at variables takes a tenth of the time of a loop
//! over them; with the default limits it is not done. `benchmark/growth.dart` measures 60
//! operations on values of n and 10 n elements, with limits, without, and in Rhai alone.

use rhai::{Dynamic, Engine, EvalAltResult, EvalContext};

use crate::limits::config::Config;
use crate::limits::limit::Limit;
use memory::{Excess, Sizes};

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

/// Whether a script can break one of the sizes of `config` by adding to a value with operators, one by
/// one, before another limit ends it. (The allocator notices long strings.)
pub fn are_watched(config: &Config) -> bool {
    const LONG: usize = 64 << 10;
    let sizes = config.sizes();
    let operations = config.max(Limit::Operations);
    let memory = config.max(Limit::Memory);
    let is_reached = |elements: usize, size: usize| {
        elements < operations && elements.saturating_mul(size) < memory
    };
    sizes.string < LONG
        || is_reached(sizes.array, size_of::<Dynamic>())
        || is_reached(sizes.map, 2 * size_of::<Dynamic>())
}

/// The limit that a value breaks by itself, not by what is in it.
fn of_value(sizes: &Sizes, value: &Dynamic) -> Option<Excess> {
    // What is being changed elsewhere is none of these, and is looked at there.
    if value.is_string() {
        sizes.of_string(value.as_immutable_string_ref().ok()?.len())
    } else if value.is_array() {
        sizes.of_array(value.as_array_ref().ok()?.len())
    } else if value.is_map() {
        sizes.of_map(value.as_map_ref().ok()?.len())
    } else if value.is_blob() {
        sizes.of_blob(value.as_blob_ref().ok()?.len())
    } else {
        None
    }
}

/// Has variables looked at when they are used, if what operators add to them can break a
/// limit of `config`. That takes some time for each use, but none that grows with the value.
pub fn watch_variables(engine: &mut Engine, config: &Config) {
    if !are_watched(config) {
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
        check(|sizes| of_value(sizes, value))?;
    }
    Ok(None)
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

/// Says that the running script needs more memory than it may have: it ends at its next
/// operation, whatever is done with the error.
#[cold]
pub fn refusal() -> TooLarge {
    memory::refusal().into()
}

/// Asks for `bytes` more for the running script.
///
/// # Errors
///
/// It may not have them; it ends at its next operation.
#[inline]
pub fn ask(bytes: usize) -> Result<(), TooLarge> {
    Ok(memory::ask(bytes)?)
}

#[inline]
fn check(broken: impl FnOnce(&Sizes) -> Option<Excess>) -> Result<(), TooLarge> {
    match broken(&memory::sizes()) {
        None => Ok(()),
        Some(excess) => {
            memory::exceed(excess);
            Err(TooLarge(excess.into()))
        }
    }
}
