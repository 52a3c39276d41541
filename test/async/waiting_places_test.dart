/// A script may wait for a Dart function wherever it may call one.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';

/// Scripts by the place in which they call `f`, which returns its argument.
/// Each is run with a synchronous and with an asynchronous `f`.
const _places = <String, Map<String, (String script, Object? value)>>{
  'in a closure for': {
    'map': ('[1, 2, 3].map(|x| f(x) * 10)', [10, 20, 30]),
    'filter': ('[1, 2, 3, 4].filter(|x| f(x) % 2 == 0)', [2, 4]),
    'reduce': ('[1, 2, 3].reduce(|sum, x| f(sum) + f(x), 10)', 16),
    'reduce_rev': ('["a", "b"].reduce_rev(|text, x| text + f(x), "")', 'ba'),
    'sort': (
      'let a = [3, 1, 2, 5, 4]; a.sort(|x, y| f(x) - f(y)); a',
      [1, 2, 3, 4, 5],
    ),
    'for_each': (
      'let a = [1, 2]; a.for_each(|| this = f(this) + 1); a',
      [2, 3],
    ),
    'some': ('[1, 2, 3].some(|x| f(x) > 2)', true),
    'all': ('[1, 2, 3].all(|x| f(x) > 2)', false),
    'find': ('[1, 2, 3].find(|x| f(x) > 1)', 2),
    'find_map': ('[1, 2].find_map(|x| if f(x) > 1 { f("two") })', 'two'),
    'index_of': ('[1, 2, 3].index_of(|x| f(x) == 3)', 2),
    'retain': ('let a = [1, 2, 3]; a.retain(|x| f(x) > 1); a', [2, 3]),
    'drain': ('let a = [1, 2, 3]; a.drain(|x| f(x) == 2) + a', [2, 1, 3]),
    'dedup': ('let a = [1, 1, 2]; a.dedup(|x, y| f(x) == f(y)); a', [1, 2]),
    'filter of a map': (
      '#{a: 1, b: 2}.filter(|key, x| f(key) == "b" && f(x) == 2)',
      {'b': 2},
    ),
  },
  'in the control flow': {
    'if': ('if f(false) { 1 } else if f(true) { 2 } else { 3 }', 2),
    'if as an expression': ('let x = if f(true) { f(1) } else { 2 }; x', 1),
    'while': ('let i = 0; while f(i) < 3 { i += 1 } i', 3),
    'do … while': ('let i = 0; do { i += 1 } while f(i) < 3; i', 3),
    'do … until': ('let i = 0; do { i += 1 } until f(i) == 4; i', 4),
    'loop': ('let i = 0; loop { i += f(1); if f(i) == 5 { break f(i) } }', 5),
    'continue': (
      'let a = []; for i in 0..4 { if f(i) == 1 { continue } a.push(i) } a',
      [0, 2, 3],
    ),
    'the value of a switch': ('switch f(2) { 1 => "a", 2 => "b" }', 'b'),
    'a range of a switch': ('switch f(15) { 1..=9 => 1, 10..=99 => 2 }', 2),
    'the guard of a case': (
      'switch 1 { 1 if f(false) => "a", 1 if f(true) => "b", _ => "c" }',
      'b',
    ),
    'the body of a case': ('switch 1 { 1 => f("a"), _ => f("b") }', 'a'),
    'for … in': ('let sum = 0; for x in f([1, 2]) { sum += x } sum', 3),
    'the bounds of a range': ('let s = 0; for i in f(1)..f(4) { s += i } s', 6),
    'the step of a range': (
      'let a = []; for i in range(f(0), f(10), f(4)) { a.push(i) } a',
      [0, 4, 8],
    ),
    'return': (
      'fn g(x) { if f(x) { return f("early") } "late" } g(true)',
      'early',
    ),
    'throw': ('let x = 0; try { throw f("a") } catch (e) { x = e } x', 'a'),
    'try': ('let x = 0; try { x = f(1); throw 1 } catch { x += 1 } x', 2),
    'catch': ('let x = 0; try { throw 5 } catch (e) { x = f(e) + f(1) } x', 6),
    'catch in a function that is called in try': (
      'fn g() { try { throw 1 } catch (e) { throw f(e) + 1 } }'
          'let x = 0; try { g() } catch (e) { x = f(e) } x',
      2,
    ),
    'nested blocks': ('let x = { let y = { f(1) } + f(2); y * f(10) }; x', 30),
  },
  'in an operand of': {
    'arithmetic': ('f(7) - f(2) * f(3)', 1),
    'a comparison': ('f(1) < f(2)', true),
    'a minus sign': ('-f(3)', -3),
    'a string concatenation': ('f("a") + 1 + f("b")', 'a1b'),
    'in': ('f(2) in f([1, 2])', true),
    '?? on the left': ('f(()) ?? 5', 5),
    '?? on the right': ('() ?? f(5)', 5),
    '??, that is not needed': ('f(1) ?? f(5)', 1),
    '&&': ('f(true) && f(false)', false),
    '&&, that is not needed': ('f(false) && f(true)', false),
    '||': ('f(false) || f(true)', true),
    '||, that is not needed': ('f(true) || f(false)', true),
    '!': ('!f(false)', true),
    'an assignment': ('let x = 1; x = f(x) + f(1); x', 2),
    '+= on a variable': ('let x = 1; x += f(2); x', 3),
    '+= on a map field': ('let m = #{a: 1}; m.a += f(2); m', {'a': 3}),
    '+= on a nested field': (
      'let m = #{a: #{b: [1, 2]}}; m.a.b[1] += f(5); m.a.b',
      [1, 7],
    ),
    '+= on an array element': ('let a = [1, 2]; a[1] += f(5); a', [1, 7]),
    '+= on an index that waits': ('let a = [1, 2]; a[f(1)] += 5; a', [1, 7]),
    'a string interpolation': (r'`${f(1)} and ${f("two")}`', '1 and two'),
  },
  'in a part of': {
    'the arguments of a function': (
      'fn g(a, b, c) { a + b + c } g(f("a"), "b", f("c"))',
      'abc',
    ),
    'the arguments of a Dart function': ('f(f(f(1) + 1) + 1)', 3),
    'the arguments of min and max': ('[min(f(3), f(2)), max(f(3), 9)]', [2, 9]),
    'an array': (
      '[f(1), 2, [f(3)]]',
      [
        1,
        2,
        [3],
      ],
    ),
    'a map': (
      '#{a: f(1), b: #{c: f(2)}}',
      {
        'a': 1,
        'b': {'c': 2},
      },
    ),
    'an index': ('let a = [10, 20]; a[f(1)] + a[f(-2)]', 30),
    'an index of a map': ('let m = #{a: 1}; m[f("a")]', 1),
    'a range of a string': ('"abcdef"[f(1)..f(3)]', 'bc'),
    'a property of the result': ('f(#{name: "Ann"}).name.len', 3),
    'a property that may be missing': ('f(())?.name ?? f("none")', 'none'),
    'an index of the result': ('f([1, 2])[f(1)]', 2),
    'a method call': ('5.f() + "abc".f().len', 8),
    'a chain of method calls': ('let m = #{a: [1]}; m.a.f()[0].f()', 1),
    'a method on the result': ('f("abc").to_upper()', 'ABC'),
    'a constant': ('const X = f(5); X + 1', 6),
    'a variable': ('let x = f(5); let y = f(x); x + y', 10),
  },
  'in': {
    'a function': ('fn g(x) { f(x) + 1 } g(g(1))', 3),
    'a method': (
      'fn twice() { this = f(this) * 2; } let x = 4; x.twice(); x',
      8,
    ),
    'a recursive function': (
      'fn fact(n) { if n < 2 { 1 } else { n * fact(f(n - 1)) } } fact(10)',
      3628800,
    ),
    'two functions that call each other': (
      'fn even(n) { if f(n) == 0 { true } else { odd(n - 1) } }'
          'fn odd(n) { if f(n) == 0 { false } else { even(n - 1) } }'
          'even(11)',
      false,
    ),
    'a function that recurses twice': (
      'fn fib(n) { if f(n) < 2 { n } else { fib(n - 1) + fib(n - 2) } } fib(8)',
      21,
    ),
    'a closure': ('let g = |x| f(x) + 1; g.call(1) + g.call(2)', 5),
    'a closure that captures': (
      'let k = f(10); let g = |x| x + f(k); k = 20; g.call(1)',
      21,
    ),
    'a closure that changes what it captures': (
      'let n = 0; let add = |x| { n = n + f(x); }; add.call(1); add.call(2); n',
      3,
    ),
    'a closure that a closure returns': (
      'let add = |x| |y| f(x) + f(y); add.call(1).call(2)',
      3,
    ),
    'closures in closures': (
      '[[1, 2], [3]].map(|row| { let n = f(row.len); row.map(|x| f(x) + f(n)) })',
      [
        [3, 4],
        [4],
      ],
    ),
    'a function pointer': ('Fn("f").call(1) + [2].map(Fn("f"))[0]', 3),
    'a curried function pointer': (
      'fn g(a, b) { f(a) - b } Fn("g").curry(9).call(2)',
      7,
    ),
    'a curried Dart function': ('let g = Fn("f").curry(3); g.call()', 3),
    'a pointer to a function of the script': (
      'fn g(x) { f(x) * 2 } [1, 2].map(g)',
      [2, 4],
    ),
    'eval': ('let x = 1; eval("x + f(2)")', 3),
  },
};

