//! The memory of scripts that have waited, which the C library gives back. Alone, because it
//! is that of the process.

#![cfg(all(target_os = "linux", target_env = "gnu", not(feature = "sanitizer")))]

use test_host::FakeHost;

/// Bytes of memory that the process has.
fn memory_in_use() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("the system's numbers");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse().ok())
        .map(|kib: usize| kib * 1024)
        .expect("a number")
}

#[test]
fn what_waiting_scripts_had_on_their_stacks_is_given_back() {
    // The frames of a debug build are much larger.
    let depth = if cfg!(debug_assertions) { 1 } else { 50 };
    let script =
        format!("fn f(n) {{ if n == 0 {{ later() }} else {{ 1 + f(n - 1) }} }} f({depth})");
    let mut host = FakeHost::new();
    host.register_later();
    let before = memory_in_use();
    let waiting: Vec<_> = (0..1000).map(|_| host.eval(&script).waiting()).collect();
    let most = memory_in_use() - before;
    // Copies of less are not worth giving back.
    assert!(most > 40 * 1024 * 1024, "{most} bytes");
    for script in waiting {
        assert_eq!(host.complete(script, 1_i64).done().as_int(), Ok(depth + 1));
    }
    let left = memory_in_use().saturating_sub(before);
    assert!(left < most / 2, "{left} of {most} bytes");
}
