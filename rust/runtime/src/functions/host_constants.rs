//! Constants in the modules of the host: `http::TIMEOUT`.

use std::collections::BTreeMap;
use std::mem;
use std::rc::Rc;

use fibers::{OnFiber, StackPool};
use rhai::Dynamic;

use crate::language::names::{is_in_namespace, NAMESPACE_SEPARATOR};

/// Constants by their names, with their namespaces.
#[derive(Debug, Default)]
pub struct HostConstants {
    constants: BTreeMap<String, OnFiber<Dynamic>>,
    /// Those of a module that is not complete so far.
    staged: BTreeMap<String, OnFiber<Dynamic>>,
}

impl HostConstants {
    /// Keeps a constant until its module is complete.
    pub fn stage(&mut self, name: &str, value: Dynamic, stacks: &Rc<StackPool>) {
        self.staged.insert(name.into(), OnFiber::new(value, stacks));
    }

    /// Puts the staged constants in place of those in a namespace.
    pub fn commit(&mut self, namespace: &str) {
        self.constants
            .retain(|name, _| !is_in_namespace(name, namespace));
        self.constants.append(&mut self.staged);
    }

    /// Forgets the staged constants.
    pub fn discard(&mut self) {
        mem::take(&mut self.staged);
    }

    /// The constants: the namespace of each, its name there, and its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Dynamic)> {
        self.constants.iter().filter_map(|(path, value)| {
            let (namespace, name) = path.rsplit_once(NAMESPACE_SEPARATOR)?;
            Some((namespace, name, &**value))
        })
    }

    /// The names of the constants, with their namespaces.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.constants.keys().map(String::as_str)
    }
}
