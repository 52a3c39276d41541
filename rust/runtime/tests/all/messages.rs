//! Messages of errors say more than what has failed: they give advice.

use runtime::language::restrictions::NameList;
use runtime::limits::config::Config;

use test_host::{Answer, FakeHost};

/// A host with functions, variables and names that are switched off.
fn host() -> FakeHost {
    let mut host = FakeHost::new();
    for (list, names) in [
        (NameList::DeniedFunctions, &["timestamp", "len", "abs"][..]),
        (
            NameList::DisabledSymbols,
            &["while", "**", "in", "is_def_var"],
        ),
    ] {
        host.engine.restrict(list, names).expect("known names");
    }
    host.register("fetch_user", 1, |_| Answer::value(1));
    host.register_arities("add", 0b1100, |_| Answer::value(1));
    host.register("abs", 1, |_| Answer::value(1));
    host
}

/// Expects the whole message of the error that a script ends with.
#[track_caller]
fn expect(host: &mut FakeHost, cases: &[(&str, &str)]) {
    for (script, message) in cases {
        assert_eq!(host.error(script).message, *message, "{script}");
    }
}

#[test]
fn a_missing_function_is_followed_by_the_nearest_names() {
    expect(
        &mut host(),
        &[
            (
                "fetch_usr(1)",
                "Function not found: fetch_usr (i64) (did you mean fetch_user?)",
            ),
            (
                "1.fetchUser()",
                "Function not found: fetchUser (i64) (did you mean fetch_user?)",
            ),
            (
                "fn ad2(x) { x } ad3(1)",
                "Function not found: ad3 (i64) (did you mean ad2 or add?)",
            ),
            (
                "\"x\".sub_strin(1)",
                "Function not found: sub_strin (string, i64) (did you mean sub_string?)",
            ),
            (
                "type_off(1)",
                "Function not found: type_off (i64) (did you mean type_of?)",
            ),
            ("nope(1)", "Function not found: nope (i64)"),
            // What is hidden is not offered, nor what stands for no name.
            ("lem([])", "Function not found: lem (array)"),
            ("-#{}", "Function not found: - (map)"),
            ("x()", "Function not found: x ()"),
        ],
    );
}

#[test]
fn a_wrong_number_of_arguments_is_told_from_wrong_types() {
    expect(
        &mut host(),
        &[
            (
                "add(1)",
                "Function not found: add (i64) (add takes 2 or 3 arguments)",
            ),
            (
                "fn f(a) { a } f()",
                "Function not found: f () (f takes 1 argument)",
            ),
            (
                "let f = |a| a; f.call(1, 2)",
                "Function not found: closure (i64, i64) (it takes 1 argument)",
            ),
            // As they are written: without the object, and what a closure captured.
            (
                "fn f(x) { x } 1.f()",
                "Function not found: f (i64) (f takes 1 argument)",
            ),
            (
                "let o = #{ f: |a| a }; o.f()",
                "Function not found: closure (map) (it takes 1 argument)",
            ),
            (
                "\"x\".to_upper(1)",
                "Function not found: to_upper (string, i64) \
                 (to_upper takes 0 arguments after the dot)",
            ),
            (
                "[1].map()",
                "Function not found: map (array) (map takes 1 argument after the dot)",
            ),
            (
                "let y = 1; let f = |a| a + y; f.call(1, 2)",
                "Function not found: closure (i64, i64, i64) (it takes 1 argument)",
            ),
            (
                "fn g(a) { a } let f = g; [1].map(|x| f.call(x, x))",
                "Function not found: g (i64, i64) (g takes 1 argument)",
            ),
            ("sqrt(\"x\")", "Function not found: sqrt (string)"),
        ],
    );
}

