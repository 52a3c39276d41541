//! The functions of scripts that Dart has, and what keeps them working.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use rhai::{Dynamic, Scope};

use crate::context::context::ExecutionContext;
use crate::context::shared::Host;
use crate::data::size;
use fibers::StackPool;

use crate::border::exporter::{bind, ScriptFunction};
use crate::data::depth;
use crate::limits::stack::MAX_KEPT_LEVELS;
use crate::objects::released_ids::ReleasedIds;
use fibers::OnFiber;

/// The variables at global level that closures of a script captured.
///
/// A closure that captured the variable which holds it, itself or through others,
/// would never be freed. So the variables are emptied when nobody outside of the
/// script can call its functions any more.
#[derive(Debug)]
pub struct CapturedVariables {
    variables: OnFiber<Variables>,
    /// Bytes that calls have left behind since their memory was measured.
    left: Cell<usize>,
}

#[derive(Debug, Default)]
struct Variables(RefCell<Vec<Dynamic>>);

/// Takes those variables of a script's scope that closures captured.
fn shared_in(scope: Scope) -> Vec<Dynamic> {
    let values = scope.into_iter().map(|(_, value, _)| value);
    values.filter(Dynamic::is_shared).collect()
}

/// Empties the variables that closures captured in `scope`, which has ended and whose
/// closures nobody else can call.
pub fn empty_captured(scope: Scope) {
    drop(Variables(RefCell::new(shared_in(scope))));
}

impl Variables {
    fn empty(&self) {
        let variables = self.0.take();
        for mut variable in variables {
            let held = variable
                .write_lock::<Dynamic>()
                .map(|mut held| std::mem::take(&mut *held));
            drop(held);
        }
    }
}

impl Drop for Variables {
    fn drop(&mut self) {
        self.empty();
    }
}

impl CapturedVariables {
    fn new(stacks: &Rc<StackPool>) -> Self {
        CapturedVariables {
            variables: OnFiber::new(Variables::default(), stacks),
            left: Cell::new(0),
        }
    }

    /// Keeps what closures captured in `scope`, which has ended.
    pub fn keep(&self, scope: Scope) {
        let shared = shared_in(scope);
        memory::held(|| self.variables.0.borrow_mut().extend(shared));
    }
}

/// What Dart has of a function: its finalizer may let go of it on any thread.
#[derive(Debug)]
pub struct Handle {
    id: u64,
    released: Arc<ReleasedIds>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.released.add(std::iter::once(self.id));
    }
}

/// The functions of scripts that Dart has.
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

/// A function that Dart has.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The function.
    pub function: Rc<ScriptFunction>,
    /// What keeps its captured variables.
    pub captured: Option<Rc<CapturedVariables>>,
}

impl Exported {
    /// Notes that a call left memory behind.
    pub fn add_left(&self, bytes: usize) {
        if let Some(captured) = &self.captured {
            captured.left.set(captured.left.get().saturating_add(bytes));
        }
    }

    /// Whether the function keeps more than `max` bytes. It is measured when calls may
    /// have added a quarter of that; before, it is taken to be less.
    pub fn keeps_more_than(&self, max: usize) -> bool {
        let Some(captured) = &self.captured else {
            return false;
        };
        match captured.left.get() {
            // It was too much: nobody can make it less.
            usize::MAX => return true,
            left if left <= max / 4 => return false,
            _ => {}
        }
        let is_more = memory::held(|| {
            let variables = captured.variables.0.borrow();
            size::bytes(self.function.curry().chain(variables.iter())) > max
        });
        captured.left.set(if is_more { usize::MAX } else { 0 });
        is_more
    }

    /// The function as a value of the script that is running, if one is.
    pub fn into_pointer(self, host: &Host) -> Dynamic {
        let current = host.current().map(ExecutionContext::environment);
        let to = current.and_then(|current| current.captured);
        bind(host, self.function, to.as_ref()).into()
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
        let released = self.released.clone();
        // Dart lets go of it, whoever runs then.
        let handle = memory::uncounted(|| {
            self.functions.borrow_mut().insert(id, exported);
            Box::into_raw(Box::new(Handle { id, released }))
        });
        (id, handle as u64)
    }

    /// The function with this id, if Dart still has it.
    pub fn get(&self, id: u64) -> Option<Exported> {
        self.functions.borrow().get(&id).cloned()
    }

    /// Whether Dart has let go of functions.
    #[inline]
    pub fn has_released(&self) -> bool {
        !self.released.is_empty()
    }

    /// Takes the functions that Dart has let go of.
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
        let variables: Vec<_> = captured
            .iter()
            .map(|captured| captured.variables.0.borrow())
            .collect();
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
                captured.variables.empty();
            }
        };
        // Without a stack they leak: dropping them here could overflow this one.
        let _ = self.stacks.run(empty);
        drop(functions);
    }
}
