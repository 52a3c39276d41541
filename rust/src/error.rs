//! Script errors as structured data.

use std::any::Any;

use rhai::{Array, Dynamic, EvalAltResult, Map, ParseError, Position};

use crate::config::Config;
use crate::dart_objects::{DartObject, DART_OBJECT, TYPE_OF};
use crate::execution_context::Termination;
use crate::functions::describe_conversion_error;
use crate::host::{describe_position, known, Host};
use crate::nesting::MAX_KEPT_LEVELS;
use crate::script_functions::Exporter;
use crate::values::ConversionError;

/// What went wrong; the numbers are the protocol with Dart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
pub enum ErrorKind {
    /// The script is not valid Rhai.
    Syntax = 1,
    /// The script failed while it ran, or threw.
    Runtime = 2,
    /// The script ran longer than it may.
    TimeLimit = 3,
    /// The script was cancelled.
    Cancelled = 4,
    /// The native side failed.
    Ffi = 5,
    /// A value cannot cross; what is thrown has the details.
    Conversion = 6,
}

/// A script error, as Dart gets it.
#[derive(Debug, Clone)]
pub struct ScriptError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// One sentence for people.
    pub message: String,
    /// Where, if that is known.
    pub position: Position,
    /// The script's calls at that moment, innermost first, a line each.
    pub stack_trace: String,
    /// What the script threw; unit if it threw nothing.
    pub thrown: Dynamic,
}

impl ScriptError {
    fn new(kind: ErrorKind, message: impl Into<String>, position: Position) -> Self {
        ScriptError {
            kind,
            message: message.into(),
            position,
            stack_trace: String::new(),
            thrown: Dynamic::UNIT,
        }
    }

