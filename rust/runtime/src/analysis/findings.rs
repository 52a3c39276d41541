//! Findings in a script so far.

use std::collections::{HashMap, HashSet};

use rhai::{ImmutableString, Position};

use super::known_functions::is_namespace;
use super::report::{Import, Warning};
use super::surroundings::Surroundings;
use crate::errors::suggestions::{nearest, question, Patience};
use crate::language::names::{GLOBAL, NAMESPACE_SEPARATOR};

/// Code elsewhere in a script, perhaps further down, which shows that a warning would be
/// wrong.
#[derive(Debug)]
pub enum Doubt {
    /// A question whether there is such a function.
    FunctionExists,
    /// An object map with an entry of that name: it may be a function. Unless all is
    /// `own_data`, a map may also have come from outside.
    MapEntry {
        /// Whether what the method is called on was made by the script itself.
        own_data: bool,
    },
    /// A question whether there is such a variable; or a call that lets the function
    /// of this name see the variables of its caller.
    VariableExists(Option<ImmutableString>),
    /// A constant of this name at global level.
    Constant(ImmutableString),
    /// That there is none.
    NoConstant(ImmutableString),
    /// An import of a module as this.
    Module(ImmutableString),
}

/// Names that a script asks for, or any if it computes a name.
#[derive(Debug, Default)]
pub struct Names {
    names: HashSet<ImmutableString>,
    any: bool,
}

impl Names {
    /// Adds a name; `None` stands for any.
    pub fn add(&mut self, name: Option<ImmutableString>) {
        match name {
            Some(name) => drop(self.names.insert(name)),
            None => self.any = true,
        }
    }

    fn has(&self, name: &str) -> bool {
        self.any || self.names.contains(name)
    }
}

/// Findings in a script so far.
#[derive(Debug)]
pub struct Findings<'a> {
    /// Names that the script finds in its engine.
    pub surroundings: &'a Surroundings,
    /// Warnings that hold whatever comes.
    pub warnings: Vec<Warning>,
    /// Warnings that what comes may show to be wrong.
    pub doubtful: Vec<(Warning, Doubt)>,
    /// The imports.
    pub imports: Vec<Import>,
    /// Functions whose existence the script asks for.
    pub asked_functions: Names,
    /// Variables whose existence the script asks for.
    pub asked_variables: Names,
    /// Whether the script evaluates others.
    pub uses_eval: bool,
    /// Whether values come from outside.
    pub has_foreign_data: bool,
    /// Names that entries of the script's maps may have.
    pub entries: HashSet<ImmutableString>,
    /// Functions that are called with the variables of their callers.
    pub sees_caller: HashSet<ImmutableString>,
    /// Names that are used as `global::NAME`.
    pub global_names: HashSet<ImmutableString>,
    /// Names that functions use and do not declare.
    pub names_in_functions: HashSet<ImmutableString>,
    /// Constants at global level.
    pub global_constants: HashSet<ImmutableString>,
    /// Variables that are declared, and whether that is at global level.
    declared: HashMap<ImmutableString, bool>,
    /// Where names are first used that are declared nowhere around, and in which
    /// function.
    free: HashMap<(ImmutableString, Option<ImmutableString>), Position>,
}

impl<'a> Findings<'a> {
    /// Nothing so far.
    pub fn new(surroundings: &'a Surroundings) -> Self {
        Findings {
            surroundings,
            warnings: Vec::new(),
            doubtful: Vec::new(),
            imports: Vec::new(),
            asked_functions: Names::default(),
            asked_variables: Names::default(),
            uses_eval: false,
            has_foreign_data: false,
            entries: HashSet::new(),
            sees_caller: HashSet::new(),
            global_names: HashSet::new(),
            names_in_functions: HashSet::new(),
            global_constants: HashSet::new(),
            declared: HashMap::new(),
            free: HashMap::new(),
        }
    }

    /// Notes that a variable is declared.
    pub fn add_declared(&mut self, name: &ImmutableString, globally: bool) {
        *self.declared.entry(name.clone()).or_default() |= globally;
    }

    /// Notes the use of a variable that is not declared there.
    pub fn add_free(
        &mut self,
        name: &ImmutableString,
        function: Option<&ImmutableString>,
        position: Position,
    ) {
        let first = self
            .free
            .entry((name.clone(), function.cloned()))
            .or_insert(position);
        if order(position) < order(*first) {
            *first = position;
        }
    }

