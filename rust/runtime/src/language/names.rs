//! Names in scripts: those that can be used, and those that mean something.

use rhai::{Engine, Token};

/// Separator of the names of namespaces and of the function in them.
pub const NAMESPACE_SEPARATOR: &str = "::";

/// The word by which functions look for constants at global level: `global::NAME`.
pub const GLOBAL: &str = "global";

/// Beginning of the names that Rhai gives to closures; a number follows.
pub const ANONYMOUS: &str = "anon$";

/// Name of the function that the parser makes of `type_of`, which Rhai would otherwise
/// answer itself. No script can write this name.
pub const TYPE_OF: &str = "type_of ";

/// Name of a function that returns its argument, in which function pointers run with the
/// functions and constants of the script that calls it. No script can write this name:
/// arguments of functions of modules are rewritten to such calls.
pub const BIND: &str = "bind ";

/// Name of a function that returns its argument, and by being called is an operation. No
/// script can write this name: sums and strings are rewritten to such calls.
pub const LOOK: &str = "look ";

/// Name of a setter that changes nothing: that of a property of which a script reads a part. No
/// script can write this name.
pub const KEEP: &str = "keep ";

/// Beginning of the names of functions that read a property.
pub const GETTER: &str = "get$";

/// Name of the function that reads an element.
pub const INDEX_GETTER: &str = "index$get$";

/// Name of the function that sets an element.
pub const INDEX_SETTER: &str = "index$set$";

/// Name that pointers to functions of other scripts have in messages.
pub const BOUND_NAME: &str = "closure";

/// Name of the function that makes calls at the same time.
pub const PARALLEL: &str = "parallel";

/// Functions of the language: their calls never reach a registered function.
pub const KEYWORDS: [&str; 8] = [
    "call",
    "curry",
    "eval",
    "Fn",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "type_of",
];

/// Whether a script can call a function of this name, which may be in a namespace.
pub fn is_usable_name(name: &str) -> bool {
    let mut parts = name.split(NAMESPACE_SEPARATOR);
    parts.all(|part| rhai::is_valid_identifier(part) && !KEYWORDS.contains(&part))
        // That one has the constants of the script.
        && name.split(NAMESPACE_SEPARATOR).next() != Some(GLOBAL)
        // Words that Rhai reserves do not parse, or are statements.
        && Engine::new_raw().compile_expression(format!("{name}()")).is_ok()
}

/// Whether a script can have a variable of this name. `plain` is a Rhai engine without
/// anything, which knows the words of the language.
pub fn is_usable_variable_name(plain: &Engine, name: &str) -> bool {
    // Words that Rhai reserves are other tokens.
    rhai::is_valid_identifier(name)
        && matches!(plain.lex([&name]).0.next(), Some((Token::Identifier(_), _)))
}

/// A name with its namespace, if it has one.
pub fn path_of(namespace: &str, name: &str) -> String {
    match namespace.is_empty() {
        true => name.into(),
        false => format!("{namespace}{NAMESPACE_SEPARATOR}{name}"),
    }
}

/// Whether a name is in this namespace, or in one within it.
pub fn is_in_namespace(name: &str, namespace: &str) -> bool {
    let rest = name.strip_prefix(namespace);
    rest.is_some_and(|rest| rest.starts_with(NAMESPACE_SEPARATOR))
}

/// Whether a function of this name is a closure.
pub fn is_closure(function: &str) -> bool {
    function.starts_with(ANONYMOUS)
}
