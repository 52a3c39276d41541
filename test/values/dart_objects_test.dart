/// Dart objects and functions that scripts hold.
library;

import 'dart:async';
import 'dart:convert';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import '../support/matchers.dart';

/// An object with its own equality and text.
class _Point {
  _Point(this.x, this.y);

  final int x;
  final int y;

  @override
  bool operator ==(Object other) =>
      other is _Point && other.x == x && other.y == y;

  @override
  int get hashCode => Object.hash(x, y);

  @override
  String toString() => '($x, $y)';
}

enum _Color { red }

void main() {
  late RhaiEngine engine;

  setUp(() {
    engine = RhaiEngine.withDefaults()
      ..registerFunction('point', _Point.new)
      ..registerFunction('x_of', (_Point point) => point.x)
      ..registerFunction('id', (Object? x) => x)
      ..registerFunction('later', later);
  });
  tearDown(() => engine.dispose());

  group('a Dart object', () {
    test('of any type comes back identical', () async {
      final objects = <Object>[
        _Point(1, 2),
        Object(),
        DateTime(2000),
        BigInt.one,
        #symbol,
        int,
        _Color.red,
        RegExp('a'),
        StateError('bad'),
        (1, 'a'),
        Duration.zero,
        Uri.parse('http://localhost'),
      ];
      for (final object in objects) {
        engine
          ..setVar('v', object)
          ..registerFunction('get', () => object)
          ..registerFunction('get_later', () => later(object));
        for (final script in [
          ...['v', 'id(v)', 'get()', 'let x = [get()]; x[0]', '#{a: id(v)}.a'],
          ...['let f = || v; f.call()', 'id([v])[0]', 'let a = [v]; a.pop()'],
        ]) {
          expect(engine.eval(script), same(object), reason: script);
        }
        expect(await engine.eval('get_later()'), same(object));
        final caught = engine.eval('try { throw v } catch (e) { return e; }');
        expect(caught, same(object));
      }
    });

    test('is passed on to Dart functions', () {
      expect(engine.eval('x_of(point(3, 4))'), 3);
      expect(engine.eval('let p = point(3, 4); p.x_of()'), 3);
      expect(engine.eval('[point(1, 0), point(2, 0)].map(Fn("x_of"))'), [1, 2]);
    });

    test('has the name of its type', () {
      engine
        ..setVar('p', _Point(1, 2))
        ..setVar('d', Duration.zero);
      expect(engine.eval('[type_of(p), p.type_of(), d.type_of()]'), [
        '_Point',
        '_Point',
        'Duration',
      ]);
      expect(engine.eval('let q = p; let f = || q; type_of(q)'), '_Point');
    });

    test('is compared by Dart', () {
      const script = '''
        let a = point(1, 2);
        let b = point(1, 2);
        let c = point(2, 1);
        [a == a, a == b, a == c, a != b, a != c, [a] == [b], a in [c, b],
          [c, b].index_of(a), a == 1, 1 == a, a != 1, a == (), #{p: a} == #{p: b}]
      ''';
      expect(engine.eval(script), [
        ...[true, true, false, false, true, true, true],
        ...[1, false, false, true, false, true],
      ]);
    });

    test('becomes a string as Dart says', () {
      final printed = <String>[];
      runZoned(
        () => engine.eval('print(point(1, 2)); print([point(3, 4)])'),
        zoneSpecification: ZoneSpecification(
          print: (_, _, _, line) => printed.add(line),
        ),
      );
      expect(printed, ['(1, 2)', '[(3, 4)]']);
      const script = r'''
        let p = point(1, 2);
        [`at ${p}`, "at " + p, p + " is it", p.to_string(), `${[p]}`, `${#{p: p}}`]
      ''';
      expect(engine.eval(script), [
        ...['at (1, 2)', 'at (1, 2)', '(1, 2) is it', '(1, 2)', '[(1, 2)]'],
        '#{"p": (1, 2)}',
      ]);
    });

    test('that is thrown is the cause of the error', () {
      final error = FormatException('bad');
      engine.setVar('error', error);
      expect(
        () => engine.eval('throw error'),
        throwsA(
          isA<RhaiRuntimeError>()
              .having((e) => e.cause, 'cause', same(error))
              .having((e) => e.message, 'message', 'FormatException: bad'),
        ),
      );
    });

    test('does nothing else', () {
      engine.setVar('p', _Point(1, 2));
      for (final script in [
        'p.x',
        'p[0]',
        'p + 1',
        'p < p',
        '-p',
        'p.call()',
      ]) {
        expect(
          () => engine.eval(script),
          throwsA(isA<RhaiRuntimeError>()),
          reason: script,
        );
      }
      expect(engine.eval('switch p { 1 => 2, _ => 3 }'), 3);
      expect(
        () => engine.eval('#{p: p}.to_json()'),
        throwsA(isA<RhaiRuntimeError>()),
      );
    });

    test('whose == throws is an error that the script can catch', () {
      engine.setVar('bad', _Throwing());
      for (final script in ['bad == bad', 'bad.to_string()']) {
        expect(
          engine.eval('try { $script } catch (e) { return e.message; }'),
          'Bad state: no',
        );
      }
      // Where Rhai itself makes the text, it does without.
      expect(engine.eval('`[\${bad}]`'), '[DartObject]');
    });

    test('whose == and toString run scripts', () {
      final object = _Evaluating(engine);
      engine
        ..setVar('a', object)
        ..setVar('b', object);
      expect(engine.eval(r'[a == b, `${a}`, [a] == [b]]'), [true, '42', true]);
    });

    test('whose == disposes the engine ends the script', () {
      final other = RhaiEngine.withDefaults();
      other.setVar('a', _Disposing(other));
      expect(() => other.eval('a == a'), throwsCancelled);
    });
  });

  group('a Dart function', () {
    test('is called from scripts', () {
      engine.setVar('add', (int a, int b) => a + b);
      expect(engine.eval('[add.call(1, 2), call(add, 3, 4), type_of(add)]'), [
        3,
        7,
        'Fn',
      ]);
    });

    test('can be given to functions of Rhai', () {
      engine
        ..setVar('twice', (int x) => 2 * x)
        ..setVar('odd', (int x) => x.isOdd)
        ..setVar('add', (int a, int b) => a + b)
        ..setVar('compare', (int a, int b) => b - a);
      expect(
        engine.eval(
          '[[1, 2].map(twice), [1, 2, 3].filter(odd), [1, 2, 3].reduce(add, 0), '
          '[1, 3, 2].order(compare), [5, 6].map(add), twice.curry(4).call()]',
        ),
        [
          [2, 4],
          [1, 3],
          6,
          [3, 2, 1],
          [5, 7],
          8,
        ],
      );
    });

    test('in an object map is called like a method, without this', () {
      engine.setVar('math', {'sq': (int x) => x * x, 'one': () => 1});
      expect(engine.eval('math.sq(3) + math.one()'), 10);
    });

    test('comes back identical', () {
      int f(int x) => x;
      engine.setVar('f', f);
      for (final script in ['f', 'id(f)', '[f][0]', '#{f: f}.f']) {
        expect(engine.eval(script), same(f), reason: script);
      }
      final curried = engine.eval('f.curry(1)');
      expect(curried, isA<RhaiFunction>());
      expect((curried as RhaiFunction)(), 1);
    });

    test('may wait, in any place', () async {
      engine.setVar('slow', (int x) => later(x + 1));
      expect(await engine.eval('slow.call(1) + [1, 2].map(slow)[1]'), 5);
      expect(await engine.eval('let m = #{f: slow}; m.f(1) * 2'), 4);
    });

    test('can have optional parameters', () {
      engine.setVar('f', (int a, [int b = 10]) => a + b);
      expect(engine.eval('[f.call(1), f.call(1, 2)]'), [11, 3]);
    });

    test('with a wrong number of arguments is a function not found', () {
      engine.setVar('f', (int a) => a);
      expect(
        () => engine.eval('\n f.call(1, "x")'),
        throwsA(
          isA<RhaiRuntimeError>()
              .having((e) => e.message, 'message', contains('not found'))
              .having((e) => e.message, 'message', contains('(i64, string)'))
              .having((e) => e.position?.line, 'line', 2),
        ),
      );
    });

    test('that throws is an exception in the script', () {
      final error = const FormatException('bad');
      engine.setVar('f', () => throw error);
      expect(
        engine.eval('try { f.call() } catch (e) { return e.type; }'),
        'FormatException',
      );
      expect(() => engine.eval('f.call()'), throwsWithCause(same(error)));
    });

    test('that does not complete is a timeout', () async {
      final impatient = RhaiEngine.withConfig(
        RhaiConfig(asyncTimeout: const Duration(milliseconds: 10)),
      )..setVar('f', never);
      await expectLater(
        impatient.evalAsync('f.call()'),
        throwsA(isA<RhaiTimeoutError>()),
      );
      impatient.dispose();
    });

    test('gets functions of the script', () {
      engine.setVar('apply', (RhaiFunction f, int x) => f(f(x)));
      expect(engine.eval('let k = 3; apply.call(|x| x * k, 2)'), 18);
    });

    test('can be replaced by another in a script', () {
      engine.setVar('f', () => 1);
      expect(engine.eval('let g = f; g = || 2; g.call() + f.call()'), 3);
    });
  });

  test('an object of one engine can be given to another', () {
    final other = RhaiEngine.withDefaults();
    final point = _Point(1, 2);
    engine.setVar('p', point);
    other.setVar('p', engine.eval('p'));
    engine.dispose();
    expect(other.eval('p'), same(point));
    other.dispose();
  });

  test('jsonDecode can make what scripts work with', () {
    engine.setVar('data', jsonDecode('{"a": [1, 2.5, null, "x"]}'));
    expect(engine.eval('data.a.len()'), 4);
  });
}

class _Throwing {
  @override
  // ignore: hash_and_equals
  bool operator ==(Object other) => throw StateError('no');

  @override
  String toString() => throw StateError('no');
}

class _Evaluating {
  _Evaluating(this._engine);

  final RhaiEngine _engine;

  @override
  // ignore: hash_and_equals
  bool operator ==(Object other) => _engine.eval('1 < 2') as bool;

  @override
  String toString() => '${_engine.eval('40 + 2')}';
}

class _Disposing {
  _Disposing(this._engine);

  final RhaiEngine _engine;

  @override
  // ignore: hash_and_equals
  bool operator ==(Object other) {
    _engine.dispose();
    return true;
  }
}
