//! What can be said about a script without running it.

mod calls;
mod declarations;
mod expressions;
mod findings;
mod known_functions;
mod scopes;
mod statements;

use std::any::TypeId;
use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};
use std::rc::Rc;
use std::time::Instant;

use rhai::{ASTNode, Dynamic, Engine, EvalAltResult, FnPtr, Module, Position, AST, INT};

use crate::errors::hints::{switched_off, Hint};
use crate::errors::script_error::ScriptError;
use crate::language::compile::{broken_limit, parse};
use crate::language::names::is_closure;
use crate::language::parsing::ScriptParser;
use crate::language::place::{describe_place, FaultyLine};
use crate::language::restrictions::Hidden;
use crate::language::signatures::built_in_signatures;
use crate::limits::config::Config;
use declarations::{declarations, Declaration};
use findings::{Findings, Import, Kind, Warning};
use known_functions::KnownFunctions;
use statements::{Body, Flow, Visitor};

/// What scripts of an engine find there.
#[derive(Debug)]
pub struct Surroundings {
    /// The names of the functions that Dart registered.
    pub functions: HashSet<String>,
    /// The names of the functions of Rhai that cannot be called.
    pub hidden: Hidden,
    /// The names of the variables and constants that Dart set.
    pub variables: HashSet<String>,
    /// The limits of their engine.
    pub config: Rc<Config>,
    /// The names of the constants among them.
    pub constants: HashSet<String>,
}

/// Describes `script`: `[error message or (), faulty line, caret, line, column,
/// warnings, functions, imports, free variables, summary]`. A warning is `[kind, name, message, line,
/// column]`, a function `[name, parameters, line, column]`, an import `[path or (),
/// alias or (), line, column]`, a free variable `[name, line, column]`. Where a line
/// or column is not known, it is 0.
///
/// Run it on a fiber's stack: the parser recurses, and so does the analysis. It lets the
/// event loop run, and stops early, when `parser` says so.
pub fn analyze(
    engine: &Engine,
    script: &str,
    surroundings: &Surroundings,
    parser: &dyn ScriptParser,
) -> Dynamic {
    let fields = match parse(engine, script, parser) {
        Ok(ast) => match broken_limit(engine, &ast, parser) {
            None => describe(engine, script, &ast, surroundings, parser),
            Some(error) => describe_error(engine, script, error, surroundings),
        },
        Err(error) => describe_error(engine, script, error.into(), surroundings),
    };
    Dynamic::from_array(fields)
}

fn describe_error(
    engine: &Engine,
    script: &str,
    error: EvalAltResult,
    surroundings: &Surroundings,
) -> Vec<Dynamic> {
    let config = &surroundings.config;
    let position = error.position();
    let line = FaultyLine::find(script, position);
    let hint = match &error {
        EvalAltResult::ErrorParsing(kind, _) => switched_off(engine, config, kind, line.as_ref()),
        _ => None,
    };
    let error = ScriptError::from_rhai(error, config, None, &Hint::default()).with_advice(hint);
    let message = error.message;
    let (text, caret) = match line {
        Some(line) => (line.text, line.caret as i64),
        None => (String::new(), 0),
    };
    let none = Dynamic::from_array(Vec::new());
    let nothing = [(); 4].map(|()| none.clone());
    let fields = entry([message.into(), text.into(), caret.into()], position).into_iter();
    let summary = [String::new().into()];
    fields.chain(nothing).chain(summary).collect()
}

fn describe(
    engine: &Engine,
    script: &str,
    ast: &AST,
    surroundings: &Surroundings,
    parser: &dyn ScriptParser,
) -> Vec<Dynamic> {
    let functions = declarations(engine, script);
    let known = KnownFunctions::new(engine, ast, surroundings);
    let mut findings = Findings::new(surroundings);
    for function in &functions {
        findings.warnings.extend(shadowing(function, &known));
    }
    visit(ast, &known, &mut findings, parser);
    let warnings = findings.take_warnings();
    let free_variables = findings.free_variables();
    let imports = findings.imports;

    let mut fields = entry([Dynamic::UNIT, "".into(), 0_i64.into()], Position::NONE);
    fields.push(list(warnings, describe_warning));
    fields.push(list(functions, describe_function));
    fields.push(list(imports, describe_import));
    fields.push(list(free_variables, |(name, position)| {
        entry([name.into()], position)
    }));
    fields.push(summary(ast).into());
    fields
}

