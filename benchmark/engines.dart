/// Measures what an engine with 50 functions costs, and a fork of one: the time to make it, run
/// one script and dispose it, and the memory of one that has run a script.
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
    '                        made and run   made, run and disposed   bytes',
  );
  for (final MapEntry(key: name, value: make) in kinds.entries) {
    // Once more at first, for what is set up once.
    _measure(make, 100);
    final (:made, :all, :bytes) = _measure(
      make,
      name.contains('fork') && !name.contains('registers') ? 10000 : 1000,
    );
    print(
      '${name.padRight(24)}${_micros(made)}${_micros(all).padLeft(25)}'
      '${'${bytes ~/ 1}'.padLeft(8)}',
    );
  }
}

RhaiEngine _newEngine() {
  final engine = RhaiEngine();
  for (var i = 0; i < 50; i++) {
    engine.registerFunction('add_$i', (int a, int b) => a + b);
  }
  return engine;
}

({double made, double all, double bytes}) _measure(
  RhaiEngine Function() make,
  int count,
) {
  final engines = <RhaiEngine>[];
  final rss = ProcessInfo.currentRss;
  final watch = Stopwatch()..start();
  for (var i = 0; i < count; i++) {
    engines.add(_run(make()));
  }
  final made = watch.elapsedMicroseconds / count;
  final bytes = (ProcessInfo.currentRss - rss) / count;
  watch.reset();
  for (final engine in engines) {
    engine.dispose();
  }
  final disposed = watch.elapsedMicroseconds / count;
  return (made: made, all: made + disposed, bytes: bytes);
}

RhaiEngine _run(RhaiEngine engine) {
  if (engine.eval(_script) != 65) throw StateError('a wrong result');
  return engine;
}

String _micros(double micros) => '${micros.toStringAsFixed(1)} us'.padLeft(12);
