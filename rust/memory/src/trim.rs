//! Memory that the C library keeps for later.
//!
//! glibc keeps what a large script or an engine has freed. When that may be 32 MiB or more, it
//! is told to give it back, and then left alone for 20 times as long as that took, unless engines
//! are freed.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::Once;
use std::time::{Duration, Instant};

/// Freed bytes that are worth looking for.
const WORTHWHILE: usize = 32 * 1024 * 1024;

/// How many times as long as trimming took there is none after it.
const REST: u32 = 20;

/// Bytes freed by scripts and engines that have ended, since the last trimming.
static FREED: AtomicUsize = AtomicUsize::new(0);

/// Notes that a script has freed about so many bytes, and gives memory back to the system
/// when that is worth the time.
pub fn note_freed(bytes: usize) {
    if add_freed(bytes) >= WORTHWHILE && has_rested() {
        trim();
    }
}

/// Notes that an engine has freed about so many bytes, and gives memory back as
/// [`note_freed`] does, but without rest: it may be the last engine, and then nobody comes
/// here again.
pub fn note_freed_by_engine(bytes: usize) {
    if add_freed(bytes) >= WORTHWHILE {
        trim();
    }
}

fn add_freed(bytes: usize) -> usize {
    FREED
        .fetch_add(bytes, Ordering::Relaxed)
        .saturating_add(bytes)
}

/// Nanoseconds since some start, until which there is no trimming.
static RESTS_UNTIL: AtomicU64 = AtomicU64::new(0);

fn since_start() -> Duration {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    START.elapsed()
}

fn has_rested() -> bool {
    since_start().as_nanos() as u64 >= RESTS_UNTIL.load(Ordering::Relaxed)
}

/// Gives memory back to the system now.
fn trim() {
    FREED.store(0, Ordering::Relaxed);
    let before = since_start();
    trim_allocator();
    let after = since_start();
    let rest = after + (after - before) * REST;
    RESTS_UNTIL.store(rest.as_nanos() as u64, Ordering::Relaxed);
}

/// Only glibc keeps much, and says how to give it back.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn trim_allocator() {
    // SAFETY: it has no preconditions, and touches nothing but free memory.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim_allocator() {}

/// Lets the C library keep some freed memory instead of giving it back at once.
///
/// A value of some megabytes that a script drops is otherwise returned to the
/// system, and the pages of the next one are faulted in and cleared again, which
/// takes longer than all else. glibc keeps twice the size of the largest block
/// that it mapped and that was freed (see `M_MMAP_THRESHOLD` in mallopt(3)); this
/// block is never touched. Other C libraries do as they always do.
pub fn keep_freed_memory() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| drop(black_box(Vec::<u8>::with_capacity(16 << 20))));
}
