//! `parallel`: calls of functions at the same time.
//!
//! Each call is a [strand](crate::context::strand) of the execution, on a fiber of its own, and
//! the caller is suspended until all have ended. The host drives them: it is asked to call
//! [`PARALLEL_FUNCTION`] with the number of calls, and how many of them may run at once. It
//! [starts](crate::engine::ScriptEngine::start_call) each, answers its requests as those of any
//! script, and replies when all have ended or one has failed. Values never go to the host.

use std::rc::Rc;

use rhai::{Array, Dynamic, FnPtr, Module, INT};

use crate::border::host_call::answer;
use crate::border::hosted::{Hosted, RunningHost};
use crate::context::context::ExecutionContext;
use crate::context::exchange::Request;
use crate::errors::exception::{conversion_error, ffi_error};
use crate::errors::termination::Termination;
use crate::functions::host_functions::PARALLEL_FUNCTION;
use crate::host::Host;
use crate::language::names::PARALLEL;
use crate::library::callbacks::calls::Calls;
use crate::library::native_function::{function, Context, Outcome};
use crate::limits::limit::Limit;

/// How deeply `parallel` may be nested, whatever the limit of calls: the host drives what is
/// nested by calls of its own.
const MAX_NESTING: usize = 64;

/// Registers `parallel` with `module`.
pub fn register<H: Host>(module: &mut Module, running: &Rc<RunningHost<H>>) {
    let volatile = || function(PARALLEL).with_volatility(true);
    let host = running.clone();
    volatile().set_into_module(module, move |c: Context, functions: Array| {
        parallel(&host, &c, functions, None, INT::MAX)
    });
    let host = running.clone();
    volatile().set_into_module(module, move |c: Context, elements: Array, by: FnPtr| {
        parallel(&host, &c, elements, Some(by), INT::MAX)
    });
    let host = running.clone();
    volatile().set_into_module(
        module,
        move |c: Context, elements: Array, by: FnPtr, max: INT| {
            parallel(&host, &c, elements, Some(by), max)
        },
    );
}

fn parallel<H: Host>(
    running: &RunningHost<H>,
    caller: &Context,
    elements: Array,
    by: Option<FnPtr>,
    max: INT,
) -> Outcome<Array> {
    if max < 1 {
        return Err(format!(
            "{PARALLEL}: of {max} calls at once none would run; the third argument must be at \
             least 1"
        )
        .into());
    }
    let running = running.hosted();
    let running = running.and_then(|hosted| Some((hosted, hosted.shared.current()?)));
    let Some((hosted, context)) = running else {
        return Err(ffi_error("no script is running"));
    };
    if elements.is_empty() {
        return Ok(elements);
    }
    if context.nesting() >= MAX_NESTING {
        return Err(Termination::Limit(Limit::NativeStack).into());
    }
    // For all of them, also if one gives a function away.
    context.captured(&hosted.shared.functions);
    let engine = context.environment().engine;
    let calls = Rc::new(Calls::new(engine, caller, elements, by)?);
    let _ = make(hosted, context, &calls, max)?;
    calls.end()
}

/// Has the host make the calls, and waits until they have ended.
fn make<H: Host>(
    hosted: &Hosted<H>,
    context: &ExecutionContext,
    calls: &Rc<Calls>,
    max: INT,
) -> Outcome<Dynamic> {
    let count = INT::try_from(calls.count()).unwrap_or(INT::MAX);
    let (mut count, mut max) = (Dynamic::from(count), Dynamic::from(max));
    hosted
        .host
        .send_call(PARALLEL_FUNCTION, &[&mut count, &mut max], None)
        .map_err(conversion_error)?;
    hosted.calls.set(Rc::downgrade(calls));
    let reply = context.suspend(Request::CallAll);
    answer(hosted, reply, context)
}
