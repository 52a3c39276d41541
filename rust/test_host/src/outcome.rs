//! Answers of functions, and ends of scripts, as tests look at them.

use rhai::Dynamic;

/// An answer of a host function to a call.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It returns a value.
    Value(Dynamic),
    /// It throws an error with this type and message.
    Error(&'static str, String),
    /// It returns a Future.
    Pending,
}

impl Answer {
    /// Returns what converts into a value.
    pub fn value(value: impl Into<Dynamic>) -> Self {
        Answer::Value(value.into())
    }
}

/// A script error as the host reads it.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The number of the error's kind.
    pub kind: i64,
    /// The message.
    pub message: String,
    /// The line, 0 if unknown.
    pub line: i64,
    /// The column, 0 if unknown.
    pub column: i64,
    /// The script's calls, innermost first, as `function line:column`.
    pub calls: Vec<String>,
    /// The id of the host error that was thrown, 0 for none.
    pub host_error: i64,
    /// The value that was thrown.
    pub thrown: Dynamic,
    /// The number of the limit or of the kind of failure, or the place of the caret.
    pub number: i64,
    /// The limit's value.
    pub value: i64,
    /// The name that it is about, or the faulty line.
    pub text: String,
}

/// A script that waits for a Future.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Its execution.
    pub execution: u64,
    /// The Future.
    pub future: u64,
}

/// Where a script is after the host has driven it as far as it goes.
#[derive(Debug)]
pub enum Outcome {
    /// It ended with a value.
    Done(Dynamic),
    /// It ended with an error.
    Failed(Failure),
    /// It waits for a Future.
    Waiting(Waiting),
}

impl Outcome {
    /// The value that the script ended with.
    #[track_caller]
    pub fn done(self) -> Dynamic {
        match self {
            Outcome::Done(value) => value,
            other => panic!("expected a value, got {other:?}"),
        }
    }

    /// The error that the script ended with.
    #[track_caller]
    pub fn failed(self) -> Failure {
        match self {
            Outcome::Failed(failure) => failure,
            other => panic!("expected an error, got {other:?}"),
        }
    }

    /// The Future that the script waits for.
    #[track_caller]
    pub fn waiting(self) -> Waiting {
        match self {
            Outcome::Waiting(waiting) => waiting,
            other => panic!("expected a script that waits, got {other:?}"),
        }
    }
}
