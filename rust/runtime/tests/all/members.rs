//! Objects of the host in scripts: going through them, and their properties.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rhai::{Array, Dynamic};
use runtime::limits::config::Config;
use runtime::limits::limit::Limit;

use test_host::{patient, Answer, FakeHost, Outcome};

/// The id of the iterator that the host makes.
const ITERATOR: u64 = 1_001;

/// A host with `object()`, an object through which scripts go: it gives 1, 2 … `count`. Each
/// value is answered as `answer` says.
fn host(count: i64, answer: impl Fn(i64) -> Answer + 'static) -> FakeHost {
    host_with(patient(), count, answer)
}

fn host_with(config: Config, count: i64, answer: impl Fn(i64) -> Answer + 'static) -> FakeHost {
    let mut host = FakeHost::with_config(config);
    host.register_later();
    let object = host.object(1_000);
    host.register("object", 0, move |_| Answer::value(object.clone()));
    let iterator = host.object(ITERATOR);
    let last = Rc::new(Cell::new(0));
    let of_iterate = last.clone();
    host.iterate(
        move |arguments| {
            assert_eq!(arguments.len(), 1);
            of_iterate.set(0);
            Answer::value(iterator.clone())
        },
        move |_| {
            let n = last.get() + 1;
            last.set(n);
            match n <= count {
                true => answer(n),
                false => Answer::value(()),
            }
        },
    );
    host
}

fn one(value: i64) -> Answer {
    Answer::Value(vec![Dynamic::from(value)].into())
}

#[test]
fn a_loop_goes_through_the_values_of_an_object() {
    let mut host = host(4, one);
    assert_eq!(host.int("let s = 0; for x in object() { s += x; } s"), 10);
    assert_eq!(
        host.text("let s = ``; for (x, i) in object() { s += `${i}:${x} `; } s"),
        "0:1 1:2 2:3 3:4 "
    );
    // Each loop has an iterator of its own.
    let script = "let o = object(); let s = 0; for x in o { s += x; if x == 2 { break; } } \
                  for x in o { if x == 1 { continue; } s += 100 * x; } s";
    assert_eq!(host.int(script), 903);
    assert_eq!(host.engine.execution_count(), 0);
}

#[test]
fn each_value_may_be_waited_for() {
    let mut host = host(3, |_| Answer::Pending);
    let script = "let s = 0; for x in object() { s += x + later(); } s";
    let mut outcome = host.eval(script);
    let mut waits = 0_i64;
    while let Outcome::Waiting(waiting) = outcome {
        let value: Dynamic = match waits % 2 {
            0 => vec![Dynamic::from(waits)].into(),
            _ => 100_i64.into(),
        };
        waits += 1;
        outcome = host.complete(waiting, value);
    }
    assert_eq!(outcome.done().as_int(), Ok(300 + 2 + 4));
    assert_eq!(waits, 6);
    // A value that is waited for may be the end.
    let waiting = host.eval(script).waiting();
    assert_eq!(host.complete(waiting, ()).done().as_int(), Ok(0));
    // A script that waits for one can be cancelled.
    let waiting = host.eval(script).waiting();
    assert!(host.engine.cancel(waiting.execution));
}

#[test]
fn errors_end_the_loop_with_their_place() {
    let mut host = host(5, |n| match n {
        3 => Answer::Error("error", "no third".into()),
        n => one(n),
    });
    let failure = host.error("let s = 0;\nfor x in object() { s += x; }");
    assert!(failure.message.contains("no third"), "{failure:?}");
    assert_eq!(failure.host_error, 7);
    let script = "let s = 0; try { for x in object() { s += x; } } catch (e) { s += 100; } s";
    assert_eq!(host.int(script), 103);
    // A loop that does nothing with the values has errors, too.
    for script in [
        "for x in object() { }",
        "fn f() { for (x, i) in object() { } } f()",
        "let o = object(); [1].map(|n| { for x in o { } })",
        "let m = #{o: object()}; if true { for x in m.o { /* no */ } }",
    ] {
        let failure = host.error(script);
        assert!(failure.message.contains("no third"), "{failure:?}");
    }
    host.iterate(
        |_| Answer::Error("error", "no iterator".into()),
        |_| panic!("there is no iterator"),
    );
    for script in ["for x in object() { }", "for x in object() { print(x); }"] {
        let failure = host.error(script);
        assert!(failure.message.contains("no iterator"), "{failure:?}");
    }
    assert_eq!(
        host.int("for i in 0..10 { } for i in [1] { } for c in `abc` { } 7"),
        7
    );
}

#[test]
fn whatever_the_host_answers_ends_the_loop_or_is_a_value() {
    for answer in [
        Dynamic::UNIT,
        5_i64.into(),
        "text".into(),
        Array::new().into(),
    ] {
        let mut host = host(3, move |_| Answer::Value(answer.clone()));
        assert_eq!(host.int("let n = 0; for x in object() { n += 1; } n"), 0);
    }
    // An iterator need not be an object.
    let mut host = host(2, one);
    let left = RefCell::new(3_i64);
    host.iterate(
        |_| Answer::value(()),
        move |arguments| {
            assert!(arguments[0].is_unit());
            *left.borrow_mut() -= 1;
            match *left.borrow() {
                0 => Answer::value(()),
                n => one(n),
            }
        },
    );
    assert_eq!(host.int("let s = 0; for x in object() { s += x; } s"), 3);
}

