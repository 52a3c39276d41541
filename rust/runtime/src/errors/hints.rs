//! What to do about errors of scripts: names that exist, numbers of arguments, and
//! options of the configuration that switch something off.

mod calls;
mod functions;
mod namespaces;
mod values;
mod variables;

use std::collections::BTreeSet;
use std::rc::Rc;

use rhai::{
    Engine, EvalAltResult, GlobalRuntimeState, ImmutableString, LexError, Module, ParseErrorType,
    Position, Scope, AST,
};

use crate::border::host_functions::DartFunctions;
use crate::context::context::ExecutionContext;
use crate::limits::config::Config;
use crate::objects::host_object::{DartObject, CLOSURE_NAME, DART_OBJECT};

use crate::execution::variables::Variables;
use crate::language::compiled_script::CompiledScript;
use crate::language::names::is_closure;
use crate::language::place::FaultyLine;
use crate::language::restrictions::Restrictions;
use calls::Written;

pub use functions::is_variable;
pub use namespaces::as_closure;

/// Bytes of the longest name that a hint repeats.
const MAX_REPEATED: usize = 64;

/// Numbers of arguments that a message lists.
const MAX_LISTED: usize = 5;

/// What is known of an error beside what Rhai says.
#[derive(Debug, Default)]
pub struct Hint {
    /// What to do about it.
    pub advice: Option<String>,
    /// What the script calls the Dart function that the error is about, if that is a value.
    pub called: Option<String>,
    /// The Dart types of the arguments that are Dart objects, where these are known.
    pub types: Vec<Option<String>>,
}

/// What the code could name that an error comes from.
pub struct Visible<'a> {
    /// The engine it ran in.
    pub engine: &'a Engine,
    /// The limits of that.
    pub config: &'a Config,
    /// The functions of Dart.
    pub dart_functions: &'a DartFunctions,
    /// What is switched off there.
    pub restrictions: &'a Restrictions,
    /// The execution.
    pub context: &'a ExecutionContext,
    /// The functions of the script.
    pub global: &'a GlobalRuntimeState,
    /// The script, if it was one and has been compiled.
    pub script: Option<&'a CompiledScript>,
    /// The variables at global level, if it was a script.
    pub scope: Option<&'a Scope<'a>>,
    /// The variables that the script could start with, if they are still known.
    pub variables: Option<Rc<Variables>>,
    /// How Dart has called a function, if it was none.
    pub call: DartCall,
}

/// How Dart has called a function.
#[derive(Debug, Clone, Copy, Default)]
pub struct DartCall {
    /// How many values the function carries.
    pub curried: usize,
    /// Whether it was called with a `this`.
    pub with_this: bool,
}

/// Where an error comes from.
#[derive(Debug, Clone, Copy)]
struct Place<'e> {
    /// The function, if it was in one.
    function: Option<&'e str>,
    /// The module; empty for the script.
    module: &'e str,
    /// Where in the text.
    position: Position,
}

impl<'e> Place<'e> {
    /// Takes an error out of the calls and modules that it passed through.
    fn of(error: &'e EvalAltResult) -> (Self, &'e EvalAltResult) {
        use EvalAltResult as E;
        let (mut function, mut module) = (None, "");
        let mut error = error;
        loop {
            error = match error {
                E::ErrorInFunctionCall(name, source, inner, _) => {
                    (function, module) = (Some(name.as_str()), source.as_str());
                    inner
                }
                E::ErrorInModule(name, inner, _) => {
                    (function, module) = (None, name.as_str());
                    inner
                }
                innermost => {
                    let position = innermost.position();
                    let place = Place {
                        function,
                        module,
                        position,
                    };
                    return (place, innermost);
                }
            };
        }
    }

    /// Whether it was in a function that captures no variables.
    fn is_in_function(&self) -> bool {
        self.function.is_some_and(|name| !is_closure(name))
    }
}

/// The arguments that are Dart objects, of the call that an error of a script is about, as
/// far as they are variables at global level.
pub fn dart_objects_in(
    error: &EvalAltResult,
    script: &CompiledScript,
    scope: &Scope,
) -> Vec<Option<DartObject>> {
    let (place, error) = Place::of(error);
    match error {
        EvalAltResult::ErrorFunctionNotFound(signature, _)
            if place.function.is_none()
                && place.module.is_empty()
                && signature.contains(DART_OBJECT) =>
        {
            calls::dart_objects(&script.ast, place.position, scope)
        }
        _ => Vec::new(),
    }
}

