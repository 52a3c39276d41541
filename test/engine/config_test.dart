/// Configurations as values.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';

void _print(String text) {}

void _debug(String text, RhaiPosition position) {}

/// Configurations that differ from the secure defaults in one thing.
final _changed = <String, RhaiConfig>{
  'maxOperations': RhaiConfig.custom(maxOperations: 1),
  'maxStackDepth': RhaiConfig.custom(maxStackDepth: 1),
  'maxExpressionDepth': RhaiConfig.custom(maxExpressionDepth: 1),
  'maxStringLength': RhaiConfig.custom(maxStringLength: 1),
  'maxArraySize': RhaiConfig.custom(maxArraySize: 1),
  'maxMapSize': RhaiConfig.custom(maxMapSize: 1),
  'maxVariables': RhaiConfig.custom(maxVariables: 1),
  'maxFunctions': RhaiConfig.custom(maxFunctions: 1),
  'maxModules': RhaiConfig.custom(maxModules: 1),
  'maxMemory': RhaiConfig.custom(maxMemory: 1),
  'maxOutputLength': RhaiConfig.custom(maxOutputLength: 1),
  'timeoutMs': RhaiConfig.custom(timeoutMs: 1),
  'totalTimeout': RhaiConfig.custom(totalTimeout: const Duration(seconds: 1)),
  'asyncTimeout': RhaiConfig.custom(asyncTimeout: const Duration(seconds: 1)),
  'disableFileIo': RhaiConfig.custom(disableFileIo: false),
  'disableEval': RhaiConfig.custom(disableEval: false),
  'disableModules': RhaiConfig.custom(disableModules: false),
  'exposeStackTraces': RhaiConfig.custom(exposeStackTraces: true),
  'disabledSymbols': RhaiConfig.custom(disabledSymbols: {'while', '+'}),
  'allowedFunctions': RhaiConfig.custom(allowedFunctions: {'len'}),
  'deniedFunctions': RhaiConfig.custom(deniedFunctions: {'len'}),
  'onPrint': RhaiConfig.custom(onPrint: _print),
  'onDebug': RhaiConfig.custom(onDebug: _debug),
};

