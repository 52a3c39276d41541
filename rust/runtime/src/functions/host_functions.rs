//! Functions of the host that scripts can call by name.

use std::any::TypeId;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use rhai::ImmutableString;

use crate::functions::parameters::{common_signatures, describe, signatures, Parameter, Rank};
use crate::language::names::is_in_namespace;
use crate::language::signatures::{built_in_signatures, MAX_ARGUMENTS};
use crate::objects::host_object::{HostObject, HostReference, TEXT_FUNCTIONS};
use crate::objects::released_ids::ReleasedIds;

/// A function of the host that scripts may call.
#[derive(Debug, Clone)]
pub struct HostFunction {
    /// The name scripts call it by, with its namespace, if it is in one: `a::b`.
    pub name: String,
    /// The number that the host knows it by.
    pub id: u64,
    /// Bit *n* says that it can be called with *n* arguments. No bits say that it is no function,
    /// but an object of the host: a constant in its namespace.
    pub arities: u32,
}

/// Id of the host's function for `print`, which Rhai formats.
pub const PRINT_FUNCTION: u64 = 0;
/// Id of the host's function for `debug`, which Rhai formats.
pub const DEBUG_FUNCTION: u64 = 1;
/// Id of the host's function that says whether two of its objects are equal.
pub const EQUALS_FUNCTION: u64 = 2;
/// Id of the host's function that makes a string of an object.
pub const TO_STRING_FUNCTION: u64 = 3;
/// Id of the host's function that names the type of an object.
pub const TYPE_NAME_FUNCTION: u64 = 4;
/// Id of the host's function that drives the calls of `parallel`.
pub const PARALLEL_FUNCTION: u64 = 5;

/// Id of the host's function that makes an iterator of an object.
pub const ITERATE_FUNCTION: u64 = 6;
/// Id of the host's function that takes the next value of an iterator: an array of it, or `()`
/// after the last one.
pub const NEXT_FUNCTION: u64 = 7;
/// Id of the host's function that loads the text of a module.
pub const LOAD_MODULE_FUNCTION: u64 = 8;

/// Signatures that an error lists.
const MAX_LISTED: usize = 5;

/// The functions of the host that scripts of an engine can call by name.
#[derive(Debug, Clone, Default)]
pub struct HostFunctions(Vec<Registered>);

/// A function of the host, with what it accepts.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The function.
    pub function: HostFunction,
    /// Its parameters, by their places. Those that are missing accept everything.
    parameters: Vec<Parameter>,
    /// Keeps the function in the host as long as somebody has it.
    pub reference: Rc<HostReference>,
}

/// A signature that a function is registered with, and how well it fits there.
pub type Signature<'a> = (&'a Registered, Vec<TypeId>, Rank);

impl HostFunctions {
    /// Adds a function: in place of those of its name, or beside them if it is an
    /// `overload`.
    pub fn add(
        &mut self,
        function: HostFunction,
        parameters: Vec<Parameter>,
        overload: bool,
        released: &Arc<ReleasedIds>,
    ) {
        if !overload {
            self.0.retain(|other| other.function.name != function.name);
        }
        self.0.push(Registered {
            reference: Rc::new(HostReference::new(function.id, released)),
            function,
            parameters,
        });
    }

    /// Removes the functions of a name. Returns whether there were some.
    pub fn remove(&mut self, name: &str) -> bool {
        let count = self.0.len();
        self.0.retain(|other| other.function.name != name);
        self.0.len() < count
    }

    /// Removes the functions in a namespace; returns their names.
    pub fn remove_namespace(&mut self, namespace: &str) -> HashSet<String> {
        let is_removed =
            |registered: &Registered| is_in_namespace(&registered.function.name, namespace);
        let removed = self.0.iter().filter(|registered| is_removed(registered));
        let removed = removed.map(|r| r.function.name.clone()).collect();
        self.0.retain(|registered| !is_removed(registered));
        removed
    }

    /// The names of all functions, with their namespaces.
    pub fn names(&self) -> HashSet<String> {
        let names = self.0.iter().map(|registered| &registered.function.name);
        names.cloned().collect()
    }

    /// Whether there is a function of this name.
    pub fn has(&self, name: &str) -> bool {
        self.named(name).next().is_some()
    }

    /// Numbers of arguments that functions of this name take: bit *n* for *n*.
    pub fn arities_of(&self, name: &str) -> u32 {
        self.named(name)
            .fold(0, |all, registered| all | registered.function.arities)
    }

    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Registered> {
        let is_named = move |registered: &&Registered| registered.function.name == name;
        self.0.iter().filter(is_named)
    }

    /// Words about the functions of this name that there are, for the error that there is
    /// none for some arguments.
    pub fn candidates(&self, name: &str) -> Option<String> {
        let mut candidates: Vec<String> = self
            .named(name)
            .flat_map(|registered| {
                let arities = registered.arities();
                arities.map(|arity| describe(name, &registered.parameters(arity)))
            })
            .collect();
        if candidates.len() > MAX_LISTED {
            candidates.truncate(MAX_LISTED);
            candidates.push("more".into());
        }
        let (last, others) = candidates.split_last()?;
        Some(match others {
            [] => format!("; there is {last}"),
            others => format!("; there are {} and {last}", others.join(", ")),
        })
    }

    /// All functions.
    pub fn iter(&self) -> impl Iterator<Item = &Registered> {
        self.0.iter()
    }
}

impl Registered {
    fn arities(&self) -> impl Iterator<Item = usize> + '_ {
        (0..=MAX_ARGUMENTS).filter(|n| self.function.arities & (1 << n) != 0)
    }

    /// The parameters for a number of arguments.
    fn parameters(&self, arity: usize) -> Vec<Parameter> {
        let parameters = self.parameters.iter().copied();
        let parameters = parameters.chain(std::iter::repeat(Parameter::ANY));
        parameters.take(arity).collect()
    }

    /// The signatures by which it is found for all that it accepts.
    pub fn signatures(&self) -> Vec<Signature<'_>> {
        let mut all = Vec::new();
        for arity in self.arities() {
            let parameters = match self.text_of_anything() {
                Some(_) => vec![Parameter::ANY; arity],
                None => self.parameters(arity),
            };
            all.extend(signatures(&parameters));
            // Rhai prefers a function with the exact types, whatever else would do: without
            // the signatures that it has in common with the built-in functions of the same
            // name, these would win.
            let name = &self.function.name;
            let built_in = built_in_signatures().get(&(name.clone(), arity));
            let of_objects = TEXT_FUNCTIONS
                .contains(&name.as_str())
                .then(|| vec![TypeId::of::<HostObject>(); arity]);
            for types in built_in.into_iter().flatten().chain(&of_objects) {
                all.extend(common_signatures(&parameters, types));
            }
        }
        all.into_iter()
            .map(|(types, rank)| (self, types, rank))
            .collect()
    }

    /// If Rhai calls it with any value, to print it, the function that makes a text of one.
    fn text_of_anything(&self) -> Option<&'static str> {
        match self.function.name.as_str() {
            "print" => Some("to_string"),
            "debug" => Some("to_debug"),
            _ => None,
        }
    }

    /// If it prints strings, the parameter for them, and what makes other values to one.
    pub fn printed(&self) -> Option<(Parameter, &'static str)> {
        let to_text = self.text_of_anything()?;
        let parameter = *self.parameters.first()?;
        let takes_text = parameter.accepts(TypeId::of::<ImmutableString>());
        takes_text.then_some((parameter, to_text))
    }
}
