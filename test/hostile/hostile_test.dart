/// Scripts that try to do harm, each under tight limits.
library;

import 'package:test/test.dart';

import 'attack.dart';
import 'bombs.dart';
import 'callbacks.dart';
import 'catching.dart';
import 'deep_data.dart';
import 'literals.dart';
import 'loops.dart';
import 'nesting.dart';
import 'numbers.dart';
import 'output.dart';
import 'recursion.dart';
import 'run_attack.dart';
import 'sandbox.dart';
import 'waiting.dart';

final _attacks = <String, List<Attack>>{
  'endless loops': loops,
  'endless recursion': recursion,
  'bombs': bombs,
  'nested source': nesting,
  'giant source': literals,
  'nested data': deepData,
  'caught limits': catching,
  'waiting': waiting,
  'functions of scripts in Dart': callbacks,
  'output': output,
  'the sandbox': sandbox,
  'numbers': numbers,
};

void main() {
  setUpAll(() async {
    // The heap and the pools of stacks grow in the first scripts.
    for (final attack in [...loops.take(3), ...bombs.take(3)]) {
      try {
        await runAttack(attack);
      } on TestFailure {
        // It is tested below.
      }
    }
  });

  test('there are 150 different attacks', () {
    final all = _attacks.values.expand((attacks) => attacks).toList();
    // Not `hasLength` of the set, which would print all of them.
    expect(all.map((attack) => attack.script).toSet().length, all.length);
    expect(all.length, greaterThanOrEqualTo(150));
  });

  _attacks.forEach((name, attacks) {
    group(name, () {
      for (final attack in attacks) {
        test(attack.name, () => runAttack(attack));
      }
    });
  });
}
