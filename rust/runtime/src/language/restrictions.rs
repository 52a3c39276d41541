//! Restrictions of an engine: words and operators of the language, and functions of Rhai,
//! that its scripts cannot use.
//!
//! Rhai has no way to take a function out of a package that engines share, and a call can come
//! from anywhere: a method, a property, a pointer with a name put together at run time. So a
//! function that is denied, or not among those allowed, is hidden where calls are looked up: for
//! each of its signatures, as for its property, a function of the same signature is registered in
//! a module that Rhai searches before its packages, and fails as if there were none. Functions of
//! the host and of the script are found before that module, and may take the name. To a script a
//! hidden function is one that does not exist; the message of an error that reaches the host says
//! what has hidden it.
//!
//! Disabled symbols, `eval`, `import` and `export` are taken out of the language: they do not
//! parse. `type_of` is a call of a function of another name when it is parsed; if it is disabled,
//! that is left out.

use std::collections::{HashMap, HashSet};

use rhai::{
    Dynamic, Engine, EvalAltResult, FuncRegistration, Module, NativeCallContext, Position,
    RhaiFunc, Token,
};

use crate::language::names::{KEYWORDS, TYPE_OF};
use crate::language::signatures::built_in_signatures;

/// Words, operators and functions that are switched off in an engine.
#[derive(Debug, Clone, Default)]
pub struct Restrictions {
    symbols: Vec<String>,
    /// Functions that are hidden, and because of which list.
    hidden: Hidden,
    /// Hidden names under which the host has registered functions.
    replaced: HashSet<String>,
}

/// Names of functions that are hidden, and the list because of which each is.
pub type Hidden = HashMap<String, NameList>;

/// A list of names that is given to [`Restrictions::add`]; the numbers are the
/// protocol's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameList {
    /// Keywords and operators that do not parse.
    DisabledSymbols = 0,
    /// All functions of Rhai that can be called.
    AllowedFunctions = 1,
    /// Functions of Rhai that cannot be called.
    DeniedFunctions = 2,
}

impl NameList {
    /// Says which option of `RhaiConfig` has switched off what is in it, or is not.
    pub fn reason(self) -> &'static str {
        match self {
            NameList::DisabledSymbols => "switched off by RhaiConfig.disabledSymbols",
            NameList::AllowedFunctions => "it is not among RhaiConfig.allowedFunctions",
            NameList::DeniedFunctions => "it is one of RhaiConfig.deniedFunctions",
        }
    }
}

impl Restrictions {
    /// Switches off more.
    ///
    /// # Errors
    ///
    /// The index of the first name that means nothing; then nothing is added.
    pub fn add(&mut self, list: NameList, names: &[&str]) -> Result<(), usize> {
        let is_known = |name: &&str| match list {
            NameList::DisabledSymbols => is_symbol(name),
            _ => built_in_names().contains(*name),
        };
        if let Some(index) = names.iter().position(|name| !is_known(name)) {
            return Err(index);
        }
        let names = names.iter().map(|name| (*name).to_string());
        match list {
            NameList::DisabledSymbols => self.symbols.extend(names),
            NameList::DeniedFunctions => self.hidden.extend(names.map(|name| (name, list))),
            NameList::AllowedFunctions => {
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

    /// Makes the parser refuse the symbols that are switched off.
    pub fn disable_symbols(&self, engine: &mut Engine) {
        for symbol in &self.symbols {
            engine.disable_symbol(symbol.as_str());
        }
    }

    /// The names of the functions and properties of Rhai that are hidden.
    pub fn hidden(&self) -> &Hidden {
        &self.hidden
    }

    /// Notes that the host has registered a function of this name.
    pub fn note_registered(&mut self, name: &str) {
        if self.hidden.contains_key(name) {
            self.replaced.insert(name.into());
        }
    }

    /// Notes that the host has no function of this name any more.
    pub fn note_unregistered(&mut self, name: &str) {
        self.replaced.remove(name);
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
    /// functions that take the place of hidden ones, and fail as if there were none.
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

/// Rhai's error for a function that does not exist.
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
