//! Compiled scripts that engines keep, by their texts.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lru::LruCache;

use crate::language::compiled_script::CompiledScript;
use crate::limits::likeness::LiteralSizes;

/// Compiled scripts by their texts, of which those used last are kept. Engines that compile
/// scripts alike share them.
#[derive(Debug)]
pub struct CompiledScripts {
    scripts: RefCell<LruCache<Box<str>, Kept>>,
    /// Bytes that they take.
    size: Cell<usize>,
    max_size: usize,
}

#[derive(Debug)]
struct Kept {
    script: Rc<CompiledScript>,
    /// Bytes that it takes, with its text.
    size: usize,
    /// The sizes that its literals could have.
    literals: LiteralSizes,
}

impl CompiledScripts {
    /// Makes a place for scripts that take up to `max_size` bytes in all.
    pub fn new(max_size: usize) -> Self {
        CompiledScripts {
            scripts: RefCell::new(LruCache::unbounded()),
            size: Cell::new(0),
            max_size,
        }
    }

    /// The bytes that they may take.
    pub fn max_size(&self) -> usize {
        self.max_size
    }

    /// How many there are, and the bytes that they take.
    pub fn len_and_bytes(&self) -> (usize, usize) {
        (self.scripts.borrow().len(), self.size.get())
    }

    /// Returns a script that is kept, and whose literals have no more than these sizes.
    pub fn get(&self, text: &str, literals: &LiteralSizes) -> Option<Rc<CompiledScript>> {
        let mut scripts = self.scripts.borrow_mut();
        let kept = scripts.get(text)?;
        let fits = kept.literals.fit(text.len(), literals);
        fits.then(|| kept.script.clone())
    }

    /// Keeps a script that takes `size` bytes, unless there is no room for it.
    pub fn keep(
        &self,
        text: Box<str>,
        script: &Rc<CompiledScript>,
        size: usize,
        literals: LiteralSizes,
    ) {
        // What is described of it takes no more than its text once more.
        let size = size + 2 * text.len();
        if size > self.max_size || memory::is_exceeded() {
            return;
        }
        let kept = Kept {
            script: script.clone(),
            size,
            literals,
        };
        // What is allocated and dropped here is not the running script's.
        memory::uncounted(|| self.put(text, kept));
    }

    fn put(&self, text: Box<str>, kept: Kept) {
        let mut scripts = self.scripts.borrow_mut();
        while self.size.get() + kept.size > self.max_size {
            match scripts.pop_lru() {
                Some((_, oldest)) => self.size.set(self.size.get() - oldest.size),
                None => break,
            }
        }
        self.size.set(self.size.get() + kept.size);
        if let Some(same) = scripts.put(text, kept) {
            // Another execution has compiled it meanwhile.
            self.size.set(self.size.get() - same.size);
        }
    }
}
