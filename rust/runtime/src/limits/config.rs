//! The configuration of an engine: limits, and what is disabled.

use std::time::Duration;

use fibers::StackLayout;
use memory::{Sizes, SLACK};

use crate::limits::limit::{Limit, Limits};
use crate::limits::stack;
use crate::limits::time::TimeLimits;

/// The configuration of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The values of all [`Limit`]s.
    pub limits: Limits,
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
    /// Whether the host loads modules, and files are read only by it.
    pub loads_modules: bool,
}

impl Default for Config {
    /// The configuration of the host's default `RhaiConfig`.
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            script_cache_size: 16 * 1024 * 1024,
            time_limit: Some(Duration::from_millis(5_000)),
            total_time_limit: Some(Duration::from_secs(600)),
            allow_file_io: false,
            allow_eval: false,
            allow_modules: false,
            loads_modules: false,
        }
    }
}

/// A limit of which 0 means "none", as the number that a size is compared with.
pub fn unlimited_if_zero(limit: u64) -> usize {
    match limit {
        0 => usize::MAX,
        limit => usize::try_from(limit).unwrap_or(usize::MAX),
    }
}

impl Config {
    /// The same with another limit.
    #[must_use]
    pub fn with(mut self, limit: Limit, value: u64) -> Self {
        self.limits.set(limit, value);
        self
    }

    /// The value of a limit; 0 is none.
    pub fn limit(&self, limit: Limit) -> u64 {
        match limit {
            Limit::NativeStack => self.stack_layout().script as u64,
            limit => self.limits.get(limit),
        }
    }

    /// The number that a size is compared with: that of a limit, or the greatest if there
    /// is none.
    pub fn max(&self, limit: Limit) -> usize {
        unlimited_if_zero(self.limit(limit))
    }

    /// Operations that one execution may run, [`u64::MAX`] if they are not limited.
    pub fn max_operations(&self) -> u64 {
        match self.limit(Limit::Operations) {
            0 => u64::MAX,
            operations => operations,
        }
    }

    /// The sizes that values may have.
    ///
    /// Operators that Rhai has built in ask for no memory. `a + (b + (c + d))`, or the error
    /// of a call of a function with such a name, take several times the longest string that
    /// there may be before the next operation looks at the memory; `b + 'x'` takes twice
    /// the blob. So the memory limits these, too; unless no size is limited, so that a
    /// single value may have all the memory.
    pub fn sizes(&self) -> Sizes {
        let of_values = [Limit::StringLength, Limit::ArraySize, Limit::MapSize];
        let limits_sizes = of_values.iter().any(|&limit| self.limit(limit) > 0);
        let part_of_memory = |part| match self.max(Limit::Memory) {
            usize::MAX => usize::MAX,
            _ if !limits_sizes => usize::MAX,
            memory => memory.saturating_add(SLACK) / part,
        };
        Sizes {
            string: self.max(Limit::StringLength),
            array: self.max(Limit::ArraySize),
            map: self.max(Limit::MapSize),
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
        let depth = self.max(Limit::ExpressionDepth);
        (depth, depth.div_ceil(2))
    }

    /// Levels that one execution can nest data, as far as there is stack for them.
    pub(crate) fn made_levels(&self) -> u64 {
        stack::made_levels(self.max_operations(), self.max(Limit::Memory))
    }

    /// Computes how large the fiber stacks of this configuration are.
    pub fn stack_layout(&self) -> StackLayout {
        stack::layout(self.max(Limit::StackDepth), self.made_levels())
    }
}
