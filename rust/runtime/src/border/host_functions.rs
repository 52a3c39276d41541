//! Functions of the host as functions of Rhai, and the constants beside them in namespaces.
//!
//! A function in a namespace is in a module that the engine has under that name. `import … as`
//! of the same name goes first.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use rhai::{
    Dynamic, Engine, EvalAltResult, FuncRegistration, Module, NativeCallContext, Position, RhaiFunc,
};

use crate::border::host_call::call_running;
use crate::border::hosted::{Hosted, RunningHost};
use crate::functions::host_functions::{Registered, Signature};
use crate::host::Host;
use crate::language::host_names;
use crate::language::names::{INDEX_SETTER, NAMESPACE_SEPARATOR};
use crate::objects::host_object::HostObject;

/// Registers the functions and constants of the host with `engine`.
///
/// # Errors
///
/// There is no stack to copy the constants on.
pub fn register<H: Host>(engine: &mut Engine, hosted: &Hosted<H>) -> io::Result<()> {
    let functions = &**hosted.shared.host_functions.borrow();
    let mut all: Vec<Signature> = functions.iter().flat_map(Registered::signatures).collect();
    // Of the same signatures, the one that is registered last stays.
    all.sort_by_key(|(.., rank)| std::cmp::Reverse(*rank));
    let mut global = Module::new();
    // By their names: the outer ones come first.
    let mut namespaces: BTreeMap<&str, Module> = BTreeMap::new();
    for (registered, types, _) in all {
        let name = &registered.function.name;
        match name.rsplit_once(NAMESPACE_SEPARATOR) {
            None => {
                let registration = FuncRegistration::new(name).in_global_namespace();
                let function = function(registered, &types, &hosted.running);
                registration.set_into_module_raw(&mut global, types, function);
            }
            Some((namespace, name)) => {
                let module = namespaces.entry(namespace).or_default();
                let registration = FuncRegistration::new(name).in_internal_namespace();
                let function = function(registered, &types, &hosted.running);
                registration.set_into_module_raw(module, types, function);
            }
        }
    }
    for registered in functions.iter().filter(|r| r.function.arities == 0) {
        if let Some((namespace, name)) = registered.function.name.rsplit_once(NAMESPACE_SEPARATOR) {
            let object = Dynamic::from(HostObject::of(&registered.reference));
            namespaces
                .entry(namespace)
                .or_default()
                .set_var(name, object);
        }
    }
    let in_global = functions.iter().map(|registered| &registered.function);
    let in_global = in_global.filter(|f| !f.name.contains(NAMESPACE_SEPARATOR));
    host_names::register(&mut global, in_global.map(|f| (f.name.as_str(), f.arities)));
    engine.register_global_module(global.into());
    let constants = hosted.shared.host_constants.borrow();
    if constants.names().next().is_none() {
        register_all(engine, namespaces);
        return Ok(());
    }
    // Copying values recurses, and Rhai copies them once more.
    hosted.shared.stacks.run(|| {
        for (namespace, name, value) in constants.iter() {
            let module = namespaces.entry(namespace).or_default();
            module.set_var(name, value.clone());
        }
        register_all(engine, namespaces);
    })
}

fn register_all(engine: &mut Engine, namespaces: BTreeMap<&str, Module>) {
    for (namespace, module) in namespaces {
        engine.register_static_module(namespace, module.into());
    }
}

/// The function that Rhai calls for a registered one, which takes values of these types.
fn function<H: Host>(
    registered: &Registered,
    types: &[TypeId],
    running: &Rc<RunningHost<H>>,
) -> RhaiFunc {
    let (running, reference) = (running.clone(), registered.reference.clone());
    let printed = registered.printed();
    let sets_element = registered.function.name == INDEX_SETTER;
    let call = move |context: Option<NativeCallContext>, args: &mut [&mut Dynamic]| {
        if let (Some((parameter, to_text)), Some(context), [value]) =
            (printed, &context, &mut *args)
        {
            if !value.is_locked() && !parameter.accepts(value.type_id()) {
                let mut text = context.call_native_fn_raw(to_text, true, &mut [value])?;
                return call_running(&running, reference.id(), &[&mut text], Some(context));
            }
        }
        let result = call_running(&running, reference.id(), args, context.as_ref());
        match result {
            Ok(problem) if sets_element && problem.is_string() => Err(no_setter(problem)),
            Ok(value) => Ok(value),
            Err(error) => Err(placed(error, context.as_ref())),
        }
    };
    let func = rhai::Shared::new(call);
    match types.first() == Some(&TypeId::of::<HostObject>()) {
        // Rhai takes a method for one that may have changed what it is called on, and would
        // set the property that the object comes from.
        true => RhaiFunc::Pure {
            func,
            has_context: true,
            is_pure: true,
            is_volatile: true,
        },
        false => RhaiFunc::Method {
            func,
            has_context: true,
            // The first argument is not changed: it may be a constant.
            is_pure: true,
            is_volatile: true,
        },
    }
}

/// The error with the place of the call if it has none. Rhai says where an error was itself,
/// but not in a call of a function in a namespace.
#[cold]
fn placed(mut error: Box<EvalAltResult>, call: Option<&NativeCallContext>) -> Box<EvalAltResult> {
    if let (true, Some(call)) = (error.position().is_none(), call) {
        error.set_position(call.call_position());
    }
    error
}

/// The error that elements of an object cannot be set. Rhai ignores it where it would put an
/// element back that a script has only read.
fn no_setter(problem: Dynamic) -> Box<EvalAltResult> {
    let problem = problem.into_string().unwrap_or_default();
    EvalAltResult::ErrorIndexingType(problem, Position::NONE).into()
}
