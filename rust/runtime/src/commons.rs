//! The parts that engines of one host have in common, so that each further one costs little.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use fibers::{StackGroup, StackLayout, StackPool};
use rhai::packages::{Package, StandardPackage};
use rhai::{Module, Shared};

/// The parts that engines have in common: Rhai's own functions, and stacks.
///
/// They are counted without atomic operations. So nothing may make, use or drop two engines
/// with the same commons at the same time.
pub struct Commons {
    pub(crate) standard: Shared<Module>,
    /// The pools that engines use now, one for each layout.
    pools: RefCell<Vec<Weak<StackPool>>>,
    /// Engines that share values may have different pools.
    group: StackGroup,
}

impl Commons {
    /// Makes Rhai's own functions. There are no stacks yet.
    pub fn new() -> Self {
        Commons {
            standard: StandardPackage::new().as_shared_module(),
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

impl Default for Commons {
    fn default() -> Self {
        Self::new()
    }
}
