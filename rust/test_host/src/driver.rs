//! Drives scripts as a host does, and answers their calls.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use rhai::{Array, Dynamic};
use runtime::commons::Commons;
use runtime::context::exchange::{Reply, Step};
use runtime::context::execution_time::Start;
use runtime::context::shared::Shared;
use runtime::engine::ScriptEngine;
use runtime::engine_fork::Inherited;
use runtime::execution::pending_futures::Completion;
use runtime::functions::host_functions::{
    HostFunction, DEBUG_FUNCTION, ITERATE_FUNCTION, LOAD_MODULE_FUNCTION, NEXT_FUNCTION,
    PARALLEL_FUNCTION, PRINT_FUNCTION,
};
use runtime::functions::parameters::Parameter;
use runtime::limits::config::Config;
use runtime::objects::host_object::{HostObject, HostReference};

use crate::closure_host::ClosureHost;
use crate::outcome::{Answer, Failure, Outcome, Waiting};
use crate::test_host::TestHost;

/// A driver of scripts whose host is Rust closures.
pub type FakeHost = Driver<ClosureHost>;

type Function = Box<dyn FnMut(Vec<Dynamic>) -> Answer>;

/// Runs scripts in one engine and answers the calls that they make.
pub struct Driver<H: TestHost> {
    /// The engine.
    pub engine: ScriptEngine<H>,
    /// The texts that scripts printed.
    pub printed: Vec<String>,
    /// Calls of `parallel` that wait.
    pub children: Vec<Waiting>,
    commons: Rc<Commons<H>>,
    /// Those of all forks.
    functions: Rc<RefCell<HashMap<u64, Function>>>,
    next_function: Rc<Cell<u64>>,
}

impl<H: TestHost> Driver<H> {
    /// Makes a host whose engine has the default limits.
    pub fn new() -> Self {
        Self::with_config(Config::default())
    }

    /// Makes a host whose engine has these limits.
    pub fn with_config(config: Config) -> Self {
        let commons = Rc::new(Commons::new());
        Driver {
            engine: ScriptEngine::with(&commons, config, H::default()),
            printed: Vec::new(),
            children: Vec::new(),
            commons,
            functions: Rc::default(),
            next_function: Rc::new(Cell::new(LOAD_MODULE_FUNCTION + 1)),
        }
    }

    /// Makes a host of an engine that is forked from the one of this, with other limits.
    pub fn fork(&self, config: Config) -> Self {
        let inherited = Inherited {
            restrictions: true,
            module_texts: true,
        };
        let (commons, host) = (&self.commons, H::default());
        Driver {
            engine: self.engine.fork(commons, config, host, inherited),
            printed: Vec::new(),
            children: Vec::new(),
            commons: self.commons.clone(),
            functions: self.functions.clone(),
            next_function: self.next_function.clone(),
        }
    }

    fn add(&self, function: impl FnMut(Vec<Dynamic>) -> Answer + 'static) -> u64 {
        let id = self.next_function.get();
        self.next_function.set(id + 1);
        self.functions.borrow_mut().insert(id, Box::new(function));
        id
    }

    /// The state that the engine shares with its scripts.
    pub fn shared(&self) -> Rc<Shared> {
        self.engine.hosted.shared.clone()
    }

    /// The host of the engine.
    pub fn host(&self) -> &H {
        &self.engine.hosted.host
    }

    /// Puts a value where the engine takes replies, arguments and variables from.
    pub fn put(&self, value: &Dynamic) {
        self.host().put_reply(&self.engine.hosted.shared, value);
    }

    /// The execution that last made a request.
    pub fn execution(&self) -> u64 {
        self.engine.last_execution()
    }

    /// Registers a function with `arity` parameters.
    pub fn register(
        &mut self,
        name: &str,
        arity: usize,
        function: impl FnMut(Vec<Dynamic>) -> Answer + 'static,
    ) {
        self.register_arities(name, 1 << arity, function);
    }

    /// Loads modules by `loader`, which gets a path and who imports it. Needs an engine that
    /// has its modules loaded.
    pub fn load_modules(&mut self, loader: impl FnMut(Vec<Dynamic>) -> Answer + 'static) {
        self.answer_calls_of(LOAD_MODULE_FUNCTION, loader);
    }

