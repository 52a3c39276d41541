//! Calls of `parallel` in random orders: answered, completed, resumed, cancelled and started while
//! others are within calls of the host, with turns that are over, and limits that break.

use std::cell::Cell;
use std::thread::sleep;
use std::time::Duration;

use runtime::context::exchange::{Reply, Step};
use runtime::context::execution_time::Start;
use runtime::functions::host_functions::PARALLEL_FUNCTION;
use runtime::limits::config::Config;
use runtime::limits::limit::Limit;

use test_host::{describe_error, patient, send, Answer, FakeHost, TestHost, XorShift};

/// The kind of failures for limits of time.
const TIME: i64 = -1;

const ROUNDS: u64 = 60;

/// Longer than a turn may be held.
const LONG: Duration = Duration::from_millis(5);

/// `work(n, depth)` makes calls at `depth` levels, each of which calls `step` in between.
const SCRIPT: &str = "
    fn work(n, depth) {
        let sum = step(n);
        if depth > 0 {
            let seen = 0;
            let parts = parallel([1, 2, 3], |x| {
                let y = step(x);
                seen += 1;
                let z = work(x, depth - 1);
                seen += 1;
                y + z
            });
            for part in parts { sum += part; }
            if seen != 6 { throw `seen ${seen}`; }
        }
        sum + step(1)
    }
    work(5, 2)";

/// The result of `work(n, depth)`.
fn work(n: i64, depth: u32) -> i64 {
    let calls = (1..=3).map(|x| x + work(x, depth - 1));
    n + 1 + if depth > 0 { calls.sum() } else { 0 }
}

/// An event for which an execution waits.
enum State {
    /// The answer to a call of `step` with this argument.
    Step(i64),
    /// The answer to a call of `parallel`.
    Parallel,
    /// A Future, and the value for it.
    Future(u64, i64),
    /// To be resumed.
    Ready,
    /// The end of its calls, by this Future.
    Calls(u64),
}

/// An execution that has not ended.
struct Strand {
    execution: u64,
    /// The execution whose call it is; 0 for the script.
    parent: u64,
    state: State,
    /// Calls that it can still start.
    is_starting: bool,
    has_failed: bool,
}

/// A cause of trouble in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    /// `step` throws now and then.
    Errors,
    /// Calls are cancelled now and then.
    Cancels,
    /// The script is, with whatever it does.
    End,
    Operations,
    Memory,
    Time,
    TotalTime,
}

/// The end of a script.
#[derive(Debug)]
enum End {
    Value(i64),
    /// The number of the limit, or [`TIME`].
    Failed(i64),
    /// Errors or cancelled calls may have changed its result.
    Disturbed,
}

struct Round {
    host: FakeHost,
    random: XorShift,
    trouble: Trouble,
    strands: Vec<Strand>,
    /// Whether an error was answered, or a call cancelled.
    is_disturbed: bool,
}

impl Round {
    fn new(seed: u64, trouble: Trouble) -> Self {
        let mut random = XorShift(seed);
        let mut some = |max| 1 + random.below(max) as u64;
        let config = match trouble {
            Trouble::Operations => patient().with(Limit::Operations, some(1_000)),
            Trouble::Memory => patient().with(Limit::Memory, some(500_000)),
            Trouble::Time => Config {
                time_limit: Some(Duration::from_millis(some(4))),
                ..patient()
            },
            Trouble::TotalTime => Config {
                total_time_limit: Some(Duration::from_millis(some(4))),
                ..patient()
            },
            _ => patient(),
        };
        let mut host = FakeHost::with_config(config);
        host.register("step", 1, |_| Answer::Pending);
        Round {
            host,
            random,
            trouble,
            strands: Vec::new(),
            is_disturbed: false,
        }
    }

    fn one_of(&mut self, count: usize) -> bool {
        self.random.below(count) == 0
    }

    fn held(&mut self) -> Duration {
        match self.one_of(8) {
            true => LONG,
            false => Duration::ZERO,
        }
    }

    fn run(mut self) -> End {
        let held = self.one_of(2).then(|| self.held());
        let start = Start { held, outer: None };
        let step = self.host.engine.eval(SCRIPT, start);
        let mut end = self.note(0, 0, step);
        while end.is_none() {
            assert!(!self.strands.is_empty(), "the script has not ended");
            if self.trouble == Trouble::End && self.one_of(40) {
                return self.end();
            }
            let slow = matches!(self.trouble, Trouble::Time | Trouble::TotalTime);
            if self.one_of(if slow { 20 } else { 400 }) {
                sleep(LONG);
            }
            let index = self.random.below(self.strands.len());
            end = self.go_on(index);
        }
        assert_eq!(self.host.engine.execution_count(), 0);
        assert_eq!(self.host.shared().leaked(), 0);
        let end = end.expect("the loop is over");
        if self.is_disturbed {
            return End::Disturbed;
        }
        end
    }

