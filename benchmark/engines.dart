/// Measures what an engine with 50 functions costs, and a fork of one: the time to make it, and
/// to run one script and dispose it, one after the other; and the memory of each of many that
/// are there at once and have run a script.
///
///     ./dartw build cli --target=benchmark/engines.dart -o build/engines
///     build/engines/bundle/bin/engines
library;

import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';

const _script = 'let sum = 0; for i in 0..10 { sum += add_3(i, 2) } sum';

void main() {
  final original = _newEngine();
  final kinds = {
    'a new engine': _newEngine,
    'a fork': () => original.fork(),
    'a fork with limits': () =>
        original.fork(config: const RhaiConfig(maxOperations: 5000000)),
    'a fork that registers': () =>
        original.fork()..registerFunction('more', (int n) => n),
  };
  print(
    '                                made   made, run and disposed   bytes',
  );
  // All stay until the end, as the next ones would take the place of those that are gone.
  final kept = <RhaiEngine>[];
  for (final MapEntry(key: name, value: make) in kinds.entries) {
    final count = name.startsWith('a fork') ? 3000 : 1000;
    final bytes = _measureMemory(make, count, kept);
    final (:made, :all) = _measureTime(make, count);
    print(
      '${name.padRight(24)}${_micros(made)}${_micros(all).padLeft(25)}'
      '${'${bytes ~/ 1}'.padLeft(8)}',
    );
  }
  for (final engine in kept) {
    engine.dispose();
  }
}

RhaiEngine _newEngine() {
  final engine = RhaiEngine();
  for (var i = 0; i < 50; i++) {
    engine.registerFunction('add_$i', (int a, int b) => a + b);
  }
  return engine;
}

/// The bytes of each of [count] engines, which are [kept].
double _measureMemory(
  RhaiEngine Function() make,
  int count,
  List<RhaiEngine> kept,
) {
  final rss = ProcessInfo.currentRss;
  for (var i = 0; i < count; i++) {
    kept.add(_run(make()));
  }
  return (ProcessInfo.currentRss - rss) / count;
}

({double made, double all}) _measureTime(
  RhaiEngine Function() make,
  int count,
) {
  final making = Stopwatch();
  final watch = Stopwatch()..start();
  for (var i = 0; i < count; i++) {
    making.start();
    final engine = make();
    making.stop();
    _run(engine).dispose();
  }
  return (
    made: making.elapsedMicroseconds / count,
    all: watch.elapsedMicroseconds / count,
  );
}

RhaiEngine _run(RhaiEngine engine) {
  if (engine.eval(_script) != 65) throw StateError('a wrong result');
  return engine;
}

String _micros(double micros) => '${micros.toStringAsFixed(1)} us'.padLeft(12);
