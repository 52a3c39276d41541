/// Very many scripts that wait at once.
library;

import 'dart:async';
import 'dart:isolate';
import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

/// Starts scripts that wait, on [engines] in turn, and lets them go on in random order.
/// Returns whether every result is right.
Future<bool> _run({required int engines, required int scripts}) async {
  final waiting = <(Completer<int>, int)>[];
  final made = [
    for (var e = 0; e < engines; e++)
      RhaiEngine.withDefaults()
        ..setConstant('ENGINE', e)
        ..registerFunction('wait', (int i) {
          final completer = Completer<int>();
          waiting.add((completer, i));
          return completer.future;
        }),
  ];
  final results = [
    for (var i = 0; i < scripts; i++)
      made[i % engines].evalAsync(
        'let own = wait($i); [ENGINE, own, wait(own + 1)]',
      ),
  ];
  var pending = 0;
  for (final engine in made) {
    pending += engine.pendingCount;
  }
  if (pending != scripts) return false;
  var ended = 0;
  for (final result in results) {
    result.whenComplete(() => ended++).ignore();
  }
  final random = Random(scripts);
  while (ended < scripts) {
    final batch = [...waiting]..shuffle(random);
    waiting.clear();
    for (final (completer, i) in batch) {
      completer.complete(i);
    }
    await Future<void>.delayed(Duration.zero);
  }
  final values = await Future.wait(results);
  for (final engine in made) {
    if (engine.pendingCount != 0) return false;
    engine.dispose();
  }
  for (var i = 0; i < scripts; i++) {
    final [engine, own, next] = values[i] as List<dynamic>;
    if (engine != i % engines || own != i || next != i + 1) return false;
  }
  return true;
}

void main() {
  test('10,000 scripts wait at once on one engine', () async {
    expect(await _run(engines: 1, scripts: 10000), isTrue);
  });

  test('100 engines have 100 waiting scripts each', () async {
    expect(await _run(engines: 100, scripts: 10000), isTrue);
  });

  test('8 isolates have 1,000 waiting scripts each', () async {
    final results = [
      for (var i = 0; i < 8; i++)
        Isolate.run(() => _run(engines: 2, scripts: 1000)),
    ];
    expect(await Future.wait(results), everyElement(isTrue));
  });
}
