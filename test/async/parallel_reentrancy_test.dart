/// `parallel` where Dart functions, modules and other scripts take part.
library;

import 'dart:async';
import 'dart:io';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/futures.dart';

void main() {
  RhaiEngine make([RhaiConfig? config]) =>
      engineWith(config ?? RhaiConfig.secureDefaults())
        ..registerFunction('later', later);

  test('a function that completes another call, or fails it', () async {
    final engine = make();
    late Completer<Object?> first;
    engine
      ..registerFunction('first', () => (first = Completer.sync()).future)
      ..registerFunction('complete', (int x) {
        first.complete(x);
        return x;
      })
      ..registerFunction('refuse', () => first.completeError('no'));
    expect(await engine.eval('parallel([|| first(), || complete(3)])'), [3, 3]);
    expect(
      await engine.eval(
        'let seen = []; try { parallel([|| first(), || { refuse(); '
        'for i in 0..5 { later(i); } seen.push(1); }]); } '
        'catch (e) { seen.push(e.message); } later(0); seen',
      ),
      ['no'],
    );
    expect(engine.pendingCount, 0);
  });

  test(
    'a function that completes another call, and then takes its time',
    () async {
      final engine = make();
      late Completer<Object?> first;
      engine
        ..registerFunction('first', () => (first = Completer.sync()).future)
        ..registerFunction('complete', (int x) {
          first.complete(x);
          // Longer than scripts hold the event loop.
          final watch = Stopwatch()..start();
          while (watch.elapsedMilliseconds < 10) {}
          return x;
        });
      expect(await engine.eval('parallel([|| first(), || complete(3)])'), [
        3,
        3,
      ]);
    },
  );

  test('Futures that call back at once', () async {
    final engine = make()
      ..registerFunction('now', (Object? x) => SynchronousFuture(x));
    expect(await engine.eval('parallel([1, 2, 3], now)'), [1, 2, 3]);
    expect(await engine.eval('parallel([1, 2], |x| now(x) + later(1))'), [
      2,
      3,
    ]);
  });

  test('calls that run scripts, which make calls', () async {
    final engine = make();
    engine
      ..registerFunction('run', (String code) => engine.eval(code))
      ..registerFunction('run_async', (String code) => engine.evalAsync(code));
    for (final run in ['run', 'run_async']) {
      expect(
        await engine.eval(
          'let code = "parallel([1, 2], |x| later(x))"; '
          'parallel([code, code], $run)',
        ),
        [
          [1, 2],
          [1, 2],
        ],
      );
    }
  });

  test('a function of a script that Dart has', () async {
    final engine = make();
    final f =
        engine.eval(
              'let n = 10; |list| { n += 1; parallel(list, |x| later(x) + n) }',
            )
            as RhaiFunction;
    expect(await f.callAsync([1, 2]), [12, 13]);
    expect(await f([3]), [15]);
    f.dispose();
    expect(f.isDisposed, isTrue);
  });

  test('functions that are given away and called in other calls', () async {
    final engine = make();
    RhaiFunction? kept;
    engine
      ..registerFunction('keep', (RhaiFunction f) => kept = f)
      ..registerFunction('call_it', (int x) => kept!.callAsync(x));
    expect(
      await engine.eval(
        'let n = 0; keep(|x| { n += later(x); n }); '
        'parallel([1, 2, 3], call_it); n',
      ),
      6,
    );
  });

  test('modules that wait run in each call that imports them', () async {
    final folder = await Directory.systemTemp.createTemp('rhai_parallel');
    addTearDown(() => folder.delete(recursive: true));
    await File('${folder.path}/a.rhai').writeAsString(
      'import "b" as b; let own = later(1); fn twice(x) { later(x) * 2 } '
      'export own;',
    );
    await File('${folder.path}/b.rhai').writeAsString('later(2);');
    await File(
      '${folder.path}/c.rhai',
    ).writeAsString('parallel([1], |x| { import "${folder.path}/c" as c; });');
    final engine = engineWithModules()..registerFunction('later', later);
    expect(
      await engine.eval(
        'parallel([1, 2, 3], |x| { import "${folder.path}/a" as a; '
        'a::twice(x) + a::own })',
      ),
      [3, 5, 7],
    );
    await expectLater(
      Future.sync(() => engine.eval('import "${folder.path}/c" as c;')),
      throwsA(
        isA<RhaiRuntimeError>().having(
          (e) => e.kind,
          'kind',
          RhaiRuntimeErrorKind.importCycle,
        ),
      ),
    );
  });

  test('text that is evaluated in calls', () async {
    final engine = make(RhaiConfig(allowEval: true));
    final code = '${'let a = 1; ' * 3000} later(x)';
    engine.setConstant('CODE', code);
    final result = await engine.evalAsync(
      'parallel([1, 2, 3], |x| eval(global::CODE))',
    );
    expect(result, [1, 2, 3]);
  });

  test('a variable that a call has locked is an error of the other', () async {
    final engine = make();
    await expectLater(
      Future.sync(
        () => engine.eval(
          'let s = #{n: 0}; fn slow() { for i in 0..9 { later(i); } this.n += 1; } '
          'parallel([|| s.slow(), || { later(0); s.n }])',
        ),
      ),
      throwsA(
        isA<RhaiRuntimeError>()
            .having((e) => e.kind, 'kind', RhaiRuntimeErrorKind.dataRace)
            .having((e) => e.name, 'name', 's'),
      ),
    );
  });

  test('functions run in the zone of the eval', () async {
    final engine = make();
    final seen = <Object?>[];
    engine.registerFunction('look', (int x) async {
      seen.add(Zone.current[#name]);
      await later(null);
      seen.add(Zone.current[#name]);
    });
    await runZoned(
      () => engine.eval('parallel([1, 2, 3, 4], look, 2)'),
      zoneValues: {#name: 'mine'},
    );
    expect(seen, List.filled(8, 'mine'));
  });

  test('a Future that can never complete is an error of its call', () async {
    final engine = make(
      RhaiConfig(asyncTimeout: const Duration(milliseconds: 20)),
    );
    engine.registerFunction('never', never);
    expect(
      await engine.eval(
        'parallel([|| { try { never() } catch (e) { return e.type } }, '
        '|| later(2)])',
      ),
      ['timeout', 2],
    );
  });

  test('many scripts with many calls, in any order', () async {
    final engine = make();
    final results = await Future.wait([
      for (var i = 0; i < 50; i++)
        engine.evalAsync(
          'parallel([1, 2, 3], |x| parallel([1, 2], |y| later(x * y + $i)), 2)',
        ),
    ]);
    for (final (i, result) in results.indexed) {
      expect(result, [
        for (var x = 1; x <= 3; x++) [x + i, 2 * x + i],
      ]);
    }
  });
}
