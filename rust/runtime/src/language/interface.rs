//! The functions of a script that the host can call.

use std::collections::HashMap;

use rhai::{
    Array, Dynamic, EvalAltResult, FnAccess, FnPtr, ImmutableString, Position, ScriptFuncDef,
    Shared, AST,
};

use crate::language::names::is_closure;

/// The functions of a script that are neither private nor closures, in the order in which they
/// are declared. The index of one is its id.
#[derive(Debug)]
pub struct Interface {
    described: Vec<Described>,
    pointers: Vec<FnPtr>,
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

/// The name of a function, and the number of its parameters.
type Signature = (ImmutableString, usize);

impl Interface {
    /// Finds what has been `declared` and the host can call in a syntax tree.
    ///
    /// # Errors
    ///
    /// A name is none of a function. (None that a script declares is.)
    pub fn new(
        ast: &AST,
        declared: impl Iterator<Item = Described>,
    ) -> Result<Self, Box<EvalAltResult>> {
        let public = public_functions(ast);
        let mut interface = Interface {
            described: Vec::new(),
            pointers: Vec::new(),
        };
        for function in declared {
            let signature = (function.name.as_str().into(), function.parameters.len());
            let pointer = match public.get(&signature) {
                Some(Some(definition)) => definition.clone().into(),
                // Rhai finds it by the type of `this`.
                Some(None) => FnPtr::new(&*function.name)?,
                None => continue,
            };
            interface.pointers.push(pointer);
            interface.described.push(function);
        }
        Ok(interface)
    }

    /// A pointer to the function with this id.
    pub fn pointer(&self, id: usize) -> Option<&FnPtr> {
        self.pointers.get(id)
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

/// The functions of a script that are neither private nor closures. One that is for a type of
/// `this`, or has such a namesake, is without its definition.
fn public_functions(ast: &AST) -> HashMap<Signature, Option<Shared<ScriptFuncDef>>> {
    let mut functions = HashMap::new();
    for function in ast.iter_fn_def() {
        if function.access == FnAccess::Public && !is_closure(&function.name) {
            let signature = (function.name.clone(), function.params.len());
            let is_alone = function.this_type.is_none() && !functions.contains_key(&signature);
            functions.insert(signature, is_alone.then(|| function.clone()));
        }
    }
    functions
}
