/// Arrays, maps and blobs that grow without end. Under the default limits they fail
/// before they use up the memory of the process.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

void main() {
  const scripts = [
    'blob(1000000000000).len()',
    'blob(9223372036854775807).len()',
    'let a = []; a.pad(1000000000000, 0); a.len()',
    'let a = []; a.pad(9223372036854775807, 0); a.len()',
    'let b = blob(); b.pad(1000000000000, 1); b.len()',
    'let a = [0]; loop { a += a; }',
    'let a = []; loop { a.push(a); }',
    'let b = blob(1); loop { b += b; }',
    'let m = #{}; loop { m = #{a: m, b: m}; }',
  ];
  for (final script in scripts) {
    test('$script is an error', () {
      final engine = RhaiEngine.withDefaults();
      expect(() => engine.eval(script), throwsA(isA<RhaiException>()));
      expect(engine.eval('[1, 2].len() + blob(10).len()'), 12);
      engine.dispose();
    });
  }
}