    /// Answers the calls of a function that scripts do not call by a name.
    pub fn answer_calls_of(
        &mut self,
        function: u64,
        answer: impl FnMut(Vec<Dynamic>) -> Answer + 'static,
    ) {
        self.functions
            .borrow_mut()
            .insert(function, Box::new(answer));
    }

    /// Answers `for … in` of objects: `iterate` gets an object and returns an iterator, `next`
    /// gets that and returns an array of its next value.
    pub fn iterate(
        &mut self,
        iterate: impl FnMut(Vec<Dynamic>) -> Answer + 'static,
        next: impl FnMut(Vec<Dynamic>) -> Answer + 'static,
    ) {
        self.functions
            .borrow_mut()
            .insert(ITERATE_FUNCTION, Box::new(iterate));
        self.functions
            .borrow_mut()
            .insert(NEXT_FUNCTION, Box::new(next));
    }

    /// A value that stands for the host's object with this id.
    pub fn object(&self, id: u64) -> Dynamic {
        let reference = HostReference::new(id, &self.shared().released);
        Dynamic::from(HostObject::new(reference))
    }

    /// Registers a function; bit *n* of `arities` says that it takes *n* arguments.
    pub fn register_arities(
        &mut self,
        name: &str,
        arities: u32,
        function: impl FnMut(Vec<Dynamic>) -> Answer + 'static,
    ) {
        let id = self.add(function);
        self.engine.register_function(HostFunction {
            name: name.to_string(),
            id,
            arities,
        });
    }

    /// Registers an overload whose parameters accept some kinds of values, see
    /// [`Parameter::from_bits`].
    pub fn register_overload(
        &mut self,
        name: &str,
        kinds: &[u32],
        function: impl FnMut(Vec<Dynamic>) -> Answer + 'static,
    ) {
        let id = self.add(function);
        let function = HostFunction {
            name: name.to_string(),
            id,
            arities: 1 << kinds.len(),
        };
        let parameters = kinds.iter().map(|bits| Parameter::from_bits(*bits));
        self.engine
            .register_typed_function(function, parameters.collect(), true);
    }

    /// Registers `later()` and `later(x)`, which return Futures.
    pub fn register_later(&mut self) {
        self.register_arities("later", 0b11, |_| Answer::Pending);
    }

    /// Starts a script and drives it as far as it goes.
    pub fn eval(&mut self, script: &str) -> Outcome {
        let step = self.engine.eval(script, Start::default());
        self.drive(step)
    }

    /// The value of a script that does not wait.
    #[track_caller]
    pub fn value(&mut self, script: &str) -> Dynamic {
        self.eval(script).done()
    }

    /// The integer that a script that does not wait ends with.
    #[track_caller]
    pub fn int(&mut self, script: &str) -> i64 {
        self.value(script).as_int().expect("an integer")
    }

    /// The text that a script that does not wait ends with.
    #[track_caller]
    pub fn text(&mut self, script: &str) -> String {
        self.value(script).into_string().expect("a string")
    }

    /// The error of a script that does not wait.
    #[track_caller]
    pub fn error(&mut self, script: &str) -> Failure {
        self.eval(script).failed()
    }

    /// Answers calls until the script ends or waits.
    pub fn drive(&mut self, step: Step) -> Outcome {
        match self.answer_calls(step) {
            Step::Done => Outcome::Done(self.read_result()),
            Step::Failed => Outcome::Failed(self.read_failure()),
            Step::Pending(future) => Outcome::Waiting(Waiting {
                execution: self.execution(),
                future,
            }),
            Step::Call | Step::Yielded => unreachable!("it was answered"),
        }
    }

    /// Answers calls until the script ends or waits; returns which of it.
    fn answer_calls(&mut self, mut step: Step) -> Step {
        while matches!(step, Step::Call | Step::Yielded) {
            let execution = self.execution();
            let reply = match step {
                Step::Call => self.answer(),
                _ => Reply::Continue,
            };
            step = self.resume_step(execution, reply);
        }
        step
    }

