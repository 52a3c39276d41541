/// Scripts in zones that have a time of their own, as in tests of users.
library;

import 'dart:async';
import 'dart:math';

import 'package:fake_async/fake_async.dart';
import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/futures.dart';

const _tick = Duration(milliseconds: 1);

/// The outcome of a Future, as far as it is there: its value, or its error.
final class _Outcome {
  _Outcome(Object? result) {
    (result! as Future<Object?>).then<void>(
      (value) => ended = (value, null),
      onError: (Object error) => ended = (null, error),
    );
  }

  (Object?, Object?)? ended;

  Object? get value {
    expect(ended, isNotNull, reason: 'it has not ended');
    expect(ended!.$2, isNull);
    return ended!.$1;
  }

  Object? get error => ended?.$2;
}

void main() {
  RhaiEngine engineOf([RhaiConfig config = const RhaiConfig()]) =>
      engineWith(config)
        ..registerFunction('never', never)
        ..registerFunction('later', later)
        ..registerFunction(
          'after',
          (int seconds, Object? value) =>
              Future.delayed(Duration(seconds: seconds), () => value),
        );

  Matcher isTimeout(Duration timeout, {String? function}) =>
      isA<RhaiTimeoutError>()
          .having((e) => e.timeout, 'timeout', timeout)
          .having((e) => e.functionName, 'functionName', function);

  final starts = <String, Object? Function(RhaiEngine, String)>{
    'eval': (engine, script) => engine.eval(script),
    'evalAsync': (engine, script) => engine.evalAsync(script),
  };

  starts.forEach((name, start) {
    group('in a script of $name', () {
      test('asyncTimeout is over when the time of the zone says so', () {
        fakeAsync((async) {
          const timeout = Duration(seconds: 30);
          final outcome = _Outcome(start(engineOf(), 'never()'));
          async.elapse(timeout - _tick);
          expect(outcome.ended, isNull);
          async.elapse(_tick);
          expect(outcome.error, isTimeout(timeout, function: 'never'));
          expect(async.pendingTimers, isEmpty);
        });
      });

      test('totalTimeout is over when the time of the zone says so', () {
        fakeAsync((async) {
          const timeout = Duration(minutes: 10);
          final outcome = _Outcome(start(engineOf(), 'loop { sleep(7); }'));
          async.elapse(timeout - _tick);
          expect(outcome.ended, isNull);
          async.elapse(_tick);
          expect(outcome.error, isTimeout(timeout));
          // Only that of the last sleep, which nobody can cancel.
          expect(async.pendingTimers, hasLength(1));
        });
      });

      test('each wait has the whole time', () {
        fakeAsync((async) {
          final outcome = _Outcome(
            start(engineOf(), r'''
              let log = [];
              for i in 0..3 {
                log.push(after(20, i));
                try { never() } catch (e) { log.push(e.type) }
              }
              log
            '''),
          );
          async.elapse(const Duration(seconds: 150) - _tick);
          expect(outcome.ended, isNull);
          async.elapse(_tick);
          expect(outcome.value, [0, 'timeout', 1, 'timeout', 2, 'timeout']);
          expect(async.pendingTimers, isEmpty);
        });
      });

      test('nothing is left of waits that end in time', () {
        fakeAsync((async) {
          final outcome = _Outcome(
            start(engineOf(), 'sleep(29.9); after(1, later(2))'),
          );
          async.elapse(const Duration(seconds: 31));
          expect(outcome.value, 2);
          expect(async.pendingTimers, isEmpty);
        });
      });

      test('a script that computes for long goes on', () {
        fakeAsync((async) {
          final engine = engineOf(const RhaiConfig.unlimited());
          final outcome = _Outcome(
            start(engine, 'later(1); let n = 0; while n < 400000 { n += 1 } n'),
          );
          async.elapse(Duration.zero);
          expect(outcome.value, 400000);
          expect(async.elapsed, Duration.zero);
          expect(async.pendingTimers, isEmpty);
        });
      });

      test('dispose leaves no timer', () {
        fakeAsync((async) {
          final engine = engineOf();
          final outcomes = [
            for (final script in [
              'never()',
              'sleep(5)',
              'after(1, 1); never()',
            ])
              _Outcome(start(engine, script)),
          ];
          async.elapse(const Duration(seconds: 2));
          engine.dispose();
          async.flushMicrotasks();
          for (final outcome in outcomes) {
            expect(outcome.error, isA<RhaiCancelledError>());
          }
          expect(async.pendingTimers, isEmpty);
        });
      });

      test('dispose at once leaves none either', () {
        fakeAsync((async) {
          final engine = engineOf();
          final outcome = _Outcome(start(engine, 'never()'));
          engine.dispose();
          async.flushMicrotasks();
          expect(outcome.error, isA<RhaiCancelledError>());
          expect(async.pendingTimers, isEmpty);
        });
      });
    });
  });

  test('waits that begin at different times end at different times', () {
    fakeAsync((async) {
      final engine = engineOf();
      final ends = <int>[];
      for (var i = 0; i < 20; i++) {
        unawaited(
          engine
              .evalAsync('try { never() } catch { }')
              .then((_) => ends.add(async.elapsed.inSeconds)),
        );
        async.elapse(const Duration(seconds: 1));
      }
      async.elapse(const Duration(minutes: 1));
      expect(ends, List.generate(20, (i) => 30 + i));
      expect(async.pendingTimers, isEmpty);
    });
  });

  test('waits that begin at the same time share a timer', () {
    fakeAsync((async) {
      final engine = engineOf();
      var ended = 0;
      for (var i = 0; i < 2000; i++) {
        engine
            .evalAsync('try { never() } catch { }')
            .then((_) => ended++)
            .ignore();
      }
      async.flushMicrotasks();
      // That of asyncTimeout, and that of totalTimeout.
      expect(async.pendingTimers, hasLength(2));
      async.elapse(const Duration(seconds: 30));
      expect(ended, 2000);
      expect(async.pendingTimers, isEmpty);
    });
  });

  test('in any order, every script ends, and no timer is left', () {
    const scripts = [
      'never()',
      'try { never() } catch { } after(3, 1)',
      'after(2, 1) + after(4, 2)',
      'loop { sleep(1.5); }',
      'loop { try { never() } catch { } }',
      'run("after(2, 1)")',
      'run("never()")',
      'later(1); let n = 0; while n < 100000 { n += 1 } after(1, n)',
      'throw later(1)',
      '1',
    ];
    for (var seed = 0; seed < 150; seed++) {
      fakeAsync((async) {
        final random = Random(seed);
        Duration seconds(int most) => Duration(seconds: random.nextInt(most));
        final engines = [
          for (var i = 0; i < 2; i++)
            engineOf(
              RhaiConfig(
                asyncTimeout: seconds(4) + const Duration(seconds: 1),
                totalTimeout: seconds(20) + const Duration(seconds: 5),
              ),
            ),
        ];
        for (final engine in engines) {
          engine.registerFunction('run', engine.evalAsync<Object?>);
        }
        final outcomes = <_Outcome>[];
        for (var step = 0; step < 30; step++) {
          final engine = engines[random.nextInt(2)];
          switch (random.nextInt(12)) {
            case 0 when step > 15:
              engine.dispose();
            case < 4:
              async.elapse(seconds(5));
            case 4:
              async.flushMicrotasks();
            case _ when !engine.isDisposed:
              final script = scripts[random.nextInt(scripts.length)];
              outcomes.add(_Outcome(engine.evalAsync(script)));
          }
        }
        async.elapse(const Duration(minutes: 1));
        for (final (i, outcome) in outcomes.indexed) {
          expect(outcome.ended, isNotNull, reason: 'seed $seed, script $i');
        }
        for (final engine in engines) {
          if (!engine.isDisposed) expect(engine.pendingCount, 0);
        }
        expect(async.pendingTimers, isEmpty, reason: 'seed $seed');
      });
    }
  });

  test('scripts that scripts start have the same time', () {
    fakeAsync((async) {
      final engine = engineOf();
      engine
        ..registerFunction('run', engine.evalAsync<Object?>)
        ..registerFunction('callback', (RhaiFunction f) => f.callAsync());
      final outcome = _Outcome(
        engine.evalAsync(r'''
          let log = [];
          try { run("never()") } catch (e) { log.push(e.type) }
          try { callback(|| never()) } catch (e) { log.push(e.type) }
          log
        '''),
      );
      async.elapse(const Duration(seconds: 60));
      expect(outcome.value, hasLength(2));
      expect(async.pendingTimers, isEmpty);
    });
  });

  test('zones in the zone have its time', () {
    fakeAsync((async) {
      final engine = engineOf();
      final outcome = runZoned(
        () => _Outcome(engine.evalAsync('never()')),
        zoneValues: {#user: 'Ann'},
      );
      async.elapse(const Duration(seconds: 30));
      expect(outcome.error, isA<RhaiTimeoutError>());
    });
  });

  test('an analysis goes on, too', () {
    fakeAsync((async) {
      final engine = engineOf();
      final script = [
        for (var i = 0; i < 3000; i++) 'fn f$i(x) { let y = x + $i; y * 2 }',
      ].join('\n');
      final outcome = _Outcome(engine.analyzeAsync(script));
      async.elapse(Duration.zero);
      expect(outcome.value, isA<AnalysisResult>());
    });
  });

  test(
    'one engine serves zones with and without a time of their own',
    () async {
      final engine = engineOf(
        const RhaiConfig(asyncTimeout: Duration(milliseconds: 20)),
      );
      final real = engine.evalAsync(
        'try { never() } catch (e) { return e.type; }',
      );
      final fake = FakeAsync();
      final outcome = fake.run((_) => _Outcome(engine.evalAsync('never()')));
      expect(await real, 'timeout');
      fake.elapse(const Duration(milliseconds: 19));
      expect(outcome.ended, isNull);
      fake.elapse(_tick);
      expect(outcome.error, isA<RhaiTimeoutError>());
    },
  );

  test('zones with the time of the system share a timer', () async {
    final engine = engineOf(
      const RhaiConfig(asyncTimeout: Duration(minutes: 5)),
    );
    final gate = Completer<int>();
    engine.registerFunction('wait', () => gate.future);
    final timers = <Timer>[];
    Future<dynamic> evalInZone() => runZoned(
      () => engine.evalAsync('wait()'),
      zoneSpecification: ZoneSpecification(
        createTimer: (self, parent, zone, duration, callback) {
          final timer = parent.createTimer(zone, duration, callback);
          timers.add(timer);
          return timer;
        },
      ),
    );
    final results = [for (var i = 0; i < 100; i++) evalInZone()];
    await later(null);
    expect(engine.pendingCount, 100);
    expect(timers, isNotEmpty, reason: 'each zone was asked');
    expect(timers.where((timer) => timer.isActive), isEmpty);
    gate.complete(1);
    expect(await Future.wait(results), everyElement(1));
  });

  test('scripts of a zone cost no timer each', () async {
    final engine = engineOf(
      const RhaiConfig(asyncTimeout: Duration(minutes: 5)),
    );
    final gate = Completer<int>();
    engine.registerFunction('wait', () => gate.future);
    var timers = 0;
    final results = runZoned(
      () => [for (var i = 0; i < 20000; i++) engine.evalAsync('wait()')],
      zoneSpecification: ZoneSpecification(
        createTimer: (self, parent, zone, duration, callback) {
          timers++;
          return parent.createTimer(zone, duration, callback);
        },
      ),
    );
    await later(null);
    expect(engine.pendingCount, 20000);
    expect(timers, 1, reason: 'one that found out which timers it makes');
    gate.complete(1);
    expect(await Future.wait(results), everyElement(1));
  });

  test('a zone that refuses timers fails the script, and no other', () async {
    const config = RhaiConfig(maxOperations: 0);
    final engine = engineOf(config);
    final other = engineOf(config.copyWith(totalTimeout: Duration.zero));
    for (final engine in [engine, other]) {
      for (final script in ['never()', 'loop { }']) {
        await expectLater(
          runZoned(
            () => engine.evalAsync(script),
            zoneSpecification: ZoneSpecification(
              createTimer: (self, parent, zone, duration, callback) =>
                  throw UnsupportedError('no timers here'),
            ),
          ),
          throwsUnsupportedError,
        );
        expect(engine.pendingCount, 0);
      }
      expect(await engine.evalAsync('later(2)'), 2);
    }
  });

  test('a zone may use the engine while it makes a timer', () async {
    for (final use in <Object? Function(RhaiEngine)>[
      (engine) => engine.eval('[1, 2].map(|x| x)'),
      (engine) => engine.evalAsync('later(5)').ignore(),
      (engine) => engine.dispose(),
    ]) {
      final engine = engineOf();
      var isUsing = false;
      final result = runZoned(
        () => engine.evalAsync('later(1) + later(2)'),
        zoneSpecification: ZoneSpecification(
          createTimer: (self, parent, zone, duration, callback) {
            if (!isUsing) {
              isUsing = true;
              use(engine);
            }
            return parent.createTimer(zone, duration, callback);
          },
        ),
      );
      Object? outcome;
      try {
        outcome = await result;
      } on RhaiCancelledError catch (error) {
        outcome = error;
      }
      expect(outcome, engine.isDisposed ? isA<RhaiCancelledError>() : 3);
    }
  });
}
