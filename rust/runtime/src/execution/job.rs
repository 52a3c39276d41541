//! The code that an execution runs: a script, or a function of one.

use std::mem;
use std::rc::{Rc, Weak};

use rhai::{Caches, Dynamic, Engine, EvalAltResult, GlobalRuntimeState, Module, Position, Scope};

use crate::analysis::analyze;
use crate::analysis::surroundings::Surroundings;
use crate::border::exporter::Exporter;
use crate::border::hosted::Hosted;
use crate::border::object_functions::type_name;
use crate::context::context::ExecutionContext;
use crate::context::shared::Shared;
use crate::errors::exception::conversion_error;
use crate::errors::hint::Hint;
use crate::errors::hints::{host_objects_in, HostCall, Visible};
use crate::errors::rhai_error::into_innermost;
use crate::errors::termination::Termination;
use crate::execution::kept_scope::KeptScope;
use crate::execution::kept_script::{Compilation, KeptScripts};
use crate::execution::named_call::NamedCall;
use crate::execution::script_cache::{ScriptCache, Source};
use crate::execution::variables::Variables;
use crate::functions::script_function::SharedEngine;
use crate::functions::table::Exported;
use crate::host::Host;
use crate::language::compiled_script::CompiledScript;
use crate::language::names::GLOBAL;
use crate::library::callbacks::calls::Calls;
use crate::limits::config::Config;

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

/// A script to look at, and what it would find.
pub struct Analysis {
    /// The script.
    pub script: Box<str>,
    /// The variables and functions that scripts of the engine find there.
    pub surroundings: Surroundings,
}

/// The code that one execution runs. Small, as it lies on the stack of every script that waits.
pub enum Job {
    /// A script.
    Script(SharedEngine, Script),
    /// A function of a script that the host has; its arguments are an array, put where replies are.
    Call(Exported),
    /// The same, with the last argument as its `this`.
    CallWith(Exported),
    /// A function of a script that the host keeps.
    Named(SharedEngine, Box<NamedCall>),
    /// One of the calls that a script makes at the same time, by its index. It ends with
    /// whether it did not fail.
    Strand(usize, Rc<Calls>),
    /// No script, but something to be done under the limits of one.
    Task(SharedEngine, Box<Task>),
}

/// Work that an execution does instead of running a script.
pub enum Task {
    /// Analyses a script.
    Analysis(Analysis),
    /// Compiles a script, to be kept.
    Compilation(Compilation),
    /// Reads a variable of a scope.
    Variable(Rc<KeptScope>, Box<str>),
    /// Lists the names of a scope's variables.
    Names(Rc<KeptScope>),
    /// Copies the variables of the first scope into the second one.
    Copy(Rc<KeptScope>, Rc<KeptScope>),
}

impl Job {
    /// The engine it runs in.
    pub fn engine(&self) -> &SharedEngine {
        match self {
            Job::Script(engine, _) | Job::Named(engine, _) | Job::Task(engine, _) => engine,
            Job::Call(exported) | Job::CallWith(exported) => exported.function.engine(),
            Job::Strand(_, calls) => calls.engine(),
        }
    }

    /// The scope that it uses until it ends, if it does.
    #[inline]
    pub fn scope(&self) -> Option<&Rc<KeptScope>> {
        match self {
            Job::Script(_, script) => script.scope.as_ref(),
            _ => None,
        }
    }

