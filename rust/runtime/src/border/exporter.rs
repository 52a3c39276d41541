//! Functions of scripts on their way to the host or to other scripts.

use std::any::TypeId;
use std::mem;
use std::rc::Rc;

use rhai::{
    Dynamic, EvalAltResult, FnPtr, FuncRegistration, GlobalRuntimeState, Module, NativeCallContext,
    RhaiFunc,
};

use crate::context::context::ExecutionContext;
use crate::context::running::Running;
use crate::context::shared::Shared;
use crate::data::{marker, walk};
use crate::functions::bound::{function_of, BoundFunction};
use crate::functions::captured::CapturedVariables;
use crate::functions::script_function::ScriptFunction;
use crate::functions::table::Exported;
use crate::language::names::{BIND, BOUND_NAME};
use crate::objects::host_object;

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

/// Registers [`BIND`] with `module`.
pub fn register(module: &mut Module, running: &Rc<Running>) {
    let running = running.clone();
    let call = move |caller: Option<NativeCallContext>, args: &mut [&mut Dynamic]| {
        let mut value = mem::take(args[0]).flatten();
        let running = (running.shared(), running.context());
        let (Some(caller), (Some(shared), Some(context))) = (caller, running) else {
            return Ok(value);
        };
        let exporter = Exporter::new(shared, context, caller.global_runtime_state());
        exporter.bind_own(&mut value);
        Ok(value)
    };
    let function = RhaiFunc::Pure {
        func: rhai::Shared::new(call),
        has_context: true,
        is_pure: true,
        is_volatile: true,
    };
    FuncRegistration::new(BIND)
        .in_global_namespace()
        .set_into_module_raw(module, [TypeId::of::<Dynamic>()], function);
}

/// The pointer that calls the function in its marker, in the script that it comes
/// from.
pub fn bound_prototype(running: Rc<Running>) -> FnPtr {
    marker::prototype(BOUND_NAME, running, call_bound)
}

fn call_bound(
    running: &Running,
    context: &NativeCallContext,
    bound: BoundFunction,
    this: Option<&mut Dynamic>,
    args: &mut [&mut Dynamic],
) -> RhaiResult {
    let (Some(function), Some(shared), Some(current)) =
        (bound.function(), running.shared(), running.context())
    else {
        return Err("the function is gone".into());
    };
    let mut args: Vec<Dynamic> = args.iter_mut().map(|value| mem::take(*value)).collect();
    // Functions among the arguments belong to the calling script, those in the
    // result, and in what it throws, to the called one.
    let called = function.environment();
    let exporter = Exporter::new(shared, current, context.global_runtime_state());
    for value in &mut args {
        exporter.bind_all(value, called.captured.as_ref());
    }
    let caller = current.environment();
    current.run_in(called, || {
        let mut result = function.call(context.call_level(), this, &mut args);
        let exporter = Exporter::new(shared, current, function.global());
        match &mut result {
            Ok(value) => exporter.bind_all(value, caller.captured.as_ref()),
            Err(error) => {
                if let Some(value) = thrown_value(error) {
                    exporter.bind_all(value, caller.captured.as_ref());
                }
                rename_in(error, &function);
            }
        }
        result
    })
}

/// If the error says that there is no such function with these arguments, makes it name the
/// pointer that was called. Rhai looks for that: its functions such as `map` then try other
/// numbers of arguments.
fn rename_in(error: &mut EvalAltResult, function: &ScriptFunction) {
    if let EvalAltResult::ErrorFunctionNotFound(signature, _) = error {
        if let Some(types) = signature.strip_prefix(function.pointer().fn_name()) {
            *signature = format!("{BOUND_NAME}{types}");
        }
    }
}

/// The value that an error carries out of a function, if it does.
fn thrown_value(error: &mut EvalAltResult) -> Option<&mut Dynamic> {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _)
        | EvalAltResult::ErrorInModule(_, inner, _) => thrown_value(inner),
        EvalAltResult::ErrorRuntime(value, _) | EvalAltResult::Exit(value, _) => Some(value),
        _ => None,
    }
}

