//! The memory of one stack, for each system.
//!
//! Every system has the same few functions: `map`, `base`, `limit`, `lowest`,
//! `pointer_to` and `give_back_deep`.

mod depth;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::Mapping;
#[cfg(windows)]
pub(crate) use windows::Mapping;
