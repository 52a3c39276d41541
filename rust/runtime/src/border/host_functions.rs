//! The Dart functions that scripts can call by name.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use rhai::{
    Dynamic, Engine, FuncRegistration, ImmutableString, Module, NativeCallContext, RhaiFunc, Shared,
};

use crate::border::host_call::{invoke_dart_callback_async, DartFunction};
use crate::border::parameters::{common_signatures, describe, signatures, Parameter, Rank};
use crate::context::shared::Host;
use crate::errors::script_error::{Detail, RuntimeKind, ScriptError};
use crate::language::host_names;
use crate::language::names::NAMESPACE_SEPARATOR;
use crate::language::signatures::{built_in_signatures, MAX_ARGUMENTS};
use crate::objects::host_object::{self, DartObject, DartReference};
use crate::objects::released_ids::ReleasedIds;

/// Signatures that an error lists.
const MAX_LISTED: usize = 5;

/// The Dart functions that scripts of an engine can call by name.
#[derive(Debug, Default)]
pub struct DartFunctions(Vec<Registered>);

#[derive(Debug)]
struct Registered {
    function: DartFunction,
    /// What it accepts in each place. Those that are missing accept everything.
    parameters: Vec<Parameter>,
    /// Dart keeps the function as long as somebody has this.
    reference: Rc<DartReference>,
}

/// A signature that a function is registered with, and how well it fits there.
type Signature<'a> = (&'a Registered, Vec<TypeId>, Rank);

impl DartFunctions {
    /// Adds a function: in place of those of its name, or beside them if it is an
    /// `overload`.
    pub fn add(
        &mut self,
        function: DartFunction,
        parameters: Vec<Parameter>,
        overload: bool,
        released: &std::sync::Arc<ReleasedIds>,
    ) {
        if !overload {
            self.0.retain(|other| other.function.name != function.name);
        }
        self.0.push(Registered {
            reference: Rc::new(DartReference::new(function.id, released)),
            function,
            parameters,
        });
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

    /// If an error says that there is no such function for some arguments, adds those of
    /// this name that there are.
    pub fn add_candidates(&self, error: &mut ScriptError) {
        let Detail::Runtime(RuntimeKind::FunctionNotFound, name) = &error.detail else {
            return;
        };
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
        match candidates.split_last() {
            None => {}
            Some((last, [])) => error.message.push_str(&format!("; there is {last}")),
            Some((last, others)) => {
                let others = others.join(", ");
                let list = format!("; there are {others} and {last}");
                error.message.push_str(&list);
            }
        }
    }

    /// Registers all functions with `engine`.
    pub fn register(&self, engine: &mut Engine, host: &Rc<Host>) {
        let mut all: Vec<Signature> = self.0.iter().flat_map(Registered::signatures).collect();
        // Of the same signatures, the one that is registered last stays.
        all.sort_by_key(|(.., rank)| std::cmp::Reverse(*rank));
        let mut global = Module::new();
        // By their names: the outer ones come first.
        let mut namespaces: BTreeMap<&str, Module> = BTreeMap::new();
        for (registered, types, _) in all {
            let name = &registered.function.name;
            match name.rsplit_once(NAMESPACE_SEPARATOR) {
                None => {
                    let function = FuncRegistration::new(name).in_global_namespace();
                    function.set_into_module_raw(&mut global, types, registered.call(host));
                }
                Some((namespace, name)) => {
                    let module = namespaces.entry(namespace).or_default();
                    let function = FuncRegistration::new(name).in_internal_namespace();
                    function.set_into_module_raw(module, types, registered.call(host));
                }
            }
        }
        let in_global = self.0.iter().map(|registered| &registered.function);
        let in_global = in_global.filter(|f| !f.name.contains(NAMESPACE_SEPARATOR));
        host_names::register(&mut global, in_global.map(|f| (f.name.as_str(), f.arities)));
        engine.register_global_module(global.into());
        for (namespace, module) in namespaces {
            engine.register_static_module(namespace, module.into());
        }
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
    fn signatures(&self) -> Vec<Signature<'_>> {
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
            let of_objects = host_object::TEXT_FUNCTIONS
                .contains(&name.as_str())
                .then(|| vec![TypeId::of::<DartObject>(); arity]);
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
    fn printed(&self) -> Option<(Parameter, &'static str)> {
        let to_text = self.text_of_anything()?;
        let parameter = *self.parameters.first()?;
        let takes_text = parameter.accepts(TypeId::of::<ImmutableString>());
        takes_text.then_some((parameter, to_text))
    }

    /// What Rhai calls.
    fn call(&self, host: &Rc<Host>) -> RhaiFunc {
        let (host, reference) = (host.clone(), self.reference.clone());
        let printed = self.printed();
        let call = move |context: Option<NativeCallContext>, args: &mut [&mut Dynamic]| {
            if let (Some((parameter, to_text)), Some(context), [value]) =
                (printed, &context, &mut *args)
            {
                if !value.is_locked() && !parameter.accepts(value.type_id()) {
                    let mut text = context.call_native_fn_raw(to_text, true, &mut [value])?;
                    return invoke_dart_callback_async(
                        &host,
                        reference.id(),
                        &[&mut text],
                        Some(context),
                    );
                }
            }
            invoke_dart_callback_async(&host, reference.id(), args, context.as_ref())
        };
        RhaiFunc::Method {
            func: Shared::new(call),
            has_context: true,
            // The first argument is not changed: it may be a constant.
            is_pure: true,
            is_volatile: true,
        }
    }
}
