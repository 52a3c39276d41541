//! When an execution looks at the clock, and what it finds there: that it took too
//! long, or that it has held the event loop for long enough.
//!
//! **Checks.** Counting operations down is all that an operation costs. Every 16 of them, after
//! calls of the host, and every 64 tokens of the parser, the cheapest clock is looked at, which
//! takes 5 ns. Where that is not Linux's coarse one, or a limit is shorter than 20 ms, it is the
//! ordinary one. When it has moved on, by 4 ms at most, the limits are compared with the time.
//! If operations were slow, each of the next ones is followed by a look, until 32 ticks were
//! fast. So a script that starts to be slow can hold the event loop for 32 slow operations of up
//! to 4 ms together, or for 16 longer ones, now and then.
//!
//! **Turns.** A script may hold a turn of the event loop for half a millisecond of wall time,
//! which the ordinary clock tells. That is looked at after half of the operations that fit into
//! the rest of the turn, as far as one can tell, and so more often towards its end. Operations
//! that are slower than those before them can make a turn as long as a tick of the cheap clock.
//! It does not matter what is done in a turn: computing, calls, Futures that are already
//! complete. The host knows when a turn began, and says so when a script starts and when it goes
//! on from the event loop.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fibers::cheap_clock;

use crate::context::clock::Clock;
use crate::limits::config::Config;
use crate::limits::time::{BrokenTime, TimeLimits};

/// How an execution starts.
#[derive(Debug, Default)]
pub struct Start {
    /// How long the event loop has been held so far, if somebody has a Future of the
    /// result: the execution then lets the event loop run now and then.
    pub held: Option<Duration>,
    /// The clock of the script for which it runs.
    pub outer: Option<Arc<Clock>>,
}

impl Start {
    /// One that may yield, in a turn that has just begun.
    pub fn in_new_turn() -> Self {
        Start {
            held: Some(Duration::ZERO),
            outer: None,
        }
    }
}

/// The consequence of the time that has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nothing: the script goes on.
    Nothing,
    /// To let the event loop run.
    Turn,
    /// To end the script.
    End(BrokenTime),
}

/// How long a script holds the event loop. A frame of a Flutter app comes after some ten events
/// that follow each other, and there may be a turn of a script before each: with 0.5 ms there
/// are 60 frames in a second, with 4 ms half as many. A turn costs 5 to 10 us beside it.
pub const TURN: Duration = Duration::from_micros(500);

/// Operations between two looks at the cheap clock, and as long as some operations
/// seem to be slow.
const INTERVAL: u64 = 16;
const CAREFUL_INTERVAL: u64 = 1;

/// Batches of operations up to the first look at the length of a turn, and the most up to
/// another one. A call of the host counts as a batch, too: it takes about as long. A script that
/// calls one function and waits does not get to the first look.
const FIRST_BATCHES: u32 = 2;
const MOST_BATCHES: u32 = 32;

/// How long a batch of operations is if it is slow, for the cheap clock and for the ordinary one.
const SLOW: Duration = Duration::from_millis(5);
const SLOW_IN_TURN: Duration = Duration::from_micros(100);

/// The fewest batches in a tick of the cheap clock if none of them is slow.
const FEW_BATCHES: u32 = 4;

/// Ticks for which a script is looked at carefully after a slow batch.
const CAREFUL_TICKS: u32 = 32;

/// The shortest limit for which the cheap clock is good enough.
const COARSE_LIMIT: Duration = Duration::from_millis(20);

/// The time of one execution, and of the turn that it has.
#[derive(Debug)]
pub struct ExecutionTime {
    limits: TimeLimits,
    /// Made when it is first needed: most scripts have ended before.
    clock: OnceCell<Arc<Clock>>,
    /// Whether somebody has a Future of the result.
    may_yield: Cell<bool>,
    /// Whether it matters how long the script runs.
    is_watched: Cell<bool>,
    /// Since when the event loop is held.
    turn_since: Cell<Option<Instant>>,
    /// The cheap clock, when it was last seen to have moved on.
    last_look: Cell<Duration>,
    /// Whether the cheap clock has short ticks, because a limit is short.
    fine: bool,
    /// Whether it began in the middle of a turn and was not looked at yet. Its turn is
    /// then not over, whatever the time: the thread may have been interrupted, and its
    /// first statements are to run at once.
    begins_late: Cell<bool>,
    /// Batches of operations since the cheap clock last moved on.
    batches: Cell<u32>,
    /// Batches in this turn up to the next look at its length, and how many of them are left.
    turn_batches: Cell<u32>,
    batches_left: Cell<u32>,
    /// Ticks for which batches are to be short.
    careful: Cell<u32>,
    /// How many strands are within calls of the host: the clock runs as long as one is.
    strands_in_calls: Cell<u32>,
}

