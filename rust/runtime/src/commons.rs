//! The parts that engines of one host have in common, so that each further one costs little.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use fibers::{StackGroup, StackLayout, StackPool};
use rhai::packages::{Package, StandardPackage};
use rhai::{Module, Shared};

use crate::border::hosted::RunningHost;
use crate::border::{exporter, object_functions, parallel};
use crate::context::shared::Pointers;
use crate::host::Host;
use crate::language::rewrite;
use crate::library::builtins;

/// The parts that engines have in common: Rhai's own functions, those that take the place of
/// some, and stacks.
///
/// They are counted without atomic operations. So nothing may make, use or drop two engines
/// with the same commons at the same time.
pub struct Commons<H: Host> {
    /// Where functions find the engine whose script runs.
    pub(crate) running: Rc<RunningHost<H>>,
    pub(crate) pointers: Pointers,
    pub(crate) library: Library,
    /// The pools that engines use now, one for each layout.
    pools: RefCell<Vec<Weak<StackPool>>>,
    /// Engines that share values may have different pools.
    group: StackGroup,
}

/// The functions that all engines have. Rhai must search the last module first.
pub type Library = [Shared<Module>; 2];

impl<H: Host> Commons<H> {
    /// Makes Rhai's own functions. There are no stacks yet.
    pub fn new() -> Self {
        let running = Rc::<RunningHost<H>>::default();
        let pointers = Pointers {
            host_closure: object_functions::closure_prototype(running.clone()),
            bound: exporter::bound_prototype(running.running.clone()),
        };
        let standard = StandardPackage::new().as_shared_module();
        Commons {
            library: [standard, own_functions(&running).into()],
            running,
            pointers,
            pools: RefCell::default(),
            group: StackGroup::default(),
        }
    }

    /// The stacks with a layout, which all engines share that need such ones.
    ///
    /// They are unmapped with the last of these engines.
    pub(crate) fn stacks(&self, layout: StackLayout) -> Rc<StackPool> {
        let mut pools = self.pools.borrow_mut();
        pools.retain(|pool| pool.strong_count() > 0);
        let mut used = pools.iter().filter_map(Weak::upgrade);
        used.find(|pool| pool.layout() == layout)
            .unwrap_or_else(|| {
                let pool = StackPool::in_group(layout, &self.group);
                pools.push(Rc::downgrade(&pool));
                pool
            })
    }
}

impl<H: Host> Default for Commons<H> {
    fn default() -> Self {
        Self::new()
    }
}

/// The functions that take the place of some of Rhai's, and those that Rhai has not.
fn own_functions<H: Host>(running: &Rc<RunningHost<H>>) -> Module {
    let mut module = Module::new();
    builtins::register(&mut module, &running.running);
    object_functions::register(&mut module, running);
    parallel::register(&mut module, running);
    exporter::register(&mut module, &running.running);
    rewrite::register_look(&mut module);
    rewrite::register_keep(&mut module);
    module
}
