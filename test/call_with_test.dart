/// Dart calls functions of scripts with a `this`.
library;

import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import 'support.dart';

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

  test('what cannot be changed need not be if nothing was', () {
    const state = {
      'n': 1,
      'list': [1, 2],
    };
    expect(function('|| this.list.len() + this.n').callWith(state, []), 3);
    expect(
      () => function('|| this.n = 2').callWith(state, []),
      throwsUnsupportedError,
    );
    final numbers = <String, int>{'n': 1};
    function('|| this.n += 1').callWith(numbers, []);
    expect(numbers, {'n': 2});
    expect(
      () => function('|| this.n = "a"').callWith(numbers, []),
      throwsA(isA<TypeError>()),
    );
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
    expect(
      () => f.callWith(state, []),
      throwsA(isA<RhaiRuntimeError>().having((e) => e.cause, 'cause', 'no')),
    );
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
      throwsA(
        isA<RhaiRuntimeError>().having(
          (e) => e.message,
          'message',
          // Without `this`.
          endsWith('(it takes 2 arguments)'),
        ),
      ),
    );
  });
}
