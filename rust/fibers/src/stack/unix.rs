//! Stacks on Unix.

use std::io;
use std::ptr;

use super::{was_deep, LOOKED_AT, SHALLOW};

/// The memory of one stack, with a guard page at its low end.
///
/// It is not counted against the system's commit limit until it is used, and never becomes
/// huge pages: a stack of which 8 KiB are touched must not take 2 MiB.
pub(crate) struct Mapping {
    low: *mut u8,
    /// Bytes, with the guard page.
    len: usize,
    page: usize,
}

/// Tells the system that it can have touched pages back.
///
/// On Apple's systems `MADV_DONTNEED` takes nothing off what a process is said to use, and
/// `MADV_FREE` only when memory is short: Chromium's PartitionAlloc (`DiscardSystemPages`)
/// and mimalloc give pages back with `MADV_FREE_REUSABLE`, too.
#[cfg(any(target_os = "linux", target_os = "android"))]
const GIVE_BACK: libc::c_int = libc::MADV_DONTNEED;
#[cfg(target_vendor = "apple")]
const GIVE_BACK: libc::c_int = libc::MADV_FREE_REUSABLE;
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
const GIVE_BACK: libc::c_int = libc::MADV_FREE;

impl Mapping {
    /// Maps a stack with at least `size` usable bytes.
    ///
    /// # Errors
    ///
    /// The system has no more address space or memory mappings.
    pub fn map(size: usize) -> io::Result<Self> {
        // SAFETY: `sysconf` has no preconditions.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        let len = size
            .checked_next_multiple_of(page)
            .and_then(|size| size.checked_add(page))
            .ok_or(io::ErrorKind::OutOfMemory)?;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        #[cfg(any(target_os = "linux", target_os = "openbsd"))]
        let flags = flags | libc::MAP_STACK;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a fresh anonymous mapping at an address of the kernel's choice
        // touches no memory that is in use.
        let low = unsafe { libc::mmap(ptr::null_mut(), len, access, flags, -1, 0) };
        if low == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // From here on it is unmapped if something fails.
        let mapping = Mapping {
            low: low.cast(),
            len,
            page,
        };
        #[cfg(any(target_os = "linux", target_os = "android"))]
        // SAFETY: the mapping just made. It is advice: a kernel without huge
        // pages refuses it, and nothing is lost.
        unsafe {
            libc::madvise(low, len, libc::MADV_NOHUGEPAGE);
        }
        // SAFETY: the lowest page of the mapping just made.
        match unsafe { libc::mprotect(low, page, libc::PROT_NONE) } {
            0 => Ok(mapping),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// The highest address: a stack grows down from there.
    #[inline]
    pub fn base(&self) -> usize {
        self.low as usize + self.len
    }

    /// The lowest address, which is that of the guard page.
    #[inline]
    pub fn limit(&self) -> usize {
        self.low as usize
    }

    /// The lowest address that can be used.
    #[inline]
    pub fn lowest(&self) -> usize {
        self.limit() + self.page
    }

    /// The pointer to what lies `depth` bytes below the base.
    #[inline]
    pub fn pointer_to(&self, depth: usize) -> *mut u8 {
        debug_assert!(depth <= self.len - self.page);
        // SAFETY: the address is in the mapping, or at its end.
        unsafe { self.low.add(self.len - depth) }
    }

    /// Gives memory that was touched far below the base back to the system. Nobody may be
    /// on the stack.
    #[inline]
    pub fn give_back_deep(&self) {
        let kept = (SHALLOW + LOOKED_AT).next_multiple_of(self.page);
        let usable = self.len - self.page;
        // SAFETY: so much is mapped, and by the caller's word nobody is on the stack.
        if usable > kept && unsafe { was_deep(self.pointer_to(0)) } {
            // SAFETY: whole pages of this stack that nobody needs.
            unsafe { libc::madvise(self.pointer_to(usable).cast(), usable - kept, GIVE_BACK) };
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: what `map` mapped. Whoever is on a stack keeps it.
        unsafe { libc::munmap(self.low.cast(), self.len) };
    }
}