#[test]
fn a_value_that_is_unit_may_be_a_missing_entry() {
    let asks = "is `()`: is it an entry that the map does not have?";
    for (expression, message, which) in [
        ("o.totl * 2", "Function not found: * ((), i64)", "one"),
        ("2 - o.totl", "Function not found: - (i64, ())", "one"),
        ("o.totl += 1", "Function not found: + ((), i64)", "one"),
        ("-o.totl", "Function not found: - (())", "the"),
        ("!o.totl", "Function not found: ! (())", "the"),
        ("sqrt(o.totl)", "Function not found: sqrt (())", "the"),
        (
            "o.totl.to_upper()",
            "Function not found: to_upper (())",
            "the",
        ),
        (
            "\"x\".pad(o.totl, 'y')",
            "Function not found: pad (string, (), char)",
            "one",
        ),
        (
            "if o.totl { 1 }",
            "Data type incorrect: () (expecting bool)",
            "the",
        ),
        (
            "o.totl.net",
            "Unknown property 'net' - a getter is not registered for type '()'",
            "the",
        ),
    ] {
        let script = format!("let o = #{{total: 1}}; {expression}");
        let message = format!("{message} ({which} value {asks})");
        expect(&mut FakeHost::new(), &[(&script, &message)]);
    }
    expect(
        &mut FakeHost::new(),
        &[
            (
                "sqrt((), 1)",
                "Function not found: sqrt ((), i64) (sqrt takes 1 argument)",
            ),
            ("nope(())", "Function not found: nope (())"),
            ("-#{}", "Function not found: - (map)"),
        ],
    );
}

#[test]
fn what_is_written_as_in_dart_says_how_rhai_has_it() {
    let asynchronous = "a call waits by itself: leave it out";
    let negated = "'~' is a reserved symbol";
    for (script, message, hint) in [
        ("await f()", "'await' is a reserved keyword", asynchronous),
        (
            "async fn f() { }",
            "'async' is a reserved keyword",
            asynchronous,
        ),
        (
            "fn f() async { }",
            "Expecting body statement block for function f",
            asynchronous,
        ),
        (
            "let x = null;",
            "'null' is a reserved keyword",
            "in Rhai it is `()`",
        ),
        (
            "var x = 1;",
            "'var' is a reserved keyword",
            "declare with `let`",
        ),
        (
            "for (var i = 0; i < 3; i++) { }",
            "'var' is a reserved keyword",
            "write `for x in list { … }`",
        ),
        (
            "final x = 1;",
            "Expecting ';' to terminate this statement",
            "declare with `let`",
        ),
        (
            "1 > 2 ? 3 : 4",
            "Unknown operator: '?'",
            "write `if c { a } else { b }`",
        ),
        (
            "let i = 0; i++;",
            "Unknown operator: '++'",
            "write `x += 1`",
        ),
        ("++i", "'++' is a reserved symbol", "write `x += 1`"),
        ("let i = 0; i--", "Unknown operator: '--'", "write `x -= 1`"),
        (
            "7 ~/ 2",
            "Unknown operator: '~'",
            "`/` of integers is an integer",
        ),
        (
            "let t = 'tea';",
            "Invalid character: 'tea'",
            "text is in double quotes: \"tea\"",
        ),
        (
            "let t = '';",
            "Invalid character: ''",
            "text is in double quotes: \"\"",
        ),
        (
            "'a \"b\"'",
            "Invalid character: 'a \"b\"'",
            "text is in double quotes",
        ),
    ] {
        let message = format!("{message} ({hint})");
        expect(&mut FakeHost::new(), &[(script, &message)]);
    }
    expect(
        &mut FakeHost::new(),
        &[
            ("~7", negated),
            ("1 2", "Expecting ';' to terminate this statement"),
            (
                "let x = 1; x y",
                "Expecting ';' to terminate this statement",
            ),
        ],
    );
}

#[test]
fn what_is_switched_off_names_its_option() {
    let mut host = host();
    expect(
        &mut host,
        &[
            (
                "import \"m\" as m;",
                "'import' is a reserved keyword \
                 (import is switched off by RhaiConfig.allowModules)",
            ),
            (
                "eval(\"1\")",
                "reserved keyword 'eval' is disabled (eval is switched off by RhaiConfig.allowEval)",
            ),
            (
                "while true { }",
                "'while' is a reserved keyword \
                 (while is switched off by RhaiConfig.disabledSymbols)",
            ),
            (
                "2 ** 3",
                "Unknown operator: '**' (** is switched off by RhaiConfig.disabledSymbols)",
            ),
            // Rhai says only what it expects.
            (
                "for x in [1] { }",
                "Expecting 'in' after the iteration variable \
                 (in is switched off by RhaiConfig.disabledSymbols)",
            ),
            (
                "timestamp()",
                "Function not found: timestamp () (it is one of RhaiConfig.deniedFunctions)",
            ),
            (
                "[].len",
                "Function not found: len (array) (it is one of RhaiConfig.deniedFunctions)",
            ),
            // The host has given it a meaning.
            (
                "abs(1, 2)",
                "Function not found: abs (i64, i64) (abs takes 1 argument)",
            ),
        ],
    );
    host.engine
        .restrict(NameList::AllowedFunctions, &["sqrt"])
        .expect("a known name");
    expect(
        &mut host,
        &[(
            "[].push(1)",
            "Function not found: push (array, i64) (it is not among RhaiConfig.allowedFunctions)",
        )],
    );
    let config = Config {
        allow_modules: true,
        allow_eval: true,
        ..Config::default()
    };
    expect(
        &mut FakeHost::with_config(config),
        &[
            (
                "import \"m\" as m;",
                "Module not found: m (files are switched off by RhaiConfig.allowFileIo)",
            ),
            (
                "eval(\"x = 5\")",
                "Variable not found: x (declare it with `let x = …`)",
            ),
        ],
    );
}

