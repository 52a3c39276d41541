//! Texts of values: `to_string`, `print`, `+` with a text, and the like.
//!
//! The text of a value can be any number of times as large as the value, which may refer
//! to one string many times.
//!
//! Where Rhai makes the text of a value by itself, in an interpolated string, it takes an error
//! of `to_string` for a sign that there is no such function, and writes the text on its own. So
//! `to_string` and `to_debug` return nothing if the text would be too long, and have the next
//! operation fail.

use std::fmt::Write;
use std::rc::Rc;

use rhai::{Array, Blob, Dynamic, EvalAltResult, FnPtr, ImmutableString, Map, Module};

use super::blobs::decoded;
use crate::context::context::ExecutionContext;
use crate::context::running::Running;
use crate::errors::termination::Termination;
use crate::functions::bound::name_of;
use crate::library::native_function::{changing, pure, Context, Failure};
use crate::library::text::{SizedText, Text};
use crate::limits::limit::Limit;
use crate::limits::sizes::TooLarge;
use crate::objects::host_object;

const TO_STRING: &str = "to_string";
const TO_DEBUG: &str = "to_debug";

/// Why a text ends before it is whole.
enum Stop {
    TooLarge(TooLarge),
    /// The script was ended in a function that makes the text of a part.
    Ended(Failure),
}

impl From<TooLarge> for Stop {
    fn from(reason: TooLarge) -> Self {
        Stop::TooLarge(reason)
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::TooLarge(reason) => reason.into(),
            Stop::Ended(error) => error,
        }
    }
}

type Made<T> = Result<T, Stop>;

/// Registers the functions with `module`.
pub fn register(module: &mut Module, running: &Rc<Running>) {
    type OfValue = fn(&Context, &mut Dynamic) -> Made<ImmutableString>;
    let of_value: [(&str, OfValue); 4] = [
        (TO_STRING, |context, value| plain(context, value, TO_STRING)),
        (TO_DEBUG, |context, value| plain(context, value, TO_DEBUG)),
        ("print", |context, value| printed(context, value, TO_STRING)),
        ("debug", |context, value| printed(context, value, TO_DEBUG)),
    ];
    for (name, make) in of_value {
        let running = running.clone();
        pure(name).set_into_module(module, move |c: Context, value: &mut Dynamic| {
            answer(&running, &c, make(&c, value))
        });
    }
    for name in [TO_STRING, TO_DEBUG, "print", "debug"] {
        let of_arrays = running.clone();
        pure(name).set_into_module(module, move |c: Context, array: &mut Array| {
            answer(&of_arrays, &c, of_array(&c, array))
        });
        let of_maps = running.clone();
        pure(name).set_into_module(module, move |c: Context, map: &mut Map| {
            answer(&of_maps, &c, of_map(&c, map))
        });
    }
    for name in [TO_STRING, TO_DEBUG, "print", "debug"] {
        pure(name).set_into_module(module, |function: FnPtr| of_function(&function));
    }
    for name in [TO_DEBUG, "debug"] {
        let running = running.clone();
        pure(name).set_into_module(module, move |c: Context, text: ImmutableString| {
            let mut quoted = Text::default();
            let made = write_into(&mut quoted, |out| write!(out, "{text:?}"));
            answer(&running, &c, made.and_then(|()| Ok(quoted.finish()?)))
        });
    }
    register_appending(module);
}

/// Registers functions that join a text with the text of a value.
fn register_appending(module: &mut Module) {
    type Text = ImmutableString;
    pure("+").set_into_module(module, |c: Context, text: &mut Text, mut value: Dynamic| {
        let more = printed(&c, &mut value, TO_STRING)?;
        joined(text, &more)
    });
    pure("+").set_into_module(module, |c: Context, value: &mut Dynamic, text: Text| {
        let start = printed(&c, value, TO_STRING)?;
        joined(&start, &text)
    });
    pure("+").set_into_module(module, |text: Text, utf8: Blob| {
        joined(&text, &decoded(&utf8)?)
    });
    pure("+").set_into_module(module, |utf8: Blob, text: Text| {
        joined(&decoded(&utf8)?, &text)
    });
    // Rhai has these operators built in; the functions are for pointers to them.
    pure("+").set_into_module(module, |a: Text, b: Text| joined(&a, &b));
    pure("+").set_into_module(module, |a: Text, b: char| {
        joined(&a, &Text::from(b.to_string()))
    });
    pure("+").set_into_module(module, |a: char, b: Text| {
        joined(&Text::from(a.to_string()), &b)
    });
    changing("+=").set_into_module(
        module,
        |text: &mut Text, more: Text| -> Result<(), Failure> {
            *text = joined(text, &more)?;
            Ok(())
        },
    );
    pure("+=").set_into_module(
        module,
        |text: &mut Text, more: char| -> Result<(), Failure> {
            *text = joined(text, &Text::from(more.to_string()))?;
            Ok(())
        },
    );
    for name in ["+=", "append"] {
        changing(name).set_into_module(
            module,
            |c: Context, text: &mut Text, mut value: Dynamic| -> Result<(), Failure> {
                let more = printed(&c, &mut value, TO_STRING)?;
                *text = joined(text, &more)?;
                Ok(())
            },
        );
        changing(name).set_into_module(
            module,
            |text: &mut Text, utf8: Blob| -> Result<(), Failure> {
                *text = joined(text, &decoded(&utf8)?)?;
                Ok(())
            },
        );
    }
}

