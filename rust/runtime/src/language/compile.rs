//! Compiles scripts.

use std::collections::HashSet;

use memory::Excess;
use rhai::{
    ASTNode, Engine, EvalAltResult, Expr, OptimizationLevel, ParseError, ParseErrorType, Position,
    Scope, Stmt, AST,
};

use crate::language::names::TYPE_OF;
use crate::language::parsing::ScriptParser;
use crate::language::rewrite::rewrite;
use crate::limits::sizes::TooLarge;

/// The parts of a script that is optimized: few, as nothing can stop the optimizer.
const MAX_CONSTANT_NODES: usize = 1000;

/// Compiles a script. Run it on a fiber's stack: the parser recurses.
///
/// It is left as it was written, unless it [`is_constant`]. Rhai's optimizer removes
/// statements that it takes for pure, such as an `import` or a variable that does not exist,
/// with the errors that they would have thrown; and nothing limits what it takes: a few
/// hundred bytes could take hours or all memory.
///
/// # Errors
///
/// The script is not valid Rhai, or breaks a limit.
pub(crate) fn compile(
    engine: &Engine,
    script: &str,
    host_functions: &HashSet<String>,
    parser: &dyn ScriptParser,
) -> Result<AST, Box<EvalAltResult>> {
    let ast = parse(engine, script, parser)?;
    match broken_limit(engine, &ast, parser) {
        Some(error) => Err(error.into()),
        None if is_constant(&ast) => {
            Ok(engine.optimize_ast(&Scope::new(), ast, OptimizationLevel::Simple))
        }
        None => Ok(rewrite(engine, ast, host_functions, parser)),
    }
}

/// Whether a script is one expression of operators and literals, such as `60 * 60`. Where an
/// operator fails, the optimizer leaves it as it is.
fn is_constant(ast: &AST) -> bool {
    let mut nodes = 0;
    let is_constant = |node: &ASTNode| match node {
        ASTNode::Stmt(Stmt::Expr(_)) => true,
        ASTNode::Stmt(Stmt::FnCall(call, _)) | ASTNode::Expr(Expr::FnCall(call, _)) => {
            call.op_token.is_some()
        }
        ASTNode::Expr(expr) => expr.is_constant(),
        _ => false,
    };
    ast.statements().len() == 1
        && !ast.has_functions()
        && ast.walk(&mut |path: &[ASTNode]| {
            nodes += 1;
            nodes <= MAX_CONSTANT_NODES && path.last().is_some_and(is_constant)
        })
}

/// Compiles a script like [`compile`], but leaves it as it was written.
///
/// # Errors
///
/// The script is not valid Rhai.
pub fn parse(engine: &Engine, script: &str, parser: &dyn ScriptParser) -> Result<AST, ParseError> {
    let ast = engine.compile(script)?;
    if script.contains("type_of") {
        if let Some(position) = misused_type_of(&ast, parser) {
            let error = ParseErrorType::Reserved("type_of".into());
            return Err(ParseError(error.into(), position));
        }
    }
    Ok(ast)
}

/// Where a script uses the word `type_of` as a name, which Rhai itself would refuse:
/// see [`read`](crate::language::tokens::read).
fn misused_type_of(ast: &AST, parser: &dyn ScriptParser) -> Option<Position> {
    let mut misused = None;
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Expr(expr)) = path.last() {
            let is_misused = match expr {
                Expr::Variable(variable, ..) => variable.1 == TYPE_OF,
                Expr::Property(property, ..) => property.2 == TYPE_OF,
                Expr::Map(map, ..) => map.0.iter().any(|(key, _)| key.name == TYPE_OF),
                _ => false,
            };
            if is_misused {
                misused = Some(expr.position());
            }
        }
        misused.is_none() && !parser.tick_token()
    });
    misused
}

/// The error for a limit that a script breaks by what is written in it: more variables than
/// it may declare, or a literal that is too large.
///
/// Rhai itself checks how many variables there are at once, but a script can catch that
/// error where a function broke the limit.
pub fn broken_limit(
    engine: &Engine,
    ast: &AST,
    parser: &dyn ScriptParser,
) -> Option<EvalAltResult> {
    let mut declared = 0;
    let mut broken = None;
    let sizes = memory::sizes();
    let too_large = |excess: Option<Excess>, position| {
        let mut error = Box::<EvalAltResult>::from(TooLarge(excess?.into()));
        error.set_position(position);
        Some(*error)
    };
    ast.walk(&mut |path: &[ASTNode]| {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::Var(_, _, position) | Stmt::For(_, position))) => {
                declared += 1;
                if declared > engine.max_variables() {
                    broken = Some(EvalAltResult::ErrorTooManyVariables(*position));
                }
            }
            Some(ASTNode::Expr(Expr::Array(items, position))) => {
                broken = too_large(sizes.of_array(items.len()), *position);
            }
            Some(ASTNode::Expr(Expr::Map(map, position))) => {
                broken = too_large(sizes.of_map(map.0.len()), *position);
            }
            _ => {}
        }
        broken.is_none() && !parser.tick_token()
    });
    broken
}
