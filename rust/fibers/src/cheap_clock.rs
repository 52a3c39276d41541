//! A clock that is as cheap as can be, for code that looks at it every few operations.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// The longest tick of the cheapest clock that is good enough.
const LONGEST_TICK: Duration = Duration::from_millis(4);

#[cfg(any(target_os = "linux", target_os = "android"))]
fn ask(
    clock: unsafe extern "C" fn(libc::clockid_t, *mut libc::timespec) -> libc::c_int,
) -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: both functions that are passed write to `time` and have no other
    // effect.
    unsafe { clock(libc::CLOCK_MONOTONIC_COARSE, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Whether there is the cheapest clock, and its ticks are short enough.
#[cfg(any(target_os = "linux", target_os = "android"))]
static HAS_COARSE: LazyLock<bool> = LazyLock::new(|| ask(libc::clock_getres) <= LONGEST_TICK);

/// The interval at which a fine clock moves on.
const FINE_TICK: Duration = Duration::from_micros(250);

/// The time since some start, in whole ticks. A `fine` clock has short ones.
#[inline]
pub fn now(fine: bool) -> Duration {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if !fine && *HAS_COARSE {
        return ask(libc::clock_gettime);
    }
    let _ = fine;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let tick = FINE_TICK.as_nanos() as u64;
    Duration::from_nanos(START.elapsed().as_nanos() as u64 / tick * tick)
}
