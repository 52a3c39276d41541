//! About variables and constants that are not there.

use std::collections::BTreeSet;

use rhai::{ASTFlags, Stmt};

use super::place::Place;
use super::visible::Visible;
use super::written::MAX_REPEATED;
use crate::errors::suggestions::{did_you_mean, nearest, question, Patience};
use crate::language::names::{path_of, GLOBAL, NAMESPACE_SEPARATOR};

impl Visible<'_> {
    /// About a variable that is not there.
    pub(super) fn about_variable(&self, path: &str, place: &Place) -> Option<String> {
        let (namespace, name) = path.rsplit_once(NAMESPACE_SEPARATOR).unwrap_or(("", path));
        if path.len() > MAX_REPEATED || !rhai::is_valid_identifier(name) {
            return None;
        }
        match namespace {
            "" => self.about_own_variable(name, place),
            GLOBAL => Some(self.about_global(name, place)),
            namespace => self.about_member(namespace, name, place),
        }
    }

    fn about_own_variable(&self, name: &str, place: &Place) -> Option<String> {
        let constants = self.constants(place);
        if place.function.is_some() && constants.contains(name) {
            let path = path_of(GLOBAL, name);
            return Some(format!("functions see this constant as {path}"));
        }
        if place.function.is_some() && self.is_global_variable(name, place) {
            return Some(format!(
                "functions do not see the variables of the script: give {name} to it as \
                 an argument"
            ));
        }
        if let Some(hint) = self.about_namespace(name, place) {
            return Some(hint);
        }
        let patience = Patience::default();
        let parameters = self.parameters(place);
        let functions = self.own_functions(place);
        let of_host = self.host_functions.names();
        let names = parameters.iter().map(|name| name.as_str());
        let names = names.chain(functions.iter().map(|f| f.name.as_str()));
        // Not what reads properties.
        let of_host = of_host.iter().map(String::as_str);
        let names = names.chain(of_host.filter(|name| rhai::is_valid_identifier(name)));
        // A closure captures what it names.
        let sees_scope = !place.is_in_function() && place.module.is_empty();
        let scope = self.scope.filter(|_| sees_scope).into_iter();
        let in_scope = scope.flat_map(|scope| scope.iter_raw());
        let names = names.chain(in_scope.map(|(name, ..)| name));
        let of_host = self.variables.iter().filter(|_| sees_scope);
        let names = names.chain(of_host.flat_map(|all| all.names()));
        let near = did_you_mean(name, names, &patience).or_else(|| {
            let constants = constants.iter().filter(|_| place.is_in_function());
            let near = nearest(name, constants.map(String::as_str), &patience);
            question(near.into_iter().map(|name| path_of(GLOBAL, name)))
        });
        Some(match near {
            Some(question) => format!("{question} A new variable is declared with `let`"),
            None => format!("declare it with `let {name} = …`"),
        })
    }

    /// About a constant that is not there as `global::NAME`.
    fn about_global(&self, name: &str, place: &Place) -> String {
        if self.is_global_variable(name, place) {
            let instead = match place.function {
                Some(_) => "give it to the function as an argument".into(),
                None => format!("it is {name} here"),
            };
            return format!("{GLOBAL} has constants only, and {name} is a variable: {instead}");
        }
        if !place.module.is_empty() && self.constants(&Place::unknown()).contains(name) {
            return format!(
                "a module has its own constants, and does not see {name} of the script: give \
                 it to the function as an argument"
            );
        }
        let constants = self.constants(place);
        let names = constants.iter().map(String::as_str);
        let near = nearest(name, names, &Patience::default()).into_iter();
        let near = near.map(|name| path_of(GLOBAL, name));
        let declaration = format!("`const {name} = …`");
        question(near).unwrap_or_else(|| match self.call.by_name && place.module.is_empty() {
            true => format!(
                "a call by name runs the function only: run the script, with {declaration} at \
                 global level, in a scope first, and call the function with that scope"
            ),
            false => format!("declare it with {declaration} at global level"),
        })
    }

    /// Whether code at a place would see a variable of this name, and no constant, if it
    /// were no function.
    fn is_global_variable(&self, name: &str, place: &Place) -> bool {
        if !place.module.is_empty() {
            return self.declared(place, false).contains(name);
        }
        let in_scope = self.scope.and_then(|scope| scope.is_constant(name));
        match (in_scope, &self.variables) {
            (Some(is_constant), _) => !is_constant,
            (None, Some(of_host)) => {
                of_host.names().any(|other| other == name)
                    && !of_host.constants().any(|other| other == name)
            }
            (None, None) => false,
        }
    }

    /// The constants that functions at a place see.
    fn constants(&self, place: &Place) -> BTreeSet<String> {
        if !place.module.is_empty() {
            return self.declared(place, true);
        }
        let mut names = BTreeSet::new();
        let scope = self.scope.into_iter().flat_map(|scope| scope.iter_raw());
        for (name, is_constant, _) in scope {
            // What is declared last hides the others.
            match is_constant {
                true => drop(names.insert(name.to_string())),
                false => drop(names.remove(name)),
            }
        }
        if let Some(of_host) = &self.variables {
            let is_hidden = |name: &&str| self.scope.is_some_and(|scope| scope.contains(name));
            names.extend(
                of_host
                    .constants()
                    .filter(|n| !is_hidden(n))
                    .map(Into::into),
            );
        }
        if let (None, Some(constants)) = (self.scope, &self.global.constants) {
            names.extend(constants.borrow().keys().map(ToString::to_string));
        }
        names
    }

    /// The constants, or the variables, that a module declares at global level.
    fn declared(&self, place: &Place, constants: bool) -> BTreeSet<String> {
        let script = self.module_script(place.module);
        let statements = script.iter().flat_map(|script| script.ast.statements());
        let names = statements.filter_map(|statement| match statement {
            Stmt::Var(parts, flags, _) => {
                let is_wanted = flags.contains(ASTFlags::CONSTANT) == constants;
                is_wanted.then(|| parts.0.name.to_string())
            }
            _ => None,
        });
        names.collect()
    }
}
