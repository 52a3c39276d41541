/// Scripts that grow until they have no more memory: a sample of `tool/sweep.dart`.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import 'growth.dart';
import 'process_memory.dart';
import 'run_attack.dart';

void main() {
  for (final growth in growths) {
    test('${growth.name}: ends at every budget', () async {
      for (final (i, budget) in budgets(10).indexed) {
        await grow(growth, budget, Way.values[i % Way.values.length]);
      }
    });
  }

  test('equal maps, doubled until there is no more memory', () {
    // Looking at sizes takes long for few rows, on a slow machine.
    final engine = engineWith(
      RhaiConfig(maxOperations: 0, timeout: Duration.zero),
    );
    const budget = 128 * 1024 * 1024;
    for (final rows in [100, 300, 333, 400, 512, 600]) {
      final memory = ProcessMemory();
      expect(() => engine.eval(manyRows(rows)), throwsA(isA<RhaiLimitError>()));
      expect(memory.growth, lessThanOrEqualTo(2 * budget + slack));
    }
    expect(engine.leakedBytes, 0);
  });
}