    /// An error of the native side itself.
    pub fn ffi(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Ffi, message, Position::NONE)
    }

    /// The script's result cannot cross to Dart.
    pub fn conversion(error: ConversionError) -> Self {
        let message = error.to_string();
        ScriptError {
            thrown: describe_conversion_error(error),
            ..Self::new(ErrorKind::Conversion, message, Position::NONE)
        }
    }

    /// There is no stack for another script.
    pub fn no_stack(error: &std::io::Error) -> Self {
        let message =
            format!("too many scripts are waiting at once: no stack for another one ({error})");
        Self::new(ErrorKind::Runtime, message, Position::NONE)
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

    /// A script that does not parse.
    pub fn from_parse(error: &ParseError) -> Self {
        let ParseError(kind, position) = error;
        Self::new(ErrorKind::Syntax, kind.to_string(), *position)
    }

    /// What evaluating a script ended with.
    pub fn from_rhai(error: EvalAltResult, config: &Config) -> Self {
        let mut calls = Vec::new();
        let mut error = error;
        loop {
            match error {
                EvalAltResult::ErrorInFunctionCall(function, _, inner, position) => {
                    calls.push((function, position));
                    error = *inner;
                }
                EvalAltResult::ErrorInModule(module, inner, position) => {
                    calls.push((format!("module {module}"), position));
                    error = *inner;
                }
                inner => {
                    error = inner;
                    break;
                }
            }
        }
        let position = error.take_position();
        // A native function has no position of its own: its caller's is next best.
        let known = std::iter::once(position)
            .chain(calls.iter().rev().map(|call| call.1))
            .find(|position| !position.is_none());
        let mut result = Self::from_innermost(error, config);
        result.position = known.unwrap_or(Position::NONE);
        result.stack_trace = describe_calls(&calls, position);
        result
    }

    fn from_innermost(error: EvalAltResult, config: &Config) -> Self {
        use EvalAltResult as E;
        let new = |kind, message: String| Self::new(kind, message, Position::NONE);
        match error {
            E::ErrorParsing(kind, _) => new(ErrorKind::Syntax, kind.to_string()),
            E::ErrorTerminated(token, _) => match token.try_cast::<Termination>() {
                Some(Termination::TooManyOperations) => {
                    let limit = config.max_operations;
                    let message = format!("too many operations: the limit is {limit}");
                    new(ErrorKind::Runtime, message)
                }
                Some(Termination::TimeLimit) => {
                    let limit = config.time_limit.unwrap_or_default().as_millis();
                    let message = format!("the script ran longer than its limit of {limit} ms");
                    new(ErrorKind::TimeLimit, message)
                }
                Some(Termination::StackOverflow) => new(
                    ErrorKind::Runtime,
                    "stack overflow: calls and expressions are nested too deeply".into(),
                ),
                Some(Termination::KeptTooDeeply) => new(
                    ErrorKind::Runtime,
                    format!(
                        "what the functions of scripts keep is nested more than \
                         {MAX_KEPT_LEVELS} levels: dispose of them"
                    ),
                ),
                Some(Termination::HostError(thrown)) => Self::thrown(thrown),
                Some(Termination::Cancelled) | None => {
                    new(ErrorKind::Cancelled, "the script was cancelled".into())
                }
            },
            E::ErrorStackOverflow(_) => {
                let limit = config.max_call_levels;
                let message = format!("stack overflow: the limit is {limit} nested calls");
                new(ErrorKind::Runtime, message)
            }
            E::ErrorRuntime(thrown, _) => Self::thrown(thrown),
            E::ErrorFunctionNotFound(signature, _) => {
                // Rhai names a string argument by all of its Rust types.
                let signature = signature
                    .replace("&str | ImmutableString | String", "string")
                    .replace(TYPE_OF, "type_of");
                let signature = match signature.split_once(' ') {
                    Some((name, types)) if name.starts_with("anon$") => format!("closure {types}"),
                    _ => signature,
                };
                new(
                    ErrorKind::Runtime,
                    format!("Function not found: {signature}"),
                )
            }
            other => new(ErrorKind::Runtime, readable(&other.to_string())),
        }
    }

    /// The script threw `thrown`, or did not catch it.
    fn thrown(thrown: Dynamic) -> Self {
        let message = match thrown.as_map_ref() {
            Ok(map) => message_of(&map),
            Err(_) => None,
        };
        let message = message.unwrap_or_else(|| match thrown.is_unit() {
            true => "the script threw ()".into(),
            // Dart says what its objects are.
            false if thrown.is::<DartObject>() => String::new(),
            false => readable(&thrown.to_string()),
        });
        ScriptError {
            thrown,
            ..Self::new(ErrorKind::Runtime, message, Position::NONE)
        }
    }

    /// Writes the error into slot 0 of the frame, as an array of its fields.
    pub fn write(self, host: &Host, exporter: Option<&Exporter>) {
        // The tag of a thrown value says which Dart error it was made from.
        let dart_error = self.thrown.tag();
        let number = |n: Option<usize>| Dynamic::from_int(known(n).unwrap_or(0) as i64);
        let fields = |thrown: Dynamic| -> Array {
            vec![
                Dynamic::from_int(self.kind as i64),
                self.message.clone().into(),
                number(self.position.line()),
                number(self.position.position()),
                self.stack_trace.clone().into(),
                Dynamic::from_int(dart_error.into()),
                thrown,
            ]
        };
        if host
            .write_result(fields(self.thrown.clone()).into(), exporter)
            .is_err()
        {
            // What was thrown has no meaning in Dart; its text is the message.
            let plain = fields(Dynamic::UNIT);
            host.write_result(plain.into(), None)
                .expect("numbers and strings can cross");
        }
    }
}

/// Rhai's text with the names that scripts know.
fn readable(text: &str) -> String {
    text.replace(std::any::type_name::<DartObject>(), DART_OBJECT)
        .replace(TYPE_OF, "type_of")
}

fn message_of(map: &Map) -> Option<String> {
    let message = map.get("message")?.as_immutable_string_ref().ok()?;
    Some(message.to_string())
}

/// Lists the calls that led to an error, innermost first.
fn describe_calls(calls: &[(String, Position)], position: Position) -> String {
    let names = calls.iter().map(|call| call.0.as_str());
    let names = std::iter::once("script").chain(names);
    // Each call's position is where its caller called it.
    let positions = calls.iter().map(|call| call.1);
    let positions = positions.chain(std::iter::once(position));
    let mut lines: Vec<String> = names
        .zip(positions)
        .map(|(name, position)| {
            let name = match name.starts_with("anon$") {
                true => "closure",
                false => name,
            };
            match describe_position(position) {
                place if place.is_empty() => format!("at {name}"),
                place => format!("at {name} ({place})"),
            }
        })
        .collect();
    lines.reverse();
    lines.join("\n")
}
