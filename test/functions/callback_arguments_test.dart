/// Arguments that Rhai's own functions give to callbacks of every kind.
library;

import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import '../support/matchers.dart';

/// A call of a built-in function with the callback `f`, the numbers of arguments that
/// `f` may take, and its answer.
typedef _Call = (
  String call,
  List<int> arities,
  Object? Function(List<Object?>) answer,
);

Object? _list(List<Object?> arguments) => arguments;

/// The sum of the numbers and lengths in [value], also within lists.
int _sum(Object? value) => switch (value) {
  int() => value,
  String() => value.length,
  List() => value.fold(0, (sum, item) => sum + _sum(item)),
  _ => 1,
};

Object? _isOdd(List<Object?> arguments) => _sum(arguments).isOdd;

Object? _difference(List<Object?> arguments) =>
    _sum(arguments[0]) - _sum(arguments[1]);

Object? _isLess(List<Object?> arguments) =>
    _sum(arguments[0]) < _sum(arguments[1]);

Object? _isEqual(List<Object?> arguments) =>
    _sum(arguments[0]) == _sum(arguments[1]);

final List<_Call> _ofArrays = [
  ('map(f)', [0, 1, 2], _list),
  for (final name in [
    'filter',
    'some',
    'all',
    'drain',
    'retain',
    'find',
    'index_of',
  ])
    ('$name(f)', [0, 1, 2], _isOdd),
  (
    'find_map(f)',
    [0, 1, 2],
    (arguments) => _sum(arguments) > 3 ? arguments : null,
  ),
  for (final name in ['find', 'index_of', 'find_map'])
    for (final start in [1, -2]) ('$name(f, $start)', [1, 2], _isOdd),
  for (final name in ['reduce', 'reduce_rev']) ...[
    ('$name(f)', [1, 2, 3], _list),
    ('$name(f, 10)', [1, 2, 3], _list),
  ],
  ('zip([7, 8, 9], f)', [2, 3], _list),
  for (final name in ['sort', 'sort_by', 'order', 'order_by']) ...[
    ('$name(f)', [2], _difference),
    ('$name(f)', [2], _isLess),
  ],
  ('dedup(f)', [2], _isEqual),
];

final List<_Call> _ofMaps = [
  ('map(f)', [1, 2], _list),
  for (final name in ['filter', 'drain', 'retain'])
    ('$name(f)', [1, 2], _isOdd),
];

/// A Dart function with [arity] parameters that calls [f] with its arguments.
Function _withArity(int arity, Object? Function(List<Object?>) f) =>
    switch (arity) {
      0 => () => f([]),
      1 => (Object? a) => f([a]),
      2 => (Object? a, Object? b) => f([a, b]),
      3 => (Object? a, Object? b, Object? c) => f([a, b, c]),
      _ => (Object? a, Object? b, Object? c, Object? d) => f([a, b, c, d]),
    };

