//! Functions that this crate has in place of Rhai's do what Rhai's do.

use crate::callbacks::Comparison;

const TEXTS: &[&str] = &[
    r#""""#,
    r#""a""#,
    r#""hello, world""#,
    r#""  two  words\t\n""#,
    r#""ä€😀 ΑΣ ŉ ß İ""#,
    r#""a,b,,c,""#,
    r#"",,""#,
    r#""aaaa""#,
    r#"" 12 ""#,
    r#""-7f""#,
    r#""1e3""#,
    r#""UPPER""#,
    r#""lower""#,
    r#""quote\" back\\ \u0001 \u200b""#,
    r#""a text that is longer than what is kept in place, ä""#,
];

/// The least number. Where addresses have 32 bits, the least that an address can count from
/// the end: Rhai's own functions of texts count less from nowhere, and find nothing.
const LEAST: &str = match usize::BITS {
    32 => "-4294967295",
    _ => "-9223372036854775807 - 1",
};

const INDICES: &[&str] = &[
    "0",
    "1",
    "2",
    "5",
    "12",
    "99",
    "-1",
    "-3",
    "-99",
    "9223372036854775807",
    LEAST,
];

const LENGTHS: &[&str] = &["0", "1", "3", "99", "-1", "9223372036854775807"];

const RANGES: &[&str] = &[
    "0..2",
    "1..=2",
    "2..2",
    "3..1",
    "3..=1",
    "-2..3",
    "-5..=-1",
    "1..",
    "..3",
    "..=1",
    "0..=0",
    "5..99",
    "0..9223372036854775807",
    "1..=9223372036854775807",
    "99..100",
];

const PARTS: &[&str] = &[
    r#""""#, r#"",""#, r#""a""#, r#""aa""#, r#""no""#, r#""€""#, "','", "'a'", "'€'", "'z'",
];

/// Runs calls of an object: what they return and what they leave, also of a constant.
struct Calls {
    comparison: Comparison,
    count: usize,
}

impl Calls {
    fn new() -> Self {
        Calls {
            comparison: Comparison::new(),
            count: 0,
        }
    }

    fn of(&mut self, object: &str, call: &str) {
        for script in [
            format!("let a = {object}; let r = a.{call}; [r, a].to_debug()"),
            format!("const A = {object}; let r = A.{call}; [r, A].to_debug()"),
        ] {
            self.comparison.script(&script);
        }
        self.count += 1;
    }

    fn script(&mut self, script: &str) {
        self.comparison.script(script);
        self.count += 1;
    }
}

#[test]
fn parts_of_texts() {
    let mut calls = Calls::new();
    for text in TEXTS {
        for from in INDICES {
            for name in ["sub_string", "crop", "split", "pop"] {
                calls.of(text, &format!("{name}({from})"));
            }
            calls.script(&format!(
                "let r = ''; for c in {text}.chars({from}) {{ r += c; }} r"
            ));
            for len in LENGTHS {
                calls.of(text, &format!("sub_string({from}, {len})"));
                calls.of(text, &format!("crop({from}, {len})"));
                calls.script(&format!("let r = []; for c in {text}.chars({from}, {len}) {{ r.push(c); }} r.to_debug()"));
            }
            for part in PARTS {
                calls.of(text, &format!("index_of({part}, {from})"));
                calls.of(text, &format!("split({part}, {from})"));
                calls.of(text, &format!("split_rev({part}, {from})"));
            }
        }
        for range in RANGES {
            calls.of(text, &format!("sub_string({range})"));
            calls.of(text, &format!("crop({range})"));
            calls.script(&format!(
                "let r = ''; for c in {text}.chars({range}) {{ r += c; }} r"
            ));
        }
        for part in PARTS {
            calls.of(text, &format!("split({part})"));
            calls.of(text, &format!("split_rev({part})"));
        }
        for call in [
            "trim()",
            "split()",
            "to_chars()",
            "to_debug()",
            "to_string()",
        ] {
            calls.of(text, call);
        }
        calls.script(&format!(
            "let r = []; for (c, i) in {text} {{ r.push(c); r.push(i); }} r.to_debug()"
        ));
        calls.script(&format!("let c = {text}.chars; let r = []; for x in c {{ r.push(x); }} for x in c {{ r.push(x); }} r.to_debug()"));
        calls.script(&format!(
            "let c = {text}.chars(); [type_of(c), c.to_string(), c].to_debug()"
        ));
    }
    assert!(calls.count > 2000, "{}", calls.count);
}

