//! What to do about errors of scripts: names that exist, numbers of arguments, and
//! options of the configuration that switch something off.

use std::collections::BTreeSet;
use std::rc::Rc;

use rhai::{
    Engine, EvalAltResult, GlobalRuntimeState, ImmutableString, LexError, Module, ParseErrorType,
    Scope,
};

use crate::config::Config;
use crate::dart_objects::{CLOSURE_NAME, DART_OBJECT};
use crate::functions::KEYWORDS;
use crate::memory;
use crate::restrictions::Restrictions;
use crate::script_functions::BOUND_NAME;
use crate::scripts::FaultyLine;
use crate::suggestions::{did_you_mean, Patience};
use crate::variables::Variables;

/// Bytes of the longest name that a hint repeats.
const MAX_REPEATED: usize = 64;

/// Numbers of arguments that a message lists.
const MAX_LISTED: usize = 5;

/// What the code could name that an error comes from.
pub struct Visible<'a> {
    /// The engine it ran in.
    pub engine: &'a Engine,
    /// The limits of that.
    pub config: &'a Config,
    /// What is switched off there.
    pub restrictions: &'a Restrictions,
    /// The functions of the script.
    pub global: &'a GlobalRuntimeState,
    /// The variables at global level, if it was a script.
    pub scope: Option<&'a Scope<'a>>,
    /// The variables that the script could start with, if they are still known.
    pub variables: Option<Rc<Variables>>,
}

impl Visible<'_> {
    /// What to do about an error; `line` is the line of the script that does not parse,
    /// if one does not.
    pub fn hint(&self, error: &EvalAltResult, line: Option<&FaultyLine>) -> Option<String> {
        // Nothing of the script's runs any more, so it is not left for what this takes.
        memory::held(|| self.find_hint(error, line))
    }

    fn find_hint(&self, error: &EvalAltResult, line: Option<&FaultyLine>) -> Option<String> {
        use EvalAltResult as E;
        let mut function = None;
        let mut error = error;
        while let E::ErrorInFunctionCall(_, _, inner, _) | E::ErrorInModule(_, inner, _) = error {
            if let E::ErrorInFunctionCall(name, ..) = error {
                function = Some(name.as_str());
            }
            error = inner;
        }
        match error {
            E::ErrorFunctionNotFound(signature, _) => self.about_function(signature),
            E::ErrorVariableNotFound(name, _) => self.about_variable(name, function),
            E::ErrorModuleNotFound(..)
                if self.config.allow_modules && !self.config.allow_file_io =>
            {
                Some("files are switched off by RhaiConfig.disableFileIo".into())
            }
            E::ErrorParsing(kind, _) => switched_off(self.engine, self.config, kind, line),
            _ => None,
        }
    }

    /// About a function that is not there, of which Rhai tells the name and the types of
    /// the arguments, as in `name (i64, string)`.
    fn about_function(&self, signature: &str) -> Option<String> {
        let (path, types) = signature.split_once(' ')?;
        let (namespace, name) = path.rsplit_once("::").unwrap_or(("", path));
        // Once each: the type of `()` is called so.
        let types = types.strip_prefix('(')?.strip_suffix(')')?;
        let count = match types {
            "" => 0,
            types => types.split(", ").count(),
        };
        if [BOUND_NAME, CLOSURE_NAME].contains(&name) {
            return None;
        }
        if namespace.is_empty() {
            if let Some(reason) = self.restrictions.reason_to_hide(name) {
                return Some(reason.into());
            }
        }
        let patience = Patience::default();
        let found = self.functions(namespace, |other| {
            other == name || patience.finds_near(name, other)
        });
        let same = found.iter().filter(|(other, _)| other == name);
        let arities: BTreeSet<usize> = same.map(|(_, arity)| *arity).collect();
        if arities.contains(&count) {
            // It is the types that do not fit.
            return None;
        }
        if !arities.is_empty() {
            let name = match name.starts_with("anon$") {
                true => "it",
                false => name,
            };
            return Some(takes(name, &arities));
        }
        let keywords = KEYWORDS
            .into_iter()
            .filter(|word| namespace.is_empty() && !self.engine.is_symbol_disabled(word));
        let names = found.iter().map(|(other, _)| other.as_str());
        let names = names.filter(|other| self.restrictions.reason_to_hide(other).is_none());
        did_you_mean(name, names.chain(keywords), &patience).or_else(|| {
            let of_object = types == DART_OBJECT || types.starts_with(&format!("{DART_OBJECT}, "));
            let hint = "scripts know no methods of Dart objects: register a function";
            (of_object && rhai::is_valid_identifier(name)).then(|| hint.into())
        })
    }

    /// The names and numbers of parameters of functions with names that are wanted: those
    /// of an imported module, or those that need no path.
    fn functions(
        &self,
        namespace: &str,
        is_wanted: impl Fn(&str) -> bool + Copy,
    ) -> Vec<(String, usize)> {
        let wanted = |(name, parameters): (&str, &[ImmutableString])| {
            is_wanted(name).then(|| (name.to_string(), parameters.len()))
        };
        if !namespace.is_empty() {
            let mut imports = self.global.iter_imports();
            let import = imports.find(|(alias, _)| *alias == namespace);
            let functions = import
                .into_iter()
                .flat_map(|(_, module)| functions_of(module));
            return functions.filter_map(wanted).collect();
        }
        let mut functions = self.engine.collect_fn_metadata(
            None,
            |info| {
                let function = info.metadata;
                let name = function.name.as_str();
                is_wanted(name).then(|| (name.to_string(), function.num_params))
            },
            true,
        );
        functions.extend(self.script_functions().filter_map(wanted));
        functions
    }

    /// About a variable that is not there, in a function or at global level.
    fn about_variable(&self, name: &str, function: Option<&str>) -> Option<String> {
        if name.len() > MAX_REPEATED || !rhai::is_valid_identifier(name) {
            return None;
        }
        let in_scope = self.scope.and_then(|scope| scope.is_constant(name));
        match (function, in_scope) {
            // In a function it is `global::NAME`.
            (Some(_), Some(true)) => return None,
            (Some(_), Some(false)) => {
                return Some(format!(
                    "functions do not see the variables of the script: give {name} to it as \
                     an argument"
                ))
            }
            _ => {}
        }
        let parameters = function.into_iter().flat_map(|name| self.parameters(name));
        let functions = self.script_functions().map(|(name, _)| name);
        // A closure captures what it names.
        let sees_scope = function.is_none_or(|name| name.starts_with("anon$"));
        let scope = self.scope.filter(|_| sees_scope).into_iter();
        let in_scope = scope.flat_map(|scope| scope.iter_raw());
        let in_scope = in_scope.map(|(name, ..)| name);
        let of_host = self.variables.iter().filter(|_| sees_scope);
        let of_host = of_host.flat_map(|all| all.names());
        let names = parameters.chain(functions).chain(in_scope).chain(of_host);
        Some(match did_you_mean(name, names, &Patience::default()) {
            Some(question) => format!("{question} A new variable is declared with `let`"),
            None => format!("declare it with `let {name} = …`"),
        })
    }

    /// The parameters of a function of the script.
    fn parameters<'f>(&'f self, function: &'f str) -> impl Iterator<Item = &'f str> {
        self.script_functions()
            .filter(move |(name, _)| *name == function)
            .flat_map(|(_, parameters)| parameters.iter().map(|name| name.as_str()))
    }

    /// The names and parameters of the script's functions.
    fn script_functions(&self) -> impl Iterator<Item = (&str, &[ImmutableString])> {
        let modules = self.global.lib.iter();
        modules.flat_map(|module| functions_of(module))
    }
}

