//! The variables that every script of an engine starts with.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use rhai::{Dynamic, GlobalRuntimeState, Scope};

use crate::language::compiled_script::CompiledScript;
use fibers::OnFiber;
use fibers::StackPool;

/// A variable.
#[derive(Debug)]
struct Variable {
    value: Value,
    /// Whether scripts cannot change it.
    is_constant: bool,
}

/// The value of a variable.
#[derive(Debug)]
enum Value {
    /// It holds no other values, and may be dropped anywhere.
    Flat(Dynamic),
    /// Any other.
    Nested(OnFiber<Dynamic>),
}

impl Value {
    fn new(value: Dynamic, stacks: &Rc<StackPool>) -> Self {
        let is_flat = value.is_int()
            || value.is_float()
            || value.is_bool()
            || value.is_unit()
            || value.is_string();
        match is_flat && !value.is_shared() {
            true => Value::Flat(value),
            false => Value::Nested(OnFiber::new(value, stacks)),
        }
    }

    fn get(&self) -> &Dynamic {
        match self {
            Value::Flat(value) => value,
            Value::Nested(value) => value,
        }
    }
}

/// Variables by their names.
#[derive(Debug, Clone, Default)]
pub struct Variables(HashMap<Box<str>, Rc<Variable>>);

impl Variables {
    /// Sets a variable, or a constant.
    pub fn set(&mut self, name: &str, value: Dynamic, is_constant: bool, stacks: &Rc<StackPool>) {
        let value = Value::new(value, stacks);
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

    /// The names of the constants.
    pub fn constants(&self) -> impl Iterator<Item = &str> {
        let constants = self.0.iter().filter(|(_, variable)| variable.is_constant);
        constants.map(|(name, _)| &**name)
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The most of them that `script` may use.
    pub fn most_used_by(&self, script: &CompiledScript) -> usize {
        let words = script.words().map_or(usize::MAX, HashSet::len);
        words.min(self.0.len())
    }

    /// Adds copies of those that `script` may use to its scope, but for those that others hide,
    /// and the constants among them to `global` if it may look for them there. Run it on a fiber:
    /// copying recurses.
    #[inline]
    pub fn add_to(
        &self,
        scope: &mut Scope,
        global: &mut GlobalRuntimeState,
        script: &CompiledScript,
        is_hidden: impl Fn(&Scope, &str) -> bool,
    ) {
        if !self.0.is_empty() {
            let global = Some(global).filter(|_| script.may_use_global);
            self.add_used(scope, global, script, is_hidden);
        }
    }

    /// Adds copies of the constants that `script` may use to `global`.
    pub fn add_constants_to(&self, global: &mut GlobalRuntimeState, script: &CompiledScript) {
        let constants = self.0.iter().filter(|(_, variable)| variable.is_constant);
        for (name, variable) in constants.filter(|(name, _)| script.may_use(name)) {
            add_constant(global, name, variable.value.get().clone());
        }
    }

    fn add_used(
        &self,
        scope: &mut Scope,
        mut global: Option<&mut GlobalRuntimeState>,
        script: &CompiledScript,
        is_hidden: impl Fn(&Scope, &str) -> bool,
    ) {
        let mut add = |variable: &Variable, name: &str| {
            if let Some(global) = global.as_deref_mut().filter(|_| variable.is_constant) {
                add_constant(global, name, variable.value.get().clone());
            }
            if !is_hidden(scope, name) {
                variable.add_to(scope, name);
            }
        };
        match script.words() {
            Some(words) if words.len() < self.0.len() => {
                for name in words {
                    if let Some(variable) = self.0.get(name.as_str()) {
                        add(variable, name);
                    }
                }
            }
            _ => {
                for (name, variable) in &self.0 {
                    if script.may_use(name) {
                        add(variable, name);
                    }
                }
            }
        }
    }
}

impl Variable {
    fn add_to(&self, scope: &mut Scope, name: &str) {
        let value = self.value.get().clone();
        match self.is_constant {
            true => scope.push_constant_dynamic(name, value),
            false => scope.push_dynamic(name, value),
        };
    }
}

/// Adds a constant for functions to find.
pub fn add_constant(global: &mut GlobalRuntimeState, name: &str, value: Dynamic) {
    let constants = global.constants.get_or_insert_default();
    constants.borrow_mut().insert(name.into(), value);
}
