/// Values that Dart makes as they are read. They may be any size, or never end.
library;

import 'dart:collection';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/matchers.dart';

Iterable<int> _count([int? end]) sync* {
  for (var i = 0; i != end; i++) {
    yield i;
  }
}

/// Takes a while for each value, without giving up the thread.
Iterable<bool> _slowly() sync* {
  while (true) {
    final watch = Stopwatch()..start();
    while (watch.elapsedMicroseconds < 100) {}
    yield true;
  }
}

/// A Map that makes its entries as it is read.
final class _LazyMap extends MapBase<String, Object?> {
  _LazyMap(this.keys);

  @override
  final Iterable<String> keys;

  @override
  Object? operator [](Object? key) => key;

  @override
  void operator []=(String key, Object? value) => throw UnsupportedError('');

  @override
  void clear() => throw UnsupportedError('');

  @override
  Object? remove(Object? key) => throw UnsupportedError('');
}

void main() {
  /// Every way in which a value comes from Dart, with no way to catch.
  final ways = <String, Object? Function(RhaiEngine, Object?)>{
    'the result of a function': (engine, value) {
      engine.registerFunction('get', () => value);
      return engine.eval('try { get() } catch { } "caught"');
    },
    'what a Future completes with': (engine, value) {
      engine.registerFunction('get', () async => value);
      return engine.eval('try { get() } catch { } "caught"');
    },
    'a part of the result': (engine, value) {
      engine.registerFunction(
        'get',
        () => {
          'list': [1, value],
        },
      );
      return engine.eval('try { get() } catch { } "caught"');
    },
    'a variable': (engine, value) {
      engine.setVar('x', value);
      return 'set';
    },
    'an argument of a function of a script': (engine, value) {
      final function = engine.eval('|x| 1') as RhaiFunction;
      return function(value);
    },
  };

  final limits = {
    RhaiLimit.arraySize: (
      RhaiConfig(maxArraySize: 1000),
      () => _count(1001),
      () => _count(1000),
    ),
    RhaiLimit.mapSize: (
      RhaiConfig(maxMapSize: 1000),
      () => _LazyMap(_count().map((i) => '$i')),
      () => _LazyMap(_count(1000).map((i) => '$i')),
    ),
    RhaiLimit.memory: (
      RhaiConfig(maxArraySize: 0, maxMemory: 1 << 20),
      _count,
      () => _count(1000),
    ),
  };
  ways.forEach((way, pass) {
    limits.forEach((limit, values) {
      final (config, tooMany, enough) = values;
      test('$way may not break the limit ${limit.name}', () async {
        final engine = engineWith(config);
        await expectLater(
          Future.sync(() => pass(engine, tooMany())),
          throwsLimitError(limit),
        );
        await Future.sync(() => pass(engine, enough()));
        expect(engine.eval('40 + 2'), 42);
      });
    });

    test('$way may not be an endless Map', () async {
      final engine = engineWith(RhaiConfig(maxMapSize: 0, maxMemory: 1 << 20));
      await expectLater(
        Future.sync(
          () => pass(engine, _LazyMap(_count().map((i) => '$i' * 100))),
        ),
        throwsLimitError(RhaiLimit.memory),
      );
    });

    test('$way may not take longer to read than scripts may run', () async {
      final engine = engineWith(
        RhaiConfig.unlimited().copyWith(
          timeout: const Duration(milliseconds: 30),
        ),
      );
      await expectLater(
        Future.sync(() => pass(engine, _slowly())),
        throwsTimeout(const Duration(milliseconds: 30)),
      );
      await expectLater(
        Future.sync(() => pass(engine, _LazyMap(_slowly().map((b) => '$b')))),
        throwsA(isA<RhaiTimeoutError>()),
      );
      expect(engine.eval('40 + 2'), 42);
    });
  });

  for (final fast in [0, 1, 5]) {
    test('the time is looked at soon after $fast fast values', () {
      const timeout = Duration(milliseconds: 30);
      final engine = engineWith(
        RhaiConfig.unlimited().copyWith(timeout: timeout),
      );
      var slow = 0;
      Iterable<int> values() sync* {
        yield* _count(fast);
        while (true) {
          final watch = Stopwatch()..start();
          while (watch.elapsed <= timeout) {}
          yield slow++;
        }
      }

      expect(
        () => engine.setVar('x', values()),
        throwsA(isA<RhaiTimeoutError>()),
      );
      expect(slow, lessThanOrEqualTo(fast + 1));
    });
  }

  test('a description of an error needs no room in these limits', () {
    final engine =
        RhaiEngine.withConfig(
          RhaiConfig(maxArraySize: 1, maxMapSize: 1, maxStringLength: 1),
        )..registerFunction(
          'fail',
          () => throw const FormatException('no such file'),
        );
    addTearDown(engine.dispose);
    expect(
      () => engine.eval('fail()'),
      throwsRuntimeError(contains('no such file')),
    );
  });
}
