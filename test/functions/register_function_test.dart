/// Dart functions that scripts call: arguments, names, replacing.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

typedef _A = Object?;

/// One function for each number of arguments that is possible.
final List<Function> _byArity = [
  () => 0,
  (_A a) => 1,
  (_A a, _A b) => 2,
  (_A a, _A b, _A c) => 3,
  (_A a, _A b, _A c, _A d) => 4,
  (_A a, _A b, _A c, _A d, _A e) => 5,
  (_A a, _A b, _A c, _A d, _A e, _A f) => 6,
  (_A a, _A b, _A c, _A d, _A e, _A f, _A g) => 7,
  (_A a, _A b, _A c, _A d, _A e, _A f, _A g, _A h) => 8,
  (_A a, _A b, _A c, _A d, _A e, _A f, _A g, _A h, _A i) => 9,
  (_A a, _A b, _A c, _A d, _A e, _A f, _A g, _A h, _A i, _A j) => 10,
  (_A a, _A b, _A c, _A d, _A e, _A f, _A g, _A h, _A i, _A j, _A k) => 11,
  (_A a, _A b, _A c, _A d, _A e, _A f, _A g, _A h, _A i, _A j, _A k, _A l) =>
      12,
  (
    _A a,
    _A b,
    _A c,
    _A d,
    _A e,
    _A f,
    _A g,
    _A h,
    _A i,
    _A j,
    _A k,
    _A l,
    _A m,
  ) => 13,
  (
    _A a,
    _A b,
    _A c,
    _A d,
    _A e,
    _A f,
    _A g,
    _A h,
    _A i,
    _A j,
    _A k,
    _A l,
    _A m,
    _A n,
  ) => 14,
  (
    _A a,
    _A b,
    _A c,
    _A d,
    _A e,
    _A f,
    _A g,
    _A h,
    _A i,
    _A j,
    _A k,
    _A l,
    _A m,
    _A n,
    _A o,
  ) => 15,
  (
    _A a,
    _A b,
    _A c,
    _A d,
    _A e,
    _A f,
    _A g,
    _A h,
    _A i,
    _A j,
    _A k,
    _A l,
    _A m,
    _A n,
    _A o,
    _A p,
  ) => [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p],
];

