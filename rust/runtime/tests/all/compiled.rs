//! Scripts that are compiled once, and their functions that are called by name.

use std::rc::Rc;
use std::time::Duration;

use rhai::{Array, Dynamic};
use runtime::context::exchange::{Reply, Step};
use runtime::context::execution_time::Start;
use runtime::execution::kept_scope::ScopeId;
use runtime::limits::config::Config;
use runtime::limits::limit::Limit;
use runtime::objects::handles::Handle;

use test_host::{patient, Answer, FakeHost, Outcome};

fn host() -> FakeHost {
    let mut host = FakeHost::with_config(patient());
    host.register_later();
    host
}

/// Compiles a script. Returns its handle, and its functions.
fn compile(host: &mut FakeHost, text: &str) -> (Handle, Array) {
    let step = host.engine.compile(text, "name", Start::default());
    let compiled = host.drive(step).done().into_array().expect("an array");
    let [id, functions] = <[Dynamic; 2]>::try_from(compiled).expect("two values");
    let id = u64::try_from(id.as_int().expect("an id")).expect("an id");
    let handle = host.engine.script_handle(id).expect("a script");
    (handle, functions.into_array().expect("functions"))
}

#[track_caller]
fn run(host: &mut FakeHost, script: &Handle) -> Outcome {
    let step = host.engine.eval_kept(script.id(), None, Start::default());
    host.drive(step.expect("a script"))
}

/// The id of a function among those of a script.
#[track_caller]
fn find(functions: &Array, name: &str, arity: usize) -> usize {
    let found = functions.iter().position(|function| {
        let function = function.as_array_ref().expect("a description");
        let parameters = function[1].as_array_ref().expect("parameters").len();
        function[0].to_string() == name && parameters == arity
    });
    found.expect("a function")
}

/// Calls a function of a script with integers.
#[track_caller]
fn call(host: &mut FakeHost, script: &Handle, function: usize, args: &[i64]) -> Outcome {
    call_in(host, script, None, function, args)
}

#[track_caller]
fn call_in(
    host: &mut FakeHost,
    script: &Handle,
    scope: ScopeId,
    function: usize,
    args: &[i64],
) -> Outcome {
    let args: Array = args.iter().map(|&arg| arg.into()).collect();
    host.put(&args.into());
    let id = script.id();
    let step = host
        .engine
        .call_named(id, function, false, scope, Start::default());
    host.drive(step.expect("a script"))
}

#[test]
fn a_script_runs_any_number_of_times() {
    let mut host = host();
    let (script, functions) = compile(&mut host, "let a = 1; a += later(); a");
    assert!(functions.is_empty());
    let all: Vec<_> = (0..3).map(|_| run(&mut host, &script).waiting()).collect();
    for (i, waiting) in all.into_iter().enumerate().rev() {
        let value = host.complete(waiting, 10 * i as i64).done();
        assert_eq!(value.as_int(), Ok(1 + 10 * i as i64));
    }
}

#[test]
fn functions_that_can_be_called_are_described() {
    let mut host = host();
    let text = "/// Adds.\n/// Both.\nfn add(a, b) { a + b }\nprivate fn secret() { }\n\
                let f = || 1;\nfn add(a) { a }\n  //// no\n  fn later_one() { later() }";
    let (_script, functions) = compile(&mut host, text);
    let described: Vec<String> = functions.iter().map(Dynamic::to_string).collect();
    assert_eq!(
        described,
        [
            r#"["add", ["a", "b"], 3, 4, "Adds.\nBoth."]"#,
            r#"["add", ["a"], 6, 4, ""]"#,
            r#"["later_one", [], 8, 6, ""]"#,
        ]
    );
}

#[test]
fn functions_are_called_by_their_names() {
    let mut host = host();
    let text = "fn add(a, b) { a + b } fn add(a) { twice(a) } fn twice(x) { x * 2 } \
                fn slow(x) { x + later() } private fn secret() { } fn count() { counter() } \
                throw `the statements are not run`;";
    let (script, functions) = compile(&mut host, text);
    host.register("counter", 0, {
        let mut count = 0_i64;
        move |_| {
            count += 1;
            Answer::value(count)
        }
    });
    assert_eq!(
        call(&mut host, &script, find(&functions, "add", 2), &[1, 2])
            .done()
            .as_int(),
        Ok(3)
    );
    assert_eq!(
        call(&mut host, &script, find(&functions, "add", 1), &[4])
            .done()
            .as_int(),
        Ok(8)
    );
    // A function that was registered after it was compiled.
    for count in 1..3 {
        let value = call(&mut host, &script, find(&functions, "count", 0), &[]).done();
        assert_eq!(value.as_int(), Ok(count));
    }
    let first = call(&mut host, &script, find(&functions, "slow", 1), &[1]).waiting();
    let second = call(&mut host, &script, find(&functions, "slow", 1), &[2]).waiting();
    assert_eq!(host.complete(second, 20_i64).done().as_int(), Ok(22));
    assert_eq!(host.complete(first, 10_i64).done().as_int(), Ok(11));
    let names: Vec<_> = functions
        .iter()
        .map(|all| all.as_array_ref().expect("one")[0].to_string())
        .collect();
    assert_eq!(names, ["add", "add", "twice", "slow", "count"]);
    for function in [names.len(), usize::MAX] {
        let failure = call(&mut host, &script, function, &[]).failed();
        assert_eq!(failure.kind, 2, "{failure:?}");
        assert!(failure.message.contains("function"), "{failure:?}");
    }
    // Another number of arguments than the function has parameters.
    for args in [&[][..], &[1, 2], &[1, 2, 3]] {
        let failure = call(&mut host, &script, find(&functions, "slow", 1), args).failed();
        assert_eq!(failure.kind, 2, "{failure:?}");
        assert!(failure.message.contains("slow"), "{failure:?}");
    }
    assert!(run(&mut host, &script).failed().message.contains("not run"));
}

