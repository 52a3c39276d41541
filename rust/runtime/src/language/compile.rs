//! How scripts are compiled.

use std::collections::HashSet;
use std::rc::Rc;

use rhai::{
    ASTNode, Engine, EvalAltResult, Expr, LexError, OptimizationLevel, ParseError, ParseErrorType,
    Position, Scope, Stmt, Token, AST,
};

use crate::context::context::ExecutionContext;
use crate::context::shared::{known, Host};
use crate::errors::termination::Termination;
use crate::objects::host_object::TYPE_OF;
use memory::Excess;

use crate::language::rewrite::rewrite;

/// The parts of a script that is optimized: few, as nothing can stop the optimizer.
const MAX_CONSTANT_NODES: usize = 1000;

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

    /// The word or operator of the language at the place, if there is one.
    pub(crate) fn token(&self) -> Option<String> {
        let rest: String = self.text.chars().skip(self.caret.checked_sub(1)?).collect();
        let engine = Engine::new_raw();
        let (token, _) = engine.lex([&rest]).0.next()?;
        match token {
            Token::Reserved(word) => Some(word.to_string()),
            token if token.is_literal() => Some(token.literal_syntax().into()),
            _ => None,
        }
    }
}

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
    dart_functions: &HashSet<String>,
    context: &ExecutionContext,
) -> Result<AST, Box<EvalAltResult>> {
    let ast = parse(engine, script, context)?;
    match broken_limit(engine, &ast, context) {
        Some(error) => Err(error.into()),
        None if is_constant(&ast) => {
            Ok(engine.optimize_ast(&Scope::new(), ast, OptimizationLevel::Simple))
        }
        None => Ok(rewrite(engine, ast, dart_functions, context)),
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

/// The error for a limit that a script breaks by what is written in it: more variables than
/// it may declare, or a literal that is too large.
///
/// Rhai itself checks how many variables there are at once, but a script can catch that
/// error where a function broke the limit.
pub fn broken_limit(
    engine: &Engine,
    ast: &AST,
    context: &ExecutionContext,
) -> Option<EvalAltResult> {
    let mut declared = 0;
    let mut broken = None;
    let sizes = memory::sizes();
    let too_large = |excess: Option<Excess>, position| {
        let termination = Termination::Limit(excess?.into()).into();
        Some(EvalAltResult::ErrorTerminated(termination, position))
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
        broken.is_none() && !context.tick_token()
    });
    broken
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
        if let Token::StringConstant(text) | Token::InterpolatedString(text) = &token {
            if let Some(error) = too_long(text) {
                return Token::LexError(error.into());
            }
        }
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

/// The error for a string that is longer than the script may have.
fn too_long(text: &str) -> Option<LexError> {
    match memory::sizes().of_string(text.len())? {
        Excess::StringLength => Some(LexError::StringTooLong(text.len())),
        excess => {
            memory::exceed(excess);
            Some(LexError::Runtime("parsing was stopped".into()))
        }
    }
}
