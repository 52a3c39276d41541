/// Values of scripts, registered functions, variables, printing.
library;

import 'dart:async';
import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  group('eval returns', () {
    const values = <String, Object?>{
      '()': null,
      'true': true,
      '1 == 2': false,
      '40 + 2': 42,
      '-7': -7,
      '0xff': 255,
      '1.0': 1.0,
      '2.5e3': 2500.0,
      '7 / 2': 3,
      '7.0 / 2.0': 3.5,
      '"text"': 'text',
      "'c'": 'c',
      r'let x = 6; `six: ${x}`': 'six: 6',
      '[]': <Object?>[],
      '[1, "a", [true, ()]]': [
        1,
        'a',
        [true, null],
      ],
      '#{}': <String, Object?>{},
      '#{a: 1, "b c": #{d: [2]}}': {
        'a': 1,
        'b c': {
          'd': [2],
        },
      },
      'if 1 < 2 { "yes" } else { "no" }': 'yes',
      'switch 3 { 1 => "a", 3 => "c", _ => "?" }': 'c',
      'fn twice(x) { x * 2 } twice(21)': 42,
      'let f = |x| x + 1; f.call(41)': 42,
      '[1, 2, 3].map(|x| x * x)': [1, 4, 9],
      'let x = 1;': null,
      'return 5; 6': 5,
    };
    values.forEach((script, value) {
      test('${value.runtimeType} for $script', () {
        final result = engine.eval(script);
        expect(result, value);
        expect(result is double, value is double);
      });
    });

    test('bytes for a blob', () {
      expect(
        engine.eval('blob(3, 0x41)'),
        allOf(isA<Uint8List>(), [0x41, 0x41, 0x41]),
      );
    });

    test('null for a script without statements', () {
      for (final script in ['', '  \n\t', '// a comment', '/* one */ // two']) {
        expect(engine.eval(script), isNull, reason: script);
      }
    });
  });

  test('a thousand different scripts run on one engine', () {
    for (var i = 0; i < 1000; i++) {
      expect(engine.eval('let x = $i; x * 2'), i * 2);
    }
    expect(engine.eval('let x = 0; x * 2'), 0);
  });

  test('the same script runs a thousand times', () {
    var count = 0;
    engine.registerFunction('next', () => ++count);
    for (var i = 1; i <= 1000; i++) {
      expect(engine.eval('next() * 2'), i * 2);
    }
  });

  test('a compiled script calls functions that are registered later', () {
    const script = 'answer()';
    expect(() => engine.eval(script), throwsA(isA<RhaiRuntimeError>()));
    engine.registerFunction('answer', () => 42);
    expect(engine.eval(script), 42);
  });

  group('a variable is found', () {
    for (final script in [
      'v',
      'v + 0',
      '-(-v)',
      '[v][0]',
      '#{a: v}.a',
      r'parse_int(`${v}`)',
      r'parse_int(`a${"b" + v}c`.sub_string(2, 1))',
      'let x = v; x',
      'const X = v; X',
      'if v == 7 { v } else { 0 }',
      'if false { 0 } else if v == 7 { 7 } else { 0 }',
      'switch v { 7 => 7, _ => 0 }',
      'switch 1 { 1 if v == 7 => 7, _ => 0 }',
      'switch 1 { 1 => v, _ => 0 }',
      'switch 1 { 2 => 0, _ => v }',
      'switch 1 { 0..5 if v == 7 => v, _ => 0 }',
      'loop { break v; }',
      'let x = loop { break v; }; x',
      'while v == 7 { break v; }',
      'do { break v; } while v == 7;',
      'for i in v..v + 1 { break i; }',
      'for i in [v] { break i; }',
      'return v;',
      'let x = 0; try { throw v } catch (e) { x = e; } x',
      'let x = 0; try { throw 1 } catch { x = v; } x',
      '{ { v } }',
      '(|| v).call()',
      '(|x| x + v).call(0)',
      '(|| (|| v).call()).call()',
      '[1].map(|x| v)[0]',
      'let f = || { loop { break v; } }; f.call()',
      'fn f() { v } f!()',
      'fn f() { loop { break v; } } f!()',
      'f(v)',
      'v.f()',
      '[v].f2()',
      'v ?? 1',
      '() ?? v',
      '() ?? loop { break v; }',
      'if v in [7] { 7 } else { 0 }',
      'let a = [7]; a[v - 7]',
      'list[0]',
      'map.x',
      'map["x"]',
      'map?.x',
      'list?[0]',
      'v += 0; v',
      'list[0] += 0; list[0]',
      'map.x = 7; map.x',
      'let x = 7; { let v = v; x = v; } x',
      'eval("v")',
      'eval("eval(\\"v\\")")',
      'if is_def_var("v") { 7 } else { 0 }',
      'let name = "v"; if is_def_var(name) { 7 } else { 0 }',
      'export v; v',
      'export v as w; v',
    ]) {
      test(script, () {
        final engine = engineWith(RhaiConfig.unlimited());
        engine
          ..registerFunction('f', (int x) => x)
          ..registerFunction('f2', (List<Object?> x) => x.single)
          ..setVar('v', 7)
          ..setVar('list', [7])
          ..setConstant('unused', 1)
          ..setVar('map', {'x': 7});
        expect(engine.eval(script), 7);
        // Also when it is compiled already, and when there are many more.
        for (var i = 0; i < 100; i++) {
          engine.setVar('other$i', i);
        }
        expect(engine.eval(script), 7);
      });
    }
  });

  group('variables', () {
    test('are seen by every later script', () {
      engine
        ..setVar('x', 40)
        ..setConstant('two', 2);
      expect(engine.eval('x + two'), 42);
      expect(engine.eval('x * two'), 80);
    });

    test('can be set again', () {
      engine.setVar('x', 1);
      expect(engine.eval('x'), 1);
      engine.setVar('x', 'text');
      expect(engine.eval('x'), 'text');
    });

    test('start every script with the value that was set', () {
      engine
        ..setVar('x', 1)
        ..setVar('list', [1]);
      const script = 'x += 1; list.push(2); [x, list]';
      for (var i = 0; i < 2; i++) {
        expect(engine.eval(script), [
          2,
          [1, 2],
        ]);
      }
      expect(engine.eval('[x, list]'), [
        1,
        [1],
      ]);
    });

    test('and functions of a script are gone after it', () {
      expect(engine.eval('let y = 1; fn f() { 2 } y + f()'), 3);
      expect(() => engine.eval('y'), throwsA(isA<RhaiRuntimeError>()));
      expect(() => engine.eval('f()'), throwsA(isA<RhaiRuntimeError>()));
    });

    test('that are constant cannot be assigned', () {
      engine
        ..setConstant('c', 1)
        ..setConstant('list', [1]);
      expect(() => engine.eval('c = 2;'), throwsA(isA<RhaiException>()));
      expect(() => engine.eval('c += 2;'), throwsA(isA<RhaiException>()));
      expect(() => engine.eval('list.push(2);'), throwsA(isA<RhaiException>()));
      expect(engine.eval('[c, list]'), [
        1,
        [1],
      ]);
    });

    test('are removed by clearScope, functions are not', () {
      engine
        ..setVar('x', 1)
        ..setConstant('c', 2)
        ..registerFunction('f', () => 3)
        ..clearScope();
      expect(() => engine.eval('x'), throwsA(isA<RhaiRuntimeError>()));
      expect(() => engine.eval('c'), throwsA(isA<RhaiRuntimeError>()));
      expect(engine.eval('f()'), 3);
    });

    test('and functions of one engine are unknown to another', () {
      final other = engineWith(RhaiConfig.secureDefaults());
      engine
        ..setVar('x', 1)
        ..registerFunction('f', () => 1);
      other.setVar('x', 2);
      expect(engine.eval('x + f()'), 2);
      expect(other.eval('x'), 2);
      expect(() => other.eval('f()'), throwsA(isA<RhaiRuntimeError>()));
    });

    test('cannot have a name that is none', () {
      for (final name in ['', '1x', 'a b', 'if', 'let', 'a\u0000b', 'a.b']) {
        expect(() => engine.setVar(name, 1), throwsArgumentError, reason: name);
        expect(
          () => engine.setConstant(name, 1),
          throwsArgumentError,
          reason: name,
        );
      }
    });
  });

  group('print', () {
    test("goes to Dart's print in the zone of eval", () async {
      final lines = <String>[];
      await runZoned(
        () async {
          engine.eval('print("one"); print(2); print([3, "x"]); print("");');
          await engine.eval('sleep(0.001); print("later")');
        },
        zoneSpecification: ZoneSpecification(
          print: (_, _, _, line) => lines.add(line),
        ),
      );
      expect(lines, ['one', '2', '[3, "x"]', '', 'later']);
    });

    test('passes on what the zone throws', () {
      expect(
        () => runZoned(
          () => engine.eval('print("x"); 1'),
          zoneSpecification: ZoneSpecification(
            print: (_, _, _, _) => throw StateError('full'),
          ),
        ),
        throwsWithCause(isStateError),
      );
    });

    test('passes it on also as the last thing that a script does', () {
      for (final script in ['print("x")', 'fn f() { print("x") } f();']) {
        expect(
          () => runZoned(
            () => engine.eval(script),
            zoneSpecification: ZoneSpecification(
              print: (_, _, _, _) => throw StateError('broken'),
            ),
          ),
          throwsWithCause(isA<StateError>()),
        );
      }
    });

    test('has a sibling for debugging', () {
      expect(engine.eval('debug("debug() writes to stderr"); 1'), 1);
    });
  });

  group('sleep', () {
    test('lets the event loop run', () async {
      var ran = false;
      Timer.run(() => ran = true);
      final result = engine.eval('sleep(0.02); 42');
      expect(ran, isFalse);
      expect(result, isA<Future<dynamic>>());
      expect(await result, 42);
      expect(ran, isTrue);
    });

    test('takes whole seconds and fractions', () async {
      expect(await engine.eval('sleep(0); sleep(0.0); 1'), 1);
    });

    test('refuses what is no time', () {
      for (final time in ['"1"', '0.0 / 0.0', '1.0 / 0.0']) {
        expect(
          () => engine.eval('sleep($time)'),
          throwsA(isA<RhaiRuntimeError>()),
          reason: time,
        );
      }
    });
  });

  test('a disposed engine refuses everything but dispose and isDisposed', () {
    expect(engine.isDisposed, isFalse);
    engine
      ..dispose()
      ..dispose();
    expect(engine.isDisposed, isTrue);
    expect(() => engine.eval('1'), throwsStateError);
    expect(() => engine.evalAsync('1'), throwsStateError);
    expect(() => engine.analyze('1'), throwsStateError);
    expect(() => engine.registerFunction('f', () => 1), throwsStateError);
    expect(() => engine.setVar('x', 1), throwsStateError);
    expect(() => engine.setConstant('x', 1), throwsStateError);
    expect(() => engine.clearScope(), throwsStateError);
  });
}
