//! Translates Rhai's errors into [`ScriptError`]s.
//!
//! There is a line for every error that Rhai has, and a test in `rust/runtime/tests/all/errors.rs`.
//! Rhai tells of a property that is not there by a text only, and wraps an error in the calls
//! that it passed.

mod texts;

use rhai::{Dynamic, EvalAltResult, Map, ParseErrorType, Position};
use texts::{readable, readable_signature, without_numbers};

use crate::errors::data_race::DataRace;
use crate::errors::hint::Hint;
use crate::errors::rhai_error::broken_limit;
use crate::errors::script_error::{Call, Detail, ErrorKind, RuntimeKind, ScriptError};
use crate::errors::shortened::shortened;
use crate::errors::termination::Termination;
use crate::language::imports::ImportCycle;
use crate::language::names::is_closure;
use crate::language::place::FaultyLine;
use crate::limits::config::Config;
use crate::limits::limit::Limit;
use crate::objects::host_object::HostObject;

type E = EvalAltResult;

impl ScriptError {
    /// The error that evaluating a script ended with; `faulty_line` is the line of the script
    /// that does not parse, if one does not, and `hint` what else is known.
    pub fn from_rhai(
        error: EvalAltResult,
        config: &Config,
        faulty_line: Option<FaultyLine>,
        hint: &Hint,
    ) -> Self {
        let (mut error, outer) = unwrap_calls(error);
        let position = match import_cycle(&error) {
            Some(cycle) => cycle.position,
            None => error.take_position(),
        };
        // A native function has no position of its own: its caller's is next best.
        let known = std::iter::once(position)
            .chain(outer.iter().rev().map(|call| call.position))
            .find(|position| !position.is_none());
        let mut result = from_innermost(error, config, faulty_line, hint);
        result.position = known.unwrap_or(Position::NONE);
        if result.kind != ErrorKind::Syntax || !outer.is_empty() {
            result.calls = list_calls(outer, position);
        }
        result
    }
}

impl ScriptError {
    /// The module whose code failed; empty if it was the script's.
    pub fn module(&self) -> &str {
        self.calls.first().map_or("", |call| &call.source)
    }

    /// Says which module it was in, and by which others that was imported.
    pub fn tell_module(&mut self, module: &str, importers: &str) {
        self.message = format!("in module {module}{importers}: {}", self.message);
    }

    /// Says what the script is called.
    pub fn tell_script(&mut self, name: &str) {
        for call in self.calls.iter_mut().filter(|call| call.source.is_empty()) {
            call.source = name.into();
        }
        // It has made no calls.
        if self.kind == ErrorKind::Syntax && self.calls.is_empty() {
            self.message = format!("in {name}: {}", self.message);
        }
    }

    /// Says which variable a data race is about.
    pub fn tell_data_race(&mut self, race: DataRace) {
        // It was looked for in the script.
        if self
            .calls
            .first()
            .is_some_and(|call| !call.source.is_empty())
        {
            return;
        }
        self.message = race.message();
        if self.position.is_none() {
            self.position = race.position;
        }
        if let Some(call) = self.calls.first_mut().filter(|c| c.position.is_none()) {
            call.position = race.position;
        }
        self.detail = Detail::Runtime(RuntimeKind::DataRace, race.variable);
    }
}

/// Takes an error out of the calls and modules it is wrapped in, outermost first,
/// each with the place where it was called.
fn unwrap_calls(error: EvalAltResult) -> (EvalAltResult, Vec<Call>) {
    let mut calls = Vec::new();
    let mut error = error;
    loop {
        match error {
            E::ErrorInFunctionCall(function, source, inner, position) => {
                let function = match is_closure(&function) {
                    true => "closure".into(),
                    false => function,
                };
                calls.push(Call {
                    function,
                    source,
                    position,
                });
                error = *inner;
            }
            E::ErrorInModule(module, inner, position) => {
                calls.push(Call {
                    function: format!("module {module}"),
                    source: module,
                    position,
                });
                error = *inner;
            }
            inner => return (inner, calls),
        }
    }
}

