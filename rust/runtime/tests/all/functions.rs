//! Functions of the host as scripts see them.

use runtime::functions::host_functions::HostFunction;
use runtime::language::names::is_usable_name;

use test_host::{map, Answer, FakeHost};

#[test]
fn a_function_is_called_with_its_arguments_in_order() {
    let mut host = FakeHost::new();
    host.register("join", 3, |arguments| {
        let texts: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        Answer::value(texts.join("-"))
    });
    assert_eq!(host.text("join(1, \"a\", true)"), "1-a-true");
    assert_eq!(host.text("1.join(\"a\", true)"), "1-a-true");
    assert_eq!(host.text("Fn(\"join\").curry(1).call(2, 3)"), "1-2-3");
}

#[test]
fn zero_to_sixteen_arguments_can_be_passed() {
    for arity in 0..=16 {
        let mut host = FakeHost::new();
        host.register("count", arity, |arguments| {
            Answer::value(arguments.len() as i64)
        });
        let arguments: Vec<String> = (0..arity).map(|i| i.to_string()).collect();
        let call = format!("count({})", arguments.join(", "));
        assert_eq!(host.int(&call), arity as i64);
    }
}

#[test]
fn a_wrong_number_of_arguments_is_no_such_function() {
    let mut host = FakeHost::new();
    host.register_arities("add", 0b0110, |_| Answer::value(0));
    for (script, signature) in [
        ("add()", "add ()"),
        ("\n add(1, 2.0, \"x\")", "add (i64, f64, string)"),
    ] {
        let failure = host.error(script);
        assert_eq!(
            failure.message,
            format!("Function not found: {signature} (add takes 1 or 2 arguments)")
        );
        assert!(failure.line > 0);
    }
}

#[test]
fn a_function_goes_before_a_built_in_one_of_its_name() {
    let mut host = FakeHost::new();
    for name in ["len", "to_upper", "sort", "print"] {
        host.register(name, 1, |_| Answer::value("mine"));
    }
    for script in [
        "len([1])",
        "\"x\".len()",
        "to_upper(\"x\")",
        "[2, 1].sort()",
    ] {
        assert_eq!(host.text(script), "mine", "{script}");
    }
    assert!(host.value("print(1)").is_unit(), "print has no value");
    assert!(host.printed.is_empty());
}

#[test]
fn a_script_keeps_the_functions_that_it_started_with() {
    let mut host = FakeHost::new();
    host.register_later();
    host.register("version", 0, |_| Answer::value(1));
    let waiting = host.eval("later(); version()").waiting();
    host.register("version", 0, |_| Answer::value(2));
    assert_eq!(host.int("version()"), 2);
    assert_eq!(host.complete(waiting, ()).done().as_int(), Ok(1));
}

#[test]
fn an_error_is_an_exception_with_a_tag() {
    let mut host = FakeHost::new();
    host.register("fail", 1, |arguments| {
        Answer::Error("StateError", arguments[0].to_string())
    });
    let caught = "try { fail(\"x\") } catch (e) { return [e.type, e.message, e.stack_trace]; }";
    assert_eq!(
        format!("{:?}", host.value(caught)),
        r##"["StateError", "x", "#0 main"]"##
    );
    for script in [
        "fail(\"x\")",
        "try { fail(\"x\") } catch (e) { throw e }",
        "let kept = (); try { fail(\"x\") } catch (e) { kept = [e] } throw kept[0]",
    ] {
        let failure = host.error(script);
        assert_eq!(
            (failure.message.as_str(), failure.host_error),
            ("x", 7),
            "{script}"
        );
    }
    assert_eq!(host.error("throw #{message: \"x\"}").host_error, 0);
}

