//! Nested data: Rhai clones, drops, compares, prints and measures it
//! recursively, on the part of the stack that nothing checks.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::hint::black_box;

use fibers::{stack_address, StackLayout, StackPool};
use rhai::{Dynamic, Engine, FnPtr, Map};
use runtime::limits::limit::Limit;
use runtime::limits::stack::{BYTES_PER_MADE_LEVEL, BYTES_PER_RECEIVED_LEVEL, MAX_DEPTH};

use test_host::{patient, unlimited, Answer, FakeHost};

/// Levels of the measured values.
const LEVELS: usize = 1000;

/// A way to put one value in another, and the bytes reserved for a level of it.
type Shape = (&'static str, usize, fn(usize, Dynamic) -> Dynamic);

const SHAPES: [Shape; 7] = [
    ("array", BYTES_PER_MADE_LEVEL, |_, inner| vec![inner].into()),
    ("map", BYTES_PER_MADE_LEVEL, |_, inner| map(1, inner)),
    (
        "array and map",
        BYTES_PER_MADE_LEVEL,
        |level, inner| match level % 2 {
            0 => vec![inner].into(),
            _ => map(1, inner),
        },
    ),
    ("pointer", BYTES_PER_MADE_LEVEL, |_, inner| pointer(inner)),
    ("closure", BYTES_PER_MADE_LEVEL, |_, inner| {
        pointer(inner.into_shared())
    }),
    ("map of 12", BYTES_PER_RECEIVED_LEVEL, |_, inner| {
        map(12, inner)
    }),
    ("map of 200", BYTES_PER_RECEIVED_LEVEL, |_, inner| {
        map(200, inner)
    }),
];

fn map(len: usize, inner: Dynamic) -> Dynamic {
    let mut map = Map::new();
    for i in 1..len {
        map.insert(format!("key {i}").into(), Dynamic::UNIT);
    }
    map.insert("inner".into(), inner);
    Dynamic::from_map(map)
}

fn pointer(inner: Dynamic) -> Dynamic {
    let mut pointer = FnPtr::new("f").expect("a name");
    pointer.add_curry(inner);
    pointer.into()
}

/// Bytes of a page.
fn page() -> usize {
    // SAFETY: `sysconf` has no preconditions.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) as usize }
}

/// A stack that is large enough for everything here.
const STACK: usize = 1 << 30;

/// Runs `f` on a stack of its own; also returns how many bytes of it were used.
fn measured<R>(f: impl FnOnce() -> R) -> (R, usize) {
    let pool = StackPool::new(StackLayout {
        script: STACK / 2,
        reserve: STACK / 2,
    });
    let measured = pool.run(|| {
        let result = f();
        let base = stack_address().next_multiple_of(page());
        (result, base - lowest_used(base - STACK, base))
    });
    measured.expect("a stack")
}

/// The lowest page between two addresses that was ever touched.
fn lowest_used(low: usize, base: usize) -> usize {
    let mut resident = vec![0_u8; (base - low) / page()];
    // SAFETY: the pages are those of a mapped stack, and there is a byte for each.
    let result = unsafe { libc::mincore(low as *mut _, base - low, resident.as_mut_ptr().cast()) };
    assert_eq!(result, 0);
    let first = resident.iter().position(|byte| byte & 1 == 1);
    low + first.expect("a stack that was used") * page()
}

#[test]
fn every_operation_on_nested_data_fits_the_reserve() {
    let mut limited = Engine::new_raw();
    limited.set_max_string_size(1000);
    for (shape, reserved, wrap) in SHAPES {
        let check = |operation: &str, bytes: usize| {
            let per_level = bytes / LEVELS;
            println!("{shape}: {operation}: {per_level} bytes per level");
            assert!(per_level <= reserved, "{shape}: {operation}: {per_level}");
        };
        let (value, bytes) =
            measured(|| (0..LEVELS).fold(Dynamic::UNIT, |inner, level| wrap(level, inner)));
        check("build", bytes);
        let (copy, bytes) = measured(|| value.clone());
        check("clone", bytes);
        check("display", measured(|| black_box(value.to_string())).1);
        check("debug", measured(|| black_box(format!("{value:?}"))).1);
        check("is_locked", measured(|| black_box(value.is_locked())).1);
        let hash = || {
            let mut hasher = DefaultHasher::new();
            value.hash(&mut hasher);
            black_box(hasher.finish())
        };
        check("hash", measured(hash).1);
        let measure = || limited.ensure_data_size_within_limits(&value).is_ok();
        check("measure", measured(|| black_box(measure())).1);
        check("flatten", measured(|| drop(copy.flatten_clone())).1);
        check("drop the copy", measured(|| drop(copy)).1);
        let (value, bytes) = measured(|| value.into_read_only());
        check("make constant", bytes);
        check("drop", measured(|| drop(value)).1);
    }
}

/// Runs `f` on a thread whose stack has room for the values of the host.
fn on_large_stack(f: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(f);
    thread.expect("a thread").join().expect("no panic");
}

#[test]
fn a_script_may_nest_data_as_deeply_as_its_operations_allow() {
    on_large_stack(|| {
        let config = patient().with(Limit::Operations, 6_000);
        let mut host = FakeHost::with_config(config);
        for step in [
            "x = [x]",
            "x = #{a: x}",
            "x = [#{a: x}]",
            "let y = x; x = || y",
        ] {
            let script = format!("let x = []; loop {{ {step}; }}");
            let message = host.run_to_end(&script).expect_err("endless");
            assert!(message.starts_with("too many operations"), "{message}");
            for end in [
                "x",
                "x.to_string().len",
                "let y = x; y",
                "x == x",
                "throw x",
            ] {
                let script = format!("let x = []; for i in 0..1000 {{ {step}; }} {end}");
                // With a value or an error: it ends.
                let _ = host.run_to_end(&script);
            }
        }
        assert_eq!(host.int("1 + 1"), 2);
    });
}

#[test]
fn values_from_outside_may_be_nested_as_deeply_as_can_cross() {
    on_large_stack(|| {
        // Hardly any operations: what is received must have its own room.
        let config = unlimited().with(Limit::Operations, 100);
        let mut host = FakeHost::with_config(config);
        for (name, _, wrap) in SHAPES {
            if !["array", "map", "map of 12"].contains(&name) {
                continue;
            }
            host.register("deep", 1, move |arguments| {
                let levels = arguments[0].as_int().expect("a number") as usize;
                Answer::Value((0..levels).fold(Dynamic::UNIT, |inner, i| wrap(i, inner)))
            });
            host.register("take", 1, |_| Answer::value(1));
            for end in ["let y = x; y", "x.to_string().len", "take(x)"] {
                let script = format!("let x = deep({MAX_DEPTH}); {end}");
                let _ = host.run_to_end(&script);
            }
            assert_eq!(host.int("1 + 1"), 2);
        }
    });
}