#[test]
fn changed_texts() {
    let mut calls = Calls::new();
    for text in TEXTS {
        for name in ["to_upper", "to_lower", "make_upper", "make_lower"] {
            calls.of(text, &format!("{name}()"));
        }
        for call in [
            "parse_int()",
            "parse_int(16)",
            "parse_int(1)",
            "parse_float()",
        ] {
            calls.of(text, call);
        }
        for part in PARTS {
            calls.of(text, &format!("remove({part})"));
            for other in [text, part] {
                calls.script(&format!("Fn(\"+\").call({other}, {part})"));
                calls.script(&format!("Fn(\"+\").call({part}, {other})"));
            }
            for by in PARTS {
                calls.of(text, &format!("replace({part}, {by})"));
            }
        }
        for len in ["-1", "0", "3", "13", "30"] {
            // Rhai's own never ends with an empty text.
            for by in PARTS.iter().filter(|by| **by != r#""""#) {
                calls.of(text, &format!("pad({len}, {by})"));
            }
        }
    }
    calls.script("let c = 'x'; [c.to_upper(), 'ß'.to_upper(), 'É'.to_lower()].to_debug()");
}

const VALUES: &[&str] = &[
    "()",
    "true",
    "42",
    "1.5",
    "'c'",
    r#""""#,
    r#""text \" ä""#,
    "[]",
    "[1, \"a\", 'b', (), [2.0, #{x: 1}]]",
    "#{}",
    "#{a: 1, \"b c\": [\"x\", #{}], c: 'y'}",
    "Fn(\"abs\")",
    "Fn(\"abs\").curry(1, \"x\")",
    "[Fn(\"abs\").curry([1])]",
    "1..5",
    "1..=5",
    "2..",
    "blob()",
    "blob(3, 255)",
    "blob(20, 65)",
    "[blob(9, 1)]",
    "bits(5)",
    "range(1, 9, 2)",
    "range(1.0, 2.0, 0.5)",
    "(1.0).to_string()",
    "parse_float(\"1e300\")",
    "timestamp().to_string()",
    "\"ab\".chars()",
    "[\"ab\".chars()]",
];

#[test]
fn texts_of_values() {
    let mut calls = Calls::new();
    for value in VALUES {
        for call in ["to_string()", "to_debug()"] {
            calls.of(value, call);
        }
        for script in [
            format!("let a = {value}; `<${{a}}>`"),
            format!("let a = {value}; print(a); to_string(a) + to_debug(a)"),
            format!("let a = {value}; let f = || a; [to_string(a), `${{a}}`, f.to_debug().len() > 0].to_debug()"),
            format!("let a = {value}; let f = || a; a.to_debug()"),
        ] {
            calls.script(&script);
        }
        for text in [
            r#""""#,
            r#""x""#,
            r#""ä text that is longer than 23 bytes""#,
        ] {
            for script in [
                format!("{text} + {value}"),
                format!("{value} + {text}"),
                format!("let s = {text}; s += {value}; s"),
                format!("let s = {text}; s.append({value}); s"),
                format!("const S = {text}; S.append({value}); S"),
                format!("const S = {text}; let v = {value}; [S + v, v + S, S, v].to_debug()"),
                format!("Fn(\"+\").call({text}, {value})"),
                format!("Fn(\"+\").call({value}, {text})"),
            ] {
                calls.script(&script);
            }
        }
    }
}

const COMPARABLE: &[&str] = &[
    "[]",
    "[1]",
    "[3, 1, 2, 1]",
    "[\"b\", \"a\", \"\", \"ä\"]",
    "[2.5, 0.0, -1.0]",
];

const ARRAYS: &[&str] = &[
    "[]",
    "[1]",
    "[3, 1, 2, 1]",
    "[\"b\", \"a\", \"\", \"ä\"]",
    "['b', 'a']",
    "[2.5, 0.0, -1.0]",
    "[true, false]",
    "[(), ()]",
    "[1, 2.0]",
    "[[1], [0]]",
    "[#{a: 1}, #{}]",
    "[1, \"x\", [2], #{}]",
];

