//! Where the running code is: whose functions it can call, and what they captured.

use std::rc::Rc;

use rhai::Scope;

use crate::context::context::ExecutionContext;
use crate::functions::captured::{empty_captured, CapturedVariables};
use crate::functions::script_function::Environment;
use crate::functions::table::{Exported, FunctionTable};

impl ExecutionContext {
    /// Where the running code is.
    pub fn environment(&self) -> Environment {
        self.environment.borrow().clone()
    }

    /// Runs `f` as code of another script.
    pub fn run_in<R>(&self, environment: Environment, f: impl FnOnce() -> R) -> R {
        let outer = self.environment.replace(environment);
        let result = f();
        self.environment.replace(outer);
        result
    }

    /// The captured variables of the running script, for a function of it that
    /// somebody else gets.
    pub fn captured(&self, functions: &FunctionTable) -> Rc<CapturedVariables> {
        let mut environment = self.environment.borrow_mut();
        let captured = &mut environment.captured;
        captured
            .get_or_insert_with(|| {
                // All that it did so far may be captured.
                let _ = functions.add_operations(self.operations(), u64::MAX);
                functions.new_captured()
            })
            .clone()
    }

    /// Called when a function of a script begins, instead of a script.
    pub fn enter_function(&self, exported: &Exported) {
        self.environment.borrow_mut().captured = exported.captured.clone();
    }

    /// Called when a script begins whose closures keep what they capture in a scope.
    pub fn enter_kept(&self, captured: Rc<CapturedVariables>) {
        self.environment.borrow_mut().captured = Some(captured);
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
