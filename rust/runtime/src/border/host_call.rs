//! Calls of the host's functions from a script.

use fibers::OnFiber;
use rhai::{Dynamic, EvalAltResult, NativeCallContext, Position};

use crate::border::exporter::Exporter;
use crate::border::hosted::{Hosted, RunningHost};
use crate::context::context::ExecutionContext;
use crate::context::exchange::{Reply, Request};
use crate::errors::exception::{
    catchable_error, conversion_error, ffi_error, BROKEN_LIMIT, CHANNEL_CLOSED,
};
use crate::errors::shortened::shortened;
use crate::errors::termination::Termination;
use crate::execution::pending_futures::Completion;
use crate::host::Host;
use crate::language::place::describe_place;
use crate::library::text::SizedText;
use crate::limits::limit::Limit;

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

/// Calls a function of the host from the current fiber and returns its value: at once, or,
/// if it returned a Future, when that has completed.
///
/// # Errors
///
/// An argument or the value cannot cross, the function failed, or the script is ended.
pub fn call_host<H: Host>(
    hosted: &Hosted<H>,
    function: u64,
    args: &[&mut Dynamic],
    caller: Option<&NativeCallContext>,
) -> RhaiResult {
    let shared = &*hosted.shared;
    let Some(context) = shared.current() else {
        return Err(ffi_error("no script is running"));
    };
    let exporter =
        caller.map(|caller| Exporter::new(shared, context, caller.global_runtime_state()));
    let host = &hosted.host;
    host.send_call(function, args, exporter.as_ref())
        .map_err(conversion_error)?;
    let reply = context.suspend(Request::Call);
    answer(hosted, reply, context)
}

/// Calls a function like [`call_host`], of the host whose script runs.
///
/// # Errors
///
/// As [`call_host`].
#[inline(always)]
pub fn call_running<H: Host>(
    running: &RunningHost<H>,
    function: u64,
    args: &[&mut Dynamic],
    caller: Option<&NativeCallContext>,
) -> RhaiResult {
    match running.hosted() {
        Some(hosted) => call_host(hosted, function, args, caller),
        None => Err(ffi_error("no script is running")),
    }
}

/// The value of the call of a host's function that was sent, after `reply`.
///
/// # Errors
///
/// As [`call_host`].
#[inline(always)]
pub fn answer<H: Host>(hosted: &Hosted<H>, reply: Reply, context: &ExecutionContext) -> RhaiResult {
    let (host, shared) = (&hosted.host, &*hosted.shared);
    match reply {
        Reply::Value => host.take_reply(shared).map_err(conversion_error),
        Reply::Error => {
            let description = memory::of_any_size(|| host.take_reply(shared));
            Err(thrown(description.map_err(conversion_error)?, context))
        }
        Reply::Completed => match hosted.completed.take() {
            Some(completion) => receive(hosted, completion, context),
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

/// Passes a text on to the host from Rhai's `print` or `debug`, which cannot fail.
/// With a position, its line and its column come after the text.
pub fn forward_text<H: Host>(
    running: &RunningHost<H>,
    id: u64,
    text: &str,
    position: Option<Position>,
) {
    let Some(hosted) = running.hosted() else {
        return;
    };
    let Some(context) = hosted.shared.current() else {
        return;
    };
    if !context.output().may_print(text.len()) {
        return context.fail(Termination::Limit(Limit::OutputLength));
    }
    let mut values = vec![SizedText::copy(text).into()];
    values.extend(position.into_iter().flat_map(describe_place));
    let args: Vec<&mut Dynamic> = values.iter_mut().collect();
    let result = call_host(hosted, id, &args, None);
    if let Err(error) = result {
        if let EvalAltResult::ErrorRuntime(thrown, _) = *error {
            let thrown = OnFiber::new(thrown, &hosted.shared.stacks);
            context.fail(Termination::HostError(thrown.into()));
        }
    }
}

fn receive<H: Host>(
    hosted: &Hosted<H>,
    completion: Completion<H::Completion>,
    context: &ExecutionContext,
) -> RhaiResult {
    let open = || hosted.host.open(&hosted.shared, completion.content);
    match completion.failed {
        false => open().map_err(conversion_error),
        true => {
            let description = memory::of_any_size(open);
            Err(thrown(description.map_err(conversion_error)?, context))
        }
    }
}

/// Turns the host's description of an error, `[id, type, message, stack trace]` and
/// perhaps an object map of more, into a Rhai exception: an object map whose tag
/// is the error's id there. Or ends the script, for `[BROKEN_LIMIT, number]`.
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
