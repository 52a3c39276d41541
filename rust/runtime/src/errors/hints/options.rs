//! Options of the configuration that switch something off.

use rhai::{Engine, LexError, ParseErrorType};

use crate::language::place::FaultyLine;
use crate::limits::config::Config;

/// Names the option that has switched off a word or an operator, if that is why a script
/// does not parse.
pub fn switched_off(
    engine: &Engine,
    config: &Config,
    kind: &ParseErrorType,
    line: Option<&FaultyLine>,
) -> Option<String> {
    use ParseErrorType as P;
    let named = match kind {
        P::Reserved(word)
        | P::UnknownOperator(word)
        | P::BadInput(LexError::ImproperSymbol(word, _)) => Some(word.clone()),
        _ => None,
    };
    let is_disabled = |word: &String| engine.is_symbol_disabled(word);
    // What Rhai expects instead says nothing of the word that is there.
    let word = named
        .filter(is_disabled)
        .or_else(|| line?.token().filter(is_disabled))?;
    let option = match word.as_str() {
        "eval" if !config.allow_eval => "allowEval",
        "import" | "export" if !config.allow_modules => "allowModules",
        _ => "disabledSymbols",
    };
    Some(format!("{word} is switched off by RhaiConfig.{option}"))
}
