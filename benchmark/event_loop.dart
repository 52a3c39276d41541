/// Measures how long a script that computes keeps the event loop waiting, and how much
/// slower it is for letting it run.
///
///     ./dartw build cli --target=benchmark/event_loop.dart -o build/event_loop
///     build/event_loop/bundle/bin/event_loop
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final engine = RhaiEngine(
    RhaiConfig(maxOperations: 0, timeout: Duration.zero),
  );
  final rounds = _roundsFor(engine, const Duration(seconds: 3));
  String script(int rounds) =>
      'let x = 0; for i in 0..$rounds { x += i % 7; } x';

  // The longest gap that a periodic timer sees meanwhile.
  final watch = Stopwatch()..start();
  var last = 0;
  var longest = 0;
  var ticks = 0;
  final timer = Timer.periodic(const Duration(milliseconds: 1), (_) {
    final now = watch.elapsedMicroseconds;
    if (now - last > longest) longest = now - last;
    last = now;
    ticks++;
  });
  await Future<void>.delayed(const Duration(milliseconds: 20));
  longest = 0;
  final started = watch.elapsedMilliseconds;
  await engine.evalAsync(script(rounds));
  final took = watch.elapsedMilliseconds - started;
  timer.cancel();
  print(
    'a script computes for $took ms; a timer of 1 ms ticks $ticks times, with a '
    'gap of ${(longest / 1000).toStringAsFixed(1)} ms at most',
  );

  // The same script with and without giving the event loop its turn. In short
  // alternating pieces: the best of each is the one least disturbed.
  var bestSync = double.infinity;
  var bestAsync = double.infinity;
  final piece = script(rounds ~/ 10);
  for (var i = 0; i < 15; i++) {
    watch.reset();
    engine.eval(piece);
    if (watch.elapsedMicroseconds < bestSync) {
      bestSync = watch.elapsedMicroseconds.toDouble();
    }
    watch.reset();
    await engine.evalAsync(piece);
    if (watch.elapsedMicroseconds < bestAsync) {
      bestAsync = watch.elapsedMicroseconds.toDouble();
    }
  }
  final cost = (bestAsync / bestSync - 1) * 100;
  print('that costs ${cost.toStringAsFixed(1)} % of the script\'s time');
  engine.dispose();
}

/// How many rounds of the loop take about [time].
int _roundsFor(RhaiEngine engine, Duration time) {
  const sample = 1000000;
  final watch = Stopwatch()..start();
  engine.eval('let x = 0; for i in 0..$sample { x += i % 7; } x');
  return sample * time.inMicroseconds ~/ watch.elapsedMicroseconds;
}
