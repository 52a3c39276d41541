/// The numbers of an engine.
library;

import 'dart:async';
import 'dart:typed_data';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/futures.dart';
import '../support/garbage.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;
  late Completer<Object?> gate;

  setUp(() {
    engine = engineWith(const RhaiConfig());
    gate = Completer<Object?>();
    engine
      ..registerFunction('one', () => 1)
      ..registerFunction('later', later)
      ..registerFunction('wait', () => gate.future)
      ..registerFunction('run', (String script) => engine.eval(script))
      ..registerFunction('apply', (RhaiFunction f) => f());
  });

  /// Executions that have started, are under way, and have ended.
  (int, int, int) counts() {
    final RhaiStats(:started, :underWay, :ended) = engine.stats;
    expect(started, underWay + ended);
    return (started, underWay, ended);
  }

  /// The ways in which executions have ended so far.
  Map<RhaiEnding, int> endings() => {
    for (final MapEntry(:key, :value) in engine.stats.endings.entries)
      if (value > 0) key: value,
  };

  test('are 0 at first, and do not change afterwards', () {
    final RhaiEngine(:stats) = engine;
    engine.eval('one()');
    expect(stats.started, 0);
    expect(stats.ended, 0);
    expect(stats.functionCalls, 0);
    expect(stats.endings, {for (final ending in RhaiEnding.values) ending: 0});
    expect(() => stats.endings.clear(), throwsUnsupportedError);
    expect(engine.stats.started, 1);
  });

  test('are printed in lines', () async {
    final waiting = engine.eval('wait()') as Future;
    engine.eval('one()');
    final RhaiEngine(:stats) = engine;
    final RhaiStats(:cachedBytes, :memory, :peakMemory) = stats;
    expect('$stats', '''
executions: 2 started, 1 under way, 1 waiting, 0 refused
ended: 1 (value 1)
Dart functions: 2 called, 1 waited for, 0 timed out
values: 0 bytes to scripts, 0 bytes to Dart
compiled: 2 cached in $cachedBytes bytes, 0 kept as RhaiScript
memory: $memory bytes now, $peakMemory bytes at most, 0 bytes lost''');
    gate.complete(null);
    await waiting;
  });

  group('an execution is', () {
    test('an eval, of every kind', () async {
      final scope = engine.newScope();
      engine
        ..eval('1')
        ..evalSync<int>('1')
        ..eval('let x = 1', scope: scope);
      await engine.evalAsync('1');
      await engine.evalAsync('later(1)');
      expect(counts(), (5, 0, 5));
      expect(endings(), {RhaiEnding.value: 5});
    });

    test('a compilation, a run of a RhaiScript and a call by name', () async {
      final script = engine.compile('fn f(x) { later(x) } later(1)');
      expect(counts(), (1, 0, 1));
      await script.evalAsync<int>();
      final call = script.callAsync<int>('f', [1]);
      expect(counts(), (3, 1, 2));
      await call;
      expect(counts(), (3, 0, 3));
      await (await engine.compileAsync('1')).evalAsync<int>();
      expect(counts(), (5, 0, 5));
    });

    test('an analysis', () async {
      engine.analyze('1 +');
      await engine.analyzeAsync('1');
      expect(counts(), (2, 0, 2));
      expect(endings(), {RhaiEnding.value: 2});
    });

    test('a call of a RhaiFunction', () async {
      final f = engine.eval('|x| later(x)') as RhaiFunction;
      final call = f.callAsync(1);
      expect(counts(), (2, 1, 1));
      await call;
      expect(await f.callWith(1, [2]), 2);
      expect(counts(), (3, 0, 3));
    });

    test('whatever a function of a script runs, by itself', () {
      expect(engine.eval('run("run(`one()`)")'), 1);
      expect(counts(), (3, 0, 3));
      expect(engine.eval('apply(|| one())'), 1);
      expect(counts(), (5, 0, 5));
      expect(engine.stats.functionCalls, 5);
    });

    test('no call of parallel', () async {
      final all = engine.evalAsync(
        'parallel([|| wait(), || one(), || wait()])',
      );
      expect(counts(), (1, 1, 0));
      gate.complete(2);
      expect(await all, [2, 1, 2]);
      expect(counts(), (1, 0, 1));
      await expectLater(
        engine.evalAsync('parallel([|| later(1), || throw 1, || never()])'),
        throwsA(isA<RhaiRuntimeError>()),
      );
      expect(counts(), (2, 0, 2));
      expect(endings(), {RhaiEnding.value: 1, RhaiEnding.runtimeError: 1});
    });

    test('nothing that scopes and variables do', () {
      final scope = engine.newScope()
        ..set('x', [1])
        ..setConstant('Y', 2);
      expect(scope.get<List<Object?>>('x'), [1]);
      expect(scope.keys, ['x', 'Y']);
      expect(scope.clone().contains('x'), isTrue);
      engine.setVar('v', {'a': 1});
      expect(counts(), (0, 0, 0));
    });

    test('none whose text or arguments cannot cross', () {
      expect(() => engine.eval('\ud800'), throwsA(isA<RhaiConversionError>()));
      final f = engine.eval('|x| x') as RhaiFunction;
      expect(() => f({1: 2}), throwsA(isA<RhaiConversionError>()));
      expect(counts(), (1, 0, 1));
    });
  });

  group('an execution ends with', () {
    final ends = <RhaiEnding, List<FutureOr<Object?> Function(RhaiEngine)>>{
      RhaiEnding.value: [
        (engine) => engine.eval('1'),
        (engine) => engine.evalAsync('later(1)'),
        // The script has its value. That it is no String is found out later.
        (engine) => engine.evalSync<String>('1'),
      ],
      RhaiEnding.syntaxError: [
        (engine) => engine.eval('1 +'),
        (engine) => engine.evalAsync('1 +'),
        (engine) => engine.compile('1 +'),
      ],
      RhaiEnding.runtimeError: [
        (engine) => engine.eval('throw 1'),
        (engine) => engine.evalAsync('later(1); none()'),
        (engine) => engine.evalAsync('fail()'),
      ],
      RhaiEnding.limitError: [
        (engine) => engine.eval('loop { }'),
        (engine) => engine.evalAsync('later(1); loop { }'),
      ],
      RhaiEnding.timeoutError: [
        (engine) => engine.evalAsync('never()'),
        (engine) => engine.evalAsync('loop { try { never() } catch { } }'),
      ],
      RhaiEnding.cancelledError: [
        (engine) => engine.evalSync<Object?>('never()'),
        (engine) => engine.evalSync<Object?>('[1].map(|x| later(x))'),
        (engine) => engine.eval('dispose()'),
        (engine) => engine.evalAsync('later(1); dispose()'),
        (engine) => engine.evalAsync('dispose_later()'),
      ],
    };
    ends.forEach((ending, scripts) {
      for (final (index, run) in scripts.indexed) {
        test('${ending.name}, $index', () async {
          final engine = engineWith(
            const RhaiConfig(
              maxOperations: 20000,
              asyncTimeout: Duration(milliseconds: 20),
              totalTimeout: Duration(milliseconds: 100),
            ),
          );
          engine
            ..registerFunction('later', later)
            ..registerFunction('never', never)
            ..registerFunction('fail', () => throw const FormatException())
            ..registerFunction('dispose', engine.dispose)
            ..registerFunction('dispose_later', () async {
              await later(null);
              engine.dispose();
            });
          try {
            await run(engine);
          } on RhaiException {
            // That is what is counted.
          }
          final RhaiEngine(:stats) = engine;
          expect(stats.endings, {
            for (final each in RhaiEnding.values) each: each == ending ? 1 : 0,
          });
          expect((stats.started, stats.underWay, stats.waiting), (1, 0, 0));
        });
      }
    });

    test('a value that cannot cross', () {
      expect(
        () => engine.eval('timestamp()'),
        throwsA(isA<RhaiConversionError>()),
      );
      expect(endings(), {RhaiEnding.conversionError: 1});
    });

    test('a Future that nothing can complete', () async {
      engine.registerFunction('never', never);
      final result = engine.evalAsync('never()');
      final failed = expectLater(
        result,
        throwsA(isA<RhaiChannelClosedError>()),
      );
      await makeGarbageUntil(() => engine.pendingCount == 0);
      await failed;
      expect(endings(), {RhaiEnding.channelClosedError: 1});
    });

    test('anything that a zone throws', () {
      expect(
        () => runZoned(
          () => engine.eval('later(1)'),
          zoneSpecification: ZoneSpecification(
            fork: (_, _, _, _, _) => throw StateError('no zone'),
          ),
        ),
        throwsStateError,
      );
      expect(endings(), {RhaiEnding.otherError: 1});
      expect(counts(), (1, 0, 1));
    });
  });

  test('tell which executions wait, and which are only under way', () async {
    final waiting = engine.eval('wait()') as Future;
    final RhaiEngine(:stats) = engine;
    expect((stats.underWay, stats.waiting), (1, 1));
    late RhaiStats inside;
    engine.registerFunction('look', () => inside = engine.stats);
    engine.eval('look()');
    expect((inside.underWay, inside.waiting), (2, 1));
    gate.complete(null);
    await waiting;
    expect((engine.stats.underWay, engine.stats.waiting), (0, 0));
  });

  group('calls of Dart functions', () {
    test('are counted, those of members of types included', () {
      engine.registerType<Uri>('Uri', getters: {'host': (uri) => uri.host});
      engine.setVar('uri', Uri.parse('http://x'));
      expect(engine.eval('uri.host'), 'x');
      expect(engine.stats.functionCalls, 1);
      engine.eval('for i in 0..10 { one(); }');
      expect(engine.stats.functionCalls, 11);
    });

    test('are those of the engine, too', () {
      final engine = engineWith(
        RhaiConfig(onPrint: (_) {}, onDebug: (_, _) {}),
      );
      engine.eval('print(1); debug(2)');
      expect(engine.stats.functionCalls, 2);
    });

    test('are none if the script did not get so far', () {
      expect(() => engine.eval('none()'), throwsA(isA<RhaiRuntimeError>()));
      expect(engine.stats.functionCalls, 0);
    });

    test('and the waits for them are counted in parallel, too', () async {
      await engine.evalAsync('later(1); later(2); one()');
      expect(engine.stats.functionCalls, 3);
      expect(engine.stats.waits, 2);
      await engine.evalAsync('parallel([|| later(1), || later(2), || one()])');
      // parallel is one of them.
      expect(engine.stats.functionCalls, 7);
      expect(engine.stats.waits, 5);
    });
  });

  test('timeouts count whether the script catches them or not', () async {
    final engine = engineWith(
      const RhaiConfig(asyncTimeout: Duration(milliseconds: 10)),
    )..registerFunction('never', never);
    await engine.evalAsync('try { never() } catch { }');
    await expectLater(
      engine.evalAsync('never()'),
      throwsA(isA<RhaiTimeoutError>()),
    );
    final RhaiEngine(:stats) = engine;
    expect((stats.waits, stats.timeouts), (2, 2));
    expect(stats.endings[RhaiEnding.timeoutError], 1);
    expect(stats.endings[RhaiEnding.value], 1);
  });

  group('bytes of values', () {
    late int toScripts;
    late int toDart;

    /// Runs [body], and finds how many bytes crossed meanwhile.
    Future<void> crossing(FutureOr<void> Function() body) async {
      final before = engine.stats;
      await body();
      final after = engine.stats;
      toScripts = after.bytesToScripts - before.bytesToScripts;
      toDart = after.bytesToDart - before.bytesToDart;
    }

    test('are none for numbers and texts of scripts', () async {
      await crossing(() => engine.eval('one() + 1 == 2'));
      expect((toScripts, toDart), (0, 0));
    });

    test('are those of strings, in UTF-8', () async {
      engine.registerFunction('echo', (String text) => text);
      await crossing(() => engine.eval('echo("äb")'));
      expect((toScripts, toDart), (3, 6));
      final long = 'x' * 100000;
      await crossing(() => engine.setVar('long', long));
      expect((toScripts, toDart), (100000, 0));
      await crossing(() => engine.eval('long'));
      expect((toScripts, toDart), (0, 100000));
    });

    test('are those of blobs, lists and maps', () async {
      await crossing(() => engine.setVar('x', Uint8List(1000)));
      expect(toScripts, inInclusiveRange(1000, 1050));
      await crossing(() => engine.eval('x'));
      expect((toScripts, toDart), (0, 1000));
      await crossing(() => engine.setVar('x', List.filled(1000, 1)));
      expect(toScripts, inInclusiveRange(8000, 8100));
      await crossing(() => engine.eval('x'));
      expect(toDart, inInclusiveRange(8000, 8100));
    });

    test('are those of errors, arguments and scopes', () async {
      engine.registerFunction('text', () async => 'x' * 100);
      await crossing(() => engine.evalAsync('text().len()'));
      expect((toScripts, toDart), (100, 0));
      final f = engine.eval('|text| text.len()') as RhaiFunction;
      await crossing(() => f('x' * 100));
      expect(toScripts, inInclusiveRange(100, 150));
      final scope = engine.newScope();
      await crossing(() => scope.set('s', 'x' * 100));
      expect(toScripts, inInclusiveRange(100, 150));
      await crossing(() => scope.get<String>('s'));
      expect((toScripts, toDart), (0, 100));
      await crossing(
        () => expect(
          () => engine.eval('throw "${'x' * 1000}"'),
          throwsA(isA<RhaiRuntimeError>()),
        ),
      );
      expect(toDart, greaterThan(1000));
    });
  });

  group('compiled scripts', () {
    test('are those that are cached, modules included', () async {
      final engine = engineWith(
        RhaiConfig(
          scriptCacheSize: 100000,
          moduleLoader: (path, importer) => 'fn f() { 1 }',
        ),
      );
      engine
        ..eval('1')
        ..eval('1');
      expect(engine.stats.cachedScripts, 1);
      final small = engine.stats.cachedBytes;
      expect(small, inExclusiveRange(0, 100000));
      engine.eval('import "m" as m; m::f()');
      expect(engine.stats.cachedScripts, 3);
      expect(engine.stats.cachedBytes, greaterThan(small));
      for (var i = 0; i < 1000; i++) {
        engine.eval('1 + $i');
      }
      expect(engine.stats.cachedScripts, lessThan(1000));
      expect(engine.stats.cachedBytes, inInclusiveRange(50000, 100000));
      // Scripts are compiled for the functions that there are.
      engine
        ..registerFunction('f', () => 1)
        ..eval('1');
      expect(engine.stats.cachedScripts, 1);
      expect(engine.stats.cachedBytes, small);
    });

    test('are none without a cache', () {
      final engine = engineWith(const RhaiConfig(scriptCacheSize: 0));
      engine.eval('1');
      expect(engine.stats.cachedScripts, 0);
      expect(engine.stats.cachedBytes, 0);
    });

    test('are RhaiScripts until they are disposed', () {
      final scripts = [for (var i = 0; i < 3; i++) engine.compile('$i')];
      expect(engine.stats.compiledScripts, 3);
      scripts.first.dispose();
      expect(engine.stats.compiledScripts, 2);
      // Their texts are cached, like those that are evaluated.
      expect(engine.stats.cachedScripts, 3);
    });
  });

  group('memory', () {
    const size = 1000000;
    const script = 'let b = blob($size); wait(); b.len()';

    test('is that of all executions under way', () async {
      final one = engine.eval(script) as Future;
      final first = engine.stats;
      expect(first.memory, inInclusiveRange(size, size + 20000));
      final two = engine.eval(script) as Future;
      final second = engine.stats;
      expect(second.memory, inInclusiveRange(2 * size, 2 * size + 40000));
      expect(second.peakMemory, inInclusiveRange(size, 2 * size));
      gate.complete(null);
      await Future.wait([one, two]);
      expect(engine.stats.memory, 0);
      expect(engine.stats.peakMemory, second.peakMemory);
    });

    test('of calls of parallel is counted once', () async {
      final all =
          engine.eval('''
        parallel([1, 2, 3], |i| { let b = blob($size); wait(); b.len() })
      ''')
              as Future;
      expect(
        engine.stats.memory,
        inInclusiveRange(3 * size, 3 * size + 200000),
      );
      gate.complete(null);
      expect(await all, [size, size, size]);
      expect(engine.stats.memory, 0);
      expect(engine.stats.peakMemory, greaterThan(3 * size));
    });

    test('at most is that of the largest execution, to an eighth', () {
      final engine = engineWith(const RhaiConfig(maxArraySize: 0));
      var before = engine.stats.peakMemory;
      for (var bytes = 10000; bytes < 30000000; bytes = bytes * 3 ~/ 2) {
        engine.eval('let b = blob($bytes); b.clear(); b = (); 1');
        final peak = engine.stats.peakMemory;
        expect(peak, inInclusiveRange(bytes * 8 ~/ 9, bytes + 20000));
        expect(peak, greaterThan(before));
        before = peak;
        engine.eval('1');
        expect(engine.stats.peakMemory, before);
      }
    });

    test('at most grows when it grows in steps', () {
      const config = RhaiConfig(maxOperations: 0, timeout: Duration.zero);
      final engine = engineWith(config);
      engine.eval(
        'let s = []; for i in 0..50_000 { s.push(`text of \${i}`); }',
      );
      final many = engine.stats.peakMemory;
      expect(many, greaterThan(50000 * 16));
      engine.eval(
        'let s = []; for i in 0..25_000 { s.push(`text of \${i}`); }',
      );
      expect(engine.stats.peakMemory, many);
    });

    test('at most is about the limit if a script broke that', () {
      final engine = engineWith(const RhaiConfig(maxMemory: 1 << 20));
      expect(
        () => engine.eval('let a = []; loop { a.push("x".to_blob()) }'),
        throwsLimitError(RhaiLimit.memory),
      );
      expect(engine.stats.peakMemory, inInclusiveRange(1000000, 2200000));
      expect(engine.stats.leakedBytes, 0);
    });
  });

  group('can be asked for', () {
    test('while anything runs', () async {
      var looks = 0;
      late final RhaiFunction f;
      void look() {
        counts();
        looks++;
      }

      engine
        ..registerFunction('look', look)
        ..registerFunction('look_later', () async {
          await later(null);
          look();
          return [1, 2, 3];
        })
        ..registerFunction(
          'lazy',
          () => Iterable.generate(3, (i) {
            look();
            return 'element $i';
          }),
        );
      f = engine.eval('|a, b| [a, b]') as RhaiFunction;
      final argument = Iterable.generate(2, (i) {
        look();
        return [i, 'text'];
      });
      expect(
        await engine.evalAsync('''
          look();
          let all = lazy();
          all += look_later();
          parallel([|| look(), || look_later()]);
          all
        '''),
        ['element 0', 'element 1', 'element 2', 1, 2, 3],
      );
      const read = [
        [0, 'text'],
        [1, 'text'],
      ];
      expect(f(argument, 'b'), [read, 'b']);
      engine.setVar('x', argument);
      expect(engine.eval('x'), read);
      final script = engine.compile('fn g(x) { x }');
      expect(script.call('g', [argument]), read);
      expect(looks, 13);
      counts();
    });

    test('in what prints an error', () {
      late RhaiStats inside;
      engine.registerFunction('fail', () {
        throw _Asking(() => inside = engine.stats);
      });
      expect(() => engine.eval('fail()'), throwsA(isA<RhaiRuntimeError>()));
      expect(inside.functionCalls, 1);
      expect(counts(), (1, 0, 1));
    });

    test('after dispose, when they are final', () async {
      final cancelled = expectLater(
        engine.eval('let b = blob(1_000_000); wait()') as Future,
        throwsCancelled,
      );
      engine
        ..eval('one() + 1')
        ..compile('1').dispose()
        ..dispose();
      final RhaiEngine(:stats) = engine;
      await cancelled;
      expect(engine.stats.toString(), stats.toString());
      expect((stats.started, stats.underWay, stats.waiting), (3, 0, 0));
      expect(endings(), {RhaiEnding.value: 2, RhaiEnding.cancelledError: 1});
      expect(stats.functionCalls, 2);
      expect(stats.peakMemory, greaterThan(1000000));
      expect(stats.memory, 0);
      expect((stats.cachedScripts, stats.cachedBytes), (0, 0));
      expect(stats.compiledScripts, 0);
    });

    test('after a dispose in the midst of scripts that run each other', () {
      engine.registerFunction('dispose', engine.dispose);
      expect(() => engine.eval('run("run(`dispose()`)")'), throwsCancelled);
      expect(counts(), (3, 0, 3));
      expect(endings(), {RhaiEnding.cancelledError: 3});
    });

    test('of each engine by itself', () {
      final other = engineWith(const RhaiConfig());
      engine.registerFunction('there', (String script) => other.eval(script));
      engine.eval('there("1 + 1")');
      expect(counts(), (1, 0, 1));
      expect(other.stats.started, 1);
      expect(other.stats.functionCalls, 0);
    });
  });

  test('stay true however executions are mixed', () async {
    final engine = engineWith(
      const RhaiConfig(
        maxWaiting: 10,
        maxOperations: 3000,
        asyncTimeout: Duration(milliseconds: 30),
      ),
    );
    engine
      ..registerFunction('later', later)
      ..registerFunction('never', never)
      ..registerFunction('fail', (int i) async => throw StateError('$i'))
      ..registerFunction('run', (String script) => engine.eval(script))
      ..registerFunction('start', (String script) => engine.evalAsync(script));
    const scripts = [
      '1',
      '1 +',
      'throw 1',
      'later(1)',
      'fail(1)',
      'try { fail(1) } catch { }',
      'never()',
      'loop { }',
      'later(1); loop { }',
      'run("later(1)")',
      'start("later(1); throw 2")',
      'parallel([|| later(1), || later(2)])',
      'parallel([|| never(), || fail(2)])',
      'parallel([1, 2, 3], |i| start("later(1)"))',
      'run("throw 1")',
    ];
    var completed = 0;
    final all = <Future<void>>[];
    for (var i = 0; i < 300; i++) {
      final script = scripts[i * 7 % scripts.length];
      final result = i.isEven
          ? engine.evalAsync(script)
          : Future.sync(() => engine.eval(script));
      all.add(
        result.then((_) => completed++, onError: (Object _) => completed++),
      );
      if (i % 20 == 0) await later(null);
      final RhaiStats(:started, :underWay, :ended) = engine.stats;
      expect(started, underWay + ended);
      expect(underWay, lessThanOrEqualTo(10));
    }
    await Future.wait(all);
    expect(completed, 300);
    final RhaiStats(:started, :ended, :underWay, :refused) = engine.stats;
    expect((started, underWay), (ended, 0));
    expect(refused, greaterThan(0));
    expect(engine.stats.memory, 0);
    expect(engine.pendingCount, 0);
  });
}

/// An error that runs [_ask] when it is described.
final class _Asking implements Exception {
  const _Asking(this._ask);

  final void Function() _ask;

  @override
  String toString() {
    _ask();
    return 'asking';
  }
}
