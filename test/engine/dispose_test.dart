/// The end of an engine, at any moment.
library;

import 'dart:async';
import 'dart:collection';
import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import '../support/garbage.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  test('a disposed engine says so, also when disposed twice', () {
    expect(engine.isDisposed, isFalse);
    engine.dispose();
    expect(engine.isDisposed, isTrue);
    engine.dispose();
    expect(engine.isDisposed, isTrue);
  });

  group('after dispose', () {
    final throwing = <String, void Function(RhaiEngine)>{
      'eval': (engine) => engine.eval('1'),
      'evalSync': (engine) => engine.evalSync<int>('1'),
      'evalAsync': (engine) => unawaited(engine.evalAsync('1')),
      'compile': (engine) => engine.compile('1'),
      'compileAsync': (engine) => unawaited(engine.compileAsync('1')),
      'newScope': (engine) => engine.newScope(),
      'registerFunction': (engine) => engine.registerFunction('f', () => 1),
      'unregister': (engine) => engine.unregister('f'),
      'functions': (engine) => engine.functions,
      'constants': (engine) => engine.constants,
      'definitions': (engine) => engine.definitions(),
      'registerType': (engine) => engine.registerType<Uri>('Uri'),
      'registerEnum': (engine) =>
          engine.registerEnum('Limit', RhaiLimit.values),
      'registerModule': (engine) => engine.registerModule('m', {}),
      'fork': (engine) => engine.fork(),
      'analyze': (engine) => engine.analyze('1'),
      'analyzeAsync': (engine) => unawaited(engine.analyzeAsync('1')),
      'setVar': (engine) => engine.setVar('x', 1),
      'setConstant': (engine) => engine.setConstant('x', 1),
      'clearScope': (engine) => engine.clearScope(),
      'invalidateModules': (engine) => engine.invalidateModules(),
      'leakedBytes': (engine) => engine.leakedBytes,
    };
    final working = <String, Object? Function(RhaiEngine)>{
      'stats': (engine) => engine.stats.started,
      'pendingCount': (engine) => engine.pendingCount,
      'isDisposed': (engine) => engine.isDisposed,
      'dispose': (engine) {
        engine.dispose();
        return null;
      },
    };
    throwing.forEach((name, call) {
      test('$name throws a StateError', () {
        engine.dispose();
        expect(() => call(engine), throwsStateError);
      });
    });
    working.forEach((name, call) {
      test('$name works', () {
        engine.dispose();
        call(engine);
      });
    });

    test('these are all members', () {
      final source = File('lib/src/engine.dart').readAsStringSync();
      expect(
        {
          for (final member in RegExp(
            r'^  (?!static)[A-Z\w][\w<>?]* (?:get )?(\w+)(?:<[^(]*>)?(?:\(| =>)',
            multiLine: true,
          ).allMatches(source))
            if (!{
              'factory',
              'return',
            }.contains(member[0]!.trim().split(' ')[0]))
              member[1]!,
        }..removeWhere((name) => name.startsWith('_')),
        {...throwing.keys, ...working.keys},
      );
    });
  });

  group('dispose while scripts wait', () {
    test('completes their Futures with a RhaiCancelledError', () async {
      engine.registerFunction('never', never);
      final results = [
        for (var i = 0; i < 100; i++) engine.evalAsync('never()'),
      ];
      final expectations = [
        for (final result in results) expectLater(result, throwsCancelled),
      ];
      engine.dispose();
      await Future.wait(expectations);
    });

    test('runs no more of the scripts', () async {
      final calls = <String>[];
      engine
        ..registerFunction('never', never)
        ..registerFunction('note', calls.add);
      final result = engine.evalAsync(
        'try { note("a"); never() } catch { note("b") } note("c")',
      );
      final expectation = expectLater(result, throwsCancelled);
      engine.dispose();
      await expectation;
      expect(calls, ['a']);
    });

    test('ends scripts that wait deep in calls and closures', () async {
      engine.registerFunction('never', never);
      final expectation = expectLater(
        engine.evalAsync('''
          fn deep(n) { if n == 0 { never() } else { [n].map(|x| deep(x - 1)) } }
          deep(20)
        '''),
        throwsCancelled,
      );
      engine.dispose();
      await expectation;
    });

    test('leaves the scripts of other engines alone', () async {
      final other = RhaiEngine.withDefaults();
      final gate = Completer<int>();
      for (final each in [engine, other]) {
        each.registerFunction('wait', () => gate.future);
      }
      final cancelled = expectLater(
        engine.evalAsync('wait()'),
        throwsCancelled,
      );
      final result = other.evalAsync('wait() + 1');
      engine.dispose();
      gate.complete(1);
      expect(await result, 2);
      await cancelled;
      other.dispose();
    });

    final ends = <String, void Function(Completer<Object?>)>{
      'a value': (gate) => gate.complete('late'),
      'an error': (gate) => gate.completeError(StateError('late')),
      'a value that cannot cross': (gate) => gate.complete(Object()),
    };
    ends.forEach((name, end) {
      test('ignores $name that comes later', () async {
        final errors = <Object>[];
        final done = Completer<Object?>();
        final script = runZonedGuarded(() async {
          final gate = Completer<Object?>();
          engine.registerFunction('wait', () => gate.future);
          final result = engine.evalAsync('wait()').catchError((Object e) => e);
          engine.dispose();
          end(gate);
          await later(null);
          done.complete(await result);
        }, (error, _) => errors.add(error));
        expect(await done.future, isA<RhaiCancelledError>());
        await script;
        await later(null);
        expect(errors, isEmpty);
      });
    });
  });

  test('dispose between two scripts that let the event loop run', () async {
    // Both go on in the same turn only if the first is fast, as it is not when its code
    // runs for the first time.
    for (var round = 0; round < 5; round++) {
      final engine = RhaiEngine.withDefaults();
      var isNextTurn = false;
      Timer.run(() => isNextTurn = true);
      engine
        ..registerFunction('is_next_turn', () => isNextTurn)
        // Before the turn of the script after this one, and its end after that.
        ..registerFunction('dispose', () => scheduleMicrotask(engine.dispose));
      final first = engine.evalAsync('while !is_next_turn() {} dispose(); 1');
      final ended = expectLater(engine.evalAsync('loop {}'), throwsCancelled);
      expect(await first, 1);
      await ended;
    }
  });

  group('dispose by a Dart function that a script calls', () {
    test('ends the script when the function returns', () {
      final calls = <String>[];
      engine
        ..registerFunction('note', calls.add)
        ..registerFunction('dispose', () => engine.dispose());
      expect(
        () => engine.eval('try { dispose() } catch { } note("after")'),
        throwsCancelled,
      );
      expect(calls, isEmpty);
    });

    test('ends the script when the function throws', () {
      engine.registerFunction('dispose', () {
        engine.dispose();
        throw StateError('after');
      });
      expect(() => engine.eval('dispose()'), throwsCancelled);
    });

    test('ends the script when the function returns a Future', () async {
      engine.registerFunction('dispose', () {
        engine.dispose();
        return Future<int>.error('ignored');
      });
      await expectLater(engine.evalAsync('dispose()'), throwsCancelled);
    });

    test('ends the script that waits for it', () async {
      engine.registerFunction('dispose', () async {
        await later(null);
        engine.dispose();
        return 1;
      });
      await expectLater(engine.evalAsync('dispose()'), throwsCancelled);
    });

    test('after a wait ends the script', () async {
      engine
        ..registerFunction('later', later)
        ..registerFunction('dispose', () => engine.dispose());
      await expectLater(
        engine.evalAsync('later(1); [1].map(|x| dispose())'),
        throwsCancelled,
      );
    });

    test('ends the scripts that led to it, and those that wait', () async {
      engine
        ..registerFunction('never', never)
        ..registerFunction('run', (String script) => engine.eval(script))
        ..registerFunction('dispose', () => engine.dispose());
      final waiting = expectLater(engine.evalAsync('never()'), throwsCancelled);
      expect(() => engine.eval('run("run(`dispose()`)")'), throwsCancelled);
      await waiting;
    });

    test('by print ends the script', () {
      engine.registerFunction('print', (Object? _) => engine.dispose());
      expect(() => engine.eval('print("bye"); 1'), throwsCancelled);
    });
  });

  group('dispose by the value that is being converted', () {
    List<Object?> disposing() => _DisposingList(engine);

    test('of a synchronous function', () {
      engine.registerFunction('get', disposing);
      expect(() => engine.eval('get()'), throwsCancelled);
    });

    test('of an asynchronous function', () async {
      engine.registerFunction('get', () => later(disposing()));
      await expectLater(engine.evalAsync('get()'), throwsCancelled);
    });

    test('of a variable', () {
      expect(
        () => engine.setVar('x', disposing()),
        throwsA(anyOf(isA<RhaiCancelledError>(), isA<StateError>())),
      );
    });

    test('by the text of an error', () async {
      engine.registerFunction(
        'fail',
        () async => throw _DisposingError(engine),
      );
      await expectLater(engine.evalAsync('fail()'), throwsCancelled);
      expect(engine.isDisposed, isTrue);
    });
  });

  group('an engine that is forgotten', () {
    test('is collected with the scripts that have timed out', () async {
      final engines = [for (var i = 0; i < 20; i++) _forget()];
      await makeGarbageUntil(
        () => engines.every((engine) => engine.target == null),
      );
      expect(engines.where((engine) => engine.target != null), isEmpty);
    });

    test('still runs the scripts that wait', () async {
      final gate = Completer<int>();
      final results = [for (var i = 0; i < 20; i++) _start(gate.future, i)];
      for (var round = 0; round < 10; round++) {
        makeGarbage();
        await later(null);
      }
      gate.complete(1000);
      expect(await Future.wait(results), [
        for (var i = 0; i < 20; i++) 1000 + i,
      ]);
    });
  });
}

