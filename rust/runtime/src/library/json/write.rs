//! Values written as JSON.
//!
//! Rhai's own `to_json` follows function pointers into what they captured, which
//! can be a cycle, and recurses as deeply as a value is nested.

use std::fmt::{self, Write};

use rhai::{Array, Dynamic, ImmutableString, Map};

use crate::data::walk::{walk, Visitor};
use crate::library::text::Text;
use crate::limits::sizes::TooLarge;
use crate::wire::format::ConversionError;

/// Writes a value as JSON. Or says why the text would be too
/// large.
///
/// Blobs become arrays of numbers; NaN and infinities, which JSON has not, null.
///
/// # Errors
///
/// The value holds something other than data, such as a function pointer.
pub fn to_json(value: &Dynamic) -> Result<Result<ImmutableString, TooLarge>, ConversionError> {
    let mut writer = JsonWriter {
        json: Text::default(),
        is_too_large: false,
    };
    let result = walk(value, &mut writer);
    if writer.is_too_large {
        return Ok(Err(writer.json.failure()));
    }
    result.map(|()| writer.json.finish())
}

struct JsonWriter {
    json: Text,
    is_too_large: bool,
}

impl JsonWriter {
    /// Writes the comma before a value or key that is not the first.
    fn separate(&mut self) -> Result<(), ConversionError> {
        match self.json.as_str().as_bytes().last() {
            None | Some(b'[' | b'{' | b':') => Ok(()),
            Some(_) => self.write(|json| json.write_char(',')),
        }
    }

    fn write(
        &mut self,
        part: impl FnOnce(&mut Text) -> fmt::Result,
    ) -> Result<(), ConversionError> {
        part(&mut self.json).map_err(|_| {
            self.is_too_large = true;
            ConversionError::new("too large", "")
        })
    }
}

impl Visitor for JsonWriter {
    fn leaf(&mut self, value: &Dynamic) -> Result<(), ConversionError> {
        self.separate()?;
        if let Ok(number) = value.as_int() {
            self.write(|json| write!(json, "{number}"))
        } else if let Ok(number) = value.as_float() {
            self.write(|json| match number.is_finite() {
                true => write!(json, "{number:?}"),
                false => json.write_str("null"),
            })
        } else if let Ok(bool) = value.as_bool() {
            self.write(|json| write!(json, "{bool}"))
        } else if value.is_unit() {
            self.write(|json| json.write_str("null"))
        } else if let Ok(text) = value.as_immutable_string_ref() {
            self.write(|json| write_string(&text, json))
        } else if let Ok(c) = value.as_char() {
            self.write(|json| write_string(c.encode_utf8(&mut [0; 4]), json))
        } else if let Ok(blob) = value.as_blob_ref() {
            self.write(|json| write_bytes(&blob, json))
        } else {
            let name = value.type_name().rsplit("::").next().unwrap_or_default();
            let problem = format!("a value of Rhai type {name} cannot become JSON");
            Err(ConversionError::new(problem, "leave it out"))
        }
    }

    fn array(&mut self, _: &Array) -> Result<bool, ConversionError> {
        self.separate()?;
        self.write(|json| json.write_char('['))?;
        Ok(true)
    }

    fn map(&mut self, _: &Map) -> Result<(), ConversionError> {
        self.separate()?;
        self.write(|json| json.write_char('{'))
    }

    fn key(&mut self, key: &str) -> Result<(), ConversionError> {
        self.separate()?;
        self.write(|json| {
            write_string(key, json)?;
            json.write_char(':')
        })
    }

    fn end(&mut self, is_map: bool) {
        // If it is too large, the next part fails, or what is made of all.
        let _ = self.write(|json| json.write_char(if is_map { '}' } else { ']' }));
    }
}

fn write_bytes(bytes: &[u8], json: &mut Text) -> fmt::Result {
    json.write_char('[')?;
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            json.write_char(',')?;
        }
        write!(json, "{byte}")?;
    }
    json.write_char(']')
}

fn write_string(text: &str, json: &mut Text) -> fmt::Result {
    json.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => json.write_str("\\\"")?,
            '\\' => json.write_str("\\\\")?,
            '\n' => json.write_str("\\n")?,
            '\r' => json.write_str("\\r")?,
            '\t' => json.write_str("\\t")?,
            c if c < ' ' => write!(json, "\\u{:04x}", c as u32)?,
            c => json.write_char(c)?,
        }
    }
    json.write_char('"')
}
