/// Scripts that grow until they have no more memory, and what they leave behind.
library;

import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import 'attack.dart';
import 'process_memory.dart';
import 'run_attack.dart';

/// A way to grow.
final class Growth {
  /// Creates one.
  ///
  /// [step] is repeated with `v`, which is [initial] at first, and a number `i`. [walk]
  /// counts the elements of `v` one by one, as `len` does at once.
  const Growth(
    this.name,
    this.initial,
    this.step, {
    this.len = 'v.len()',
    this.walk = _walkArray,
    this.equal = 'v == v',
    this.unmetered = 0,
  });

  /// A description of the growing value.
  final String name;

  /// The value at first.
  final String initial;

  /// Code that makes it grow.
  final String step;

  /// Code for its size.
  final String len;

  /// Code for the same size, counted one by one.
  final String walk;

  /// Code for whether it equals itself, as far as it can be compared.
  final String equal;

  /// How many times its memory the process may grow in Dart's own heap.
  final int unmetered;

  /// A script that keeps a function of `v` and grows until it is ended.
  String get script =>
      '''
    let v = $initial;
    keep(|what| switch what {
      "len" => $len,
      "walk" => { let n = 0; $walk n },
      "equal" => $equal,
      "text" => v.to_string().len() >= 0,
    });
    let i = 0;
    loop { $step; i += 1; }
  ''';
}

const _walkArray = 'for x in v { n += 1; }';
const _callAll = 'v.all(|f, i| f.call() == i)';
const _walkMap = 'for k in v.keys() { if v.contains(k) { n += 1; } }';

/// Fifteen ways to grow.
const growths = [
  Growth('one map', '#{}', 'v["k" + i] = i', walk: _walkMap),
  Growth(
    'maps of maps',
    '#{}',
    'v["k" + i] = #{a: i, b: #{c: i}}',
    walk: _walkMap,
  ),
  Growth('a map of arrays', '#{}', 'v["k" + i] = [i, [i]]', walk: _walkMap),
  Growth('a string', '"x"', 'v += "é" + v', walk: 'for c in v { n += 1; }'),
  Growth('strings', '[]', 'v.push("a text of some length " + i)'),
  Growth('interned strings', '[]', r'v.push(`k${i % 300}` + `${i}`)'),
  Growth('closures', '[]', 'let x = i; v.push(|| x)', equal: _callAll),
  Growth(
    'captured variables',
    '[]',
    'let x = [i]; let f = || x.push(i); f.call(); v.push(f)',
    equal: 'v.all(|f| type_of(f) == "Fn")',
  ),
  Growth('blobs', '[]', 'let b = blob(100, 7); b.append(b); v.push(b)'),
  Growth('ranges', '[]', 'v.push(i..i + 9); v.push(i..=i)'),
  Growth(
    'split',
    '[]',
    'let s = ""; s.pad(i * 7 % 1000, "a,"); v += s.split(",")',
  ),
  Growth(
    'JSON in',
    '[]',
    r'v.push(parse_json(`{"a": [1, 2.5, "x"], "b${i}": {"c": null}}`))',
  ),
  Growth(
    'JSON out',
    '[]',
    'v.push(#{a: [i, 2.5, "x"], b: #{c: ()}}.to_json())',
  ),
  Growth('values from Dart', '[]', 'v.push(table(i % 20))'),
  Growth(
    'values to Dart',
    '[]',
    'let part = v.extract(0, 1000); v.append(part); v.push(i); '
        'if i % 100 == 0 { send([v, v]) }',
    unmetered: 8,
  ),
  Growth('kept functions', '[]', 'let x = [i]; keep(|| x); v.push(x)'),
];

/// Budgets from 64 KiB to 16 MiB, no two alike.
List<int> budgets(int count) => [
  for (var i = 0; i < count; i++)
    (65536 * pow(256, i / max(1, count - 1))).round() + i * 24,
];

/// The four-line script that ended processes: [rows] equal maps, doubled.
String manyRows(int rows) =>
    '''
  let rows = [];
  for i in 0..$rows { rows.push(#{a:1,b:2,c:3,d:4,e:5,f:6,g:7,h:8,i:9,j:10,k:11,l:12}); }
  let all = [];
  loop { all += rows; }
''';

/// A script that is ended for its memory.
final Matcher isOutOfMemory = limit(RhaiLimit.memory);

/// Does what `expect` does, also outside of a test.
void check(Object? actual, Object? expected, {required String reason}) {
  if (wrapMatcher(expected).matches(actual, {})) return;
  throw TestFailure('$reason: expected $expected, got $actual');
}

/// Lets [growth] grow under [budget], and checks the remains.
///
/// Returns how much the process grew, as a part of the growth that is allowed.
double grow(Growth growth, int budget) {
  final engine = RhaiEngine.withConfig(
    RhaiConfig.unlimited().copyWith(maxMemory: budget),
  );
  final kept = <RhaiFunction>[];
  engine
    ..registerFunction('keep', kept.add)
    ..registerFunction(
      'table',
      (int size) => [
        for (var i = 0; i < size; i++) {'id': i, 'name': 'row $i'},
      ],
    )
    ..registerFunction('send', (Object? value) => value.hashCode);
  final allowed = 2 * budget + slack + growth.unmetered * budget;
  final memory = ProcessMemory();
  Object? error;
  try {
    engine.eval(growth.script);
  } on RhaiException catch (e) {
    error = e;
  }
  final grown = memory.growth;
  check(error, isOutOfMemory, reason: '${growth.name}, $budget bytes');
  check(
    grown,
    lessThanOrEqualTo(allowed),
    reason: '${growth.name}, $budget bytes: by which the process grew',
  );
  check(engine.leakedBytes, 0, reason: '${growth.name}, $budget bytes');
  if (kept.isNotEmpty) _checkKept(kept.first, '${growth.name}, $budget bytes');
  check(engine.eval('40 + 2'), 42, reason: 'health');
  engine.dispose();
  return grown / allowed;
}

/// Walks through the value that an ended script has left in a function. It must be
/// right, or too large for the function's own memory.
void _checkKept(RhaiFunction kept, String reason) {
  Object? call(String what) {
    try {
      return kept.call(what);
    } on RhaiLimitError catch (error) {
      check(error, isOutOfMemory, reason: reason);
      return null;
    }
  }

  final len = call('len');
  final walked = call('walk');
  if (walked != null) check(walked, len, reason: reason);
  check(call('equal'), anyOf(isNull, isTrue), reason: reason);
  check(call('text'), anyOf(isNull, isTrue), reason: reason);
}
