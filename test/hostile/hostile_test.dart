/// Scripts that try to do harm, each under tight limits.
library;

import 'package:test/test.dart';

import 'attacks.dart';
import 'run_attack.dart';

void main() {
  setUpAll(() async {
    // The heap and the pools of stacks grow in the first scripts.
    for (final group in attacks.values) {
      for (final attack in group.take(2)) {
        try {
          await runAttack(attack);
        } on TestFailure {
          // It is tested below.
        }
      }
    }
  });

  test('there are 150 different attacks', () {
    // Not `hasLength` of the set, which would print all of them.
    final scripts = allAttacks.map((attack) => attack.script).toSet();
    expect(scripts.length, allAttacks.length);
    expect(scripts.length, greaterThanOrEqualTo(150));
  });

  attacks.forEach((name, list) {
    group(name, () {
      for (final attack in list) {
        test(attack.name, () => runAttack(attack));
      }
    });
  });
}
