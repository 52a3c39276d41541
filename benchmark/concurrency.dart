/// Measures 1,000 to 100,000 scripts that wait at once: the memory of each, and the
/// time to start and to finish it.
///
///     ./dartw build cli --target=benchmark/concurrency.dart -o build/concurrency
///     build/concurrency/bundle/bin/concurrency
library;

import 'dart:async';
import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  print('scripts waiting   bytes each   start one   finish one   together');
  // Once more at first, for what is set up once.
  for (final count in [1000, 1000, 10000, 30000, 100000]) {
    await _measure(count);
  }
}

Future<void> _measure(int count) async {
  final engine = RhaiEngine.withDefaults();
  final waiting = <Completer<int>>[];
  engine.registerFunction('wait', () {
    final completer = Completer<int>();
    waiting.add(completer);
    return completer.future;
  });
  final results = <Future<dynamic>>[];
  final rss = ProcessInfo.currentRss;
  final watch = Stopwatch()..start();
  for (var i = 0; i < count; i++) {
    results.add(engine.evalAsync('wait() + 1'));
  }
  // Until the waits count as slow, with a deadline and a finalizer each.
  await Future<void>.delayed(Duration.zero);
  final start = watch.elapsedMicroseconds / count;
  final bytes = (ProcessInfo.currentRss - rss) / count;

  watch.reset();
  for (var i = 0; i < count; i++) {
    waiting[i].complete(i);
  }
  var sum = 0;
  for (final result in results) {
    sum += await result as int;
  }
  final finish = watch.elapsedMicroseconds / count;
  if (sum != count * (count + 1) ~/ 2) throw StateError('wrong results: $sum');
  engine.dispose();
  print(
    '${'$count'.padLeft(15)}${bytes.toStringAsFixed(0).padLeft(13)}'
    '${_micros(start)}${_micros(finish).padLeft(13)}${_micros(start + finish)}',
  );
}

String _micros(double micros) => '${micros.toStringAsFixed(1).padLeft(9)} us';
