/// The limit on how long a script takes with all its waiting.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/futures.dart';

void main() {
  RhaiEngine engineThatWaits(Duration totalTimeout, {Duration? asyncTimeout}) {
    final engine = engineWith(
      const RhaiConfig().copyWith(
        totalTimeout: totalTimeout,
        asyncTimeout: asyncTimeout,
      ),
    );
    engine
      ..registerFunction('never', never)
      ..registerFunction('later', later);
    return engine;
  }

  Matcher isTimeout(Duration timeout) => throwsA(
    isA<RhaiTimeoutError>()
        .having((e) => e.timeout, 'timeout', timeout)
        .having((e) => e.functionName, 'functionName', isNull)
        .having((e) => e.message, 'message', contains('in all')),
  );

  const short = Duration(milliseconds: 60);

  for (final script in [
    'never()',
    'loop { sleep(0.001); }',
    'loop { try { never() } catch { } }',
    '[1].map(|x| never())',
    'loop { try { loop { sleep(0.001); } } catch { } }',
    'fn f() { sleep(0.01); f() } f()',
  ]) {
    test('a script cannot wait longer: $script', () async {
      final engine = engineThatWaits(short);
      await expectLater(engine.evalAsync(script), isTimeout(short));
      expect(engine.pendingCount, 0);
      expect(await engine.evalAsync('later(42)'), 42);
    });
  }

  test(
    'a script that computes counts, if it lets the event loop run',
    () async {
      final engine = engineWith(
        RhaiConfig.unlimited().copyWith(totalTimeout: short),
      );
      await expectLater(engine.evalAsync('loop { }'), isTimeout(short));
      expect(engine.eval('40 + 2'), 42);
    },
  );

  test('many scripts are each stopped in time', () async {
    final engine = engineThatWaits(short);
    final results = [
      for (var i = 0; i < 100; i++)
        engine.evalAsync('loop { sleep(0.00$i); later(1); }'),
    ];
    await Future.wait([
      for (final result in results) expectLater(result, isTimeout(short)),
    ]);
    expect(engine.pendingCount, 0);
  });

  test('it does not concern those that end before', () async {
    final engine = engineThatWaits(const Duration(seconds: 60));
    expect(await engine.evalAsync('sleep(0.01); later(1) + later(2)'), 3);
  });

  test('the timeout of one call may come first, and be caught', () async {
    final engine = engineThatWaits(
      const Duration(seconds: 60),
      asyncTimeout: const Duration(milliseconds: 20),
    );
    expect(
      await engine.evalAsync('try { never() } catch (e) { return e.type; }'),
      'timeout',
    );
  });

  test('what completes afterwards is ignored', () async {
    final engine = engineThatWaits(short);
    final late = Completer<int>();
    engine.registerFunction('late', () => late.future);
    await expectLater(engine.evalAsync('late()'), isTimeout(short));
    late.complete(1);
    await later(null);
    expect(engine.eval('1 + 1'), 2);
  });

  test('of zero is no limit', () async {
    final engine = engineThatWaits(Duration.zero);
    expect(await engine.evalAsync('sleep(0.1); 1'), 1);
  });

  test('nothing keeps the program alive when the scripts have ended', () async {
    final engine = engineThatWaits(const Duration(days: 1));
    expect(await engine.evalAsync('later(1)'), 1);
    // Timers are per zone: none is left in this one.
    var timers = 0;
    await runZoned(
      () => engine.evalAsync('sleep(0); later(1)'),
      zoneSpecification: ZoneSpecification(
        createTimer: (self, parent, zone, duration, callback) {
          if (duration.inHours > 1) timers++;
          return parent.createTimer(zone, duration, callback);
        },
      ),
    );
    expect(timers, 0);
  });
}
