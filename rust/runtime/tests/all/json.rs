//! `parse_json` reads JSON and nothing else.

use runtime::context::exchange::{Reply, Step};
use runtime::context::execution_time::Start;
use runtime::limits::config::Config;
use runtime::limits::limit::Limit;
use runtime::limits::stack::MAX_DEPTH;

use test_host::{patient, unlimited, Answer, Calls, FakeHost};

/// JSON texts, and the values that they are of.
const TEXTS: &[(&str, &str)] = &[
    // Values of any kind, alone.
    ("null", "()"),
    ("true", "true"),
    ("false", "false"),
    ("42", "42"),
    ("\"\"", "\"\""),
    ("\"text\"", "\"text\""),
    ("[]", "[]"),
    ("{}", "#{}"),
    (" \t\r\n 1 \t\r\n ", "1"),
    // Arrays.
    ("[1]", "[1]"),
    ("[ ]", "[]"),
    ("[\n1\n,\r\n2\t,\t3 ]", "[1, 2, 3]"),
    ("[[],[[]],[[],[]]]", "[[], [[]], [[], []]]"),
    ("[null, 1, \"1\", {}, true]", "[(), 1, \"1\", #{}, true]"),
    // Objects.
    ("{\"a\":1}", "#{\"a\": 1}"),
    (" { \"a\" : 1 , \"b\" : { } } ", "#{\"a\": 1, \"b\": #{}}"),
    ("{\"\": 0}", "#{\"\": 0}"),
    (
        "{\"b\": [{\"c\": {}}], \"a\": null}",
        "#{\"a\": (), \"b\": [#{\"c\": #{}}]}",
    ),
    ("{\"a\": 1, \"a\": 2}", "#{\"a\": 2}"),
    (
        "{\"a\": [1], \"b\": 0, \"a\": \"last\"}",
        "#{\"a\": \"last\", \"b\": 0}",
    ),
    (
        "{\"a\\u0000b\": 1, \"\\u0061\": 2}",
        "#{\"a\": 2, \"a\\x00b\": 1}",
    ),
    (
        "{\"this\": 1, \"fn\": 2, \"a b\": 3}",
        "#{\"a b\": 3, \"fn\": 2, \"this\": 1}",
    ),
    // Integers that fit are integers.
    ("0", "0"),
    ("-0", "0"),
    ("[-0, -0.0]", "[0, -0.0]"),
    ("-1", "-1"),
    ("1234567890123456789", "1234567890123456789"),
    ("9223372036854775807", "9223372036854775807"),
    ("-9223372036854775808", "-9223372036854775808"),
    // All other numbers are floats.
    ("9223372036854775808", "9.223372036854775807e18"),
    ("-9223372036854775809", "-9.223372036854775809e18"),
    ("18446744073709551616", "18446744073709551616.0"),
    ("1.0", "1.0"),
    ("-1.5", "-1.5"),
    ("0.1", "0.1"),
    ("1e2", "100.0"),
    ("1E2", "100.0"),
    ("1e+2", "100.0"),
    ("1E-2", "0.01"),
    ("0e1", "0.0"),
    ("0e+1", "0.0"),
    ("123.456e78", "123.456e78"),
    ("-0.0", "-0.0"),
    ("1e-400", "0.0"),
    ("1.7976931348623157e308", "1.7976931348623157e308"),
    ("0.30000000000000004", "0.30000000000000004"),
    ("2.2250738585072011e-308", "2.2250738585072011e-308"),
    (
        "0.000000000000000000000000000000000000000000000000000000000000000000000000000001",
        "1e-78",
    ),
    // Strings.
    (
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\\"\\\\/\\x08\\x0c\\n\\r\\t\"",
    ),
    ("{\"url\": \"http:\\/\\/x\"}", "#{\"url\": \"http://x\"}"),
    ("\"\\\\\"", "\"\\\\\""),
    ("\"\\\\u0041 \\\\n\"", "\"\\\\u0041 \\\\n\""),
    ("\"\\u0041\\u00e4\\u20AC\"", "\"Aä€\""),
    ("\"\\u0000\"", "\"\\x00\""),
    ("\"\\u0022\\u005c\"", "\"\\\"\\\\\""),
    ("\"\\ud83d\\ude00\"", "\"😀\""),
    ("\"\\uD83D\\uDE00\\ud834\\udd1e\"", "\"😀𝄞\""),
    (
        "\"\\udbff\\udfff\\uffff\\ufdd0\"",
        "\"\u{10ffff}\u{ffff}\u{fdd0}\"",
    ),
    (
        "\"ä€😀\u{7f}\u{2028}\u{feff}\"",
        "\"ä€😀\u{7f}\u{2028}\u{feff}\"",
    ),
    ("\"/* no */ // comment\"", "\"/* no */ // comment\""),
    ("\"[1, {\"", "\"[1, {\""),
    ("\"' `${1 + 1}` \"", "\"' `${1 + 1}` \""),
    (
        "\"a text that is longer than what is kept in place, \\u00e4\"",
        "\"a text that is longer than what is kept in place, ä\"",
    ),
];

