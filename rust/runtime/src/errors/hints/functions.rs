//! About functions that are not there.

use std::collections::BTreeSet;

use super::phrases::{is_unit, is_variable, takes, takes_after_dot, UNIT};
use super::place::Place;
use super::visible::{Known, Visible};
use super::written::{captured_by, Written};
use crate::errors::suggestions::{nearest, question, Patience};
use crate::language::names::{
    is_closure, path_of, BOUND_NAME, GETTER, KEYWORDS, NAMESPACE_SEPARATOR,
};
use crate::language::signatures::{has_built_in, MAX_ARGUMENTS};
use crate::objects::host_object::{CLOSURE_NAME, OBJECT_TYPE};

/// The arguments of a call.
#[derive(Debug, Clone, Copy)]
struct Arguments {
    /// How many are written.
    written: usize,
    /// Whether the object of a method comes before them.
    has_object: bool,
    /// How many more the function carries.
    curried: usize,
}

impl Visible<'_> {
    /// About a function that is not there, of which Rhai tells the name and the types of
    /// the arguments, as in `name (i64, string)`.
    pub(super) fn about_function(
        &self,
        signature: &str,
        place: &Place,
        called: Option<&str>,
    ) -> Option<String> {
        let Some((path, types)) = signature.split_once(' ') else {
            // There are no arguments where a pointer to it is made.
            return self.about_pointer(signature);
        };
        let (namespace, name) = path.rsplit_once(NAMESPACE_SEPARATOR).unwrap_or(("", path));
        // Once each: the type of `()` is called so.
        let types = types.strip_prefix('(')?.strip_suffix(')')?;
        let count = match types {
            "" => 0,
            types => types.split(", ").count(),
        };
        if name == CLOSURE_NAME {
            let arities = self.last_arities;
            let arities = (0..=MAX_ARGUMENTS).filter(|n| arities & (1 << n) != 0);
            return Some(takes(called.unwrap_or("it"), &arities.collect()));
        }
        if name == BOUND_NAME {
            return None;
        }
        if namespace.is_empty() {
            if let Some(reason) = self.restrictions.reason_to_hide(name) {
                return Some(reason.into());
            }
        }
        let unit = unit_among(types);
        if unit.is_some() && is_operator(name) {
            return unit;
        }
        let written = self
            .written(place)
            .filter(|written| self.is_call_of(written, path));
        let arguments = self.arguments(name, count, written.as_ref(), place);
        let patience = match namespace.is_empty() {
            true => Patience::default(),
            false => Patience::of_few(),
        };
        let found = self.functions(namespace, place, |other| {
            other == name || patience.finds_near(name, other)
        });
        let same = || found.iter().filter(|known| known.name == name);
        let arities: BTreeSet<usize> = same()
            .filter_map(|known| arguments.taken_by(known))
            .collect();
        if arities.contains(&arguments.written) {
            // It is the types that do not fit.
            return unit.filter(|_| !self.host_functions.has(path));
        }
        if !arities.is_empty() {
            let name = match is_closure(name) {
                true => "it",
                false => path,
            };
            let is_first = arguments.has_object && same().any(|known| known.is_native);
            return Some(match is_first {
                true => takes_after_dot(name, &arities),
                false => takes(name, &arities),
            });
        }
        if !arguments.has_object && namespace.is_empty() && self.is_variable(name, place) {
            return Some(is_variable(name));
        }
        let names = found.iter().map(|known| known.name.as_str());
        self.nearest_function(namespace, name, names, &patience)
            .or_else(|| {
                let of_object =
                    types == OBJECT_TYPE || types.starts_with(&format!("{OBJECT_TYPE}, "));
                let getter = format!("{GETTER}{name}");
                let hint = match self.host_functions.has(&getter) {
                    true => format!("{name} is a property: write it without ()"),
                    false => "no registered type has this method".into(),
                };
                (of_object && rhai::is_valid_identifier(name)).then_some(hint)
            })
    }

    /// About `()` as an argument of a function of the host, whose types do not fit.
    pub(super) fn remark_about_unit(&self, signature: &str) -> Option<String> {
        let (path, types) = signature.split_once(' ')?;
        let types = types.strip_prefix('(')?.strip_suffix(')')?;
        unit_among(types).filter(|_| self.host_functions.has(path))
    }

    /// Asks whether another function was meant.
    fn nearest_function<'n>(
        &self,
        namespace: &str,
        name: &str,
        names: impl Iterator<Item = &'n str>,
        patience: &Patience,
    ) -> Option<String> {
        let keywords = KEYWORDS
            .into_iter()
            .filter(|word| namespace.is_empty() && !self.engine.is_symbol_disabled(word));
        let names = names.filter(|other| {
            !namespace.is_empty() || self.restrictions.reason_to_hide(other).is_none()
        });
        let near = nearest(name, names.chain(keywords), patience).into_iter();
        question(near.map(|name| path_of(namespace, name)))
    }

    /// Whether a call is one of a function with this name: by its name or by a pointer to
    /// it. What calls back is at the same place as the function that it has called.
    fn is_call_of(&self, written: &Written, path: &str) -> bool {
        written.name == path || written.pointer().is_some() && !self.calls_back(written)
    }

    /// Whether a call is one of a function that may call others.
    pub(super) fn calls_back(&self, written: &Written) -> bool {
        !written.calls_object() && has_built_in(&written.name)
    }

    /// The arguments of a call of `name` with `count` of them.
    fn arguments(
        &self,
        name: &str,
        count: usize,
        written: Option<&Written>,
        place: &Place,
    ) -> Arguments {
        let (has_object, curried) = match written {
            Some(written) => {
                let has_object = written.passes_object();
                let others = written.arguments + usize::from(has_object);
                (has_object, count.saturating_sub(others))
            }
            None if place.function.is_none() && place.position.is_none() => {
                (self.call.with_this, self.call.curried)
            }
            None => {
                let captured = self.with_tree(place, |ast| captured_by(ast, name));
                (false, captured.unwrap_or(0))
            }
        };
        // The name of another function stands for no closure, which could carry some.
        let curried = match is_closure(name) || written.is_none_or(|w| w.name != name) {
            true => curried,
            false => 0,
        };
        Arguments {
            written: count.saturating_sub(curried + usize::from(has_object)),
            has_object,
            curried,
        }
    }

    /// Whether code at a place sees a variable of this name.
    fn is_variable(&self, name: &str, place: &Place) -> bool {
        match place.function {
            Some(_) => self.parameters(place).iter().any(|other| other == name),
            None => self.scope.is_some_and(|scope| scope.contains(name)),
        }
    }
}

impl Arguments {
    /// How many arguments are to be written for a function; `None` if it cannot be called
    /// so.
    fn taken_by(self, known: &Known) -> Option<usize> {
        let object = usize::from(known.is_native && self.has_object);
        known.arity.checked_sub(object + self.curried)
    }
}

/// Advice about `()`, if it is among the arguments that have these types.
fn unit_among(types: &str) -> Option<String> {
    let types = types.split(", ");
    let has_unit = types.clone().any(|of_argument| of_argument == UNIT);
    has_unit.then(|| is_unit(types.count()))
}

/// Whether a function is called by a sign.
fn is_operator(name: &str) -> bool {
    !name.contains(|c: char| c.is_alphanumeric() || c == '_')
}
