/// Configurations as values.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/matchers.dart';

void _print(String text) {}

void _debug(String text, RhaiPosition position) {}

/// Configurations that differ from the secure defaults in one thing.
const _changed = <String, RhaiConfig>{
  'maxOperations': RhaiConfig(maxOperations: 1),
  'maxStackDepth': RhaiConfig(maxStackDepth: 1),
  'maxExpressionDepth': RhaiConfig(maxExpressionDepth: 1),
  'maxStringLength': RhaiConfig(maxStringLength: 1),
  'maxArraySize': RhaiConfig(maxArraySize: 1),
  'maxMapSize': RhaiConfig(maxMapSize: 1),
  'maxVariables': RhaiConfig(maxVariables: 1),
  'maxFunctions': RhaiConfig(maxFunctions: 1),
  'maxModules': RhaiConfig(maxModules: 1),
  'maxMemory': RhaiConfig(maxMemory: 1),
  'maxOutputLength': RhaiConfig(maxOutputLength: 1),
  'timeout': RhaiConfig(timeout: Duration(milliseconds: 1)),
  'totalTimeout': RhaiConfig(totalTimeout: Duration(seconds: 1)),
  'asyncTimeout': RhaiConfig(asyncTimeout: Duration(seconds: 1)),
  'maxWaiting': RhaiConfig(maxWaiting: 1),
  'allowFileIo': RhaiConfig(allowFileIo: true),
  'allowEval': RhaiConfig(allowEval: true),
  'allowModules': RhaiConfig(allowModules: true),
  'exposeStackTraces': RhaiConfig(exposeStackTraces: true),
  'disabledSymbols': RhaiConfig(disabledSymbols: {'while', '+'}),
  'allowedFunctions': RhaiConfig(allowedFunctions: {'len'}),
  'deniedFunctions': RhaiConfig(deniedFunctions: {'len'}),
  'onPrint': RhaiConfig(onPrint: _print),
  'onDebug': RhaiConfig(onDebug: _debug),
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
    expect(secure.timeout, const Duration(seconds: 5));
    expect(secure.totalTimeout, const Duration(minutes: 10));
    expect(secure.asyncTimeout, const Duration(seconds: 30));
    expect(secure.maxWaiting, 0);
    expect(secure.allowFileIo, isFalse);
    expect(secure.allowEval, isFalse);
    expect(secure.allowModules, isFalse);
    expect(secure.exposeStackTraces, isFalse);
    expect(secure.disabledSymbols, isEmpty);
    expect(secure.allowedFunctions, isNull);
    expect(secure.deniedFunctions, isEmpty);
    expect(secure.onPrint, isNull);
    expect(secure.onDebug, isNull);
  });

  test('what is left out is as in the secure defaults', () {
    expect(const RhaiConfig(), secure);
    expect(secure.copyWith(), secure);
    expect(const RhaiConfig().hashCode, secure.hashCode);
  });

  test('a configuration is a constant', () {
    const one = RhaiConfig(timeout: Duration(seconds: 1), onPrint: _print);
    expect(
      identical(
        one,
        const RhaiConfig(timeout: Duration(seconds: 1), onPrint: _print),
      ),
      isTrue,
    );
    expect(const RhaiConfig.secureDefaults(), same(const RhaiConfig()));
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
    expect(one.allowEval, isTrue);
    final two = one.copyWith(deniedFunctions: {'len'});
    expect(two.maxMemory, 5);
    expect(two.deniedFunctions, {'len'});
  });

  test('sets cannot be changed, and the order does not matter', () {
    final names = {'while', 'for'};
    final config = secure.copyWith(
      disabledSymbols: names,
      allowedFunctions: names,
      deniedFunctions: names,
    );
    names.add('loop');
    for (final set in [
      config.disabledSymbols,
      config.allowedFunctions!,
      config.deniedFunctions,
    ]) {
      expect(set, {'while', 'for'});
      expect(() => set.add('x'), throwsUnsupportedError);
    }
    const other = RhaiConfig(disabledSymbols: {'for', 'while'});
    expect(secure.copyWith(disabledSymbols: config.disabledSymbols), other);
    expect(
      secure.copyWith(disabledSymbols: config.disabledSymbols).hashCode,
      other.hashCode,
    );
  });

  test('an engine does not notice later changes of the sets', () {
    final names = {'while'};
    final engine = engineWith(RhaiConfig(disabledSymbols: names));
    names
      ..clear()
      ..add('for');
    expect(engine.eval('let n = 0; for i in 0..3 { n += i; } n'), 3);
    expect(
      () => engine.eval('while true { }'),
      throwsA(isA<RhaiSyntaxError>()),
    );
  });

  test('copyWith(x: null) unsets what can be null', () {
    const full = RhaiConfig(
      allowedFunctions: {'len'},
      onPrint: _print,
      onDebug: _debug,
      maxMemory: 5,
    );
    expect(full.copyWith(), full);
    expect(full.copyWith(onPrint: null).onPrint, isNull);
    expect(full.copyWith(onPrint: null).onDebug, same(_debug));
    expect(full.copyWith(onDebug: null).onDebug, isNull);
    expect(full.copyWith(allowedFunctions: null).allowedFunctions, isNull);
    expect(full.copyWith(maxMemory: null).maxMemory, 5);
    expect(
      full.copyWith(
        allowedFunctions: null,
        onPrint: null,
        onDebug: null,
        maxMemory: 128 << 20,
      ),
      secure,
    );
    expect(secure.copyWith(allowedFunctions: {}).allowedFunctions, isEmpty);
  });

  /// The error of an option that both `copyWith` and an engine refuse.
  Matcher refusesOption(String name) =>
      throwsA(isA<ArgumentError>().having((e) => e.name, 'name', name));

  test('negative limits are refused', () {
    const refused = {
      'maxOperations': RhaiConfig(maxOperations: -1),
      'maxStackDepth': RhaiConfig(maxStackDepth: -1),
      'maxExpressionDepth': RhaiConfig(maxExpressionDepth: -1),
      'maxStringLength': RhaiConfig(maxStringLength: -1),
      'maxArraySize': RhaiConfig(maxArraySize: -1),
      'maxMapSize': RhaiConfig(maxMapSize: -1),
      'maxVariables': RhaiConfig(maxVariables: -1),
      'maxFunctions': RhaiConfig(maxFunctions: -1),
      'maxModules': RhaiConfig(maxModules: -1),
      'maxMemory': RhaiConfig(maxMemory: -1),
      'maxOutputLength': RhaiConfig(maxOutputLength: -1),
      'scriptCacheSize': RhaiConfig(scriptCacheSize: -1),
      'maxWaiting': RhaiConfig(maxWaiting: -1),
    };
    refused.forEach((name, config) {
      expect(() => RhaiEngine(config), refusesOption(name));
      expect(() => RhaiEngine.withConfig(config), refusesOption(name));
      expect(config.copyWith, refusesOption(name));
    });
    expect(() => secure.copyWith(maxMemory: -1), refusesOption('maxMemory'));
    const most = RhaiConfig.mostExpressionDepth;
    const tooDeep = RhaiConfig(maxExpressionDepth: most + 1);
    expect(() => RhaiEngine(tooDeep), refusesOption('maxExpressionDepth'));
    engineWith(const RhaiConfig(maxExpressionDepth: most));
  });

  test('a time that is refused is shown', () {
    const config = RhaiConfig(timeout: Duration(microseconds: 999));
    expect(
      () => RhaiEngine(config),
      throwsA(
        isA<ArgumentError>().having(
          (e) => '$e',
          'text',
          allOf(contains('(timeout)'), endsWith(': "0:00:00.000999"')),
        ),
      ),
    );
  });

  test('times that are too short or too long are refused', () {
    for (final time in const [
      Duration(microseconds: 999),
      Duration(seconds: -1),
      Duration(days: 365, microseconds: 1),
    ]) {
      final refused = {
        'timeout': RhaiConfig(timeout: time),
        'asyncTimeout': RhaiConfig(asyncTimeout: time),
        'totalTimeout': RhaiConfig(totalTimeout: time),
      };
      refused.forEach((name, config) {
        expect(() => RhaiEngine(config), refusesOption(name));
        expect(config.copyWith, refusesOption(name));
      });
    }
    const longest = RhaiConfig.maxAsyncTimeout;
    for (final time in const [Duration.zero, longest]) {
      final config = RhaiConfig(
        timeout: time,
        asyncTimeout: time,
        totalTimeout: time,
      ).copyWith();
      expect(
        (config.timeout, config.asyncTimeout, config.totalTimeout),
        (time, time, time),
      );
      engineWith(config);
    }
  });

  test('nothing limits waits without limits', () {
    final config = RhaiConfig.unlimited();
    expect(config.timeout, Duration.zero);
    expect(config.asyncTimeout, Duration.zero);
    expect(config.totalTimeout, Duration.zero);
  });

  test('trusted scripts may run for ever, but not take all memory', () {
    const trusted = RhaiConfig.trusted();
    expect(
      trusted,
      const RhaiConfig(
        maxOperations: 0,
        maxModules: 0,
        maxOutputLength: 0,
        timeout: Duration.zero,
        totalTimeout: Duration.zero,
        asyncTimeout: Duration.zero,
        allowFileIo: true,
        allowEval: true,
        allowModules: true,
        exposeStackTraces: true,
      ),
    );
    final engine = engineWith(trusted);
    expect(engine.eval('let n = 0; for i in 0..600_000 { n += 1; } n'), 600000);
    expect(engine.eval('eval("1 + 1")'), 2);
    expect(
      () => engine.eval('let a = []; loop { a.push("x".to_blob()); }'),
      throwsLimitError(RhaiLimit.memory),
    );
    expect(
      () => engine.eval('fn f() { f() } f()'),
      throwsLimitError(RhaiLimit.stackDepth),
    );
  });

  test('the largest numbers may be used', () {
    const max = 0x7fffffffffffffff;
    final engine = engineWith(
      const RhaiConfig(
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
        maxWaiting: max,
        timeout: RhaiConfig.maxAsyncTimeout,
        totalTimeout: RhaiConfig.maxAsyncTimeout,
      ),
    );
    expect(engine.eval('let s = "a"; [1].map(|x| s + x)'), ['a1']);
  });

  test('the smallest numbers end everything and break nothing', () {
    for (final config in _changed.values) {
      final engine = RhaiEngine(config);
      try {
        engine.eval('let a = [1, 2]; let m = #{a: a}; m.a.len()');
      } on RhaiException catch (error) {
        expect(error, isNot(isA<RhaiFFIError>()), reason: '$config');
      }
      engine.dispose();
    }
  });

  test('the constructors of an engine agree', () {
    for (final engine in [
      RhaiEngine(),
      RhaiEngine.withDefaults(),
      RhaiEngine(const RhaiConfig()),
      RhaiEngine.withConfig(const RhaiConfig.secureDefaults()),
    ]) {
      addTearDown(engine.dispose);
      expect(
        () => engine.eval('loop { }'),
        throwsLimitError(RhaiLimit.operations, 1000000),
      );
      expect(() => engine.eval('eval("1")'), throwsA(isA<RhaiSyntaxError>()));
    }
  });
}
