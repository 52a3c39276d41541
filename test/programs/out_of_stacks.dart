// 50,000 scripts wait on the few stacks of one engine; then one on each of other engines with
// stacks of other sizes, until there is no room for another one. Run it with little address
// space.

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final gate = Completer<int>();
  RhaiEngine newEngine(int stackDepth) =>
      RhaiEngine(RhaiConfig(maxStackDepth: stackDepth))
        ..registerFunction('wait', () => gate.future);
  final engine = newEngine(100);
  final waiting = <Future<dynamic>>[];
  void start(RhaiEngine engine) =>
      waiting.add(engine.eval('wait() + ${waiting.length}') as Future<dynamic>);
  while (waiting.length < 50000) {
    start(engine);
  }
  final others = <RhaiEngine>[];
  try {
    while (others.length < 1000) {
      others.add(newEngine(101 + others.length));
      start(others.last);
    }
  } on RhaiRuntimeError catch (error) {
    print(error.message);
  }
  gate.complete(1);
  final results = await Future.wait(waiting);
  final areRight = [
    for (var i = 0; i < results.length; i++) results[i] == i + 1,
  ].every((isRight) => isRight);
  // There is room again.
  for (final other in others) {
    other.dispose();
  }
  final next = await engine.eval('wait()');
  print(
    areRight && results.length >= 50000 && next == 1 ? 'all right' : 'wrong',
  );
}
