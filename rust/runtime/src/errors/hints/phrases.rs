//! Sentences that hints and warnings share.

use std::collections::BTreeSet;

/// Numbers of arguments that a message lists.
const MAX_LISTED: usize = 5;

/// Names of parameters, as many as anybody writes.
const PARAMETERS: [&str; 4] = ["a", "b", "c", "d"];

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

/// Says how many arguments methods of a name take, of which the object is none.
pub fn takes_after_dot(name: &str, arities: &BTreeSet<usize>) -> String {
    format!("{} after the dot", takes(name, arities))
}

/// Name that Rhai has for the type of `()`.
pub const UNIT: &str = "()";

/// Says that one of `count` values is `()`, as entries are that a map does not have.
pub fn is_unit(count: usize) -> String {
    let which = match count {
        1 => "the value",
        _ => "one value",
    };
    format!("{which} is `()`: is it an entry that the map does not have?")
}

/// Says that what is called is a variable.
pub fn is_variable(name: &str) -> String {
    format!("{name} is a variable: a function in it is called by {name}.call")
}

/// Says how a function in a namespace is a value.
pub fn as_closure(path: &str, arity: usize) -> String {
    let parameters = match arity {
        1 => "x".into(),
        arity => match PARAMETERS.get(..arity) {
            Some(names) => names.join(", "),
            None => "…".into(),
        },
    };
    format!(
        "a function in a namespace is no value: use a closure, \
         |{parameters}| {path}({parameters})"
    )
}
