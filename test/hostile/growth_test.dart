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

  test('equal maps, doubled until there is no more memory', () async {
    // Looking at sizes takes long for few rows, on a slow machine.
    final engine = engineWith(
      RhaiConfig(maxOperations: 0, timeout: Duration.zero),
    );
    const most = 2 * 128 * 1024 * 1024 + slack;
    for (final rows in [100, 300, 333, 400, 512, 600]) {
      final growth = await leastGrowth(most, () async {
        final memory = ProcessMemory();
        expect(
          () => engine.eval(manyRows(rows)),
          throwsA(isA<RhaiLimitError>()),
        );
        return memory.growth;
      });
      expect(growth, lessThanOrEqualTo(most), reason: '$rows rows');
    }
    expect(engine.leakedBytes, 0);
  });
}
