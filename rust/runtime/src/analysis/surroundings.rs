//! Names that a script finds in its engine.

use std::collections::HashSet;
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
    /// The names of the variables and constants that the host set.
    pub variables: HashSet<String>,
    /// The names of the constants among them.
    pub constants: HashSet<String>,
    /// The names of the constants in modules of the host, with their namespaces.
    pub module_constants: HashSet<String>,
    /// The limits of the engine.
    pub config: Rc<Config>,
}
