/// The limit on the memory of scripts.
library;

import 'dart:async';
import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/futures.dart';
import '../support/garbage.dart';
import '../support/matchers.dart';

const _mib = 1024 * 1024;

final Matcher _isOutOfMemory = isA<RhaiLimitError>().having(
  (e) => e.limit,
  'limit',
  RhaiLimit.memory,
);

void main() {
  late RhaiEngine engine;
  setUp(
    () => engine = RhaiEngine.withConfig(
      RhaiConfig.unlimited().copyWith(
        maxMemory: 32 * _mib,
        timeout: const Duration(milliseconds: 30000),
      ),
    ),
  );
  tearDown(() => engine.dispose());

  const bombs = {
    'an array that doubles': 'let a = [1]; loop { a += a; }',
    'an array that grows by one': 'let a = []; loop { a.push(0); }',
    'an array of arrays': 'let a = []; loop { a = [a, a]; }',
    'a map that grows':
        'let m = #{}; let i = 0; loop { m["k" + i] = i; i += 1; }',
    'a blob that doubles': 'let b = blob(9); loop { b.append(b); }',
    'a string that doubles': 'let s = "x"; loop { s += s; }',
    'many strings': 'let a = []; loop { a.push("x" + a.len()); }',
    'a string of interpolations':
        r'let s = "xxxxxxxxxx"; loop { s = `${s}${s}`; }',
    'one blob': 'blob(1000000000000)',
    'one blob of more than the budget': 'blob(${33 * _mib})',
    'padding an array': 'let a = []; a.pad(1000000000000, 0);',
    'padding a string': 'let s = ""; s.pad(1000000000000, "x");',
    'splitting a string': 'let s = ""; s.pad(${8 * _mib}, "x"); s.split("")',
    'the characters of a string':
        'let s = ""; s.pad(${8 * _mib}, "x"); s.to_chars()',
    'the copies of a variable':
        'let a = []; a.pad(400000, 0); let b = [a, a, a, a, a, a];',
    'arguments':
        'let a = []; a.pad(400000, 0); let f = |a, b, c, d, e| a; '
        'f.call(a, a, a, a, a)',
    'recursion':
        'let f = |f, a| f.call(f, a + [1]); '
        'let a = []; a.pad(10000, 0); f.call(f, a)',
    'what map makes': 'let a = []; a.pad(3000, 0); a.map(|x| blob(20000))',
    'currying': 'let f = |a| a; let b = blob(100000); loop { f = f.curry(b); }',
    'a shared value that grows':
        'let a = []; let f = || a.push(1); loop { f.call(); }',
    'a loop over copies': 'let a = [0]; loop { for x in a { a += a; } }',
    'an exception':
        'let a = [1]; loop { try { throw a } catch (e) { a = e + e; } }',
  };
  bombs.forEach((name, script) {
    test('$name ends with an error that cannot be caught', () {
      expect(() => engine.eval(script), throwsA(_isOutOfMemory));
      final catching = 'try { $script } catch { } "caught"';
      expect(() => engine.eval(catching), throwsA(_isOutOfMemory));
      expect(engine.eval('40 + 2'), 42);
    });
  });

  test('asking for more than there can be is an error, at any size', () {
    for (final maxArraySize in [0, 1000]) {
      final other = engineWith(RhaiConfig(maxArraySize: maxArraySize));
      for (var bits = 20; bits < 64; bits++) {
        final size = (1 << bits) - 1;
        for (final script in [
          'let a = []; a.pad($size, 0); a.len()',
          'let b = blob(); b.pad($size, 0); b.len()',
          'blob($size).len()',
          'let s = ""; s.pad($size, "xy"); s.len',
        ]) {
          try {
            expect(other.eval(script), size);
          } on RhaiLimitError {
            // As it should be.
          }
        }
      }
      expect(other.leakedBytes, 0);
    }
  });

  test('the error has the limit', () {
    expect(
      () => engine.eval('blob(${40 * _mib})'),
      throwsA(
        isA<RhaiLimitError>()
            .having((e) => e.value, 'value', 32 * _mib)
            .having((e) => '$e', 'text', contains('33554432 bytes')),
      ),
    );
  });

  test('a script may use all of it, again and again', () {
    for (var i = 0; i < 100; i++) {
      expect(engine.eval('let b = blob(${31 * _mib}); b.len'), 31 * _mib);
    }
  });

  test('what was freed does not count', () {
    expect(
      engine.eval('for i in 0..200 { let b = blob(${16 * _mib}); } "done"'),
      'done',
    );
  });

  test('a long script counts', () {
    final script = '[${'[1],' * 800000}]';
    expect(() => engine.eval(script), throwsA(_isOutOfMemory));
    expect(engine.eval('40 + 2'), 42);
  });

  test('values from Dart count', () {
    engine.registerFunction('big', () => 'x' * (20 * _mib));
    expect(engine.eval('big().len'), 20 * _mib);
    expect(
      () => engine.eval('let a = big(); let b = big(); a.len + b.len'),
      throwsA(_isOutOfMemory),
    );
    expect(engine.eval('40 + 2'), 42);
  });

  test('it counts on after a wait', () async {
    engine.registerFunction('wait', () => later(null));
    const script =
        '''
      let a = blob(${20 * _mib});
      wait();
      let b = blob(${20 * _mib});
    ''';
    await expectLater(engine.eval(script), throwsA(_isOutOfMemory));
    // Scripts that wait have each their own.
    final results = await Future.wait([
      for (var i = 0; i < 10; i++)
        engine.evalAsync('let a = blob(${20 * _mib}); wait(); a.len'),
    ]);
    expect(results, everyElement(20 * _mib));
  });

  test('what comes from Dart and goes again leaves nothing to spend', () async {
    final text = 'x' * (10 * _mib);
    engine
      ..registerFunction('text', () => text)
      ..registerFunction('later_text', () => later(text))
      ..registerFunction('later_list', () => later([text]));
    for (final call in ['text()', 'later_text()', 'later_list()']) {
      final script = 'for i in 0..10 { $call; } let b = blob(40000000); b.len';
      await expectLater(engine.evalAsync(script), throwsA(_isOutOfMemory));
      final less = 'for i in 0..10 { $call; } let b = blob(30000000); b.len';
      expect(await engine.evalAsync(less), 30000000);
    }
  });

  test('a Dart function that a script called does not count', () {
    engine.registerFunction('f', () {
      final inner = engine.eval('let b = blob(${20 * _mib}); b.len');
      return inner;
    });
    expect(engine.eval('let b = blob(${20 * _mib}); f() + b.len'), 40 * _mib);
  });

  test('a function that Dart calls has as much in each call', () {
    final f = engine.eval('|n| { let b = blob(n); b.len }') as RhaiFunction;
    for (var i = 0; i < 10; i++) {
      expect(f(30 * _mib), 30 * _mib);
      expect(() => f(40 * _mib), throwsA(_isOutOfMemory));
    }
  });

  test('a function cannot keep more and more', () {
    const hoard = '''
      let kept = [];
      |n| { kept.push(blob(n)); kept.len() }
    ''';
    final f = engine.eval(hoard) as RhaiFunction;
    expect(f(10 * _mib), 1);
    var calls = 1;
    void callOften() {
      for (; calls < 100; calls++) {
        f(10 * _mib);
      }
    }

    expect(callOften, throwsA(_isOutOfMemory));
    expect(calls, lessThan(8));
    expect(() => f(1), throwsA(_isOutOfMemory), reason: 'it is over');
    expect(engine.eval('40 + 2'), 42);
    // Others are not affected, and what it kept is freed with it.
    final other = engine.eval(hoard) as RhaiFunction;
    expect(other(10 * _mib), 1);
    f.dispose();
    expect(other(10 * _mib), 2);
  });

  test(
    'a function that uses up its memory and catches nothing keeps little',
    () {
      const script = '''
      let kept = [];
      || { loop { kept.push(blob(1000)); } }
    ''';
      final f = engine.eval(script) as RhaiFunction;
      for (var i = 0; i < 20; i++) {
        expect(f.call, throwsA(_isOutOfMemory));
      }
    },
  );

  test('compiled scripts that are kept take little, and are not counted', () {
    String script(int i) => '[1, 2].map(|x| x); ' * 3000 + '$i';
    engine.eval(script(0));
    final before = ProcessInfo.currentRss;
    for (var i = 1; i < 60; i++) {
      expect(engine.eval(script(i)), i);
      expect(
        () => engine.eval('${'[1, 2].map(|x| x); ' * 300} blob(40000000 + $i)'),
        throwsA(_isOutOfMemory),
      );
    }
    expect(ProcessInfo.currentRss - before, lessThan(64 * _mib));
  });

  test('the memory of a script that is stopped is given back', () {
    final config = RhaiConfig.unlimited().copyWith(maxMemory: 64 * _mib);
    final large = engineWith(config);
    void bomb() => expect(
      () => large.eval('let a = []; loop { a.push([a.len()]); }'),
      throwsA(_isOutOfMemory),
    );
    bomb();
    final before = ProcessInfo.currentRss;
    for (var i = 0; i < 20; i++) {
      bomb();
    }
    expect(ProcessInfo.currentRss - before, lessThan(32 * _mib));
  });

  test('a script without limits ends when there is no more memory', () {
    final unlimited = engineWith(RhaiConfig.unlimited());
    expect(
      () => unlimited.eval('blob(100000000000000)'),
      throwsLimitError(RhaiLimit.memory, 0),
    );
    expect(unlimited.eval('40 + 2'), 42);
  });

  test('what others left in buffers is nobody\'s to spend', () {
    // A list that many bytes long is sent, each time a longer one.
    final small = engineWith(
      RhaiConfig.unlimited().copyWith(maxMemory: 16 * _mib),
    );
    var longest = 0;
    small.registerFunction('send', (List<Object?> list) {
      final bytes = list.length * (list.first! as String).length;
      if (bytes > longest) longest = bytes;
    });
    for (var run = 1; run <= 20; run++) {
      // The text is shared: only what is sent is large.
      final script =
          'let s = ""; s.pad(${run * 50000}, "x"); '
          'let a = []; a.pad(${run * 20}, s); send(a);';
      try {
        small.eval(script);
      } on RhaiLimitError catch (error) {
        expect(error, _isOutOfMemory);
      }
    }
    expect(longest, lessThanOrEqualTo(16 * _mib));
    expect(longest, greaterThan(8 * _mib));
  });

  test('stacks that were used deeply give that memory back', () async {
    var nested = <Object?>[1];
    for (var i = 0; i < 90000; i++) {
      nested = [nested];
    }
    final gate = Completer<void>();
    final deep = engineWith(RhaiConfig.unlimited());
    deep
      ..registerFunction('nested', () => nested)
      ..registerFunction('wait', () => gate.future);

    final before = ProcessInfo.currentRss;
    final results = [
      for (var i = 0; i < 32; i++)
        deep.evalAsync('let a = nested(); let b = a; wait(); b.len()'),
    ];
    gate.complete();
    expect(await Future.wait(results), everyElement(1));
    await makeMuchGarbage();
    final growth = ProcessInfo.currentRss - before;
    printOnFailure('grown by ${growth ~/ _mib} MiB');
    expect(growth, lessThan(200 * _mib));
  });

  test('many engines that were disposed leave little', () {
    void makeAndDispose(int count) {
      for (var i = 0; i < count; i++) {
        RhaiEngine.withDefaults()
          ..eval('1 + 1')
          ..dispose();
      }
    }

    makeAndDispose(200);
    final before = ProcessInfo.currentRss;
    final engines = [
      for (var i = 0; i < 1000; i++) RhaiEngine.withDefaults()..eval('1 + 1'),
    ];
    for (final engine in engines) {
      engine.dispose();
    }
    final growth = ProcessInfo.currentRss - before;
    printOnFailure('grown by ${growth ~/ _mib} MiB');
    expect(growth, lessThan(100 * _mib));
  });
}