/// Texts that are no JSON; what is wrong with them, and where.
const FAULTS: &[(&str, &str)] = &[
    // Nothing, or more than one value.
    (
        "",
        "expected a value, not the end of the text at line 1 column 1",
    ),
    (
        " \n ",
        "expected a value, not the end of the text at line 2 column 2",
    ),
    ("1 2", "expected the end of the text at line 1 column 3"),
    ("[][]", "expected the end of the text at line 1 column 3"),
    ("{}}", "expected the end of the text at line 1 column 3"),
    ("]", "expected a value at line 1 column 1"),
    ("[1]]", "expected the end of the text at line 1 column 4"),
    ("\"a\"x", "expected the end of the text at line 1 column 4"),
    (
        "{\"a\": true} \"x\"",
        "expected the end of the text at line 1 column 13",
    ),
    // Arrays.
    (
        "[",
        "expected a value, not the end of the text at line 1 column 2",
    ),
    (
        "[1",
        "expected ',' or ']', not the end of the text at line 1 column 3",
    ),
    (
        "[1,",
        "expected a value, not the end of the text at line 1 column 4",
    ),
    (
        "[\n1,\n2",
        "expected ',' or ']', not the end of the text at line 3 column 2",
    ),
    ("[1,]", "expected a value at line 1 column 4"),
    ("[,1]", "expected a value at line 1 column 2"),
    ("[1,,2]", "expected a value at line 1 column 4"),
    ("[1 true]", "expected ',' or ']' at line 1 column 4"),
    ("[1:2]", "expected ',' or ']' at line 1 column 3"),
    ("[1;2]", "expected ',' or ']' at line 1 column 3"),
    ("[1}", "expected ',' or ']' at line 1 column 3"),
    (
        "[[1]",
        "expected ',' or ']', not the end of the text at line 1 column 5",
    ),
    ("(1)", "expected a value at line 1 column 1"),
    ("[...a]", "expected a value at line 1 column 2"),
    // Objects.
    (
        "{",
        "expected a key in double quotes, not the end of the text at line 1 column 2",
    ),
    (
        "{\"a\"",
        "expected ':', not the end of the text at line 1 column 5",
    ),
    (
        "{\"a\":",
        "expected a value, not the end of the text at line 1 column 6",
    ),
    (
        "{\"a\": 1",
        "expected ',' or '}', not the end of the text at line 1 column 8",
    ),
    (
        "{\"a\": 1,",
        "expected a key in double quotes, not the end of the text at line 1 column 9",
    ),
    (
        "{\"a\": 1,}",
        "expected a key in double quotes at line 1 column 9",
    ),
    ("{,}", "expected a key in double quotes at line 1 column 2"),
    (
        "{\"a\": 1,, \"b\": 2}",
        "expected a key in double quotes at line 1 column 9",
    ),
    ("{\"a\" 1}", "expected ':' at line 1 column 6"),
    ("{\"a\", 1}", "expected ':' at line 1 column 5"),
    ("{\"a\":: 1}", "expected a value at line 1 column 6"),
    (
        "{\"a\": 1 \"b\": 2}",
        "expected ',' or '}' at line 1 column 9",
    ),
    ("{\"a\": 1]", "expected ',' or '}' at line 1 column 8"),
    ("{\"a\"}", "expected ':' at line 1 column 5"),
    (
        "{a: 1}",
        "expected a key in double quotes at line 1 column 2",
    ),
    (
        "{'a': 1}",
        "expected a key in double quotes at line 1 column 2",
    ),
    (
        "{1: 1}",
        "expected a key in double quotes at line 1 column 2",
    ),
    (
        "{[]: 1}",
        "expected a key in double quotes at line 1 column 2",
    ),
    (
        "{null: 1}",
        "expected a key in double quotes at line 1 column 2",
    ),
    ("#{\"a\": 1}", "expected a value at line 1 column 1"),
    // Words.
    ("nul", "expected a value at line 1 column 1"),
    ("True", "expected a value at line 1 column 1"),
    ("[nulll]", "expected a value at line 1 column 2"),
    ("[true1]", "expected a value at line 1 column 2"),
    ("undefined", "expected a value at line 1 column 1"),
    ("()", "expected a value at line 1 column 1"),
    ("NaN", "expected a value at line 1 column 1"),
    ("Infinity", "expected a value at line 1 column 1"),
    ("-Infinity", "invalid number at line 1 column 2"),
    ("é", "expected a value at line 1 column 1"),
    ("１", "expected a value at line 1 column 1"),
    // Code.
    ("{\"a\": pay(100)}", "expected a value at line 1 column 7"),
    ("[pay(1)]", "expected a value at line 1 column 2"),
    ("pay(1)", "expected a value at line 1 column 1"),
    ("{\"a\": 1..5}", "invalid number at line 1 column 9"),
    ("{\"a\": 1 + 1}", "expected ',' or '}' at line 1 column 9"),
    ("1+1", "invalid number at line 1 column 2"),
    ("let x = 1;", "expected a value at line 1 column 1"),
    ("`text`", "expected a value at line 1 column 1"),
    ("[|x| x]", "expected a value at line 1 column 2"),
    // Numbers.
    ("{\"a\": 0x10}", "expected ',' or '}' at line 1 column 8"),
    ("0b1", "expected the end of the text at line 1 column 2"),
    ("1_000", "expected the end of the text at line 1 column 2"),
    ("+1", "expected a value at line 1 column 1"),
    (".5", "expected a value at line 1 column 1"),
    ("-", "invalid number at line 1 column 2"),
    ("--1", "invalid number at line 1 column 2"),
    ("- 1", "invalid number at line 1 column 2"),
    ("-.5", "invalid number at line 1 column 2"),
    ("1.", "invalid number at line 1 column 3"),
    ("[1.]", "invalid number at line 1 column 4"),
    ("[1.e5]", "invalid number at line 1 column 4"),
    ("[1e]", "invalid number at line 1 column 4"),
    ("[1e+]", "invalid number at line 1 column 5"),
    ("[1ee2]", "invalid number at line 1 column 4"),
    ("[1e2.5]", "invalid number at line 1 column 5"),
    ("[1.2.3]", "invalid number at line 1 column 5"),
    ("01", "invalid number at line 1 column 2"),
    ("-01", "invalid number at line 1 column 3"),
    ("[00]", "invalid number at line 1 column 3"),
    ("1f", "expected the end of the text at line 1 column 2"),
    ("[1e400]", "number out of range at line 1 column 2"),
    ("-1e400", "number out of range at line 1 column 1"),
    // Strings.
    ("\"", "string without an end at line 1 column 1"),
    ("\"abc", "string without an end at line 1 column 1"),
    ("[\"a\", \"b]", "string without an end at line 1 column 7"),
    ("\"a\\\"", "string without an end at line 1 column 1"),
    ("'a'", "expected a value at line 1 column 1"),
    ("{\"a\": 'x'}", "expected a value at line 1 column 7"),
    ("\"\\x41\"", "invalid escape in a string at line 1 column 3"),
    ("\"\\a\"", "invalid escape in a string at line 1 column 3"),
    ("\"\\'\"", "invalid escape in a string at line 1 column 3"),
    ("\"\\0\"", "invalid escape in a string at line 1 column 3"),
    ("\"ä\\é\"", "invalid escape in a string at line 1 column 4"),
    (
        "\"\\U0041\"",
        "invalid escape in a string at line 1 column 3",
    ),
    (
        "\"\\u{41}\"",
        "invalid escape in a string at line 1 column 7",
    ),
    ("\"\\u00\"", "invalid escape in a string at line 1 column 6"),
    (
        "\"\\u00g0\"",
        "invalid escape in a string at line 1 column 7",
    ),
    (
        "\"a\tb\"",
        "control character in a string at line 1 column 3",
    ),
    (
        "\"a\u{0}b\"",
        "control character in a string at line 1 column 3",
    ),
    (
        "\"a\nb\"",
        "control character in a string at line 1 column 3",
    ),
    (
        "\"\\\n\"",
        "control character in a string at line 1 column 3",
    ),
    // Half a surrogate pair.
    (
        "\"\\ud800\"",
        "invalid escape in a string at line 1 column 8",
    ),
    (
        "\"\\ud800a\"",
        "invalid escape in a string at line 1 column 8",
    ),
    (
        "\"\\udc00\"",
        "invalid escape in a string at line 1 column 7",
    ),
    (
        "\"\\ude00\\ud83d\"",
        "invalid escape in a string at line 1 column 7",
    ),
    (
        "\"\\ud800\\n\"",
        "invalid escape in a string at line 1 column 9",
    ),
    (
        "\"\\ud800\\u0041\"",
        "invalid escape in a string at line 1 column 13",
    ),
    // Comments, and spaces that are none.
    ("/* a */ 1", "expected a value at line 1 column 1"),
    ("[1 /* a */]", "expected ',' or ']' at line 1 column 4"),
    (
        "[1]\n// a",
        "expected the end of the text at line 2 column 1",
    ),
    (
        "{\"a\": 1} # a",
        "expected the end of the text at line 1 column 10",
    ),
    ("\u{feff}1", "expected a value at line 1 column 1"),
    ("[\u{a0}1]", "expected a value at line 1 column 2"),
    ("[\u{b}1]", "expected a value at line 1 column 2"),
    ("[1\u{c}]", "expected ',' or ']' at line 1 column 3"),
    ("1\0", "expected the end of the text at line 1 column 2"),
    // Places count characters.
    (
        "{\n  \"ä😀\": [1,\n    \"ä😀\" x]\n}",
        "expected ',' or ']' at line 3 column 10",
    ),
    (
        "[\"ä😀\\q\"]",
        "invalid escape in a string at line 1 column 6",
    ),
];

