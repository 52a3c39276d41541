//! Limits for tests.

use runtime::limits::config::Config;

/// The default limits without a limit on time, which a slow machine might meet.
pub fn patient() -> Config {
    Config {
        time_limit: None,
        ..Config::default()
    }
}

/// No limits.
pub fn unlimited() -> Config {
    Config {
        max_operations: 0,
        max_call_levels: 0,
        max_string_len: 0,
        max_array_len: 0,
        max_map_len: 0,
        max_expr_depth: 0,
        max_variables: 0,
        max_functions: 0,
        max_modules: 0,
        max_memory: 0,
        max_output_len: 0,
        time_limit: None,
        ..Config::default()
    }
}
