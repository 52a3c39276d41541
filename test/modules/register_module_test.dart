/// Modules of Dart functions and constants: `engine.registerModule`.
library;

import 'dart:collection';
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

  group('A module has', () {
    test('functions, constants and modules', () async {
      engine.registerModule('http', {
        'get': (String url) => later('got $url'),
        'post': (String url, [String body = '-']) => '$url $body',
        'TIMEOUT': 30,
        'v2': {
          'get': () => 'v2',
          'TIMEOUT': 60,
          'deep': {'NAME': 'deep'},
        },
      });
      expect(await engine.evalAsync('http::get("x")'), 'got x');
      expect(
        engine.eval(
          '[http::post("a"), http::post("a", "b"), http::TIMEOUT, '
          'http::v2::get(), http::v2::TIMEOUT, http::v2::deep::NAME]',
        ),
        ['a -', 'a b', 30, 'v2', 60, 'deep'],
      );
    });

    test('constants of all types', () {
      final object = Object();
      final values = <String, Object?>{
        'NULL': null,
        'YES': true,
        'INT': 1,
        'HALF': 0.5,
        'TEXT': 'text',
        'LIST': [
          1,
          [
            2,
            {'a': 3},
          ],
        ],
        'BYTES': Uint8List.fromList([1, 2]),
        'RANGE': RhaiRange(1, 3),
        'OBJECT': object,
      };
      engine.registerModule('m', values);
      for (final MapEntry(:key, :value) in values.entries) {
        expect(engine.eval('m::$key'), value, reason: key);
        expect(engine.eval('fn f() { m::$key } f()'), value, reason: key);
      }
      expect(engine.eval('m::OBJECT'), same(object));
    });

    test('functions of scripts as constants', () {
      final function = engine.eval('let n = 1; |x| x + n') as RhaiFunction;
      engine.registerModule('m', {'ADD': function});
      expect(engine.eval('m::ADD.call(2)'), 3);
    });

    test('names that closures and functions see', () {
      engine.registerModule('m', {'A': 1, 'f': (int x) => x + 1});
      expect(
        engine.eval(
          'fn g(x) { m::f(x) + m::A } [1, 2].map(|x| m::f(g(x)) + m::A)',
        ),
        [5, 6],
      );
    });
  });

  group('Constants', () {
    setUp(
      () => engine.registerModule('m', {
        'N': 1,
        'LIST': [
          1,
          [2],
        ],
      }),
    );

    test('cannot be changed', () {
      for (final script in ['m::N = 2', 'm::N += 2', 'm::LIST[0] = 2']) {
        expect(
          () => engine.eval(script),
          throwsA(isA<RhaiException>()),
          reason: script,
        );
      }
      try {
        engine.eval('m::LIST.push(3)');
      } on RhaiException catch (_) {
        // It may be an error, or change a copy.
      }
      expect(engine.eval('let l = m::LIST; l.push(3); l[1].push(4); l'), [
        1,
        [2, 4],
        3,
      ]);
      expect(engine.eval('[m::N, m::LIST]'), [
        1,
        [
          1,
          [2],
        ],
      ]);
    });

    test('count for the memory of scripts that copy them', () {
      engine.dispose();
      engine = RhaiEngine.withConfig(RhaiConfig(maxMemory: 1 << 20))
        ..registerModule('m', {'TEXT': List.filled(1000, 'x' * 10)});
      expect(
        () => engine.eval('let all = []; loop { all.push(m::TEXT); }'),
        throwsLimitError(RhaiLimit.memory),
      );
    });

    test('may be nested deeply', () {
      Object? deep = 1;
      for (var i = 0; i < 50000; i++) {
        deep = [deep];
      }
      engine
        ..registerModule('m', {
          'DEEP': deep,
          'sub': {'DEEP': deep},
        })
        ..registerFunction('f', () => 1);
      expect(engine.eval('m::DEEP.len() + m::sub::DEEP.len()'), 2);
      engine.registerModule('m', {});
      expect(engine.eval('1'), 1);
    });
  });

  group('Registering again', () {
    test('replaces the whole module', () {
      engine
        ..registerFunction('m::old', () => 0)
        ..registerFunction('m2::f', () => 2)
        ..registerModule('m', {
          'f': () => 1,
          'A': 1,
          'sub': {'f': () => 1, 'B': 1},
        });
      expect(() => engine.eval('m::old()'), throwsRuntimeError(anything));
      expect(engine.eval('m::f() + m::A + m::sub::f() + m::sub::B'), 4);
      engine.registerModule('m', {'g': () => 2});
      expect(engine.eval('m::g() + m2::f()'), 4);
      for (final name in ['f()', 'A', 'sub::f()', 'sub::B']) {
        expect(() => engine.eval('m::$name'), throwsRuntimeError(anything));
      }
      engine.registerModule('m', {});
      expect(() => engine.eval('m::g()'), throwsRuntimeError(anything));
      expect(engine.eval('m2::f()'), 2);
    });

    test('of a module in another one leaves that one', () {
      engine
        ..registerModule('m', {
          'A': 1,
          'sub': {'A': 1, 'B': 1},
        })
        ..registerModule('m::sub', {'A': 2});
      expect(engine.eval('m::A + m::sub::A'), 3);
      expect(() => engine.eval('m::sub::B'), throwsRuntimeError(anything));
    });

    test('changes no script that runs', () async {
      engine.registerModule('m', {'A': 1, 'f': () => later(1)});
      final running = engine.evalAsync('m::f() + m::f() + m::A');
      engine.registerModule('m', {'A': 10});
      expect(await running, 3);
      expect(engine.eval('m::A'), 10);
    });

    test('and functions add to it', () {
      engine
        ..registerModule('m', {'A': 1})
        ..registerFunction('m::f', () => 2);
      expect(engine.eval('m::A + m::f()'), 3);
    });

    test('by its own function', () {
      engine.registerModule('m', {
        'f': () => engine.registerModule('m', {'A': 2}),
        'A': 1,
      });
      expect(engine.eval('m::f(); m::A'), 1);
      expect(engine.eval('m::A'), 2);
    });
  });

  group('A mistake changes nothing:', () {
    setUp(() => engine.registerModule('m', {'A': 1, 'f': () => 1}));

    void expectUnchanged() {
      expect(engine.eval('m::A + m::f()'), 2);
      engine.registerModule('other', {'X': 1});
      expect(engine.eval('m::A + other::X'), 2);
    }

    Matcher throwsArgument(String message) => throwsA(
      isA<ArgumentError>().having((e) => '$e', 'text', contains(message)),
    );

    test('a name', () {
      const names = [
        '', 'a b', 'fn', '1', 'm::', '::m', 'm::::x', 'm\u0000', 'eval', //
        'm;', '\ud800', 'import',
      ];
      for (final name in [...names, 'global', 'global::x']) {
        expect(
          () => engine.registerModule(name, {'A': 2}),
          throwsArgumentError,
          reason: name,
        );
      }
      for (final name in [...names, 'x::y']) {
        expect(
          () => engine.registerModule('m', {
            name: {'A': 2},
          }),
          throwsArgumentError,
          reason: name,
        );
      }
      for (final name in ['', 'a b', 'let', '1', 'x::y', r'a$']) {
        expect(
          () => engine.registerModule('m', {'A': 2, name: 1}),
          throwsArgumentError,
          reason: name,
        );
        expect(
          () => engine.registerModule('m', {'A': 2, name: () => 1}),
          throwsArgumentError,
          reason: name,
        );
      }
      expect(
        () => engine.registerModule('a b', {}),
        throwsArgument('is not a name for a module'),
      );
      expect(
        () => engine.registerModule('m', {'let': 1}),
        throwsArgument('is not a name for a constant'),
      );
      expect(
        () => engine.registerModule('m', {'let': () => 1}),
        throwsArgument('is not a name for a function'),
      );
      expectUnchanged();
    });

    test('a function that scripts cannot call', () {
      expect(
        () =>
            engine.registerModule('m', {'A': 2, 'g': ({required int x}) => x}),
        throwsArgument("registerFunction('m::g', (a, b) => …)"),
      );
      expectUnchanged();
    });

    test('a constant that cannot cross, or is too large', () {
      final self = <Object?>[];
      self.add(self);
      final error = errorThrownBy<RhaiConversionError>(
        () => engine.registerModule('m', {'A': 2, 'B': self}),
      );
      expect(error.path, startsWith('m::B'));
      expect(
        () => engine.registerModule('m', {'A': 2, 'B': 'x' * (11 << 20)}),
        throwsLimitError(RhaiLimit.stringLength),
      );
      expectUnchanged();
    });

    test('modules within each other without end', () {
      final self = <String, Object?>{};
      self['x'] = self;
      expect(
        () => engine.registerModule('m', self),
        throwsArgument('has more than 16 modules within each other'),
      );
      expectUnchanged();
    });
  });

  group('Values that run code when they are read', () {
    test('may dispose the engine', () {
      expect(
        () => engine.registerModule('m', {'A': _Lazy(engine.dispose)}),
        throwsA(isA<RhaiCancelledError>()),
      );
      engine = RhaiEngine.withDefaults();
      expect(
        () => engine.registerModule('m', _LazyMap(engine.dispose)),
        throwsStateError,
      );
    });

    test('may use the engine, and not register modules', () {
      engine.registerModule('m', {
        'A': _Lazy(() {
          engine
            ..registerFunction('f', () => 'x' * 10000)
            ..setVar('v', ['x' * 5000])
            ..eval('f() + v[0]');
        }),
      });
      expect(engine.eval('m::A'), [1]);
      expect(
        () => engine.registerModule('m', {
          'A': _Lazy(() => engine.registerModule('m', {'A': 2})),
        }),
        throwsA(anything),
      );
      expect(engine.eval('m::A'), [1]);
      engine.registerModule(
        'n',
        _LazyMap(() => engine.registerModule('m', {})),
      );
      expect(() => engine.eval('m::A'), throwsRuntimeError(anything));
    });
  });

  test('After dispose it is a StateError', () {
    engine.dispose();
    expect(() => engine.registerModule('m', {}), throwsStateError);
  });

  group('analyze', () {
    setUp(
      () => engine.registerModule('http', {
        'get': (String url) => url,
        'TIMEOUT': 30,
        'v2': {'LIMIT': 1},
      }),
    );

    test('knows the names', () {
      final result = engine.analyze(
        'http::get("x"); http::TIMEOUT + http::v2::LIMIT',
      );
      expect(result.isValid, isTrue);
      expect(result.warnings, isEmpty);
    });

    test('knows which there are not', () {
      String message(String script) =>
          engine.analyze(script).warnings.single.message;
      expect(
        message('http::TIMEOT'),
        'undefined variable: http::TIMEOT (did you mean http::TIMEOUT?)',
      );
      expect(
        message('http::zzzzzzzz'),
        'undefined variable: http::zzzzzzzz (there is no such name in http)',
      );
      expect(message('http::v2::get2()'), contains('no such name in http::v2'));
    });
  });

  test('Errors suggest the names', () {
    engine.registerModule('http', {'TIMEOUT': 30});
    expect(
      () => engine.eval('http::TIMEOT'),
      throwsRuntimeError(contains('did you mean http::TIMEOUT?')),
    );
    expect(
      () => engine.eval('htp::TIMEOUT'),
      throwsRuntimeError(contains('did you mean http?')),
    );
  });
}

/// A list whose elements run code when they are read.
final class _Lazy extends ListBase<Object?> {
  _Lazy(this._run);

  final void Function() _run;

  @override
  int length = 1;

  @override
  Object? operator [](int index) {
    _run();
    return 1;
  }

  @override
  void operator []=(int index, Object? value) {}
}

/// A map whose values run code when they are read.
final class _LazyMap extends MapBase<String, Object?> {
  _LazyMap(this._run);

  final void Function() _run;

  @override
  Iterable<String> get keys => ['A', 'B'];

  @override
  Object? operator [](Object? key) {
    _run();
    return 1;
  }

  @override
  void operator []=(String key, Object? value) {}

  @override
  void clear() {}

  @override
  Object? remove(Object? key) => null;
}
