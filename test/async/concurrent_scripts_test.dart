/// Many scripts that wait at once, and the zones they run in.
library;

import 'dart:async';
import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';

void main() {
  group('scripts that wait at once', () {
    test('a thousand on one engine, in any order of completion', () async {
      final random = _random();
      final gates = _Gates();
      final engine = RhaiEngine.withDefaults()
        ..registerFunction('wait', gates.wait);
      final results = [
        for (var i = 0; i < 1000; i++)
          engine.evalAsync('let own = $i; own * 10 + wait(own)'),
      ];
      gates.openAll(random);
      expect(await Future.wait(results), [
        for (var i = 0; i < 1000; i++) i * 10 + i,
      ]);
      engine.dispose();
    });

    test('that wait several times, in any order of completion', () async {
      final random = _random();
      final gates = _Gates();
      final engine = RhaiEngine.withDefaults()
        ..registerFunction('wait', gates.wait);
      final results = Future.wait([
        for (var i = 0; i < 100; i++)
          engine.evalAsync(
            'let seen = []; for turn in 0..5 { seen.push(wait($i)) } seen',
          ),
      ]);
      for (var turn = 0; turn < 5; turn++) {
        // Until all of them have gone on to their next wait.
        while (gates.waiting < 100) {
          await later(null);
        }
        gates.openAll(random);
      }
      expect(await results, [
        for (var i = 0; i < 100; i++) [i, i, i, i, i],
      ]);
      engine.dispose();
    });

    test('on ten engines, each with its own functions', () async {
      final random = _random();
      final gates = _Gates();
      final engines = [
        for (var e = 0; e < 10; e++)
          RhaiEngine.withDefaults()
            ..registerFunction('engine', () => e)
            ..registerFunction('wait', (int i) => gates.wait(e * 1000 + i)),
      ];
      final results = [
        for (var i = 0; i < 50; i++)
          for (final engine in engines)
            engine.evalAsync('[engine(), wait($i), engine()]'),
      ];
      gates.openAll(random);
      expect(await Future.wait(results), [
        for (var i = 0; i < 50; i++)
          for (var e = 0; e < 10; e++) [e, e * 1000 + i, e],
      ]);
      for (final engine in engines) {
        engine.dispose();
      }
    });

    test('some of which fail', () async {
      final random = _random();
      final gates = _Gates();
      final engine = RhaiEngine.withDefaults()
        ..registerFunction('wait', gates.wait);
      final results = [
        for (var i = 0; i < 200; i++)
          engine
              .evalAsync('if wait($i) % 3 == 0 { throw $i } $i')
              .then<Object?>(
                (value) => 'value $value',
                onError: (Object e) => 'error ${(e as RhaiRuntimeError).cause}',
              ),
      ];
      gates.openAll(random);
      expect(await Future.wait(results), [
        for (var i = 0; i < 200; i++)
          if (i % 3 == 0) 'error $i' else 'value $i',
      ]);
      engine.dispose();
    });

    test('of which each has its own variables', () async {
      final engine = RhaiEngine.withDefaults()
        ..registerFunction('later', later)
        ..setVar('list', <int>[]);
      final results = [
        for (var i = 0; i < 10; i++)
          engine.evalAsync('for n in 0..3 { list.push(later($i)) } list'),
      ];
      expect(await Future.wait(results), [
        for (var i = 0; i < 10; i++) [i, i, i],
      ]);
      engine.dispose();
    });

    test('and pass values to each other', () async {
      final mailbox = StreamController<Object?>();
      final incoming = StreamIterator(mailbox.stream);
      final engine = RhaiEngine.withDefaults()
        ..registerFunction('send', mailbox.add)
        ..registerFunction('receive', () async {
          await incoming.moveNext();
          return incoming.current;
        })
        ..registerFunction('later', later);
      final sum = engine.evalAsync(
        'let sum = 0; loop { let x = receive(); if x == () { break sum } '
        'sum += x; }',
      );
      await engine.eval('for i in 1..=10 { send(later(i)) } send(())');
      expect(await sum, 55);
      await incoming.cancel();
      engine.dispose();
    });
  });

  group('the zone of eval is current', () {
    late RhaiEngine engine;

    setUp(() {
      engine = RhaiEngine.withConfig(
        RhaiConfig(asyncTimeout: const Duration(milliseconds: 20)),
      );
      engine
        ..registerFunction('user', () => Zone.current[#user])
        ..registerFunction('user_later', () async {
          await later(null);
          return Zone.current[#user];
        })
        ..registerFunction('later', later)
        ..registerFunction('never', never);
    });
    tearDown(() => engine.dispose());

    Future<dynamic> evalAs(String user, String script) =>
        runZoned(() => engine.evalAsync(script), zoneValues: {#user: user});

    test('in a function that the script calls', () async {
      expect(await evalAs('Ann', 'user()'), 'Ann');
    });

    test('after a wait', () async {
      const script = 'later(1); let a = user(); later(2); [a, user()]';
      expect(await evalAs('Ann', script), ['Ann', 'Ann']);
    });

    test('in an async function, before and after its own wait', () async {
      expect(await evalAs('Ann', 'later(1); user_later()'), 'Ann');
    });

    test('after a timeout', () async {
      expect(await evalAs('Ann', 'try { never() } catch { } user()'), 'Ann');
    });

    test('for each of several scripts', () async {
      final users = [for (var i = 0; i < 20; i++) 'user $i'];
      final results = [
        for (final user in users)
          evalAs(user, '[user(), later(1), user(), user_later(), user()]'),
      ];
      expect(await Future.wait(results), [
        for (final user in users) [user, 1, user, user, user],
      ]);
    });

    test('after timeouts of several scripts', () async {
      final users = [for (var i = 0; i < 5; i++) 'user $i'];
      final results = [
        for (final user in users)
          evalAs(user, 'try { never() } catch { } user()'),
      ];
      expect(await Future.wait(results), users);
    });

    test('when another zone completes the Future', () async {
      final gate = Completer<int>();
      engine.registerFunction('wait', () => gate.future);
      final result = evalAs('Ann', 'wait(); user()');
      runZoned(() => gate.complete(1), zoneValues: {#user: 'Bob'});
      expect(await result, 'Ann');
    });

    test('when the Future is a class of its own, without zones', () async {
      final future = _ZonelessFuture();
      engine.registerFunction('wait', () => future);
      final result = evalAs('Ann', 'wait(); user()');
      runZoned(() => future.onValue(1), zoneValues: {#user: 'Bob'});
      expect(await result, 'Ann');
    });

    test('when another zone completes it synchronously', () async {
      final gate = Completer<int>.sync();
      engine.registerFunction('wait', () => gate.future);
      final result = evalAs('Ann', 'wait(); user()');
      runZoned(() => gate.complete(1), zoneValues: {#user: 'Bob'});
      expect(await result, 'Ann');
    });
  });
}

/// A source of random numbers whose seed a failing test prints.
Random _random() {
  final seed = Random().nextInt(1 << 32);
  printOnFailure('seed: $seed');
  return Random(seed);
}

/// Futures that complete when the test says so.
final class _Gates {
  final List<(int, Completer<int>)> _waiting = [];

  /// Number of Futures that are not complete.
  int get waiting => _waiting.length;

  Future<int> wait(int value) {
    final completer = Completer<int>();
    _waiting.add((value, completer));
    return completer.future;
  }

  /// Completes them all, in random order.
  void openAll(Random random) {
    final waiting = [..._waiting]..shuffle(random);
    _waiting.clear();
    for (final (value, completer) in waiting) {
      completer.complete(value);
    }
  }
}

/// A Future that calls back in whatever zone completes it.
final class _ZonelessFuture implements Future<int> {
  late final void Function(int value) onValue;

  @override
  Future<R> then<R>(
    FutureOr<R> Function(int value) onValue, {
    Function? onError,
  }) {
    this.onValue = onValue;
    return Completer<R>().future;
  }

  @override
  dynamic noSuchMethod(Invocation invocation) => super.noSuchMethod(invocation);
}