#[test]
fn arrays_and_blobs() {
    let mut calls = Calls::new();
    for array in ARRAYS {
        for call in ["order()", "order_desc()", "dedup()"] {
            calls.of(array, call);
        }
        // What a comparator throws is swallowed in Rhai.
        if COMPARABLE.contains(array) {
            for by in [
                "|a, b| a < b",
                "|a, b| if a > b { 1 } else if a < b { -1 } else { 0 }",
            ] {
                for name in ["order", "order_by", "sort", "sort_by"] {
                    calls.script(&format!(
                        "let a = {array}; let r = a.{name}({by}); [r, a].to_debug()"
                    ));
                }
            }
            calls.of(array, "dedup(|a, b| a == b)");
        }
        for len in ["0", "-1", "3", "6", "-9"] {
            for item in ["1", "\"x\"", "[1, [2]]", "#{a: [1]}"] {
                calls.of(array, &format!("pad({len}, {item})"));
            }
        }
        for range in RANGES {
            calls.of(array, &format!("retain({range})"));
        }
    }
    for blob in [
        "blob()",
        "blob(1, 7)",
        "blob(5, 65)",
        "blob(4, 200)",
        "\"ä€x\".to_blob()",
    ] {
        for call in ["to_array()", "as_string()", "to_debug()"] {
            calls.of(blob, call);
        }
        for len in ["0", "-1", "3", "6", "-9"] {
            calls.of(blob, &format!("pad({len}, 300)"));
            calls.of(blob, &format!("pad({len}, -1)"));
        }
        for range in RANGES {
            calls.of(blob, &format!("retain({range})"));
        }
    }
    calls.script("let a = [0.5, -0.0, 0.0, -1.0]; [a.order(), a.order_desc()].to_debug()");
    for from in INDICES {
        for len in LENGTHS {
            let call = format!("retain({from}, {len})");
            calls.of("[1, 2, 3, 4, 5, 6]", &call);
            calls.of("\"abcdef\".to_blob()", &call);
        }
    }
    for len in ["-1", "0", "1", "9"] {
        for value in ["-1", "0", "300", "\"x\""] {
            calls.script(&format!("blob({len}, {value}).to_debug()"));
        }
        calls.script(&format!("blob({len}).to_debug()"));
    }
    // Bytes that are no UTF-8, in any place.
    for bytes in [
        "255, 65",
        "65, 255, 66",
        "0xe2, 0x82",
        "0xe2, 0x82, 0xac, 0xe2",
        "0xf0, 0x9f, 65, 0x98, 0x80",
    ] {
        let make = format!("let b = blob(); for x in [{bytes}] {{ b.push(x); }}");
        for text in ["\"\"", "\"ä\""] {
            calls.script(&format!("{make} let s = {text}; s += b; [b.as_string(), {text} + b, b + {text}, s].to_debug()"));
        }
    }
}

#[test]
fn object_maps() {
    let mut calls = Calls::new();
    let maps = [
        "#{}",
        "#{a: 1}",
        "#{b: 2, a: 0, \"a key that is longer than 23 bytes\": [1]}",
        "#{a: #{b: #{}}, z: ()}",
    ];
    for map in maps {
        calls.of(map, "keys()");
        calls.of(map, "values()");
        for other in maps {
            calls.of(map, &format!("mixin({other})"));
            calls.of(map, &format!("fill_with({other})"));
            calls.script(&format!("({map} + {other}).to_debug()"));
            calls.script(&format!("let m = {map}; m += {other}; m.to_debug()"));
            calls.script(&format!(
                "const M = {map}; const N = {other}; [M + N, M, N].to_debug()"
            ));
        }
    }
}

#[test]
fn functions_of_scripts() {
    let mut calls = Calls::new();
    let functions = "fn f(a, b) { } private fn g() { } fn int.h(x) { let c = |y| x + y; c } ";
    for call in [
        "get_fn_metadata_list()",
        "get_fn_metadata_list(\"f\")",
        "get_fn_metadata_list(\"f\", 2)",
        "get_fn_metadata_list(\"f\", 1)",
        "get_fn_metadata_list(\"f\", -1)",
        "get_fn_metadata_list(\"no\")",
    ] {
        let sorted = "list.sort(|a, b| a.name + a.params < b.name + b.params); list.to_debug()";
        calls.script(&format!("{functions} let list = {call}; {sorted}"));
        calls.script(&format!("let list = {call}; list.to_debug()"));
    }
}
