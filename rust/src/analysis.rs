//! What can be said about a script without running it.

use std::collections::HashSet;

use rhai::{ASTNode, Array, Dynamic, Engine, Expr, Position, Stmt, AST};

use crate::functions::KEYWORDS;
use crate::host::known;
use crate::scripts::compile;

/// Compiles `script` and describes it: `[error message or (), line, column,
/// warnings, summary]`, a warning being `[message, line, column]`.
///
/// Run it on a fiber's stack: the parser recurses.
pub fn analyze(engine: &Engine, script: &str) -> Dynamic {
    let (error, position, warnings, summary) = match compile(engine, script) {
        Ok(ast) => (
            Dynamic::UNIT,
            Position::NONE,
            warnings(engine, &ast),
            summary(&ast),
        ),
        Err(error) => (
            error.0.to_string().into(),
            error.1,
            Array::new(),
            String::new(),
        ),
    };
    let [line, column] = numbers(position);
    Dynamic::from_array(vec![error, line, column, warnings.into(), summary.into()])
}

fn numbers(position: Position) -> [Dynamic; 2] {
    [position.line(), position.position()]
        .map(|number| Dynamic::from_int(known(number).unwrap_or(0) as i64))
}

/// Warns of calls to functions that neither the script nor the engine has.
fn warnings(engine: &Engine, ast: &AST) -> Array {
    let mut known: HashSet<(String, usize)> = engine
        .collect_fn_metadata(
            None,
            |info| Some((info.metadata.name.to_string(), info.metadata.num_params)),
            true,
        )
        .into_iter()
        .collect();
    for function in ast.iter_functions() {
        known.insert((function.name.to_string(), function.params.len()));
        // A script function can be called as a method; `this` is no parameter.
        known.insert((function.name.to_string(), function.params.len() + 1));
    }
    let mut warnings = Array::new();
    ast.walk(&mut |path: &[ASTNode]| {
        let call = match path.last() {
            Some(
                ASTNode::Expr(Expr::FnCall(call, position))
                | ASTNode::Stmt(Stmt::FnCall(call, position)),
            ) => Some((call, 0, *position)),
            Some(ASTNode::Expr(Expr::MethodCall(call, position))) => Some((call, 1, *position)),
            _ => None,
        };
        if let Some((call, receiver, position)) = call {
            let arity = call.args.len() + receiver;
            let known = call.op_token.is_some()
                || call.is_qualified()
                || KEYWORDS.contains(&call.name.as_str())
                || matches!(call.name.as_str(), "print" | "debug")
                || known.contains(&(call.name.to_string(), arity));
            if !known {
                let [line, column] = numbers(position);
                let message = format!("unknown function: {} with {arity} arguments", call.name);
                let warning = vec![message.into(), line, column];
                warnings.push(warning.into());
            }
        }
        true
    });
    warnings
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
