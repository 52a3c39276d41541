//! The functions of a script that the host can call by their names.

use std::collections::HashMap;

use rhai::{Array, Dynamic, FnAccess, ImmutableString, Position, ScriptFuncDef, Shared, AST};

use crate::language::names::is_closure;

/// The functions of a script that are neither private nor closures.
#[derive(Debug)]
pub struct Interface {
    functions: HashMap<ImmutableString, Vec<Shared<ScriptFuncDef>>>,
    described: Vec<Described>,
}

/// A function as the script declares it.
#[derive(Debug)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// Where it is declared.
    pub position: Position,
    /// The comment above it.
    pub comment: String,
}

impl Interface {
    /// Finds the functions in a syntax tree. They are described as far as they are there, in
    /// this order.
    pub fn new(ast: &AST, described: impl Iterator<Item = Described>) -> Self {
        let mut functions = HashMap::<_, Vec<_>>::new();
        for function in ast.iter_fn_def() {
            if function.access == FnAccess::Public && !is_closure(&function.name) {
                let same = functions.entry(function.name.clone()).or_default();
                same.push(function.clone());
            }
        }
        let mut interface = Interface {
            functions,
            described: Vec::new(),
        };
        let described = described.filter(|function| {
            let arity = function.parameters.len();
            interface.function(&function.name, arity).is_some()
        });
        interface.described = described.collect();
        interface
    }

    /// The function of a name with some number of arguments.
    pub fn function(&self, name: &str, arity: usize) -> Option<&Shared<ScriptFuncDef>> {
        let mut same = self.functions.get(name)?.iter();
        same.find(|function| function.params.len() == arity)
    }

    /// Describes the functions: for each an array of its name, an array of the names of its
    /// parameters, its line and column, and its comment.
    pub fn describe(&self) -> Dynamic {
        let number = |number: Option<usize>| Dynamic::from(number.unwrap_or(0) as i64);
        let functions = self.described.iter().map(|function| {
            let parameters = function.parameters.iter().map(Into::into);
            Dynamic::from(vec![
                (&function.name).into(),
                parameters.collect::<Array>().into(),
                number(function.position.line()),
                number(function.position.position()),
                (&function.comment).into(),
            ])
        });
        functions.collect::<Array>().into()
    }
}
