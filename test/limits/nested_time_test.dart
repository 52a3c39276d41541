/// Scripts that run for another one: they count for its limits, which also end them.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/endless_scripts.dart';
import '../support/engines.dart';
import '../support/futures.dart';
import '../support/matchers.dart';

void main() {
  RhaiEngine timedEngine({
    Duration timeout = Duration.zero,
    Duration totalTimeout = Duration.zero,
  }) {
    final engine = engineWith(
      RhaiConfig.unlimited().copyWith(
        timeout: timeout,
        totalTimeout: totalTimeout,
      ),
    );
    return engine;
  }

  const limit = Duration(milliseconds: 200);
  const endless = 'loop { }';

  // Each runs `script` for the script that calls it, and waits for it.
  final ways = <String, Object? Function(RhaiEngine, String)>{
    'eval': (engine, script) => engine.eval(script),
    'eval after a microtask': (engine, script) async {
      await null;
      return engine.eval(script);
    },
    'evalAsync': (engine, script) => engine.evalAsync(script),
    'evalAsync after a wait': (engine, script) async {
      await later(null);
      return engine.evalAsync(script);
    },
    'evalAsync in a zone of its own': (engine, script) async {
      await later(null);
      return runZoned(() => engine.evalAsync(script), zoneValues: {#a: 1});
    },
    'call': (engine, script) {
      final f = engine.eval('|| { $script }') as RhaiFunction;
      return f() as Object?;
    },
    'callAsync after a wait': (engine, script) async {
      await later(null);
      final f = engine.eval('|| { $script }') as RhaiFunction;
      return f.callAsync();
    },
  };

  for (final MapEntry(key: name, value: way) in ways.entries) {
    test('the limits of a script bound what runs for it: $name', () async {
      // The inner engine has no limits.
      for (final (:outer, :errors) in [
        (
          outer: timedEngine(timeout: const Duration(milliseconds: 200)),
          errors: <Object>[],
        ),
        (outer: timedEngine(totalTimeout: limit), errors: <Object>[]),
      ]) {
        final inner = timedEngine();
        final watch = Stopwatch()..start();
        outer.registerFunction('run', () async {
          try {
            return await Future.value(way(inner, endless));
          } on RhaiException catch (error) {
            errors.add(error);
            rethrow;
          }
        });
        await expectLater(
          outer.evalAsync('loop { try { run() } catch { } }'),
          throwsTimeout(limit),
        );
        expect(watch.elapsed, lessThan(limit * 2));
        // The inner one may still be told.
        await later(null);
        for (final error in errors) {
          expect(
            error,
            isA<RhaiTimeoutError>().having((e) => e.timeout, 'timeout', limit),
          );
        }
      }
    });
  }

  test('analyze is bound by the limits of the script that waits', () async {
    final engine = timedEngine(timeout: const Duration(milliseconds: 100));
    final inner = timedEngine();
    final huge = List.filled(40, largeScript.replaceAll('fn f', 'fn g')).join();
    engine.registerFunction('analyze', () {
      inner.analyze(huge);
    });
    final watch = Stopwatch()..start();
    await expectLater(
      engine.evalAsync('loop { try { analyze() } catch { } }'),
      throwsTimeout(const Duration(milliseconds: 100)),
    );
    expect(watch.elapsedMilliseconds, lessThan(200));
  });

  test('the limit that was broken is the one that the error has', () async {
    final outer = timedEngine(timeout: const Duration(milliseconds: 5000));
    final inner = timedEngine(timeout: const Duration(milliseconds: 50));
    Object? caught;
    outer.registerFunction('run', () async {
      try {
        await inner.evalAsync(endless);
      } on RhaiException catch (error) {
        caught = error;
      }
      return 1;
    });
    expect(await outer.evalAsync('run()'), 1);
    expect(
      caught,
      isA<RhaiTimeoutError>().having(
        (e) => e.timeout,
        'timeout',
        const Duration(milliseconds: 50),
      ),
    );
  });

  test('what runs for a script counts as its running time', () async {
    final outer = timedEngine(timeout: const Duration(milliseconds: 200));
    final inner = timedEngine();
    var runs = 0;
    outer.registerFunction('run', () async {
      await later(null);
      runs++;
      final watch = Stopwatch()..start();
      await inner.evalAsync('for i in 0..9999999 { if is_enough() { break } }');
      return watch.elapsedMilliseconds;
    });
    final watch = Stopwatch();
    inner.registerFunction('is_enough', () {
      if (!watch.isRunning) watch.start();
      if (watch.elapsedMilliseconds < 20) return false;
      watch
        ..stop()
        ..reset();
      return true;
    });
    await expectLater(
      outer.evalAsync('loop { run() }'),
      throwsTimeout(const Duration(milliseconds: 200)),
    );
    expect(runs, inInclusiveRange(2, 20));
  });

  test('waiting for a script that waits does not count', () async {
    final outer = timedEngine(timeout: const Duration(milliseconds: 200));
    final inner = timedEngine();
    outer.registerFunction('run', () => inner.evalAsync('sleep(0.4); 42'));
    expect(await outer.evalAsync('run()'), 42);
  });

  test('a script that has ended bounds nothing that it left behind', () async {
    final outer = timedEngine(
      timeout: const Duration(milliseconds: 100),
      totalTimeout: const Duration(milliseconds: 100),
    );
    final inner = timedEngine();
    Future<Object?>? left;
    outer.registerFunction('leave', () {
      left = later(null).then((_) async {
        final watch = Stopwatch()..start();
        inner.registerFunction(
          'is_enough',
          () => watch.elapsedMilliseconds > 300,
        );
        return inner.evalAsync('while !is_enough() { } 42');
      });
    });
    expect(await outer.evalAsync('leave(); 1'), 1);
    expect(await left, 42);
  });

  test('scripts that start each other do not pile up', () async {
    final engine = timedEngine(totalTimeout: const Duration(milliseconds: 200));
    final done = Completer<void>();
    var count = 0;
    // Each is over when the next one starts.
    engine.registerFunction('again', () {
      Timer(Duration.zero, () {
        if (++count == 1000) return done.complete();
        engine.evalAsync('again(); 1').ignore();
      });
    });
    await engine.evalAsync('again(); 1');
    await done.future;
    expect(count, 1000);
  });

  test('the outer script may be of an engine that was disposed', () async {
    final outer = timedEngine(timeout: const Duration(milliseconds: 100));
    final inner = timedEngine();
    final result = Completer<Object?>();
    outer.registerFunction('run', () async {
      await later(null);
      outer.dispose();
      result.complete(inner.evalAsync('for i in 0..1000000 { } 42'));
    });
    await expectLater(outer.evalAsync('run()'), throwsCancelled);
    expect(await result.future, 42);
  });

  group('callAsync', () {
    test('returns a Future of the value', () async {
      final engine = timedEngine();
      final f = engine.eval('|a, b| a + b') as RhaiFunction;
      final result = f.callAsync(40, 2);
      expect(result, isA<Future<dynamic>>());
      expect(await result, 42);
    });

    test('completes with errors', () async {
      final engine = timedEngine();
      final f = engine.eval('|| throw "no"') as RhaiFunction;
      await expectLater(f.callAsync(), throwsA(isA<RhaiRuntimeError>()));
      await expectLater(f.callAsync(1), throwsA(isA<RhaiRuntimeError>()));
    });

    test('throws when the function was disposed', () {
      final engine = timedEngine();
      final f = (engine.eval('|| 1') as RhaiFunction)..dispose();
      expect(f.callAsync, throwsStateError);
    });
  });

  group('analyzeAsync', () {
    test('says what analyze says', () async {
      final engine = timedEngine();
      for (final script in ['let x = 1;', 'let', largeScript]) {
        final expected = engine.analyze(script);
        final result = await engine.analyzeAsync(script);
        expect(result.isValid, expected.isValid);
        expect('${result.warnings}', '${expected.warnings}');
        expect('${result.functions}', '${expected.functions}');
      }
    });

    test('completes with a broken limit', () async {
      final engine = timedEngine(timeout: const Duration(milliseconds: 2));
      final huge = List.filled(20, largeScript).join('\n');
      await expectLater(
        engine.analyzeAsync(huge),
        throwsTimeout(const Duration(milliseconds: 2)),
      );
    });

    test(
      'of several scripts at once, and of type_of, is not mixed up',
      () async {
        final engine = timedEngine();
        final script = [
          for (var i = 0; i < 5000; i++) 'let x$i = type_of($i); fn f$i() { }',
        ].join('\n');
        final results = await Future.wait([
          for (var i = 0; i < 5; i++) engine.analyzeAsync('$script\n// $i'),
        ]);
        for (final result in results) {
          expect(result.syntaxErrors, isEmpty);
          expect(result.functions, hasLength(5000));
        }
      },
    );

    test('throws when the engine was disposed', () {
      final engine = timedEngine()..dispose();
      expect(() => engine.analyzeAsync('1'), throwsStateError);
    });
  });
}
