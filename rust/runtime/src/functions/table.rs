//! The functions of scripts that the host has, and what keeps them working.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use fibers::StackPool;

use crate::data::{depth, size};
use crate::functions::captured::CapturedVariables;
use crate::functions::script_function::ScriptFunction;
use crate::limits::stack::MAX_KEPT_LEVELS;
use crate::objects::handles::Handle;
use crate::objects::released_ids::ReleasedIds;

/// The functions of scripts that the host has.
#[derive(Debug)]
pub struct FunctionTable {
    stacks: Rc<StackPool>,
    functions: RefCell<HashMap<u64, Exported>>,
    last_id: Cell<u64>,
    last_serial: Cell<u64>,
    /// Every set of captured variables and every function that there may still be.
    captured: RefCell<Vec<Weak<CapturedVariables>>>,
    all: RefCell<Vec<Weak<ScriptFunction>>>,
    /// Operations of scripts that may have nested what functions keep, since that
    /// was measured.
    operations: Cell<u64>,
    released: Arc<ReleasedIds>,
}

/// A function that the host has.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The function.
    pub function: Rc<ScriptFunction>,
    /// Keeps the variables that its script's closures captured.
    pub captured: Option<Rc<CapturedVariables>>,
}

impl Exported {
    /// Notes that a call left memory behind.
    pub fn add_left(&self, bytes: usize) {
        if let Some(captured) = &self.captured {
            captured.add_left(bytes);
        }
    }

    /// Whether the function keeps more than `max` bytes, see
    /// [`CapturedVariables::keep_more_than`].
    pub fn keeps_more_than(&self, max: usize) -> bool {
        let captured = self.captured.as_ref();
        captured.is_some_and(|captured| {
            captured.keep_more_than(max, |variables| {
                size::bytes(self.function.curry().chain(variables))
            })
        })
    }
}

/// Adds a reference to a list, out of which it takes dead ones before the list
/// grows.
fn add_weak<T>(list: &RefCell<Vec<Weak<T>>>, item: &Rc<T>) {
    // The list is the engine's.
    memory::uncounted(|| {
        let mut list = list.borrow_mut();
        if list.len() == list.capacity() {
            list.retain(|item| item.strong_count() > 0);
            let len = list.len();
            list.reserve(len.max(16));
        }
        list.push(Rc::downgrade(item));
    });
}

impl FunctionTable {
    /// Makes an empty table, whose values are dropped on `stacks`.
    pub fn new(stacks: &Rc<StackPool>) -> Self {
        FunctionTable {
            stacks: stacks.clone(),
            functions: RefCell::default(),
            last_id: Cell::new(0),
            last_serial: Cell::new(0),
            captured: RefCell::default(),
            all: RefCell::default(),
            operations: Cell::new(0),
            released: Arc::default(),
        }
    }

    /// A serial number that no function has had.
    pub(crate) fn next_serial(&self) -> u64 {
        let serial = self.last_serial.get() + 1;
        self.last_serial.set(serial);
        serial
    }

    pub(crate) fn insert(&self, function: Rc<ScriptFunction>) -> (u64, u64) {
        let id = self.last_id.get() + 1;
        self.last_id.set(id);
        let captured = function.captured.upgrade();
        let exported = Exported { function, captured };
        // The host lets go of it, whoever runs then.
        let handle = memory::uncounted(|| {
            self.functions.borrow_mut().insert(id, exported);
            Box::into_raw(Box::new(Handle::new(id, &self.released)))
        });
        (id, handle as u64)
    }

    /// The function with this id, if the host still has it.
    pub fn get(&self, id: u64) -> Option<Exported> {
        self.functions.borrow().get(&id).cloned()
    }

    /// Whether the host has let go of functions.
    #[inline]
    pub fn has_released(&self) -> bool {
        !self.released.is_empty()
    }

    /// Takes the functions that the host has let go of.
    pub fn take_released(&self) -> Vec<Exported> {
        let mut ids = Vec::new();
        self.released.move_to(&mut ids);
        let mut functions = self.functions.borrow_mut();
        ids.iter().filter_map(|id| functions.remove(id)).collect()
    }

    /// A place for what the closures of a script captured.
    pub(crate) fn new_captured(&self) -> Rc<CapturedVariables> {
        let captured = Rc::new(CapturedVariables::new(&self.stacks));
        add_weak(&self.captured, &captured);
        captured
    }

    /// Notes that there is such a function.
    pub(crate) fn note(&self, function: &Rc<ScriptFunction>) {
        add_weak(&self.all, function);
    }

    /// Adds operations that may have nested what functions keep. Whenever there were
    /// `between` of them, it is measured; returns whether it is nested too deeply.
    pub(crate) fn add_operations(&self, operations: u64, between: u64) -> bool {
        let operations = self.operations.get() + operations;
        self.operations.set(operations);
        if operations < between {
            return false;
        }
        let is_too_deep = memory::held(|| self.levels()) > MAX_KEPT_LEVELS;
        // If it is, the next call finds out again.
        self.operations.set(if is_too_deep { between } else { 0 });
        is_too_deep
    }

    fn levels(&self) -> u64 {
        let functions: Vec<_> = self.all.borrow().iter().filter_map(Weak::upgrade).collect();
        let captured: Vec<_> = self
            .captured
            .borrow()
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        let variables: Vec<_> = captured.iter().map(|captured| captured.values()).collect();
        let curried = functions.iter().flat_map(|function| function.curry());
        depth::levels(curried.chain(variables.iter().flat_map(|list| list.iter())))
    }

    /// Forgets all functions, and empties what they captured, so that none keeps
    /// another.
    pub fn clear(&self) {
        let functions = self.functions.take();
        let captured = self.captured.take();
        let empty = || {
            for captured in captured.iter().filter_map(Weak::upgrade) {
                captured.empty();
            }
        };
        // Without a stack they leak: dropping them here could overflow this one.
        let _ = self.stacks.run(empty);
        drop(functions);
    }
}
