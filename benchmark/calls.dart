/// Measures calls between Dart and scripts, each beside the nearest thing that does not
/// cross:
///
///     ./dartw build cli --target=benchmark/calls.dart -o build/calls
///     build/calls/bundle/bin/calls
///
/// or, with the just-in-time compiler, `./dartw run benchmark/calls.dart`.
library;

import 'package:benchmark_harness/benchmark_harness.dart';
import 'package:rhai_dart/rhai_dart.dart';

import 'src/baselines.dart';

/// Calls in one run of a benchmark.
const _calls = 20000;

Future<void> main() async {
  final engine = RhaiEngine(RhaiConfig.unlimited());
  final baselines = await Baselines.build();
  engine.registerFunction('add', (int a, int b) => a + b);
  engine.registerFunction('ready', Future<int>.value);

  await _compare(
    'script -> Dart -> script, synchronous',
    () => engine.eval('let s = 0; for i in 0..$_calls { s = add(s, i); } s'),
    'the same loop, native Rust function',
    () => baselines.nativeCalls(_calls),
  );
  engine
    ..registerFunction('any', (Object? a, Object? b) => a)
    ..registerFunction('floats', (double a, double b) => a)
    ..registerFunction('list', (List<String> l) => l.length)
    ..registerFunction('anyList', (List<Object?> l) => l.length);
  await _compare(
    'call of an (int, int)',
    () => engine.eval('for i in 0..$_calls { add(i, 2); }'),
    'call of an (Object?, Object?)',
    () => engine.eval('for i in 0..$_calls { any(i, 2); }'),
  );
  await _compare(
    'call of a (double, double) with ints',
    () => engine.eval('for i in 0..$_calls { floats(i, 2); }'),
    'the same with floats',
    () => engine.eval('for i in 0..$_calls { floats(1.5, 2.5); }'),
  );
  const list = 'let l = ["a", "b", "c"]; for i in 0..$_calls';
  await _compare(
    'call of a (List<String>)',
    () => engine.eval('$list { list(l); }'),
    'call of a (List<Object?>)',
    () => engine.eval('$list { anyList(l); }'),
  );
  await _compare(
    'asynchronous call, Future already complete',
    () => engine.eval('let s = 0; for i in 0..$_calls { s += ready(i); } s'),
    'await of such a Future in Dart',
    () async {
      var sum = 0;
      for (var i = 0; i < _calls; i++) {
        sum += await Future<int>.value(i);
      }
      return sum;
    },
  );
  await _compare(
    "eval('1 + 1')",
    () {
      for (var i = 0; i < _calls; i++) {
        engine.eval('1 + 1');
      }
    },
    "Rhai's own eval_ast",
    () => baselines.evalAst(_calls),
  );
  await _compareCallsByName(engine);
  engine.dispose();
}

/// Compares ways in which Dart calls a function of a script.
Future<void> _compareCallsByName(RhaiEngine engine) async {
  void repeat(void Function() call) {
    for (var i = 0; i < _calls; i++) {
      call();
    }
  }

  final script = engine.compile('fn add(a, b) { a + b } fn n(m) { m.n } 1 + 1');
  final add = engine.eval('|a, b| a + b') as RhaiFunction;
  final scope = engine.newScope()..set('x', 1);
  final map = {'n': 1, 's': 'text'};
  await _compare(
    "script.call('add', [1, 2])",
    () => repeat(() => script.call('add', [1, 2])),
    'the same of a RhaiFunction',
    () => repeat(() => add(1, 2)),
  );
  await _compare(
    "script.call('n', [a small map])",
    () => repeat(() => script.call('n', [map])),
    "eval('fn add(a, b) { a + b } add(1, 2)')",
    () => repeat(() => engine.eval('fn add(a, b) { a + b } add(1, 2)')),
  );
  await _compare(
    'script.eval()',
    () => repeat(() => script.eval()),
    'script.eval(scope: scope)',
    () => repeat(() => script.eval(scope: scope)),
  );
}

/// Prints the time of one call of each, and the ratio. The two alternate. Of each the
/// best run counts: the one that the machine disturbed least.
Future<void> _compare(
  String name,
  dynamic Function() run,
  String baselineName,
  dynamic Function() baseline,
) async {
  var best = double.infinity;
  var bestBaseline = double.infinity;
  for (var i = 0; i < 3; i++) {
    final time = await _Calls(name, run).measure();
    if (time < best) best = time;
    final baselineTime = await _Calls(baselineName, baseline).measure();
    if (baselineTime < bestBaseline) bestBaseline = baselineTime;
  }
  _report(name, best);
  _report(baselineName, bestBaseline);
  print('ratio ${(best / bestBaseline).toStringAsFixed(2)}\n');
}

void _report(String name, double microseconds) {
  final nanoseconds = microseconds * 1000 / _calls;
  print('${name.padRight(45)} ${nanoseconds.toStringAsFixed(0).padLeft(6)} ns');
}

final class _Calls extends AsyncBenchmarkBase {
  _Calls(super.name, this._run);

  final dynamic Function() _run;

  @override
  Future<void> run() async => await _run();
}
