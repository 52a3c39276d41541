/// Rhai's own functions that behave differently here.
library;

import 'dart:convert';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  void expectError(String script, String message) {
    expect(
      () => engine.eval(script),
      throwsA(
        isA<RhaiScriptError>().having((e) => e.message, '', contains(message)),
      ),
      reason: script,
    );
  }

  group('a comparator', () {
    test('returns a number or whether its first argument comes first', () {
      for (final by in ['a - b', 'a < b', 'a <= b']) {
        expect(engine.eval('let x = [3, 1, 2, 1]; x.sort(|a, b| $by); x'), [
          1,
          1,
          2,
          3,
        ], reason: by);
      }
    });

    test('may be named', () {
      const script = '''
        fn down(a, b) { b - a }
        fn same(a, b) { a == b }
        let x = [1, 3, 2, 2];
        let ordered = x.order(Fn("down"));
        x.sort(down);
        let y = x;
        y.dedup(Fn("same"));
        [ordered, x, y]
      ''';
      expect(engine.eval(script), [
        [3, 2, 2, 1],
        [3, 2, 2, 1],
        [3, 2, 1],
      ]);
    });

    test('keeps the order of equal elements', () {
      const script = '''
        let x = [];
        for i in 0..100 { x.push([i % 3, i]); }
        x.sort(|a, b| a[0] - b[0]);
        x.map(|pair| pair[1])
      ''';
      expect(engine.eval(script), [
        for (var rest = 0; rest < 3; rest++)
          for (var i = rest; i < 100; i += 3) i,
      ]);
    });

    for (final call in ['sort', 'sort_by', 'order', 'order_by', 'dedup']) {
      test('of $call that throws leaves the array alone', () {
        final script =
            '''
          fn by(a, b) { if a == 3 || b == 3 { throw "three" } else { a == b } }
          let x = [2, 1, 1, 3];
          let caught = ();
          try { x.$call(by) } catch (e) { caught = e }
          [caught, x]
        ''';
        expect(engine.eval(script), [
          'three',
          [2, 1, 1, 3],
        ]);
      });

      test('of $call that returns something else is an error', () {
        expectError('[2, 1].$call(|a, b| "x")', 'from the comparator');
      });
    }
  });

  group('replace', () {
    test('replaces texts and characters', () {
      const script = '''
        let a = "banana"; a.replace("an", "AN!");
        let b = "banana"; b.replace('a', "");
        let c = "banana"; c.replace("na", 'x');
        let d = "banana"; d.replace('a', 'o');
        let e = "abc"; e.replace("", "-");
        [a, b, c, d, e]
      ''';
      expect(engine.eval(script), [
        'bAN!AN!a',
        'bnn',
        'baxx',
        'bonono',
        '-a-b-c-',
      ]);
    });

    test('never makes what is too long', () {
      expectError(
        'let s = ""; s.pad(100000, "a"); let t = ""; t.pad(10000000, "b"); '
            's.replace("a", t);',
        'Length of string',
      );
    });
  });

  group('to_json', () {
    test('writes JSON that other programs read', () {
      const script = r'''
        #{
          none: (), yes: true, no: false, int: -42, float: 2.0, small: 1e-9,
          text: "quote \" backslash \\ line \n tab \t bell \x07 é 漢 🦀",
          "key with \"": 'c', list: [1, [], [2.5, #{}]], bytes: blob(2, 7),
          map: #{a: #{b: []}}, nan: 0.0 / 0.0
        }.to_json()
      ''';
      expect(jsonDecode(engine.eval(script) as String), {
        'none': null,
        'yes': true,
        'no': false,
        'int': -42,
        'float': 2.0,
        'small': 1e-9,
        'text': 'quote " backslash \\ line \n tab \t bell \x07 é 漢 🦀',
        'key with "': 'c',
        'list': [
          1,
          <Object?>[],
          [2.5, <String, Object?>{}],
        ],
        'bytes': [7, 7],
        'map': {
          'a': {'b': <Object?>[]},
        },
        'nan': null,
      });
    });

    test('is an error for what is no data, also if it contains itself', () {
      expectError('#{a: [1, |x| x]}.to_json()', 'to_json: .a[1]: ');
      expectError(
        'let a = #{}; let f = || a; a.f = f; a.to_json()',
        'to_json: .f: ',
      );
    });

    test('has the limit of strings', () {
      final small = engineWith(RhaiConfig(maxStringLength: 100));
      expect(small.eval('#{a: "x"}.to_json()'), '{"a":"x"}');
      expect(
        () => small.eval('#{a: blob(50, 100)}.to_json()'),
        throwsA(isA<RhaiLimitError>()),
      );
    });
  });
}
