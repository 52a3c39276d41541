//! Places in scripts: lines, columns, and the line that does not parse.

use rhai::{Dynamic, Engine, Position, Token};

/// A line or column as Rhai knows it: it counts to 65,535 and no further.
pub fn counted_by_rhai(number: Option<usize>) -> Option<usize> {
    number.filter(|number| *number < usize::from(u16::MAX))
}

/// The line and the column of a place, 0 where one is not known.
pub fn describe_place(position: Position) -> [Dynamic; 2] {
    [position.line(), position.position()]
        .map(|number| Dynamic::from_int(counted_by_rhai(number).unwrap_or(0) as i64))
}

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
            .nth(counted_by_rhai(position.line())?.checked_sub(1)?)?;
        let line = line.trim_end_matches('\r');
        let column = counted_by_rhai(position.position()).unwrap_or(0);
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

    /// The word before the place, if there is one: an opening bracket may be between them.
    pub(crate) fn word_before(&self) -> Option<String> {
        let before: String = self.text.chars().take(self.caret.checked_sub(1)?).collect();
        let before = before.trim_end_matches([' ', '\t', '(']);
        let is_letter = |c: char| c.is_alphanumeric() || c == '_';
        let word = before.rsplit(|c| !is_letter(c)).next()?;
        (!word.is_empty()).then(|| word.into())
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
