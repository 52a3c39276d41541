/// Values that Rhai's own functions take for a callback, and containers after a
/// callback failed.
library;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() {
    engine = RhaiEngine.withDefaults()
      ..registerFunction('later', later)
      ..registerFunction('opt', (String text, [int n = 0]) => '$text$n');
  });
  tearDown(() => engine.dispose());

  group('a text', () {
    var called = 0;

    setUp(() {
      called = 0;
      engine.registerFunction('pay', (Object? whom) => called++);
    });

    test('is looked for as a value, whatever its name', () {
      expect(engine.eval('["ann", "pay"].index_of("pay")'), 1);
      expect(engine.eval('["ann", "pay"].index_of("pay", -1)'), 1);
      expect(engine.eval('["ann", "pay"].contains("pay")'), isTrue);
      expect(engine.eval('[1, "x"].index_of("pay")'), -1);
      expect(
        engine.eval('let a = ["keep", "clear"]; [a.index_of("clear"), a]'),
        [
          1,
          ['keep', 'clear'],
        ],
      );
      expect(called, 0);
    });

    for (final call in [
      for (final name in [
        ...['all', 'dedup', 'drain', 'filter', 'find', 'find_map', 'for_each'],
        ...[
          'map',
          'order',
          'order_by',
          'reduce',
          'reduce_rev',
          'retain',
          'some',
        ],
        ...['sort', 'sort_by'],
      ])
        '["ann", "bob"].$name("pay")',
      '["ann"].find("pay", 0)',
      '["ann"].find_map("pay", -1)',
      '["ann"].reduce("pay", 0)',
      '["ann"].reduce_rev("pay", 0)',
      '["ann"].zip([1], "pay")',
      '[].map("pay")',
      for (final name in ['map', 'filter', 'drain', 'retain'])
        '#{a: 1}.$name("pay")',
    ]) {
      test('is no function in $call', () {
        final name = RegExp(r'\.(\w+)\(').firstMatch(call)!.group(1);
        const hint = 'a text is not a function; use Fn("pay")';
        expect(() => engine.eval(call), throwsRuntimeError('$name: $hint'));
        expect(called, 0);
      });
    }

    test('that is no name is no function', () {
      const hint = 'a text is not a function; a function is needed';
      expect(
        () => engine.eval('[1].map("no name")'),
        throwsRuntimeError('map: $hint'),
      );
      engine.setVar('long', 'x' * 1000000);
      expect(
        () => engine.eval('[1].sort(long)'),
        throwsRuntimeError('sort: $hint'),
      );
    });

    test('names a function where the script says so', () {
      expect(engine.eval('[-1].map(Fn("abs"))'), [1]);
      expect(engine.eval('Fn("opt").call("x")'), 'x0');
      expect(engine.eval('Fn("opt").curry("x").call(2)'), 'x2');
    });

    test(
      'is an argument of a Dart function that has the name of a built-in one',
      () {
        engine.registerFunction(
          'find',
          (List<Object?> list, String text) => list.indexOf(text),
        );
        expect(engine.eval('["a", "b"].find("b")'), 1);
      },
    );
  });

  group('a callback that fails leaves', () {
    const array = '[3, 1, 2, 1, 5]';
    for (final call in [
      for (final name in [
        ...[
          'all',
          'drain',
          'filter',
          'find',
          'find_map',
          'for_each',
          'index_of',
        ],
        ...['map', 'retain', 'some'],
      ])
        for (final answer in ['true', 'false', '()'])
          '$name(|x, i| fails(i, 3, $answer))',
      'reduce(|r, x, i| fails(i, 3, r))',
      'reduce_rev(|r, x, i| fails(i, 1, r))',
      'zip([1, 2, 3, 4], |x, y, i| fails(i, 3, x))',
      for (final name in ['dedup', 'sort', 'sort_by', 'order', 'order_by'])
        for (final answer in ['true', 'false'])
          '$name(|x, y| fails(y, 5, $answer))',
      'drain(Fn("throws"))',
      'drain(throws)',
      'retain(throws_later)',
    ]) {
      test('an array as it was: $call', () async {
        engine
          ..registerFunction(
            'throws',
            (int x) => x == 2 ? throw StateError('no') : true,
          )
          ..registerFunction(
            'throws_later',
            (int x) async => x == 2 ? throw StateError('no') : false,
          );
        final result = await engine.evalAsync('''
          fn fails(i, at, answer) { if i == at { throw "no" } else { answer } }
          let a = $array;
          let failed = false;
          try { a.$call; } catch { failed = true; }
          [a, failed]
        ''');
        final stops = RegExp(
          r'^(all|find|find_map|index_of|some)\(',
        ).hasMatch(call);
        expect(result, [
          [3, 1, 2, 1, 5],
          stops ? anyOf(isTrue, isFalse) : isTrue,
        ]);
      });
    }

    for (final call in [
      for (final name in ['map', 'filter', 'drain', 'retain'])
        for (final answer in ['true', 'false'])
          '$name(|k, v| if k == "b" { throw "no" } else { $answer })',
      'retain(|k, v| throw "x")',
      'drain(|k| throw "x")',
      'drain(throws)',
    ]) {
      test('an object map as it was: $call', () {
        engine.registerFunction(
          'throws',
          (String k, int v) => throw StateError('no'),
        );
        final result = engine.eval('''
          let m = #{a: 1, b: 2, c: 3};
          let failed = false;
          try { m.$call; } catch { failed = true; }
          [m, failed]
        ''');
        expect(result, [
          {'a': 1, 'b': 2, 'c': 3},
          true,
        ]);
      });
    }

    test('what was assigned to an element through this before', () {
      const script = '''
        let a = [1, 2, 3];
        try { a.for_each(|| if this == 2 { throw "no" } else { this = 10; }); } catch { }
        a
      ''';
      expect(engine.eval(script), [10, 2, 3]);
    });
  });

  group('the name of a Dart function', () {
    test('stands for a pointer to it', () {
      expect(engine.eval('["x"].map(opt)'), ['x0']);
      expect(engine.eval('opt.call("x", 2)'), 'x2');
      expect(engine.eval('opt.curry("x").call(3)'), 'x3');
      expect(engine.eval('fn f() { ["x"].map(opt) } f()'), ['x0']);
      expect(engine.eval('type_of(opt)'), 'Fn');
      expect((engine.eval('opt') as RhaiFunction)('y'), 'y0');
    });

    test('stands for it where a closure uses it', () {
      expect(engine.eval('["x"].map(|x| [x].map(opt))'), [
        ['x0'],
      ]);
      expect(engine.eval('let f = || opt; f.call().call("x")'), 'x0');
      expect(engine.eval('fn g() { ["x"].map(|x| [x].map(opt)) } g()'), [
        ['x0'],
      ]);
      expect(
        engine.eval('fn g() { let n = 1; (|| { n += 1; opt }).call(); n } g()'),
        2,
      );
      expect(
        engine.eval(
          'let n = 1; let f = |x| { n += 1; [x].map(opt) }; f.call("x"); n',
        ),
        2,
      );
      expect(
        engine.eval(
          'if true { for i in 0..1 { return [|x| [x].map(opt)][0].call("x"); } }',
        ),
        ['x0'],
      );
    });

    test('stands for an asynchronous function', () async {
      expect(await engine.evalAsync('[1, 2].map(later)'), [1, 2]);
    });

    test('is a variable where one is declared', () {
      expect(engine.eval('let opt = 1; opt += 1; opt'), 2);
      expect(engine.eval('const opt = 1; opt'), 1);
      expect(engine.eval('fn f(opt) { opt + 1 } f(1)'), 2);
      expect(engine.eval('(|opt| opt + 1).call(1)'), 2);
      expect(engine.eval('let s = 0; for opt in 0..3 { s += opt; } s'), 3);
      expect(engine.eval('let opt = 5; (|x| x + opt).call(1)'), 6);
      expect(
        engine.eval('let r = 0; try { throw 1 } catch (opt) { r = opt; } r'),
        1,
      );
      engine.setVar('opt', 'set');
      expect(engine.eval('opt'), 'set');
      expect(engine.eval('[opt("a"), opt]'), ['a0', 'set']);
    });

    test('is a function of the script where that has one', () {
      expect(engine.eval('fn opt(x) { "script " + x } ["x"].map(opt)'), [
        'script x',
      ]);
    });

    test('is no variable', () {
      expect(engine.eval('is_def_var("opt")'), isFalse);
      expect(engine.eval('is_def_fn("opt", 1)'), isFalse);
      expect(
        () => engine.eval('opt = 1'),
        throwsRuntimeError('Cannot modify constant opt'),
      );
    });

    test('is nothing that an analysis warns of', () {
      for (final script in [
        '["x"].map(opt)',
        'fn f() { opt } f()',
        '[|| opt]',
      ]) {
        final result = engine.analyze(script);
        expect(result.warnings, isEmpty, reason: script);
        expect(result.freeVariables, isEmpty, reason: script);
      }
      final result = engine.analyze('opt = 1');
      expect(
        result.warnings.single.kind,
        AnalysisWarningKind.undefinedVariable,
      );
    });

    test('works in another script', () {
      final f = engine.eval('opt') as RhaiFunction;
      engine.setVar('f', f);
      expect(engine.eval('["x"].map(f)'), ['x0']);
    });
  });
}
