//! Memory for fiber stacks on Unix: many of them in one mapping.
//!
//! Linux allows a process 65,530 mappings, and protecting a guard page splits
//! one. Where the kernel has lightweight guard regions (Linux 6.13), a slab of
//! stacks stays one mapping, so that their number is not limited by that.

use std::cell::RefCell;
use std::io;
use std::mem::size_of;
use std::ptr;
use std::rc::Rc;

use corosensei::stack::{Stack, StackPointer};

/// A mapping that holds a number of stacks, each with a guard page at its low
/// end.
///
/// Its memory is not counted against the system's commit limit until it is used,
/// and never becomes huge pages: a stack of which 8 KiB are touched must not
/// take 2 MiB.
#[derive(Debug)]
pub struct Slab {
    low: usize,
    page: usize,
    /// Bytes of one stack with its guard page.
    stride: usize,
    len: usize,
    free: RefCell<Free>,
}

/// The stacks of a slab that nobody has.
#[derive(Debug)]
struct Free {
    /// Used before: they have a guard page.
    used: Vec<usize>,
    /// The first that was never used; so were all after it.
    fresh: usize,
}

impl Slab {
    /// Maps a slab of `len` stacks with at least `size` usable bytes each.
    ///
    /// # Errors
    ///
    /// What `mmap` reports.
    pub fn map(len: usize, size: usize) -> io::Result<Rc<Self>> {
        // SAFETY: `sysconf` has no preconditions.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        let bytes = size
            .checked_next_multiple_of(page)
            .and_then(|size| size.checked_add(page))
            .and_then(|stride| Some((stride, stride.checked_mul(len)?)));
        let (stride, total) = bytes.ok_or(io::ErrorKind::OutOfMemory)?;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        #[cfg(target_os = "linux")]
        let flags = flags | libc::MAP_STACK;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a fresh anonymous mapping at an address of the kernel's choice
        // touches no memory that is in use.
        let low = unsafe { libc::mmap(ptr::null_mut(), total, access, flags, -1, 0) };
        if low == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        #[cfg(any(target_os = "linux", target_os = "android"))]
        // SAFETY: the mapping just made. It is advice: a kernel without huge
        // pages refuses it, and nothing is lost.
        unsafe {
            libc::madvise(low, total, libc::MADV_NOHUGEPAGE);
        }
        Ok(Rc::new(Slab {
            low: low as usize,
            page,
            stride,
            len,
            free: RefCell::new(Free {
                used: Vec::new(),
                fresh: 0,
            }),
        }))
    }

    /// Takes a stack; `None` if all are taken.
    ///
    /// # Errors
    ///
    /// A fresh stack cannot be given its guard page.
    pub fn take(self: &Rc<Self>) -> io::Result<Option<SlabStack>> {
        let mut free = self.free.borrow_mut();
        let index = match free.used.pop() {
            Some(index) => index,
            None if free.fresh < self.len => {
                self.guard(free.fresh)?;
                free.fresh += 1;
                free.fresh - 1
            }
            None => return Ok(None),
        };
        let base = self.low + (index + 1) * self.stride;
        Ok(Some(SlabStack {
            base: StackPointer::new(base).expect("no mapping ends at address 0"),
            index,
            slab: self.clone(),
        }))
    }