impl ExecutionTime {
    /// Begins the time of an execution.
    #[inline]
    pub fn new(config: &Config, start: Start) -> Self {
        let limits = config.time_limits();
        let is_watched = limits.running.is_some() || start.held.is_some() || start.outer.is_some();
        let clock = OnceCell::new();
        let mut turn_since = None;
        let mut shortest_limit = limits.running.unwrap_or(Duration::MAX);
        if start.held.is_some() || start.outer.is_some() {
            let own = Clock::new(limits, start.outer);
            let now = Instant::now();
            own.start(now);
            if let Some(held) = start.held {
                own.begin_total(now);
                turn_since = now.checked_sub(held);
            }
            shortest_limit = own.shortest_limit();
            let _ = clock.set(Arc::new(own));
        }
        let fine = shortest_limit < COARSE_LIMIT;
        ExecutionTime {
            limits,
            clock,
            may_yield: Cell::new(start.held.is_some()),
            is_watched: Cell::new(is_watched),
            turn_since: Cell::new(turn_since),
            last_look: Cell::new(match is_watched {
                true => cheap_clock::now(fine),
                false => Duration::ZERO,
            }),
            fine,
            begins_late: Cell::new(start.held.is_some_and(|held| !held.is_zero())),
            batches: Cell::new(FEW_BATCHES),
            turn_batches: Cell::new(FIRST_BATCHES),
            batches_left: Cell::new(FIRST_BATCHES),
            careful: Cell::new(0),
            strands_in_calls: Cell::new(0),
        }
    }

    /// The clock, also for scripts that run for this one.
    pub fn clock(&self) -> &Arc<Clock> {
        self.clock
            .get_or_init(|| Arc::new(Clock::new(self.limits, None)))
    }

    /// How long the execution may run, if that is limited.
    pub fn limit(&self) -> Option<Duration> {
        self.limits.running
    }

    /// Whether it matters how long the script runs.
    #[inline]
    pub fn is_watched(&self) -> bool {
        self.is_watched.get()
    }

    /// Operations until it should be looked at again.
    #[inline]
    pub fn interval(&self) -> u64 {
        match self.careful.get() {
            0 => INTERVAL,
            _ => CAREFUL_INTERVAL,
        }
    }

    /// Looks whether something is due, while the script runs. If not much time has
    /// passed since it was last looked at, that is cheap.
    #[inline]
    pub fn look(&self) -> Due {
        let cheap = cheap_clock::now(self.fine);
        if cheap != self.last_look.get() {
            return self.look_closely(cheap);
        }
        self.batches.set(self.batches.get() + 1);
        match self.batches_left.get() {
            1 => self.look_at_turn(),
            left => {
                self.batches_left.set(left - 1);
                Due::Nothing
            }
        }
    }

    #[cold]
    fn look_closely(&self, cheap: Duration) -> Due {
        let passed = cheap.saturating_sub(self.last_look.replace(cheap));
        let batches = self.batches.replace(0);
        let is_slow = passed > SLOW || (!self.fine && batches < FEW_BATCHES);
        self.careful.set(match is_slow {
            true => CAREFUL_TICKS,
            false => self.careful.get().saturating_sub(1),
        });
        self.due_after(passed, Instant::now())
    }

    /// Looks at the length of the turn, and says when to do so again: a turn may be shorter
    /// than the ticks of the cheap clock.
    fn look_at_turn(&self) -> Due {
        let batches = self.turn_batches.get();
        let look_after = |next: u32| {
            self.turn_batches.set(batches.saturating_add(next));
            self.batches_left.set(next);
        };
        if !self.may_yield.get() {
            look_after(MOST_BATCHES);
            return Due::Nothing;
        }
        let now = Instant::now();
        let held = match self.turn_since.get() {
            Some(since) => now.saturating_duration_since(since),
            None => TURN,
        };
        if held > SLOW_IN_TURN * batches {
            self.careful.set(CAREFUL_TICKS);
        }
        let rest = TURN.saturating_sub(held);
        // After half of the batches that fit into the rest, as far as one can tell.
        let fit = u128::from(batches) * rest.as_nanos() / held.as_nanos().max(1);
        look_after((fit / 2).clamp(1, u128::from(MOST_BATCHES)) as u32);
        self.due_after(Duration::ZERO, now)
    }

