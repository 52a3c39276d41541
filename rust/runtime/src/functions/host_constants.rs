//! Constants in the modules of the host: `http::TIMEOUT`.

use std::collections::BTreeMap;
use std::mem;
use std::rc::Rc;

use fibers::{OnFiber, StackPool};
use rhai::Dynamic;

use crate::language::names::{is_in_namespace, NAMESPACE_SEPARATOR};

/// The values of constants by their names.
type Constants = BTreeMap<String, Rc<OnFiber<Dynamic>>>;

/// Constants by their names, with their namespaces.
#[derive(Debug, Default)]
pub struct HostConstants {
    constants: Rc<Constants>,
    /// Those of a module that is not complete so far.
    staged: Constants,
}

impl HostConstants {
    /// The same constants, which can be changed without these.
    pub fn fork(&self) -> Self {
        HostConstants {
            constants: self.constants.clone(),
            staged: Constants::new(),
        }
    }

    /// Keeps a constant until its module is complete.
    pub fn stage(&mut self, name: &str, value: Dynamic, stacks: &Rc<StackPool>) {
        let value = Rc::new(OnFiber::new(value, stacks));
        self.staged.insert(name.into(), value);
    }

    /// Puts the staged constants in place of those in a namespace.
    pub fn commit(&mut self, namespace: &str) {
        let constants = Rc::make_mut(&mut self.constants);
        constants.retain(|name, _| !is_in_namespace(name, namespace));
        constants.append(&mut self.staged);
    }

    /// Forgets the staged constants.
    pub fn discard(&mut self) {
        mem::take(&mut self.staged);
    }

    /// The constants: the namespace of each, its name there, and its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Dynamic)> {
        self.constants.iter().filter_map(|(path, value)| {
            let (namespace, name) = path.rsplit_once(NAMESPACE_SEPARATOR)?;
            Some((namespace, name, &***value))
        })
    }

    /// The names of the constants, with their namespaces.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.constants.keys().map(String::as_str)
    }
}
