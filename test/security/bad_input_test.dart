/// Scripts that are broken, hostile or merely odd. Each ends with a value or a clean
/// error, and the engine works afterwards.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = engineThatSurvives());

  final isSyntaxError = throwsA(
    isA<RhaiSyntaxError>().having((e) => e.position?.line, 'line', isNotNull),
  );
  final isRuntimeError = throwsA(
    isA<RhaiRuntimeError>().having((e) => e.position?.line, 'line', isNotNull),
  );

  group('a syntax error is', () {
    const scripts = [
      ...['let', 'let x = ', 'let 1 = 2', 'let x y', '1 +', '* 2'],
      ...[
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        '(1]',
        '[1)',
        '{ 1 )',
        '#{',
        '#{a',
        '#{a:',
      ],
      ...['"', '"open', '`open', r'`${', r'`${1', "'", "'ab'", "''"],
      ...[
        'fn',
        'fn f',
        'fn f(',
        'fn f()',
        'fn f() {',
        'fn 1() {}',
        'fn f(a, a) {}',
      ],
      ...[
        'fn f() { fn g() {} }',
        'if',
        'if true',
        'if true {',
        'else {}',
        'while',
      ],
      ...['for', 'for x', 'for x in', 'for 1 in []', 'loop', 'do {}', 'switch'],
      ...[
        'switch 1',
        'switch 1 {',
        'switch 1 { 1 }',
        'try',
        'try {}',
        'catch {}',
      ],
      ...['break', 'continue', 'if true { break; }', 'this', 'this.x', '|'],
      ...[
        '1 = 2',
        '"a" = 1',
        'f() = 1',
        'const X = 1; X += 1;',
        'x ==',
        '1..',
        '@',
      ],
      ...[
        '0x',
        '0b2',
        '1e',
        '"\\q"',
        '"\\u12"',
        '"\\U110000zz"',
        '\u0000',
        '\u0001',
      ],
      ...[
        'let if = 1',
        'let fn = 1',
        'async f()',
        'await x',
        'new X()',
        'goto x',
      ],
      ...[
        'import "x" as y;',
        'export x;',
        'eval("1")',
        'x.eval("1")',
        'a b c',
        '\\',
      ],
      ...['let x = 1 2', '1 #!', '++', '1 ? 2 : 3', '👍', 'x👍'],
    ];
    for (final script in scripts) {
      test(
        '"${script.replaceAll('\u0000', 'NUL').replaceAll('\u0001', 'SOH')}"',
        () {
          expect(() => engine.eval(script), isSyntaxError);
        },
      );
    }
  });

  group('a runtime error is', () {
    const scripts = [
      ...[
        'nope()',
        'let a = nope;',
        '1.nope()',
        'nope::nope()',
        '"a" - 1',
        '1 + ()',
      ],
      ...['let x = 1 / 0;', '9223372036854775807 + 1', '2 ** 64'],
      ...[
        '[1][5]',
        '"abc"[10]',
        'let x = 1; x.y',
        'let x = 1; x[64]',
        '().a',
        '().f()',
      ],
      ...[
        'Fn("nope").call()',
        'Fn("id").call()',
        'Fn("1x")',
        'Fn("").call()',
        'call(1)',
      ],
      ...[
        'fn f(a) { a } f()',
        'fn f(a) { a } f(1, 2)',
        'fn f() { this.x } f()',
      ],
      ...['throw', 'throw 1', 'id(1, 2)', 'parse_int("x")', 'to_int("x")'],
      ...['[1].map(1)', '[2, 1].sort(|a| nope)', '[2, 1].sort(|a, b| "x")'],
      ...['range(0, 10, 0)', 'let x = 5; for i in id(x) { }'],
    ];
    for (final script in scripts) {
      test('"$script"', () {
        expect(() => engine.eval(script), isRuntimeError);
      });
    }
  });

  group('a value comes from', () {
    const scripts = <String, Object?>{
      '': null,
      ';;;': null,
      '{}': null,
      '{ { 1 } }': 1,
      'exit(5)': 5,
      'exit()': null,
      'fn f() { exit(7); } f(); 8': 7,
      '[1].map(|x| exit(9))': 9,
      'try { exit(3); } catch { 4 } 5': 3,
      'return': null,
      'return 5; 6': 5,
      'if true { return 5; } 6': 5,
      'let x = loop { break 5; }; x': 5,
      '"👍é".len()': 2,
      '/* /* nested */ */ 1': 1,
      '1 /* open': 1,
      '1\r\n+\r\n1': 2,
    };
    scripts.forEach((script, value) {
      test('"${script.replaceAll('\r\n', ' CR LF ')}"', () {
        expect(engine.eval(script), value);
      });
    });

    test('a string literal with a NUL', () {
      expect(engine.eval('"a\u0000b"'), 'a\u0000b');
    });
  });

  test('a script that is no Unicode text is a clean error', () {
    for (final script in ['\ud800', '"\udc00"', '1 + \ud83d']) {
      expect(() => engine.eval(script), throwsA(isA<RhaiException>()));
      expect(() => engine.analyze(script), throwsA(isA<RhaiException>()));
    }
  });

  test('unusual characters give a value or a clean error', () {
    const characters = [
      ...['größe', '変数', '\u0430', 'e\u0301', '\ufeffx', 'x\u200b', 'x\u202e'],
      ...[
        '\u00a0',
        '\u2028',
        '\u0085',
        '\u0000',
        '\u007f',
        '\uffff',
        '\u{10ffff}',
      ],
    ];
    for (final text in characters) {
      _evaluate(engine, 'let $text = 1; $text');
      _evaluate(engine, '1 $text + 1');
      _evaluate(engine, 'fn $text() { 1 } $text()');
      expect(engine.eval('/* $text */ "$text" // $text'), text);
      expect(engine.eval('#{"$text": 1}.keys()'), [text]);
    }
  });

  group('an endless script ends, however much it catches:', () {
    const scripts = [
      'loop { try { throw 1; } catch { } }',
      'loop { try { nope(); } catch { continue; } }',
      'while true { try { id(1, 2); } catch (e) { throw e; } }',
      'fn f() { try { f(); } catch { f(); } } f()',
      'loop { try { [1].map(|x| { throw x; }); } catch { } }',
      r'let s = ""; loop { s += `${s}x`; }',
      'let s = "x"; loop { s += s; }',
      'let i = 0; loop { i += 1; [i].sort(|a, b| a - b); }',
    ];
    for (final script in scripts) {
      test(script, () {
        expect(() => engine.eval(script), throwsA(isA<RhaiScriptError>()));
      });
    }
  });

  group('throw works in every place:', () {
    const scripts = [
      ...[
        'let x = throw_it();',
        '[throw_it()]',
        '#{a: throw_it()}',
        '1 + throw_it()',
      ],
      ...[
        'id(throw_it())',
        'throw throw_it();',
        'if throw_it() { }',
        'while throw_it() { }',
      ],
      ...[
        'for i in throw_it() { }',
        'switch throw_it() { _ => 1 }',
        r'`${throw_it()}`',
      ],
      ...[
        'do { } while throw_it()',
        'switch 1 { 1 if throw_it() => 1 }',
        'return throw_it();',
      ],
      ...[
        'true && throw_it()',
        'false || throw_it()',
        '() ?? throw_it()',
        '[1][throw_it()]',
      ],
      ...[
        'throw_it().len',
        'throw_it().f()',
        'let a = [1]; a[throw_it()] = 2;',
        '-throw_it()',
      ],
      ...[
        '[1, 2].map(|x| throw_it())',
        '[1, 2].filter(|x| throw_it())',
        '[2, 1].sort(|a, b| throw_it())',
      ],
      ...['[1, 2].reduce(|a, b| throw_it())', '[1].some(|x| throw_it())'],
      'try { throw 1; } catch { throw_it(); }',
    ];
    for (final script in scripts) {
      test(script, () {
        engine.registerFunction('throw_it', () => throw 'it');
        expect(() => engine.eval(script), throwsWithCause('it'));
        expect(
          engine.eval('try { $script } catch { return "caught"; }'),
          'caught',
        );
      });
    }
  });
}

/// Runs a script, which may end with any value or clean error.
void _evaluate(RhaiEngine engine, String script) {
  try {
    engine.eval(script);
  } on RhaiException {
    // As good as a value.
  }
}
