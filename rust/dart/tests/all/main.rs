//! The boundary, as Dart uses it.

mod dart_host;

mod ends;
mod ffi;
mod ffi_kept;
mod protocol;
mod values;
