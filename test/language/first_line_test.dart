/// Scripts whose text begins with a byte order mark, or a line for the system.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/errors.dart';
import '../support/folders.dart';

const _mark = '\ufeff';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = engineWith(const RhaiConfig()));

  const beginnings = {
    'nothing': '',
    'a byte order mark': _mark,
    'a line for the system': '#!/usr/bin/env rhai\n',
    'such a line that ends as in Windows': '#!/usr/bin/env rhai\r\n',
    'an empty line for the system': '#!\n',
    'such a line with characters of many bytes': '#! é👍\u2028x\n',
    'both': '$_mark#!/usr/bin/env rhai\n',
  };
  beginnings.forEach((name, beginning) {
    group('after $name', () {
      final line = beginning.contains('\n') ? 2 : 1;

      test('a script runs', () async {
        final script = '${beginning}let x = 40; x + 2';
        expect(engine.eval(script), 42);
        // From the cache.
        expect(engine.eval(script), 42);
        expect(await engine.evalAsync(script), 42);
        expect(engine.eval('$beginning"$_mark"'), _mark);
      });

      test('a syntax error has its place and its line', () async {
        final script = '${beginning}let x = ;\n';
        final results = [
          errorThrownBy<RhaiSyntaxError>(() => engine.eval(script)),
          engine.analyze(script).syntaxErrors.single,
          (await engine.analyzeAsync(script)).syntaxErrors.single,
        ];
        for (final error in results) {
          expect(error.position, RhaiPosition(line, 9));
          expect(error.sourceLine, 'let x = ;');
          expect(error.caret, 9);
        }
      });

      test('a runtime error has its place', () {
        final thrown = errorThrownBy<RhaiRuntimeError>(
          () => engine.eval('$beginning  throw 1'),
        );
        expect(thrown.position, RhaiPosition(line, 3));
        expect(thrown.callStack.single.position, RhaiPosition(line, 3));
        final later = errorThrownBy<RhaiRuntimeError>(
          () => engine.eval('$beginning\n\n nope()'),
        );
        expect(later.position, RhaiPosition(line + 2, 2));
      });

      test('an analysis finds the places', () {
        final result = engine.analyze(
          '${beginning}fn f(x) { x } let y = nope;\n',
        );
        expect(result.isValid, isTrue);
        expect(result.functions.single.position, RhaiPosition(line, 4));
        expect(result.freeVariables.single.position, RhaiPosition(line, 23));
      });

      test('a module can be imported', () {
        final modules = ModuleFolder();
        modules.write('m', '${beginning}fn f() { 7 }\nfn g() { nope }');
        final engine = engineWithModules();
        final import = modules.import('m');
        expect(engine.eval('$import m::f()'), 7);
        final error = errorThrownBy<RhaiRuntimeError>(
          () => engine.eval('$import m::g()'),
        );
        expect(error.position, RhaiPosition(line + 1, 10));
      });
    });
  });

  test('nothing else is left out', () {
    for (final script in [
      '$_mark${_mark}1',
      ' #!/usr/bin/env rhai\n1',
      '\n#!/usr/bin/env rhai\n1',
      '#!a\n#!b\n1',
      '#!a\n${_mark}1',
      '# 1',
      '1 $_mark',
    ]) {
      expect(
        () => engine.eval(script),
        throwsA(isA<RhaiSyntaxError>()),
        reason: script,
      );
      expect(engine.analyze(script).isValid, isFalse, reason: script);
    }
  });

  test('a script may have nothing but such a line', () async {
    for (final script in ['#!', '#!rhai', _mark, '$_mark#!', '$_mark#!x\n']) {
      expect(engine.eval(script), isNull);
      expect(await engine.evalAsync(script), isNull);
      expect(engine.analyze(script).isValid, isTrue);
    }
  });

  test('a line for the system counts for no limit of the language', () {
    final long = '#!${'(' * 100000}\n1';
    expect(engine.eval(long), 1);
  });
}
