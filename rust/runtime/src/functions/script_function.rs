//! Functions of scripts with what they need to be called from anywhere.
//!
//! A function pointer of Rhai is a name and perhaps a hash; what it means depends on the script
//! that runs. So a function that leaves its script is kept together with the script's functions,
//! constants and imports. In another script it is a pointer that calls it there. Functions that
//! scripts pass to each other in such a call are treated the same way.

use std::rc::{Rc, Weak};

use fibers::{OnFiber, StackPool};
use rhai::{
    Dynamic, Engine, EvalAltResult, FnPtr, GlobalRuntimeState, NativeCallContext, Position,
};

use crate::functions::captured::CapturedVariables;

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

/// A function pointer, and the script that it is called in.
#[derive(Debug)]
pub struct ScriptFunction {
    parts: OnFiber<Parts>,
    /// Tells it from the engine's other functions.
    pub serial: u64,
    /// Keeps the variables that its script's closures captured, as long as somebody has it.
    pub captured: Weak<CapturedVariables>,
}

#[derive(Debug)]
struct Parts {
    pointer: FnPtr,
    engine: SharedEngine,
    /// The script's functions, constants and imports, for calls that are not nested.
    global: GlobalRuntimeState,
}

impl ScriptFunction {
    /// Makes the function of `pointer` in a script with the functions, constants and imports
    /// of `global`. It is dropped on one of `stacks`.
    pub fn new(
        pointer: FnPtr,
        engine: SharedEngine,
        mut global: GlobalRuntimeState,
        serial: u64,
        captured: &Rc<CapturedVariables>,
        stacks: &Rc<StackPool>,
    ) -> Self {
        global.level = 0;
        let parts = Parts {
            pointer,
            engine,
            global,
        };
        ScriptFunction {
            parts: OnFiber::new(parts, stacks),
            serial,
            captured: Rc::downgrade(captured),
        }
    }

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
        let nested = (level > 0).then(|| {
            let mut nested = Box::new(global.clone());
            nested.level = level;
            nested
        });
        let global = nested.as_deref().unwrap_or(global);
        let name = pointer.fn_name();
        let none = Position::NONE;
        let context = NativeCallContext::new_with_all_fields(engine, name, None, global, none);
        f(pointer, &context)
    }

    /// The pointer that the script made.
    pub fn pointer(&self) -> &FnPtr {
        &self.parts.pointer
    }

    /// The name that the script gave it, empty for a closure.
    pub fn name(&self) -> &str {
        match self.parts.pointer.is_anonymous() {
            true => "",
            false => self.parts.pointer.fn_name(),
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
    pub fn environment(&self) -> Environment {
        Environment {
            engine: self.parts.engine.clone(),
            captured: self.captured.upgrade(),
        }
    }
}
