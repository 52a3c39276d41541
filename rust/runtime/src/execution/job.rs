//! The code that an execution runs: a script, or a function of one.

use std::rc::{Rc, Weak};

use rhai::{Dynamic, Engine, EvalAltResult, GlobalRuntimeState, Position, Scope};

use crate::border::exporter::Exporter;
use crate::border::hosted::Hosted;
use crate::border::object_functions::type_name;
use crate::context::context::ExecutionContext;
use crate::context::shared::Shared;
use crate::errors::hint::Hint;
use crate::errors::hints::{host_objects_in, HostCall, Visible};
use crate::errors::termination::Termination;
use crate::execution::arguments;
use crate::execution::ending::checked;
use crate::execution::kept_scope::KeptScope;
use crate::execution::named_call::NamedCall;
use crate::execution::script::Script;
use crate::execution::task::Task;
use crate::execution::variables::Variables;
use crate::functions::script_function::SharedEngine;
use crate::functions::table::Exported;
use crate::host::Host;
use crate::language::compiled_script::CompiledScript;
use crate::library::callbacks::calls::Calls;
use crate::limits::config::Config;

type RhaiResult = Result<Dynamic, Box<EvalAltResult>>;

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
                            by_name: true,
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
                let result = task.run::<H>(&engine, context, &exporter, &mut kept);
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
                            by_name: false,
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
    // Who is abandoned would never give back what is borrowed.
    memory::held(|| {
        let visible = Visible {
            engine: &context.environment().engine,
            config,
            host_functions: &hosted.shared.host_functions.borrow(),
            host_constants: &hosted.shared.host_constants.borrow(),
            restrictions: &hosted.shared.restrictions.borrow(),
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
    })
}

// Each apart, because what these need of the stack is part of what a script that waits
// in another job keeps.

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
    let mut args = arguments::take(hosted)?;
    let function = &exported.function;
    arguments::pass(&mut args, with_this, |this, args| {
        function.call(0, this, args)
    })
}
