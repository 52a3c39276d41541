//! Functions of scripts that Dart, or another script, can call later.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use rhai::{
    Dynamic, Engine, EvalAltResult, FnPtr, GlobalRuntimeState, NativeCallContext, Position, Scope,
};

use crate::dart_objects;
use crate::execution_context::ExecutionContext;
use crate::host::Host;
use crate::released_ids::ReleasedIds;
use crate::walk;

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

/// The variables at global level that closures of a script captured.
///
/// A closure that captured the variable which holds it, itself or through others,
/// would never be freed. So the variables are emptied when nobody outside of the
/// script can call its functions any more.
#[derive(Debug, Default)]
pub struct CapturedVariables(RefCell<Vec<Dynamic>>);

impl CapturedVariables {
    /// Keeps what closures captured in `scope`, which has ended.
    fn keep(&self, scope: Scope) {
        let shared = scope.into_iter().map(|(_, value, _)| value);
        let shared = shared.filter(Dynamic::is_shared);
        self.0.borrow_mut().extend(shared);
    }

    fn empty(&self) {
        let variables = self.0.take();
        for mut variable in variables {
            let held = variable
                .write_lock::<Dynamic>()
                .map(|mut held| std::mem::take(&mut *held));
            drop(held);
        }
    }
}

impl Drop for CapturedVariables {
    fn drop(&mut self) {
        self.empty();
    }
}

/// Where code of a script runs: what its functions need to be called again.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The engine it runs in.
    pub engine: Rc<Engine>,
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
    fn captured(&self) -> Rc<CapturedVariables> {
        let mut environment = self.environment.borrow_mut();
        environment.captured.get_or_insert_default().clone()
    }

    /// Called when a function of a script begins, instead of a script.
    pub fn enter_function(&self, exported: &Exported) {
        self.environment.borrow_mut().captured = exported.captured.clone();
    }

    /// Called when the script has ended.
    pub fn end_scope(&self, scope: Scope) {
        let captured = self.environment.borrow_mut().captured.take();
        let captured = captured.unwrap_or_default();
        captured.keep(scope);
    }
}

/// A function pointer with what it needs to be called from anywhere.
#[derive(Debug)]
pub struct ScriptFunction {
    pointer: FnPtr,
    engine: Rc<Engine>,
    /// The script's functions, constants and imports.
    global: GlobalRuntimeState,
    captured: Weak<CapturedVariables>,
}

impl ScriptFunction {
    /// Calls it from code that is `level` calls deep.
    ///
    /// # Errors
    ///
    /// As any function of a script.
    pub fn call(&self, level: usize, args: &mut [Dynamic]) -> RhaiResult {
        let mut global = self.global.clone();
        global.level = level;
        let name = self.pointer.fn_name();
        let none = Position::NONE;
        let context =
            NativeCallContext::new_with_all_fields(&self.engine, name, None, &global, none);
        self.pointer.call_raw(&context, None, args)
    }

    /// The script's functions, constants and imports.
    pub fn global(&self) -> &GlobalRuntimeState {
        &self.global
    }

    /// The engine it runs in.
    pub fn engine(&self) -> &Rc<Engine> {
        &self.engine
    }

    /// Where it runs.
    fn environment(&self) -> Environment {
        Environment {
            engine: self.engine.clone(),
            captured: self.captured.upgrade(),
        }
    }
}

/// A [`ScriptFunction`], as the first curried argument of the pointer that calls
/// it. Scripts cannot get at it there.
#[derive(Debug, Clone)]
struct BoundFunction {
    function: Rc<ScriptFunction>,
    /// Not in the script that it comes from: that would be a cycle.
    _captured: Option<Rc<CapturedVariables>>,
}

/// The pointer that calls the function in its first curried argument, in the
/// script that it comes from.
pub fn bound_prototype(host: Weak<Host>) -> FnPtr {
    // Rhai marks it so because it may change; the version is fixed.
    #[allow(deprecated)]
    FnPtr::from_fn("script_function", move |context, args| {
        let Some(host) = host.upgrade() else {
            return Err("the engine is gone".into());
        };
        call_bound(&host, &context, args)
    })
    .expect("a valid name")
}

