/// Random values on their way from Dart to scripts and back.
library;

import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/value_matcher.dart';

void main() {
  test('200,000 random values come back equal to the bit', () {
    final seed = Random().nextInt(1 << 32);
    print('random values from seed $seed');
    final values = RandomValues(Random(seed));
    final engine = RhaiEngine.withConfig(RhaiConfig(maxOperations: 0));
    Object? value;
    engine
      ..registerFunction('get', () => value)
      ..registerFunction('id', (Object? x) => x);
    for (var i = 0; i < 200000; i++) {
      value = values.next();
      // Into a script, out and in again as an argument and a result, and out.
      final result = engine.eval('let v = get(); id(v)');
      if (!isSameValue(result, value)) {
        expect(result, sameValue(value), reason: 'seed $seed, value $i');
      }
    }
    engine.dispose();
  }, timeout: const Timeout(Duration(minutes: 5)));
}
