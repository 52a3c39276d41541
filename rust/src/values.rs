//! The binary encoding of values, the same in both directions.
//!
//! A value travels in a [`Slot`] of two words. Scalars fit into it; strings and
//! blobs are named by where their bytes are; arrays and maps are written into a
//! flat buffer, in one pass and without recursion:
//!
//! ```text
//! unit, false, true   tag
//! int, float          tag, 8 bytes
//! string, blob        tag, u32 length, bytes
//! array               tag, u32 count, values
//! map                 tag, u32 count, (u32 length, key, value)…
//! ```
//!
//! Numbers are in the byte order of the machine: both sides are on it.

use std::fmt;
use std::ops::Deref;

use rhai::{Array, Blob, Dynamic, Map};

/// Levels of nesting that may cross the boundary.
pub const MAX_DEPTH: usize = 100_000;

/// The type of an encoded value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Tag {
    Unit = 0,
    False = 1,
    True = 2,
    Int = 3,
    Float = 4,
    String = 5,
    Blob = 6,
    Array = 7,
    Map = 8,
}

impl Tag {
    fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Tag::Unit,
            1 => Tag::False,
            2 => Tag::True,
            3 => Tag::Int,
            4 => Tag::Float,
            5 => Tag::String,
            6 => Tag::Blob,
            7 => Tag::Array,
            8 => Tag::Map,
            _ => return None,
        })
    }
}

/// One value in a call frame: 16 bytes, no allocation for scalars.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct Slot {
    /// The [`Tag`] in the lowest byte, the length in bytes above it (strings,
    /// blobs, arrays and maps).
    pub tag_and_len: u64,
    /// The scalar's bits; else where the bytes are: an address on the way to
    /// Dart, an offset into the input buffer on the way from it.
    pub payload: u64,
}

impl Slot {
    /// A slot for bytes that are somewhere else.
    pub fn new(tag: Tag, len: usize, payload: u64) -> Self {
        Slot {
            tag_and_len: tag as u64 | (len as u64) << 8,
            payload,
        }
    }

    /// The tag, if it is a valid one.
    pub fn tag(self) -> Option<Tag> {
        Tag::from_byte(self.tag_and_len as u8)
    }

    /// The length in bytes of what the slot refers to.
    pub fn byte_len(self) -> usize {
        (self.tag_and_len >> 8) as usize
    }

    /// Whether the slot refers to bytes elsewhere.
    pub fn has_bytes(self) -> bool {
        self.tag_and_len as u8 >= Tag::String as u8
    }
}

/// A value cannot cross the boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionError {
    /// Where it sits below the value that was to cross: `[1].user.avatar`.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl ConversionError {
    fn new(message: impl Into<String>) -> Self {
        ConversionError {
            path: String::new(),
            message: message.into(),
        }
    }
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Encodes a scalar into a slot; `None` if `value` is not a scalar.
#[inline]
pub fn encode_scalar(value: &Dynamic) -> Option<Slot> {
    if let Ok(i) = value.as_int() {
        Some(Slot::new(Tag::Int, 0, i as u64))
    } else if let Ok(f) = value.as_float() {
        Some(Slot::new(Tag::Float, 0, f.to_bits()))
    } else if let Ok(b) = value.as_bool() {
        let tag = if b { Tag::True } else { Tag::False };
        Some(Slot::new(tag, 0, 0))
    } else if value.is_unit() {
        Some(Slot::new(Tag::Unit, 0, 0))
    } else {
        None
    }
}

/// A container that is being written.
enum Open<'a> {
    Array(std::iter::Enumerate<std::slice::Iter<'a, Dynamic>>),
    Map(std::collections::btree_map::Iter<'a, rhai::Identifier, Dynamic>),
}

/// Appends the flat encoding of `value` to `out`.
///
/// # Errors
///
/// The value holds something without a meaning in Dart (a function pointer, a
/// timestamp …), is nested more than [`MAX_DEPTH`] levels, or a part of it is
/// larger than 4 GiB. `out` then holds a part of the encoding.
pub fn encode(value: &Dynamic, out: &mut Vec<u8>) -> Result<(), ConversionError> {
    // A variable that a closure captured is shared; what it holds never is.
    if value.is_shared() {
        return match value.read_lock::<Dynamic>() {
            Some(inner) => encode_plain(&inner, out),
            None => Err(ConversionError::new("the value is being changed")),
        };
    }
    encode_plain(value, out)
}

fn encode_plain<'a>(value: &'a Dynamic, out: &mut Vec<u8>) -> Result<(), ConversionError> {
    let mut open: Vec<Open<'a>> = Vec::new();
    let mut path: Vec<PathStep<'a>> = Vec::new();
    let fail = |path: &[PathStep], message: String| ConversionError {
        path: display_path(path),
        message,
    };
    let mut next = value;
    loop {
        match write_one(next, out) {
            Ok(None) => {}
            Ok(Some(container)) if open.len() < MAX_DEPTH => {
                open.push(container);
                path.push(PathStep::Inside);
            }
            Ok(Some(_)) => {
                let message = format!("nested more than {MAX_DEPTH} levels");
                return Err(fail(&path[..8.min(path.len())], message));
            }
            Err(message) => return Err(fail(&path, message)),
        }
        // Continue with the next value of the innermost container that has one.
        next = loop {
            let Some(container) = open.last_mut() else {
                return Ok(());
            };
            let (step, value) = match container {
                Open::Array(items) => match items.next() {
                    Some((index, value)) => (PathStep::Index(index), Some(value)),
                    None => (PathStep::Inside, None),
                },
                Open::Map(entries) => match entries.next() {
                    Some((key, value)) => {
                        write_bytes(key.as_bytes(), out).map_err(|m| fail(&path, m))?;
                        (PathStep::Key(key), Some(value))
                    }
                    None => (PathStep::Inside, None),
                },
            };
            match value {
                Some(value) => {
                    *path.last_mut().expect("one step per open container") = step;
                    break value;
                }
                None => {
                    open.pop();
                    path.pop();
                }
            }
        };
    }
}

