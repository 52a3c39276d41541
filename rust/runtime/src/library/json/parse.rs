//! JSON text read as values.
//!
//! Rhai's own `parse_json` takes the text for an expression of the language. Here serde_json
//! reads the strings and numbers. Its own way of reading what they are in is recursive, so
//! that text which is nested deeply would need that much stack, and at an error it
//! counts the lines of the text once for each level.
//!
//! The value can take 70 times as much memory as the text. So reading asks for each container and
//! string, and before an array doubles, and looks at the clock every 64 parts.

use std::collections::btree_map::Entry;
use std::mem::size_of;

use memory::block;
use rhai::{Array, Dynamic, Identifier, ImmutableString, Map};
use serde_json::Number;

use crate::context::running::Running;
use crate::language::parsing::ScriptParser;
use crate::library::footprint::{string_size, MAP_ENTRY};
use crate::library::native_function::{Failure, Outcome};
use crate::limits::sizes;
use crate::limits::stack::MAX_DEPTH;

/// Reads a JSON text for the script that runs.
///
/// Integers that fit become integers, all other numbers floats; of entries with the same
/// key, the last one is kept.
///
/// # Errors
///
/// An error that the script can catch says what is wrong with the text, and where. A limit
/// that is broken meanwhile ends the script.
pub fn parse(text: &str, running: &Running) -> Outcome<Dynamic> {
    Parser {
        text,
        at: 0,
        running,
    }
    .document()
}

/// Values that grow while a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Growing {
    Array,
    Map,
    String,
}

/// A container that is being read.
enum Building {
    Array(Array),
    /// With the key of the next value.
    Map(Map, Identifier),
}

struct Parser<'a> {
    text: &'a str,
    /// Where the rest of the text begins.
    at: usize,
    running: &'a Running,
}

impl<'a> Parser<'a> {
    fn document(mut self) -> Outcome<Dynamic> {
        let mut open: Vec<Building> = Vec::new();
        loop {
            // Read one value, or open a container and go on with its first value.
            self.look_at_limits()?;
            let mut value = match self.peek() {
                Some(bracket @ (b'[' | b'{')) => {
                    if open.len() >= MAX_DEPTH {
                        let problem = format!("nested more than {MAX_DEPTH} levels");
                        return Err(self.error(self.at, &problem));
                    }
                    self.at += 1;
                    sizes::ask(block(size_of::<Map>()))?;
                    let container = match bracket {
                        b'[' if self.takes(b']') => Ok(Dynamic::from_array(Array::new())),
                        b'[' => Err(Building::Array(Array::new())),
                        _ if self.takes(b'}') => Ok(Dynamic::from_map(Map::new())),
                        _ => Err(Building::Map(Map::new(), self.key()?)),
                    };
                    match container {
                        Ok(empty) => empty,
                        Err(building) => {
                            sizes::ask(growth(&open))?;
                            open.push(building);
                            continue;
                        }
                    }
                }
                _ => self.scalar()?,
            };
            // Put it where it belongs, closing the containers that it completes.
            loop {
                value = match open.pop() {
                    None => return self.end(value),
                    Some(Building::Array(mut items)) => {
                        let more = growth(&items);
                        grow(Growing::Array, items.len() + 1, more)?;
                        items.push(value);
                        if self.takes(b',') {
                            open.push(Building::Array(items));
                            break;
                        }
                        self.expect(b']', "',' or ']'")?;
                        Dynamic::from_array(items)
                    }
                    Some(Building::Map(mut map, key)) => {
                        let len = map.len();
                        match map.entry(key) {
                            Entry::Vacant(entry) => {
                                grow(Growing::Map, len + 1, MAP_ENTRY)?;
                                entry.insert(value);
                            }
                            Entry::Occupied(mut entry) => drop(entry.insert(value)),
                        }
                        if self.takes(b',') {
                            open.push(Building::Map(map, self.key()?));
                            break;
                        }
                        self.expect(b'}', "',' or '}'")?;
                        Dynamic::from_map(map)
                    }
                };
            }
        }
    }

    /// Ends the script if it must not go on, and lets the event loop run if it is due.
    fn look_at_limits(&self) -> Outcome<()> {
        match self.running.context() {
            Some(current) if current.tick_token() => Err(current.failed().into()),
            _ => Ok(()),
        }
    }

