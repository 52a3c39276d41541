//! What scripts of an engine cannot use: words and operators of the language, and
//! functions of Rhai.

use std::collections::{HashMap, HashSet};

use rhai::{
    Dynamic, Engine, EvalAltResult, FuncRegistration, Module, NativeCallContext, Position,
    RhaiFunc, Token,
};

use crate::language::names::{KEYWORDS, TYPE_OF};
use crate::language::signatures::built_in_signatures;

/// What is switched off in an engine.
#[derive(Debug, Default)]
pub struct Restrictions {
    symbols: Vec<String>,
    /// What is hidden, and because of which list.
    hidden: Hidden,
    /// What is hidden and has been given a meaning by Dart.
    replaced: HashSet<String>,
}

/// Names of functions that are hidden, and the list because of which each is.
pub type Hidden = HashMap<String, List>;

/// A list of names that is given to [`Restrictions::add`]; the numbers are the
/// protocol with Dart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Keywords and operators that do not parse.
    DisabledSymbols = 0,
    /// All functions of Rhai that can be called.
    AllowedFunctions = 1,
    /// Functions of Rhai that cannot be called.
    DeniedFunctions = 2,
}

impl List {
    /// Says which option of `RhaiConfig` has switched off what is in it, or is not.
    pub fn reason(self) -> &'static str {
        match self {
            List::DisabledSymbols => "switched off by RhaiConfig.disabledSymbols",
            List::AllowedFunctions => "it is not among RhaiConfig.allowedFunctions",
            List::DeniedFunctions => "it is one of RhaiConfig.deniedFunctions",
        }
    }
}

impl Restrictions {
    /// Adds to what is switched off.
    ///
    /// # Errors
    ///
    /// The index of the first name that means nothing; then nothing is added.
    pub fn add(&mut self, list: List, names: &[&str]) -> Result<(), usize> {
        let is_known = |name: &&str| match list {
            List::DisabledSymbols => is_symbol(name),
            _ => built_in_names().contains(*name),
        };
        if let Some(index) = names.iter().position(|name| !is_known(name)) {
            return Err(index);
        }
        let names = names.iter().map(|name| (*name).to_string());
        match list {
            List::DisabledSymbols => self.symbols.extend(names),
            List::DeniedFunctions => self.hidden.extend(names.map(|name| (name, list))),
            List::AllowedFunctions => {
                let allowed: HashSet<String> = names.collect();
                let others = built_in_names().into_iter();
                let others = others.filter(|name| !allowed.contains(*name));
                self.hidden
                    .extend(others.map(|name| (name.to_string(), list)));
            }
        }
        Ok(())
    }

    /// Whether calls of [`TYPE_OF`] are to be left as they are written.
    pub fn disables_type_of(&self) -> bool {
        self.symbols.iter().any(|symbol| symbol == "type_of")
    }

    /// Switches off what is switched off by parsing.
    pub fn disable_symbols(&self, engine: &mut Engine) {
        for symbol in &self.symbols {
            engine.disable_symbol(symbol.as_str());
        }
    }

    /// The names of the functions and properties of Rhai that are hidden.
    pub fn hidden(&self) -> &Hidden {
        &self.hidden
    }

    /// Notes that Dart has registered a function of this name.
    pub fn note_registered(&mut self, name: &str) {
        if self.hidden.contains_key(name) {
            self.replaced.insert(name.into());
        }
    }

    /// Why there is no function of this name, if that is because it is hidden.
    pub fn reason_to_hide(&self, name: &str) -> Option<&'static str> {
        let list = self.hidden.get(name)?;
        (!self.replaced.contains(name)).then(|| list.reason())
    }

    /// Whether a function of Rhai is hidden; its name may be that of a property.
    pub fn hides(&self, name: &str) -> bool {
        self.hidden.contains_key(plain_name(name))
    }

    /// Registers with `module`, which Rhai must search before its own packages,
    /// functions that take the place of what is hidden, and fail as if there were
    /// none.
    pub fn hide(&self, module: &mut Module) {
        if self.hidden.is_empty() {
            return;
        }
        for ((name, _), signatures) in built_in_signatures() {
            if !self.hides(name) {
                continue;
            }
            for types in signatures {
                let func = RhaiFunc::Method {
                    func: rhai::Shared::new(
                        |context: Option<NativeCallContext>, args: &mut [&mut Dynamic]| {
                            Err(not_found(context.as_ref(), args))
                        },
                    ),
                    has_context: true,
                    is_pure: true,
                    is_volatile: true,
                };
                FuncRegistration::new(name)
                    .in_global_namespace()
                    .set_into_module_raw(module, types, func);
            }
        }
    }
}

/// What Rhai says of a function that does not exist.
fn not_found(context: Option<&NativeCallContext>, args: &[&mut Dynamic]) -> Box<EvalAltResult> {
    let Some(context) = context else {
        return EvalAltResult::ErrorFunctionNotFound(String::new(), Position::NONE).into();
    };
    let types: Vec<&str> = args
        .iter()
        .map(|arg| context.engine().map_type_name(arg.type_name()))
        .collect();
    let signature = format!("{} ({})", plain_name(context.fn_name()), types.join(", "));
    EvalAltResult::ErrorFunctionNotFound(signature, context.call_position()).into()
}

/// The name of a function, or of the property that it reads or writes.
fn plain_name(name: &str) -> &str {
    let property = name
        .strip_prefix("get$")
        .or_else(|| name.strip_prefix("set$"));
    property.unwrap_or(name)
}

/// The names that the functions of Rhai's packages have. Operators and indexing belong
/// to the language.
fn built_in_names() -> HashSet<&'static str> {
    let names = built_in_signatures()
        .keys()
        .map(|(name, _)| plain_name(name));
    names
        .filter(|name| rhai::is_valid_identifier(name) && *name != TYPE_OF)
        .collect()
}

/// Whether this is a word or an operator of the language that can be disabled.
fn is_symbol(symbol: &str) -> bool {
    Token::lookup_symbol_from_syntax(symbol).is_some() || KEYWORDS.contains(&symbol)
}
