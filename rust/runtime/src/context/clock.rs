//! How long scripts run, and when that is too long.
//!
//! A script may wait for others that a Dart function runs for it. What they run then
//! counts as running of the script that waits, and they may not run longer than it
//! may. So the clocks of scripts form chains.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use crate::limits::time::{BrokenTime, TimeLimits};

/// What is in `since` while a clock is stopped, and in `total_since` before it begins.
const NEVER: u64 = u64::MAX;

/// The time of one execution.
///
/// The scripts of one chain belong to one isolate, but their engines may be freed on
/// different threads: so a clock is shared by atomics. Nothing is ordered by them.
#[derive(Debug)]
pub struct Clock {
    limits: TimeLimits,
    /// Nanoseconds that it ran until it was last stopped.
    ran: AtomicU64,
    /// Since when it runs.
    since: AtomicU64,
    /// Since when the time in all counts.
    total_since: AtomicU64,
    has_ended: AtomicBool,
    /// The clock of the script that waits for this one.
    outer: Option<Arc<Clock>>,
    /// The shortest limit of the chain.
    shortest_limit: Duration,
}

/// Nanoseconds from some start.
fn nanos(time: Instant) -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    as_nanos(time.saturating_duration_since(*START))
}

fn as_nanos(duration: Duration) -> u64 {
    // More than 500 years are for ever.
    u64::try_from(duration.as_nanos()).unwrap_or(NEVER - 1)
}

impl Clock {
    /// Makes a clock that is stopped, for a script that runs for the one of `outer`.
    pub fn new(limits: TimeLimits, outer: Option<Arc<Clock>>) -> Self {
        let own = [limits.running, limits.total].into_iter().flatten();
        let of_outer = outer.as_ref().map(|outer| outer.shortest_limit);
        Clock {
            limits,
            ran: AtomicU64::new(0),
            since: AtomicU64::new(NEVER),
            total_since: AtomicU64::new(NEVER),
            has_ended: AtomicBool::new(false),
            shortest_limit: own.chain(of_outer).min().unwrap_or(Duration::MAX),
            outer,
        }
    }

    /// The shortest limit that the script, or one for which it runs, has.
    pub fn shortest_limit(&self) -> Duration {
        self.shortest_limit
    }

    /// Whether the script runs for another one.
    pub fn has_outer(&self) -> bool {
        self.outer.is_some()
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.since.load(Relaxed) != NEVER
    }

    /// Lets it run from `now` on, if it is stopped.
    pub fn start(&self, now: Instant) {
        if !self.is_running() {
            self.since.store(nanos(now), Relaxed);
        }
    }

    /// Stops it, if it runs. The time counts also for the script that waits for this
    /// one; but not if that is running itself, in a call: then it is counted there.
    pub fn stop(&self, now: Instant) {
        let since = self.since.swap(NEVER, Relaxed);
        if since == NEVER {
            return;
        }
        let time = nanos(now).saturating_sub(since);
        self.ran.fetch_add(time, Relaxed);
        let mut outer = self.outer.as_deref();
        while let Some(clock) = outer.filter(|clock| !clock.is_running()) {
            clock.ran.fetch_add(time, Relaxed);
            outer = clock.outer.as_deref();
        }
    }

    /// Lets the time in all count from `now` on, if it does not yet.
    pub fn begin_total(&self, now: Instant) {
        let begun = nanos(now);
        let _ = self
            .total_since
            .compare_exchange(NEVER, begun, Relaxed, Relaxed);
    }

    /// Ends it with its script: its limits bound no other script any more.
    pub fn end(&self) {
        if self.has_outer() {
            self.stop(Instant::now());
        }
        self.has_ended.store(true, Relaxed);
    }

