//! A script in Rhai and here.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, Map, OptimizationLevel, Position, FLOAT, INT};
use runtime::errors::hint::Hint;
use runtime::errors::script_error::{Detail, ErrorKind, ScriptError};
use runtime::limits::config::Config;
use runtime::limits::limit::Limit;
use runtime::limits::stack::MAX_EXPR_DEPTH;

use test_host::{patient, Answer, Outcome};

use crate::dart_host::DartHost;

/// How a script ended, and what it printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The value, or the kind of the error.
    pub result: Result<String, ErrorNumbers>,
    /// The texts that it printed.
    pub printed: Vec<String>,
    /// The text of the error, which may differ.
    pub message: Message,
}

impl End {
    /// Says in which way it ended.
    pub fn way(&self) -> String {
        match &self.result {
            Ok(_) => "the same value".into(),
            Err((kind, number)) => format!("the same error, {kind} {number}"),
        }
    }
}

/// The number of an error's kind, and of the kind of failure or the limit.
pub type ErrorNumbers = (i64, i64);

/// A text that is only shown.
#[derive(Clone)]
pub struct Message(pub String);

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq for Message {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Message {}

/// How long a script may run in Rhai, and with how many operations: one that needs more
/// counts as endless.
const PATIENCE: Duration = Duration::from_secs(30);
const MAX_OPERATIONS: u64 = 60_000_000;

const CALL_LEVELS: usize = 100;

type Printed = Rc<RefCell<Vec<String>>>;

/// An engine of Rhai and one of this crate, with the same limits and functions.
pub struct TwoEngines {
    rhai: Engine,
    printed: Printed,
    deadline: Rc<Cell<Instant>>,
    ours: DartHost,
}

/// The result of `timestamp` in both, so that every run prints the same.
fn timestamp() -> Dynamic {
    Dynamic::from_map(Map::from([("elapsed".into(), 1.5.into())]))
}

/// The result of `fetch_user`, which the documentation uses.
fn user(id: &Dynamic) -> Dynamic {
    let age = 40 + id.as_int().unwrap_or(0);
    Dynamic::from_map(Map::from([
        ("name".into(), format!("User {id}").into()),
        ("age".into(), age.into()),
    ]))
}

/// The type of the error that `fail_with` throws.
const FAILURE: &str = "FormatException";

impl TwoEngines {
    /// Makes engines with all of the language.
    pub fn new() -> Self {
        let printed = Printed::default();
        let deadline = Rc::new(Cell::new(Instant::now()));
        let mut ours = DartHost::with_config(Config {
            time_limit: Some(Duration::from_secs(120)),
            allow_eval: true,
            allow_modules: true,
            allow_file_io: true,
            ..patient()
                .with(Limit::StackDepth, CALL_LEVELS as u64)
                .with(Limit::Operations, 0)
                .with(Limit::ExpressionDepth, 0)
        });
        ours.register("timestamp", 0, |_| Answer::Value(timestamp()));
        ours.register("sleep", 1, |_| Answer::value(()));
        ours.register("fetch_user", 1, |arguments| {
            Answer::Value(user(&arguments[0]))
        });
        ours.register("fail_with", 1, |arguments| {
            Answer::Error(FAILURE, arguments[0].to_string())
        });
        TwoEngines {
            rhai: rhai(&printed, &deadline),
            printed,
            deadline,
            ours,
        }
    }

    /// Runs a script in Rhai and here. `None` if it does not end in Rhai.
    pub fn run(&mut self, script: &str) -> Option<(End, End)> {
        self.deadline.set(Instant::now() + PATIENCE);
        self.printed.take();
        let result = self.rhai.eval::<Dynamic>(script);
        if Instant::now() >= self.deadline.get() {
            return None;
        }
        let (result, message) = match result {
            Ok(value) => (Ok(describe(&value)), String::new()),
            Err(error) => {
                let error =
                    ScriptError::from_rhai(*error, &Config::default(), None, &Hint::default());
                (Err(numbers(&error)), error.message)
            }
        };
        let expected = End {
            result,
            printed: self.printed.take(),
            message: Message(message),
        };
        self.ours.printed.clear();
        let has_function = expected.result.as_deref().is_ok_and(has_function);
        let (result, message) = match has_function {
            true => self.run_to_end(script, &expected),
            false => self.run_to_value(script),
        };
        let ours = End {
            result,
            printed: std::mem::take(&mut self.ours.printed),
            message: Message(message),
        };
        Some((expected, ours))
    }

    fn run_to_value(&mut self, script: &str) -> (Result<String, ErrorNumbers>, String) {
        match self.ours.eval(script) {
            Outcome::Done(value) => (Ok(describe(&value)), String::new()),
            Outcome::Failed(failure) => {
                let number = match failure.kind == ErrorKind::Syntax as i64 {
                    true => 0,
                    false => failure.number,
                };
                (Err((failure.kind, number)), failure.message)
            }
            Outcome::Waiting(_) => panic!("nothing waits: {script}"),
        }
    }

    /// Like [`run_to_value`](Self::run_to_value), for a value with functions in it, which
    /// the host does not read.
    fn run_to_end(
        &mut self,
        script: &str,
        expected: &End,
    ) -> (Result<String, ErrorNumbers>, String) {
        match self.ours.run_to_end(script) {
            Ok(()) => (expected.result.clone(), String::new()),
            Err(message) => (Err((0, 0)), message),
        }
    }
}

const FUNCTION: &str = "Fn(…)";

fn has_function(described: &str) -> bool {
    described.contains(FUNCTION)
}

fn rhai(printed: &Printed, deadline: &Rc<Cell<Instant>>) -> Engine {
    let mut engine = Engine::new();
    // Rhai's optimizer changes what some scripts do.
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_max_call_levels(CALL_LEVELS);
    engine.set_max_expr_depths(MAX_EXPR_DEPTH, MAX_EXPR_DEPTH / 2);
    engine.register_fn("timestamp", timestamp);
    engine.register_fn("sleep", |_: INT| {});
    engine.register_fn("sleep", |_: FLOAT| {});
    engine.register_fn("fetch_user", |id: Dynamic| user(&id));
    engine.register_fn(
        "fail_with",
        |text: &str| -> Result<(), Box<EvalAltResult>> {
            let fields = [("type", FAILURE), ("message", text)];
            let thrown = fields.map(|(key, text)| (key.into(), text.into()));
            let thrown = Dynamic::from_map(Map::from(thrown));
            Err(EvalAltResult::ErrorRuntime(thrown, Position::NONE).into())
        },
    );
    let deadline = deadline.clone();
    engine.on_progress(move |operations| {
        let is_over = operations > MAX_OPERATIONS || Instant::now() > deadline.get();
        is_over.then(|| {
            deadline.set(Instant::now());
            Dynamic::UNIT
        })
    });
    let output = printed.clone();
    engine.on_print(move |text| output.borrow_mut().push(text.to_string()));
    let output = printed.clone();
    engine.on_debug(move |text, _, position: Position| {
        let line = position.line().unwrap_or(0);
        let column = position.position().unwrap_or(0);
        let text = format!("{text} | {line} | {column}");
        output.borrow_mut().push(text);
    });
    engine
}

fn numbers(error: &ScriptError) -> ErrorNumbers {
    let number = match &error.detail {
        Detail::Runtime(kind, _) => *kind as i64,
        Detail::Limit(limit, _) => *limit as i64,
        _ => 0,
    };
    (error.kind as i64, number)
}

/// The text of a value, as the host gets it: a character is a string, and functions have no
/// text.
fn describe(value: &Dynamic) -> String {
    if let Some(array) = value.read_lock::<rhai::Array>() {
        let items: Vec<String> = array.iter().map(describe).collect();
        return format!("[{}]", items.join(", "));
    }
    if let Some(map) = value.read_lock::<Map>() {
        let entries: Vec<String> = map
            .iter()
            .map(|(key, value)| format!("{key:?}: {}", describe(value)))
            .collect();
        return format!("#{{{}}}", entries.join(", "));
    }
    if value.read_lock::<FnPtr>().is_some() {
        return FUNCTION.into();
    }
    match value.as_char() {
        Ok(c) => format!("{:?}", c.to_string()),
        Err(_) => format!("{:?}", value.clone().flatten()),
    }
}