    /// The first byte of the next token.
    fn peek(&mut self) -> Option<u8> {
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| is_space(byte)).count();
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes the next token if it is this one.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, byte: u8, name: &str) -> Outcome<()> {
        match self.takes(byte) {
            true => Ok(()),
            false => Err(self.expected(name)),
        }
    }

    fn end(mut self, value: Dynamic) -> Outcome<Dynamic> {
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(self.expected("the end of the text")),
        }
    }

    /// The key of an entry, and the colon after it.
    fn key(&mut self) -> Outcome<Identifier> {
        self.look_at_limits()?;
        if self.peek() != Some(b'"') {
            return Err(self.expected("a key in double quotes"));
        }
        let key = self.string(|text| Identifier::from(text))?;
        self.expect(b':', "':'")?;
        Ok(key)
    }

    /// A value that holds no others.
    fn scalar(&mut self) -> Outcome<Dynamic> {
        match self.peek() {
            Some(b'"') => self.string(|text| ImmutableString::from(text).into()),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let word = self.token(|byte| byte.is_ascii_alphanumeric());
                let value = match word {
                    "null" => Dynamic::UNIT,
                    "true" => Dynamic::TRUE,
                    "false" => Dynamic::FALSE,
                    _ => return Err(self.expected("a value")),
                };
                self.at += word.len();
                Ok(value)
            }
        }
    }

    /// The beginning of the rest of the text, as long as its bytes are of a kind.
    fn token(&self, is_part: impl Fn(&u8) -> bool) -> &'a str {
        let rest = &self.text[self.at..];
        let len = rest.bytes().take_while(|byte| is_part(byte)).count();
        &rest[..len]
    }

    fn number(&mut self) -> Outcome<Dynamic> {
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let token = self.token(is_part);
        let number: Number =
            serde_json::from_str(token).map_err(|error| match (token.parse(), error.is_eof()) {
                (Ok(f64::INFINITY | f64::NEG_INFINITY), _) => {
                    self.error(self.at, "number out of range")
                }
                (_, true) => self.error(self.at + token.len(), "invalid number"),
                _ => self.error(self.at + error.column().saturating_sub(1), "invalid number"),
            })?;
        self.at += token.len();
        Ok(match number.as_i64() {
            Some(int) => int.into(),
            // This integer is a float for serde_json.
            None if token == "-0" => 0_i64.into(),
            None => number.as_f64().unwrap_or(f64::NAN).into(),
        })
    }

    /// Reads a text in quotes, and passes it to `make`.
    fn string<T>(&mut self, make: impl FnOnce(&str) -> T) -> Outcome<T> {
        let rest = &self.text[self.at..];
        let mut has_escapes = false;
        let mut is_escaped = false;
        let end = rest.bytes().skip(1).position(|byte| {
            let ends = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            has_escapes |= is_escaped;
            ends
        });
        // If it has no end, that is the error.
        let token = end.map_or(rest, |end| &rest[..end + 2]);
        let refuse = |error| match end {
            None if serde_json::Error::is_eof(&error) => {
                self.error(self.at, "string without an end")
            }
            _ => self.faulty_string(token, &error),
        };
        let made = match has_escapes {
            false => made(serde_json::from_str(token).map_err(refuse)?, make)?,
            true => {
                // It is written into a buffer that doubles, and copied from there.
                sizes::ask(token.len().saturating_mul(4))?;
                let text: String = serde_json::from_str(token).map_err(refuse)?;
                made(&text, make)?
            }
        };
        self.at += token.len();
        Ok(made)
    }

    /// The error that serde_json has found in a string.
    fn faulty_string(&self, string: &str, error: &serde_json::Error) -> Failure {
        // Its columns count bytes, with the faulty one.
        let lines_before = error.line().saturating_sub(1);
        let lines = string.split_inclusive('\n').take(lines_before);
        let read = lines.map(str::len).sum::<usize>() + error.column();
        let faulty = read.saturating_sub(1);
        let problem = match string.as_bytes().get(faulty) {
            Some(..b' ') => "control character in a string",
            _ => "invalid escape in a string",
        };
        self.error(self.at + faulty, problem)
    }

    fn expected(&mut self, what: &str) -> Failure {
        let found = match self.peek() {
            None => ", not the end of the text",
            Some(_) => "",
        };
        self.error(self.at, &format!("expected {what}{found}"))
    }

    /// The error for a problem at a byte of the text.
    #[cold]
    fn error(&self, at: usize, problem: &str) -> Failure {
        let at = (0..=at.min(self.text.len()))
            .rev()
            .find(|at| self.text.is_char_boundary(*at));
        let before = &self.text[..at.unwrap_or(0)];
        let line = before.matches('\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before[line_start..].chars().count() + 1;
        format!("parse_json: {problem} at line {line} column {column}").into()
    }
}

/// Lets an array have `len` elements, a map `len` entries, or a string `len` bytes, which
/// takes `bytes` more.
fn grow(what: Growing, len: usize, bytes: usize) -> Outcome<()> {
    match what {
        Growing::Array => sizes::check_array(len)?,
        Growing::Map => sizes::check_map(len)?,
        Growing::String => sizes::check_string(len)?,
    }
    Ok(sizes::ask(bytes)?)
}

/// Passes a text that was read to `make`, if it may be so long.
fn made<T>(text: &str, make: impl FnOnce(&str) -> T) -> Outcome<T> {
    grow(Growing::String, text.len(), string_size(text.len()))?;
    Ok(make(text))
}

/// Bytes that a list takes for one element more: where it is full, it doubles.
fn growth<T>(list: &Vec<T>) -> usize {
    match list.len() == list.capacity() {
        true => block((list.len() * 2).max(4).saturating_mul(size_of::<T>())),
        false => 0,
    }
}
