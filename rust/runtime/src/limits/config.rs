//! What limits a script, and what is disabled.

use std::time::Duration;

use fibers::StackLayout;
use memory::{Sizes, SLACK};

use crate::limits::time::TimeLimits;
use crate::wire::format::MAX_DEPTH;

/// The limits of an engine. In every number, 0 means "no limit".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Operations (Rhai's unit: roughly one per expression or statement) that
    /// one execution may run.
    pub max_operations: u64,
    /// Nested calls of script functions and closures.
    pub max_call_levels: usize,
    /// Bytes of UTF-8 in a string.
    pub max_string_len: usize,
    /// Elements in an array; bytes in a blob.
    pub max_array_len: usize,
    /// Entries in an object map.
    pub max_map_len: usize,
    /// Levels that expressions may nest at global level, and twice as many as they
    /// may inside a function. 0 is [`MAX_EXPR_DEPTH`], as is more.
    pub max_expr_depth: usize,
    /// Variables that a script may declare, and that there may be at once in it or in
    /// one call of a function.
    pub max_variables: usize,
    /// Functions and closures in a script.
    pub max_functions: usize,
    /// Modules that one execution may import.
    pub max_modules: usize,
    /// Bytes of memory that one execution may use at once.
    pub max_memory: usize,
    /// Bytes of UTF-8 that one execution may print.
    pub max_output_len: usize,
    /// Bytes of compiled scripts that are kept; unlike for limits, 0 is none.
    pub script_cache_size: usize,
    /// Wall-clock time one execution may run, not counting the time it waits.
    pub time_limit: Option<Duration>,
    /// Wall-clock time one execution may take in all, from its first wait on, or from
    /// its start if it may yield.
    pub total_time_limit: Option<Duration>,
    /// Whether `import` may read files, relative to the current directory.
    pub allow_file_io: bool,
    /// Whether scripts may use `eval`.
    pub allow_eval: bool,
    /// Whether scripts may use `import` and `export`.
    pub allow_modules: bool,
}

impl Default for Config {
    /// The limits of `RhaiConfig.secureDefaults()` in Dart.
    fn default() -> Self {
        Self {
            max_operations: 1_000_000,
            max_call_levels: 100,
            max_string_len: 10 * 1024 * 1024,
            max_array_len: 10 * 1024 * 1024,
            max_map_len: 1024 * 1024,
            max_expr_depth: 64,
            max_variables: 10_000,
            max_functions: 10_000,
            max_modules: 100,
            max_memory: 128 * 1024 * 1024,
            max_output_len: 1024 * 1024,
            script_cache_size: 16 * 1024 * 1024,
            time_limit: Some(Duration::from_millis(5_000)),
            total_time_limit: Some(Duration::from_secs(600)),
            allow_file_io: false,
            allow_eval: false,
            allow_modules: false,
        }
    }
}

/// Levels that expressions may nest under any configuration: the parser recurses,
/// and takes 2 KiB for each.
pub const MAX_EXPR_DEPTH: usize = 256;

const KIB: usize = 1024;

/// Bytes per nested call. A call through a closure in a native function takes
/// 8 KiB in a release build; the rest is for nested expressions inside it. The
/// unoptimised frames of a debug build are about six times as large.
const BYTES_PER_CALL: usize = if cfg!(debug_assertions) { 384 } else { 64 } * KIB;

/// Call levels that get stack. Beyond that a configuration is accepted, and the
/// operation check ends a script that needs more stack than there is.
const MAX_SIZED_CALL_LEVELS: usize = 4096;

/// Bytes that one level of nested data takes when Rhai clones, drops, prints or
/// measures it, if a script makes it with one operation: a map of few entries is
/// the worst. (Each level of large maps takes more, but also more operations.)
pub const BYTES_PER_MADE_LEVEL: usize = if cfg!(debug_assertions) { 2304 } else { 400 };

/// The same for values that come from outside, at no operation: maps of
/// hundreds of entries.
pub const BYTES_PER_RECEIVED_LEVEL: usize = if cfg!(debug_assertions) { 6144 } else { 1024 };

/// Levels of nested data that get stack however many operations are allowed.
/// To build more, a script must fill some 600 MB of memory in one value.
const MAX_SIZED_DATA_LEVELS: u64 = 2_700_000;

/// Room for the parser (some 500 KiB at the deepest expression in a release build)
/// and for native functions.
const BASE_RESERVE: usize = if cfg!(debug_assertions) { 4096 } else { 1024 } * KIB;

/// The least memory that one level of nested data takes: an array of one element, with
/// what the allocator adds.
const MIN_MEMORY_PER_LEVEL: usize = 64;

/// A limit of which 0 means "none", as the number that a limit is compared with.
pub fn or_none(limit: usize) -> usize {
    match limit {
        0 => usize::MAX,
        limit => limit,
    }
}

impl Config {
    /// The sizes that values may have.
    ///
    /// Operators that Rhai has built in ask for no memory. `a + (b + (c + d))`, or the error
    /// of a call of a function with such a name, take several times the longest string that
    /// there may be before the next operation looks at the memory; `b + 'x'` takes twice
    /// the blob. So the memory limits these, too; unless no size is limited, so that a
    /// single value may have all the memory.
    pub fn sizes(&self) -> Sizes {
        let limits_sizes =
            self.max_string_len > 0 || self.max_array_len > 0 || self.max_map_len > 0;
        let part_of_memory = |part| match self.max_memory {
            0 => usize::MAX,
            _ if !limits_sizes => usize::MAX,
            memory => memory.saturating_add(SLACK) / part,
        };
        Sizes {
            string: or_none(self.max_string_len),
            array: or_none(self.max_array_len),
            map: or_none(self.max_map_len),
            string_by_memory: part_of_memory(8),
            blob_by_memory: part_of_memory(3),
        }
    }

    /// The limits of time.
    pub fn time_limits(&self) -> TimeLimits {
        TimeLimits {
            running: self.time_limit,
            total: self.total_time_limit,
        }
    }

    /// The limits of nested expressions: at global level, and inside a function.
    pub fn expr_depths(&self) -> (usize, usize) {
        let depth = or_none(self.max_expr_depth).min(MAX_EXPR_DEPTH);
        (depth, depth.div_ceil(2))
    }

    /// Levels that one execution can nest data, as far as there is stack for them.
    pub(crate) fn sized_data_levels(&self) -> u64 {
        // Evaluating what holds the other value is one operation at least.
        let by_operations = match self.max_operations {
            0 => u64::MAX,
            operations => operations,
        };
        let by_memory = or_none(self.max_memory) / MIN_MEMORY_PER_LEVEL;
        by_operations
            .min(by_memory as u64)
            .min(MAX_SIZED_DATA_LEVELS)
    }

    /// Computes how large the fiber stacks of this configuration are.
    pub fn stack_layout(&self) -> StackLayout {
        if cfg!(feature = "sanitizer") {
            // It keeps a record of all that a stack might be: these are too small for
            // deep data, but can be many.
            return StackLayout {
                script: 4096 * KIB,
                reserve: 8192 * KIB,
            };
        }
        let calls = or_none(self.max_call_levels).min(MAX_SIZED_CALL_LEVELS);
        let levels = self.sized_data_levels();
        StackLayout {
            // One level more: the statements at global level.
            script: (calls + 1) * BYTES_PER_CALL,
            reserve: BASE_RESERVE
                + MAX_DEPTH * BYTES_PER_RECEIVED_LEVEL
                + levels as usize * BYTES_PER_MADE_LEVEL,
        }
    }
}
