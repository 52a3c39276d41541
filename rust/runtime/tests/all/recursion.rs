//! Recursion to the limit, and beyond it. These matter in debug builds, with
//! their large frames, as in release builds, where the compiler inlines.

use runtime::limits::config::Config;
use runtime::limits::limit::Limit;
use runtime::limits::stack::MAX_EXPR_DEPTH;

use test_host::{unlimited, Answer, FakeHost};

/// Ways to call `f(n - 1)` from `f(n)`, and the call levels that each takes.
fn calls() -> Vec<(String, usize)> {
    let deepest = "1 + (".repeat(12);
    let closing = ")".repeat(12);
    let mut calls: Vec<(String, usize)> = [
        ("f(n - 1)", 1),
        ("n.g()", 2),
        ("[n - 1].map(|x| f(x))[0]", 3),
        ("[n - 1].filter(|x| f(x) == 0).len()", 3),
        ("[n - 1].reduce(|sum, x| f(x) + sum, 0)", 3),
        (
            "{ let a = [n - 1, 0]; a.sort(|x, y| { f(n - 1); x - y }); a.len() }",
            3,
        ),
        ("{ let a = [n - 1]; a.for_each(|| f(this)); a.len() }", 3),
        ("Fn(\"f\").call(n - 1)", 1),
        ("Fn(\"f\").curry(n - 1).call()", 1),
        (
            "if f(n - 1) == 0 { 0 } else { switch f(0) { 0 => 1, _ => 2 } }",
            1,
        ),
        ("`<${f(n - 1)}>`.len", 1),
        ("#{a: [f(n - 1)]}.a[0]", 1),
    ]
    .map(|(call, levels)| (call.to_string(), levels))
    .into();
    calls.push((format!("{deepest}f(n - 1){closing}"), 1));
    calls
}

fn recursion(call: &str, depth: usize) -> String {
    format!(
        "fn g() {{ f(this - 1) }} \
         fn f(n) {{ if n <= 0 {{ return 0; }} {call} }} \
         f({depth}); 1"
    )
}

#[test]
fn calls_nest_to_the_limit_and_no_further() {
    // Where addresses have 32 bits, stacks are not large enough for a thousand.
    let most = if usize::BITS < 64 { 100 } else { 1000 };
    for limit in [1, 2, 100, most] {
        let config = Config {
            time_limit: None,
            ..Config::default()
                .with(Limit::StackDepth, limit as u64)
                .with(Limit::Operations, 10_000_000)
        };
        let mut host = FakeHost::with_config(config);
        for (call, levels) in calls() {
            let fits = (limit - 1) / levels;
            let script = recursion(&call, fits);
            assert_eq!(host.int(&script), 1, "{call}, {fits} of {limit}");
            let failure = host.error(&recursion(&call, limit + 1));
            assert_eq!(
                failure.message,
                format!(
                    "stack overflow: the limit is {limit} nested calls \
                     (RhaiConfig.maxStackDepth)"
                ),
                "{call}"
            );
        }
    }
}

#[test]
fn calls_without_a_limit_nest_until_the_stack_ends() {
    let mut host = FakeHost::with_config(unlimited());
    for (call, _) in calls() {
        let failure = host.error(&recursion(&call, 100_000_000));
        assert!(
            failure
                .message
                .starts_with("stack overflow: calls and expressions"),
            "{call}: {}",
            failure.message
        );
        assert_eq!(host.int(&recursion(&call, 100)), 1);
    }
}

#[test]
fn a_script_may_wait_at_the_deepest_call() {
    let mut host = FakeHost::new();
    host.register_later();
    let script = "fn f(n) { if n == 0 { later() } else { f(n - 1) + 1 } } f(99)";
    let waiting = host.eval(script).waiting();
    assert_eq!(host.complete(waiting, 0_i64).done().as_int(), Ok(99));
}

#[test]
fn expressions_nest_to_the_limit_and_no_further() {
    for max_expr_depth in [64, MAX_EXPR_DEPTH] {
        expressions_nest_to(max_expr_depth);
    }
}

fn expressions_nest_to(max_expr_depth: usize) {
    let mut host = FakeHost::with_config(
        Config::default().with(Limit::ExpressionDepth, max_expr_depth as u64),
    );
    host.register("id", 1, |arguments| Answer::Value(arguments[0].clone()));
    for (open, core, close) in [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("#{a: ", "1", "}"),
        ("-(", "1", ")"),
        ("1 + (", "1", ")"),
        ("id(", "1", ")"),
        ("{ ", "1", " }"),
        ("if true { ", "1", " }"),
        ("for i in 0..1 { ", "1;", " }"),
        ("(|| ", "1", ").call()"),
        ("`${", "1", "}`"),
        ("switch 1 { _ => ", "1", " }"),
        ("a[", "0", "]"),
        ("true && (", "true", ")"),
    ] {
        let nested = |depth: usize| {
            let body = format!("{}{core}{}", open.repeat(depth), close.repeat(depth));
            format!("let a = [0]; {body}; 1")
        };
        let accepted = (1..).take_while(|depth| host.run_to_end(&nested(*depth)).is_ok());
        let accepted = accepted.take(max_expr_depth).count();
        assert!(accepted >= 6, "{open}: {accepted}");
        for depth in [max_expr_depth, 1000, 100_000] {
            let script = nested(depth);
            match host.run_to_end(&script) {
                Ok(()) => assert_eq!(open, "(", "{open} {depth}"),
                Err(message) => assert!(
                    message.contains("too deeply") || message.contains("too many functions"),
                    "{open} {depth}: {message}"
                ),
            }
        }
    }
    assert_eq!(host.int("1 + 1"), 2);
}

#[test]
fn endless_recursion_through_eval_ends() {
    let mut host = FakeHost::with_config(Config {
        allow_eval: true,
        ..Config::default()
    });
    for script in [
        "fn f() { eval(\"f()\") } f()",
        "let s = \"eval(s)\"; eval(s)",
        "fn f(n) { eval(\"f(n + 1)\") } f(0)",
    ] {
        let failure = host.error(script);
        assert_eq!(failure.kind, 7, "{failure:?}");
    }
}
