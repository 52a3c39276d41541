/// How many executions may be under way at once.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/futures.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;
  late Completer<Object?> gate;

  setUp(() {
    engine = engineWith(const RhaiConfig(maxWaiting: 2));
    gate = Completer<Object?>();
    engine
      ..registerFunction('wait', () => gate.future)
      ..registerFunction('run', (String script) => engine.eval(script))
      ..registerFunction('later', later);
  });

  /// The error of the execution that is one too many.
  Matcher throwsTooMany(int limit) =>
      throwsLimitError(RhaiLimit.waiting, limit);

  test('of 0, the default, is no limit', () async {
    expect(const RhaiConfig().maxWaiting, 0);
    expect(const RhaiConfig.trusted().maxWaiting, 0);
    expect(const RhaiConfig.unlimited().maxWaiting, 0);
    final engine = engineWith(const RhaiConfig())
      ..registerFunction('wait', () => gate.future);
    final all = [for (var i = 0; i < 500; i++) engine.eval('wait()') as Future];
    expect(engine.pendingCount, 500);
    gate.complete(1);
    expect(await Future.wait(all), everyElement(1));
  });

  test('the next one is an error, until one has ended', () async {
    final first = engine.evalAsync('wait() + 1');
    final second = engine.eval('wait() + 2') as Future;
    expect(
      () => engine.eval('3'),
      throwsA(
        isA<RhaiLimitError>().having(
          (e) => e.message,
          'message',
          'too many scripts are under way at once: the limit is 2, so wait until one '
              'has ended (RhaiConfig.maxWaiting)',
        ),
      ),
    );
    gate.complete(1);
    expect([await first, await second], [2, 3]);
    expect(engine.eval('3'), 3);
    expect(engine.stats.refused, 1);
  });

  test('a script that does not wait takes no room from the next', () {
    final engine = engineWith(const RhaiConfig(maxWaiting: 1))
      ..registerFunction('one', () => 1);
    for (var i = 0; i < 10; i++) {
      expect(engine.eval('one() + $i'), 1 + i);
      expect(() => engine.eval('throw $i'), throwsA(isA<RhaiException>()));
    }
  });

  group('refuses, before anything runs,', () {
    final starts =
        <
          String,
          FutureOr<Object?> Function(RhaiEngine, RhaiScript, RhaiFunction)
        >{
          'eval': (engine, _, _) => engine.eval('note()'),
          'evalSync': (engine, _, _) => engine.evalSync<Object?>('note()'),
          'evalAsync': (engine, _, _) => engine.evalAsync<Object?>('note()'),
          'eval in a scope': (engine, _, _) =>
              engine.eval('note()', scope: engine.newScope()),
          'compile': (engine, _, _) => engine.compile('note()'),
          'compileAsync': (engine, _, _) => engine.compileAsync('note()'),
          'analyze': (engine, _, _) => engine.analyze('note()'),
          'analyzeAsync': (engine, _, _) => engine.analyzeAsync('note()'),
          'RhaiScript.eval': (_, script, _) => script.eval(),
          'RhaiScript.evalSync': (_, script, _) => script.evalSync<Object?>(),
          'RhaiScript.evalAsync': (_, script, _) => script.evalAsync<Object?>(),
          'RhaiScript.call': (_, script, _) => script.call('f', []),
          'RhaiScript.call with this': (_, script, _) =>
              script.call('f', [], thisValue: [1]),
          'RhaiScript.callSync': (_, script, _) =>
              script.callSync<Object?>('f', []),
          'RhaiScript.callAsync': (_, script, _) =>
              script.callAsync<Object?>('f', []),
          'RhaiFunction.call': (_, _, function) => function.call(),
          'RhaiFunction.callAsync': (_, _, function) => function.callAsync(),
          'RhaiFunction.callWith': (_, _, function) => function.callWith(1, []),
          'RhaiFunction.callWithAsync': (_, _, function) =>
              function.callWithAsync(1, []),
        };
    starts.forEach((name, start) {
      test(name, () async {
        var notes = 0;
        engine.registerFunction('note', () => ++notes);
        final script = engine.compile('fn f() { note() } note()');
        final function = engine.eval('|| note()') as RhaiFunction;
        final waiting = [
          engine.evalAsync('wait()'),
          engine.evalAsync('wait()'),
        ];
        final before = engine.stats;
        final refused = Future.sync(() => start(engine, script, function));
        await expectLater(refused, throwsTooMany(2));
        expect(notes, 0);
        expect(engine.stats.started, before.started);
        expect(engine.stats.refused, 1);
        gate.complete(null);
        await Future.wait(waiting);
        await start(engine, script, function);
        expect(engine.stats.started, before.started + 1);
        expect(engine.stats.underWay, 0);
      });
    });

    test('what has a Future with an error of that', () async {
      engine
        ..evalAsync('wait()').ignore()
        ..evalAsync('wait()').ignore();
      final refused = engine.evalAsync('1');
      await expectLater(refused, throwsTooMany(2));
    });

    test('a call whose arguments are not read then', () {
      final function = engine.eval('|x| x') as RhaiFunction;
      final script = engine.compile('fn f(x) { x }');
      engine
        ..evalAsync('wait()').ignore()
        ..evalAsync('wait()').ignore();
      var reads = 0;
      final argument = Iterable.generate(3, (i) => ++reads);
      expect(() => function(argument), throwsTooMany(2));
      expect(() => function.callWith(argument, [argument]), throwsTooMany(2));
      expect(() => script.call('f', [argument]), throwsTooMany(2));
      expect(reads, 0);
    });
  });

  test('arguments that start scripts do not exceed it', () {
    final engine = engineWith(const RhaiConfig(maxWaiting: 1))
      ..registerFunction('wait', () => gate.future);
    final function = engine.eval('|x| x') as RhaiFunction;
    final argument = Iterable.generate(1, (i) {
      engine.evalAsync('wait()').ignore();
      return i;
    });
    expect(() => function(argument), throwsTooMany(1));
    expect(engine.stats.underWay, 1);
  });

  test('does not concern scopes, variables and functions', () {
    final scope = engine.newScope();
    engine
      ..evalAsync('wait()').ignore()
      ..evalAsync('wait()').ignore()
      ..registerFunction('f', () => 1)
      ..setVar('x', 1);
    scope
      ..set('a', 1)
      ..setConstant('B', [2]);
    expect(scope.get<int>('a'), 1);
    expect(scope.keys, ['a', 'B']);
    expect(scope.clone().get<List<Object?>>('B'), [2]);
    expect(engine.stats.refused, 0);
  });

  group('what a Dart function runs for a script', () {
    test('counts', () {
      expect(engine.eval('run("1")'), 1);
      expect(
        () => engine.eval('run("run(`1`)")'),
        throwsWithCause(isA<RhaiLimitError>()),
      );
      expect(engine.stats.underWay, 0);
      expect(engine.eval('run("2")'), 2);
    });

    test('is an exception that the script can catch', () {
      final script =
          'run("let r = 0; try { run(`1`) } catch (e) { r = e.type } r")';
      expect(engine.eval(script), 'RhaiLimitError');
      expect(engine.stats.refused, 1);
    });

    test('counts as a callback, too', () async {
      engine.registerFunction('apply', (RhaiFunction f) => f());
      expect(engine.eval('apply(|| 1)'), 1);
      expect(
        () => engine.eval('apply(|| apply(|| 1))'),
        throwsWithCause(isA<RhaiLimitError>()),
      );
      engine.evalAsync('wait()').ignore();
      expect(
        () => engine.eval('apply(|| 1)'),
        throwsWithCause(isA<RhaiLimitError>()),
      );
    });

    test('counts in its own engine only', () {
      final other = engineWith(const RhaiConfig(maxWaiting: 1));
      engine.registerFunction('there', (String script) => other.eval(script));
      other.registerFunction('back', (String script) => engine.eval(script));
      expect(engine.eval('there("back(`1`)")'), 1);
      expect(
        () => engine.eval('there("back(`there(\\"1\\")`)")'),
        throwsWithCause(isA<RhaiLimitError>()),
      );
    });
  });

  test('calls of parallel are part of their script', () async {
    final engine = engineWith(const RhaiConfig(maxWaiting: 1))
      ..registerFunction('later', later);
    expect(await engine.evalAsync('parallel([1, 2, 3, 4], |x| later(x) + 1)'), [
      2,
      3,
      4,
      5,
    ]);
    final waiting = engine.evalAsync('parallel([|| later(1), || later(2)])');
    expect(() => engine.eval('1'), throwsTooMany(1));
    expect(await waiting, [1, 2]);
    expect(engine.eval('1'), 1);
  });

  test('scripts that let the event loop run are under way', () async {
    final engine = engineWith(
      const RhaiConfig(maxWaiting: 1, maxOperations: 0, timeout: Duration.zero),
    );
    final long = engine.evalAsync('let n = 0; while n < 400_000 { n += 1; } n');
    expect(engine.stats.underWay, 1);
    expect(engine.stats.waiting, 0);
    expect(() => engine.eval('1'), throwsTooMany(1));
    expect(await long, 400000);
    expect(engine.eval('1'), 1);
  });

  group('there is room again after', () {
    final ends =
        <String, Future<void> Function(RhaiEngine, Completer<Object?>)>{
          'a value': (engine, gate) {
            final result = engine.evalAsync('wait()');
            gate.complete(1);
            return expectLater(result, completion(1));
          },
          'an error': (engine, gate) {
            final result = engine.evalAsync('wait(); 1 / 0');
            gate.complete(1);
            return expectLater(result, throwsA(isA<RhaiRuntimeError>()));
          },
          'an error of Dart': (engine, gate) {
            final result = engine.evalAsync('wait()');
            gate.completeError(const FormatException());
            return expectLater(result, throwsWithCause(isA<FormatException>()));
          },
          'a value that cannot cross': (engine, gate) {
            final result = engine.evalAsync('wait()');
            gate.complete({1: 2});
            return expectLater(result, throwsA(isA<RhaiRuntimeError>()));
          },
          'a timeout': (engine, _) => expectLater(
            engine.evalAsync('wait()'),
            throwsA(isA<RhaiTimeoutError>()),
          ),
          'a timeout in all': (engine, _) => expectLater(
            engine.evalAsync('loop { try { wait() } catch { } }'),
            throwsA(isA<RhaiTimeoutError>()),
          ),
          'a refused wait': (engine, _) async =>
              expect(() => engine.evalSync<int>('wait()'), throwsCancelled),
          'a limit': (engine, gate) {
            final result = engine.evalAsync('wait(); loop { }');
            gate.complete(1);
            return expectLater(result, throwsLimitError(RhaiLimit.operations));
          },
          'a failing parallel': (engine, gate) {
            final result = engine.evalAsync(
              'parallel([|| wait(), || { later(1); throw 2 }])',
            );
            return expectLater(result, throwsA(isA<RhaiRuntimeError>()));
          },
        };
    ends.forEach((name, end) {
      test(name, () async {
        final engine = engineWith(
          const RhaiConfig(
            maxWaiting: 1,
            maxOperations: 20000,
            asyncTimeout: Duration(milliseconds: 20),
            totalTimeout: Duration(milliseconds: 100),
          ),
        );
        engine
          ..registerFunction('wait', () => gate.future)
          ..registerFunction('later', later);
        await end(engine, gate);
        expect(engine.eval('1'), 1);
        final RhaiStats(:started, :ended, :underWay) = engine.stats;
        expect((started, ended, underWay), (2, 2, 0));
      });
    });

    test('a zone that lets no script wait', () async {
      final engine = engineWith(
        const RhaiConfig(maxWaiting: 1, maxOperations: 0),
      );
      final result = runZoned(
        () =>
            Future.sync(() => engine.evalAsync('let n = 0; loop { n += 1; }')),
        zoneSpecification: ZoneSpecification(
          fork: (_, _, _, _, _) => throw StateError('no zone'),
        ),
      );
      await expectLater(result, throwsStateError);
      expect(engine.eval('1'), 1);
      expect(engine.stats.endings[RhaiEnding.otherError], 1);
    });
  });

  test(
    'a script that waits is not disturbed by those that are refused',
    () async {
      final engine = engineWith(const RhaiConfig(maxWaiting: 3));
      engine
        ..registerFunction('later', later)
        ..registerFunction('keep', (Object? x) => later(x));
      final object = Object();
      final function = engine.eval('|x| x') as RhaiFunction;
      final all = [
        for (var i = 0; i < 3; i++)
          engine.evalAsync('let s = 0; for i in 0..20 { s += later(i); } s'),
      ];
      for (var i = 0; i < 1000; i++) {
        expect(() => function([object, 'x' * 100]), throwsTooMany(3));
        await expectLater(engine.evalAsync('keep(1)'), throwsTooMany(3));
        if (engine.pendingCount < 3) break;
      }
      expect(await Future.wait(all), everyElement(190));
      expect(engine.eval('1'), 1);
    },
  );

  test('after dispose nothing is refused any more', () async {
    final waiting = engine.evalAsync('wait()');
    final cancelled = expectLater(waiting, throwsCancelled);
    engine.evalAsync('wait()').ignore();
    engine.dispose();
    await cancelled;
    expect(() => engine.eval('1'), throwsStateError);
    expect(engine.stats.refused, 0);
  });
}
