/// The functions that an engine lists, and their definition file.
library;

import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';

typedef _A = Object?;

void main() {
  late RhaiEngine engine;

  setUp(() => engine = engineWith(RhaiConfig(deniedFunctions: {'sleep'})));

  group('types are those of Rhai:', () {
    final parameters = <String, Function>{
      'bool': (bool a) {},
      'int': (int a) {},
      'float': (double a) {},
      'int | float': (num a) {},
      'String': (String a) {},
      'Array': (List<int> a) {},
      'Map': (Map<String, Object?> a) {},
      'Blob': (Uint8List a) {},
      'Range': (RhaiRange a) {},
      'FnPtr': (RhaiFunction a) {},
      '?': (Object? a) {},
      'String | ()': (String? a) {},
      'int | float | ()': (num? a) {},
    };
    parameters.forEach((type, function) {
      test('a parameter of type $type', () {
        engine.registerFunction('f', function);
        expect(engine.functions.single.parameters.single.type, type);
      });
    });

    test('parameters that take anything, or functions', () {
      final others = <Function, String>{
        (Object a) {}: '?',
        (dynamic a) {}: '?',
        (RegExp a) {}: '?',
        (Iterable<String> a) {}: 'Array',
        (int Function(int) a) {}: 'FnPtr',
        (Function a) {}: 'FnPtr',
      };
      others.forEach((function, type) {
        engine.registerFunction('f', function);
        expect(engine.functions.single.parameters.single.type, type);
      });
    });

    final results = <String, List<Function>>{
      'bool': [() => true, (int a) async => true],
      'int': [() => 1, ([_A a, _A b]) async => 1],
      'float': [() => 1.5],
      'int | float': [num.parse],
      'String': [() => '', (int a, int b, int c) => ''],
      'String | ()': [
        () => null as String?,
        () async => null as String?,
        () => null as Future<String>?,
      ],
      'Array': [
        () => [1],
        () => const Iterable<int>.empty(),
      ],
      'Map': [() => <String, int>{}],
      'Blob': [() => Uint8List(0)],
      'Range': [() => RhaiRange(0, 1)],
      'FnPtr': [
        () =>
            () => 1,
      ],
      '()': [() => null, () async => null],
    };
    results.forEach((type, functions) {
      test('a result of type $type', () {
        for (final function in functions) {
          engine.registerFunction('f', function);
          expect(engine.functions.single.returnType, type);
        }
      });
    });

    test('results of which the Dart type says nothing', () {
      for (final function in <Function>[
        _nothing,
        _nothingLater,
        () => Object(),
        () => 1 as Object?,
        () => RegExp(''),
      ]) {
        engine.registerFunction('f', function);
        expect(engine.functions.single.returnType, isNull);
      }
    });

    test('a result of a function with any number of arguments', () {
      engine.registerFunction(
        'f',
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
        ) => 1,
      );
      expect(engine.functions.single.returnType, 'int');
      expect(engine.functions.single.parameters, hasLength(16));
    });
  });

  test('functions are sorted by name, overloads as they came', () {
    engine
      ..registerFunction('b', (int a) => 1, doc: 'One.')
      ..registerFunction('z::a', (int a, [String? b]) => '')
      ..registerFunction('b', (String a) => 2, overload: true)
      ..registerFunction('a', () {}, parameterNames: []);
    expect(engine.functions.map((f) => '$f'), [
      'a() -> ()',
      'b(_: int) -> int',
      'b(_: String) -> int',
      'z::a(_: int, [_: String | ()]) -> String',
    ]);
    expect(engine.functions.map((f) => f.doc), [null, 'One.', null, null]);
    expect(
      engine.functions.map((f) => f.origin),
      everyElement(RhaiFunctionOrigin.function),
    );
  });

  test('sleep is the only one of a new engine', () {
    final engine = engineWith(const RhaiConfig());
    final sleep = engine.functions.single;
    expect('$sleep', 'sleep(seconds: int | float) -> ?');
    expect(sleep.doc, isNotNull);
    expect(sleep.origin, RhaiFunctionOrigin.engine);
  });

  test('the lists are copies that cannot be changed', () {
    final before = engine.functions;
    engine.registerFunction('f', (int a) {});
    expect(before, isEmpty);
    final after = engine.functions;
    expect(after.clear, throwsUnsupportedError);
    expect(after.single.parameters.clear, throwsUnsupportedError);
    engine.registerFunction('f', () {});
    expect(after.single.parameters, hasLength(1));
  });

  group('names of parameters', () {
    test('are listed, and copied when given', () {
      final names = ['path', 'limit'];
      engine.registerFunction(
        'f',
        (String a, [int b = 1]) {},
        parameterNames: names,
      );
      names[0] = 'x';
      expect(engine.functions.single.parameters.map((p) => '${p.name} $p'), [
        'path path: String',
        'limit [limit: int]',
      ]);
      expect(engine.functions.single.parameters.map((p) => p.isOptional), [
        false,
        true,
      ]);
    });

    final wrong = <String, List<String>>{
      'must be as many as the function has parameters, which is 2': ['a'],
      'which is 2': ['a', 'b', 'c'],
      '"b c" is not a name for a parameter': ['a', 'b c'],
      '"let" is not': ['let', 'b'],
      '"" is not': ['', 'b'],
      'is there twice': ['a', 'a'],
    };
    wrong.forEach((text, names) {
      test('that are $names are an ArgumentError', () {
        expect(
          () => engine.registerFunction(
            'f',
            (int a, [int b = 1]) {},
            parameterNames: names,
          ),
          throwsA(
            isA<ArgumentError>()
                .having((e) => e.name, 'name', 'parameterNames')
                .having((e) => '$e', 'text', contains(text)),
          ),
        );
        expect(engine.functions, isEmpty);
      });
    });
  });

  group('definitions', () {
    test('of an engine without functions are a header', () {
      expect(engine.definitions(), 'module static;\n');
    });

    test('have types, documentation and nested namespaces', () {
      engine
        ..registerFunction(
          'fetch',
          (String url, [int? retries]) async => '',
          doc: 'Fetches a page.\n\n# Example\r\n\n    fetch("x")',
          parameterNames: ['url', 'retries'],
        )
        ..registerFunction('store::get', (String key) => null as Object?)
        ..registerFunction('store::cache::clear', () => true, doc: 'Clears it.')
        ..registerFunction('z', (num? a) => 1.5);
      expect(engine.definitions(), '''
module static;

/// Fetches a page.
///
/// # Example
///
///     fetch("x")
fn fetch(url: String) -> String;

/// Fetches a page.
///
/// # Example
///
///     fetch("x")
fn fetch(url: String, retries: int | ()) -> String;

fn z(_: int | float | ()) -> float;

module store {
    fn get(_: String) -> ?;

    module cache {
        /// Clears it.
        fn clear() -> bool;
    }
}
''');
    });

    test('of any documentation declare the same functions', () {
      const docs = ['*/ fn x() {}', '/ a', '\n\n', 'a\rfn b() -> ?;', '`}`'];
      for (final (index, doc) in docs.indexed) {
        engine
          ..registerFunction('f$index', (int a, int b) => 1, doc: doc)
          ..registerFunction('m::f$index', ([int? a]) => 1, doc: doc);
      }
      final lines = engine.definitions().split('\n').map((l) => l.trim());
      final code = lines.where((l) => l.isNotEmpty && !l.startsWith('///'));
      expect(code, [
        'module static;',
        for (final (index, _) in docs.indexed)
          'fn f$index(_: int, _: int) -> int;',
        'module m {',
        for (final (index, _) in docs.indexed) ...[
          'fn f$index() -> int;',
          'fn f$index(_: int | ()) -> int;',
        ],
        '}',
      ]);
    });

    test('are Rhai scripts without the types', () {
      engine
        ..registerFunction(
          'a',
          (List<int> list, Map<String, int> map) => null as String?,
          parameterNames: ['list', 'map'],
          doc: 'Text',
        )
        ..registerFunction('b', (int Function() f) {}, parameterNames: ['f'])
        ..registerFunction('c', ([int? a]) => [1], parameterNames: ['a']);
      final script = engine
          .definitions()
          .replaceFirst('module static;', '')
          .replaceAll(RegExp(r': [^,]*?(?=,|\) ->)'), '')
          .replaceAll(RegExp(r' -> .*;'), ' {}');
      final result = engine.analyze(script);
      expect(result.isValid, isTrue, reason: '$script\n${result.syntaxErrors}');
      expect(
        result.functions.map((f) => '${f.name}(${f.parameters.join(', ')})'),
        ['a(list, map)', 'b(f)', 'c()', 'c(a)'],
      );
    });
  });
}

void _nothing() {}

Future<void> _nothingLater() async {}
