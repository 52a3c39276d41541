//! Functions of scripts that Dart, or another script, can call later.

use std::any::TypeId;
use std::cell::RefCell;
use std::mem;
use std::rc::{Rc, Weak};

use rhai::{
    Dynamic, Engine, EvalAltResult, FnPtr, FuncRegistration, GlobalRuntimeState, Module,
    NativeCallContext, Position, RhaiFunc, Scope, Shared,
};

use crate::border::marked_pointer::{self, marker_of};
use crate::context::context::ExecutionContext;
use crate::context::shared::Host;
use crate::functions::table::{empty_captured, CapturedVariables, Exported};
use crate::language::names::{BIND, BOUND_NAME};
use crate::objects::host_object;

use crate::data::walk;
use fibers::OnFiber;

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

/// A Rhai engine that scripts may be running in. (A module that it has imported may hold
/// values.)
pub type SharedEngine = Rc<OnFiber<Engine>>;

/// Where code of a script runs: what its functions need to be called again.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The engine it runs in.
    pub engine: SharedEngine,
    /// The script's captured variables, once that matters.
    pub captured: Option<Rc<CapturedVariables>>,
}

impl ExecutionContext {
    /// Where the running code is.
    pub fn environment(&self) -> Environment {
        self.environment.borrow().clone()
    }

    /// Runs `f` as code of another script.
    fn run_in<R>(&self, environment: Environment, f: impl FnOnce() -> R) -> R {
        let outer = self.environment.replace(environment);
        let result = f();
        self.environment.replace(outer);
        result
    }

    /// The captured variables of the running script, for a function of it that
    /// somebody else gets.
    fn captured(&self, host: &Host) -> Rc<CapturedVariables> {
        let mut environment = self.environment.borrow_mut();
        let captured = &mut environment.captured;
        captured
            .get_or_insert_with(|| {
                // All that it did so far may be captured.
                let _ = host.functions.add_operations(self.operations(), u64::MAX);
                host.functions.new_captured()
            })
            .clone()
    }

    /// Called when a function of a script begins, instead of a script.
    pub fn enter_function(&self, exported: &Exported) {
        self.environment.borrow_mut().captured = exported.captured.clone();
    }

    /// Called when the script has ended.
    pub fn end_scope(&self, scope: Scope) {
        let captured = self.environment.borrow_mut().captured.take();
        match captured {
            Some(captured) => captured.keep(scope),
            None if scope.is_empty() => {}
            None => empty_captured(scope),
        }
    }
}

/// A function pointer with what it needs to be called from anywhere.
#[derive(Debug)]
pub struct ScriptFunction {
    parts: OnFiber<Parts>,
    /// Tells it from the engine's other functions.
    serial: u64,
    /// What keeps its captured variables.
    pub captured: Weak<CapturedVariables>,
}

#[derive(Debug)]
struct Parts {
    pointer: FnPtr,
    engine: SharedEngine,
    /// The script's functions, constants and imports.
    global: GlobalRuntimeState,
}

impl ScriptFunction {
    /// Calls it from code that is `level` calls deep.
    ///
    /// # Errors
    ///
    /// As any function of a script.
    pub fn call(
        &self,
        level: usize,
        this: Option<&mut Dynamic>,
        args: &mut [Dynamic],
    ) -> RhaiResult {
        self.with_context(level, |pointer, context| {
            pointer.call_raw(context, this, args)
        })
    }

    /// Runs `f` with the pointer and where it is called, `level` calls deep.
    pub fn with_context<R>(
        &self,
        level: usize,
        f: impl FnOnce(&FnPtr, &NativeCallContext) -> R,
    ) -> R {
        let Parts {
            pointer,
            engine,
            global,
        } = &*self.parts;
        let mut global = global.clone();
        global.level = level;
        let name = pointer.fn_name();
        let none = Position::NONE;
        let context = NativeCallContext::new_with_all_fields(engine, name, None, &global, none);
        f(pointer, &context)
    }

    /// The name that the script gave it, empty for a closure.
    pub fn name(&self) -> &str {
        match self.parts.pointer.is_anonymous() {
            true => "",
            false => self.parts.pointer.fn_name(),
        }
    }