fn call_bound(host: &Host, context: &NativeCallContext, args: &mut [&mut Dynamic]) -> RhaiResult {
    let at = args
        .iter()
        .position(|argument| argument.is::<BoundFunction>());
    let (Some(at), Some(current)) = (at, host.current()) else {
        return Err("a bound function is called without itself".into());
    };
    let (before, args) = args.split_at_mut(at + 1);
    let bound = std::mem::take(before[at]).cast::<BoundFunction>();
    let mut args: Vec<Dynamic> = args
        .iter_mut()
        .map(|value| std::mem::take(*value))
        .collect();
    // Functions among the arguments belong to the calling script, those in the
    // result to the called one.
    let called = bound.function.environment();
    let exporter = Exporter::new(host, current, context.global_runtime_state());
    for value in &mut args {
        exporter.bind_all(value, called.captured.as_ref());
    }
    let caller = current.environment();
    current.run_in(called, || {
        let mut result = bound.function.call(context.call_level() + 1, &mut args)?;
        let exporter = Exporter::new(host, current, &bound.function.global);
        exporter.bind_all(&mut result, caller.captured.as_ref());
        Ok(result)
    })
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
        if let [only] = pointer.curry() {
            if let Some(bound) = only.read_lock::<BoundFunction>() {
                return bound.function.clone();
            }
        }
        let captured = self.context.captured();
        Rc::new(ScriptFunction {
            pointer,
            engine: self.context.environment().engine,
            global: self.global.clone(),
            captured: Rc::downgrade(&captured),
        })
    }

    /// Gives a function to Dart: its id, and the address of its [`Handle`].
    pub fn export(&self, pointer: FnPtr) -> (u64, u64) {
        let function = self.function(pointer);
        self.host.functions.insert(function)
    }

    /// Makes the functions in a value callable from another script, which has
    /// captured `to`.
    fn bind_all(&self, value: &mut Dynamic, to: Option<&Rc<CapturedVariables>>) {
        walk::for_each_function(value, |pointer| {
            if !dart_objects::is_closure(pointer) && !is_bound(pointer) {
                let function = self.function(pointer.clone());
                let captured = function.captured.upgrade();
                *pointer = bind(self.host, function, captured, to);
            }
        });
    }
}

fn is_bound(pointer: &FnPtr) -> bool {
    pointer
        .curry()
        .first()
        .is_some_and(|first| first.is::<BoundFunction>())
}

/// The pointer to a function with what it captured, for a script that has
/// captured `to`.
fn bind(
    host: &Host,
    function: Rc<ScriptFunction>,
    captured: Option<Rc<CapturedVariables>>,
    to: Option<&Rc<CapturedVariables>>,
) -> FnPtr {
    let is_same = |captured: &Rc<_>| to.is_some_and(|to| Rc::ptr_eq(to, captured));
    let mut pointer = host.pointers().bound.clone();
    pointer.add_curry(Dynamic::from(BoundFunction {
        function,
        _captured: captured.filter(|captured| !is_same(captured)),
    }));
    pointer
}

/// What Dart has of a function: its finalizer may let go of it on any thread.
#[derive(Debug)]
pub struct Handle {
    id: u64,
    released: Arc<ReleasedIds>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.released.add(std::iter::once(self.id));
    }
}

/// The functions of scripts that Dart has.
#[derive(Debug, Default)]
pub struct FunctionTable {
    functions: RefCell<HashMap<u64, Exported>>,
    last_id: Cell<u64>,
    released: Arc<ReleasedIds>,
}

/// A function that Dart has.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The function.
    pub function: Rc<ScriptFunction>,
    captured: Option<Rc<CapturedVariables>>,
}

impl Exported {
    /// The function as a value of the script that is running, if one is.
    pub fn into_pointer(self, host: &Host) -> Dynamic {
        let current = host.current().map(ExecutionContext::environment);
        let to = current.and_then(|current| current.captured);
        bind(host, self.function, self.captured, to.as_ref()).into()
    }
}

impl FunctionTable {
    fn insert(&self, function: Rc<ScriptFunction>) -> (u64, u64) {
        let id = self.last_id.get() + 1;
        self.last_id.set(id);
        let captured = function.captured.upgrade();
        let exported = Exported { function, captured };
        self.functions.borrow_mut().insert(id, exported);
        let released = self.released.clone();
        let handle = Box::into_raw(Box::new(Handle { id, released }));
        (id, handle as u64)
    }

    /// The function with this id, if Dart still has it.
    pub fn get(&self, id: u64) -> Option<Exported> {
        self.functions.borrow().get(&id).cloned()
    }

    /// Whether Dart has let go of functions.
    #[inline]
    pub fn has_released(&self) -> bool {
        !self.released.is_empty()
    }

    /// Takes the functions that Dart has let go of. Drop them on a fiber's stack.
    pub fn take_released(&self) -> Vec<Exported> {
        let mut ids = Vec::new();
        self.released.move_to(&mut ids);
        let mut functions = self.functions.borrow_mut();
        ids.iter().filter_map(|id| functions.remove(id)).collect()
    }

    /// Forgets all functions, and empties what they captured, so that none keeps
    /// another. For a fiber's stack.
    pub fn clear(&self) {
        let functions = self.functions.take();
        for exported in functions.values() {
            if let Some(captured) = &exported.captured {
                captured.empty();
            }
        }
    }

    /// How many functions Dart has.
    pub fn len(&self) -> usize {
        self.functions.borrow().len()
    }

    /// Whether Dart has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
