//! Baselines of the benchmarks: Rhai alone, in the process in which they run. Not a part
//! of the package's library.

use std::hint::black_box;
use std::panic::catch_unwind;
use std::time::Instant;

use rhai::{Engine, INT};

/// The script of [`Baseline::NativeCall`], with the number of rounds filled in.
/// The Dart side runs the same one with a Dart function.
fn call_script(rounds: u64) -> String {
    format!("let s = 0; for i in 0..{rounds} {{ s = add(s, i); }} s")
}

/// Baselines that [`run`] measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// A script's loop that calls a native Rust function once a round.
    NativeCall = 0,
    /// Rhai's `eval_ast` of the compiled script `1 + 1`.
    EvalAst = 1,
}

/// Runs a baseline; returns nanoseconds in all, `None` if there is no such one.
pub fn run(baseline: i32, iterations: u64) -> Option<i64> {
    let mut engine = Engine::new();
    let started;
    if baseline == Baseline::NativeCall as i32 {
        engine.register_fn("add", |a: INT, b: INT| a.wrapping_add(b));
        let ast = engine.compile(call_script(iterations)).ok()?;
        started = Instant::now();
        black_box(engine.eval_ast::<INT>(&ast).ok()?);
    } else if baseline == Baseline::EvalAst as i32 {
        let ast = engine.compile("1 + 1").ok()?;
        started = Instant::now();
        for _ in 0..iterations {
            black_box(engine.eval_ast::<INT>(black_box(&ast)).ok()?);
        }
    } else {
        return None;
    }
    i64::try_from(started.elapsed().as_nanos()).ok()
}

/// Runs a script in Rhai alone, without any limit; returns nanoseconds, compiling not
/// included. `None` if it fails.
pub fn run_script(script: &str) -> Option<i64> {
    let engine = Engine::new();
    let ast = engine.compile(script).ok()?;
    let started = Instant::now();
    engine.run_ast(&ast).ok()?;
    i64::try_from(started.elapsed().as_nanos()).ok()
}

/// Runs a baseline `iterations` times; see [`Baseline`]. Returns nanoseconds in all, or a
/// negative number.
#[no_mangle]
pub extern "C" fn rhai_benchmark(baseline: i32, iterations: u64) -> i64 {
    catch_unwind(|| run(baseline, iterations).unwrap_or(-1)).unwrap_or(-1)
}

/// Makes room for the `len` bytes of a script, for [`rhai_benchmark_script`] to take.
#[no_mangle]
pub extern "C" fn rhai_benchmark_reserve(len: u64) -> *mut u8 {
    let len = usize::try_from(len).unwrap_or(0);
    Box::into_raw(vec![0; len].into_boxed_slice()).cast()
}

/// Runs the script in the `len` bytes at `script`, and frees them; see [`run_script`].
/// Returns nanoseconds, or a negative number if it fails.
///
/// # Safety
///
/// `script` comes from [`rhai_benchmark_reserve`] with the same `len`, and was not passed
/// here before.
#[no_mangle]
pub unsafe extern "C" fn rhai_benchmark_script(script: *mut u8, len: u64) -> i64 {
    let len = usize::try_from(len).unwrap_or(0);
    // SAFETY: the caller's contract: this is the box that was made there.
    let script = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(script, len)) };
    let script = std::str::from_utf8(&script).ok();
    catch_unwind(|| script.and_then(run_script).unwrap_or(-1)).unwrap_or(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baselines_know_their_numbers() {
        assert!(rhai_benchmark(0, 10) >= 0);
        assert!(rhai_benchmark(1, 10) >= 0);
        assert!(rhai_benchmark(2, 10) < 0);
    }
}
