//! The native side of the Dart package `rhai_dart`: the boundary between Dart and the
//! [`runtime`] of scripts.

pub mod ffi;

#[cfg(feature = "allocator")]
#[global_allocator]
static ALLOCATOR: memory::CountingAllocator = memory::CountingAllocator;
