//! Objects that come with a value from Dart.

use std::sync::Arc;

use runtime::data::conversion_error::ConversionError;
use runtime::objects::host_object::HostReference;
use runtime::objects::released_ids::ReleasedIds;

/// The objects that come with a value from Dart. Those that are not taken are
/// released.
#[derive(Debug)]
pub struct NewObjects {
    next: u64,
    end: u64,
    released: Option<Arc<ReleasedIds>>,
}

impl NewObjects {
    /// No objects.
    pub fn none() -> Self {
        NewObjects {
            next: 0,
            end: 0,
            released: None,
        }
    }

    /// `count` objects from the id `first` on.
    pub fn new(first: u64, count: u64, released: &Arc<ReleasedIds>) -> Self {
        NewObjects {
            next: first,
            end: first.saturating_add(count),
            released: (count > 0).then(|| released.clone()),
        }
    }

    /// Takes the next object.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn take_next(&mut self) -> Result<HostReference, ConversionError> {
        match &self.released {
            Some(released) if self.next < self.end => {
                let id = self.next;
                self.next += 1;
                Ok(HostReference::new(id, released))
            }
            _ => Err(ConversionError::malformed("it has no such object")),
        }
    }
}

impl Drop for NewObjects {
    fn drop(&mut self) {
        if let Some(released) = &self.released {
            if self.next < self.end {
                released.add(self.next..self.end);
            }
        }
    }
}
