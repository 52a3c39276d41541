/// Functions and closures of scripts that Dart calls.
library;

import 'dart:async';

import 'package:rhai_dart/rhai_dart.dart';
import 'package:test/test.dart';

import '../support/futures.dart';
import '../support/garbage.dart';
import '../support/levels.dart';
import '../support/matchers.dart';

void main() {
  late RhaiEngine engine;

  setUp(() {
    engine = RhaiEngine.withDefaults()
      ..registerFunction('later', later)
      ..registerFunction('id', (Object? x) => x);
  });
  tearDown(() => engine.dispose());

  RhaiFunction function(String script) => engine.eval(script) as RhaiFunction;

  group('a function of a script', () {
    test('is called with arguments and returns its value', () {
      expect(function('|| 42')(), 42);
      expect(function('|x| [x, x]')('a'), ['a', 'a']);
      expect(function('|a, b| a - b')(5, 3), 2);
      expect(function('fn twice(x) { x * 2 } Fn("twice")')(4), 8);
      expect(function('Fn("abs")')(-4), 4);
      expect(function('Fn("id")')(null), isNull);
      expect(function('(|a, b| a + b).curry("x")')('y'), 'xy');
    });

    test('takes up to 16 arguments', () {
      final names = [for (var i = 0; i < 16; i++) 'a$i'].join(', ');
      final f = function('|$names| [$names]');
      expect(f(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), [
        for (var i = 0; i < 16; i++) i,
      ]);
    });

    test('tells null from an argument that is not there', () {
      expect(() => function('|x| x')(), throwsA(isA<RhaiRuntimeError>()));
      expect(function('|x| type_of(x)')(null), '()');
    });

    test('has the name it was given', () {
      expect(function('fn twice(x) { x * 2 } Fn("twice")').name, 'twice');
      expect(function('|x| x').name, '');
      expect('${function('Fn("abs")')}', 'RhaiFunction(abs)');
    });

    test('can be called by the other functions of its script', () {
      const script = '''
        fn even(n) { n == 0 || odd(n - 1) }
        fn odd(n) { n != 0 && even(n - 1) }
        Fn("even")
      ''';
      final even = function(script);
      expect([even(10), even(7)], [true, false]);
    });

    test('sees the constants of its script', () {
      const script = 'const TAX = 0.2; fn tax(x) { x * global::TAX } Fn("tax")';
      expect(function(script)(100), 20.0);
    });

    test('comes as an argument, in a List and in a Map', () {
      RhaiFunction? argument;
      engine.registerFunction('put', (RhaiFunction f) => argument = f);
      engine.eval('put(|x| x + 1)');
      expect(argument!(1), 2);
      final [list as List<dynamic>, map as Map<String, dynamic>] =
          engine.eval('[[|x| x * 2], #{f: |x| x * 3}]') as List<dynamic>;
      expect((list.single as RhaiFunction)(1), 2);
      expect((map['f'] as RhaiFunction)(1), 3);
    });

    test('can be registered', () {
      engine.registerFunction('add', function('|a, b| a + b').call);
      expect(engine.eval('add(1, 2) + add(3, 4)'), 10);
    });
  });

  group('what a closure captured', () {
    test('lives as long as the closure', () async {
      final counter = function('let n = 0; || { n += 1; n }');
      await makeMuchGarbage();
      expect([counter(), counter(), counter()], [1, 2, 3]);
    });

    test('belongs to each run of the script', () {
      const script = 'let n = 0; || { n += 1; n }';
      final (a, b) = (function(script), function(script));
      expect([a(), a(), b()], [1, 2, 1]);
    });

    test('is shared by the closures of a script', () {
      final [add as RhaiFunction, get as RhaiFunction] =
          engine.eval('let n = 0; [|x| n += x, || n]') as List<dynamic>;
      add(2);
      add(3);
      expect(get(), 5);
    });

    test('is the local variable of a function', () {
      const script = '''
        fn counter() { let n = 10; || { n += 1; n } }
        let c = counter(); c
      ''';
      final counter = function(script);
      expect([counter(), counter()], [11, 12]);
    });

    test('is what a script goes on to use', () {
      engine.registerFunction('each', (List<dynamic> list, RhaiFunction f) {
        list.forEach(f.call);
      });
      expect(engine.eval('let s = 0; each([1, 2, 3], |x| s += x); s'), 6);
    });

    test('lives as long as what a closure made', () async {
      RhaiFunction? make = function('''
        let n = 0;
        || { || { n += 1; n } }
      ''');
      final counter = make() as RhaiFunction;
      make = null;
      await makeMuchGarbage();
      expect([counter(), counter()], [1, 2]);
    });
  });

  group('a function that waits', () {
    test('returns a Future', () async {
      final f = function('|x| later(x) + later(1)');
      final result = f(2);
      expect(result, isA<Future<dynamic>>());
      expect(await result, 3);
    });

    test('may be called many times at once', () async {
      final f = function('let n = 0; |x| { n += 1; [later(x), n] }');
      final results = [for (var i = 0; i < 100; i++) f(i) as Future<dynamic>];
      expect(await Future.wait(results), [
        for (var i = 0; i < 100; i++) [i, 100],
      ]);
    });

    test('may be called while its script waits', () async {
      final called = Completer<Object?>();
      engine.registerFunction('put', (RhaiFunction f) {
        Timer.run(() => called.complete(f(20)));
      });
      const script = '''
        let n = 1;
        put(|x| { n += x; n });
        later(0);
        n
      ''';
      final result = engine.eval(script);
      expect(await called.future, 21);
      expect(await result, 21);
    });

    test('is cancelled when the engine is disposed', () async {
      final other = RhaiEngine.withDefaults()..registerFunction('never', never);
      final f = other.eval('|| never()') as RhaiFunction;
      final result = f() as Future<dynamic>;
      other.dispose();
      await expectLater(result, throwsCancelled);
    });
  });

  group('an error of a function', () {
    test('is thrown by the call', () {
      expect(
        () => function('|x| throw x')('bad'),
        throwsA(
          isA<RhaiRuntimeError>()
              .having((e) => e.cause, 'cause', 'bad')
              .having((e) => e.position?.line, 'line', 1),
        ),
      );
    });

    test('is that of the Dart function it called', () {
      final error = StateError('gone');
      engine.registerFunction('fail', () => throw error);
      expect(() => function('|| fail()')(), throwsWithCause(same(error)));
    });

    test('tells of a wrong number of arguments', () {
      expect(
        () => function('|x| x')(1, 2),
        throwsRuntimeError(
          'Function not found: closure (i64, i64) (it takes 1 argument)',
        ),
      );
    });

    test('is a limit of the engine, for each call anew', () {
      final small = RhaiEngine.withConfig(RhaiConfig(maxOperations: 1000));
      final f =
          small.eval('|n| { let s = 0; for i in 0..n { s += i } s }')
              as RhaiFunction;
      for (var i = 0; i < 10; i++) {
        expect(f(100), 4950);
      }
      expect(() => f(100000), throwsA(isA<RhaiLimitError>()));
      expect(f(100), 4950);
      small.dispose();
    });

    test('is an argument that is larger than scripts may have', () {
      final small = RhaiEngine.withConfig(RhaiConfig(maxStringLength: 100));
      final f = small.eval('|x| x.len()') as RhaiFunction;
      expect(f('x' * 100), 100);
      expect(() => f('x' * 101), throwsA(isA<RhaiLimitError>()));
      small.dispose();
    });
  });

  group('given back to scripts, a function', () {
    test('runs where it comes from', () {
      engine
        ..setVar('cb', engine.eval('let n = 0; || { n += 1; n }'))
        ..setVar('calc', engine.eval('fn sq(x) { x * x } Fn("sq")'));
      expect(engine.eval('cb.call(); cb.call() + calc.call(3)'), 11);
      expect(engine.eval('fn sq(x) { 0 } [1, 2].map(calc)'), [1, 4]);
      expect(engine.eval('cb.call()'), 3);
    });

    test('keeps what it captured without the Dart object', () async {
      engine.setVar('cb', engine.eval('let n = 0; || { n += 1; n }'));
      await makeMuchGarbage();
      expect(engine.eval('cb.call() + cb.call()'), 3);
      await makeMuchGarbage();
      expect(engine.eval('cb.call()'), 3);
    });

    test('takes and returns functions of other scripts', () {
      engine
        ..setVar('apply', engine.eval('|f, x| f.call(x)'))
        ..setVar('each', engine.eval('|fs, x| fs.map(|f| f.call(x))'))
        ..setVar('adder', engine.eval('|n| |x| x + n'))
        ..setVar('adders', engine.eval('|| #{list: [|x| x + 1]}'));
      expect(engine.eval('let k = 2; apply.call(|y| y * k, 21)'), 42);
      expect(engine.eval('each.call([|y| y + 1, |y| y * 2], 5)'), [6, 10]);
      expect(engine.eval('let f = adder.call(3); f.call(4)'), 7);
      expect(engine.eval('adders.call().list[0].call(1)'), 2);
    });

    test('may wait', () async {
      engine.setVar('slow', engine.eval('|x| later(x) + 1'));
      expect(await engine.eval('slow.call(1) + [1, 2].map(slow)[1]'), 5);
    });

    test('counts as operations of the script that calls it', () {
      engine.setVar('endless', engine.eval('|| { loop { } }'));
      expect(
        () => engine.eval('try { endless.call() } catch { 1 }'),
        throwsA(isA<RhaiException>()),
      );
    });

    test('is limited in how deeply it nests', () {
      engine.setVar('f', engine.eval('|g, n| g.call(g, n + 1)'));
      expect(
        () => engine.eval('f.call(f, 0)'),
        throwsA(
          isA<RhaiLimitError>().having(
            (e) => e.message,
            'message',
            contains('stack overflow'),
          ),
        ),
      );
    });

    test('is a Dart function to another engine', () {
      final other = RhaiEngine.withDefaults()
        ..setVar('f', function('let n = 0; |x| { n += x; n }'));
      expect(other.eval('f.call(1) + f.call(2)'), 4);
      other.dispose();
    });
  });

  group('a function made before another was registered under a name', () {
    test('calls the one that it knew', () {
      engine.registerFunction('f', () => 'A');
      final f = function('|| f()');
      engine.registerFunction('f', () => 'B');
      expect(engine.eval('f()'), 'B');
      expect(f(), 'A');
      engine.registerFunction('other', () => 'C');
      expect(engine.eval('other()'), 'C');
      expect(f(), 'A');
    });

    test('also where scripts have a function of that name of their own', () {
      final object = Object();
      engine
        ..registerFunction('to_string', (Object? x) => 'mine')
        ..registerFunction('print', (Object? x) => null)
        ..setVar('o', object)
        ..registerFunction('other', () => 'C');
      expect(engine.eval(r'[o.to_string(), type_of(o), o == o]'), [
        'mine',
        'Object',
        true,
      ]);
      engine.eval('print(o)');
      expect(engine.eval('`\${o}`'), isNot(contains('C')));
    });
  });

  test('a function disposed by its own arguments is an error', () async {
    final waiting = engine.evalAsync('later(1)');
    final f = function('|x| x');
    Iterable<int> evil() sync* {
      f.dispose();
      yield 1;
    }

    expect(() => f(evil()), throwsStateError);
    expect(await waiting, 1);
  });

  test('a function disposed by what comes after it in a List cannot cross', () {
    final f = function('|x| x');
    Iterable<Object?> evil() sync* {
      yield f;
      f.dispose();
    }

    expect(
      () => engine.setVar('v', evil()),
      throwsA(
        isA<RhaiConversionError>().having(
          (e) => e.problem,
          'problem',
          contains('disposed'),
        ),
      ),
    );
  });

  test('a function yielded to a script is there, whatever is collected', () {
    Iterable<Object?> functions() sync* {
      yield engine.eval('|x| x + 1');
      for (var i = 0; i < 10; i++) {
        makeGarbage();
        engine.eval('1');
      }
    }

    engine.registerFunction('get', functions);
    expect(engine.eval('get()[0].call(1)'), 2);
  });

  group('what leaves a function of another script runs in that script', () {
    setUp(() {
      const script = '''
        fn helper(x) { x * 10 }
        fn leave(how) {
          switch how {
            "throw" => throw Fn("helper"),
            "exit" => exit(|x| helper(x)),
            _ => Fn("helper"),
          }
        }
        Fn("leave")
      ''';
      engine.setVar('leave', engine.eval(script));
    });

    test('as a result, an exception or a script\'s end', () {
      const own = 'fn helper(x) { "wrong" }';
      expect(engine.eval('$own leave.call("return").call(4)'), 40);
      expect(
        engine.eval(
          '$own try { leave.call("throw") } catch (f) { return f.call(4); }',
        ),
        40,
      );
      expect((engine.eval('$own leave.call("exit")') as RhaiFunction)(4), 40);
      try {
        engine.eval('$own leave.call("throw")');
        fail('no error');
      } on RhaiRuntimeError catch (error) {
        expect((error.cause! as RhaiFunction)(4), 40);
      }
    });

    test('as an argument that a function carries', () {
      engine
        ..setVar('run', engine.eval('|f| f.call(7)'))
        ..setVar('apply', (RhaiFunction f, int x) => f(x));
      const own = 'fn helper(x) { x + 1 }';
      expect(engine.eval('$own run.call(apply.curry(|x| helper(x)))'), 8);
      expect(engine.eval('$own run.call(apply.curry(Fn("helper")))'), 8);
    });

    test('also if the variable that holds it is captured', () {
      const own = 'fn helper(x) { x + 1 }';
      expect(engine.eval('$own let f = leave; f.call(|| f) == ()'), isFalse);
      expect(engine.eval('$own let m = #{f: leave}; m.f(|| m).call(1)'), 10);
    });
  });

  test('a function that was in Dart is like any other in a script', () {
    expect(engine.eval('[5, 6].map(id(|x, i| [x, i]))'), [
      [5, 0],
      [6, 1],
    ]);
    expect(engine.eval('#{n: 5, f: id(|| this.n)}.f()'), 5);
    expect((engine.eval('id(|x| x)') as RhaiFunction).name, '');
    expect((engine.eval('id(Fn("abs"))') as RhaiFunction).name, 'abs');
  });

  group('what functions keep', () {
    final isTooDeep = throwsA(
      isA<RhaiLimitError>().having(
        (e) => e.message,
        'message',
        contains('nested more than $maxLevels levels'),
      ),
    );

    test('cannot be nested ever more deeply by calls', () {
      const script =
          'let k = (); || { for i in 0..20000 { let h = k; k = [|| h]; } }';
      final f = function(script);
      void callOften() {
        for (var i = 0; i < 100; i++) {
          f();
        }
      }

      expect(callOften, isTooDeep);
      expect(f.call, isTooDeep);
      expect(engine.eval('40 + 2'), 42);
      f.dispose();
      expect(function('|x| x')(1), 1);
    });

    test('cannot be nested so by calls that its script makes', () {
      engine.registerFunction('on', (RhaiFunction f) => f());
      const script = '''
        let k = ();
        let f = || { for i in 0..20000 { let h = k; k = [|| h]; } };
        for j in 0..100 { on(f); }
      ''';
      expect(() => engine.eval(script), throwsWithCause(isA<RhaiLimitError>()));
      expect(engine.eval('40 + 2'), 42);
    });

    test('may be large, and change for ever', () {
      const script = '''
        let list = [];
        |x| {
          list.push(#{x: x});
          if list.len() > 1000 { list = list.extract(500..) }
          list.len()
        }
      ''';
      final f = function(script);
      for (var i = 0; i < 200000; i++) {
        f(i);
      }
      expect(f(0), lessThan(1002));
    });
  });

  test('a chain of functions that hold each other is freed', () {
    // With stacks for little data.
    final small = RhaiEngine.withConfig(RhaiConfig(maxOperations: 1000));
    final wrap = small.eval('|f| || f') as RhaiFunction;
    var chain = small.eval('|| 1') as RhaiFunction;
    for (var i = 0; i < 300000; i++) {
      final longer = wrap(chain) as RhaiFunction;
      chain.dispose();
      chain = longer;
    }
    chain.dispose();
    expect(small.eval('1 + 1'), 2);
    small.dispose();
  }, timeout: const Timeout(Duration(minutes: 5)));

  test('a function of a disposed engine cannot be called', () {
    final other = RhaiEngine.withDefaults();
    final f = other.eval('|| 1') as RhaiFunction;
    expect(f.isDisposed, isFalse);
    other.dispose();
    expect(f.isDisposed, isTrue);
    expect(f.call, throwsStateError);
    f.dispose();
  });

  test('a disposed function cannot be called, scripts that have it can', () {
    final f = function('let n = 0; || { n += 1; n }');
    engine.setVar('f', f);
    f
      ..dispose()
      ..dispose();
    expect(f.isDisposed, isTrue);
    expect(f.call, throwsStateError);
    expect(engine.eval('f.call() + f.call()'), 3);
  });

  test('a function disposed by its own call ends that call as usual', () {
    late final RhaiFunction f;
    engine.registerFunction('end', () => f.dispose());
    f = function('let n = 1; || { end(); n += 1; n }');
    expect(f(), 2);
    expect(f.call, throwsStateError);
  });

  test('the engine may be disposed by a call', () {
    final other = RhaiEngine.withDefaults();
    other.registerFunction('end', other.dispose);
    final f = other.eval('|| { end(); 1 }') as RhaiFunction;
    expect(f.call, throwsCancelled);
  });

  test('a closure may change what the function that calls it is called on', () {
    engine.registerFunction('with_length', (
      List<dynamic> list,
      RhaiFunction f,
    ) {
      return f(list.length);
    });
    const closure = '|n| { list.push(n); list.len() }';
    expect(engine.eval('let list = [1]; list.with_length($closure)'), 2);
    expect(engine.eval('let list = [1]; with_length(list, $closure)'), 2);
  });
}
