/// Engines that are made from others.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

void main() {
  test('a fork has the functions, modules, types and variables', () async {
    final engine = RhaiEngine();
    addTearDown(engine.dispose);
    engine
      ..registerFunction('twice', (int n) => 2 * n)
      ..registerFunction('later', (int n) async => n + 1)
      ..registerModule('m', {
        'inc': (int n) => n + 1,
        'LIMIT': [1, 2],
      })
      ..registerType<StringBuffer>(
        'Text',
        constructors: {'Text': StringBuffer.new},
        methods: {'add': (StringBuffer text, String part) => text.write(part)},
        getters: {'length': (text) => text.length},
      )
      ..setVar('x', 5)
      ..setConstant('LIST', [1, 'a'])
      ..setVar('object', StringBuffer('abc'));
    final fork = engine.fork();
    addTearDown(fork.dispose);
    for (final one in [engine, fork]) {
      expect(one.eval('twice(x) + m::inc(1) + m::LIMIT[1]'), 14);
      expect(await one.eval('later(x)'), 6);
      expect(one.eval('let t = Text("ab"); t.add("c"); t.length'), 3);
      expect(one.eval('object.length'), 3);
      expect(one.eval('LIST[1]'), 'a');
    }
  });
}
