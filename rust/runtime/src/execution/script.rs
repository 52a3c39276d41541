//! Scripts that executions run.

use std::rc::Rc;

use rhai::{Caches, Dynamic, Engine, EvalAltResult, GlobalRuntimeState, Module, Scope};

use crate::context::context::ExecutionContext;
use crate::execution::kept_scope::KeptScope;
use crate::execution::script_cache::{ScriptCache, Source};
use crate::execution::variables::Variables;
use crate::language::compiled_script::CompiledScript;
use crate::language::names::GLOBAL;

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

/// A script to run.
pub struct Script {
    /// The script.
    pub source: Source,
    /// Where it is kept once it is compiled.
    pub scripts: Rc<ScriptCache>,
    /// The variables it starts with.
    pub variables: Rc<Variables>,
    /// The scope that keeps its own.
    pub scope: Option<Rc<KeptScope>>,
}

impl Script {
    /// Compiles the script if need be, keeps it in `compiled`, and evaluates it.
    ///
    /// # Errors
    ///
    /// As any script, and where it does not parse.
    pub fn evaluate(
        self,
        engine: &Engine,
        context: &ExecutionContext,
        global: &mut GlobalRuntimeState,
        scope: &mut Scope<'static>,
        compiled: &mut Option<Rc<CompiledScript>>,
    ) -> RhaiResult {
        let script = compiled.insert(match self.source {
            Source::Compiled(script) => script,
            Source::Text(text) => self.scripts.compile(engine, text, context)?,
            Source::Kept(kept) => kept.compiled(engine, &self.scripts, context)?,
        });
        match &self.scope {
            None => self.variables.add_to(scope, global, script, |_, _| false),
            Some(kept) => kept.move_to(scope, global, script, &self.variables),
        }
        // Setting another copies them while somebody has them.
        drop(self.variables);
        let ast = &script.ast;
        // The list takes an allocation.
        if ast.has_functions() {
            global.lib.push(ast.shared_lib().clone());
        } else if script.may_use_global {
            // Rhai notes a script's constants only if it has functions: without them, it
            // would not find its own, and those of the host that they hide in their place.
            let mut not_empty = Module::new();
            not_empty.set_var(GLOBAL, ());
            global.lib.push(not_empty.into());
        }
        // Rhai's `eval_ast` does just this, and drops `global`, which functions
        // of the script that outlive it need. (To be removed in Rhai 2; the
        // version is fixed.)
        #[allow(deprecated)]
        engine
            .eval_statements_raw(global, &mut Caches::new(), scope, ast.statements())
            .inspect_err(|error| {
                context
                    .error_details()
                    .note_data_race(error, Some(ast), global);
            })
    }
}
