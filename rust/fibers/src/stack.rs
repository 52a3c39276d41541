//! The memory of one stack, for each system.
//!
//! Every system has the same few functions: `map`, `base`, `limit`, `lowest`,
//! `pointer_to` and `give_back_deep`.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::Mapping;
#[cfg(windows)]
pub(crate) use windows::Mapping;

/// Bytes from the base of a stack that stay touched when nobody is on it.
const SHALLOW: usize = 64 * 1024;

/// Bytes that are looked at to know whether a stack was used more deeply. No level of what
/// recurses takes more, so that one of them has left its return address there.
const LOOKED_AT: usize = 512;

/// Whether some of the [`LOOKED_AT`] bytes below the shallow part of a stack were written
/// to since this was last asked.
///
/// Reading takes no memory: what is untouched is the page of zeros that all share.
///
/// # Safety
///
/// `base` is that of a stack whose upper `SHALLOW + LOOKED_AT` bytes can be read and
/// written, and nobody is on it.
#[inline]
unsafe fn was_deep(base: *mut u8) -> bool {
    if cfg!(feature = "sanitizer") {
        // The sanitizer reports reads of what a function has left.
        return true;
    }
    // SAFETY: the caller's contract; a base is aligned to a page.
    let words = unsafe {
        let low = base.sub(SHALLOW + LOOKED_AT).cast::<u64>();
        std::slice::from_raw_parts_mut(low, LOOKED_AT / size_of::<u64>())
    };
    // Not `any`, which would look at one word after the other.
    let is_touched = words.iter().fold(0, |all, word| all | word) != 0;
    if is_touched {
        words.fill(0);
    }
    is_touched
}
