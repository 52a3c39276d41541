/// The limit on how long a script runs. No limit can be caught.
library;

import 'dart:async';
import 'dart:io' as io;

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';

Matcher _timeLimit(int milliseconds) => throwsA(
  isA<RhaiTimeoutError>()
      .having((e) => e.functionName, 'functionName', isNull)
      .having((e) => e.timeout, 'timeout', Duration(milliseconds: milliseconds))
      .having((e) => e.message, 'message', contains('$milliseconds ms')),
);

void main() {
  const endless = [
    'loop { }',
    'while true { }',
    'do { } while true',
    'do { } until false',
    'for i in 0..9223372036854775807 { let x = i; }',
    'let x = 0; loop { x += 1; }',
    'loop { try { throw 1; } catch { } }',
    'fn f(n) { if n > 0 { f(n - 1) + f(n - 1) } else { 1 } } f(90)',
    '[1].map(|x| loop { })',
    '[1].filter(|x| loop { })',
    'let a = [3, 1, 2]; a.sort(|a, b| loop { })',
    'let a = []; a.pad(100, 1); loop { a.map(|x| x + 1); }',
    'let m = #{a: 1}; m.filter(|k, v| loop { })',
    r'`${loop { }}`',
    'fn f() { loop { } } if f() { 1 } else { 2 }',
    'switch { loop { } } { _ => 1 }',
  ];

  group('timeout', () {
    for (final script in endless) {
      test('stops $script', () {
        final engine = limitedEngine(timeout: const Duration(milliseconds: 30));
        expect(() => engine.eval(script), _timeLimit(30));
        expect(engine.eval('1 + 1'), 2);
      });
    }

    test('stops a script that has waited', () async {
      final engine = limitedEngine(timeout: const Duration(milliseconds: 30));
      await expectLater(
        engine.evalAsync('sleep(0.001); loop { }'),
        _timeLimit(30),
      );
    });

    test('does not count the time that a script waits', () async {
      final engine = limitedEngine(timeout: const Duration(milliseconds: 200));
      expect(
        await engine.eval('sleep(0.5); for i in 0..1000 { let x = i; } 42'),
        42,
      );
    });

    test('adds up what a script runs between its waits', () async {
      final engine = limitedEngine(timeout: const Duration(milliseconds: 50));
      await expectLater(
        engine.evalAsync('loop { sleep(0); for i in 0..1000 { let x = i; } }'),
        _timeLimit(50),
      );
    });

    group('counts the time of a synchronous Dart function', () {
      const work = 'for i in 0..20000 { let x = i; }';
      const scripts = {
        'after other work': '$work slow(); $work',
        'at the start': 'slow(); $work',
        'after waiting': 'sleep(0); slow(); $work',
      };
      scripts.forEach((name, script) {
        test(name, () async {
          final engine = limitedEngine(
            timeout: const Duration(milliseconds: 500),
          );
          engine.registerFunction(
            'slow',
            () => io.sleep(const Duration(milliseconds: 600)),
          );
          await expectLater(engine.evalAsync(script), _timeLimit(500));
        });
      });

      test('that is called a few times', () {
        final engine = limitedEngine(timeout: const Duration(milliseconds: 50));
        engine.registerFunction(
          'slow',
          () => io.sleep(const Duration(milliseconds: 60)),
        );
        expect(
          () => engine.eval('for i in 0..5 { slow(); } "end"'),
          _timeLimit(50),
        );
      });
    });

    for (final script in [
      'busy()',
      '[1].map(|x| busy())',
      'let x = (); try { x = busy(); } catch { } x',
    ]) {
      test('is looked at also at the end: $script', () {
        final engine = engineWith(
          RhaiConfig(timeout: const Duration(milliseconds: 20)),
        );
        engine.registerFunction(
          'busy',
          () => io.sleep(const Duration(milliseconds: 40)),
        );
        expect(() => engine.eval(script), throwsA(isA<RhaiTimeoutError>()));
        expect(engine.eval('1 + 1'), 2);
      });
    }

    test('is for each execution', () {
      final engine = limitedEngine(timeout: const Duration(milliseconds: 500));
      final watch = Stopwatch()..start();
      while (watch.elapsedMilliseconds < 700) {
        expect(engine.eval('for i in 0..10000 { let x = i; } 1'), 1);
      }
    });

    test('of an outer script counts scripts that it runs', () {
      final engine = limitedEngine(timeout: const Duration(milliseconds: 30));
      engine.registerFunction('run', (String script) => engine.eval(script));
      expect(
        () => engine.eval('run("loop { }")'),
        throwsA(isA<RhaiException>()),
      );
      expect(engine.eval('1 + 1'), 2);
    });

    test('of 0 is no limit', () async {
      final engine = limitedEngine();
      var stop = false;
      Timer(const Duration(milliseconds: 100), () => stop = true);
      engine.registerFunction('stop', () => stop);
      const script = 'while !stop() { let x = 1; sleep(0); } "end"';
      expect(await engine.eval(script), 'end');
    });
  });

  group('a script cannot catch', () {
    test('the limit of operations', () {
      final engine = limitedEngine(maxOperations: 1000);
      expect(
        () => engine.eval('loop { try { loop { } } catch { } }'),
        throwsA(isA<RhaiLimitError>()),
      );
      expect(engine.eval('1'), 1);
    });

    test('the limit of running time', () {
      final engine = limitedEngine(timeout: const Duration(milliseconds: 30));
      expect(
        () => engine.eval('loop { try { loop { } } catch { } }'),
        _timeLimit(30),
      );
      expect(
        () => engine.eval('[2, 1].sort(|a, b| { try { loop { } } catch { } })'),
        _timeLimit(30),
      );
      expect(engine.eval('1'), 1);
    });

    test('the limit of nested calls', () {
      final engine = limitedEngine(maxStackDepth: 10);
      for (final script in [
        'fn f() { f() } try { f() } catch { } "caught"',
        'fn f() { try { f() } catch { } } f(); "caught"',
      ]) {
        expect(
          () => engine.eval(script),
          throwsA(
            isA<RhaiLimitError>().having(
              (e) => e.message,
              'message',
              contains('stack overflow'),
            ),
          ),
        );
      }
      expect(engine.eval('1'), 1);
    });

    test('the end of the native stack', () {
      final engine = engineWith(RhaiConfig.unlimited());
      expect(
        () => engine.eval('fn f() { try { f() } catch { f() } } f(); "caught"'),
        throwsA(isA<RhaiLimitError>()),
      );
      expect(engine.eval('1'), 1);
    });

    test('the limit of string length', () {
      final engine = limitedEngine(maxStringLength: 10);
      expect(
        () => engine.eval(
          'let s = "x"; try { loop { s += s; } } catch { } "caught"',
        ),
        throwsA(isA<RhaiLimitError>()),
      );
      expect(engine.eval('1'), 1);
    });
  });
}
