/// The order in which arrays are sorted with a comparator.
library;

import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  final random = Random(7);

  /// Pairs of a key, of which there are few, and a number of its own.
  List<List<int>> pairs() => [
    for (var i = random.nextInt(60), n = 0; n < i; n++) [random.nextInt(6), n],
  ];

  List<List<int>> sorted(List<List<int>> pairs, {required bool descending}) =>
      [...pairs]..sort((a, b) {
        final order = descending ? b[0] - a[0] : a[0] - b[0];
        return order != 0 ? order : a[1] - b[1];
      });

  for (final (comparator, descending) in [
    ('x[0] < y[0]', false),
    ('x[0] <= y[0]', false),
    ('x[0] - y[0]', false),
    ('x[0] > y[0]', true),
    ('x[0] >= y[0]', true),
    ('y[0] - x[0]', true),
    ('if x[0] == y[0] { 0 } else { x[0] < y[0] }', false),
    ('if x[0] == y[0] { false } else { y[0] - x[0] }', true),
  ]) {
    test('equal elements keep their order with $comparator', () async {
      for (var run = 0; run < 20; run++) {
        final array = pairs();
        final expected = sorted(array, descending: descending);
        engine
          ..setVar('array', array)
          ..registerFunction('later', (Object? x) async => x);
        for (final name in ['sort', 'sort_by', 'order', 'order_by']) {
          final script = 'let r = array.$name(|x, y| $comparator); r ?? array';
          expect(engine.eval(script), expected, reason: '$array');
        }
        final script = 'array.sort(|x, y| later({ $comparator })); array';
        expect(await engine.evalAsync(script), expected, reason: '$array');
      }
    });
  }

  test('a comparator that is a Dart function sorts like a closure', () async {
    final array = pairs();
    engine
      ..setVar('array', array)
      ..registerFunction(
        'less',
        (List<Object?> a, List<Object?> b) => (a[0]! as int) < (b[0]! as int),
      )
      ..registerFunction(
        'more',
        (List<Object?> a, List<Object?> b) async =>
            (a[0]! as int) > (b[0]! as int),
      );
    expect(engine.eval('array.order(less)'), sorted(array, descending: false));
    expect(
      await engine.evalAsync('array.order(Fn("more"))'),
      sorted(array, descending: true),
    );
  });

  test('a comparator that contradicts itself loses no element', () {
    engine.registerFunction('any', () => random.nextInt(3) - 1);
    for (final comparator in [
      'any()',
      'any() > 0',
      'true',
      'false',
      '-1',
      '1',
      '0',
    ]) {
      final array = [for (var i = 0; i < 50; i++) i];
      engine.setVar('array', array);
      final result =
          engine.eval('array.order(|x, y| $comparator)') as List<Object?>;
      expect([...result.cast<int>()]..sort(), array, reason: comparator);
    }
  });

  test('an order that is already there takes one call for each element', () {
    var calls = 0;
    engine.registerFunction('less', (int a, int b) {
      calls++;
      return a < b;
    });
    engine.eval('let a = []; for i in 0..64 { a.push(i); } a.sort(less);');
    expect(calls, lessThan(64 * 4));
  });
}
