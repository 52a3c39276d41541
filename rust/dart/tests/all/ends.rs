//! Values that a script cannot end with.

use runtime::limits::limit::Limit;
use test_host::unlimited;

use crate::dart_host::DartHost;

/// The sizes of one value.
#[test]
fn sizes_are_told_apart() {
    let mut host = DartHost::with_config(
        unlimited()
            .with(Limit::StringLength, 10)
            .with(Limit::ArraySize, 11)
            .with(Limit::MapSize, 12),
    );
    let map = (0..13)
        .map(|i| format!("k{i}: {i}"))
        .collect::<Vec<_>>()
        .join(", ");
    for (script, limit, value) in [
        ("\"xxxxxxxxxxx\"".to_string(), Limit::StringLength, 10),
        (
            "let s = \"xxxxxxxxx\"; s + \"xx\"".to_string(),
            Limit::StringLength,
            10,
        ),
        (
            "let s = \"xxxxxxxxx\"; `${s}xx`".to_string(),
            Limit::StringLength,
            10,
        ),
        (format!("[{}]", "1, ".repeat(12)), Limit::ArraySize, 11),
        (
            "let a = []; loop { a.push(1); }".to_string(),
            Limit::ArraySize,
            11,
        ),
        ("blob(12)".to_string(), Limit::ArraySize, 11),
        (
            "let b = blob(9); b += b; b".to_string(),
            Limit::ArraySize,
            11,
        ),
        (format!("#{{{map}}}"), Limit::MapSize, 12),
        (
            "let m = #{}; for i in 0..20 { m[`${i}`] = i; } m".to_string(),
            Limit::MapSize,
            12,
        ),
    ] {
        let failure = host.error(&script);
        assert_eq!(failure.kind, 7, "{script}: {failure:?}");
        assert_eq!(
            (failure.number, failure.value),
            (limit as i64, value),
            "{script}"
        );
        assert_eq!(failure.text, "", "{script}");
    }
}

#[test]
fn iterators_are_to_be_collected() {
    let mut host = DartHost::new();
    for iterator in [
        "range(0, 10, 3)",
        "range(0.0, 1.0, 0.25)",
        "5.bits()",
        "\"abc\".chars()",
        "\"abc\".chars",
    ] {
        let failure = host.error(iterator);
        assert_eq!(failure.kind, 6, "{iterator}: {failure:?}");
        assert!(
            failure.message.contains("cannot cross") && failure.message.contains("a.push(x)"),
            "{failure:?}"
        );
        let collected = format!("let a = []; for x in {iterator} {{ a.push(x) }} a.is_empty()");
        assert!(!host.value(&collected).as_bool().expect("a bool"));
    }
}
