// Scripts that wait and end, on an engine that nobody disposes. Its timeout is
// so long that a timer that is left over would keep the program running.

import 'package:rhai_dart/rhai_dart.dart';

Future<void> main() async {
  final engine = RhaiEngine.withConfig(
    RhaiConfig.unlimited().copyWith(
      asyncTimeout: RhaiConfig.maxAsyncTimeout,
      totalTimeout: RhaiConfig.maxAsyncTimeout,
    ),
  );
  engine
    ..registerFunction('add', (int a, int b) => a + b)
    ..registerFunction('at_once', (int x) async => x)
    ..registerFunction('later', (int x) => Future(() => x))
    ..registerFunction('fail', () => Future(() => throw StateError('failed')));
  final results = await Future.wait([
    for (var i = 0; i < 10; i++) engine.evalAsync('add(later($i), at_once(1))'),
  ]);
  print(results.last);
  try {
    await engine.eval('fail()');
  } on RhaiRuntimeError catch (error) {
    print(error.message);
  }
}