/// Lists the calls that led to an error, innermost first, each with the place where
/// it was: the next call's, or the error's.
fn list_calls(outer: Vec<Call>, position: Position) -> Vec<Call> {
    let script = Call {
        function: "script".into(),
        source: String::new(),
        position,
    };
    let mut calls: Vec<Call> = std::iter::once(script).chain(outer).collect();
    for index in 1..calls.len() {
        calls[index - 1].position = calls[index].position;
    }
    if let Some(innermost) = calls.last_mut() {
        innermost.position = position;
    }
    calls.reverse();
    calls
}

fn from_innermost(
    error: E,
    config: &Config,
    faulty_line: Option<FaultyLine>,
    hint: &Hint,
) -> ScriptError {
    if let Some(limit) = broken_limit(&error) {
        return limit_of(limit, config);
    }
    if let Some(cycle) = import_cycle(&error) {
        let detail = Detail::Runtime(RuntimeKind::ImportCycle, String::new());
        return ScriptError::new(ErrorKind::Runtime, cycle.to_string(), detail);
    }
    let error = match error {
        E::ErrorParsing(kind, _) => return from_parse(&kind, faulty_line),
        E::ErrorTerminated(token, _) => return from_termination(token, config),
        E::ErrorRuntime(thrown, _) => return from_thrown(thrown, hint),
        error => error,
    };
    let text = readable(&shortened(&error));
    let runtime = |kind, name: &str| {
        let detail = Detail::Runtime(kind, name.into());
        ScriptError::new(ErrorKind::Runtime, text.clone(), detail)
    };
    match error {
        E::ErrorFunctionNotFound(signature, _) => {
            let (name, types) = readable_signature(&shortened(&signature), hint);
            ScriptError {
                message: format!("Function not found: {name}{types}"),
                ..runtime(RuntimeKind::FunctionNotFound, &name)
            }
        }
        E::ErrorVariableNotFound(name, _)
        | E::ErrorVariableExists(name, _)
        | E::ErrorForbiddenVariable(name, _) => runtime(RuntimeKind::VariableNotFound, &name),
        E::ErrorPropertyNotFound(name, _) => runtime(RuntimeKind::PropertyNotFound, &name),
        E::ErrorDotExpr(what, _) => runtime(RuntimeKind::PropertyNotFound, property_in(&what)),
        E::ErrorIndexNotFound(index, _) => {
            let name = index.into_immutable_string().unwrap_or_default();
            runtime(RuntimeKind::IndexOutOfBounds, &shortened(&*name))
        }
        E::ErrorArrayBounds(..) | E::ErrorStringBounds(..) | E::ErrorBitFieldBounds(..) => {
            runtime(RuntimeKind::IndexOutOfBounds, "")
        }
        E::ErrorMismatchDataType(..)
        | E::ErrorMismatchOutputType(..)
        | E::ErrorIndexingType(..) => runtime(RuntimeKind::TypeMismatch, ""),
        E::ErrorUnboundThis(_) => runtime(RuntimeKind::UnboundThis, ""),
        E::ErrorFor(_) => runtime(RuntimeKind::NotIterable, ""),
        E::ErrorAssignmentToConstant(name, _) | E::ErrorNonPureMethodCallOnConstant(name, _) => {
            runtime(RuntimeKind::ConstantChanged, &name)
        }
        E::ErrorDataRace(..) => ScriptError {
            message: "data race: a variable is used while a function changes it".into(),
            ..runtime(RuntimeKind::DataRace, "")
        },
        E::ErrorArithmetic(..) => runtime(RuntimeKind::Arithmetic, ""),
        E::ErrorModuleNotFound(name, _) => runtime(RuntimeKind::ModuleNotFound, &name),
        E::LoopBreak(..) | E::Return(..) | E::Exit(..) => runtime(RuntimeKind::Misplaced, ""),

        // The first two do not happen without custom types and syntax; the others
        // were handled above.
        E::ErrorSystem(..)
        | E::ErrorCustomSyntax(..)
        | E::ErrorInFunctionCall(..)
        | E::ErrorInModule(..)
        | E::ErrorParsing(..)
        | E::ErrorTerminated(..)
        | E::ErrorRuntime(..)
        | E::ErrorTooManyOperations(_)
        | E::ErrorTooManyVariables(_)
        | E::ErrorTooManyModules(_)
        | E::ErrorStackOverflow(_)
        | E::ErrorDataTooLarge(..) => runtime(RuntimeKind::Other, ""),
        // Rhai may have more kinds one day.
        _ => runtime(RuntimeKind::Other, ""),
    }
}

