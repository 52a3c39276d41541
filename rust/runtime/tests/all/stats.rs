//! The numbers of an engine.

use runtime::limits::config::Config;
use runtime::limits::limit::Limit;

use test_host::FakeHost;

const SIZE: usize = 1_000_000;

fn host() -> FakeHost {
    let mut host = FakeHost::new();
    host.register_later();
    host
}

#[test]
fn memory_is_that_of_all_executions_that_have_not_ended() {
    let mut host = host();
    let script = format!("let b = blob({SIZE}); later(); b.len()");
    let mut waiting = Vec::new();
    for count in 1..=5 {
        waiting.push(host.eval(&script).waiting());
        let memory = host.engine.stats().memory;
        assert!(
            (count * SIZE..count * (SIZE + 50_000)).contains(&memory),
            "{count}: {memory}"
        );
    }
    let before = host.engine.stats();
    assert!(host.engine.cancel(waiting.pop().expect("one").execution));
    for script in waiting {
        let value = host.complete(script, ()).done();
        assert_eq!(value.as_int(), Ok(SIZE as i64));
    }
    let after = host.engine.stats();
    assert_eq!((after.memory, after.leaked_bytes), (0, 0));
    assert!((SIZE..SIZE + 50_000).contains(&after.peak_memory));
    assert!(after.peak_memory >= before.peak_memory);
}

#[test]
fn calls_of_parallel_are_part_of_their_script() {
    let mut host = host();
    let script = format!("parallel([1, 2, 3], |i| {{ let b = blob({SIZE}); later(); b.len() }})");
    let waiting = host.eval(&script).waiting();
    let stats = host.engine.stats();
    assert!(
        (3 * SIZE..3 * SIZE + 300_000).contains(&stats.memory),
        "{stats:?}"
    );
    assert!(host.engine.cancel(waiting.execution));
    let stats = host.engine.stats();
    assert_eq!(stats.memory, 0);
    assert!(stats.peak_memory >= 3 * SIZE, "{stats:?}");
}

#[test]
fn the_most_memory_of_an_execution_is_known_to_an_eighth_or_4_kib() {
    for size in [5_000, 20_000, 70_000, 1_000_000, 9_000_000] {
        let mut host = host();
        let steps = size / 1000;
        // In one block, and in many.
        for script in [
            format!("let b = blob({size}); b = (); 1"),
            format!("let a = []; for i in 0..{steps} {{ a.push(blob(1000)); }} a = (); 1"),
        ] {
            assert_eq!(host.int(&script), 1);
            let peak = host.engine.stats().peak_memory;
            let least = size - (size / 8).max(4096);
            assert!(
                (least..size + size / 4 + 30_000).contains(&peak),
                "{script}: {peak}"
            );
        }
    }
}

#[test]
fn a_script_that_breaks_its_limit_has_used_about_as_much() {
    let config = Config::default().with(Limit::Memory, 100_000);
    let mut host = FakeHost::with_config(config);
    host.error("let a = []; loop { a.push(blob(1000)); }");
    let stats = host.engine.stats();
    assert!((90_000..200_000).contains(&stats.peak_memory), "{stats:?}");
}

#[test]
fn compiled_scripts_are_counted_as_long_as_they_are_kept() {
    let mut host = host();
    assert_eq!(host.engine.stats().cached_scripts, 0);
    for _ in 0..3 {
        assert_eq!(host.int("1 + 1"), 2);
    }
    assert_eq!(host.int("2"), 2);
    host.error("1 +");
    let stats = host.engine.stats();
    assert_eq!(stats.cached_scripts, 2);
    assert!((100..20_000).contains(&stats.cached_bytes), "{stats:?}");
    // They are compiled for the functions that there are.
    host.register("more", 0, |_| unreachable!("nobody calls it"));
    let stats = host.engine.stats();
    assert_eq!((stats.cached_scripts, stats.cached_bytes), (0, 0));
}
