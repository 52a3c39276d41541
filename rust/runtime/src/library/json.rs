//! JSON text (RFC 8259) as values of scripts, and values as JSON text.

mod parse;
mod write;

pub use parse::parse;
pub use write::to_json;