    /// Ends the script in the midst of what it does.
    fn end(mut self) -> End {
        if self.one_of(2) {
            let script = self.strands.iter().find(|strand| strand.parent == 0);
            let script = script.expect("it has not ended").execution;
            assert!(self.host.engine.cancel(script));
            assert_eq!(self.host.engine.execution_count(), 0);
        }
        let shared = self.host.shared();
        drop(self.host);
        assert_eq!(std::rc::Rc::strong_count(&shared), 1);
        End::Disturbed
    }

    /// Does something with one of the strands. Returns the end of the script, if it ends.
    fn go_on(&mut self, index: usize) -> Option<End> {
        let Strand {
            execution, parent, ..
        } = self.strands[index];
        if self.trouble == Trouble::Cancels && parent != 0 && self.one_of(40) {
            assert!(self.host.engine.cancel(execution));
            self.is_disturbed = true;
            self.forget_all(execution);
            return self.note_end_of_call(parent, false);
        }
        let step = match self.strands[index].state {
            State::Step(n) => self.answer(index, n),
            State::Parallel | State::Calls(_) => return self.start_call(index),
            State::Future(future, n) => {
                assert!(send(future, false, &n.into()), "it waits");
                self.strands[index].state = State::Ready;
                if self.one_of(2) {
                    return None;
                }
                self.resume(execution, Reply::Continue)
            }
            State::Ready => self.resume(execution, Reply::Continue),
        };
        self.note(execution, parent, step)
    }

    fn resume(&mut self, execution: u64, reply: Reply) -> Step {
        let held = self.held();
        let step = self.host.engine.resume_in_turn(execution, reply, held);
        step.expect("it has not ended")
    }

    fn answer(&mut self, index: usize, n: i64) -> Step {
        let execution = self.strands[index].execution;
        if self.trouble == Trouble::Errors && self.one_of(50) {
            self.is_disturbed = true;
            self.host.put(&describe_error(1, "error", "no"));
            return self.resume(execution, Reply::Error);
        }
        if self.one_of(2) {
            self.host.put(&n.into());
            return self.resume(execution, Reply::Value);
        }
        let step = self.resume(execution, Reply::Pending);
        let Step::Pending(future) = step else {
            panic!("it waits, and does not {step:?}");
        };
        self.strands[index].state = State::Future(future, n);
        step
    }

    /// Starts a call of a script that makes some, or lets it wait for them.
    fn start_call(&mut self, index: usize) -> Option<End> {
        let execution = self.strands[index].execution;
        if self.strands[index].is_starting {
            let held = self.held();
            match self.host.engine.start_child(execution, held) {
                Some(step) => return self.note(0, execution, step),
                None => self.strands[index].is_starting = false,
            }
        }
        if matches!(self.strands[index].state, State::Parallel) && self.one_of(2) {
            let step = self.resume(execution, Reply::Pending);
            let Step::Pending(future) = step else {
                panic!("it waits, and does not {step:?}");
            };
            self.strands[index].state = State::Calls(future);
        }
        self.end_calls(execution)
    }

    /// Notes what an execution has done: a new one if `execution` is 0.
    fn note(&mut self, execution: u64, parent: u64, step: Step) -> Option<End> {
        let state = match step {
            Step::Call => {
                let host = self.host.host();
                let (function, arguments) = host.take_call(&self.host.shared());
                match function {
                    PARALLEL_FUNCTION => State::Parallel,
                    _ => State::Step(arguments[0].as_int().expect("an integer")),
                }
            }
            Step::Yielded => State::Ready,
            // Noted by then.
            Step::Pending(_) => return None,
            Step::Done | Step::Failed => {
                self.forget(execution);
                if parent == 0 {
                    return Some(match step {
                        Step::Done => {
                            End::Value(self.host.drive(step).done().as_int().expect("an integer"))
                        }
                        _ => {
                            let failure = self.host.drive(step).failed();
                            let kind = if failure.kind == 3 {
                                TIME
                            } else {
                                failure.number
                            };
                            End::Failed(kind)
                        }
                    });
                }
                let succeeded = match step {
                    Step::Done => self.host.drive(step).done().as_bool() == Ok(true),
                    _ => false,
                };
                return self.note_end_of_call(parent, succeeded);
            }
        };
        let execution = match execution {
            0 => self.host.execution(),
            execution => execution,
        };
        self.forget(execution);
        self.strands.push(Strand {
            execution,
            parent,
            is_starting: matches!(state, State::Parallel),
            has_failed: false,
            state,
        });
        None
    }

