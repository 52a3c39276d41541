//! Functions that a script can call.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use rhai::{Engine, AST};

use super::surroundings::Surroundings;
use crate::errors::hints::phrases::as_closure;
use crate::errors::suggestions::{did_you_mean, Patience};
use crate::language::names::{is_in_namespace, KEYWORDS, NAMESPACE_SEPARATOR};
use crate::language::restrictions::Hidden;

/// Functions by name: the numbers of arguments that they take.
type Arities = HashMap<String, BTreeSet<usize>>;

/// The functions of a script and its engine, by name and number of arguments.
#[derive(Debug)]
pub struct KnownFunctions<'a> {
    native: Arities,
    script: Arities,
    /// Those that are methods of one type only.
    typed: Arities,
    host: &'a HashSet<String>,
    /// The constants in modules of the host.
    constants: &'a HashSet<String>,
    hidden: &'a Hidden,
    patience: Patience,
    /// Hints that were given so far, by name.
    hints: RefCell<HashMap<String, Option<String>>>,
}

impl<'a> KnownFunctions<'a> {
    /// Those of an engine, some of which the host registered, and of a script.
    pub fn new(engine: &Engine, ast: &AST, surroundings: &'a Surroundings) -> Self {
        let host = &surroundings.functions;
        let mut known = KnownFunctions {
            native: Arities::new(),
            script: Arities::new(),
            typed: Arities::new(),
            host,
            constants: &surroundings.module_constants,
            hidden: &surroundings.hidden,
            patience: Patience::default(),
            hints: RefCell::default(),
        };
        let native = engine.collect_fn_metadata(
            None,
            |info| {
                let name = match info.namespace.is_empty() {
                    true => info.metadata.name.to_string(),
                    false => format!("{}::{}", info.namespace, info.metadata.name),
                };
                Some((name, info.metadata.num_params))
            },
            true,
        );
        let is_hidden =
            |name: &String| surroundings.hidden.contains_key(name) && !host.contains(name);
        for (name, arity) in native.into_iter().filter(|(name, _)| !is_hidden(name)) {
            known.native.entry(name).or_default().insert(arity);
        }
        for function in ast.iter_functions() {
            let same = match function.this_type {
                None => &mut known.script,
                Some(_) => &mut known.typed,
            };
            let same = same.entry(function.name.to_string()).or_default();
            same.insert(function.params.len());
        }
        known
    }

    /// Whether the engine has such a function.
    pub fn is_native(&self, name: &str, arity: usize) -> bool {
        has(&self.native, name, arity)
    }

    /// Whether the host registered functions of this name.
    pub fn is_of_host(&self, name: &str) -> bool {
        self.host.contains(name)
    }

    /// Whether the script has functions of this name; it is a value too, then.
    pub fn is_script(&self, name: &str) -> bool {
        self.script.contains_key(name) || self.typed.contains_key(name)
    }

    /// Whether a script can make a function pointer of this name that works.
    pub fn is_name(&self, name: &str) -> bool {
        let is_in_namespace = name.contains(NAMESPACE_SEPARATOR);
        KEYWORDS.contains(&name)
            || self.native.contains_key(name) && !is_in_namespace
            || self.is_script(name)
    }

    /// How a function in a namespace is a value, if there is one of this name.
    pub fn closure_of(&self, path: &str) -> Option<String> {
        let arity = *self.arities(path).first()?;
        let is_in_namespace = path.contains(NAMESPACE_SEPARATOR);
        is_in_namespace.then(|| as_closure(path, arity))
    }

    /// Whether there is a constant of this name in a module of the host.
    pub fn is_module_constant(&self, path: &str) -> bool {
        self.constants.contains(path)
    }

    /// The constant in a module of the host that was perhaps meant.
    pub fn constant_hint(&self, path: &str) -> Option<String> {
        if self.patience.is_over() {
            return None;
        }
        let names = self.constants.iter().map(String::as_str);
        did_you_mean(path, names, &self.patience)
    }

    /// Why there is nothing of this name in a namespace.
    pub fn namespace_hint(&self, path: &str) -> String {
        let (namespace, _) = path.rsplit_once(NAMESPACE_SEPARATOR).unwrap_or_default();
        self.hint(path)
            .unwrap_or_else(|| match is_namespace(self.host, namespace) {
                _ if is_namespace(self.constants, namespace) => {
                    format!("there is no such name in {namespace}")
                }
                true => format!("there is no such function in {namespace}"),
                false => "no such module is imported".into(),
            })
    }

    /// Whether there is what `name(…)` calls.
    pub fn can_call(&self, name: &str, arity: usize) -> bool {
        KEYWORDS.contains(&name) || self.is_native(name, arity) || has(&self.script, name, arity)
    }

    /// Whether there is what `object.name(…)` calls. The object is an argument of a
    /// native function, and not one of a script's.
    pub fn can_call_method(&self, name: &str, arity: usize) -> bool {
        KEYWORDS.contains(&name)
            || self.is_native(name, arity + 1)
            || has(&self.script, name, arity)
            || has(&self.typed, name, arity)
    }

    /// Why there is no function of this name, or which others were perhaps meant.
    pub fn hint(&self, name: &str) -> Option<String> {
        if let Some(list) = self.hidden.get(name) {
            return Some(list.reason().into());
        }
        let mut hints = self.hints.borrow_mut();
        if let Some(hint) = hints.get(name) {
            return hint.clone();
        }
        if self.patience.is_over() {
            return None;
        }
        let known = [&self.native, &self.script, &self.typed];
        let names = known.into_iter().flat_map(|functions| functions.keys());
        let in_namespaces = self.host.iter();
        let in_namespaces = in_namespaces.filter(|name| name.contains(NAMESPACE_SEPARATOR));
        let names = names.chain(in_namespaces).map(String::as_str);
        // Not what reads and writes properties.
        let names = names.filter(|name| !name.contains('$')).chain(KEYWORDS);
        let hint = did_you_mean(name, names, &self.patience);
        hints.insert(name.into(), hint.clone());
        hint
    }

    /// The numbers of arguments that `name(…)` can have.
    pub fn arities(&self, name: &str) -> BTreeSet<usize> {
        let all = [&self.native, &self.script].map(|functions| functions.get(name));
        all.into_iter().flatten().flatten().copied().collect()
    }

    /// The numbers of arguments that `object.name(…)` can have.
    pub fn method_arities(&self, name: &str) -> BTreeSet<usize> {
        let native = self.native.get(name).into_iter().flatten();
        let native = native.filter_map(|arity| arity.checked_sub(1));
        let script = [&self.script, &self.typed].map(|functions| functions.get(name));
        let script = script.into_iter().flatten().flatten().copied();
        native.chain(script).collect()
    }
}

/// Whether one of these names is in a namespace of this name.
pub fn is_namespace(names: &HashSet<String>, namespace: &str) -> bool {
    names.iter().any(|name| is_in_namespace(name, namespace))
}

fn has(functions: &Arities, name: &str, arity: usize) -> bool {
    functions
        .get(name)
        .is_some_and(|arities| arities.contains(&arity))
}