    /// Runs it and passes its result to `end`, with what to do about an error. Runs on a
    /// fiber: all of this recurses.
    pub fn run<H: Host, R>(
        self,
        hosted: &Hosted<H>,
        context: &ExecutionContext,
        config: &Config,
        end: impl FnOnce(RhaiResult, Option<Box<Hint>>, &Exporter) -> R,
    ) -> R {
        let with_this = matches!(self, Job::CallWith(_));
        match self {
            Job::Script(engine, script) => {
                // On the heap: a waiting script should touch two pages of stack,
                // not three.
                let mut global = Box::new(engine.new_global_runtime_state());
                let mut scope = Box::new(Scope::new());
                let variables = Rc::downgrade(&script.variables);
                let mut compiled = None;
                let kept = script.scope.clone();
                let result = match enter_scope(kept.as_ref(), context, config) {
                    Some(termination) => Err(termination.into()),
                    None => {
                        script.evaluate(&engine, context, &mut global, &mut scope, &mut compiled)
                    }
                };
                let result = checked(result, context);
                let hint = match &result {
                    Ok(_) => None,
                    Err(error) => {
                        let code = Code::Script {
                            script: compiled.as_deref(),
                            scope: &scope,
                            variables,
                        };
                        find_hint(error, hosted, context, config, &global, code)
                    }
                };
                let ended = end(
                    result,
                    hint,
                    &Exporter::new(&hosted.shared, context, &global),
                );
                match kept {
                    None => context.end_scope(*scope),
                    Some(kept) => {
                        let exporter = Exporter::new(&hosted.shared, context, &global);
                        kept.take_back(*scope, compiled.as_deref(), &exporter, context);
                    }
                }
                ended
            }
            Job::Named(engine, call) => {
                let mut global = Box::new(engine.new_global_runtime_state());
                let result = run_named(hosted, context, config, &engine, &call, &mut global);
                let hint = match &result {
                    Ok(_) => None,
                    Err(error) => {
                        let code = Code::Function(HostCall {
                            curried: 0,
                            with_this: call.with_this,
                        });
                        find_hint(error, hosted, context, config, &global, code)
                    }
                };
                let ended = end(
                    result,
                    hint,
                    &Exporter::new(&hosted.shared, context, &global),
                );
                if call.scope.is_none() {
                    context.end_scope(Scope::new());
                }
                ended
            }
            Job::Task(engine, task) => {
                let global = Box::new(engine.new_global_runtime_state());
                let exporter = Exporter::new(&hosted.shared, context, &global);
                let mut kept = None;
                let result = run_task::<H>(&engine, *task, context, &exporter, &mut kept);
                let hint = match &result {
                    Ok(_) => None,
                    Err(error) => {
                        let code = Code::Function(HostCall::default());
                        find_hint(error, hosted, context, config, &global, code)
                    }
                };
                let ended = end(result, hint, &exporter);
                if let Some((id, scripts)) = kept {
                    // There was no room to tell the host its id.
                    if context.budget().exceeded().is_some() {
                        drop(scripts.remove(id));
                    }
                }
                ended
            }
            Job::Strand(index, calls) => {
                let succeeded = run_strand(&hosted.shared, context, &calls, index);
                let exporter = Exporter::new(&hosted.shared, context, calls.global());
                end(Ok(succeeded.into()), None, &exporter)
            }
            Job::Call(exported) | Job::CallWith(exported) => {
                context.enter_function(&exported);
                // However this ends: also if the memory is used up.
                let _note = NoteLeftMemory(&exported);
                let result = run_call(hosted, context, &exported, with_this);
                let global = exported.function.global();
                let hint = match &result {
                    Ok(_) => None,
                    Err(error) => {
                        let code = Code::Function(HostCall {
                            curried: exported.function.curry().count(),
                            with_this,
                        });
                        find_hint(error, hosted, context, config, global, code)
                    }
                };
                end(
                    result,
                    hint,
                    &Exporter::new(&hosted.shared, context, global),
                )
            }
        }
    }
}

/// The code that has failed.
enum Code<'a> {
    /// A script, with what it is compiled to, its variables, and those it started with.
    Script {
        script: Option<&'a CompiledScript>,
        scope: &'a Scope<'a>,
        variables: Weak<Variables>,
    },
    /// A function, by this call.
    Function(HostCall),
}

/// Finds out what the message of an error is to say beside what has failed.
#[cold]
#[inline(never)]
fn find_hint<H: Host>(
    error: &EvalAltResult,
    hosted: &Hosted<H>,
    context: &ExecutionContext,
    config: &Config,
    global: &GlobalRuntimeState,
    code: Code,
) -> Option<Box<Hint>> {
    let (script, scope, variables, call) = match code {
        Code::Script {
            script,
            scope,
            variables,
        } => (
            script,
            Some(scope),
            variables.upgrade(),
            HostCall::default(),
        ),
        Code::Function(call) => (None, None, None, call),
    };
    // Before anything is borrowed: this may run code of the host's.
    let objects = script.zip(scope).map(|(script, scope)| {
        let objects = host_objects_in(error, script, scope).into_iter();
        objects.map(|object| type_name(hosted, &object?)).collect()
    });
    // Not borrowed: the script may be abandoned meanwhile.
    let shared = &hosted.shared;
    let visible = Visible {
        engine: &context.environment().engine,
        config,
        host_functions: &shared.host_functions.borrow().clone(),
        host_constants: &shared.host_constants.borrow().fork(),
        restrictions: &shared.restrictions.borrow().clone(),
        imports: context.imported(),
        last_arities: context.error_details().last_arities(),
        global,
        script,
        scope,
        variables,
        call,
    };
    let mut hint = context
        .error_details()
        .with_faulty_line(|line| visible.hint(error, line));
    hint.types = objects.unwrap_or_default();
    Some(hint.into())
}

// Each apart, because what these need of the stack is part of what a script that waits
// in another job keeps.

