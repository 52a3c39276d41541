//! Every allocation that a script makes is refused once: it ends with an error, and the
//! engine goes on.
//!
//! `cargo test --release --features refusing --test refused`

#![cfg(feature = "refusing")]

#[allow(dead_code)]
#[path = "all/dart_host.rs"]
mod dart_host;
#[path = "refused/kept.rs"]
mod kept;
#[path = "refused/things.rs"]
mod things;

use dart_host::DartHost;
use memory::refusing;
use rhai::Dynamic;
use runtime::context::execution_time::Start;
use runtime::language::restrictions::NameList;
use runtime::limits::config::Config;
use runtime::limits::limit::Limit;
use test_host::{Answer, Outcome};

/// The number of `ErrorKind::Limit`.
const LIMIT: i64 = 7;

/// Scripts that use every construct of the language, every package, and values in every
/// direction.
const SCRIPTS: &[&str] = &[
    // Values and operators.
    "let a = 1; let b = 2.5; let c = 'x'; let d = true; let e = (); `${a}${b}${c}${d}${e}`",
    "let s = \"some text that is not short at all\"; s += \" and grows\"; s + '!' + 1 + [2]",
    "let a = [1, \"two\", 3.0, [4], #{five: 5}]; a += 6; a += [7, 8]; a[3][0] = 9; a",
    "let m = #{a: 1, b: #{c: [1, 2]}}; m.d = \"x\"; m.b.c[1] += 1; m[\"e\"] = m.b; m",
    "let b = blob(20, 7); b += blob(300); b[3] = 1; b.push(5); b",
    "let x = 0; for i in 0..20 { x += i; } for c in \"text\" { x += c.to_int(); } x",
    "let n = 0; while n < 5 { n += 1; if n == 3 { continue; } } do { n -= 1; } until n < 0; n",
    "let x = switch 3 { 1 => \"one\", 2 | 3 => \"some\", 4..9 => \"more\", _ => \"many\" }; x",
    "let f = |x| x * 2; fn g(x) { let y = [x, x]; y[0] + y[1] } f.call(g(20))",
    "let n = 1; let f = || n += 1; f.call(); f.call(); f",
    "fn fac(n) { if n < 2 { 1 } else { n * fac(n - 1) } } fac(15)",
    "fn f() { this.x += 1; this } let o = #{x: 1}; o.f(); o.call(Fn(\"f\")); o",
    "let add = |a, b| a + b; let inc = add.curry(1); [1, 2, 3].map(inc)",
    "try { throw #{code: 42, text: \"a thrown map\"}; } catch (e) { e.code }",
    "try { let x = [1]; x[7] } catch (e) { e.message + \" was caught\" }",
    "throw [\"thrown\", \"and not caught\", #{a: [1, 2, 3]}]",
    "undefined_function(1, \"two\", [3])",
    "let x = ; this does not parse",
    "const X = [1, 2, 3]; fn f() { global::X } f()",
    // Packages.
    "let a = [5, 3, 9, 1]; a.sort(); a.reverse(); a.insert(1, 7); a.pad(20, 0); a.dedup(); a",
    "[3, 1, 2].order(|a, b| a - b) + [1, 2, 3].filter(|x| x > 1).map(|x| `${x}`)",
    "[1, 2, 3, 4].reduce(|s, x| s + x, 0) + [[1], [2]].find(|x| x[0] == 2)[0]",
    "let a = [1, 2, 3, 4, 5, 6]; [a.drain(0..2), a.extract(1), a.splice(0, 1, [9]), a.split(1), a]",
    "let s = \"a,b;c d e\"; [s.split(','), s.to_chars(), s.to_upper(), s.sub_string(2), s.split()]",
    "let s = \"hello\"; s.replace(\"l\", \"LLLL\"); s.pad(40, \"xy\"); s.crop(3); s.trim(); s",
    "let m = #{a: 1, b: 2, c: 3}; m.mixin(#{d: 4}); [m.keys(), m.values(), m.to_json(), m]",
    "let m = #{a: 1, b: 2}; m.filter(|v| v > 1) + m.map(|v| v * 2)",
    "parse_json(`{\"a\": [1, 2.5, null, {\"b\": \"text\"}], \"c\": true}`)",
    "let b = \"text\".to_blob(); [b.as_string(), b.to_array(), b.extract(1, 2)]",
    "[1, [2, #{a: 'x'}], \"s\"].to_string() + #{a: [1]}.to_debug() + type_of([])",
    "print(\"printed \" + [1, 2]); debug(#{a: 1}); (1..5).contains(3)",
    "let t = timestamp(); [sqrt(2.0), 7.to_hex(), PI().to_string(), parse_int(\"42\"), t.elapsed < 0.0]",
    // Calls of the host.
    "let x = []; for i in 0..5 { x.push(echo(i)); } x",
    "echo(#{list: [1, 2.5, \"text\", [true, ()]], blob: blob(10), range: 1..5})",
    "let t = \"\"; for i in 0..50 { t += \"0123456789\"; } echo(t).len + echo([t, t]).len",
    "keep(|x| x + 1); let n = [1]; keep(|| n.push(2)); n.len",
    "try { fail(\"it failed\") } catch (e) { e.message }",
    "fail([\"not caught\"])",
    // Waits.
    "let x = later(1); let y = later([x, \"two\"]); [x, y]",
    "[3, 1, 2].sort(|a, b| later(a - b)); [1, 2].map(|x| later(x)) ",
    "let s = #{n: 0}; try { later(s); throw s } catch (e) { later(e) }",
    // Calls at the same time.
    "parallel([1, 2, 3], |x| `${later(x)}` + x)",
    "let all = []; parallel([|| all.push(later([1])), || all.push(`text`)]); all",
    "parallel([1, 2], |x| parallel([`a`, `b`], |y| [x, y, later(x)]))",
    "try { parallel([|| later(1), || throw [\"thrown\"], || later(2)]) } catch (e) { later(e) }",
    "parallel([|| { later(1); throw \"later\" }, || { let a = later([1]); a + [2] }])",
    // Modules.
    "import \"outer\" as o; import \"outer\" as p; o::X + p::X",
    "try { import \"fails\" as f; } catch (e) { e.message }",
    "import \"fails\" as f;",
    "import \"bad\" as b;",
    "import \"nowhere\" as n;",
    "try { import \"slow\" as s; } catch (e) { e.message }",
    "lib::LIST + [lib::LIST[0].len]",
    "lib::LIXT",
    // Calls at the same time.
    "parallel([|| 1, || [2], || \"three\"])",
    "parallel([1, 2, 3], |x, i| `${x}${i}`, 2)",
    "let n = [0]; let r = parallel([1, 2, 3], |x| { n.push(x); [x, later(x)] }); [r, n]",
    "parallel([[1], [2]], |x| [later(x), later(x)], 1)",
    "try { parallel([|| later(1), || throw [\"failed\"]]) } catch (e) { e }",
    "parallel([|| parallel([|| [1]]), || parallel([2], echo)])",
    "parallel([1, \"no function\"])",
    "parallel([|| { import \"outer\" as o; o::X }, || { import \"./outer\" as o; o::X }])",
    "parallel([|| { import \"bad\" as b; }, || 1])",
    // Objects of the host.
    "let t = Thing(1); t.name = t.name + 1; t.name",
    "let n = []; for x in Thing(1) { n.push(x + \"!\"); } n",
    "`${Thing(1)}` + type_of(Thing(2)) + (Thing(1) == Thing(2)) + (Thing(1) in [Thing(2)])",
    "[Thing(1), Thing(2)].map(|t| t.slow)",
    "let m = #{t: Thing(1)}; m.t.name = [m.t.twice(2)]; m.t?.name.len",
    "try { Thing(1).nothing } catch (e) { e.message }",
    "Thing(1).nothing(2)",
    "echo(1, 2)",
];

