//! Stacks for fibers, and the pool that keeps them.

use std::cell::RefCell;
use std::io;
use std::mem::ManuallyDrop;
use std::rc::Rc;

use crate::config::StackLayout;
#[cfg(unix)]
use crate::stack_slab::Slab;
#[cfg(unix)]
pub use crate::stack_slab::SlabStack as FiberStack;

/// The stack of a fiber.
#[cfg(not(unix))]
pub use corosensei::stack::DefaultStack as FiberStack;

/// Idle stacks that a pool keeps ready. One that is not costs some microseconds
/// to get, one that is a few nanoseconds; what it has touched stays resident.
pub const MAX_IDLE_STACKS: usize = 64;

/// The stacks of one engine, all of the same size.
#[derive(Debug)]
pub struct StackPool {
    layout: StackLayout,
    idle: RefCell<Vec<FiberStack>>,
    #[cfg(unix)]
    slabs: RefCell<Slabs>,
}

/// Where the stacks of a pool come from.
#[cfg(unix)]
#[derive(Debug, Default)]
struct Slabs {
    /// Those that have a stack to give.
    available: Vec<Rc<Slab>>,
    /// How many stacks the next one has.
    next_len: usize,
}

/// Bytes that a stack which was not used deeply has touched at the most.
#[cfg(unix)]
const SHALLOW: usize = 64 * 1024;

/// Stacks in the largest slab. The first has one, and they double.
#[cfg(unix)]
const MAX_SLAB_STACKS: usize = 64;

impl StackPool {
    /// Makes an empty pool of stacks with this layout.
    pub fn new(layout: StackLayout) -> Rc<Self> {
        Rc::new(StackPool {
            layout,
            idle: RefCell::default(),
            #[cfg(unix)]
            slabs: RefCell::default(),
        })
    }

    /// How the stacks of this pool are divided.
    pub fn layout(&self) -> StackLayout {
        self.layout
    }

    /// Takes an idle stack, or makes a fresh one.
    ///
    /// # Errors
    ///
    /// The system has no more address space or memory mappings.
    #[inline]
    pub fn take(&self) -> io::Result<FiberStack> {
        match self.idle.borrow_mut().pop() {
            Some(stack) => Ok(stack),
            None => self.make(),
        }
    }

    #[cfg(not(unix))]
    fn make(&self) -> io::Result<FiberStack> {
        FiberStack::new(self.layout.script + self.layout.reserve)
    }

    #[cfg(unix)]
    fn make(&self) -> io::Result<FiberStack> {
        let mut slabs = self.slabs.borrow_mut();
        while let Some(slab) = slabs.available.last() {
            if let Some(stack) = slab.take()? {
                return Ok(stack);
            }
            slabs.available.pop();
        }
        let mut len = slabs.next_len.clamp(1, MAX_SLAB_STACKS);
        let slab = loop {
            match Slab::map(len, self.layout.script + self.layout.reserve) {
                Ok(slab) => break slab,
                // Where address space is short there may be room for fewer.
                Err(_) if len > 1 => len /= 2,
                Err(error) => return Err(error),
            }
        };
        slabs.next_len = len * 2;
        slabs.available.push(slab.clone());
        Ok(slab.take()?.expect("a new slab has stacks"))
    }

    /// Gives a stack back. `used_deeply` says that more than its first 64 KiB
    /// may have been touched: that memory goes back to the system.
    #[inline]
    pub fn give_back(&self, stack: FiberStack, used_deeply: bool) {
        let mut idle = self.idle.borrow_mut();
        if idle.len() >= MAX_IDLE_STACKS {
            return self.release(stack, used_deeply);
        }
        #[cfg(unix)]
        if used_deeply {
            stack.release_pages(SHALLOW, usize::MAX);
        }
        #[cfg(not(unix))]
        let _ = used_deeply;
        idle.push(stack);
    }

    #[cfg(not(unix))]
    fn release(&self, _: FiberStack, _: bool) {}

    /// Gives the memory of a stack back to the system.
    #[cfg(unix)]
    fn release(&self, stack: FiberStack, used_deeply: bool) {
        // The system looks through all that it is told to take back, in vain
        // where nothing was touched.
        stack.release_pages(0, if used_deeply { usize::MAX } else { SHALLOW });
        let available = &mut self.slabs.borrow_mut().available;
        let slab = stack.into_slab();
        if slab.is_unused() {
            // Its memory is unmapped with the last reference to it.
            available.retain(|other| !Rc::ptr_eq(other, &slab));
        } else if slab.free_count() == 1 {
            available.push(slab);
        }
    }

    /// The number of stacks that are kept ready.
    pub fn idle_count(&self) -> usize {
        self.idle.borrow().len()
    }

    /// Runs `f` on a stack of this pool: for work that recurses as deeply as a
    /// value is nested, such as dropping it.
    ///
    /// # Errors
    ///
    /// No stack could be had; `f` did not run.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> io::Result<R> {
        let mut stack = self.take()?;
        let result = corosensei::on_stack(&mut stack, f);
        self.give_back(stack, true);
        Ok(result)
    }

    /// Drops a value of which nobody knows how deeply it is nested.
    pub fn drop_nested<T>(&self, value: T) {
        let mut value = ManuallyDrop::new(value);
        // SAFETY: `value` is not used after this call. Where no stack can be
        // had, leaking it is all that is left: dropping it here might overflow
        // the thread's own stack.
        let _ = self.run(|| unsafe { ManuallyDrop::drop(&mut value) });
    }
}
