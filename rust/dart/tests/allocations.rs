//! What calls between scripts and Dart allocate on the native side.

// Installs the allocator that counts.
use rhai_dart as _;
use runtime::border::host_call::DartFunction;
use runtime::context::execution_time::Start;
use runtime::engine::ScriptEngine;
use runtime::execution::execution::{Reply, Step};
use runtime::limits::config::Config;
use runtime::limits::limit::Limit;
use runtime::wire::format::{Slot, Tag};

/// An engine with a function `f` of one argument.
fn new_engine() -> ScriptEngine {
    let mut engine = ScriptEngine::new(Config {
        time_limit: None,
        ..Config::default().with(Limit::Operations, 0)
    });
    engine.register_function(DartFunction {
        name: "f".into(),
        id: 100,
        arities: 0b10,
    });
    engine
}

/// Runs a script, and answers each of its calls with `result`.
fn run(engine: &mut ScriptEngine, script: &str, result: Slot) {
    let mut step = engine.eval(script, Start::default());
    while step == Step::Call {
        let execution = engine.host.with_frame(|frame| {
            frame.slots[0] = result;
            frame.execution
        });
        let resumed = engine.resume(execution, Reply::Value);
        step = resumed.expect("the execution has not ended");
    }
    assert_eq!(step, Step::Done);
}

/// The allocations of one call of `f(argument)`, which answers with `result`.
fn allocations_per_call(argument: &str, result: Slot) -> f64 {
    let mut engine = new_engine();
    let mut allocations = |calls: u32| {
        let script = format!("let x = {argument}; for i in 0..{calls} {{ f(x) }}");
        // Compiled and kept the first time.
        run(&mut engine, &script, result);
        let before = memory::allocations();
        run(&mut engine, &script, result);
        memory::allocations() - before
    };
    let few = allocations(1000);
    let many = allocations(2000);
    (many - few) as f64 / 1000.0
}

#[test]
#[cfg_attr(feature = "poison", ignore = "every suspension makes a copy")]
fn a_scalar_argument_and_result_allocate_nothing() {
    let int = Slot::new(Tag::Int, 0, 2);
    let float = Slot::new(Tag::Float, 0, 2.5_f64.to_bits());
    let boolean = Slot::new(Tag::False, 0, 0);
    let unit = Slot::new(Tag::Unit, 0, 0);
    for (argument, result) in [("1", int), ("1.5", float), ("true", boolean), ("()", unit)] {
        assert_eq!(allocations_per_call(argument, result), 0.0, "{argument}");
    }
    // The count sees what allocates.
    let text = Slot::new(Tag::String, 4, 0);
    assert!(allocations_per_call("1", text) >= 1.0);
}

/// The allocations of one evaluation.
fn allocations_of(engine: &mut ScriptEngine, script: &str) -> u64 {
    let before = memory::allocations();
    assert_eq!(engine.eval(script, Start::default()), Step::Done);
    memory::allocations() - before
}

#[test]
fn compiled_scripts_are_kept_by_their_last_use() {
    let mut engine = new_engine();
    let scripts: Vec<String> = (0..300).map(|n| format!("let a = {n}; a + 1")).collect();
    for script in &scripts {
        assert!(allocations_of(&mut engine, script) > 20, "it is compiled");
    }
    for script in &scripts {
        assert!(allocations_of(&mut engine, script) < 20, "it is kept");
    }

    // Where there is room for some only, those that are used stay.
    let mut engine = ScriptEngine::new(Config {
        script_cache_size: 64 * 1024,
        ..Config::default()
    });
    allocations_of(&mut engine, &scripts[0]);
    for script in &scripts[1..] {
        allocations_of(&mut engine, script);
        assert!(allocations_of(&mut engine, &scripts[0]) < 20, "it is kept");
    }
    assert!(allocations_of(&mut engine, &scripts[1]) > 20, "it is gone");

    let mut engine = ScriptEngine::new(Config {
        script_cache_size: 0,
        ..Config::default()
    });
    for _ in 0..2 {
        assert!(
            allocations_of(&mut engine, &scripts[0]) > 20,
            "none is kept"
        );
    }
}

#[test]
fn variables_that_a_script_does_not_use_cost_nothing() {
    let mut engine = new_engine();
    for script in ["1 + 1", "let a = 2; a"] {
        allocations_of(&mut engine, script);
        let without = allocations_of(&mut engine, script);
        for n in 0..1000 {
            engine
                .host
                .with_frame(|frame| frame.slots[0] = Slot::new(Tag::Int, 0, n));
            engine
                .set_variable(&format!("v{n}"), false)
                .expect("a variable");
        }
        assert_eq!(allocations_of(&mut engine, script), without);
        engine.clear_scope();
    }
}