/// Writes a scalar, string or blob, or the head of a container.
fn write_one<'a>(value: &'a Dynamic, out: &mut Vec<u8>) -> Result<Option<Open<'a>>, String> {
    if value.is_shared() {
        return Err("a shared value cannot cross to Dart inside another value".into());
    }
    if let Some(slot) = encode_scalar(value) {
        out.push(slot.tag_and_len as u8);
        if matches!(slot.tag(), Some(Tag::Int | Tag::Float)) {
            out.extend_from_slice(&slot.payload.to_ne_bytes());
        }
    } else if let Ok(string) = value.as_immutable_string_ref() {
        out.push(Tag::String as u8);
        write_bytes(string.as_bytes(), out)?;
    } else if let Ok(items) = value.as_array_ref() {
        out.push(Tag::Array as u8);
        // SAFETY: `value` is not shared, see above.
        let items: &'a Array = unsafe { unguarded(items) };
        write_len(items.len(), out)?;
        return Ok(Some(Open::Array(items.iter().enumerate())));
    } else if let Ok(map) = value.as_map_ref() {
        out.push(Tag::Map as u8);
        // SAFETY: `value` is not shared, see above.
        let map: &'a Map = unsafe { unguarded(map) };
        write_len(map.len(), out)?;
        return Ok(Some(Open::Map(map.iter())));
    } else if let Ok(blob) = value.as_blob_ref() {
        out.push(Tag::Blob as u8);
        write_bytes(&blob, out)?;
    } else if let Ok(c) = value.as_char() {
        out.push(Tag::String as u8);
        write_bytes(c.encode_utf8(&mut [0; 4]).as_bytes(), out)?;
    } else {
        return Err(cannot_cross(value));
    }
    Ok(None)
}

/// The message for a value that has no meaning in Dart.
pub fn cannot_cross(value: &Dynamic) -> String {
    let name = value.type_name();
    let name = name.rsplit("::").next().unwrap_or(name);
    format!(
        "a value of Rhai type {name} cannot cross to Dart \
         (bool, int, float, string, char, array, object map, blob and () can)"
    )
}