#[test]
fn a_missing_variable_is_to_be_declared_or_is_a_near_one() {
    expect(
        &mut host(),
        &[
            (
                "x = 5",
                "Variable not found: x (declare it with `let x = …`)",
            ),
            (
                "let total = 1; totl += 1",
                "Variable not found: totl (did you mean total? \
                 A new variable is declared with `let`)",
            ),
            (
                "fn f(param) { parm } f(1)",
                "Variable not found: parm (did you mean param? \
                 A new variable is declared with `let`)",
            ),
            (
                "let total = 1; [1].map(|x| x * totl)",
                "Variable not found: totl (did you mean total? \
                 A new variable is declared with `let`)",
            ),
            (
                "[1].map(fetch_usr)",
                "Variable not found: fetch_usr (did you mean fetch_user? \
                 A new variable is declared with `let`)",
            ),
            (
                "fn double(x) { x * 2 } [1].map(doubel)",
                "Variable not found: doubel (did you mean double? \
                 A new variable is declared with `let`)",
            ),
            (
                "let rate = 1; fn f() { rate } f()",
                "Variable not found: rate (functions do not see the variables of the script: \
                 give rate to it as an argument)",
            ),
        ],
    );
}

#[test]
fn what_fails_is_named() {
    let mut host = host();
    for (script, name) in [
        ("let m = 1; m.foo", "foo"),
        ("let m = 1; m.foo = 1", "foo"),
        ("let m = 1; m.foo += 1", "foo"),
        ("let m = 1; m.foo.bar", "foo"),
        ("let m = #{a: 1}; m.a.bar.baz", "bar"),
        ("let m = #{a: 1}; m.a.bar[0] = 2", "bar"),
        ("\"x\".foo", "foo"),
        ("[1].map(|x| x.foo)", "foo"),
    ] {
        assert_eq!(host.error(script).text, name, "{script}");
    }
}

#[test]
fn a_variable_is_called_by_its_call() {
    let hint = "is a variable: a function in it is called by f.call";
    for script in ["let f = |x| x; f(1)", "fn g(f) { f(1) } g(|x| x)"] {
        expect(
            &mut host(),
            &[(script, &format!("Function not found: f (i64) (f {hint})"))],
        );
    }
}

#[test]
fn what_is_used_wrongly_says_what_to_use() {
    let of_array = "a getter is not registered for type 'array'";
    let no_length = format!("Unknown property 'length' - {of_array} (did you mean len()?)");
    let no_lenn = format!("Unknown property 'lenn' - {of_array} (did you mean len?)");
    let no_push = format!("Unknown property 'push' - {of_array} (push is a method: write push(…))");
    expect(
        &mut FakeHost::new(),
        &[
            ("[1].length", &no_length),
            ("[1].lenn", &no_lenn),
            ("[1].push", &no_push),
            (
                "const A = []; A.push(1)",
                "Non-pure method 'push' cannot be called on constant \
                 (A is a constant: copy it into a variable, and call push on that)",
            ),
        ],
    );
}

/// Names of hostile scripts: as long, as many and as similar as they can be.
#[test]
fn looking_for_near_names_is_bounded() {
    let mut host = host();
    let long = "x".repeat(40);
    let mut script = String::new();
    for i in 0..9_000 {
        script += &format!("fn {long}{i:06}() {{ 1 }}\n");
    }
    let message = host.error(&format!("{script} {long}xxxxxx()")).message;
    assert_eq!(message, format!("Function not found: {long}xxxxxx ()"));
    let message = host.error(&format!("{script} {long}00012()")).message;
    assert!(message.len() < 300, "{message}");
    assert!(message.contains(&format!("{long}000012")), "{message}");
    let message = host.error(&format!("{}()", "y".repeat(200_000))).message;
    assert!(message.len() < 70_000);
}
