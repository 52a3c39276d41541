//! Configurations that are alike in what Rhai engines and compiled scripts are made for.

use crate::limits::config::Config;
use crate::limits::limit::Limit;

/// The limits that a Rhai engine or a compiled script has in it. Others are looked at for each
/// execution.
const BUILT_IN: [Limit; 5] = [
    Limit::StackDepth,
    Limit::ExpressionDepth,
    Limit::Variables,
    Limit::Functions,
    Limit::Modules,
];

/// Whether engines with these configurations, and the same restrictions, can share a Rhai
/// engine, and scripts as far as their [`LiteralSizes`] allow it.
pub fn are_alike(a: &Config, b: &Config) -> bool {
    let flags = |config: &Config| {
        [
            config.allow_file_io,
            config.allow_eval,
            config.allow_modules,
            config.loads_modules,
        ]
    };
    let is_same = |limit: &Limit| a.limit(*limit) == b.limit(*limit);
    flags(a) == flags(b) && BUILT_IN.iter().all(is_same)
}

/// The sizes that literals in a script may have.
#[derive(Debug, Clone, Copy)]
pub struct LiteralSizes([usize; 3]);

impl LiteralSizes {
    /// The sizes under a configuration.
    pub fn of(config: &Config) -> Self {
        let sizes = config.sizes();
        let string = sizes.string.min(sizes.string_by_memory);
        LiteralSizes([string, sizes.array, sizes.map])
    }

    /// Whether a script with `len` bytes that compiles under these sizes does so under
    /// `others`. No literal is larger than its script.
    #[inline]
    pub fn fit(&self, len: usize, others: &LiteralSizes) -> bool {
        let mut sizes = self.0.iter().zip(others.0);
        sizes.all(|(size, other)| *size <= other || len <= other)
    }
}
