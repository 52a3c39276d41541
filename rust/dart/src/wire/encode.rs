//! Values on their way to Dart.

use std::mem::size_of;
use std::ops::{Range, RangeInclusive};

use memory::{Excess, Sizes};
use rhai::{Array, Dynamic, FnPtr, Map, INT};
use runtime::border::exporter::Exporter;
use runtime::data::conversion_error::ConversionError;
use runtime::data::walk::{walk, Visitor};
use runtime::functions::bound::name_of;
use runtime::objects::host_object::{self, HostObject};

use crate::wire::format::{encode_scalar, Tag};
use crate::wire::protocol::key;

/// Functions of scripts in what was encoded, and where their ids belong.
pub type Functions = Vec<(usize, FnPtr)>;

/// Appends the flat encoding of `value` to `out`, which is the host's memory and may have
/// up to `room` bytes. Functions of scripts in it are added to `functions`, if there is
/// that; [`export`] then gives them to Dart.
///
/// # Errors
///
/// The value holds something without a meaning in Dart (a timestamp; a function
/// if there is no `functions`), nests too deeply, a part of it is larger than
/// 2 GiB, or there is no room, which also ends the script. `out` then holds a part of the
/// encoding.
pub fn encode(
    value: &Dynamic,
    out: &mut Vec<u8>,
    room: usize,
    functions: Option<&mut Functions>,
) -> Result<(), ConversionError> {
    let mut encoder = Encoder {
        end: out.capacity().min(room).max(out.len()),
        out,
        room,
        keys: [(0, 0); key::MAX_REFERABLE],
        key_count: 0,
        next_key: 0,
        functions,
        sizes: memory::sizes(),
    };
    walk(value, &mut encoder)
}

/// Gives the functions in what was encoded to Dart. Only when all has been encoded
/// that crosses at once: of what cannot cross, Dart must not own any function.
pub fn export(functions: Functions, out: &mut [u8], exporter: &Exporter) {
    // All of them or none.
    memory::held(|| {
        for (at, pointer) in functions {
            let words = exporter.export(pointer);
            for (word, bytes) in words.iter().zip(out[at..].chunks_exact_mut(8)) {
                bytes.copy_from_slice(&word.to_ne_bytes());
            }
        }
    });
}

struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    /// Bytes that `out` may have, and those that it may have without growing.
    room: usize,
    end: usize,
    /// Where the first keys of the value start and end in `out`, and which of
    /// them is expected next: the maps of an array usually have the same ones.
    keys: [(usize, usize); key::MAX_REFERABLE],
    key_count: usize,
    next_key: usize,
    functions: Option<&'a mut Functions>,
    /// Rhai has not looked at what its operators made.
    sizes: Sizes,
}

impl Encoder<'_> {
    /// Makes room for `bytes` more in `out`.
    #[inline]
    fn reserve(&mut self, bytes: usize) -> Result<(), ConversionError> {
        match self.end - self.out.len() >= bytes {
            true => Ok(()),
            false => self.grow(bytes),
        }
    }

    #[cold]
    fn grow(&mut self, bytes: usize) -> Result<(), ConversionError> {
        let needed = self.out.len().saturating_add(bytes);
        if needed > self.room {
            return Err(too_large());
        }
        let end = needed.max(2 * self.end).min(self.room);
        let more = end - self.out.len();
        memory::uncounted(|| self.out.try_reserve_exact(more)).map_err(|_| too_large())?;
        self.end = end;
        Ok(())
    }

    /// Writes a tag, after which there is room for two words.
    #[inline]
    fn tag(&mut self, tag: Tag) -> Result<(), ConversionError> {
        self.reserve(1 + 2 * size_of::<u64>())?;
        self.out.push(tag as u8);
        Ok(())
    }

    #[inline]
    fn word(&mut self, word: u64) {
        self.out.extend_from_slice(&word.to_ne_bytes());
    }

    #[inline]
    fn len(&mut self, len: usize) -> Result<(), ConversionError> {
        // The highest bit marks keys that refer to others.
        match u32::try_from(len) {
            Ok(len) if len < key::REFERENCE => {
                self.reserve(size_of::<u32>())?;
                self.out.extend_from_slice(&len.to_ne_bytes());
                Ok(())
            }
            _ => Err(ConversionError::new("larger than 2 GiB", "split it up")),
        }
    }

    #[inline]
    fn bytes(&mut self, bytes: &[u8]) -> Result<(), ConversionError> {
        self.len(bytes.len())?;
        self.reserve(bytes.len())?;
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    /// Which of the first keys this is, if it is one.
    #[inline]
    fn find_key(&mut self, key: &[u8]) -> Option<usize> {
        let keys = &self.keys[..self.key_count];
        let is = |(start, end): (usize, usize)| self.out[start..end] == *key;
        let expected = match self.next_key < keys.len() {
            true => self.next_key,
            false => 0,
        };
        if keys.get(expected).is_some_and(|known| is(*known)) {
            return Some(expected);
        }
        // Not among many: that would take longer than writing it again.
        match keys.len() < key::MAX_REFERABLE {
            true => keys.iter().position(|known| is(*known)),
            false => None,
        }
    }

    fn function(&mut self, value: &Dynamic) -> Result<(), ConversionError> {
        let Some(pointer) = value.read_lock::<FnPtr>() else {
            return Err(cannot_cross(value));
        };
        if let Some(id) = host_object::closure_id(&pointer) {
            self.tag(Tag::Closure)?;
            self.word(id);
            return Ok(());
        }
        let at = self.out.len() + 1;
        let Some(functions) = &mut self.functions else {
            return Err(cannot_cross(value));
        };
        functions.push((at, pointer.clone()));
        self.tag(Tag::Function)?;
        self.reserve(3 * size_of::<u64>())?;
        (0..3).for_each(|_| self.word(0));
        self.bytes(name_of(&pointer).as_bytes())
    }
}

