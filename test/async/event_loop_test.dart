/// A script that computes for long lets the event loop and other scripts run.
library;

import 'dart:async';
import 'dart:io' show sleep;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() {
    engine = RhaiEngine.withConfig(
      RhaiConfig(maxOperations: 0, timeout: Duration.zero),
    );
  });
  tearDown(() => engine.dispose());

  // These scripts end only if something else runs meanwhile.
  const untilStopped = 'while !is_stopped() { for i in 0..100 { } }';

  for (final (name, script) in [
    ('from its start', untilStopped),
    ('and calls Futures that are complete', 'while !is_stopped() { ready() }'),
    ('and calls slow functions', 'while !is_stopped() { busy() }'),
    ('after a wait', 'later(1); $untilStopped'),
    ('in a closure', '[1].for_each(|| { $untilStopped })'),
    ('in a function', 'fn f() { $untilStopped } f()'),
  ]) {
    test('timers run while a script computes $name', () async {
      var stopped = false;
      engine
        ..registerFunction('later', later)
        ..registerFunction('ready', () => Future<void>.value())
        ..registerFunction('busy', () => sleep(const Duration(milliseconds: 2)))
        ..registerFunction('is_stopped', () => stopped);
      Timer(const Duration(milliseconds: 20), () => stopped = true);
      await engine.evalAsync(script);
      expect(stopped, isTrue);
    });
  }

  test('after its first wait also a script that eval runs', () async {
    var stopped = false;
    engine
      ..registerFunction('later', later)
      ..registerFunction('is_stopped', () => stopped);
    Timer(const Duration(milliseconds: 20), () => stopped = true);
    await engine.eval('later(1); $untilStopped');
    expect(stopped, isTrue);
  });

  test('a script that eval runs returns its value, however long', () {
    expect(
      engine.eval('let x = 0; for i in 0..1000000 { x += 1; } x'),
      1000000,
    );
  });

  test('scripts that compute take turns', () async {
    // Each stops the other, after having been seen by it.
    final turns = {'a': 0, 'b': 0};
    engine.registerFunction('turn', (String own, String other) {
      turns[own] = turns[own]! + 1;
      return turns[other]! > 0;
    });
    String script(String own, String other) =>
        'while !turn("$own", "$other") { for i in 0..100 { } } "$own"';
    final results = Future.wait([
      engine.evalAsync(script('a', 'b')),
      engine.evalAsync(script('b', 'a')),
    ]);
    expect(await results, ['a', 'b']);
  });

  test('scripts that wait go on while another computes', () async {
    var done = 0;
    engine
      ..registerFunction('later', later)
      ..registerFunction('is_stopped', () => done == 10);
    final computing = engine.evalAsync(untilStopped);
    final waiting = [
      for (var i = 0; i < 10; i++)
        engine
            .evalAsync('for i in 0..10 { later(i) } $i')
            .whenComplete(() => done++),
    ];
    expect(await Future.wait(waiting), [for (var i = 0; i < 10; i++) i]);
    await computing;
  });

  test('disposing the engine ends a script that computes', () async {
    final result = engine.evalAsync('loop { }');
    final cancelled = expectLater(result, throwsCancelled);
    await later(null);
    engine.dispose();
    await cancelled;
  });
}
