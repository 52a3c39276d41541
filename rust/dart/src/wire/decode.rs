//! Values on their way from Dart.

use std::mem::size_of;
use std::sync::Arc;

use rhai::{Array, Blob, Dynamic, Identifier, ImmutableString, Map};

use memory::{Sizes, TooMuchMemory};
use runtime::border::exporter::into_pointer;
use runtime::context::shared::Shared;
use runtime::data::conversion_error::ConversionError;
use runtime::data::walk::too_deep;
use runtime::limits::stack::MAX_DEPTH;
use runtime::objects::host_object::HostObject;
use runtime::objects::released_ids::ReleasedIds;

use crate::mailbox::Mailbox;
use crate::wire::encode::within;
use crate::wire::format::{Slot, Tag};
use crate::wire::new_objects::NewObjects;
use crate::wire::protocol::{header, key};

/// Takes the new objects of an encoded value: what is not read is let go.
///
/// # Errors
///
/// The slot refers to bytes outside of `input`, or to too few.
pub fn take_objects(
    slot: Slot,
    input: &[u8],
    released: &Arc<ReleasedIds>,
) -> Result<NewObjects, ConversionError> {
    if slot.tag() != Some(Tag::Array) {
        return Ok(NewObjects::none());
    }
    let bytes = slot.bytes(input).ok_or_else(outside)?;
    let mut reader = Reader { bytes };
    let (first, count) = (reader.word()?, reader.word()?);
    // Each of them takes a byte at least.
    if count > reader.bytes.len() as u64 {
        return Err(ConversionError::malformed("it has too many objects"));
    }
    Ok(NewObjects::new(first, count, released))
}

/// The error for a slot that refers to bytes outside of the input.
pub fn outside() -> ConversionError {
    ConversionError::malformed("it refers to bytes outside of the input")
}

#[inline]
fn decode_scalar(slot: Slot) -> Option<Dynamic> {
    match slot.tag()? {
        Tag::Unit => Some(Dynamic::UNIT),
        Tag::False => Some(Dynamic::FALSE),
        Tag::True => Some(Dynamic::TRUE),
        Tag::Int => Some(Dynamic::from_int(slot.payload as i64)),
        Tag::Float => Some(Dynamic::from_float(f64::from_bits(slot.payload))),
        _ => None,
    }
}

/// Reads the value of a slot whose bytes, if any, are at `payload` in `input`.
///
/// # Errors
///
/// Any input is safe: what is no encoding of a value gives an error.
#[inline]
pub fn decode_slot(
    slot: Slot,
    input: &[u8],
    mailbox: &Mailbox,
    shared: &Shared,
) -> Result<Dynamic, ConversionError> {
    if let Some(value) = decode_scalar(slot) {
        return Ok(value);
    }
    let objects = take_objects(slot, input, &shared.released)?;
    decode_taken(slot, input, mailbox, shared, objects)
}

/// Like [`decode_slot`], for a value whose new objects were taken before.
///
/// # Errors
///
/// As [`decode_slot`].
pub fn decode_taken(
    slot: Slot,
    input: &[u8],
    mailbox: &Mailbox,
    shared: &Shared,
    objects: NewObjects,
) -> Result<Dynamic, ConversionError> {
    if let Some(value) = decode_scalar(slot) {
        return Ok(value);
    }
    match slot.tag() {
        Some(Tag::String) if slot.is_appended() => {
            let text = mailbox.take_text(slot.byte_len()).ok_or_else(outside)?;
            memory::adopt(text.capacity()).map_err(too_large)?;
            within(memory::sizes().of_string(text.len()))?;
            Ok(ImmutableString::from(text).into())
        }
        Some(Tag::String) => {
            let text = std::str::from_utf8(slot.bytes(input).ok_or_else(outside)?);
            let text = text.map_err(|_| ConversionError::malformed("not UTF-8"))?;
            within(memory::sizes().of_string(text.len()))?;
            memory::ask(text.len()).map_err(too_large)?;
            Ok(ImmutableString::from(text).into())
        }
        Some(Tag::Blob) => {
            let bytes = slot.bytes(input).ok_or_else(outside)?;
            within(memory::sizes().of_blob(bytes.len()))?;
            memory::ask(bytes.len()).map_err(too_large)?;
            Ok(Dynamic::from_blob(Blob::from(bytes)))
        }
        Some(Tag::Array) => {
            let bytes = slot.bytes(input).ok_or_else(outside)?;
            let bytes = bytes.get(header::LENGTH..).ok_or_else(outside)?;
            decode(bytes, shared, objects)
        }
        _ => Err(ConversionError::malformed("unknown tag")),
    }
}