/// Starts scripts that wait in vain, on an engine that nobody keeps.
WeakReference<RhaiEngine> _forget() {
  final engine = RhaiEngine.withConfig(
    RhaiConfig(asyncTimeout: const Duration(milliseconds: 1)),
  );
  engine.registerFunction('never', never);
  for (var i = 0; i < 5; i++) {
    engine.evalAsync('try { never() } catch { } never()').ignore();
  }
  return WeakReference(engine);
}

Future<dynamic> _start(Future<int> future, int i) {
  final engine = RhaiEngine.withDefaults()
    ..registerFunction('add', (int a, int b) => a + b)
    ..registerFunction('wait', () => future);
  return engine.evalAsync('add(wait(), $i)');
}

/// A List that disposes an engine when it is read.
final class _DisposingList extends ListBase<Object?> {
  _DisposingList(this._engine);

  final RhaiEngine _engine;

  @override
  int get length => 3;

  @override
  set length(int value) => throw UnsupportedError('fixed length');

  @override
  Object? operator [](int index) {
    if (index == 1) _engine.dispose();
    return index;
  }

  @override
  void operator []=(int index, Object? value) =>
      throw UnsupportedError('cannot be changed');
}

/// An error that disposes an engine when it is described.
final class _DisposingError extends Error {
  _DisposingError(this._engine);

  final RhaiEngine _engine;

  @override
  String toString() {
    _engine.dispose();
    return 'disposed';
  }
}
