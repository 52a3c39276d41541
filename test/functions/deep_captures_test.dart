/// Functions that captured deeply nested data. Only a fiber's stack can drop such data,
/// so the functions are released at every point of a call.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/garbage.dart';

void main() {
  const levels = 99000;
  late RhaiEngine engine;
  late Completer<Object?> wait;
  late void Function() during;

  /// A function that captured deep data, calls Dart in several ways and returns 1.
  /// Nobody but Dart has it.
  RhaiFunction deepFunction() {
    RhaiFunction? kept;
    engine.registerFunction('keep', (RhaiFunction f) => kept = f);
    engine.eval('''
      let deep = nested();
      keep(|how| {
        if how == "sync" { act(); }
        if how == "wait" { wait(); }
        if how == "sort" { [2, 1].sort(|a, b| { wait(); a - b }); }
        if how == "act, then wait" { act(); wait(); }
        if how == "throw" { act(); throw deep; }
        if how == "return" { act(); return deep; }
        deep.len()
      });
    ''');
    final function = kept!;
    // The engine keeps the closure above, and with it this variable.
    kept = null;
    return function;
  }

  setUp(() {
    engine = RhaiEngine.withConfig(
      RhaiConfig(
        maxOperations: 0,
        maxArraySize: 0,
        maxMapSize: 0,
        asyncTimeout: const Duration(milliseconds: 50),
        totalTimeout: const Duration(milliseconds: 100),
      ),
    );
    addTearDown(engine.dispose);
    wait = Completer();
    during = () {};
    engine
      ..registerFunction('nested', () {
        // Maps take more stack than lists.
        var map = <String, Object?>{'n': 1};
        for (var i = 0; i < levels; i++) {
          map = {'n': map};
        }
        return map;
      })
      ..registerFunction('act', () => during())
      ..registerFunction('wait', () => wait.future);
  });

  Future<Object?> outcomeOf(dynamic Function() call) async {
    try {
      return await call();
    } catch (error) {
      return error;
    }
  }

  test('before a call, and after it', () async {
    deepFunction().dispose();
    final f = deepFunction();
    expect(f.call('none'), 1);
    f.dispose();
    expect(engine.eval('40 + 2'), 42);
  });

  for (final how in ['sync', 'throw', 'return', 'act, then wait']) {
    test('the function is disposed during a call: $how', () async {
      final f = deepFunction();
      during = f.dispose;
      final outcome = outcomeOf(() => f.call(how));
      wait.complete(1);
      await outcome;
      expect(f.isDisposed, isTrue);
      expect(engine.eval('40 + 2'), 42);
    });

    test('the engine is disposed during a call: $how', () async {
      final f = deepFunction();
      during = engine.dispose;
      expect(await outcomeOf(() => f.call(how)), isA<RhaiCancelledError>());
    });
  }

  for (final how in ['wait', 'sort', 'act, then wait']) {
    test('the function is disposed while its call waits: $how', () async {
      final f = deepFunction();
      final outcome = outcomeOf(() => f.call(how));
      f.dispose();
      wait.complete(1);
      expect(await outcome, 1);
      expect(engine.eval('40 + 2'), 42);
    });

    test('the function is collected while its call waits: $how', () async {
      final (collected, outcome) = _call(deepFunction(), how, outcomeOf);
      // Its wait times out.
      await makeGarbageUntil(() => collected.target == null);
      expect(collected.target, isNull);
      engine.eval('0');
      if (!wait.isCompleted) wait.complete(1);
      await outcome;
      expect(engine.eval('40 + 2'), 42);
    });

    test('the call times out: $how', () async {
      final f = deepFunction();
      final outcome = outcomeOf(() => f.call(how));
      f.dispose();
      expect(await outcome, isA<RhaiTimeoutError>());
      expect(engine.eval('40 + 2'), 42);
    });

    test('the engine is disposed while the call waits: $how', () async {
      final f = deepFunction();
      final outcome = outcomeOf(() => f.call(how));
      f.dispose();
      engine.dispose();
      expect(await outcome, isA<RhaiCancelledError>());
    });

    test('the wait fails while the function is disposed: $how', () async {
      final f = deepFunction();
      final outcome = outcomeOf(() => f.call(how));
      f.dispose();
      wait.completeError(StateError('failed'));
      expect(await outcome, isA<RhaiRuntimeError>());
      expect(engine.eval('40 + 2'), 42);
    });
  }

  test('variables that hold deep data are replaced and cleared', () {
    Object? nested(int levels) {
      var map = <String, Object?>{'n': 1};
      for (var i = 0; i < levels; i++) {
        map = {'n': map};
      }
      return map;
    }

    engine
      ..setVar('deep', nested(levels))
      ..setVar('deep', nested(levels))
      ..setConstant('other', nested(levels));
    expect(engine.eval('deep.len() + other.len()'), 2);
    engine.clearScope();
    engine.setVar('deep', nested(levels));
  });
}

(WeakReference<Object>, Future<Object?>) _call(
  RhaiFunction f,
  String how,
  Future<Object?> Function(dynamic Function() call) outcomeOf,
) => (WeakReference(f), outcomeOf(() => f.call(how)));
