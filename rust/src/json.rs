//! Object maps as JSON text.
//!
//! Rhai's own `to_json` follows function pointers into what they captured, which
//! can be a cycle, and recurses as deeply as a value is nested.

use std::fmt::Write;

use rhai::Dynamic;

use crate::values::{self, ConversionError, Reader, Tag};

/// Writes a value as JSON. `None` if the text would be longer than `max_len`
/// bytes (0: no limit).
///
/// Blobs become arrays of numbers; NaN and infinities, which JSON has not, null.
///
/// # Errors
///
/// The value holds something other than data, such as a function pointer.
pub fn to_json(value: &Dynamic, max_len: usize) -> Result<Option<String>, ConversionError> {
    // The flat encoding is iterative, and refuses what is no data.
    let mut bytes = Vec::new();
    values::encode(value, &mut bytes)?;
    let mut reader = Reader { bytes: &bytes };
    let mut json = String::new();
    // Containers that are open: whether it is a map, and the values to come.
    let mut open: Vec<(bool, u32)> = Vec::new();
    loop {
        if max_len > 0 && json.len() > max_len {
            return Ok(None);
        }
        match reader.tag()? {
            Tag::Unit => json.push_str("null"),
            Tag::False => json.push_str("false"),
            Tag::True => json.push_str("true"),
            Tag::Int => {
                let _ = write!(json, "{}", reader.word()? as i64);
            }
            Tag::Float => match f64::from_bits(reader.word()?) {
                number if number.is_finite() => {
                    let _ = write!(json, "{number:?}");
                }
                _ => json.push_str("null"),
            },
            Tag::String => write_string(reader.string()?, &mut json),
            Tag::Blob => {
                let len = reader.len()?;
                let numbers = reader.take(len)?.iter().map(u8::to_string);
                json.push('[');
                json.push_str(&numbers.collect::<Vec<_>>().join(","));
                json.push(']');
            }
            tag @ (Tag::Array | Tag::Map) => {
                let is_map = tag == Tag::Map;
                json.push(if is_map { '{' } else { '[' });
                match reader.len()? as u32 {
                    0 => json.push(if is_map { '}' } else { ']' }),
                    len => {
                        open.push((is_map, len));
                        if is_map {
                            write_key(&mut reader, &mut json)?;
                        }
                        continue;
                    }
                }
            }
        }
        // Close the containers that this value completes.
        loop {
            let Some((is_map, left)) = open.last_mut() else {
                return Ok(Some(json));
            };
            *left -= 1;
            if *left > 0 {
                json.push(',');
                if *is_map {
                    write_key(&mut reader, &mut json)?;
                }
                break;
            }
            json.push(if *is_map { '}' } else { ']' });
            open.pop();
        }
    }
}

fn write_key(reader: &mut Reader, json: &mut String) -> Result<(), ConversionError> {
    write_string(reader.string()?, json);
    json.push(':');
    Ok(())
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