#[test]
fn arguments_that_are_no_array_are_none() {
    let mut host = host();
    let (script, _) = compile(&mut host, "fn none() { 7 } fn one(x) { x }");
    for with_this in [false, true] {
        for (function, is_found) in [(0, true), (1, false)] {
            host.put(&5_i64.into());
            let id = script.id();
            let step = host
                .engine
                .call_named(id, function, with_this, None, Start::default());
            match host.drive(step.expect("a script")) {
                Outcome::Done(value) => assert!(is_found && value.as_int() == Ok(7)),
                outcome => assert!(!is_found, "{outcome:?}"),
            }
        }
    }
}

#[test]
fn this_is_the_last_argument_and_comes_back() {
    let mut host = host();
    let text = "fn grow(by) { this += by; later(); this * 2 } fn fails() { this = 5; throw 1 } \
                fn int.typed() { this + 1 }";
    let (script, functions) = compile(&mut host, text);
    let mut call = |name: &str, arity: usize, args: &[i64]| {
        let args: Array = args.iter().map(|&arg| arg.into()).collect();
        host.put(&args.into());
        let function = find(&functions, name, arity);
        let step = host
            .engine
            .call_named(script.id(), function, true, None, Start::default());
        match host.drive(step.expect("a script")) {
            Outcome::Waiting(waiting) => host.complete(waiting, ()),
            outcome => outcome,
        }
    };
    assert_eq!(call("grow", 1, &[2, 10]).done().to_string(), "[24, 10, 12]");
    assert_eq!(call("typed", 0, &[4]).done().to_string(), "[5, 4, 4]");
    assert_eq!(call("fails", 0, &[4]).failed().kind, 2);
    // There is no `this` if there is no argument.
    let failure = call("grow", 1, &[2]).failed();
    assert!(failure.message.contains("grow"), "{failure:?}");
}

#[test]
fn functions_find_the_constants_of_the_engine_and_of_a_scope() {
    let mut host = host();
    host.put(&100_i64.into());
    host.engine.set_variable("A", true).expect("a small value");
    let scope = host.engine.new_scope().expect("a scope");
    let id = Some(scope.id());
    host.put(&5_i64.into());
    let done = host.engine.set_in_scope(scope.id(), "B", true);
    assert!(done.is_some_and(|done| done.is_ok()));
    let text = "fn both() { global::A + global::B } fn one() { later(); global::A }";
    let (script, _) = compile(&mut host, text);
    let value = call_in(&mut host, &script, id, 0, &[]).done();
    assert_eq!(value.as_int(), Ok(105));
    assert_eq!(call(&mut host, &script, 0, &[]).failed().kind, 2);
    // A call is no use of the scope.
    let waiting = call_in(&mut host, &script, id, 1, &[]).waiting();
    assert!(!host.engine.is_scope_used(scope.id()));
    assert_eq!(host.complete(waiting, ()).done().as_int(), Ok(100));
    // A script that uses it refuses it to others.
    let step = host.engine.eval_in("later()", id, Start::default());
    let waiting = host.drive(step.expect("a free scope")).waiting();
    host.put(&Array::new().into());
    let start = Start::default;
    let engine = &mut host.engine;
    assert!(engine
        .call_named(script.id(), 1, false, id, start())
        .is_none());
    assert!(engine.eval_kept(script.id(), id, start()).is_none());
    assert_eq!(host.complete(waiting, 1_i64).done().as_int(), Ok(1));
}

