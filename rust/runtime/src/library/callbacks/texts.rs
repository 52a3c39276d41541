//! Texts in the place of a callback: Rhai takes them for names of functions, so that a
//! text from outside would choose what runs.

use std::any::TypeId;

use rhai::{
    is_valid_identifier, Array, Dynamic, FuncRegistration, ImmutableString, Map, Module,
    NativeCallContext, RhaiFunc, INT,
};

use super::Failure;

/// The functions that a text in the place of the callback is refused by, with the types of
/// their parameters. (`index_of` looks for it.)
pub fn signatures() -> Vec<(&'static str, Vec<TypeId>)> {
    let (array, map) = (TypeId::of::<Array>(), TypeId::of::<Map>());
    let (text, int) = (TypeId::of::<ImmutableString>(), TypeId::of::<INT>());
    let any = TypeId::of::<Dynamic>();
    let mut all = vec![("zip", vec![array, array, text])];
    for name in [
        "all",
        "dedup",
        "drain",
        "filter",
        "find",
        "find_map",
        "for_each",
        "map",
        "order",
        "order_by",
        "reduce",
        "reduce_rev",
        "retain",
        "some",
        "sort",
        "sort_by",
    ] {
        all.push((name, vec![array, text]));
    }
    for name in ["find", "find_map"] {
        all.push((name, vec![array, text, int]));
    }
    for name in ["reduce", "reduce_rev"] {
        all.push((name, vec![array, text, any]));
    }
    for name in ["drain", "filter", "map", "retain"] {
        all.push((name, vec![map, text]));
    }
    all
}

/// Registers them with `module`.
pub fn register(module: &mut Module) {
    for (name, types) in signatures() {
        let text = types
            .iter()
            .position(|ty| *ty == TypeId::of::<ImmutableString>());
        let refuse = move |_: Option<NativeCallContext>, args: &mut [&mut Dynamic]| {
            let text = text.and_then(|at| args.get(at)?.as_immutable_string_ref().ok());
            Err(not_a_function(
                name,
                text.as_deref().map_or("", |text| text),
            ))
        };
        let func = RhaiFunc::Method {
            func: rhai::Shared::new(refuse),
            has_context: false,
            is_pure: true,
            is_volatile: true,
        };
        FuncRegistration::new(name)
            .in_global_namespace()
            .set_into_module_raw(module, types, func);
    }
}

/// The error of the function `name` that was given a text as a callback.
fn not_a_function(name: &str, text: &str) -> Failure {
    /// Longer texts are hardly names.
    const MAX_LEN: usize = 64;
    let hint = match text.len() <= MAX_LEN && is_valid_identifier(text) {
        true => format!("use Fn(\"{text}\")"),
        false => "a function is needed".into(),
    };
    format!("{name}: a text is not a function; {hint}").into()
}
