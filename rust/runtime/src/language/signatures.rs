//! Signatures of the functions that every script has.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::OnceLock;

use rhai::{Array, Dynamic, Engine, FnPtr, ImmutableString, Map, INT};

use crate::language::names::PARALLEL;

/// Arguments that a call can have: what Rhai allows for a native function.
pub const MAX_ARGUMENTS: usize = 16;

/// Parameter types by name and number of parameters.
pub type Signatures = HashMap<(String, usize), Vec<Vec<TypeId>>>;

/// The parameter types of the built-in functions, by name and arity.
pub fn built_in_signatures() -> &'static Signatures {
    static SIGNATURES: OnceLock<Signatures> = OnceLock::new();
    SIGNATURES.get_or_init(|| {
        let all = Engine::new().collect_fn_metadata(
            None,
            |info| {
                let f = info.metadata;
                Some((f.name.to_string(), f.param_types.to_vec()))
            },
            true,
        );
        let mut signatures = Signatures::new();
        // Ours beside Rhai's.
        let ours = of_parallel().into_iter().chain(with_text_as_callback());
        let ours = ours.map(|(name, types)| (name.to_string(), types));
        for (name, types) in all.into_iter().chain(ours) {
            let same = signatures.entry((name, types.len())).or_default();
            same.push(types);
        }
        signatures
    })
}

/// The signatures of `parallel`.
fn of_parallel() -> Vec<(&'static str, Vec<TypeId>)> {
    let (array, function) = (TypeId::of::<Array>(), TypeId::of::<FnPtr>());
    let all = [array, function, TypeId::of::<INT>()];
    let signatures = (1..=all.len()).map(|count| (PARALLEL, all[..count].to_vec()));
    signatures.collect()
}

/// Whether there are built-in functions of this name.
pub fn has_built_in(name: &str) -> bool {
    let signatures = built_in_signatures();
    (0..=MAX_ARGUMENTS).any(|arity| signatures.contains_key(&(name.to_string(), arity)))
}

/// Signatures with a text in the place of the callback: our library refuses such calls.
/// (`index_of` is not among them: it looks for the text.)
pub fn with_text_as_callback() -> Vec<(&'static str, Vec<TypeId>)> {
    let (array, map) = (TypeId::of::<Array>(), TypeId::of::<Map>());
    let (text, int) = (TypeId::of::<ImmutableString>(), TypeId::of::<INT>());
    let any = TypeId::of::<Dynamic>();
    let mut all = vec![
        ("zip", vec![array, array, text]),
        (PARALLEL, vec![array, text]),
        (PARALLEL, vec![array, text, int]),
    ];
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
