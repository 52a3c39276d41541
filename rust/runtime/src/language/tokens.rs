//! Tokens of scripts on their way to Rhai's parser.

use memory::Excess;
use rhai::{LexError, Position, Token};

use crate::language::names::TYPE_OF;
use crate::language::parsing::ScriptParser;

/// The error that stops the parser. In the midst of a string that is interpolated it panics at
/// any other; why the script ends is known elsewhere.
const STOPPED: LexError = LexError::UnterminatedString;

/// Reads a token for the parser, and notes it. An error takes its place if the execution
/// must stop; and, with `has_type_of`, a call of [`TYPE_OF`] that of one of `type_of`.
pub fn read(
    parser: &dyn ScriptParser,
    token: Token,
    position: Position,
    has_type_of: bool,
) -> Token {
    if parser.tick_token() {
        return Token::LexError(STOPPED.into());
    }
    let parsing = parser.parsing();
    if let Some(token) = parsing.stubs.token(&token) {
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
    parsing.note_word(&token);
    let (declared, last_position) = parsing.next_token(declares, position);
    let declared = declared && position > last_position;
    match token {
        Token::Reserved(word) if has_type_of && *word == "type_of" && !declared => {
            Token::Identifier(Box::new(TYPE_OF.into()))
        }
        token => token,
    }
}

/// The error for a string that is longer than the script may have.
fn too_long(text: &str) -> Option<LexError> {
    match memory::sizes().of_string(text.len())? {
        Excess::StringLength => Some(LexError::StringTooLong(text.len())),
        excess => {
            memory::exceed(excess);
            Some(STOPPED)
        }
    }
}
