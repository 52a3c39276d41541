//! Scopes that live across evaluations.

use std::rc::Rc;

use rhai::Dynamic;
use runtime::context::exchange::{Reply, Step};
use runtime::context::execution_time::Start;
use runtime::limits::limit::Limit;
use runtime::objects::handles::Handle;

use test_host::{patient, Answer, FakeHost, Outcome};

/// A host with one scope.
fn host() -> (FakeHost, Handle) {
    let mut host = FakeHost::with_config(patient());
    host.register_later();
    let scope = new_scope(&mut host);
    (host, scope)
}

fn new_scope(host: &mut FakeHost) -> Handle {
    host.engine.new_scope().expect("a new scope")
}

/// Evaluates a script in a scope that nobody uses.
#[track_caller]
fn eval(host: &mut FakeHost, scope: &Handle, script: &str) -> Outcome {
    let step = host
        .engine
        .eval_in(script, Some(scope.id()), Start::default());
    host.drive(step.expect("nobody uses the scope"))
}

#[track_caller]
fn int(host: &mut FakeHost, scope: &Handle, script: &str) -> i64 {
    let value = eval(host, scope, script).done();
    value.as_int().expect("an integer")
}

fn set(host: &mut FakeHost, scope: &Handle, name: &str, value: impl Into<Dynamic>) {
    host.put(&value.into());
    let done = host.engine.set_in_scope(scope.id(), name, false);
    done.expect("nobody uses the scope").expect("a small value");
}

fn get(host: &mut FakeHost, scope: &Handle, name: &str) -> Dynamic {
    let step = host.engine.read_scope(scope.id(), name, Start::default());
    host.drive(step.expect("nobody uses the scope")).done()
}

fn names(host: &mut FakeHost, scope: &Handle) -> String {
    let step = host.engine.list_scope(scope.id(), Start::default());
    let names = host.drive(step.expect("nobody uses the scope")).done();
    let names = names.into_typed_array::<String>().expect("texts");
    names.join(" ")
}

#[test]
fn variables_stay_for_later_scripts() {
    let (mut host, scope) = host();
    assert_eq!(int(&mut host, &scope, "let a = 1; const B = 2; a"), 1);
    assert_eq!(int(&mut host, &scope, "a += 10; let c = a + B; c"), 13);
    assert_eq!(names(&mut host, &scope), "a B c");
    assert_eq!(eval(&mut host, &scope, "B = 3").failed().line, 1);
    assert_eq!(get(&mut host, &scope, "a").as_int(), Ok(11));
    assert!(get(&mut host, &scope, "d").is_unit());
    // Without the scope, there are none.
    assert!(host.error("a").message.contains('a'));
    assert_eq!(host.int("let a = 5; a"), 5);
    assert_eq!(get(&mut host, &scope, "a").as_int(), Ok(11));
}

#[test]
fn of_one_name_the_last_variable_stays() {
    let (mut host, scope) = host();
    let script = "let a = 1; let b = 2; let a = `x`; { let inner = 1; } let a = 3; a + b";
    assert_eq!(int(&mut host, &scope, script), 5);
    assert_eq!(names(&mut host, &scope), "a b");
    assert_eq!(int(&mut host, &scope, "let b = 7; a + b"), 10);
    assert_eq!(names(&mut host, &scope), "a b");
}

#[test]
fn the_engines_variables_are_below_and_do_not_stay() {
    let (mut host, scope) = host();
    host.put(&100_i64.into());
    host.engine.set_variable("x", false).expect("a small value");
    assert_eq!(int(&mut host, &scope, "x += 1; let y = x; y"), 101);
    assert_eq!(int(&mut host, &scope, "x + y"), 201);
    assert_eq!(names(&mut host, &scope), "y");
    assert_eq!(int(&mut host, &scope, "let x = 1; x"), 1);
    assert_eq!(int(&mut host, &scope, "x"), 1);
    host.engine.clear_scope();
    assert_eq!(int(&mut host, &scope, "x + y"), 102);
}

