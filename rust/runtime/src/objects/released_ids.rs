//! Ids that one side of the boundary has let go of, for the other side to forget.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

/// Ids of objects or functions that were dropped, for their owner to forget.
/// They may be dropped on any thread.
#[derive(Debug, Default)]
pub struct ReleasedIds {
    /// Whether there are any: looked at in every call.
    any: AtomicBool,
    ids: Mutex<Vec<u64>>,
}

impl ReleasedIds {
    fn ids(&self) -> MutexGuard<'_, Vec<u64>> {
        // No code under the lock can panic half-way through a change.
        self.ids
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Adds ids.
    pub fn add(&self, ids: impl Iterator<Item = u64>) {
        let mut list = self.ids();
        // The lock is not a script's to keep, nor the memory its own.
        memory::uncounted(|| list.extend(ids));
        self.any.store(true, Ordering::Relaxed);
    }

    /// Whether there are any.
    #[inline]
    pub fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Relaxed)
    }

    /// Moves the ids to the end of `to`.
    pub fn move_to(&self, to: &mut Vec<u64>) {
        let mut list = self.ids();
        to.append(&mut list);
        self.any.store(false, Ordering::Relaxed);
    }
}
