//! About constants that would change, and properties that are not there.

use super::phrases::{is_unit, UNIT};
use super::place::Place;
use super::visible::Visible;
use super::written::MAX_REPEATED;
use crate::errors::suggestions::{nearest, question, Patience};
use crate::functions::parameters::types_of;
use crate::language::signatures::built_in_signatures;

/// Names that the length of a value has elsewhere.
const LENGTH: [&str; 3] = ["length", "size", "count"];

impl Visible<'_> {
    /// About a method that would change a constant.
    pub(super) fn about_constant(&self, method: &str, place: &Place) -> String {
        let written = self.written(place).filter(|call| call.name == method);
        let constant = written
            .and_then(|call| call.object)
            .filter(|object| object.is_variable)
            .and_then(|object| object.name)
            .filter(|name| name.len() <= MAX_REPEATED);
        let copy = format!("copy it into a variable, and call {method} on that");
        match constant {
            Some(name) => format!("{name} is a constant: {copy}"),
            None => copy,
        }
    }

    /// About a property that a value does not have. Rhai quotes its name, and the type.
    pub(super) fn about_property(&self, what: &str) -> Option<String> {
        let mut quoted = what.split('\'').skip(1).step_by(2);
        let (property, type_name) = (quoted.next()?, quoted.next()?);
        if type_name == UNIT {
            return Some(is_unit(1));
        }
        let of_type = self.functions_of_type(type_name);
        if !what.starts_with("Unknown property") {
            let setters = of_type
                .iter()
                .filter_map(|(name, _)| name.strip_prefix("set$"));
            return question(near(property, setters));
        }
        let getters = of_type
            .iter()
            .filter_map(|(name, _)| name.strip_prefix("get$"));
        let getters: Vec<&str> = getters.collect();
        if of_type.iter().any(|(name, _)| *name == property) {
            return Some(format!("{property} is a method: write {property}(…)"));
        }
        if LENGTH.contains(&property) && getters.contains(&"len") {
            return question(["len()".into()]);
        }
        let without_arguments = of_type.iter().filter(|(_, arity)| *arity == 1);
        let methods = without_arguments.map(|(name, _)| *name);
        let names = near(property, getters.iter().copied().chain(methods));
        question(
            names
                .into_iter()
                .map(|name| match getters.contains(&&*name) {
                    true => name,
                    false => format!("{name}()"),
                }),
        )
    }

    /// The built-in functions whose first parameter is of the type that Rhai calls so: their
    /// names and numbers of parameters.
    fn functions_of_type(&self, type_name: &str) -> Vec<(&'static str, usize)> {
        let types = types_of(type_name);
        let is_of_type = |signatures: &Vec<Vec<_>>| {
            let mut first = signatures.iter().filter_map(|types| types.first());
            first.any(|first| types.contains(first))
        };
        let signatures = built_in_signatures().iter();
        let of_type = signatures.filter(|(_, signatures)| is_of_type(signatures));
        let functions = of_type.map(|((name, arity), _)| (name.as_str(), *arity));
        functions
            .filter(|(name, _)| !self.restrictions.hides(name))
            .collect()
    }
}

fn near<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let near = nearest(wanted, names, &Patience::default());
    near.into_iter().map(String::from).collect()
}