impl Visitor for Encoder<'_> {
    #[inline]
    fn leaf(&mut self, value: &Dynamic) -> Result<(), ConversionError> {
        if let Some(slot) = encode_scalar(value) {
            self.reserve(1 + size_of::<u64>())?;
            self.out.push(slot.tag_and_len as u8);
            if matches!(slot.tag(), Some(Tag::Int | Tag::Float)) {
                self.word(slot.payload);
            }
        } else if let Ok(string) = value.as_immutable_string_ref() {
            within(self.sizes.of_string(string.len()))?;
            self.tag(Tag::String)?;
            self.bytes(string.as_bytes())?;
        } else if let Ok(blob) = value.as_blob_ref() {
            within(self.sizes.of_blob(blob.len()))?;
            self.tag(Tag::Blob)?;
            self.bytes(&blob)?;
        } else if let Ok(c) = value.as_char() {
            self.tag(Tag::String)?;
            self.bytes(c.encode_utf8(&mut [0; 4]).as_bytes())?;
        } else if value.is_fnptr() {
            self.function(value)?;
        } else if let Some(object) = value.read_lock::<HostObject>() {
            self.tag(Tag::Object)?;
            self.word(object.id());
        } else if let Some(range) = value.read_lock::<Range<INT>>() {
            self.tag(Tag::Range)?;
            self.word(range.start as u64);
            self.word(range.end as u64);
        } else if let Some(range) = value.read_lock::<RangeInclusive<INT>>() {
            self.tag(Tag::InclusiveRange)?;
            self.word(*range.start() as u64);
            self.word(*range.end() as u64);
        } else {
            return Err(cannot_cross(value));
        }
        Ok(())
    }

    fn array(&mut self, items: &Array) -> Result<bool, ConversionError> {
        within(self.sizes.of_array(items.len()))?;
        let all_ints = || items.iter().all(|item| item.is_int() && !item.is_shared());
        let all_floats = || {
            items
                .iter()
                .all(|item| item.is_float() && !item.is_shared())
        };
        match items.first() {
            Some(first) if first.is_int() && all_ints() => {
                self.tag(Tag::Ints)?;
                self.len(items.len())?;
                self.reserve(items.len() * 8)?;
                let ints = items.iter().map(|item| item.as_int().unwrap_or_default());
                ints.for_each(|int| self.word(int as u64));
                Ok(false)
            }
            Some(first) if first.is_float() && all_floats() => {
                self.tag(Tag::Floats)?;
                self.len(items.len())?;
                self.reserve(items.len() * 8)?;
                let floats = items.iter().map(|item| item.as_float().unwrap_or_default());
                floats.for_each(|float| self.word(float.to_bits()));
                Ok(false)
            }
            _ => {
                self.tag(Tag::Array)?;
                self.len(items.len())?;
                Ok(true)
            }
        }
    }

    fn map(&mut self, map: &Map) -> Result<(), ConversionError> {
        within(self.sizes.of_map(map.len()))?;
        self.tag(Tag::Map)?;
        self.len(map.len())
    }

    #[inline]
    fn key(&mut self, key: &str) -> Result<(), ConversionError> {
        if let Some(index) = self.find_key(key.as_bytes()) {
            self.next_key = index + 1;
            let reference = key::REFERENCE | index as u32;
            self.reserve(size_of::<u32>())?;
            self.out.extend_from_slice(&reference.to_ne_bytes());
            return Ok(());
        }
        self.bytes(key.as_bytes())?;
        if self.key_count < key::MAX_REFERABLE {
            let end = self.out.len();
            self.keys[self.key_count] = (end - key.len(), end);
            self.key_count += 1;
        }
        Ok(())
    }

    fn end(&mut self, _: bool) {}
}

/// Checks that a value breaks no limit; if it does, its script ends.
pub fn within(broken: Option<Excess>) -> Result<(), ConversionError> {
    match broken {
        None => Ok(()),
        Some(excess) => {
            memory::exceed(excess);
            Err(ConversionError::new(
                "larger than scripts may have",
                "send less",
            ))
        }
    }
}

/// The error for a value that needs more memory than there may be; its script ends.
fn too_large() -> ConversionError {
    let _ = memory::refusal();
    ConversionError::new(
        "larger than the memory that the script may use",
        "send less",
    )
}

/// The error for a value that has no meaning in Dart.
fn cannot_cross(value: &Dynamic) -> ConversionError {
    let name = value.type_name();
    let name = name.rsplit("::").next().unwrap_or(name);
    // Rhai keeps the types of most iterators to itself, and calls them all ranges.
    let iterator = [
        ("StepRange", "a range with a step"),
        ("BitRange", "a range of bits"),
        ("CharsStream", "a range of characters"),
    ]
    .into_iter()
    .find(|(iterator, _)| name.starts_with(iterator));
    if let Some((_, what)) = iterator {
        return ConversionError::new(
            format!("{what} cannot cross to Dart"),
            "collect it into an array: let a = []; for x in it { a.push(x) }",
        );
    }
    let hint = match name {
        "timestamp" => "pass its elapsed time, a float",
        _ => "pass data, a range or a function",
    };
    ConversionError::new(
        format!("a value of Rhai type {name} cannot cross to Dart"),
        hint,
    )
}
