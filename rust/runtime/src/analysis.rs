//! Analyses scripts without running them.
//!
//! An analysis is an execution that runs nothing, on a fiber and with the limits of one. It goes
//! once through the statements of each body: each function, each closure, and those at global
//! level, and looks at the clock every 64 expressions. Variables around a place are found by name
//! in the same time however many there are.
//!
//! It follows what Rhai does. A function sees no variables but its own, and constants at global
//! level as `global::NAME`; a closure is a function whose first parameters are what it captures;
//! a method is found by the number of its arguments without the object if the script defines it,
//! and with the object if not; and it can be an entry of an object map.
//!
//! A warning that something else in the script can disprove is kept with its doubt until all
//! was looked at: a question such as `is_def_var("x")`, an `import`, an object map with an entry
//! of that name, a call `f!()`, which lets `f` see the variables of its caller. Names that a
//! script uses without declaring them are compared with those that the host set; constants among
//! these are `global::NAME`, too.
//!
//! Where the functions are is found in the script's tokens: Rhai's syntax tree has neither their
//! order nor the places of their names.

mod calls;
pub mod declarations;
mod expressions;
mod findings;
mod known_functions;
pub mod report;
mod scopes;
mod shadowing;
mod statements;
pub mod surroundings;

use rhai::{ASTNode, Engine, EvalAltResult, Module, AST};

use crate::errors::hint::Hint;
use crate::errors::hints::syntax::about_syntax;
use crate::errors::script_error::ScriptError;
use crate::language::code::code_of;
use crate::language::compile::{broken_limit, parse};
use crate::language::names::is_closure;
use crate::language::parsing::ScriptParser;
use crate::language::place::FaultyLine;
use declarations::declarations;
use findings::Findings;
use known_functions::KnownFunctions;
use report::{Fault, Report};
use shadowing::shadowing;
use statements::{Body, BodyVisitor, Flow};
use surroundings::Surroundings;

/// Analyses a script of an engine.
///
/// Run it on a fiber's stack: the parser recurses, and so does the analysis. It lets the
/// event loop run, and stops early, when `parser` says so.
pub fn analyze(
    engine: &Engine,
    script: &str,
    surroundings: &Surroundings,
    parser: &dyn ScriptParser,
) -> Report {
    let script = code_of(script);
    let fault = |error| Report {
        fault: Some(explain(engine, script, error, surroundings)),
        ..Report::default()
    };
    match parse(engine, script, parser) {
        Ok(ast) => match broken_limit(engine, &ast, parser) {
            None => examine(engine, script, &ast, surroundings, parser),
            Some(error) => fault(error),
        },
        Err(error) => fault(error.into()),
    }
}

/// Explains why a script does not parse.
fn explain(
    engine: &Engine,
    script: &str,
    error: EvalAltResult,
    surroundings: &Surroundings,
) -> Fault {
    let config = &surroundings.config;
    let position = error.position();
    let line = FaultyLine::find(script, position);
    let hint = match &error {
        EvalAltResult::ErrorParsing(kind, _) => about_syntax(engine, config, kind, line.as_ref()),
        _ => None,
    };
    let error = ScriptError::from_rhai(error, config, None, &Hint::default()).with_advice(hint);
    Fault {
        message: error.message,
        line,
        position,
    }
}

/// Examines a script that parses.
fn examine(
    engine: &Engine,
    script: &str,
    ast: &AST,
    surroundings: &Surroundings,
    parser: &dyn ScriptParser,
) -> Report {
    let functions = declarations(engine, script);
    let known = KnownFunctions::new(engine, ast, surroundings);
    let mut findings = Findings::new(surroundings);
    for function in &functions {
        findings.warnings.extend(shadowing(function, &known));
    }
    visit(ast, &known, &mut findings, parser);
    Report {
        fault: None,
        warnings: findings.take_warnings(),
        functions,
        free_variables: findings.free_variables(),
        imports: findings.imports,
        summary: summary(ast),
    }
}

/// Looks at every statement of a script: first those of its functions, as a constant
/// at global level may be used only there.
fn visit(ast: &AST, known: &KnownFunctions, findings: &mut Findings, parser: &dyn ScriptParser) {
    for (.., function) in ast.shared_lib().iter_script_fn_info() {
        let body = Body::of_function(&function.name, &function.params);
        let mut visitor = BodyVisitor::new(known, findings, body, parser);
        // Rhai shows the body of a function only to those who walk through all
        // bodies; so here is a script with no other.
        let mut module = Module::new();
        module.set_script_fn(function.clone());
        visit_statements(&AST::new([], module), &mut visitor);
        visitor.finish();
    }
    let mut visitor = BodyVisitor::new(known, findings, Body::of_script(), parser);
    visit_statements(&ast.clone_statements_only(), &mut visitor);
    visitor.finish();
}

fn visit_statements(ast: &AST, visitor: &mut BodyVisitor) {
    let mut flow = Flow::default();
    ast.walk(&mut |path: &[ASTNode]| {
        if let [ASTNode::Stmt(statement)] = path {
            visitor.visit_next(statement, &mut flow);
        }
        !visitor.parser.tick_token()
    });
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
