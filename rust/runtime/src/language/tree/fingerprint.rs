//! Numbers that tell whether data was changed.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::{Range, RangeInclusive};
use std::time::Instant;

use rhai::{Array, Dynamic, FnPtr, Map, INT};

use crate::data::walk::{walk, Visitor};
use crate::objects::host_object::DartObject;
use crate::wire::format::ConversionError;

/// A number that differs if the data of a value does; `None` if that cannot be said.
pub fn fingerprint(value: &Dynamic) -> Option<u64> {
    fingerprint_of(value, MAX_LEVELS)
}

/// Levels of what function pointers carry that is looked at.
const MAX_LEVELS: u32 = 64;

fn fingerprint_of(value: &Dynamic, levels: u32) -> Option<u64> {
    let mut data = Fingerprint {
        hasher: DefaultHasher::new(),
        levels,
    };
    walk(value, &mut data).ok()?;
    Some(data.hasher.finish())
}

struct Fingerprint {
    hasher: DefaultHasher,
    levels: u32,
}

impl Visitor for Fingerprint {
    fn leaf(&mut self, value: &Dynamic) -> Result<(), ConversionError> {
        let hasher = &mut self.hasher;
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
            self.pointer(&pointer);
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
        items.len().hash(&mut self.hasher);
        Ok(true)
    }

    fn map(&mut self, map: &Map) -> Result<(), ConversionError> {
        map.len().hash(&mut self.hasher);
        Ok(())
    }

    fn key(&mut self, key: &str) -> Result<(), ConversionError> {
        key.hash(&mut self.hasher);
        Ok(())
    }

    fn end(&mut self, is_map: bool) {
        is_map.hash(&mut self.hasher);
    }
}

impl Fingerprint {
    /// A closure is another one if it captured other variables.
    fn pointer(&mut self, pointer: &FnPtr) {
        pointer.fn_name().hash(&mut self.hasher);
        let Some(levels) = self.levels.checked_sub(1) else {
            return;
        };
        for value in pointer.curry() {
            let part = match value.is_shared() {
                true => address(value).map(|address| address as u64),
                false => fingerprint_of(value, levels),
            };
            part.hash(&mut self.hasher);
        }
    }
}

/// Where a shared value is; `None` while it is locked.
pub fn address(value: &Dynamic) -> Option<usize> {
    let inner = value.read_lock::<Dynamic>()?;
    Some(std::ptr::from_ref(&*inner).addr())
}
