//! Parts of syntax trees that only Rhai's parser can make, out of words that no script can
//! write: the body of a function, which then is whatever statements it is to be, and a call
//! with the right hashes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rhai::{
    CustomExpr, Dynamic, Engine, Expr, Expression, FnCallExpr, LexError, ParseError, Position,
    ScriptFuncDef, Stmt, StmtBlock, Token, AST,
};

use super::unlocked::Unlocked;
use crate::language::names::{BIND, KEEP, LOOK};

/// Word in place of the statements of a function.
const BODY: &str = "body ";

/// Word in place of a chain that does not lock its variable.
const CHAIN: &str = "chain ";

/// Text that the parser gets for a function with other statements.
const FUNCTION: &str = "fn f() { body }";
/// A call of [`BIND`].
pub const BIND_CALL: &str = "bind(0)";
/// A call of [`LOOK`].
pub const LOOK_CALL: &str = "look(0)";
/// A call of [`KEEP`].
pub const KEEP_CALL: &str = "keep(0, 0)";

/// The statements of a function, as a block.
#[derive(Debug, Clone)]
pub struct Body(Rc<Expr>);

impl Body {
    /// The block.
    pub fn original(&self) -> Expr {
        Expr::clone(&self.0)
    }
}

/// Stubs of a running parser.
#[derive(Debug, Default)]
pub struct Stubs {
    is_parsing: Cell<bool>,
    next_body: RefCell<Option<Body>>,
}

impl Stubs {
    /// Replaces a token of a stub; `None` if it is one of a script.
    pub fn token(&self, token: &Token) -> Option<Token> {
        self.is_parsing.get().then(|| match token {
            Token::Identifier(word) if **word == "body" => Token::Custom(Box::new(BODY.into())),
            Token::Identifier(word) if **word == "chain" => Token::Custom(Box::new(CHAIN.into())),
            Token::Identifier(word) if **word == "bind" => Token::Identifier(Box::new(BIND.into())),
            Token::Identifier(word) if **word == "look" => Token::Identifier(Box::new(LOOK.into())),
            Token::Identifier(word) if **word == "keep" => Token::Identifier(Box::new(KEEP.into())),
            token => token.clone(),
        })
    }

    /// Takes the statements of the function that is parsed.
    pub fn take_body(&self) -> Option<Body> {
        self.next_body.take()
    }

    fn parse(&self, parse: impl FnOnce() -> Result<AST, ParseError>) -> Option<AST> {
        self.is_parsing.set(true);
        let stub = parse();
        self.is_parsing.set(false);
        stub.ok()
    }
}

/// Makes scripts of an engine able to run such functions. `take_body` takes the statements
/// of the one that the running execution parses.
pub fn register(engine: &mut Engine, take_body: impl Fn() -> Option<Body> + 'static) {
    let place = move |_: &[_], state: &mut Dynamic| {
        let Some(body) = take_body() else {
            return Err(LexError::Runtime("no body".into()).into_err(Position::NONE));
        };
        *state = Dynamic::from(body);
        Ok(None)
    };
    engine.register_custom_syntax_without_look_ahead_raw(
        BODY,
        place,
        false,
        |context, _, state| {
            let body = state.clone_cast::<Body>();
            context.eval_expression_tree(&Expression::from(&*body.0))
        },
    );
    engine.register_custom_syntax_without_look_ahead_raw(
        CHAIN,
        |_, _| Ok(None),
        false,
        |context, _, state| state.clone_cast::<Unlocked>().evaluate(context),
    );
}

/// Makes a function like `function`, but with these statements. `None` if it cannot be
/// parsed.
pub fn with_statements(
    engine: &Engine,
    function: &ScriptFuncDef,
    statements: Vec<Stmt>,
    stubs: &Stubs,
) -> Option<ScriptFuncDef> {
    let block = StmtBlock::new(statements, Position::NONE, Position::NONE);
    let body = Body(Rc::new(Expr::Stmt(block.into())));
    stubs.next_body.replace(Some(body));
    let stub = stubs.parse(|| engine.compile(FUNCTION));
    // It is still there if the parser was stopped.
    stubs.next_body.take();
    let stub = stub?;
    let placed = stub.iter_fn_def().next()?;
    Some(ScriptFuncDef {
        body: placed.body.clone(),
        name: function.name.clone(),
        access: function.access,
        this_type: function.this_type.clone(),
        params: function.params.clone(),
    })
}

/// An expression that evaluates an [`Unlocked`], once that is its state.
pub fn unlocked(engine: &Engine, stubs: &Stubs) -> Option<CustomExpr> {
    let stub = stubs.parse(|| engine.compile_expression("chain"))?;
    match stub.statements() {
        [Stmt::Expr(expr)] => match &**expr {
            Expr::Custom(custom, _) => Some(CustomExpr::clone(custom)),
            _ => None,
        },
        _ => None,
    }
}

/// One of these calls, with another argument than it is to have.
pub fn call(engine: &Engine, text: &str, stubs: &Stubs) -> Option<FnCallExpr> {
    let stub = stubs.parse(|| engine.compile_expression(text))?;
    match stub.statements() {
        [Stmt::Expr(expr)] => match &**expr {
            Expr::FnCall(call, _) => Some(FnCallExpr::clone(call)),
            _ => None,
        },
        [Stmt::FnCall(call, _)] => Some(FnCallExpr::clone(call)),
        _ => None,
    }
}