/// The cycle that a module makes with others, if that is what an error is.
fn import_cycle(error: &E) -> Option<&ImportCycle> {
    match error {
        E::ErrorSystem(_, cause) => cause.downcast_ref(),
        _ => None,
    }
}

/// A script, or a module, that does not parse.
fn from_parse(kind: &ParseErrorType, faulty_line: Option<FaultyLine>) -> ScriptError {
    let detail = faulty_line.map_or(Detail::None, Detail::Line);
    ScriptError::new(ErrorKind::Syntax, readable(&shortened(kind)), detail)
}

/// The property that Rhai, or [`dart_objects`](crate::objects::host_object), says is not there: the
/// first thing that it quotes. It has no other way to tell.
fn property_in(what: &str) -> &str {
    what.split('\'').nth(1).unwrap_or_default()
}

/// A limit was broken whose value is that of the configuration.
pub fn limit_of(limit: Limit, config: &Config) -> ScriptError {
    ScriptError::limit(limit, config.limit(limit))
}

fn from_termination(token: Dynamic, config: &Config) -> ScriptError {
    match token.try_cast::<Termination>() {
        Some(Termination::KeptTooMuch) => ScriptError {
            message: format!(
                "what the function keeps takes more than {} bytes: dispose of it \
                 (RhaiConfig.maxMemory)",
                config.limit(Limit::Memory)
            ),
            ..limit_of(Limit::Memory, config)
        },
        Some(Termination::ScopeTooLarge) => ScriptError {
            message: format!(
                "what the scope keeps takes more than {} bytes: remove variables, or clear it \
                 (RhaiConfig.maxMemory)",
                config.limit(Limit::Memory)
            ),
            ..limit_of(Limit::Memory, config)
        },
        Some(Termination::ScopeTooDeep) => ScriptError {
            message: format!(
                "what the scope keeps is nested more than {} levels: remove variables, or clear \
                 it",
                config.limit(Limit::Nesting)
            ),
            ..limit_of(Limit::Nesting, config)
        },
        Some(Termination::Limit(limit)) => limit_of(limit, config),
        Some(Termination::TimeLimit(broken)) => ScriptError::time(broken),
        Some(Termination::HostError(thrown)) => {
            from_thrown(Dynamic::clone(&thrown), &Hint::default())
        }
        Some(Termination::Cancelled) | None => ScriptError::new(
            ErrorKind::Cancelled,
            "the script was cancelled",
            Detail::None,
        ),
    }
}

/// The script threw `thrown`, or did not catch it.
fn from_thrown(thrown: Dynamic, hint: &Hint) -> ScriptError {
    let message = match thrown.as_map_ref() {
        Ok(map) => message_of(&map),
        Err(_) => None,
    };
    let message = message.unwrap_or_else(|| match thrown.is_unit() {
        true => "the script threw ()".into(),
        // The host says what its objects are.
        false if thrown.is::<HostObject>() => String::new(),
        false if thrown.is_string() => readable(&shortened(&thrown)),
        false => readable(&without_numbers(&shortened(&thrown))),
    });
    // The host knows whether it was one of its functions.
    let called = hint.called.clone().unwrap_or_default();
    let detail = Detail::Runtime(RuntimeKind::Thrown, called);
    ScriptError {
        thrown,
        ..ScriptError::new(ErrorKind::Runtime, message, detail)
    }
}

fn message_of(map: &Map) -> Option<String> {
    let message = map.get("message")?.as_immutable_string_ref().ok()?;
    Some(shortened(&*message))
}
