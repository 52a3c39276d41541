//! Names that the code could use in which an error occurred.

use std::rc::Rc;

use rhai::{Engine, GlobalRuntimeState, ImmutableString, Module, Scope, AST};

use super::place::Place;
use super::written::Written;
use crate::execution::variables::Variables;
use crate::functions::host_constants::HostConstants;
use crate::functions::host_functions::HostFunctions;
use crate::language::compiled_script::CompiledScript;
use crate::language::imports::Imports;
use crate::language::names::NAMESPACE_SEPARATOR;
use crate::language::restrictions::Restrictions;
use crate::limits::config::Config;

/// Names that the code could use in which an error occurred, and facts about it.
pub struct Visible<'a> {
    /// The engine it ran in.
    pub engine: &'a Engine,
    /// Its limits.
    pub config: &'a Config,
    /// The functions of the host.
    pub host_functions: &'a HostFunctions,
    /// The constants in modules of the host.
    pub host_constants: &'a HostConstants,
    /// Words and functions that are switched off there.
    pub restrictions: &'a Restrictions,
    /// The modules that were imported, if any were.
    pub imports: Option<&'a Imports>,
    /// Numbers of arguments that the host's function takes which was last called with
    /// another number: bit *n* for *n*.
    pub last_arities: u32,
    /// The functions of the script.
    pub global: &'a GlobalRuntimeState,
    /// The script, if it was one and has been compiled.
    pub script: Option<&'a CompiledScript>,
    /// The variables at global level, if it was a script.
    pub scope: Option<&'a Scope<'a>>,
    /// The variables that the script could start with, if they are still known.
    pub variables: Option<Rc<Variables>>,
    /// How the host has called the function, if no script was started.
    pub call: HostCall,
}

/// How the host has called a function of a script.
#[derive(Debug, Clone, Copy, Default)]
pub struct HostCall {
    /// How many values the function carries.
    pub curried: usize,
    /// Whether it was called with a `this`.
    pub with_this: bool,
    /// Whether it was called by its name, which runs no other statement of the script.
    pub by_name: bool,
}

impl Visible<'_> {
    /// The call at a place, as it is written.
    pub fn written(&self, place: &Place) -> Option<Written> {
        self.with_tree(place, |ast| Written::find(ast, place.position))
            .flatten()
    }

    /// Runs `f` with the syntax tree that a place is in, if that is known.
    pub fn with_tree<R>(&self, place: &Place, f: impl FnOnce(&AST) -> R) -> Option<R> {
        match (place.module, self.script) {
            ("", Some(script)) => Some(f(&script.ast)),
            ("", None) => {
                let functions = self.global.lib.first()?.clone();
                Some(f(&AST::new([], functions)))
            }
            (module, _) => {
                let script = self.module_script(module)?;
                Some(f(&script.ast))
            }
        }
    }

    /// The syntax tree of an imported module.
    pub fn module_script(&self, name: &str) -> Option<Rc<CompiledScript>> {
        self.imports?.script(name)
    }

    /// The functions that code at a place has defined.
    pub fn own_functions(&self, place: &Place) -> Vec<Function> {
        match self.module_script(place.module) {
            Some(script) => functions_of(script.ast.shared_lib()).collect(),
            None => {
                let modules = self.global.lib.iter();
                modules.flat_map(|module| functions_of(module)).collect()
            }
        }
    }

    /// The parameters of the function that a place is in.
    pub fn parameters(&self, place: &Place) -> Vec<ImmutableString> {
        let functions = self.own_functions(place).into_iter();
        let same = functions.filter(|f| place.function == Some(f.name.as_str()));
        same.flat_map(|function| function.parameters).collect()
    }

    /// An imported module, or one in it.
    pub fn module(&self, path: &str) -> Option<&Module> {
        let mut names = path.split(NAMESPACE_SEPARATOR);
        let first = names.next()?;
        let mut imports = self.global.iter_imports();
        let (_, root) = imports.find(|(alias, _)| *alias == first)?;
        names.try_fold(root, |module, name| module.get_sub_module(name))
    }

    /// The functions with names that are wanted: those in a namespace, or those that need
    /// none.
    pub fn functions(
        &self,
        namespace: &str,
        place: &Place,
        is_wanted: impl Fn(&str) -> bool + Copy,
    ) -> Vec<Known> {
        if let Some(module) = self.module(namespace) {
            let functions = functions_of(module);
            return functions
                .filter(|f| is_wanted(&f.name))
                .map(Known::of_script)
                .collect();
        }
        let mut functions = self.engine.collect_fn_metadata(
            None,
            |info| {
                let function = info.metadata;
                let is_there = info.namespace == namespace && is_wanted(&function.name);
                is_there.then(|| Known {
                    name: function.name.to_string(),
                    arity: function.num_params,
                    is_native: true,
                })
            },
            true,
        );
        if namespace.is_empty() {
            let own = self.own_functions(place).into_iter();
            functions.extend(own.filter(|f| is_wanted(&f.name)).map(Known::of_script));
        }
        functions
    }
}

/// A function that a script has defined.
pub struct Function {
    /// Its name.
    pub name: ImmutableString,
    /// The names of its parameters.
    pub parameters: Vec<ImmutableString>,
}

/// The functions that a script has defined.
fn functions_of(module: &Module) -> impl Iterator<Item = Function> + '_ {
    let functions = module.iter_script_fn_info();
    functions.map(|(.., definition)| Function {
        name: definition.name.clone(),
        parameters: definition.params.to_vec(),
    })
}

/// A function that there is.
#[derive(Debug)]
pub struct Known {
    /// Its name.
    pub name: String,
    /// How many parameters it has.
    pub arity: usize,
    /// Whether the object of a method is its first argument, and not its `this`.
    pub is_native: bool,
}

impl Known {
    fn of_script(function: Function) -> Self {
        Known {
            name: function.name.to_string(),
            arity: function.parameters.len(),
            is_native: false,
        }
    }
}