/// The error for a value that needs more memory than the script may use; it ends.
pub(crate) fn too_large(_: TooMuchMemory) -> ConversionError {
    ConversionError::new(
        "larger than the memory that the script may use",
        "return less",
    )
}

/// A container that is being read.
enum Building {
    Array {
        items: Array,
        left: usize,
    },
    Map {
        map: Map,
        key: Identifier,
        left: usize,
    },
}

/// Reads one value in the flat encoding, without its header; it must fill `bytes`
/// exactly.
///
/// # Errors
///
/// As [`decode_slot`].
pub fn decode(
    bytes: &[u8],
    shared: &Shared,
    objects: NewObjects,
) -> Result<Dynamic, ConversionError> {
    let mut decoder = Decoder {
        reader: Reader { bytes },
        keys: Vec::new(),
        sizes: memory::sizes(),
        shared,
        objects,
    };
    let mut open: Vec<Building> = Vec::new();
    loop {
        // Read one value, or open a container and go on with its first value.
        let tag = decoder.reader.tag()?;
        memory::ask(size_of::<Dynamic>()).map_err(too_large)?;
        let mut value = match tag {
            Tag::Array | Tag::Map => {
                let left = decoder.reader.len()?;
                within(match tag {
                    Tag::Array => decoder.sizes.of_array(left),
                    _ => decoder.sizes.of_map(left),
                })?;
                if left == 0 {
                    match tag {
                        Tag::Array => Dynamic::from_array(Array::new()),
                        _ => Dynamic::from_map(Map::new()),
                    }
                } else if open.len() >= MAX_DEPTH {
                    return Err(too_deep());
                } else if tag == Tag::Array {
                    // Every value takes a byte at least: a lying count allocates no more.
                    let capacity = left.min(decoder.reader.bytes.len());
                    memory::ask(capacity * size_of::<Dynamic>()).map_err(too_large)?;
                    let items = Array::with_capacity(capacity);
                    open.push(Building::Array { items, left });
                    continue;
                } else {
                    let key = decoder.key()?;
                    let map = Map::new();
                    open.push(Building::Map { map, key, left });
                    continue;
                }
            }
            tag => decoder.leaf(tag)?,
        };
        // Put it where it belongs, closing the containers that it completes.
        loop {
            match open.last_mut() {
                None if decoder.reader.bytes.is_empty() => return Ok(value),
                None => return Err(ConversionError::malformed("bytes left over")),
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
                        *key = decoder.key()?;
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

struct Decoder<'a> {
    reader: Reader<'a>,
    /// The first keys of the value, for later ones to refer to.
    keys: Vec<Identifier>,
    sizes: Sizes,
    shared: &'a Shared,
    objects: NewObjects,
}

impl Decoder<'_> {
    #[inline]
    fn key(&mut self) -> Result<Identifier, ConversionError> {
        let len = self.reader.number()?;
        if len & key::REFERENCE != 0 {
            let known = self.keys.get((len & !key::REFERENCE) as usize);
            return known
                .cloned()
                .ok_or_else(|| ConversionError::malformed("unknown key"));
        }
        let key = Identifier::from(self.reader.text(len as usize)?);
        if self.keys.len() < key::MAX_REFERABLE {
            self.keys.push(key.clone());
        }
        Ok(key)
    }

    /// Reads what is neither an array (other than of numbers) nor a map.
    #[inline]
    fn leaf(&mut self, tag: Tag) -> Result<Dynamic, ConversionError> {
        let reader = &mut self.reader;
        Ok(match tag {
            Tag::Unit => Dynamic::UNIT,
            Tag::False => Dynamic::FALSE,
            Tag::True => Dynamic::TRUE,
            Tag::Int => Dynamic::from_int(reader.word()? as i64),
            Tag::Float => Dynamic::from_float(f64::from_bits(reader.word()?)),
            Tag::String => {
                let len = reader.len()?;
                within(self.sizes.of_string(len))?;
                memory::ask(len).map_err(too_large)?;
                ImmutableString::from(reader.text(len)?).into()
            }
            Tag::Blob => {
                let len = reader.len()?;
                within(self.sizes.of_blob(len))?;
                memory::ask(len).map_err(too_large)?;
                Dynamic::from_blob(reader.take(len)?.to_vec())
            }
            Tag::Ints => {
                let ints = reader.words()?.map(|word| Dynamic::from_int(word as i64));
                within(self.sizes.of_array(ints.len()))?;
                memory::ask(ints.len() * size_of::<Dynamic>()).map_err(too_large)?;
                Dynamic::from_array(ints.collect())
            }
            Tag::Floats => {
                let floats = reader.words()?.map(f64::from_bits);
                within(self.sizes.of_array(floats.len()))?;
                memory::ask(floats.len() * size_of::<Dynamic>()).map_err(too_large)?;
                Dynamic::from_array(floats.map(Dynamic::from_float).collect())
            }
            Tag::Range => {
                let (start, end) = (reader.word()? as i64, reader.word()? as i64);
                Dynamic::from(start..end)
            }
            Tag::InclusiveRange => {
                let (start, end) = (reader.word()? as i64, reader.word()? as i64);
                Dynamic::from(start..=end)
            }
            Tag::Object => Dynamic::from(HostObject::new(self.objects.take_next()?)),
            Tag::Closure => {
                let arities = reader.number()?;
                HostObject::new(self.objects.take_next()?)
                    .into_closure(arities, &self.shared.pointers.host_closure)
            }
            Tag::Function => {
                let exported = self.shared.functions.get(reader.word()?);
                let exported = exported
                    .ok_or_else(|| ConversionError::malformed("it has no such function"))?;
                into_pointer(exported, self.shared)
            }
            Tag::Array | Tag::Map => return Err(ConversionError::malformed("no leaf")),
        })
    }
}

/// Reads the flat encoding, piece by piece.
struct Reader<'a> {
    /// Bytes that are still to be read.
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    #[inline]
    fn take(&mut self, len: usize) -> Result<&'a [u8], ConversionError> {
        if len > self.bytes.len() {
            return Err(ConversionError::malformed("it ends too early"));
        }
        let (taken, rest) = self.bytes.split_at(len);
        self.bytes = rest;
        Ok(taken)
    }

    #[inline]
    fn tag(&mut self) -> Result<Tag, ConversionError> {
        let byte = self.take(1)?[0];
        Tag::from_byte(byte).ok_or_else(|| ConversionError::malformed("unknown tag"))
    }

    #[inline]
    fn word(&mut self) -> Result<u64, ConversionError> {
        let bytes = self.take(8)?.try_into().expect("8 bytes");
        Ok(u64::from_ne_bytes(bytes))
    }

    #[inline]
    fn number(&mut self) -> Result<u32, ConversionError> {
        let bytes = self.take(4)?.try_into().expect("4 bytes");
        Ok(u32::from_ne_bytes(bytes))
    }

    #[inline]
    fn len(&mut self) -> Result<usize, ConversionError> {
        Ok(self.number()? as usize)
    }

    #[inline]
    fn text(&mut self, len: usize) -> Result<&'a str, ConversionError> {
        std::str::from_utf8(self.take(len)?).map_err(|_| ConversionError::malformed("not UTF-8"))
    }

    /// A count and that many words.
    fn words(&mut self) -> Result<impl ExactSizeIterator<Item = u64> + 'a, ConversionError> {
        let count = self.len()?;
        let len = count.saturating_mul(8);
        let words = self.take(len)?.chunks_exact(8);
        Ok(words.map(|word| u64::from_ne_bytes(word.try_into().expect("8 bytes"))))
    }
}