    /// Makes the lowest page of a stack inaccessible.
    fn guard(&self, index: usize) -> io::Result<()> {
        let page = (self.low + index * self.stride) as *mut libc::c_void;
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            /// `MADV_GUARD_INSTALL` of Linux 6.13; libc does not have it yet.
            const GUARD_INSTALL: libc::c_int = 102;
            // SAFETY: a page of this slab that no stack uses. Older kernels
            // refuse the unknown advice and do nothing.
            if unsafe { libc::madvise(page, self.page, GUARD_INSTALL) } == 0 {
                return Ok(());
            }
        }
        // SAFETY: as above.
        match unsafe { libc::mprotect(page, self.page, libc::PROT_NONE) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// How many stacks [`take`](Self::take) can give.
    pub fn free_count(&self) -> usize {
        let free = self.free.borrow();
        free.used.len() + self.len - free.fresh
    }

    /// Whether no stack is taken.
    pub fn is_unused(&self) -> bool {
        self.free_count() == self.len
    }
}

impl Drop for Slab {
    fn drop(&mut self) {
        // SAFETY: the mapping that `map` made. No stack of it is in use: each
        // keeps a reference to its slab, and a coroutine keeps its stack until
        // it has ended.
        unsafe { libc::munmap(self.low as *mut _, self.stride * self.len) };
    }
}

/// One stack of a slab.
#[derive(Debug)]
pub struct SlabStack {
    base: StackPointer,
    index: usize,
    slab: Rc<Slab>,
}

impl SlabStack {
    /// Gives the memory from `start` bytes below the base to `end` bytes below it,
    /// or to the guard page, back to the system. Both are whole pages.
    pub fn release_pages(&self, start: usize, end: usize) {
        let size = self.slab.stride - self.slab.page;
        let (start, end) = (start.min(size), end.min(size));
        // SAFETY: whole pages of this stack; no fiber runs on it, so nobody needs
        // what they hold.
        unsafe {
            let low = self.base.get() - end;
            libc::madvise(low as *mut _, end - start, libc::MADV_DONTNEED);
        }
    }

    /// Whether what lies `depth` bytes below the base was written to: code that recursed
    /// deeper left return addresses there, as no level of it takes more than is looked at.
    ///
    /// Reading takes no memory: what is untouched is the page of zeros that all share.
    #[inline]
    pub fn is_touched_at(&self, depth: usize) -> bool {
        /// Bytes that are looked at.
        const LOOKED_AT: usize = 512;
        if cfg!(feature = "sanitizer") {
            // The sanitizer reports reads of what a function has left.
            return true;
        }
        let low = (self.base.get() - depth - LOOKED_AT) as *const u64;
        // SAFETY: an aligned part of this stack; no fiber runs on it, so nobody writes
        // there.
        let words = unsafe { std::slice::from_raw_parts(low, LOOKED_AT / size_of::<u64>()) };
        // Not `any`, which would look at one word after the other.
        words.iter().fold(0, |all, word| all | word) != 0
    }

    /// The bytes of the stack that take memory.
    pub fn touched(&self) -> usize {
        /// Pages that are looked at in one call.
        const STEP: usize = 1024;
        let page = self.slab.page;
        let low = self.base.get() - (self.slab.stride - page);
        let mut end = self.base.get();
        let mut touched = 0;
        // From the base down, until nothing was touched.
        while end > low {
            let start = low.max(end.saturating_sub(STEP * page));
            let mut resident = [0_u8; STEP];
            // SAFETY: whole pages of this stack, one byte for each.
            let failed = unsafe {
                libc::mincore(start as *mut _, end - start, resident.as_mut_ptr().cast())
            };
            let pages = resident.iter().filter(|byte| **byte & 1 != 0).count();
            if failed != 0 || pages == 0 {
                break;
            }
            touched += pages * page;
            end = start;
        }
        touched
    }

    /// Gives the stack back to its slab.
    pub fn into_slab(self) -> Rc<Slab> {
        self.slab.free.borrow_mut().used.push(self.index);
        self.slab.clone()
    }
}

// SAFETY: `base` is the page-aligned end of `stride` mapped bytes, more than
// `MIN_STACK_SIZE`, whose lowest page is a guard page. They stay mapped as long
// as the slab, which this keeps.
unsafe impl Stack for SlabStack {
    #[inline]
    fn base(&self) -> StackPointer {
        self.base
    }

    #[inline]
    fn limit(&self) -> StackPointer {
        let low = self.base.get() - self.slab.stride;
        StackPointer::new(low).expect("no mapping starts at address 0")
    }
}