#[test]
fn an_error_has_what_was_thrown_and_the_calls_that_led_to_it() {
    let mut host = FakeHost::new();
    let script = "fn f(x) {\n throw #{n: x, message: \"no\"} }\n[5].map(|x| f(x))";
    let failure = host.error(script);
    assert_eq!(failure.message, "no");
    assert_eq!((failure.line, failure.column), (2, 2));
    let thrown = format!("{:?}", failure.thrown);
    assert_eq!(thrown, r##"#{"message": "no", "n": 5}"##);
    assert_eq!(
        failure.calls,
        ["f 2:2", "closure 3:13", "map 3:5", "script 3:5"]
    );
}

#[test]
fn print_and_debug_go_to_the_host() {
    let mut host = FakeHost::new();
    let _ = host.value("print(\"a\"); print(1); [2].for_each(|| print(this)); debug(\"b\")");
    assert_eq!(host.printed, ["a", "1", "2", "\"b\" | 1 | 53"]);
}

#[test]
fn variables_are_copied_into_every_script() {
    let mut host = FakeHost::new();
    for (name, constant) in [("x", false), ("C", true)] {
        host.put(&map([("n", 1_i64.into())]));
        host.engine.set_variable(name, constant).expect("a value");
    }
    assert_eq!(host.int("x.n += 1; x.n + C.n"), 3);
    assert_eq!(host.int("x.n"), 1);
    assert!(host.error("C.n = 2").message.contains("constant"));
    host.engine.clear_scope();
    assert!(host.error("x").message.contains("not found"));
}

#[test]
fn names_are_checked_as_the_parser_sees_them() {
    for name in ["a", "_a1", "fetch_user", "sort", "print"] {
        assert!(is_usable_name(name), "{name}");
    }
    for name in [
        "", "1a", "a b", "a.b", "é", "if", "let", "eval", "type_of", "Fn", "async",
    ] {
        assert!(!is_usable_name(name), "{name}");
    }
}

#[test]
fn a_thousand_functions_cost_one_new_engine() {
    let mut host = FakeHost::new();
    for i in 0..1000 {
        host.engine.register_function(HostFunction {
            name: format!("f{i}"),
            id: 2,
            arities: 1,
        });
    }
    host.register("last", 0, |_| Answer::value(1));
    assert_eq!(host.int("last()"), 1);
    let snapshot = std::rc::Rc::as_ptr(&host.engine.snapshot().unwrap());
    assert_eq!(host.int("last()"), 1);
    assert_eq!(
        std::rc::Rc::as_ptr(&host.engine.snapshot().unwrap()),
        snapshot
    );
}

/// The number of a kind of values, see `parameters.rs`.
const BOOL: u32 = 1 << 1;
const INT: u32 = 1 << 2;
const FLOAT: u32 = 1 << 3;
const ANY: u32 = (1 << 12) - 1;

#[test]
fn a_function_is_found_by_the_kinds_that_it_accepts() {
    let mut host = FakeHost::new();
    host.register_overload("abs", &[BOOL], |_| Answer::value(7));
    assert_eq!(host.int("abs(true)"), 7);
    assert_eq!(host.int("abs(-3)"), 3);
    assert_eq!(
        host.error("abs(\"x\")").message,
        "Function not found: abs (string); there is abs (bool)"
    );
}

#[test]
fn what_fits_goes_before_what_is_converted_and_what_takes_everything() {
    let overloads: [(&[u32], i64); 4] = [
        (&[ANY, ANY], 1),
        (&[FLOAT | INT << 16, INT], 2),
        (&[INT, INT], 3),
        (&[BOOL, ANY], 4),
    ];
    for first in 0..overloads.len() {
        let mut host = FakeHost::new();
        for (kinds, answer) in overloads.iter().cycle().skip(first).take(4) {
            let answer = *answer;
            host.register_overload("f", kinds, move |_| Answer::value(answer));
        }
        for (call, answer) in [
            ("f(1, 1)", 3),
            ("f(1.5, 1)", 2),
            ("f(1.5, 1.5)", 1),
            ("f(true, 1)", 4),
            ("f(\"a\", [])", 1),
        ] {
            assert_eq!(host.int(call), answer, "{call}, {first}");
        }
    }
}

#[test]
fn functions_of_namespaces_are_apart() {
    let mut host = FakeHost::new();
    for (name, answer) in [("a::b::f", 1), ("a::f", 2), ("f", 3), ("c::f", 4)] {
        host.register(name, 0, move |_| Answer::value(answer));
    }
    assert_eq!(host.text("`${a::b::f()}${a::f()}${f()}${c::f()}`"), "1234");
    assert_eq!(host.shared().host_functions.borrow().arities_of("a::f"), 1);
    assert_eq!(host.shared().host_functions.borrow().arities_of("b::f"), 0);
}

#[test]
fn a_function_that_is_removed_is_gone_and_may_come_back() {
    let mut host = FakeHost::new();
    assert!(!host.engine.unregister_function("f"));
    for round in 0..3 {
        host.register("f", 1, move |_| Answer::value(round));
        host.register("len", 1, |_| Answer::value(-1));
        assert_eq!(host.int("[7].map(|x| f(x))[0] - \"abc\".len()"), round + 1);
        assert!(host.engine.unregister_function("f"));
        assert!(host.engine.unregister_function("len"));
        assert!(host.error("f(1)").message.contains("f (i64)"));
        assert_eq!(host.int("\"abc\".len()"), 3);
    }
}