/// Ends with the error of a text that is no JSON.
const CAUGHT: &str = "let error = (); try { parse_json(JSON) } catch (e) { error = e } error";

fn host_with(text: &str, config: Config) -> FakeHost {
    let mut host = FakeHost::with_config(config);
    set_json(&mut host, text);
    host
}

fn set_json(host: &mut FakeHost, text: &str) {
    host.put(&text.into());
    host.engine.set_variable("JSON", true).expect("a string");
}

#[test]
fn json_is_read_as_values() {
    let mut host = FakeHost::new();
    for (text, expected) in TEXTS {
        set_json(&mut host, text);
        let value = host.text("parse_json(JSON).to_debug()");
        assert_eq!(
            value,
            host.text(&format!("({expected}).to_debug()")),
            "{text}"
        );
        assert_eq!(value, host.text("JSON.parse_json().to_debug()"), "{text}");
    }
}

#[test]
fn what_is_no_json_is_an_error_with_its_place() {
    let mut host = FakeHost::new();
    host.register("pay", 1, |_| panic!("a text was run"));
    for (text, expected) in FAULTS {
        set_json(&mut host, text);
        let error = host.text(CAUGHT);
        assert_eq!(error, format!("parse_json: {expected}"), "{text:?}");
        assert_eq!(host.error("parse_json(JSON)").message, error);
    }
}

