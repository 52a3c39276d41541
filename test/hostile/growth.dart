/// Scripts that grow until they have no more memory, and what they leave behind.
library;

import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
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

/// Ways to grow.
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
  Growth(
    'results of parallel',
    '[]',
    'v += parallel([i, i + 1, i + 2], |x| [x, "text " + x])',
  ),
  Growth(
    'calls that wait',
    '[]',
    'parallel([1, 2, 3], |x| { let y = blob(x * 5000); v.push(later(y)); })',
  ),
  Growth(
    'calls of calls',
    '[]',
    'v += parallel([1, 2], |x| parallel([x, i], |y| [y, later(blob(5000))]))',
  ),
  Growth(
    'modules',
    '[]',
    r'import `rows${i % 50}` as m; v.push(m::row(i)); v.push(m::ROW)',
  ),
  Growth(
    'Dart objects',
    '[]',
    'v.push(Row(i))',
    equal: 'v.all(|row, i| row.id == i)',
    unmetered: 8,
  ),
  Growth(
    'members of Dart objects',
    '[]',
    'let row = Row(i); row.name += "!"; v.push(row.name); '
        'v.push(row.repeated(i % 20)); for x in row { v.push(x); } '
        'if i % 10 == 0 { v.push(row.slow); }',
  ),
];

/// A Dart class that scripts know as `Row`.
final class _Row {
  _Row(this.id);

  final int id;
  String name = 'the name of a row';
}

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

/// How a script that grows is run.
enum Way {
  /// As a script.
  eval,

  /// As a function of a compiled script.
  call,

  /// As a script in a scope, which then has what has grown.
  scope,
}

/// Lets [growth] grow under [budget], and checks the remains.
///
/// Returns how much the process grew, as a part of the growth that is allowed.
Future<double> grow(Growth growth, int budget, Way way) async {
  final reason = '${growth.name}, $budget bytes, ${way.name}';
  final allowed = 2 * budget + slack + growth.unmetered * budget;
  final grown = await leastGrowth(
    allowed,
    () => _growOnce(growth, budget, way, reason),
  );
  check(
    grown,
    lessThanOrEqualTo(allowed),
    reason: '$reason: by which the process grew',
  );
  return grown / allowed;
}

/// Lets [growth] grow once. Returns the bytes by which the process grew.
Future<int> _growOnce(Growth growth, int budget, Way way, String reason) async {
  final engine = RhaiEngine.withConfig(
    RhaiConfig.unlimited().copyWith(
      maxMemory: budget,
      moduleLoader: (path, _) =>
          'export const ROW = ["$path", [1, 2]]; fn row(i) { [i, "$path"] }',
    ),
  );
  final kept = <RhaiFunction>[];
  _register(engine, kept);
  final scope = engine.newScope();
  final memory = ProcessMemory();
  Object? error;
  try {
    await switch (way) {
      Way.eval => engine.eval(growth.script),
      Way.call =>
        engine.compile('fn grow() { ${growth.script} }').call('grow', []),
      Way.scope => engine.eval(growth.script, scope: scope),
    };
  } on RhaiException catch (e) {
    error = e;
  }
  final grown = memory.growth;
  check(error, isOutOfMemory, reason: reason);
  check(engine.leakedBytes, 0, reason: reason);
  check(engine.pendingCount, 0, reason: reason);
  if (kept.isNotEmpty) await _checkKept(kept.first, reason);
  if (way == Way.scope) _checkScope(scope, reason);
  check(engine.eval('40 + 2'), 42, reason: 'health');
  engine.dispose();
  return grown;
}

/// Registers what the scripts use. Functions that they keep come to [kept].
void _register(RhaiEngine engine, List<RhaiFunction> kept) => engine
  ..registerFunction('keep', kept.add)
  ..registerFunction('later', later)
  ..registerFunction(
    'table',
    (int size) => [
      for (var i = 0; i < size; i++) {'id': i, 'name': 'row $i'},
    ],
  )
  ..registerFunction('send', (Object? value) => value.hashCode)
  ..registerType<_Row>(
    'Row',
    constructors: {'Row': _Row.new},
    getters: {
      'id': (row) => row.id,
      'name': (row) => row.name,
      'slow': (row) async => await later([row.id]),
    },
    setters: {'name': (_Row row, String name) => row.name = name},
    methods: {
      'repeated': (_Row row, int times) => List.filled(times, row.name),
    },
    iterator: (row) => [row.id, row.name],
  );

/// Looks at what an ended script has left in a scope: all that it has declared, which the
/// next one may find too large, or nothing.
void _checkScope(RhaiScope scope, String reason) {
  if (scope.keys.isNotEmpty) {
    check(scope.keys, ['v', 'i'], reason: reason);
    check(scope.get<int>('i'), greaterThanOrEqualTo(0), reason: reason);
  }
  scope.clear();
  check(scope.keys, isEmpty, reason: reason);
}

/// Walks through the value that an ended script has left in a function. It must be
/// right, or too large for the function's own memory.
Future<void> _checkKept(RhaiFunction kept, String reason) async {
  Future<Object?> call(String what) async {
    try {
      return await kept.call(what);
    } on RhaiLimitError catch (error) {
      check(error, isOutOfMemory, reason: reason);
      return null;
    }
  }

  final len = await call('len');
  final walked = await call('walk');
  if (walked != null) check(walked, len, reason: reason);
  check(await call('equal'), anyOf(isNull, isTrue), reason: reason);
  check(await call('text'), anyOf(isNull, isTrue), reason: reason);
}
