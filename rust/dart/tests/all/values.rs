//! Values on their way in and out.

use rhai::{Dynamic, FnPtr, Map};
use rhai_dart::wire::decode::{self, decode_slot};
use rhai_dart::wire::encode;
use rhai_dart::wire::format::{Slot, Tag};
use rhai_dart::wire::new_objects::NewObjects;
use rhai_dart::wire::protocol::header;
use runtime::context::shared::Shared;
use runtime::data::conversion_error::ConversionError;
use runtime::limits::stack::MAX_DEPTH;
use test_host::{map, Answer, Calls, XorShift};

use crate::dart_host::{self, DartHost};

/// Sends a value through a script: in as the result of a function, out as an
/// argument, in again, and out as the script's result.
fn through_a_script(value: &Dynamic) -> (Dynamic, Dynamic) {
    let mut host = DartHost::new();
    let given = value.clone();
    host.register("give", 0, move |_| Answer::Value(given.clone()));
    let calls = Calls::default();
    host.register("take", 1, {
        let calls = calls.clone();
        move |arguments| {
            calls.add(arguments.clone());
            Answer::Value(arguments[0].clone())
        }
    });
    let result = host.value("take(give())");
    (calls.only_argument(), result)
}

fn encode_value(value: &Dynamic) -> Result<Vec<u8>, ConversionError> {
    let mut bytes = Vec::new();
    encode::encode(value, &mut bytes, usize::MAX, None).map(|()| bytes)
}

fn decode(bytes: &[u8], shared: &Shared) -> Result<Dynamic, ConversionError> {
    decode::decode(bytes, shared, NewObjects::none())
}

/// As text: `Dynamic` has no equality.
#[track_caller]
fn assert_same(actual: &Dynamic, expected: &Dynamic) {
    assert_eq!(actual.type_name(), expected.type_name());
    assert_eq!(format!("{actual:?}"), format!("{expected:?}"));
}

fn samples() -> Vec<Dynamic> {
    let blob: Vec<u8> = (0..=255).collect();
    let mut samples: Vec<Dynamic> = vec![
        ().into(),
        true.into(),
        false.into(),
        0_i64.into(),
        i64::MIN.into(),
        i64::MAX.into(),
        0.1.into(),
        (-0.0_f64).into(),
        f64::NAN.into(),
        f64::INFINITY.into(),
        f64::MIN_POSITIVE.into(),
        "".into(),
        "NUL \0, é, 漢, \u{1f980}, \u{feff}".into(),
        Dynamic::from_blob(Vec::new()),
        Dynamic::from_blob(blob),
        Dynamic::from_array(Vec::new()),
        Dynamic::from_map(Map::new()),
    ];
    samples.push(Dynamic::from_array(
        (0..100_i64).map(Dynamic::from).collect(),
    ));
    samples.push(Dynamic::from_array(vec![0.5.into(), f64::NAN.into()]));
    samples.push((0..5_i64).into());
    samples.push((-5..=i64::MAX).into());
    samples.push(Dynamic::from_array(samples.clone()));
    let same = map([("a", 1_i64.into()), ("b", "x".into()), ("c", 2_i64.into())]);
    samples.push(Dynamic::from_array(vec![same; 3]));
    let many = (0..100_i64).map(|i| (format!("key {i}").into(), Dynamic::from(i)));
    let many = Dynamic::from_map(many.collect());
    samples.push(Dynamic::from_array(vec![many; 3]));
    let all = samples.clone();
    samples.push(map([
        ("", Dynamic::UNIT),
        ("é \0", Dynamic::from_array(all)),
        ("nested", map([("deeper", map([("x", 1_i64.into())]))])),
    ]));
    samples
}

#[test]
fn nothing_is_lost_on_the_way_in_and_out() {
    for value in samples() {
        let (argument, result) = through_a_script(&value);
        assert_same(&argument, &value);
        assert_same(&result, &value);
    }
}

#[test]
fn floats_keep_their_bits() {
    for bits in [
        (-0.0_f64).to_bits(),
        f64::NAN.to_bits(),
        f64::NAN.to_bits() | 1,
        1,
    ] {
        let (argument, result) = through_a_script(&f64::from_bits(bits).into());
        assert_eq!(argument.as_float().map(f64::to_bits), Ok(bits));
        assert_eq!(result.as_float().map(f64::to_bits), Ok(bits));
    }
}

#[test]
fn a_character_becomes_a_string() {
    let (argument, result) = through_a_script(&"é".into());
    assert_same(&argument, &result);
    let mut host = DartHost::new();
    assert_eq!(host.text("'é'"), "é");
    assert_eq!(
        format!("{:?}", host.value("['é', #{a: 'b'}]")),
        r#"["é", #{"a": "b"}]"#
    );
}

#[test]
fn what_has_no_meaning_outside_is_an_error_with_its_path() {
    let mut host = DartHost::new();
    host.register("take", 2, |_| panic!("called with what cannot cross"));
    for (script, path) in [
        ("timestamp()", "result: "),
        ("[1, #{user: [2, timestamp()]}]", "result[1].user[1]: "),
        ("take(1, timestamp())", "args[1]: "),
        ("take([0, #{f: timestamp()}], 1)", "args[0][1].f: "),
    ] {
        let failure = host.error(script);
        assert!(failure.message.starts_with(path), "{script}: {failure:?}");
        assert!(failure.message.contains("cannot cross"), "{failure:?}");
    }
    assert_eq!(host.int("1 + 1"), 2);
}

