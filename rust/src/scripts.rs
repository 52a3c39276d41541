//! How scripts are compiled.

use std::collections::HashSet;
use std::rc::Rc;

use rhai::{
    ASTFlags, ASTNode, Engine, EvalAltResult, Expr, LexError, OptimizationLevel, ParseError,
    ParseErrorType, Position, Scope, Stmt, Token, AST,
};

use crate::dart_objects::TYPE_OF;
use crate::execution_context::ExecutionContext;
use crate::host::{known, Host};
use crate::memory;
use crate::rewrite::rewrite;

/// Passes of the optimizer over single nodes that are worth it. A megabyte of
/// plain statements takes a quarter of that, and all of it some tenths of a
/// second.
const MAX_OPTIMIZER_VISITS: u64 = 1 << 22;

/// A line of a script that is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultyLine {
    /// The line, or the part of a long one around the place.
    pub text: String,
    /// Where in `text` it is not valid, in characters from 1; 0 if that is not known.
    pub caret: usize,
}

impl FaultyLine {
    /// Characters of a line that are kept.
    const MAX_LEN: usize = 120;

    /// Finds the line at a position. `None` if there is no such line.
    pub(crate) fn find(script: &str, position: Position) -> Option<Self> {
        let line = script
            .split('\n')
            .nth(known(position.line())?.checked_sub(1)?)?;
        let line = line.trim_end_matches('\r');
        let column = known(position.position()).unwrap_or(0);
        // So that a third of what is kept is before the place.
        let skipped = match line.chars().nth(Self::MAX_LEN) {
            Some(_) => column.saturating_sub(Self::MAX_LEN / 3),
            None => 0,
        };
        let mut text: String = line.chars().skip(skipped).take(Self::MAX_LEN).collect();
        let mut caret = column.saturating_sub(skipped);
        if skipped > 0 {
            text.insert(0, '…');
            caret += 1;
        }
        if line.chars().nth(skipped + Self::MAX_LEN).is_some() {
            text.push('…');
        }
        Some(FaultyLine { text, caret })
    }
}

/// Compiles a script. Run it on a fiber's stack: the parser recurses.
///
/// The engine must not optimise by itself: nothing limits what Rhai's optimizer
/// takes, so a few hundred bytes could take hours or all memory. A script for
/// which [`is_cheap_to_optimize`] does not hold is left as it was written.
///
/// # Errors
///
/// The script is not valid Rhai, or declares too many variables.
pub(crate) fn compile(
    engine: &Engine,
    script: &str,
    dart_functions: &HashSet<String>,
    context: &ExecutionContext,
) -> Result<AST, Box<EvalAltResult>> {
    let before = memory::used();
    let ast = parse(engine, script, context)?;
    let size = memory::used().saturating_sub(before);
    if let Some(position) = too_many_variables(engine, &ast, context) {
        return Err(EvalAltResult::ErrorTooManyVariables(position).into());
    }
    // The optimizer works on a copy.
    let ast = match size <= memory::room() && is_cheap_to_optimize(&ast, context) {
        true => engine.optimize_ast(&Scope::new(), ast, OptimizationLevel::Simple),
        false => ast,
    };
    Ok(rewrite(engine, ast, dart_functions, context))
}

/// Compiles a script like [`compile`], but leaves it as it was written.
///
/// # Errors
///
/// The script is not valid Rhai.
pub fn parse(engine: &Engine, script: &str, context: &ExecutionContext) -> Result<AST, ParseError> {
    let ast = engine.compile(script)?;
    if script.contains("type_of") {
        if let Some(position) = misused_type_of(&ast, context) {
            let error = ParseErrorType::Reserved("type_of".into());
            return Err(ParseError(error.into(), position));
        }
    }
    Ok(ast)
}

/// Where a script uses the word `type_of` as a name, which Rhai itself would refuse:
/// see [`watch_parsing`].
fn misused_type_of(ast: &AST, context: &ExecutionContext) -> Option<Position> {
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
        misused.is_none() && !context.tick_token()
    });
    misused
}

/// Where a script declares more variables than it may. Rhai itself checks how many
/// there are at once, but a script can catch that error where a function broke the
/// limit.
pub fn too_many_variables(
    engine: &Engine,
    ast: &AST,
    context: &ExecutionContext,
) -> Option<Position> {
    let mut declared = 0;
    let mut broken_at = None;
    ast.walk(&mut |path: &[ASTNode]| {
        let declares = match path.last() {
            Some(ASTNode::Stmt(Stmt::Var(_, _, position))) => Some(*position),
            Some(ASTNode::Stmt(Stmt::For(_, position))) => Some(*position),
            _ => None,
        };
        if let Some(position) = declares {
            declared += 1;
            if declared > engine.max_variables() {
                broken_at = Some(position);
            }
        }
        broken_at.is_none() && !context.tick_token()
    });
    broken_at
}

/// Whether the optimizer takes little time and memory for a script.
///
/// It goes over a block until nothing changes, and in each of these passes over
/// the blocks in it: two passes at least for each statement that another is in.
/// And it puts the values of constants where they are used, also into other
/// constants, whose size can double with each.
fn is_cheap_to_optimize(ast: &AST, context: &ExecutionContext) -> bool {
    let mut visits: u64 = 0;
    ast.walk(&mut |path: &[ASTNode]| {
        let statements = path.iter().filter(|node| matches!(node, ASTNode::Stmt(..)));
        visits += 1 << statements.count().min(32);
        visits <= MAX_OPTIMIZER_VISITS && !is_growing_constant(path) && !context.tick_token()
    })
}

/// Whether the last node of `path` can make a constant large: it is a part of
/// one, and neither a literal nor an operation.
fn is_growing_constant(path: &[ASTNode]) -> bool {
    let Some((ASTNode::Expr(expr), outer)) = path.split_last() else {
        return false;
    };
    let in_constant = outer.iter().any(|node| match node {
        ASTNode::Stmt(Stmt::Var(_, flags, _)) => flags.intersects(ASTFlags::CONSTANT),
        _ => false,
    });
    in_constant
        && !matches!(
            expr,
            Expr::IntegerConstant(..)
                | Expr::FloatConstant(..)
                | Expr::BoolConstant(..)
                | Expr::CharConstant(..)
                | Expr::StringConstant(..)
                | Expr::Unit(..)
                | Expr::FnCall(..)
                | Expr::And(..)
                | Expr::Or(..)
        )
}

/// Makes the parser stop with an error when the execution that is running must stop;
/// and, with `has_type_of`, makes `type_of` a call of [`TYPE_OF`].
pub fn watch_parsing(engine: &mut Engine, has_type_of: bool, host: Rc<Host>) {
    // Rhai marks it so because it may change; the version is fixed.
    #[allow(deprecated)]
    engine.on_parse_token(move |token, position, _| {
        let Some(context) = host.current() else {
            return token;
        };
        if context.tick_token() {
            let error = LexError::Runtime("parsing was stopped".into());
            return Token::LexError(error.into());
        }
        if let Some(token) = context.stubs.token(&token) {
            return token;
        }
        // It cannot be declared: there, it is left for Rhai to refuse. A token that is
        // not after the last one begins another script.
        let declares = matches!(
            token,
            Token::Fn | Token::Let | Token::Const | Token::MapStart
        );
        context.note_word(&token);
        let (declared, last_position) = context.next_token(declares, position);
        let declared = declared && position > last_position;
        match token {
            Token::Reserved(word) if has_type_of && *word == "type_of" && !declared => {
                Token::Identifier(Box::new(TYPE_OF.into()))
            }
            token => token,
        }
    });
}