/// Looks at every statement of a script: first those of its functions, as a constant
/// at global level may be used only there.
fn visit(ast: &AST, known: &KnownFunctions, findings: &mut Findings, parser: &dyn ScriptParser) {
    for (.., function) in ast.shared_lib().iter_script_fn_info() {
        let body = Body::of_function(&function.name, &function.params);
        let mut visitor = Visitor::new(known, findings, body, parser);
        // Rhai shows the body of a function only to those who walk through all
        // bodies; so here is a script with no other.
        let mut module = Module::new();
        module.set_script_fn(function.clone());
        visit_statements(&AST::new([], module), &mut visitor);
        visitor.finish();
    }
    let mut visitor = Visitor::new(known, findings, Body::of_script(), parser);
    visit_statements(&ast.clone_statements_only(), &mut visitor);
    visitor.finish();
}

fn visit_statements(ast: &AST, visitor: &mut Visitor) {
    let mut flow = Flow::default();
    ast.walk(&mut |path: &[ASTNode]| {
        if let [ASTNode::Stmt(statement)] = path {
            visitor.visit_next(statement, &mut flow);
        }
        !visitor.parser.tick_token()
    });
}

/// The warning of a function that is called instead of one of the engine's.
fn shadowing(function: &Declaration, known: &KnownFunctions) -> Option<Warning> {
    let arity = function.parameters.len();
    if function.is_typed
        || !known.is_native(&function.name, arity)
        || (arity == 1 && !known.is_dart(&function.name) && is_mere_getter(&function.name))
    {
        return None;
    }
    let hidden = match known.is_dart(&function.name) {
        true => "the one that Dart registered",
        false => "a built-in one",
    };
    let parameters = function.parameters.join(", ");
    Some(Warning {
        kind: Kind::ShadowedFunction,
        message: format!(
            "shadowed function: {}({parameters}) hides {hidden}",
            function.name
        ),
        name: function.name.clone(),
        position: function.position,
    })
}

/// Whether the built-in functions of a name, with one parameter, are the properties of
/// ranges, functions or timestamps, which nobody calls as functions.
fn is_mere_getter(name: &str) -> bool {
    let types = [
        TypeId::of::<Range<INT>>(),
        TypeId::of::<RangeInclusive<INT>>(),
        TypeId::of::<FnPtr>(),
        TypeId::of::<Instant>(),
    ];
    let signatures = built_in_signatures();
    let is_getter = signatures.contains_key(&(format!("get${name}"), 1));
    let same = signatures.get(&(name.to_string(), 1)).into_iter().flatten();
    is_getter && same.flatten().all(|parameter| types.contains(parameter))
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

/// What is at a position: `fields`, the line and the column.
fn entry<const N: usize>(fields: [Dynamic; N], position: Position) -> Vec<Dynamic> {
    let place = describe_place(position);
    fields.into_iter().chain(place).collect()
}

/// Describes the shape of a script in one line.
fn summary(ast: &AST) -> String {
    let mut functions: Vec<String> = ast
        .iter_functions()
        .filter(|function| !is_closure(function.name))
        .map(|function| format!("{}({})", function.name, function.params.join(", ")))
        .collect();
    functions.sort();
    let closures = ast.iter_functions().count() - functions.len();
    format!(
        "statements: {}; functions: {}{}; closures: {closures}",
        ast.statements().len(),
        functions.len(),
        match functions.is_empty() {
            true => String::new(),
            false => format!(" [{}]", functions.join(", ")),
        },
    )
}
