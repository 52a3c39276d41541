//! Work that an execution does instead of running a script.

use std::rc::Rc;

use rhai::{Dynamic, Engine, EvalAltResult};

use crate::analysis::analyze;
use crate::analysis::surroundings::Surroundings;
use crate::border::exporter::Exporter;
use crate::context::context::ExecutionContext;
use crate::execution::ending::checked;
use crate::execution::kept_scope::KeptScope;
use crate::execution::kept_script::{Compilation, KeptScripts};
use crate::host::Host;

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

/// A script to look at, and what it would find.
pub struct Analysis {
    /// The script.
    pub script: Box<str>,
    /// The variables and functions that scripts of the engine find there.
    pub surroundings: Surroundings,
}

/// Work that an execution does instead of running a script.
pub enum Task {
    /// Analyses a script.
    Analysis(Box<Analysis>),
    /// Compiles a script, to be kept.
    Compilation(Compilation),
    /// Reads a variable of a scope.
    Variable(Rc<KeptScope>, Box<str>),
    /// Lists the names of a scope's variables.
    Names(Rc<KeptScope>),
    /// Copies the variables of the first scope into the second one.
    Copy(Rc<KeptScope>, Rc<KeptScope>),
}

impl Task {
    /// Does the work, and notes in `kept` which script it has compiled, and where that is kept.
    ///
    /// # Errors
    ///
    /// The work breaks a limit, or what it does fails.
    // Apart, because what it needs of the stack is part of what a script that waits in another
    // job keeps.
    #[inline(never)]
    pub fn run<H: Host>(
        self,
        engine: &Engine,
        context: &ExecutionContext,
        exporter: &Exporter,
        kept: &mut Option<(u64, Rc<KeptScripts>)>,
    ) -> RhaiResult {
        let result = match self {
            Task::Analysis(analysis) => {
                let Analysis {
                    script,
                    surroundings,
                } = &*analysis;
                Ok(H::describe(analyze(engine, script, surroundings, context)))
            }
            Task::Compilation(compilation) => {
                let scripts = compilation.kept.clone();
                compilation.run(engine, context).map(|(id, described)| {
                    *kept = Some((id, scripts));
                    described
                })
            }
            Task::Variable(scope, name) => scope.get(&name),
            Task::Names(scope) => Ok(scope.names().into()),
            Task::Copy(from, to) => to.copy_from(&from, exporter).map(|()| Dynamic::UNIT),
        };
        let result = match context.parsing_stopped() {
            Some(termination) => Err(termination.into()),
            None => checked(result, context),
        };
        if let Some((id, scripts)) = kept.take_if(|_| result.is_err()) {
            drop(scripts.remove(id));
        }
        result
    }
}
