//! How much memory native functions have in use at most: it must be less than what ends a
//! script in the middle of an operation.

use memory::{self, SLACK};
use rhai::Dynamic;
use runtime::limits::limit::Limit;

use crate::asking;
use crate::fake_host::{unlimited, write_value, FakeHost, Outcome};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// What makes large values, as cheaply as can be.
const MAKERS: &str = r#"
    fn txt(n, piece) { let s = ""; s.pad(n, piece); s }
    fn arr(n) { let a = []; a.pad(n, 1); a }
    fn texts(n) { let a = []; a.pad(n, "a text of its own, not short"); a }
    fn nested(n) { let a = []; a.pad(n, [[1], #{a: 1}]); a }
    fn mp(n) { let m = #{}; for i in 0..n { m[`k${i}`] = i; } m }
    fn data(n) { #{a: arr(n), b: txt(n, "\"\u0001 "), c: [1.5, (), true]} }
    fn json(n, piece) {
        let s = "{\"a\": [";
        s.pad(7 + n / piece.len() * piece.len(), piece);
        s + "1]}"
    }
"#;

/// Ways to make a value of a type that takes about `size` bytes; for an argument that is
/// not the first, also small ones.
fn values(ty: &str, size: usize, is_first: bool) -> Vec<String> {
    let text = |bytes: usize, piece: &str| format!("txt({bytes}, txt(4096, \"{piece}\"))");
    // Characters, of one, of two and of one byte.
    let texts = [
        text(size, "x y x y x y x y x y x y x y x y "),
        text(
            size / 2,
            "\u{390}\u{390}\u{390}\u{390}\u{390}\u{390}\u{390}\u{390}",
        ),
        text(
            size,
            "\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001",
        ),
    ];
    let words: &[&str] = match ty {
        "string" if is_first => return texts.to_vec(),
        "string" => return vec!["\" \"".into(), "\"\"".into(), texts[0].clone()],
        "array" if size > ALL_UP_TO => return vec![format!("arr({})", size / 16)],
        "array" => {
            return vec![
                format!("arr({})", size / 16),
                format!("texts({})", size / 16),
                format!("nested({})", size / 640),
            ]
        }
        "blob" => return vec![format!("blob({size})"), format!("blob({size}, 255)")],
        "map" => {
            return vec![
                format!("data({})", size / 24),
                format!("mp({})", size / 160),
            ]
        }
        "?" if is_first => return vec![texts[0].clone(), format!("texts({})", size / 16)],
        "?" => {
            return vec![
                "1".into(),
                texts[0].clone(),
                format!("nested({})", size / 640),
                format!("blob({size})"),
            ]
        }
        "Fn" => &["|x| x", "|x, y| x"],
        "char" => &["' '", "'x'"],
        "range" => &["1..1000000000", "100..100000"],
        "range=" => &["1..=1000000000", "100..=100000"],
        "float" => &["1.5"],
        "()" => &["()"],
        "int" => {
            let near = [size as i64, 2, 1_000_000_000_000, -(size as i64 / 3)];
            return near.map(|n| n.to_string()).to_vec();
        }
        other => panic!("no values of {other}"),
    };
    words.iter().map(|word| word.to_string()).collect()
}

/// Elements of an array in JSON, and about how many times as much one takes.
const JSON: &[(&str, usize)] = &[
    ("0,", 16),
    ("[],", 20),
    ("[[[]]],", 40),
    ("[1.5],", 24),
    (r#""","#, 20),
    (r#""ab","#, 14),
    (r#""\\","#, 16),
    ("{},", 20),
    (r#"{"a":1},"#, 70),
    (r#"{"":{}},"#, 70),
];

/// The largest limit under which everything is tried. Beyond it, what takes long is left
/// out: what is made one by one, and what calls back.
const ALL_UP_TO: usize = 8 * MIB;

/// Scripts that call a function with arguments of about `size` bytes.
fn scripts(signature: &str, size: usize) -> Vec<String> {
    let (name, types) = signature.split_once('(').expect("a signature");
    let types = types.strip_suffix(')').expect("a signature");
    if types.contains("DartObject") || name == "type_of" {
        return Vec::new();
    }
    let types: Vec<&str> = match types {
        _ if name == "+" && types == "(), string" => vec!["()", "string"],
        "" => Vec::new(),
        types => types.split(", ").collect(),
    };
    let calls_back = types.contains(&"Fn") || (types[..].get(..2) == Some(&["array", "string"]));
    let large = types
        .iter()
        .filter(|ty| ["string", "array", "blob", "map", "?"].contains(ty));
    // Those that call back do so for each element, and look at the memory then.
    let size = match calls_back {
        true => size.min(16 * KIB),
        false => size / large.count().max(1),
    };
    if size > ALL_UP_TO && calls_back || size > MIB && types.contains(&"map") {
        return Vec::new();
    }
    let looks_for = ["contains", "index_of"].contains(&name);
    let choices: Vec<Vec<String>> = types
        .iter()
        .enumerate()
        .map(|(index, ty)| match name {
            // About as much as may be read, and a quarter more.
            "parse_json" => JSON
                .iter()
                .flat_map(|(piece, factor)| {
                    let most = size / factor;
                    [most, most * 5 / 4].map(|len| format!("json({len}, `{piece}`)"))
                })
                .collect(),
            "parse_int" if index == 1 => vec!["10".into()],
            // The name of a function.
            _ if calls_back && *ty == "string" => vec!["\"is_odd\"".into()],
            // It is copied for each element.
            _ if looks_for && *ty == "?" => vec!["1".into()],
            _ => values(ty, size, index == 0),
        })
        .collect();
    let most = choices.iter().map(Vec::len).max().unwrap_or(1);
    // Each value of each argument at least once, and not only together with its like.
    let rounds = match size > ALL_UP_TO {
        true => most,
        false => most * choices.len().clamp(1, 2),
    };
    (0..rounds)
        .map(|round| {
            let arguments: Vec<&str> = choices
                .iter()
                .enumerate()
                .map(|(index, values)| {
                    values[(round + index * (round / most)) % values.len()].as_str()
                })
                .collect();
            call(name, &arguments)
        })
        .collect()
}

/// A script that calls a function, whose first argument is in a variable.
fn call(name: &str, arguments: &[&str]) -> String {
    let Some((first, rest)) = arguments.split_first() else {
        return format!("{MAKERS} let r = {name}(); r = ();");
    };
    let call = if let Some(property) = name.strip_prefix("get$") {
        format!("let r = a.{property};")
    } else if let Some(property) = name.strip_prefix("set$") {
        format!("a.{property} = {};", rest[0])
    } else if name.starts_with(char::is_alphabetic) {
        format!(
            "let r = {name}(a{});",
            rest.iter().map(|r| format!(", {r}")).collect::<String>()
        )
    } else if name.ends_with('=') && name != "==" && name != "!=" {
        format!("a {name} {};", rest[0])
    } else {
        format!("let r = a {name} {};", rest[0])
    };
    format!("{MAKERS} let a = {first}; {call} ()")
}

/// Runs the calls of all these functions under limits of the memory; returns the most that
/// one had in use, beyond [`SLACK`], as a part of its limit, and which one.
fn worst(signatures: impl IntoIterator<Item = String>, memory: usize) -> (f64, String) {
    let mut host = FakeHost::with_config(unlimited().with(Limit::Memory, memory as u64));
    let mut worst = (0, String::new());
    for signature in signatures {
        // Of what there is: nearly all, most, and little.
        let parts: &[f64] = match memory < MIB {
            true => &[1.0, 0.6, 0.2],
            false => &[1.0],
        };
        for part in parts {
            let size = (memory as f64 * 0.95 * part) as usize;
            for script in scripts(&signature, size) {
                memory::forget_peak();
                if let Outcome::Failed(failure) = host.eval(&script) {
                    // A limit, or what the function says of such arguments.
                    assert!([1, 2, 7].contains(&failure.kind), "{script}: {failure:?}");
                    let lacks =
                        format!("not found: {} (", signature.split('(').next().unwrap_or(""));
                    assert!(!failure.message.contains(&lacks), "{script}: {failure:?}");
                }
                let peak = memory::peak();
                let most = 2 * memory + SLACK;
                assert!(peak <= most - MIB, "{peak} of {most}: {script}");
                if peak > worst.0 {
                    worst = (peak, script[MAKERS.len()..].to_string());
                }
            }
        }
    }
    (worst.0 as f64 / memory as f64, worst.1)
}

#[test]
fn no_function_takes_much_more_than_a_low_limit() {
    measure(&[256 * KIB, 2 * MIB]);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes in a debug build")]
fn no_function_takes_much_more_than_a_high_limit() {
    measure(&[4 * MIB, 24 * MIB]);
}

/// A map whose nodes are full takes half as much more for each entry that comes between,
/// and twice as much when all have.
#[test]
fn object_maps_do_not_take_much_more_than_the_limit() {
    let entries = |first: i64, count: i64| {
        let keys = (first..first + 2 * count).step_by(2);
        Dynamic::from_map(keys.map(|n| (format!("{n:07}").into(), n.into())).collect())
    };
    let memory = 24 * MIB;
    for (count, between) in [(150_000, 150_000), (150_000, 14_000), (280_000, 1)] {
        let mut host = FakeHost::with_config(unlimited().with(Limit::Memory, memory as u64));
        for (name, value) in [("a", entries(0, count)), ("b", entries(1, between))] {
            write_value(&host.host(), &value);
            let set = host.engine.set_variable(name, false);
            set.expect("a variable");
        }
        for script in [
            "let c = a + b;",
            "a += b;",
            "a.mixin(b);",
            "a.fill_with(b);",
            "a.keys();",
            "a.values();",
            "a.to_string();",
            "a.to_json();",
        ] {
            memory::forget_peak();
            host.eval(script);
            let (peak, most) = (memory::peak(), 2 * memory + SLACK);
            assert!(peak < most - MIB, "{peak} of {most}: {script}");
            println!(
                "{count} + {between}: {:.2} by {script}",
                peak as f64 / memory as f64
            );
        }
    }
}

/// An array that refers to one text again and again takes little; its text does not.
#[test]
fn the_text_of_a_value_may_not_be_larger_than_what_is_left() {
    let limits = [
        (24 * MIB, 0, MIB, Limit::Memory),
        (24 * MIB, 100_000, 8_000, Limit::StringLength),
    ];
    for (memory, max_string_len, len, limit) in limits {
        let mut host = FakeHost::with_config(
            unlimited()
                .with(Limit::Memory, memory as u64)
                .with(Limit::StringLength, max_string_len as u64),
        );
        for text in [
            "`${a}`",
            "`${m}`",
            "a.to_string()",
            "to_debug(a)",
            "m.to_debug()",
            "print(a)",
            "debug(m)",
            "a + \"\"",
            "\"\" + a",
            "\"\" + m",
            "{ let s = \"\"; s += a; s }",
            "{ let s = \"\"; s.append(m); s }",
            "m.to_json()",
            "[1].map(|x| `${a}`)",
            "{ let f = || a; `${a}` }",
        ] {
            for script in [
                format!("let r = {text};"),
                format!("try {{ let r = {text}; }} catch {{ }} 1"),
                format!("fn f(a, m) {{ try {{ {text} }} catch {{ 1 }} }} f(a, m);"),
            ] {
                let value = format!(
                    "let a = [txt({len}, \"x\")]; for i in 0..6 {{ a += a; }} let m = #{{a: a}};"
                );
                memory::forget_peak();
                let failure = host.error(&format!("{MAKERS} {value} {script}"));
                assert_eq!(
                    (failure.kind, failure.number),
                    (7, limit as i64),
                    "{script}: {failure:?}"
                );
                assert!(memory::peak() < 2 * memory + SLACK, "{script}");
            }
        }
        assert!(host.printed.is_empty());
        assert_eq!(host.int("40 + 2"), 42);
    }
}

/// Scripts that use what Rhai has built in, which asks nobody, with values that take a
/// `part` of the memory.
fn operators(part: usize) -> [String; 9] {
    [
        format!("let a = txt(1000, \"x\"); let b = txt({part}, \"x\"); let c = a + (b + 'x');"),
        format!("let a = txt({part}, \"x\"); a + (a + (a + a));"),
        format!("let b = txt({part}, \"0123456789\"); b - \"0\";"),
        format!("let b = txt({part}, \"0123456789\"); b -= \"0\";"),
        format!("let b = txt({part}, \"0123456789\"); `${{b}}${{b}}`;"),
        format!("blob({part}) + 'x';"),
        format!("blob({part}) + blob(1);"),
        format!("blob({part}) + (blob({part}) + 'x');"),
        format!("let f = Fn(txt({part}, \"x\")); try {{ f.call() }} catch (e) {{ e }}"),
    ]
}

#[test]
fn operators_do_not_take_much_more_than_the_limit() {
    for memory in [MIB, 4 * MIB, 16 * MIB, 24 * MIB, 64 * MIB] {
        let config = unlimited()
            .with(Limit::Memory, memory as u64)
            .with(Limit::ArraySize, u64::MAX);
        let longest = config.sizes().longest_string();
        let mut worst = 0;
        for eighths in 1..=8 {
            for script in operators(eighths * memory / 8)
                .into_iter()
                .chain(operators(eighths * longest / 8))
            {
                let mut host = FakeHost::with_config(config.clone());
                memory::forget_peak();
                host.eval(&format!("{MAKERS} {script}"));
                worst = worst.max(memory::peak());
                assert_eq!(host.host().leaked(), 0, "{memory}: {script}");
            }
        }
        println!("{memory}: {:.2}", worst as f64 / memory as f64);
        assert!(worst <= 2 * memory + SLACK);
    }
}

/// Strings that become longer when calls return, where Rhai counts no operation.
const RETURNING: [&str; 18] = [
    "fn f(a, n) { if n == 0 { a } else { a + f(a, n - 1) } } f(txt(LEN, \"x\"), 90)",
    "fn f(a, n) { if n == 0 { return a; } return a + f(a, n - 1); } f(txt(LEN, \"x\"), 90)",
    "fn f(a, n) { if n == 0 { a } else { 'x' + f(a, n - 1) } } f(txt(LEN, \"x\"), 90)",
    "fn f(a, n) { if n == 0 { a } else { a + (f(a, n - 1) + a) } } f(txt(LEN, \"x\"), 90)",
    "fn f(a, n) { if n == 0 { a } else { a + { f(a, n - 1) } } } f(txt(LEN, \"x\"), 90)",
    "fn f(a, n) { a + if n == 0 { a } else { f(a, n - 1) } } f(txt(LEN, \"x\"), 90)",
    "fn f(a, n) { a + switch n { 0 => a, _ => f(a, n - 1) } } f(txt(LEN, \"x\"), 90)",
    "fn f(a, n) { if n == 0 { a } else { a + (() ?? f(a, n - 1)) } } f(txt(LEN, \"x\"), 90)",
    "fn f(a, n) { if n == 0 { a } else { `${a}${f(a, n - 1)}` } } f(txt(LEN, \"x\"), 90)",
    "fn f(a, n) { if n == 0 { a } else { `${a + f(a, n - 1)}` } } f(txt(LEN, \"x\"), 90)",
    "fn f(a, n) { if n == 0 { a } else { a + `${f(a, n - 1)}` } } f(txt(LEN, \"x\"), 90)",
    "fn f(a, n) { loop { break if n == 0 { a } else { a + f(a, n - 1) } } } \
     f(txt(LEN, \"x\"), 90)",
    "fn f(a, n) { loop { if n == 0 { break a; } break `${f(a, n - 1)}${f(a, 0)}`; } } \
     f(txt(LEN, \"x\"), 90)",
    "fn f(n) { if n == 0 { this } else { this + this.f(n - 1) } } let a = txt(LEN, \"x\"); a.f(90)",
    "let f = |f, a, n| if n == 0 { a } else { a + f.call(f, a, n - 1) }; \
     f.call(f, txt(LEN, \"x\"), 40)",
    "let a = txt(LEN, \"x\"); let f = |f, n| if n == 0 { a } else { a + f.call(f, n - 1) }; \
     f.call(f, 40)",
    "let a = txt(LEN, \"x\"); a + (a + (a + (a + (a + (a + (a + (a + (a + (a + a)))))))))",
    "fn f(a, n) { [a].map(|x| if n == 0 { x } else { x + f(x, n - 1) })[0] } f(txt(LEN, \"x\"), 20)",
];

#[test]
fn no_string_grows_unseen_when_calls_return() {
    for memory in [4 * MIB, 24 * MIB] {
        for part in [4, 8, 16, 64] {
            for script in RETURNING {
                for max_string_len in [0, 10 * MIB] {
                    let mut host = FakeHost::with_config(
                        unlimited()
                            .with(Limit::Memory, memory as u64)
                            .with(Limit::StringLength, max_string_len as u64),
                    );
                    let script = script.replace("LEN", &(memory / part).to_string());
                    memory::forget_peak();
                    host.eval(&format!("{MAKERS} {script}"));
                    assert_eq!(host.host().leaked(), 0, "{memory}: {script}");
                    assert!(memory::peak() <= 2 * memory + SLACK, "{memory}: {script}");
                }
            }
        }
    }
}

fn measure(limits: &[usize]) {
    for &memory in limits {
        for (name, functions) in [
            ("checked", asking::checked()),
            ("bounded", asking::bounded()),
        ] {
            let (factor, script) = worst(functions, memory);
            println!("{name}, {} KiB: {factor:.2} by {script}", memory / KIB);
        }
    }
}
