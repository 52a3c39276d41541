/// Lets scripts grow until they have no more memory, and checks what they leave behind:
/// `./dartw run tool/sweep.dart`.
///
/// Every way to grow is tried at many budgets, as a script, as a function of a compiled one and
/// in a scope in turn. `--budgets=N` sets how many (200).
/// `--rows=N` sets up to how many maps the script that doubles them starts with (600).
library;

import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart' show TestFailure, lessThanOrEqualTo;

import '../test/hostile/growth.dart';
import '../test/hostile/process_memory.dart';
import '../test/hostile/run_attack.dart' show slack;

/// Ends the process with 1 if something is not as it must be.
Future<void> main(List<String> arguments) async {
  int option(String name, int otherwise) {
    final prefix = '--$name=';
    for (final argument in arguments) {
      if (argument.startsWith(prefix)) {
        return int.parse(argument.substring(prefix.length));
      }
    }
    return otherwise;
  }

  try {
    _sweepRows(option('rows', 600));
    await _sweepBudgets(budgets(option('budgets', 200)));
  } on TestFailure catch (failure) {
    print('FOUND: $failure');
    exitCode = 1;
  }
}

void _sweepRows(int most) {
  const budget = 128 * 1024 * 1024;
  // Sizes are not limited: looking at them would take hours for few rows.
  final engine = RhaiEngine.withConfig(
    RhaiConfig.unlimited().copyWith(maxMemory: budget),
  );
  var largest = 0.0;
  for (var rows = 1; rows <= most; rows++) {
    final memory = ProcessMemory();
    try {
      engine.eval(manyRows(rows));
    } on RhaiLimitError catch (error) {
      check(error, isOutOfMemory, reason: '$rows rows');
    }
    final grown = memory.growth / (2 * budget + slack);
    check(grown, lessThanOrEqualTo(1), reason: '$rows rows');
    if (grown > largest) largest = grown;
  }
  check(engine.leakedBytes, 0, reason: 'what is lost');
  engine.dispose();
  print(
    '1 to $most rows: each a limit, ${_percent(largest)} of what is allowed',
  );
}

Future<void> _sweepBudgets(List<int> budgets) async {
  for (final growth in growths) {
    var largest = 0.0;
    final watch = Stopwatch()..start();
    for (final (i, budget) in budgets.indexed) {
      final way = Way.values[i % Way.values.length];
      final grown = await grow(growth, budget, way);
      if (grown > largest) largest = grown;
    }
    print(
      '${growth.name}: ${budgets.length} budgets, ${_percent(largest)} of what is '
      'allowed, ${watch.elapsedMilliseconds} ms',
    );
  }
}

String _percent(double part) => '${(part * 100).round()} %';
