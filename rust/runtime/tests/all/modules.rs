//! Modules that the host loads, and modules of its functions and constants.

use std::cell::RefCell;
use std::rc::Rc;

use rhai::Dynamic;
use runtime::limits::config::Config;
use test_host::{patient, Answer, FakeHost};

fn config() -> Config {
    Config {
        allow_modules: true,
        loads_modules: true,
        ..patient()
    }
}

type Asked = Rc<RefCell<Vec<(String, Option<String>)>>>;

/// A host that answers each load, and notes it.
fn host(config: Config, mut answer: impl FnMut(&str) -> Answer + 'static) -> (FakeHost, Asked) {
    let asked = Asked::default();
    let notes = asked.clone();
    let mut host = FakeHost::with_config(config);
    host.load_modules(move |args| {
        let path = args[0].to_string();
        let importer = (!args[1].is_unit()).then(|| args[1].to_string());
        let result = answer(&path);
        notes.borrow_mut().push((path, importer));
        result
    });
    (host, asked)
}

#[test]
fn a_module_is_loaded_once_for_all_executions() {
    let (mut host, asked) = host(config(), |path| match path {
        "a/x" => Answer::value("import \"./y\" as y; export const X = y::Y;"),
        _ => Answer::value("export const Y = 2;"),
    });
    for _ in 0..3 {
        assert_eq!(host.int("import \"a/x\" as x; x::X"), 2);
    }
    let expected = [
        ("a/x".into(), None),
        ("a/y".into(), Some("a/x".to_string())),
    ];
    assert_eq!(*asked.borrow(), expected);
    host.engine.invalidate_modules(Some("a/y"));
    assert_eq!(host.int("import \"a/x\" as x; x::X"), 2);
    assert_eq!(asked.borrow().len(), 3);
    host.engine.invalidate_modules(None);
    assert_eq!(host.int("import \"a/x\" as x; x::X"), 2);
    assert_eq!(asked.borrow().len(), 5);
}

#[test]
fn a_text_that_was_asked_for_before_it_was_invalidated_is_not_kept() {
    let (mut host, asked) = host(config(), |_| Answer::Pending);
    let waiting = host.eval("import \"x\" as x; x::X").waiting();
    host.engine.invalidate_modules(Some("other"));
    let outcome = host.complete(waiting, "export const X = 1;");
    assert_eq!(outcome.done().as_int(), Ok(1));
    let waiting = host.eval("import \"x\" as x; x::X").waiting();
    let outcome = host.complete(waiting, "export const X = 2;");
    assert_eq!(outcome.done().as_int(), Ok(2));
    assert_eq!(host.int("import \"x\" as x; x::X"), 2);
    assert_eq!(asked.borrow().len(), 2);
}

#[test]
fn the_texts_that_are_kept_are_bounded() {
    let small = Config {
        script_cache_size: 10_000,
        ..config()
    };
    let (mut host, asked) = host(small, |path| Answer::value(format!("// {path:1000}")));
    for n in 0..100 {
        assert!(host.value(&format!("import \"{n}\" as m;")).is_unit());
    }
    asked.borrow_mut().clear();
    for n in (0..100).rev() {
        assert!(host.value(&format!("import \"{n}\" as m;")).is_unit());
    }
    let loaded = asked.borrow().len();
    assert!((90..100).contains(&loaded), "{loaded}");
}

#[test]
fn an_answer_that_is_no_text_is_an_error() {
    let (mut host, _) = host(config(), |path| match path {
        "int" => Answer::value(1),
        "list" => Answer::value(vec![Dynamic::from("text")]),
        "fails" => Answer::Error("Failure", "it failed".into()),
        _ => Answer::value(()),
    });
    for path in ["int", "list"] {
        let error = host.error(&format!("import \"{path}\" as x;"));
        assert!(error.message.contains("string"), "{}", error.message);
        assert_eq!((error.line, error.column), (1, 8));
    }
    let error = host.error("import \"fails\" as x;");
    assert_eq!(error.message, "cannot load module fails: it failed");
    let error = host.error("import \"none\" as x;");
    assert_eq!(error.message, "Module not found: none");
}

#[test]
fn a_script_is_cancelled_while_its_module_loads() {
    let (mut host, _) = host(config(), |path| match path {
        "outer" => Answer::value("import \"inner\" as i;"),
        _ => Answer::Pending,
    });
    let waiting = host
        .eval("try { import \"outer\" as o; } catch { 1 }")
        .waiting();
    assert!(host.engine.cancel(waiting.execution));
    assert_eq!(host.engine.execution_count(), 0);
    let waiting = host.eval("import \"outer\" as o;").waiting();
    drop(host);
    assert!(waiting.execution > 0);
}

#[test]
fn constants_of_modules_are_replaced_as_a_whole() {
    let mut host = FakeHost::with_config(patient());
    let set = |host: &mut FakeHost, name: &str, value: i64| {
        host.put(&value.into());
        assert!(host.engine.set_variable(name, true).is_ok());
    };
    set(&mut host, "m::A", 1);
    set(&mut host, "m::sub::B", 2);
    // Not before the module is complete.
    assert_eq!(host.error("m::A").number, 12);
    host.engine.replace_module("m");
    assert_eq!(host.int("m::A + m::sub::B"), 3);
    set(&mut host, "m::A", 10);
    host.engine.discard_module();
    assert_eq!(host.int("m::A + m::sub::B"), 3);
    host.register("m::f", 0, |_| Answer::value(5));
    assert_eq!(host.int("m::A + m::f()"), 6);
    set(&mut host, "m::C", 7);
    host.engine.replace_module("m");
    assert_eq!(host.int("m::C"), 7);
    for gone in ["m::A", "m::sub::B", "m::f()"] {
        host.error(gone);
    }
}