fn joined(a: &ImmutableString, b: &ImmutableString) -> Result<ImmutableString, Failure> {
    if b.is_empty() {
        return Ok(a.clone());
    }
    if a.is_empty() {
        return Ok(b.clone());
    }
    let mut text = SizedText::new(a.len().saturating_add(b.len()))?;
    text.push_str(a);
    text.push_str(b);
    Ok(text.finish())
}

/// Answer of a function that makes a text. Where Rhai makes the text of a value by itself, it takes an
/// error of `to_string` and `to_debug` for a sign that there is no such function, and
/// writes the text on its own, however large. So the error comes at the next operation.
fn answer(
    running: &Running,
    context: &Context,
    made: Made<ImmutableString>,
) -> Result<ImmutableString, Failure> {
    let stop = match made {
        // It lacks a part if that was too large.
        Ok(text) => match running.context().and_then(ExecutionContext::failure) {
            Some(failure) => Stop::Ended(failure.into()),
            None => return Ok(text),
        },
        Err(stop) => stop,
    };
    let is_asked_by_rhai = [TO_STRING, TO_DEBUG].contains(&context.fn_name());
    match (running.context(), &stop) {
        (_, Stop::TooLarge(_)) if is_asked_by_rhai => Ok(context.engine().const_empty_string()),
        (Some(current), Stop::Ended(error)) if is_asked_by_rhai => {
            if let Some(termination) = termination(error) {
                current.fail(termination);
            }
            Ok(context.engine().const_empty_string())
        }
        _ => Err(stop.into()),
    }
}

/// Why a script was ended, if that is what an error says.
fn termination(error: &EvalAltResult) -> Option<Termination> {
    match error {
        EvalAltResult::ErrorTerminated(token, _) => {
            token.read_lock::<Termination>().map(|token| token.clone())
        }
        _ => None,
    }
}

/// The text of a value for which there is no function of its own.
fn plain(context: &Context, value: &Dynamic, form: &str) -> Made<ImmutableString> {
    let mut text = Text::default();
    write_plain(context, &mut text, value, form)?;
    Ok(text.finish()?)
}

/// The text of a value, which a function may make that is not of Rhai.
fn printed(context: &Context, value: &mut Dynamic, form: &str) -> Made<ImmutableString> {
    match context.call_native_fn_raw(form, true, &mut [value]) {
        Ok(result) if result.is_string() => Ok(result.into_immutable_string().unwrap_or_default()),
        Ok(result) => Ok(context.engine().map_type_name(result.type_name()).into()),
        Err(error) if ends(&error) => Err(Stop::Ended(error)),
        Err(_) => plain(context, value, form),
    }
}

/// Whether an error ends the script, and not just the function: a text of nested data is
/// written all the same where the stack has no room for calls.
fn ends(error: &EvalAltResult) -> bool {
    termination(error)
        .is_some_and(|reason| !matches!(reason, Termination::Limit(Limit::NativeStack)))
}

fn of_array(context: &Context, array: &mut Array) -> Made<ImmutableString> {
    let mut text = Text::default();
    text.push_str("[")?;
    for (index, item) in array.iter_mut().enumerate() {
        if index > 0 {
            text.push_str(", ")?;
        }
        write_part(context, &mut text, item)?;
    }
    text.push_str("]")?;
    Ok(text.finish()?)
}

fn of_map(context: &Context, map: &mut Map) -> Made<ImmutableString> {
    let mut text = Text::default();
    text.push_str("#{")?;
    for (index, (key, value)) in map.iter_mut().enumerate() {
        if index > 0 {
            text.push_str(", ")?;
        }
        write_into(&mut text, |text| write!(text, "{key:?}: "))?;
        write_part(context, &mut text, value)?;
    }
    text.push_str("}")?;
    Ok(text.finish()?)
}

/// The text of a function. The name that Rhai gives to a closure is a number.
fn of_function(function: &FnPtr) -> Result<ImmutableString, Failure> {
    let name = match host_object::is_closure(function) {
        true => "Dart function".into(),
        false => name_of(function),
    };
    let mut text = SizedText::new(name.len().saturating_add("Fn(closure)".len()))?;
    text.push_str("Fn(");
    text.push_str(if name.is_empty() { "closure" } else { &name });
    text.push_str(")");
    Ok(text.finish())
}

/// Writes the text of a part of a value.
fn write_part(context: &Context, text: &mut Text, value: &mut Dynamic) -> Made<()> {
    match context.call_native_fn_raw(TO_DEBUG, true, &mut [value]) {
        Ok(result) => match result.as_immutable_string_ref() {
            Ok(part) => text.push_str(&part)?,
            Err(name) => text.push_str(context.engine().map_type_name(name))?,
        },
        Err(error) if ends(&error) => return Err(Stop::Ended(error)),
        Err(_) => write_plain(context, text, value, TO_DEBUG)?,
    }
    Ok(())
}

/// The longest text that may be the name of a type.
const MAX_NAME: usize = 4096;

fn write_plain(context: &Context, text: &mut Text, value: &Dynamic, form: &str) -> Made<()> {
    let start = text.as_str().len();
    write_into(text, |text| match form {
        TO_DEBUG => write!(text, "{value:?}"),
        _ => write!(text, "{value}"),
    })?;
    // Of a type that it does not know Rhai writes the name that it has in Rust.
    let written = &text.as_str()[start..];
    if written.len() <= MAX_NAME {
        let name = context.engine().map_type_name(written);
        if name != written {
            let name = name.to_string();
            text.truncate(start);
            text.push_str(&name)?;
        }
    }
    Ok(())
}

fn write_into(text: &mut Text, write: impl FnOnce(&mut Text) -> std::fmt::Result) -> Made<()> {
    write(text).map_err(|_| Stop::TooLarge(text.failure()))
}
