//! Names that a script finds in its engine.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::language::restrictions::Hidden;
use crate::limits::config::Config;

/// Names that exist before the script starts, and the limits of its engine.
#[derive(Debug)]
pub struct Surroundings {
    /// The names of the functions that the host registered.
    pub functions: HashSet<String>,
    /// The names of the functions of Rhai that cannot be called.
    pub hidden: Hidden,
    /// The names of the variables that the script starts with, and whether each is a constant.
    pub variables: HashMap<String, bool>,
    /// The names of the constants that functions find in the namespace `global`.
    pub constants: HashSet<String>,
    /// The names of the constants in modules of the host, with their namespaces.
    pub module_constants: HashSet<String>,
    /// The limits of the engine.
    pub config: Rc<Config>,
}

impl Surroundings {
    /// Adds a variable, or a constant, which hides one of the same name.
    pub fn add_variable(&mut self, name: &str, is_constant: bool) {
        self.variables.insert(name.into(), is_constant);
        if is_constant {
            self.constants.insert(name.into());
        }
    }
}
