//! Object maps as JSON text.
//!
//! Rhai's own `to_json` follows function pointers into what they captured, which
//! can be a cycle, and recurses as deeply as a value is nested.

use std::fmt::Write;

use rhai::{Array, Dynamic, Map};

use crate::values::ConversionError;
use crate::walk::{walk, Visitor};

/// Writes a value as JSON. `None` if the text would be longer than `max_len`
/// bytes (0: no limit).
///
/// Blobs become arrays of numbers; NaN and infinities, which JSON has not, null.
///
/// # Errors
///
/// The value holds something other than data, such as a function pointer.
pub fn to_json(value: &Dynamic, max_len: usize) -> Result<Option<String>, ConversionError> {
    let mut writer = JsonWriter {
        json: String::new(),
        max_len,
        is_too_long: false,
    };
    match walk(value, &mut writer) {
        Err(_) if writer.is_too_long => Ok(None),
        result => result.map(|()| Some(writer.json)),
    }
}

struct JsonWriter {
    json: String,
    max_len: usize,
    is_too_long: bool,
}

impl JsonWriter {
    /// Writes the comma before a value or key that is not the first.
    fn separate(&mut self) -> Result<(), ConversionError> {
        if !matches!(self.json.as_bytes().last(), None | Some(b'[' | b'{' | b':')) {
            self.json.push(',');
        }
        self.is_too_long = self.max_len > 0 && self.json.len() > self.max_len;
        match self.is_too_long {
            true => Err(ConversionError::new("too long", "")),
            false => Ok(()),
        }
    }
}

impl Visitor for JsonWriter {
    fn leaf(&mut self, value: &Dynamic) -> Result<(), ConversionError> {
        self.separate()?;
        let json = &mut self.json;
        if let Ok(number) = value.as_int() {
            let _ = write!(json, "{number}");
        } else if let Ok(number) = value.as_float() {
            let _ = match number.is_finite() {
                true => write!(json, "{number:?}"),
                false => write!(json, "null"),
            };
        } else if let Ok(bool) = value.as_bool() {
            let _ = write!(json, "{bool}");
        } else if value.is_unit() {
            json.push_str("null");
        } else if let Ok(text) = value.as_immutable_string_ref() {
            write_string(&text, json);
        } else if let Ok(c) = value.as_char() {
            write_string(c.encode_utf8(&mut [0; 4]), json);
        } else if let Ok(blob) = value.as_blob_ref() {
            let numbers = blob.iter().map(u8::to_string);
            let _ = write!(json, "[{}]", numbers.collect::<Vec<_>>().join(","));
        } else {
            let name = value.type_name().rsplit("::").next().unwrap_or_default();
            let problem = format!("a value of Rhai type {name} cannot become JSON");
            return Err(ConversionError::new(problem, "leave it out"));
        }
        Ok(())
    }

    fn array(&mut self, _: &Array) -> Result<bool, ConversionError> {
        self.separate()?;
        self.json.push('[');
        Ok(true)
    }

    fn map(&mut self, _: &Map) -> Result<(), ConversionError> {
        self.separate()?;
        self.json.push('{');
        Ok(())
    }

    fn key(&mut self, key: &str) -> Result<(), ConversionError> {
        self.separate()?;
        write_string(key, &mut self.json);
        self.json.push(':');
        Ok(())
    }

    fn end(&mut self, is_map: bool) {
        self.json.push(if is_map { '}' } else { ']' });
    }
}

fn write_string(text: &str, json: &mut String) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            c if c < ' ' => {
                let _ = write!(json, "\\u{:04x}", c as u32);
            }
            c => json.push(c),
        }
    }
    json.push('"');
}
