/// `parallel`: calls of a script that wait at the same time.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/engines.dart';
import '../support/futures.dart';

void main() {
  late RhaiEngine engine;

  setUp(() {
    engine = RhaiEngine.withDefaults()
      ..registerFunction('later', later)
      ..registerFunction('id', (Object? x) => x)
      ..registerFunction('fail', (String text) async {
        throw FormatException(text);
      });
  });

  tearDown(() => engine.dispose());

  /// Registers `meet`, which waits until it was called [count] times.
  void registerMeet(int count) {
    final all = Completer<void>();
    var left = count;
    engine.registerFunction('meet', (Object? x) async {
      if (--left == 0) all.complete();
      await all.future;
      return x;
    });
  }

  test('calls functions at the same time, with the results in order', () async {
    registerMeet(2);
    expect(await engine.eval('parallel([|| meet(1), || meet(2)])'), [1, 2]);
    registerMeet(3);
    expect(await engine.evalAsync('parallel([1, 2, 3], |x| meet(x) * 2)'), [
      2,
      4,
      6,
    ]);
  });

  test('a script that does not wait in them does not wait', () {
    expect(engine.eval('parallel([1, 2], |x| id(x) + 1)'), [2, 3]);
    expect(engine.eval('parallel([])'), <Object?>[]);
    expect(engine.eval('parallel([], |x| x)'), <Object?>[]);
    expect(engine.eval('parallel([7, 8, 9], |x, i| [x, i])'), [
      [7, 0],
      [8, 1],
      [9, 2],
    ]);
  });

  test('at most so many at once', () async {
    var running = 0;
    final seen = <int>[];
    engine.registerFunction('work', (int x) async {
      seen.add(++running);
      await Future<void>.delayed(const Duration(milliseconds: 1));
      running--;
      return x * x;
    });
    expect(await engine.eval('parallel([1, 2, 3, 4, 5, 6, 7], work, 3)'), [
      for (var x = 1; x <= 7; x++) x * x,
    ]);
    expect(seen, everyElement(lessThanOrEqualTo(3)));
    expect(seen, contains(3));
    expect(await engine.eval('parallel([1, 2], work, 1)'), [1, 4]);
  });

  test('ten waits take about as long as one', () async {
    engine.registerFunction(
      'wait',
      () => Future<void>.delayed(const Duration(milliseconds: 50)),
    );
    const script = 'let a = []; a.pad(10, 0); ';
    Future<int> time(String code) async {
      final watch = Stopwatch()..start();
      await engine.eval('$script$code');
      return watch.elapsedMicroseconds;
    }

    final atOnce = await time('parallel(a, |x| wait())');
    final inTurn = await time('a.map(|x| wait())');
    expect(atOnce * 4, lessThan(inTurn));
  });

  group('what can be called', () {
    test('functions of the script, of Dart, and of Rhai', () async {
      expect(
        await engine.eval(
          'fn double(x) { later(x) * 2 } '
          '[parallel([1, 2], double), parallel([3], Fn("double")), '
          'parallel([4, 5], later), parallel([-6], Fn("abs"))]',
        ),
        [
          [2, 4],
          [6],
          [4, 5],
          [6],
        ],
      );
    });

    test('closures of Dart, and functions of other scripts', () async {
      final other = engine.eval('let n = 10; |x| later(x + n)') as RhaiFunction;
      engine
        ..setVar('dart', (int x) async => x + 1)
        ..setVar('other', other);
      expect(
        await engine.eval('[parallel([1, 2], dart), parallel([1, 2], other)]'),
        [
          [2, 3],
          [11, 12],
        ],
      );
      expect(
        await engine.eval('parallel([|| dart.call(5), || other.call(6)])'),
        [6, 16],
      );
    });

    test('curried functions, and functions with the element as this', () async {
      expect(
        await engine.eval(
          'fn add(a, b) { later(a) + b } fn twice() { later(this) * 2 } '
          '[parallel([1, 2], Fn("add").curry(10)), parallel([3, 4], twice)]',
        ),
        [
          [11, 12],
          [6, 8],
        ],
      );
    });

    test('no texts, and no other values', () async {
      expect(
        () => engine.eval('parallel([1], "id")'),
        throwsA(
          isA<RhaiRuntimeError>().having(
            (e) => e.message,
            'message',
            contains('parallel: a text is not a function; use Fn("id")'),
          ),
        ),
      );
      expect(
        () => engine.eval('parallel([|| 1, 2])'),
        throwsA(
          isA<RhaiRuntimeError>().having(
            (e) => e.message,
            'message',
            contains(
              'parallel: element 1 is not a function but i64; give it '
              'functions, or values and a function to call for each',
            ),
          ),
        ),
      );
      expect(
        () => engine.eval('parallel([1], |x| x, 0)'),
        throwsA(
          isA<RhaiRuntimeError>().having(
            (e) => e.message,
            'message',
            contains('the third argument must be at least 1'),
          ),
        ),
      );
    });
  });

  test('nests', () async {
    registerMeet(4);
    expect(
      await engine.eval(
        'parallel([1, 2], |x| parallel([10, 20], |y| meet(x * y)))',
      ),
      [
        [10, 20],
        [20, 40],
      ],
    );
  });

  test('shares captured variables, and locks none', () async {
    expect(
      await engine.eval(
        'let sum = 0; let list = [1, 2, 3]; '
        'parallel(list, |x| { sum += later(x); list.push(sum); }); [sum, list]',
      ),
      [
        6,
        [1, 2, 3, 1, 3, 6],
      ],
    );
  });

  test('functions that a call gives away outlive the script', () async {
    late RhaiFunction kept;
    engine.registerFunction('keep', (RhaiFunction f) => kept = f);
    await engine.eval(
      'let n = 1; parallel([|| { later(0); keep(|| { n += 1; n }); }]);',
    );
    expect([kept(), kept()], [2, 3]);
  });

  group('an error', () {
    test('ends the others, and is thrown in the caller', () async {
      expect(
        await engine.eval(
          'let caught = (); '
          'try { parallel([|| later(1), || { later(2); throw #{code: 7}; }]) } '
          'catch (e) { caught = e.code; } [caught, later(3)]',
        ),
        [7, 3],
      );
      expect(
        await engine.eval(
          'let seen = []; '
          'try { parallel([|| { later(1); later(1); seen.push(1) }, '
          '|| fail("no")]) } '
          'catch (e) { seen.push(e.type); seen.push(e.message); } later(0); '
          'later(0); later(0); seen',
        ),
        ['FormatException', 'FormatException: no'],
      );
      expect(engine.pendingCount, 0);
    });

    test('has its cause and its place', () async {
      try {
        await engine.eval('parallel([1, 2], |x| {\n later(x);\n fail("no") })');
        fail('it must fail');
      } on RhaiRuntimeError catch (error) {
        expect(error.cause, isA<FormatException>());
        expect(error.position?.line, 3);
        expect(error.callStack.join(" "), contains('parallel'));
      }
    });

    test('of a call that has not waited', () {
      expect(
        () => engine.eval('parallel([|| 1, || throw "x"])'),
        throwsA(isA<RhaiRuntimeError>().having((e) => e.cause, 'cause', 'x')),
      );
    });
  });

  group('limits hold for all calls together:', () {
    Future<Object?> errorOf(RhaiConfig config, String script) async {
      final engine = engineWith(config)
        ..registerFunction('later', (Object? x) => later(x))
        ..registerFunction('never', () => Completer<void>().future);
      try {
        await engine.eval(script);
      } on RhaiException catch (error) {
        expect(engine.pendingCount, 0);
        expect(await engine.eval('later(1)'), 1);
        return error;
      }
      return null;
    }

    Matcher breaks(RhaiLimit limit) =>
        isA<RhaiLimitError>().having((e) => e.limit, 'limit', limit);

    test('operations', () async {
      const body = '{ later(x); for i in 0..100 { } later(x) }';
      for (final caught in [false, true]) {
        final call = 'parallel([1, 2, 3, 4, 5], |x| $body)';
        final script = caught ? 'try { $call } catch { } later(1)' : call;
        expect(
          await errorOf(RhaiConfig(maxOperations: 400), script),
          breaks(RhaiLimit.operations),
        );
      }
      expect(
        await errorOf(
          RhaiConfig(maxOperations: 400),
          'parallel([1], |x| $body)',
        ),
        isNull,
      );
    });

    test('memory', () async {
      const body = '{ let b = blob(400_000); later(x); b.len() }';
      expect(
        await errorOf(
          RhaiConfig(maxMemory: 1000000),
          'try { parallel([1, 2, 3], |x| $body) } catch { } later(1)',
        ),
        breaks(RhaiLimit.memory),
      );
      expect(
        await errorOf(
          RhaiConfig(maxMemory: 1000000),
          'parallel([1, 2, 3], |x| $body, 1)',
        ),
        isNull,
      );
    });

    test('memory that waiting calls take', () async {
      expect(
        await errorOf(
          RhaiConfig(maxMemory: 2000000),
          'let a = []; a.pad(5000, 0); '
          'try { parallel(a, |x| later(x)) } catch { } later(1)',
        ),
        breaks(RhaiLimit.memory),
      );
      expect(
        await errorOf(
          RhaiConfig(maxMemory: 2000000),
          'let a = []; a.pad(5000, 0); parallel(a, |x| later(x), 50)',
        ),
        isNull,
      );
    });

    test('output', () async {
      expect(
        await errorOf(
          RhaiConfig(maxOutputLength: 10, onPrint: (_) {}),
          'try { parallel([1, 2, 3], |x| { later(x); print("1234") }) } '
          'catch { } later(1)',
        ),
        breaks(RhaiLimit.outputLength),
      );
    });

    test('call depth', () async {
      for (final depth in [0, 10, 64]) {
        expect(
          await errorOf(
            RhaiConfig(maxStackDepth: depth),
            'fn f(n) { parallel([|| f(n + 1)]) } '
            'try { f(0) } catch { } later(1)',
          ),
          isA<RhaiException>(),
        );
      }
    });

    test('running time', () async {
      expect(
        await errorOf(
          RhaiConfig(timeout: Duration(milliseconds: 100), maxOperations: 0),
          'try { parallel([1, 2], |x| { later(x); loop { } }) } '
          'catch { } later(1)',
        ),
        isA<RhaiTimeoutError>(),
      );
    });

    test('time in all, but not the timeout of one function', () async {
      expect(
        await errorOf(
          RhaiConfig(totalTimeout: const Duration(milliseconds: 50)),
          'try { parallel([|| never(), || later(1)]) } catch { } later(1)',
        ),
        isA<RhaiTimeoutError>(),
      );
      expect(
        await errorOf(
          RhaiConfig(asyncTimeout: const Duration(milliseconds: 30)),
          'let t = []; t.pad(100, 0); '
          'let r = parallel([|| never(), || later(1)]);',
        ),
        isA<RhaiTimeoutError>().having(
          (e) => e.functionName,
          'functionName',
          'never',
        ),
      );
    });
  });

  group('disposing the engine', () {
    test('ends the script and its calls at every step', () async {
      for (var step = 0; step < 12; step++) {
        final engine = RhaiEngine.withDefaults();
        var left = step;
        engine
          ..registerFunction('wait', (Object? x) async {
            if (left-- == 0) engine.dispose();
            await later(null);
            if (left-- == 0) engine.dispose();
            return x;
          })
          ..registerFunction('now', (Object? x) {
            if (left-- == 0) engine.dispose();
            return x;
          });
        final result = engine.evalAsync(
          'parallel([1, 2], |x| parallel([1, 2], |y| wait(now(x * y))))',
        );
        await expectLater(result, throwsA(isA<RhaiCancelledError>()));
        expect(engine.isDisposed, isTrue);
      }
    });
  });

  test('a total timeout at every step leaves nothing behind', () async {
    for (var ms = 1; ms < 12; ms++) {
      final engine =
          engineWith(RhaiConfig(totalTimeout: Duration(milliseconds: ms)))
            ..registerFunction('wait', (int x) async {
              await Future<void>.delayed(Duration(milliseconds: x));
              return x;
            });
      await expectLater(
        engine.evalAsync(
          'loop { parallel([1, 2], |x| parallel([1, 2, 0], |y| wait(x * y))) }',
        ),
        throwsA(isA<RhaiTimeoutError>()),
      );
      expect(engine.pendingCount, 0);
      expect(engine.eval('1'), 1);
    }
  });

  test('a script that runs for a call is bounded by its script', () async {
    final engine = engineWith(
      RhaiConfig(timeout: Duration(milliseconds: 100), maxOperations: 0),
    );
    engine.registerFunction('run', (String code) => engine.evalAsync(code));
    await expectLater(
      engine.eval('parallel(["loop { }", "loop { }"], run)'),
      throwsA(isA<RhaiTimeoutError>()),
    );
  });

  test('calls that compute give the event loop its turns', () async {
    final engine = engineWith(RhaiConfig(maxOperations: 0));
    var turns = 0;
    final timer = Timer.periodic(Duration.zero, (_) => turns++);
    final result = await engine.evalAsync(
      'parallel([1, 2, 3], |x| { for i in 0..300_000 { x += 1 } x })',
    );
    timer.cancel();
    expect(result, [300001, 300002, 300003]);
    expect(turns, greaterThan(2));
  });

  test('counts as one script that waits', () async {
    final result = engine.eval('parallel([1, 2, 3], later)');
    expect(engine.pendingCount, 1);
    await result;
    expect(engine.pendingCount, 0);
  });

  test('can be denied, replaced, and is known to analyze', () async {
    final denied = engineWith(RhaiConfig(deniedFunctions: {'parallel'}));
    expect(
      () => denied.eval('parallel([])'),
      throwsA(
        isA<RhaiRuntimeError>().having(
          (e) => e.message,
          'message',
          contains('deniedFunctions'),
        ),
      ),
    );
    expect(denied.analyze('parallel([])').warnings, isNotEmpty);
    expect(
      engine.analyze('parallel([]); parallel([], |x| x, 3)').warnings,
      isEmpty,
    );
    engine.registerFunction('parallel', (List<Object?> list) => list.length);
    expect(engine.eval('parallel([1, 2])'), 2);
  });

  test('many calls', () async {
    expect(
      await engine.eval(
        'let a = []; for i in 0..2000 { a.push(i); } '
        'let sum = 0; for x in parallel(a, later) { sum += x; } sum',
      ),
      1999000,
    );
  });
}
