/// The result of `analyze`. Its warnings are tested in `analyze_warnings_test.dart`.
library;

import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  /// An engine that lets scripts use `eval` and modules.
  RhaiEngine permissive() {
    final engine = engineWith(RhaiConfig(allowEval: true, allowModules: true));
    return engine;
  }

  test('a valid script is not run', () {
    var calls = 0;
    engine.registerFunction('f', () => ++calls);
    final result = engine.analyze(
      'let x = f(); fn g(a, b) { f() + a + b } g(x, 1); throw x; ',
    );
    expect(result.isValid, isTrue);
    expect(result.syntaxErrors, isEmpty);
    expect(result.warnings, isEmpty);
    expect(result.astSummary, contains('g(a, b)'));
    expect('$result', contains(result.astSummary));
    expect(calls, 0);
    // Neither what would print, nor what would not end.
    expect(engine.analyze('print(1); loop { print(2) }').isValid, isTrue);
  });

  test('a syntax error has a position, and nothing else is said', () {
    final result = engine.analyze('let x = 1;\nlet y = ;');
    expect(result.isValid, isFalse);
    final error = result.syntaxErrors.single;
    expect((error.position?.line, error.position?.column), (2, 9));
    expect(result.warnings, isEmpty);
    expect(result.functions, isEmpty);
    expect(result.imports, isEmpty);
    expect(result.freeVariables, isEmpty);
    expect(result.astSummary, isEmpty);
    expect('$result', contains('RhaiSyntaxError'));
  });

  test('a disabled word is a syntax error', () {
    expect(engine.analyze('eval("1")').isValid, isFalse);
    expect(engine.analyze('import "a" as b;').isValid, isFalse);
    expect(permissive().analyze('eval("1")').isValid, isTrue);
  });

  test('misuses of type_of are syntax errors that call it so', () {
    for (final script in [
      'type_of',
      'let type_of = 1;',
      '#{type_of: 1}',
      'fn type_of(x) {}',
    ]) {
      final result = engine.analyze(script);
      expect(result.isValid, isFalse, reason: script);
      final message = result.syntaxErrors.single.message;
      expect(message, isNot(contains('type_of ')), reason: script);
    }
  });

  for (final (name, script) in [
    ('nothing', ''),
    ('blanks', ' \n\t\n '),
    ('comments', '// a\n/* let x = ; /* nested */ */\n'),
    ('semicolons', ';;;'),
  ]) {
    test('a script of $name is valid', () {
      final result = engine.analyze(script);
      expect(result.isValid, isTrue);
      expect(result.warnings, isEmpty);
      expect(result.functions, isEmpty);
      expect(result.freeVariables, isEmpty);
      expect(result.astSummary, isNotEmpty);
    });
  }

  test('warnings are sorted by position', () {
    final result = engine.analyze(
      'fn f() { let a = 1; }\n'
      'let b = c;\n'
      'f(g(|| d));\n'
      'return 1;\n'
      'fn abs(x) { x }\n'
      'e',
    );
    expect(result.warnings.map((warning) => '$warning'), [
      'unused variable: a (line 1, position 14)',
      'unused variable: b (line 2, position 5)',
      'undefined variable: c (line 2, position 9)',
      'unknown function: f with 1 argument (f takes 0 arguments) (line 3, position 1)',
      'unknown function: g with 1 argument (line 3, position 3)',
      'undefined variable: d (line 3, position 8)',
      'shadowed function: abs(x) hides a built-in one (line 5, position 4)',
      'undefined variable: e (line 6, position 1)',
      'unreachable code after return (line 6, position 1)',
    ]);
  });

  test('what the engine has is what it has now', () {
    const script = 'f(x)';
    expect(engine.analyze(script).warnings, hasLength(2));
    engine
      ..registerFunction('f', (Object? x) => x)
      ..setVar('x', 1);
    expect(engine.analyze(script).warnings, isEmpty);
    engine.clearScope();
    expect(
      engine.analyze(script).warnings.single.kind,
      AnalysisWarningKind.undefinedVariable,
    );
    engine.registerFunction('f', () => 1);
    expect(engine.analyze(script).warnings, hasLength(2));
  });

  test('a function that hides another says which', () {
    engine.registerFunction('add', (int a, int b) => a + b);
    expect(
      '${engine.analyze('1;\nfn add(a, b) { a - b }').warnings}',
      '[shadowed function: add(a, b) hides the one that Dart registered '
          '(line 2, position 4)]',
    );
    expect(
      engine.analyze('fn abs(x) { x }').warnings.single.message,
      'shadowed function: abs(x) hides a built-in one',
    );
  });

  test('functions are listed as they are written', () {
    final functions = engine
        .analyze(
          '/// Doubles.\n'
          'fn twice(x) { x * 2 }\n'
          'let closure = |y| y;\n'
          'private fn none() { twice(closure.call(1)) }\n'
          'fn int.method(a) { this + a }\n'
          'fn "int".other() { this }\n'
          'fn   spread(\n  one,\n  two /* 2 */, ) { one + two }',
        )
        .functions;
    expect(functions.map((function) => '$function'), [
      'twice(x) (line 2, position 4)',
      'none() (line 4, position 12)',
      'method(a) (line 5, position 8)',
      'other() (line 6, position 10)',
      'spread(one, two) (line 7, position 6)',
    ]);
    expect(functions.first.name, 'twice');
    expect(functions.first.parameters, ['x']);
    expect(functions.first.position, const RhaiPosition(2, 4));
  });

  test('functions are found whatever texts are around', () {
    final functions = engine
        .analyze(
          r'let s = `fn a() { ${ `}${ #{a: "}"}.a }` } ${1}${2} fn b() {}`;'
          '\n'
          r'''fn c() { "fn d() {" + '}' + `${s()}` } // fn e() {}'''
          '\n'
          'fn s() { 1 } /* fn g() {} */ fn h(fn_1) { fn_1 }\n'
          r'fn i() { `${{1}}` } fn j() { `` + `a` }',
        )
        .functions;
    expect(functions.map((function) => function.name), [
      'c',
      's',
      'h',
      'i',
      'j',
    ]);
  });

  test('imports are listed with path and alias', () {
    final imports = permissive()
        .analyze(
          'import "b" as two;\n'
          'fn f(path) { import path as three; three::x() }\n'
          'import "a";\n'
          r'if f("x") { import `c${1}` as four; four::y() }',
        )
        .imports;
    expect(imports.map((import) => '$import'), [
      'import "b" as two (line 1, position 1)',
      'import … as three (line 2, position 14)',
      'import "a" (line 3, position 1)',
      'import … as four (line 4, position 13)',
    ]);
    expect(imports.first.path, 'b');
    expect(imports.first.alias, 'two');
    expect(imports[2].alias, isNull);
    expect(imports.last.path, isNull);
  });

  group('free variables', () {
    void expectFree(String script, List<String> expected) {
      test(script, () {
        engine.setVar('v', 1);
        final result = engine.analyze(script);
        expect(result.isValid, isTrue);
        expect(result.freeVariables.map((variable) => '$variable'), expected);
      });
    }

    expectFree('v + w + v', [
      'v (line 1, position 1)',
      'w (line 1, position 5)',
    ]);
    expectFree('let a = 1; let f = |b| a + b + v; f.call(w.x[y])', [
      'v (line 1, position 32)',
      'w (line 1, position 42)',
      'y (line 1, position 46)',
    ]);
    expectFree('v = 1; let v = 2; v', ['v (line 1, position 1)']);
    expectFree('fn f(a) { a + w } w + f(1)', ['w (line 1, position 15)']);
    expectFree('fn f() { x } let x = 1; f() + x', []);
    expectFree('fn f() { x } fn g() { let x = 1; f!() } g()', []);
    expectFree('fn f() { x } f!()', ['x (line 1, position 10)']);
    expectFree('fn f() { this.x + global::K } f()', []);
    expectFree('fn f() { 1 } let g = f; g.call()', []);
    expectFree('let m = #{k: 1}; m.k + m.len()', []);
  });

  test('the result cannot be changed', () {
    final result = engine.analyze('fn f(a) { a } f(x)');
    expect(() => result.warnings.clear(), throwsUnsupportedError);
    expect(() => result.functions.clear(), throwsUnsupportedError);
    expect(
      () => result.functions.single.parameters.clear(),
      throwsUnsupportedError,
    );
    expect(() => result.freeVariables.clear(), throwsUnsupportedError);
    expect(() => result.imports.clear(), throwsUnsupportedError);
    expect(() => result.syntaxErrors.clear(), throwsUnsupportedError);
  });

  test('positions that Rhai does not know are unknown', () {
    final result = engine.analyze('${'\n' * 70000}x;${' ' * 70000}y');
    expect(result.warnings, hasLength(2));
    for (final warning in result.warnings) {
      expect(warning.position, RhaiPosition.unknown);
      expect('$warning', contains('unknown position'));
    }
  });

  group('a large script', () {
    /// Expects that `analyze` takes at most about as long as parsing the script.
    ///
    /// Rhai's parser itself looks through all variables and functions at each use of
    /// one. A script with an error at its end is parsed and no more.
    void expectFast(
      String name,
      int count,
      String Function(int count) script,
      int Function(AnalysisResult result) size,
    ) {
      test(name, () {
        final text = script(count);
        final generous = engineWith(RhaiConfig.unlimited());
        (AnalysisResult, int) fastest(String text) {
          var time = 1 << 62;
          late AnalysisResult result;
          for (var i = 0; i < 3; i++) {
            final watch = Stopwatch()..start();
            result = generous.analyze(text);
            time = min(time, watch.elapsedMilliseconds);
          }
          return (result, time);
        }

        final (invalid, parsing) = fastest('$text\nlet');
        final (result, all) = fastest(text);
        expect(invalid.isValid, isFalse);
        expect(size(result), count);
        expect(all, lessThan(parsing * 2 + 500));
      });
    }

    String repeat(int count, String Function(int i) part) =>
        List.generate(count, part).join('\n');

    expectFast(
      'of 100,000 statements',
      100000,
      (count) => repeat(count, (_) => 'nope(1);'),
      (result) => result.warnings.length,
    );
    expectFast(
      'of 20,000 variables',
      20000,
      (count) => repeat(count, (i) => 'let x$i = 1;'),
      (result) => result.warnings.length,
    );
    expectFast(
      'of 10,000 undefined variables',
      10000,
      (count) => repeat(count, (i) => 'x$i;'),
      (result) => result.freeVariables.length,
    );
    expectFast(
      'of 10,000 functions',
      10000,
      (count) => repeat(count, (i) => 'fn f$i(a) { let b = a; }'),
      (result) => result.functions.length,
    );
    expectFast(
      'of 10,000 closures',
      10000,
      (count) => repeat(count, (i) => '[1].map(|a| { let b = a; });'),
      (result) => result.warnings.length,
    );
    expectFast(
      'of one variable that is declared again and again',
      10000,
      (count) =>
          '${repeat(count, (i) => 'let x = $i;')} x${'; nope()' * count}',
      (result) => result.warnings.length,
    );
    expectFast(
      'of blocks after each other',
      10000,
      (count) => '{ ${repeat(count, (i) => '{ let x = $i; }')} }',
      (result) => result.warnings.length,
    );
    expectFast(
      'of one array',
      10000,
      (count) => '[${repeat(count, (_) => 'x + nope(), ')}]',
      (result) => result.warnings.length - 1,
    );

    test('nested as deeply as can be', () {
      for (final (open, close) in [
        ('{ ', ' }'),
        ('if true { ', ' }'),
        ('[1].map(|x| ', ')'),
        ('nope(', ')'),
        ('[', ']'),
        ('#{a: ', '}'),
        ('`\${', '}`'),
        ('switch 1 { _ => ', '}'),
      ]) {
        var levels = 0;
        String nested(int n) => '${open * n}1${close * n}';
        while (engine.analyze(nested(levels + 1)).isValid) {
          levels++;
        }
        expect(levels, inInclusiveRange(8, 64), reason: open);
      }
    });
  });

  group('analyze has the limits of an execution:', () {
    RhaiEngine limited(RhaiConfig config) {
      final engine = engineWith(config);
      return engine;
    }

    test('memory', () {
      final small = limited(RhaiConfig(maxMemory: 8 << 20));
      expect(
        () => small.analyze('[${'[1],' * 200000}]'),
        throwsLimitError(RhaiLimit.memory),
      );
      expect(small.analyze('1 + 1').isValid, isTrue);
    });

    test('running time', () {
      final hasty = limited(
        RhaiConfig(timeout: const Duration(milliseconds: 20)),
      );
      expect(
        () => hasty.analyze('let x = 1; ' * 200000),
        throwsA(isA<RhaiTimeoutError>()),
      );
      expect(hasty.analyze('1 + 1').isValid, isTrue);
    });

    test('variables', () {
      final few = limited(RhaiConfig(maxVariables: 2));
      final result = few.analyze('let a = 1; let b = 2; let c = 3;');
      expect(result.isValid, isFalse);
      expect(
        result.syntaxErrors.single.message,
        contains('too many variables'),
      );
      expect(result.syntaxErrors.single.position?.line, 1);
    });
  });
}