#[test]
fn the_host_changes_and_removes_variables() {
    let (mut host, scope) = host();
    let id = scope.id();
    set(&mut host, &scope, "a", 1_i64);
    set(&mut host, &scope, "b", 2_i64);
    set(&mut host, &scope, "a", 3_i64);
    assert_eq!(names(&mut host, &scope), "a b");
    // A closure that captured it finds the new value; one that is removed stays with it.
    assert_eq!(int(&mut host, &scope, "let f = || a * 10; f.call()"), 30);
    set(&mut host, &scope, "a", 4_i64);
    assert_eq!(int(&mut host, &scope, "f.call()"), 40);
    assert!(host.engine.remove_from_scope(id, "a"));
    assert!(!host.engine.remove_from_scope(id, "a"));
    assert!(!host.engine.scope_has(id, "a"));
    assert!(host.engine.scope_has(id, "b"));
    assert_eq!(int(&mut host, &scope, "f.call()"), 40);
    host.put(&5_i64.into());
    let done = host.engine.set_in_scope(id, "b", true);
    assert!(done.is_some_and(|done| done.is_ok()));
    let failure = eval(&mut host, &scope, "b = 6").failed();
    assert!(failure.message.contains('b'), "{failure:?}");
    host.engine.empty_scope(id);
    assert_eq!(names(&mut host, &scope), "");
    assert_eq!(int(&mut host, &scope, "let a = 1; a"), 1);
}

#[test]
fn one_script_uses_a_scope_and_then_the_next() {
    let (mut host, scope) = host();
    let id = scope.id();
    let other = new_scope(&mut host);
    let script = "let a = 1; let b = later(); a += b; a";
    let waiting = eval(&mut host, &scope, script).waiting();
    for _ in 0..2 {
        assert!(host.engine.is_scope_used(id));
        assert!(host
            .engine
            .eval_in("1", Some(id), Start::default())
            .is_none());
        host.put(&1_i64.into());
        assert!(host.engine.set_in_scope(id, "a", false).is_none());
        let engine = &mut host.engine;
        assert!(engine.read_scope(id, "a", Start::default()).is_none());
        assert!(engine.list_scope(id, Start::default()).is_none());
        for (from, to) in [(id, other.id()), (other.id(), id)] {
            assert!(engine.copy_scope(from, to, Start::default()).is_none());
        }
        assert!(!engine.remove_from_scope(id, "a"));
        assert!(!engine.scope_has(id, "a"));
        engine.empty_scope(id);
    }
    assert_eq!(int(&mut host, &other, "let a = 7; a"), 7);
    assert_eq!(host.complete(waiting, 20_i64).done().as_int(), Ok(21));
    assert!(!host.engine.is_scope_used(id));
    assert_eq!(int(&mut host, &scope, "a + b"), 41);
}

#[test]
fn what_was_declared_before_an_error_or_the_end_stays() {
    let (mut host, scope) = host();
    let _ = eval(&mut host, &scope, "let a = 1; throw 2; let b = 3").failed();
    assert_eq!(names(&mut host, &scope), "a");
    let script = "let c = 4; try { later() } catch { } let d = 5";
    let waiting = eval(&mut host, &scope, script).waiting();
    assert!(host.engine.cancel(waiting.execution));
    assert!(!host.engine.is_scope_used(scope.id()));
    assert_eq!(names(&mut host, &scope), "a c");
    // One that was never started has declared nothing.
    let held = Some(std::time::Duration::from_millis(5));
    let start = Start { held, outer: None };
    let step = host.engine.eval_in("let e = 1", Some(scope.id()), start);
    assert_eq!(step, Some(Step::Yielded));
    assert!(host.engine.is_scope_used(scope.id()));
    let execution = host.execution();
    assert!(host.engine.cancel(execution));
    assert_eq!(int(&mut host, &scope, "a + c"), 5);
    assert_eq!(names(&mut host, &scope), "a c");
}

#[test]
fn a_scope_that_the_host_lets_go_of_stays_for_its_script() {
    let (mut host, scope) = host();
    let id = scope.id();
    let waiting = eval(&mut host, &scope, "let f = |x| x + later(); f.call(1)").waiting();
    drop(scope);
    host.engine.drop_released();
    assert!(!host.engine.is_scope_used(id), "the host has it no more");
    assert!(host
        .engine
        .eval_in("1", Some(id), Start::default())
        .is_none());
    assert_eq!(host.complete(waiting, 2_i64).done().as_int(), Ok(3));
    // Ids are not used again.
    let next = new_scope(&mut host);
    assert_ne!(next.id(), id);
    assert_eq!(names(&mut host, &next), "");
}