#[test]
fn there_is_no_script_of_another_id() {
    let mut host = host();
    let (script, _) = compile(&mut host, "1");
    let scope = host.engine.new_scope().expect("a scope");
    let (id, start) = (script.id(), Start::default);
    for other in [0, id + 1, u64::MAX] {
        assert!(host.engine.script_handle(other).is_none());
        assert!(host.engine.eval_kept(other, None, start()).is_none());
        host.put(&Array::new().into());
        let engine = &mut host.engine;
        assert!(engine.call_named(other, 0, false, None, start()).is_none());
        let no_scope = Some(scope.id().wrapping_sub(other)).filter(|&id| id != scope.id());
        if no_scope.is_some() {
            assert!(engine.eval_kept(id, no_scope, start()).is_none());
        }
    }
    assert_eq!(run(&mut host, &script).done().as_int(), Ok(1));
}

#[test]
fn a_script_that_the_host_lets_go_of_runs_to_its_end() {
    let mut host = host();
    let (script, _) = compile(&mut host, "fn f(x) { x + later() + g() } fn g() { 1 } f(1)");
    let id = script.id();
    let first = run(&mut host, &script).waiting();
    let second = call(&mut host, &script, 0, &[2]).waiting();
    drop(script);
    host.engine.drop_released();
    assert!(host.engine.eval_kept(id, None, Start::default()).is_none());
    assert_eq!(host.complete(first, 10_i64).done().as_int(), Ok(12));
    assert_eq!(host.complete(second, 10_i64).done().as_int(), Ok(13));
}

#[test]
fn what_does_not_compile_is_not_kept() {
    let mut host = host();
    let failure = {
        let step = host.engine.compile("let a = ;", "name", Start::default());
        host.drive(step).failed()
    };
    assert_eq!((failure.kind, failure.line), (1, 1));
    assert!(failure.message.contains("name"), "{failure:?}");
    assert!(host.engine.script_handle(1).is_none());
    let (script, _) = compile(&mut host, "2");
    assert_eq!(run(&mut host, &script).done().as_int(), Ok(2));
}

#[test]
fn a_function_that_the_host_no_longer_has_is_not_found() {
    let mut host = host();
    host.register("f", 0, |_| Answer::value(1_i64));
    let (script, _) = compile(&mut host, "fn g() { f() } f() + g()");
    assert_eq!(run(&mut host, &script).done().as_int(), Ok(2));
    assert!(host.engine.unregister_function("f"));
    assert!(run(&mut host, &script).failed().message.contains('f'));
    assert!(call(&mut host, &script, 0, &[])
        .failed()
        .message
        .contains('f'));
    host.register("f", 0, |_| Answer::value(5_i64));
    assert_eq!(run(&mut host, &script).done().as_int(), Ok(10));
}

#[test]
fn at_any_budget_compiling_ends_with_a_script_or_its_limit() {
    let functions = (0..60).map(|i| format!("/// Text {i}.\nfn f{i}(a, b) {{ [a, `${{b}}`] }}\n"));
    let text: String = functions.collect();
    let mut compiled = 0;
    for memory in (1..400_000).step_by(3_571) {
        let mut host = FakeHost::with_config(patient().with(Limit::Memory, memory));
        let step = host.engine.compile(&text, "name", Start::default());
        match host.drive(step) {
            Outcome::Failed(failure) => {
                assert_eq!(failure.number, Limit::Memory as i64, "{failure:?}");
                assert!(host.engine.script_handle(1).is_none(), "{memory}");
            }
            outcome => {
                let _ = outcome.done();
                compiled += 1;
            }
        }
    }
    assert!((1..100).contains(&compiled), "{compiled}");
}

#[test]
fn compiling_can_be_ended_and_takes_its_turns() {
    let functions = (0..4_000).map(|i| format!("fn f{i}(x) {{ x * 2 + 1 }}\n"));
    let text: String = functions.collect();
    let mut host = FakeHost::with_config(Config {
        time_limit: None,
        ..Config::default().with(Limit::Functions, 0)
    });
    for cancelled_at in 0..4 {
        let mut step = host.engine.compile(&text, "", Start::in_new_turn());
        for _ in 0..cancelled_at {
            if step == Step::Yielded {
                let execution = host.execution();
                let next = host.engine.resume(execution, Reply::Continue);
                step = next.expect("it has not ended");
            }
        }
        if step == Step::Yielded {
            let execution = host.execution();
            assert!(host.engine.cancel(execution));
        }
        assert_eq!(host.engine.execution_count(), 0);
    }
    let held = Some(Duration::from_millis(5));
    let step = host.engine.compile(&text, "", Start { held, outer: None });
    assert_eq!(step, Step::Yielded);
    let compiled = host.drive(step).done().into_array().expect("an array");
    assert_eq!(compiled[1].as_array_ref().map(|all| all.len()), Ok(4_000));
}

#[test]
fn an_engine_ends_with_scripts_in_any_state() {
    let mut host = host();
    let (script, _) = compile(&mut host, "fn f() { later() } f()");
    let _ = run(&mut host, &script).waiting();
    let _ = call(&mut host, &script, 0, &[]).waiting();
    let shared = host.shared();
    drop(host);
    assert_eq!(Rc::strong_count(&shared), 1);
    drop(script);
}