List<T> _generic<T>(T value) => [value];

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  /// Expects that Rhai does not find the function [name] that the script calls
  /// at that place, before any Dart code runs.
  void expectNotFound(String script, String name, int line, int column) {
    expect(
      () => engine.eval(script),
      throwsA(
        isA<RhaiRuntimeError>()
            .having(
              (e) => e.message,
              'message',
              startsWith('Function not found: $name'),
            )
            .having((e) => e.position?.line, 'line', line)
            .having((e) => e.position?.column, 'column', column),
      ),
    );
  }

  group('arguments', () {
    test('may be 0 to 16', () {
      for (var n = 0; n <= 16; n++) {
        engine.registerFunction('f', _byArity[n]);
        final numbers = List.generate(n, (i) => i);
        expect(engine.eval('f(${numbers.join(', ')})'), n < 16 ? n : numbers);
        if (n > 0) {
          expect(engine.eval('0.f(${numbers.skip(1).join(', ')})'), isNotNull);
        }
      }
    });

    test('arrive in their order, with their types', () {
      List<Object?>? received;
      engine.registerFunction('f', (_A a, _A b, _A c, _A d, _A e) {
        received = [a, b, c, d, e];
      });
      engine.eval('f((), true, 1, 1.0, "s")');
      expect(received, [null, true, 1, 1.0, 's']);
      expect(received![2], isA<int>());
      expect(received![3], isA<double>());
    });

    test('in a wrong number are an error before any Dart code runs', () {
      var calls = 0;
      engine
        ..registerFunction('add', (int a, int b) {
          calls++;
          return a + b;
        })
        ..registerFunction('nothing', () => calls++);
      expectNotFound('let x = 1;\n  add(x)', 'add (i64)', 2, 3);
      expectNotFound('add(1, 2, 3)', 'add (i64, i64, i64)', 1, 1);
      expectNotFound('add()', 'add ()', 1, 1);
      expectNotFound('\n\nnothing(1.5)', 'nothing (f64)', 3, 1);
      expectNotFound('add("a")', 'add (string)', 1, 1);
      expect(calls, 0);
    });

    test('can be left out if they are optional', () {
      engine.registerFunction(
        'f',
        (int a, [int b = 10, int c = 100]) => a + b + c,
      );
      expect(engine.eval('[f(1), f(1, 2), f(1, 2, 3)]'), [111, 103, 6]);
      expectNotFound('f()', 'f ()', 1, 1);
      expectNotFound('f(1, 2, 3, 4)', 'f (i64, i64, i64, i64)', 1, 1);
    });

    test('that are named and optional have their defaults', () {
      engine.registerFunction('f', (int a, {int b = 10}) => a + b);
      expect(engine.eval('f(1)'), 11);
    });

    test('beyond what can be called are refused', () {
      int named({required int a}) => a;
      int tooMany(
        _A a,
        _A b,
        _A c,
        _A d,
        _A e,
        _A f,
        _A g,
        _A h,
        _A i,
        _A j,
        _A k,
        _A l,
        _A m,
        _A n,
        _A o,
        _A p,
        _A q, //
      ) => 17;
      for (final Function f in [named, tooMany, _generic]) {
        expect(
          () => engine.registerFunction('f', f),
          throwsA(
            isArgumentError.having(
              (e) => '$e',
              'text',
              contains('wrap it in a closure'),
            ),
          ),
        );
      }
      engine.registerFunction('f', _generic<Object?>);
      expect(engine.eval('f(1)'), [1]);
    });

    test('of optional parameters count up to 16', () {
      engine.registerFunction(
        'f',
        ([
          _A a,
          _A b,
          _A c,
          _A d,
          _A e,
          _A f,
          _A g,
          _A h,
          _A i,
          _A j,
          _A k,
          _A l,
          _A m,
          _A n,
          _A o,
          _A p,
          _A q, //
        ]) => [a, p, q],
      );
      expect(engine.eval('f()'), [null, null, null]);
      final sixteen = List.generate(16, (i) => i).join(', ');
      expect(engine.eval('f($sixteen)'), [0, 15, null]);
    });
  });

  test('a function can be called like a method', () {
    engine.registerFunction('plus', (num a, num b) => a + b);
    expect(engine.eval('1.plus(2)'), 3);
    expect(engine.eval('let x = 1; x.plus(2).plus(3.5)'), 6.5);
    expect(engine.eval('const X = 1; X.plus(2)'), 3);
  });

  test('a method call does not change the value that it is called on', () {
    engine.registerFunction('grown', (List<Object?> list) => list..add(1));
    expect(engine.eval('let a = []; [a.grown(), a]'), [
      [1],
      <Object?>[],
    ]);
  });

  test('a function can be called through a function pointer', () {
    engine.registerFunction('add', (int a, int b) => a + b);
    expect(engine.eval('Fn("add").call(1, 2)'), 3);
    expect(engine.eval('Fn("add").curry(40).call(2)'), 42);
    expect(engine.eval('[1, 2].map(Fn("add").curry(10))'), [11, 12]);
  });

  test('a function of the script goes before a Dart function', () {
    engine.registerFunction('f', () => 'Dart');
    expect(engine.eval('fn f() { "script" } f()'), 'script');
  });

  test('a function without a result gives ()', () {
    final seen = <int>[];
    void note(int x) => seen.add(x);
    engine.registerFunction('note', note);
    expect(engine.eval('note(1) == () && type_of(note(2)) == "()"'), isTrue);
    expect(engine.eval('note(3)'), isNull);
    expect(seen, [1, 2, 3]);
  });

  group('a function takes the place', () {
    test('of an earlier one', () {
      engine.registerFunction('f', () => 'first');
      expect(engine.eval('f()'), 'first');
      engine.registerFunction('f', () => 'second');
      expect(engine.eval('f()'), 'second');
    });

    test('of an earlier one with another number of arguments', () {
      engine
        ..registerFunction('f', () => 0)
        ..registerFunction('f', (int a) => 1);
      expect(engine.eval('f(0)'), 1);
      expectNotFound('f()', 'f ()', 1, 1);
    });

    test('of an earlier one, many times over', () {
      for (var i = 0; i < 300; i++) {
        engine.registerFunction('f', () => i);
        expect(engine.eval('f()'), i);
      }
    });

    test('of one in a script that runs, but only for later scripts', () {
      engine
        ..registerFunction('f', () => 'first')
        ..registerFunction(
          'replace',
          () => engine.registerFunction('f', () => 'second'),
        );
      expect(engine.eval('[f(), replace(), f()]'), ['first', null, 'first']);
      expect(engine.eval('f()'), 'second');
    });

    test("of one of Rhai's own", () async {
      final printed = <Object?>[];
      final slept = <Object?>[];
      engine
        ..registerFunction('len', (Object? x) => 'len of $x')
        ..registerFunction('max', (Object? a, Object? b) => 'max of $a, $b')
        ..registerFunction('print', (Object? x) => printed.add(x))
        ..registerFunction('sleep', (Object? x) => slept.add(x));
      expect(engine.eval('len("abc")'), 'len of abc');
      expect(engine.eval('[1].len()'), 'len of [1]');
      expect(engine.eval('max(1, 2)'), 'max of 1, 2');
      expect(engine.eval('max(1.5, 2)'), 'max of 1.5, 2');
      engine.eval('print("x"); print(1); sleep(1000); sleep(1.5);');
      expect(printed, ['x', 1]);
      expect(slept, [1000, 1.5]);
    });
  });

  group('a name', () {
    test('must be one that scripts can call', () {
      final names = [
        ...['', '1x', 'a b', 'a-b', 'a.b', 'a\u0000b', ' a', 'a '],
        ...['if', 'let', 'fn', 'loop', 'true', 'this', 'async'],
        ...['eval', 'call', 'curry', 'Fn', 'type_of', 'is_shared'],
      ];
      for (final name in names) {
        expect(
          () => engine.registerFunction(name, () => 1),
          throwsArgumentError,
          reason: '"$name"',
        );
      }
    });

    test('must be no word that starts a statement', () {
      for (final name in ['import', 'export', 'return', 'throw']) {
        expect(
          () => engine.registerFunction(name, () => 1),
          throwsArgumentError,
          reason: name,
        );
      }
    });

    test('must be valid Unicode', () {
      expect(
        () => engine.registerFunction('a\ud800', () => 1),
        throwsArgumentError,
      );
    });

    test('may be any identifier', () {
      for (final name in ['a', 'A', '_a', 'a1', 'camelCase', 'x' * 1000]) {
        engine.registerFunction(name, () => name.length);
        expect(engine.eval('$name()'), name.length);
      }
    });
  });

  test('a thousand functions can be registered', () {
    for (var i = 0; i < 1000; i++) {
      engine.registerFunction('f$i', () => i);
    }
    expect(engine.eval('f0() + f500() + f999()'), 1499);
  });
}
