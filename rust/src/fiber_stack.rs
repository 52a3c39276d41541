//! Memory for fibers: stacks with guard pages, and the pool that keeps them.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use crate::config::StackLayout;

#[cfg(unix)]
pub use unix::FiberStack;

/// The stack of a fiber.
#[cfg(not(unix))]
pub use corosensei::stack::DefaultStack as FiberStack;

/// Idle stacks that a pool keeps. A fresh stack costs some microseconds, a
/// pooled one a few nanoseconds; what it has touched stays resident.
pub const MAX_IDLE_STACKS: usize = 64;

/// Bytes at the base of an idle stack that may stay resident.
pub const RESIDENT_BYTES: usize = 64 * 1024;

/// The stacks of one engine: all of the same size, a bounded number kept idle.
#[derive(Debug)]
pub struct StackPool {
    layout: StackLayout,
    idle: RefCell<Vec<FiberStack>>,
}

impl StackPool {
    /// Makes an empty pool of stacks with this layout.
    pub fn new(layout: StackLayout) -> Rc<Self> {
        Rc::new(StackPool {
            layout,
            idle: RefCell::new(Vec::new()),
        })
    }

    /// How the stacks of this pool are divided.
    pub fn layout(&self) -> StackLayout {
        self.layout
    }

    /// Takes an idle stack, or maps a fresh one.
    ///
    /// # Errors
    ///
    /// The system has no more memory mappings or address space: Linux allows
    /// 65,530 mappings, and a stack with its guard page takes two.
    #[inline]
    pub fn take(&self) -> io::Result<FiberStack> {
        if let Some(stack) = self.idle.borrow_mut().pop() {
            return Ok(stack);
        }
        FiberStack::new(self.layout.script + self.layout.reserve)
    }

    /// Gives a stack back. `used_deeply` says that more than [`RESIDENT_BYTES`]
    /// of it may have been touched; that memory goes back to the system.
    #[inline]
    pub fn give_back(&self, stack: FiberStack, used_deeply: bool) {
        let mut idle = self.idle.borrow_mut();
        if idle.len() < MAX_IDLE_STACKS {
            #[cfg(unix)]
            if used_deeply {
                stack.release_pages();
            }
            #[cfg(not(unix))]
            let _ = used_deeply;
            idle.push(stack);
        }
    }

    /// The number of stacks that are kept idle.
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
        let mut value = std::mem::ManuallyDrop::new(value);
        // SAFETY: `value` is not used after this call. Where no stack can be
        // had, leaking it is all that is left: dropping it here might overflow
        // the thread's own stack.
        let _ = self.run(|| unsafe { std::mem::ManuallyDrop::drop(&mut value) });
    }
}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::ptr;

    use corosensei::stack::{Stack, StackPointer};

    use super::RESIDENT_BYTES;

    /// A stack in memory of its own, with a guard page at its low end.
    ///
    /// Unlike corosensei's own, its memory is not counted against the system's
    /// commit limit until it is used, and never becomes huge pages: a stack of
    /// which 8 KiB are touched must not take 2 MiB.
    #[derive(Debug)]
    pub struct FiberStack {
        base: StackPointer,
        mapped_len: usize,
        guard_len: usize,
    }

    impl FiberStack {
        /// Maps a stack with at least `size` usable bytes.
        ///
        /// # Errors
        ///
        /// What `mmap` or `mprotect` reports.
        pub fn new(size: usize) -> io::Result<Self> {
            // SAFETY: `sysconf` has no preconditions.
            let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
            let mapped_len = size
                .checked_next_multiple_of(page)
                .and_then(|size| size.checked_add(page))
                .ok_or(io::ErrorKind::OutOfMemory)?;
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
            #[cfg(target_os = "linux")]
            let flags = flags | libc::MAP_STACK;
            // SAFETY: a fresh anonymous mapping at an address of the kernel's
            // choice touches no memory that is in use.
            let low = unsafe {
                let access = libc::PROT_READ | libc::PROT_WRITE;
                libc::mmap(ptr::null_mut(), mapped_len, access, flags, -1, 0)
            };
            if low == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            let stack = FiberStack {
                base: StackPointer::new(low as usize + mapped_len)
                    .expect("a mapping does not end at address 0"),
                mapped_len,
                guard_len: page,
            };
            // SAFETY: the lowest page of the mapping just made; nobody uses it.
            if unsafe { libc::mprotect(low, page, libc::PROT_NONE) } != 0 {
                return Err(io::Error::last_os_error());
            }
            #[cfg(any(target_os = "linux", target_os = "android"))]
            // SAFETY: the mapping just made. It is advice: a kernel without huge
            // pages refuses it, and nothing is lost.
            unsafe {
                libc::madvise(low, mapped_len, libc::MADV_NOHUGEPAGE);
            }
            Ok(stack)
        }

        fn low(&self) -> usize {
            self.base.get() - self.mapped_len
        }

        /// Gives the memory below the first [`RESIDENT_BYTES`] back to the system.
        pub(super) fn release_pages(&self) {
            let start = self.low() + self.guard_len;
            let end = self.base.get().saturating_sub(RESIDENT_BYTES);
            if start < end {
                // SAFETY: the range is inside this stack's mapping and page
                // aligned at its start; no fiber runs on an idle stack, so
                // nobody needs what the pages hold.
                unsafe {
                    libc::madvise(start as *mut _, end - start, libc::MADV_DONTNEED);
                }
            }
        }
    }

    impl Drop for FiberStack {
        fn drop(&mut self) {
            // SAFETY: the mapping that `new` made; no fiber runs on it any more,
            // as a coroutine owns its stack until it has ended.
            unsafe { libc::munmap(self.low() as *mut _, self.mapped_len) };
        }
    }

    // SAFETY: `base` is the page-aligned end of a mapping of more than
    // `MIN_STACK_SIZE` bytes whose lowest page is a guard page.
    unsafe impl Stack for FiberStack {
        #[inline]
        fn base(&self) -> StackPointer {
            self.base
        }

        #[inline]
        fn limit(&self) -> StackPointer {
            StackPointer::new(self.low()).expect("mappings do not start at address 0")
        }
    }
}
