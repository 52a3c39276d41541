//! Limits that a script can break, and their numbers in the protocol.

use memory::Excess;

/// A limit that a script can break; the numbers are the protocol with Dart, where
/// the enum `RhaiLimit` has the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
pub enum Limit {
    /// [`Config::max_operations`](crate::limits::config::Config::max_operations).
    Operations = 0,
    /// [`Config::max_call_levels`](crate::limits::config::Config::max_call_levels).
    StackDepth = 1,
    /// [`Config::max_expr_depth`](crate::limits::config::Config::max_expr_depth).
    ExpressionDepth = 2,
    /// [`Config::max_string_len`](crate::limits::config::Config::max_string_len).
    StringLength = 3,
    /// [`Config::max_array_len`](crate::limits::config::Config::max_array_len).
    ArraySize = 4,
    /// [`Config::max_map_len`](crate::limits::config::Config::max_map_len).
    MapSize = 5,
    /// [`Config::max_variables`](crate::limits::config::Config::max_variables).
    Variables = 6,
    /// [`Config::max_functions`](crate::limits::config::Config::max_functions).
    Functions = 7,
    /// [`Config::max_modules`](crate::limits::config::Config::max_modules).
    Modules = 8,
    /// [`Config::max_memory`](crate::limits::config::Config::max_memory).
    Memory = 9,
    /// [`Config::max_output_len`](crate::limits::config::Config::max_output_len).
    OutputLength = 10,
    /// [`MAX_KEPT_LEVELS`](crate::data::depth::MAX_KEPT_LEVELS).
    Nesting = 11,
    /// The script's part of its fiber's stack, which follows from the others.
    NativeStack = 12,
}

impl Limit {
    /// The limit with this number, of those that a value from Dart can break.
    pub fn of_value(number: i64) -> Option<Self> {
        [Limit::ArraySize, Limit::MapSize, Limit::Memory]
            .into_iter()
            .find(|limit| *limit as i64 == number)
    }

    /// The option of `RhaiConfig` that it follows from, if there is one.
    pub fn option(self) -> Option<&'static str> {
        Some(match self {
            Limit::Operations => "maxOperations",
            Limit::StackDepth | Limit::NativeStack => "maxStackDepth",
            Limit::ExpressionDepth => "maxExpressionDepth",
            Limit::StringLength => "maxStringLength",
            Limit::ArraySize => "maxArraySize",
            Limit::MapSize => "maxMapSize",
            Limit::Variables => "maxVariables",
            Limit::Functions => "maxFunctions",
            Limit::Modules => "maxModules",
            Limit::Memory => "maxMemory",
            Limit::OutputLength => "maxOutputLength",
            Limit::Nesting => return None,
        })
    }
}

impl From<Excess> for Limit {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::Memory => Limit::Memory,
            Excess::StringLength => Limit::StringLength,
            Excess::ArraySize => Limit::ArraySize,
            Excess::MapSize => Limit::MapSize,
        }
    }
}