fn new_host() -> DartHost {
    host_that_keeps(Config::default().script_cache_size)
}

/// Makes a host whose engine keeps compiled scripts of so many bytes.
fn host_that_keeps(script_cache_size: usize) -> DartHost {
    let mut host = DartHost::with_config(Config {
        script_cache_size,
        allow_eval: true,
        allow_modules: true,
        loads_modules: true,
        time_limit: None,
        ..Config::default()
            .with(Limit::Operations, 100_000)
            .with(Limit::Memory, 4 << 20)
    });
    host.register("echo", 1, |mut args| Answer::Value(args.swap_remove(0)));
    host.register("keep", 1, |_| Answer::value(true));
    host.register("fail", 1, |args| {
        Answer::Error("Failure", args[0].to_string())
    });
    host.register_later();
    host.load_modules(|args| match &*args[0].to_string() {
        "outer" => Answer::value("import \"./inner\" as i; export const X = [i::f(1)];"),
        "inner" => Answer::value("#!rhai\nfn f(n) { [n, \"text\"] }"),
        "bad" => Answer::value("let x = 1; x = ;"),
        "fails" => Answer::Error("Failure", "it failed".into()),
        "slow" => Answer::Pending,
        _ => Answer::value(()),
    });
    things::register(&mut host);
    host.put(&Dynamic::from(vec![Dynamic::from("constant"), 1.into()]));
    let constant = host.engine.set_variable("lib::LIST", true);
    assert!(constant.is_ok());
    host.engine.replace_module("lib");
    host
}

