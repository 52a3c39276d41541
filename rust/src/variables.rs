//! The variables that every script of an engine starts with.

use std::collections::HashMap;
use std::rc::Rc;

use rhai::{Dynamic, Scope};

use crate::on_fiber::OnFiber;
use crate::script_cache::CompiledScript;

/// A variable.
#[derive(Debug)]
struct Variable {
    value: OnFiber<Dynamic>,
    /// Whether scripts cannot change it.
    is_constant: bool,
}

/// Variables by their names.
#[derive(Debug, Clone, Default)]
pub struct Variables(HashMap<Box<str>, Rc<Variable>>);

impl Variables {
    /// Sets a variable, or a constant.
    pub fn set(&mut self, name: &str, value: OnFiber<Dynamic>, is_constant: bool) {
        let variable = Rc::new(Variable { value, is_constant });
        match self.0.get_mut(name) {
            Some(slot) => *slot = variable,
            None => {
                self.0.insert(name.into(), variable);
            }
        }
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|name| &**name)
    }

    /// Adds copies of those that `script` may use to its scope. Run it on a fiber: copying
    /// recurses.
    #[inline]
    pub fn add_to(&self, scope: &mut Scope, script: &CompiledScript) {
        if !self.0.is_empty() {
            self.add_used(scope, script);
        }
    }

    fn add_used(&self, scope: &mut Scope, script: &CompiledScript) {
        match script.names() {
            Some(names) if names.len() < self.0.len() => {
                for name in names {
                    if let Some(variable) = self.0.get(name.as_str()) {
                        variable.add_to(scope, name);
                    }
                }
            }
            _ => {
                for (name, variable) in &self.0 {
                    if script.may_use(name) {
                        variable.add_to(scope, name);
                    }
                }
            }
        }
    }
}

impl Variable {
    fn add_to(&self, scope: &mut Scope, name: &str) {
        let value = Dynamic::clone(&self.value);
        match self.is_constant {
            true => scope.push_constant_dynamic(name, value),
            false => scope.push_dynamic(name, value),
        };
    }
}
