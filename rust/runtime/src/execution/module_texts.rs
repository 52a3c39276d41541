//! Texts of modules that the host has loaded.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lru::LruCache;

/// Bytes that an entry takes beside its text and its name.
const ENTRY: usize = 128;

/// Texts of modules by their names, of which those used last are kept.
///
/// They are the engine's and count for no script.
#[derive(Debug)]
pub struct ModuleTexts {
    texts: RefCell<LruCache<Box<str>, Rc<str>>>,
    /// Bytes that they take.
    size: Cell<usize>,
    max_size: usize,
    /// How often texts were forgotten on demand.
    generation: Cell<u64>,
}

impl ModuleTexts {
    /// Makes a place for texts that take up to `max_size` bytes in all.
    pub fn new(max_size: usize) -> Self {
        ModuleTexts {
            texts: RefCell::new(LruCache::unbounded()),
            size: Cell::new(0),
            max_size,
            generation: Cell::new(0),
        }
    }

    /// The same texts for another engine, up to `max_size` bytes in all.
    pub fn fork(&self, max_size: usize) -> Self {
        let texts = self.texts.borrow();
        let fork = Self::new(max_size);
        for (name, text) in texts.iter().rev() {
            let size = size_of(name, text);
            if fork.size.get() + size <= max_size {
                fork.texts.borrow_mut().put(name.clone(), text.clone());
                fork.size.set(fork.size.get() + size);
            }
        }
        fork
    }

    /// How often texts were forgotten on demand: one that was asked for before that is old.
    pub fn generation(&self) -> u64 {
        self.generation.get()
    }

    /// Runs `f` with the text of a module, if it is kept.
    pub fn with<R>(&self, name: &str, f: impl FnOnce(&str) -> R) -> Option<R> {
        let text = self.texts.borrow_mut().get(name).cloned()?;
        let result = f(&text);
        // It may be the last one by now, and was counted for nobody.
        memory::uncounted(|| drop(text));
        Some(result)
    }

    /// Keeps the text of a module that was asked for in some generation.
    pub fn keep(&self, name: &str, text: &str, generation: u64) {
        let size = size_of(name, text);
        if generation != self.generation.get() || size > self.max_size {
            return;
        }
        memory::uncounted(|| {
            let mut texts = self.texts.borrow_mut();
            // Many may have waited for it.
            if texts.peek(name).is_some_and(|kept| **kept == *text) {
                return;
            }
            if let Some(same) = texts.put(name.into(), text.into()) {
                self.size.set(self.size.get() - size_of(name, &same));
            }
            self.size.set(self.size.get() + size);
            while self.size.get() > self.max_size {
                let Some((name, oldest)) = texts.pop_lru() else {
                    break;
                };
                self.size.set(self.size.get() - size_of(&name, &oldest));
            }
        });
    }

    /// Forgets the text of a module, or all of them.
    pub fn forget(&self, name: Option<&str>) {
        self.generation.set(self.generation.get() + 1);
        let mut texts = self.texts.borrow_mut();
        match name {
            Some(name) => {
                if let Some(text) = texts.pop(name) {
                    self.size.set(self.size.get() - size_of(name, &text));
                }
            }
            None => {
                texts.clear();
                self.size.set(0);
            }
        }
    }
}

fn size_of(name: &str, text: &str) -> usize {
    (name.len() + text.len()).saturating_add(ENTRY)
}
