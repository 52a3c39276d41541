//! Errors that scripts can catch, made of what the host or the boundary failed of.

use rhai::{Dynamic, EvalAltResult, Position, INT};

use crate::data::conversion_error::ConversionError;

/// Tag of an error of the boundary itself, in place of the id of a host error. The host makes
/// objects of its own classes of errors with such tags.
pub const FFI_ERROR: i16 = -1;

/// Tag of the error that a Future can never complete.
pub const CHANNEL_CLOSED: i16 = -2;

/// Tag of an error that a value cannot cross.
pub const CONVERSION_ERROR: i16 = -3;

/// In place of an id: a value is larger than scripts may have, or took too long to read.
pub const BROKEN_LIMIT: INT = -4;

/// Makes an error of the boundary itself.
pub fn ffi_error(message: &str) -> Box<EvalAltResult> {
    catchable_error("RhaiFFIError", message, FFI_ERROR)
}

/// A value that cannot cross, as an error that the script can catch.
pub fn conversion_error(error: ConversionError) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(describe_conversion_error(error), Position::NONE).into()
}

/// Describes a value that cannot cross: an object map with the fields of the error.
pub fn describe_conversion_error(error: ConversionError) -> Dynamic {
    let message = error.to_string();
    let more = [
        ("path", error.path),
        ("problem", error.problem),
        ("hint", error.hint),
    ];
    error_object("RhaiConversionError", &message, more, CONVERSION_ERROR)
}

/// Makes an error that the script can catch.
pub fn catchable_error(kind: &str, message: &str, tag: i16) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(error_object(kind, message, [], tag), Position::NONE).into()
}

/// An error that the script can catch: an object map with `type`, `message` and
/// `more`, whose tag tells the host what it is.
fn error_object<const N: usize>(
    kind: &str,
    message: &str,
    more: [(&str, String); N],
    tag: i16,
) -> Dynamic {
    let mut map = rhai::Map::new();
    map.insert("type".into(), kind.into());
    map.insert("message".into(), message.into());
    map.extend(more.map(|(key, value)| (key.into(), value.into())));
    let mut error = Dynamic::from_map(map);
    error.set_tag(tag.into());
    error
}
