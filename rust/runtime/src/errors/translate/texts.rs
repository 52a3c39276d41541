//! Texts of errors and values as scripts know these.

use std::fmt::{self, Display, Write};

use crate::errors::hints::Hint;
use crate::language::names::{is_closure, ANONYMOUS, TYPE_OF};
use crate::objects::host_object::{DartObject, A_DART_OBJECT, CLOSURE_NAME, DART_OBJECT};

/// Bytes of a text of a value or an error that are shown: a value can have a text that is
/// any number of times as large as itself.
const SHOWN_TEXT: usize = 64 << 10;

/// The beginning of a text.
pub fn shortened(text: &(impl Display + ?Sized)) -> String {
    let mut start = Beginning(String::new());
    match write!(start, "{text}") {
        Ok(()) => start.0,
        Err(_) => start.0 + "…",
    }
}

/// Takes a text until it is as long as what is shown, and then refuses more.
struct Beginning(String);

impl Write for Beginning {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = SHOWN_TEXT - self.0.len();
        let fits = part.len() <= room;
        let end = (0..=room.min(part.len()))
            .rev()
            .find(|end| part.is_char_boundary(*end));
        self.0.push_str(&part[..end.unwrap_or(0)]);
        match fits {
            true => Ok(()),
            false => Err(fmt::Error),
        }
    }
}

/// What a Dart function is called that is a value, where nothing says what the script calls
/// it.
const DART_FUNCTION: &str = "the Dart function";

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
        CLOSURE_NAME => hint.called.clone().unwrap_or(DART_FUNCTION.into()),
        name if is_closure(name) => "closure".into(),
        name => readable(name),
    };
    let types = readable(types);
    let types = types.split(", ").enumerate().map(|(index, of_argument)| {
        let known = hint.types.get(index).and_then(Option::as_deref);
        of_argument.replace(DART_OBJECT, known.unwrap_or(A_DART_OBJECT))
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
    text.replace(std::any::type_name::<DartObject>(), DART_OBJECT)
        .replace(TYPE_OF, "type_of")
}