#[test]
fn a_copy_shares_nothing() {
    let (mut host, scope) = host();
    let script = "let list = [1]; let f = || list.len(); const C = 5; let g = || 7; f.call()";
    assert_eq!(int(&mut host, &scope, script), 1);
    let copy = new_scope(&mut host);
    let step = host
        .engine
        .copy_scope(scope.id(), copy.id(), Start::default());
    assert!(host.drive(step.expect("both are free")).done().is_unit());
    assert_eq!(names(&mut host, &copy), "list f C g");
    assert_eq!(int(&mut host, &copy, "list.push(2); g.call() + C"), 12);
    assert_eq!(int(&mut host, &scope, "list.len()"), 1);
    assert!(eval(&mut host, &copy, "C = 6").failed().line == 1);
    drop(scope);
    host.engine.drop_released();
    // What a closure captured in the other one stays for it.
    assert_eq!(int(&mut host, &copy, "f.call()"), 1);
}

#[test]
fn a_variable_that_a_call_has_locked_can_be_read_after_it() {
    let (mut host, scope) = host();
    let _ = eval(
        &mut host,
        &scope,
        "let s = #{n: 1}; let f = || s; fn slow() { this.n += later(); }",
    );
    let script = "fn slow() { this.n += later(); } s.slow(); s.n";
    let waiting = eval(&mut host, &scope, script).waiting();
    assert_eq!(host.complete(waiting, 5_i64).done().as_int(), Ok(6));
    assert!(get(&mut host, &scope, "s").is_map());
}

#[test]
fn a_scope_keeps_no_more_than_a_script_may_use() {
    let mut host = FakeHost::with_config(patient().with(Limit::Memory, 1 << 20));
    let scope = new_scope(&mut host);
    let _ = eval(&mut host, &scope, "let all = []; 1");
    let refused = (0..100).find_map(|_| {
        match eval(
            &mut host,
            &scope,
            "let b = blob(200_000); all.push(b); all.len()",
        ) {
            Outcome::Failed(failure) => Some(failure),
            outcome => {
                let _ = outcome.done();
                None
            }
        }
    });
    let failure = refused.expect("it is too large by then");
    assert_eq!(failure.number, Limit::Memory as i64, "{failure:?}");
    // The host can take something out of it.
    let _ = host.engine.remove_from_scope(scope.id(), "all");
    let _ = host.engine.remove_from_scope(scope.id(), "b");
    assert_eq!(int(&mut host, &scope, "let x = 1; x"), 1);
}

#[test]
fn at_any_budget_a_scope_can_be_used_again() {
    for memory in (10_000..900_000).step_by(7_919) {
        let mut host = FakeHost::with_config(patient().with(Limit::Memory, memory));
        host.register_later();
        let scope = new_scope(&mut host);
        let script = "let a = 1; let s = `x`; let f = || s.len(); \
                      for i in 0..20 { s += s; } later(); f.call()";
        match eval(&mut host, &scope, script) {
            Outcome::Waiting(waiting) => {
                let _ = host.complete(waiting, ());
            }
            Outcome::Failed(failure) => {
                assert_eq!(failure.number, Limit::Memory as i64, "{failure:?}");
            }
            Outcome::Done(_) => panic!("it waits"),
        }
        assert!(!host.engine.is_scope_used(scope.id()), "{memory}");
        host.engine.empty_scope(scope.id());
        assert_eq!(int(&mut host, &scope, "let a = 2; a"), 2, "{memory}");
    }
}

#[test]
fn an_engine_ends_with_scopes_in_any_state() {
    let (mut host, scope) = host();
    let unused = new_scope(&mut host);
    set(&mut host, &unused, "a", 1_i64);
    let _ = eval(
        &mut host,
        &scope,
        "let a = 1; let f = || later() + a; f.call()",
    )
    .waiting();
    let shared = host.shared();
    drop(host);
    assert_eq!(Rc::strong_count(&shared), 1);
    drop((scope, unused));
}

#[test]
fn functions_of_the_host_cannot_use_the_scope_of_their_script() {
    let (mut host, scope) = host();
    host.register("inner", 0, |_| Answer::Pending);
    let step = host
        .engine
        .eval_in("inner()", Some(scope.id()), Start::default());
    assert_eq!(step, Some(Step::Call));
    let execution = host.execution();
    let again = host.engine.eval_in("1", Some(scope.id()), Start::default());
    assert!(again.is_none());
    host.put(&3_i64.into());
    let step = host.engine.resume(execution, Reply::Value);
    assert_eq!(
        host.drive(step.expect("it waits for a value"))
            .done()
            .as_int(),
        Ok(3)
    );
}
