/// Scripts that wait for a Future which can never complete.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import '../support/garbage.dart';

void main() {
  late RhaiEngine engine;

  setUp(() {
    // So long that no test meets it.
    engine = RhaiEngine.withConfig(
      RhaiConfig(asyncTimeout: const Duration(hours: 1)),
    );
  });
  tearDown(() => engine.dispose());

  final abandoned = <String, Future<Object?> Function()>{
    'whose Completer is gone': () => Completer<Object?>().future,
    'of an async function that waits for such a one': () async =>
        (await never(), 1),
    'derived from such a one': () => never().then((_) => 1),
  };
  abandoned.forEach((name, function) {
    group('a Future $name', () {
      setUp(() => engine.registerFunction('abandoned', function));

      test('is a RhaiChannelClosedError', () async {
        final result = engine.evalAsync('abandoned()');
        await expectLater(
          untilCollected(result),
          throwsA(
            isA<RhaiChannelClosedError>().having(
              (e) => e.message,
              'message',
              contains('abandoned'),
            ),
          ),
        );
        expect(engine.pendingCount, 0);
      });

      test('can be caught, and the script goes on', () async {
        engine.registerFunction('later', later);
        final result = engine.evalAsync(
          'let x = (); try { abandoned() } catch (e) { x = e.type } '
          '[x, later(1)]',
        );
        expect(await untilCollected(result), ['channel_closed', 1]);
      });
    });
  });

  final wrapped = <String, Future<Object?> Function(Future<Object?>)>{
    'a Future of a Future': (inner) =>
        Future(() => _Box(inner)).then((box) => box.inner),
    'a Future that completes with a Future': (inner) =>
        SynchronousFuture(inner),
    'a class that delegates to a Future': _Delegating.new,
  };
  wrapped.forEach((name, wrap) {
    test('$name is waited for as long as the inner one lives', () async {
      final kept = Completer<int>();
      engine.registerFunction('wrapped', () => wrap(kept.future));
      final result = engine.evalAsync('wrapped() + 1');
      await makeMuchGarbage();
      expect(engine.pendingCount, 1);
      kept.complete(1);
      expect(await result, 2);
    });
  });

  test('a Future that something can still complete is waited for', () async {
    final kept = Completer<int>();
    engine.registerFunction('kept', () => kept.future);
    final result = engine.evalAsync('kept()');
    var ended = false;
    unawaited(result.whenComplete(() => ended = true));
    await makeMuchGarbage();
    expect(ended, isFalse);
    kept.complete(1);
    expect(await result, 1);
  });

  test('a wait that is over does not disturb the next one', () async {
    final kept = Completer<int>();
    engine
      ..registerFunction('soon', () => Future.delayed(Duration.zero, () => 1))
      ..registerFunction('kept', () => kept.future);
    final result = engine.evalAsync('soon() + kept()');
    // What listened to the first Future is collected meanwhile.
    await makeMuchGarbage();
    expect(engine.pendingCount, 1);
    kept.complete(2);
    expect(await result, 3);
  });

  test('scripts with such Futures do not disturb each other', () async {
    final kept = Completer<int>();
    engine
      ..registerFunction('kept', () => kept.future)
      ..registerFunction('abandoned', never);
    final waiting = engine.evalAsync('kept()');
    final results = [
      for (var i = 0; i < 50; i++)
        engine.evalAsync('try { abandoned() } catch { } $i'),
    ];
    expect(await untilCollected(Future.wait(results)), [
      for (var i = 0; i < 50; i++) i,
    ]);
    expect(engine.pendingCount, 1);
    kept.complete(1);
    expect(await waiting, 1);
  });
}

final class _Box {
  _Box(this.inner);

  final Future<Object?> inner;
}

final class _Delegating implements Future<Object?> {
  _Delegating(this._inner);

  final Future<Object?> _inner;

  @override
  Future<R> then<R>(
    FutureOr<R> Function(Object? value) onValue, {
    Function? onError,
  }) => _inner.then(onValue, onError: onError);

  @override
  dynamic noSuchMethod(Invocation invocation) =>
      throw UnsupportedError('not used');
}
