//! No function that scripts can call makes more than a few times what it was given
//! without asking for the memory first.
//!
//! [`CHECKED`] and [`BOUNDED`] are all that there are, with the types of their
//! parameters. A function of a later version of Rhai is in neither: whoever adds it here
//! has read its source.

use std::any::TypeId;
use std::collections::BTreeSet;

use rhai::{Array, Blob, Dynamic, Engine, FnPtr, ImmutableString, Map, Module};
use runtime::language::names::TYPE_OF;
use runtime::library::builtins::{self, CharsStream};
use runtime::objects::host_object::HostObject;

use test_host::FakeHost;

/// Functions that ask for their memory, look at it as they go on, or look at how large their
/// first argument becomes. All of these are functions of this crate.
const CHECKED: &str = "
    blob(int) blob(int, int)
    pad(array, int, ?) pad(blob, int, int) pad(string, int, char) pad(string, int, string)

    order(array) order_desc(array) order(array, Fn)
    order_by(array, Fn)
    sort(array, Fn) sort_by(array, Fn)
    retain(array, int, int) retain(array, range) retain(array, range=)
    retain(blob, int, int) retain(blob, range) retain(blob, range=)
    to_array(blob) as_string(blob)

    +(map, map) +=(map, map) mixin(map, map) fill_with(map, map) keys(map)
    to_json(map) parse_json(string)

    split(string) split(string, int)
    split(string, char) split(string, char, int) split(string, string) split(string, string, int)
    split_rev(string, char) split_rev(string, char, int)
    split_rev(string, string) split_rev(string, string, int)
    to_chars(string)
    chars(string) chars(string, int) chars(string, int, int) chars(string, range)
    chars(string, range=) get$chars(string)

    sub_string(string, int) sub_string(string, int, int)
    sub_string(string, range) sub_string(string, range=)
    crop(string, int) crop(string, int, int) crop(string, range) crop(string, range=)
    pop(string, int) index_of(string, char, int) index_of(string, string, int)
    to_upper(string) to_lower(string) make_upper(string) make_lower(string)
    trim(string) set(string, int, char) remove(string, char) remove(string, string)
    replace(string, char, char) replace(string, char, string)
    replace(string, string, char) replace(string, string, string)

    to_string(?) to_string(array) to_string(map)
    to_debug(?) to_debug(array) to_debug(map) to_debug(string)
    print(?) print(array) print(map)
    debug(?) debug(array) debug(map) debug(string)
    parse_int(string) parse_int(string, int) parse_float(string)
    +(string, string) +(string, char) +(char, string) +=(string, string) +=(string, char)
    +(?, string) +(string, ?) +(blob, string) +(string, blob)
    +=(string, ?) +=(string, blob) append(string, ?) append(string, blob)

    map(array, Fn) map(map, Fn)
    filter(array, Fn) filter(map, Fn)
    drain(array, Fn) drain(map, Fn)
    retain(array, Fn) retain(map, Fn)
    some(array, Fn) all(array, Fn)
    find(array, Fn) find(array, Fn, int) find_map(array, Fn) find_map(array, Fn, int)
    index_of(array, Fn) index_of(array, Fn, int)
    index_of(array, string) index_of(array, string, int)
    for_each(array, Fn) zip(array, array, Fn)
    reduce(array, Fn) reduce(array, Fn, ?)
    reduce_rev(array, Fn) reduce_rev(array, Fn, ?)

    len(array) len(blob) len(map) get$len(array) get$len(blob)
    set(map, string, ?) values(map) to_blob(string)
    push(array, ?) push(blob, int) insert(array, int, ?) insert(blob, int, int)
    append(array, array) append(blob, blob) append(blob, char) append(blob, int)
    append(blob, string) +(array, array)
    splice(array, int, int, array) splice(array, range, array) splice(array, range=, array)
    splice(blob, int, int, blob) splice(blob, range, blob) splice(blob, range=, blob)

    get_fn_metadata_list() get_fn_metadata_list(string) get_fn_metadata_list(string, int)
";

