//! Script errors as structured data.
//!
//! An error crosses as fields, never as text to be parsed: kind, message, place, calls, thrown
//! value, and what belongs to the kind. Of a line that does not parse, 120 characters around
//! the place are kept.

use std::any::Any;
use std::time::Duration;

use rhai::{Dynamic, Position};

use crate::data::conversion_error::ConversionError;
use crate::errors::exception::describe_conversion_error;
use crate::language::place::FaultyLine;
use crate::limits::config::Config;
use crate::limits::limit::Limit;
use crate::limits::time::BrokenTime;

/// The kind of a script error; the numbers are the protocol with the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
pub enum ErrorKind {
    /// The script is not valid Rhai.
    Syntax = 1,
    /// The script failed while it ran, or threw.
    Runtime = 2,
    /// The script took longer than it may.
    TimeLimit = 3,
    /// The script was cancelled.
    Cancelled = 4,
    /// The native side failed.
    Ffi = 5,
    /// A value cannot cross; what is thrown has the details.
    Conversion = 6,
    /// The script broke a limit.
    Limit = 7,
}

/// The kind of a runtime error; the numbers are the protocol with the host, whose enum
/// `RhaiRuntimeErrorKind` has the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
pub enum RuntimeKind {
    /// It threw something, or a function of Rhai's failed.
    Thrown = 0,
    /// A function of the host failed.
    HostFunction = 1,
    /// There is no such function, or none with such arguments.
    FunctionNotFound = 2,
    /// There is no such variable.
    VariableNotFound = 3,
    /// A value has no such property.
    PropertyNotFound = 4,
    /// An index is outside of what it is used with.
    IndexOutOfBounds = 5,
    /// A value has another type than what is needed.
    TypeMismatch = 6,
    /// `this` is used where there is none.
    UnboundThis = 7,
    /// A `for` goes over what has no items.
    NotIterable = 8,
    /// A constant would be changed.
    ConstantChanged = 9,
    /// A value is used that is being changed.
    DataRace = 10,
    /// A number is too large, or divided by 0.
    Arithmetic = 11,
    /// There is no such module.
    ModuleNotFound = 12,
    /// A `break` or the like is where it means nothing.
    Misplaced = 13,
    /// There is no stack for another script.
    TooManyScripts = 14,
    /// Something else in Rhai.
    Other = 15,
    /// A module imports itself, perhaps through others.
    ImportCycle = 16,
}

/// Facts that belong to the kind of an error.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// Nothing.
    None,
    /// The limit that was broken, and its value.
    Limit(Limit, u64),
    /// The time that was allowed.
    Time(Duration),
    /// The kind of failure, and the name of the function, variable, property or module that
    /// it is about; empty if it is about none.
    Runtime(RuntimeKind, String),
    /// The line that is not valid.
    Line(FaultyLine),
}

/// A call of a function that had not returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The function; `script` is the script itself.
    pub function: String,
    /// The module it comes from; empty for the script.
    pub source: String,
    /// Where it was: at a call, or at what failed.
    pub position: Position,
}

/// A script error, as the host gets it.
#[derive(Debug, Clone)]
pub struct ScriptError {
    /// The kind of error.
    pub kind: ErrorKind,
    /// One sentence for people.
    pub message: String,
    /// Where, if that is known.
    pub position: Position,
    /// The script's calls at that moment, innermost first.
    pub calls: Vec<Call>,
    /// The value that the script threw; unit if it threw nothing.
    pub thrown: Dynamic,
    /// Facts that belong to the kind.
    pub detail: Detail,
}

impl ScriptError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>, detail: Detail) -> Self {
        ScriptError {
            kind,
            message: message.into(),
            position: Position::NONE,
            calls: Vec::new(),
            thrown: Dynamic::UNIT,
            detail,
        }
    }

    /// The error with what to do about it in its message, if that is known.
    pub(crate) fn with_advice(mut self, advice: Option<String>) -> Self {
        if let Some(advice) = advice {
            self.message = format!("{} ({advice})", self.message);
        }
        self
    }

    /// An error of the native side itself.
    pub fn ffi(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Ffi, message, Detail::None)
    }

    /// A limit was broken.
    pub fn limit(limit: Limit, value: u64) -> Self {
        let message = limit.message(value);
        Self::new(ErrorKind::Limit, message, Detail::Limit(limit, value))
    }

    /// The script needs more memory than it may have, or than there is.
    pub fn out_of_memory(config: &Config) -> Self {
        Self::limit(Limit::Memory, config.limit(Limit::Memory))
    }

    /// Scripts of the engine have left `leaked` bytes behind for good.
    pub fn leaked(config: &Config, leaked: usize) -> Self {
        ScriptError {
            message: format!(
                "scripts that needed too much memory at once have left {leaked} bytes behind \
                 in this engine: dispose of it (RhaiConfig.maxMemory)"
            ),
            ..Self::out_of_memory(config)
        }
    }

    /// The script took too long.
    pub fn time(broken: BrokenTime) -> Self {
        let (limit, message) = match broken {
            BrokenTime::Running(limit) => {
                let ms = limit.as_millis();
                (
                    limit,
                    format!(
                        "the script ran longer than its limit of {ms} ms \
                         (RhaiConfig.timeout)"
                    ),
                )
            }
            BrokenTime::Total(limit) => {
                let ms = limit.as_millis();
                (
                    limit,
                    format!(
                        "the script took longer than its limit of {ms} ms in all \
                         (RhaiConfig.totalTimeout)"
                    ),
                )
            }
        };
        Self::new(ErrorKind::TimeLimit, message, Detail::Time(limit))
    }

    /// The script's result cannot cross to the host.
    pub fn conversion(error: ConversionError) -> Self {
        let message = error.to_string();
        ScriptError {
            thrown: describe_conversion_error(error),
            ..Self::new(ErrorKind::Conversion, message, Detail::None)
        }
    }

    /// There is no stack for another script.
    pub fn no_stack(error: &std::io::Error) -> Self {
        let message =
            format!("too many scripts are waiting at once: no stack for another one ({error})");
        let detail = Detail::Runtime(RuntimeKind::TooManyScripts, String::new());
        Self::new(ErrorKind::Runtime, message, detail)
    }

    /// Native code panicked: a bug in Rhai or in this crate.
    pub fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        Self::ffi(format!("internal error in the script engine: {text}"))
    }
}
