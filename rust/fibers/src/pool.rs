//! Stacks for fibers, and the pool that keeps them.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;

#[cfg(unix)]
use crate::slab::Slab;
#[cfg(unix)]
pub use crate::slab::SlabStack as FiberStack;

/// How the address space of a fiber stack is divided, from its base downwards.
///
/// The first region (`script`) is for code that asks, now and then, whether it has left it
/// ([`script_stack_limit`](crate::script_stack_limit)). The rest (`reserve`) is for what
/// cannot be checked while it recurses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StackLayout {
    /// Bytes that checked code may use.
    pub script: usize,
    /// Bytes kept free below them.
    pub reserve: usize,
}

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
    /// Whether code runs on one of the stacks.
    is_running: Cell<bool>,
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

/// Bytes of an idle stack that may stay touched.
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
            is_running: Cell::new(false),
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

    /// Gives a stack back. If more than its first 64 KiB were touched, that memory goes
    /// back to the system.
    #[inline]
    pub fn give_back(&self, stack: FiberStack) {
        let mut idle = self.idle.borrow_mut();
        if idle.len() >= MAX_IDLE_STACKS {
            return self.release(stack);
        }
        #[cfg(unix)]
        if stack.is_touched_at(SHALLOW) {
            stack.release_pages(SHALLOW, usize::MAX);
        }
        idle.push(stack);
    }

    #[cfg(not(unix))]
    fn release(&self, _: FiberStack) {}

    /// Gives the memory of a stack back to the system.
    #[cfg(unix)]
    fn release(&self, stack: FiberStack) {
        // The system looks through all that it is told to take back, in vain
        // where nothing was touched.
        let is_deep = stack.is_touched_at(SHALLOW);
        stack.release_pages(0, if is_deep { usize::MAX } else { SHALLOW });
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
    ///
    /// # Panics
    ///
    /// `f` does.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> io::Result<R> {
        let mut lease = Lease {
            stack: Some(self.take()?),
            pool: self,
        };
        let _running = self.enter();
        let stack = lease.stack.as_mut().expect("it was just taken");
        Ok(corosensei::on_stack(stack, f))
    }

    /// Says that code runs on one of the stacks, until the result is dropped.
    #[inline]
    pub(crate) fn enter(&self) -> Running<'_> {
        Running {
            pool: self,
            before: self.is_running.replace(true),
        }
    }

    /// Whether the code that asks runs on one of the stacks.
    #[inline]
    pub fn is_running(&self) -> bool {
        self.is_running.get()
    }
}

/// Says that code runs on a stack of a pool. It ends also when that panics.
pub(crate) struct Running<'a> {
    pool: &'a StackPool,
    before: bool,
}

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        self.pool.is_running.set(self.before);
    }
}

/// A stack on loan from its pool.
struct Lease<'a> {
    /// Taken when it is given back.
    stack: Option<FiberStack>,
    pool: &'a StackPool,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(stack) = self.stack.take() {
            self.pool.give_back(stack);
        }
    }
}

/// The bytes of a stack that take memory.
#[cfg(unix)]
pub(crate) fn touched(stack: &FiberStack) -> usize {
    stack.touched()
}

/// The bytes of a stack that take memory. There is no cheap way to know.
#[cfg(not(unix))]
pub(crate) fn touched(_: &FiberStack) -> usize {
    0
}