    /// If the error says that there is no such function with these arguments, makes
    /// it name the pointer that was called. Rhai looks for that: its functions such
    /// as `map` then try other numbers of arguments.
    fn rename_in(&self, error: &mut EvalAltResult) {
        if let EvalAltResult::ErrorFunctionNotFound(signature, _) = error {
            if let Some(types) = signature.strip_prefix(self.parts.pointer.fn_name()) {
                *signature = format!("{BOUND_NAME}{types}");
            }
        }
    }

    /// The script's functions, constants and imports.
    pub fn global(&self) -> &GlobalRuntimeState {
        &self.parts.global
    }

    /// The values that it carries: what a closure captured, and more arguments.
    pub fn curry(&self) -> impl Iterator<Item = &Dynamic> {
        self.parts.pointer.iter_curry()
    }

    /// The engine it runs in.
    pub fn engine(&self) -> &SharedEngine {
        &self.parts.engine
    }

    /// Where it runs.
    fn environment(&self) -> Environment {
        Environment {
            engine: self.parts.engine.clone(),
            captured: self.captured.upgrade(),
        }
    }
}

/// The marker of pointers that call a [`ScriptFunction`].
///
/// Functions can hold each other in a chain of any length: no limit of a script
/// bounds it, because each link may be made by another one. So what a function
/// holds is not dropped while it is, but after it.
#[derive(Debug, Clone)]
struct BoundFunction {
    /// Taken only when it is dropped.
    function: Option<Rc<ScriptFunction>>,
    /// Not in the script that it comes from: that would be a cycle.
    captured: Option<Rc<CapturedVariables>>,
}

impl BoundFunction {
    /// For a script that has captured `to`.
    fn new(function: Rc<ScriptFunction>, to: Option<&Rc<CapturedVariables>>) -> Self {
        let is_same = |captured: &Rc<_>| to.is_some_and(|to| Rc::ptr_eq(to, captured));
        let captured = function.captured.upgrade();
        BoundFunction {
            function: Some(function),
            captured: captured.filter(|captured| !is_same(captured)),
        }
    }
}

type Held = (Option<Rc<ScriptFunction>>, Option<Rc<CapturedVariables>>);

thread_local! {
    /// What is to be dropped, while something is. (No fiber is suspended there.)
    static DROPPING: RefCell<Option<Vec<Held>>> = const { RefCell::new(None) };
}

impl Drop for BoundFunction {
    fn drop(&mut self) {
        let held = (self.function.take(), self.captured.take());
        drop_in_turn(held);
    }
}

/// Drops what a bound function held; if that drops others, one after the other.
fn drop_in_turn(held: Held) {
    let is_first = DROPPING.with_borrow_mut(|dropping| {
        let is_first = dropping.is_none();
        // The list is the thread's.
        memory::uncounted(|| dropping.get_or_insert_default().push(held));
        is_first
    });
    if is_first {
        while let Some(next) = DROPPING.with_borrow_mut(|dropping| dropping.as_mut()?.pop()) {
            drop(next);
        }
        memory::uncounted(|| DROPPING.set(None));
    }
}

