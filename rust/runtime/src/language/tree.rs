//! Parts of Rhai's syntax trees.

pub mod chain;
pub mod fingerprint;
pub mod stubs;
pub mod unlocked;
pub mod walk;