/// Runs a script to its end, completing what it waits for with increasing numbers.
fn run(host: &mut DartHost, script: &str) -> Outcome {
    let outcome = host.eval(script);
    finish(host, outcome)
}

/// Completes what a script and its calls wait for with increasing numbers.
fn finish(host: &mut DartHost, mut outcome: Outcome) -> Outcome {
    for number in 1_i64.. {
        let Outcome::Waiting(waiting) = outcome else {
            return outcome;
        };
        run_children(host, number);
        outcome = host.complete(waiting, number);
    }
    unreachable!("there are more numbers than waits");
}

/// Completes with `number` what calls of `parallel` wait for. The first that fails ends the
/// others.
fn run_children(host: &mut DartHost, number: i64) {
    let mut has_failed = false;
    while !host.children.is_empty() {
        let child = host.children.remove(0);
        if has_failed {
            host.engine.cancel(child.execution);
            continue;
        }
        let ended = host.complete(child, number);
        has_failed = match finish(host, ended) {
            Outcome::Done(succeeded) => succeeded.as_bool() != Ok(true),
            _ => true,
        };
    }
}

/// The engine does what it always does, also with what it did before.
fn check_health(host: &mut DartHost) {
    // Which panics if anything of the engine's has stayed borrowed.
    host.register("registered_later", 0, |_| Answer::value(7_i64));
    assert_eq!(host.int("registered_later()"), 7);
    let value = run(
        host,
        "let m = #{a: [1]}; m.a.push(later(2)); let f = |x| m.a.len + x; \
         import_nothing(f.call(2)) + \"abc\".to_upper()",
    );
    // The last line calls a function that there is not, so that an error is made.
    assert_eq!(value.failed().kind, 2);
    assert_eq!(host.int("let a = [1, 2]; a.map(|x| x + 1)[1]"), 3);
}

/// Changes what scripts find. Those that were abandoned have borrowed nothing of it for ever.
fn change(host: &mut DartHost) {
    host.register("fresh", 0, |_| Answer::value(1));
    assert!(host.engine.unregister_function("fresh"));
    assert_eq!(host.engine.restrict(NameList::DeniedFunctions, &[]), Ok(()));
    for name in ["fresh", "more::X"] {
        host.put(&"a new value".into());
        assert!(host.engine.set_variable(name, true).is_ok());
    }
    host.engine.replace_module("more");
    host.engine.keep_module("more", "export const X = 1;");
    host.engine.invalidate_modules(None);
    host.engine.drop_released();
    assert_eq!(host.engine.execution_count(), 0);
    assert_eq!(host.int("[fresh, more::X].len"), 2);
}

/// Whether a script is compiled when it is run.
#[derive(Clone, Copy)]
enum Compiled {
    /// Each time, and so are the modules that it imports.
    Anew,
    /// Not any more.
    Before,
}

/// Makes a host for `script`.
fn host_for(script: &str, compiled: Compiled) -> DartHost {
    match compiled {
        Compiled::Anew => host_that_keeps(0),
        Compiled::Before => {
            let mut host = new_host();
            let _ = run(&mut host, script);
            host
        }
    }
}

/// The sanitizer gives each script a stack of its own, with what it notes of that. So whoever is
/// abandoned leaves megabytes, and not each allocation can be refused: other ones for each script.
fn stride() -> usize {
    if cfg!(feature = "sanitizer") {
        7
    } else {
        1
    }
}

/// Refuses each allocation of the `number`th script in turn; returns how many it refused.
fn refuse_each(number: usize, script: &str, compiled: Compiled) -> u64 {
    let mut host = host_for(script, compiled);
    let expected = describe(run(&mut host, script));
    let mut leaked = 0;
    let mut refused = 0;
    for index in (1 + number % stride()..).step_by(stride()) {
        refusing::refuse(index as u64);
        let outcome = run(&mut host, script);
        if !refusing::stop() {
            assert_eq!(describe(outcome), expected, "{script}");
            // The first had nothing yet.
            assert!(leaked > 0 || index <= 2 * stride(), "{script}");
            return refused;
        }
        refused += 1;
        let failure = outcome.failed();
        let broken = (failure.kind, failure.number);
        assert_eq!(
            broken,
            (LIMIT, Limit::Memory as i64),
            "{script}: {index}: {failure:?}"
        );
        leaked += host.shared().leaked();
        if refused % 4 == 0 {
            check_health(&mut host);
        }
        if refused % 16 == 0 {
            change(&mut host);
            host = host_for(script, compiled);
        }
    }
    unreachable!("no script allocates for ever");
}

