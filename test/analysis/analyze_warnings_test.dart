/// The warnings of `analyze`, and scripts that it does not warn of.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

void main() {
  late RhaiEngine engine;

  setUp(() {
    engine =
        RhaiEngine.withConfig(RhaiConfig(allowEval: true, allowModules: true))
          ..registerFunction('add', (int a, int b, [int? c]) => a + b)
          ..registerFunction('api', () => {'query': (Object? x) => x})
          ..setVar('v', 7)
          ..setConstant('C', 8);
  });
  tearDown(() => engine.dispose());

  /// Tests that each script has just these warnings, each with its column.
  void warns(AnalysisWarningKind kind, Map<String, List<String>> scripts) {
    scripts.forEach((script, expected) {
      test(script, () {
        final result = engine.analyze(script);
        expect(result.syntaxErrors, isEmpty);
        expect(
          [
            for (final warning in result.warnings)
              '${warning.position.column}: ${warning.name}',
          ],
          expected,
          reason: '${result.warnings}',
        );
        expect(
          result.warnings.map((warning) => warning.kind),
          everyElement(kind),
        );
      });
    });
  }

  /// Tests that scripts have no warnings.
  void accepts(List<String> scripts) {
    for (final script in scripts) {
      test(script, () {
        final result = engine.analyze(script);
        expect(result.syntaxErrors, isEmpty);
        expect(result.warnings, isEmpty);
      });
    }
  }

  group('an unknown function:', () {
    warns(AnalysisWarningKind.unknownFunction, {
      'nope()': ['1: nope'],
      'print(nope(1, 2))': ['7: nope'],
      'add(1)': ['1: add'],
      'add(1, 2, 3, 4)': ['1: add'],
      'fn f(a) { a } f(1, 2); f()': ['15: f', '24: f'],
      'fn f() { g() } f()': ['10: g'],
      // A method of a script's function is called without its object.
      'fn f(a, b) { a + b } 1.f(2)': ['24: f'],
      'fn f(a) { this + a } f(1, 2); 1.f(2)': ['22: f'],
      'fn int.f(a) { this + a } f(1, 2); 1.f(2)': ['26: f'],
      '[1].map(|x| nope(x))': ['13: nope'],
      'let f = |x| x; f(1)': ['16: f'],
      r'`a${nope()}b`': ['5: nope'],
      'switch nope() { 1 => nope(), _ => nope() }': [
        '8: nope',
        '22: nope',
        '35: nope',
      ],
      'if nope() { nope() } else { nope() }': [
        '4: nope',
        '13: nope',
        '29: nope',
      ],
      'for x in nope() { print(x) }': ['10: nope'],
      'while nope() { nope() }': ['7: nope', '16: nope'],
      'do { nope() } until nope()': ['6: nope', '21: nope'],
      'try { nope() } catch { nope() }': ['7: nope', '24: nope'],
      'throw nope()': ['7: nope'],
      'let x = [nope()]; x[nope()] = nope(); x': [
        '10: nope',
        '21: nope',
        '31: nope',
      ],
      '#{a: nope()}.a': ['6: nope'],
      'nope() + nope()': ['1: nope', '10: nope'],
      'nope() && !nope() || nope() ?? nope()': [
        '1: nope',
        '12: nope',
        '22: nope',
        '32: nope',
      ],
      'type_of(1, 2)': ['1: type_of'],
      'type_of()': ['1: type_of'],
      'print(1, 2)': ['1: print'],
      'Fn("nope")': ['1: nope'],
      'foo::bar()': ['1: foo::bar'],
      'import "a" as foo; foo::bar(); bar()': ['32: bar'],
      '"a".nope()': ['5: nope'],
      '1.nope(2); 1.5.nope(); true.nope(); [1].nope(); `a`.nope()': [
        '3: nope',
        '16: nope',
        '29: nope',
        '41: nope',
        '53: nope',
      ],
      'let x = 1; x.nope()': ['14: nope'],
      'let x = 1 + 2; add(1, 2); x.nope()': ['29: nope'],
      'fn f(a) { a.nope() } f(1)': ['13: nope'],
      'let x = #{a: [1]}; x.a[0].nope(); x.a.nope()': ['27: nope', '39: nope'],
      'let x = [1]; x[0].nope()': ['19: nope'],
      'let x = [[1]]; x[0][0].nope()': ['24: nope'],
      'let x = #{}; x.nope()': ['16: nope'],
      'let x = 1; x?.nope()': ['15: nope'],
    });

    test('is told from one with other numbers of arguments', () {
      String message(String script) =>
          engine.analyze(script).warnings.single.message;
      expect(message('nope(1)'), 'unknown function: nope with 1 argument');
      expect(
        message('add(1)'),
        'unknown function: add with 1 argument (add takes 2 or 3 arguments)',
      );
      expect(
        message('fn f(a) { a } f()'),
        'unknown function: f with 0 arguments (f takes 1 argument)',
      );
      expect(
        message('"a".starts_with()'),
        'unknown method: starts_with with 0 arguments '
        '(starts_with takes 1 argument)',
      );
      expect(message('let f = |x| x; f(1)'), contains('f.call'));
      expect(message('type_of()'), contains('(type_of takes 1 argument)'));
      expect(message('foo::bar()'), contains('no such module'));
      final many = [
        for (final list in [
          '',
          'a',
          'a, b',
          'a, b, c',
          'a, b, c, d',
          'a, b, c, d, e',
        ])
          'fn f($list) { 1 }',
      ];
      expect(
        message('${many.join(' ')} f(1, 2, 3, 4, 5, 6)'),
        contains('(f takes 0, 1, 2, 3, 4 or more arguments)'),
      );
    });
  });

  group('no unknown function:', () {
    accepts([
      'add(1, 2); add(1, 2, 3); 1.add(2)',
      'print(1); print(); debug(1); type_of(1); 1.type_of(); sleep(1)',
      'let f = |x| x; f.call(1); call(f, 1); f.curry(1); curry(f, 1)',
      'Fn("abs").call(1); Fn("add").call(1, 2); is_shared(1)',
      'fn f(a) { a } f(1); Fn("f").call(1); [1].map(f)',
      'f(1) + 1; fn f(a) { a }',
      'private fn f(a) { a } f(1)',
      '1 in [1]; 1 !in [1]; -add(1, 2); !true; 1..2; 1..=2; 2 ** 3; 1 << 2',
      'let x = 1; x += 1; x -= 1; x %= 2; x',
      '"abc".len(); [1].push(2); 1.0.floor(); #{}.keys(); "a".len',
      'PI() + E()',
      'import "a" as foo; foo::bar(1); foo::sub::bar()',
      'fn f() { global::g() } fn g() { 1 } f()',
      'if is_def_fn("g", 1) { g(1) }',
      // Entries of object maps.
      '#{f: |x| x}.f(1)',
      'let m = #{f: |x| x}; m.f(1)',
      'let m = #{}; m.f = |x| x; m.f(1)',
      'let m = #{}; m["f"] = |x| x; m.f(1)',
      'api().query(1)',
      'let a = api(); a.query(1); [a].map(|x| x.query(1))',
      'fn f(x) { x.query(1) } f(api())',
      'let x = 1; x = api(); x.query(1)',
      'v.query(1)',
      'fn f() { this.query(1) } api().f()',
      'import "a" as foo; "text".added_by_it()',
    ]);
  });

  group('an unused variable:', () {
    warns(AnalysisWarningKind.unusedVariable, {
      'let x = 1;': ['5: x'],
      'let x;': ['5: x'],
      'const X = 1;': ['7: X'],
      'let x = 1; x = 2;': ['5: x'],
      'let x = 1; { let x = 2; print(x) }': ['5: x'],
      'let x = 1; { let x = x; }': ['18: x'],
      'fn f(a) { let b = a; } f(1)': ['15: b'],
      'let f = |a| { let b = a; }; f.call(1)': ['19: b'],
      'for i in 0..3 { print(1) }': ['5: i'],
      'for (x, i) in [1] { print(x) }': ['9: i'],
      'for (x, i) in [1] { print(i) }': ['6: x'],
      'try { print(1) } catch (e) { print(2) }': ['25: e'],
      'switch 1 { 1 => { let x = 2; }, _ => () }': ['23: x'],
      'if true { let x = 1; } else { let y = 1; }': ['15: x', '35: y'],
      'let x = 1; fn f() { 1 } f()': ['5: x'],
      'let m = #{x: 1}; let x = m.x;': ['22: x'],
      r'let x = `a${1}`;': ['5: x'],
      // The closure's own.
      'let x = 1; let f = |x| x; f.call(2)': ['5: x'],
      'fn f() { const K = 1; } const K = 2; fn g() { global::K } f() + g()': [
        '16: K',
      ],
      'let x = 1; let x = 2;': ['5: x'],
      'let x = 1; eval("x"); let y = 2;': ['27: y'],
    });
  });

  group('no unused variable:', () {
    accepts([
      'let x = 1; x',
      'let _x = 1; for _i in 0..3 { print(1) }',
      'fn f(a, b) { b } f(1, 2); [1].map(|x, i| i)',
      'let x = 1; x += 1;',
      'let x = [1]; x[0] = 2;',
      'let x = #{}; x.a = 2;',
      'let x = [1]; x.push(2);',
      'let x = 1; let f = || x; f.call()',
      'let x = 1; let f = || x = 2; f.call();',
      'let x = 1; let f = || { || { x } }; f.call()',
      r'let x = 1; `a${x}b`',
      r'let x = 1; `a${ `b${x}` }`',
      'let x = 1; eval("x")',
      'let x = 1; { let y = 2; eval("x + y") }',
      'let x = 1; let x = x + 1; x',
      'let x = 1; let x = 2; x',
      'let x = 1; { x = 2; } x',
      'let x = 1; while x < 3 { x += 1; }',
      'let x = 1; do { x = 2; } while x < 2',
      'let x = 1; switch x { _ => 2 }',
      'let x = 1; switch 3 { 2 if x == 1 => 2, _ => 3 }',
      'let x = 1; throw x',
      'let x = loop { break 5; }; x',
      'let i = 0; [1][i]',
      'let i = 0; let a = [[1]]; a[i][i] = 1;',
      'let x = 1; export x;',
      'let x = 1; export x as y;',
      'export let x = 1; export const Y = 1;',
      'const K = 1; fn f() { global::K } f()',
      'const K = 1; let f = || global::K; f.call()',
      'const K = 1; fn f() { eval("global::K") } f()',
      'let x = 1; if is_def_var("x") { 1 }',
      'let x = 1; fn f() { x } f!()',
      'try { print(1) } catch (e) { print(e) }',
      'try { print(1) } catch { print(2) }',
      'for (x, i) in [1] { print(x + i) }',
      'let x = "a"; import x as foo; foo::bar()',
      'let x = 1; x in [1]',
      'let x = (); x ?? 1; x?.y; x?[0]',
      'let x = |a| a; x.call(1)',
      'let x = 1; #{a: [x]}',
    ]);
  });

  group('an undefined variable:', () {
    warns(AnalysisWarningKind.undefinedVariable, {
      'x': ['1: x'],
      'x + x': ['1: x'],
      'x = 1;': ['1: x'],
      'x += 1;': ['1: x'],
      'x.y = 1;': ['1: x'],
      'print(x); let x = 1; print(x)': ['7: x'],
      'let x = x; print(x)': ['9: x'],
      '{ let x = 1; print(x) } x': ['25: x'],
      'for i in 0..3 { print(i) } i': ['28: i'],
      'for i in i { print(i) }': ['10: i'],
      'try { print(1) } catch (e) { print(e) } e': ['41: e'],
      'if true { let x = 1; print(x) } else { x }': ['40: x'],
      'let f = |a| a + x; f.call(1)': ['17: x'],
      'let f = |a| |b| a + b + x; f.call(1)': ['25: x'],
      '|a| a; a': ['8: a'],
      'fn f() { x } x; f()': ['10: x', '14: x'],
      // Functions see no variables but their own.
      'fn f() { v + C } f() + v': ['10: v', '14: C'],
      'let x = 1; fn f() { x } f() + x': ['21: x'],
      'fn f() { [1].map(|a| a + v) } f()': ['26: v'],
      'fn f() { global::K } f()': ['10: global::K'],
      'let k = 1; print(k); fn f() { global::k } f()': ['31: global::k'],
      'fn f() { global::v } f()': ['10: global::v'],
      '{ const K = 1; print(K) } fn f() { global::K } f()': ['36: global::K'],
      'foo::X': ['1: foo::X'],
      'import "a" as foo; foo::X + x': ['29: x'],
      'export x;': ['8: x'],
      r'`a${x}b`': ['5: x'],
      'x.nope()': ['1: x'],
      'x[y].z': ['1: x', '3: y'],
      '[1].map(|a| a[x])': ['15: x'],
    });

    test('in a function has a hint', () {
      expect(
        engine.analyze('fn f() { v } f()').warnings.single.message,
        'undefined variable: v in a function, which sees no variables but its own',
      );
      expect(
        engine.analyze('fn f() { X } const X = 1; f()').warnings.single.message,
        'undefined variable: X in a function, which sees the constant as global::X',
      );
    });
  });

  group('no undefined variable:', () {
    accepts([
      'v + C',
      'v += 1;',
      'let f = || v; f.call()',
      'let m = #{x: 1}; m.x; m.x.y; m.x = 2',
      'fn f() { this.x } #{x: 1}.f()',
      'fn f(a) { let b = a; b } f(1)',
      'const K = 1; fn f() { global::K } f() + K',
      'fn f() { global::C } f()',
      'eval("let x = 1"); x',
      'fn f() { eval("let x = 1"); x } f()',
      'if is_def_var("x") { x }',
      'fn f() { x } let x = 1; f!()',
      'fn twice(a) { a * 2 } let f = twice; f.call(1); [1].map(twice)',
      'fn twice(a) { a * 2 } let f = || twice; f.call()',
      'import "a" as foo; foo::X; foo::sub::Y',
      'let x = 1; { x; let x = 2; x } x',
      'for (x, i) in [1] { print(x + i) }',
      'switch v { 1 => C, 2 | 3 => v, 4..6 => C, _ => v }',
      'let s = 1; let s = s + 1; |a| a + s',
    ]);
  });

  group('unreachable code:', () {
    warns(AnalysisWarningKind.unreachableCode, {
      'return 1; 2': ['11: return'],
      'throw 1; 2': ['10: throw'],
      'return; 2; 3': ['9: return'],
      'return 1; v + 1': ['11: return'],
      'return 1; 1 in [1]': ['11: return'],
      'return 1; v = 1': ['11: return'],
      'return 1; v.len()': ['11: return'],
      'return 1; v[0] = 1': ['11: return'],
      'return 1; if true { 1 }': ['11: return'],
      'return 1; || 1': ['11: return'],
      'return 1; let _x = 1;': ['11: return'],
      'fn f() { return 1; 2 } f()': ['20: return'],
      'let f = || { return 1; 2 }; f.call()': ['24: return'],
      'loop { break; print(1) }': ['15: break'],
      'while true { if v > 1 { break; } continue; print(1) }': ['44: continue'],
      'for _i in 0..3 { continue; print(1) }': ['28: continue'],
      'if v == 1 { return 1; } else { return 2; } 3': ['44: return'],
      'if v == 1 { return 1; 2 } 3': ['23: return'],
      '{ return 1; } 3': ['15: return'],
      'switch v { 1 => { return 1; }, _ => throw 2 } 3': ['47: throw'],
      'try { throw 1; } catch { return 2; } 3': ['38: return'],
      'loop { print(1) } 2': ['19: loop'],
      'while true { print(1) } 2': ['25: loop'],
      'loop { while true { break; } } 2': ['32: loop'],
      'loop { let f = || { loop { break; } }; f.call() } 2': ['51: loop'],
    });
  });

  group('no unreachable code:', () {
    accepts([
      'return 1;',
      'if v == 1 { return 1; } 2',
      'if v == 1 { return 1; } else if v == 2 { return 2; } 2',
      'return 1; fn f() { 1 }',
      'for _i in 0..3 { break; } 2',
      'loop { break; } 2',
      'loop { if v == 1 { break; } } 2',
      'while v == 1 { return 1; } 2',
      'do { break; } while true; 2',
      'do { continue; } while false; 2',
      'switch v { 1 => { return 1; } } 3',
      'switch v { 1 => { return 1; }, _ => 2 } 3',
      'switch v { 1 if v == 2 => 2, _ => { return 1; } } 3',
      'try { return 1; } catch { print(2) } 3',
      'try { print(1) } catch { return 1; } 3',
      'let f = || { return 1; }; f.call()',
      'loop { try { break; } catch { print(1) } } 2',
    ]);
  });

  group('a shadowed function:', () {
    warns(AnalysisWarningKind.shadowedFunction, {
      'fn is_empty(x) { x }': ['4: is_empty'],
      'fn add(a, b) { a - b } add(1, 2)': ['4: add'],
      'fn len(x) { 1 } len("a")': ['4: len'],
      'private fn abs(x) { x } abs(1)': ['12: abs'],
    });
  });

  group('no shadowed function:', () {
    accepts([
      // Properties of ranges, functions and timestamps.
      'fn start(data) { data } fn end(data) { data } start(1) + end(2)',
      'fn name(user) { user } fn elapsed(t) { t } name(1) + elapsed(2)',
      'fn is_inclusive(x) { x } fn is_anonymous(x) { x }',
      'fn add(a) { a } add(1)',
      'fn len() { 1 } 1.len()',
      'fn int.abs() { this } 1.abs()',
      'fn f(a) { a } fn f(a, b) { a + b } f(1) + f(1, 2)',
    ]);
  });
}