    /// The warnings, by position. All of the script must have been looked at.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        let mut warnings = std::mem::take(&mut self.warnings);
        let patience = Patience::default();
        for (mut warning, doubt) in std::mem::take(&mut self.doubtful) {
            if self.holds(&warning, &doubt) {
                let more = match &doubt {
                    Doubt::VariableExists(function) => {
                        self.about_variable(&warning.name, function.is_some())
                    }
                    Doubt::Constant(name) => self.about_constant(name, &patience),
                    _ => String::new(),
                };
                warning.message.push_str(&more);
                warnings.push(warning);
            }
        }
        warnings.sort_by_key(|warning| (order(warning.position), warning.kind));
        self.imports.sort_by_key(|import| order(import.position));
        warnings
    }

    /// Hint about a variable that is not there, in a function or at global
    /// level.
    fn about_variable(&self, name: &str, in_function: bool) -> String {
        let Surroundings {
            functions,
            module_constants,
            ..
        } = self.surroundings;
        let is_in_host = is_namespace(functions, name) || is_namespace(module_constants, name);
        match in_function {
            _ if is_in_host || self.has_module(name) => {
                format!(" ({name} is a namespace: write {name}::…)")
            }
            true if self.is_global_constant(name) => {
                format!(" in a function, which sees the constant as global::{name}")
            }
            true => " in a function, which sees no variables but its own".into(),
            false => String::new(),
        }
    }

    /// Hint about a constant that is not there as `global::NAME`.
    fn about_constant(&self, name: &str, patience: &Patience) -> String {
        let is_variable = self.declared.get(name) == Some(&true)
            || self.surroundings.variables.contains_key(name);
        if is_variable {
            return format!(" ({GLOBAL} has constants only, and {name} is a variable)");
        }
        let own = self.global_constants.iter().map(|name| name.as_str());
        let names = own.chain(self.surroundings.constants.iter().map(String::as_str));
        let near = nearest(name, names, patience).into_iter();
        let near = question(near.map(|name| format!("{GLOBAL}{NAMESPACE_SEPARATOR}{name}")));
        let hint = near.unwrap_or_else(|| "no such constant at global level".into());
        format!(" ({hint})")
    }

    fn holds(&self, warning: &Warning, doubt: &Doubt) -> bool {
        match doubt {
            Doubt::FunctionExists => !self.asked_functions.has(&warning.name),
            Doubt::MapEntry { own_data } => {
                // A module can add methods to types.
                self.imports.is_empty()
                    && !self.entries.contains(warning.name.as_str())
                    && (*own_data || !self.has_foreign_data)
            }
            Doubt::VariableExists(function) => {
                let sees_caller = |name| self.sees_caller.contains(name);
                !self.asked_variables.has(&warning.name)
                    && !function.as_ref().is_some_and(sees_caller)
            }
            Doubt::Constant(name) => {
                !self.uses_eval && !self.is_global_constant(name) && !self.has_module(GLOBAL)
            }
            Doubt::NoConstant(name) => self.is_global_constant(name),
            Doubt::Module(name) => !self.uses_eval && !self.has_module(name),
        }
    }

    fn is_global_constant(&self, name: &str) -> bool {
        self.global_constants.contains(name) || self.surroundings.constants.contains(name)
    }

    /// Whether functions use a constant at global level, or try to: they see it as
    /// `global::NAME`. All functions must have been looked at.
    pub fn is_meant_in_functions(&self, name: &ImmutableString) -> bool {
        self.uses_eval || self.global_names.contains(name) || self.names_in_functions.contains(name)
    }

    fn has_module(&self, name: &str) -> bool {
        let mut aliases = self.imports.iter().filter_map(|i| i.alias.as_ref());
        aliases.any(|alias| alias == name)
    }

    /// The variables that the script uses and does not declare, by position.
    pub fn free_variables(&self) -> Vec<(ImmutableString, Position)> {
        let mut first = HashMap::new();
        for ((name, function), &position) in &self.free {
            let declared = self.declared.get(name);
            let is_free = match function {
                None => true,
                Some(function) if self.sees_caller.contains(function) => declared.is_none(),
                Some(_) => declared != Some(&true),
            };
            if is_free {
                let first = first.entry(name).or_insert(position);
                if order(position) < order(*first) {
                    *first = position;
                }
            }
        }
        let mut variables: Vec<_> = first.into_iter().map(|(n, p)| (n.clone(), p)).collect();
        variables.sort_by(|a, b| (order(a.1), &a.0).cmp(&(order(b.1), &b.0)));
        variables
    }
}

/// Key that sorts positions; unknown ones come last.
fn order(position: Position) -> (usize, usize) {
    let number = |number: Option<usize>| number.unwrap_or(usize::MAX);
    (number(position.line()), number(position.position()))
}
