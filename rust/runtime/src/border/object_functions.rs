//! Functions that scripts can call of the host's objects and closures.

use std::rc::Rc;

use rhai::{Dynamic, EvalAltResult, FnPtr, FuncRegistration, Module, NativeCallContext, Position};

use crate::border::host_call::{call_host, call_running};
use crate::border::hosted::{Hosted, RunningHost};
use crate::border::iteration;
use crate::data::marker;
use crate::errors::shortened::shortened;
use crate::functions::host_functions::{EQUALS_FUNCTION, TO_STRING_FUNCTION, TYPE_NAME_FUNCTION};
use crate::host::Host;
use crate::language::names::TYPE_OF;
use crate::objects::host_object::{
    HostClosure, HostObject, CLOSURE_NAME, OBJECT_TYPE, TEXT_FUNCTIONS,
};

/// The pointer that calls the function of the host in its marker.
pub fn closure_prototype<H: Host>(running: Rc<RunningHost<H>>) -> FnPtr {
    marker::prototype(CLOSURE_NAME, running, call_closure)
}

fn call_closure<H: Host>(
    running: &RunningHost<H>,
    context: &NativeCallContext,
    closure: HostClosure,
    // A function of the host has no `this`.
    _: Option<&mut Dynamic>,
    args: &mut [&mut Dynamic],
) -> Result<Dynamic, Box<EvalAltResult>> {
    if args.len() >= 32 || closure.arities & (1 << args.len()) == 0 {
        let types: Vec<&str> = args
            .iter()
            .map(|argument| context.engine().map_type_name(argument.type_name()))
            .collect();
        let signature = format!("{CLOSURE_NAME} ({})", types.join(", "));
        if let Some(current) = running.running.context() {
            current.error_details().note_arities(closure.arities);
        }
        return Err(EvalAltResult::ErrorFunctionNotFound(signature, Position::NONE).into());
    }
    call_running(running, closure.object.id(), args, Some(context))
}

/// Registers the functions that scripts can call of objects of the host.
pub fn register<H: Host>(module: &mut Module, running: &Rc<RunningHost<H>>) {
    module.set_custom_type::<HostObject>(OBJECT_TYPE);
    for (name, negate) in [("==", false), ("!=", true)] {
        let running = running.clone();
        FuncRegistration::new(name)
            .with_purity(true)
            .set_into_module(
                module,
                move |context: NativeCallContext, a: &mut HostObject, b: HostObject| {
                    let equal = ask_host(&running, &context, EQUALS_FUNCTION, &[a, &b])?;
                    Ok::<_, Box<EvalAltResult>>(equal.as_bool().unwrap_or(false) != negate)
                },
            );
    }
    for name in TEXT_FUNCTIONS {
        let running = running.clone();
        FuncRegistration::new(name)
            .with_purity(true)
            .set_into_module(
                module,
                move |context: NativeCallContext, a: &mut HostObject| {
                    ask_host(&running, &context, TO_STRING_FUNCTION, &[a])
                },
            );
    }
    register_missing_fields(module, running);
    iteration::register(module, running);
    let running = running.clone();
    FuncRegistration::new(TYPE_OF)
        .in_global_namespace()
        .with_purity(true)
        .set_into_module(
            module,
            move |context: NativeCallContext, a: &mut Dynamic| match a.read_lock::<HostObject>() {
                Some(object) => {
                    let object = object.clone();
                    ask_host(&running, &context, TYPE_NAME_FUNCTION, &[&object])
                }
                None => Ok(context.engine().map_type_name(a.type_name()).into()),
            },
        );
}

/// Registers functions that say that an object of the host has no fields. Rhai looks for an index where it
/// finds no property.
fn register_missing_fields<H: Host>(module: &mut Module, running: &Rc<RunningHost<H>>) {
    let reader = running.clone();
    FuncRegistration::new_index_getter()
        .with_purity(true)
        .set_into_module(
            module,
            move |context: NativeCallContext, object: &mut HostObject, index: Dynamic| {
                no_field(&reader, &context, object, &index)
            },
        );
    let writer = running.clone();
    FuncRegistration::new_index_setter()
        .with_purity(true)
        .set_into_module(
            module,
            move |context: NativeCallContext,
                  object: &mut HostObject,
                  index: Dynamic,
                  _: Dynamic| { no_field(&writer, &context, object, &index).map(drop) },
        );
}

/// The error of reading or writing a field of an object of the host.
fn no_field<H: Host>(
    running: &RunningHost<H>,
    context: &NativeCallContext,
    object: &HostObject,
    index: &Dynamic,
) -> Result<Dynamic, Box<EvalAltResult>> {
    let name = ask_host(running, context, TYPE_NAME_FUNCTION, &[object])?;
    let what = match index.as_immutable_string_ref() {
        // The first thing in quotes is the property: see `property_in` in `rhai_errors`.
        Ok(field) => format!("Unknown property '{}'", shortened(&*field)),
        Err(_) => "Unknown element".into(),
    };
    let message = format!(
        "{what}: scripts see no fields of a Dart object, of type {}; register its class with \
         registerType, or pass a Map",
        shortened(&name)
    );
    Err(EvalAltResult::ErrorDotExpr(message, Position::NONE).into())
}

/// The name of an object's type in the host, if the host can be asked.
pub fn type_name<H: Host>(hosted: &Hosted<H>, object: &HostObject) -> Option<String> {
    let mut object = Dynamic::from(object.clone());
    let args = [&mut object];
    let name = call_host(hosted, TYPE_NAME_FUNCTION, &args, None);
    Some(shortened(&name.ok()?))
}

fn ask_host<H: Host>(
    running: &RunningHost<H>,
    context: &NativeCallContext,
    function: u64,
    objects: &[&HostObject],
) -> Result<Dynamic, Box<EvalAltResult>> {
    let mut objects: Vec<Dynamic> = objects
        .iter()
        .map(|object| Dynamic::from(HostObject::clone(object)))
        .collect();
    let args: Vec<&mut Dynamic> = objects.iter_mut().collect();
    call_running(running, function, &args, Some(context))
}
