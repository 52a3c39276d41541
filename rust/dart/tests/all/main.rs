//! The boundary, as Dart uses it.

mod dart_host;

mod ends;
mod ffi;
mod protocol;
mod values;
