//! Numbers that tell whether data was changed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::{Range, RangeInclusive};
use std::time::Instant;

use rhai::{Array, Dynamic, FnPtr, Map, INT};

use crate::dart_objects::DartObject;
use crate::values::ConversionError;
use crate::walk::{walk, Visitor};

/// A number that differs if the data of a value does; `None` if that cannot be said.
pub fn fingerprint(value: &Dynamic) -> Option<u64> {
    let mut data = Fingerprint::default();
    walk(value, &mut data).ok()?;
    Some(data.0.finish())
}

#[derive(Default)]
struct Fingerprint(DefaultHasher);

impl Visitor for Fingerprint {
    fn leaf(&mut self, value: &Dynamic) -> Result<(), ConversionError> {
        let hasher = &mut self.0;
        value.type_id().hash(hasher);
        if let Ok(int) = value.as_int() {
            int.hash(hasher);
        } else if let Ok(float) = value.as_float() {
            float.to_bits().hash(hasher);
        } else if let Ok(bool) = value.as_bool() {
            bool.hash(hasher);
        } else if let Ok(char) = value.as_char() {
            char.hash(hasher);
        } else if let Ok(text) = value.as_immutable_string_ref() {
            text.hash(hasher);
        } else if let Ok(blob) = value.as_blob_ref() {
            blob.hash(hasher);
        } else if let Some(pointer) = value.read_lock::<FnPtr>() {
            hash_pointer(&pointer, hasher);
        } else if let Some(object) = value.read_lock::<DartObject>() {
            object.id().hash(hasher);
        } else if let Some(range) = value.read_lock::<Range<INT>>() {
            range.hash(hasher);
        } else if let Some(range) = value.read_lock::<RangeInclusive<INT>>() {
            range.hash(hasher);
        } else if let Some(time) = value.read_lock::<Instant>() {
            time.hash(hasher);
        }
        Ok(())
    }

    fn array(&mut self, items: &Array) -> Result<bool, ConversionError> {
        items.len().hash(&mut self.0);
        Ok(true)
    }

    fn map(&mut self, map: &Map) -> Result<(), ConversionError> {
        map.len().hash(&mut self.0);
        Ok(())
    }

    fn key(&mut self, key: &str) -> Result<(), ConversionError> {
        key.hash(&mut self.0);
        Ok(())
    }

    fn end(&mut self, is_map: bool) {
        is_map.hash(&mut self.0);
    }
}

/// A closure is another one if it captured other variables.
fn hash_pointer(pointer: &FnPtr, hasher: &mut DefaultHasher) {
    pointer.fn_name().hash(hasher);
    for value in pointer.curry() {
        match address(value) {
            Some(address) if value.is_shared() => address.hash(hasher),
            _ => fingerprint(value).hash(hasher),
        }
    }
}

/// Where a shared value is; `None` while it is locked.
pub fn address(value: &Dynamic) -> Option<usize> {
    let inner = value.read_lock::<Dynamic>()?;
    Some(std::ptr::from_ref(&*inner).addr())
}
