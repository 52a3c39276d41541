/// Runs hostile scripts.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import 'attack.dart';
import 'objects.dart';
import 'process_memory.dart';

/// Bytes by which the process may grow beyond twice the script's memory.
const slack = 16 * 1024 * 1024;

/// Runs [attack], which must end as expected and in time, take no more memory than it
/// may, and leave the engine as it was.
Future<void> runAttack(Attack attack) async {
  final most = 2 * attack.config.maxMemory + attack.unmetered + slack;
  expect(
    await leastGrowth(most, () => _run(attack)),
    lessThanOrEqualTo(most),
    reason: 'the bytes by which the process grew',
  );
}

/// Runs [attack]. Returns the bytes by which the process grew.
Future<int> _run(Attack attack) async {
  final engine = RhaiEngine.withConfig(attack.config);
  addTearDown(engine.dispose);
  registerFunctions(engine);
  await checkHealth(engine);

  final memory = ProcessMemory();
  final watch = Stopwatch()..start();
  final outcome = await _outcome(engine, attack);
  watch.stop();
  final growth = memory.growth;

  expect(outcome, attack.ends);
  expect(
    watch.elapsed,
    lessThanOrEqualTo(attack.longest),
    reason: 'the time it took',
  );
  expect(engine.leakedBytes, 0, reason: 'no script is abandoned');
  await checkHealth(engine);
  return growth;
}

/// The error of [attack], or its value.
Future<Object?> _outcome(RhaiEngine engine, Attack attack) async {
  try {
    final value = await engine.eval(attack.script);
    if (attack.then == Then.nothing) return value;
    return await (value as RhaiFunction).call();
  } catch (error) {
    return error;
  }
}

/// Registers the functions that attacks call.
void registerFunctions(RhaiEngine engine) {
  engine
    ..registerFunction('add', (int a, int b) => a + b)
    ..registerFunction('take', (Object? value) => value)
    ..registerFunction('fail', () => throw StateError('failed'))
    ..registerFunction('fail_with', (String text) => throw StateError(text))
    ..registerFunction('later', later)
    ..registerFunction('never', never)
    ..registerFunction('run', (RhaiFunction f) => f.call())
    ..registerFunction(
      'run_later',
      (RhaiFunction f) async => await later(await f.call()),
    );
  registerThings(engine);
}

/// Expects that [engine] works.
Future<void> checkHealth(RhaiEngine engine) async {
  expect(engine.eval('1 + 1'), 2);
  expect(engine.eval('add(20, 22)'), 42);
  expect(await engine.eval('later("x")'), 'x');
  expect(engine.pendingCount, 0);
}
