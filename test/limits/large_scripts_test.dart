/// Scripts that are very long or very deeply nested.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/matchers.dart';

const _megabyte = 1 << 20;

void main() {
  late RhaiEngine engine;

  setUp(() => engine = engineThatSurvives());

  group('a script of a megabyte', () {
    test('may be one string', () {
      expect(engine.eval('"${'x' * _megabyte}".len()'), _megabyte);
    });

    test('may be one comment', () {
      expect(engine.eval('/*${'x' * _megabyte}*/ 1'), 1);
      expect(engine.eval('1 //${'é' * _megabyte}'), 1);
      expect(engine.eval('${'\n' * _megabyte}1'), 1);
    });

    test('may be many statements', () {
      const count = _megabyte ~/ 8;
      expect(engine.eval('let x = 0;\n${'x += 1;\n' * count}x'), count);
    });

    test('may be one array or map', () {
      const count = _megabyte ~/ 2;
      final array = engine.eval('[${'1,' * count}]') as List<dynamic>;
      expect(array, hasLength(count));
      // Each key is compared with all before it, which takes its time.
      final patient = engineWith(RhaiConfig(timeout: Duration.zero));
      final entries = List.generate(60000, (i) => 'key_$i: $i').join(', ');
      expect(patient.eval('#{$entries}.len()'), 60000);
    });

    test('may be many functions', () {
      final functions = List.generate(40000, (i) => 'fn f$i() { $i }');
      final generous = engineWith(RhaiConfig(maxFunctions: 40000));
      expect(generous.eval('${functions.join('\n')} f39999()'), 39999);
    });

    test('may have one very long name', () {
      final name = 'x' * _megabyte;
      expect(engine.eval('let $name = 1; $name + 1'), 2);
    });

    test('has an error at its end', () {
      expect(
        () => engine.eval('${'x += 100000000;\n' * 65000}let'),
        throwsA(
          isA<RhaiSyntaxError>().having((e) => e.position?.line, 'line', 65001),
        ),
      );
    });

    test('has no error at a wrong place', () {
      expect(
        () => engine.eval('${'x += 1;\n' * 100000}let'),
        throwsA(
          isA<RhaiSyntaxError>().having(
            (e) => e.position?.line,
            'line',
            anyOf(isNull, 100001),
          ),
        ),
      );
      expect(
        () => engine.eval('${' ' * 100000}let'),
        throwsA(
          isA<RhaiSyntaxError>().having(
            (e) => e.position?.column,
            'column',
            anyOf(isNull, greaterThan(100000)),
          ),
        ),
      );
    });
  });

  group('nesting of 100,000 levels is an error', () {
    const nested = {
      'parentheses': ('(', '1', ')'),
      'arrays': ('[', '1', ']'),
      'blocks': ('{', '1', '}'),
      'maps': ('#{a:', '1', '}'),
      'interpolations': (r'`${', '1', '}`'),
      'calls': ('id(', '1', ')'),
      'indices': ('a[', '1', ']'),
      'conditions': ('if true {', '1', '}'),
      'loops': ('loop {', 'break;', '}'),
      'switches': ('switch 1 { 1 => ', '1', '}'),
      'tries': ('try {', '1', '} catch { }'),
      'functions': ('fn f() {', '1', '}'),
      'closures': ('|x| { ', '1', '}'),
      'negations': ('!', 'true', ''),
      'signs': ('- ', '1', ''),
      'a long sum': ('', '1', ' + id(1)'),
      'a long method chain': ('', '1', '.id()'),
      'a long chain of properties': ('let a = 1; a', '', '.a'),
      'a long chain of else': (
        '',
        'if id(1) == 2 { }',
        ' else if id(1) == 3 { }',
      ),
    };
    nested.forEach((name, parts) {
      final (open, core, close) = parts;
      test('in $name', () {
        const levels = 100000;
        final whole =
            '${open * (close == '.a' ? 1 : levels)}$core${close * levels}';
        expect(() => engine.eval(whole), throwsA(isA<RhaiException>()));
        expect(engine.analyze(whole).isValid, isFalse);
        if (open.isEmpty) return;
        final unclosed = open * levels;
        expect(() => engine.eval(unclosed), throwsA(isA<RhaiException>()));
      });
    });
  });

  // Rhai's optimizer takes twice as long for each level.
  for (final (open, close) in [
    ('{ ', ' }'),
    ('if true { ', ' }'),
    ('for i in 0..1 { ', ' }'),
    ('try { ', ' } catch { }'),
  ]) {
    test('blocks as deep as can be are compiled: $open…$close', () {
      var levels = 0;
      String nested(int n) => '${open * n} 1; ${close * n}';
      while (engine.analyze(nested(levels + 1)).isValid) {
        levels++;
      }
      expect(levels, inInclusiveRange(15, 64));
      expect(engine.eval('${nested(levels)} 2'), 2);
    });
  }

  // Rhai's optimizer writes the values of constants where they are used.
  for (final (kind, first, next) in [
    ('strings', '"xxxxxxxx"', (String c) => '$c + $c'),
    ('arrays', '[0, 0]', (String c) => '[$c, $c]'),
    ('maps', '#{a: 0}', (String c) => '#{a: $c, b: $c}'),
    ('texts', '"xxxxxxxx"', (String c) => '`\${$c}\${$c}`'),
  ]) {
    test('constants that double are limited like other values: $kind', () {
      final script = StringBuffer('const C0 = $first; ');
      for (var i = 1; i <= 60; i++) {
        script.write('const C$i = ${next('C${i - 1}')}; ');
      }
      expect(engine.analyze('$script').isValid, isTrue);
      expect(() => engine.eval('$script 1'), throwsA(isA<RhaiLimitError>()));
    });
  }

  // Each use of a variable looks through all of them.
  group('a script that takes long to parse', () {
    final script =
        'let x = 0; ${List.generate(100000, (i) => 'let x$i = x;').join()}';

    test('is a RhaiTimeoutError', () {
      final hasty = engineWith(
        RhaiConfig(timeout: const Duration(milliseconds: 50)),
      );
      expect(() => hasty.eval(script), throwsA(isA<RhaiTimeoutError>()));
      expect(hasty.eval('1 + 1'), 2);
    });

    test('lets the event loop run, and can be cancelled', () async {
      final other = RhaiEngine.withDefaults();
      final result = other.evalAsync(script);
      final cancelled = expectLater(result, throwsCancelled);
      await Future<void>.delayed(const Duration(milliseconds: 10));
      other.dispose();
      await cancelled;
    });
  });

  test('comments may be nested 100,000 times', () {
    expect(engine.eval('${'/*' * 100000}${'*/' * 100000} 1'), 1);
  });
}
