//! The parser of a running execution, and when it must stop.

use std::cell::{Cell, RefCell};

use rhai::{Position, Token};

use crate::language::compiled_script::Words;
use crate::language::tree::stubs::Stubs;

/// An execution for which scripts are parsed, and looked through.
pub trait ScriptParser {
    /// Called for every token while a script is parsed, and for every part of it while it
    /// is looked through: parsing can take time that grows with the square of the script's
    /// length. Returns whether that must stop.
    fn tick_token(&self) -> bool;

    /// State of its parser.
    fn parsing(&self) -> &Parsing;
}

/// State of the parser of an execution. Each has its own: parsing may be suspended.
#[derive(Debug, Default)]
pub struct Parsing {
    /// Parts of syntax trees that are made by parsing words of ours.
    pub stubs: Stubs,
    /// Words of the script that is compiled.
    pub words: RefCell<Words>,
    /// Whether the last token began a declaration, and where it was.
    last_token: Cell<(bool, Position)>,
}

impl Parsing {
    /// Notes a token of the script that is compiled.
    pub fn note_word(&self, token: &Token) {
        self.words.borrow_mut().note(token);
    }

    /// Notes the next token of the script that is parsed, and whether it begins a
    /// declaration; returns the last one.
    pub fn next_token(&self, declares: bool, position: Position) -> (bool, Position) {
        self.last_token.replace((declares, position))
    }
}
