/// No script freezes the event loop, and both limits of time end every script.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/endless_scripts.dart';

/// The longest gap between two ticks that there may be.
const _longestGap = Duration(milliseconds: 10);

/// Measurements of a gap before it counts: the machine may be busy.
const _attempts = 10;

const _limit = Duration(milliseconds: 300);

RhaiEngine _engineWith({
  required Duration timeout,
  required Duration totalTimeout,
}) {
  final config = RhaiConfig.unlimited().copyWith(
    timeout: timeout,
    totalTimeout: totalTimeout,
    maxStackDepth: 100,
    onPrint: (_) {},
    onDebug: (_, _) {},
  );
  final engine = RhaiEngine.withConfig(config);
  final other = RhaiEngine.withConfig(RhaiConfig.unlimited());
  registerFunctions(engine, other);
  addTearDown(engine.dispose);
  addTearDown(other.dispose);
  return engine;
}

/// The longest gap between the ticks of a timer of 1 ms while what [start] starts runs,
/// in that many [copies].
Future<Duration> _longestGapOf(void Function() start, int copies) async {
  final watch = Stopwatch()..start();
  final done = Completer<void>();
  var longest = Duration.zero;
  late Duration last;
  var ticks = 0;
  final timer = Timer.periodic(const Duration(milliseconds: 1), (_) {
    final now = watch.elapsed;
    if (ticks++ > 0 && now - last > longest) longest = now - last;
    last = now;
    if (ticks <= copies) start();
    if (ticks > copies &&
        now > const Duration(milliseconds: 150) &&
        !done.isCompleted) {
      done.complete();
    }
  });
  await done.future;
  timer.cancel();
  return longest;
}

/// The longest gap that there is when Dart itself computes for 1 ms in each turn.
Future<Duration> _gapOfTheMachine() async {
  var best = const Duration(days: 1);
  for (var i = 0; i < _attempts; i++) {
    Timer? timer;
    void turn() {
      busy(1);
      timer = Timer(Duration.zero, turn);
    }

    final gap = await _longestGapOf(turn, 1);
    timer?.cancel();
    if (gap < best) best = gap;
  }
  return best;
}

void main() {
  group('timers tick while a script', () {
    for (final endless in endlessScripts.where((script) => !script.holds)) {
      test(endless.name, () async {
        var best = const Duration(days: 1);
        for (var i = 0; i < _attempts && best > _longestGap; i++) {
          final engine = _engineWith(
            timeout: const Duration(milliseconds: 10000),
            totalTimeout: const Duration(seconds: 10),
          );
          final gap = await _longestGapOf(
            () => engine.evalAsync(endless.script).ignore(),
            endless.copies,
          );
          engine.dispose();
          if (gap < best) best = gap;
        }
        if (best > _longestGap) {
          // Is it the machine?
          expect(best, lessThanOrEqualTo(await _gapOfTheMachine()));
        }
      });
    }
  });

  // In queues of any length, and at any place in them.
  for (final (before, after) in [(1, 0), (0, 1), (2, 1), (3, 4)]) {
    test(
      'a script gets on after $before and before $after others whose microtasks '
      'use up each turn',
      () async {
        final engine = _engineWith(
          timeout: Duration.zero,
          totalTimeout: const Duration(seconds: 20),
        );
        void start(int count) {
          for (var i = 0; i < count; i++) {
            engine.evalAsync('loop { micro(1) }').ignore();
          }
        }

        start(before);
        final result = engine.evalAsync(
          'let x = 0; for i in 0..100000 { x += 1 } x',
        );
        start(after);
        expect(await result, 100000);
      },
    );
  }

  Future<void> expectEndsInTime(Endless endless, RhaiEngine engine) async {
    final watch = Stopwatch()..start();
    await Future.wait([
      for (var i = 0; i < endless.copies; i++)
        expectLater(
          engine.evalAsync(endless.script),
          throwsA(
            isA<RhaiTimeoutError>()
                .having((e) => e.timeout, 'timeout', _limit)
                .having((e) => e.functionName, 'functionName', isNull),
          ),
        ),
    ]);
    expect(watch.elapsed, lessThan(_limit * 2));
  }

  group('totalTimeout ends a script that', () {
    for (final endless in endlessScripts) {
      test(endless.name, () async {
        final engine = _engineWith(
          timeout: Duration.zero,
          totalTimeout: _limit,
        );
        await expectEndsInTime(endless, engine);
        expect(engine.pendingCount, 0);
      });
    }
  });

  group('timeout ends a script that', () {
    final running = endlessScripts.where(
      (script) => !script.waits && script.copies == 1,
    );
    for (final endless in running) {
      test(endless.name, () async {
        final engine = _engineWith(
          timeout: _limit,
          totalTimeout: Duration.zero,
        );
        await expectEndsInTime(endless, engine);
      });
    }
  });
}
