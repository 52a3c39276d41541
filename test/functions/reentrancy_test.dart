/// Dart functions that use the engine whose script calls them.
library;

import 'dart:async';
import 'dart:collection';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/futures.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() => engine = RhaiEngine.withDefaults());
  tearDown(() => engine.dispose());

  group('a Dart function runs another script', () {
    String nested(int level) => level == 0 ? '0' : 'nest($level) + 1';

    test('with eval, five levels deep', () {
      engine.registerFunction('nest', (int n) => engine.eval(nested(n - 1)));
      expect(engine.eval(nested(5)), 5);
    });

    test('with await evalAsync, five levels deep', () async {
      engine.registerFunction('nest', (int n) async {
        await later(null);
        final value = await engine.evalAsync(nested(n - 1)) as int;
        await later(null);
        return value;
      });
      expect(await engine.eval(nested(5)), 5);
    });

    test('with eval, which waits on the lowest level', () async {
      engine
        ..registerFunction('later', later)
        ..registerFunction(
          'nest',
          (int n) => engine.eval(n == 1 ? 'later(0)' : nested(n - 1)),
        );
      final result = engine.eval(nested(5));
      expect(result, isA<Future<dynamic>>());
      expect(await result, 5);
    });

    test('synchronously and asynchronously in turn', () async {
      engine.registerFunction('nest', (int n) {
        if (n.isEven) return engine.eval(nested(n - 1));
        return later(null).then((_) => engine.eval(nested(n - 1)));
      });
      expect(await engine.eval('[${nested(5)}, ${nested(4)}]'), [5, 4]);
    });

    test('on another engine, and that one on this', () async {
      final other = RhaiEngine.withDefaults();
      other.registerFunction('nest', (int n) async {
        await later(null);
        return engine.eval(nested(n - 1));
      });
      engine.registerFunction('nest', (int n) => other.eval(nested(n - 1)));
      expect(await engine.eval(nested(5)), 5);
      other.dispose();
    });

    test('between two parts of an expression', () {
      engine.registerFunction('run', (String script) => engine.eval(script));
      const script = r'''
        let a = [1, 2, 3];
        let text = `${run("let a = 10; a")}, ${a.map(|x| x + run("1"))}`;
        text + run("\"!\"")
      ''';
      expect(engine.eval(script), '10, [2, 3, 4]!');
    });

    test('that fails, which the outer script catches', () async {
      engine
        ..registerFunction('run', (String script) => engine.eval(script))
        ..registerFunction('later', later);
      const script = '''
        let types = [];
        for script in ["throw 1", "let x = ;", "later(1); throw 2", "1"] {
          try { run(script) } catch (e) { types.push(e.type) }
        }
        types
      ''';
      expect(await engine.eval(script), [
        'RhaiRuntimeError',
        'RhaiSyntaxError',
        'RhaiRuntimeError',
      ]);
    });

    test('that resumes a waiting one', () async {
      var gate = Completer<int>.sync();
      final order = <String>[];
      engine
        ..registerFunction('note', order.add)
        ..registerFunction('wait', () => gate.future)
        ..registerFunction('open', () => gate.complete(1));
      // At once, unless scripts have held the event loop for too long by then. So they have
      // where the machine is slow, but not each time.
      for (var round = 0; round < 100 && order.join() != 'abcd'; round++) {
        gate = Completer.sync();
        order.clear();
        final waiting = engine.eval('note("a"); wait(); note("c"); "waited"');
        engine.eval('note("b"); open(); note("d")');
        expect(order.join(), anyOf('abcd', 'abd'));
        expect(await waiting, 'waited');
      }
      expect(order.join(), 'abcd');
    });
  });

  group('a Dart function that a script calls', () {
    // What it does must not concern the script that runs, only later ones.
    Future<void> expectSame(
      void Function() action,
      String script,
      Object? before,
      Object? after,
    ) async {
      engine
        ..registerFunction('act', () {
          action();
        })
        ..registerFunction('act_later', () async {
          await later(null);
          action();
        });
      for (final act in ['act()', 'act_later()']) {
        engine
          ..clearScope()
          ..registerFunction('f', () => 1)
          ..setVar('x', 1)
          ..setConstant('C', 1);
        expect(await engine.eval('$act; $script'), before);
        expect(await engine.eval(script), after);
      }
    }

    test('may replace a function', () async {
      await expectSame(
        () => engine.registerFunction('f', () => 2),
        '[f(), [0].map(|x| f())]',
        [
          1,
          [1],
        ],
        [
          2,
          [2],
        ],
      );
    });

    test('may register a hundred functions', () async {
      await expectSame(
        () {
          for (var i = 0; i < 100; i++) {
            engine.registerFunction('f$i', () => i);
          }
          engine.registerFunction('f', () => engine.eval('f1() + f99()'));
        },
        'f()',
        1,
        100,
      );
    });

    test('may set a variable', () async {
      await expectSame(() => engine.setVar('x', [2]), 'x', 1, [2]);
    });

    test('may set a constant', () async {
      await expectSame(() => engine.setConstant('C', 'two'), 'C', 1, 'two');
    });

    test('may clear the scope', () async {
      await expectSame(
        () => engine
          ..clearScope()
          ..setVar('x', 2),
        'x',
        1,
        2,
      );
    });

    test('may analyze a script', () async {
      AnalysisResult? result;
      await expectSame(() => result = engine.analyze('let y = ;'), 'f()', 1, 1);
      expect(result!.isValid, isFalse);
    });

    test('may do all of it', () async {
      await expectSame(
        () {
          engine
            ..clearScope()
            ..registerFunction('f', () => 2)
            ..setVar('x', engine.eval('[1, 2, 3]'))
            ..setConstant('C', engine.eval('"abc"'));
          expect(engine.analyze('f() + x').isValid, isTrue);
        },
        '[f(), x, C]',
        [1, 1, 1],
        [
          2,
          [1, 2, 3],
          'abc',
        ],
      );
    });
  });

  group('scripts that run each other without end are an error', () {
    /// Nests calls until that fails with [error]; returns how many were nested.
    int nestWithoutEnd(RhaiConfig config, Matcher error) {
      final engine = engineWith(config);
      var depth = 0;
      engine.registerFunction('again', () {
        depth++;
        return engine.eval('again()');
      });
      expect(() => engine.eval('again()'), throwsA(error));
      expect(engine.eval('1 + 1'), 2);
      return depth;
    }

    test('at the limit', () {
      final depth = nestWithoutEnd(
        RhaiConfig.secureDefaults(),
        isA<RhaiRuntimeError>().having(
          (error) => error.message,
          'message',
          contains('nested too deeply: the limit is 100'),
        ),
      );
      expect(depth, 100);
    });

    test('when the stack ends, without a limit', () {
      final depth = nestWithoutEnd(
        RhaiConfig.unlimited(),
        isA<RhaiRuntimeError>()
            .having((error) => error.message, 'message', 'Stack Overflow')
            .having((error) => error.cause, 'cause', isA<StackOverflowError>())
            // Each of the scripts adds to it.
            .having((e) => '$e'.length, 'text', lessThan(100000)),
      );
      expect(depth, greaterThan(100));
    });
  });

  group('functions of one name', () {
    test('of two engines are two functions', () async {
      final other = RhaiEngine.withDefaults();
      engine.registerFunction('who', () => 'first');
      other.registerFunction('who', () => later('second'));
      expect(engine.eval('who()'), 'first');
      expect(await other.eval('who()'), 'second');
      other.dispose();
      expect(engine.eval('who()'), 'first');
    });

    test('replaced while a script waits: it keeps the old one', () async {
      final gate = Completer<void>();
      engine
        ..registerFunction('version', () => 1)
        ..registerFunction('wait', () => gate.future);
      final running = engine.eval('let a = version(); wait(); [a, version()]');
      for (var version = 2; version <= 10; version++) {
        engine.registerFunction('version', () => version);
        expect(engine.eval('version()'), version);
      }
      gate.complete();
      expect(await running, [1, 1]);
      expect(engine.eval('version()'), 10);
    });

    test('replaced while it runs: its value still arrives', () async {
      final gate = Completer<String>();
      engine.registerFunction('get', () => gate.future);
      final running = engine.eval('get()') as Future<dynamic>;
      engine.registerFunction('get', () => 'new');
      expect(engine.eval('get()'), 'new');
      gate.complete('old');
      expect(await running, 'old');
    });
  });

  group('a value whose conversion', () {
    test('runs scripts on the same engine arrives whole', () async {
      // Long texts and lists, so that both need room on the way.
      final long = 'x' * 5000;
      List<Object?> list() => _ComputedList(50, (i) {
        final inner = engine.eval('let a = [0, "$long"]; a[0] = $i; a') as List;
        engine.setVar('inner', inner);
        return [inner.first, (inner.last as String).length];
      });
      final expected = [
        for (var i = 0; i < 50; i++) [i, 5000],
      ];
      engine
        ..registerFunction('get', list)
        ..registerFunction('get_later', () => later(list()));
      expect(engine.eval('get()'), expected);
      expect(await engine.eval('get_later()'), expected);
      engine.setVar('a_rather_long_name', list());
      expect(engine.eval('a_rather_long_name'), expected);
    });

    test('starts a script that waits', () async {
      final started = <Future<dynamic>>[];
      engine
        ..registerFunction('later', later)
        ..registerFunction(
          'get',
          () => _ComputedList(3, (i) {
            started.add(engine.evalAsync('later($i)'));
            return i;
          }),
        );
      expect(engine.eval('get()'), [0, 1, 2]);
      expect(await Future.wait(started), [0, 1, 2]);
    });

    test('throws is an error of the call', () async {
      List<Object?> list() => _ComputedList(3, (i) => [][i]);
      engine
        ..registerFunction('get', list)
        ..registerFunction('get_later', () => later(list()));
      for (final call in ['get()', 'get_later()']) {
        const caught = 'x.type';
        expect(
          await engine.eval(
            'let x = (); try { $call } catch (e) { x = e } $caught',
          ),
          anyOf('RangeError', 'IndexError'),
        );
      }
    });

    test('changes the List meanwhile is an error of the call', () {
      engine.registerFunction('get', () {
        final list = <Object?>[];
        list.addAll([
          1,
          _ComputedList(1, (i) {
            list.add(2);
            return i;
          }),
        ]);
        return list;
      });
      expect(
        () => engine.eval('get()'),
        throwsWithCause(isA<ConcurrentModificationError>()),
      );
    });
  });
}

/// A List whose elements are computed when they are read.
final class _ComputedList extends ListBase<Object?> {
  _ComputedList(this._length, this._at);

  final int _length;
  final Object? Function(int index) _at;

  @override
  int get length => _length;

  @override
  set length(int value) => throw UnsupportedError('fixed length');

  @override
  Object? operator [](int index) => _at(index);

  @override
  void operator []=(int index, Object? value) =>
      throw UnsupportedError('cannot be changed');
}