impl Visible<'_> {
    /// What is known about an error; `line` is the line of the script that does not parse,
    /// if one does not.
    pub fn hint(&self, error: &EvalAltResult, line: Option<&FaultyLine>) -> Hint {
        // Nothing of the script's runs any more, so it is not left for what this takes.
        memory::held(|| {
            let (place, error) = Place::of(error);
            let called = self.called(error, &place);
            let advice = self.advice(error, &place, called.as_deref(), line);
            Hint {
                advice,
                called,
                types: Vec::new(),
            }
        })
    }

    fn advice(
        &self,
        error: &EvalAltResult,
        place: &Place,
        called: Option<&str>,
        line: Option<&FaultyLine>,
    ) -> Option<String> {
        use EvalAltResult as E;
        match error {
            E::ErrorFunctionNotFound(signature, _) => self.about_function(signature, place, called),
            E::ErrorVariableNotFound(name, _) => self.about_variable(name, place),
            E::ErrorModuleNotFound(name, _) => self.about_module(name),
            E::ErrorNonPureMethodCallOnConstant(method, _) => {
                Some(self.about_constant(method, place))
            }
            E::ErrorDotExpr(what, _) => self.about_property(what),
            E::ErrorParsing(kind, _) => switched_off(self.engine, self.config, kind, line),
            _ => None,
        }
    }

    /// What the script calls the Dart function that an error is about, if that is a value.
    fn called(&self, error: &EvalAltResult, place: &Place) -> Option<String> {
        let is_about_value = match error {
            EvalAltResult::ErrorFunctionNotFound(signature, _) => {
                signature.split(' ').next() == Some(CLOSURE_NAME)
            }
            // Dart knows what its functions are called, if they have a name.
            EvalAltResult::ErrorRuntime(thrown, _) => thrown.tag() > 0,
            _ => false,
        };
        let written = is_about_value.then(|| self.written(place)).flatten()?;
        // If it is a method of Rhai, that has called the function.
        let name = written.pointer().filter(|_| !self.calls_back(&written))?;
        (name.len() <= MAX_REPEATED && rhai::is_valid_identifier(name)).then(|| name.into())
    }

    /// The call at a place, as it is written.
    fn written(&self, place: &Place) -> Option<Written> {
        self.with_tree(place, |ast| Written::find(ast, place.position))
            .flatten()
    }

    /// Runs `f` with the syntax tree that a place is in, if that is known.
    fn with_tree<R>(&self, place: &Place, f: impl FnOnce(&AST) -> R) -> Option<R> {
        match (place.module, self.script) {
            ("", Some(script)) => Some(f(&script.ast)),
            ("", None) => {
                let functions = self.global.lib.first()?.clone();
                Some(f(&AST::new([], functions)))
            }
            (module, _) => {
                let script = self.context.module_script(module)?;
                Some(f(&script.ast))
            }
        }
    }

    /// The functions that code at a place has defined.
    fn own_functions(&self, place: &Place) -> Vec<Function> {
        match self.context.module_script(place.module) {
            Some(script) => functions_of(script.ast.shared_lib()).collect(),
            None => {
                let modules = self.global.lib.iter();
                modules.flat_map(|module| functions_of(module)).collect()
            }
        }
    }

    /// The parameters of the function that a place is in.
    fn parameters(&self, place: &Place) -> Vec<ImmutableString> {
        let functions = self.own_functions(place).into_iter();
        let same = functions.filter(|f| place.function == Some(f.name.as_str()));
        same.flat_map(|function| function.parameters).collect()
    }
}

/// A function that a script has defined.
struct Function {
    name: ImmutableString,
    parameters: Vec<ImmutableString>,
}

/// The functions that a script has defined.
fn functions_of(module: &Module) -> impl Iterator<Item = Function> + '_ {
    let functions = module.iter_script_fn_info();
    functions.map(|(.., definition)| Function {
        name: definition.name.clone(),
        parameters: definition.params.to_vec(),
    })
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
