//! Values for tests, and a record of those that functions were called with.

use std::cell::RefCell;
use std::rc::Rc;

use rhai::{Dynamic, Map};

/// Makes an object map.
pub fn map<const N: usize>(entries: [(&str, Dynamic); N]) -> Dynamic {
    let entries = entries.map(|(key, value)| (key.into(), value));
    Dynamic::from_map(Map::from_iter(entries))
}

/// Random numbers that are the same in every run.
pub struct XorShift(pub u64);

impl XorShift {
    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// The next number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.draw() % end as u64) as usize
    }

    /// Puts `items` into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// A record of the arguments that a host function was called with.
#[derive(Debug, Clone, Default)]
pub struct Calls(Rc<RefCell<Vec<Vec<Dynamic>>>>);

impl Calls {
    /// Adds a call.
    pub fn add(&self, arguments: Vec<Dynamic>) {
        self.0.borrow_mut().push(arguments);
    }

    /// Takes the first argument of the only call.
    #[track_caller]
    pub fn only_argument(&self) -> Dynamic {
        let mut calls = self.0.borrow_mut();
        assert_eq!(calls.len(), 1, "calls");
        calls.pop().expect("a call").swap_remove(0)
    }

    /// The number of calls.
    pub fn count(&self) -> usize {
        self.0.borrow().len()
    }
}
