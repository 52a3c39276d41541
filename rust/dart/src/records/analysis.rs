//! Analyses as Dart reads them.

use rhai::{Dynamic, Position};

use runtime::analysis::report::{Declaration, Import, Report, Warning};
use runtime::language::place::describe_place;

/// Describes a report: `[error message or (), faulty line, caret, line, column, warnings,
/// functions, imports, free variables, summary]`. A warning is `[kind, name, message, line,
/// column]`, a function `[name, parameters, line, column]`, an import `[path or (),
/// alias or (), line, column]`, a free variable `[name, line, column]`. Where a line
/// or column is not known, it is 0.
pub fn describe(report: Report) -> Dynamic {
    let (message, line, position) = match report.fault {
        Some(fault) => (fault.message.into(), fault.line, fault.position),
        None => (Dynamic::UNIT, None, Position::NONE),
    };
    let (text, caret) = match line {
        Some(line) => (line.text, line.caret as i64),
        None => (String::new(), 0),
    };
    let mut fields = entry([message, text.into(), caret.into()], position);
    fields.push(list(report.warnings, describe_warning));
    fields.push(list(report.functions, describe_function));
    fields.push(list(report.imports, describe_import));
    fields.push(list(report.free_variables, |(name, position)| {
        entry([name.into()], position)
    }));
    fields.push(report.summary.into());
    Dynamic::from_array(fields)
}

fn describe_warning(warning: Warning) -> Vec<Dynamic> {
    let kind = Dynamic::from_int(warning.kind as i64);
    let fields = [kind, warning.name.into(), warning.message.into()];
    entry(fields, warning.position)
}

fn describe_function(function: Declaration) -> Vec<Dynamic> {
    let parameters = function.parameters.into_iter().map(Dynamic::from);
    let parameters = Dynamic::from_array(parameters.collect());
    entry([function.name.into(), parameters], function.position)
}

fn describe_import(import: Import) -> Vec<Dynamic> {
    let fields = [import.path, import.alias].map(|text| text.map_or(Dynamic::UNIT, Dynamic::from));
    entry(fields, import.position)
}

fn list<T>(items: Vec<T>, describe: impl Fn(T) -> Vec<Dynamic>) -> Dynamic {
    let items = items.into_iter().map(describe).map(Dynamic::from_array);
    Dynamic::from_array(items.collect())
}

/// Describes something at a position: `fields`, the line and the column.
fn entry<const N: usize>(fields: [Dynamic; N], position: Position) -> Vec<Dynamic> {
    let place = describe_place(position);
    fields.into_iter().chain(place).collect()
}
