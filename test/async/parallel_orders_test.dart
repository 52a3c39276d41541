/// Calls of one `parallel` that go on within Dart functions which others of them call.
library;

import 'dart:async';
import 'dart:math';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/futures.dart';
import '../support/gates.dart';
import '../support/matchers.dart';

void main() {
  (RhaiEngine, Gates) make([RhaiConfig? config]) {
    final engine = engineWith(config ?? RhaiConfig.secureDefaults())
      ..registerFunction('later', later);
    final gates = Gates()..register(engine);
    return (engine, gates);
  }

  /// Evaluates [script] both ways, in engines of their own.
  Future<void> check(
    String script,
    Object? result, {
    RhaiConfig? config,
    void Function(RhaiEngine engine, Gates gates)? prepare,
  }) async {
    for (final isAsync in [false, true]) {
      final (engine, gates) = make(config);
      prepare?.call(engine, gates);
      final value = isAsync ? engine.evalAsync(script) : engine.eval(script);
      expect(await value, result, reason: script);
      expect(engine.pendingCount, 0);
      // Another one runs after it.
      expect(await engine.eval('parallel([1, 2], later)'), [1, 2]);
      engine.dispose();
    }
  }

  const turns = ['', 'hold(); '];

  test('one call opens the gates of all others, in any order', () async {
    for (var count = 2; count <= 4; count++) {
      final waiting = [for (var x = 1; x < count; x++) x];
      for (final order in ordersOf(waiting)) {
        for (final before in turns) {
          for (final after in turns) {
            await check(
              'parallel($waiting + [$count], |x| { '
              'if x < $count { wait(x); $after } '
              'else { $before open($order); $after } x })',
              [...waiting, count],
            );
          }
        }
      }
    }
  });

  test('each call opens the gate of another one', () async {
    for (var count = 2; count <= 4; count++) {
      final all = [for (var x = 1; x <= count; x++) x];
      for (final order in ordersOf(all.sublist(0, count - 1))) {
        final next = {
          for (final (i, x) in order.indexed)
            '"$x"': i + 1 < order.length ? order[i + 1] : 0,
        };
        for (final turn in turns) {
          await check(
            'let next = #$next; parallel($all, |x| { '
            'if x < $count { wait(x); open(next[`\${x}`]); } '
            'else { open(${order.first}); } $turn later(x) })',
            all,
          );
        }
      }
    }
  });

  test('the function that opens a gate holds the event loop', () async {
    await check(
      'parallel([1, 2], |x| if x == 1 { wait(x) } else { open_and_hold(x) })',
      [1, 2],
      prepare: (engine, gates) =>
          engine.registerFunction('open_and_hold', (int x) {
            gates.open(1);
            Gates.hold();
            return x;
          }),
    );
  });

  test('calls in calls', () async {
    const names = [1, 2, 3, 4];
    for (final order in ordersOf(names)) {
      await check(
        'parallel([|| parallel([1, 2], wait), || parallel([3, 4], wait), '
        '|| { open($order); parallel([5, 6], |x| { open(7); x }) }, '
        '|| wait(7)])',
        [
          [1, 2],
          [3, 4],
          [5, 6],
          7,
        ],
      );
    }
  });

  test(
    'calls that are started after others have ended within a call',
    () async {
      for (var max = 1; max <= 3; max++) {
        await check(
          'let a = []; for i in 0..20 { a.push(i); } '
          'parallel(a, |x| { open(x - 1); if x % 3 == 1 { hold(); } '
          'if x % 4 < $max - 1 { wait(x); } x }, $max)',
          [for (var i = 0; i < 20; i++) i],
          prepare: (_, gates) => Timer.run(() => gates.open(17)),
        );
      }
    },
  );

  test('a great many calls that open the gates of each other', () async {
    await check(
      'let a = []; for i in 0..2000 { a.push(i); } '
      'let r = parallel(a, |x| { open(x - 1); if x < 1999 { wait(x); } x }); '
      'r == a',
      isTrue,
      config: const RhaiConfig(),
    );
  });

  test('scripts of different engines', () async {
    for (final turn in turns) {
      final (first, gates) = make();
      final (second, _) = make();
      gates.register(second);
      const script = 'parallel([1, 2, 3], |x| { ';
      final one = first.evalAsync(
        '$script if x < 3 { wait(`a\${x}`) } else { open("b1"); $turn '
        'open("b2"); x } })',
      );
      final two = second.evalAsync(
        '$script if x < 3 { wait(`b\${x}`) } else { open("a2"); $turn '
        'open("a1"); x } })',
      );
      expect(await Future.wait([one, two]), [
        ['a1', 'a2', 3],
        ['b1', 'b2', 3],
      ]);
    }
  });

  test(
    'a function that runs a script of another engine, which opens',
    () async {
      final (outer, gates) = make();
      final (inner, _) = make();
      gates.register(inner);
      outer.registerFunction(
        'inner',
        (int x) => inner.eval('parallel([1, 2], |y| { open(y); hold(); y })'),
      );
      expect(
        await outer.eval(
          'parallel([1, 2, 3], |x| if x < 3 { wait(x) } else { inner(x) })',
        ),
        [
          1,
          2,
          [1, 2],
        ],
      );
    },
  );

  test('a call that fails within a call ends that too', () async {
    for (final turn in turns) {
      await check(
        'let seen = []; '
        'try { parallel([|| wait(1), || { refuse(1); $turn later(1); '
        'seen.push("gone on"); }, || later(2)]); } '
        'catch (e) { seen.push(e.message); } later(0); seen',
        ['Bad state: refused'],
      );
    }
  });

  test('a call that catches what it waits for goes on', () async {
    for (final turn in turns) {
      await check(
        'parallel([|| { try { wait(1) } catch (e) { $turn return later(e.message); } }, '
        '|| { refuse(1); $turn 2 }])',
        ['Bad state: refused', 2],
      );
    }
  });

  test('calls in calls that end others far out', () async {
    await check(
      'let seen = []; '
      'try { parallel(['
      '|| parallel([|| { wait(1); throw "no" }, || wait(2)]), '
      '|| parallel([|| { open(1); later(1); seen.push(1); }, || wait(3)])]) } '
      'catch (e) { seen.push(e); } '
      'parallel([1, 2], later) + seen',
      [1, 2, 'no'],
    );
  });

  test('a limit that breaks within a call', () async {
    const endless = '{ wait(1); loop { } }';
    for (final script in [
      'parallel([|| $endless, || { open(1); loop { } }])',
      'try { parallel([|| $endless, || { open(1); 2 }]) } catch { } 3',
      'parallel([|| parallel([|| $endless, || wait(2)]), '
          '|| { open(1); later(2) }])',
    ]) {
      for (final isAsync in [false, true]) {
        final (engine, _) = make(const RhaiConfig(maxOperations: 20000));
        await expectLater(
          Future.sync(
            () => isAsync ? engine.evalAsync(script) : engine.eval(script),
          ),
          throwsLimitError(RhaiLimit.operations),
          reason: script,
        );
        expect(engine.pendingCount, 0);
      }
    }
  });

  test('time that passes within a call', () async {
    const timeout = Duration(milliseconds: 50);
    for (final config in [
      const RhaiConfig(timeout: timeout),
      const RhaiConfig(totalTimeout: timeout),
    ]) {
      for (final isAsync in [false, true]) {
        final (engine, gates) = make(config);
        engine.registerFunction('open_and_hold', (int x) {
          gates.open(x);
          final watch = Stopwatch()..start();
          while (watch.elapsed < timeout * 2) {}
        });
        const script =
            'try { parallel([|| wait(1), || { later(0); open_and_hold(1); '
            'for i in 0..100 { } later(2) }]) } catch { } loop { }';
        await expectLater(
          Future.sync(
            () => isAsync ? engine.evalAsync(script) : engine.eval(script),
          ),
          throwsTimeout(timeout),
        );
        expect(engine.pendingCount, 0);
      }
    }
  });

  test('an engine that is disposed of within a call', () async {
    for (final script in [
      'parallel([|| { wait(1); dispose() }, || { open(1); 2 }])',
      'parallel([|| wait(1), || { dispose(); open(1); 2 }])',
      'parallel([|| wait(1), || { open(1); dispose(); }])',
      'parallel([|| parallel([|| wait(1), || { wait(2); dispose() }]), '
          '|| parallel([|| { open(2); later(1) }, || wait(3)])])',
      'try { parallel([|| { wait(1); dispose(); throw 1 }, || { open(1); 2 }]) } '
          'catch { } later(1)',
    ]) {
      for (final isAsync in [false, true]) {
        final (engine, _) = make();
        engine.registerFunction('dispose', engine.dispose);
        await expectLater(
          Future.sync(
            () => isAsync ? engine.evalAsync(script) : engine.eval(script),
          ),
          throwsCancelled,
          reason: script,
        );
        expect(engine.isDisposed, isTrue);
      }
    }
  });

  test('random orders', () async {
    for (var seed = 0; seed < 60; seed++) {
      final random = Random(seed);
      final (engine, gates) = make(const RhaiConfig());
      var gate = 0;

      // What a call does, `depth` levels deep, and what it returns.
      (String, Object?) work(int depth) {
        final code = StringBuffer();
        Object? result;
        for (var i = random.nextInt(4); i >= 0; i--) {
          switch (random.nextInt(depth > 0 ? 6 : 5)) {
            case 0:
              code.write('wait(${gate++}); ');
            case 1:
              final names = [for (var n = 0; n < 3; n++) random.nextInt(30)];
              code.write('open($names); ');
            case 2:
              code.write('later(1); ');
            case 3:
              if (random.nextInt(4) == 0) code.write('hold(); ');
            case 4:
              result = random.nextInt(100);
              code.write('r = $result; ');
            default:
              final calls = [
                for (var n = random.nextInt(4); n >= 0; n--) work(depth - 1),
              ];
              result = [for (final (_, result) in calls) result];
              final all = calls.map((call) => '|| ${call.$1}').join(', ');
              code.write('r = parallel([$all]); ');
          }
        }
        return ('{ let r = (); $code r }', result);
      }

      final calls = [for (var n = 0; n < 4; n++) work(2)];
      final all = calls.map((call) => '|| ${call.$1}').join(', ');
      final script = 'parallel([$all])';
      // Whoever still waits goes on, one after the other.
      var isOver = false;
      final end = engine.evalAsync(script).whenComplete(() => isOver = true);
      for (var name = 0; !isOver; name = (name + 1) % (gate + 1)) {
        await Future<void>.delayed(Duration.zero);
        gates.open(name);
      }
      expect(await end, [
        for (final (_, result) in calls) result,
      ], reason: 'seed $seed: $script');
      expect(engine.pendingCount, 0);
      engine.dispose();
    }
  });
}
