/// How the time of operations grows with what they are done to: under the default limits,
/// without limits, and in Rhai alone, whose own limits of sizes walk through whole values.
///
///     ./dartw build cli --target=benchmark/growth.dart -o build/growth
///     build/growth/bundle/bin/growth
///
/// or, with the just-in-time compiler, `./dartw run benchmark/growth.dart`.
///
/// The exponent of an operation is 0 if it takes the same time for 10 times as many
/// elements, and 1 if it takes 10 times as long. Exits with 1 if one grows faster than in
/// Rhai, or all together take more than 1.1 times what they take without limits.
library;

import 'dart:io';
import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';

import 'src/baselines.dart';

/// Operations by the container that they are done to. The container is made with N
/// elements; a map has fewer, as making it takes long.
const _operations = {
  'let a = []; a.pad(N, 1);': [
    'a.push(i)',
    'a += i',
    'a.insert(0, i)',
    'a.append([i, i])',
    'a.pop()',
    'a.shift()',
    'a.remove(5)',
    'a[i] = i',
    'a[i] += i',
    'a[i]',
    'a.len()',
    'a.set(i, i)',
    'a.get(i)',
    'a.truncate(N - i)',
    'a.splice(0, 1, [i])',
    'a.extract(0, 5)',
    'a.contains(i)',
    'a.index_of(i)',
    'a.reverse()',
    'a.map(|x| x)',
    'let b = a; b.len()',
    'a == a',
  ],
  'let s = #{n: 0, list: []}; s.list.pad(N, 1);': [
    's.n += 1',
    's.list.push(i)',
    's.list[i] = i',
    's.list.len()',
    's.more = i',
  ],
  r'let m = #{}; for i in 0..N/20 { m[`k${i}`] = i; }': [
    r'm[`n${i}`] = i',
    r'm[`k${i}`]',
    'm.k5 = i',
    'm.k5 += 1',
    r'm.set(`s${i}`, i)',
    r'm.get(`k${i}`)',
    r'm.remove(`k${i}`)',
    r'm.contains(`k${i}`)',
    'm.len()',
    'm.mixin(#{x: i})',
    'm += #{y: i}',
    'm.keys()',
    'm.values()',
  ],
  'let s = ""; s.pad(N, "x");': [
    's += "y"',
    's += \'y\'',
    's.append("y")',
    's.len()',
    's.is_empty()',
    's.starts_with("x")',
    's.contains("y")',
    's.sub_string(0, 5)',
    's.pop()',
    's + "y"',
    '"y" + s',
    r'`${s}y`',
    's.to_upper()',
    's == s',
  ],
  'let b = blob(N);': [
    'b.push(i)',
    'b += 1',
    'b.append("y")',
    'b.insert(0, 1)',
    'b.pop()',
    'b[i] = 7',
    'b[i]',
    'b.len()',
    'b.contains(77)',
    'b.extract(0, 5)',
  ],
};

const _few = 2000;
const _many = 10 * _few;

/// Repetitions of an operation that takes little time, and of one that takes more
/// microseconds; and how often all of them are measured.
const _repeats = 500;
const _repeatsOfSlow = 10;
const _slow = 10;
const _rounds = 7;

typedef _Run = double Function(String script);

Future<void> main() async {
  final unlimited = RhaiEngine(RhaiConfig.unlimited());
  final limited = RhaiEngine();
  final baselines = await Baselines.build();
  double inRhai(String script) => baselines.script(script) / 1000;

  _Run inEngine(RhaiEngine engine) => (script) {
    final watch = Stopwatch()..start();
    engine.eval(script);
    return watch.elapsedTicks * 1e6 / watch.frequency;
  };

  final runs = [inRhai, inEngine(unlimited), inEngine(limited)];
  var worst = 0.0;
  final sums = [0.0, 0.0];
  print(
    'microseconds for 1, and the exponent: Rhai, no limits, default limits',
  );
  _operations.forEach((making, operations) {
    for (final operation in operations) {
      final few = _measure(runs, making, operation, _few);
      final many = _measure(runs, making, operation, _many);
      final exponents = [
        for (var i = 0; i < runs.length; i++) _exponent(few[i], many[i]),
      ];
      sums[0] += many[1];
      sums[1] += many[2];
      // What is lost in the time of making the container has no exponent.
      final faster = max(exponents[2] - exponents[0], 0.0);
      if (many.every((time) => time > 0.2)) worst = max(worst, faster);
      print(
        '${operation.padRight(24)}'
        '${[for (var i = 0; i < runs.length; i++) '${many[i].toStringAsFixed(2).padLeft(10)} ${exponents[i].toStringAsFixed(2).padLeft(5)}'].join()}',
      );
    }
  });
  final ratio = sums[1] / sums[0];
  print('largest exponent above that of Rhai: ${worst.toStringAsFixed(2)}');
  print('default limits, as a part of no limits: ${ratio.toStringAsFixed(2)}');
  unlimited.dispose();
  limited.dispose();
  if (worst > 0.4 || ratio > 1.1) exit(1);
}

double _exponent(double few, double many) =>
    log(max(many, 0.1) / max(few, 0.1)) / ln10;

/// Measures the microseconds of one operation, for each way to run it. The least of
/// some rounds counts, without the time for making the container.
List<double> _measure(
  List<_Run> runs,
  String making,
  String operation,
  int count,
) {
  String repeated(int times, String operation) =>
      '$making for i in 0..$times { $operation }'.replaceAll('N', '$count');
  double once(int times) =>
      runs[0](repeated(times, '$operation;')) - runs[0](repeated(times, ''));
  final isSlow = once(_repeatsOfSlow) > _slow * _repeatsOfSlow;
  final repeats = isSlow ? _repeatsOfSlow : _repeats;
  final whole = List.filled(runs.length, double.infinity);
  final without = List.filled(runs.length, double.infinity);
  for (var round = 0; round < _rounds; round++) {
    for (var i = 0; i < runs.length; i++) {
      whole[i] = min(whole[i], runs[i](repeated(repeats, '$operation;')));
      without[i] = min(without[i], runs[i](repeated(repeats, '')));
    }
  }
  return [
    for (var i = 0; i < runs.length; i++)
      max(whole[i] - without[i], 0) / repeats,
  ];
}
