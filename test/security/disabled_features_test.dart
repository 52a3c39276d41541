/// Features that a configuration disables, and scripts without any limit.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/folders.dart';
import '../support/matchers.dart';

RhaiEngine _engine({
  int? maxOperations,
  bool? allowEval,
  bool? allowModules,
  bool? allowFileIo,
}) {
  final engine = engineWith(
    const RhaiConfig().copyWith(
      maxOperations: maxOperations,
      allowEval: allowEval,
      allowModules: allowModules,
      allowFileIo: allowFileIo,
    ),
  );
  return engine;
}

void main() {
  group('allowEval', () {
    test('of false makes eval a syntax error', () {
      expect(
        () => _engine().eval('eval("1 + 1")'),
        throwsA(
          isA<RhaiSyntaxError>().having(
            (e) => e.message,
            'message',
            contains('eval'),
          ),
        ),
      );
    });

    test('of true allows it', () {
      final engine = _engine(allowEval: true);
      expect(engine.eval('let x = 40; eval("x + 2")'), 42);
      expect(engine.eval('eval("let y = 1;"); y'), 1);
      expect(() => engine.eval('eval("1 +")'), throwsA(isA<RhaiException>()));
    });

    test('of true keeps the limits', () {
      final engine = _engine(allowEval: true, maxOperations: 1000);
      expect(
        () => engine.eval('eval("loop { }")'),
        throwsLimitError(RhaiLimit.operations),
      );
      expect(
        () => engine.eval('fn f() { eval("f()") } f()'),
        throwsA(isA<RhaiLimitError>()),
      );
    });
  });

  group('modules', () {
    late ModuleFolder modules;
    late String import;

    setUp(() {
      modules = ModuleFolder()
        ..write(
          'shapes',
          'export const SIDES = 4; fn area(a, b) { a * b } fn bad() { throw 1 }',
        );
      import = modules.import('shapes', 'shapes');
    });

    test('can be imported from files if nothing is disabled', () {
      final engine = _engine(allowModules: true, allowFileIo: true);
      expect(engine.eval('$import shapes::area(shapes::SIDES, 2)'), 8);
      expect(() => engine.eval('$import shapes::bad()'), throwsWithCause(1));
      expect(
        () => engine.eval('${modules.import('none')} 1'),
        throwsRuntimeError(contains('none')),
      );
    });

    test('are a syntax error if modules are disabled', () {
      final engine = _engine(allowFileIo: true);
      final error = throwsA(
        isA<RhaiSyntaxError>().having(
          (e) => e.message,
          'message',
          matches('import|export'),
        ),
      );
      expect(() => engine.eval('$import 1'), error);
      expect(() => engine.eval('let x = 1; export x;'), error);
    });

    test('are not found if only files are disabled', () {
      final engine = _engine(allowModules: true);
      expect(
        () => engine.eval('$import 1'),
        throwsRuntimeError(contains('Module not found')),
      );
      expect(
        engine.eval(
          'try { $import shapes::area(1, 2); } catch (e) { return "caught"; }',
        ),
        'caught',
      );
      expect(engine.eval('let x = 1; export x; x'), 1);
    });
  });

  group('without limits', () {
    late RhaiEngine engine;

    setUp(() {
      engine = RhaiEngine.withConfig(RhaiConfig.unlimited());
      addTearDown(engine.dispose);
    });

    test('a script may run long', () {
      const script = 'let s = 0; for i in 0..1000000 { s += i; } s';
      expect(engine.eval(script), 499999500000);
    });

    test('deeply nested data can be used like any other', () {
      Object? deep = 1;
      for (var i = 0; i < 99990; i++) {
        deep = [deep];
      }
      engine
        ..setVar('deep', deep)
        ..registerFunction('depth', (Object? value) {
          var depth = 0;
          for (; value is List<dynamic>; value = value.single) {
            depth++;
          }
          return depth;
        });
      const script = '''
        let copy = [deep];
        let text = deep.to_string();
        [depth(deep), depth(copy), text.len()]
      ''';
      expect(engine.eval(script), [99990, 99991, 2 * 99990 + 1]);
    });

    test('a script may build deeply nested data', () {
      const script = '''
        let a = [];
        for i in 0..3000 { a = [a]; }
        let m = #{};
        for i in 0..3000 { m = #{k: m}; }
        [a.to_string().len(), m == m]
      ''';
      expect(engine.eval(script), [6002, true]);
    });
  });
}
