//! Functions that a script declares, as they are written.

use rhai::{Engine, Position, Token};

use super::report::Declaration;

/// Finds the functions that a valid script declares, in their order. Rhai's syntax tree
/// tells neither their order nor where their names are.
pub fn declarations(engine: &Engine, script: &str) -> Vec<Declaration> {
    let mut declarations = Vec::new();
    if !script.contains("fn") {
        return declarations;
    }
    let inputs = [script];
    let (tokens, control) = engine.lex(&inputs);
    let mut state = State::Outside;
    // How many braces are open; and at which of them is code in a text, `${…}`.
    let mut depth = 0_usize;
    let mut texts = Vec::new();
    for (token, position) in tokens {
        match token {
            Token::EOF | Token::LexError(..) => break,
            Token::InterpolatedString(..) => texts.push(depth),
            Token::LeftBrace | Token::MapStart => depth += 1,
            Token::RightBrace => {
                depth = depth.saturating_sub(1);
                if texts.last() == Some(&depth) {
                    texts.pop();
                    // As Rhai's parser tells its lexer: here the text goes on.
                    control.borrow_mut().is_within_text = true;
                }
            }
            _ => (),
        }
        state = state.next(token, position, &mut declarations);
    }
    declarations
}

/// Where in a declaration the lexer is.
enum State {
    Outside,
    Name(bool),
    Parameters,
}

impl State {
    fn next(self, token: Token, position: Position, declarations: &mut Vec<Declaration>) -> Self {
        match (self, token) {
            (_, Token::Fn) => State::Name(false),
            // What was read was the type.
            (State::Parameters, Token::Period) => {
                declarations.pop();
                State::Name(true)
            }
            (State::Name(_), Token::StringConstant(_)) => State::Name(true),
            (State::Name(_), Token::Period) => State::Name(true),
            (State::Name(is_typed), Token::Identifier(name)) => {
                declarations.push(Declaration {
                    name: name.to_string(),
                    parameters: Vec::new(),
                    position,
                    is_typed,
                });
                State::Parameters
            }
            (State::Parameters, Token::Identifier(name)) => {
                if let Some(declaration) = declarations.last_mut() {
                    declaration.parameters.push(name.to_string());
                }
                State::Parameters
            }
            (State::Parameters, Token::LeftParen | Token::Comma) => State::Parameters,
            _ => State::Outside,
        }
    }
}