/// Functions that cannot make more than as much as they are given: a part or a copy takes no
/// more than the whole, and a list that grows doubles at most.
const BOUNDED: &str = "
    len(string) get$len(string)
    is_empty(array) is_empty(blob) is_empty(map) is_empty(string)
    get$is_empty(array) get$is_empty(blob) get$is_empty(string)
    bytes(string) get$bytes(string)
    contains(array, ?) contains(blob, int) contains(map, string)
    contains(string, char) contains(string, string)
    starts_with(string, char) starts_with(string, string)
    ends_with(string, char) ends_with(string, string)
    index_of(array, ?) index_of(array, ?, int)
    index_of(string, char) index_of(string, string)
    ==(array, array) !=(array, array) ==(map, map) !=(map, map)
    ==(HostObject, HostObject) !=(HostObject, HostObject)
    index$get$(HostObject, ?) index$set$(HostObject, ?, ?)

    get(array, int) get(blob, int) get(map, string) get(string, int)
    set(array, int, ?) set(blob, int, int)
    extract(array, int) extract(array, int, int) extract(array, range) extract(array, range=)
    extract(blob, int) extract(blob, int, int) extract(blob, range) extract(blob, range=)
    drain(array, int, int) drain(array, range) drain(array, range=)
    drain(blob, int, int) drain(blob, range) drain(blob, range=)
    split(array, int) split(blob, int)
    pop(array) pop(blob) pop(string) shift(array) shift(blob)
    remove(array, int) remove(blob, int) remove(map, string)
    clear(array) clear(blob) clear(map) clear(string)
    truncate(array, int) truncate(blob, int) truncate(string, int)
    chop(array, int) chop(blob, int) reverse(array) reverse(blob)
    sort(array) sort_desc(array) dedup(array) dedup(array, Fn)

    parallel(array) parallel(array, Fn) parallel(array, Fn, int)
    parallel(array, string) parallel(array, string, int)
    all(array, string) dedup(array, string) drain(array, string) filter(array, string)
    find(array, string) find(array, string, int) find_map(array, string)
    find_map(array, string, int) for_each(array, string) map(array, string)
    order(array, string) order_by(array, string) reduce(array, string) reduce(array, string, ?)
    reduce_rev(array, string) reduce_rev(array, string, ?) retain(array, string)
    some(array, string) sort(array, string) sort_by(array, string) zip(array, array, string)
    drain(map, string) filter(map, string) map(map, string) retain(map, string)

    +((), string) +(string, ()) +=(string, ())
    max(string, string) min(string, string)
    print(string) to_string(string) print(Fn) to_string(Fn) debug(Fn) to_debug(Fn)
    print(HostObject) debug(HostObject) to_string(HostObject) to_debug(HostObject)
    name(Fn) get$name(Fn) is_anonymous(Fn) get$is_anonymous(Fn)
    type_of(?) tag(?) get$tag(?) set_tag(?, int) set$tag(?, int) take(?) exit(?)

    parse_be_float(blob, int, int) parse_be_float(blob, range) parse_be_float(blob, range=)
    parse_le_float(blob, int, int) parse_le_float(blob, range) parse_le_float(blob, range=)
    parse_be_int(blob, int, int) parse_be_int(blob, range) parse_be_int(blob, range=)
    parse_le_int(blob, int, int) parse_le_int(blob, range) parse_le_int(blob, range=)
    write_be(blob, int, int, float) write_be(blob, range, float) write_be(blob, range=, float)
    write_le(blob, int, int, float) write_le(blob, range, float) write_le(blob, range=, float)
    write_be(blob, int, int, int) write_be(blob, range, int) write_be(blob, range=, int)
    write_le(blob, int, int, int) write_le(blob, range, int) write_le(blob, range=, int)
    write_ascii(blob, int, int, string) write_ascii(blob, range, string)
    write_ascii(blob, range=, string)
    write_utf8(blob, int, int, string) write_utf8(blob, range, string)
    write_utf8(blob, range=, string)
";

/// The names of functions whose parameters are all numbers, characters, ranges and the
/// like, and that return such or a short text.
const OF_SCALARS: &str = "
    ! != % & * ** + += - -= / < << <= == > >= >> ^ |
    E PI abs acos acosh asin asinh atan atanh ceiling cos cosh exp floor fraction hypot int
    is_even is_finite is_infinite is_nan is_odd is_zero ln log max min round sign sin sinh sqrt
    tan tanh to_degrees to_float to_int to_radians
    bits get_bit get_bits set_bit set_bits
    blob contains end is_empty is_exclusive is_inclusive range start
    debug print to_debug to_string to_binary to_hex to_octal
    make_lower make_upper to_lower to_upper
    elapsed exit sleep timestamp
    get$bits get$ceiling get$elapsed get$end get$floor get$fraction get$int get$is_empty
    get$is_even get$is_exclusive get$is_finite get$is_inclusive get$is_infinite get$is_nan
    get$is_odd get$is_zero get$round get$start
";

/// The signatures of the functions that ask.
pub fn checked() -> BTreeSet<String> {
    signatures(CHECKED)
}

/// The signatures of the functions that need not ask, of those that are given something
/// that takes memory.
pub fn bounded() -> BTreeSet<String> {
    signatures(BOUNDED)
}

/// The signatures in a table.
fn signatures(table: &str) -> BTreeSet<String> {
    let all: Vec<&str> = table.split_whitespace().collect();
    let mut signatures = BTreeSet::new();
    let mut signature = String::new();
    for word in all {
        if !signature.is_empty() {
            signature.push(' ');
        }
        signature.push_str(word);
        if word.ends_with(')') && (word != "+((),") {
            assert!(
                signatures.insert(signature.clone()),
                "{signature} is there twice"
            );
            signature.clear();
        }
    }
    assert_eq!(signature, "");
    signatures
}

