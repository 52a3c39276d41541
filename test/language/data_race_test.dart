import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;
  late List<RhaiFunction> handlers;
  late List<Object?> saved;

  setUp(() {
    handlers = [];
    saved = [];
    engine = RhaiEngine.withConfig(RhaiConfig.secureDefaults())
      ..registerFunction('on', handlers.add)
      ..registerFunction('save', (Object? value) async {
        saved.add(value);
        await null;
        for (final handler in handlers) {
          handler();
        }
        return value;
      })
      ..registerFunction('save2', (Object? value, Object? other) async {
        await null;
        handlers.single();
      })
      ..registerFunction('saveNow', (Object? value) {
        saved.add(value);
        for (final handler in handlers) {
          handler();
        }
        return value;
      });
  });
  tearDown(() => engine.dispose());

  test('A captured variable is shared, as in Rhai', () {
    const script = 'let a = 41; let f = |x| { a += x }; a.is_shared()';
    expect(engine.eval(script), true);
    expect(engine.eval('let a = 41; a.is_shared()'), false);
  });

  group('What a callback changes is not lost:', () {
    const scripts = {
      'of another script': 'let s = [1, 2]; let f = || s; s.for_each(inc); s',
      'of another script, in an entry':
          'let s = [[1, 2]]; let f = || s; s[0].for_each(inc); s[0]',
      'in a variable':
          'let s = [1, 2]; let f = || s; let g = inc; s.for_each(g); s',
      'by name':
          'fn up() { this += 1 } let s = [1, 2]; let f = || s; s.for_each(up); s',
    };
    scripts.forEach((name, script) {
      test(name, () {
        engine.setVar('inc', engine.eval('|| this += 1'));
        expect(engine.eval(script), [2, 3]);
      });
    });

    const entries = {
      'let a = #{n: 0}; let k = "filter"; a[k] = |f| { this.n = 5; 9 }; '
          'let f = || a; [a.filter(|x| save(x)), a.n]': [
        9,
        5,
      ],
      'let a = #{n: 0}; a["sa" + "ve"] = || { this.n = 5; 9 }; let f = || a; [a.save(), a.n]':
          [9, 5],
      'let f = || host; host.save(7); host.n': 7,
    };
    entries.forEach((script, value) {
      test('in an entry that the script does not name: $script', () {
        engine.setVar('host', {
          'n': 0,
          'save': engine.eval('|x| { this.n = x; x }'),
        });
        expect(engine.eval(script), value);
      });
    });

    test('of a variable named like a Dart function', () {
      engine
        ..registerFunction('opt', (Object? x) => x)
        ..setVar('opt', 5);
      const script = 'let f = || { opt += 1; }; f.call(); opt';
      expect(engine.eval(script), 6);
      engine.clearScope();
      expect(engine.eval('[1].map(|x| [x].map(opt))'), [
        [1],
      ]);
      engine.setVar('opt', 7);
      expect(engine.eval(script), 8);
    });
  });

  group('Nothing is locked while a Dart function runs or waits:', () {
    const start = 'let s = #{n: 0, list: [1, 2]}; on(|| { s.n += 1; });';
    const scripts = {
      'called as a method': ('$start s.save(); s.n', 1),
      'beside a text that is its name': (
        '$start let text = "save"; let m = #{save: 5}; s.save(); s.n',
        1,
      ),
      'beside a function with another number of parameters': (
        'fn save(a, b) { a } $start s.save(); s.n',
        1,
      ),
      'called with an argument': ('$start save(s); s.n', 1),
      'a synchronous one': ('$start s.saveNow(); s.n', 1),
      'of an entry': ('$start s.list.save(); s.n', 1),
      'of an element': ('$start s.list[0].save(); s.n', 1),
      'of what a function returns': ('$start s.keys().save(); s.n', 1),
      'in an expression': ('$start let x = s.save().n + s.n; x', 1),
      'in a loop': ('$start for i in 0..3 { s.save(); } s.n', 3),
      'in a condition': ('$start if s.save().n == 0 { s.n } else { -1 }', 1),
      'in a function': ('fn f() { $start s.save(); s.n } f()', 1),
      'in a function that returns': (
        'fn f(x) { $start if x { return s.save().n + s.n; } 7 } [f(true), f(false)]',
        [1, 7],
      ),
      'in a closure': ('$start let f = || { s.save(); s.n }; f.call()', 1),
      'in a callback': ('$start [1, 2].map(|x| { s.save(); s.n })', [1, 2]),
      'with a calculated index': (
        '$start let i = 0; s.list[i + 1].save(); s.n',
        1,
      ),
      'with a calculated index and argument': (
        '$start let i = 0; s.list[i + 1].save2(i + 2); s.n',
        1,
      ),
      'beside an entry of that name': (
        '$start let other = #{save: 5}; other.save; s.save(); s.n',
        1,
      ),
      'of an entry that may be missing': ('$start s?.list.save(); s.n', 1),
      'of one of what is missing': ('$start s?.list[0].save(); s.n', 1),
      'with an index and an argument that call functions': (
        'fn f(x) { x } $start s.list[f(0)].save2(f(1)); s.n',
        1,
      ),
      'in an index on the left side': (
        '$start let t = [0, 0]; t[saveNow(0)] = s.n; t[s.list.saveNow().len() - 1] = 5; t[0] + t[1] + s.n',
        7,
      ),
      'in the chain of another call': (
        '$start s.list.len().save(); s.keys().save().len() + s.n',
        4,
      ),
      'called by an entry': ('$start s.f = || save(0); s.f.call(); s.n', 1),
      'with this': ('$start s.list.call(|| saveNow(this)); s.n', 1),
      'in a method': (
        'fn go_on() { $start s.save(); s.n + this } 5.go_on()',
        6,
      ),
    };
    scripts.forEach((name, script) {
      test(name, () async => expect(await engine.eval(script.$1), script.$2));
    });

    test('it gets what the variable was', () async {
      await engine.eval('$start s.save(); s.save(); s.n');
      expect(saved, [
        {
          'n': 0,
          'list': [1, 2],
        },
        {
          'n': 1,
          'list': [1, 2],
        },
      ]);
    });

    test('also if it was registered after the script was compiled', () async {
      const script = 'let s = #{n: 0}; on(|| { s.n += 1; }); s.other(); s.n';
      await expectLater(
        () => engine.eval(script),
        throwsA(isA<RhaiRuntimeError>()),
      );
      handlers.clear();
      engine.registerFunction('other', (Object? value) => handlers.single());
      expect(engine.eval(script), 1);
    });
  });

  group('A callback may use what it is called for:', () {
    const scripts = {
      'let a = [1, 2]; a.map(|x| a.len() + x)': [3, 4],
      'let a = [1, 2]; a.filter(|x| x == a.len())': [2],
      'let a = [1, 2]; a.reduce(|sum, x| sum + x + a.len(), 0)': 7,
      'let a = [1, 2]; a.reduce_rev(|sum, x| sum + x + a.len(), 0)': 7,
      'let a = [1, 2]; a.some(|x| x == a.len())': true,
      'let a = [1, 2]; a.all(|x| x <= a.len())': true,
      'let a = [1, 2]; a.find(|x| x == a.len())': 2,
      'let a = [1, 2]; a.find_map(|x| if x == a.len() { 9 })': 9,
      'let a = [1, 2]; a.index_of(|x| x == a.len())': 1,
      'let a = [1, 2]; a.zip([3, 4], |x, y| x + y + a.len())': [6, 8],
      'let a = [1, 2]; let n = 0; a.for_each(|i| n += a.len() + i); n': 5,
      'let m = #{a: 1}; m.map(|k, v| m.len() + v)': {'a': 2},
      'let m = #{a: 1}; m.filter(|k, v| m.len() == v)': {'a': 1},
      'let a = [1, 2]; let f = |x| a.len() + x; a.map(f)': [3, 4],
      'let a = [[1], [2, 3]]; a[1].map(|x| a.len() + x)': [4, 5],
      'let s = #{n: 0, list: [1, 2]}; s.list.map(|x| s.n += x); s.n': 3,
      'let s = #{a: 1, b: 2}; s.keys().map(|k| s[k])': [1, 2],
      'let a = [1, 2]; a.map(|x| a.len()).map(|x| x + a.len())': [4, 4],
      'fn f() { let a = [1, 2]; a.map(|x| a.len() + x) } f()': [3, 4],
      'let a = [1, 2]; a[0] = a.map(|x| x + a.len())[1]; a': [4, 2],
      'let a = [1, 2, 3]; a.sort(|x, y| if a.len() == 3 { y - x } else { 0 }); a':
          [3, 2, 1],
      'let a = [1, 2]; a.sort_by(|x, y| a.len() * (y - x)); a': [2, 1],
      'let a = [1, 1, 2]; a.dedup(|x, y| x == y && a.len() == 3); a': [1, 2],
      'let a = [1, 2]; let b = a.drain(|x| x == a.len()); [a, b]': [
        [1],
        [2],
      ],
      'let a = [1, 2]; a.retain(|x| x == a.len()).len() + a.len()': 2,
      'let a = [1, 2]; a.retain(|x| x == a.len()).map(|x| x + a.len())': [2],
      'let m = #{a: 1, b: 2}; m.retain(|k, v| m.len() == v); m': {'b': 2},
      'let m = #{a: 1, b: 2}; let x = m.drain(|k, v| m.len() == v); [m, x]': [
        {'a': 1},
        {'b': 2},
      ],
      'let a = [1, 2]; let f = |x| x == a.len(); a.retain(f); a': [2],
      'let a = [1, 2]; a.for_each(|| this += a.len()); a': [3, 4],
      'let a = [1, 2]; let b = a.map(|| { this += a.len(); this }); [a, b]': [
        [3, 4],
        [3, 4],
      ],
      'let s = #{list: [[1, 2]]}; let i = 0; s.list[i].sort(|x, y| s.list.len() * (y - x)); s':
          {
            'list': [
              [2, 1],
            ],
          },
      'fn f(a) { a.sort(|x, y| a.len() * (y - x)); a } f([1, 2])': [2, 1],
      'let x = #{a: [2, 1]}; let f = || x; x.a.sort(|p, q| p - q); f.call()': {
        'a': [1, 2],
      },
      // What is in brackets is evaluated once, and first, as are arguments.
      '''let a = [[2, 1], [2, 1]]; let i = 0; let f = |x| { i = a.len() - 1; x > 1 };
         a[i].retain(f); [a, i]''': [
        [
          [2],
          [2, 1],
        ],
        1,
      ],
      'let a = [1, 2]; let add = || { a.push(4); |x| x > 3 && a.len() == 3 }; a.retain(add.call()); a':
          [4],
      'let a = [1, 2, 3]; let add = || { a.push(4); 0 }; a.drain(add.call(), 1); a':
          [2, 3, 4],
      'let a = [[1, 2]]; let i = 1; let f = |x| a.len() == 1 && x > 1; a[i - 1].retain(f); a':
          [
            [2],
          ],
      'let a = [[1, 2]]; let f = |x| a.len() == 1 && x > 1; a[a.len() - 1].retain(f); a':
          [
            [2],
          ],
      'let a = [1, 2]; let f = |x| a.len() == 2 && x > 1; a?.retain(f).len() + a.len()':
          2,
      'let a = (); let f = |x| a.len() == 2 && x > 1; a?.retain(f).len()': null,
      'let a = #{b: ()}; let f = |x| a.len() == 1 && x > 1; a.b?.map(f).len()':
          null,
      'let a = #{bc: [1, 2]}; let k = "c"; let f = |x| a.len() == 1 && x > 1; a["b" + k].retain(f); a':
          {
            'bc': [2],
          },
      // Functions in arguments.
      'fn q(f, x) { x } let a = [1, 2]; a.map(Fn("q").curry(|| a.len()))': [
        1,
        2,
      ],
      'let a = [1, 2]; a.reduce(|s, x| x, [|| a])': 2,
      // A closure that calls itself.
      'let f = (); f = |n| if n < 2 { 1 } else { n * f.call(n - 1) }; f.call(5)':
          120,
      // Parts alone are copied.
      'let a = #{l: [1, 2], n: 0}; a.l.retain(|x| { a.n += 1; x > 1 }); [a.l, a.n]':
          [
            [2],
            2,
          ],
      'let a = [1, 2]; a.call(|| { this.push(a.len()); }); a': [1, 2, 2],
      // Constants, and entries of maps, with the names of such functions.
      'const a = [3, 1]; let f = || a; fn t() { this } let g = |x| x + 1; a.map(g)':
          [4, 2],
      'const a = #{x: 1}; let f = || a; let i = "x"; a.get(i)': 1,
      'let m = #{}; m["so" + "rt"] = |x| x.call(2) + m.len(); let n = 1; let f = |x| x + m.len() + n; m.sort(f)':
          5,
      // What a callback assigned through this before it failed.
      '''let a = [3, 1]; fn inc() { this += 1; if this > 3 { throw "x" } }
         let f = || a; try { a.for_each(inc); } catch {} a''': [
        4,
        1,
      ],
      'let a = [3, 1]; try { a.for_each(|| { this += a.len(); throw 1; }); } catch {} a':
          [5, 1],
      'fn g(x) { x > 1 } let a = [1, 2]; let f = || a; a.retain(|x| g(x)); a': [
        2,
      ],
    };
    scripts.forEach((script, value) {
      test(script, () => expect(engine.eval(script), value));
    });
  });

  group('What changes what it is called on still does:', () {
    const scripts = {
      'a method of the script':
          'fn inc() { this.n += 1; } let s = #{n: 1}; let f = || s; s.inc(); s.n',
      'one with the name of a Dart function':
          'fn save() { this.n += 1; } let s = #{n: 1}; let f = || s; s.save(); s.n',
      'an entry with the name of a Dart function':
          'let s = #{n: 1, save: || this.n += 1}; let f = || s; s.save(); s.n',
      'one that is set later':
          'let s = #{n: 1}; s.save = || this.n += 1; let f = || s; s.save(); s.n',
      'a function of Rhai': 'let a = [1]; let f = || a; a.push(1); a.len()',
      'a callback with this':
          'let a = [1]; let f = || a; a.for_each(|| this += 1); a[0]',
      'a callback with this, of map':
          'let a = [1]; let f = || a; a.map(|| this += 1); a[0]',
      'a function with this as callback':
          'fn inc() { this += 1 } let a = [1]; let f = || a; a.for_each(inc); a[0]',
    };
    scripts.forEach((name, script) {
      test(name, () => expect(engine.eval(script), 2));
    });

    test('callbacks that use it and wait, once they are done', () async {
      const script = '''
        let a = [3, 1, 2];
        let seen = [];
        on(|| { seen.push(a.len()); });
        a.sort(|x, y| { save(0); x - y });
        a.retain(|x| { save(0); x > 1 });
        a.push(seen.len() > 0);
        [a, seen.all(|n| n >= 2)]
      ''';
      expect(await engine.eval(script), [
        [2, 3, true],
        true,
      ]);
    });

    test('a Dart function cannot', () async {
      expect(await engine.eval('let s = [1]; let f = || s; s.save(); s'), [1]);
    });
  });

  group('A data race names the variable, the line and what to do:', () {
    const races = {
      'let a = [2, 1];\na.sort(|x, y| { a.push(3); x - y });': ('a', 2),
      'let a = [2, 1];\na.retain(|x| { a[0] = 5; x > 1 });': ('a', 2),
      'let a = [2, 1];\nlet f = |x| { a.clear(); x > 1 };\na.drain(f);': (
        'a',
        3,
      ),
      'let list = [1];\nlist.for_each(|| { this = 2; list += 1; });': (
        'list',
        2,
      ),
      'let list = [[1, #{x: 2}]];\nlist.for_each(|| { this = 2; list[0][1].x = 3; });':
          ('list', 2),
      'fn f() { let a = [2, 1];\na.sort(|x, y| { a = (); x - y }); } f()': (
        'a',
        2,
      ),
      'let m = #{a: 1, b: 2};\nm.retain(|k, v| { m.c = 1; k == "a" });': (
        'm',
        2,
      ),
      'let a = [1..3, 2];\na.retain(|x| { a[0] = 1..4; x == 2 });': ('a', 2),
      'let a = [Fn("x"), 2];\na.retain(|x| { a[0] = Fn("x").curry(1); x == 2 });':
          ('a', 2),
      'let a = [(), 2]; let b = 1; let make = |b| || b; a[0] = make.call(b);\n'
          'a.retain(|x| { a[0] = make.call(b); x == 2 });': (
        'a',
        2,
      ),
      'fn each(f) { for x in this { f.call(x); } } let a = [2, 1];\n'
          'a.each(|x| x > a.len());': (
        'a',
        2,
      ),
    };
    races.forEach((script, expected) {
      test(script.replaceAll('\n', ' '), () {
        final (variable, line) = expected;
        expect(
          () => engine.eval(script),
          throwsA(
            isA<RhaiRuntimeError>()
                .having((e) => e.kind, 'kind', RhaiRuntimeErrorKind.dataRace)
                .having((e) => e.name, 'name', variable)
                .having((e) => e.position?.line, 'line', line)
                .having((e) => e.message, 'message', contains(variable))
                .having((e) => e.message, 'message', contains('copy'))
                .having((e) => '$e', 'text', isNot(contains(r'anon$'))),
          ),
        );
      });
    });

    test('and is not what a call of no function is', () {
      expect(
        () => engine.eval('let a = [1, 2]; a.fitler(|x| x == a[0])'),
        throwsRuntimeError(contains('did you mean filter?')),
      );
    });

    test('a constant is not changed', () {
      for (final capture in ['', 'let f = || C;']) {
        expect(
          () => engine.eval('const C = [1]; $capture C.for_each(|i| save(i))'),
          throwsA(
            isA<RhaiRuntimeError>().having(
              (e) => e.kind,
              'kind',
              RhaiRuntimeErrorKind.constantChanged,
            ),
          ),
        );
      }
    });

    test('that is caught, too', () {
      const script = '''
        let a = [1, 2]; let e = ();
        try { a.retain(|x| { a = [7]; x > 1 }) } catch (error) { e = error; }
        [e.variable, a]
      ''';
      expect(engine.eval(script), [
        'a',
        [7],
      ]);
    });

    test('and is none for data of any depth', () {
      const deep = '''
        let p = Fn("x");
        for i in 0..200 { p = Fn("x").curry(p); }
        let a = [p, d, 1]; let f = || a; let n = 0;
      ''';
      Object? nested = 1;
      for (var i = 0; i < 50000; i++) {
        nested = [nested];
      }
      engine
        ..setVar('d', nested)
        ..registerFunction('is_int', (Object? x) => x is int);
      for (final (script, value) in [
        ('a.retain(|x| is_int(1)); a.len()', 3),
        ('a.retain(|x| is_int(x)); a', [1]),
        ('[a.reduce(|s, x| x, d), a.len()]', [1, 3]),
        ('[a.reduce(|s, x| x, p), a.len()]', [1, 3]),
      ]) {
        expect(engine.eval('$deep $script'), value, reason: script);
      }
    });

    test('and is none if nothing would be lost', () {
      const script = '''
        let a = [1, 2]; a.retain(|x| { a.push(3); true }); a.sort(|x, y| { a.push(4); -1 }); a
      ''';
      expect(engine.eval(script), [1, 2, 3, 3, 4, 4, 4, 4]);
    });

    test('one in a function that Dart calls', () async {
      final race = throwsA(
        isA<RhaiRuntimeError>()
            .having((e) => e.kind, 'kind', RhaiRuntimeErrorKind.dataRace)
            .having((e) => e.name, 'name', 's')
            .having((e) => e.position?.line, 'line', 2)
            .having((e) => '$e', 'text', isNot(contains(r'anon$'))),
      );
      engine.registerFunction('fire', () {
        expect(() => handlers.single(), race);
      });
      engine.eval(
        'fn change() { fire(); } let s = #{n: 0}; on(|| {\n'
        's.n += 1; }); s.change();',
      );
    });
  });
}