#[test]
fn nesting_has_the_same_limit_in_both_directions() {
    let mut bytes = Vec::new();
    for _ in 0..=MAX_DEPTH {
        bytes.push(Tag::Array as u8);
        bytes.extend_from_slice(&1_u32.to_ne_bytes());
    }
    bytes.push(Tag::Unit as u8);
    let fake = DartHost::new();
    let shared = fake.shared();
    let error = decode(&bytes, &shared).expect_err("one level too many");
    let expected = format!("nested more than {MAX_DEPTH} levels");
    assert!(error.problem.contains(&expected));

    let error = shared.stacks.run(|| {
        let value = decode(&bytes[5..], &shared).expect("exactly the limit");
        encode_value(&value).expect("exactly the limit");
        let deeper = Dynamic::from_array(vec![value]);
        encode_value(&deeper).expect_err("one level too many")
    });
    let error = error.expect("a stack");
    assert!(error
        .problem
        .contains(&format!("nested more than {MAX_DEPTH} levels")));
    let sixteen = "[0]".repeat(16);
    assert_eq!(error.path, format!("{sixteen}…{sixteen}"));
}

#[test]
fn a_value_that_a_closure_captured_crosses() {
    let mut host = DartHost::new();
    let script = "let x = [1]; let f = || x; f.call(); x";
    assert_eq!(format!("{:?}", host.value(script)), "[1]");
}

#[test]
fn without_an_exporter_functions_are_refused() {
    let mut pointer = FnPtr::new("f").expect("a name");
    pointer.add_curry(1_i64.into());
    let error = encode_value(&pointer.into()).expect_err("no data");
    assert!(error.problem.contains("cannot cross"));
}

#[test]
fn any_bytes_are_a_value_or_an_error() {
    let mut random = XorShift(0x9e37_79b9_7f4a_7c15);
    let mut encodings: Vec<Vec<u8>> = samples()
        .iter()
        .map(|value| encode_value(value).expect("data"))
        .collect();
    // What comes from the host only: objects, closures and functions.
    encodings.push(vec![
        Tag::Array as u8,
        2,
        0,
        0,
        0,
        Tag::Object as u8,
        Tag::Object as u8,
    ]);
    encodings.push(vec![Tag::Closure as u8, 3, 0, 0, 0]);
    encodings.push(vec![Tag::Function as u8, 1, 0, 0, 0, 0, 0, 0, 0]);
    let fake = DartHost::new();
    let shared = fake.shared();
    let (mut decoded, mut objects) = (0, 0);
    for round in 0..1_000_000 {
        let mut bytes = encodings[round % encodings.len()].clone();
        match random.below(4) {
            0 => bytes.truncate(random.below(bytes.len() + 1)),
            1 => {
                bytes = (0..random.below(40))
                    .map(|_| random.below(20) as u8)
                    .collect()
            }
            _ => {
                for _ in 0..=random.below(3) {
                    let at = random.below(bytes.len());
                    bytes[at] = random.draw() as u8;
                }
            }
        }
        let mut input = vec![0; header::LENGTH];
        let count = random.below(4) as u64;
        input[8..16].copy_from_slice(&count.to_ne_bytes());
        input.extend_from_slice(&bytes);
        let slot = Slot::new(Tag::Array, input.len(), 0);
        let result = decode_slot(slot, &input, &fake.host().0, &shared);
        decoded += usize::from(result.is_ok());
        objects += match count <= bytes.len() as u64 {
            true => count as usize,
            false => 0,
        };
    }
    assert!(decoded > 10_000, "only {decoded} were values");
    // Whatever happened to the values: each of their objects is let go once.
    let mut released = Vec::new();
    shared.released.move_to(&mut released);
    assert_eq!(released.len(), objects);
}

#[test]
fn a_slot_that_refers_to_other_bytes_is_an_error() {
    let (slot, bytes) = dart_host::encode(&"text".into());
    let fake = DartHost::new();
    let shared = fake.shared();
    let decode_slot = |slot, bytes: &[u8]| decode_slot(slot, bytes, &fake.host().0, &shared);
    assert!(decode_slot(slot, &bytes).is_ok());
    for (len, payload) in [(5, 0), (4, 1), (4, u64::MAX), (usize::MAX >> 8, 1), (0, 5)] {
        for tag in [Tag::String, Tag::Blob, Tag::Array, Tag::Ints] {
            let slot = Slot::new(tag, len, payload);
            assert!(decode_slot(slot, &bytes).is_err(), "{slot:?}");
        }
    }
    let unknown = Slot {
        tag_and_len: 99,
        payload: 0,
    };
    assert!(decode_slot(unknown, &bytes).is_err());
    let invalid = Slot::new(Tag::String, 1, 0);
    assert!(decode_slot(invalid, &[0xff]).is_err());
}