fn describe(outcome: Outcome) -> String {
    match outcome {
        // Closures are named by numbers.
        Outcome::Done(value) if value.is_fnptr() => "a function".into(),
        Outcome::Done(value) => format!("{value:?}"),
        Outcome::Failed(failure) => failure.message,
        Outcome::Waiting(_) => unreachable!("it ran to its end"),
    }
}

#[test]
fn every_allocation_can_be_refused() {
    let mut refused = 0;
    for (number, script) in SCRIPTS.iter().enumerate() {
        let count = refuse_each(number, script, Compiled::Anew);
        assert!(count > 0, "{script}");
        refused += count + refuse_each(number, script, Compiled::Before);
    }
    println!("{} scripts, {refused} allocations refused", SCRIPTS.len());
    assert!(refused > 5000 / stride() as u64, "{refused}");
}

#[test]
fn an_engine_that_has_lost_too_much_runs_no_more() {
    let mut host = new_host();
    let budget = 4 << 20;
    for _ in 0..1000 {
        refusing::refuse(100);
        let failure = host.error("let a = []; for i in 0..2000 { a.push(\"x\" + i); } a.len");
        refusing::stop();
        assert_eq!(failure.number, Limit::Memory as i64);
        if failure.message.contains("left") {
            assert!(host.shared().leaked() > 4 * budget);
            return;
        }
        host.shared().add_leaked(budget);
    }
    panic!("it still runs");
}

#[test]
fn scripts_that_wait_go_on_when_another_is_abandoned() {
    let mut host = new_host();
    let waiting = host
        .eval("let m = #{a: 1}; m.b = later(1); m.c = `${m.a}${m.b}`; m.c")
        .waiting();
    refusing::refuse(40);
    let failure = host.error("let x = []; for i in 0..100 { x.push(`${i}`); } x");
    assert!(refusing::stop());
    assert_eq!(failure.number, Limit::Memory as i64);
    let text = host.complete(waiting, 5_i64).done();
    assert_eq!(text.into_string().as_deref(), Ok("15"));
}

#[test]
fn forks_go_on_when_a_script_of_their_original_is_abandoned() {
    let script = "let x = []; for i in 0..9 { x.push(`${i}`.to_upper()); } later(1); x.len";
    let mut host = new_host();
    for index in 1.. {
        if index % 16 == 1 {
            host = new_host();
        }
        let mut fork = host.fork(host.engine.config().clone());
        let waiting = fork
            .eval("let m = #{a: later(1)}; `${m.a}` + \"b c\".to_upper()")
            .waiting();
        refusing::refuse(index);
        let outcome = run(&mut host, script);
        if !refusing::stop() {
            assert_eq!(outcome.done().as_int(), Ok(9));
            assert!(index > 40, "{index}");
            return;
        }
        assert_eq!(outcome.failed().number, Limit::Memory as i64);
        let text = fork.complete(waiting, 5_i64).done();
        assert_eq!(text.into_string().as_deref(), Ok("5B C"));
        assert_eq!(fork.shared().leaked(), 0);
        check_health(&mut fork);
        check_health(&mut host);
    }
}

/// Calls the `id`th function that the host was given, without arguments.
fn call(host: &mut DartHost, id: u64) -> Outcome {
    host.put(&Vec::<Dynamic>::new().into());
    let step = host
        .engine
        .call(id, Start::default())
        .expect("a function of the host's");
    host.drive(step)
}

