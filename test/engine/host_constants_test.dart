import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/folders.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() {
    engine = RhaiEngine.withConfig(RhaiConfig(allowEval: true))
      ..setConstant('TAX', 5)
      ..setConstant('RATES', [1, 2])
      ..setVar('state', 7);
  });
  tearDown(() => engine.dispose());

  group('A constant of Dart is global::NAME', () {
    const scripts = {
      'in a function': 'fn f() { global::TAX } f()',
      'in a function that another calls':
          'fn f() { global::TAX } fn g() { f() } g()',
      'in a closure': 'let f = || global::TAX; f.call()',
      'in a closure in a function':
          'fn f() { [0].map(|x| global::TAX + x)[0] } f()',
      'at global level, where there are functions': 'fn f() { } global::TAX',
      'at global level, where there are none': 'global::TAX',
      'in a text that a function evaluates':
          'fn f() { eval("global::TAX") } f()',
      'of a list': 'fn f() { global::RATES[1] + 3 } f()',
    };
    scripts.forEach((place, script) {
      test(place, () => expect(engine.eval(script), 5));
    });

    test('in a function that Dart calls', () {
      final f = engine.eval('fn f() { global::TAX } f') as RhaiFunction;
      expect(f(), 5);
    });

    test('in a function that another script calls', () {
      engine
        ..setVar('f', engine.eval('fn f() { global::TAX } f'))
        ..setConstant('TAX', 6);
      expect(engine.eval('[f.call(), global::TAX]'), [5, 6]);
    });
  });

  test('A constant of the script hides one of Dart', () {
    const constant = 'const TAX = 1;';
    expect(engine.eval('$constant fn f() { global::TAX } f()'), 1);
    expect(engine.eval('$constant global::TAX'), 1);
    expect(engine.eval('let TAX = 1; fn f() { global::TAX } f()'), 5);
  });

  test('A variable of Dart is no constant', () {
    expect(
      () => engine.eval('fn f() { global::state } f()'),
      throwsA(
        isA<RhaiRuntimeError>()
            .having(
              (e) => e.kind,
              'kind',
              RhaiRuntimeErrorKind.variableNotFound,
            )
            .having((e) => e.name, 'name', 'global::state'),
      ),
    );
  });

  test('A constant of Dart cannot be changed by a function', () {
    expect(
      () => engine.eval('fn f() { global::TAX += 1 } f()'),
      throwsA(isA<RhaiScriptError>()),
    );
    expect(engine.eval('fn f() { let a = global::RATES; a.push(3); a } f()'), [
      1,
      2,
      3,
    ]);
    expect(engine.eval('RATES'), [1, 2]);
  });

  group('A function that uses a constant without global:: is told how', () {
    void expectHint(String script, String name) {
      expect(
        () => engine.eval(script),
        throwsA(
          isA<RhaiRuntimeError>()
              .having((e) => e.name, 'name', name)
              .having(
                (e) => e.kind,
                'kind',
                RhaiRuntimeErrorKind.variableNotFound,
              )
              .having((e) => e.message, 'message', contains('global::$name')),
        ),
      );
      final warnings = engine.analyze(script).warnings;
      expect(warnings, hasLength(1));
      expect(warnings.single.kind, AnalysisWarningKind.undefinedVariable);
      expect(warnings.single.message, contains('global::$name'));
    }

    test('of the script', () {
      expectHint('const X = 1; fn f() { X } f()', 'X');
    });
    test('of Dart', () => expectHint('fn f() { TAX } f()', 'TAX'));
  });

  group('What is not there as global::NAME says why:', () {
    const hints = {
      'fn f() { global::TAXX } f()': 'did you mean global::TAX?',
      'fn f() { global::state } f()': 'global has constants only, and state is',
      'let a = 3; fn f() { global::a } f()':
          'global has constants only, and a is a variable',
      'fn f() { global::nothing } f()': null,
    };
    hints.forEach((script, hint) {
      test(script, () {
        expect(
          () => engine.eval(script),
          throwsRuntimeError(
            contains(hint ?? 'declare it with `const nothing = …`'),
          ),
        );
        expect(
          engine.analyze(script).warnings.map((w) => w.message).join(),
          contains(hint ?? 'no such constant at global level'),
        );
      });
    });

    test('a near name without global::', () {
      expect(
        () => engine.eval('fn f() { RATE } f()'),
        throwsRuntimeError(contains('did you mean global::RATES?')),
      );
    });

    test('in a module', () {
      final path = ModuleFolder().write(
        'm',
        'const X = 3; let v = 1; '
            'fn plain() { X } fn near() { global::XX } fn tax() { global::TAX } '
            'fn state() { global::v }',
      );
      final engine = engineWithModules()..setConstant('TAX', 5);
      const hints = {
        'plain':
            'Variable not found: X (functions see this constant as '
            'global::X)',
        'near': 'global::XX (declare it with `const XX = …` at global level)',
        'tax':
            'global::TAX (a module has its own constants, and does not see '
            'TAX of the script: give it to the function as an argument)',
        'state': 'global::v (global has constants only, and v is a variable',
      };
      hints.forEach((function, hint) {
        expect(
          () => engine.eval('import "$path" as m; m::$function()'),
          throwsRuntimeError(allOf(startsWith('in module '), contains(hint))),
        );
      });
    });
  });

  test('analyze says that a constant cannot be assigned to', () {
    for (final script in [
      'fn f() { global::TAX = 3 } f()',
      'const q = 1; fn f() { global::q += 3 } f()',
    ]) {
      expect(() => engine.eval(script), throwsA(isA<RhaiRuntimeError>()));
      final warning = engine.analyze(script).warnings.single;
      expect(warning.kind, AnalysisWarningKind.constantChanged);
      expect(
        warning.message,
        endsWith('${warning.name} cannot be assigned to'),
      );
      expect(warning.name, startsWith('global::'));
    }
    expect(
      engine.analyze('global::nope = 3').warnings.single.kind,
      AnalysisWarningKind.undefinedVariable,
    );
  });

  test('Names that are no constants get no such hint', () {
    for (final script in [
      'let x = 1; fn f() { x } f()',
      'fn f() { x } f()',
      'print(x); const x = 1;',
    ]) {
      expect(
        () => engine.eval(script),
        throwsRuntimeError(isNot(contains('global::'))),
      );
    }
  });

  test('analyze knows the constants of Dart', () {
    final warnings = engine
        .analyze('fn f() { global::TAX + global::state + global::nope } f()')
        .warnings;
    expect(warnings.map((w) => w.name), ['global::state', 'global::nope']);
  });
}
