//! Compiled scripts.

use std::cell::OnceCell;
use std::collections::HashSet;

use fibers::OnFiber;
use rhai::{Identifier, Token, AST};

use crate::language::interface::Interface;

/// A compiled script.
#[derive(Debug)]
pub struct CompiledScript {
    /// Its syntax tree, which may hold constants of any depth.
    pub ast: OnFiber<AST>,
    words: Words,
    /// The functions that the host can call, once it keeps the script.
    pub interface: OnceCell<OnFiber<Interface>>,
}

impl CompiledScript {
    /// A script with this syntax tree that was made of these words.
    pub fn new(ast: OnFiber<AST>, words: Words) -> Self {
        CompiledScript {
            ast,
            words,
            interface: OnceCell::new(),
        }
    }

    /// The words by which it may look for variables; `None` if it finds any.
    pub fn words(&self) -> Option<&HashSet<Identifier>> {
        match &self.words {
            Words::Written(words) => Some(words),
            Words::Any => None,
        }
    }

    /// Whether it may look for a variable of this name.
    pub fn may_use(&self, name: &str) -> bool {
        self.words().is_none_or(|words| words.contains(name))
    }
}

/// Words in a script that could be names of variables.
#[derive(Debug)]
pub enum Words {
    /// These.
    Written(HashSet<Identifier>),
    /// Any: it evaluates text, or asks which variables there are.
    Any,
}

impl Default for Words {
    fn default() -> Self {
        Words::Written(HashSet::new())
    }
}

/// Functions that find variables whose names are no words of the script.
const LOOKING: [&str; 2] = ["eval", "is_def_var"];

impl Words {
    /// Notes a token of a script that is compiled. (Not what is in its syntax tree: Rhai
    /// shows only a part of that.)
    pub fn note(&mut self, token: &Token) {
        match token {
            Token::Identifier(word) => {
                if let Words::Written(words) = self {
                    // Not twice: then it would be allocated again.
                    if !words.contains(word.as_str()) {
                        words.insert(Identifier::from(word.as_str()));
                    }
                }
            }
            Token::Reserved(word) if LOOKING.contains(&word.as_str()) => *self = Words::Any,
            _ => {}
        }
    }
}