/// Turns Rhai's read guard into the reference it holds.
///
/// # Safety
///
/// The value that the guard was taken from must not be shared: only then is the
/// guard a plain reference that nobody can invalidate for `'a`. (A shared
/// value's guard holds a `RefCell` borrow, which ends with the guard.)
unsafe fn unguarded<'a, T: 'a>(guard: impl Deref<Target = T> + 'a) -> &'a T {
    let pointer: *const T = &*guard;
    // SAFETY: the guard of an unshared value is a `&'a T`; dropping it does nothing.
    unsafe { &*pointer }
}

fn write_len(len: usize, out: &mut Vec<u8>) -> Result<(), String> {
    let len = u32::try_from(len).map_err(|_| "larger than 4 GiB".to_string())?;
    out.extend_from_slice(&len.to_ne_bytes());
    Ok(())
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    write_len(bytes.len(), out)?;
    out.extend_from_slice(bytes);
    Ok(())
}

enum PathStep<'a> {
    Inside,
    Index(usize),
    Key(&'a str),
}

fn display_path(path: &[PathStep]) -> String {
    use fmt::Write;
    let mut text = String::new();
    for step in path {
        let _ = match step {
            PathStep::Inside => Ok(()),
            PathStep::Index(index) => write!(text, "[{index}]"),
            PathStep::Key(key) => write!(text, ".{key}"),
        };
    }
    text
}

/// A container that is being read.
enum Building {
    Array {
        items: Array,
        left: u32,
    },
    Map {
        map: Map,
        key: rhai::Identifier,
        left: u32,
    },
}

/// Reads one value in the flat encoding; it must fill `bytes` exactly.
///
/// # Errors
///
/// Any input is safe: bytes that are no encoding of a value give an error.
pub fn decode(bytes: &[u8]) -> Result<Dynamic, ConversionError> {
    let mut reader = Reader { bytes };
    let mut open: Vec<Building> = Vec::new();
    loop {
        // Read one value, or open a container and go on with its first value.
        let tag = reader.tag()?;
        let mut value = match tag {
            Tag::Unit => Dynamic::UNIT,
            Tag::False => Dynamic::FALSE,
            Tag::True => Dynamic::TRUE,
            Tag::Int => Dynamic::from_int(reader.word()? as i64),
            Tag::Float => Dynamic::from_float(f64::from_bits(reader.word()?)),
            Tag::String => Dynamic::from(reader.string()?.to_string()),
            Tag::Blob => {
                let len = reader.len()?;
                Dynamic::from_blob(reader.take(len)?.to_vec())
            }
            Tag::Array | Tag::Map => {
                let left = reader.len()? as u32;
                if left == 0 {
                    match tag {
                        Tag::Array => Dynamic::from_array(Array::new()),
                        _ => Dynamic::from_map(Map::new()),
                    }
                } else if open.len() >= MAX_DEPTH {
                    let message = format!("nested more than {MAX_DEPTH} levels");
                    return Err(ConversionError::new(message));
                } else if tag == Tag::Array {
                    // Every value takes a byte at least: a lying count allocates no more.
                    let items = Array::with_capacity((left as usize).min(reader.bytes.len()));
                    open.push(Building::Array { items, left });
                    continue;
                } else {
                    let key = reader.string()?.into();
                    let map = Map::new();
                    open.push(Building::Map { map, key, left });
                    continue;
                }
            }
        };
        // Put it where it belongs, closing the containers that it completes.
        loop {
            match open.last_mut() {
                None if reader.bytes.is_empty() => return Ok(value),
                None => return Err(ConversionError::new("malformed value: bytes left over")),
                Some(Building::Array { items, left }) => {
                    items.push(value);
                    *left -= 1;
                    if *left > 0 {
                        break;
                    }
                }
                Some(Building::Map { map, key, left }) => {
                    map.insert(std::mem::take(key), value);
                    *left -= 1;
                    if *left > 0 {
                        *key = reader.string()?.into();
                        break;
                    }
                }
            }
            value = match open.pop() {
                Some(Building::Array { items, .. }) => Dynamic::from_array(items),
                Some(Building::Map { map, .. }) => Dynamic::from_map(map),
                None => unreachable!("a container was just completed"),
            };
        }
    }
}

/// Reads the value of a slot whose bytes, if any, are at `payload` in `input`.
///
/// # Errors
///
/// As [`decode`]; also a slot that refers to bytes outside of `input`.
#[inline]
pub fn decode_slot(slot: Slot, input: &[u8]) -> Result<Dynamic, ConversionError> {
    let malformed = || ConversionError::new("malformed value");
    let bytes = || {
        let start = usize::try_from(slot.payload).ok()?;
        input.get(start..start.checked_add(slot.byte_len())?)
    };
    Ok(match slot.tag().ok_or_else(malformed)? {
        Tag::Unit => Dynamic::UNIT,
        Tag::False => Dynamic::FALSE,
        Tag::True => Dynamic::TRUE,
        Tag::Int => Dynamic::from_int(slot.payload as i64),
        Tag::Float => Dynamic::from_float(f64::from_bits(slot.payload)),
        Tag::String => {
            let text = std::str::from_utf8(bytes().ok_or_else(malformed)?);
            Dynamic::from(text.map_err(|_| malformed())?.to_string())
        }
        Tag::Blob => Dynamic::from_blob(Blob::from(bytes().ok_or_else(malformed)?)),
        Tag::Array | Tag::Map => decode(bytes().ok_or_else(malformed)?)?,
    })
}

/// Reads the flat encoding, piece by piece.
pub(crate) struct Reader<'a> {
    /// What is still to be read.
    pub(crate) bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], ConversionError> {
        if len > self.bytes.len() {
            return Err(ConversionError::new("malformed value: it ends too early"));
        }
        let (taken, rest) = self.bytes.split_at(len);
        self.bytes = rest;
        Ok(taken)
    }

    pub(crate) fn tag(&mut self) -> Result<Tag, ConversionError> {
        let byte = self.take(1)?[0];
        Tag::from_byte(byte)
            .ok_or_else(|| ConversionError::new(format!("malformed value: tag {byte}")))
    }

    pub(crate) fn word(&mut self) -> Result<u64, ConversionError> {
        let bytes = self.take(8)?.try_into().expect("8 bytes");
        Ok(u64::from_ne_bytes(bytes))
    }

    pub(crate) fn len(&mut self) -> Result<usize, ConversionError> {
        let bytes = self.take(4)?.try_into().expect("4 bytes");
        Ok(u32::from_ne_bytes(bytes) as usize)
    }

    pub(crate) fn string(&mut self) -> Result<&'a str, ConversionError> {
        let len = self.len()?;
        std::str::from_utf8(self.take(len)?)
            .map_err(|_| ConversionError::new("malformed value: a string is not UTF-8"))
    }
}