    /// Finds the limit that is broken by `now`: the script's own, or that of one for
    /// which it runs.
    pub fn broken(&self, now: Instant) -> Option<BrokenTime> {
        let now = nanos(now);
        // What the innermost script that runs has run and not added so far.
        let mut running = 0;
        let mut next = Some(self);
        while let Some(clock) = next {
            let since = clock.since.load(Relaxed);
            if since != NEVER {
                running = now.saturating_sub(since);
            }
            if !clock.has_ended.load(Relaxed) {
                let ran = clock.ran.load(Relaxed).saturating_add(running);
                let broken = clock.broken_limit(ran, now);
                if broken.is_some() {
                    return broken;
                }
            }
            next = clock.outer.as_deref();
        }
        None
    }

    fn broken_limit(&self, ran: u64, now: u64) -> Option<BrokenTime> {
        let is_over = |limit: Duration, time: u64| time > as_nanos(limit);
        if let Some(limit) = self.limits.running.filter(|&limit| is_over(limit, ran)) {
            return Some(BrokenTime::Running(limit));
        }
        // Not begun: then this is 0.
        let total = now.saturating_sub(self.total_since.load(Relaxed));
        let limit = self.limits.total.filter(|&limit| is_over(limit, total))?;
        Some(BrokenTime::Total(limit))
    }
}

