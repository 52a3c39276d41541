/// Words, functions and files that a configuration takes away from scripts.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/folders.dart';

Matcher _isNotFound(String name) => throwsA(
  isA<RhaiRuntimeError>()
      .having((e) => e.kind, 'kind', RhaiRuntimeErrorKind.functionNotFound)
      .having((e) => e.name, 'name', name),
);

final Matcher _isSyntaxError = throwsA(isA<RhaiSyntaxError>());

void main() {
  group('by default', () {
    late RhaiEngine engine;
    setUp(() => engine = engineWith(RhaiConfig.secureDefaults()));

    for (final script in [
      'eval("1")',
      'Fn("eval").call("1")',
      '"1".eval()',
      'let f = eval; f("1")',
      'call("eval", "1")',
      'import "x" as x;',
      'export let x = 1;',
      'fn f() { import "x" as x; } f()',
    ]) {
      test('a script cannot: $script', () {
        expect(() => engine.eval(script), throwsA(isA<RhaiScriptError>()));
      });
    }

    test('there is nothing of files, processes and the environment', () {
      for (final name in [
        'open_file',
        'read_file',
        'write_file',
        'open',
        'read',
        'path',
        'cwd',
        'env',
        'getenv',
        'system',
        'exec',
        'include',
        'require',
      ]) {
        for (final call in ['$name("x")', '$name()', '"x".$name()']) {
          expect(() => engine.eval(call), _isNotFound(name));
        }
      }
    });
  });

  test('allowFileIo alone keeps import from reading files', () {
    final engine = engineWith(
      RhaiConfig.unlimited().copyWith(allowFileIo: false),
    );
    final path = ModuleFolder().write('m', 'export const X = 1;');
    for (final script in [
      'import "$path" as m; m::X',
      'let p = "$path"; import p as m; m::X',
      'eval(`import "$path" as m; m::X`)',
      'fn f() { import "$path" as m; m::X } f()',
      '[1].map(|x| { import "$path" as m; m::X })',
    ]) {
      expect(
        () => engine.eval(script),
        throwsA(
          isA<RhaiRuntimeError>()
              .having(
                (e) => e.kind,
                'kind',
                RhaiRuntimeErrorKind.moduleNotFound,
              )
              .having((e) => e.name, 'name', path),
        ),
        reason: script,
      );
    }
    final allowed = engineWith(RhaiConfig.unlimited());
    expect(allowed.eval('import "$path" as m; m::X'), 1);
  });

  group('disabledSymbols', () {
    const scripts = {
      'while': 'while false { }',
      'loop': 'loop { break; }',
      'for': 'for i in 0..1 { }',
      'fn': 'fn f() { }',
      'if': 'if true { 1 }',
      'switch': 'switch 1 { _ => 2 }',
      'try': 'try { 1 } catch { 2 }',
      'throw': 'throw 1',
      'return': 'return 1',
      'let': 'let x = 1;',
      'const': 'const X = 1;',
      '+': '1 + 1',
      '**': '2 ** 3',
      '==': '1 == 1',
      '+=': 'let x = 1; x += 1;',
      '..': '0..1',
      '??': '() ?? 1',
      '|': '1 | 2',
      'type_of': 'type_of(1)',
      'Fn': 'Fn("f")',
      'call': 'let x = 1; x.call()',
      'curry': 'let x = 1; x.curry(1)',
      'is_def_var': 'is_def_var("x")',
    };
    scripts.forEach((symbol, script) {
      test('$symbol makes it a syntax error', () {
        final engine = engineWith(RhaiConfig(disabledSymbols: {symbol}));
        expect(() => engine.eval(script), _isSyntaxError, reason: script);
        expect(engine.eval('40 - -2'), 42);
        expect(engine.analyze(script).isValid, isFalse);
      });
    });

    test('type_of cannot be reached in another way', () {
      final engine = engineWith(
        RhaiConfig(disabledSymbols: {'type_of'}, allowEval: true),
      );
      for (final script in [
        '1.type_of()',
        'Fn("type_of").call(1)',
        'eval("type_of(1)")',
        'let f = Fn("type_of"); f.call(1)',
      ]) {
        expect(
          () => engine.eval(script),
          throwsA(isA<RhaiScriptError>()),
          reason: script,
        );
      }
    });

    test('must be symbols', () {
      for (final symbol in ['', 'x', 'len', 'whiles', '+ ', 'a\nb', '\n']) {
        expect(
          () => RhaiEngine.withConfig(
            RhaiConfig(disabledSymbols: {'while', symbol}),
          ),
          throwsArgumentError,
          reason: symbol,
        );
      }
    });
  });

  group('deniedFunctions', () {
    late RhaiEngine engine;
    setUp(
      () => engine = engineWith(
        RhaiConfig(
          deniedFunctions: {'len', 'to_upper', 'timestamp', 'sleep', 'print'},
          allowEval: true,
        ),
      ),
    );

    const ways = {
      'a call': ('timestamp()', 'timestamp'),
      'a method': ('"abc".len()', 'len'),
      'a property': ('"abc".len', 'len'),
      'a property of an array': ('[1].len', 'len'),
      'a method of a map': ('#{}.len()', 'len'),
      'a function pointer': ('Fn("to_upper").call("a")', 'to_upper'),
      'a named callback': ('["a"].map(Fn("to_upper"))', 'to_upper'),
      'a curried pointer': ('Fn("to_upper").curry("a").call()', 'to_upper'),
      'a closure': ('(|x| x.to_upper()).call("a")', 'to_upper'),
      'eval': ('eval("timestamp()")', 'timestamp'),
      'a name that is put together': (
        'Fn("to_" + "upper").call("a")',
        'to_upper',
      ),
      'an optional call': ('"a"?.to_upper()', 'to_upper'),
      'a call of sleep': ('sleep(0)', 'sleep'),
      'printing': ('print("x")', 'print'),
      'wrong arguments': ('to_upper(1)', 'to_upper'),
    };
    ways.forEach((name, way) {
      test('cannot be called: by $name', () {
        expect(() => engine.eval(way.$1), _isNotFound(way.$2));
      });
    });

    test('leave all others', () {
      expect(engine.eval('"aBc".to_lower() + [1, 2].contains(2)'), 'abctrue');
    });

    test('may be replaced by Dart and by scripts', () {
      engine.registerFunction('len', (Object? x) => 'Dart');
      expect(engine.eval('"abc".len()'), 'Dart');
      expect(engine.eval('len([])'), 'Dart');
      expect(
        engine.eval('fn to_upper(x) { "script" } to_upper("a")'),
        'script',
      );
    });

    test('are unknown to analyze', () {
      final warnings = engine.analyze('timestamp(); abs(1)').warnings;
      expect(warnings.single.name, 'timestamp');
    });

    test('must be functions', () {
      for (final name in [
        '',
        'nonsense',
        '+',
        'while',
        'get\$len',
        'type_of',
      ]) {
        expect(
          () => RhaiEngine.withConfig(RhaiConfig(deniedFunctions: {name})),
          throwsArgumentError,
          reason: name,
        );
        expect(
          () => RhaiEngine.withConfig(RhaiConfig(allowedFunctions: {name})),
          throwsArgumentError,
          reason: name,
        );
      }
    });
  });

  group('allowedFunctions', () {
    test('are all that there is, beside the language and Dart functions', () {
      final engine = engineWith(RhaiConfig(allowedFunctions: {'len'}))
        ..registerFunction('twice', (int x) => 2 * x);
      expect(engine.eval('"abc".len() + [1].len + twice(3)'), 10);
      expect(
        engine.eval('let s = 0; for i in 0..3 { s += i; } `<${'\${s}'}>`'),
        '<3>',
      );
      expect(
        engine.eval('let m = #{a: [1, 2]}; m.a[1] == 2 && type_of(1) == "i64"'),
        isTrue,
      );
      for (final (call, name) in [
        ('abs(-1)', 'abs'),
        ('[1].map(|x| x)', 'map'),
        ('"a".to_upper()', 'to_upper'),
        ('timestamp()', 'timestamp'),
        ('sleep(0)', 'sleep'),
        ('print(1)', 'print'),
        ('range(0, 1)', 'range'),
        ('#{}.keys()', 'keys'),
      ]) {
        expect(() => engine.eval(call), _isNotFound(name), reason: call);
      }
    });

    test('may be none', () {
      final engine = engineWith(RhaiConfig(allowedFunctions: {}));
      expect(engine.eval('let x = [1, 2]; x[0] + x[1]'), 3);
      expect(() => engine.eval('[1].len()'), _isNotFound('len'));
    });

    test('and deniedFunctions work together', () {
      final engine = engineWith(
        RhaiConfig(allowedFunctions: {'len', 'abs'}, deniedFunctions: {'len'}),
      );
      expect(engine.eval('abs(-1)'), 1);
      expect(() => engine.eval('[1].len()'), _isNotFound('len'));
    });
  });
}
