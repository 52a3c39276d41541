/// Frames come while scripts compute and wait, in real time, with a real server.
///
/// The engine without a screen asks for a frame sixty times in a second, as most screens do.
/// The test sees when the app builds frames, and not when a graphics card shows them.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';
import 'dart:math';

import 'package:flutter/scheduler.dart';
import 'package:flutter_test/flutter_test.dart';
import 'package:rhai_dart/rhai_dart.dart';

import 'support.dart';

/// The longest gap that there may be between two frames: two frames.
const _longestGap = Duration(microseconds: 2 * 1000000 ~/ 60);

/// Measurements before they count: the machine may be busy.
const _attempts = 5;

void main() {
  LiveTestWidgetsFlutterBinding.ensureInitialized().framePolicy =
      LiveTestWidgetsFlutterBindingFramePolicy.fullyLive;
  // Otherwise every request of a test gets the status 400.
  setUp(() => HttpOverrides.global = null);

  final frames = _Frames();

  testWidgets('frames come while a script computes for 3 seconds', (
    tester,
  ) async {
    await tester.openApp('loop {}');
    // In debug mode, code is compiled when it runs first, which takes longer than frames.
    await tester.pressButton('Run');
    await frames.watch(const Duration(seconds: 2));
    await tester.pressButton('Stop');
    var rate = 0.0;
    for (var i = 0; i < _attempts; i++) {
      await tester.pressButton('Run');
      final seen = await frames.watch(const Duration(seconds: 3));
      printOnFailure(
        '${seen.perSecond.round()} per second, at most ${seen.longestGap}',
      );
      expect(progress, findsOneWidget);
      await tester.pressButton('Stop');
      expect(progress, findsNothing);
      expect(tester.lines.last, 'stopped');
      if (seen.longestGap <= _longestGap) return;
      rate = max(rate, seen.perSecond);
    }
    // Is it the machine? The script only waits now, while Dart computes as long as scripts
    // do. A busy machine changes from one second to the next, so half as many frames do.
    await tester.enterScript('sleep(60)');
    await tester.pressButton('Run');
    var machine = 0.0;
    for (var i = 0; i < _attempts; i++) {
      final turns = _Turns();
      final seen = await frames.watch(const Duration(seconds: 1));
      turns.stop();
      machine = max(machine, seen.perSecond);
    }
    await tester.pressButton('Stop');
    expect(rate, greaterThan(machine / 2));
  }, timeout: const Timeout(Duration(minutes: 2)));

  testWidgets('the measurement sees a script that holds the event loop', (
    tester,
  ) async {
    await tester.openApp('');
    final engine = RhaiEngine(
      const RhaiConfig(maxOperations: 0, timeout: Duration(milliseconds: 300)),
    );
    Timer(const Duration(milliseconds: 100), () {
      expect(() => engine.eval('loop {}'), throwsA(isA<RhaiTimeoutError>()));
    });
    final seen = await frames.watch(const Duration(milliseconds: 600));
    engine.dispose();
    expect(
      seen.longestGap,
      greaterThanOrEqualTo(const Duration(milliseconds: 250)),
    );
  });

  testWidgets('a script fetches from a real server', (tester) async {
    final server = await HttpServer.bind(InternetAddress.loopbackIPv4, 0);
    server.listen((request) {
      request.response
        ..write(jsonEncode({'path': request.uri.path}))
        ..close().ignore();
    });
    final url = 'http://127.0.0.1:${server.port}';
    await tester.openApp('http_get("$url/a").path');
    await tester.pressButton('Run');
    while (progress.evaluate().isNotEmpty) {
      await tester.pump(const Duration(milliseconds: 10));
    }
    expect(tester.lines, ['/a']);

    await server.close(force: true);
    await tester.pressButton('Run');
    while (progress.evaluate().isNotEmpty) {
      await tester.pump(const Duration(milliseconds: 10));
    }
    expect(tester.lines.single, contains('SocketException'));
    expect(tester.underlined, ['http_get']);
  });
}

/// Measures the time between frames.
class _Frames {
  _Frames() {
    SchedulerBinding.instance.addPersistentFrameCallback((_) {
      final now = _watch.elapsed;
      if (now - _last > _longest) _longest = now - _last;
      _last = now;
      _count++;
      if (_isMeasuring) SchedulerBinding.instance.scheduleFrame();
    });
  }

  final _watch = Stopwatch()..start();
  Duration _last = Duration.zero;
  Duration _longest = Duration.zero;
  int _count = 0;
  bool _isMeasuring = false;

  /// Watches the frames for a time: the longest gap between two, and how many there are.
  Future<({Duration longestGap, double perSecond})> watch(Duration time) async {
    _isMeasuring = true;
    SchedulerBinding.instance.scheduleFrame();
    await SchedulerBinding.instance.endOfFrame;
    _longest = Duration.zero;
    _count = 0;
    final start = _watch.elapsed;
    await Future<void>.delayed(time);
    _isMeasuring = false;
    final end = _watch.elapsed;
    final sinceLast = end - _last;
    return (
      longestGap: sinceLast > _longest ? sinceLast : _longest,
      perSecond: _count * 1000000 / (end - start).inMicroseconds,
    );
  }
}

/// Dart code that computes as scripts do, for half a millisecond in each turn of the event loop.
class _Turns {
  _Turns() {
    _turn();
  }

  Timer? _timer;

  void stop() => _timer?.cancel();

  void _turn() {
    final watch = Stopwatch()..start();
    while (watch.elapsedMicroseconds < 500) {}
    _timer = Timer(Duration.zero, _turn);
  }
}
