//! A host that drives scripts as Dart does, without Dart.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::slice;

use fibers::StackPool;
use rhai::{Array, Dynamic, Map};
use rhai_dart::ffi;
use runtime::border::host_call::{DartFunction, DEBUG_FUNCTION, PRINT_FUNCTION};
use runtime::border::parameters::Parameter;
use runtime::context::execution_time::Start;
use runtime::context::shared::Host;
use runtime::engine::ScriptEngine;
use runtime::execution::execution::{Reply, Step};
use runtime::execution::pending_futures::{self, Completion};
use runtime::limits::config::Config;
use runtime::limits::limit::{Limit, Limits};
use runtime::wire::decode::{decode_slot, HEADER_LEN};
use runtime::wire::format::{self, Slot, Tag};

/// What a host function answers to a call.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It returns a value.
    Value(Dynamic),
    /// It throws an error with this type and message.
    Error(&'static str, String),
    /// It returns a Future.
    Pending,
}

impl Answer {
    /// Returns what converts into a value.
    pub fn value(value: impl Into<Dynamic>) -> Self {
        Answer::Value(value.into())
    }
}

/// A script error as the host reads it.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The number of the error's kind.
    pub kind: i64,
    /// The message.
    pub message: String,
    /// The line, 0 if unknown.
    pub line: i64,
    /// The column, 0 if unknown.
    pub column: i64,
    /// The script's calls, innermost first, as `function line:column`.
    pub calls: Vec<String>,
    /// The id of the host error that was thrown, 0 for none.
    pub host_error: i64,
    /// What was thrown.
    pub thrown: Dynamic,
    /// The number of the limit or of the kind of failure, or the place of the caret.
    pub number: i64,
    /// The limit's value.
    pub value: i64,
    /// The name that it is about, or the faulty line.
    pub text: String,
}

/// A script that waits for a Future.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Its execution.
    pub execution: u64,
    /// The Future.
    pub future: u64,
}

/// Where a script is after the host has driven it as far as it goes.
#[derive(Debug)]
pub enum Outcome {
    /// It ended with a value.
    Done(Dynamic),
    /// It ended with an error.
    Failed(Failure),
    /// It waits for a Future.
    Waiting(Waiting),
}

impl Outcome {
    /// The value that the script ended with.
    #[track_caller]
    pub fn done(self) -> Dynamic {
        match self {
            Outcome::Done(value) => value,
            other => panic!("expected a value, got {other:?}"),
        }
    }

    /// The error that the script ended with.
    #[track_caller]
    pub fn failed(self) -> Failure {
        match self {
            Outcome::Failed(failure) => failure,
            other => panic!("expected an error, got {other:?}"),
        }
    }

    /// What the script waits for.
    #[track_caller]
    pub fn waiting(self) -> Waiting {
        match self {
            Outcome::Waiting(waiting) => waiting,
            other => panic!("expected a script that waits, got {other:?}"),
        }
    }
}

type Function = Box<dyn FnMut(Vec<Dynamic>) -> Answer>;

/// Runs scripts in one engine and answers the calls that they make.
pub struct FakeHost {
    /// The engine.
    pub engine: ScriptEngine,
    /// What scripts printed.
    pub printed: Vec<String>,
    functions: HashMap<u64, Function>,
    next_function: u64,
}

impl FakeHost {
    /// Makes a host whose engine has the default limits.
    pub fn new() -> Self {
        Self::with_config(Config::default())
    }

    /// Makes a host whose engine has these limits.
    pub fn with_config(config: Config) -> Self {
        FakeHost {
            engine: ScriptEngine::new(config),
            printed: Vec::new(),
            functions: HashMap::new(),
            next_function: 5,
        }
    }

