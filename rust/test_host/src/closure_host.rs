//! A host of Rust closures: values are exchanged as they are.

use std::cell::RefCell;
use std::sync::LazyLock;

use rhai::{Array, Blob, Dynamic, Map};
use runtime::analysis::report::Report;
use runtime::border::exporter::Exporter;
use runtime::context::shared::Shared;
use runtime::data::conversion_error::ConversionError;
use runtime::errors::script_error::{Call, Detail, ScriptError};
use runtime::execution::pending_futures::PendingFutures;
use runtime::host::Host;

use crate::outcome::Failure;
use crate::test_host::TestHost;

/// A host of Rust closures, which are called with the values of scripts as they are.
#[derive(Default)]
pub struct ClosureHost {
    call: RefCell<(u64, Vec<Dynamic>)>,
    value: RefCell<Dynamic>,
    failure: RefCell<Option<ScriptError>>,
    reply: RefCell<Dynamic>,
}

/// A value that can be sent to another thread.
#[derive(Debug)]
pub enum Sent {
    /// Nothing.
    Unit,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Text(String),
    /// Bytes.
    Blob(Blob),
    /// An array.
    Array(Vec<Sent>),
    /// An object map.
    Map(Vec<(String, Sent)>),
}

impl Sent {
    fn new(value: &Dynamic) -> Self {
        if value.is_unit() {
            Sent::Unit
        } else if let Ok(value) = value.as_bool() {
            Sent::Bool(value)
        } else if let Ok(value) = value.as_int() {
            Sent::Int(value)
        } else if let Ok(value) = value.as_float() {
            Sent::Float(value)
        } else if let Ok(value) = value.as_immutable_string_ref() {
            Sent::Text(value.to_string())
        } else if let Ok(value) = value.as_blob_ref() {
            Sent::Blob(value.clone())
        } else if let Ok(items) = value.as_array_ref() {
            Sent::Array(items.iter().map(Sent::new).collect())
        } else if let Ok(map) = value.as_map_ref() {
            let entry = |(key, value): (&_, _)| (ToString::to_string(key), Sent::new(value));
            Sent::Map(map.iter().map(entry).collect())
        } else {
            panic!("no data: {value:?}");
        }
    }

    fn into_value(self) -> Dynamic {
        match self {
            Sent::Unit => Dynamic::UNIT,
            Sent::Bool(value) => value.into(),
            Sent::Int(value) => value.into(),
            Sent::Float(value) => value.into(),
            Sent::Text(value) => value.into(),
            Sent::Blob(value) => Dynamic::from_blob(value),
            Sent::Array(items) => {
                let items: Array = items.into_iter().map(Sent::into_value).collect();
                items.into()
            }
            Sent::Map(entries) => {
                let entries = entries.into_iter();
                let entries = entries.map(|(key, value)| (key.into(), value.into_value()));
                Dynamic::from_map(Map::from_iter(entries))
            }
        }
    }
}

static PENDING_FUTURES: LazyLock<PendingFutures<Sent>> = LazyLock::new(PendingFutures::default);

impl Host for ClosureHost {
    type Completion = Sent;

    fn pending_futures() -> &'static PendingFutures<Sent> {
        &PENDING_FUTURES
    }

    fn send_call(
        &self,
        function: u64,
        arguments: &[&mut Dynamic],
        _: Option<&Exporter>,
    ) -> Result<(), ConversionError> {
        // The copies are the host's.
        let arguments = memory::uncounted(|| {
            let arguments = arguments.iter().map(|argument| Dynamic::clone(argument));
            arguments.map(Dynamic::flatten).collect()
        });
        self.call.replace((function, arguments));
        Ok(())
    }

    fn send_value(&self, value: Dynamic, _: &Exporter) -> Result<(), ConversionError> {
        drop(self.value.replace(value));
        Ok(())
    }

    fn send_error(&self, error: ScriptError, _: Option<&Exporter>) {
        self.failure.replace(Some(error));
    }

    fn describe(report: Report) -> Dynamic {
        report.summary.into()
    }

    fn has_scalar_reply(&self) -> bool {
        let reply = self.reply.borrow();
        !reply.is_array() && !reply.is_map()
    }

    fn take_reply(&self, _: &Shared) -> Result<Dynamic, ConversionError> {
        Ok(self.reply.take())
    }

    fn open(&self, _: &Shared, completion: Sent) -> Result<Dynamic, ConversionError> {
        Ok(completion.into_value())
    }
}

impl TestHost for ClosureHost {
    fn take_call(&self, _: &Shared) -> (u64, Vec<Dynamic>) {
        self.call.take()
    }

    fn take_value(&self, _: &Shared) -> Dynamic {
        self.value.take()
    }

    fn take_failure(&self, _: &Shared) -> Failure {
        describe(self.failure.take().expect("an error"))
    }

    fn put_reply(&self, _: &Shared, value: &Dynamic) {
        drop(self.reply.replace(value.clone()));
    }

    fn completion(value: &Dynamic) -> Sent {
        Sent::new(value)
    }
}

fn describe(error: ScriptError) -> Failure {
    let (number, value, text) = match error.detail {
        Detail::None => (0, 0, String::new()),
        Detail::Limit(limit, value) => (limit as i64, value, String::new()),
        Detail::Time(limit) => (0, limit.as_micros() as u64, String::new()),
        Detail::Runtime(kind, name) => (kind as i64, 0, name),
        Detail::Line(line) => (line.caret as i64, 0, line.text),
    };
    let number_of = |number: Option<usize>| number.unwrap_or(0) as i64;
    let describe_call = |call: Call| {
        let line = number_of(call.position.line());
        let column = number_of(call.position.position());
        format!("{} {line}:{column}", call.function)
    };
    Failure {
        kind: error.kind as i64,
        message: error.message,
        line: number_of(error.position.line()),
        column: number_of(error.position.position()),
        calls: error.calls.into_iter().map(describe_call).collect(),
        host_error: error.thrown.tag().into(),
        thrown: error.thrown,
        number,
        value: i64::try_from(value).unwrap_or(i64::MAX),
        text,
    }
}
