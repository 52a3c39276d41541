/// Scripts made of random pieces of the language.
library;

import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import 'script_generator.dart';

const _scripts = 2000;

void main() {
  /// Runs random scripts: each must end with a value or a clean error.
  Future<void> run(String Function(ScriptGenerator) generate) async {
    final seed = Random().nextInt(1 << 32);
    print('random scripts from seed $seed');
    final generator = ScriptGenerator(Random(seed));
    final engine = RhaiEngine.withConfig(
      RhaiConfig(
        maxOperations: 2000,
        maxStackDepth: 20,
        maxStringLength: 1000,
        timeout: const Duration(milliseconds: 1000),
        totalTimeout: const Duration(milliseconds: 20),
        onPrint: (_) {},
        onDebug: (_, _) {},
      ),
    );
    engine
      ..registerFunction('id', (Object? x) => x)
      ..registerFunction('add', (int a, int b) => a + b)
      ..registerFunction('fail', () => throw StateError('failed'))
      ..setVar('v', [1, 'text', null]);
    var values = 0;
    for (var i = 0; i < _scripts; i++) {
      final script = generate(generator);
      try {
        engine.analyze(script);
        await engine.eval(script);
        values++;
      } on RhaiException {
        // As good as a value.
      } catch (error) {
        fail('$error\nseed $seed, script $i: $script');
      }
      if (i % 100 == 99) {
        expect(engine.eval('id(v).map(|x| x)'), [1, 'text', null]);
      }
    }
    printOnFailure('$values of $_scripts scripts had a value');
    engine.dispose();
  }

  test('random tokens end with a value or a clean error', () async {
    await run((generator) => generator.tokens());
  });

  test('random changes of scripts end with a value or a clean error', () async {
    await run((generator) => generator.mutation());
  });

  test('random programs end with a value or a clean error', () async {
    await run((generator) => generator.program());
  });
}
