/// Types of the parameters of Dart functions: conversions of arguments, and the errors
/// of those that cannot be converted.
library;

import 'dart:async';
import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/errors.dart';
import '../support/futures.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  /// Registers a function and returns what it is called with in `f(argument)`.
  Object? passed(Function Function(void Function(Object?)) make, String value) {
    Object? received;
    engine.registerFunction('f', make((value) => received = value));
    engine.eval('f($value)');
    return received;
  }

  /// Expects that `f(arguments)` is an error of the types before `f` is called.
  void expectMismatch(Function f, String arguments, String message) {
    engine.registerFunction('f', f);
    final error = errorThrownBy<RhaiRuntimeError>(
      () => engine.eval('\n  f($arguments)'),
    );
    expect(error.message, message);
    expect((error.position?.line, error.position?.column), (2, 3));
    expect(error.kind, RhaiRuntimeErrorKind.typeMismatch);
    expect(error.name, 'f');
    expect(error.cause, null);
  }

  Never unreachable([Object? a, Object? b]) => fail('it was called');

  group('convert', () {
    test('an int to a double', () {
      final value = passed(
        (note) =>
            (double x) => note(x),
        '3',
      );
      expect(value, isA<double>().having((x) => x, 'x', 3.0));
      expect(
        passed(
          (note) =>
              (double x) => note(x),
          '2.5',
        ),
        2.5,
      );
      expect(
        passed(
          (note) =>
              (double? x) => note(x),
          '-1',
        ),
        isA<double>(),
      );
      expect(
        passed(
          (note) =>
              (num x) => note(x),
          '3',
        ),
        isA<int>(),
      );
      expect(
        passed(
          (note) =>
              (num x) => note(x),
          '3.0',
        ),
        isA<double>(),
      );
    });

    test('no int that a double cannot be', () {
      const message = 'f: argument 1 must be a float; it is ';
      for (final number in ['9007199254740993', '9223372036854775807']) {
        expectMismatch(
          (double x) => unreachable(),
          number,
          '$message$number, which no float can be',
        );
      }
      const least = '-9223372036854775807 - 1';
      expect(
        passed(
          (note) =>
              (double x) => note(x),
          least,
        ),
        -9223372036854775808.0,
      );
    });

    test('a char to a String', () {
      expect(
        passed(
          (note) =>
              (String s) => note(s),
          "'ä'",
        ),
        'ä',
      );
      expect(
        passed(
          (note) =>
              (String? s) => note(s),
          "'b'",
        ),
        'b',
      );
    });

    test('lists to lists of a type', () {
      expect(
        passed(
          (note) =>
              (List<String> l) => note(l),
          '["a", \'b\']',
        ),
        isA<List<String>>().having((l) => l, 'list', ['a', 'b']),
      );
      expect(
        passed(
          (note) =>
              (Iterable<String> l) => note(l),
          '["a"]',
        ),
        isA<Iterable<String>>(),
      );
      expect(
        passed(
          (note) =>
              (List<double> l) => note(l),
          '[1, 2.5]',
        ),
        isA<List<double>>().having((l) => l, 'list', [1.0, 2.5]),
      );
      expect(
        passed(
          (note) =>
              (List<num?> l) => note(l),
          '[1, (), 2.5]',
        ),
        [1, null, 2.5],
      );
      expect(
        passed(
          (note) =>
              (List<List<int>> l) => note(l),
          '[[1], []]',
        ),
        isA<List<List<int>>>().having((l) => l, 'list', [
          [1],
          <int>[],
        ]),
      );
      expect(
        passed(
          (note) =>
              (List<Object> l) => note(l),
          '[1, "a", #{}]',
        ),
        isA<List<Object>>(),
      );
      expect(
        passed(
          (note) =>
              (List<Map<String, Object?>> l) => note(l),
          '[#{a: 1}, #{}]',
        ),
        isA<List<Map<String, Object?>>>(),
      );
    });

    test('object maps to maps of a type', () {
      expect(
        passed(
          (note) =>
              (Map<String, int> m) => note(m),
          '#{a: 1, b: 2}',
        ),
        isA<Map<String, int>>().having((m) => m, 'map', {'a': 1, 'b': 2}),
      );
      expect(
        passed(
          (note) =>
              (Map<String, List<double>> m) => note(m),
          '#{a: [1]}',
        ),
        isA<Map<String, List<double>>>(),
      );
      expect(
        passed(
          (note) =>
              (Map<Object?, Object?> m) => note(m),
          '#{a: 1}',
        ),
        {'a': 1},
      );
    });

    test('nothing else where the place takes it as it is', () {
      expect(
        passed(
          (note) =>
              (List<Object?> l) => note(l),
          '[1, "a"]',
        ),
        [1, 'a'],
      );
      expect(
        passed(
          (note) =>
              (Iterable<int> i) => note(i),
          '1..4',
        ),
        isA<RhaiRange>(),
      );
      expect(
        passed(
          (note) =>
              (Iterable<Iterable<int>> i) => note(i),
          '[1..4, [7], 1..=2]',
        ),
        [
          RhaiRange(1, 4),
          [7],
          RhaiRange(1, 2, inclusive: true),
        ],
      );
      expect(
        passed(
          (note) =>
              (Map<String, Iterable<num>> m) => note(m),
          '#{a: 1..4, b: [0.5]}',
        ),
        {
          'a': RhaiRange(1, 4),
          'b': [0.5],
        },
      );
      expect(
        passed(
          (note) =>
              (List<int> l) => note(l),
          'blob(2, 1)',
        ),
        [1, 1],
      );
      expect(
        passed(
          (note) =>
              (Uint8List l) => note(l),
          'blob(2, 1)',
        ),
        isA<Uint8List>(),
      );
      expect(
        passed(
          (note) =>
              (int? n) => note(n),
          '()',
        ),
        null,
      );
      expect(
        passed(
          (note) =>
              (int? n) => note(n),
          '7',
        ),
        7,
      );
      expect(
        passed(
          (note) =>
              (dynamic x) => note(x),
          '1.5',
        ),
        1.5,
      );
      expect(
        passed(
          (note) =>
              (Object x) => note(x),
          '#{}',
        ),
        isEmpty,
      );
      expect(
        passed(
          (note) =>
              (FutureOr<int> x) => note(x),
          '1',
        ),
        1,
      );
      expect(
        passed(
          (note) =>
              (Comparable<Object> x) => note(x),
          '"a"',
        ),
        'a',
      );
    });

    test('optional parameters too', () {
      engine.registerFunction(
        'f',
        (double a, [List<int> b = const [], String? c]) => [a, b, c],
      );
      expect(engine.eval('f(1)'), [1.0, <int>[], null]);
      expect(engine.eval('f(1, [2])'), [
        1.0,
        [2],
        null,
      ]);
      expect(engine.eval("f(1, [2], 'c')"), [
        1.0,
        [2],
        'c',
      ]);
      expect(engine.eval('f(1, [2], ())'), [
        1.0,
        [2],
        null,
      ]);
    });

    test('all sixteen', () {
      engine.registerFunction('f', (
        double a,
        double b,
        double c,
        double d,
        double e,
        double f,
        double g,
        double h,
        double i,
        double j,
        double k,
        double l,
        double m,
        double n,
        double o,
        List<double> p,
      ) {
        expect(p, isA<List<double>>());
        return [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p.single];
      });
      final numbers = List.generate(15, (i) => i);
      expect(engine.eval('f(${numbers.join(', ')}, [15])'), [
        for (final n in numbers) n.toDouble(),
        15.0,
      ]);
      final error = errorThrownBy<RhaiRuntimeError>(
        () => engine.eval('f(${numbers.join(', ')}, "x")'),
      );
      expect(
        error.message,
        'f: argument 16 must be a list of floats; it is a string',
      );
      final late = [for (final n in numbers) n == 14 ? '"x"' : '$n'];
      final other = errorThrownBy<RhaiRuntimeError>(
        () => engine.eval('f(${late.join(', ')}, [])'),
      );
      expect(other.message, 'f: argument 15 must be a float; it is a string');
    });

    test('in asynchronous functions as in others', () async {
      engine.registerFunction(
        'f',
        (double x, List<String> l) async => [await later(x), ...l],
      );
      expect(await engine.evalAsync('f(3, ["a"])'), [3.0, 'a']);
      final failed = engine.evalAsync('f(3, ["a", 1])');
      await expectLater(
        failed,
        throwsRuntimeError(
          'f: argument 2 must be a list of strings; element 1 is an int',
        ),
      );
    });

    test('what is called as a method', () {
      engine.registerFunction('half', (double x) => x / 2);
      expect(engine.eval('3.half()'), 1.5);
      expect(engine.eval('let a = [3]; a[0].half()'), 1.5);
      expect(engine.eval('let x = 5; let f = || x.half(); f.call()'), 2.5);
    });
  });

  group('say', () {
    test('which element is wrong', () {
      expectMismatch(
        (List<String> l) => unreachable(),
        '["a", \'b\', 3]',
        'f: argument 1 must be a list of strings; element 2 is an int',
      );
      expectMismatch(
        (int n, Map<String, int> m) => unreachable(),
        '1, #{a: 1, b: "x"}',
        'f: argument 2 must be an object map of ints; entry b is a string',
      );
      expectMismatch(
        (List<Map<String, List<double?>>> l) => unreachable(),
        '[#{}, #{a: [(), 1, true]}]',
        'f: argument 1 must be a list of object maps of lists of floats or (); '
            'element 1, entry a, element 2 is a bool',
      );
      expectMismatch(
        (List<Object> l) => unreachable(),
        '[1, ()]',
        'f: argument 1 must be a list of values other than (); element 1 is ()',
      );
    });

    test('that a value is missing', () {
      expectMismatch(
        (Object x) => unreachable(),
        '()',
        'f: argument 1 must be a value other than (); it is ()',
      );
    });

    test('that objects of Dart come one by one', () {
      engine.registerFunction('now', DateTime.now);
      expectMismatch(
        (List<DateTime> times) => unreachable(),
        '[now()]',
        'f: argument 1 must be a list of objects of a Dart class, which can only '
            'be passed one by one; element 0 is a Dart object (DateTime)',
      );
      engine.registerFunction('count', (List<DateTime> times) => times.length);
      expect(engine.eval('count([])'), 0);
    });

    test('it where the script can catch it', () {
      engine.registerFunction('f', (List<int> l) => l.length);
      expect(
        engine.eval('''
          let caught = ();
          try { f([1, "a"]) } catch (e) { caught = [e.type, e.message]; }
          caught
        '''),
        [
          'TypeError',
          'f: argument 1 must be a list of ints; element 1 is a string',
        ],
      );
    });

    test('nothing of what fails in the function', () {
      engine.registerFunction('f', (Object? x) => (x as List<Object?>).length);
      final error = errorThrownBy<RhaiRuntimeError>(() => engine.eval('f(1)'));
      expect(error.kind, RhaiRuntimeErrorKind.dartFunction);
      expect(error.cause, isA<TypeError>());
      engine.registerFunction('g', (List<int> l) => (l as dynamic) as String);
      final other = errorThrownBy<RhaiRuntimeError>(
        () => engine.eval('g([1])'),
      );
      expect(other.kind, RhaiRuntimeErrorKind.dartFunction);
      expect(other.cause, isA<TypeError>());
    });

    test('which function there is for other types', () {
      var calls = 0;
      engine.registerFunction('area', (num r) => calls++);
      final error = errorThrownBy<RhaiRuntimeError>(
        () => engine.eval('let x = "a";\n area(x)'),
      );
      expect(
        error.message,
        'Function not found: area (string); there is area (i64 | f64)',
      );
      expect(error.kind, RhaiRuntimeErrorKind.functionNotFound);
      expect(error.name, 'area');
      expect((error.position?.line, error.position?.column), (2, 2));
      expect(calls, 0);
    });

    test('how many arguments it takes', () {
      engine.registerFunction('f', (String s, [int? n]) => s);
      expect(
        errorThrownBy<RhaiRuntimeError>(() => engine.eval('f()')).message,
        'Function not found: f () (f takes 1 or 2 arguments)',
      );
    });
  });

  group('functions', () {
    test('of scripts are Dart functions', () {
      engine
        ..registerFunction('any', (Function f) => (f as dynamic)(20) as int)
        ..registerFunction('typed', (int Function(int) f) => f(20))
        ..registerFunction('none', (void Function() f) => f())
        ..registerFunction('boxed', (Object? Function(int) f) => [f(1)])
        ..registerFunction(
          'join',
          (String Function(String, String) f) => f('a', 'b'),
        )
        ..registerFunction('maybe', (int Function(int)? f) => f?.call(1))
        ..registerFunction('script', (RhaiFunction f) => f(3));
      const k = 'let k = 2;';
      expect(engine.eval('$k any(|x| x * k)'), 40);
      expect(engine.eval('$k typed(|x| x * k)'), 40);
      expect(engine.eval('fn double(x) { x * 2 } typed(double)'), 40);
      expect(engine.eval('$k none(|| k += 1); k'), 3);
      expect(engine.eval('join(|a, b| a + b)'), 'ab');
      expect(engine.eval('[maybe(()), maybe(|x| x)]'), [null, 1]);
      expect(engine.eval('boxed(|x| "a")'), ['a']);
      expect(engine.eval('script(|x| x + 1)'), 4);
    });

    test('in lists and maps, too', () {
      engine
        ..registerFunction(
          'all',
          (List<int Function(int)> l) => [for (final f in l) f(1)],
        )
        ..registerFunction(
          'on',
          (Map<String, Function> m) => (m['a'] as dynamic)(1),
        );
      expect(engine.eval('all([|x| x + 1, |x| x + 2])'), [2, 3]);
      expect(engine.eval('on(#{a: |x| x + 1})'), 2);
    });

    test('have results of their type', () {
      engine
        ..registerFunction('float', (double Function(int) f) => f(3))
        ..registerFunction(
          'list',
          (List<String> Function() f) => f().join('-'),
        );
      expect(engine.eval('float(|x| x)'), 3.0);
      expect(engine.eval('list(|| ["a", "b"])'), 'a-b');
      expect(
        errorThrownBy<RhaiRuntimeError>(
          () => engine.eval('list(|| ["a", 1])'),
        ).message,
        'result of argument 1 of list: it must be a list of strings; '
        'element 1 is an int',
      );
      final error = errorThrownBy<RhaiRuntimeError>(
        () => engine.eval('float(|x| "s")'),
      );
      expect(error.cause, isA<RhaiConversionError>());
    });

    test('that wait return Futures, where the type allows it', () async {
      engine
        ..registerFunction('fetch', (int n) => later(n))
        ..registerFunction('future', (Future<double> Function(int) f) async {
          final Future<double> result = f(3);
          return await result + 0.5;
        })
        ..registerFunction('either', (FutureOr<int> Function(int) f) => f(3))
        ..registerFunction('plain', (int Function(int) f) => f(3));
      expect(await engine.evalAsync('future(|x| fetch(x))'), 3.5);
      expect(await engine.evalAsync('future(|x| x)'), 3.5);
      expect(await engine.evalAsync('either(|x| fetch(x))'), 3);
      expect(engine.eval('either(|x| x)'), 3);
      await expectLater(
        engine.evalAsync('plain(|x| fetch(x))'),
        throwsRuntimeError(
          startsWith(
            'result of argument 1 of plain: it must be an int; it is a Future',
          ),
        ),
      );
      await expectLater(
        engine.evalAsync('future(|x| "s")'),
        throwsRuntimeError(
          'result of argument 1 of future: it must be a float; it is a string',
        ),
      );
    });

    test('of Dart come back as they went in', () {
      int half(int x) => x ~/ 2;
      engine
        ..setVar('half', half)
        ..registerFunction('same', (Function f) => identical(f, half))
        ..registerFunction('run', (int Function(int) f) => f(8))
        ..registerFunction('script', (RhaiFunction f) => f(3));
      expect(engine.eval('same(half)'), true);
      expect(engine.eval('run(half)'), 4);
      expect(
        errorThrownBy<RhaiRuntimeError>(
          () => engine.eval('script(half)'),
        ).message,
        'script: argument 1 must be a function of a script; '
        'it is a Dart function',
      );
    });
  });

  group('a Dart function as a value', () {
    test('converts as a registered one', () {
      engine.setVar('api', {
        'double': (double x) => 2 * x,
        'join': (List<String> l) => l.join(),
        'apply': (int Function(int) f, int x) => f(x),
      });
      expect(engine.eval('api.double(3)'), 6.0);
      expect(engine.eval('[1, 2].map(api.double)'), [2.0, 4.0]);
      expect(engine.eval('api.join(["a", "b"])'), 'ab');
      expect(engine.eval('api.apply(|x| x + 1, 1)'), 2);
    });

    test('says which argument is wrong', () {
      engine.setVar('f', (int a, List<String> l) => l.length);
      expect(
        errorThrownBy<RhaiRuntimeError>(
          () => engine.eval('f.call(1, [2])'),
        ).message,
        'f: argument 2 must be a list of strings; '
        'element 0 is an int',
      );
      expect(
        errorThrownBy<RhaiRuntimeError>(
          () => engine.eval('f.call("a", [])'),
        ).message,
        'f: argument 1 must be an int; it is a string',
      );
    });

    test('takes objects of any class', () {
      final time = DateTime.utc(2020);
      engine
        ..setVar('time', time)
        ..setVar('year', (DateTime time) => time.year)
        ..setVar('maybe', (DateTime? time) => time?.year);
      expect(engine.eval('[year.call(time), maybe.call(())]'), [2020, null]);
      expect(
        errorThrownBy<RhaiRuntimeError>(
          () => engine.eval('year.call(1)'),
        ).message,
        'year: argument 1 must be a Dart object; it is an int',
      );
    });
  });
}
