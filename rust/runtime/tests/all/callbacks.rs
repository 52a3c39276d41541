//! The functions that call back into the script: they do what Rhai's do, and a limit
//! that the callback breaks cannot be caught.

use std::any::TypeId;
use std::collections::HashSet;
use std::rc::Rc;

use rhai::{Engine, FnPtr, ImmutableString, Module, OptimizationLevel};
use runtime::errors::hint::Hint;
use runtime::errors::script_error::ScriptError;
use runtime::library::builtins;
use runtime::limits::config::Config;
use runtime::limits::limit::Limit;

use test_host::{patient, unlimited, FakeHost, Outcome};

type Signature = (String, Vec<TypeId>);

/// The functions of an engine whose second parameter or a later one has a type.
fn functions_with(engine: &Engine, ty: TypeId) -> HashSet<Signature> {
    let all = engine.collect_fn_metadata(
        None,
        |info| {
            let types = info.metadata.param_types.to_vec();
            Some((info.metadata.name.to_string(), types))
        },
        true,
    );
    let takes = |(_, types): &Signature| types.iter().skip(1).any(|other| *other == ty);
    all.into_iter().filter(takes).collect()
}

/// Rhai may have more of them one day.
#[test]
fn every_function_that_takes_a_callback_is_replaced() {
    let mut module = Module::new();
    builtins::register(&mut module, &Rc::default());
    let mut ours = Engine::new_raw();
    ours.register_global_module(module.into());
    let rhai = Engine::new();

    let callback = TypeId::of::<FnPtr>();
    let all = functions_with(&rhai, callback);
    assert!(all.len() > 20, "{}", all.len());
    assert_eq!(all, functions_with(&ours, callback));

    // A text in its place is taken for a value, or refused, and not for a name.
    let text = TypeId::of::<ImmutableString>();
    let in_its_place = |(name, types): &Signature| -> Signature {
        let types = types
            .iter()
            .map(|ty| if *ty == callback { text } else { *ty });
        (name.clone(), types.collect())
    };
    let of_texts = functions_with(&ours, text);
    let missing: Vec<_> = all
        .iter()
        .map(in_its_place)
        .filter(|f| !of_texts.contains(f))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

const FUNCTIONS: &str = "
    fn is_big(x) { x > 2 }
    fn is_late(x, i) { i > 1 }
    fn has_this() { this > 2 }
    fn grow() { this += 10; this > 12 }
    fn fails(x) { if x == 3 { throw `no ${x}`; } x < 3 }
    fn add(x, y) { (x ?? 0) + y }
    fn add_all(x, y, i) { (x ?? 0) + y + i }
    fn add_this(x) { (x ?? 0) + this }
    fn is_a(k, v) { k == \"a\" }
    fn of_key(k) { k != \"b\" && this < 3 }
";

const PREDICATES: &[&str] = &[
    "|x| x > 2",
    "|x, i| x + i > 3",
    "|x, i| i == 1",
    "|i| i",
    "|| this > 2",
    "|i| this > 2",
    "|| { this += 1; this > 3 }",
    "|| { this = \"changed\"; false }",
    "|x| { x += 1; x > 3 }",
    "|x| { n += 1; n > 2 }",
    "|x| { n += x; throw n }",
    "|x| if x == 3 { throw #{message: \"three\"} } else { x == 1 }",
    "|x| 5",
    "|x| \"text\"",
    "|x| ()",
    "|x| { }",
    "|x| true",
    "|x| false",
    "|x| return x == 2",
    "|a, b, c, d| true",
    "|x| x.missing()",
    "|x| missing",
    "|x| x[0]",
    "|x| x / 0",
    "|x| [x].map(|y| y.missing())",
    "|x| [x].some(|y| fails(y))",
    "Fn(\"is_big\")",
    "Fn(\"is_late\")",
    "Fn(\"has_this\")",
    "Fn(\"grow\")",
    "Fn(\"fails\")",
    "Fn(\"add\").curry(7)",
    "Fn(\"add_all\").curry(7)",
    "Fn(\"abs\")",
    "Fn(\"is_odd\")",
    "Fn(\"len\")",
    "Fn(\"to_string\")",
    "Fn(\"nowhere\")",
    "Fn(\"+\")",
    "Fn(\">\").curry(3)",
    "5",
    "()",
];

const REDUCERS: &[&str] = &[
    "|s, x| (s ?? 0) + x",
    "|s, x, i| (s ?? 0) + x * i",
    "|s| (s ?? 0) + this",
    "|s| { this += 1; (s ?? 0) + this }",
    "|s, x| { n += 1; throw n }",
    "|s, x| if x == 3 { throw \"three\" } else { x }",
    "|s, x| { s = 1; x = 2; s }",
    "|s, x| ()",
    "|s, x| s + x",
    "|a, b, c, d| 1",
    "|| 1",
    "Fn(\"add\")",
    "Fn(\"add_all\")",
    "Fn(\"add_this\")",
    "Fn(\"add_all\").curry(100)",
    "Fn(\"max\")",
    "Fn(\"+\")",
    "Fn(\"nowhere\")",
    "5",
];

const MAPPERS_OF_MAPS: &[&str] = &[
    "|k, v| v > 1",
    "|k| this > 1",
    "|k| { this += 1; k == \"a\" }",
    "|k, v| k",
    "|k, v| { n += 1; n > 1 }",
    "|k, v| if k == \"b\" { throw \"b\" } else { true }",
    "|k, v| 5",
    "|k, v, i| true",
    "|| true",
    "|k, v| v.missing()",
    "Fn(\"is_a\")",
    "Fn(\"of_key\")",
    "Fn(\"is_a\").curry(\"a\")",
    "Fn(\"nowhere\")",
    "5",
];

const ARRAYS: &[&str] = &[
    "[1, 2, 3, 4]",
    "[]",
    "[[1], \"x\", (), 3]",
    "[\"x\", \"y\", \"no name\"]",
    "[3, 3.5, 'c', true]",
];

/// The result of a script in this crate's engine.
fn outcome(host: &mut FakeHost, script: &str) -> String {
    match host.eval(script) {
        Outcome::Done(value) => format!("{value:?}"),
        Outcome::Failed(failure) => {
            assert!(failure.kind <= 2, "{script}: {failure:?}");
            let (line, column) = (failure.line, failure.column);
            format!(
                "{} at {line}:{column} in {:?}",
                failure.message, failure.calls
            )
        }
        Outcome::Waiting(_) => panic!("{script} waits"),
    }
}

fn outcome_in_rhai(engine: &Engine, script: &str) -> String {
    let error = match engine.eval::<rhai::Dynamic>(script) {
        Ok(value) => return format!("{:?}", value.flatten()),
        Err(error) => ScriptError::from_rhai(*error, &Config::default(), None, &Hint::default()),
    };
    let place = |position: rhai::Position| {
        let line = position.line().unwrap_or(0);
        format!("{line}:{}", position.position().unwrap_or(0))
    };
    let calls: Vec<String> = error
        .calls
        .iter()
        .map(|call| format!("{} {}", call.function, place(call.position)))
        .collect();
    format!(
        "{} at {} in {calls:?}",
        error.message,
        place(error.position)
    )
}

/// Runs scripts here and in Rhai; they must make the same.
pub struct Comparison {
    host: FakeHost,
    rhai: Engine,
    count: usize,
}

impl Comparison {
    /// Compares with an engine of Rhai without limits.
    pub fn new() -> Self {
        let mut rhai = Engine::new();
        // As here; a constant is another place otherwise.
        rhai.set_optimization_level(OptimizationLevel::None);
        Comparison {
            host: FakeHost::with_config(patient()),
            rhai,
            count: 0,
        }
    }

    /// Compares what a call returns or fails with, and what it leaves behind.
    fn call(&mut self, object: &str, call: &str) {
        let functions = FUNCTIONS;
        // Rhai's own are left without what they had taken out.
        let after = match call.starts_with("drain") || call.starts_with("retain") {
            true => "a = ();",
            false => "",
        };
        for script in [
            format!("let n = 0; let a = {object}; let r = a.{call}; [r, a, n].to_debug()"),
            format!(
                "let n = 0; let a = {object}; try {{ a.{call}; }} catch {{ n += 100; {after} }} [a, n].to_debug()"
            ),
            format!("const a = {object}; let n = 0; let r = a.{call}; [r, a, n].to_debug()"),
            format!("let n = 0; let a = {object}; let f = || a; let r = a.{call}; [r, a, n].to_debug()"),
            format!("let n = 0; let a = #{{b: {object}}}; let r = a.b.{call}; [r, a, n].to_debug()"),
        ] {
            self.script(&format!("{functions}{script}"));
        }
    }

    /// Compares what a script makes.
    pub fn script(&mut self, script: &str) {
        let expected = outcome_in_rhai(&self.rhai, script);
        let ours = outcome(&mut self.host, script);
        assert!(is_same(&ours, &expected), "{script}: {ours}, {expected}");
        self.count += 1;
    }
}

/// Whether a script ended as in Rhai. Our errors may say what to do, in parentheses.
fn is_same(ours: &str, expected: &str) -> bool {
    const PLACE: &str = " at ";
    match (ours.rsplit_once(PLACE), expected.rsplit_once(PLACE)) {
        (Some((ours, place)), Some((expected, expected_place))) => {
            let hint = ours.strip_prefix(expected);
            place == expected_place
                && hint.is_some_and(|hint| {
                    hint.is_empty() || hint.starts_with(" (") && hint.ends_with(')')
                })
        }
        _ => ours == expected,
    }
}

#[test]
fn callbacks_of_arrays_do_what_they_do_in_rhai() {
    let mut comparison = Comparison::new();
    for array in ARRAYS {
        for predicate in PREDICATES {
            for name in [
                "for_each", "map", "filter", "index_of", "find", "find_map", "some", "all",
                "drain", "retain",
            ] {
                comparison.call(array, &format!("{name}({predicate})"));
            }
        }
    }
    for predicate in PREDICATES {
        for name in ["index_of", "find", "find_map"] {
            for start in ["0", "1", "3", "4", "99", "-1", "-2", "-4", "-99", "()"] {
                comparison.call("[1, 2, 3, 4]", &format!("{name}({predicate}, {start})"));
            }
        }
    }
    for (start, text) in [(0, "x"), (2, "x"), (-1, "y"), (1, "no name")] {
        let call = format!("index_of(\"{text}\", {start})");
        comparison.call(ARRAYS[3], &call);
        comparison.call(ARRAYS[2], &call);
    }
    assert!(comparison.count > 150);
}

#[test]
fn reducers_do_what_they_do_in_rhai() {
    let mut comparison = Comparison::new();
    for array in ["[1, 2, 3, 4]", "[]", "[\"a\", 1]"] {
        for reducer in REDUCERS {
            for name in ["reduce", "reduce_rev"] {
                comparison.call(array, &format!("{name}({reducer})"));
                for initial in ["5", "\"s\"", "()", "[1]"] {
                    comparison.call(array, &format!("{name}({reducer}, {initial})"));
                }
            }
            for other in ["[10, 20, 30]", "[]", "[1, 2, 3, 4, 5]"] {
                comparison.call(array, &format!("zip({other}, {reducer})"));
            }
        }
    }
}

#[test]
fn callbacks_of_maps_do_what_they_do_in_rhai() {
    let mut comparison = Comparison::new();
    for map in ["#{a: 1, b: 2, c: 3}", "#{}", "#{a: \"x\"}"] {
        for mapper in MAPPERS_OF_MAPS {
            for name in ["map", "filter", "drain", "retain"] {
                comparison.call(map, &format!("{name}({mapper})"));
            }
        }
    }
}

#[test]
fn what_changes_an_array_or_a_text_cannot_be_called_of_a_constant() {
    let mut comparison = Comparison::new();
    for name in ["sort", "sort_by", "dedup"] {
        for by in ["|x, y| x == y", "Fn(\"add\")"] {
            let call = format!("{name}({by})");
            comparison.script(&format!("{FUNCTIONS} const A = [2, 1]; A.{call}; A"));
        }
    }
    for call in [
        "replace(\"a\", \"b\")",
        "replace('a', \"b\")",
        "pad(3, \"b\")",
    ] {
        comparison.script(&format!("const A = \"a\"; A.{call}; A"));
    }
}

/// Every call with a callback of one or of two parameters, in which `BODY` runs.
const CALLS: &[&str] = &[
    "[1].for_each(|| BODY)",
    "[1].map(|x| BODY)",
    "[1].map(|x, i| BODY)",
    "[1].map(|| BODY)",
    "[1].map(Fn(\"named\"))",
    "[1].filter(|x| BODY)",
    "[1].index_of(|x| BODY)",
    "[1].index_of(|x| BODY, 0)",
    "[1].find(|x| BODY)",
    "[1].find(|x| BODY, 0)",
    "[1].find_map(|x| BODY)",
    "[1].find_map(|x| BODY, 0)",
    "[1].some(|x| BODY)",
    "[1].all(|x| BODY)",
    "[1].reduce(|s, x| BODY)",
    "[1].reduce(|s, x| BODY, 1)",
    "[1].reduce(|s| BODY)",
    "[1].reduce_rev(|s, x| BODY)",
    "[1].reduce_rev(|s, x| BODY, 1)",
    "[1].zip([2], |x, y| BODY)",
    "[1].drain(|x| BODY)",
    "[1].retain(|x| BODY)",
    "[1, 2].sort(|x, y| BODY)",
    "[1, 2].sort_by(|x, y| BODY)",
    "[1, 2].order(|x, y| BODY)",
    "[1, 2].order_by(|x, y| BODY)",
    "[1, 2].dedup(|x, y| BODY)",
    "#{a: 1}.map(|k, v| BODY)",
    "#{a: 1}.map(|k| BODY)",
    "#{a: 1}.filter(|k, v| BODY)",
    "#{a: 1}.drain(|k, v| BODY)",
    "#{a: 1}.retain(|k, v| BODY)",
    "[1].map(|x| [2].filter(|y| #{a: 1}.map(|k, v| BODY)))",
    "[1].map(|x| in_function())",
    "[1].map(|x| { try { [2].filter(|y| BODY) } catch { 1 } })",
    "[1].map(|x| throw [2].filter(|y| BODY))",
];

#[test]
fn limits_in_callbacks_cannot_be_caught() {
    let mut host = FakeHost::with_config(
        unlimited()
            .with(Limit::ArraySize, 100)
            .with(Limit::MapSize, 20)
            .with(Limit::StringLength, 500)
            .with(Limit::StackDepth, 20)
            .with(Limit::Variables, 30),
    );
    let bodies = [
        ("{ let a = [1]; loop { a += a; } }", Limit::ArraySize),
        ("{ let a = []; loop { a.push(1); } }", Limit::ArraySize),
        (
            "{ let m = #{}; let i = 0; loop { m[`k${i}`] = i; i += 1; m.len(); } }",
            Limit::MapSize,
        ),
        ("{ let s = \"xx\"; loop { s += s; } }", Limit::StringLength),
        ("endless()", Limit::StackDepth),
    ];
    for (body, limit) in bodies {
        for call in CALLS {
            let call = call.replace("BODY", body);
            let script = format!(
                "fn endless() {{ endless() }}
                fn named(x) {{ {body} }}
                fn named2(x, y) {{ {body} }}
                fn in_function() {{ try {{ [1].map(|x| {body}) }} catch {{ 1 }} }}
                try {{ {call}; }} catch {{ return \"caught\"; }}
                \"not even that\""
            );
            let failure = match host.eval(&script) {
                Outcome::Failed(failure) => failure,
                other => panic!("{script}: {other:?}"),
            };
            assert_eq!(
                (failure.kind, failure.number),
                (7, limit as i64),
                "{script}: {failure:?}"
            );
            assert!(failure.line > 0, "{script}: {failure:?}");
        }
    }
}