    /// What the engine shares with its scripts.
    pub fn host(&self) -> Rc<Host> {
        self.engine.host.clone()
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

    /// Registers a function; bit *n* of `arities` says that it takes *n* arguments.
    pub fn register_arities(
        &mut self,
        name: &str,
        arities: u32,
        function: impl FnMut(Vec<Dynamic>) -> Answer + 'static,
    ) {
        let id = self.next_function;
        self.next_function += 1;
        self.functions.insert(id, Box::new(function));
        self.engine.register_function(DartFunction {
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
        let id = self.next_function;
        self.next_function += 1;
        self.functions.insert(id, Box::new(function));
        let function = DartFunction {
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
            _ => Outcome::Waiting(self.read_waiting()),
        }
    }

    /// Answers calls until the script ends or waits; returns which of it.
    fn answer_calls(&mut self, mut step: Step) -> Step {
        while matches!(step, Step::Call | Step::Yielded) {
            let execution = self.host().with_frame(|frame| frame.execution);
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
        assert!(send(waiting.future, false, &value.into()), "nobody waits");
        self.resume(waiting.execution)
    }

    /// Completes a Future with an error and drives the script on that waits.
    pub fn complete_error(&mut self, waiting: Waiting, kind: &str, message: &str) -> Outcome {
        let description = describe_error(7, kind, message);
        assert!(send(waiting.future, true, &description), "nobody waits");
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

    /// Runs the function that a script calls; its answer is then in the frame.
    fn answer(&mut self) -> Reply {
        let host = self.host();
        let (function, count) =
            host.with_frame(|frame| (frame.function, frame.argument_count as usize));
        let slots = host.with_frame(|frame| frame.slots);
        let arguments: Vec<Dynamic> = slots[..count]
            .iter()
            .map(|slot| read(*slot, &host))
            .collect();
        if matches!(function, PRINT_FUNCTION | DEBUG_FUNCTION) {
            let texts: Vec<String> = arguments.iter().map(Dynamic::to_string).collect();
            self.printed.push(texts.join(" | "));
            write_value(&host, &Dynamic::UNIT);
            return Reply::Value;
        }
        let function = self.functions.get_mut(&function).expect("a registered id");
        match function(arguments) {
            Answer::Value(value) => {
                write_value(&host, &value);
                Reply::Value
            }
            Answer::Error(kind, message) => {
                write_value(&host, &describe_error(7, kind, &message));
                Reply::Error
            }
            Answer::Pending => Reply::Pending,
        }
    }

    fn read_result(&self) -> Dynamic {
        let host = self.host();
        read(host.with_frame(|frame| frame.slots[0]), &host)
    }

    fn read_failure(&self) -> Failure {
        let fields = self.read_result().into_array().expect("an array");
        let [kind, message, line, column, calls, host_error, thrown, number, value, text] =
            <[Dynamic; 10]>::try_from(fields).expect("ten fields");
        Failure {
            kind: kind.as_int().expect("a number"),
            message: message.into_string().expect("a text"),
            line: line.as_int().expect("a number"),
            column: column.as_int().expect("a number"),
            calls: calls
                .into_typed_array::<Array>()
                .expect("arrays")
                .into_iter()
                .map(describe_call)
                .collect(),
            host_error: host_error.as_int().expect("a number"),
            thrown,
            number: number.as_int().expect("a number"),
            value: value.as_int().expect("a number"),
            text: text.into_string().expect("a text"),
        }
    }

    fn read_waiting(&self) -> Waiting {
        self.host().with_frame(|frame| Waiting {
            execution: frame.execution,
            future: frame.future,
        })
    }
}

fn describe_call(call: Array) -> String {
    let texts: Vec<String> = call.iter().map(Dynamic::to_string).collect();
    format!("{} {}:{}", texts[0], texts[2], texts[3])
}

/// Reads a value that was just written to the frame.
fn read(slot: Slot, host: &Host) -> Dynamic {
    if !slot.has_bytes() {
        return decode_slot(slot, &[], host).expect("a scalar");
    }
    // SAFETY: every caller reads right after a call into the engine, which keeps
    // the bytes until the next one.
    let bytes = unsafe { slice::from_raw_parts(slot.payload as *const u8, slot.byte_len()) };
    if slot.tag() != Some(Tag::Array) {
        return decode_slot(Slot { payload: 0, ..slot }, bytes, host).expect("a value");
    }
    if bytes[0] == Tag::Function as u8 {
        // A function by itself, which the host keeps as long as the engine lives.
        let id = u64::from_ne_bytes(bytes[1..9].try_into().expect("8 bytes"));
        let function = host.functions.get(id).expect("a function of the host's");
        return function.into_pointer(host);
    }
    // On the way from the host, a header comes first.
    let bytes = [&[0; HEADER_LEN], bytes].concat();
    decode_slot(Slot::new(Tag::Array, bytes.len(), 0), &bytes, host).expect("an encoded value")
}

/// What a host writes when a function throws.
pub fn describe_error(id: i64, kind: &str, message: &str) -> Dynamic {
    let fields: Array = vec![
        id.into(),
        kind.to_string().into(),
        message.to_string().into(),
        "#0 main".into(),
    ];
    fields.into()
}

/// The slot for a value, and the bytes it refers to.
pub fn encode(value: &Dynamic) -> (Slot, Vec<u8>) {
    if let Some(slot) = format::encode_scalar(value) {
        return (slot, Vec::new());
    }
    let (tag, bytes) = if let Ok(text) = value.as_immutable_string_ref() {
        (Tag::String, text.as_bytes().to_vec())
    } else if let Ok(blob) = value.as_blob_ref() {
        (Tag::Blob, blob.to_vec())
    } else {
        let mut bytes = vec![0; HEADER_LEN];
        runtime::wire::encode::encode(value, &mut bytes, usize::MAX, None)
            .expect("a value that can cross");
        (Tag::Array, bytes)
    };
    (Slot::new(tag, bytes.len(), 0), bytes)
}

/// Writes a value where a host writes its replies.
pub fn write_value(host: &Host, value: &Dynamic) {
    let (slot, bytes) = encode(value);
    write_input(host, &bytes);
    host.with_frame(|frame| frame.slots[0] = slot);
}

/// Writes bytes to the start of the input.
pub fn write_input(host: &Host, bytes: &[u8]) {
    host.reserve_input(bytes.len());
    let (address, capacity) = host.with_frame(|frame| (frame.input, frame.input_capacity));
    assert!(capacity >= bytes.len() as u64);
    // SAFETY: the frame names a buffer of `capacity` bytes, and nothing runs
    // that uses it.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), address as *mut u8, bytes.len()) };
}

/// Completes a Future. Returns whether somebody waited for it.
pub fn send(future: u64, failed: bool, value: &Dynamic) -> bool {
    let host = Host::new(StackPool::new(Config::default().stack_layout()));
    write_value(&host, value);
    let completion = Completion::new(failed, &host).expect("an encoded value");
    pending_futures::complete(future, completion)
}

/// The default limits without a limit on time, which a slow machine might meet.
pub fn patient() -> Config {
    Config {
        time_limit: None,
        ..Config::default()
    }
}

/// No limits.
pub fn unlimited() -> Config {
    Config {
        limits: Limits::from_options([0; Limit::OPTIONS]),
        time_limit: None,
        ..Config::default()
    }
}

/// Makes an engine through the C interface, with the first of its limits.
pub fn new_engine(operations: u64, stack_depth: u64) -> *mut ScriptEngine {
    let mut limits = [0; ffi::LIMITS];
    limits[..2].copy_from_slice(&[operations, stack_depth]);
    // SAFETY: it is passed with its length.
    unsafe { ffi::rhai_engine_new(limits.as_ptr(), limits.len() as u64, 0) }
}

/// Makes an object map.
pub fn map<const N: usize>(entries: [(&str, Dynamic); N]) -> Dynamic {
    let entries = entries.map(|(key, value)| (key.into(), value));
    Dynamic::from_map(Map::from_iter(entries))
}

/// Random numbers that are the same in every run.
pub struct XorShift(pub u64);

impl XorShift {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// The next number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Puts `items` into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// What a host function was called with, for looking at later.
#[derive(Debug, Clone, Default)]
pub struct Calls(Rc<RefCell<Vec<Vec<Dynamic>>>>);

impl Calls {
    /// Adds a call.
    pub fn add(&self, arguments: Vec<Dynamic>) {
        self.0.borrow_mut().push(arguments);
    }

    /// Takes the first argument of the only call.
    #[track_caller]
    pub fn only_argument(&self) -> Dynamic {
        let mut calls = self.0.borrow_mut();
        assert_eq!(calls.len(), 1, "calls");
        calls.pop().expect("a call").swap_remove(0)
    }

    /// The number of calls.
    pub fn count(&self) -> usize {
        self.0.borrow().len()
    }
}
