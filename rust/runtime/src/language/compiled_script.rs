//! Compiled scripts.

use std::cell::OnceCell;
use std::collections::HashSet;

use fibers::OnFiber;
use rhai::{Identifier, Token, AST};

use crate::language::interface::Interface;
use crate::language::names::GLOBAL;

/// A compiled script.
#[derive(Debug)]
pub struct CompiledScript {
    /// Its syntax tree, which may hold constants of any depth.
    pub ast: OnFiber<AST>,
    words: Words,
    /// The functions that the host can call, once it keeps the script.
    pub interface: OnceCell<OnFiber<Interface>>,
    /// Whether it may look for constants by the name of the namespace of the global ones.
    pub may_use_global: bool,
}

impl CompiledScript {
    /// A script with this syntax tree that was made of these words.
    pub fn new(ast: OnFiber<AST>, words: Words) -> Self {
        let may_use_global = words.may_have(GLOBAL);
        CompiledScript {
            ast,
            words,
            interface: OnceCell::new(),
            may_use_global,
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
        self.words.may_have(name)
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
    fn may_have(&self, name: &str) -> bool {
        match self {
            Words::Written(words) => words.contains(name),
            Words::Any => true,
        }
    }

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
