/// Scripts leave nothing behind, in whichever way they end.
library;

import 'dart:async';
import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import '../support/garbage.dart';

/// Ways for a script to end, with the engine that it runs in.
final _fates = <String, Future<void> Function(RhaiEngine)>{
  'with a value': (engine) async => engine.eval('let x = [1, "a"]; x'),
  'with an error': (engine) => _fails(() => engine.eval('throw [1, "a"]')),
  'with an error of a Dart function': (engine) =>
      _fails(() => engine.eval('fail()')),
  'after a wait': (engine) => engine.evalAsync('later([1, "a"])'),
  'after a wait that failed': (engine) =>
      _fails(() => engine.evalAsync('fail_later()')),
  'after a caught timeout': (engine) =>
      engine.evalAsync('try { never() } catch { } 1'),
  'after a timeout': (engine) => _fails(() => engine.evalAsync('never()')),
  'with a closure that holds itself': (engine) async =>
      engine.eval('let m = #{}; let f = || m; m.f = f; 1'),
};

RhaiEngine _newEngine() =>
    RhaiEngine.withConfig(
        RhaiConfig(asyncTimeout: const Duration(milliseconds: 1)),
      )
      ..registerFunction('later', later)
      ..registerFunction('never', never)
      ..registerFunction('fail', () => throw StateError('failed'))
      ..registerFunction('fail_later', () => later(1).then((_) => throw 'bad'));

Future<void> _fails(FutureOr<dynamic> Function() run) async {
  try {
    await run();
  } on RhaiException {
    return;
  }
  fail('no error');
}

/// Lets [count] scripts run and end, a thousand at once.
Future<void> _runMany(
  int count,
  RhaiEngine engine,
  Future<void> Function(RhaiEngine) run,
) async {
  for (var done = 0; done < count; done += 1000) {
    await Future.wait([for (var i = 0; i < 1000; i++) run(engine)]);
  }
}

/// Disposes engines while a thousand scripts wait in each.
Future<void> _disposeMany(int count) async {
  for (var done = 0; done < count; done += 1000) {
    final engine = RhaiEngine.withDefaults()..registerFunction('never', never);
    final ends = [
      for (var i = 0; i < 1000; i++) _fails(() => engine.evalAsync('never()')),
    ];
    // Until they count as slow, with a timer.
    await later(null);
    engine.dispose();
    await Future.wait(ends);
  }
}

/// Bytes that 100,000 scripts may add to the resident memory. That is less than half a
/// kilobyte each: Dart's own heap grows and shrinks by tens of megabytes.
const _noise = 48 << 20;

Future<void> _expectFlat(Future<void> Function(int count) run) async {
  await run(20000);
  final before = ProcessInfo.currentRss;
  await run(100000);
  expect(ProcessInfo.currentRss - before, lessThan(_noise));
}

void main() {
  _fates.forEach((name, run) {
    test('100,000 scripts that end $name leave no memory', () async {
      final engine = _newEngine();
      await _expectFlat((count) => _runMany(count, engine, run));
      expect(engine.pendingCount, 0);
      engine.dispose();
    });
  });

  test('100,000 scripts that are cancelled leave no memory', () async {
    await _expectFlat(_disposeMany);
  });

  test('a disposed engine keeps nothing of what it was given', () async {
    final (engine, captured) = _engineWithCaptured();
    await untilCollected(_ends(engine));
    engine.dispose();
    expect(engine.pendingCount, 0);
    await makeGarbageUntil(() => captured.target == null);
    expect(captured.target, isNull);
  });

  test('a script that has ended keeps nothing that its calls made', () async {
    final engine = _newEngine();
    final made = <WeakReference<Object>>[];
    T note<T extends Object>(T object) {
      made.add(WeakReference(object));
      return object;
    }

    engine
      ..registerFunction('value', () => note([1]))
      ..registerFunction('future', () => note(later(note([2]))))
      ..registerFunction('slow', () => note(Completer<void>().future))
      ..registerFunction('error', () => throw note(StateError('bad')));
    await engine.evalAsync('value(); future(); try { slow() } catch { }');
    await _fails(() => engine.eval('error()'));
    await makeGarbageUntil(() => made.every((object) => object.target == null));
    expect(made, hasLength(5));
    expect(made.where((object) => object.target != null), isEmpty);
    engine.dispose();
  });
}

/// An engine whose function captured an object, of which a reference remains.
(RhaiEngine, WeakReference<Object>) _engineWithCaptured() {
  final captured = [1, 2, 3];
  final engine = _newEngine()
    ..registerFunction('captured', () => captured)
    ..registerFunction('captured_later', () => later(captured));
  return (engine, WeakReference(captured));
}

/// Scripts of [engine] that end in different ways.
Future<void> _ends(RhaiEngine engine) => Future.wait([
  engine.evalAsync('captured(); captured_later()'),
  _fails(() => engine.evalAsync('captured(); fail()')),
  _fails(() => engine.evalAsync('captured(); never()')),
]);
