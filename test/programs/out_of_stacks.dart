// Scripts wait until there is no room for the stack of another one. Run it with
// little address space.

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final engine = RhaiEngine.withDefaults();
  final gate = Completer<int>();
  engine.registerFunction('wait', () => gate.future);
  final waiting = <Future<dynamic>>[];
  try {
    while (waiting.length < 100000) {
      waiting.add(engine.eval('wait() + ${waiting.length}') as Future<dynamic>);
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
  final next = await engine.eval('wait()');
  print(areRight && results.length > 10 && next == 1 ? 'all right' : 'wrong');
}