#[inline(never)]
fn run_task<H: Host>(
    engine: &Engine,
    task: Task,
    context: &ExecutionContext,
    exporter: &Exporter,
    kept: &mut Option<(u64, Rc<KeptScripts>)>,
) -> RhaiResult {
    let result = match task {
        Task::Analysis(analysis) => {
            let Analysis {
                script,
                surroundings,
            } = &analysis;
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

/// Begins to use a scope. Returns why the script cannot, if it cannot.
#[inline(always)]
fn enter_scope(
    scope: Option<&Rc<KeptScope>>,
    context: &ExecutionContext,
    config: &Config,
) -> Option<Termination> {
    let scope = scope?;
    context.enter_kept(scope.captured());
    scope.refusal(config)
}

#[inline(never)]
fn run_named<H: Host>(
    hosted: &Hosted<H>,
    context: &ExecutionContext,
    config: &Config,
    engine: &Engine,
    call: &NamedCall,
    global: &mut GlobalRuntimeState,
) -> RhaiResult {
    let refused = enter_scope(call.scope.as_ref(), context, config)
        .or_else(|| context.check_kept(&hosted.shared.functions));
    match refused {
        Some(termination) => Err(termination.into()),
        None => checked(call.run(hosted, context, engine, global), context).inspect_err(|error| {
            context.error_details().note_data_race(error, None, global);
        }),
    }
}

#[inline(never)]
fn run_call<H: Host>(
    hosted: &Hosted<H>,
    context: &ExecutionContext,
    exported: &Exported,
    with_this: bool,
) -> RhaiResult {
    let refused = context.check_kept(&hosted.shared.functions).or_else(|| {
        let is_too_much = exported.keeps_more_than(context.budget().limit());
        is_too_much.then_some(Termination::KeptTooMuch)
    });
    match refused {
        Some(termination) => Err(termination.into()),
        None => checked(call(hosted, exported, with_this), context).inspect_err(|error| {
            context
                .error_details()
                .note_data_race(error, None, exported.function.global());
        }),
    }
}

#[inline(never)]
fn run_strand(shared: &Shared, context: &ExecutionContext, calls: &Calls, index: usize) -> bool {
    // A function of the host might be called without an operation.
    if let Some(reason) = context.tick(|| Some(&shared.functions)) {
        calls.fail(EvalAltResult::ErrorTerminated(reason, Position::NONE).into());
        return false;
    }
    calls.make(index)
}

/// Notes at the end of a call how much memory it leaves behind.
struct NoteLeftMemory<'a>(&'a Exported);

impl Drop for NoteLeftMemory<'_> {
    fn drop(&mut self) {
        self.0.add_left(memory::used());
    }
}

fn call<H: Host>(hosted: &Hosted<H>, exported: &Exported, with_this: bool) -> RhaiResult {
    let args = hosted.host.take_reply(&hosted.shared);
    let args = args.map_err(conversion_error)?;
    let function = &exported.function;
    let mut args = args.into_array().unwrap_or_default();
    match args.split_last_mut() {
        Some((this, args)) if with_this => {
            let before = this.clone();
            let result = function.call(0, Some(this), args).or_else(exit_value)?;
            Ok(vec![result, before, mem::take(this)].into())
        }
        _ => function.call(0, None, &mut args),
    }
}

impl Script {
    /// Compiles the script if need be, keeps it in `compiled`, and evaluates it.
    fn evaluate(
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
        self.variables.add_to(scope, global, script);
        if let Some(kept) = &self.scope {
            kept.move_to(scope, global, script);
        }
        // Setting another copies them while somebody has them.
        drop(self.variables);
        let ast = &script.ast;
        // The list takes an allocation.
        if ast.has_functions() {
            global.lib.push(ast.shared_lib().clone());
        } else if script.may_use(GLOBAL) {
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

/// The end of a script after all: also where Rhai returned a value it can be an error.
#[inline(never)]
fn checked(result: RhaiResult, context: &ExecutionContext) -> RhaiResult {
    if let Some(limit) = context.budget().exceeded() {
        // The error that it ended with knows the place.
        return match result {
            Err(error) if is_termination(&error) => Err(error),
            _ => Err(Termination::Limit(limit.into()).into()),
        };
    }
    let result = result.or_else(exit_value).map(Dynamic::flatten);
    // An `eval` or an `import` in the script was parsing.
    if let (Err(_), Some(termination)) = (&result, context.parsing_stopped()) {
        return Err(termination.into());
    }
    let value = result?;
    match context.failed_at_end() {
        Some(termination) => Err(termination.into()),
        None => Ok(value),
    }
}

/// Whether an error is what a script was ended with from outside.
fn is_termination(error: &EvalAltResult) -> bool {
    matches!(error.unwrap_inner(), EvalAltResult::ErrorTerminated(..))
}

/// The value of Rhai's `exit`, if that is what ended a script. Rhai finds it only
/// where no native function is in between.
fn exit_value(error: Box<EvalAltResult>) -> RhaiResult {
    if !matches!(error.unwrap_inner(), EvalAltResult::Exit(..)) {
        return Err(error);
    }
    match *into_innermost(error) {
        EvalAltResult::Exit(value, _) => Ok(value),
        other => Err(other.into()),
    }
}
