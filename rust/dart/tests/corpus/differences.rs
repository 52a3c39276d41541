//! Differences from Rhai that are intended.

use crate::two_engines::{End, ErrorNumbers};

/// A difference that is intended.
pub struct Difference {
    /// Its name in the test's output.
    pub name: &'static str,
    /// Why it is so: words in `docs/DIFFERENCES.md`.
    pub reason: &'static str,
    /// A script that shows it.
    pub example: &'static str,
    /// A word in every script that it explains.
    pub word: &'static str,
    /// Whether scripts end so in Rhai, and so here.
    pub explains: fn(rhai: &End, here: &End) -> bool,
}

/// The numbers of an error that was thrown, and of a value that cannot cross.
const THROWN: ErrorNumbers = (2, 0);
const CONVERSION: ErrorNumbers = (6, 0);
const FUNCTION_NOT_FOUND: ErrorNumbers = (2, 2);
const VARIABLE_NOT_FOUND: ErrorNumbers = (2, 3);
const DATA_RACE: ErrorNumbers = (2, 10);

fn is_value_there_and(numbers: ErrorNumbers, rhai: &End, here: &End) -> bool {
    rhai.result.is_ok() && here.result == Err(numbers)
}

fn is_thrown_here(rhai: &End, here: &End) -> bool {
    is_value_there_and(THROWN, rhai, here)
}

fn are_values(rhai: &End, here: &End) -> bool {
    rhai.result.is_ok() && here.result.is_ok()
}

/// All differences that are intended.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "what is no JSON",
        reason: "`parse_json` reads JSON (RFC 8259) and nothing else",
        example: r#"parse_json(`{"a": 1,}`)"#,
        word: "parse_json",
        explains: is_thrown_here,
    },
    Difference {
        name: "code in JSON",
        reason: "Rhai's own reads an object map of the language",
        example: r#"fn pay(x) { x } parse_json(`{"a": abs(-1)}`)"#,
        word: "parse_json",
        explains: is_thrown_here,
    },
    Difference {
        name: "JSON of any kind",
        reason: "a value of any kind",
        example: "parse_json(`[1, null]`)",
        word: "parse_json",
        explains: |rhai, here| rhai.result.is_err() && here.result.is_ok(),
    },
    Difference {
        name: "a line for the system",
        reason: "first line that begins with `#!`",
        example: "#!/usr/bin/env rhai\n1",
        word: "#!",
        explains: |rhai, here| rhai.result.is_err() && here.result.is_ok(),
    },
    Difference {
        name: "a byte order mark",
        reason: "A byte order mark at the start of a script is left out",
        example: "\u{feff}1",
        word: "\u{feff}",
        explains: |rhai, here| rhai.result.is_err() && here.result.is_ok(),
    },
    Difference {
        name: "functions in JSON",
        reason: "refuses what is no data",
        example: "#{f: Fn(\"abs\")}.to_json()",
        word: "to_json",
        explains: is_thrown_here,
    },
    Difference {
        name: "strings in JSON",
        reason: "`to_json` writes strings as JSON has them",
        example: "#{s: \"\\x01\"}.to_json()",
        word: "to_json",
        explains: are_values,
    },
    Difference {
        name: "errors of comparators",
        reason: "with a comparator pass its errors on",
        example: "let a = [2, 1]; a.sort(|x, y| throw 1); a",
        word: "sort",
        explains: is_thrown_here,
    },
    Difference {
        name: "texts as functions",
        reason: "A text is never the name of a function",
        example: "fn is_odd(x) { x % 2 == 1 } [1, 2].filter(\"is_odd\")",
        word: "(\"",
        explains: |rhai, here| {
            is_thrown_here(rhai, here) && here.message.0.contains("a text is not a function")
        },
    },
    Difference {
        name: "texts that are looked for",
        reason: "`index_of` looks for it",
        example: "fn is_two(x) { x == 2 } [1, 2].index_of(\"is_two\")",
        word: "index_of(\"",
        explains: are_values,
    },
    Difference {
        name: "names of functions of the host",
        reason: "The name of a registered function stands for a pointer to it",
        example: "sleep",
        word: "",
        explains: |rhai, here| {
            rhai.result == Err(VARIABLE_NOT_FOUND) && here.result == Ok("Fn(…)".into())
        },
    },
    Difference {
        name: "calls at the same time",
        reason: "`parallel` makes calls that wait at the same time",
        example: "parallel([|| 1, || 2])",
        word: "parallel",
        explains: |rhai, here| rhai.result == Err(FUNCTION_NOT_FOUND) && here.result.is_ok(),
    },
    Difference {
        name: "calls with a captured `this`",
        reason: "works on a copy that is put back",
        example: "let a = 20; let f = |x| this += a + x; a.call(f, 1); a",
        word: ".call(",
        explains: |rhai, here| rhai.result == Err(DATA_RACE) && here.result.is_ok(),
    },
    Difference {
        name: "values that cannot cross",
        reason: "A script cannot end with a value that is no data",
        example: "range(0, 10, 2)",
        word: "",
        explains: |rhai, here| is_value_there_and(CONVERSION, rhai, here),
    },
];

/// The difference that is why a script ended so in Rhai, and so here.
pub fn of(script: &str, rhai: &End, here: &End) -> Option<&'static Difference> {
    DIFFERENCES
        .iter()
        .find(|it| script.contains(it.word) && (it.explains)(rhai, here))
}