/// Registers [`BIND`] with `module`.
pub fn register(module: &mut Module, host: &Rc<Host>) {
    let host = host.clone();
    let call = move |caller: Option<NativeCallContext>, args: &mut [&mut Dynamic]| {
        let mut value = mem::take(args[0]).flatten();
        let (Some(caller), Some(context)) = (caller, host.current()) else {
            return Ok(value);
        };
        let exporter = Exporter::new(&host, context, caller.global_runtime_state());
        walk::for_each_function(&mut value, |pointer| {
            *pointer = exporter.bind(pointer.clone());
        });
        Ok(value)
    };
    let function = RhaiFunc::Pure {
        func: Shared::new(call),
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
pub fn bound_prototype(host: Weak<Host>) -> FnPtr {
    marked_pointer::prototype(BOUND_NAME, host, call_bound)
}

fn call_bound(
    host: &Host,
    context: &NativeCallContext,
    bound: BoundFunction,
    this: Option<&mut Dynamic>,
    args: &mut [&mut Dynamic],
) -> RhaiResult {
    let (Some(function), Some(current)) = (bound.function.clone(), host.current()) else {
        return Err("the function is gone".into());
    };
    let mut args: Vec<Dynamic> = args.iter_mut().map(|value| mem::take(*value)).collect();
    // Functions among the arguments belong to the calling script, those in the
    // result, and in what it throws, to the called one.
    let called = function.environment();
    let exporter = Exporter::new(host, current, context.global_runtime_state());
    for value in &mut args {
        exporter.bind_all(value, called.captured.as_ref());
    }
    let caller = current.environment();
    current.run_in(called, || {
        let mut result = function.call(context.call_level(), this, &mut args);
        let exporter = Exporter::new(host, current, function.global());
        match &mut result {
            Ok(value) => exporter.bind_all(value, caller.captured.as_ref()),
            Err(error) => {
                if let Some(value) = thrown_value(error) {
                    exporter.bind_all(value, caller.captured.as_ref());
                }
                function.rename_in(error);
            }
        }
        result
    })
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

/// Gives functions of the running script to others.
pub struct Exporter<'a> {
    host: &'a Host,
    context: &'a ExecutionContext,
    /// The script's functions, constants and imports.
    global: &'a GlobalRuntimeState,
}

impl<'a> Exporter<'a> {
    /// What functions of code that runs in `context` are given away with.
    pub fn new(
        host: &'a Host,
        context: &'a ExecutionContext,
        global: &'a GlobalRuntimeState,
    ) -> Self {
        Exporter {
            host,
            context,
            global,
        }
    }

    fn function(&self, pointer: FnPtr) -> Rc<ScriptFunction> {
        if let (1, Some(function)) = (pointer.curry().len(), function_of(&pointer)) {
            return function;
        }
        let captured = self.context.captured(self.host);
        let parts = Parts {
            pointer,
            engine: self.context.environment().engine,
            global: self.global.clone(),
        };
        let function = Rc::new(ScriptFunction {
            parts: OnFiber::new(parts, &self.host.stacks),
            serial: self.host.functions.next_serial(),
            captured: Rc::downgrade(&captured),
        });
        self.host.functions.note(&function);
        function
    }

    /// A pointer to a function of the running script that runs as one of it wherever it is
    /// called.
    fn bind(&self, pointer: FnPtr) -> FnPtr {
        if host_object::is_closure(&pointer) || function_of(&pointer).is_some() {
            return pointer;
        }
        let function = self.function(pointer);
        let captured = self.context.environment().captured;
        bind(self.host, function, captured.as_ref())
    }

    /// Gives a function to Dart: its id, the address of its handle, and its serial
    /// number, which is the same whenever it crosses.
    pub fn export(&self, pointer: FnPtr) -> [u64; 3] {
        let function = self.function(pointer);
        let serial = function.serial;
        let (id, handle) = self.host.functions.insert(function);
        [id, handle, serial]
    }

    /// Makes the functions in a value callable from another script, which has
    /// captured `to`.
    fn bind_all(&self, value: &mut Dynamic, to: Option<&Rc<CapturedVariables>>) {
        walk::for_each_function(value, |pointer| {
            if host_object::is_closure(pointer) {
                return;
            }
            match function_of(pointer) {
                // Bound before: now it belongs to somebody else.
                Some(function) => pointer[0] = Dynamic::from(BoundFunction::new(function, to)),
                None => *pointer = bind(self.host, self.function(pointer.clone()), to),
            }
        });
    }
}

/// The function of a pointer, if it is bound.
pub fn function_of(pointer: &FnPtr) -> Option<Rc<ScriptFunction>> {
    marker_of::<BoundFunction>(pointer)?.function.clone()
}

/// The name of the function that a pointer calls, empty for a closure.
pub fn name_of(pointer: &FnPtr) -> String {
    match function_of(pointer) {
        Some(function) => function.name().into(),
        None if pointer.is_anonymous() => String::new(),
        None => pointer.fn_name().into(),
    }
}

/// The pointer to a function, for a script that has captured `to`.
pub fn bind(
    host: &Host,
    function: Rc<ScriptFunction>,
    to: Option<&Rc<CapturedVariables>>,
) -> FnPtr {
    let mut pointer = host.pointers.bound.clone();
    pointer.add_curry(Dynamic::from(BoundFunction::new(function, to)));
    pointer
}