void main() {
  /// The results of `call` on [object], and the arguments of its callback, for every
  /// kind of callback.
  Future<Map<String, Object?>> outcomes(
    String object,
    String call,
    int arity,
    Object? Function(List<Object?>) answer,
  ) async {
    final calls = <List<Object?>>[];
    Object? answerTo(List<Object?> arguments) {
      calls.add(arguments);
      return answer(arguments);
    }

    Object? curried(List<Object?> arguments) {
      expect(arguments.first, 'curried');
      return answerTo(arguments.sublist(1));
    }

    Function later(Object? Function(List<Object?>) f, int arity) =>
        _withArity(arity, (arguments) async => f(arguments));
    final engine = RhaiEngine.withDefaults()
      ..registerFunction('answer', answerTo)
      ..registerFunction('by_name', _withArity(arity, answerTo))
      ..registerFunction('by_name_later', later(answerTo, arity))
      ..registerFunction('curried', _withArity(arity + 1, curried))
      ..registerFunction('closure', () => _withArity(arity, answerTo))
      ..registerFunction('closure_later', () => later(answerTo, arity))
      ..registerFunction(
        'curried_closure',
        () => _withArity(arity + 1, curried),
      );
    addTearDown(engine.dispose);
    final names = [for (var i = 0; i < arity; i++) 'a$i'].join(', ');
    final functions =
        '''
      fn script($names) { answer([$names]) }
      fn carries(${['x', if (arity > 0) names].join(', ')}) { answer([$names]) }
    ''';
    final elsewhere = engine.eval('$functions script');
    final closureElsewhere = engine.eval('|$names| answer([$names])');
    engine
      ..setVar('elsewhere', elsewhere)
      ..setVar('closure_elsewhere', closureElsewhere);
    final callbacks = {
      'closure': '|$names| answer([$names])',
      'closure that captures': '|$names| { captured; answer([$names]) }',
      'script function by pointer': 'Fn("script")',
      'script function by name': 'script',
      'curried script function': 'Fn("carries").curry("x")',
      'function of another script': 'elsewhere',
      'closure of another script': 'closure_elsewhere',
      'Dart function by pointer': 'Fn("by_name")',
      'Dart function by name': 'by_name',
      'asynchronous function': 'by_name_later',
      'curried Dart function': 'Fn("curried").curry("curried")',
      'Dart closure': 'closure()',
      'asynchronous closure': 'closure_later()',
      'curried Dart closure': 'closure_curried',
    };
    final result = <String, Object?>{};
    for (final MapEntry(key: kind, value: callback) in callbacks.entries) {
      calls.clear();
      final made = callback == 'closure_curried'
          ? 'curried_closure().curry("curried")'
          : callback;
      final value = await engine.evalAsync('''
        $functions
        let captured = 1;
        let a = $object;
        let f = $made;
        let r = a.$call;
        [r, a]
      ''');
      result[kind] = '$value from $calls';
    }
    return result;
  }

  void expectSame(Map<String, Object?> outcomes, String reason) {
    final expected = outcomes.values.first;
    for (final MapEntry(key: kind, value: outcome) in outcomes.entries) {
      expect(outcome, expected, reason: '$reason with a $kind');
    }
  }

  group(
    'a callback gets the same arguments, whatever kind of function it is:',
    () {
      final random = Random(12);
      String array() =>
          '${[for (var i = random.nextInt(4) + 2; i > 0; i--) random.nextInt(5)]}';
      String map() =>
          '#{${[
            for (final key in ['a', 'bb', 'c']) '$key: ${random.nextInt(5)}',
          ].join(', ')}}';
      for (final (objects, calls) in [(array, _ofArrays), (map, _ofMaps)]) {
        for (final (call, arities, answer) in calls) {
          for (final arity in arities) {
            final object = objects();
            test('$object.$call of $arity', () async {
              expectSame(
                await outcomes(object, call, arity, answer),
                '$object.$call',
              );
            });
          }
        }
      }
    },
  );

  group('a Dart function', () {
    late RhaiEngine engine;

    setUp(() {
      engine = RhaiEngine.withDefaults()
        ..registerFunction('subtract', (int a, int b) => a - b)
        ..registerFunction('opt', (String s, [int n = 0]) => '$s$n')
        ..registerFunction('maybe', ([Object? x]) => '<$x>')
        ..registerFunction('later', later)
        ..registerFunction('pair', (Object? a, Object? b) => '$a-$b');
    });
    tearDown(() => engine.dispose());

    test('gets the result first and then the element', () {
      expect(engine.eval('[1, 2, 3].reduce(Fn("subtract"), 10)'), 4);
      expect(engine.eval('[1, 2, 3].reduce_rev(subtract, 10)'), 4);
    });

    test('gets the key first and then the value', () {
      expect(engine.eval('#{a: 1, b: 2}.map(pair)'), {'a': 'a-1', 'b': 'b-2'});
    });

    test('gets the element and then its index in for_each, too', () {
      final calls = <Object?>[];
      engine
        ..registerFunction('one', calls.add)
        ..registerFunction('two', (Object? a, Object? b) => calls.add([a, b]));
      engine.eval('["x", "y"].for_each(one); ["x", "y"].for_each(Fn("two"))');
      expect(calls, [
        'x',
        'y',
        ['x', 0],
        ['y', 1],
      ]);
    });

    test('gets what it needs and no more if it takes different numbers', () {
      expect(engine.eval('["x"].map(opt)'), ['x0']);
      expect(engine.eval('["x"].map(maybe)'), ['<x>']);
    });

    test('that takes another number of arguments is no such function', () {
      engine.registerFunction('three', (Object? a, Object? b, Object? c) => 0);
      expect(
        () => engine.eval('[1].map(three)'),
        throwsRuntimeError(startsWith('Function not found: three (i64, i64) ')),
      );
    });
  });
}
