/// `analyze` of scripts that would run in a scope.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';

void main() {
  late RhaiEngine engine;
  late RhaiScope scope;

  setUp(() {
    engine = engineWith(const RhaiConfig());
    scope = engine.newScope();
  });

  /// The warnings of both forms, which must be the same.
  Future<List<String>> warnings(String script) async {
    List<String> read(AnalysisResult result) {
      expect(result.isValid, isTrue, reason: '${result.syntaxErrors}');
      return [for (final warning in result.warnings) '$warning'];
    }

    final now = read(engine.analyze(script, scope: scope));
    expect(read(await engine.analyzeAsync(script, scope: scope)), now);
    return now;
  }

  test('its variables are known, and only with it', () async {
    scope
      ..set('x', 1)
      ..setConstant('C', [1]);
    engine.eval('let y = || x;', scope: scope);
    expect(await warnings('x + C[0] + y.call()'), isEmpty);
    expect(engine.analyze('x + C[0] + y.call()').warnings, hasLength(3));
    expect(await warnings('x + z'), [contains('undefined variable: z')]);
    scope.remove('x');
    expect(await warnings('x'), [contains('undefined variable: x')]);
  });

  test('those of the engine are known, too', () async {
    engine.setVar('a', 1);
    scope.set('b', 2);
    expect(await warnings('a + b'), isEmpty);
  });

  test('functions see its constants alone, as global::NAME', () async {
    scope
      ..set('x', 1)
      ..setConstant('C', 1);
    expect(await warnings('fn f() { global::C } f()'), isEmpty);
    expect(await warnings('fn f() { C } f()'), [
      contains('sees the constant as global::C'),
    ]);
    expect(await warnings('fn f() { global::x } f()'), [
      contains('global has constants only, and x is a variable'),
    ]);
    expect(await warnings('fn f() { x } f()'), [contains('no variables but')]);
  });

  group('an assignment to a constant', () {
    test('is reported where it fails', () async {
      scope
        ..set('x', 1)
        ..setConstant('C', 1);
      engine.setConstant('E', 1);
      for (final name in ['C', 'E']) {
        for (final script in ['$name = 2', '$name += 2', '{ $name = 2 }']) {
          expect(
            () => engine.eval(script, scope: scope),
            throwsA(isA<RhaiRuntimeError>()),
          );
          final warning = engine.analyze(script, scope: scope).warnings.single;
          expect(warning.kind, AnalysisWarningKind.constantChanged);
          expect(warning.name, name);
          expect(
            warning.message,
            'constant changed: $name cannot be assigned to',
          );
          expect(warning.position.line, 1);
        }
      }
      expect(engine.analyze('E = 2').warnings, hasLength(1));
    });

    test('is not where it does not', () async {
      scope
        ..set('E', 1)
        ..setConstant('C', 1);
      engine.setConstant('E', 1);
      for (final script in [
        'E = 2',
        'let C = 1; C = 2; C',
        '{ let C = 1; C = 2; C }',
        'let s = 0; for C in 0..2 { C = 2; s += C } s',
        'fn f(C) { C = 2; C } f(1)',
      ]) {
        engine.eval(script, scope: scope.clone());
        expect(await warnings(script), isEmpty, reason: script);
      }
    });

    test('is not where a script of eval may have declared it', () {
      final engine = engineWith(RhaiConfig(allowEval: true))
        ..setConstant('C', 1);
      const script = 'eval("let C = 1"); C = 2;';
      engine.eval(script);
      expect(engine.analyze(script).warnings, isEmpty);
    });
  });

  test('nothing in the scope changes', () async {
    scope.set('x', [1]);
    await warnings('x = 2; let y = 3; y');
    expect(scope.keys, ['x']);
    expect(scope.get<Object?>('x'), [1]);
  });

  test('the scope may change or be disposed while it is analysed', () async {
    scope.set('x', 1);
    final script = 'x;' * 20000;
    final analysis = engine.analyzeAsync(script, scope: scope);
    scope
      ..clear()
      ..dispose();
    expect((await analysis).warnings, isEmpty);
  });

  group('a scope that cannot be used is an error:', () {
    void fails(RhaiScope scope, Matcher error) {
      expect(() => engine.analyze('1', scope: scope), error);
      expect(() => engine.analyzeAsync('1', scope: scope), error);
    }

    test('of another engine', () {
      fails(
        engineWith(const RhaiConfig()).newScope(),
        throwsA(
          isA<ArgumentError>().having(
            (error) => '$error',
            'text',
            contains('belongs to another engine'),
          ),
        ),
      );
    });

    test('that was disposed', () {
      scope.dispose();
      fails(scope, _stateError('this RhaiScope was disposed'));
    });

    test('that a script uses', () async {
      final gate = Completer<void>();
      engine.registerFunction('wait', () => gate.future);
      scope.set('x', 1);
      final running = engine.evalAsync<Object?>('wait()', scope: scope);
      fails(scope, _stateError('is used by a script'));
      gate.complete();
      await running;
      expect(await warnings('x'), isEmpty);
    });
  });

  test('a scope with many variables', () async {
    for (var i = 0; i < 5000; i++) {
      scope.set('v$i', i);
    }
    expect(
      await warnings([for (var i = 0; i < 5000; i++) 'v$i'].join(';')),
      isEmpty,
    );
  });
}

Matcher _stateError(String text) => throwsA(
  isA<StateError>().having((error) => error.message, 'message', contains(text)),
);
