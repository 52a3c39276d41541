/// Errors that Dart functions throw, in scripts and for their callers.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(
    () => engine = RhaiEngine.withConfig(RhaiConfig(exposeStackTraces: true)),
  );
  tearDown(() => engine.dispose());

  /// Registers a function that throws [error] at once, and one that does later.
  void registerThrowing(Object error) {
    engine
      ..registerFunction('throw_now', () => _throw(error))
      ..registerFunction('throw_later', () async {
        await later(null);
        _throw(error);
      });
  }

  final errors = <String, (Object, String type, String message)>{
    'an Exception': (Exception('no luck'), 'Exception', 'Exception: no luck'),
    'a FormatException': (
      const FormatException('no number'),
      'FormatException',
      'FormatException: no number',
    ),
    'an exception of its own class': (
      _NotFound('user 42'),
      'NotFound',
      'not found: user 42',
    ),
    'an Error': (StateError('closed'), 'StateError', 'Bad state: closed'),
    'a String': ('text', 'String', 'text'),
    'a number': (42, 'int', '42'),
    'a lone surrogate': ('\ud800', 'String', '\ufffd'),
  };

  errors.forEach((name, testCase) {
    final (error, type, message) = testCase;
    group('$name that a Dart function throws', () {
      setUp(() => registerThrowing(error));

      for (final call in ['throw_now()', 'throw_later()']) {
        test('can be caught in the script: $call', () async {
          final caught = await engine.eval('''
            let caught = ();
            try { $call } catch (e) { caught = e }
            caught
          ''');
          expect(caught, {
            'type': type,
            'message': message,
            'stack_trace': contains('_throw'),
          });
        });

        test('is the cause of the error if it is not caught: $call', () async {
          await expectLater(
            engine.evalAsync('let x = 1;\nx + $call'),
            throwsA(
              isA<RhaiRuntimeError>()
                  .having((e) => e.cause, 'cause', same(error))
                  .having((e) => e.position?.line, 'line', 2)
                  .having((e) => e.position?.column, 'column', 5),
            ),
          );
        });

        test('stays the cause if it is thrown again: $call', () async {
          await expectLater(
            engine.evalAsync('''
              fn attempt() { try { $call } catch (e) { throw e } }
              try { attempt() } catch (e) { let kept = [e]; throw kept[0]; }
            '''),
            throwsWithCause(same(error)),
          );
        });
      }
    });
  });

  test('a Future that has failed already can be caught', () async {
    engine.registerFunction('failed', () => Future<int>.error('no'));
    const script = 'let x = 0; try { failed() } catch (e) { x = e.message } x';
    expect(await engine.eval(script), 'no');
  });

  test('a Future of a class of its own that breaks can be caught', () async {
    engine.registerFunction('broken', _BrokenFuture.new);
    const script = 'let x = 0; try { broken() } catch (e) { x = e.message } x';
    expect(await engine.eval(script), 'Bad state: no then');
  });

  test('what a script catches is the error of its own call', () async {
    engine.registerFunction('fail', (String name) async {
      await later(null);
      throw FormatException(name);
    });
    String script(int i) => 'try { fail("$i") } catch (e) { throw e.message }';
    final results = [for (var i = 0; i < 50; i++) engine.evalAsync(script(i))];
    for (final (i, result) in results.indexed) {
      await expectLater(result, throwsWithCause('FormatException: $i'));
    }
  });

  test('the first of two caught errors can be thrown again', () async {
    final first = StateError('first');
    engine
      ..registerFunction('first', () => _throw(first))
      ..registerFunction('second', () async => _throw('second'));
    await expectLater(
      engine.evalAsync('''
        let errors = [];
        try { first() } catch (e) { errors.push(e) }
        try { second() } catch (e) { errors.push(e) }
        throw errors[0]
      '''),
      throwsWithCause(same(first)),
    );
  });

  for (final call in ['throw_now', 'throw_later']) {
    test('the stack trace has the frames of both languages: $call', () async {
      registerThrowing(StateError('bad'));
      await expectLater(
        engine.evalAsync('''
          fn inner() { $call() }
          fn outer() { inner() }
          outer()
        '''),
        throwsA(
          isA<RhaiRuntimeError>().having(
            (e) => '$e',
            'text',
            stringContainsInOrder([
              '_throw',
              'at inner (line 1',
              'at outer (line 2',
              'at script (line 3',
            ]),
          ),
        ),
      );
    });
  }

  for (final call in ['throw_now', 'throw_later']) {
    test('an error keeps its cause and traces through five nested scripts: '
        '$call', () async {
      final error = StateError('bad');
      String script(int level) =>
          'fn level_$level() { ${level == 0 ? call : 'run_${level % 2}'}($level) } '
          'level_$level()';
      engine
        ..registerFunction('throw_now', (int _) => _throw(error))
        ..registerFunction('throw_later', (int _) async {
          await later(null);
          _throw(error);
        })
        ..registerFunction('run_0', (int n) => engine.eval(script(n - 1)))
        ..registerFunction('run_1', (int n) async {
          return await engine.evalAsync(script(n - 1));
        });
      await expectLater(
        engine.evalAsync(script(5)),
        throwsA(
          isA<RhaiRuntimeError>()
              .having((e) => e.message, 'message', 'Bad state: bad')
              .having((e) => e.cause, 'cause', same(error))
              .having(
                (e) => '$e',
                'text',
                stringContainsInOrder([
                  '_throw',
                  for (var level = 0; level <= 5; level++)
                    'at level_$level (line 1',
                ]),
              ),
        ),
      );
    });
  }

  test('an error says what it can although its stack trace cannot', () {
    engine.registerFunction(
      'fail',
      () => Error.throwWithStackTrace('text', _BrokenTrace()),
    );
    const script = 'try { fail() } catch (e) { return [e.message, e.type]; }';
    expect(engine.eval(script), ['text', 'String']);
  });

  test('the stack trace of an error leads to whoever awaits eval', () async {
    registerThrowing(StateError('bad'));
    Future<void> whoeverAwaits() async {
      await engine.eval('throw_later()');
    }

    try {
      await whoeverAwaits();
      fail('no error');
    } on RhaiRuntimeError catch (_, stackTrace) {
      expect('$stackTrace', contains('whoeverAwaits'));
    }
  });

  test('a script goes on after an error that it catches', () async {
    registerThrowing('bad');
    engine.registerFunction('later', later);
    const script = '''
      let caught = 0;
      for i in 0..100 {
        try { if later(i) % 2 == 0 { throw_now() } else { throw_later() } }
        catch { caught += 1 }
      }
      caught
    ''';
    expect(await engine.eval(script), 100);
  });

  test('an argument of the wrong type is an error like others', () async {
    engine.registerFunction('half', (List<int> x) async => x.length ~/ 2);
    const script = 'let x = 0; try { half(["a"]) } catch (e) { x = e.type } x';
    expect(engine.eval(script), 'TypeError');
    expect(
      () => engine.eval('half(["a"])'),
      throwsA(
        isA<RhaiRuntimeError>().having(
          (e) => e.kind,
          'kind',
          RhaiRuntimeErrorKind.typeMismatch,
        ),
      ),
    );
  });

  group('a value that cannot cross is an error that names the path:', () {
    final values = <String, (Object, String path)>{
      'a function that needs named arguments': (
        ({required int x}) => x,
        'result of get',
      ),
      'a Future in a List': (
        [
          0,
          [Future.value(1)],
        ],
        'result of get[1][0]',
      ),
      'a lone surrogate in a Map': (
        {
          'users': [
            {'name': 'Ann'},
            {'name': 'Bob', 'avatar': '\ud800'},
          ],
        },
        'result of get.users[1].avatar',
      ),
      'a Map with a key that is no String': (
        [
          {1: 'a'},
        ],
        'result of get[0]',
      ),
    };
    values.forEach((name, testCase) {
      final (value, path) = testCase;
      final ways = <String, Object? Function()>{
        'returned': () => value,
        'returned later': () => later(value),
      };
      ways.forEach((way, function) {
        test('$name, $way', () async {
          engine.registerFunction('get', function);
          const catching = '''
            let caught = ();
            try { get() } catch (e) { caught = e }
            caught
          ''';
          final caught = await engine.eval(catching) as Map<String, dynamic>;
          expect(caught['type'], 'RhaiConversionError');
          expect(caught['path'], path);
          expect(caught['message'], startsWith('$path: '));
          await expectLater(
            engine.evalAsync('get()'),
            throwsA(
              isA<RhaiRuntimeError>()
                  .having((e) => e.message, 'message', startsWith('$path: '))
                  .having((e) => e.cause, 'cause', isA<RhaiConversionError>()),
            ),
          );
        });
      });
    });

    test('an argument', () {
      engine.registerFunction('put', (Object? a, Object? b) => 'not called');
      const script = '''
        let caught = ();
        try { put(1, #{user: #{since: timestamp()}}) } catch (e) { caught = e }
        caught
      ''';
      expect(engine.eval(script), {
        'type': 'RhaiConversionError',
        'message': startsWith('args[1].user.since: '),
        'path': 'args[1].user.since',
        'problem': contains('timestamp'),
        'hint': isNotEmpty,
      });
    });

    test('the result of a script', () {
      expect(
        () => engine.eval('#{a: [1, timestamp()]}'),
        throwsA(
          isA<RhaiConversionError>().having(
            (e) => e.message,
            'message',
            startsWith('result.a[1]: '),
          ),
        ),
      );
    });
  });
}

Never _throw(Object error) => throw error;

final class _NotFound implements Exception {
  _NotFound(this.what);

  final String what;

  @override
  String toString() => 'not found: $what';
}

final class _BrokenFuture implements Future<int> {
  @override
  Future<R> then<R>(
    FutureOr<R> Function(int value) onValue, {
    Function? onError,
  }) => throw StateError('no then');

  @override
  dynamic noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}

final class _BrokenTrace implements StackTrace {
  @override
  String toString() => throw StateError('no text');
}