#[test]
fn json_is_not_run() {
    for allow_eval in [false, true] {
        let config = Config {
            allow_eval,
            ..patient()
        };
        let mut host = FakeHost::with_config(config);
        let calls = Calls::default();
        host.register("pay", 1, {
            let calls = calls.clone();
            move |arguments| {
                calls.add(arguments);
                Answer::Pending
            }
        });
        for text in [
            "{\"a\": pay(100)}",
            "[pay(100)]",
            "pay(100)",
            "{\"a\": `${pay(1)}`}",
        ] {
            set_json(&mut host, text);
            host.error("parse_json(JSON)");
            let error = host.text(&format!("fn pay(x) {{ throw `called` }} {CAUGHT}"));
            assert!(error.starts_with("parse_json: expected a value"), "{error}");
        }
        assert_eq!(calls.count(), 0);
    }
}

#[test]
fn json_may_be_nested_as_deeply_as_values_from_outside() {
    let pairs = [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")];
    for (open, close) in pairs {
        let levels = MAX_DEPTH / (open.matches(['[', '{']).count());
        for innermost in ["1", "\"x\", 2"] {
            let (before, after) = (open.repeat(levels), close.repeat(levels));
            let text = format!("{before}{innermost}{after}");
            if open == "[" || innermost == "1" {
                let mut host = host_with(&text, unlimited());
                host.run_to_end("let x = parse_json(JSON); ()")
                    .expect("a value");
                assert_eq!(host.int("1"), 1);
            }
        }
        let text = open.repeat(levels + 1);
        let mut host = host_with(&text, unlimited());
        let error = host.text(CAUGHT);
        let expected = format!("parse_json: nested more than {MAX_DEPTH} levels at line 1 column ");
        assert!(error.starts_with(&expected));
    }
    let text = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    let mut host = host_with(&text, patient());
    host.run_to_end("parse_json(JSON); ()").expect("a value");
    let mut host = host_with(&format!("[{text}]"), patient());
    let error = host
        .run_to_end("parse_json(JSON); ()")
        .expect_err("a level more");
    let column = MAX_DEPTH + 1;
    let expected =
        format!("parse_json: nested more than {MAX_DEPTH} levels at line 1 column {column}");
    assert_eq!(error, expected);
}

/// Pieces that texts are made of by repetition.
const PIECES: &[&str] = &[
    "0",
    "1.5",
    "[]",
    "{}",
    "[[]]",
    "[0]",
    "\"\"",
    "\"ab\"",
    "{\"a\":1}",
    "{\"\":{}}",
    "\"a text that is longer than what is kept in place\"",
    "\"\\u0041\"",
    "{\"a key that is longer than what is kept in place\":0}",
];

#[test]
fn json_takes_no_more_memory_than_the_limit() {
    const LIMIT: usize = 1 << 20;
    for piece in PIECES {
        let count = (1 << 18) / (piece.len() + 1);
        let all = vec![*piece; count].join(",");
        let entries: Vec<String> = (0..count / 8).map(|i| format!("\"{i}\":{piece}")).collect();
        let deep = format!("{}{all}", "[".repeat(1000));
        for text in [
            format!("[{all}]"),
            format!("{{{}}}", entries.join(",")),
            deep,
        ] {
            let mut host = FakeHost::with_config(unlimited().with(Limit::Memory, LIMIT as u64));
            set_json(&mut host, &text);
            memory::forget_peak();
            let ended = host.run_to_end("let x = parse_json(JSON); ()");
            // The error takes some.
            assert!(
                memory::peak() <= LIMIT + 4096,
                "{piece}: {} bytes",
                memory::peak()
            );
            if let Err(message) = ended {
                let is_caught = host.run_to_end("try { parse_json(JSON) } catch { }");
                assert_eq!(
                    is_caught.is_ok(),
                    message.starts_with("parse_json: "),
                    "{message}"
                );
            }
        }
    }
    let text = format!("[{}]", vec!["[]"; 1 << 16].join(","));
    let config = unlimited().with(Limit::Memory, LIMIT as u64);
    let failure = host_with(&text, config).error("parse_json(JSON)");
    assert_eq!(failure.number, Limit::Memory as i64, "{failure:?}");
}

#[test]
fn the_event_loop_runs_while_a_long_json_text_is_read() {
    let count = if cfg!(debug_assertions) {
        1 << 18
    } else {
        1 << 22
    };
    let text = format!("[{}]", vec!["0"; count].join(","));
    let mut host = host_with(&text, unlimited());
    let mut step = host
        .engine
        .eval("parse_json(JSON).len", Start::in_new_turn());
    let mut turns = 0;
    while step == Step::Yielded {
        turns += 1;
        let execution = host.execution();
        step = host
            .engine
            .resume(execution, Reply::Continue)
            .expect("a script");
    }
    assert_eq!(step, Step::Done);
    // Two if it were looked at before and after.
    assert!(turns > 2, "{turns} turns");
}

#[test]
fn what_to_json_writes_is_read_as_it_was() {
    let mut host = FakeHost::new();
    for value in [
        "#{}",
        "#{a: 1, b: -1.5, c: true, d: (), e: \"\"}",
        "#{a: [1, 1.0, -0.0, 1e300, 5e-324], b: #{c: #{}, d: []}}",
        "#{a: 9223372036854775807, b: -9223372036854775807 - 1}",
        "#{a: \"\\\"\\\\/\\x00\\x08\\x0c\\n\\r\\t\\x1f\\x7fä€😀\\u2028\"}",
        "#{\"\": 1, \"a b\": 2, \"\\\"\": 3, \"ä\": 4}",
    ] {
        let script = format!(
            "let x = {value}; let y = parse_json(x.to_json()); [x.to_debug(), y.to_debug()]"
        );
        let both = host.value(&script).into_array().expect("two texts");
        assert_eq!(both[0].to_string(), both[1].to_string(), "{value}");
    }
}