/// The names and parameters of the functions that a script has defined.
fn functions_of(module: &Module) -> impl Iterator<Item = (&str, &[ImmutableString])> {
    let functions = module.iter_script_fn_info();
    functions.map(|(.., definition)| (definition.name.as_str(), &definition.params[..]))
}

/// Names the option that has switched off a word or an operator, if that is why a script
/// does not parse.
pub fn switched_off(
    engine: &Engine,
    config: &Config,
    kind: &ParseErrorType,
    line: Option<&FaultyLine>,
) -> Option<String> {
    use ParseErrorType as P;
    let named = match kind {
        P::Reserved(word)
        | P::UnknownOperator(word)
        | P::BadInput(LexError::ImproperSymbol(word, _)) => Some(word.clone()),
        _ => None,
    };
    let is_disabled = |word: &String| engine.is_symbol_disabled(word);
    // What Rhai expects instead says nothing of the word that is there.
    let word = named
        .filter(is_disabled)
        .or_else(|| line?.token().filter(is_disabled))?;
    let option = match word.as_str() {
        "eval" if !config.allow_eval => "disableEval",
        "import" | "export" if !config.allow_modules => "disableModules",
        _ => "disabledSymbols",
    };
    Some(format!("{word} is switched off by RhaiConfig.{option}"))
}

/// Says how many arguments functions of a name take.
pub fn takes(name: &str, arities: &BTreeSet<usize>) -> String {
    let mut listed: Vec<String> = arities.iter().map(usize::to_string).collect();
    if listed.len() > MAX_LISTED {
        listed.truncate(MAX_LISTED);
        listed.push("more".into());
    }
    let last = listed.pop().unwrap_or_default();
    match listed.is_empty() {
        true if last == "1" => format!("{name} takes 1 argument"),
        true => format!("{name} takes {last} arguments"),
        false => format!("{name} takes {} or {last} arguments", listed.join(", ")),
    }
}
