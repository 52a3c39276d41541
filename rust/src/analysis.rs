//! What can be said about a script without running it.

mod calls;
mod declarations;
mod expressions;
mod findings;
mod known_functions;
mod scopes;
mod statements;

use std::collections::HashSet;

use rhai::{ASTNode, Dynamic, Engine, Module, Position, AST};

use crate::dart_objects::TYPE_OF;
use crate::error::describe_place;
use crate::execution_context::ExecutionContext;
use crate::scripts::{parse, too_many_variables, FaultyLine};
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
    pub hidden: HashSet<String>,
    /// The names of the variables and constants that Dart set.
    pub variables: HashSet<String>,
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
/// event loop run, and stops early, when `context` says so; see
/// [`ExecutionContext::parsing_stopped`].
pub fn analyze(
    engine: &Engine,
    script: &str,
    surroundings: &Surroundings,
    context: &ExecutionContext,
) -> Dynamic {
    // Not optimised: what the optimizer would remove is what must be looked at.
    let fields = match parse(engine, script, context) {
        Ok(ast) => match too_many_variables(engine, &ast, context) {
            None => describe(engine, script, &ast, surroundings, context),
            Some(position) => {
                let limit = engine.max_variables();
                let message = format!("too many variables: the limit is {limit}");
                describe_error(script, message, position)
            }
        },
        Err(error) => describe_error(script, error.0.to_string(), error.1),
    };
    Dynamic::from_array(fields)
}

fn describe_error(script: &str, message: String, position: Position) -> Vec<Dynamic> {
    let (text, caret) = match FaultyLine::find(script, position) {
        Some(line) => (line.text, line.caret as i64),
        None => (String::new(), 0),
    };
    let message = message.replace(TYPE_OF, "type_of");
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
    context: &ExecutionContext,
) -> Vec<Dynamic> {
    let functions = declarations(engine, script);
    let known = KnownFunctions::new(engine, ast, surroundings);
    let mut findings = Findings::new(surroundings);
    for function in &functions {
        findings.warnings.extend(shadowing(function, &known));
    }
    visit(ast, &known, &mut findings, context);
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
fn visit(ast: &AST, known: &KnownFunctions, findings: &mut Findings, context: &ExecutionContext) {
    for (.., function) in ast.shared_lib().iter_script_fn_info() {
        let body = Body::of_function(&function.name, &function.params);
        let mut visitor = Visitor::new(known, findings, body, context);
        // Rhai shows the body of a function only to those who walk through all
        // bodies; so here is a script with no other.
        let mut module = Module::new();
        module.set_script_fn(function.clone());
        visit_statements(&AST::new([], module), &mut visitor);
        visitor.finish();
    }
    let mut visitor = Visitor::new(known, findings, Body::of_script(), context);
    visit_statements(&ast.clone_statements_only(), &mut visitor);
    visitor.finish();
}

fn visit_statements(ast: &AST, visitor: &mut Visitor) {
    let mut flow = Flow::default();
    ast.walk(&mut |path: &[ASTNode]| {
        if let [ASTNode::Stmt(statement)] = path {
            visitor.visit_next(statement, &mut flow);
        }
        !visitor.context.tick_token()
    });
}

/// The warning of a function that is called instead of one of the engine's.
fn shadowing(function: &Declaration, known: &KnownFunctions) -> Option<Warning> {
    let arity = function.parameters.len();
    if function.is_typed || !known.is_native(&function.name, arity) {
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
        .filter(|function| !function.name.starts_with("anon$"))
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
