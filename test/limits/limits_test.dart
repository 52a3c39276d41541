/// The limits of a configuration.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/folders.dart';
import '../support/matchers.dart';

void main() {
  group('maxOperations', () {
    final isTooMany = throwsLimitError(RhaiLimit.operations);

    test('stops an endless script', () {
      final engine = limitedEngine(maxOperations: 1000);
      for (final script in [
        'loop { }',
        'while true { }',
        'do { } while true',
        'for i in 0..9223372036854775807 { let x = i; }',
        'fn f(n) { if n > 0 { f(n - 1) + f(n - 1) } else { 1 } } f(50)',
        '[1].map(|x| loop { })',
        'let a = [3, 1, 2]; a.sort(|a, b| loop { })',
      ]) {
        expect(() => engine.eval(script), isTooMany);
      }
      expect(engine.eval('1 + 1'), 2);
    });

    /// The smallest limit of operations under which a script runs.
    int operationsOf(String script) {
      var (low, high) = (1, 1 << 17);
      while (low < high) {
        final limit = (low + high) ~/ 2;
        final engine = RhaiEngine.withConfig(RhaiConfig(maxOperations: limit));
        try {
          engine.eval(script);
          high = limit;
        } on RhaiLimitError catch (error) {
          expect((error.limit, error.value), (RhaiLimit.operations, limit));
          low = limit + 1;
        } finally {
          engine.dispose();
        }
      }
      return low;
    }

    test('counts every operation of a loop', () {
      String script(int n) => 'let s = 0; for i in 0..$n { s += i; } s';
      final first = operationsOf(script(0));
      final perRound = operationsOf(script(1)) - first;
      expect(perRound, greaterThan(0));
      for (final n in [2, 3, 10, 20, 21, 22, 23, 64, 100, 1000, 9999]) {
        expect(operationsOf(script(n)), first + n * perRound, reason: '$n');
      }
    });

    test('counts what closures do that native functions call', () {
      String script(int n) =>
          'let a = []; a.pad(5, 1); '
          'a.map(|x| { for i in 0..$n { x += i; } x }).len()';
      final first = operationsOf(script(0));
      final perRound = operationsOf(script(1)) - first;
      expect(perRound, greaterThanOrEqualTo(5));
      for (final n in [2, 10, 100, 1000]) {
        expect(operationsOf(script(n)), first + n * perRound, reason: '$n');
      }
    });

    test('is counted anew in every execution', () {
      const script = 'for i in 0..100 { let x = i; }';
      final engine = limitedEngine(maxOperations: operationsOf(script));
      for (var i = 0; i < 100; i++) {
        expect(engine.eval(script), isNull);
      }
    });

    test('goes on to be counted after waiting', () async {
      final engine = limitedEngine(maxOperations: 1000);
      await expectLater(engine.evalAsync('loop { sleep(0); }'), isTooMany);
    });

    test('of 0 is no limit', () {
      const script = 'let s = 0; for i in 0..1000000 { s += i; } s';
      expect(limitedEngine().eval(script), 499999500000);
    });
  });

  group('maxStackDepth', () {
    final overflows = throwsLimitError(RhaiLimit.stackDepth);
    String nested(int calls) =>
        'fn f(n) { if n > 1 { 1 + f(n - 1) } else { 1 } } f($calls)';

    test('is how many calls may be nested', () {
      for (final limit in [1, 2, 10, 100, 1000]) {
        final engine = limitedEngine(maxStackDepth: limit);
        expect(engine.eval(nested(limit)), limit);
        expect(() => engine.eval(nested(limit + 1)), overflows);
        expect(engine.eval(nested(limit)), limit);
      }
    });

    test('counts closures like functions', () {
      for (final limit in [1, 2, 10, 100]) {
        final engine = limitedEngine(maxStackDepth: limit);
        String script(int calls) =>
            'let f = |f, n| if n > 1 { 1 + f.call(f, n - 1) } else { 1 }; '
            'f.call(f, $calls)';
        expect(engine.eval(script(limit)), limit);
        expect(() => engine.eval(script(limit + 1)), overflows);
      }
    });

    test('counts a closure that a native function calls twice', () {
      final engine = limitedEngine(maxStackDepth: 4);
      String script(int closures) =>
          '${'[1].map(|x| ' * closures}1${')' * closures}.len()';
      expect(engine.eval(script(2)), 1);
      expect(() => engine.eval(script(3)), overflows);
    });

    test('stops endless recursion of every kind', () {
      final engine = limitedEngine();
      for (final script in _endlessRecursions) {
        expect(() => engine.eval(script), overflows, reason: script);
      }
      expect(engine.eval('1 + 1'), 2);
    });

    test('of 0 allows what the native stack holds', () {
      final engine = engineWith(RhaiConfig.unlimited());
      expect(engine.eval(nested(4000)), 4000);
      for (final script in _endlessRecursions) {
        expect(
          () => engine.eval(script),
          throwsLimitError(RhaiLimit.nativeStack),
          reason: script,
        );
      }
      expect(
        () => engine.eval('fn f() { eval("f()") } f()'),
        throwsLimitError(RhaiLimit.nativeStack),
      );
      expect(engine.eval(nested(4000)), 4000);
    });
  });

  group('maxStringLength', () {
    final isTooLong = throwsLimitError(RhaiLimit.stringLength);
    late RhaiEngine engine;
    setUp(() => engine = limitedEngine(maxStringLength: 100));

    const scripts = {
      '+': 's + s',
      '+=': 's += s; s',
      '+= of a character': 'loop { s += "x"; }',
      'interpolation': r'`${s}${s}`',
      'pad': 's.pad(101, "x"); s',
      'replace': 's.replace("x", "yy"); s',
      'to_string': '[s, s].to_string()',
      'a string in a loop': 'loop { s = "<" + s + ">"; }',
    };
    scripts.forEach((name, script) {
      test('limits what $name makes', () {
        final tooLong = 'let s = ""; s.pad(99, "x"); $script';
        expect(() => engine.eval(tooLong), isTooLong);
        expect(engine.eval('"x"'), 'x');
      });
    });

    test('is how many bytes a string may have', () {
      const exact = 'let s = ""; s.pad(99, "x"); s += "y"; s.len()';
      expect(engine.eval(exact), 100);
      const bytes = 'let s = ""; s.pad(98, "x"); s += "é"; s.bytes';
      expect(engine.eval(bytes), 100);
      const more = 'let s = ""; s.pad(99, "x"); s += "é"; s';
      expect(() => engine.eval(more), isTooLong);
    });

    test('limits string literals', () {
      expect(engine.eval('"${'x' * 100}"'), 'x' * 100);
      expect(() => engine.eval('"${'x' * 101}"'), isTooLong);
    });

    test('is of each string alone', () {
      const script = 'let s = ""; s.pad(60, "x");';
      expect(engine.eval('$script [s, s, s].len()'), 3);
      expect(engine.eval('$script #{a: s, b: s}.len()'), 2);
    });

    test('of 0 is no limit', () {
      final engine = limitedEngine(maxStringLength: 0);
      const length = 11 * 1024 * 1024;
      const script = 'let s = ""; s.pad($length, "x"); s.len()';
      expect(engine.eval(script), length);
      expect(
        () => limitedEngine().eval(script),
        isTooLong,
        reason: 'the default is 10 MiB',
      );
    });
  });

  group('sizes', () {
    // With a walk through the whole value after each step, none of these would
    // end within the default limits.
    const scripts = {
      'let a = []; for i in 0..150000 { a.push(i); } a.len()': 150000,
      'let a = []; for i in 0..150000 { a += i; } a.len()': 150000,
      'let s = #{list: [], n: 0}; for i in 0..60000 '
              '{ s.list.push(i); s.n += 1; } s.n + s.list.len()':
          120000,
      'let a = [[]]; for i in 0..100000 { a[0].push(i); } a[0].len()': 100000,
      r'let m = #{}; for i in 0..60000 { m[`${i}`] = i; } m.len()': 60000,
      'let b = blob(); for i in 0..150000 { b.push(i); } b.len()': 150000,
      'let s = ""; for i in 0..150000 { s += "x"; } s.len()': 150000,
      'let s = ""; s.pad(1000000, "x"); let a = []; '
              'for i in 0..50 { a.push(s); } a.len()':
          50,
      'let a = []; a.pad(100000, 0); let n = 0; '
              'for i in 0..60000 { a[i] = i; n += a[i]; } n':
          1799970000,
    };
    scripts.forEach((script, value) {
      test('take no time that grows with the value: $script', () {
        final engine = engineWith(RhaiConfig.secureDefaults());
        expect(engine.eval(script), value);
      });
    });
  });

  group('other limits', () {
    String join(int count, String Function(int i) item) =>
        List.generate(count, item).join(' ');

    void check(
      RhaiConfig config,
      RhaiLimit limit,
      int value, {
      required List<String> passing,
      required List<String> breaking,
    }) {
      final engine = engineWith(config)
        ..registerFunction('take', (Object? x) => null);
      for (final script in passing) {
        engine.eval(script);
      }
      for (final script in breaking) {
        expect(
          () => engine.eval(script),
          throwsLimitError(limit, value),
          reason: script,
        );
        // Functions are not defined in blocks; a value that is not used may be
        // what is too large.
        if (script.startsWith('fn') || script.endsWith(' a')) continue;
        expect(
          () => engine.eval('try { $script } catch { } "caught"'),
          throwsLimitError(limit, value),
          reason: 'caught: $script',
        );
      }
      expect(engine.eval('40 + 2'), 42);
    }

    test('maxArraySize is of the elements of one array, and bytes', () {
      check(
        RhaiConfig(maxArraySize: 5),
        RhaiLimit.arraySize,
        5,
        passing: [
          '[1, 2, 3, 4]',
          'blob(5)',
          'let x = 1; [[x, x, x], [x, x, x], [x, x, x]]',
          '[1, 2, 3, 4, 5].map(|x| [x, x, x, x, x])',
          'let x = 1; take(#{a: [x, 2, 3], b: [x, 2, 3]})',
        ],
        breaking: [
          '[1, 2, 3, 4, 5, 6]',
          'let x = 1; [[x], [x, x, x, x, x, x]]',
          'blob(6)',
          'let a = []; a.pad(6, 0)',
          'let a = [1, 2, 3]; a + a',
          'let a = [1, 2, 3]; a += a; a',
          'let a = [1, 2, 3]; a += a; take(a)',
          'let a = [1, 2, 3]; a.append(a)',
          'let a = []; loop { a.push(1); }',
          'let a = [1]; loop { a.insert(0, 1); }',
          'let b = blob(3); b.append(b)',
          '"abcdef".to_chars()',
          '"a b c d e f".split(" ")',
          '"abcdef".to_blob()',
          'let a = [1]; loop { a += 1; }',
          'let a = [1]; loop { a += a; }',
          'let b = blob(1); loop { b += b; }',
          'let m = #{a: [1]}; loop { m.a.push(1); }',
          'let m = #{a: [1]}; for i in 0..9 { m.a += 1; } take(m)',
          r'let m = #{}; for i in 0..6 { m[`${i}`] = i; } m.values()',
        ],
      );
    });

    test('maxMapSize is of the entries of one map', () {
      check(
        RhaiConfig(maxMapSize: 3),
        RhaiLimit.mapSize,
        3,
        passing: [
          '#{a: 1, b: 2, c: 3}',
          'let x = 1; #{a: #{b: x, c: x}, d: #{e: x, f: x}}',
        ],
        breaking: [
          '#{a: 1, b: 2, c: 3, d: 4}',
          'let x = 1; [#{a: x, b: x, c: x, d: x}]',
          r'let m = #{}; let i = 0; loop { m[`${i}`] = i; i += 1; }',
          r'let m = #{}; let i = 0; loop { m.set(`${i}`, i); i += 1; }',
          'let m = #{a: 1, b: 2}; m.fill_with(#{c: 3, d: 4})',
          'let m = #{}; for i in 0..5 { m["k" + i] = i; } let a = m; a',
          'let m = #{}; for i in 0..5 { m["k" + i] = i; } take(m)',
          'let m = #{a: 1, b: 2}; m + #{c: 3, d: 4}',
          'let m = #{a: 1, b: 2}; m += #{c: 3, d: 4}; m',
          'let m = #{a: 1, b: 2}; m.mixin(#{c: 3, d: 4})',
          'parse_json(`{"a": 1, "b": 2, "c": 3, "d": 4}`)',
        ],
      );
    });

    test('maxExpressionDepth is of expressions and blocks', () {
      String nested(int levels) => '${'-(' * levels}1${')' * levels}';
      check(
        RhaiConfig(maxExpressionDepth: 20),
        RhaiLimit.expressionDepth,
        20,
        passing: [nested(5), 'fn f() { ${nested(2)} } f()'],
        breaking: [
          nested(20),
          '${'[' * 30}1${']' * 30}',
          '${'{' * 30}1;${'}' * 30}',
          'fn f() { ${nested(10)} } f()',
        ],
      );
      const tooDeep = RhaiConfig(maxExpressionDepth: 257);
      expect(() => RhaiEngine(tooDeep), throwsArgumentError);
      final deepest = engineWith(RhaiConfig.unlimited());
      expect(deepest.eval(nested(80)), 1);
      expect(
        () => deepest.eval(nested(1000)),
        throwsLimitError(RhaiLimit.expressionDepth, 256),
      );
    });

    test('maxVariables is of what a script declares', () {
      check(
        RhaiConfig(maxVariables: 5),
        RhaiLimit.variables,
        5,
        passing: [join(5, (i) => 'let v$i = $i;')],
        breaking: [
          join(6, (i) => 'let v$i = $i;'),
          join(6, (i) => 'const C$i = $i;'),
          join(6, (i) => '{ let v = $i; }'),
          join(6, (i) => 'for i$i in 0..1 { }'),
          'fn f() { ${join(6, (i) => 'let v$i = $i;')} } '
              'try { f() } catch { } "caught"',
        ],
      );
      final withEval = engineWith(RhaiConfig(maxVariables: 5, allowEval: true));
      expect(
        () => withEval.eval(join(6, (i) => 'eval("let v$i = $i");')),
        throwsLimitError(RhaiLimit.variables, 5),
      );
    });

    test('maxFunctions is of functions and closures', () {
      check(
        RhaiConfig(maxFunctions: 3),
        RhaiLimit.functions,
        3,
        passing: [join(3, (i) => 'fn f$i() { }')],
        breaking: [
          'fn a() { } fn b() { } fn c() { } fn d() { }',
          '[|| 1, || 2, || 3, || 4]',
        ],
      );
    });

    test('maxModules is of imports', () {
      final modules = ModuleFolder()..write('m', 'export const X = 1;');
      String import(int i) => modules.import('m', 'm$i');
      check(
        RhaiConfig(maxModules: 2, allowModules: true, allowFileIo: true),
        RhaiLimit.modules,
        2,
        passing: ['${import(0)} ${import(1)} m0::X + m1::X'],
        breaking: [
          '${import(0)} ${import(1)} ${import(2)} print(m2::X);',
          'for i in 0..3 { ${import(0)} print(m0::X); }',
        ],
      );
    });
  });
}

