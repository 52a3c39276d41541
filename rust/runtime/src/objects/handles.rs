//! Things of the native side that the host holds, by ids.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::objects::released_ids::ReleasedIds;

/// The host's hold on something: a finalizer may let go of it on any thread.
#[derive(Debug)]
pub struct Handle {
    id: u64,
    released: Arc<ReleasedIds>,
}

impl Handle {
    /// Makes a handle for what has this id. Dropping it adds the id to `released`.
    pub fn new(id: u64, released: &Arc<ReleasedIds>) -> Self {
        let released = released.clone();
        Handle { id, released }
    }

    /// The id.
    pub fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.released.add(std::iter::once(self.id));
    }
}

/// Things that the host may hold, by ids that are never used twice.
#[derive(Debug)]
pub struct HandleTable<T> {
    items: RefCell<HashMap<u64, Rc<T>>>,
    last_id: Cell<u64>,
    released: Arc<ReleasedIds>,
}

impl<T> Default for HandleTable<T> {
    fn default() -> Self {
        HandleTable {
            items: RefCell::default(),
            last_id: Cell::new(0),
            released: Arc::default(),
        }
    }
}

impl<T> HandleTable<T> {
    /// Adds an item, which stays until its handle is dropped. Returns its id.
    pub fn add(&self, item: Rc<T>) -> u64 {
        let id = self.last_id.get() + 1;
        self.last_id.set(id);
        // The table is the engine's.
        memory::uncounted(|| self.items.borrow_mut().insert(id, item));
        id
    }

    /// A handle for an item of the table. There must be no other one.
    pub fn handle(&self, id: u64) -> Option<Handle> {
        let is_there = self.items.borrow().contains_key(&id);
        is_there.then(|| Handle::new(id, &self.released))
    }

    /// The item with this id, if the host still has it.
    pub fn get(&self, id: u64) -> Option<Rc<T>> {
        self.items.borrow().get(&id).cloned()
    }

    /// How many items there are.
    pub fn count(&self) -> usize {
        self.items.borrow().len()
    }

    /// Takes an item out of the table.
    pub fn remove(&self, id: u64) -> Option<Rc<T>> {
        // What it gives back is the engine's.
        memory::uncounted(|| self.items.borrow_mut().remove(&id))
    }

    /// Drops the items that the host has let go of.
    #[inline]
    pub fn drop_released(&self) {
        if !self.released.is_empty() {
            self.drop_all_released();
        }
    }

    #[cold]
    fn drop_all_released(&self) {
        let mut ids = Vec::new();
        self.released.move_to(&mut ids);
        for id in ids {
            // Dropped when the table is not borrowed.
            drop(self.remove(id));
        }
    }

    /// Drops all items.
    pub fn clear(&self) {
        drop(self.items.take());
    }
}
