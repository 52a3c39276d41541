//! `get_fn_metadata_list`: the functions of a script as data.

use std::cell::Cell;
use std::mem::size_of;

use rhai::{Array, Dynamic, FnAccess, Map, Module, ScriptFnMetadata, INT};

use crate::language::names::is_closure;
use crate::library::native_function::{function, Context, Failure};
use crate::limits::sizes::{self, TooLarge};
use memory::TooMuchMemory;

/// Registers the functions with `module`.
pub fn register(module: &mut Module) {
    const NAME: &str = "get_fn_metadata_list";
    let volatile = || function(NAME).with_volatility(true);
    volatile().set_into_module(module, |c: Context| list(&c, |_| true));
    volatile().set_into_module(module, |c: Context, name: &str| {
        list(&c, |function| function.name == name)
    });
    volatile().set_into_module(module, |c: Context, name: &str, params: INT| {
        list(&c, |function| {
            function.name == name && INT::try_from(function.params.len()) == Ok(params)
        })
    });
}

/// Bytes that the description of a function takes beside its names.
const DESCRIPTION: usize = 1536;

fn list(
    context: &Context,
    is_asked_for: impl Fn(&ScriptFnMetadata) -> bool,
) -> Result<Array, Failure> {
    let is_too_much = Cell::new(false);
    let functions = context.engine().collect_fn_metadata(
        Some(context),
        |info| {
            let function = info.script.as_ref().filter(|f| is_asked_for(f))?;
            let names = function.params.iter().map(|name| name.len());
            let size = DESCRIPTION
                + function.name.len()
                + info.namespace.len()
                + names
                    .map(|len| 2 * len + size_of::<Dynamic>())
                    .sum::<usize>();
            if is_too_much.get() || sizes::ask(2 * size).is_err() {
                is_too_much.set(true);
                return None;
            }
            Some(describe(context, function, &info.namespace))
        },
        false,
    );
    match is_too_much.get() {
        true => Err(TooLarge::from(TooMuchMemory).into()),
        false => Ok(functions),
    }
}

fn describe(context: &Context, function: &ScriptFnMetadata, namespace: &str) -> Dynamic {
    let text = |text: &str| Dynamic::from(context.engine().get_interned_string(text));
    let mut map = Map::new();
    if !namespace.is_empty() {
        map.insert("namespace".into(), text(namespace));
    }
    map.insert("name".into(), text(function.name));
    let access = match function.access {
        FnAccess::Private => "private",
        _ => "public",
    };
    map.insert("access".into(), text(access));
    let is_anonymous = is_closure(function.name);
    map.insert("is_anonymous".into(), is_anonymous.into());
    if let Some(this_type) = function.this_type {
        map.insert("this_type".into(), this_type.into());
    }
    let params: Array = function.params.iter().map(|name| text(name)).collect();
    map.insert("params".into(), params.into());
    Dynamic::from_map(map)
}