void main() {
  final secure = RhaiConfig.secureDefaults();

  test('the secure defaults', () {
    expect(secure.maxOperations, 1000000);
    expect(secure.maxStackDepth, 100);
    expect(secure.maxExpressionDepth, 64);
    expect(secure.maxStringLength, 10 << 20);
    expect(secure.maxArraySize, 10 << 20);
    expect(secure.maxMapSize, 1 << 20);
    expect(secure.maxVariables, 10000);
    expect(secure.maxFunctions, 10000);
    expect(secure.maxModules, 100);
    expect(secure.maxMemory, 128 << 20);
    expect(secure.maxOutputLength, 1 << 20);
    expect(secure.timeoutMs, 5000);
    expect(secure.totalTimeout, const Duration(minutes: 10));
    expect(secure.asyncTimeout, const Duration(seconds: 30));
    expect(secure.disableFileIo, isTrue);
    expect(secure.disableEval, isTrue);
    expect(secure.disableModules, isTrue);
    expect(secure.exposeStackTraces, isFalse);
    expect(secure.disabledSymbols, isEmpty);
    expect(secure.allowedFunctions, isNull);
    expect(secure.deniedFunctions, isEmpty);
    expect(secure.onPrint, isNull);
    expect(secure.onDebug, isNull);
  });

  test('what is left out is as in the secure defaults', () {
    expect(RhaiConfig.custom(), secure);
    expect(secure.copyWith(), secure);
    expect(RhaiConfig.custom().hashCode, secure.hashCode);
  });

  _changed.forEach((name, config) {
    test('$name counts when configurations are compared and printed', () {
      expect(config, isNot(secure));
      expect(secure, isNot(config));
      expect(config.copyWith(), config);
      expect(config.copyWith().hashCode, config.hashCode);
      for (final other in _changed.entries) {
        if (other.key != name) expect(config, isNot(other.value));
      }
      // Functions are not printed.
      if (!name.startsWith('on')) {
        expect('$config', contains('$name: '));
        expect('$config', isNot('$secure'));
      }
    });
  });

  test('copyWith keeps all else', () {
    final one = RhaiConfig.unlimited().copyWith(maxMemory: 5, onPrint: _print);
    expect(one.maxMemory, 5);
    expect(one.onPrint, same(_print));
    expect(one.copyWith(maxMemory: 0).maxOperations, 0);
    expect(one.disableEval, isFalse);
    final two = one.copyWith(deniedFunctions: {'len'});
    expect(two.maxMemory, 5);
    expect(two.deniedFunctions, {'len'});
  });

  test('sets cannot be changed, and the order does not matter', () {
    final names = {'while', 'for'};
    final config = RhaiConfig.custom(disabledSymbols: names);
    names.add('loop');
    expect(config.disabledSymbols, {'while', 'for'});
    expect(() => config.disabledSymbols.add('x'), throwsUnsupportedError);
    final other = RhaiConfig.custom(disabledSymbols: {'for', 'while'});
    expect(config, other);
    expect(config.hashCode, other.hashCode);
  });

  test('negative limits are refused', () {
    final refused = [
      () => RhaiConfig.custom(maxOperations: -1),
      () => RhaiConfig.custom(maxStackDepth: -1),
      () => RhaiConfig.custom(maxExpressionDepth: -1),
      () => RhaiConfig.custom(maxStringLength: -1),
      () => RhaiConfig.custom(maxArraySize: -1),
      () => RhaiConfig.custom(maxMapSize: -1),
      () => RhaiConfig.custom(maxVariables: -1),
      () => RhaiConfig.custom(maxFunctions: -1),
      () => RhaiConfig.custom(maxModules: -1),
      () => RhaiConfig.custom(maxMemory: -1),
      () => RhaiConfig.custom(maxOutputLength: -1),
      () => RhaiConfig.custom(timeoutMs: -1),
      () => secure.copyWith(maxMemory: -1),
    ];
    for (final make in refused) {
      expect(make, throwsArgumentError);
    }
  });

  test('times that are too short or too long are refused', () {
    for (final time in const [
      Duration(microseconds: 999),
      Duration(seconds: -1),
      Duration(days: 365, microseconds: 1),
    ]) {
      expect(() => RhaiConfig.custom(asyncTimeout: time), throwsArgumentError);
      expect(() => RhaiConfig.custom(totalTimeout: time), throwsArgumentError);
    }
    const longest = RhaiConfig.maxAsyncTimeout;
    for (final time in const [Duration.zero, longest]) {
      final config = RhaiConfig.custom(asyncTimeout: time, totalTimeout: time);
      expect((config.asyncTimeout, config.totalTimeout), (time, time));
    }
  });

  test('nothing limits waits without limits', () {
    final config = RhaiConfig.unlimited();
    expect(config.asyncTimeout, Duration.zero);
    expect(config.totalTimeout, Duration.zero);
  });

  test('the largest numbers may be used', () {
    const max = 0x7fffffffffffffff;
    final engine = engineWith(
      RhaiConfig.custom(
        maxOperations: max,
        maxStackDepth: max,
        maxStringLength: max,
        maxArraySize: max,
        maxMapSize: max,
        maxVariables: max,
        maxFunctions: max,
        maxModules: max,
        maxMemory: max,
        maxOutputLength: max,
        timeoutMs: max,
        totalTimeout: RhaiConfig.maxAsyncTimeout,
      ),
    );
    expect(engine.eval('let s = "a"; [1].map(|x| s + x)'), ['a1']);
  });

  test('the smallest numbers end everything and break nothing', () {
    for (final config in _changed.values) {
      final engine = RhaiEngine.withConfig(config);
      try {
        engine.eval('let a = [1, 2]; let m = #{a: a}; m.a.len()');
      } on RhaiException catch (error) {
        expect(error, isNot(isA<RhaiFFIError>()), reason: '$config');
      }
      engine.dispose();
    }
  });
}
