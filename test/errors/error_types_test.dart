/// Types of errors, and what they have in common.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/errors.dart';
import '../support/futures.dart';
import '../support/matchers.dart';

void main() {
  RhaiEngine engineOf([RhaiConfig config = const RhaiConfig()]) =>
      engineWith(config)
        ..registerFunction('never', never)
        ..registerFunction('fail', () => throw StateError('failed'));

  const short = Duration(milliseconds: 20);

  /// Scripts that end with an error of each type, how it begins as text, and its position.
  final ends =
      <Type, (Future<Object?> Function(), String text, RhaiPosition? position)>{
        RhaiRuntimeError: (
          () => engineOf().evalAsync('\nthrow "bad"'),
          'RhaiRuntimeError: bad (line 2, position 1)\nat script (line 2',
          const RhaiPosition(2, 1),
        ),
        RhaiLimitError: (
          () => engineOf(
            const RhaiConfig(maxArraySize: 1),
          ).evalAsync('\n [1, 2]'),
          'RhaiLimitError: Size of array/BLOB too large',
          const RhaiPosition(2, 2),
        ),
        RhaiTimeoutError: (
          () => engineOf(
            const RhaiConfig(asyncTimeout: short),
          ).evalAsync('\n never()'),
          'RhaiTimeoutError: never did not complete within 20 ms',
          const RhaiPosition(2, 2),
        ),
        RhaiCancelledError: (
          () {
            final engine = engineOf();
            final result = engine.evalAsync('never()');
            engine.dispose();
            return result;
          },
          'RhaiCancelledError: the engine was disposed',
          null,
        ),
      };
  ends.forEach((type, end) {
    final (run, text, position) = end;
    test('on RhaiRuntimeError catches a $type', () async {
      try {
        await run();
        fail('no error');
      } on RhaiRuntimeError catch (error) {
        expect(error.runtimeType, type);
        expect('$error', startsWith(text));
        expect(error.position, position);
        // Only that of a failure has traces, as these take many lines.
        expect('$error'.contains('\nat '), type == RhaiRuntimeError);
      }
    });

    test(
      'a clause for a $type goes before that for RhaiRuntimeError',
      () async {
        Object? caught;
        try {
          await run();
        } on RhaiLimitError {
          caught = RhaiLimitError;
        } on RhaiTimeoutError {
          caught = RhaiTimeoutError;
        } on RhaiCancelledError {
          caught = RhaiCancelledError;
        } on RhaiRuntimeError {
          caught = RhaiRuntimeError;
        }
        expect(caught, type);
      },
    );
  });

  test('a script that is not valid, and a value that cannot cross, are no '
      'RhaiRuntimeErrors', () {
    final engine = engineOf();
    for (final run in [
      () => engine.eval('let'),
      () => engine.setVar('x', {1: 2}),
    ]) {
      final error = errorThrownBy<RhaiException>(run);
      expect(error, isNot(isA<RhaiRuntimeError>()));
    }
  });

  group('dartStackTrace', () {
    test('is the trace of the Dart function', () {
      Never failingDartFunction() => throw StateError('failed');
      final engine = engineOf()..registerFunction('fail', failingDartFunction);
      final error = errorThrownBy<RhaiRuntimeError>(
        () => engine.eval('fn f() { fail() } f()'),
      );
      expect('${error.dartStackTrace}', contains('failingDartFunction'));
      expect('${error.dartStackTrace}', isNot(contains('at f (line')));
      expect(
        '$error',
        '${'$error'.split('\n').first}\n${error.dartStackTrace}\n'
            '${error.callStack.join('\n')}',
      );
    });

    test('is null if no Dart function failed', () async {
      final engine = engineOf(const RhaiConfig(asyncTimeout: short));
      expect(
        errorThrownBy<RhaiRuntimeError>(
          () => engine.eval('throw 1'),
        ).dartStackTrace,
        isNull,
      );
      await expectLater(
        engine.evalAsync('never()'),
        throwsA(
          isA<RhaiTimeoutError>()
              .having((e) => e.dartStackTrace, 'trace', isNull)
              .having((e) => e.name, 'name', 'never'),
        ),
      );
    });

    test('begins with the calls of a script that the function ran', () {
      final engine = engineOf();
      engine.registerFunction(
        'run',
        () => engine.eval('fn inner() { fail() } inner()') as Object?,
      );
      final error = errorThrownBy<RhaiRuntimeError>(
        () => engine.eval('fn outer() { run() } outer()'),
      );
      expect(
        '${error.dartStackTrace}',
        stringContainsInOrder(['error_types_test', 'at inner (line 1']),
      );
      expect(error.callStack.first.function, 'outer');
      expect(error.cause, isStateError);
    });

    test('does not grow without bound', () {
      final engine = engineOf(const RhaiConfig(maxStackDepth: 60));
      engine.registerFunction(
        'run',
        (int n) => n == 0
            ? Error.throwWithStackTrace(
                StateError('deep'),
                StackTrace.fromString('x' * 99999),
              )
            : engine.eval('run(${n - 1})') as Object?,
      );
      final error = errorThrownBy<RhaiRuntimeError>(
        () => engine.eval('run(40)'),
      );
      expect('$error'.length, lessThan(100000));
      expect('$error', endsWith('at script (line 1, position 1)'));
    });
  });

  group('an error that ends a script in a Dart function is the cause of the '
      "outer script's:", () {
    test('a broken limit', () {
      final inner = engineOf(const RhaiConfig(maxOperations: 100));
      final engine = engineOf()
        ..registerFunction('run', () => inner.eval('loop { }') as Object?);
      final error = errorThrownBy<RhaiRuntimeError>(() => engine.eval('run()'));
      expect(error.runtimeType, RhaiRuntimeError);
      expect(error.kind, RhaiRuntimeErrorKind.dartFunction);
      expect(
        error.cause,
        isA<RhaiLimitError>().having(
          (e) => e.limit,
          'limit',
          RhaiLimit.operations,
        ),
      );
      expect(
        engine.eval('try { run() } catch (e) { return e.type; }'),
        'RhaiLimitError',
      );
    });

    test('a timeout that has a place', () async {
      final inner = engineOf(const RhaiConfig(asyncTimeout: short));
      final engine = engineOf()
        ..registerFunction('run', () => inner.evalAsync('never()'));
      await expectLater(
        engine.evalAsync('run()'),
        throwsWithCause(isA<RhaiTimeoutError>()),
      );
    });

    test('a disposed engine', () async {
      final inner = engineOf();
      final engine = engineOf()
        ..registerFunction('run', () {
          final result = inner.evalAsync('never()');
          inner.dispose();
          return result;
        });
      await expectLater(
        engine.evalAsync('run()'),
        throwsWithCause(isA<RhaiCancelledError>()),
      );
    });
  });

  test('an error without a place prints none', () {
    expect('${const RhaiSyntaxError('m')}', 'RhaiSyntaxError: m');
    expect(
      '${const RhaiLimitError('m', limit: RhaiLimit.memory, value: 1)}',
      'RhaiLimitError: m',
    );
    const withPlace = RhaiChannelClosedError('m', position: RhaiPosition(1, 2));
    expect('$withPlace', 'RhaiChannelClosedError: m (line 1, position 2)');
    expect(const RhaiTimeoutError('m', functionName: 'f').name, 'f');
    expect(const RhaiTimeoutError('m').name, '');
  });
}