void main() {
  _places.forEach((kind, places) {
    group('a script waits $kind', () {
      places.forEach((place, testCase) {
        final (script, value) = testCase;
        test(place, () async {
          final (plain, plainCalls) = _engine((x) => x);
          final (waiting, waitingCalls) = _engine(later);
          expect(plain.eval(script), value);

          final result = waiting.eval(script);
          expect(result, isA<Future<dynamic>>());
          expect(await result, value);
          expect(waitingCalls, plainCalls);

          plain.dispose();
          waiting.dispose();
        });
      });
    });
  });

  test('a script waits in all arguments of a call with 16', () async {
    int sum(
      int a,
      int b,
      int c,
      int d,
      int e,
      int f,
      int g,
      int h, //
      int i,
      int j,
      int k,
      int l,
      int m,
      int n,
      int o,
      int p,
    ) => a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p;
    final (engine, calls) = _engine(later);
    engine.registerFunction('sum', sum);
    final arguments = [for (var i = 1; i <= 16; i++) 'f($i)'].join(', ');
    expect(await engine.eval('sum($arguments)'), 136);
    expect(calls, [for (var i = 1; i <= 16; i++) i]);
    engine.dispose();
  });

  test('a script catches in any place what a Future fails with', () async {
    final engine = RhaiEngine.withDefaults();
    engine.registerFunction('bad', () async => throw StateError('bad'));
    const script = r'''
      let caught = 0;
      let attempts = [
        || [1].map(|x| bad()),
        || { let a = [2, 1]; a.sort(|x, y| bad()); },
        || `${bad()}`,
        || #{a: [bad()]},
        || switch bad() { _ => 1 },
        || 1 + bad(),
        || () ?? bad(),
        || Fn("bad").call(),
      ];
      for attempt in attempts {
        try { attempt.call(); } catch (e) { if e.type == "StateError" { caught += 1 } }
      }
      caught
    ''';
    expect(await engine.eval(script), 8);
    engine.dispose();
  });
}

/// An engine whose `f` logs its argument and then is [function].
(RhaiEngine, List<Object?>) _engine(Object? Function(Object?) function) {
  final calls = <Object?>[];
  final engine = RhaiEngine.withConfig(RhaiConfig(allowEval: true));
  engine.registerFunction('f', (Object? x) {
    calls.add(x);
    return function(x);
  });
  return (engine, calls);
}
