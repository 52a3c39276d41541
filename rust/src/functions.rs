//! Dart functions as Rhai functions.

use std::any::TypeId;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;

use rhai::{Dynamic, Engine, EvalAltResult, FuncRegistration, Module, Position, RhaiFunc};

use crate::execution::{Reply, Request};
use crate::execution_context::Termination;
use crate::host::{Host, MAX_ARGUMENTS};
use crate::pending_futures::Completion;
use crate::values;

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

/// A Dart function that scripts may call.
#[derive(Debug, Clone)]
pub struct DartFunction {
    /// The name scripts call it by.
    pub name: String,
    /// What Dart knows it by.
    pub id: u32,
    /// Bit *n* says that it can be called with *n* arguments.
    pub arities: u32,
}

/// Function ids that Dart keeps for `print` and `debug`, which Rhai formats.
pub const PRINT_FUNCTION: u32 = 0;
/// See [`PRINT_FUNCTION`].
pub const DEBUG_FUNCTION: u32 = 1;

/// Calls of these names never reach a registered function.
pub const KEYWORDS: [&str; 8] = [
    "call",
    "curry",
    "eval",
    "Fn",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "type_of",
];

/// Whether a script can call a function of this name.
pub fn is_usable_name(name: &str) -> bool {
    rhai::is_valid_identifier(name)
        && !KEYWORDS.contains(&name)
        // Words that Rhai reserves do not parse, or are statements.
        && Engine::new_raw().compile_expression(format!("{name}()")).is_ok()
}

/// Registers `function` with `module`, once for each number of arguments.
///
/// A wrong number of arguments is then Rhai's own "function not found" error.
pub fn register_function_overloads(module: &mut Module, function: &DartFunction, host: &Rc<Host>) {
    for arity in (0..=MAX_ARGUMENTS).filter(|n| function.arities & (1 << n) != 0) {
        let any = vec![TypeId::of::<Dynamic>(); arity];
        // Rhai prefers a function with the exact types: without the built-in
        // signatures of the same name, the built-in function would win.
        let built_in = built_in_signatures().get(&(function.name.clone(), arity));
        for types in built_in.into_iter().flatten().chain([&any]) {
            let (host, id) = (host.clone(), function.id);
            let call = move |_: Option<rhai::NativeCallContext>, args: &mut [&mut Dynamic]| {
                invoke_dart_callback_async(&host, id, args)
            };
            let func = RhaiFunc::Method {
                func: rhai::Shared::new(call),
                has_context: false,
                // The first argument is not changed: it may be a constant.
                is_pure: true,
                is_volatile: true,
            };
            FuncRegistration::new(&function.name)
                .in_global_namespace()
                .set_into_module_raw(module, types, func);
        }
    }
}

type Signatures = HashMap<(String, usize), Vec<Vec<TypeId>>>;

/// The parameter types of Rhai's standard functions, by name and arity.
fn built_in_signatures() -> &'static Signatures {
    static SIGNATURES: OnceLock<Signatures> = OnceLock::new();
    SIGNATURES.get_or_init(|| {
        let all = Engine::new().collect_fn_metadata(
            None,
            |info| {
                let f = info.metadata;
                Some((f.name.to_string(), f.param_types.to_vec()))
            },
            true,
        );
        let mut signatures = Signatures::new();
        for (name, types) in all {
            let same = signatures.entry((name, types.len())).or_default();
            same.push(types);
        }
        signatures
    })
}

/// Calls a Dart function from the current fiber and returns its value: at once,
/// or, if it returned a Future, when that has completed.
pub fn invoke_dart_callback_async(host: &Host, id: u32, args: &[&mut Dynamic]) -> RhaiResult {
    let Some(context) = host.current() else {
        return Err(ffi_error("no script is running"));
    };
    host.write_call(id, args)
        .map_err(|error| ffi_error(&error.to_string()))?;
    match context.suspend(Request::Call) {
        Reply::Value => host.take_reply().map_err(malformed),
        Reply::Error => Err(thrown(host.take_reply().map_err(malformed)?)),
        Reply::Completed => match context.take_completion() {
            Some(completion) => receive(completion),
            None => Err(catchable_error(
                "channel_closed",
                "the Future of a Dart function was dropped before it completed",
                CHANNEL_CLOSED,
            )),
        },
        Reply::Cancel | Reply::Continue | Reply::Pending => Err(Termination::Cancelled.into()),
    }
}

/// Passes a text on to Dart from Rhai's `print` or `debug`, which cannot fail.
pub fn forward_text(host: &Host, id: u32, texts: &[&str]) {
    let Some(context) = host.current() else {
        return;
    };
    let mut texts: Vec<Dynamic> = texts.iter().map(|text| (*text).into()).collect();
    let args: Vec<&mut Dynamic> = texts.iter_mut().collect();
    let result = invoke_dart_callback_async(host, id, &args);
    if let Err(error) = result {
        if let EvalAltResult::ErrorRuntime(thrown, _) = *error {
            context.fail(thrown);
        }
    }
}

fn receive(completion: Completion) -> RhaiResult {
    let value = values::decode_slot(completion.slot, &completion.bytes).map_err(malformed)?;
    match completion.failed {
        false => Ok(value),
        true => Err(thrown(value)),
    }
}

/// Turns Dart's description of an error, `[id, type, message, stack trace]`,
/// into a Rhai exception: an object map whose tag is the error's id in Dart.
fn thrown(description: Dynamic) -> Box<EvalAltResult> {
    let mut fields = description.into_array().unwrap_or_default().into_iter();
    let id = fields.next().and_then(|id| id.as_int().ok()).unwrap_or(0);
    let mut map = rhai::Map::new();
    for (key, value) in ["type", "message", "stack_trace"].into_iter().zip(fields) {
        map.insert(key.into(), value);
    }
    let mut error = Dynamic::from_map(map);
    error.set_tag(i32::try_from(id).unwrap_or(0));
    EvalAltResult::ErrorRuntime(error, Position::NONE).into()
}

fn malformed(error: values::ConversionError) -> Box<EvalAltResult> {
    ffi_error(&error.message)
}

/// What stands for the id of a Dart error in the errors made here; Dart makes
/// objects of its own classes of them.
const FFI_ERROR: i32 = -1;
const CHANNEL_CLOSED: i32 = -2;

fn ffi_error(message: &str) -> Box<EvalAltResult> {
    catchable_error("RhaiFFIError", message, FFI_ERROR)
}

/// An error that the script can catch: an object map with `type` and `message`,
/// whose tag tells Dart what it is.
fn catchable_error(kind: &str, message: &str, tag: i32) -> Box<EvalAltResult> {
    let mut map = rhai::Map::new();
    map.insert("type".into(), kind.into());
    map.insert("message".into(), message.into());
    let mut error = Dynamic::from_map(map);
    error.set_tag(tag);
    EvalAltResult::ErrorRuntime(error, Position::NONE).into()
}
