//! Limits for tests.

use runtime::limits::config::Config;
use runtime::limits::limit::{Limit, Limits};

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
        limits: Limits::from_options([0; Limit::OPTIONS]),
        time_limit: None,
        ..Config::default()
    }
}
