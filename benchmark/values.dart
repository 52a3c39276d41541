/// Measures values that cross between Dart and scripts. Beside each are the costs of
/// the same data through JSON in pure Dart, or of copies of memory:
///
///     ./dartw build cli --target=benchmark/values.dart -o build/values
///     build/values/bundle/bin/values
///
/// or, with the just-in-time compiler, `./dartw run benchmark/values.dart`.
library;

import 'dart:convert';
import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';

const _megabyte = 1 << 20;

void main() {
  final engine = RhaiEngine(RhaiConfig.unlimited());
  Object? value;
  engine.registerFunction('get', () => value);
  Object? roundTrip(Object? v) {
    value = v;
    return engine.eval('get()');
  }

  void compareWithJson(String name, Object? data, double target) => _compare(
    '$name, to a script and back',
    () => roundTrip(data),
    'through JSON',
    () => jsonDecode(utf8.decode(utf8.encode(jsonEncode(data)))),
    target,
  );

  compareWithJson('10,000 maps', [
    for (var i = 0; i < 10000; i++)
      {
        'id': i,
        'name': 'user number $i',
        'score': i * 1.25 + 0.1,
        'tags': ['first', 'second $i', 'third'],
      },
  ], 0.75);
  compareWithJson('a million ints', [
    for (var i = 0; i < 1000000; i++) i * 7919,
  ], 0.2);
  compareWithJson('a million doubles', [
    for (var i = 0; i < 1000000; i++) i * 0.7919,
  ], 0.2);

  final bytes = Uint8List(16 * _megabyte);
  final text = 'a' * (16 * _megabyte);
  void compareWithCopy(String name, Object? Function() run) => _compare(
    '16 MB of $name',
    run,
    'one copy of 16 MB',
    () => Uint8List.fromList(bytes),
    3,
  );
  engine.setVar('text', text);
  compareWithCopy('bytes, to a script and back', () => roundTrip(bytes));
  compareWithCopy('string, to a script', () {
    value = text;
    return engine.eval('get(); ()');
  });
  compareWithCopy('string, from a script', () => engine.eval('text'));
  engine.clearScope();

  engine
    ..registerFunction('f', (Object? x) => null)
    ..setVar('m', {'a': 1, 'b': 2.5, 'c': true});
  const calls = 10000;
  for (final what in ['m', '1']) {
    final time = _best(() => engine.eval('for i in 0..$calls { f($what); }'));
    final each = (time * 1000 / calls).round();
    print(
      'call with ${what == 'm' ? 'a map of 3 scalars' : 'an int'}: $each ns',
    );
  }
  engine.dispose();
}

/// Prints the time of each, and the ratio.
void _compare(
  String name,
  Object? Function() run,
  String baselineName,
  Object? Function() baseline,
  double target,
) {
  var best = double.infinity;
  var bestBaseline = double.infinity;
  // The two alternate; of each the best counts: the one that the machine and
  // the garbage collector disturbed least.
  for (var i = 0; i < 3; i++) {
    final time = _best(run);
    if (time < best) best = time;
    final baselineTime = _best(baseline);
    if (baselineTime < bestBaseline) bestBaseline = baselineTime;
  }
  String ms(double microseconds) => (microseconds / 1000).toStringAsFixed(1);
  final ratio = (best / bestBaseline).toStringAsFixed(2);
  print(
    '$name: ${ms(best)} ms; $baselineName: ${ms(bestBaseline)} ms; '
    'ratio $ratio (at most $target)',
  );
}

/// The shortest of several runs, in microseconds.
double _best(Object? Function() run) {
  var best = double.infinity;
  for (var i = 0; i < 5; i++) {
    final watch = Stopwatch()..start();
    run();
    final time = watch.elapsedMicroseconds.toDouble();
    if (time < best) best = time;
  }
  return best;
}
