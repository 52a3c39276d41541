//! About what is in namespaces: those of the host's functions, and imported modules.

use std::collections::BTreeSet;

use super::phrases::as_closure;
use super::place::Place;
use super::visible::Visible;
use super::written::{member_of, MAX_REPEATED};
use crate::errors::suggestions::{did_you_mean, nearest, question, Patience};
use crate::language::names::{path_of, GLOBAL, NAMESPACE_SEPARATOR};

impl Visible<'_> {
    /// About a module that is not there.
    pub(super) fn about_module(&self, name: &str) -> Option<String> {
        let namespaces = self.namespaces();
        let names = namespaces.iter().map(String::as_str).chain([GLOBAL]);
        did_you_mean(name, names, &Patience::of_few()).or_else(|| {
            let is_off = self.config.allow_modules
                && !self.config.allow_file_io
                && !self.config.loads_modules;
            is_off.then(|| "files are switched off by RhaiConfig.allowFileIo".into())
        })
    }

    /// About a pointer to a function, by its name, that cannot be made.
    pub(super) fn about_pointer(&self, path: &str) -> Option<String> {
        let (namespace, name) = path.rsplit_once(NAMESPACE_SEPARATOR)?;
        self.about_member(namespace, name, &Place::unknown())
    }

    /// About a name in a namespace that is no variable.
    pub(super) fn about_member(
        &self,
        namespace: &str,
        name: &str,
        place: &Place,
    ) -> Option<String> {
        let patience = Patience::of_few();
        let functions = self.functions(namespace, place, |other| {
            other == name || patience.finds_near(name, other)
        });
        if let Some(function) = functions.iter().find(|known| known.name == name) {
            let path = path_of(namespace, name);
            return Some(as_closure(&path, function.arity));
        }
        let variables = self.module(namespace).into_iter().flat_map(|module| {
            let variables = module.iter_var();
            variables.map(|(name, _)| name)
        });
        let constants = self.host_constants.iter();
        let constants = constants.filter(|(other, ..)| *other == namespace);
        let variables = variables.chain(constants.map(|(_, name, _)| name));
        let names = functions.iter().map(|known| known.name.as_str());
        let of_host = self.host_functions.names();
        let constants = of_host.iter().filter_map(|path| {
            let (other, name) = path.rsplit_once(NAMESPACE_SEPARATOR)?;
            (other == namespace).then_some(name)
        });
        let names = names.chain(constants);
        let near = nearest(name, names.chain(variables), &patience).into_iter();
        question(near.map(|name| path_of(namespace, name)))
    }

    /// About a namespace that is taken for a variable.
    pub(super) fn about_namespace(&self, name: &str, place: &Place) -> Option<String> {
        let is_namespace = self.module(name).is_some() || self.namespaces().contains(name);
        let member = || {
            let member = self.with_tree(place, |ast| member_of(ast, place.position));
            let member = member.flatten().filter(|name| name.len() <= MAX_REPEATED);
            path_of(name, member.as_deref().unwrap_or("…"))
        };
        is_namespace.then(|| format!("{name} is no variable: write {}", member()))
    }

    /// The namespaces that there are.
    fn namespaces(&self) -> BTreeSet<String> {
        let imports = self.global.iter_imports();
        let imported = imports.map(|(alias, _)| alias.to_string());
        let registered = self.engine.collect_fn_metadata(
            None,
            |info| Some(info.namespace.to_string()).filter(|name| !name.is_empty()),
            true,
        );
        let constants = self.host_constants.iter();
        let constants = constants.map(|(namespace, ..)| namespace.to_string());
        imported.chain(registered).chain(constants).collect()
    }
}
