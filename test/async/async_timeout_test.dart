/// Dart functions that do not complete in time.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import '../support/matchers.dart';

const _timeout = Duration(milliseconds: 20);

void main() {
  late RhaiEngine engine;

  setUp(() {
    engine = RhaiEngine.withConfig(RhaiConfig(asyncTimeout: _timeout))
      ..registerFunction('never', never)
      ..registerFunction('later', later);
  });
  tearDown(() => engine.dispose());

  test('an engine waits 30 seconds unless it is told otherwise', () {
    final config = RhaiConfig.secureDefaults();
    expect(config.asyncTimeout, const Duration(seconds: 30));
  });

  test('a timeout that is not caught is a RhaiTimeoutError', () async {
    await expectLater(
      engine.eval('fn wait(x) {\n  x + never()\n}\nwait(1)'),
      throwsA(
        isA<RhaiTimeoutError>()
            .having((e) => e.functionName, 'functionName', 'never')
            .having((e) => e.timeout, 'timeout', _timeout)
            .having((e) => e.message, 'message', contains('never'))
            .having((e) => e.position?.line, 'line', 2)
            .having((e) => e.position?.column, 'column', 7),
      ),
    );
  });

  test('a timeout can be caught, and the script calls on', () async {
    const script = '''
      let result = [];
      for i in 0..3 {
        try { never() } catch (e) { result.push(e.type) }
        result.push(later(i));
      }
      result
    ''';
    expect(await engine.eval(script), [
      ...['timeout', 0],
      ...['timeout', 1],
      ...['timeout', 2],
    ]);
  });

  test('a caught timeout says which function was too slow', () async {
    const script = '''
      let message = "";
      try { never() } catch (e) { message = e.message }
      message
    ''';
    expect(
      await engine.eval(script),
      allOf(contains('never'), contains('${_timeout.inMilliseconds} ms')),
    );
  });

  test('a timeout that is thrown again is a RhaiTimeoutError', () async {
    await expectLater(
      engine.eval('try { never() } catch (e) {\n  throw e\n}'),
      throwsA(
        isA<RhaiTimeoutError>()
            .having((e) => e.functionName, 'functionName', 'never')
            .having((e) => e.position?.line, 'line', isNotNull),
      ),
    );
  });

  test('an error that only looks like a timeout is none', () async {
    await expectLater(
      engine.evalAsync('throw #{type: "timeout", message: "mine"}'),
      throwsA(isA<RhaiRuntimeError>()),
    );
    engine.registerFunction('fail', () async => throw TimeoutException('own'));
    await expectLater(
      engine.eval('fail()'),
      throwsWithCause(isA<TimeoutException>()),
    );
  });

  test('every wait of a script has the whole time', () async {
    // Each takes half of the time that is allowed; together they take longer.
    engine.registerFunction('half', () => Future<void>.delayed(_timeout ~/ 2));
    expect(await engine.eval('for i in 0..6 { half() } "done"'), 'done');
  });

  test('a timeout of one script does not disturb another', () async {
    final gate = Completer<String>();
    final slow = RhaiEngine.withDefaults()
      ..registerFunction('wait', () => gate.future);
    final waiting = slow.eval('wait()') as Future<dynamic>;
    final results = await Future.wait([
      for (var i = 0; i < 20; i++)
        engine.evalAsync(
          i.isEven ? 'try { never() } catch { } $i' : 'later($i)',
        ),
    ]);
    expect(results, [for (var i = 0; i < 20; i++) i]);
    gate.complete('in time');
    expect(await waiting, 'in time');
    slow.dispose();
  });

  test('a timed-out script ends, the next one of the engine runs', () async {
    for (var i = 0; i < 3; i++) {
      await expectLater(
        engine.eval('never()'),
        throwsA(isA<RhaiTimeoutError>()),
      );
      expect(await engine.eval('later($i)'), i);
    }
  });

  group('what comes after the timeout is ignored:', () {
    final ends = <String, void Function(Completer<Object?>)>{
      'a value': (late) => late.complete('late'),
      'an error': (late) => late.completeError(StateError('late')),
      'a value that cannot cross': (late) => late.complete(Object()),
    };
    ends.forEach((name, end) {
      test('$name, while the script waits for another call', () async {
        final (value, errors) = await _guarded(() async {
          final late = Completer<Object?>();
          final next = Completer<Object?>();
          engine
            ..registerFunction('late', () => late.future)
            ..registerFunction('next', () {
              end(late);
              Timer.run(() => next.complete('next'));
              return next.future;
            });
          return engine.eval('try { late() } catch { } next()');
        });
        expect(value, 'next');
        expect(errors, isEmpty);
      });

      test('$name, when the script has ended', () async {
        final (value, errors) = await _guarded(() async {
          final late = Completer<Object?>();
          engine.registerFunction('late', () => late.future);
          try {
            await engine.eval('late()');
          } on RhaiTimeoutError {
            end(late);
          }
          await later(null);
          return engine.eval('later("next")');
        });
        expect(value, 'next');
        expect(errors, isEmpty);
      });

      test('$name, when the engine is disposed', () async {
        final (value, errors) = await _guarded(() async {
          final late = Completer<Object?>();
          engine.registerFunction('late', () => late.future);
          final value = await engine.eval(
            'let x = (); try { late() } catch (e) { x = e.type } x',
          );
          engine.dispose();
          end(late);
          await later(null);
          return value;
        });
        expect(value, 'timeout');
        expect(errors, isEmpty);
      });
    });
  });
}

/// Runs [body] and collects the errors that nobody handles.
Future<(Object?, List<Object>)> _guarded(
  Future<dynamic> Function() body,
) async {
  final errors = <Object>[];
  final done = Completer<Object?>();
  runZonedGuarded(() => done.complete(body()), (error, _) => errors.add(error));
  final value = await done.future;
  // Errors that nobody handles are reported in a microtask.
  await later(null);
  return (value, errors);
}
