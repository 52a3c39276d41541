/// Names of earlier versions, which still work.
// ignore_for_file: deprecated_member_use_from_same_package
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/errors.dart';
import '../support/matchers.dart';

void main() {
  test('RhaiConfig.custom makes configurations', () {
    expect(RhaiConfig.custom(), const RhaiConfig());
    expect(
      RhaiConfig.custom(
        maxMemory: 1,
        timeoutMs: 2,
        disableFileIo: false,
        disableEval: false,
        disableModules: false,
        deniedFunctions: {'len'},
      ),
      const RhaiConfig(
        maxMemory: 1,
        timeout: Duration(milliseconds: 2),
        allowFileIo: true,
        allowEval: true,
        allowModules: true,
        deniedFunctions: {'len'},
      ),
    );
    expect(
      RhaiConfig.custom(onPrint: null, allowedFunctions: null),
      const RhaiConfig(),
    );
  });

  test('it refuses what it always refused', () {
    for (final make in [
      () => RhaiConfig.custom(timeoutMs: -1),
      () => RhaiConfig.custom(maxMemory: -1),
      () => RhaiConfig.custom(asyncTimeout: const Duration(microseconds: 1)),
    ]) {
      expect(make, throwsArgumentError);
    }
    // It had no bound.
    expect(
      RhaiConfig.custom(timeoutMs: 0x7fffffffffffffff).timeout,
      RhaiConfig.maxAsyncTimeout,
    );
    expect(RhaiConfig.custom(timeoutMs: 0).timeout, Duration.zero);
  });

  test('the old names of options can be read', () {
    const config = RhaiConfig(timeout: Duration(seconds: 2), allowEval: true);
    expect(config.timeoutMs, 2000);
    expect(config.disableEval, isFalse);
    expect(config.disableFileIo, isTrue);
    expect(config.disableModules, isTrue);
  });

  test('copyWith knows the old names, unless they contradict the new ones', () {
    const config = RhaiConfig();
    expect(
      config.copyWith(timeoutMs: 7, disableEval: false, disableModules: true),
      const RhaiConfig(timeout: Duration(milliseconds: 7), allowEval: true),
    );
    expect(
      config.copyWith(
        timeout: const Duration(milliseconds: 7),
        timeoutMs: 7,
        allowEval: true,
        disableEval: false,
      ),
      const RhaiConfig(timeout: Duration(milliseconds: 7), allowEval: true),
    );
    final contradicting = {
      'timeoutMs': () =>
          config.copyWith(timeout: const Duration(seconds: 1), timeoutMs: 1),
      'disableFileIo': () =>
          config.copyWith(allowFileIo: true, disableFileIo: true),
      'disableEval': () =>
          config.copyWith(allowEval: false, disableEval: false),
      'disableModules': () =>
          config.copyWith(allowModules: true, disableModules: true),
    };
    contradicting.forEach((name, copy) {
      expect(
        copy,
        throwsA(
          isA<ArgumentError>().having(
            (e) => '$e',
            'text',
            matches('$name contradicts \\w+: leave $name out'),
          ),
        ),
      );
    });
  });

  test('errors have the line, the column and the traces as text', () {
    final engine = engineWith(const RhaiConfig())
      ..registerFunction('fail', () => throw StateError('failed'));
    final thrown = errorThrownBy<RhaiRuntimeError>(
      () => engine.eval('\n throw 1'),
    );
    expect((thrown.lineNumber, thrown.columnNumber), (2, 2));
    expect(thrown.stackTrace, 'at script (line 2, position 2)');
    final failed = errorThrownBy<RhaiRuntimeError>(() => engine.eval('fail()'));
    expect(
      failed.stackTrace,
      '${failed.dartStackTrace}\nat script (line 1, position 1)',
    );
    const nowhere = RhaiSyntaxError('m');
    expect((nowhere.lineNumber, nowhere.columnNumber), (null, null));
    expect(() => engine.eval('throw 1'), throwsRuntimeError('1'));
  });
}