    fn note_end_of_call(&mut self, parent: u64, succeeded: bool) -> Option<End> {
        if succeeded {
            return self.end_calls(parent);
        }
        for strand in &mut self.strands {
            if strand.execution == parent {
                strand.has_failed = true;
                strand.is_starting = false;
            }
        }
        self.end_calls(parent)
    }

    /// Goes on with an execution whose calls have all ended, or one of which has failed.
    fn end_calls(&mut self, execution: u64) -> Option<End> {
        let all = self.strands.iter();
        let index = all.clone().position(|other| other.execution == execution)?;
        let running = all.filter(|other| other.parent == execution).count();
        let strand = &self.strands[index];
        if !strand.has_failed && (strand.is_starting || running > 0) {
            return None;
        }
        self.cancel_calls(execution);
        let index = (self.strands.iter()).position(|other| other.execution == execution)?;
        let parent = self.strands[index].parent;
        match self.strands[index].state {
            State::Calls(future) => {
                assert!(send(future, false, &().into()), "it waits");
                self.strands[index].state = State::Ready;
                None
            }
            _ => {
                self.host.put(&().into());
                let step = self.resume(execution, Reply::Value);
                self.note(execution, parent, step)
            }
        }
    }

    /// Cancels the calls that an execution has started, and what these have.
    fn cancel_calls(&mut self, execution: u64) {
        let calls = self
            .strands
            .iter()
            .filter(|other| other.parent == execution);
        for call in calls.map(|call| call.execution).collect::<Vec<_>>() {
            assert!(self.host.engine.cancel(call));
            self.forget_all(call);
        }
    }

    fn forget(&mut self, execution: u64) {
        self.strands.retain(|strand| strand.execution != execution);
    }

    /// Forgets an execution and all that it has started.
    fn forget_all(&mut self, execution: u64) {
        self.forget(execution);
        let calls = self
            .strands
            .iter()
            .filter(|other| other.parent == execution);
        for call in calls.map(|call| call.execution).collect::<Vec<_>>() {
            self.forget_all(call);
        }
    }
}

fn run(trouble: Trouble, seed: u64) -> End {
    Round::new(seed, trouble).run()
}

fn rounds(trouble: Trouble, check: impl Fn(End, String)) {
    for seed in 1..=ROUNDS {
        // Small numbers are alike at first.
        let end = run(trouble, seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        check(end, format!("{trouble:?}, seed {seed}"));
    }
}

fn has_value(end: &End) -> bool {
    matches!(end, End::Value(value) if *value == work(5, 2))
}

#[test]
fn in_any_order_scripts_get_their_results() {
    rounds(Trouble::None, |end, round| {
        assert!(has_value(&end), "{round}: {end:?}");
    });
}

#[test]
fn errors_end_calls_in_any_order() {
    rounds(Trouble::Errors, |end, round| {
        let ended = matches!(end, End::Disturbed) || has_value(&end);
        assert!(ended, "{round}: {end:?}");
    });
}

#[test]
fn calls_are_cancelled_in_any_order() {
    rounds(Trouble::Cancels, |end, round| {
        let ended = matches!(end, End::Disturbed) || has_value(&end);
        assert!(ended, "{round}: {end:?}");
    });
}

#[test]
fn scripts_end_with_their_engine_at_any_time() {
    rounds(Trouble::End, |end, round| {
        let ended = matches!(end, End::Disturbed) || has_value(&end);
        assert!(ended, "{round}: {end:?}");
    });
}

#[test]
fn limits_end_scripts_in_any_order() {
    for (trouble, kind) in [
        (Trouble::Operations, Limit::Operations as i64),
        (Trouble::Memory, Limit::Memory as i64),
        (Trouble::Time, TIME),
        (Trouble::TotalTime, TIME),
    ] {
        let failed = Cell::new(0);
        rounds(trouble, |end, round| match end {
            End::Failed(other) if other == kind => failed.set(failed.get() + 1),
            end => assert!(has_value(&end), "{round}: {end:?}"),
        });
        assert!(failed.get() > 0, "{trouble:?}: no limit was broken");
    }
}