impl Drop for Clock {
    /// Frees a chain without recursion: it may have any length.
    fn drop(&mut self) {
        let mut next = self.outer.take();
        while let Some(mut clock) = next.and_then(Arc::into_inner) {
            next = clock.outer.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn limits(running: u64, total: u64) -> TimeLimits {
        let limit = |milliseconds| (milliseconds > 0).then(|| ms(milliseconds));
        TimeLimits {
            running: limit(running),
            total: limit(total),
        }
    }

    /// Some moment that is after the start of all clocks.
    fn begin() -> Instant {
        nanos(Instant::now());
        Instant::now()
    }

    fn nested(inner: TimeLimits, outer: &Arc<Clock>) -> Arc<Clock> {
        Arc::new(Clock::new(inner, Some(outer.clone())))
    }

    #[test]
    fn running_time_adds_up_between_waits() {
        let clock = Clock::new(limits(10, 0), None);
        let t = begin();
        clock.start(t);
        clock.stop(t + ms(6));
        assert_eq!(clock.broken(t + ms(1000)), None);
        clock.start(t + ms(1000));
        assert_eq!(clock.broken(t + ms(1004)), None);
        let broken = clock.broken(t + ms(1005));
        assert_eq!(broken, Some(BrokenTime::Running(ms(10))));
    }

    #[test]
    fn starting_or_stopping_twice_changes_nothing() {
        let clock = Clock::new(limits(10, 0), None);
        let t = begin();
        clock.start(t);
        clock.start(t + ms(8));
        clock.stop(t + ms(9));
        clock.stop(t + ms(90));
        assert_eq!(clock.broken(t + ms(90)), None);
        clock.start(t + ms(100));
        assert!(clock.broken(t + ms(102)).is_some());
    }

    #[test]
    fn the_time_in_all_counts_from_when_it_begins() {
        let clock = Clock::new(limits(0, 10), None);
        let t = begin();
        clock.start(t);
        assert_eq!(clock.broken(t + ms(100)), None);
        clock.begin_total(t + ms(100));
        clock.begin_total(t + ms(105));
        clock.stop(t + ms(105));
        assert_eq!(clock.broken(t + ms(110)), None);
        let broken = clock.broken(t + ms(111));
        assert_eq!(broken, Some(BrokenTime::Total(ms(10))));
    }

    #[test]
    fn without_limits_nothing_is_broken() {
        let clock = Clock::new(limits(0, 0), None);
        let t = begin();
        clock.start(t);
        clock.begin_total(t);
        assert_eq!(clock.broken(t + Duration::from_secs(1 << 40)), None);
    }

    #[test]
    fn what_a_script_waits_for_counts_as_its_running() {
        let outer = Arc::new(Clock::new(limits(10, 0), None));
        let inner = nested(limits(0, 0), &outer);
        let t = begin();
        outer.start(t);
        outer.stop(t + ms(2));
        inner.start(t + ms(100));
        assert_eq!(inner.broken(t + ms(108)), None);
        let broken = Some(BrokenTime::Running(ms(10)));
        assert_eq!(inner.broken(t + ms(109)), broken);
        inner.stop(t + ms(109));
        assert_eq!(outer.broken(t + ms(200)), broken);
    }

    #[test]
    fn what_runs_in_a_call_counts_once() {
        let outer = Arc::new(Clock::new(limits(10, 0), None));
        let inner = nested(limits(0, 0), &outer);
        let t = begin();
        outer.start(t);
        inner.start(t + ms(1));
        assert_eq!(inner.broken(t + ms(10)), None);
        assert!(inner.broken(t + ms(11)).is_some());
        inner.stop(t + ms(6));
        assert_eq!(outer.broken(t + ms(10)), None);
        assert!(outer.broken(t + ms(11)).is_some());
    }

    #[test]
    fn time_counts_through_scripts_that_all_wait() {
        let first = Arc::new(Clock::new(limits(10, 0), None));
        let second = nested(limits(100, 0), &first);
        let third = nested(limits(100, 0), &second);
        let t = begin();
        third.start(t);
        assert!(third.broken(t + ms(11)).is_some());
        third.stop(t + ms(11));
        assert!(first.broken(t + ms(12)).is_some());
        assert!(second.broken(t + ms(12)).is_some(), "bound by the first");
    }

    #[test]
    fn time_stops_counting_at_a_script_that_runs() {
        let first = Arc::new(Clock::new(limits(10, 0), None));
        let second = nested(limits(0, 0), &first);
        let third = nested(limits(0, 0), &second);
        let t = begin();
        second.start(t);
        third.start(t + ms(1));
        third.stop(t + ms(8));
        second.stop(t + ms(9));
        // 9 ms, and not 16.
        assert_eq!(first.broken(t + ms(20)), None);
        second.start(t + ms(20));
        assert!(second.broken(t + ms(22)).is_some());
    }

    #[test]
    fn the_innermost_limit_comes_first_and_says_its_own_value() {
        let outer = Arc::new(Clock::new(limits(20, 0), None));
        let inner = nested(limits(10, 0), &outer);
        let t = begin();
        outer.start(t);
        inner.start(t);
        assert_eq!(
            inner.broken(t + ms(15)),
            Some(BrokenTime::Running(ms(10))),
            "its own"
        );
        outer.begin_total(t);
        let outer_limit = nested(limits(30, 0), &outer).broken(t + ms(25));
        assert_eq!(outer_limit, Some(BrokenTime::Running(ms(20))));
    }

    #[test]
    fn a_script_that_has_ended_bounds_no_other() {
        let first = Arc::new(Clock::new(limits(0, 50), None));
        let second = nested(limits(10, 0), &first);
        let third = nested(limits(0, 0), &second);
        let t = begin();
        first.begin_total(t);
        third.start(t);
        assert!(third.broken(t + ms(20)).is_some());
        second.end();
        assert_eq!(third.broken(t + ms(20)), None);
        // The one for which that one ran still does.
        let broken = third.broken(t + ms(60));
        assert_eq!(broken, Some(BrokenTime::Total(ms(50))));
    }

    #[test]
    fn the_shortest_limit_is_that_of_the_chain() {
        let outer = Arc::new(Clock::new(limits(0, 5), None));
        assert_eq!(nested(limits(20, 30), &outer).shortest_limit(), ms(5));
        let alone = Clock::new(limits(0, 0), None);
        assert_eq!(alone.shortest_limit(), Duration::MAX);
    }

    #[test]
    fn a_long_chain_is_freed_without_recursion() {
        let mut clock = Arc::new(Clock::new(limits(0, 0), None));
        for _ in 0..1_000_000 {
            clock = Arc::new(Clock::new(limits(0, 0), Some(clock)));
        }
        drop(clock);
    }
}
