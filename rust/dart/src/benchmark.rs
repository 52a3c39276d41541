//! Baselines that run in Rust alone, for the benchmarks of the Dart side: both
//! then run in one process, on the same Rhai.

use std::hint::black_box;
use std::time::Instant;

use rhai::{Engine, INT};

/// The script of [`Baseline::NativeCall`], with the number of rounds filled in.
/// The Dart side runs the same one with a Dart function.
fn call_script(rounds: u64) -> String {
    format!("let s = 0; for i in 0..{rounds} {{ s = add(s, i); }} s")
}

/// What [`run`] measures.
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
