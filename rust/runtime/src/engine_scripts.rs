//! Work of the host with scripts and scopes of an engine that it keeps.

use std::rc::Rc;

use memory::Budget;
use rhai::Dynamic;

use crate::context::exchange::Step;
use crate::context::execution_time::Start;
use crate::engine::ScriptEngine;
use crate::errors::script_error::ScriptError;
use crate::execution::job::Job;
use crate::execution::kept_scope::{KeptScope, ScopeId};
use crate::execution::kept_script::{Compilation, KeptScript};
use crate::execution::named_call::NamedCall;
use crate::execution::script_cache::Source;
use crate::execution::task::Task;
use crate::host::Host;
use crate::objects::handles::Handle;

impl<H: Host> ScriptEngine<H> {
    /// Compiles a script to be kept, under the limits of an execution. It ends with an array of
    /// its id, and of its functions that the host can call.
    pub fn compile(&mut self, text: &str, name: &str, start: Start) -> Step {
        let compilation = Compilation {
            script: KeptScript::new(text.into(), name),
            scripts: self.scripts().clone(),
            kept: self.kept.scripts.clone(),
        };
        self.start_task(Task::Compilation(compilation), start)
    }

    /// The handle of a script that was compiled. It must be asked for once.
    pub fn script_handle(&self, script: u64) -> Option<Handle> {
        self.kept.scripts.handle(script)
    }

    /// Starts a script like [`eval`](Self::eval), with a scope. `None` if there is no such
    /// scope, or it is used.
    pub fn eval_in(&mut self, script: &str, scope: ScopeId, start: Start) -> Option<Step> {
        let source = self.scripts().get(script);
        self.run_in(source, scope, start)
    }

    /// Starts a script that is kept. `None` if there is none, or no such scope, or that is
    /// used.
    pub fn eval_kept(&mut self, script: u64, scope: ScopeId, start: Start) -> Option<Step> {
        let source = Source::Kept(self.kept.scripts.get(script)?);
        self.run_in(source, scope, start)
    }

    fn run_in(&mut self, source: Source, scope: ScopeId, start: Start) -> Option<Step> {
        let Some(scope) = scope else {
            return Some(self.run(source, None, start));
        };
        let scope = self.free_scope(scope)?;
        Some(self.run(source, Some(scope), start))
    }

    /// Starts a function of a script that is kept, by its id, with the arguments that the host
    /// has put where replies are; the last one is its `this` if it is called `with_this`. The id
    /// is the index of the function in what [`compile`](Self::compile) ended with. `None` if
    /// there is no such script or scope, or a script that runs uses the scope.
    pub fn call_named(
        &mut self,
        script: u64,
        function: usize,
        with_this: bool,
        scope: ScopeId,
        start: Start,
    ) -> Option<Step> {
        let scope = match scope {
            None => None,
            Some(scope) => Some(self.free_scope(scope)?),
        };
        let call = NamedCall {
            script: self.kept.scripts.get(script)?,
            function,
            with_this,
            scripts: self.scripts().clone(),
            variables: self.variables.clone(),
            scope,
        };
        Some(self.start_in_snapshot(|engine| Job::Named(engine, Box::new(call)), start))
    }

    /// Makes an empty scope.
    pub fn new_scope(&mut self) -> Option<Handle> {
        let shared = &self.hosted.shared;
        let scope = KeptScope::new(&shared.functions, &shared.stacks);
        let id = self.kept.scopes.add(scope.into());
        self.kept.scopes.handle(id)
    }

    /// Whether a script uses a scope, which has not ended.
    pub fn is_scope_used(&self, scope: u64) -> bool {
        let scope = self.kept.scopes.get(scope);
        scope.is_some_and(|scope| scope.is_used())
    }

    /// The scope with this id, unless it is used.
    pub(crate) fn free_scope(&self, scope: u64) -> Option<Rc<KeptScope>> {
        let scope = self.kept.scopes.get(scope);
        scope.filter(|scope| !scope.is_used())
    }

    /// Sets a variable or a constant of a scope to the value that the host has put where
    /// replies are. `None` if there is no such scope, or it is used.
    ///
    /// # Errors
    ///
    /// As of [`set_variable`](Self::set_variable).
    pub fn set_in_scope(
        &mut self,
        scope: u64,
        name: &str,
        constant: bool,
    ) -> Option<Result<(), ScriptError>> {
        let scope = self.free_scope(scope)?;
        Some(self.with_reply(|value| scope.set(name, value, constant)))
    }

    /// Reads the value that the host has put where replies are, and passes it to `f`, on a
    /// stack that is large enough to drop it.
    fn with_reply(&self, f: impl FnOnce(Dynamic)) -> Result<(), ScriptError> {
        let (host, shared) = (&self.hosted.host, &self.hosted.shared);
        let read = shared.stacks.run(|| {
            let budget = Budget::new(usize::MAX, self.config.sizes(), 1);
            let _charged = memory::charge(&budget);
            let value = host.take_reply(shared).map_err(|error| {
                let exceeded = budget.exceeded();
                exceeded.map_or_else(
                    || ScriptError::conversion(error),
                    |limit| self.value_error(Some(limit.into())),
                )
            })?;
            f(value);
            Ok(())
        });
        read.map_err(|error| ScriptError::no_stack(&error))?
    }

    /// Reads a variable of a scope, like a script. `None` if there is no such scope, or it is
    /// used.
    pub fn read_scope(&mut self, scope: u64, name: &str, start: Start) -> Option<Step> {
        let scope = self.free_scope(scope)?;
        Some(self.start_task(Task::Variable(scope, name.into()), start))
    }

    /// Lists the names of a scope's variables, like a script. `None` if there is no such
    /// scope, or it is used.
    pub fn list_scope(&mut self, scope: u64, start: Start) -> Option<Step> {
        let scope = self.free_scope(scope)?;
        Some(self.start_task(Task::Names(scope), start))
    }

    /// Copies the variables of a scope into another one, like a script. `None` if there is no
    /// such scope, or it is used.
    pub fn copy_scope(&mut self, from: u64, to: u64, start: Start) -> Option<Step> {
        let (from, to) = (self.free_scope(from)?, self.free_scope(to)?);
        Some(self.start_task(Task::Copy(from, to), start))
    }

    /// Removes a variable of a scope, which is not used. Returns whether there was one.
    pub fn remove_from_scope(&mut self, scope: u64, name: &str) -> bool {
        let Some(scope) = self.free_scope(scope) else {
            return false;
        };
        let removed = self.hosted.shared.stacks.run(|| scope.remove(name));
        removed.unwrap_or(false)
    }

    /// Whether a scope, which is not used, has a variable.
    pub fn scope_has(&self, scope: u64, name: &str) -> bool {
        let scope = self.free_scope(scope);
        scope.is_some_and(|scope| scope.contains(name))
    }

    /// Removes all variables of a scope, which is not used.
    pub fn empty_scope(&mut self, scope: u64) {
        if let Some(scope) = self.free_scope(scope) {
            let shared = &self.hosted.shared;
            // Without a stack nothing changes.
            let _ = shared.stacks.run(|| scope.clear(&shared.functions));
        }
    }
}
