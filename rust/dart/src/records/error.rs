//! Script errors as Dart reads them.

use std::mem;

use rhai::{Array, Dynamic};
use runtime::border::exporter::Exporter;
use runtime::errors::script_error::{Call, Detail, ScriptError};
use runtime::language::place::describe_place;

use crate::mailbox::Mailbox;
use crate::wire::write::write_result;

/// Writes the error into slot 0 of the frame, as an array of its fields: `[kind,
/// message, line, column, calls, id of the Dart error, thrown value, number,
/// value, text]`, the last three of the [`Detail`] (a time is in microseconds); a call is `[function, source,
/// line, column]`. A line or column that is not known is 0.
pub fn write(mailbox: &Mailbox, mut error: ScriptError, exporter: Option<&Exporter>) {
    // The tag of a thrown value says which Dart error it was made from.
    let dart_error = error.thrown.tag();
    let thrown = mem::take(&mut error.thrown);
    let (number, value, text) = match &error.detail {
        Detail::None => (0, 0, ""),
        Detail::Limit(limit, value) => (*limit as i64, *value, ""),
        Detail::Time(limit) => (0, limit.as_micros() as u64, ""),
        Detail::Runtime(kind, name) => (*kind as i64, 0, name.as_str()),
        Detail::Line(line) => (line.caret as i64, 0, line.text.as_str()),
    };
    let calls: Array = error.calls.iter().map(describe_call).collect();
    let fields = |thrown: Dynamic| -> Array {
        let [line, column] = describe_place(error.position);
        vec![
            Dynamic::from_int(error.kind as i64),
            error.message.clone().into(),
            line,
            column,
            calls.clone().into(),
            Dynamic::from_int(dart_error.into()),
            thrown,
            number.into(),
            i64::try_from(value).unwrap_or(i64::MAX).into(),
            text.into(),
        ]
    };
    memory::of_any_size(|| {
        if write_result(mailbox, fields(thrown).into(), exporter).is_err() {
            // What was thrown has no meaning in Dart, or is too large; its text is the
            // message.
            let plain = fields(Dynamic::UNIT);
            write_result(mailbox, plain.into(), None).expect("numbers and strings can cross");
        }
    });
}

fn describe_call(call: &Call) -> Dynamic {
    let [line, column] = describe_place(call.position);
    Array::from([
        call.function.as_str().into(),
        call.source.as_str().into(),
        line,
        column,
    ])
    .into()
}
