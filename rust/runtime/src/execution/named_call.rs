//! Calls of a script's functions by their names.

use std::mem;
use std::rc::Rc;

use rhai::{
    Dynamic, Engine, EvalAltResult, FnPtr, GlobalRuntimeState, NativeCallContext, Position,
};

use crate::border::hosted::Hosted;
use crate::context::context::ExecutionContext;
use crate::errors::exception::conversion_error;
use crate::execution::kept_scope::KeptScope;
use crate::execution::kept_script::KeptScript;
use crate::execution::script_cache::ScriptCache;
use crate::execution::variables::Variables;
use crate::host::Host;
use crate::language::names::GLOBAL;

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

/// A call of a function of a script by its name. No statements of the script are run.
pub struct NamedCall {
    /// The script.
    pub script: Rc<KeptScript>,
    /// The name of the function.
    pub name: Box<str>,
    /// Whether the last argument is its `this`.
    pub with_this: bool,
    /// The cache that the script is compiled by.
    pub scripts: Rc<ScriptCache>,
    /// The engine's variables, whose constants the function finds.
    pub variables: Rc<Variables>,
    /// The scope whose constants the function finds.
    pub scope: Option<Rc<KeptScope>>,
}

impl NamedCall {
    /// Calls the function with the arguments that the host has put where replies are.
    ///
    /// # Errors
    ///
    /// As any function of a script; or there is no such function.
    #[inline(never)]
    pub fn run<H: Host>(
        &self,
        hosted: &Hosted<H>,
        context: &ExecutionContext,
        engine: &Engine,
        global: &mut GlobalRuntimeState,
    ) -> RhaiResult {
        // First: compiling may be suspended, and others use the place.
        let args = hosted.host.take_reply(&hosted.shared);
        let args = args.map_err(conversion_error)?;
        let script = self.script.compiled(engine, &self.scripts, context)?;
        if script.may_use(GLOBAL) {
            self.variables.add_constants_to(global, &script);
            if let Some(scope) = &self.scope {
                scope.add_constants_to(global, &script);
            }
        }
        global.lib.push(script.ast.shared_lib().clone());
        let mut args = args.into_array().unwrap_or_default();
        let count = args.len() - usize::from(self.with_this && !args.is_empty());
        let pointer = self.pointer(count)?;
        let context = NativeCallContext::new_with_all_fields(
            engine,
            &self.name,
            None,
            global,
            Position::NONE,
        );
        match args.split_last_mut() {
            Some((this, args)) if self.with_this => {
                let before = this.clone();
                let result = pointer.call_raw(&context, Some(this), args)?;
                Ok(vec![result, before, mem::take(this)].into())
            }
            _ => pointer.call_raw(&context, None, args),
        }
    }

    fn pointer(&self, arity: usize) -> Result<FnPtr, Box<EvalAltResult>> {
        match self.script.function(&self.name, arity) {
            // Rhai finds it by the type of `this`.
            Some(function) if function.this_type.is_some() => FnPtr::new(&*self.name),
            Some(function) => Ok(function.into()),
            None => {
                let name = self.name.to_string();
                Err(EvalAltResult::ErrorFunctionNotFound(name, Position::NONE).into())
            }
        }
    }
}
