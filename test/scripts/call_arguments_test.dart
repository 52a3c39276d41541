/// Arguments of functions of scripts: small ones are in slots of their own, others together.
library;

import 'dart:collection';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/errors.dart';

/// A List that runs code when an element is read.
final class _Running extends ListBase<Object?> {
  _Running(this._elements, this._run);

  final List<Object?> _elements;
  final void Function(int index) _run;

  @override
  int get length => _elements.length;

  @override
  set length(int length) => _elements.length = length;

  @override
  Object? operator [](int index) {
    _run(index);
    return _elements[index];
  }

  @override
  void operator []=(int index, Object? value) => _elements[index] = value;
}

void main() {
  late RhaiEngine engine;
  setUp(() {
    engine = RhaiEngine.withDefaults();
    engine.registerFunction('later', (Object? value) async => value);
  });
  tearDown(() => engine.dispose());

  /// A script whose function `all` returns its [count] arguments.
  RhaiScript listing(int count) {
    final names = [for (var i = 0; i < count; i++) 'a$i'].join(', ');
    return engine.compile('fn all($names) { [$names] }');
  }

  final small = <Object?>[
    null,
    true,
    false,
    0,
    -1,
    0x7fffffffffffffff,
    -0x8000000000000000,
    1.5,
    -0.0,
    double.infinity,
    '',
    'x',
    'äöü – 😀',
    'y' * 16384,
  ];
  final large = <Object?>[
    'z' * 16385,
    [1, 2],
    {'k': 'v'},
    RhaiRange(1, 2),
    DateTime(2020),
  ];

  test('any number of them arrives in order, small ones and others', () {
    for (var count = 0; count <= 20; count++) {
      final script = listing(count);
      final function = engine.evalSync<RhaiFunction>(
        'fn all(${[for (var i = 0; i < count; i++) 'a$i'].join(', ')}) '
        '{ [${[for (var i = 0; i < count; i++) 'a$i'].join(', ')}] } Fn("all")',
      );
      for (final values in [
        small,
        [...small, ...large],
        [for (var i = 0; i < 20; i++) '$i' * i],
        [for (var i = 0; i < 20; i++) i],
      ]) {
        for (var first = 0; first < values.length; first += 3) {
          final passed = [
            for (var i = 0; i < count; i++) values[(first + i) % values.length],
          ];
          expect(script.call('all', passed), passed);
          expect(script.call('all', List.unmodifiable(passed)), passed);
          if (count <= 16) {
            expect(Function.apply(function.call, passed), passed);
          }
        }
      }
    }
  });

  test('numbers keep their type, and what is special of them', () {
    final script = engine.compile(
      'fn types(a, b, c) { [type_of(a), type_of(b), type_of(c)] } fn f(x) { x }',
    );
    expect(script.call('types', [1, 1.0, '1']), ['i64', 'f64', 'string']);
    expect(script.call('f', [double.nan]), isNaN);
    expect((script.call('f', [-0.0]) as double).isNegative, isTrue);
  });

  test('functions of scripts and of Dart may be among them', () {
    final script = engine.compile('fn f(a, g) { g.call(a) }');
    final function = engine.eval('|x| x * 10') as RhaiFunction;
    expect(script.call('f', [4, function]), 40);
    expect(script.call('f', [4, (int x) => x + 1]), 5);
    function.dispose();
    expect(
      errorThrownBy<RhaiConversionError>(
        () => script.call('f', [4, function]),
      ).path,
      'args[1]',
    );
  });

  test('one that cannot cross is named', () async {
    final script = listing(3);
    final f = engine.eval('|a, b, c| a') as RhaiFunction;
    for (final (argument, path) in [
      ('\ud800', 'args[1]'),
      ('${'x' * 20000}\ud800', 'args[1]'),
      ({'k': '\ud800'}, 'args[1].k'),
      (Future<int>.value(1), 'args[1]'),
    ]) {
      final named = throwsA(
        isA<RhaiConversionError>().having((e) => e.path, 'path', path),
      );
      expect(() => script.call('all', [1, argument, 'x']), named);
      expect(() => f('text', argument, 2), named);
      await expectLater(script.callAsync('all', [1, argument, 2]), named);
      expect(script.call('all', [1, 'text', 2]), [1, 'text', 2]);
    }
  });

  test('a String longer than scripts may have breaks the limit', () {
    final limited = RhaiEngine(RhaiConfig(maxStringLength: 10));
    addTearDown(limited.dispose);
    final script = limited.compile('fn f(a, b) { b }');
    expect(script.call('f', [1, 'x' * 10]), 'x' * 10);
    for (final arguments in [
      [1, 'x' * 11],
      [<int>[], 'x' * 11],
      [1, 'x' * 20000],
    ]) {
      expect(
        errorThrownBy<RhaiLimitError>(() => script.call('f', arguments)).limit,
        RhaiLimit.stringLength,
      );
    }
  });

  test('reading them may run other scripts, and calls', () {
    final script = listing(3);
    for (final elements in [
      [1, 'two', 3.0],
      [
        1,
        ['two'],
        3.0,
      ],
    ]) {
      final arguments = _Running(elements, (index) {
        expect(engine.eval('"$index" * 1', scope: null), isNotNull);
      });
      expect(
        () => script.call('all', arguments),
        throwsA(isA<RhaiRuntimeError>()),
      );
      final other = _Running(elements, (index) {
        expect(script.call('all', ['x', 'y' * 3000, index]), [
          'x',
          'y' * 3000,
          index,
        ]);
        engine.setVar('v', 'text that uses the input');
      });
      expect(script.call('all', other), elements);
    }
  });

  test('reading them may dispose of what is called', () {
    final disposed = engine.compile('fn f(a) { a }');
    expect(
      () => disposed.call('f', _Running([1], (_) => disposed.dispose())),
      throwsStateError,
    );
    final script = engine.compile('fn f(a) { a } fn g(a, b) { a }');
    final grown = _Running([1], (_) {});
    expect(
      () => script.call(
        'f',
        _Running([1], (_) => throw const FormatException('mine')),
      ),
      throwsFormatException,
    );
    late final _Running growing;
    growing = _Running([1], (_) => growing._elements.add(2));
    expect(
      () => script.call('f', growing),
      throwsA(isA<ConcurrentModificationError>()),
    );
    expect(script.call('f', grown), 1);
    expect(
      () => script.call('f', _Running([1], (_) => engine.dispose())),
      throwsA(anyOf(isA<RhaiCancelledError>(), isStateError)),
    );
  });

  test('each call that waits keeps its own', () async {
    final script = engine.compile('fn f(a, b) { later(a); later(b); a + b }');
    final function = engine.eval('|a, b| { later(b); a + b }') as RhaiFunction;
    final results = [
      for (var i = 0; i < 50; i++) script.callAsync<String>('f', ['$i', '!']),
      for (var i = 0; i < 50; i++) function.callAsync('$i', '?'),
    ];
    expect(await Future.wait(results), [
      for (var i = 0; i < 50; i++) '$i!',
      for (var i = 0; i < 50; i++) '$i?',
    ]);
  });

  group('the function that is named', () {
    test('is called, whatever else the script declares', () {
      final names = [for (var i = 0; i < 60; i++) 'f${(i * 37) % 60}'];
      final script = engine.compile(
        names.map((name) => 'fn $name() { "$name" }').join('\n'),
      );
      for (final name in names) {
        expect(script.call(name, []), name);
      }
      // It is compiled anew.
      engine.registerFunction('f7', () => 'from Dart');
      engine.registerFunction('other', (int a) => a);
      for (final name in names) {
        expect(script.call(name, []), name);
      }
    });

    test('may have namesakes for types of this', () {
      final script = engine.compile('''
        fn int.name(x) { `int \${this} \${x}` }
        private fn string.name(x) { "private" }
        fn name(x) { "any " + x }
        fn name() { "none" }
      ''');
      expect(script.call('name', [1]), 'any 1');
      expect(script.call('name', [1], thisValue: 2), 'int 2 1');
      expect(script.call('name', [1], thisValue: true), 'any 1');
      expect(script.call('name', []), 'none');
    });

    test('may end by exit, and change this', () {
      final script = engine.compile('fn f(a) { this.n = a; exit(a + 1) }');
      final object = {'n': 1};
      expect(script.call('f', [5], thisValue: object), 6);
      expect(object, {'n': 5});
    });
  });
}
