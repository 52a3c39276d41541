//! Stacks on Windows.
//!
//! They grow by guard pages, and how far is noted in the thread's block while a fiber runs
//! and in its stack while it does not. So each fiber has a stack of its own: two that take
//! turns on one would have to agree on how far it has grown.

use std::cell::RefCell;
use std::io;

use corosensei::stack::{DefaultStack, Stack, StackTebFields};
use windows_sys::Win32::System::Memory::DiscardVirtualMemory;

use super::{was_deep, LOOKED_AT, SHALLOW};

/// The memory of one stack.
pub(crate) struct Mapping {
    stack: RefCell<DefaultStack>,
    base: usize,
    limit: usize,
}

/// No page is larger.
const PAGE: usize = 4096;

impl Mapping {
    /// Reserves a stack with at least `size` usable bytes.
    ///
    /// # Errors
    ///
    /// The system has no more address space or memory.
    pub fn map(size: usize) -> io::Result<Self> {
        // What it adds must not overflow.
        if size > isize::MAX as usize {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let stack = DefaultStack::new(size)?;
        Ok(Mapping {
            base: stack.base().get(),
            limit: stack.limit().get(),
            stack: RefCell::new(stack),
        })
    }

    /// The highest address: a stack grows down from there.
    #[inline]
    pub fn base(&self) -> usize {
        self.base
    }

    /// The lowest address, which is that of the last guard page.
    #[inline]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// The lowest address that may be used, if the stack can grow as far.
    #[inline]
    pub fn lowest(&self) -> usize {
        self.limit
    }

    /// The pointer to what lies `depth` bytes below the base.
    #[inline]
    pub fn pointer_to(&self, depth: usize) -> *mut u8 {
        (self.base - depth) as *mut u8
    }

    /// Gives memory that was touched far below the base back to the system. Nobody may be
    /// on the stack.
    ///
    /// `DiscardVirtualMemory` leaves pages committed and protected as they are, and so the
    /// guard pages below them; "the contents of discarded memory is undefined".
    #[inline]
    pub fn give_back_deep(&self) {
        let kept = (SHALLOW + LOOKED_AT).next_multiple_of(PAGE);
        let low = self.stack.borrow().teb_fields().StackLimit;
        // SAFETY: so much is committed, and by the caller's word nobody is on the stack.
        if self.base - low > kept && unsafe { was_deep(self.base as *mut u8) } {
            // SAFETY: whole committed pages of this stack that nobody needs.
            unsafe { DiscardVirtualMemory(low as *mut _, self.base - kept - low) };
        }
    }

    /// What the thread's block says of the stack while it is used.
    pub fn teb_fields(&self) -> StackTebFields {
        self.stack.borrow().teb_fields()
    }

    /// Notes how far the stack has grown.
    pub fn update_teb_fields(&self, limit: usize, guaranteed: usize) {
        self.stack.borrow_mut().update_teb_fields(limit, guaranteed);
    }
}