/// Endless recursions through every construct that can make one.
const _endlessRecursions = [
  'fn f() { f() } f()',
  'fn f(n) { 1 + f(n + 1) } f(0)',
  'fn f() { g() } fn g() { f() } f()',
  'fn f() { [1].map(|x| f()) } f()',
  'fn f() { [2, 1].sort(|a, b| f()) } f()',
  'fn f() { [1, 2].reduce(|a, b| f()) } f()',
  'fn f() { Fn("f").call() } f()',
  'fn f() { call(Fn("f")) } f()',
  'let f = |f| f.call(f); f.call(f)',
  'fn f() { if f() { 1 } else { 2 } } f()',
  'fn f() { while f() { } } f()',
  'fn f() { for i in f() { } } f()',
  'fn f() { switch f() { 1 => 2, _ => 3 } } f()',
  r'fn f() { `${f()}` } f()',
  'fn f() { [f()] } f()',
  'fn f() { #{a: f()} } f()',
  'fn f() { return f(); } f()',
  'fn f() { throw f(); } f()',
  'fn f() { try { f() } catch (e) { f() } } f()',
  'fn f() { f() && f() } f()',
  'fn f() { f() ?? f() } f()',
  'fn f() { this.f() } 1.f()',
  'fn f(n) { ((((((((((f(n + 1) + 1) + 1) + 1) + 1) + 1) + 1) + 1)))) } f(0)',
];
