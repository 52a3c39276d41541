//! Beginnings of texts of values and errors.

use std::fmt::{self, Display, Write};

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