#[test]
fn what_an_abandoned_script_was_changing_can_be_looked_at() {
    let mut locked = 0;
    for index in 1.. {
        let mut host = new_host();
        let _ = host.value(
            "let m = #{}; let a = [];
             keep(|| { for i in 0..30 { m[`k${i}`] = i; a.push(`${i}`); } m.len() + a.len });
             keep(|| [m.keys().len, m.values().len, m.to_string(), a.to_string(), m == m])",
        );
        refusing::refuse(index);
        let grown = call(&mut host, 1);
        if !refusing::stop() {
            assert_eq!(grown.done().as_int(), Ok(60));
            assert!(
                locked > 0,
                "some were changed when the script was abandoned"
            );
            return;
        }
        assert_eq!(grown.failed().number, Limit::Memory as i64, "{index}");
        // What is being changed stays locked; else it is as it was last.
        match call(&mut host, 2) {
            Outcome::Done(seen) => {
                let seen = seen.into_array().expect("an array");
                assert_eq!(seen[0].as_int(), seen[1].as_int(), "{index}");
                assert_eq!(seen[4].as_bool(), Ok(true), "{index}");
            }
            Outcome::Failed(failure) => {
                assert!(failure.message.contains("race"), "{}", failure.message);
                locked += 1;
            }
            Outcome::Waiting(_) => unreachable!("it waits for nothing"),
        }
    }
}

#[test]
fn a_scope_can_be_used_after_a_script_that_was_abandoned_in_it() {
    let script = "let f = |x| x + a; let list = [1, `text ${a}`]; const C = #{a: a}; let g = f; \
                  let a = f.call(1); list.push(g.call(2)); later(); list.len() + a";
    let mut lost = 0;
    for index in 1.. {
        let mut host = new_host();
        let scope = host.engine.new_scope().expect("a scope");
        let id = scope.id();
        host.put(&Dynamic::from(5_i64));
        let set = host.engine.set_in_scope(id, "a", false);
        assert!(set.is_some_and(|set| set.is_ok()));
        refusing::refuse(index);
        let step = host.engine.eval_in(script, Some(id), Start::default());
        let mut outcome = host.drive(step.expect("nobody uses the scope"));
        if let Outcome::Waiting(waiting) = outcome {
            outcome = host.complete(waiting, 1_i64);
        }
        let was_refused = refusing::stop();
        assert!(!host.engine.is_scope_used(id), "{index}");
        let step = host.engine.eval_in("1", Some(id), Start::default());
        let after = host.drive(step.expect("nobody uses the scope")).done();
        assert_eq!(after.as_int(), Ok(1), "{index}");
        if !was_refused {
            assert_eq!(outcome.done().as_int(), Ok(9));
            assert!(lost > 0 && host.engine.scope_has(id, "a"));
            return;
        }
        assert_eq!(outcome.failed().number, Limit::Memory as i64, "{index}");
        // Its variables are gone, or as they were.
        lost += u32::from(!host.engine.scope_has(id, "a"));
        host.engine.empty_scope(id);
        let step = host
            .engine
            .eval_in("let a = 7; a", Some(id), Start::default());
        let after = host.drive(step.expect("nobody uses the scope")).done();
        assert_eq!(after.as_int(), Ok(7), "{index}");
    }
}

#[test]
fn a_script_that_was_abandoned_when_it_was_compiled_or_called_is_no_harm() {
    let text = "/// Text.\nfn f(x) { let g = |y| y + x; [g.call(1), `${x}`, global::C] } f(1)";
    for index in 1.. {
        let mut host = new_host();
        host.put(&Dynamic::from(5_i64));
        assert!(host.engine.set_variable("C", true).is_ok());
        refusing::refuse(index);
        let step = host.engine.compile(text, "name", Start::default());
        let compiled = host.drive(step);
        let was_refused = refusing::stop();
        if let Outcome::Failed(failure) = &compiled {
            assert!(was_refused);
            assert_eq!(failure.number, Limit::Memory as i64, "{index}");
            // Nobody has learnt of it. Another one is compiled as ever.
            let step = host.engine.compile("1", "name", Start::default());
            let _ = host.drive(step).done();
            continue;
        }
        let _script = host.engine.script_handle(1).expect("it was compiled");
        if refuse_calls(&mut host) {
            assert!(!was_refused);
            return;
        }
    }
}

/// Refuses each allocation of a call of `f`. Returns whether there were some.
fn refuse_calls(host: &mut DartHost) -> bool {
    for index in 1.. {
        host.put(&vec![Dynamic::from(3_i64)].into());
        refusing::refuse(index);
        let step = host.engine.call_named(1, 0, false, None, Start::default());
        let outcome = host.drive(step.expect("a script"));
        if !refusing::stop() {
            assert_eq!(outcome.done().to_string(), "[4, \"3\", 5]");
            return index > 1;
        }
        assert_eq!(outcome.failed().number, Limit::Memory as i64, "{index}");
    }
    unreachable!("no call allocates for ever");
}
