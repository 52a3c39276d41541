/// Functions of the same name that are chosen by the types of the arguments. They are
/// Dart functions and those of Rhai.
library;

import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  /// Expects that `script` calls a function that does not exist.
  void expectNotFound(String script, String message) => expect(
    () => engine.eval(script),
    throwsA(
      isA<RhaiRuntimeError>()
          .having((e) => e.message, 'message', message)
          .having((e) => e.kind, 'kind', RhaiRuntimeErrorKind.functionNotFound),
    ),
  );

  group("Rhai's own function of the same name", () {
    test('is still there for other types', () {
      final sent = <Object?>[];
      engine
        ..registerFunction('push', (String topic, Object? message) {
          sent.add([topic, message]);
        })
        ..registerFunction('get', (String key, int n) => '$key$n');
      expect(engine.eval('let a = []; a.push(1); a'), [1]);
      expect(engine.eval('let a = []; push("t", 1); push("t", a); a'), isEmpty);
      expect(sent, [
        ['t', 1],
        ['t', <Object?>[]],
      ]);
      expect(engine.eval('#{k: 7}.get("k")'), 7);
      expect(engine.eval('[4, 5].get(1)'), 5);
      expect(engine.eval('get("k", 1)'), 'k1');
    });

    test('is replaced for the types that the Dart function takes', () {
      engine
        ..registerFunction('len', (String s) => -1)
        ..registerFunction('contains', (List<Object?> l, Object? x) => 'mine')
        ..registerFunction('max', (double a, double b) => 'mine');
      expect(engine.eval('["abc".len(), [1, 2].len(), #{}.len()]'), [-1, 2, 0]);
      expect(engine.eval('[1].contains(1)'), 'mine');
      expect(engine.eval('"abc".contains("b")'), true);
      expect(engine.eval('[max(1, 2), max(1.5, 2), max(1.0, 2.0)]'), [
        'mine',
        'mine',
        'mine',
      ]);
      expect(engine.eval('max("a", "b")'), 'b');
    });

    test('is replaced by a function that takes everything', () {
      engine.registerFunction('len', (Object? x) => 'mine');
      expect(engine.eval('["a".len(), [].len(), 1.len(), ().len()]'), [
        'mine',
        'mine',
        'mine',
        'mine',
      ]);
    });

    test('prints what a typed print does not', () {
      final lines = <String>[];
      engine.registerFunction('print', (String line) => lines.add(line));
      engine
        ..registerFunction('debug', (String line) => lines.add(line))
        ..eval('print("a"); print(1); print(#{b: 2.0}); debug("x"); debug(1)')
        ..eval('let text = 1; let f = || text; print(text); text += 1;')
        ..registerFunction('print', (int n) => lines.add('int $n'))
        ..eval('print(1)');
      expect(lines, ['a', '1', '#{"b": 2.0}', 'x', '1', '1', 'int 1']);
      expect(
        () => engine.eval('print("a")'),
        throwsRuntimeError('print: argument 1 must be an int; it is a string'),
      );
    });

    test('is still there where a function takes very many types', () {
      engine.registerFunction(
        'splice',
        (
          Iterable<Object?>? a,
          Comparable<Object?>? b,
          Comparable<Object?>? c,
          String? d,
        ) => 'mine',
      );
      expect(engine.eval('let a = [1, 2]; a.splice(0, 1, [9]); a'), [9, 2]);
      expect(engine.eval('[].splice(0, 1, "x")'), 'mine');
    });
  });

  group('overloads', () {
    test('of many parameters with several types are chosen, or refused', () {
      String num4(num? a, num? b, num? c, num? d) => 'num';
      String list(num? a, num? b, num? c, Iterable<Object?> d) => 'list';
      engine
        ..registerFunction('f', num4, overload: true)
        ..registerFunction('f', list, overload: true);
      expect(engine.eval('[f(1, 2, 3, 4), f(1, 2, 3, [])]'), ['num', 'list']);

      String a(num? a, num? b, num? c, num? d, num? e, num? f) => 'a';
      String b(num? a, num? b, num? c, num? d, num? e, List<int> f) => 'b';
      String c(num? a, num? b, num? c, num? d, List<int> e, num? f) => 'c';
      engine
        ..registerFunction('g', a)
        ..registerFunction('h', a);
      expect(
        () => engine.registerFunction('g', b, overload: true),
        throwsArgumentError,
      );
      engine.registerFunction('h', c, overload: true);
      expect(engine.eval('[h(1, 2, 3, 4, 5, 6), h(1, 2, 3, 4, [], 6)]'), [
        'a',
        'c',
      ]);
    });

    test('are chosen by the types of the arguments', () async {
      engine
        ..registerFunction('f', (int n) => 'int')
        ..registerFunction('f', (String s) => 'string', overload: true)
        ..registerFunction('f', (List<Object?> l) => 'list', overload: true)
        ..registerFunction('f', (Uint8List b) => 'blob', overload: true)
        ..registerFunction('f', (bool? b) => 'bool?', overload: true)
        ..registerFunction(
          'f',
          (Map<String, Object?> m) async => 'map',
          overload: true,
        )
        ..registerFunction('f', (Function f) => 'function', overload: true)
        ..registerFunction('f', (int a, int b) => '2', overload: true);
      expect(
        engine.eval(
          '''[f(1), f("s"), f('c'), f([]), f(blob()), f(true), f(()), f(|| 1), f(1, 2)]''',
        ),
        [
          ...['int', 'string', 'string', 'list', 'blob', 'bool?', 'bool?'],
          ...['function', '2'],
        ],
      );
      expect(await engine.eval('f(#{})'), 'map');
      expectNotFound(
        'f(1.5)',
        'Function not found: f (f64); there are f (i64), f (string), '
            'f (array | blob), f (blob), f (() | bool) and more',
      );
    });

    test(
      'of the exact type win over those that convert or take everything',
      () {
        engine
          ..registerFunction('area', (double r) => 'float')
          ..registerFunction('area', (int r) => 'int', overload: true)
          ..registerFunction('area', (Object? x) => 'any', overload: true);
        expect(engine.eval('[area(1), area(1.0), area("a"), area(())]'), [
          'int',
          'float',
          'any',
          'any',
        ]);
        // In any order.
        engine
          ..registerFunction('area', (Object? x) => 'any')
          ..registerFunction('area', (int r) => 'int', overload: true)
          ..registerFunction('area', (double r) => 'float', overload: true);
        expect(engine.eval('[area(1), area(1.0), area("a"), area(())]'), [
          'int',
          'float',
          'any',
          'any',
        ]);
      },
    );

    test('are beside what Rhai has', () {
      engine
        ..registerFunction('len', (int n) => 'int')
        ..registerFunction('len', (bool b) => 'bool', overload: true);
      expect(engine.eval('[len(1), len(true), len("abc")]'), [
        'int',
        'bool',
        3,
      ]);
    });

    test('are all replaced by a function that is none', () {
      engine
        ..registerFunction('f', (int n) => 'int')
        ..registerFunction('f', (String s) => 'string', overload: true);
      expect(engine.eval('[f(1), f("s")]'), ['int', 'string']);
      engine.registerFunction('f', (bool b) => 'bool');
      expect(engine.eval('f(true)'), 'bool');
      expectNotFound('f(1)', 'Function not found: f (i64); there is f (bool)');
      // And may be added to again.
      engine.registerFunction('f', (int n) => 'int again', overload: true);
      expect(engine.eval('[f(1), f(true)]'), ['int again', 'bool']);
    });

    test('that accept the same are refused', () {
      void expectRefused(Function first, Function second) {
        engine.registerFunction('g', first);
        expect(
          () => engine.registerFunction('g', second, overload: true),
          throwsArgumentError,
          reason: '${first.runtimeType} and ${second.runtimeType}',
        );
        // Nothing has changed.
        engine.eval('1');
      }

      expectRefused((int n) => 1, (int n) => 2);
      expectRefused((int n) => 1, (num n) => 2);
      expectRefused((int? n) => 1, (String? s) => 2);
      expectRefused((Object? x) => 1, (Object? x) => 2);
      expectRefused((List<int> l) => 1, (List<String> l) => 2);
      expectRefused((Object? a, int b) => 1, (int a, Object? b) => 2);
      expectRefused((double a, int b) => 1, (int a, double b) => 2);
      expectRefused(() => 1, () => 2);
      expectRefused((String s, [int? n]) => 1, (String s) => 2);
      expectRefused((DateTime t) => 1, (Uri u) => 2);
    });

    test('keep their functions while scripts run', () async {
      engine
        ..registerFunction('f', (int n) => 'old')
        ..registerFunction('change', () async {
          engine.registerFunction('f', (int n) => 'new');
        });
      expect(await engine.eval('change(); f(1)'), 'old');
      expect(engine.eval('f(1)'), 'new');
    });
  });

  test('what accepts much is checked when it is called', () {
    var calls = 0;
    engine.registerFunction('f', (
      num a,
      num b,
      num c,
      num d,
      num e,
      num g,
      num h,
      num i,
      num j,
    ) {
      calls++;
      return a + b + c + d + e + g + h + i + j;
    });
    expect(engine.eval('f(1, 2.5, 3, 4, 5, 6, 7, 8, 9)'), 45.5);
    expect(
      () => engine.eval('f(1, 2, 3, 4, 5, 6, 7, 8, "a")'),
      throwsA(
        isA<RhaiRuntimeError>()
            .having(
              (e) => e.message,
              'message',
              'f: argument 9 must be a number; it is a string',
            )
            .having((e) => e.kind, 'kind', RhaiRuntimeErrorKind.typeMismatch),
      ),
    );
    expect(calls, 1);
  });
}
