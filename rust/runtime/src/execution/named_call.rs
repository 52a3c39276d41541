//! Calls of functions of scripts that the host keeps.

use std::rc::Rc;

use rhai::{Dynamic, Engine, EvalAltResult, GlobalRuntimeState, NativeCallContext, Position};

use crate::border::hosted::Hosted;
use crate::context::context::ExecutionContext;
use crate::execution::arguments;
use crate::execution::kept_scope::KeptScope;
use crate::execution::kept_script::KeptScript;
use crate::execution::script_cache::ScriptCache;
use crate::execution::variables::Variables;
use crate::host::Host;

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

/// A call of a function of a script that the host keeps. No statements of the script are run.
pub struct NamedCall {
    /// The script.
    pub script: Rc<KeptScript>,
    /// The id of the function.
    pub function: usize,
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
        let mut args = arguments::take(hosted)?;
        let script = self.script.compiled(engine, &self.scripts, context)?;
        let interface = script.interface.get();
        let pointer = interface
            .and_then(|functions| functions.pointer(self.function))
            .ok_or("the script has no such function")?;
        if script.may_use_global {
            self.variables.add_constants_to(global, &script);
            if let Some(scope) = &self.scope {
                scope.add_constants_to(global, &script);
            }
        }
        global.lib.push(script.ast.shared_lib().clone());
        let (name, none) = (pointer.fn_name(), Position::NONE);
        let context = NativeCallContext::new_with_all_fields(engine, name, None, global, none);
        arguments::pass(&mut args, self.with_this, |this, args| {
            pointer.call_raw(&context, this, args)
        })
    }
}
