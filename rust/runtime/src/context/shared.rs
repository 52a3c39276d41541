//! State that an engine shares with the scripts that run in it.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;

use fibers::StackPool;
use rhai::FnPtr;

use crate::context::context::ExecutionContext;
use crate::execution::script_cache::ScriptCache;
use crate::functions::host_constants::HostConstants;
use crate::functions::host_functions::HostFunctions;
use crate::functions::table::FunctionTable;
use crate::language::restrictions::Restrictions;
use crate::objects::released_ids::ReleasedIds;

/// State that an engine shares with the scripts that run in it.
pub struct Shared {
    current: Cell<*const ExecutionContext>,
    /// Bytes that abandoned scripts have left behind.
    leaked: Cell<usize>,
    /// Parts of the language that are switched off.
    pub restrictions: RefCell<Rc<Restrictions>>,
    /// Pointers that others are made from.
    pub pointers: Pointers,
    /// Objects of the host that no script needs any more.
    pub released: Arc<ReleasedIds>,
    /// The functions of the host that new scripts can call.
    pub host_functions: RefCell<Rc<HostFunctions>>,
    /// The constants in modules of the host that new scripts find.
    pub host_constants: RefCell<HostConstants>,
    /// The functions of scripts that the host has.
    pub functions: FunctionTable,
    /// The scripts that are kept, compiled.
    pub scripts: Rc<ScriptCache>,
    /// The stacks of the engine's fibers.
    pub stacks: Rc<StackPool>,
}

/// Function pointers that others are made from.
#[derive(Debug, Clone)]
pub struct Pointers {
    /// Calls a function of the host.
    pub host_closure: FnPtr,
    /// Calls a function of another script.
    pub bound: FnPtr,
}

impl Shared {
    /// Makes the shared state of an engine.
    pub fn new(stacks: Rc<StackPool>, scripts: ScriptCache, pointers: Pointers) -> Self {
        Shared {
            current: Cell::new(ptr::null()),
            leaked: Cell::new(0),
            restrictions: RefCell::default(),
            pointers,
            released: Arc::default(),
            host_functions: RefCell::default(),
            host_constants: RefCell::default(),
            functions: FunctionTable::new(&stacks),
            scripts: scripts.into(),
            stacks,
        }
    }

    /// Makes the shared state of another engine, with the same functions and constants of the
    /// host. They can have objects of the host in common.
    pub fn fork(&self, stacks: Rc<StackPool>, scripts: ScriptCache) -> Self {
        Shared {
            released: self.released.clone(),
            host_functions: self.host_functions.clone(),
            host_constants: RefCell::new(self.host_constants.borrow().fork()),
            ..Shared::new(stacks, scripts, self.pointers.clone())
        }
    }

    /// The execution that is running, if it is one of this engine.
    #[inline(always)]
    pub fn current(&self) -> Option<&ExecutionContext> {
        // SAFETY: the pointer is set while the fiber of that execution runs, see
        // `Running::enter`, and the context outlives its fiber.
        unsafe { self.current.get().as_ref() }
    }

    /// Says which execution runs; null for none. Only for
    /// [`Running`](crate::context::running::Running).
    #[inline]
    pub(super) fn set_current(&self, context: *const ExecutionContext) {
        self.current.set(context);
    }

    /// Bytes that abandoned scripts have left behind.
    pub fn leaked(&self) -> usize {
        self.leaked.get()
    }

    /// Counts what an abandoned script leaves behind.
    pub fn add_leaked(&self, bytes: usize) {
        self.leaked.set(self.leaked.get().saturating_add(bytes));
    }
}
