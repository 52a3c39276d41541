//! Dart functions as Rhai functions.

use rhai::{Dynamic, EvalAltResult, NativeCallContext, Position, INT};

use crate::context::context::ExecutionContext;
use crate::context::shared::Host;
use crate::errors::termination::Termination;
use crate::execution::execution::{Reply, Request};
use crate::language::place::describe_place;
use crate::library::text::SizedText;
use crate::limits::limit::Limit;

use crate::border::exporter::Exporter;
use crate::errors::translate::shortened;
use crate::execution::pending_futures::Completion;
use crate::wire::format::ConversionError;
use fibers::OnFiber;

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

/// A Dart function that scripts may call.
#[derive(Debug, Clone)]
pub struct DartFunction {
    /// The name scripts call it by, with its namespace, if it is in one: `a::b`.
    pub name: String,
    /// What Dart knows it by.
    pub id: u64,
    /// Bit *n* says that it can be called with *n* arguments.
    pub arities: u32,
}

/// Function ids that Dart keeps for `print` and `debug`, which Rhai formats.
pub const PRINT_FUNCTION: u64 = 0;
/// See [`PRINT_FUNCTION`].
pub const DEBUG_FUNCTION: u64 = 1;
/// The ids of functions that say whether two Dart objects are equal, and what one
/// is as a string and what its type is called.
pub const EQUALS_FUNCTION: u64 = 2;
/// See [`EQUALS_FUNCTION`].
pub const TO_STRING_FUNCTION: u64 = 3;
/// See [`EQUALS_FUNCTION`].
pub const TYPE_NAME_FUNCTION: u64 = 4;

/// Calls a Dart function from the current fiber and returns its value: at once,
/// or, if it returned a Future, when that has completed.
pub fn invoke_dart_callback_async(
    host: &Host,
    function: u64,
    args: &[&mut Dynamic],
    caller: Option<&NativeCallContext>,
) -> RhaiResult {
    let Some(context) = host.current() else {
        return Err(ffi_error("no script is running"));
    };
    let exporter = caller.map(|caller| Exporter::new(host, context, caller.global_runtime_state()));
    host.write_call(function, args, exporter.as_ref())
        .map_err(conversion_error)?;
    match context.suspend(Request::Call) {
        Reply::Value => host.take_reply().map_err(conversion_error),
        Reply::Error => {
            let description = memory::of_any_size(|| host.take_reply());
            Err(thrown(description.map_err(conversion_error)?, context))
        }
        Reply::Completed => match context.take_completion() {
            Some(completion) => receive(host, completion, context),
            None => Err(catchable_error(
                "channel_closed",
                "the Future of a Dart function was dropped before it completed",
                CHANNEL_CLOSED,
            )),
        },
        Reply::Fail => Err(context.failed().into()),
        Reply::Cancel | Reply::Continue | Reply::Pending => Err(Termination::Cancelled.into()),
    }
}

/// Passes a text on to Dart from Rhai's `print` or `debug`, which cannot fail.
/// With a position, its line and its column come after the text.
pub fn forward_text(host: &Host, id: u64, text: &str, position: Option<Position>) {
    let Some(context) = host.current() else {
        return;
    };
    if !context.output().may_print(text.len()) {
        return context.fail(Termination::Limit(Limit::OutputLength));
    }
    let mut values = vec![SizedText::copy(text).into()];
    values.extend(position.into_iter().flat_map(describe_place));
    let args: Vec<&mut Dynamic> = values.iter_mut().collect();
    let result = invoke_dart_callback_async(host, id, &args, None);
    if let Err(error) = result {
        if let EvalAltResult::ErrorRuntime(thrown, _) = *error {
            let thrown = OnFiber::new(thrown, &host.stacks);
            context.fail(Termination::HostError(thrown.into()));
        }
    }
}

fn receive(host: &Host, completion: Completion, context: &ExecutionContext) -> RhaiResult {
    match completion.failed {
        false => completion.decode(host).map_err(conversion_error),
        true => {
            let description = memory::of_any_size(|| completion.decode(host));
            Err(thrown(description.map_err(conversion_error)?, context))
        }
    }
}

/// Turns Dart's description of an error, `[id, type, message, stack trace]` and
/// perhaps an object map of more, into a Rhai exception: an object map whose tag
/// is the error's id in Dart. Or ends the script, for `[BROKEN_LIMIT, number]`.
fn thrown(description: Dynamic, context: &ExecutionContext) -> Box<EvalAltResult> {
    let mut fields = description.into_array().unwrap_or_default().into_iter();
    let id = fields.next().and_then(|id| id.as_int().ok()).unwrap_or(0);
    if id == BROKEN_LIMIT {
        let number = fields.next().and_then(|number| number.as_int().ok());
        return context
            .end_for_value(number.and_then(Limit::of_value))
            .into();
    }
    let mut map = rhai::Map::new();
    for (key, value) in ["type", "message", "stack_trace"]
        .into_iter()
        .zip(fields.by_ref())
    {
        // No limit of sizes holds for these.
        let value = match value.as_immutable_string_ref() {
            Ok(text) => shortened(&*text).into(),
            Err(_) => value.clone(),
        };
        map.insert(key.into(), value);
    }
    if let Some(Ok(more)) = fields.next().map(Dynamic::try_cast_result::<rhai::Map>) {
        map.extend(more);
    }
    let mut error = Dynamic::from_map(map);
    // Tags have 16 bits where addresses have 32.
    error.set_tag(id.try_into().unwrap_or(0));
    EvalAltResult::ErrorRuntime(error, Position::NONE).into()
}

/// What stands for the id of a Dart error in the errors made here; Dart makes
/// objects of its own classes of them.
const FFI_ERROR: i16 = -1;
const CHANNEL_CLOSED: i16 = -2;
const CONVERSION_ERROR: i16 = -3;

/// What stands for it where a value is larger than scripts may have, or took too long to
/// read.
const BROKEN_LIMIT: INT = -4;

fn ffi_error(message: &str) -> Box<EvalAltResult> {
    catchable_error("RhaiFFIError", message, FFI_ERROR)
}

/// A value that cannot cross, as an error that the script can catch.
pub fn conversion_error(error: ConversionError) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(describe_conversion_error(error), Position::NONE).into()
}

/// What Dart makes a `RhaiConversionError` of: an object map with the error's
/// fields.
pub fn describe_conversion_error(error: ConversionError) -> Dynamic {
    let message = error.to_string();
    let more = [
        ("path", error.path),
        ("problem", error.problem),
        ("hint", error.hint),
    ];
    error_object("RhaiConversionError", &message, more, CONVERSION_ERROR)
}

fn catchable_error(kind: &str, message: &str, tag: i16) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(error_object(kind, message, [], tag), Position::NONE).into()
}

/// An error that the script can catch: an object map with `type`, `message` and
/// `more`, whose tag tells Dart what it is.
fn error_object<const N: usize>(
    kind: &str,
    message: &str,
    more: [(&str, String); N],
    tag: i16,
) -> Dynamic {
    let mut map = rhai::Map::new();
    map.insert("type".into(), kind.into());
    map.insert("message".into(), message.into());
    map.extend(more.map(|(key, value)| (key.into(), value.into())));
    let mut error = Dynamic::from_map(map);
    error.set_tag(tag.into());
    error
}
