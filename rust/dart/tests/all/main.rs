//! Scripts and a host that drives them, without Dart.

mod errors;
mod fake_host;

mod asking;
mod callbacks;
mod cancelling;
mod ffi;
mod functions;
mod json;
mod limits;
mod messages;
mod nested_data;
mod peaks;
mod recursion;
mod same_as_rhai;
mod stacks;
mod turns;
mod values;
mod waiting;