/// Gives functions of the running script to the host or to other scripts.
pub struct Exporter<'a> {
    shared: &'a Shared,
    context: &'a ExecutionContext,
    /// The script's functions, constants and imports.
    global: &'a GlobalRuntimeState,
}

impl<'a> Exporter<'a> {
    /// Wraps functions of the running script for the host or for other scripts.
    pub fn new(
        shared: &'a Shared,
        context: &'a ExecutionContext,
        global: &'a GlobalRuntimeState,
    ) -> Self {
        Exporter {
            shared,
            context,
            global,
        }
    }

    fn function(&self, pointer: FnPtr) -> Rc<ScriptFunction> {
        if let (1, Some(function)) = (pointer.curry().len(), function_of(&pointer)) {
            return function;
        }
        let captured = self.context.captured(&self.shared.functions);
        let function = Rc::new(ScriptFunction::new(
            pointer,
            self.context.environment().engine,
            self.global.clone(),
            self.shared.functions.next_serial(),
            &captured,
            &self.shared.stacks,
        ));
        self.shared.functions.note(&function);
        function
    }

    /// A pointer to a function of the running script that runs as one of it wherever it is
    /// called.
    fn bind(&self, pointer: FnPtr) -> FnPtr {
        if is_free(&pointer) {
            return pointer;
        }
        let function = self.function(pointer);
        let captured = self.context.environment().captured;
        bind(self.shared, function, captured.as_ref())
    }

    /// Makes the functions of the running script in a value run as its own wherever they are
    /// called.
    pub fn bind_own(&self, value: &mut Dynamic) {
        walk::for_each_function(value, |pointer| *pointer = self.bind(pointer.clone()));
    }

    /// Gives a function to the host: its id, the address of its handle, and its serial
    /// number, which is the same whenever it crosses.
    pub fn export(&self, pointer: FnPtr) -> [u64; 3] {
        let function = self.function(pointer);
        let serial = function.serial;
        let (id, handle) = self.shared.functions.insert(function);
        [id, handle, serial]
    }

    /// Makes the functions in a value callable from another script, which has
    /// captured `to`.
    pub fn bind_all(&self, value: &mut Dynamic, to: Option<&Rc<CapturedVariables>>) {
        walk::for_each_function(value, |pointer| {
            if host_object::is_closure(pointer) {
                return;
            }
            match function_of(pointer) {
                // Bound before: now it belongs to somebody else.
                Some(function) => pointer[0] = Dynamic::from(BoundFunction::new(function, to)),
                None => *pointer = bind(self.shared, self.function(pointer.clone()), to),
            }
        });
    }
}

/// Whether a function pointer means the same in every script.
fn is_free(pointer: &FnPtr) -> bool {
    host_object::is_closure(pointer) || function_of(pointer).is_some()
}

/// Whether a function pointer, or perhaps an argument that it carries, means something only in
/// the script that made it.
pub fn needs_binding(pointer: &FnPtr) -> bool {
    // The first argument of one that means the same everywhere says what it is.
    !is_free(pointer) || pointer.curry().len() > 1
}

/// The pointer to a function, for a script that has captured `to`.
pub fn bind(
    shared: &Shared,
    function: Rc<ScriptFunction>,
    to: Option<&Rc<CapturedVariables>>,
) -> FnPtr {
    let mut pointer = shared.pointers.bound.clone();
    pointer.add_curry(Dynamic::from(BoundFunction::new(function, to)));
    pointer
}

/// A function that the host has, as a value of the script that is running, if one is.
pub fn into_pointer(exported: Exported, shared: &Shared) -> Dynamic {
    let current = shared.current().map(ExecutionContext::environment);
    let to = current.and_then(|current| current.captured);
    bind(shared, exported.function, to.as_ref()).into()
}