    /// Runs a script to its end, where its value may be nested too deeply for
    /// the thread's stack: says only whether it ended with a value, and with
    /// which message if not.
    pub fn run_to_end(&mut self, script: &str) -> Result<(), String> {
        let step = self.engine.eval(script, Start::default());
        match self.answer_calls(step) {
            Step::Done => Ok(()),
            Step::Failed => Err(self.read_failure().message),
            _ => panic!("the script waits"),
        }
    }

    /// Completes a Future with a value and drives the script on that waits.
    pub fn complete(&mut self, waiting: Waiting, value: impl Into<Dynamic>) -> Outcome {
        assert!(
            complete_future::<H>(waiting.future, false, &value.into()),
            "nobody waits"
        );
        self.resume(waiting.execution)
    }

    /// Completes a Future with an error and drives the script on that waits.
    pub fn complete_error(&mut self, waiting: Waiting, kind: &str, message: &str) -> Outcome {
        let description = describe_error(7, kind, message);
        assert!(
            complete_future::<H>(waiting.future, true, &description),
            "nobody waits"
        );
        self.resume(waiting.execution)
    }

    /// Drives a script on that waited.
    pub fn resume(&mut self, execution: u64) -> Outcome {
        let step = self.resume_step(execution, Reply::Continue);
        self.drive(step)
    }

    fn resume_step(&mut self, execution: u64, reply: Reply) -> Step {
        let step = self.engine.resume(execution, reply);
        step.expect("the execution has not ended")
    }

    /// Runs the function that a script calls, and leaves its answer with the host.
    fn answer(&mut self) -> Reply {
        let (function, arguments) = self.host().take_call(&self.shared());
        if matches!(function, PRINT_FUNCTION | DEBUG_FUNCTION) {
            let texts: Vec<String> = arguments.iter().map(Dynamic::to_string).collect();
            self.printed.push(texts.join(" | "));
            self.put(&Dynamic::UNIT);
            return Reply::Value;
        }
        if function == PARALLEL_FUNCTION {
            return self.start_children();
        }
        let mut functions = self.functions.borrow_mut();
        let function = functions.get_mut(&function).expect("a registered id");
        let answer = function(arguments);
        drop(functions);
        match answer {
            Answer::Value(value) => {
                self.put(&value);
                Reply::Value
            }
            Answer::Error(kind, message) => {
                self.put(&describe_error(7, kind, &message));
                Reply::Error
            }
            Answer::Pending => Reply::Pending,
        }
    }

    /// Starts the calls that the script makes at the same time, all at once. The script
    /// waits if one of them does: when those have ended, the test completes its Future.
    fn start_children(&mut self) -> Reply {
        let parent = self.execution();
        let before = self.children.len();
        while let Some(step) = self.engine.start_child(parent, Duration::ZERO) {
            match self.drive(step) {
                Outcome::Waiting(waiting) => self.children.push(waiting),
                Outcome::Done(succeeded) if succeeded.as_bool() == Ok(true) => {}
                Outcome::Done(_) | Outcome::Failed(_) => {
                    for child in self.children.drain(before..) {
                        self.engine.cancel(child.execution);
                    }
                    break;
                }
            }
        }
        self.put(&Dynamic::UNIT);
        match self.children.len() > before {
            true => Reply::Pending,
            false => Reply::Value,
        }
    }

    fn read_result(&self) -> Dynamic {
        self.host().take_value(&self.shared())
    }

    fn read_failure(&self) -> Failure {
        self.host().take_failure(&self.shared())
    }
}

impl<H: TestHost> Default for Driver<H> {
    fn default() -> Self {
        Self::with_config(Config::default())
    }
}

/// Describes an error as a host does when a function throws.
pub fn describe_error(id: i64, kind: &str, message: &str) -> Dynamic {
    let fields: Array = vec![
        id.into(),
        kind.to_string().into(),
        message.to_string().into(),
        "#0 main".into(),
    ];
    fields.into()
}

/// Completes a Future that a script of a [`ClosureHost`] may wait for. Returns whether one did.
pub fn send(future: u64, failed: bool, value: &Dynamic) -> bool {
    complete_future::<ClosureHost>(future, failed, value)
}

fn complete_future<H: TestHost>(future: u64, failed: bool, value: &Dynamic) -> bool {
    let content = H::completion(value);
    H::pending_futures().complete(future, Completion { failed, content })
}
