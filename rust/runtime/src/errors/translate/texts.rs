//! Texts of errors and values as scripts know these.

use crate::errors::hint::Hint;
use crate::language::names::{is_closure, ANONYMOUS, TYPE_OF};
use crate::objects::host_object::{HostObject, AN_OBJECT, CLOSURE_NAME, OBJECT_TYPE};

/// Name of a host function that is a value, where nothing says how the script calls it.
const HOST_FUNCTION: &str = "the Dart function";

/// The name of a function, and the types of its arguments after a space, if it has any. Rhai
/// names a string argument by all of its Rust types, and a closure by a number.
pub fn readable_signature(signature: &str, hint: &Hint) -> (String, String) {
    let signature = signature.replace("&str | ImmutableString | String", "string");
    let signature = match signature.strip_prefix(TYPE_OF) {
        // There is a space in that name.
        Some(types) => format!("type_of{types}"),
        None => signature,
    };
    let (name, types) = signature.split_at(signature.find(' ').unwrap_or(signature.len()));
    let name = match name {
        CLOSURE_NAME => hint.called.clone().unwrap_or(HOST_FUNCTION.into()),
        name if is_closure(name) => "closure".into(),
        name => readable(name),
    };
    let types = readable(types);
    let types = types.split(", ").enumerate().map(|(index, of_argument)| {
        let known = hint.types.get(index).and_then(Option::as_deref);
        of_argument.replace(OBJECT_TYPE, known.unwrap_or(AN_OBJECT))
    });
    (name, types.collect::<Vec<_>>().join(", "))
}

/// A text of values without the numbers of closures.
pub fn without_numbers(text: &str) -> String {
    let mut parts = text.split(ANONYMOUS);
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |text, part| {
        let part = part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        text + "closure" + part
    })
}

/// Rhai's text with the names that scripts know.
pub fn readable(text: &str) -> String {
    text.replace(std::any::type_name::<HostObject>(), OBJECT_TYPE)
        .replace(TYPE_OF, "type_of")
}
