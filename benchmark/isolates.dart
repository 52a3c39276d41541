/// Measures how long 16 scripts compute in two isolates, compared with one: the ratio of the
/// times, of the best of some rounds.
///
///     ./dartw build cli --target=benchmark/isolates.dart -o build/isolates
///     build/isolates/bundle/bin/isolates
library;

import 'dart:isolate';
import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';

const _script = 'let n = 0; for i in 0..50000 { n += i % 7; } n';
const _scripts = 16;
const _rounds = 10;

Future<void> main() async {
  final one = await _best(1);
  final two = await _best(2);
  print(
    'two isolates take ${(two / one).toStringAsFixed(2)} of the time of one',
  );
}

/// The shortest time in which [isolates] have run all scripts, in microseconds.
Future<int> _best(int isolates) async {
  var best = 1 << 62;
  for (var round = 0; round < _rounds; round++) {
    final watch = Stopwatch()..start();
    await Future.wait([
      for (var i = 0; i < isolates; i++)
        Isolate.run(() => _compute(_scripts ~/ isolates)),
    ]);
    best = min(best, watch.elapsedMicroseconds);
  }
  return best;
}

void _compute(int scripts) {
  final engine = RhaiEngine();
  for (var i = 0; i < scripts; i++) {
    engine.evalSync<int>(_script);
  }
  engine.dispose();
}
