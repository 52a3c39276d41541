/// Dart calls functions of scripts with a `this`.
library;

import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  RhaiFunction function(String script) => engine.eval(script) as RhaiFunction;

  test('what the function changes in a Map comes back', () {
    final add = function('|by| { this.n += by; this.log.push(by); this.n }');
    final log = <Object?>[];
    final state = {'n': 1, 'log': log};
    expect(add.callWith(state, [5]), 6);
    expect(add.callWith(state, [2]), 8);
    expect(state['n'], 8);
    expect(state['log'], same(log));
    expect(log, [5, 2]);
  });

  test('what has changed meanwhile in Dart stays so', () async {
    engine.registerFunction('wait', () => Future<void>.delayed(Duration.zero));
    final state = <String, Object?>{'n': 1, 'm': 1};
    final ended = function('|| { wait(); this.n += 1; }').callWith(state, []);
    state
      ..['m'] = 5
      ..['more'] = 1;
    await ended;
    expect(state, {'n': 2, 'm': 5, 'more': 1});

    final shared = <String, Object?>{'n': 0};
    await Future.wait([
      function('|| { wait(); this.n += 1; }').callWithAsync(shared, []),
      function('|| { wait(); this.k = 1; }').callWithAsync(shared, []),
    ]);
    expect(shared, {'n': 1, 'k': 1});
  });

  test('elements are replaced, not changed to others', () {
    final first = {'id': 1}, second = {'id': 2};
    final state = {
      'list': <Object?>[first, second],
    };
    function('|| this.list.remove(0)').callWith(state, []);
    expect(state['list'], [same(second)]);
    state['list'] = <Object?>[first, second];
    function('|| this.list.reverse()').callWith(state, []);
    expect(state['list'], [
      {'id': 2},
      {'id': 1},
    ]);
    expect(
      [first, second],
      [
        {'id': 1},
        {'id': 2},
      ],
    );
  });

  test('a List that is there twice keeps what is added to either', () {
    for (final name in ['a', 'b']) {
      final list = <Object?>[1];
      final state = {'a': list, 'b': list};
      function('|| this.$name.push(2)').callWith(state, []);
      expect(list, [1, 2]);
    }
  });

  test('what comes back as something else stays if nobody changed it', () {
    final state = <String, Object>{
      'set': {1, 2},
      'function': function('|| 1'),
      'n': 1,
    };
    function('|| 1').callWith(state, []);
    expect(state['set'], isA<Set<int>>());
    function('|| 1').callWith(Map<String, Object?>.unmodifiable(state), []);
    function('|| this.n = -0.0').callWith(state, []);
    expect((state['n'] as double).isNegative, isTrue);
  });

  test('entries come and go', () {
    final change = function(
      '|| { this.b = [1]; this.remove("a"); this.c.clear(); this.d = (); }',
    );
    final state = <String, Object?>{
      'a': 1,
      'c': {'x': 1},
      'd': 2,
    };
    expect(change.callWith(state, []), null);
    expect(state, {
      'b': [1],
      'c': <String, Object?>{},
      'd': null,
    });
  });

  test('a List may grow and shrink', () {
    final list = <Object?>[3, 1, 2];
    function('|| { this.sort(); this.push(4); }').callWith(list, []);
    expect(list, [1, 2, 3, 4]);
    function('|x| { this.clear(); this += x; }').callWith(list, [9]);
    expect(list, [9]);
    final bytes = Uint8List.fromList([1, 2]);
    function('|| this[0] = 7').callWith(bytes, []);
    expect(bytes, [7, 2]);
  });

  test('an int that became a float is one', () {
    final state = <String, Object?>{'n': 1};
    function('|| this.n = 1.0').callWith(state, []);
    expect(state['n'], isA<double>());
  });

  test('other values are copies, which the function may change', () {
    final grow = function('|by| { this += by; this }');
    expect(grow.callWith(1, [2]), 3);
    expect(grow.callWith('a', ['b']), 'ab');
    expect(function('|| this').callWith(null, []), null);
    final time = DateTime.utc(2020);
    expect(function('|| this').callWith(time, []), same(time));
  });

  test('named functions have it too', () {
    final f = function('fn f(x) { this.sum += x; } Fn("f")');
    final state = {'sum': 1};
    f.callWith(state, [4]);
    expect(state, {'sum': 5});
  });

  test('a Map or a List remains one', () {
    for (final (value, kind) in [
      (<String, Object?>{'a': 1}, 'an object map'),
      (<Object?>[1], 'an array'),
    ]) {
      for (final (script, found) in [
        ('|| this = 5', 'an int'),
        ('|| this = ()', '()'),
        ('|| this = "x"', 'a string'),
      ]) {
        expect(
          () => function(script).callWith(value, []),
          throwsA(
            isA<RhaiConversionError>().having(
              (e) => e.message,
              'message',
              'this: it must remain $kind; it is $found',
            ),
          ),
        );
      }
    }
    expect(function('|| { this = 5; this }').callWith(4, []), 5);
    final map = <String, Object?>{'a': 1};
    function('|| this = #{b: 2}').callWith(map, []);
    expect(map, {'b': 2});
  });

  test('what cannot be changed need not be if nothing was', () {
    const state = {
      'n': 1,
      'list': [1, 2],
    };
    expect(function('|| this.list.len() + this.n').callWith(state, []), 3);
    expect(
      () => function('|| this.n = 2').callWith(state, []),
      throwsA(isA<RhaiConversionError>()),
    );
  });

  /// `this` before a call, the code that changes it with the arguments `x` and `y`, and
  /// `this` after the call.
  final changes = <(Object, String, Object)>[
    ([1, 2, 3], 'this.push(4)', [1, 2, 3, 4]),
    ([1, 2, 3], 'this.pop()', [1, 2]),
    ([1, 2, 3], 'this.remove(0)', [2, 3]),
    ([1, 2, 3], 'this.clear()', <int>[]),
    ([1, 2, 3], 'this = [9]', [9]),
    (['a'], 'this.push("b")', ['a', 'b']),
    (<int?>[1], 'this.push(())', [1, null]),
    ([0.5], 'this.push(2)', [0.5, 2.0]),
    (<num>[0.5], 'this.push(2)', [0.5, 2]),
    (<Iterable<int>>[], 'this.push(1..3)', [RhaiRange(1, 3)]),
    (
      <List<double>>[],
      'this.push([1, 2.5])',
      [
        [1.0, 2.5],
      ],
    ),
    (
      [
        [1],
        [2],
      ],
      'this[0][0] = 9',
      [
        [9],
        [2],
      ],
    ),
    (
      {
        'l': [1],
      },
      'this.l.push(2)',
      {
        'l': [1, 2],
      },
    ),
    (
      {
        'items': [
          {'c': 1},
        ],
      },
      'this.items[0].c = 2; this.items.push(#{d: 3})',
      {
        'items': [
          {'c': 2},
          {'d': 3},
        ],
      },
    ),
    (
      {
        'a': {'b': 1},
      },
      'this.c = #{d: 1}; this.a.e = 2',
      {
        'a': {'b': 1, 'e': 2},
        'c': {'d': 1},
      },
    ),
    (<String, double>{'n': 1.0}, 'this.n = 5', {'n': 5.0}),
    (<Object, Object>{'n': 1}, 'this.m = 0.5', {'n': 1, 'm': 0.5}),
    ([DateTime.utc(1)], 'this.push(x)', [DateTime.utc(1), DateTime.utc(2)]),
    ({'a': Uint8List(1)}, 'this.a.push(7)', {'a': Uint8List(2)..last = 7}),
    (Int8List(2), 'this[1] = -128', [0, -128]),
    (List.filled(2, 0), 'this[1] = 7', [0, 7]),
    (
      <Set<int>?>[{}, {}, {}],
      'this[0] = (); this[2] = ()',
      [null, <int>{}, null],
    ),
  ];
  test('collections of any type take what they can', () {
    for (final (value, code, expected) in changes) {
      final type = value.runtimeType;
      function('|x| { $code; }').callWith(value, [DateTime.utc(2)]);
      expect(value, expected, reason: '$code of a $type');
      // Of equal numbers, too.
      expect('$value', '$expected', reason: '$code of a $type');
    }
  });

  /// `this` before a call, the code that may not change it so, and the message.
  final refused = <(Object, String, String)>[
    (
      <String, int>{'n': 1},
      'this.n = "a"',
      'this.n: it must be an int; it is a string',
    ),
    ([1], 'this.push("a")', 'this[1]: it must be an int; it is a string'),
    (
      {
        'items': [
          {'c': 1},
        ],
      },
      'this.items[0].c = ()',
      'this.items[0].c: it must be an int; it is ()',
    ),
    (
      {
        'a': {'b': 1},
        'c': {'d': 1},
      },
      'this.a.b = 2; this.c.d = "e"',
      'this.c.d: it must be an int; it is a string',
    ),
    (
      {
        'a': {'b': 1},
        'c': {'d': 1},
      },
      'this.a.b = "e"; this.c.d = 2',
      'this.a.b: it must be an int; it is a string',
    ),
    (
      <String, double>{'n': 1.0},
      'this.m = 1; this.n = 9007199254740993',
      'this.n: it must be a float; it is 9007199254740993, which no float can be',
    ),
    (
      <int, int>{},
      'this.n = 1',
      'this.n: its key must be an int; it is a string',
    ),
    (
      [DateTime(1)],
      'this.push(x)',
      'this[1]: it must be an element of a List<DateTime>; '
          'it is a Dart object (Duration)',
    ),
    (
      Int8List(1),
      'this[0] = 128',
      'this[0]: it must be an int of 8 bits; it is 128',
    ),
    (
      Float32List(1),
      'this[0] = 1e300',
      'this[0]: it must be a float of 32 bits; it is 1e+300',
    ),
    for (final (fixed, code, problem) in [
      (const [1], 'this[0] = 2', 'it cannot be changed'),
      (
        Uint8List(1).asUnmodifiableView(),
        'this[0] = 2',
        'it cannot be changed',
      ),
      (List.unmodifiable([1]), 'this.push(2)', 'it cannot be changed'),
      (const {'a': 1}, 'this.a = 2', 'it cannot be changed'),
      (Map.unmodifiable({'a': 1}), 'this.clear()', 'it cannot be changed'),
      (List.filled(1, 1), 'this.push(2)', 'its length cannot be changed'),
      (Uint8List(1), 'this.pop()', 'its length cannot be changed'),
    ])
      (
        fixed,
        code,
        'this: $problem (pass a Map or a List that can be changed)',
      ),
    (
      {
        'a': [1],
        'b': const [1],
      },
      'this.a.push(2); this.b[0] = 3',
      'this.b: it cannot be changed (pass a Map or a List that can be changed)',
    ),
  ];
  test(
    'what a collection does not take is an error before anything changes',
    () {
      for (final (value, code, message) in refused) {
        final before = '$value';
        expect(
          () => function('|x| { $code; }').callWith(value, [Duration.zero]),
          throwsA(
            isA<RhaiConversionError>().having((e) => e.message, code, message),
          ),
        );
        expect('$value', before, reason: code);
      }
    },
  );

  test('typed collections stay the objects they were', () {
    final list = [1];
    final inner = {'n': 1};
    final state = {'list': list, 'inner': inner};
    function('|| { this.list.push(2); this.inner.n = 2; }').callWith(state, []);
    expect(list, [1, 2]);
    expect(inner, {'n': 2});
    expect([state['list'], state['inner']], [same(list), same(inner)]);
  });

  test('a List that is there twice, and changed twice, has what came last', () {
    final list = [1, 2, 3];
    function(
      '|| { this.a.clear(); this.b.pop(); }',
    ).callWith({'a': list, 'b': list}, []);
    expect(list, anyOf(isEmpty, [1, 2]));
  });

  test('a function that waits changes it when it has ended', () async {
    engine.registerFunction('later', (int n) => later(n));
    final f = function('|x| { this.n += 1; this.n += later(x); this.n }');
    final state = {'n': 1};
    final result = f.callWith(state, [5]) as Future<Object?>;
    expect(state, {'n': 1});
    expect(await result, 7);
    expect(state, {'n': 7});
    expect(await f.callWithAsync(state, [1]), 9);
    expect(state, {'n': 9});
  });

  test('a function that fails changes nothing', () async {
    final f = function('|| { this.n = 2; throw "no"; }');
    final state = {'n': 1};
    expect(() => f.callWith(state, []), throwsWithCause('no'));
    await expectLater(
      f.callWithAsync(state, []),
      throwsA(isA<RhaiRuntimeError>()),
    );
    expect(state, {'n': 1});
  });

  test('exit ends the function, and what it has changed comes back', () {
    final f = function('|| { this.n = 2; exit(5); }');
    final state = {'n': 1};
    expect(f.callWith(state, []), 5);
    expect(state, {'n': 2});
  });

  test('functions in it still work', () {
    final state = <String, Object?>{'f': function('|x| x + 1')};
    expect(function('|| this.f.call(1)').callWith(state, []), 2);
    function('|| this.g = |x| x * 2').callWith(state, []);
    expect((state['g']! as RhaiFunction).call(4), 8);
  });

  test('a function that was replaced is another one', () {
    final one = function('|| 1'), two = function('|| 2');
    Object? call(Object? f) => (f! as RhaiFunction).call();
    for (final (code, results) in [
      ('this[0] = || 7', [7, 2]),
      ('this.insert(0, || 7)', [7, 1, 2]),
      ('this.push(|| 7)', [1, 2, 7]),
      ('this.reverse()', [2, 1]),
      ('this.remove(0)', [2]),
      ('this[0] = this[1]', [2, 2]),
      ('this[1] = f', [1, 1]),
    ]) {
      final list = [one, two];
      function('|f| { $code; }').callWith(list, [one]);
      expect(list.map(call), results, reason: code);
      // What was there is the same object wherever it is now.
      for (final f in list) {
        final same = {1: one, 2: two}[call(f)] ?? f;
        expect(identical(f, same), isTrue, reason: code);
      }
    }
    final state = {'cb': one};
    function('|x| { this.cb = || 2; }').callWith(state, [1]);
    expect(call(state['cb']), 2);
  });

  test('a function that was curried is another one', () {
    final state = {'cb': function('fn k(a, b) { a + b } Fn("k")')};
    function('|| this.cb = this.cb.curry(1)').callWith(state, []);
    expect(state['cb']!(2), 3);
    function('|| this.cb = this.cb.curry(5)').callWith(state, []);
    expect(state['cb']!(), 6);
  });

  test(
    'a function that is disposed meanwhile comes back as one that is not',
    () {
      final one = function('|| 1');
      engine.registerFunction('dispose', one.dispose);
      final state = <String, Object?>{'a': one};
      function('|| { dispose(); this.b = this.a; }').callWith(state, []);
      expect(state['a'], same(one));
      expect((state['b']! as RhaiFunction).call(), 1);
    },
  );

  test('a function is what it was also if this changes later', () async {
    engine.registerFunction('later', (int n) => later(n));
    final one = function('|| 1');
    final state = [one];
    await function(
      '|| { later(1); this.insert(0, || 7); }',
    ).callWithAsync(state, []);
    expect(state.first(), 7);
    expect(state.last, same(one));
  });

  test('an equal Dart object is another one', () {
    final one = _Equal(), two = _Equal();
    final state = {
      'p': one,
      'list': [one],
    };
    function('|x| { this.p = x; this.list[0] = x; }').callWith(state, [two]);
    expect(state['p'], same(two));
    expect(state['list'], [same(two)]);
  });

  test('data may be nested deeply', () {
    Object? deep = 1;
    for (var i = 0; i < 50000; i++) {
      deep = [deep];
    }
    final state = {'deep': deep, 'n': 1};
    function('|| this.n = 2').callWith(state, []);
    expect(state['n'], 2);
    expect(state['deep'], same(deep));
  });

  test('an error says whether it was an argument or this', () {
    final f = function('|x| x');
    Matcher conversion(String path) =>
        throwsA(isA<RhaiConversionError>().having((e) => e.path, 'path', path));
    expect(() => f.callWith({1: 2}, []), conversion('this'));
    expect(
      () => f.callWith({'a': Future<int>.value(1)}, []),
      conversion('this.a'),
    );
    expect(
      () => f.callWith(1, [
        {1: 2},
      ]),
      conversion('args[0]'),
    );
  });

  test('a function that is gone is a StateError', () {
    final f = function('|| this')..dispose();
    expect(() => f.callWith(1, []), throwsStateError);
    expect(() => f.callWithAsync(1, []), throwsStateError);
  });

  test('a wrong number of arguments is an error', () {
    final f = function('|a, b| a');
    expect(
      () => f.callWith({'n': 1}, [2]),
      throwsRuntimeError(
        // Without `this`.
        endsWith('(it takes 2 arguments)'),
      ),
    );
  });
}

/// Equals all of its kind.
final class _Equal {
  @override
  bool operator ==(Object other) => other is _Equal;

  @override
  int get hashCode => 1;
}
