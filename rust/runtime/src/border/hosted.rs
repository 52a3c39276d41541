//! A host together with the shared state of its engine.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use fibers::StackPool;
use rhai::FnPtr;

use crate::border::exporter::bound_prototype;
use crate::context::shared::{Pointers, Shared};
use crate::execution::pending_futures::Completion;
use crate::host::Host;
use crate::library::callbacks::calls::Calls;

/// A host together with the shared state of its engine.
pub struct Hosted<H: Host> {
    /// The host.
    pub host: H,
    /// State that concerns no host.
    pub shared: Rc<Shared>,
    /// The completion of the Future that the script waited for which is resumed.
    pub(crate) completed: Cell<Option<Completion<H::Completion>>>,
    /// The calls that the script which suspends itself now wants to make at the same time.
    pub(crate) calls: Cell<Weak<Calls>>,
}

impl<H: Host> Hosted<H> {
    /// Makes the shared state of an engine; `closure` makes the pointer to functions of the
    /// host that others are made from.
    pub fn new(
        host: H,
        stacks: Rc<StackPool>,
        closure: impl FnOnce(Weak<Self>) -> FnPtr,
    ) -> Rc<Self> {
        Rc::new_cyclic(|hosted: &Weak<Self>| Hosted {
            host,
            shared: Rc::new_cyclic(|shared| {
                let pointers = Pointers {
                    host_closure: closure(hosted.clone()),
                    bound: bound_prototype(shared.clone()),
                };
                Shared::new(stacks, pointers)
            }),
            completed: Cell::new(None),
            calls: Cell::default(),
        })
    }
}
