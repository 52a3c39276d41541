//! The binary encoding of values, the same in both directions.
//!
//! A value travels in a [`Slot`] of two words. Scalars fit into it; strings and
//! blobs are named by where their bytes are; everything else is written into a
//! flat buffer, in one pass and without recursion ([`encode`](crate::wire::encode),
//! [`decode`](crate::wire::decode)):
//!
//! ```text
//! unit, false, true   tag
//! int, float          tag, 8 bytes
//! string, blob        tag, u32 length, bytes
//! array               tag, u32 count, values
//! map                 tag, u32 count, (key, value)…
//! ints, floats        tag, u32 count, 8 bytes each: an array of these alone
//! range               tag, start, end (8 bytes each); exclusive or inclusive
//! object, closure     a Dart object or function, see below
//! function            a function of a script, see below
//!
//! key                 u32 length, bytes; or u32 index with the highest bit set,
//!                     for one of the first key::MAX_REFERABLE keys of this value
//! ```
//!
//! What cannot be written down is referred to. Each side keeps its own, under an
//! id, until the other side lets go of it:
//!
//! ```text
//!             from Dart                            to Dart
//! object      new, its id follows from its place   id (8 bytes)
//! closure     as object; u32 arities               id (8 bytes)
//! function    id (8 bytes)                         id, handle, serial number (8 bytes each),
//!                                                  u32 length, name
//! ```
//!
//! The new objects of a value have consecutive ids in the order in which they
//! occur. From Dart, a flat encoding therefore starts with the first id and
//! their number (8 bytes each).
//!
//! Numbers are in the byte order of the machine: both sides are on it.
//!
//! Lists and maps are flat and length-prefixed, arrays of numbers are packed, and a key that
//! occurred before is a reference: the maps of a table have the same ones. JSON would lose NaN,
//! infinities, bytes and the difference between 1 and 1.0.
//!
//! Strings and bytes are read where they are. On the way in, a long string is sent in parts of
//! 16,000 characters, which stay in the processor's cache, into its final place.

use rhai::Dynamic;

use crate::wire::protocol::{slot, tag};

/// The type of an encoded value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Tag {
    Unit = tag::UNIT,
    False = tag::NO,
    True = tag::YES,
    Int = tag::INTEGER,
    Float = tag::FLOAT,
    String = tag::STRING,
    Blob = tag::BLOB,
    Array = tag::ARRAY,
    Map = tag::MAP,
    Ints = tag::INTS,
    Floats = tag::FLOATS,
    Range = tag::RANGE,
    InclusiveRange = tag::INCLUSIVE_RANGE,
    Object = tag::OBJECT,
    Closure = tag::CLOSURE,
    Function = tag::FUNCTION,
}

impl Tag {
    const ALL: [Tag; 16] = [
        Tag::Unit,
        Tag::False,
        Tag::True,
        Tag::Int,
        Tag::Float,
        Tag::String,
        Tag::Blob,
        Tag::Array,
        Tag::Map,
        Tag::Ints,
        Tag::Floats,
        Tag::Range,
        Tag::InclusiveRange,
        Tag::Object,
        Tag::Closure,
        Tag::Function,
    ];

    /// The tag with this number, if there is one.
    #[inline]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Tag::ALL.get(usize::from(byte)).copied()
    }
}

/// One value in a call frame: 16 bytes, no allocation for scalars.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct Slot {
    /// The [`Tag`] in the lowest byte: a scalar's, `String`, `Blob`, or `Array`
    /// for every flat encoding. Above it the length of what it refers to, in
    /// bytes.
    pub tag_and_len: u64,
    /// The scalar's bits; else where the bytes are: an address on the way to
    /// Dart, an offset into the input buffer on the way from it, or [`APPENDED`].
    pub payload: u64,
}

/// The payload of a long string that came in parts, see
/// [`Mailbox::append_text`](crate::mailbox::Mailbox::append_text).
pub const APPENDED: u64 = slot::APPENDED as u64;

impl Slot {
    /// A slot for bytes that are somewhere else.
    #[inline]
    pub fn new(tag: Tag, len: usize, payload: u64) -> Self {
        Slot {
            tag_and_len: tag as u64 | (len as u64) << slot::LENGTH_SHIFT,
            payload,
        }
    }

    /// The tag, if it is a valid one.
    #[inline]
    pub fn tag(self) -> Option<Tag> {
        Tag::from_byte(self.tag_and_len as u8)
    }

    /// The length in bytes of what the slot refers to.
    #[inline]
    pub fn byte_len(self) -> usize {
        (self.tag_and_len >> slot::LENGTH_SHIFT) as usize
    }

    /// Whether the slot refers to bytes elsewhere.
    #[inline]
    pub fn has_bytes(self) -> bool {
        self.tag_and_len as u8 >= Tag::String as u8
    }

    /// Whether the slot is for a long string that came in parts.
    #[inline]
    pub fn is_appended(self) -> bool {
        self.tag() == Some(Tag::String) && self.payload == APPENDED
    }

    /// The bytes that the slot refers to in `input`; `None` if they are not
    /// within it.
    #[inline]
    pub fn bytes(self, input: &[u8]) -> Option<&[u8]> {
        let start = usize::try_from(self.payload).ok()?;
        input.get(start..start.checked_add(self.byte_len())?)
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
