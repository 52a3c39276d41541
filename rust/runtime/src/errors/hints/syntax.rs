//! Words and operators of Dart that Rhai does not have, in scripts that do not parse.

use rhai::{Engine, LexError, ParseErrorType};

use super::options::switched_off;
use super::written::MAX_REPEATED;
use crate::language::place::FaultyLine;
use crate::limits::config::Config;

/// Says what to do about a script that does not parse, if that is known; `line` is the line
/// that does not.
pub fn about_syntax(
    engine: &Engine,
    config: &Config,
    kind: &ParseErrorType,
    line: Option<&FaultyLine>,
) -> Option<String> {
    switched_off(engine, config, kind, line).or_else(|| habit(kind, line))
}

/// Says how Rhai writes what is written as in Dart.
fn habit(kind: &ParseErrorType, line: Option<&FaultyLine>) -> Option<String> {
    use ParseErrorType as P;
    let hint = match kind {
        P::BadInput(LexError::MalformedChar(text)) => return Some(in_double_quotes(text)),
        P::Reserved(word) => instead_of(word, line)?,
        // As a sign before a number it is no division.
        P::UnknownOperator(word) if word == "~" => "`/` of integers is an integer",
        P::UnknownOperator(word) => instead_of(word, line)?,
        // To Rhai that is the name of a variable.
        P::MissingToken(token, _) if token == ";" => {
            let before = line?.word_before()?;
            (before == "final").then_some(DECLARE)?
        }
        // What Rhai expects says nothing of the word that is there.
        _ => instead_of(&line?.token()?, line)?,
    };
    Some(hint.into())
}

/// Advice about a variable.
const DECLARE: &str = "declare with `let`";

/// Says what to write instead of a word or an operator that Rhai reserves.
fn instead_of(word: &str, line: Option<&FaultyLine>) -> Option<&'static str> {
    let is_loop = || line.and_then(FaultyLine::word_before).as_deref() == Some("for");
    match word {
        "await" | "async" => Some("a call waits by itself: leave it out"),
        "null" => Some("in Rhai it is `()`"),
        "var" if is_loop() => Some("write `for x in list { … }`"),
        "var" => Some(DECLARE),
        "?" => Some("write `if c { a } else { b }`"),
        "++" => Some("write `x += 1`"),
        "--" => Some("write `x -= 1`"),
        _ => None,
    }
}

/// Says how a text is written that is taken for a character.
fn in_double_quotes(text: &str) -> String {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '"' | '\\');
    match text.len() <= MAX_REPEATED && text.chars().all(is_plain) {
        true => format!("text is in double quotes: \"{text}\""),
        false => "text is in double quotes".into(),
    }
}