/// The name of a type in the tables; a scalar is a type of which no value takes memory
/// of its own.
fn type_name(ty: TypeId) -> (&'static str, bool) {
    macro_rules! named {
        ($($ty:ty => $name:expr),* $(,)?) => {
            $(if ty == TypeId::of::<$ty>() { return ($name, false); })*
        };
    }
    macro_rules! scalars {
        ($($ty:ty),*) => {
            $(
                if ty == TypeId::of::<$ty>() { return (stringify!($ty), true); }
                if ty == TypeId::of::<std::ops::Range<$ty>>() { return ("range", true); }
                if ty == TypeId::of::<std::ops::RangeInclusive<$ty>>() { return ("range=", true); }
            )*
        };
    }
    if ty == TypeId::of::<i64>() {
        return ("int", true);
    }
    if ty == TypeId::of::<f64>() {
        return ("float", true);
    }
    named!(
        Dynamic => "?",
        ImmutableString => "string",
        Array => "array",
        Blob => "blob",
        Map => "map",
        FnPtr => "Fn",
        HostObject => "HostObject",
        CharsStream => "chars",
    );
    scalars!(
        i64,
        f64,
        f32,
        i8,
        u8,
        i16,
        u16,
        i32,
        u32,
        u64,
        i128,
        u128,
        bool,
        char,
        (),
        std::time::Instant
    );
    panic!("a type without a name")
}

/// All functions of an engine: signatures, and names of functions of scalars.
fn registered(engine: &Engine) -> (BTreeSet<String>, BTreeSet<String>) {
    let all = engine.collect_fn_metadata(
        None,
        |info| {
            Some((
                info.metadata.name.to_string(),
                info.metadata.param_types.to_vec(),
            ))
        },
        true,
    );
    let (mut signatures, mut of_scalars) = (BTreeSet::new(), BTreeSet::new());
    for (name, types) in all {
        // No script can write such a name, but for one word of which it is made.
        if name.ends_with(' ') && name != TYPE_OF {
            continue;
        }
        let types: Vec<_> = types.into_iter().map(type_name).collect();
        let name = name.trim();
        if types.iter().all(|(_, is_scalar)| *is_scalar) {
            of_scalars.insert(name.to_string());
        }
        let names: Vec<&str> = types.iter().map(|(name, _)| *name).collect();
        signatures.insert(format!("{name}({})", names.join(", ")));
    }
    (signatures, of_scalars)
}

/// Whether all types in a signature are scalars.
fn is_of_scalars(signature: &str) -> bool {
    ["string", "array", "blob", "map", "Fn", "HostObject", "?"]
        .iter()
        .all(|ty| {
            !signature
                .split_once('(')
                .expect("a signature")
                .1
                .contains(ty)
        })
}

#[test]
fn every_function_is_bounded_or_asks() {
    let host = FakeHost::new();
    let (all, of_scalars) = registered(&host.engine.snapshot().unwrap());
    let (checked, bounded) = (checked(), bounded());
    assert!(checked.is_disjoint(&bounded));
    let listed: BTreeSet<String> = checked.union(&bounded).cloned().collect();
    let unknown: Vec<_> = all
        .difference(&listed)
        .filter(|signature| !is_of_scalars(signature))
        .collect();
    let gone: Vec<_> = listed.difference(&all).collect();
    assert!(unknown.is_empty(), "in no table: {unknown:#?}");
    assert!(gone.is_empty(), "no functions: {gone:#?}");

    let mut module = Module::new();
    builtins::register(&mut module, &host.engine.hosted.running.running);
    let mut ours = Engine::new_raw();
    ours.register_global_module(module.into());
    let (ours, _) = registered(&ours);
    let of_rhai: Vec<_> = checked.difference(&ours).collect();
    assert!(of_rhai.is_empty(), "Rhai's own do not ask: {of_rhai:#?}");

    let names: BTreeSet<String> = OF_SCALARS.split_whitespace().map(str::to_string).collect();
    let checked_names: BTreeSet<String> = checked
        .iter()
        .filter(|signature| is_of_scalars(signature))
        .map(|signature| signature.split('(').next().expect("a name").to_string())
        .collect();
    let unknown: Vec<_> = of_scalars
        .difference(&names)
        .filter(|name| !checked_names.contains(*name))
        .collect();
    let gone: Vec<_> = names.difference(&of_scalars).collect();
    assert!(unknown.is_empty(), "in no table: {unknown:?}");
    assert!(gone.is_empty(), "no functions: {gone:?}");
}