#[test]
fn a_loop_without_end_ends_by_its_limits() {
    let mut host = host_with(patient().with(Limit::Memory, 1 << 20), i64::MAX, one);
    let script = "let all = []; for x in object() { all.push(`a text of its own: ${x}`); }";
    let failure = host.error(script);
    assert_eq!(failure.number, Limit::Memory as i64, "{failure:?}");
    let config = patient().with(Limit::Operations, 1_000);
    let mut host = host_with(config, i64::MAX, one);
    let failure = host.error("try { for x in object() { } } catch { } 1");
    assert_eq!(failure.number, Limit::Operations as i64, "{failure:?}");
    let failure = host.error("try { object().find(|x| false) } catch { } loop { }");
    assert_eq!(failure.number, Limit::Operations as i64, "{failure:?}");
}

#[test]
fn iterators_are_let_go_of() {
    let mut host = host(3, one);
    let mut ids = Vec::new();
    for script in [
        "for x in object() { }",
        "for x in object() { break; }",
        "try { for x in object() { throw 1; } } catch { }",
    ] {
        let _ = host.value(script);
    }
    host.iterate(|_| Answer::value(()), |_| Answer::value(()));
    // The last copy is the host's own, which is gone by now.
    host.shared().released.move_to(&mut ids);
    assert_eq!(ids, [ITERATOR]);
}

/// A host whose objects have the properties `name`, `items` and `friend`, and what scripts did
/// with them.
fn host_with_properties() -> (FakeHost, Rc<RefCell<Vec<String>>>) {
    let mut host = FakeHost::with_config(patient());
    host.register_later();
    let object = host.object(1);
    let seen = Rc::new(RefCell::new(Vec::new()));
    host.register("object", 0, {
        let object = object.clone();
        move |_| Answer::value(object.clone())
    });
    let values: [(&str, Dynamic); 3] = [
        ("name", "Ann".into()),
        ("items", vec![Dynamic::from(3_i64), 1_i64.into()].into()),
        ("friend", object),
    ];
    for (name, value) in values {
        let log = seen.clone();
        host.register(&format!("get${name}"), 1, move |_| {
            log.borrow_mut().push(format!("get {name}"));
            Answer::Value(value.clone())
        });
        let log = seen.clone();
        host.register(&format!("set${name}"), 2, move |arguments| {
            let value = &arguments[1];
            log.borrow_mut()
                .push(match value.is_string() || value.is_array() {
                    true => format!("set {name} {value}"),
                    false => format!("set {name}"),
                });
            Answer::value(())
        });
    }
    (host, seen)
}

#[test]
fn properties_that_are_only_read_are_not_written() {
    let (mut host, seen) = host_with_properties();
    for (script, expected) in [
        ("o.name", &["get name"][..]),
        ("o.name.len()", &["get name"]),
        ("o.name.len() + o.items.len()", &["get name", "get items"]),
        ("o.items[0]", &["get items"]),
        ("o.items.map(|x| x + 1)", &["get items"]),
        ("o.friend.name.len()", &["get friend", "get name"]),
        (
            "o.friend.friend.name",
            &["get friend", "get friend", "get name"],
        ),
        ("o.name.to_upper().len()", &["get name"]),
        ("fn f(o) { o.name.len() } f(o)", &["get name"]),
        ("[o].map(|x| x.name.len())", &["get name"]),
        ("`${o.name.len()}`", &["get name"]),
        (
            "if o.name.len() == 3 { o.items.len() }",
            &["get name", "get items"],
        ),
        // A function of the script gets a copy.
        ("fn empty() { this = [] } o.items.empty()", &["get items"]),
        ("let m = #{o: o}; m.o.name.len()", &["get name"]),
    ] {
        let _ = host.value(&format!("let o = object(); {script}"));
        let seen = std::mem::take(&mut *seen.borrow_mut());
        assert_eq!(seen, expected, "{script}");
    }
}

#[test]
fn properties_that_are_changed_are_written() {
    let (mut host, seen) = host_with_properties();
    for (script, expected) in [
        ("o.name = `Bob`", &["set name Bob"][..]),
        ("o.name += `!`", &["get name", "set name Ann!"]),
        ("o.items.push(2)", &["get items", "set items [3, 1, 2]"]),
        ("o.items.sort()", &["get items", "set items [1, 3]"]),
        ("o.items[0] = 5", &["get items", "set items [5, 1]"]),
        ("o.items[0] += 5", &["get items", "set items [8, 1]"]),
        ("o.items.shift()", &["get items", "set items [1]"]),
        ("o.friend.name = `Bob`", &["get friend", "set name Bob"]),
        (
            "let m = #{o: o}; m.o.items.clear()",
            &["get items", "set items []"],
        ),
    ] {
        let _ = host.value(&format!("let o = object(); {script}"));
        let mut seen = std::mem::take(&mut *seen.borrow_mut());
        // An object within another one is put back there, whatever was done with it.
        seen.retain(|what| what != "set friend");
        assert_eq!(seen, expected, "{script}");
    }
}

#[test]
fn properties_of_maps_are_written_whatever_the_host_calls_its_own() {
    let (mut host, seen) = host_with_properties();
    for (script, expected) in [
        (
            "let m = #{name: `x`}; m.name.len(); m.name += `y`; m.name",
            "xy",
        ),
        (
            "let m = #{items: [1]}; m.items.push(2); `${m.items}`",
            "[1, 2]",
        ),
        (
            "let m = #{items: [1]}; m.items.len(); m.items.push(2); `${m.items}`",
            "[1, 2]",
        ),
        (
            "let m = #{friend: #{name: `a`}}; m.friend.name.make_upper(); m.friend.name",
            "A",
        ),
        (
            "fn add() { this.push(4); } let m = #{items: [1]}; m.items.add(); `${m.items}`",
            "[1, 4]",
        ),
    ] {
        assert_eq!(host.text(script), expected, "{script}");
    }
    assert!(seen.borrow().is_empty());
}