    /// The consequence of the time at `now`. The clock, should it not run, began to do so some
    /// time before.
    fn due_after(&self, passed: Duration, now: Instant) -> Due {
        if !self.clock().is_running() {
            // What it did so far was too short to be noticed, except for this.
            self.clock().start(now.checked_sub(passed).unwrap_or(now));
        }
        let begins_late = self.begins_late.replace(false);
        match self.due(now) {
            Due::Turn if begins_late => Due::Nothing,
            due => due,
        }
    }

    /// Whether a turn is over that has been `held` so far.
    pub fn is_turn_over(&self, held: Duration) -> bool {
        held >= TURN
    }

    fn due(&self, now: Instant) -> Due {
        if let Some(broken) = self.clock().broken(now) {
            return Due::End(broken);
        }
        if !self.may_yield.get() {
            return Due::Nothing;
        }
        match self.turn_since.get() {
            Some(since) if !self.is_turn_over(now.saturating_duration_since(since)) => Due::Nothing,
            _ => Due::Turn,
        }
    }

    /// Called before the script goes on from the event loop, which has been held for
    /// `held` by then. If nothing is due, the clock runs from now on.
    pub fn wake(&self, held: Duration) -> Due {
        let now = Instant::now();
        self.turn_since.set(now.checked_sub(held));
        let due = self.due(now);
        if due == Due::Nothing {
            self.clock().start(now);
            self.last_look.set(cheap_clock::now(self.fine));
            self.batches.set(FEW_BATCHES);
            self.turn_batches.set(FIRST_BATCHES);
            self.batches_left.set(FIRST_BATCHES);
        }
        due
    }

    /// Called when the script waits, or lets the event loop run. Whoever evaluates it
    /// has a Future by now.
    pub fn pause(&self) {
        let now = Instant::now();
        self.may_yield.set(true);
        self.is_watched.set(true);
        self.clock().begin_total(now);
        self.stop_at(now);
    }

    /// Stops the clock, unless this happens within a call of another strand.
    fn stop_at(&self, now: Instant) {
        if self.strands_in_calls.get() == 0 {
            self.clock().stop(now);
        }
    }

    /// Called when a strand calls a function of the host.
    pub fn begin_call_of_strand(&self) {
        self.strands_in_calls.set(self.strands_in_calls.get() + 1);
    }

    /// Called when that has returned, or the strand ends.
    pub fn end_call_of_strand(&self) {
        self.strands_in_calls.set(self.strands_in_calls.get() - 1);
    }

    /// Whether the clock of the script runs.
    pub fn is_running(&self) -> bool {
        self.clock.get().is_some_and(|clock| clock.is_running())
    }

    /// Called when a call of a strand has returned: another one may have stopped the clock.
    pub fn go_on(&self) {
        if self.is_watched.get() {
            self.clock().start(Instant::now());
        }
    }

    /// Called when a strand has ended: what comes next starts the clock, if it does not run on.
    pub fn stop(&self) {
        if self.clock.get().is_some() {
            self.stop_at(Instant::now());
        }
    }

    /// Called when the script calls a function: its clock runs from the first call on at
    /// the latest.
    #[inline]
    pub fn note_call(&self) {
        if self.is_watched.get() && self.clock.get().is_none() {
            self.clock().start(Instant::now());
        }
    }

    /// Called when a call has returned. Returns whether to look at the next operation.
    #[inline]
    pub fn is_due_to_look(&self) -> bool {
        if !self.is_watched.get() {
            return false;
        }
        match self.batches_left.get() {
            1 => true,
            left => {
                self.batches_left.set(left - 1);
                cheap_clock::now(self.fine) != self.last_look.get()
            }
        }
    }

    /// The limit that a script has broken which has a value.
    #[inline]
    pub fn broken_at_end(&self) -> Option<BrokenTime> {
        if !self.is_watched.get() {
            return None;
        }
        match self.clock.get() {
            Some(clock) => clock.broken(Instant::now()),
            // It has neither looked at the clock nor called anything so far.
            None => {
                let limit = self.limits.running?;
                let ran = cheap_clock::now(self.fine).saturating_sub(self.last_look.get());
                (ran > limit).then_some(BrokenTime::Running(limit))
            }
        }
    }
}

impl Drop for ExecutionTime {
    fn drop(&mut self) {
        if let Some(clock) = self.clock.get() {
            clock.end();
        }
    }
}
